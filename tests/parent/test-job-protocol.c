/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <glib/gstdio.h>
#include <signal.h>

#include "haul-test.h"

#include "haul/wire/haul-error.h"

/* That one worker is wrong says nothing of the next. */
static void
finish (void)
{
  g_autoptr(HaulExecutor) executor = haul_test_process_executor_new ();

  haul_test_run_normal (executor);
  g_clear_object (&executor);
  haul_test_assert_clean ();
}

static HaulJob *
run_mode (HaulExecutor *executor,
          const char   *mode,
          guint         seed)
{
  g_autofree char *arguments = g_strdup_printf ("{'mode': <'%s'>, 'seed': <int64 %u>}", mode, seed);
  HaulJob *job = haul_test_job_start (executor, "raw", arguments);

  haul_test_wait_ended (job);
  return job;
}

/* All of these live on for half a minute if they are let: each must be ended, and at once. */
static void
test_violations (void)
{
  static const char * const modes[] = {
    "two-results", "result-then-error", "error-then-result", "data-after-result", "progress-after-result",
    "second-hello", "run", "cancel", "wrong-sequence", "repeated-sequence", "result-too-small", "result-too-large",
    "wrong-job", "flags", "oversized", "huge", "nan", "infinite", "hostile-variant", "bad-utf8", "bad-level",
    "empty-progress", "half-header", "half-frame",
  };
  g_autoptr(HaulExecutor) executor = NULL;

  haul_test_begin ();
  executor = haul_test_raw_executor_new ("raw");
  for (guint i = 0; i < G_N_ELEMENTS (modes); i++)
    {
      g_autoptr(HaulJob) job = run_mode (executor, modes[i], 0);
      const GError *error = haul_job_get_error (job);

      g_test_message ("%s: %s", modes[i], error != NULL ? error->message : "no error");
      haul_test_assert_verdict (job, HAUL_VERDICT_FAILED);
      g_assert_error ((GError *) error, HAUL_ERROR, HAUL_ERROR_PROTOCOL);
      g_assert_cmpint (haul_job_get_stamp (job, HAUL_STAMP_TERM_SENT), ==, 0);
      if (!g_str_has_prefix (modes[i], "half"))   /* those end by themselves */
        g_assert_cmpint (haul_job_get_exit_signal (job), ==, SIGKILL);
    }
  finish ();
}

static void
test_garbage (void)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(GPtrArray) jobs = NULL;

  haul_test_begin ();
  executor = haul_test_raw_executor_new ("raw");
  haul_executor_set_max_running (executor, 4);
  jobs = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint seed = 1; seed <= 100; seed++)
    {
      g_autofree char *arguments = g_strdup_printf ("{'mode': <'garbage'>, 'seed': <int64 %u>}", seed);

      g_ptr_array_add (jobs, haul_test_job_start (executor, "raw", arguments));
    }
  haul_test_shutdown (executor, HAUL_SHUTDOWN_DRAIN);
  for (guint i = 0; i < jobs->len; i++)
    {
      HaulJob *job = g_ptr_array_index (jobs, i);

      g_test_message ("seed %u", i + 1);
      haul_test_assert_verdict (job, HAUL_VERDICT_FAILED);
      g_assert_error ((GError *) haul_job_get_error (job), HAUL_ERROR, HAUL_ERROR_PROTOCOL);
    }
  finish ();
}

/* Odd, but allowed. */
static void
test_tolerated (void)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) unknown = NULL;
  g_autoptr(HaulJob) range = NULL;
  g_autoptr(HaulJob) slow = NULL;
  g_autofree char *text = NULL;
  g_autofree char *slow_text = NULL;

  haul_test_begin ();
  executor = haul_test_raw_executor_new ("raw");
  unknown = run_mode (executor, "unknown-type", 0);
  haul_test_assert_verdict (unknown, HAUL_VERDICT_DONE);
  text = haul_test_result_text (unknown);
  g_assert_cmpstr (text, ==, "ok");

  range = run_mode (executor, "progress-range", 0);
  haul_test_assert_verdict (range, HAUL_VERDICT_DONE);
  g_assert_cmpfloat (haul_job_get_fraction (range), >=, 0);
  g_assert_cmpfloat (haul_job_get_fraction (range), <=, 1);

  slow = run_mode (executor, "byte-by-byte", 0);
  haul_test_assert_verdict (slow, HAUL_VERDICT_DONE);
  slow_text = haul_test_result_text (slow);
  g_assert_cmpstr (slow_text, ==, "x");
  finish ();
}

/* Its pipes are closed and it lives on: it can say no more, and is ended. */
static void
test_closed_pipes (void)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) without = NULL;
  g_autoptr(HaulJob) with = NULL;

  haul_test_begin ();
  executor = haul_test_process_executor_new ();
  without = haul_test_job_start (executor, "close-pipes", NULL);
  haul_test_wait_ended (without);
  haul_test_assert_verdict (without, HAUL_VERDICT_FAILED);
  g_assert_nonnull (haul_job_get_error (without));

  with = haul_test_job_start (executor, "close-pipes", "{'result': <int64 1>}");
  haul_test_wait_ended (with);
  haul_test_assert_verdict (with, HAUL_VERDICT_FAILED);
  haul_test_run_normal (executor);
  haul_test_assert_clean ();
}

static gboolean
never (gpointer data)
{
  return FALSE;
}

/* It ends as it should, while we do not listen: that it is late is our fault. */
static void
test_closed_and_blocked (void)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) job = NULL;

  haul_test_begin ();
  executor = haul_test_process_executor_new ();
  job = haul_test_job_start (executor, "close-pipes", "{'result': <int64 1>, 'end': <int64 1>}");
  haul_test_wait_state (job, HAUL_JOB_FINISHING);
  (void) haul_test_run_for (never, NULL, 100);   /* so that the end of the pipe is mostly heard of; nothing depends on it */
  g_usleep (2500 * 1000);                        /* this is what it is about */
  haul_test_wait_ended (job);
  haul_test_assert_verdict (job, HAUL_VERDICT_DONE);
  haul_test_run_normal (executor);
  haul_test_assert_clean ();
}

/* Programs that are no worker of ours, or not of our time. Each message names the program. */
static void
start_wrong (const char *path,
             HaulExecutor *executor,
             int         code)
{
  g_autoptr(HaulJob) job = haul_test_job_start (executor, "ok", NULL);
  const GError *error;

  haul_test_wait_ended (job);
  error = haul_job_get_error (job);
  g_test_message ("%s: %s", path, error->message);
  haul_test_assert_verdict (job, HAUL_VERDICT_FAILED);
  g_assert_error ((GError *) error, HAUL_ERROR, code);
  haul_test_assert_contains (error->message, path);
  g_assert_cmpint (haul_job_get_stamp (job, HAUL_STAMP_RUNNING), ==, 0);
}

static void
test_no_worker (void)
{
  g_autofree char *dir = NULL;
  g_autofree char *text_path = NULL;
  g_autofree char *empty_path = NULL;

  haul_test_begin ();
  dir = g_dir_make_tmp ("haul-test-XXXXXX", NULL);
  text_path = g_build_filename (dir, "text", NULL);
  empty_path = g_build_filename (dir, "empty", NULL);
  g_assert_true (g_file_set_contents (text_path, "no program", -1, NULL));
  g_assert_true (g_file_set_contents (empty_path, "", 0, NULL));
  g_assert_cmpint (g_chmod (empty_path, 0755), ==, 0);
  {
    const char * const paths[] = { "/nonexistent/haul-worker", dir, text_path, empty_path, "/bin/true", "/bin/false", "/bin/cat" };

    for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
      {
        g_autoptr(HaulExecutor) executor = haul_process_executor_new (paths[i]);

        start_wrong (paths[i], executor, HAUL_ERROR_START);
      }
  }
  g_unlink (text_path);
  g_unlink (empty_path);
  g_assert_cmpint (g_rmdir (dir), ==, 0);
  finish ();
}

static void
test_wrong_worker (void)
{
  static const struct { const char *name; int code; } rows[] = {
    { "wrong-version", HAUL_ERROR_VERSION },
    { "exit-at-once", HAUL_ERROR_START },
    { "exit-3", HAUL_ERROR_START },
  };

  haul_test_begin ();
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(HaulExecutor) executor = haul_test_raw_executor_new (rows[i].name);

      start_wrong (rows[i].name, executor, rows[i].code);
    }
  finish ();
}

static void
test_not_a_worker (void)
{
  static const char * const names[] = { "wrong-magic", "progress-first", "garbage-first", "half-hello" };

  haul_test_begin ();
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr(HaulExecutor) executor = haul_test_raw_executor_new (names[i]);
      g_autoptr(HaulJob) job = haul_test_job_start (executor, "ok", NULL);

      haul_test_wait_ended (job);
      g_test_message ("%s: %s", names[i], haul_job_get_error (job)->message);
      haul_test_assert_verdict (job, HAUL_VERDICT_FAILED);
      g_assert_true (haul_job_get_error (job)->domain == HAUL_ERROR);
      g_assert_cmpint (haul_job_get_stamp (job, HAUL_STAMP_RUNNING), ==, 0);
    }
  finish ();
}

static void
test_crash_at_start (void)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) job = NULL;

  haul_test_begin ();
  executor = haul_test_raw_executor_new ("crash");
  job = haul_test_job_start (executor, "ok", NULL);
  haul_test_wait_ended (job);
  haul_test_assert_verdict (job, HAUL_VERDICT_CRASHED);
  haul_test_assert_contains (haul_job_get_error (job)->message, "SIGSEGV");
  finish ();
}

/* Started, and silent: given five seconds. */
static void
test_mute (void)
{
  static const char * const names[] = { "mute", "deaf-and-mute" };
  g_autoptr(GPtrArray) jobs = NULL;

  haul_test_begin ();
  jobs = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr(HaulExecutor) executor = haul_test_raw_executor_new (names[i]);

      g_ptr_array_add (jobs, haul_test_job_start (executor, "ok", NULL));
    }
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      HaulJob *job = g_ptr_array_index (jobs, i);

      haul_test_wait_ended (job);
      haul_test_assert_verdict (job, HAUL_VERDICT_FAILED);
      g_assert_error ((GError *) haul_job_get_error (job), HAUL_ERROR, HAUL_ERROR_START);
      haul_test_assert_contains (haul_job_get_error (job)->message, names[i]);
      g_assert_cmpint (haul_job_get_stamp (job, HAUL_STAMP_JOINED) - haul_job_get_stamp (job, HAUL_STAMP_STARTED), >=,
                       (HAUL_START_TIMEOUT_MS - 5) * 1000);   /* timers count in milliseconds */
    }
  finish ();
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);
  g_test_add_func ("/parent/protocol/violations", test_violations);
  g_test_add_func ("/parent/protocol/garbage", test_garbage);
  g_test_add_func ("/parent/protocol/tolerated", test_tolerated);
  g_test_add_func ("/parent/protocol/closed-pipes", test_closed_pipes);
  g_test_add_func ("/parent/protocol/closed-and-blocked", test_closed_and_blocked);
  g_test_add_func ("/parent/protocol/no-worker", test_no_worker);
  g_test_add_func ("/parent/protocol/wrong-worker", test_wrong_worker);
  g_test_add_func ("/parent/protocol/not-a-worker", test_not_a_worker);
  g_test_add_func ("/parent/protocol/crash-at-start", test_crash_at_start);
  g_test_add_func ("/parent/protocol/mute", test_mute);
  return g_test_run ();
}
