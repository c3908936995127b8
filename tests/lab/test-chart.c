/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <math.h>

#include "haul-test.h"
#include "lab-chart.h"
#include "lab-test-experiment.h"

static void
test_step (void)
{
  static const struct { double most; guint n; double step; } cases[] = {
    { 1, 5, 0.2 }, { 2, 5, 0.5 }, { 5, 5, 1 }, { 5.1, 5, 2 }, { 10, 5, 2 }, { 99, 5, 20 }, { 101, 5, 50 },
    { 0.003, 5, 0.001 }, { 1e9, 5, 2e8 }, { 0, 5, 1 }, { -4, 5, 1 }, { INFINITY, 5, 1 }, { NAN, 5, 1 }, { 7, 0, 1 },
    { 7, 1, 10 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpfloat_with_epsilon (lab_chart_find_step (cases[i].most, cases[i].n), cases[i].step, cases[i].step * 1e-9);
}

static void
test_amdahl (void)
{
  static const double shares[] = { 0, 0.05, 0.3, 1 };
  const double workers[] = { 1, 2, 3, 4, 8 };
  double share = 0;

  g_assert_cmpfloat (lab_amdahl_speedup (0, 8), ==, 8);
  g_assert_cmpfloat (lab_amdahl_speedup (1, 8), ==, 1);
  for (guint i = 0; i < G_N_ELEMENTS (shares); i++)
    {
      double speedups[G_N_ELEMENTS (workers)];

      for (guint w = 0; w < G_N_ELEMENTS (workers); w++)
        speedups[w] = lab_amdahl_speedup (shares[i], workers[w]);
      g_assert_true (lab_amdahl_fit (workers, speedups, G_N_ELEMENTS (workers), &share));
      g_assert_cmpfloat_with_epsilon (share, shares[i], 1e-9);
    }

  /* Between two that disagree. */
  g_assert_true (lab_amdahl_fit ((double[]) { 2, 2 }, (double[]) { lab_amdahl_speedup (0.1, 2), lab_amdahl_speedup (0.3, 2) }, 2,
                                 &share));
  g_assert_cmpfloat_with_epsilon (share, 0.2, 1e-9);

  /* Better than ideal, and slower with more, are not shares; one worker, or nothing, says nothing. */
  g_assert_true (lab_amdahl_fit ((double[]) { 2 }, (double[]) { 2.5 }, 1, &share));
  g_assert_cmpfloat (share, ==, 0);
  g_assert_true (lab_amdahl_fit ((double[]) { 2 }, (double[]) { 0.5 }, 1, &share));
  g_assert_cmpfloat (share, ==, 1);
  g_assert_false (lab_amdahl_fit ((double[]) { 1 }, (double[]) { 1 }, 1, &share));
  g_assert_false (lab_amdahl_fit ((double[]) { 2, 3 }, (double[]) { 0, NAN }, 2, &share));
  g_assert_false (lab_amdahl_fit (NULL, NULL, 0, &share));
}

static void
take (LabFindings *findings,
      const char  *lines)
{
  g_autoptr(GError) error = NULL;

  lab_findings_begin_run (findings);
  (void) lab_findings_take (findings, lines, strlen (lines), &error);
  g_assert_no_error (error);
}

/* The @index-th shape of its kind. */
static const LabShape *
find_shape (LabDrawing   *drawing,
            LabShapeKind  kind,
            LabInk        ink,
            guint         index)
{
  for (guint i = 0; i < lab_drawing_get_n (drawing); i++)
    {
      const LabShape *shape = lab_drawing_get (drawing, i);

      if (shape->kind == kind && shape->ink == ink && index-- == 0)
        return shape;
    }
  return NULL;
}

static const LabShape *
find_text (LabDrawing *drawing,
           const char *text)
{
  for (guint i = 0; i < lab_drawing_get_n (drawing); i++)
    {
      const LabShape *shape = lab_drawing_get (drawing, i);

      if (shape->kind == LAB_SHAPE_TEXT && g_strcmp0 (shape->text, text) == 0)
        return shape;
    }
  return NULL;
}

/* Nothing is drawn where nobody sees it, whatever the width. */
static void
assert_inside (LabDrawing *drawing)
{
  double width = lab_drawing_get_width (drawing), height = lab_drawing_get_height (drawing);

  for (guint i = 0; i < lab_drawing_get_n (drawing); i++)
    {
      const LabShape *shape = lab_drawing_get (drawing, i);
      double right = shape->kind == LAB_SHAPE_DISC ? shape->x : shape->x + shape->width;
      double bottom = shape->kind == LAB_SHAPE_DISC ? shape->y : shape->y + shape->height;

      g_assert_true (isfinite (right) && isfinite (bottom));
      g_assert_true (MIN (shape->x, right) >= 0 && MAX (shape->x, right) <= width + 1e-6);
      g_assert_true (MIN (shape->y, bottom) >= 0 && MAX (shape->y, bottom) <= height + 1e-6);
    }
}

static void
test_bars (void)
{
  g_autoptr(LabFindings) findings = lab_findings_new ();
  g_autoptr(LabDrawing) drawing = NULL;
  const LabShape *one, *two;

  take (findings, "number\tsize\tone\t10\nnumber\tsize\ttwo\t20\nnumber\tshare\tthree\t1\n");
  drawing = lab_chart_new (&lab_test_experiment, findings, NULL, 600);
  assert_inside (drawing);
  one = find_shape (drawing, LAB_SHAPE_RECT, LAB_INK_ACCENT, 0);
  two = find_shape (drawing, LAB_SHAPE_RECT, LAB_INK_ACCENT, 1);
  g_assert_cmpfloat (lab_drawing_get_width (drawing), ==, 600);
  g_assert_cmpfloat_with_epsilon (two->width, 2 * one->width, 1e-6);
  g_assert_cmpfloat (one->x, ==, two->x);
  g_assert_cmpfloat (one->y, <, two->y);
  g_assert_cmpstr (one->text, ==, "The first: 10\u202fms");
  g_assert_nonnull (find_text (drawing, "The first"));
  g_assert_nonnull (find_text (drawing, "20\u202fms"));
  g_assert_nonnull (find_text (drawing, "Size (ms)"));

  /* What was not measured has no bar, and one run no whisker. */
  g_assert_null (find_shape (drawing, LAB_SHAPE_RECT, LAB_INK_ACCENT, 2));
  g_assert_null (find_text (drawing, "three"));
  g_assert_null (find_shape (drawing, LAB_SHAPE_LINE, LAB_INK_TEXT, 0));
}

static void
test_whiskers (void)
{
  g_autoptr(LabFindings) findings = lab_findings_new ();
  g_autoptr(LabDrawing) drawing = NULL;
  const LabShape *bar, *whisker;

  take (findings, "number\tsize\tone\t10\n");
  take (findings, "number\tsize\tone\t40\n");
  take (findings, "number\tsize\tone\t20\n");
  drawing = lab_chart_new (&lab_test_experiment, findings, NULL, 600);
  assert_inside (drawing);
  bar = find_shape (drawing, LAB_SHAPE_RECT, LAB_INK_ACCENT, 0);
  whisker = find_shape (drawing, LAB_SHAPE_LINE, LAB_INK_TEXT, 0);
  g_assert_cmpfloat_with_epsilon (whisker->x, bar->x + bar->width / 2, 1e-6);
  g_assert_cmpfloat_with_epsilon (whisker->x + whisker->width, bar->x + 2 * bar->width, 1e-6);
}

static void
test_earlier (void)
{
  g_autoptr(LabFindings) findings = lab_findings_new (), earlier = lab_findings_new ();
  g_autoptr(LabDrawing) drawing = NULL;
  const LabShape *now, *before;

  take (findings, "number\tsize\tone\t10\nnumber\tsize\ttwo\t5\n");
  take (earlier, "number\tsize\tone\t40\n");
  drawing = lab_chart_new (&lab_test_experiment, findings, earlier, 600);
  assert_inside (drawing);
  now = find_shape (drawing, LAB_SHAPE_RECT, LAB_INK_ACCENT, 0);
  before = find_shape (drawing, LAB_SHAPE_RECT, LAB_INK_DIM, 0);
  g_assert_cmpfloat_with_epsilon (before->width, 4 * now->width, 1e-6);
  g_assert_null (find_shape (drawing, LAB_SHAPE_RECT, LAB_INK_DIM, 1));
}

/* Whatever was found, and however little room there is. */
static void
test_extremes (void)
{
  static const char * const lines[] = {
    "",
    "number\tsize\tone\t0\n",
    "number\tsize\tone\t-5\n",
    "number\tsize\tone\t1e15\nnumber\tsize\ttwo\t1e-300\n",
    "number\tspeedup\t1\t1\n",
    "number\tspeedup\t1\t1\nnumber\tspeedup\t1024\t5\nnumber\tspeedup\t8\t2\n",
    "number\tspeedup\t-1\t1\nnumber\tspeedup\t1024\t-5\n",
    "number\tspeedup\t0\t0\nnumber\tspeedup\tword\t1e-300\nnumber\tspeedup\tinf\t1e15\n",
    "number\tspeedup\t-1e15\t1\nnumber\tspeedup\t1e15\t1e15\n",
    "number\tspeedup\t1e-300\t1\nnumber\tspeedup\t1e15\t5\n",
    "number\tspeedup\t1e-320\t1e-320\nnumber\tspeedup\t2e-320\t2e-320\nnumber\tsize\tone\t1e-320\n",
    "number\tspeedup\t1e300\t2\nnumber\tspeedup\t-1e300\t2\nnumber\tspeedup\t1\t2\n",
    "number\tspeedup\t0.5\t1\nnumber\tspeedup\t1\t1\ntext\tprocessors\t1e300\n",
    "text\tprocessors\t-3\nnumber\tspeedup\t2\t1e15\nnumber\tspeedup\t3\t1\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    for (double width = 10; width < 3000; width *= 2)
      {
        g_autoptr(LabFindings) findings = lab_findings_new ();
        g_autoptr(LabDrawing) bars = NULL, curve = NULL;
        g_autofree char *text = NULL;

        take (findings, lines[i]);
        bars = lab_chart_new (&lab_test_experiment, findings, findings, MAX (width, 60));
        assert_inside (bars);
        curve = lab_chart_new (&lab_test_curve, findings, findings, width);
        assert_inside (curve);
        text = lab_chart_describe (&lab_test_experiment, findings);
        g_assert_true (g_utf8_validate (text, -1, NULL));
      }
}

static void
test_curve (void)
{
  g_autoptr(LabFindings) findings = lab_findings_new ();
  g_autoptr(LabDrawing) drawing = NULL;
  const LabShape *points[4];

  take (findings, "text\tprocessors\t2\nnumber\tspeedup\t4\t1.7\nnumber\tspeedup\t1\t1\nnumber\tspeedup\t2\t1.6\n");
  drawing = lab_chart_new (&lab_test_curve, findings, NULL, 600);
  assert_inside (drawing);
  for (guint i = 0; i < G_N_ELEMENTS (points); i++)
    points[i] = find_shape (drawing, LAB_SHAPE_DISC, LAB_INK_ACCENT, i);
  g_assert_null (points[3]);

  /* From left to right, in whatever order they came, and the better the higher. */
  g_assert_cmpfloat (points[0]->x, <, points[1]->x);
  g_assert_cmpfloat_with_epsilon (points[2]->x - points[1]->x, 2 * (points[1]->x - points[0]->x), 1e-6);
  g_assert_cmpfloat (points[0]->y, >, points[1]->y);
  g_assert_cmpfloat (points[1]->y, >, points[2]->y);
  g_assert_nonnull (find_text (drawing, "Ideal"));
  /* 1 / 1.6 = 1 / 2 + s / 2 */
  g_assert_nonnull (find_text (drawing, "Amdahl: 25\u00a0% not divided"));
  g_assert_nonnull (find_text (drawing, "Workers"));
  g_assert_nonnull (find_text (drawing, "Speed-up (×)"));
}

static void
test_describe (void)
{
  g_autoptr(LabFindings) findings = lab_findings_new ();
  g_autofree char *nothing = lab_chart_describe (&lab_test_experiment, findings);
  g_autofree char *text = NULL;

  g_assert_cmpstr (nothing, ==, "");
  take (findings, "number\tsize\tone\t10\nnumber\tsize\ttwo\t2.5\n");
  text = lab_chart_describe (&lab_test_experiment, findings);
  g_assert_cmpstr (text, ==, "Size. The first: 10\u202fms, The | <second>: 2.50\u202fms");
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);

  g_test_add_func ("/lab/chart/step", test_step);
  g_test_add_func ("/lab/chart/amdahl", test_amdahl);
  g_test_add_func ("/lab/chart/bars", test_bars);
  g_test_add_func ("/lab/chart/whiskers", test_whiskers);
  g_test_add_func ("/lab/chart/earlier", test_earlier);
  g_test_add_func ("/lab/chart/extremes", test_extremes);
  g_test_add_func ("/lab/chart/curve", test_curve);
  g_test_add_func ("/lab/chart/describe", test_describe);

  return g_test_run ();
}
