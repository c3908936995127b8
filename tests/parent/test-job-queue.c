/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <sys/resource.h>
#include <time.h>

#include "haul-test.h"

static gboolean
never (gpointer data)
{
  return FALSE;
}

static GPtrArray *
start_many (HaulExecutor *executor,
            guint         n,
            const char   *task,
            const char   *arguments)
{
  GPtrArray *jobs = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < n; i++)
    {
      g_ptr_array_add (jobs, haul_test_job_start (executor, task, arguments));
    }
  return jobs;
}

static void
assert_verdicts (GPtrArray      *jobs,
                 HaulJobVerdict  verdict)
{
  for (guint i = 0; i < jobs->len; i++)
    haul_test_assert_verdict ((HaulJob *) g_ptr_array_index (jobs, i), verdict);
}

/* First come first served, and never more at once than is allowed. */
static void
test_order (void)
{
  static const guint limits[] = { 1, 3 };

  haul_test_begin ();
  for (guint i = 0; i < G_N_ELEMENTS (limits); i++)
    {
      g_autoptr(HaulExecutor) executor = haul_test_process_executor_new ();
      g_autoptr(GPtrArray) jobs = NULL;

      haul_executor_set_max_running (executor, limits[i]);
      g_assert_cmpuint (haul_executor_get_max_running (executor), ==, limits[i]);
      jobs = start_many (executor, 12, "slow", "{'seconds': <0.02>}");
      g_assert_cmpuint (haul_executor_get_n_queued (executor), ==, 12);
      g_assert_cmpuint (haul_executor_get_n_running (executor), ==, 0);
      haul_test_shutdown (executor, HAUL_SHUTDOWN_DRAIN);
      assert_verdicts (jobs, HAUL_VERDICT_DONE);
      for (guint n = 1; n < jobs->len; n++)
        {
          HaulJob *job = g_ptr_array_index (jobs, n);

          g_assert_cmpint (haul_job_get_stamp (job, HAUL_STAMP_STARTED), >=,
                           haul_job_get_stamp (g_ptr_array_index (jobs, n - 1), HAUL_STAMP_STARTED));
          /* The one that is so many places before it had to end first, or all but it. */
          if (limits[i] == 1)
            g_assert_cmpint (haul_job_get_stamp (job, HAUL_STAMP_STARTED), >=,
                             haul_job_get_stamp (g_ptr_array_index (jobs, n - 1), HAUL_STAMP_JOINED));
        }
    }
  haul_test_assert_clean ();
}

typedef struct
{
  HaulExecutor *executor;
  guint         most;
} Peak;

static void
peak_cb (HaulExecutor *executor,
         GParamSpec   *pspec,
         gpointer      user_data)
{
  Peak *peak = user_data;
  guint n_running, n_queued;

  g_object_get (executor, "n-running", &n_running, "n-queued", &n_queued, NULL);
  g_assert_cmpuint (n_running, ==, haul_executor_get_n_running (executor));
  g_assert_cmpuint (n_queued, ==, haul_executor_get_n_queued (executor));
  peak->most = MAX (peak->most, n_running);
}

static gboolean
five_run (gpointer data)
{
  return haul_executor_get_n_running (data) == 5;
}

static void
test_limit_changes (void)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(GPtrArray) jobs = NULL;
  Peak peak = { NULL, 0 };

  haul_test_begin ();
  executor = haul_test_process_executor_new ();
  g_signal_connect (executor, "notify::n-running", G_CALLBACK (peak_cb), &peak);
  haul_executor_set_max_running (executor, 2);
  jobs = start_many (executor, 8, "slow", NULL);
  haul_test_wait_state (g_ptr_array_index (jobs, 1), HAUL_JOB_RUNNING);
  (void) haul_test_run_for (never, NULL, 100);
  g_assert_cmpuint (haul_executor_get_n_running (executor), ==, 2);
  g_assert_cmpuint (haul_executor_get_n_queued (executor), ==, 6);

  haul_executor_set_max_running (executor, 5);
  haul_test_run_until (five_run, executor, HAUL_TEST_SOON_MS);
  g_assert_cmpuint (peak.most, ==, 5);

  haul_executor_set_max_running (executor, 1);   /* those that run are left alone */
  (void) haul_test_run_for (never, NULL, 100);
  g_assert_cmpuint (haul_executor_get_n_running (executor), ==, 5);
  haul_job_cancel (g_ptr_array_index (jobs, 0));
  haul_test_wait_ended (g_ptr_array_index (jobs, 0));
  (void) haul_test_run_for (never, NULL, 100);
  g_assert_cmpuint (haul_executor_get_n_running (executor), ==, 4);

  haul_test_shutdown (executor, HAUL_SHUTDOWN_TERMINATE);
  assert_verdicts (jobs, HAUL_VERDICT_CANCELLED);
  haul_test_assert_clean ();
}

static void
test_shutdowns (void)
{
  g_autoptr(HaulExecutor) drained = NULL;
  g_autoptr(HaulExecutor) emptied = NULL;
  g_autoptr(HaulExecutor) ended = NULL;
  g_autoptr(HaulExecutor) idle = NULL;
  g_autoptr(GPtrArray) drained_jobs = NULL;
  g_autoptr(GPtrArray) emptied_jobs = NULL;
  g_autoptr(GPtrArray) ended_jobs = NULL;

  haul_test_begin ();
  drained = haul_test_process_executor_new ();
  drained_jobs = start_many (drained, 6, "slow", "{'seconds': <0.05>}");
  haul_test_shutdown (drained, HAUL_SHUTDOWN_DRAIN);
  assert_verdicts (drained_jobs, HAUL_VERDICT_DONE);

  emptied = haul_test_process_executor_new ();
  haul_executor_set_max_running (emptied, 1);
  emptied_jobs = start_many (emptied, 3, "slow", "{'seconds': <0.5>}");
  haul_test_wait_state (g_ptr_array_index (emptied_jobs, 0), HAUL_JOB_RUNNING);
  haul_test_shutdown (emptied, HAUL_SHUTDOWN_CANCEL_QUEUED);
  haul_test_assert_verdict ((HaulJob *) g_ptr_array_index (emptied_jobs, 0), HAUL_VERDICT_DONE);
  haul_test_assert_verdict ((HaulJob *) g_ptr_array_index (emptied_jobs, 1), HAUL_VERDICT_CANCELLED);
  haul_test_assert_verdict ((HaulJob *) g_ptr_array_index (emptied_jobs, 2), HAUL_VERDICT_CANCELLED);

  /* One is paused, one only starts, one waits. */
  ended = haul_test_process_executor_new ();
  haul_executor_set_max_running (ended, 2);
  ended_jobs = start_many (ended, 1, "tidy", NULL);
  haul_test_wait_state (g_ptr_array_index (ended_jobs, 0), HAUL_JOB_RUNNING);
  haul_job_pause (g_ptr_array_index (ended_jobs, 0));
  g_ptr_array_add (ended_jobs, haul_test_job_start (ended, "spin", NULL));
  g_ptr_array_add (ended_jobs, haul_test_job_start (ended, "spin", NULL));
  haul_test_wait_state (g_ptr_array_index (ended_jobs, 1), HAUL_JOB_STARTING);
  haul_test_assert_state ((HaulJob *) g_ptr_array_index (ended_jobs, 2), HAUL_JOB_QUEUED);
  haul_test_shutdown (ended, HAUL_SHUTDOWN_TERMINATE);
  assert_verdicts (ended_jobs, HAUL_VERDICT_CANCELLED);

  idle = haul_test_process_executor_new ();
  haul_test_shutdown (idle, HAUL_SHUTDOWN_DRAIN);
  haul_test_shutdown (idle, HAUL_SHUTDOWN_TERMINATE);   /* once more */
  haul_test_assert_clean ();
}

typedef struct
{
  guint n_done;
  guint wanted;
} Count;

static void
shut_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  Count *count = user_data;

  g_assert_true (haul_executor_shutdown_finish (HAUL_EXECUTOR (source), result, NULL));
  g_assert_cmpuint (haul_executor_get_n_running (HAUL_EXECUTOR (source)), ==, 0);
  count->n_done++;
}

static gboolean
counted (gpointer data)
{
  Count *count = data;

  return count->n_done >= count->wanted;
}

/* Patience ends: first it is drained, then all is ended. Both callers hear of it, once. */
static void
test_less_patient (void)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(GPtrArray) jobs = NULL;
  Count count = { 0, 2 };

  haul_test_begin ();
  executor = haul_test_process_executor_new ();
  jobs = start_many (executor, 5, "slow", NULL);
  haul_test_wait_state (g_ptr_array_index (jobs, 0), HAUL_JOB_RUNNING);
  haul_executor_shutdown_async (executor, HAUL_SHUTDOWN_DRAIN, NULL, shut_cb, &count);
  (void) haul_test_run_for (counted, &count, 100);
  g_assert_cmpuint (count.n_done, ==, 0);
  haul_executor_shutdown_async (executor, HAUL_SHUTDOWN_TERMINATE, NULL, shut_cb, &count);
  haul_test_run_until (counted, &count, HAUL_TEST_SOON_MS);
  assert_verdicts (jobs, HAUL_VERDICT_CANCELLED);
  haul_test_assert_clean ();
}

static void
ended_cb (HaulJob  *job,
          gpointer  user_data)
{
  Count *count = user_data;

  count->n_done++;
}

static gboolean
is_gone (gpointer data)
{
  return *(gpointer *) data == NULL;
}

/* Nobody else keeps them: a job that was submitted runs to its end, and then both go. */
static void
test_dropped (void)
{
  HaulExecutor *executor;
  HaulJob *job;
  Count count = { 0, 1 };

  haul_test_begin ();
  executor = haul_test_process_executor_new ();
  job = haul_test_job_start (executor, "slow", "{'seconds': <0.2>}");
  g_signal_connect (job, "ended", G_CALLBACK (ended_cb), &count);
  g_object_add_weak_pointer (G_OBJECT (job), (gpointer *) &job);
  g_object_add_weak_pointer (G_OBJECT (executor), (gpointer *) &executor);
  g_object_unref (job);
  g_object_unref (executor);
  g_assert_nonnull (job);
  g_assert_nonnull (executor);
  haul_test_run_until (counted, &count, HAUL_TEST_SOON_MS);
  haul_test_run_until (is_gone, &job, HAUL_TEST_SOON_MS);
  haul_test_run_until (is_gone, &executor, HAUL_TEST_SOON_MS);
  haul_test_assert_clean ();
}

static void
drop_cb (HaulJob  *job,
         gpointer  user_data)
{
  HaulJob **owned = user_data;

  g_clear_object (owned);
}

/* Let go from within its own signal, as a list does that forgets what is done. */
static void
test_dropped_in_callback (void)
{
  HaulExecutor *executor;
  HaulJob *jobs[4];

  haul_test_begin ();
  executor = haul_test_process_executor_new ();
  for (guint i = 0; i < G_N_ELEMENTS (jobs); i++)
    {
      jobs[i] = haul_test_job_start (executor, i == 1 ? "fail" : "ok", NULL);
      g_signal_connect (jobs[i], "ended", G_CALLBACK (drop_cb), &jobs[i]);
    }
  haul_job_cancel (jobs[3]);
  g_object_unref (executor);
  for (guint i = 0; i < G_N_ELEMENTS (jobs); i++)
    haul_test_run_until (is_gone, &jobs[i], HAUL_TEST_SOON_MS);
  haul_test_assert_clean ();
}

/* A flood just before the end is read in parts, and its job can be cancelled meanwhile; whatever
 * comes of that, the worker is gone already and nothing may be signalled any more. */
static void
test_cancel_while_read (void)
{
  g_autoptr(HaulExecutor) executor = NULL;

  haul_test_begin ();
  executor = haul_test_process_executor_new ();
  for (guint i = 0; i < 10; i++)
    {
      g_autoptr(HaulJob) job = haul_test_job_start (executor, "flood", "{'kind': <'log'>, 'seconds': <0.05>}");
      gpointer pid;

      haul_test_wait_state (job, HAUL_JOB_RUNNING);
      pid = GINT_TO_POINTER (haul_job_get_pid (job));
      haul_test_run_until (haul_test_process_gone, pid, HAUL_TEST_SOON_MS);   /* and collected */
      if (i % 2)
        haul_job_cancel (job);
      else
        haul_job_force (job);
      haul_test_wait_ended (job);
      haul_test_assert_verdict (job, HAUL_VERDICT_DONE);
      g_assert_cmpint (haul_job_get_exit_code (job), ==, 0);
    }
  haul_test_assert_clean ();
}

static void
test_never_submitted (void)
{
  HaulJob *job;

  haul_test_begin ();
  job = haul_test_job_new ("ok", NULL);
  g_assert_cmpint (haul_job_get_pid (job), ==, 0);
  g_assert_cmpint (haul_job_get_exit_code (job), ==, -1);
  g_assert_true (haul_job_is_active (job));
  g_assert_null (haul_job_get_error (job));
  g_assert_cmpstr (haul_job_get_title (job), ==, "ok");
  haul_job_set_title (job, "mine");
  g_assert_cmpstr (haul_job_get_title (job), ==, "mine");
  g_assert_finalize_object (job);
  haul_test_assert_clean ();
}

/* What was cancelled before has ended, and takes nobody's place in the queue. */
static void
test_cancelled_before (void)
{
  static const char * const names[] = { "serial", "thread", "process", "pool" };

  haul_test_begin ();
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr(HaulExecutor) executor = haul_test_executor_new_named (names[i]);
      g_autoptr(HaulJob) job = haul_test_job_new ("ok", NULL);

      haul_executor_set_max_running (executor, 1);
      haul_job_cancel (job);
      haul_test_assert_verdict (job, HAUL_VERDICT_CANCELLED);
      haul_test_submit (executor, job);
      g_assert_cmpuint (haul_executor_get_n_queued (executor), ==, 0);
      haul_test_run_normal (executor);
      g_assert_cmpuint (haul_executor_get_n_running (executor), ==, 0);
      haul_test_shutdown (executor, HAUL_SHUTDOWN_DRAIN);
      haul_test_assert_verdict (job, HAUL_VERDICT_CANCELLED);
    }
  haul_test_assert_clean ();
}

/* A program with the sanitizer in it takes so long to start that, with many on a busy machine, the
 * time in which it has to answer is not enough. */
#if defined (__SANITIZE_ADDRESS__) || defined (__SANITIZE_THREAD__)
#define N_AT_ONCE 40u
#else
#define N_AT_ONCE 100u
#endif

static void
test_many_at_once (void)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(GPtrArray) jobs = NULL;
  gint64 start = g_get_monotonic_time ();

  haul_test_begin ();
  executor = haul_test_process_executor_new ();
  haul_executor_set_max_running (executor, N_AT_ONCE);
  jobs = start_many (executor, N_AT_ONCE, "slow", NULL);
  for (guint i = 0; i < jobs->len; i++)
    haul_test_wait_state (g_ptr_array_index (jobs, i), HAUL_JOB_RUNNING);
  g_assert_cmpuint (haul_executor_get_n_running (executor), ==, N_AT_ONCE);
  g_test_message ("%u run after %.1f s", N_AT_ONCE, (g_get_monotonic_time () - start) / 1e6);
  start = g_get_monotonic_time ();
  haul_test_shutdown (executor, HAUL_SHUTDOWN_TERMINATE);
  g_test_message ("and are gone %.1f s later", (g_get_monotonic_time () - start) / 1e6);
  assert_verdicts (jobs, HAUL_VERDICT_CANCELLED);
  haul_test_assert_clean ();
}

/* What this thread has used of a CPU, in µs: others of the machine do not count. */
static gint64
cpu_time (void)
{
  struct timespec used;

  g_assert_cmpint (clock_gettime (CLOCK_THREAD_CPUTIME_ID, &used), ==, 0);
  return used.tv_sec * G_USEC_PER_SEC + used.tv_nsec / 1000;
}

/* What submitting so many costs, and cancelling them again. No process is started for those that had no turn. */
static void
queue_and_cancel (HaulExecutor *executor,
                  guint         n_jobs,
                  guint         n_at_once,
                  gint64       *ret_queued,
                  gint64       *ret_cancelled)
{
  g_autoptr(GPtrArray) jobs = NULL;
  gint64 start = cpu_time ();
  guint n_started = 0;

  jobs = start_many (executor, n_jobs, "slow", NULL);
  *ret_queued = cpu_time () - start;
  g_assert_cmpuint (haul_executor_get_n_queued (executor), ==, n_jobs);
  haul_test_wait_state (g_ptr_array_index (jobs, n_at_once - 1), HAUL_JOB_RUNNING);
  g_assert_cmpuint (haul_test_count_children (), <=, n_at_once);
  start = cpu_time ();
  for (guint i = n_at_once; i < n_jobs; i++)
    haul_job_cancel (g_ptr_array_index (jobs, i));
  *ret_cancelled = cpu_time () - start;
  for (guint i = n_at_once; i < n_jobs; i++)
    haul_test_assert_verdict ((HaulJob *) g_ptr_array_index (jobs, i), HAUL_VERDICT_CANCELLED);
  haul_test_shutdown (executor, HAUL_SHUTDOWN_TERMINATE);
  assert_verdicts (jobs, HAUL_VERDICT_CANCELLED);
  for (guint i = 0; i < n_jobs; i++)
    if (haul_job_get_pid (g_ptr_array_index (jobs, i)) != 0)
      n_started++;
  g_assert_cmpuint (n_started, <=, n_at_once);
}

/* Ten times as many cost some ten times as much, and not a hundred times: nobody searches the queue for each. */
static void
test_many_queued (void)
{
  g_autoptr(HaulExecutor) few = NULL, many = NULL;
  gint64 few_queued, few_cancelled, many_queued, many_cancelled;

  haul_test_begin ();
  few = haul_test_process_executor_new ();
  haul_executor_set_max_running (few, 2);
  queue_and_cancel (few, 1000, 2, &few_queued, &few_cancelled);
  many = haul_test_process_executor_new ();
  haul_executor_set_max_running (many, 4);
  queue_and_cancel (many, 10000, 4, &many_queued, &many_cancelled);
  g_test_message ("1,000 queued in %.1f ms and cancelled in %.1f ms; 10,000 in %.1f ms and %.1f ms", few_queued / 1e3,
                  few_cancelled / 1e3, many_queued / 1e3, many_cancelled / 1e3);
  g_assert_cmpint (many_queued, <, 30 * few_queued + G_USEC_PER_SEC / 10);
  g_assert_cmpint (many_cancelled, <, 30 * few_cancelled + G_USEC_PER_SEC / 10);
  haul_test_assert_clean ();
}

/* Hundreds that do run, a few at a time. */
static void
test_many_run (void)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(GPtrArray) jobs = NULL;

  haul_test_begin ();
  executor = haul_test_process_executor_new ();
  haul_executor_set_max_running (executor, 8);
  jobs = start_many (executor, 300, "echo", NULL);
  haul_test_shutdown (executor, HAUL_SHUTDOWN_DRAIN);
  assert_verdicts (jobs, HAUL_VERDICT_DONE);
  haul_test_assert_clean ();
}

/* GLib ends the program when there is no fd for its own needs: a job that would bring us near
 * that is refused, and the rest goes on. */
static void
test_out_of_fds (void)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(GPtrArray) jobs = NULL;
  g_autoptr(HaulJob) after = NULL;
  struct rlimit before, limit;
  guint n_refused = 0;

  haul_test_begin ();
  executor = haul_test_process_executor_new ();
  haul_executor_set_max_running (executor, 60);
  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &before), ==, 0);
  limit = before;
  limit.rlim_cur = 120;
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &limit), ==, 0);
  jobs = start_many (executor, 60, "slow", "{'seconds': <0.3>}");
  for (guint i = 0; i < jobs->len; i++)
    {
      HaulJob *job = g_ptr_array_index (jobs, i);

      haul_test_wait_ended (job);
      if (haul_job_get_verdict (job) == HAUL_VERDICT_DONE)
        continue;
      haul_test_assert_verdict (job, HAUL_VERDICT_FAILED);
      haul_test_assert_contains (haul_job_get_error (job)->message, "open files");
      n_refused++;
    }
  g_test_message ("%u of 60 were refused", n_refused);
  g_assert_cmpuint (n_refused, >, 0);
  g_assert_cmpuint (n_refused, <, 60);

  after = haul_test_job_start (executor, "ok", NULL);
  haul_test_wait_ended (after);
  haul_test_assert_verdict (after, HAUL_VERDICT_DONE);
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &before), ==, 0);
  haul_test_assert_clean ();
}

static void
note_start_cb (HaulJob    *job,
               GParamSpec *pspec,
               GString    *order)
{
  if (haul_job_get_state (job) == HAUL_JOB_STARTING)
    g_string_append (order, haul_job_get_title (job));
}

/* While it is held nothing starts; who was moved has its turn where it was moved to. */
static void
test_held_and_moved (void)
{
  static const char * const names[] = { "a", "b", "c", "d" };
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(GPtrArray) jobs = NULL;
  g_autoptr(GString) order = g_string_new (NULL);

  haul_test_begin ();
  executor = haul_test_process_executor_new ();
  haul_executor_set_max_running (executor, 1);
  haul_executor_set_held (executor, TRUE);
  g_assert_true (haul_executor_get_held (executor));
  jobs = start_many (executor, 4, "ok", NULL);
  for (guint i = 0; i < jobs->len; i++)
    {
      haul_job_set_title (jobs->pdata[i], names[i]);
      g_signal_connect (jobs->pdata[i], "notify::state", G_CALLBACK (note_start_cb), order);
      g_assert_cmpint (haul_executor_get_position (executor, jobs->pdata[i]), ==, i);
    }
  g_assert_false (haul_test_run_for (never, NULL, 100));
  g_assert_cmpuint (haul_executor_get_n_queued (executor), ==, 4);

  g_assert_true (haul_executor_move (executor, jobs->pdata[3], 0));
  g_assert_true (haul_executor_move (executor, jobs->pdata[0], 4711));
  g_assert_true (haul_executor_move (executor, jobs->pdata[2], 1));
  haul_job_cancel (jobs->pdata[1]);   /* from where it is */
  g_assert_cmpint (haul_executor_get_position (executor, jobs->pdata[0]), ==, 2);
  haul_executor_set_held (executor, FALSE);
  haul_test_shutdown (executor, HAUL_SHUTDOWN_DRAIN);
  g_assert_cmpstr (order->str, ==, "dca");
  g_assert_false (haul_executor_move (executor, jobs->pdata[0], 0));
  g_assert_cmpint (haul_executor_get_position (executor, jobs->pdata[0]), ==, -1);

  g_clear_pointer (&jobs, g_ptr_array_unref);
  g_clear_object (&executor);
  haul_test_assert_clean ();
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);
  g_test_add_func ("/parent/queue/order", test_order);
  g_test_add_func ("/parent/queue/limit-changes", test_limit_changes);
  g_test_add_func ("/parent/queue/shutdowns", test_shutdowns);
  g_test_add_func ("/parent/queue/less-patient", test_less_patient);
  g_test_add_func ("/parent/queue/dropped", test_dropped);
  g_test_add_func ("/parent/queue/dropped-in-callback", test_dropped_in_callback);
  g_test_add_func ("/parent/queue/cancel-while-read", test_cancel_while_read);
  g_test_add_func ("/parent/queue/never-submitted", test_never_submitted);
  g_test_add_func ("/parent/queue/cancelled-before", test_cancelled_before);
  g_test_add_func ("/parent/queue/many-at-once", test_many_at_once);
  g_test_add_func ("/parent/queue/many-queued", test_many_queued);
  g_test_add_func ("/parent/queue/many-run", test_many_run);
  g_test_add_func ("/parent/queue/out-of-fds", test_out_of_fds);
  g_test_add_func ("/parent/queue/held-and-moved", test_held_and_moved);

  return g_test_run ();
}
