/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-test.h"

/* Jobs whose workers are left as zombies. */

static gboolean
is_zombie (gpointer data)
{
  return haul_test_process_state (GPOINTER_TO_INT (data)) == 'Z';
}

static gboolean
is_collected (gpointer data)
{
  return !haul_job_get_held (data);
}

static HaulJob *
start_held (HaulExecutor *executor)
{
  HaulJob *job = haul_test_job_new ("ok", NULL);

  haul_job_set_hold (job, TRUE);
  g_assert_true (haul_job_get_hold (job));
  haul_test_submit (executor, job);
  haul_test_wait_ended (job);
  return job;
}

static void
count_cb (guint *n)
{
  ++*n;
}

/* The executor spawns: the held job is forked all the same. */
static void
test_held (void)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) job = NULL;
  guint n_notified = 0;
  int pid;

  haul_test_begin ();
  executor = haul_test_process_executor_new ();
  job = start_held (executor);
  pid = haul_job_get_pid (job);
  haul_test_assert_verdict (job, HAUL_VERDICT_DONE);
  g_assert_true (haul_job_get_held (job));
  g_assert_cmpint (haul_job_get_stamp (job, HAUL_STAMP_EXITED), >, 0);
  g_assert_cmpint (haul_job_get_stamp (job, HAUL_STAMP_JOINED), ==, 0);
  haul_test_run_until (is_zombie, GINT_TO_POINTER (pid), HAUL_TEST_SOON_MS);
  haul_test_run_normal (executor);
  g_assert_cmpint (haul_test_process_state (pid), ==, 'Z');

  g_signal_connect_swapped (job, "notify::held", G_CALLBACK (count_cb), &n_notified);
  haul_job_collect (job);
  haul_job_collect (job);   /* once is enough */
  haul_test_run_until (is_collected, job, HAUL_TEST_SOON_MS);
  haul_test_run_until (haul_test_process_gone, GINT_TO_POINTER (pid), HAUL_TEST_SOON_MS);
  g_assert_cmpuint (n_notified, ==, 1);
  g_assert_cmpint (haul_job_get_stamp (job, HAUL_STAMP_JOINED), >=, haul_job_get_stamp (job, HAUL_STAMP_EXITED));
  haul_job_collect (job);

  haul_test_shutdown (executor, HAUL_SHUTDOWN_DRAIN);
  g_clear_object (&executor);
  g_clear_object (&job);
  haul_test_assert_clean ();
}

/* Nobody is left to join it. */
static void
test_forgotten (void)
{
  g_autoptr(HaulExecutor) executor = NULL;
  HaulJob *job;
  int pid;

  haul_test_begin ();
  executor = haul_test_process_executor_new ();
  job = start_held (executor);
  pid = haul_job_get_pid (job);
  haul_test_run_until (is_zombie, GINT_TO_POINTER (pid), HAUL_TEST_SOON_MS);
  g_object_unref (job);
  haul_test_run_until (haul_test_process_gone, GINT_TO_POINTER (pid), HAUL_TEST_SOON_MS);

  haul_test_shutdown (executor, HAUL_SHUTDOWN_DRAIN);
  g_clear_object (&executor);
  haul_test_assert_clean ();
}

/* What a pool or a thread runs is not held, and neither is what was not asked for. */
static void
test_not_held (void)
{
  static const char * const names[] = { "thread", "pool" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr(HaulExecutor) executor = NULL;
      g_autoptr(HaulJob) job = NULL;

      haul_test_begin ();
      executor = haul_test_executor_new_named (names[i]);
      job = start_held (executor);
      g_assert_false (haul_job_get_held (job));
      g_assert_cmpint (haul_job_get_stamp (job, HAUL_STAMP_JOINED), >, 0);
      haul_job_collect (job);
      haul_test_shutdown (executor, HAUL_SHUTDOWN_DRAIN);
      g_clear_object (&executor);
      g_clear_object (&job);
      haul_test_assert_clean ();
    }
}

static void
test_daemon (void)
{
  g_autoptr(HaulJob) job = haul_test_job_new ("ok", NULL);
  guint n_notified = 0;

  g_signal_connect_swapped (job, "notify::daemon", G_CALLBACK (count_cb), &n_notified);
  g_assert_false (haul_job_get_daemon (job));
  haul_job_set_daemon (job, FALSE);
  g_assert_cmpuint (n_notified, ==, 0);
  haul_job_set_daemon (job, TRUE);
  g_assert_cmpuint (n_notified, ==, 1);
  g_assert_true (haul_job_get_daemon (job));
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);

  g_test_add_func ("/parent/job/held", test_held);
  g_test_add_func ("/parent/job/held-forgotten", test_forgotten);
  g_test_add_func ("/parent/job/not-held", test_not_held);
  g_test_add_func ("/parent/job/daemon", test_daemon);

  return g_test_run ();
}
