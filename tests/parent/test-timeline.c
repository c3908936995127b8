/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-test.h"

#include "haul/parent/haul-timeline.h"

typedef struct
{
  guint lane;
  guint timeline;
} Changes;

static void
lane_changed_cb (HaulLane *lane,
                 Changes  *changes)
{
  changes->lane++;
}

static void
timeline_changed_cb (HaulTimeline *timeline,
                     Changes      *changes)
{
  changes->timeline++;
}

static gboolean
was_told (gpointer data)
{
  return ((Changes *) data)->timeline > 0;
}

static gboolean
is_true (gpointer data)
{
  return *(gboolean *) data;
}

static void
set_true (gpointer data)
{
  *(gboolean *) data = TRUE;
}

/* Until the loop has nothing else to do. */
static void
settle (void)
{
  gboolean idle = FALSE;

  g_idle_add_once (set_true, &idle);
  haul_test_run_until (is_true, &idle, HAUL_TEST_SOON_MS);
}

static void
assert_span (HaulLane     *lane,
             guint         index,
             HaulSpanKind  kind,
             gint64        start,
             gint64        end,
             const char   *text)
{
  const HaulSpan *span = haul_lane_get_span (lane, index);

  g_assert_cmpstr (haul_span_kind_to_nick (span->kind), ==, haul_span_kind_to_nick (kind));
  g_assert_cmpint (span->start, ==, start);
  g_assert_cmpint (span->end, ==, end);
  g_assert_cmpstr (span->text, ==, text);
}

static void
test_empty (void)
{
  HaulTimeline *timeline = haul_timeline_new (1234);

  g_assert_cmpint (haul_timeline_get_origin (timeline), ==, 1234);
  g_assert_cmpint (haul_timeline_get_end (timeline), ==, 0);
  g_assert_cmpuint (haul_timeline_get_dropped (timeline), ==, 0);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (timeline)), ==, 0);
  g_assert_null (g_list_model_get_item (G_LIST_MODEL (timeline), 0));
  g_assert_true (g_list_model_get_item_type (G_LIST_MODEL (timeline)) == HAUL_TYPE_LANE);
  g_assert_finalize_object (timeline);
}

static void
test_spans (void)
{
  g_autoptr(HaulTimeline) timeline = haul_timeline_new (0);
  HaulLane *lane = haul_timeline_add_lane (timeline, HAUL_LANE_WORKER, "worker 1", 42);
  g_autofree char *title = NULL;
  HaulLaneKind kind;
  int pid;

  g_object_get (lane, "title", &title, "pid", &pid, "kind", &kind, NULL);
  g_assert_cmpstr (title, ==, "worker 1");
  g_assert_cmpint (pid, ==, 42);
  g_assert_cmpint (kind, ==, HAUL_LANE_WORKER);

  haul_lane_end (lane, 5);
  g_assert_cmpuint (haul_lane_get_n_spans (lane), ==, 0);

  haul_lane_begin (lane, HAUL_SPAN_STARTING, 10, NULL);
  assert_span (lane, 0, HAUL_SPAN_STARTING, 10, 9, NULL);
  g_assert_cmpint (haul_lane_get_end (lane), ==, 10);
  haul_lane_begin (lane, HAUL_SPAN_WORKING, 25, "Count Primes");
  assert_span (lane, 0, HAUL_SPAN_STARTING, 10, 25, NULL);
  assert_span (lane, 1, HAUL_SPAN_WORKING, 25, 24, "Count Primes");
  haul_lane_end (lane, 60);
  haul_lane_end (lane, 70);
  assert_span (lane, 1, HAUL_SPAN_WORKING, 25, 60, "Count Primes");
  g_assert_cmpint (haul_timeline_get_end (timeline), ==, 60);

  /* What had no time is not there. */
  haul_lane_begin (lane, HAUL_SPAN_WAITING, 80, "nothing");
  haul_lane_begin (lane, HAUL_SPAN_ZOMBIE, 80, "something");
  g_assert_cmpuint (haul_lane_get_n_spans (lane), ==, 3);
  assert_span (lane, 2, HAUL_SPAN_ZOMBIE, 80, 79, "something");
}

/* What is said late, or wrongly, does not put spans in disorder. */
static void
test_disorder (void)
{
  g_autoptr(HaulTimeline) timeline = haul_timeline_new (0);
  HaulLane *lane = haul_timeline_add_lane (timeline, HAUL_LANE_WORKER, "worker", 0);
  gint64 at;

  haul_lane_begin (lane, HAUL_SPAN_WORKING, 100, NULL);
  haul_lane_end (lane, 50);
  assert_span (lane, 0, HAUL_SPAN_WORKING, 100, 100, NULL);
  haul_lane_begin (lane, HAUL_SPAN_PAUSED, 200, NULL);
  haul_lane_end (lane, 300);
  haul_lane_begin (lane, HAUL_SPAN_ZOMBIE, 250, NULL);
  assert_span (lane, 2, HAUL_SPAN_ZOMBIE, 300, 299, NULL);
  haul_lane_end (lane, G_MININT64);
  assert_span (lane, 2, HAUL_SPAN_ZOMBIE, 300, 300, NULL);

  haul_lane_mark (lane, HAUL_MARK_JOIN, 30, NULL);
  haul_lane_mark (lane, HAUL_MARK_SIGNAL, 10, "SIGTERM");
  haul_lane_mark (lane, HAUL_MARK_EXIT, 20, "exit 0");
  haul_lane_mark (lane, HAUL_MARK_MESSAGE, 20, NULL);
  g_assert_cmpuint (haul_lane_get_n_marks (lane), ==, 4);
  g_assert_cmpstr (haul_lane_get_mark (lane, 0)->text, ==, "SIGTERM");
  g_assert_cmpint (haul_lane_get_mark (lane, 1)->kind, ==, HAUL_MARK_EXIT);
  g_assert_cmpint (haul_lane_get_mark (lane, 2)->kind, ==, HAUL_MARK_MESSAGE);
  g_assert_cmpstr (haul_mark_kind_to_nick (haul_lane_get_mark (lane, 3)->kind), ==, "join");

  haul_lane_add_value (lane, 70, 1.5);
  haul_lane_add_value (lane, 60, 2.5);
  g_assert_cmpfloat (haul_lane_get_value (lane, 1, &at), ==, 2.5);
  g_assert_cmpint (at, ==, 70);
  g_assert_cmpfloat (haul_lane_get_value (lane, 0, NULL), ==, 1.5);
}

/* The oldest spans go, and are counted; their texts go with them. */
static void
test_lane_bound (void)
{
  const guint n_more = 25000;
  g_autoptr(HaulTimeline) timeline = haul_timeline_new (0);
  HaulLane *lane = haul_timeline_add_lane (timeline, HAUL_LANE_WORKER, "worker", 0);
  HaulSpan *copy;

  for (guint i = 0; i < HAUL_LANE_MAX_ITEMS + n_more; i++)
    {
      g_autofree char *text = g_strdup_printf ("item %u", i);

      haul_lane_begin (lane, HAUL_SPAN_WORKING, i * 10, text);
    }
  g_assert_cmpuint (haul_lane_get_n_spans (lane), ==, HAUL_LANE_MAX_ITEMS);
  g_assert_cmpuint (haul_lane_get_dropped (lane), ==, n_more);
  g_assert_cmpuint (haul_timeline_get_dropped (timeline), ==, n_more);
  assert_span (lane, 0, HAUL_SPAN_WORKING, n_more * 10, n_more * 10 + 10, "item 25000");
  assert_span (lane, HAUL_LANE_MAX_ITEMS - 1, HAUL_SPAN_WORKING, 349990, 349989, "item 34999");

  /* A copy lasts. */
  copy = g_boxed_copy (HAUL_TYPE_SPAN, haul_lane_get_span (lane, 0));
  for (guint i = 0; i < HAUL_LANE_MAX_ITEMS; i++)
    haul_lane_begin (lane, HAUL_SPAN_PAUSED, 400000 + i, NULL);
  g_assert_cmpstr (copy->text, ==, "item 25000");
  g_boxed_free (HAUL_TYPE_SPAN, copy);

  for (guint i = 0; i < HAUL_LANE_MAX_ITEMS + 7; i++)
    haul_lane_mark (lane, HAUL_MARK_MESSAGE, i, NULL);
  g_assert_cmpuint (haul_lane_get_n_marks (lane), ==, HAUL_LANE_MAX_ITEMS);
  g_assert_cmpint (haul_lane_get_mark (lane, 0)->at, ==, 7);
}

/* However many lanes there are, all of them together have no more than so many items. */
static void
test_timeline_bound (void)
{
  const guint n_lanes = 25;
  g_autoptr(HaulTimeline) timeline = haul_timeline_new (0);
  guint n_items = 0;

  for (guint i = 0; i < n_lanes; i++)
    {
      HaulLane *lane = haul_timeline_add_lane (timeline, HAUL_LANE_WORKER, "worker", 0);

      for (guint j = 0; j < HAUL_LANE_MAX_ITEMS; j++)
        haul_lane_add_value (lane, j, 0.5);
      g_assert_cmpuint (haul_lane_get_n_values (lane), >=, 1);
    }
  for (guint i = 0; i < n_lanes; i++)
    {
      g_autoptr(HaulLane) lane = g_list_model_get_item (G_LIST_MODEL (timeline), i);

      n_items += haul_lane_get_n_values (lane);
    }
  g_assert_cmpuint (n_items, >=, HAUL_TIMELINE_MAX_ITEMS);
  g_assert_cmpuint (n_items, <=, HAUL_TIMELINE_MAX_ITEMS + n_lanes);
  g_assert_cmpuint (n_items + haul_timeline_get_dropped (timeline), ==, n_lanes * HAUL_LANE_MAX_ITEMS);
}

/* Where there are too many lanes, the oldest that is at nothing goes, and neither the loop nor who works. */
static void
test_too_many_lanes (void)
{
  g_autoptr(HaulTimeline) timeline = haul_timeline_new (0);
  HaulLane *loop = haul_timeline_add_lane (timeline, HAUL_LANE_LOOP, "loop", 0);
  HaulLane *busy = haul_timeline_add_lane (timeline, HAUL_LANE_WORKER, "busy", 0);
  g_autoptr(HaulLane) gone = NULL;
  g_autoptr(HaulLane) second = NULL;
  g_autoptr(HaulLane) third = NULL;

  haul_lane_begin (busy, HAUL_SPAN_WORKING, 0, NULL);
  for (guint i = 0; i < HAUL_TIMELINE_MAX_LANES - 2; i++)
    {
      HaulLane *lane = haul_timeline_add_lane (timeline, HAUL_LANE_WORKER, "done", i + 1);

      haul_lane_begin (lane, HAUL_SPAN_WORKING, 0, NULL);
      haul_lane_end (lane, 10);
    }
  gone = g_list_model_get_item (G_LIST_MODEL (timeline), 2);
  haul_timeline_add_lane (timeline, HAUL_LANE_WORKER, "one more", 0);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (timeline)), ==, HAUL_TIMELINE_MAX_LANES);
  g_assert_cmpuint (haul_timeline_get_dropped (timeline), ==, 1);
  second = g_list_model_get_item (G_LIST_MODEL (timeline), 1);
  third = g_list_model_get_item (G_LIST_MODEL (timeline), 2);
  g_assert_true (second == busy);
  g_assert_cmpint (haul_lane_get_pid (third), ==, 2);
  g_assert_cmpint (haul_lane_get_kind (loop), ==, HAUL_LANE_LOOP);

  /* Who still has it may go on with it. */
  haul_lane_mark (gone, HAUL_MARK_JOIN, 20, NULL);
  g_assert_cmpuint (haul_lane_get_n_marks (gone), ==, 1);
}

static void
test_changed (void)
{
  g_autoptr(HaulTimeline) timeline = haul_timeline_new (0);
  HaulLane *lane = haul_timeline_add_lane (timeline, HAUL_LANE_WORKER, "worker", 0);
  HaulLane *other = haul_timeline_add_lane (timeline, HAUL_LANE_WORKER, "other", 0);
  Changes changes = { 0, 0 };
  Changes others = { 0, 0 };

  g_signal_connect (lane, "changed", G_CALLBACK (lane_changed_cb), &changes);
  g_signal_connect (other, "changed", G_CALLBACK (lane_changed_cb), &others);
  g_signal_connect (timeline, "changed", G_CALLBACK (timeline_changed_cb), &changes);
  for (guint i = 0; i < 100; i++)
    haul_lane_begin (lane, HAUL_SPAN_WORKING, i, NULL);
  g_assert_cmpuint (changes.lane, ==, 0);
  haul_test_run_until (was_told, &changes, HAUL_TEST_SOON_MS);
  settle ();
  g_assert_cmpuint (changes.lane, ==, 1);
  g_assert_cmpuint (changes.timeline, ==, 1);
  g_assert_cmpuint (others.lane, ==, 0);

  haul_lane_end (lane, 200);
  haul_lane_add_value (other, 1, 1);
  haul_lane_mark (lane, HAUL_MARK_EXIT, 200, NULL);
  settle ();
  g_assert_cmpuint (changes.lane, ==, 2);
  g_assert_cmpuint (changes.timeline, ==, 2);
  g_assert_cmpuint (others.lane, ==, 1);
}

/* A lane may be kept for longer than its timeline, and changed. */
static void
test_orphaned_lane (void)
{
  HaulTimeline *timeline = haul_timeline_new (0);
  HaulLane *lane = g_object_ref (haul_timeline_add_lane (timeline, HAUL_LANE_WORKER, "worker", 0));

  haul_lane_begin (lane, HAUL_SPAN_WORKING, 0, "text");
  g_assert_finalize_object (timeline);
  haul_lane_begin (lane, HAUL_SPAN_PAUSED, 10, NULL);
  assert_span (lane, 0, HAUL_SPAN_WORKING, 0, 10, "text");
  g_assert_finalize_object (lane);
}

int
main (int   argc,
      char *argv[])
{
  haul_test_init (&argc, &argv);

  g_test_add_func ("/timeline/empty", test_empty);
  g_test_add_func ("/timeline/spans", test_spans);
  g_test_add_func ("/timeline/disorder", test_disorder);
  g_test_add_func ("/timeline/lane-bound", test_lane_bound);
  g_test_add_func ("/timeline/timeline-bound", test_timeline_bound);
  g_test_add_func ("/timeline/too-many-lanes", test_too_many_lanes);
  g_test_add_func ("/timeline/changed", test_changed);
  g_test_add_func ("/timeline/orphaned-lane", test_orphaned_lane);

  return g_test_run ();
}
