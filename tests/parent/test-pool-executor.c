/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <signal.h>

#include "haul-test.h"
#include "haul/wire/haul-error.h"
#include "test-tasks.h"

/* Jobs in a pool, whole and divided. That a whole one fares there as elsewhere is in test-executors
 * and test-job-cancel. */

static HaulPool *
get_pool (HaulExecutor *executor)
{
  return haul_pool_executor_get_pool (HAUL_POOL_EXECUTOR (executor));
}

static HaulPart *
nth_part (HaulJob *job,
          guint    n)
{
  g_autoptr(HaulPart) part = g_list_model_get_item (haul_job_get_parts (job), n);

  g_assert_nonnull (part);
  return part;   /* the job keeps it */
}

static guint
count_parts (HaulJob       *job,
             HaulPartState  state)
{
  guint n = 0;

  for (guint i = 0; i < g_list_model_get_n_items (haul_job_get_parts (job)); i++)
    n += haul_part_get_state (nth_part (job, i)) == state;
  return n;
}

/* Ends with "one normal job succeeds", in the same pool. */
static void
end_with_a_normal_job (HaulExecutor **executor)
{
  g_autoptr(HaulJob) job = haul_test_job_start (*executor, "sum", "{'parts': <int64 3>}");
  g_autofree char *text = NULL;

  haul_test_wait_ended (job);
  haul_test_assert_verdict (job, HAUL_VERDICT_DONE);
  text = haul_test_result_text (job);
  g_assert_cmpstr (text, ==, "500500");
  g_clear_object (executor);
  haul_test_assert_clean ();
}

typedef struct
{
  double done;
  guint  n;
} Climb;

static void
climbs_cb (HaulJob    *job,
           GParamSpec *pspec,
           gpointer    user_data)
{
  Climb *climb = user_data;

  g_assert_cmpfloat (haul_job_get_done (job), >=, climb->done);
  g_assert_cmpfloat (haul_job_get_done (job), <=, haul_job_get_total (job));
  climb->done = haul_job_get_done (job);
  climb->n++;
}

/* With however many parts and workers: the same result, and progress that only grows. */
static void
test_divided (void)
{
  static const guint n_parts[] = { 0, 1, 2, 7, 40 };

  haul_test_begin ();
  for (guint n_workers = 1; n_workers <= 4; n_workers++)
    {
      g_autoptr(HaulExecutor) executor = haul_test_pool_executor_new (n_workers);

      for (guint i = 0; i < G_N_ELEMENTS (n_parts); i++)
        {
          g_autofree char *arguments = g_strdup_printf ("{'parts': <int64 %u>, 'seconds': <0.01>}", n_parts[i]);
          g_autoptr(HaulJob) job = haul_test_job_new ("sum", arguments);
          g_autofree char *text = NULL;
          Climb climb = { 0, 0 };

          g_assert_cmpuint (g_list_model_get_n_items (haul_job_get_parts (job)), ==, 0);
          g_signal_connect (job, "notify::done", G_CALLBACK (climbs_cb), &climb);
          haul_test_submit (executor, job);
          haul_test_wait_ended (job);
          haul_test_assert_verdict (job, HAUL_VERDICT_DONE);
          text = haul_test_result_text (job);
          g_assert_cmpstr (text, ==, "500500");
          g_assert_cmpstr (haul_test_history (job), ==, " starting running finishing ended");
          g_assert_cmpuint (g_list_model_get_n_items (haul_job_get_parts (job)), ==, n_parts[i] + 1);
          g_assert_cmpuint (count_parts (job, HAUL_PART_DONE), ==, n_parts[i] + 1);
          g_assert_cmpfloat (haul_job_get_done (job), ==, 1000);
          g_assert_cmpfloat (haul_job_get_total (job), ==, 1000);
          g_assert_cmpuint (climb.n, >, 0);
          g_assert_cmpint (haul_job_get_exit_code (job), ==, 0);
          for (guint n = 0; n <= n_parts[i]; n++)
            {
              g_assert_cmpfloat (haul_part_get_fraction (nth_part (job, n)), ==, 1);
              g_assert_cmpint (haul_part_get_pid (nth_part (job, n)), >, 0);
            }
        }
      g_clear_object (&executor);
    }
  haul_test_assert_clean ();
}

static void
test_many_parts (void)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) job = NULL;
  g_autofree char *text = NULL;

  haul_test_begin ();
  executor = haul_test_pool_executor_new (3);
  job = haul_test_job_start (executor, "sum", "{'parts': <int64 1000>}");
  haul_test_wait_ended (job);
  haul_test_assert_verdict (job, HAUL_VERDICT_DONE);
  text = haul_test_result_text (job);
  g_assert_cmpstr (text, ==, "500500");
  g_assert_cmpuint (count_parts (job, HAUL_PART_DONE), ==, 1001);
  end_with_a_normal_job (&executor);
}

typedef struct
{
  HaulJob *job;
  guint    n;
} Parts;

static gboolean
that_many_run (gpointer data)
{
  Parts *parts = data;

  return count_parts (parts->job, HAUL_PART_RUNNING) == parts->n;
}

static void
wait_running (HaulJob *job,
              guint    n)
{
  Parts parts = { job, n };

  haul_test_run_until (that_many_run, &parts, HAUL_TEST_SOON_MS);
}

/* One part fails, or its worker dies: the job does, by that name, and no other job. */
static void
test_failing_part (void)
{
  static const struct
  {
    const char     *mode;
    HaulJobVerdict  verdict;
    int             code, signal;
    const char     *message;
  } rows[] = {
    { "fail", HAUL_VERDICT_FAILED, 1, 0, "Range 1: it does not work" },
    { "kill", HAUL_VERDICT_CRASHED, -1, SIGKILL, "in “Range 1”" },
    { "exit", HAUL_VERDICT_FAILED, 3, 0, "in “Range 1”" },
  };
  g_autoptr(HaulExecutor) executor = NULL;

  haul_test_begin ();
  executor = haul_test_pool_executor_new (2);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *arguments = g_strdup_printf ("{'mode': <'%s'>, 'odd': <int64 1>, 'seconds': <0.1>}", rows[i].mode);
      g_autoptr(HaulJob) job = haul_test_job_start (executor, "sum", arguments);
      g_autoptr(HaulJob) other = haul_test_job_start (executor, "sum", "{'parts': <int64 2>}");

      haul_test_wait_ended (job);
      haul_test_assert_verdict (job, rows[i].verdict);
      g_test_message ("%s", haul_job_get_error (job)->message);
      haul_test_assert_contains (haul_job_get_error (job)->message, rows[i].message);
      g_assert_cmpint (haul_job_get_exit_code (job), ==, rows[i].code);
      g_assert_cmpint (haul_job_get_exit_signal (job), ==, rows[i].signal);
      g_assert_cmpint (haul_part_get_state (nth_part (job, 1)), ==, HAUL_PART_FAILED);
      g_assert_cmpuint (count_parts (job, HAUL_PART_FAILED), ==, 1);
      g_assert_cmpuint (count_parts (job, HAUL_PART_RUNNING), ==, 0);
      haul_test_wait_ended (other);
      haul_test_assert_verdict (other, HAUL_VERDICT_DONE);
    }
  end_with_a_normal_job (&executor);
}

static gboolean
has_moved (gpointer data)
{
  return haul_part_get_fraction (data) > 0;
}

/* Somebody else kills the worker of a part. (Before it has begun with it, another would.) */
static void
test_killed (void)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) job = NULL;

  haul_test_begin ();
  executor = haul_test_pool_executor_new (2);
  job = haul_test_job_start (executor, "sum", "{'parts': <int64 2>, 'seconds': <20.0>}");
  wait_running (job, 2);
  haul_test_run_until (has_moved, nth_part (job, 0), HAUL_TEST_SOON_MS);
  g_assert_cmpint (haul_part_get_pid (nth_part (job, 0)), !=, haul_part_get_pid (nth_part (job, 1)));
  g_assert_cmpint (kill (haul_part_get_pid (nth_part (job, 0)), SIGSEGV), ==, 0);
  haul_test_wait_ended (job);
  haul_test_assert_verdict (job, HAUL_VERDICT_CRASHED);
  g_assert_cmpint (haul_job_get_exit_signal (job), ==, SIGSEGV);
  haul_test_assert_contains (haul_job_get_error (job)->message, "Range 0");
  g_assert_cmpint (haul_part_get_state (nth_part (job, 1)), ==, HAUL_PART_CANCELLED);
  g_assert_cmpint (haul_part_get_state (nth_part (job, 2)), ==, HAUL_PART_CANCELLED);
  end_with_a_normal_job (&executor);
}

static void
test_cancel (void)
{
  g_autoptr(HaulExecutor) executor = NULL;

  haul_test_begin ();
  executor = haul_test_pool_executor_new (2);
  for (guint i = 0; i < 8; i++)
    {
      g_autoptr(HaulJob) job = haul_test_job_start (executor, "sum", "{'parts': <int64 4>, 'seconds': <20.0>}");

      if (i % 4 > 0)
        wait_running (job, 2);
      if (i % 4 == 2)
        haul_job_pause (job);
      if (i < 4)
        haul_job_cancel (job);
      else
        haul_job_force (job);
      haul_test_wait_ended (job);
      haul_test_assert_verdict (job, HAUL_VERDICT_CANCELLED);
      g_assert_cmpuint (count_parts (job, HAUL_PART_CANCELLED), ==, i % 4 > 0 ? 5 : 0);
    }
  end_with_a_normal_job (&executor);
}

static gboolean
are_stopped (gpointer data)
{
  HaulJob *job = data;

  return haul_test_process_state (haul_part_get_pid (nth_part (job, 0))) == 'T'
         && haul_test_process_state (haul_part_get_pid (nth_part (job, 1))) == 'T';
}

static gboolean
never (gpointer data)
{
  return FALSE;
}

/* What runs is stopped, what does not is held; then all goes on. */
static void
test_pause (void)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) job = NULL;
  g_autofree char *text = NULL;
  double done;

  haul_test_begin ();
  executor = haul_test_pool_executor_new (2);
  job = haul_test_job_start (executor, "sum", "{'parts': <int64 6>, 'seconds': <0.4>}");
  wait_running (job, 2);
  haul_job_pause (job);
  haul_test_assert_state (job, HAUL_JOB_PAUSED);
  haul_test_run_until (are_stopped, job, HAUL_TEST_SOON_MS);
  (void) haul_test_run_for (never, NULL, 150);
  done = haul_job_get_done (job);
  (void) haul_test_run_for (never, NULL, 600);
  g_assert_cmpfloat (haul_job_get_done (job), ==, done);
  g_assert_cmpuint (count_parts (job, HAUL_PART_RUNNING), ==, 2);
  g_assert_cmpuint (count_parts (job, HAUL_PART_WAITING), ==, 5);

  haul_job_resume (job);
  haul_test_wait_ended (job);
  haul_test_assert_verdict (job, HAUL_VERDICT_DONE);
  text = haul_test_result_text (job);
  g_assert_cmpstr (text, ==, "500500");
  end_with_a_normal_job (&executor);
}

static void
test_timeout (void)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) job = NULL;

  haul_test_begin ();
  executor = haul_test_pool_executor_new (2);
  job = haul_test_job_new ("sum", "{'seconds': <20.0>}");
  haul_job_set_timeout (job, 300);
  haul_test_submit (executor, job);
  haul_test_wait_ended (job);
  haul_test_assert_verdict (job, HAUL_VERDICT_TIMED_OUT);
  end_with_a_normal_job (&executor);
}

/* Each has its own result; and the second waits until there is a worker for it. */
static void
test_two_jobs (void)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) first = NULL;
  g_autoptr(HaulJob) second = NULL;
  g_autofree char *text = NULL;

  haul_test_begin ();
  executor = haul_test_pool_executor_new (2);
  first = haul_test_job_start (executor, "sum", "{'parts': <int64 5>, 'seconds': <0.1>}");
  second = haul_test_job_start (executor, "sum", "{'n': <int64 10>, 'parts': <int64 5>, 'seconds': <0.1>}");
  wait_running (first, 2);
  haul_test_assert_state (second, HAUL_JOB_QUEUED);
  haul_test_wait_ended (first);
  haul_test_wait_ended (second);
  text = haul_test_result_text (second);
  g_assert_cmpstr (text, ==, "55");
  g_assert_cmpint (haul_job_get_stamp (second, HAUL_STAMP_STARTED), <, haul_job_get_stamp (first, HAUL_STAMP_JOINED));
  end_with_a_normal_job (&executor);
}

static void
test_resize (void)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) job = NULL;

  haul_test_begin ();
  executor = haul_test_pool_executor_new (1);
  job = haul_test_job_start (executor, "sum", "{'parts': <int64 12>, 'seconds': <0.3>}");
  wait_running (job, 1);
  haul_pool_set_n_workers (get_pool (executor), 4);
  wait_running (job, 4);
  haul_pool_set_n_workers (get_pool (executor), 1);
  haul_test_wait_ended (job);
  haul_test_assert_verdict (job, HAUL_VERDICT_DONE);
  end_with_a_normal_job (&executor);
}

static void
joined_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_assert_true (haul_pool_join_finish (HAUL_POOL (source), result, NULL));
  *(gboolean *) user_data = TRUE;
}

static gboolean
is_true (gpointer data)
{
  return *(gboolean *) data;
}

/* A closed pool ends with the job that runs, all its parts; one that is terminated ends it. */
static void
test_close (void)
{
  haul_test_begin ();
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr(HaulExecutor) executor = haul_test_pool_executor_new (2);
      g_autoptr(HaulJob) job = haul_test_job_start (executor, "sum", "{'seconds': <0.2>}");
      g_autoptr(HaulJob) late = haul_test_job_start (executor, "sum", NULL);
      gboolean joined = FALSE;

      wait_running (job, 2);
      if (i == 0)
        haul_pool_close (get_pool (executor));
      else
        haul_pool_terminate (get_pool (executor));
      haul_pool_join_async (get_pool (executor), joined_cb, &joined);
      haul_test_wait_ended (job);
      haul_test_assert_verdict (job, i == 0 ? HAUL_VERDICT_DONE : HAUL_VERDICT_CANCELLED);
      haul_test_wait_ended (late);
      haul_test_assert_verdict (late, HAUL_VERDICT_FAILED);
      g_assert_error ((GError *) haul_job_get_error (late), HAUL_ERROR, HAUL_ERROR_START);
      haul_test_run_until (is_true, &joined, HAUL_TEST_SOON_MS);
    }
  haul_test_assert_clean ();
}

/* What parts say and print is their job's, and says whose it is. */
static void
test_log (void)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) job = NULL;

  haul_test_begin ();
  executor = haul_test_pool_executor_new (2);
  job = haul_test_job_start (executor, "sum", "{'mode': <'print'>, 'odd': <int64 2>}");
  haul_test_wait_ended (job);
  haul_test_assert_verdict (job, HAUL_VERDICT_DONE);
  g_assert_cmpstr (haul_test_find_log (job, "printed"), ==, "Range 2: printed");
  g_assert_cmpstr (haul_test_find_log (job, "ended"), ==, "Range 2: and not ended");
  g_assert_cmpstr (haul_test_find_log (job, "logged"), ==, "Range 2: logged");
  g_assert_cmpuint (g_list_model_get_n_items (haul_job_get_log (job)), ==, 3);
  g_assert_cmpuint (haul_job_get_n_messages (job), >, 10);
  end_with_a_normal_job (&executor);
}

/* Large results on their way from part to part: nothing is lost, and the main loop is not held up. */
static void
test_inputs (void)
{
  static const struct { const char *arguments; gsize size; } rows[] = {
    { "{'size': <int64 0>}", 0 },
    { "{'size': <int64 1>, 'hands': <int64 20>}", 20 },
    { "{'size': <int64 300001>, 'hands': <int64 5>}", 5 * 300001 },
    { "{'size': <int64 20000000>, 'hands': <int64 3>}", 60000000 },
  };
  g_autoptr(HaulExecutor) executor = NULL;

  haul_test_begin ();
  executor = haul_test_pool_executor_new (2);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(HaulJob) job = haul_test_job_start (executor, "relay", rows[i].arguments);
      g_autoptr(GBytes) result = NULL;
      g_autofree guint8 *expected = g_malloc (rows[i].size);

      haul_test_wait_ended (job);
      haul_test_assert_verdict (job, HAUL_VERDICT_DONE);
      result = haul_job_dup_result (job);
      g_assert_cmpuint (g_bytes_get_size (result), ==, rows[i].size);
      haul_test_fill (expected, 0, rows[i].size);
      if (rows[i].size > 0)
        g_assert_cmpint (memcmp (g_bytes_get_data (result, NULL), expected, rows[i].size), ==, 0);
    }
  end_with_a_normal_job (&executor);
}

/* A worker path that is no worker: the job fails, and says why. */
static void
test_no_worker (void)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) job = NULL;

  haul_test_begin ();
  executor = haul_pool_executor_new ("/nonexistent/worker", 2);
  job = haul_test_job_start (executor, "sum", NULL);
  haul_test_wait_ended (job);
  haul_test_assert_verdict (job, HAUL_VERDICT_FAILED);
  g_assert_error ((GError *) haul_job_get_error (job), HAUL_ERROR, HAUL_ERROR_START);
  g_clear_object (&executor);
  haul_test_assert_clean ();
}

static void
test_shutdown (void)
{
  static const HaulShutdown ways[] = { HAUL_SHUTDOWN_DRAIN, HAUL_SHUTDOWN_CANCEL_QUEUED, HAUL_SHUTDOWN_TERMINATE };

  haul_test_begin ();
  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      g_autoptr(HaulExecutor) executor = haul_test_pool_executor_new (2);
      g_autoptr(HaulJob) first = haul_test_job_start (executor, "sum", "{'seconds': <0.1>}");
      g_autoptr(HaulJob) second = haul_test_job_start (executor, "sum", "{'seconds': <0.1>}");

      wait_running (first, 2);
      haul_test_shutdown (executor, ways[i]);
      haul_test_assert_verdict (first, ways[i] == HAUL_SHUTDOWN_TERMINATE ? HAUL_VERDICT_CANCELLED : HAUL_VERDICT_DONE);
      haul_test_assert_verdict (second, ways[i] == HAUL_SHUTDOWN_DRAIN ? HAUL_VERDICT_DONE : HAUL_VERDICT_CANCELLED);
    }
  haul_test_assert_clean ();
}

/* The pool itself is shut down, with parts that no worker has begun: the rest of their job is of no use. */
static void
test_cancel_queued (void)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) job = NULL;

  haul_test_begin ();
  executor = haul_test_pool_executor_new (1);
  job = haul_test_job_start (executor, "sum", "{'seconds': <20.0>}");
  wait_running (job, 1);
  haul_pool_shutdown (get_pool (executor), HAUL_SHUTDOWN_CANCEL_QUEUED);
  haul_test_wait_ended (job);
  haul_test_assert_verdict (job, HAUL_VERDICT_CANCELLED);
  g_assert_error ((GError *) haul_job_get_error (job), G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (count_parts (job, HAUL_PART_CANCELLED), ==, g_list_model_get_n_items (haul_job_get_parts (job)));
  g_clear_object (&executor);
  haul_test_assert_clean ();
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);
  g_test_add_func ("/parent/pool-executor/divided", test_divided);
  g_test_add_func ("/parent/pool-executor/many-parts", test_many_parts);
  g_test_add_func ("/parent/pool-executor/failing-part", test_failing_part);
  g_test_add_func ("/parent/pool-executor/killed", test_killed);
  g_test_add_func ("/parent/pool-executor/cancel", test_cancel);
  g_test_add_func ("/parent/pool-executor/pause", test_pause);
  g_test_add_func ("/parent/pool-executor/timeout", test_timeout);
  g_test_add_func ("/parent/pool-executor/two-jobs", test_two_jobs);
  g_test_add_func ("/parent/pool-executor/resize", test_resize);
  g_test_add_func ("/parent/pool-executor/close", test_close);
  g_test_add_func ("/parent/pool-executor/log", test_log);
  g_test_add_func ("/parent/pool-executor/inputs", test_inputs);
  g_test_add_func ("/parent/pool-executor/no-worker", test_no_worker);
  g_test_add_func ("/parent/pool-executor/shutdown", test_shutdown);
  g_test_add_func ("/parent/pool-executor/cancel-queued", test_cancel_queued);
  return g_test_run ();
}
