/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <stdio.h>

#include "haul-test.h"

#include "haul/parent/haul-heartbeat.h"
#include "haul/wire/haul-error.h"
#include "test-tasks.h"

static void
assert_result (HaulJob *job,
               gsize    size)
{
  g_autoptr(GBytes) bytes = haul_job_dup_result (job);
  g_autofree guint8 *due = g_malloc (size + 1);
  gsize got;
  const guint8 *data = g_bytes_get_data (bytes, &got);

  haul_test_fill (due, 0, size);
  g_assert_cmpuint (haul_job_get_result_size (job), ==, size);
  g_assert_cmpuint (got, ==, size);
  g_assert_true (size == 0 || memcmp (data, due, size) == 0);
}

static void
run_size (HaulExecutor *executor,
          gsize         size,
          gsize         piece)
{
  g_autofree char *arguments = g_strdup_printf ("{'size': <int64 %" G_GSIZE_FORMAT ">, 'piece': <int64 %" G_GSIZE_FORMAT ">}",
                                                size, piece);
  g_autoptr(HaulJob) job = haul_test_job_start (executor, "ok", arguments);

  haul_test_wait_ended (job);
  haul_test_assert_verdict (job, HAUL_VERDICT_DONE);
  g_assert_null (haul_job_get_error (job));
  g_assert_cmpint (haul_job_get_exit_code (job), ==, 0);
  assert_result (job, size);
}

/* Around every limit there is: a page, PIPE_BUF, what a pipe holds, what a frame holds. */
static void
test_sizes (void)
{
  static const gsize sizes[] = {
    0, 1, 4095, 4096, 4097, 65487, 65488, 65532, 65535, 65536, 65537, 256 * 1024 - 16, 256 * 1024, 256 * 1024 + 1,
    1024 * 1024, 1024 * 1024 + 17,
  };
  g_autoptr(HaulExecutor) executor = NULL;

  haul_test_begin ();
  executor = haul_test_process_executor_new ();
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      run_size (executor, sizes[i], 64 * 1024);
      run_size (executor, sizes[i], MAX (sizes[i], 1));   /* in one piece */
    }
  run_size (executor, 5000, 1);
  run_size (executor, 16 * 1024 * 1024, 1000003);
  haul_test_run_normal (executor);
  haul_test_assert_clean ();
}

static void
beat_cb (HaulHeartbeat *heartbeat,
         gpointer       user_data)
{
  ++*(guint *) user_data;
}

/* The largest result of the article, a hundred times over; the loop stays quick meanwhile. */
static void
test_ten_megabytes (void)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulHeartbeat) heartbeat = NULL;
  double cpu_wait;
  guint n_beats = 0;

  haul_test_begin ();
  executor = haul_test_process_executor_new ();
  cpu_wait = haul_test_cpu_wait ();
  heartbeat = haul_heartbeat_new ();
  g_signal_connect (heartbeat, "beat", G_CALLBACK (beat_cb), &n_beats);
  for (guint i = 0; i < 5; i++)
    {
      g_autoptr(HaulJob) job = haul_test_job_start (executor, "ok", "{'size': <int64 10000000>, 'piece': <int64 10000000>}");

      haul_test_wait_ended (job);
      haul_test_assert_verdict (job, HAUL_VERDICT_DONE);
      assert_result (job, 10000000);
    }
  g_test_message ("the loop was %.1f ms late at worst, %u beats", haul_heartbeat_get_worst (heartbeat), n_beats);
  /* assert_result() itself blocks it for some milliseconds; a loop that waits for a child to read
   * or to end is late by much more. */
  g_assert_cmpfloat (haul_heartbeat_get_worst (heartbeat), <, 1000 + haul_test_cpu_wait () - cpu_wait);
  g_clear_object (&heartbeat);
  haul_test_run_normal (executor);
  haul_test_assert_clean ();
}

/* The end of the worker counts, not that of its pipes: a grandchild holds them for longer than we wait. */
static void
test_grandchild (void)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) job = NULL;
  g_autofree char *text = NULL;
  int pid = 0;

  haul_test_begin ();
  executor = haul_test_process_executor_new ();
  job = haul_test_job_start (executor, "grandchild", "{'result': <int64 1>}");
  haul_test_wait_ended (job);
  haul_test_assert_verdict (job, HAUL_VERDICT_DONE);
  text = haul_test_result_text (job);
  g_assert_cmpstr (text, ==, "ok");
  g_assert_cmpint (sscanf (haul_test_find_log (job, "grandchild"), "grandchild %d", &pid), ==, 1);
  haul_test_poll_until (haul_test_process_gone, GINT_TO_POINTER (pid), HAUL_TEST_SOON_MS);   /* it does not stay behind either */
  haul_test_run_normal (executor);
  haul_test_assert_clean ();
}

static void
test_peek (void)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) job = NULL;
  guint8 bytes[3000], due[3000];

  haul_test_begin ();
  executor = haul_test_process_executor_new ();
  job = haul_test_job_start (executor, "ok", "{'size': <int64 1000000>, 'piece': <int64 4999>}");
  haul_test_wait_ended (job);
  for (guint round = 0; round < 2; round++)
    {
      g_autoptr(GBytes) whole = NULL;

      for (guint i = 0; i < 500; i++)
        {
          gsize offset = g_test_rand_int_range (0, 1000000);
          gsize size = g_test_rand_int_range (0, sizeof bytes);
          gsize n = haul_job_peek_result (job, offset, bytes, size);

          g_assert_cmpuint (n, ==, MIN (size, 1000000 - offset));
          haul_test_fill (due, offset, n);
          g_assert_cmpint (memcmp (bytes, due, n), ==, 0);
        }
      g_assert_cmpuint (haul_job_peek_result (job, 1000000, bytes, 1), ==, 0);
      g_assert_cmpuint (haul_job_peek_result (job, G_MAXSIZE, bytes, G_MAXSIZE), ==, 0);
      g_assert_cmpuint (haul_job_peek_result (job, 999999, bytes, 10), ==, 1);
      whole = haul_job_dup_result (job);   /* which must not change what can be seen */
      g_assert_cmpuint (g_bytes_get_size (whole), ==, 1000000);
    }
  haul_test_run_normal (executor);
  haul_test_assert_clean ();
}

/* What has come so far is there before the end. */
static gboolean
has_some (gpointer data)
{
  return haul_job_get_result_size (data) >= 6;
}

static void
test_partial (void)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) job = NULL;
  char bytes[7] = { 0 };

  haul_test_begin ();
  executor = haul_test_process_executor_new ();
  job = haul_test_job_start (executor, "slow", NULL);
  haul_test_run_until (has_some, job, HAUL_TEST_SOON_MS);
  haul_test_assert_state (job, HAUL_JOB_RUNNING);
  g_assert_cmpuint (haul_job_peek_result (job, 0, bytes, 6), ==, 6);
  g_assert_cmpstr (bytes, ==, "begun\n");
  haul_job_cancel (job);
  haul_test_wait_ended (job);
  haul_test_assert_verdict (job, HAUL_VERDICT_CANCELLED);
  g_assert_cmpuint (haul_job_get_result_size (job), ==, 6);   /* and after it */
  haul_test_run_normal (executor);
  haul_test_assert_clean ();
}

/* It is us who did not listen, for longer than a worker is given to answer: what it said meanwhile
 * lies in its pipe, and it is not to blame. */
static void
test_blocked_loop (void)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) starting = NULL;
  g_autoptr(HaulJob) running = NULL;

  haul_test_begin ();
  executor = haul_test_process_executor_new ();
  haul_executor_set_max_running (executor, 2);
  running = haul_test_job_new ("ok", "{'size': <int64 60000>}");   /* as any pipe can hold */
  haul_job_set_timeout (running, 4000);
  haul_test_submit (executor, running);
  haul_test_wait_state (running, HAUL_JOB_RUNNING);
  starting = haul_test_job_start (executor, "ok", NULL);
  haul_test_wait_state (starting, HAUL_JOB_STARTING);
  g_usleep ((HAUL_START_TIMEOUT_MS + 300) * 1000);   /* this is what it is about */
  haul_test_wait_ended (starting);
  haul_test_assert_verdict (starting, HAUL_VERDICT_DONE);
  haul_test_wait_ended (running);
  haul_test_assert_verdict (running, HAUL_VERDICT_DONE);
  assert_result (running, 60000);
  haul_test_run_normal (executor);
  haul_test_assert_clean ();
}

/* Two joins, one of them before the first frame and one after the end; both get the same. */
static void
joined_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(GError) error = NULL;
  guint *n = user_data;

  haul_test_assert_state (HAUL_JOB (source), HAUL_JOB_ENDED);
  if (haul_job_get_verdict (HAUL_JOB (source)) == HAUL_VERDICT_DONE)
    {
      g_assert_true (haul_job_join_finish (HAUL_JOB (source), result, &error));
      g_assert_no_error (error);
    }
  else
    {
      g_assert_false (haul_job_join_finish (HAUL_JOB (source), result, &error));
      g_assert_error (error, HAUL_ERROR, HAUL_ERROR_TASK);
      haul_test_assert_contains (error->message, "it does not work");
    }
  ++*n;
}

static gboolean
joined_three (gpointer data)
{
  return *(guint *) data >= 3;
}

static void
test_join (void)
{
  static const char * const tasks[] = { "ok", "fail" };
  g_autoptr(HaulExecutor) executor = NULL;

  haul_test_begin ();
  executor = haul_test_process_executor_new ();
  for (guint i = 0; i < G_N_ELEMENTS (tasks); i++)
    {
      g_autoptr(HaulJob) job = haul_test_job_new (tasks[i], i == 0 ? "{'size': <int64 1048576>}" : NULL);
      guint n = 0;

      haul_job_join_async (job, -1, NULL, joined_cb, &n);   /* before it is submitted */
      haul_test_submit (executor, job);
      haul_job_join_async (job, -1, NULL, joined_cb, &n);
      haul_test_wait_ended (job);
      haul_job_join_async (job, -1, NULL, joined_cb, &n);
      g_assert_cmpuint (n, <, 3);                       /* never from within the call */
      haul_test_run_until (joined_three, &n, HAUL_TEST_SOON_MS);
    }
  haul_test_run_normal (executor);
  haul_test_assert_clean ();
}

static void
join_cancelled_cb (GObject      *source,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  g_autoptr(GError) error = NULL;
  guint *n = user_data;

  g_assert_false (haul_job_join_finish (HAUL_JOB (source), result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  *n += 3;
}

/* Who stops waiting is told so at once, and the job goes on. */
static void
test_join_cancelled (void)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) job = NULL;
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  guint n = 0;

  haul_test_begin ();
  executor = haul_test_process_executor_new ();
  job = haul_test_job_start (executor, "slow", NULL);
  haul_test_wait_state (job, HAUL_JOB_RUNNING);
  haul_job_join_async (job, -1, cancellable, join_cancelled_cb, &n);
  g_cancellable_cancel (cancellable);
  haul_test_run_until (joined_three, &n, HAUL_TEST_SOON_MS);
  haul_test_assert_state (job, HAUL_JOB_RUNNING);
  haul_job_cancel (job);
  haul_test_wait_ended (job);
  g_assert_cmpuint (n, ==, 3);
  haul_test_run_normal (executor);
  haul_test_assert_clean ();
}

/* Arguments arrive as they were given; the defaults fill in what is missing. */
static void
test_arguments (void)
{
  static const struct { const char *arguments, *text; } rows[] = {
    { NULL, "5|text|one" },
    { "{'number': <int64 -7>}", "-7|text|one" },
    { "{'text': <'ü “quoted” $(rm) `id`; \\\"'>, 'choice': <'two'>}", "5|ü “quoted” $(rm) `id`; \"|two" },
    { "{'text': <''>}", "5||one" },
    { "{'text': <'--run'>}", "5|--run|one" },
  };
  g_autoptr(HaulExecutor) executor = NULL;

  haul_test_begin ();
  executor = haul_test_process_executor_new ();
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(HaulJob) job = haul_test_job_start (executor, "echo", rows[i].arguments);
      g_autofree char *text = NULL;

      haul_test_wait_ended (job);
      haul_test_assert_verdict (job, HAUL_VERDICT_DONE);
      text = haul_test_result_text (job);
      g_assert_cmpstr (text, ==, rows[i].text);
    }
  haul_test_run_normal (executor);
  haul_test_assert_clean ();
}

/* More than a RUN frame can hold is an error, and not a crash, nor silence. */
static void
test_huge_argument (void)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) job = NULL;
  g_autoptr(GVariant) arguments = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *text = g_strnfill (200 * 1024, 'x');

  haul_test_begin ();
  executor = haul_test_process_executor_new ();
  arguments = g_variant_ref_sink (g_variant_new_parsed ("{'text': <%s>}", text));
  job = haul_job_new (haul_test_task ("echo"), arguments, &error);
  if (job != NULL)
    {
      haul_executor_submit (executor, job);
      haul_test_wait_state (job, HAUL_JOB_ENDED);
      haul_test_assert_verdict (job, HAUL_VERDICT_FAILED);
      error = g_error_copy (haul_job_get_error (job));
    }
  g_assert_error (error, HAUL_ERROR, HAUL_ERROR_BAD_ARGUMENT);
  g_clear_object (&job);
  haul_test_run_normal (executor);
  haul_test_assert_clean ();
}

/* Progress of every kind, as it is seen from here. */
static void
test_progress (void)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) job = NULL;
  g_autoptr(HaulJob) phases = NULL;

  haul_test_begin ();
  executor = haul_test_process_executor_new ();
  job = haul_test_job_new ("ok", "{'steps': <int64 1000>}");
  g_assert_cmpfloat (haul_job_get_fraction (job), <, 0);
  g_assert_cmpfloat (haul_job_get_elapsed (job), ==, 0);
  haul_test_submit (executor, job);
  haul_test_wait_ended (job);
  g_assert_cmpfloat (haul_job_get_done (job), ==, 1000);
  g_assert_cmpfloat (haul_job_get_total (job), ==, 1000);
  g_assert_cmpfloat (haul_job_get_fraction (job), ==, 1);
  g_assert_cmpfloat (haul_job_get_left (job), <=, 0);

  phases = haul_test_job_start (executor, "phases", NULL);
  haul_test_wait_ended (phases);
  g_assert_cmpfloat (haul_job_get_done (phases), ==, 100);
  g_assert_cmpstr (haul_job_get_phase (phases), ==, "Leaping");
  haul_test_run_normal (executor);
  haul_test_assert_clean ();
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);
  g_test_add_func ("/parent/result/sizes", test_sizes);
  g_test_add_func ("/parent/result/ten-megabytes", test_ten_megabytes);
  g_test_add_func ("/parent/result/grandchild", test_grandchild);
  g_test_add_func ("/parent/result/peek", test_peek);
  g_test_add_func ("/parent/result/partial", test_partial);
  g_test_add_func ("/parent/result/blocked-loop", test_blocked_loop);
  g_test_add_func ("/parent/result/join", test_join);
  g_test_add_func ("/parent/result/join-cancelled", test_join_cancelled);
  g_test_add_func ("/parent/result/arguments", test_arguments);
  g_test_add_func ("/parent/result/huge-argument", test_huge_argument);
  g_test_add_func ("/parent/result/progress", test_progress);
  return g_test_run ();
}
