/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <string.h>

#include "lab-drawing.h"
#include "lab-picture.h"
#include "lab-test-samples.h"
#include "lab-test.h"
#include "lab-timeline-picture.h"

/* What is drawn of all that experiments may find: each word of it can be read, in the language of the environment,
 * from a wide window to a narrow one with text of twice its size, which has half as many units. */

static const double widths[] = { 150, 180, 220, 280, 330, 420, 560, 720, 1000 };

typedef struct
{
  double left;
  double right;
  double top;
  double bottom;
} Box;

/* Letters reach from below the baseline to a good part of their size above it. */
static Box
get_box (const LabShape *text)
{
  double size = text->small ? LAB_SMALL_TEXT_SIZE : LAB_TEXT_SIZE;
  double width = lab_text_guess_width (text->text, text->small);
  double left = text->x - text->align * width;

  return (Box) { left, left + width, text->y - 0.75 * size, text->y + 0.2 * size };
}

static gboolean
overlap (const Box *a,
         const Box *b)
{
  return a->left < b->right - 0.5 && b->left < a->right - 0.5 && a->top < b->bottom - 0.5 && b->top < a->bottom - 0.5;
}

static void
assert_legible (const LabDrawing *drawing,
                const char       *name)
{
  double width = lab_drawing_get_width (drawing), height = lab_drawing_get_height (drawing);
  g_autoptr(GArray) boxes = g_array_new (FALSE, FALSE, sizeof (Box));
  g_autoptr(GPtrArray) texts = g_ptr_array_new ();

  for (guint i = 0; i < lab_drawing_get_n (drawing); i++)
    {
      const LabShape *shape = lab_drawing_get (drawing, i);
      Box box;

      if (shape->kind != LAB_SHAPE_TEXT)
        continue;
      box = get_box (shape);
      if (box.left < -0.5 || box.right > width + 0.5 || box.top < -0.5 || box.bottom > height + 0.5 || strstr (shape->text, "…") != NULL)
        g_error ("“%s” is cut, at %g to %g and %g to %g of %g × %g: %s", shape->text, box.left, box.right, box.top,
                 box.bottom, width, height, name);
      for (guint j = 0; j < boxes->len; j++)
        {
          if (overlap (&box, &g_array_index (boxes, Box, j)))
            g_error ("“%s” lies over “%s” in a width of %g: %s", shape->text, (const char *) texts->pdata[j], width, name);
        }
      g_array_append_val (boxes, box);
      g_ptr_array_add (texts, (gpointer) shape->text);
    }
  g_assert_cmpuint (texts->len, >, 0);
}

/* Where people read from right to left the names of lanes are at the other end; charts are mirrored when they are drawn. */
static void
assert_mirrored (LabFindings *findings,
                 double       width,
                 const char  *name)
{
  HaulTimeline *timeline = lab_findings_get_timeline (findings);
  const LabTimelineRun run = { .timeline = timeline };
  const LabTimelineScale scale = { .now = haul_timeline_get_end (timeline), .width = width, .rtl = TRUE };
  g_autoptr(LabDrawing) drawing = lab_timeline_picture_new (&run, 1, &scale, NULL);

  assert_legible (drawing, name);
}

static void
test_legible (void)
{
  for (const LabTestSample *sample = lab_test_samples; sample->experiment != NULL; sample++)
    {
      const LabExperiment *experiment = lab_experiment_lookup (sample->experiment, NULL);
      g_autoptr(LabFindings) findings = lab_test_sample_read (sample);
      g_autofree char *name = lab_test_sample_name (sample);

      for (guint i = 0; i < G_N_ELEMENTS (widths); i++)
        {
          g_autoptr(LabDrawing) drawing = lab_picture_new (experiment, findings, NULL, widths[i]);
          g_autoptr(LabDrawing) beside = lab_picture_new (experiment, findings, findings, widths[i]);

          g_assert_cmpfloat (lab_drawing_get_width (drawing), ==, widths[i]);
          assert_legible (drawing, name);
          assert_legible (beside, name);
          if (experiment->picture == LAB_PICTURE_LANES)
            assert_mirrored (findings, widths[i], name);
        }
    }
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);
  lab_test_speak ();

  g_test_add_func ("/lab/pictures/legible", test_legible);

  return g_test_run ();
}
