/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <glib/gstdio.h>

#include "test-pool-util.h"

/* Waiting for an end with a time limit: when the time is over, what is waited for goes on. */

typedef struct
{
  gboolean  answered;
  GError   *error;      /* (owned) (nullable) */
} Answer;

static void
answer_clear (Answer *answer)
{
  g_clear_error (&answer->error);
  answer->answered = FALSE;
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Answer, answer_clear)

static gboolean
is_answered (gpointer data)
{
  return ((Answer *) data)->answered;
}

static void
job_cb (GObject      *source,
        GAsyncResult *result,
        gpointer      user_data)
{
  Answer *answer = user_data;

  g_assert_false (answer->answered);
  answer->answered = TRUE;
  g_assert_true (haul_job_join_finish (HAUL_JOB (source), result, &answer->error) == (answer->error == NULL));
}

static void
batch_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  Answer *answer = user_data;

  g_assert_false (answer->answered);
  answer->answered = TRUE;
  g_assert_true (haul_batch_join_finish (HAUL_BATCH (source), result, &answer->error) == (answer->error == NULL));
}

static void
join_job (HaulJob *job,
          int      timeout_ms,
          Answer  *answer)
{
  answer_clear (answer);
  haul_job_join_async (job, timeout_ms, NULL, job_cb, answer);
  haul_test_run_until (is_answered, answer, HAUL_TEST_SOON_MS);
}

static void
join_batch (HaulBatch *batch,
            int        timeout_ms,
            Answer    *answer)
{
  answer_clear (answer);
  haul_batch_join_async (batch, timeout_ms, NULL, batch_cb, answer);
  haul_test_run_until (is_answered, answer, HAUL_TEST_SOON_MS);
}

static void
open_gate (const char *path)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (g_file_set_contents (path, "open", -1, &error));
  g_assert_no_error (error);
}

static void
test_job (void)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) job = NULL;
  g_auto(Answer) answer = { 0 };
  char *dir = pool_dir_new ();
  g_autofree char *path = g_build_filename (dir, "gate", NULL);
  g_autofree char *arguments = g_strdup_printf ("{'path': <'%s'>}", path);
  g_autofree char *text = NULL;
  gint64 begin;

  haul_test_begin ();
  executor = haul_test_process_executor_new ();
  job = haul_test_job_new ("gate", arguments);
  join_job (job, 0, &answer);   /* nobody has submitted it */
  g_assert_error (answer.error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  haul_test_submit (executor, job);
  begin = g_get_monotonic_time ();
  join_job (job, 200, &answer);
  g_assert_error (answer.error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_assert_cmpint (g_get_monotonic_time () - begin, >=, 200 * 1000);
  g_assert_true (haul_job_is_active (job));

  open_gate (path);
  join_job (job, -1, &answer);
  g_assert_no_error (answer.error);
  text = haul_test_result_text (job);
  g_assert_cmpstr (text, ==, "begun\ndone\n");
  join_job (job, 0, &answer);
  g_assert_no_error (answer.error);
  pool_dir_free (dir);
  haul_test_run_normal (executor);
  haul_test_assert_clean ();
}

static void
test_batch (void)
{
  HaulPool *pool = pool_new (1);
  g_auto(Answer) answer = { 0 };
  g_auto(Answer) stopped = { 0 };
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  char *dir = pool_dir_new ();
  g_autofree char *path = g_build_filename (dir, "gate", NULL);
  g_autofree char *list = g_strdup_printf ("[{'path': <'%s'>}]", path);
  g_autoptr(Watched) watched = pool_list ("gate", list);

  haul_test_begin ();
  pool_submit (pool, watched);
  join_batch (watched->batch, 0, &answer);
  g_assert_error (answer.error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  join_batch (watched->batch, 50, &answer);
  g_assert_error (answer.error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  haul_batch_join_async (watched->batch, -1, cancellable, batch_cb, &stopped);
  g_cancellable_cancel (cancellable);
  haul_test_run_until (is_answered, &stopped, HAUL_TEST_SOON_MS);
  g_assert_error (stopped.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_true (haul_batch_is_active (watched->batch));

  open_gate (path);
  join_batch (watched->batch, 2 * HAUL_TEST_SOON_MS, &answer);
  g_assert_no_error (answer.error);
  pool_wait (watched);
  g_assert_cmpstr (pool_text (watched, 0), ==, "begun\ndone\n");
  pool_dir_free (dir);
  pool_normal (pool);
  g_object_unref (pool);
  haul_test_assert_clean ();
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);
  g_test_add_func ("/join/job", test_job);
  g_test_add_func ("/join/batch", test_batch);
  return g_test_run ();
}
