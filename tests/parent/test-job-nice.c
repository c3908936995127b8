/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <linux/capability.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "haul-test.h"
#include "haul/wire/haul-error.h"

/* CAP_SYS_NICE for this thread, or not any more. Returns whether it had it. */
static gboolean
set_may_raise (gboolean may)
{
  struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
  struct __user_cap_data_struct data[2];
  gboolean could;

  g_assert_cmpint (syscall (SYS_capget, &header, data), ==, 0);
  could = (data[0].effective >> CAP_SYS_NICE) & 1;
  if (may)
    data[0].effective |= 1u << CAP_SYS_NICE;
  else
    data[0].effective &= ~(1u << CAP_SYS_NICE);
  g_assert_cmpint (syscall (SYS_capset, &header, data), ==, 0);
  return could;
}

static void
assert_order (HaulExecutor *executor,
              HaulJob      *jobs[],
              const char   *order)
{
  for (int i = 0; order[i] != '\0'; i++)
    g_assert_cmpint (haul_executor_get_position (executor, jobs[order[i] - 'a']), ==, i);
}

static HaulJob *
submit (HaulExecutor *executor,
        int           nice)
{
  HaulJob *job = haul_test_job_new ("slow", "{'seconds': <0.01>}");

  haul_job_set_nice (job, nice);
  haul_test_submit (executor, job);
  return job;
}

static void
renice (HaulJob *job,
        int      nice)
{
  g_autoptr(GError) error = NULL;
  gboolean done = haul_job_renice (job, nice, &error);
  int now;

  g_assert_no_error (error);
  g_assert_true (done);
  g_object_get (job, "nice", &now, NULL);
  g_assert_cmpint (now, ==, nice);
  g_assert_cmpint (haul_job_get_nice (job), ==, nice);
}

/* Those that are less nice first, equals as they came; and what people move stays where it is. */
static void
test_queue (void)
{
  HaulExecutor *executor;
  HaulJob *jobs[6];

  haul_test_begin ();
  executor = haul_test_process_executor_new ();
  haul_executor_set_max_running (executor, 1);
  haul_executor_set_held (executor, TRUE);
  jobs[0] = submit (executor, 19);
  jobs[1] = submit (executor, 19);
  jobs[2] = submit (executor, 10);
  jobs[3] = submit (executor, 19);
  assert_order (executor, jobs, "cabd");
  jobs[4] = submit (executor, 10);
  assert_order (executor, jobs, "ceabd");
  renice (jobs[3], 10);
  assert_order (executor, jobs, "cedab");
  renice (jobs[1], 5);
  assert_order (executor, jobs, "bceda");
  renice (jobs[2], 19);
  assert_order (executor, jobs, "bedac");
  g_assert_true (haul_executor_move (executor, jobs[2], 0));
  jobs[5] = submit (executor, 7);
  assert_order (executor, jobs, "cbfeda");

  haul_executor_set_held (executor, FALSE);
  haul_test_shutdown (executor, HAUL_SHUTDOWN_DRAIN);
  for (guint i = 0; i < G_N_ELEMENTS (jobs); i++)
    haul_test_assert_verdict (jobs[i], HAUL_VERDICT_DONE);
  for (guint i = 1; i < G_N_ELEMENTS (jobs); i++)
    g_assert_cmpint (haul_job_get_stamp (jobs["cbfeda"[i] - 'a'], HAUL_STAMP_STARTED), >=,
                     haul_job_get_stamp (jobs["cbfeda"[i - 1] - 'a'], HAUL_STAMP_STARTED));
  for (guint i = 0; i < G_N_ELEMENTS (jobs); i++)
    g_object_unref (jobs[i]);
  g_clear_object (&executor);
  haul_test_assert_clean ();
}

/* Its whole process group; back again only for who may. */
static void
check_running (HaulStartMethod method)
{
  HaulExecutor *executor;
  HaulJob *job;
  g_autoptr(GError) error = NULL;
  gboolean could;

  haul_test_begin ();
  executor = haul_test_process_executor_new ();
  haul_process_executor_set_start_method (HAUL_PROCESS_EXECUTOR (executor), method);
  job = haul_test_job_new ("slow", "{'seconds': <30.0>}");
  haul_job_set_nice (job, 10);
  haul_test_submit (executor, job);
  haul_test_wait_state (job, HAUL_JOB_RUNNING);
  g_assert_cmpint (getpriority (PRIO_PROCESS, (id_t) haul_job_get_pid (job)), ==, 10);
  renice (job, 15);
  g_assert_cmpint (getpriority (PRIO_PROCESS, (id_t) haul_job_get_pid (job)), ==, 15);

  could = set_may_raise (FALSE);
  g_assert_false (haul_job_renice (job, 12, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
  g_clear_error (&error);
  g_assert_cmpint (haul_job_get_nice (job), ==, 15);
  g_assert_cmpint (getpriority (PRIO_PROCESS, (id_t) haul_job_get_pid (job)), ==, 15);
  if (could)
    {
      (void) set_may_raise (TRUE);
      renice (job, 12);
      g_assert_cmpint (getpriority (PRIO_PROCESS, (id_t) haul_job_get_pid (job)), ==, 12);
    }

  haul_job_pause (job);
  haul_test_wait_state (job, HAUL_JOB_PAUSED);
  renice (job, 17);
  haul_job_cancel (job);
  haul_test_wait_ended (job);
  g_assert_false (haul_job_renice (job, 19, &error));
  g_assert_error (error, HAUL_ERROR, HAUL_ERROR_NOT_POSSIBLE);
  g_assert_cmpint (haul_job_get_nice (job), ==, 17);
  g_clear_object (&job);
  haul_test_shutdown (executor, HAUL_SHUTDOWN_DRAIN);
  g_clear_object (&executor);
  haul_test_assert_clean ();
}

static void
test_running_spawned (void)
{
  check_running (HAUL_START_SPAWN);
}

static void
test_running_forked (void)
{
  check_running (HAUL_START_FORK_SERVER);
}

/* In a thread it keeps what it has. */
static void
test_thread (void)
{
  HaulExecutor *executor;
  HaulJob *job;
  g_autoptr(GError) error = NULL;

  haul_test_begin ();
  executor = haul_thread_executor_new ();
  job = haul_test_job_new ("slow", "{'seconds': <30.0>}");
  haul_test_submit (executor, job);
  renice (job, 18);   /* it is queued yet */
  haul_test_wait_state (job, HAUL_JOB_RUNNING);
  g_assert_false (haul_job_renice (job, 19, &error));
  g_assert_error (error, HAUL_ERROR, HAUL_ERROR_NOT_POSSIBLE);
  g_assert_cmpint (haul_job_get_nice (job), ==, 18);
  haul_job_cancel (job);
  haul_test_wait_ended (job);
  g_clear_object (&job);
  haul_test_shutdown (executor, HAUL_SHUTDOWN_DRAIN);
  g_clear_object (&executor);
  haul_test_assert_clean ();
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);
  g_test_add_func ("/parent/nice/queue", test_queue);
  g_test_add_func ("/parent/nice/running-spawned", test_running_spawned);
  g_test_add_func ("/parent/nice/running-forked", test_running_forked);
  g_test_add_func ("/parent/nice/thread", test_thread);

  return g_test_run ();
}
