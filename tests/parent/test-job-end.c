/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <signal.h>

#include "haul-test.h"

#include "haul/wire/haul-error.h"
#include "test-tasks.h"

static HaulJob *
run (HaulExecutor *executor,
     const char   *task,
     const char   *arguments)
{
  HaulJob *job = haul_test_job_start (executor, task, arguments);

  haul_test_wait_ended (job);
  return job;
}

/* All 256, without a result and after it. */
static void
test_exit_codes (void)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(GPtrArray) jobs = NULL;

  haul_test_begin ();
  executor = haul_test_process_executor_new ();
  haul_executor_set_max_running (executor, 8);
  jobs = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < 2 * 256; i++)
    {
      g_autofree char *arguments = g_strdup_printf ("{'code': <int64 %u>, 'result': <int64 %u>}", i / 2, i % 2);

      g_ptr_array_add (jobs, haul_test_job_start (executor, "exit", arguments));
    }
  haul_test_shutdown (executor, HAUL_SHUTDOWN_DRAIN);
  for (guint i = 0; i < jobs->len; i++)
    {
      HaulJob *job = g_ptr_array_index (jobs, i);

      g_test_message ("exit %u, result %u: %s", i / 2, i % 2, haul_job_verdict_to_nick (haul_job_get_verdict (job)));
      g_assert_cmpint (haul_job_get_exit_code (job), ==, i / 2);
      g_assert_cmpint (haul_job_get_exit_signal (job), ==, 0);
      g_assert_cmpuint (haul_job_get_result_size (job), ==, 7);   /* kept, whatever became of it */
      if (i == 1)
        {
          haul_test_assert_verdict (job, HAUL_VERDICT_DONE);
          g_assert_null (haul_job_get_error (job));
          continue;
        }
      haul_test_assert_verdict (job, HAUL_VERDICT_FAILED);
      g_assert_error ((GError *) haul_job_get_error (job), HAUL_ERROR, HAUL_ERROR_ENDED);
      if (i == 0)
        haul_test_assert_contains (haul_job_get_error (job)->message, "without a result");
      if (i > 1)
        {
          g_autofree char *code = g_strdup_printf ("exit %u", i / 2);

          haul_test_assert_contains (haul_job_get_error (job)->message, code);
        }
      if (i % 2)
        haul_test_assert_contains (haul_job_get_error (job)->message, "after its result");
    }
  haul_test_assert_clean ();
}

static void
test_signals (void)
{
  static const struct { int number; const char *name; } rows[] = {
    { SIGSEGV, "SIGSEGV" }, { SIGABRT, "SIGABRT" }, { SIGTRAP, "SIGTRAP" }, { SIGBUS, "SIGBUS" },
    { SIGFPE, "SIGFPE" }, { SIGILL, "SIGILL" }, { SIGKILL, "SIGKILL" }, { SIGTERM, "SIGTERM" },
    { SIGXCPU, "SIGXCPU" }, { SIGHUP, "SIGHUP" }, { SIGINT, "SIGINT" },
  };
  g_autoptr(HaulExecutor) executor = NULL;

  haul_test_begin ();
  executor = haul_test_process_executor_new ();
  for (guint i = 0; i < 2 * G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *arguments = g_strdup_printf ("{'signal': <int64 %d>, 'result': <int64 %u>}", rows[i / 2].number, i % 2);
      g_autoptr(HaulJob) job = run (executor, "crash", arguments);
      const GError *error = haul_job_get_error (job);

      haul_test_assert_verdict (job, HAUL_VERDICT_CRASHED);
      g_assert_cmpint (haul_job_get_exit_code (job), ==, -1);
      g_assert_cmpint (haul_job_get_exit_signal (job), ==, rows[i / 2].number);
      g_assert_error ((GError *) error, HAUL_ERROR, HAUL_ERROR_ENDED);
      haul_test_assert_contains (error->message, rows[i / 2].name);
      /* Where it was, and its last words. */
      haul_test_assert_contains (error->message, "42");
      haul_test_assert_contains (error->message, "last words");
    }
  haul_test_run_normal (executor);
  haul_test_assert_clean ();
}

static void
test_task_errors (void)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) failed = NULL;
  g_autoptr(HaulJob) wordy = NULL;
  g_autoptr(HaulJob) silent = NULL;
  g_autoptr(HaulJob) cancelled = NULL;

  haul_test_begin ();
  executor = haul_test_process_executor_new ();
  failed = run (executor, "fail", NULL);
  haul_test_assert_verdict (failed, HAUL_VERDICT_FAILED);
  g_assert_error ((GError *) haul_job_get_error (failed), HAUL_ERROR, HAUL_ERROR_TASK);
  haul_test_assert_contains (haul_job_get_error (failed)->message, "it does not work");
  g_assert_cmpint (haul_job_get_exit_signal (failed), ==, 0);

  wordy = run (executor, "fail", "{'length': <int64 100000>}");
  haul_test_assert_verdict (wordy, HAUL_VERDICT_FAILED);
  g_assert_error ((GError *) haul_job_get_error (wordy), HAUL_ERROR, HAUL_ERROR_TASK);
  haul_test_assert_contains (haul_job_get_error (wordy)->message, "it does not work and does not work");
  g_assert_cmpuint (strlen (haul_job_get_error (wordy)->message), <=, HAUL_MAX_TEXT + 100);

  silent = run (executor, "fail-silently", NULL);
  haul_test_assert_verdict (silent, HAUL_VERDICT_FAILED);
  g_assert_error ((GError *) haul_job_get_error (silent), HAUL_ERROR, HAUL_ERROR_TASK);

  /* It says that it was asked to stop, and nobody had. */
  cancelled = run (executor, "fail-cancelled", NULL);
  haul_test_assert_verdict (cancelled, HAUL_VERDICT_FAILED);
  g_assert_nonnull (haul_job_get_error (cancelled));
  haul_test_run_normal (executor);
  haul_test_assert_clean ();
}

static void
test_killed_from_outside (void)
{
  static const int signals[] = { SIGKILL, SIGTERM, SIGSEGV };
  g_autoptr(HaulExecutor) executor = NULL;

  haul_test_begin ();
  executor = haul_test_process_executor_new ();
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    {
      g_autoptr(HaulJob) job = haul_test_job_start (executor, "slow", NULL);
      int pid;

      haul_test_wait_state (job, HAUL_JOB_RUNNING);
      pid = haul_job_get_pid (job);
      g_assert_cmpint (pid, >, 1);
      g_assert_cmpint (kill (pid, signals[i]), ==, 0);   /* ours, and not collected: the loop did not run */
      haul_test_wait_ended (job);
      haul_test_assert_verdict (job, HAUL_VERDICT_CRASHED);
      g_assert_cmpint (haul_job_get_exit_signal (job), ==, signals[i]);
      g_assert_cmpint (haul_job_get_pid (job), ==, pid);
    }
  haul_test_run_normal (executor);
  haul_test_assert_clean ();
}

static gboolean
is_stopped (gpointer data)
{
  return haul_test_process_state (GPOINTER_TO_INT (data)) == 'T';
}

/* Stopped by somebody else; it can still be cancelled, at once. */
static void
test_stopped_from_outside (void)
{
  static const char * const tasks[] = { "slow", "tidy", "stop-self" };
  g_autoptr(HaulExecutor) executor = NULL;

  haul_test_begin ();
  executor = haul_test_process_executor_new ();
  for (guint i = 0; i < G_N_ELEMENTS (tasks); i++)
    {
      g_autoptr(HaulJob) job = haul_test_job_new (tasks[i], NULL);
      int pid;

      haul_job_set_grace (job, 3600 * 1000, TRUE);   /* by SIGTERM, or by itself, and not by SIGKILL */
      haul_test_submit (executor, job);
      haul_test_wait_state (job, HAUL_JOB_RUNNING);
      pid = haul_job_get_pid (job);
      if (i < 2)
        g_assert_cmpint (kill (pid, SIGSTOP), ==, 0);
      haul_test_run_until (is_stopped, GINT_TO_POINTER (pid), HAUL_TEST_SOON_MS);
      haul_job_cancel (job);
      haul_test_wait_ended (job);
      haul_test_assert_verdict (job, HAUL_VERDICT_CANCELLED);
    }
  haul_test_run_normal (executor);
  haul_test_assert_clean ();
}

static void
test_timeout (void)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) slow = NULL;
  g_autoptr(HaulJob) deaf = NULL;
  g_autoptr(HaulJob) quick = NULL;
  g_autoptr(HaulJob) queued = NULL;

  haul_test_begin ();
  executor = haul_test_process_executor_new ();
  haul_executor_set_max_running (executor, 1);
  slow = haul_test_job_new ("slow", NULL);
  haul_job_set_timeout (slow, 300);
  haul_test_submit (executor, slow);

  /* Though it was said not to escalate: nobody is there who could be asked. */
  deaf = haul_test_job_new ("ignore-term", NULL);
  haul_job_set_timeout (deaf, 1000);
  haul_job_set_grace (deaf, 100, FALSE);
  haul_test_submit (executor, deaf);

  quick = haul_test_job_new ("ok", NULL);
  haul_job_set_timeout (quick, 10000);
  haul_test_submit (executor, quick);

  /* The clock starts when the job does: those before it took longer than this. */
  queued = haul_test_job_new ("slow", "{'seconds': <0.01>}");
  haul_job_set_timeout (queued, 5000);
  haul_test_submit (executor, queued);

  haul_test_wait_ended (slow);
  haul_test_assert_verdict (slow, HAUL_VERDICT_TIMED_OUT);
  g_assert_error ((GError *) haul_job_get_error (slow), HAUL_ERROR, HAUL_ERROR_TIMED_OUT);
  g_assert_cmpint (haul_job_get_stamp (slow, HAUL_STAMP_JOINED) - haul_job_get_stamp (slow, HAUL_STAMP_STARTED), >=, 300000);
  haul_test_wait_ended (deaf);
  haul_test_assert_verdict (deaf, HAUL_VERDICT_TIMED_OUT);
  /* On a machine that had no time to start it, it was not deaf yet. */
  g_assert_true (haul_job_get_exit_signal (deaf) == SIGKILL || g_list_model_get_n_items (haul_job_get_log (deaf)) == 0);
  haul_test_wait_ended (quick);
  haul_test_assert_verdict (quick, HAUL_VERDICT_DONE);
  haul_test_wait_ended (queued);
  haul_test_assert_verdict (queued, HAUL_VERDICT_DONE);
  haul_test_run_normal (executor);
  haul_test_assert_clean ();
}

static void
test_unknown_task (void)
{
  static const HaulTask stranger = { .id = "stranger", .title = "Stranger", .unit = "steps" };
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) job = NULL;
  g_autoptr(GError) error = NULL;

  haul_test_begin ();
  executor = haul_test_process_executor_new ();
  job = haul_job_new (&stranger, NULL, &error);
  g_assert_no_error (error);
  haul_executor_submit (executor, job);
  haul_test_wait_state (job, HAUL_JOB_ENDED);
  haul_test_assert_verdict (job, HAUL_VERDICT_FAILED);
  haul_test_assert_contains (haul_job_get_error (job)->message, "stranger");
  haul_test_shutdown (executor, HAUL_SHUTDOWN_DRAIN);
  haul_test_assert_clean ();
}

static void
assert_order (HaulJob          *job,
              const HaulStamp  *stamps,
              guint             n_stamps)
{
  gint64 before = 1;

  for (HaulStamp stamp = 0, i = 0; stamp < HAUL_N_STAMPS; stamp++)
    {
      gint64 time = haul_job_get_stamp (job, stamp);

      if (i < n_stamps && stamps[i] == stamp)
        {
          g_assert_cmpint (time, >=, before);
          before = time;
          i++;
        }
      else
        g_assert_cmpint (time, ==, 0);
    }
}

/* Each step that was taken has its time, in order; those that were not have none. */
static void
test_stamps (void)
{
  static const HaulStamp done[] = {
    HAUL_STAMP_QUEUED, HAUL_STAMP_STARTED, HAUL_STAMP_RUNNING, HAUL_STAMP_EXITED, HAUL_STAMP_JOINED,
  };
  static const HaulStamp killed[] = {
    HAUL_STAMP_QUEUED, HAUL_STAMP_STARTED, HAUL_STAMP_RUNNING, HAUL_STAMP_CANCEL_SENT, HAUL_STAMP_TERM_SENT,
    HAUL_STAMP_KILL_SENT, HAUL_STAMP_EXITED, HAUL_STAMP_JOINED,
  };
  static const HaulStamp tidied[] = {
    HAUL_STAMP_QUEUED, HAUL_STAMP_STARTED, HAUL_STAMP_RUNNING, HAUL_STAMP_CANCEL_SENT, HAUL_STAMP_EXITED, HAUL_STAMP_JOINED,
  };
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) ok = NULL;
  g_autoptr(HaulJob) deaf = NULL;
  g_autoptr(HaulJob) tidy = NULL;

  haul_test_begin ();
  executor = haul_test_process_executor_new ();
  ok = haul_test_job_new ("ok", NULL);
  assert_order (ok, NULL, 0);
  haul_test_submit (executor, ok);
  assert_order (ok, done, 1);
  haul_test_wait_ended (ok);
  assert_order (ok, done, G_N_ELEMENTS (done));

  deaf = haul_test_job_new ("ignore-term", NULL);
  haul_job_set_grace (deaf, 50, TRUE);
  haul_test_submit (executor, deaf);
  (void) haul_test_wait_log (deaf, "ignoring");
  haul_job_cancel (deaf);
  haul_test_wait_ended (deaf);
  assert_order (deaf, killed, G_N_ELEMENTS (killed));
  g_assert_cmpint (haul_job_get_stamp (deaf, HAUL_STAMP_KILL_SENT) - haul_job_get_stamp (deaf, HAUL_STAMP_TERM_SENT), >=, 49000);

  tidy = haul_test_job_start (executor, "tidy", NULL);
  haul_test_wait_state (tidy, HAUL_JOB_RUNNING);
  haul_job_cancel (tidy);
  haul_test_wait_ended (tidy);
  assert_order (tidy, tidied, G_N_ELEMENTS (tidied));
  haul_test_run_normal (executor);
  haul_test_assert_clean ();
}

static gboolean
keep_busy_cb (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

/* The program never has nothing to do, and hears of the end all the same. */
static void
test_never_idle (void)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) job = NULL;
  guint id;

  haul_test_begin ();
  executor = haul_test_process_executor_new ();
  job = haul_test_job_start (executor, "spin", NULL);
  haul_test_wait_state (job, HAUL_JOB_RUNNING);
  id = g_idle_add_full (G_PRIORITY_DEFAULT, keep_busy_cb, NULL, NULL);
  g_assert_cmpint (kill (haul_job_get_pid (job), SIGKILL), ==, 0);
  haul_test_wait_ended (job);
  g_source_remove (id);
  haul_test_assert_verdict (job, HAUL_VERDICT_CRASHED);
  haul_test_assert_clean ();
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);
  g_test_add_func ("/parent/end/exit-codes", test_exit_codes);
  g_test_add_func ("/parent/end/signals", test_signals);
  g_test_add_func ("/parent/end/task-errors", test_task_errors);
  g_test_add_func ("/parent/end/killed-from-outside", test_killed_from_outside);
  g_test_add_func ("/parent/end/stopped-from-outside", test_stopped_from_outside);
  g_test_add_func ("/parent/end/timeout", test_timeout);
  g_test_add_func ("/parent/end/never-idle", test_never_idle);
  g_test_add_func ("/parent/end/unknown-task", test_unknown_task);
  g_test_add_func ("/parent/end/stamps", test_stamps);
  return g_test_run ();
}
