/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <signal.h>
#include <stdio.h>

#include "haul/parent/haul-timeline-recorder-private.h"
#include "test-pool-util.h"

/* What a timeline says of real jobs and pools. */

static HaulTimelineRecorder *
recorder_new (void)
{
  g_autoptr(HaulTimeline) timeline = haul_timeline_new (g_get_monotonic_time ());

  return haul_timeline_recorder_new (timeline);
}

static guint
n_lanes (HaulTimelineRecorder *recorder)
{
  return g_list_model_get_n_items (G_LIST_MODEL (haul_timeline_recorder_get_timeline (recorder)));
}

/* The timeline keeps it. */
static HaulLane *
nth_lane (HaulTimelineRecorder *recorder,
          guint                 n)
{
  g_autoptr(HaulLane) lane = g_list_model_get_item (G_LIST_MODEL (haul_timeline_recorder_get_timeline (recorder)), n);

  g_assert_nonnull (lane);
  return lane;
}

static void
assert_span (HaulLane     *lane,
             guint         index,
             HaulSpanKind  kind,
             gint64        start,
             gint64        end)
{
  const HaulSpan *span = haul_lane_get_span (lane, index);

  g_assert_cmpstr (haul_span_kind_to_nick (span->kind), ==, haul_span_kind_to_nick (kind));
  g_assert_cmpint (span->start, ==, start);
  g_assert_cmpint (span->end, ==, end);
}

/* The time of the only mark of this kind and text; -1 for none. */
static gint64
find_mark (HaulLane     *lane,
           HaulMarkKind  kind,
           const char   *text)
{
  gint64 at = -1;

  for (guint i = 0; i < haul_lane_get_n_marks (lane); i++)
    {
      const HaulMark *mark = haul_lane_get_mark (lane, i);

      if (mark->kind != kind || (text != NULL && g_strcmp0 (mark->text, text) != 0))
        continue;
      g_assert_cmpint (at, ==, -1);
      at = mark->at;
    }
  return at;
}

static gint64
stamp (HaulTimelineRecorder *recorder,
       HaulJob              *job,
       HaulStamp             which)
{
  gint64 at = haul_job_get_stamp (job, which);

  g_assert_cmpint (at, >, 0);
  return at - haul_timeline_get_origin (haul_timeline_recorder_get_timeline (recorder));
}

static HaulJob *
start (HaulTimelineRecorder *recorder,
       HaulExecutor         *executor,
       const char           *task,
       const char           *arguments)
{
  HaulJob *job = haul_test_job_new (task, arguments);

  haul_timeline_recorder_add_job (recorder, job);
  haul_timeline_recorder_add_job (recorder, job);   /* once is enough */
  haul_test_submit (executor, job);
  return job;
}

/* How many it stands for. */
static guint
read_messages (const HaulMark *mark)
{
  guint n = 0;

  if (mark->kind == HAUL_MARK_MESSAGE)
    g_assert_cmpint (sscanf (mark->text, "%u message", &n), ==, 1);
  return n;
}

/* Spans and marks are where the stamps are. */
static void
test_done (void)
{
  g_autoptr(HaulTimelineRecorder) recorder = recorder_new ();
  g_autoptr(HaulExecutor) executor = haul_test_process_executor_new ();
  g_autoptr(HaulJob) job = NULL;
  guint n_messages = 0;
  HaulLane *lane;

  haul_test_begin ();
  job = start (recorder, executor, "ok", NULL);
  haul_test_wait_ended (job);
  haul_test_assert_verdict (job, HAUL_VERDICT_DONE);
  g_assert_cmpuint (n_lanes (recorder), ==, 1);
  lane = nth_lane (recorder, 0);
  g_assert_cmpstr (haul_lane_get_title (lane), ==, "ok");
  g_assert_cmpint (haul_lane_get_pid (lane), ==, haul_job_get_pid (job));
  g_assert_cmpuint (haul_lane_get_n_spans (lane), ==, 3);
  assert_span (lane, 0, HAUL_SPAN_STARTING, stamp (recorder, job, HAUL_STAMP_STARTED),
               stamp (recorder, job, HAUL_STAMP_RUNNING));
  assert_span (lane, 1, HAUL_SPAN_WORKING, stamp (recorder, job, HAUL_STAMP_RUNNING),
               stamp (recorder, job, HAUL_STAMP_EXITED));
  assert_span (lane, 2, HAUL_SPAN_ZOMBIE, stamp (recorder, job, HAUL_STAMP_EXITED),
               stamp (recorder, job, HAUL_STAMP_JOINED));
  g_assert_cmpint (find_mark (lane, HAUL_MARK_EXIT, "exit 0"), ==, stamp (recorder, job, HAUL_STAMP_EXITED));
  g_assert_cmpint (find_mark (lane, HAUL_MARK_JOIN, NULL), ==, stamp (recorder, job, HAUL_STAMP_JOINED));
  for (guint i = 0; i < haul_lane_get_n_marks (lane); i++)
    n_messages += read_messages (haul_lane_get_mark (lane, i));
  g_assert_cmpuint (n_messages, ==, haul_job_get_n_messages (job));
  haul_test_run_normal (executor);
  g_clear_object (&executor);
  haul_test_assert_clean ();
}

/* The example of what terminating and joining are: it is asked, sent SIGTERM, does not hear, is killed,
 * is a zombie, and is joined. */
static void
test_deaf (void)
{
  g_autoptr(HaulTimelineRecorder) recorder = recorder_new ();
  g_autoptr(HaulExecutor) executor = haul_test_process_executor_new ();
  g_autoptr(HaulJob) job = NULL;
  HaulLane *lane;

  haul_test_begin ();
  job = start (recorder, executor, "ignore-term", NULL);
  haul_job_set_grace (job, 200, TRUE);
  haul_test_wait_log (job, "ignoring");
  haul_job_cancel (job);
  haul_test_wait_ended (job);
  haul_test_assert_verdict (job, HAUL_VERDICT_CANCELLED);
  lane = nth_lane (recorder, 0);
  g_assert_cmpint (find_mark (lane, HAUL_MARK_MESSAGE, "CANCEL"), ==, stamp (recorder, job, HAUL_STAMP_CANCEL_SENT));
  g_assert_cmpint (find_mark (lane, HAUL_MARK_SIGNAL, "SIGTERM"), ==, stamp (recorder, job, HAUL_STAMP_TERM_SENT));
  g_assert_cmpint (find_mark (lane, HAUL_MARK_SIGNAL, "SIGKILL"), ==, stamp (recorder, job, HAUL_STAMP_KILL_SENT));
  g_assert_cmpint (find_mark (lane, HAUL_MARK_EXIT, "signal 9, SIGKILL"), ==,
                   stamp (recorder, job, HAUL_STAMP_EXITED));
  g_assert_cmpuint (haul_lane_get_n_spans (lane), ==, 3);
  assert_span (lane, 1, HAUL_SPAN_WORKING, stamp (recorder, job, HAUL_STAMP_RUNNING),
               stamp (recorder, job, HAUL_STAMP_EXITED));
  assert_span (lane, 2, HAUL_SPAN_ZOMBIE, stamp (recorder, job, HAUL_STAMP_EXITED),
               stamp (recorder, job, HAUL_STAMP_JOINED));
  haul_test_run_normal (executor);
  g_clear_object (&executor);
  haul_test_assert_clean ();
}

static void
test_paused (void)
{
  g_autoptr(HaulTimelineRecorder) recorder = recorder_new ();
  g_autoptr(HaulExecutor) executor = haul_test_process_executor_new ();
  g_autoptr(HaulJob) job = NULL;
  HaulLane *lane;
  gint64 stopped, continued;

  haul_test_begin ();
  job = start (recorder, executor, "slow", NULL);
  haul_test_wait_state (job, HAUL_JOB_RUNNING);
  lane = nth_lane (recorder, 0);
  haul_job_pause (job);
  haul_job_resume (job);
  haul_job_pause (job);
  haul_job_cancel (job);   /* a stopped process does not hear it: it is let go on */
  haul_test_wait_ended (job);
  g_assert_cmpuint (haul_lane_get_n_spans (lane), ==, 7);
  for (guint i = 0; i < 6; i++)
    {
      g_assert_cmpint (haul_lane_get_span (lane, i)->end, ==, haul_lane_get_span (lane, i + 1)->start);
      g_assert_true (i == 0 || (haul_lane_get_span (lane, i)->kind == HAUL_SPAN_PAUSED) == (i % 2 == 0));
    }
  g_assert_cmpint (haul_lane_get_span (lane, 6)->kind, ==, HAUL_SPAN_ZOMBIE);
  stopped = haul_lane_get_span (lane, 2)->start;
  continued = haul_lane_get_span (lane, 3)->start;
  for (guint i = 0, n = 0; i < haul_lane_get_n_marks (lane); i++)
    {
      const HaulMark *mark = haul_lane_get_mark (lane, i);

      if (g_strcmp0 (mark->text, "SIGSTOP") == 0 && n++ == 0)
        g_assert_cmpint (mark->at, ==, stopped);
      else if (g_strcmp0 (mark->text, "SIGCONT") == 0 && n++ == 1)
        g_assert_cmpint (mark->at, ==, continued);
    }
  haul_test_run_normal (executor);
  g_clear_object (&executor);
  haul_test_assert_clean ();
}

static gboolean
is_collected (gpointer job)
{
  return !haul_job_get_held (job);
}

static void
test_zombie (void)
{
  g_autoptr(HaulTimelineRecorder) recorder = recorder_new ();
  g_autoptr(HaulExecutor) executor = haul_test_process_executor_new ();
  g_autoptr(HaulJob) job = NULL;
  const HaulSpan *span;
  HaulLane *lane;

  haul_test_begin ();
  job = haul_test_job_new ("ok", NULL);
  haul_job_set_hold (job, TRUE);
  haul_timeline_recorder_add_job (recorder, job);
  haul_test_submit (executor, job);
  haul_test_wait_ended (job);
  lane = nth_lane (recorder, 0);
  span = haul_lane_get_span (lane, 2);
  g_assert_cmpint (span->kind, ==, HAUL_SPAN_ZOMBIE);
  g_assert_cmpint (span->start, ==, stamp (recorder, job, HAUL_STAMP_EXITED));
  g_assert_cmpint (span->end, <, span->start);
  g_assert_cmpint (find_mark (lane, HAUL_MARK_JOIN, NULL), ==, -1);

  haul_job_collect (job);
  haul_test_run_until (is_collected, job, HAUL_TEST_SOON_MS);
  assert_span (lane, 2, HAUL_SPAN_ZOMBIE, stamp (recorder, job, HAUL_STAMP_EXITED),
               stamp (recorder, job, HAUL_STAMP_JOINED));
  g_assert_cmpint (find_mark (lane, HAUL_MARK_JOIN, NULL), ==, stamp (recorder, job, HAUL_STAMP_JOINED));
  haul_test_shutdown (executor, HAUL_SHUTDOWN_DRAIN);
  g_clear_object (&executor);
  g_clear_object (&job);
  haul_test_assert_clean ();
}

/* A thread is no process, and leaves no zombie; what never started has no lane. */
static void
test_others (void)
{
  g_autoptr(HaulTimelineRecorder) recorder = recorder_new ();
  g_autoptr(HaulExecutor) executor = haul_test_executor_new_named ("thread");
  g_autoptr(HaulJob) job = NULL;
  g_autoptr(HaulJob) never = NULL;

  haul_test_begin ();
  job = start (recorder, executor, "ok", NULL);
  haul_test_wait_ended (job);
  g_assert_cmpuint (haul_lane_get_n_spans (nth_lane (recorder, 0)), ==, 2);
  g_assert_cmpint (find_mark (nth_lane (recorder, 0), HAUL_MARK_EXIT, NULL), ==, -1);
  g_assert_cmpint (find_mark (nth_lane (recorder, 0), HAUL_MARK_JOIN, NULL), >, 0);
  haul_executor_set_held (executor, TRUE);
  never = start (recorder, executor, "ok", NULL);
  haul_job_cancel (never);
  haul_test_wait_ended (never);
  g_assert_cmpuint (n_lanes (recorder), ==, 1);
  haul_executor_set_held (executor, FALSE);
  haul_test_run_normal (executor);
  g_clear_object (&executor);
  haul_test_assert_clean ();
}

static gboolean
two_work (gpointer data)
{
  HaulTimelineRecorder *recorder = data;
  guint n = 0;

  for (guint i = 0; i < n_lanes (recorder); i++)
    {
      HaulLane *lane = nth_lane (recorder, i);
      guint n_spans = haul_lane_get_n_spans (lane);

      n += n_spans > 0 && haul_lane_get_span (lane, n_spans - 1)->kind == HAUL_SPAN_WORKING;
    }
  return n == 2;
}

static gboolean
all_gone (gpointer data)
{
  HaulTimelineRecorder *recorder = data;

  for (guint i = 0; i < n_lanes (recorder); i++)
    if (find_mark (nth_lane (recorder, i), HAUL_MARK_JOIN, NULL) < 0)
      return FALSE;
  return TRUE;
}

/* Long items have a span each, from when they were begun. */
static void
test_long_items (void)
{
  g_autoptr(HaulTimelineRecorder) recorder = recorder_new ();
  HaulPool *pool = pool_new (2);
  g_autoptr(Watched) watched = pool_watch (pool_batch ("slow", 2, "{'seconds': <30.0>}"));

  haul_test_begin ();
  haul_timeline_recorder_add_pool (recorder, pool);
  pool_submit (pool, watched);
  haul_test_run_until (two_work, recorder, HAUL_TEST_SOON_MS);
  g_assert_cmpuint (n_lanes (recorder), ==, 2);
  for (guint i = 0; i < 2; i++)
    {
      HaulLane *lane = nth_lane (recorder, i);
      const HaulSpan *last = haul_lane_get_span (lane, haul_lane_get_n_spans (lane) - 1);
      g_autoptr(HaulPoolWorkerInfo) row = g_list_model_get_item (haul_pool_get_workers (pool), i);
      gint64 since = haul_pool_worker_info_get_since (row)
                     - haul_timeline_get_origin (haul_timeline_recorder_get_timeline (recorder));

      g_assert_true (g_str_has_prefix (haul_lane_get_title (lane), "PoolWorker-"));
      g_assert_cmpint (haul_lane_get_pid (lane), ==, haul_pool_worker_info_get_pid (row));
      g_assert_cmpint (haul_lane_get_span (lane, 0)->kind, ==, HAUL_SPAN_STARTING);
      g_assert_cmpint (last->start, ==, since);
      g_assert_cmpint (last->end, <, last->start);
      g_assert_true (g_str_has_prefix (last->text, "slow, item "));
    }
  haul_pool_terminate (pool);
  pool_wait (watched);
  pool_join (pool);
  haul_test_run_until (all_gone, recorder, HAUL_TEST_SOON_MS);
  g_assert_cmpint (find_mark (nth_lane (recorder, 0), HAUL_MARK_EXIT, NULL), >, 0);
  g_clear_object (&recorder);
  g_object_unref (pool);
  haul_test_assert_clean ();
}

/* The numbers of items that spans have, which must be all of them: “square, 12 items”. */
static guint
count_items (HaulTimelineRecorder *recorder)
{
  guint n = 0;

  for (guint i = 0; i < n_lanes (recorder); i++)
    for (guint j = 0; j < haul_lane_get_n_spans (nth_lane (recorder, i)); j++)
      {
        const HaulSpan *span = haul_lane_get_span (nth_lane (recorder, i), j);
        guint some;

        if (span->kind != HAUL_SPAN_WORKING)
          continue;
        g_assert_nonnull (span->text);
        if (sscanf (strrchr (span->text, ','), ", %u item", &some) == 1)
          n += some;
        else
          n++;
      }
  return n;
}

static gboolean
has_500 (gpointer recorder)
{
  return count_items (recorder) == 500;
}

static void
test_short_items (void)
{
  g_autoptr(HaulTimelineRecorder) recorder = recorder_new ();
  HaulPool *pool = pool_new (2);
  g_autoptr(Watched) watched = pool_items (500, "square");
  guint n_spans = 0;

  haul_test_begin ();
  haul_timeline_recorder_add_pool (recorder, pool);
  pool_submit (pool, watched);
  pool_wait (watched);
  haul_test_run_until (has_500, recorder, HAUL_TEST_SOON_MS);
  for (guint i = 0; i < n_lanes (recorder); i++)
    n_spans += haul_lane_get_n_spans (nth_lane (recorder, i));
  g_assert_cmpuint (n_spans, <, 100);
  g_clear_object (&recorder);   /* and nothing is heard of it any more */
  pool_normal (pool);
  g_object_unref (pool);
  haul_test_assert_clean ();
}

static void
assert_in_order (HaulLane *lane)
{
  for (guint i = 1; i < haul_lane_get_n_spans (lane); i++)
    g_assert_cmpint (haul_lane_get_span (lane, i - 1)->end, <=, haul_lane_get_span (lane, i)->start);
}

/* Parts of a job are spans of the workers, and what it was can be had alone. */
static void
test_divided (void)
{
  g_autoptr(HaulTimelineRecorder) recorder = recorder_new ();
  g_autoptr(HaulExecutor) executor = haul_test_pool_executor_new (2);
  g_autoptr(HaulTimeline) run = NULL;
  g_autoptr(HaulJob) job = NULL;
  guint n_parts = 0;

  haul_test_begin ();
  haul_timeline_recorder_add_pool (recorder, haul_pool_executor_get_pool (HAUL_POOL_EXECUTOR (executor)));
  job = start (recorder, executor, "sum", "{'parts': <int64 4>, 'seconds': <0.05>}");
  haul_test_wait_ended (job);
  haul_test_assert_verdict (job, HAUL_VERDICT_DONE);
  run = haul_timeline_recorder_dup_run (recorder, job);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (run)), >=, 1);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (run)), <=, 2);
  g_assert_cmpint (haul_timeline_get_origin (run), ==, haul_job_get_stamp (job, HAUL_STAMP_STARTED));
  g_assert_cmpint (haul_timeline_get_end (run), <=,
                   haul_job_get_stamp (job, HAUL_STAMP_JOINED) - haul_job_get_stamp (job, HAUL_STAMP_STARTED));
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (run)); i++)
    {
      g_autoptr(HaulLane) lane = g_list_model_get_item (G_LIST_MODEL (run), i);

      assert_in_order (lane);
      for (guint j = 0; j < haul_lane_get_n_spans (lane); j++)
        {
          const HaulSpan *span = haul_lane_get_span (lane, j);

          g_assert_cmpint (span->end, >=, span->start);
          g_assert_true (span->kind != HAUL_SPAN_WORKING || g_str_has_prefix (span->text, "sum: "));
          n_parts += span->kind == HAUL_SPAN_WORKING;
        }
    }
  g_assert_cmpuint (n_parts, ==, 5);
  g_clear_object (&recorder);
  haul_test_run_normal (executor);
  g_clear_object (&executor);
  haul_test_assert_clean ();
}

static gboolean
never (gpointer data)
{
  return FALSE;
}

/* Many short ones, each of which is gone before anybody looks again at what is followed. */
static void
test_short_lives (void)
{
  g_autoptr(HaulTimelineRecorder) recorder = recorder_new ();
  g_autoptr(HaulExecutor) executor = haul_serial_executor_new ();
  g_autoptr(HaulJob) last = NULL;

  haul_test_begin ();
  for (guint i = 0; i < 300; i++)
    {
      g_autoptr(HaulJob) job = start (recorder, executor, "ok", NULL);

      haul_test_wait_ended (job);
    }
  last = start (recorder, executor, "ok", NULL);
  haul_test_wait_ended (last);
  g_assert_cmpuint (n_lanes (recorder), ==, 301);
  g_assert_false (haul_test_run_for (never, NULL, 600));   /* it looks twice */
  g_assert_true (haul_timeline_recorder_has_job (recorder, last));
  g_clear_object (&recorder);
  haul_test_run_normal (executor);
  g_clear_object (&executor);
  haul_test_assert_clean ();
}

/* Of a job that nobody recorded there is nothing. */
static void
test_unknown_job (void)
{
  g_autoptr(HaulTimelineRecorder) recorder = recorder_new ();
  g_autoptr(HaulJob) job = haul_test_job_new ("ok", NULL);
  g_autoptr(HaulTimeline) run = haul_timeline_recorder_dup_run (recorder, job);

  g_assert_false (haul_timeline_recorder_has_job (recorder, job));
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (run)), ==, 0);
}

static gboolean
has_values (gpointer data)
{
  HaulTimelineRecorder *recorder = data;

  return haul_lane_get_n_values (nth_lane (recorder, 0)) >= 3 && haul_lane_get_n_values (nth_lane (recorder, 1)) >= 3;
}

static gboolean
is_true (gpointer data)
{
  return *(gboolean *) data;
}

static void
test_values (void)
{
  g_autoptr(HaulTimelineRecorder) recorder = recorder_new ();
  g_autoptr(HaulHeartbeat) heartbeat = haul_heartbeat_new ();
  double worst = 0;
  guint n;

  haul_timeline_recorder_add_heartbeat (recorder, heartbeat);
  haul_timeline_recorder_add_cores (recorder);
  g_assert_true (haul_timeline_recorder_get_sampling (recorder));
  haul_test_run_until (has_values, recorder, HAUL_TEST_SOON_MS);
  g_assert_cmpint (haul_lane_get_kind (nth_lane (recorder, 0)), ==, HAUL_LANE_LOOP);
  g_assert_cmpint (haul_lane_get_kind (nth_lane (recorder, 1)), ==, HAUL_LANE_CORES);
  for (guint i = 0; i < haul_lane_get_n_values (nth_lane (recorder, 1)); i++)
    {
      g_assert_cmpfloat (haul_lane_get_value (nth_lane (recorder, 1), i, NULL), >=, 0);
      g_assert_cmpfloat (haul_lane_get_value (nth_lane (recorder, 1), i, NULL), <=, 1);
    }

  /* The loop is blocked, and it is written down. */
  g_usleep (300 * 1000);
  n = haul_lane_get_n_values (nth_lane (recorder, 0));
  while (haul_lane_get_n_values (nth_lane (recorder, 0)) == n)
    g_main_context_iteration (NULL, TRUE);
  for (guint i = n; i < haul_lane_get_n_values (nth_lane (recorder, 0)); i++)
    worst = MAX (worst, haul_lane_get_value (nth_lane (recorder, 0), i, NULL));
  g_assert_cmpfloat (worst, >=, 200);

  haul_timeline_recorder_set_sampling (recorder, FALSE);
  n = haul_lane_get_n_values (nth_lane (recorder, 0)) + haul_lane_get_n_values (nth_lane (recorder, 1));
  g_assert_false (haul_test_run_for (never, NULL, 600));
  g_assert_cmpuint (haul_lane_get_n_values (nth_lane (recorder, 0))
                    + haul_lane_get_n_values (nth_lane (recorder, 1)), ==, n);
}

static void
set_true (gpointer data)
{
  *(gboolean *) data = TRUE;
}

static void
test_cores (void)
{
  static const char * const bad[] = { "", "cpu0 1 2 3 4", "cpu  1 2 3", "cpu  1 2 x 4", "cpu  1 -2 3 4",
                                      "cpu  1 2 3 99999999999999999999" };
  guint64 busy = 7, all = 7;
  gboolean idle = FALSE;
  HaulCores *cores;

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (haul_cores_parse (bad[i], &busy, &all));
  g_assert_cmpuint (busy + all, ==, 14);
  g_assert_true (haul_cores_parse ("cpu  10 1 5 100 20 2 3 4 50 60\ncpu0 1 2 3 4\n", &busy, &all));
  g_assert_cmpuint (busy, ==, 25);
  g_assert_cmpuint (all, ==, 145);

  /* It may go while the thread reads. */
  cores = haul_cores_new ();
  g_assert_cmpfloat (haul_cores_poll (cores), <, 0);
  haul_cores_free (cores);
  g_timeout_add_once (50, set_true, &idle);
  haul_test_run_until (is_true, &idle, HAUL_TEST_SOON_MS);
}

int
main (int   argc,
      char *argv[])
{
  haul_test_init (&argc, &argv);

  g_test_add_func ("/timeline-recorder/done", test_done);
  g_test_add_func ("/timeline-recorder/deaf", test_deaf);
  g_test_add_func ("/timeline-recorder/paused", test_paused);
  g_test_add_func ("/timeline-recorder/zombie", test_zombie);
  g_test_add_func ("/timeline-recorder/others", test_others);
  g_test_add_func ("/timeline-recorder/long-items", test_long_items);
  g_test_add_func ("/timeline-recorder/short-items", test_short_items);
  g_test_add_func ("/timeline-recorder/divided", test_divided);
  g_test_add_func ("/timeline-recorder/short-lives", test_short_lives);
  g_test_add_func ("/timeline-recorder/unknown-job", test_unknown_job);
  g_test_add_func ("/timeline-recorder/values", test_values);
  g_test_add_func ("/timeline-recorder/cores", test_cores);

  return g_test_run ();
}
