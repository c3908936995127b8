/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-test.h"

#include "lab-timeline-picture.h"

#define SECOND ((gint64) G_USEC_PER_SEC)

static HaulLane *
add_worker (HaulTimeline *timeline,
            const char   *title)
{
  return haul_timeline_add_lane (timeline, HAUL_LANE_WORKER, title, 42);
}

static guint
count_shapes (const LabDrawing *drawing,
              LabInk            ink)
{
  guint n = 0;

  for (guint i = 0; i < lab_drawing_get_n (drawing); i++)
    n += lab_drawing_get (drawing, i)->kind == LAB_SHAPE_RECT && lab_drawing_get (drawing, i)->ink == ink;
  return n;
}

static const LabShape *
find_text (const LabDrawing *drawing,
           const char       *text)
{
  for (guint i = 0; i < lab_drawing_get_n (drawing); i++)
    {
      const LabShape *shape = lab_drawing_get (drawing, i);

      if (shape->kind == LAB_SHAPE_TEXT && g_strcmp0 (shape->text, text) == 0)
        return shape;
    }
  return NULL;
}

static const LabShape *
find_bar (const LabDrawing *drawing,
          const char       *text)
{
  for (guint i = 0; i < lab_drawing_get_n (drawing); i++)
    {
      const LabShape *shape = lab_drawing_get (drawing, i);

      if (shape->kind == LAB_SHAPE_RECT && g_strcmp0 (shape->text, text) == 0)
        return shape;
    }
  return NULL;
}

/* Bars are where their times are. */
static void
test_places (void)
{
  g_autoptr(HaulTimeline) timeline = haul_timeline_new (0);
  const LabTimelineRun run = { timeline, NULL, 0 };
  const LabTimelineScale scale = { 0, 10 * SECOND, 10 * SECOND, 100 + 1000 + LAB_TIMELINE_MARGIN, 100, FALSE, 0 };
  LabTimelineScale mirrored = scale;
  HaulLane *lane = add_worker (timeline, "worker");
  g_autoptr(LabDrawing) drawing = NULL;
  g_autoptr(LabDrawing) other = NULL;
  LabTimelineShown shown;

  haul_lane_begin (lane, HAUL_SPAN_STARTING, 0, "first");
  haul_lane_begin (lane, HAUL_SPAN_WORKING, 2 * SECOND, "second");
  haul_lane_begin (lane, HAUL_SPAN_PAUSED, 5 * SECOND, "third");   /* and lasts */
  haul_lane_mark (lane, HAUL_MARK_SIGNAL, 5 * SECOND, "SIGSTOP");
  drawing = lab_timeline_picture_new (&run, 1, &scale, &shown);
  g_assert_cmpuint (shown.n_spans, ==, 3);
  g_assert_cmpuint (shown.n_drawn, ==, 3);
  g_assert_null (lab_timeline_format_shown (&shown));
  g_assert_cmpfloat (find_bar (drawing, "first")->x, ==, 100);
  g_assert_cmpfloat (find_bar (drawing, "first")->width, ==, 200 - LAB_TIMELINE_GAP);
  g_assert_cmpfloat (find_bar (drawing, "second")->x, ==, 300);
  g_assert_cmpfloat (find_bar (drawing, "third")->x, ==, 600);
  g_assert_cmpfloat (find_bar (drawing, "third")->width, ==, 500 - LAB_TIMELINE_GAP);
  g_assert_nonnull (find_text (drawing, "worker"));
  g_assert_nonnull (find_text (drawing, "pid 42"));
  g_assert_nonnull (find_text (drawing, "SIGSTOP"));
  g_assert_nonnull (find_text (drawing, "second"));
  g_assert_nonnull (find_text (drawing, "exited, not joined"));   /* the legend */

  /* Names go to the right, time does not. */
  mirrored.rtl = TRUE;
  other = lab_timeline_picture_new (&run, 1, &mirrored, NULL);
  g_assert_cmpfloat (find_bar (other, "first")->x, ==, LAB_TIMELINE_MARGIN);
  g_assert_cmpfloat (find_bar (other, "second")->x, >, find_bar (other, "first")->x);
  g_assert_cmpfloat (find_text (other, "worker")->x, >, 1000);
  g_assert_cmpfloat (find_text (drawing, "starting")->x, <, find_text (drawing, "waiting")->x);
  g_assert_cmpfloat (find_text (other, "starting")->x, >, find_text (other, "waiting")->x);

  for (gint64 at = 0; at <= 10 * SECOND; at += SECOND / 3)
    g_assert_cmpint (ABS (lab_timeline_get_time (&scale, lab_timeline_get_x (&scale, at)) - at), <=, 1);
}

/* However many spans there are, it is so many shapes, and it says so. */
/* The word of a mark is not crossed out by the next one; where there is no room for it, there is none. */
static void
test_mark_words (void)
{
  g_autoptr(HaulTimeline) timeline = haul_timeline_new (0);
  const LabTimelineRun run = { timeline, NULL, 0 };
  const LabTimelineScale scale = { 0, 10 * SECOND, 10 * SECOND, 100 + 1000 + LAB_TIMELINE_MARGIN, 100, FALSE, 0 };
  HaulLane *lane = add_worker (timeline, "worker");
  g_autoptr(LabDrawing) drawing = NULL;

  haul_lane_begin (lane, HAUL_SPAN_WORKING, 0, NULL);
  haul_lane_mark (lane, HAUL_MARK_SIGNAL, 5 * SECOND, "SIGSTOP");
  haul_lane_mark (lane, HAUL_MARK_SIGNAL, 5.2 * SECOND, "SIGTSTP");
  haul_lane_mark (lane, HAUL_MARK_SIGNAL, 5.4 * SECOND, "SIGCONT");
  drawing = lab_timeline_picture_new (&run, 1, &scale, NULL);
  g_assert_cmpfloat (find_text (drawing, "SIGSTOP")->x, <, 560);
  g_assert_null (find_text (drawing, "SIGTSTP"));
  g_assert_cmpfloat (find_text (drawing, "SIGCONT")->x, >, 640);
}

static void
test_bounded (void)
{
  g_autoptr(HaulTimeline) timeline = haul_timeline_new (0);
  const LabTimelineRun run = { timeline, NULL, 0 };
  LabTimelineScale scale = { 0, 100 * SECOND, 100 * SECOND, 900, 100, FALSE, 0 };
  LabTimelineShown shown;

  for (guint i = 0; i < 20; i++)
    {
      HaulLane *lane = add_worker (timeline, "worker");

      for (guint j = 0; j < HAUL_LANE_MAX_ITEMS; j++)
        {
          haul_lane_begin (lane, j % 2 == 0 ? HAUL_SPAN_WORKING : HAUL_SPAN_WAITING, j * 10000, NULL);
          haul_lane_mark (lane, HAUL_MARK_MESSAGE, j * 10000, NULL);
        }
      haul_lane_end (lane, 100 * SECOND);
    }
  for (guint most = 100; most <= 2000; most += 950)
    {
      g_autoptr(LabDrawing) drawing = NULL;
      g_autofree char *text = NULL;

      scale.max_shapes = most;
      drawing = lab_timeline_picture_new (&run, 1, &scale, &shown);
      g_assert_cmpuint (lab_drawing_get_n (drawing), <=, most + 60);   /* axis and legend */
      g_assert_cmpuint (lab_drawing_get_n (drawing), >=, 60);
      g_assert_cmpuint (shown.n_drawn, <, shown.n_spans);
      text = lab_timeline_format_shown (&shown);
      haul_test_assert_contains (text, "Showing ");
      haul_test_assert_contains (text, "dropped");
    }
}

/* Zooming in reveals them. */
static void
test_zoom (void)
{
  g_autoptr(HaulTimeline) timeline = haul_timeline_new (0);
  const LabTimelineRun run = { timeline, NULL, 0 };
  const LabTimelineScale scale = { 50 * SECOND, 51 * SECOND, 100 * SECOND, 900, 100, FALSE, 0 };
  HaulLane *lane = add_worker (timeline, "worker");
  g_autoptr(LabDrawing) drawing = NULL;
  LabTimelineShown shown;

  for (guint i = 0; i < HAUL_LANE_MAX_ITEMS; i++)
    haul_lane_begin (lane, i % 2 == 0 ? HAUL_SPAN_WORKING : HAUL_SPAN_WAITING, i * 10000, NULL);
  drawing = lab_timeline_picture_new (&run, 1, &scale, &shown);
  g_assert_cmpuint (shown.n_spans, ==, 101);
  g_assert_cmpuint (shown.n_drawn, >=, 99);   /* those at the edges may be cut */
  g_assert_cmpuint (count_shapes (drawing, LAB_INK_WORKING), ==, 51 + 1);   /* and the legend */
}

static void
test_find_span (void)
{
  g_autoptr(HaulTimeline) timeline = haul_timeline_new (0);
  HaulLane *lane = add_worker (timeline, "worker");

  g_assert_cmpuint (lab_lane_find_span (lane, 0), ==, 0);
  haul_lane_begin (lane, HAUL_SPAN_WORKING, 10, NULL);
  haul_lane_end (lane, 20);
  haul_lane_begin (lane, HAUL_SPAN_WORKING, 30, NULL);
  g_assert_cmpuint (lab_lane_find_span (lane, 0), ==, 0);
  g_assert_cmpuint (lab_lane_find_span (lane, 19), ==, 0);
  g_assert_cmpuint (lab_lane_find_span (lane, 20), ==, 1);
  g_assert_cmpuint (lab_lane_find_span (lane, 1000), ==, 1);
  haul_lane_end (lane, 40);
  g_assert_cmpuint (lab_lane_find_span (lane, 1000), ==, 2);
}

static void
test_steps (void)
{
  static const struct { gint64 to; gint64 step; const char *second; } cases[] = {
    { 1000, 100, "0.0001 s" }, { SECOND, 100 * 1000, "0.1 s" }, { 10 * SECOND, SECOND, "1 s" },
    { 60 * SECOND, 10 * SECOND, "10 s" }, { 600 * SECOND, 60 * SECOND, "60 s" },
    { 7200 * SECOND, 900 * SECOND, "15:00" }, { 86400 * SECOND, 14400 * SECOND, "4:00:00" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const LabTimelineScale scale = { 0, cases[i].to, 0, 100 + 800 + LAB_TIMELINE_MARGIN, 100, FALSE, 0 };
      gint64 step = lab_timeline_get_step (&scale);
      g_autofree char *text = lab_timeline_format_time (step, step);

      g_assert_cmpint (step, ==, cases[i].step);
      g_assert_cmpstr (text, ==, cases[i].second);
    }
}

static void
test_words (void)
{
  const HaulSpan span = { HAUL_SPAN_WORKING, 0, 12400000, NULL };
  const HaulSpan lasting = { HAUL_SPAN_ZOMBIE, 100, 99, NULL };
  g_autofree char *words = lab_span_describe (&span, 0);
  g_autofree char *more = lab_span_describe (&lasting, 350);

  g_assert_cmpstr (words, ==, "working 0.0 to 12.4 s");
  g_assert_cmpstr (more, ==, "exited, not joined 0.00010 to 0.00035 s");
}

/* Two runs on one axis, and by how much one was over sooner. */
static void
test_compare (void)
{
  g_autoptr(HaulTimeline) slow = haul_timeline_new (0);
  g_autoptr(HaulTimeline) fast = haul_timeline_new (1000);
  const LabTimelineRun runs[] = { { slow, "1 worker", 10 * SECOND }, { fast, "2 workers", 54 * SECOND / 10 } };
  const LabTimelineScale scale = { 0, 0, 10 * SECOND, 800, 100, FALSE, 0 };
  HaulLane *lane = add_worker (slow, "worker");
  g_autoptr(LabDrawing) drawing = NULL;
  g_autoptr(LabDrawing) alone = NULL;
  g_autoptr(GArray) rows = NULL;
  g_autofree char *saved = NULL;
  g_autofree char *words = NULL;

  haul_lane_begin (lane, HAUL_SPAN_WORKING, 0, NULL);
  haul_lane_end (lane, 10 * SECOND);
  haul_timeline_add_lane (slow, HAUL_LANE_CORES, "cores", 0);
  haul_timeline_add_lane (slow, HAUL_LANE_LOOP, "loop", 0);
  lane = add_worker (fast, "worker");
  haul_lane_begin (lane, HAUL_SPAN_WORKING, 0, NULL);
  haul_lane_end (lane, 54 * SECOND / 10);

  rows = lab_timeline_rows_new (runs, 2);
  g_assert_cmpuint (rows->len, ==, 1 + 3 + 1 + 1);
  g_assert_null (g_array_index (rows, LabTimelineRow, 0).lane);
  g_assert_cmpint (haul_lane_get_kind (g_array_index (rows, LabTimelineRow, 1).lane), ==, HAUL_LANE_LOOP);
  g_assert_cmpint (haul_lane_get_kind (g_array_index (rows, LabTimelineRow, 3).lane), ==, HAUL_LANE_CORES);
  g_assert_cmpuint (g_array_index (rows, LabTimelineRow, 5).run, ==, 1);

  saved = lab_timeline_format_saved (runs, 2);
  g_assert_cmpstr (saved, ==, "−46 %, 4.6 s less");
  g_assert_null (lab_timeline_format_saved (runs, 1));
  words = lab_timeline_describe (runs, 2);
  g_assert_cmpstr (words, ==, "1 worker: 1 worker in 10.0 s. 2 workers: 1 worker in 5.4 s.");
  drawing = lab_timeline_picture_new (runs, 2, &scale, NULL);
  g_assert_nonnull (find_text (drawing, saved));
  g_assert_cmpuint (count_shapes (drawing, LAB_INK_GOOD), ==, 1);
  alone = lab_timeline_picture_new (runs, 1, &scale, NULL);
  g_assert_cmpuint (count_shapes (alone, LAB_INK_GOOD), ==, 0);
}

/* A loop that was blocked is a block, as long as it was. */
static void
test_values (void)
{
  g_autoptr(HaulTimeline) timeline = haul_timeline_new (0);
  const LabTimelineRun run = { timeline, NULL, 0 };
  const LabTimelineScale scale = { 0, 10 * SECOND, 10 * SECOND, 100 + 1000 + LAB_TIMELINE_MARGIN, 100, FALSE, 0 };
  HaulLane *loop = haul_timeline_add_lane (timeline, HAUL_LANE_LOOP, "loop", 0);
  g_autoptr(LabDrawing) drawing = NULL;
  const LabShape *block = NULL;

  haul_lane_add_value (loop, SECOND, 2);
  haul_lane_add_value (loop, 6 * SECOND, 3000);
  haul_lane_add_value (loop, 7 * SECOND, 2);
  drawing = lab_timeline_picture_new (&run, 1, &scale, NULL);
  g_assert_cmpuint (count_shapes (drawing, LAB_INK_BAD), ==, 1);
  for (guint i = 0; i < lab_drawing_get_n (drawing); i++)
    if (lab_drawing_get (drawing, i)->kind == LAB_SHAPE_RECT && lab_drawing_get (drawing, i)->ink == LAB_INK_BAD)
      block = lab_drawing_get (drawing, i);
  g_assert_cmpfloat (block->x, ==, 400);
  g_assert_cmpfloat (block->width, ==, 300);
  g_assert_cmpfloat (block->height, ==, LAB_TIMELINE_BAR_HEIGHT);
}

int
main (int   argc,
      char *argv[])
{
  haul_test_init (&argc, &argv);

  g_test_add_func ("/lab-timeline/places", test_places);
  g_test_add_func ("/lab-timeline/mark-words", test_mark_words);
  g_test_add_func ("/lab-timeline/bounded", test_bounded);
  g_test_add_func ("/lab-timeline/zoom", test_zoom);
  g_test_add_func ("/lab-timeline/find-span", test_find_span);
  g_test_add_func ("/lab-timeline/steps", test_steps);
  g_test_add_func ("/lab-timeline/words", test_words);
  g_test_add_func ("/lab-timeline/compare", test_compare);
  g_test_add_func ("/lab-timeline/values", test_values);

  return g_test_run ();
}
