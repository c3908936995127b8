/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <signal.h>

#include "test-pool-util.h"

/* Workers that do not even end by SIGKILL, as a process in an uninterruptible wait does not. */

static gboolean
was_killed (gpointer data)
{
  return haul_job_get_stamp (data, HAUL_STAMP_KILL_SENT) > 0;
}

static gboolean
is_stuck (gpointer data)
{
  return haul_job_get_stuck (data);
}

static void
count_cb (HaulJob    *job,
          GParamSpec *pspec,
          guint      *count)
{
  (*count)++;
}

static gboolean
has_ended (gpointer data)
{
  return !haul_job_is_active (data);
}

static gboolean
is_held (gpointer pid)
{
  return haul_test_process_state (GPOINTER_TO_INT (pid)) == 't';
}

/* It waits, and goes on with all else; and once the worker can end, so does its job. */
static void
test_job (gconstpointer method)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) job = NULL;
  GSubprocess *holder;
  guint n_notified = 0;

  haul_test_begin ();
  executor = haul_test_process_executor_new ();
  haul_process_executor_set_start_method (HAUL_PROCESS_EXECUTOR (executor), GPOINTER_TO_INT (method));
  haul_executor_set_max_running (executor, 2);
  job = haul_test_job_new ("die", "{'mode': <'traced'>}");
  haul_job_set_grace (job, 50, TRUE);
  g_signal_connect (job, "notify::stuck", G_CALLBACK (count_cb), &n_notified);
  haul_test_submit (executor, job);
  (void) haul_test_wait_log (job, "may be traced");
  holder = haul_test_hold (haul_job_get_pid (job));
  haul_job_cancel (job);
  if (holder != NULL)
    {
      haul_test_run_until (was_killed, job, HAUL_TEST_SOON_MS);
      haul_test_run_normal (executor);
      haul_test_run_until (is_stuck, job, HAUL_TEST_SOON_MS);
      g_assert_cmpuint (n_notified, ==, 1);
      g_assert_false (has_ended (job));
      haul_test_assert_state (job, HAUL_JOB_CANCELLING);
      g_assert_true (is_held (GINT_TO_POINTER (haul_job_get_pid (job))));
      haul_job_force (job);
      haul_test_run_normal (executor);
      haul_test_let_go (holder);
    }
  haul_test_wait_ended (job);
  haul_test_assert_verdict (job, HAUL_VERDICT_CANCELLED);
  g_assert_false (haul_job_get_stuck (job));
  if (holder != NULL)
    {
      g_assert_cmpint (haul_job_get_exit_signal (job), ==, SIGKILL);
      g_assert_cmpuint (n_notified, ==, 2);
    }
  haul_test_run_normal (executor);
  g_clear_object (&executor);
  haul_test_assert_clean ();
}

/* A pool goes on with the workers that it has. */
static void
test_pool (void)
{
  HaulPool *pool;
  char *dir = pool_dir_new ();
  g_autofree char *path = g_build_filename (dir, "pid", NULL);
  g_autofree char *list = g_strdup_printf ("[{'mode': <'traced'>, 'path': <'%s'>}]", path);
  g_autoptr(Watched) watched = NULL;
  GSubprocess *holder;
  int pid;

  haul_test_begin ();
  pool = pool_new (2);
  watched = pool_list ("die", list);
  pool_submit (pool, watched);
  pid = pool_wait_pid (path);
  holder = haul_test_hold (pid);
  haul_batch_cancel (watched->batch);
  if (holder != NULL)
    {
      haul_test_run_until (is_held, GINT_TO_POINTER (pid), HAUL_TEST_SOON_MS);
      pool_normal (pool);
      g_assert_false (haul_test_run_for (pool_has_ended, watched, HAUL_STUCK_TIMEOUT_MS + 500));
      pool_normal (pool);
      haul_test_let_go (holder);
    }
  pool_wait (watched);
  g_assert_error (watched->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  haul_test_run_until (haul_test_process_gone, GINT_TO_POINTER (pid), HAUL_TEST_SOON_MS);
  pool_normal (pool);
  g_object_unref (pool);
  pool_dir_free (dir);
  haul_test_assert_clean ();
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);
  g_test_add_data_func ("/fault/stuck/spawn", GINT_TO_POINTER (HAUL_START_SPAWN), test_job);
  g_test_add_data_func ("/fault/stuck/forkserver", GINT_TO_POINTER (HAUL_START_FORK_SERVER), test_job);
  g_test_add_func ("/fault/stuck/pool", test_pool);
  return g_test_run ();
}
