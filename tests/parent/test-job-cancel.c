/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <signal.h>
#include <stdio.h>

#include "haul-test.h"

/* Whoever ends in time has not waited for this; on a busy machine no shorter time tells that. */
#define HOUR_MS (3600 * 1000)

static gint64
now (void)
{
  return g_get_monotonic_time ();
}

static void
test_queued (gconstpointer name)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) first = NULL;
  g_autoptr(HaulJob) second = NULL;
  g_autoptr(HaulJob) never = NULL;

  haul_test_begin ();
  executor = haul_test_executor_new_named (name);
  haul_executor_set_max_running (executor, 1);
  first = haul_test_job_start (executor, "slow", NULL);
  second = haul_test_job_start (executor, "slow", NULL);
  haul_test_wait_state (first, HAUL_JOB_RUNNING);
  haul_test_assert_state (second, HAUL_JOB_QUEUED);

  /* Never started: no process, no stamp of one. */
  haul_job_cancel (second);
  haul_test_wait_ended (second);
  haul_test_assert_verdict (second, HAUL_VERDICT_CANCELLED);
  g_assert_error ((GError *) haul_job_get_error (second), G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (haul_job_get_pid (second), ==, 0);
  g_assert_cmpint (haul_job_get_stamp (second, HAUL_STAMP_STARTED), ==, 0);
  g_assert_cmpint (haul_job_get_exit_code (second), ==, -1);
  g_assert_cmpuint (haul_executor_get_n_queued (executor), ==, 0);
  haul_test_assert_state (first, HAUL_JOB_RUNNING);

  haul_job_force (first);
  haul_test_wait_ended (first);
  haul_test_assert_verdict (first, HAUL_VERDICT_CANCELLED);

  /* And one that nobody ever submitted. */
  never = haul_test_job_new ("ok", NULL);
  haul_job_pause (never);
  haul_job_resume (never);
  haul_test_assert_state (never, HAUL_JOB_QUEUED);
  haul_test_run_normal (executor);
  g_clear_object (&executor);
  haul_test_assert_clean ();
}

/* At whatever moment of the start it comes. */
static void
test_starting (gconstpointer name)
{
  g_autoptr(HaulExecutor) executor = NULL;

  haul_test_begin ();
  executor = haul_test_executor_new_named (name);
  for (guint i = 0; i < 60; i++)
    {
      g_autoptr(HaulJob) job = haul_test_job_new (i % 2 ? "slow" : "tidy", NULL);

      haul_job_set_grace (job, HOUR_MS, TRUE);
      haul_test_submit (executor, job);
      haul_test_wait_state (job, HAUL_JOB_STARTING);
      for (guint turns = 0; turns < i / 4; turns++)
        g_main_context_iteration (NULL, FALSE);
      haul_job_cancel (job);
      haul_test_wait_ended (job);
      haul_test_assert_verdict (job, HAUL_VERDICT_CANCELLED);
    }
  haul_test_run_normal (executor);
  g_clear_object (&executor);
  haul_test_assert_clean ();
}

static gboolean
is_stopped (gpointer data)
{
  return haul_test_process_state (GPOINTER_TO_INT (data)) == 'T';
}

static gboolean
runs_again (gpointer data)
{
  char state = haul_test_process_state (GPOINTER_TO_INT (data));

  return state == 'R' || state == 'S' || state == 'D';
}

static gboolean
never (gpointer data)
{
  return FALSE;
}

static gboolean
has_moved (gpointer data)
{
  HaulJob *job = data;

  return haul_job_get_done (job) > 0;
}

typedef struct
{
  HaulJob *job;
  double   done;
} Mark;

static gboolean
has_moved_on (gpointer data)
{
  Mark *mark = data;

  return haul_job_get_done (mark->job) > mark->done;
}

static void
test_pause (gconstpointer name)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) job = NULL;
  g_autoptr(HaulJob) quick = NULL;
  gpointer pid;
  Mark mark;

  haul_test_begin ();
  executor = haul_test_executor_new_named (name);
  job = haul_test_job_new ("slow", NULL);
  g_assert_false (haul_job_get_can_pause (job));
  haul_test_submit (executor, job);
  haul_test_wait_state (job, HAUL_JOB_RUNNING);
  g_assert_true (haul_job_get_can_pause (job));
  g_assert_true (haul_job_get_can_force (job));
  haul_test_run_until (has_moved, job, HAUL_TEST_SOON_MS);
  pid = GINT_TO_POINTER (haul_job_get_pid (job));

  for (guint i = 0; i < 3; i++)
    {
      haul_job_pause (job);
      haul_job_pause (job);
      haul_test_assert_state (job, HAUL_JOB_PAUSED);
      haul_test_run_until (is_stopped, pid, HAUL_TEST_SOON_MS);
      while (g_main_context_iteration (NULL, FALSE))   /* what is still in the pipe comes; then nothing does */
        ;
      mark = (Mark) { job, haul_job_get_done (job) };
      g_assert_false (haul_test_run_for (has_moved_on, &mark, 150));
      haul_test_assert_state (job, HAUL_JOB_PAUSED);

      haul_job_resume (job);
      haul_job_resume (job);
      haul_test_assert_state (job, HAUL_JOB_RUNNING);
      haul_test_run_until (runs_again, pid, HAUL_TEST_SOON_MS);
      haul_test_run_until (has_moved_on, &mark, HAUL_TEST_SOON_MS);
    }
  haul_job_cancel (job);
  haul_test_wait_ended (job);
  g_assert_false (haul_job_get_can_pause (job));
  g_assert_false (haul_job_get_can_force (job));

  /* Stopped or not in time: it goes on to its end. */
  quick = haul_test_job_start (executor, "ok", "{'size': <int64 1000000>}");
  haul_test_wait_state (quick, HAUL_JOB_RUNNING);
  haul_job_pause (quick);
  haul_job_resume (quick);
  haul_test_wait_ended (quick);
  haul_test_assert_verdict (quick, HAUL_VERDICT_DONE);
  haul_test_run_normal (executor);
  g_clear_object (&executor);
  haul_test_assert_clean ();
}

static void
test_paused (gconstpointer name)
{
  static const char * const tasks[] = { "slow", "tidy", "spin" };
  g_autoptr(HaulExecutor) executor = NULL;

  haul_test_begin ();
  executor = haul_test_executor_new_named (name);
  for (guint i = 0; i < 2 * G_N_ELEMENTS (tasks); i++)
    {
      g_autoptr(HaulJob) job = haul_test_job_new (tasks[i / 2], NULL);

      haul_job_set_grace (job, HOUR_MS, TRUE);
      haul_test_submit (executor, job);
      haul_test_wait_state (job, HAUL_JOB_RUNNING);
      haul_job_pause (job);
      haul_test_run_until (is_stopped, GINT_TO_POINTER (haul_job_get_pid (job)), HAUL_TEST_SOON_MS);
      if (i % 2)
        haul_job_force (job);
      else
        haul_job_cancel (job);
      haul_test_assert_state (job, HAUL_JOB_CANCELLING);
      haul_test_wait_ended (job);
      haul_test_assert_verdict (job, HAUL_VERDICT_CANCELLED);
    }
  haul_test_run_normal (executor);
  g_clear_object (&executor);
  haul_test_assert_clean ();
}

/* A worker that never looks, and one that is given time to tidy up and never looks either. */
static void
test_spinning (gconstpointer name)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) spin = NULL;
  g_autoptr(HaulJob) tidy = NULL;
  gint64 start;

  haul_test_begin ();
  executor = haul_test_executor_new_named (name);
  spin = haul_test_job_new ("spin", NULL);
  haul_job_set_grace (spin, HOUR_MS, TRUE);
  haul_test_submit (executor, spin);
  (void) haul_test_wait_log (spin, "spinning");
  haul_job_cancel (spin);
  haul_test_wait_ended (spin);
  haul_test_assert_verdict (spin, HAUL_VERDICT_CANCELLED);
  g_assert_cmpint (haul_job_get_exit_signal (spin), ==, SIGTERM);

  tidy = haul_test_job_new ("spin-tidy", NULL);
  haul_job_set_grace (tidy, HOUR_MS, TRUE);
  haul_test_submit (executor, tidy);
  (void) haul_test_wait_log (tidy, "spinning");
  start = now ();
  haul_job_cancel (tidy);
  haul_test_wait_ended (tidy);
  haul_test_assert_verdict (tidy, HAUL_VERDICT_CANCELLED);
  g_assert_cmpint (haul_job_get_exit_signal (tidy), ==, SIGTERM);
  g_assert_cmpint (now () - start, >=, 199 * 1000);
  haul_test_run_normal (executor);
  g_clear_object (&executor);
  haul_test_assert_clean ();
}

/* Asked, it stops by itself and has the last word. */
static void
test_tidy (gconstpointer name)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) job = NULL;
  g_autofree char *text = NULL;

  haul_test_begin ();
  executor = haul_test_executor_new_named (name);
  job = haul_test_job_start (executor, "tidy", NULL);
  haul_test_run_until (has_moved, job, HAUL_TEST_SOON_MS);
  haul_job_cancel (job);
  haul_job_cancel (job);
  haul_test_wait_ended (job);
  haul_test_assert_verdict (job, HAUL_VERDICT_CANCELLED);
  g_assert_cmpint (haul_job_get_exit_signal (job), ==, 0);
  g_assert_nonnull (haul_test_find_log (job, "tidying up"));
  text = haul_test_result_text (job);
  g_assert_cmpstr (text, ==, "begun\ntidied\n");
  haul_test_run_normal (executor);
  g_clear_object (&executor);
  haul_test_assert_clean ();
}

static void
test_ignore_term (gconstpointer name)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) job = NULL;
  gint64 start;

  haul_test_begin ();
  executor = haul_test_executor_new_named (name);
  job = haul_test_job_new ("ignore-term", NULL);
  haul_job_set_grace (job, 300, TRUE);
  g_assert_cmpuint (haul_job_get_grace (job), ==, 300);
  haul_test_submit (executor, job);
  (void) haul_test_wait_log (job, "ignoring");
  start = now ();
  haul_job_cancel (job);
  haul_test_assert_state (job, HAUL_JOB_CANCELLING);
  haul_test_wait_ended (job);
  haul_test_assert_verdict (job, HAUL_VERDICT_CANCELLED);
  g_assert_cmpint (haul_job_get_exit_signal (job), ==, SIGKILL);
  g_assert_cmpint (now () - start, >=, 299 * 1000);
  haul_test_run_normal (executor);
  g_clear_object (&executor);
  haul_test_assert_clean ();
}

static gboolean
is_overdue (gpointer data)
{
  return haul_job_get_overdue (data);
}

static void
count_cb (HaulJob    *job,
          GParamSpec *pspec,
          gpointer    user_data)
{
  ++*(guint *) user_data;
}

/* Nobody is killed who was not said to be. */
static void
test_overdue (gconstpointer name)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) job = NULL;
  guint n_overdue = 0;

  haul_test_begin ();
  executor = haul_test_executor_new_named (name);
  job = haul_test_job_new ("ignore-term", NULL);
  haul_job_set_grace (job, 150, FALSE);
  g_signal_connect (job, "notify::overdue", G_CALLBACK (count_cb), &n_overdue);
  haul_test_submit (executor, job);
  (void) haul_test_wait_log (job, "ignoring");
  haul_job_cancel (job);
  g_assert_false (haul_job_get_overdue (job));
  haul_test_run_until (is_overdue, job, HAUL_TEST_SOON_MS);
  g_assert_cmpuint (n_overdue, ==, 1);
  (void) haul_test_run_for (never, NULL, 300);
  haul_test_assert_state (job, HAUL_JOB_CANCELLING);
  g_assert_cmpint (haul_job_get_stamp (job, HAUL_STAMP_KILL_SENT), ==, 0);

  haul_job_force (job);
  haul_job_force (job);
  haul_test_wait_ended (job);
  haul_test_assert_verdict (job, HAUL_VERDICT_CANCELLED);
  g_assert_cmpint (haul_job_get_exit_signal (job), ==, SIGKILL);
  haul_test_run_normal (executor);
  g_clear_object (&executor);
  haul_test_assert_clean ();
}

static void
test_crash_on_term (gconstpointer name)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) job = NULL;

  haul_test_begin ();
  executor = haul_test_executor_new_named (name);
  job = haul_test_job_start (executor, "crash-on-term", NULL);
  (void) haul_test_wait_log (job, "waiting");
  haul_job_cancel (job);
  haul_test_wait_ended (job);
  haul_test_assert_verdict (job, HAUL_VERDICT_CRASHED);
  g_assert_cmpint (haul_job_get_exit_signal (job), ==, SIGSEGV);
  haul_test_assert_contains (haul_job_get_error (job)->message, "SIGSEGV");
  haul_test_run_normal (executor);
  g_clear_object (&executor);
  haul_test_assert_clean ();
}

/* With the worker goes what it started, though that does not listen to us. */
static void
test_grandchild (gconstpointer name)
{
  g_autoptr(HaulExecutor) executor = NULL;

  haul_test_begin ();
  executor = haul_test_executor_new_named (name);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr(HaulJob) job = haul_test_job_start (executor, "grandchild", NULL);
      const char *line = haul_test_wait_log (job, "grandchild");
      int pid = 0;

      g_assert_cmpint (sscanf (line, "grandchild %d", &pid), ==, 1);
      if (i == 0)
        haul_job_cancel (job);
      else
        haul_job_force (job);
      haul_test_wait_ended (job);
      haul_test_assert_verdict (job, HAUL_VERDICT_CANCELLED);
      haul_test_poll_until (haul_test_process_gone, GINT_TO_POINTER (pid), HAUL_TEST_SOON_MS);
    }
  haul_test_run_normal (executor);
  g_clear_object (&executor);
  haul_test_assert_clean ();
}

/* Between the result and the end: the result stays. */
static void
test_finishing (gconstpointer name)
{
  g_autoptr(HaulExecutor) executor = NULL;

  haul_test_begin ();
  executor = haul_test_executor_new_named (name);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr(HaulJob) job = haul_test_job_start (executor, "linger", NULL);
      g_autofree char *text = NULL;

      haul_test_wait_state (job, HAUL_JOB_FINISHING);
      if (i == 0)
        haul_job_cancel (job);
      else
        haul_job_force (job);
      haul_test_wait_ended (job);
      haul_test_assert_verdict (job, HAUL_VERDICT_DONE);
      text = haul_test_result_text (job);
      g_assert_cmpstr (text, ==, "whole");
    }
  haul_test_run_normal (executor);
  g_clear_object (&executor);
  haul_test_assert_clean ();
}

/* It gave its result and does not end by itself. */
static void
test_lingers (gconstpointer name)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) job = NULL;
  g_autofree char *text = NULL;

  haul_test_begin ();
  executor = haul_test_executor_new_named (name);
  job = haul_test_job_start (executor, "linger", NULL);
  haul_test_wait_ended (job);
  haul_test_assert_verdict (job, HAUL_VERDICT_FAILED);
  text = haul_test_result_text (job);
  g_assert_cmpstr (text, ==, "whole");
  g_assert_nonnull (haul_job_get_error (job));
  haul_test_run_normal (executor);
  g_clear_object (&executor);
  haul_test_assert_clean ();
}

static void
test_ended (gconstpointer name)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) job = NULL;

  haul_test_begin ();
  executor = haul_test_executor_new_named (name);
  job = haul_test_job_start (executor, "ok", NULL);
  haul_test_wait_ended (job);
  haul_job_cancel (job);
  haul_job_force (job);
  haul_job_pause (job);
  haul_job_resume (job);
  haul_test_assert_state (job, HAUL_JOB_ENDED);
  haul_test_assert_verdict (job, HAUL_VERDICT_DONE);
  haul_test_run_normal (executor);
  g_clear_object (&executor);
  haul_test_assert_clean ();
}

static void
cancel_cb (HaulJob    *job,
           GParamSpec *pspec,
           gpointer    user_data)
{
  if (haul_job_get_state (job) == HAUL_JOB_RUNNING)
    haul_job_cancel (job);
}

/* Out of its own notification. */
static void
test_from_callback (gconstpointer name)
{
  g_autoptr(HaulExecutor) executor = NULL;

  haul_test_begin ();
  executor = haul_test_executor_new_named (name);
  for (guint i = 0; i < 10; i++)
    {
      g_autoptr(HaulJob) job = haul_test_job_new (i % 2 ? "slow" : "tidy", NULL);

      g_signal_connect (job, "notify::state", G_CALLBACK (cancel_cb), NULL);
      haul_test_submit (executor, job);
      haul_test_wait_ended (job);
      haul_test_assert_verdict (job, HAUL_VERDICT_CANCELLED);
    }
  haul_test_run_normal (executor);
  g_clear_object (&executor);
  haul_test_assert_clean ();
}

/* A hundred times in a row, at all kinds of moments, and nothing is left. */
static void
test_hundred (gconstpointer name)
{
  g_autoptr(HaulExecutor) executor = NULL;
  guint n_done = 0;

  haul_test_begin ();
  executor = haul_test_executor_new_named (name);
  for (guint i = 0; i < 100; i++)
    {
      g_autoptr(HaulJob) job = haul_test_job_start (executor, "ok", "{'size': <int64 10000000>}");

      (void) haul_test_run_for (never, NULL, i % 10);
      haul_job_cancel (job);
      haul_test_wait_ended (job);
      if (haul_job_get_verdict (job) == HAUL_VERDICT_DONE)
        n_done++;
      else
        haul_test_assert_verdict (job, HAUL_VERDICT_CANCELLED);
    }
  g_test_message ("%u were faster than the cancel", n_done);
  haul_test_run_normal (executor);
  g_clear_object (&executor);
  haul_test_assert_clean ();
}

int
main (int    argc,
      char **argv)
{
  static const struct { const char *name; GTestDataFunc function; gboolean in_pool; } tests[] = {
    { "queued", test_queued, TRUE },
    { "starting", test_starting, TRUE },
    { "pause", test_pause, TRUE },
    { "paused", test_paused, TRUE },
    { "spinning", test_spinning, TRUE },
    { "tidy", test_tidy, TRUE },
    { "ignore-term", test_ignore_term, TRUE },
    { "overdue", test_overdue, TRUE },
    { "crash-on-term", test_crash_on_term, TRUE },
    { "grandchild", test_grandchild, TRUE },
    { "finishing", test_finishing, FALSE },
    { "lingers", test_lingers, FALSE },
    { "ended", test_ended, TRUE },
    { "from-callback", test_from_callback, TRUE },
    { "hundred", test_hundred, TRUE },
  };

  haul_test_init (&argc, &argv);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    {
      g_autofree char *process = g_strconcat ("/parent/cancel/process/", tests[i].name, NULL);
      g_autofree char *pool = g_strconcat ("/parent/cancel/pool/", tests[i].name, NULL);

      g_test_add_data_func (process, "process", tests[i].function);
      if (tests[i].in_pool)   /* in a pool, a worker that gave its result is not waited for */
        g_test_add_data_func (pool, "pool", tests[i].function);
    }
  return g_test_run ();
}
