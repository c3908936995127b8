/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-test.h"

#include "haul/haul.h"
#include "haul/sync/haul-shareable-private.h"

/* Jobs that wait for each other, and die with what the others wait for. */

static HaulExecutor *
executor_new (const char *name)
{
  HaulExecutor *executor;

  if (!g_str_equal (name, "forkserver"))
    return haul_test_executor_new_named (name);
  executor = haul_test_process_executor_new ();
  haul_process_executor_set_start_method (HAUL_PROCESS_EXECUTOR (executor), HAUL_START_FORK_SERVER);
  return executor;
}

static HaulJob *
start (HaulExecutor  *executor,
       const char    *task,
       const char    *arguments,
       const char    *name,
       HaulShareable *shared)
{
  HaulJob *job = haul_test_job_new (task, arguments);

  haul_job_share (job, name, shared);
  haul_test_submit (executor, job);
  return job;
}

static void
run (HaulExecutor *executor,
     HaulLock     *lock,
     const char   *arguments,
     HaulJobVerdict verdict,
     const char   *message)
{
  g_autoptr(HaulJob) job = start (executor, "share-lock", arguments, "lock", HAUL_SHAREABLE (lock));

  haul_test_wait_ended (job);
  haul_test_assert_verdict (job, verdict);
  if (message != NULL)
    haul_test_assert_contains (haul_job_get_error (job)->message, message);
}

/* T55: nobody hangs; all are told, until somebody recovers it. */
static void
test_holder_died (gconstpointer name)
{
  g_autoptr(HaulLock) lock = haul_lock_new (NULL);
  HaulExecutor *executor;

  haul_test_begin ();
  executor = executor_new (name);
  run (executor, lock, "{'how': <'use'>}", HAUL_VERDICT_DONE, NULL);
  run (executor, lock, "{'how': <'die'>}", HAUL_VERDICT_CRASHED, "SIGKILL");
  run (executor, lock, "{'how': <'use'>}", HAUL_VERDICT_FAILED, "whoever held the lock has died");
  run (executor, lock, "{'how': <'use'>}", HAUL_VERDICT_FAILED, "whoever held the lock has died");
  run (executor, lock, "{'how': <'recover'>}", HAUL_VERDICT_DONE, NULL);
  run (executor, lock, "{'how': <'use'>}", HAUL_VERDICT_DONE, NULL);
  g_object_unref (executor);
  haul_test_assert_clean ();
}

/* Asked to stop, whoever waits for a lock that we have does. */
static void
test_cancelled (gconstpointer name)
{
  g_autoptr(HaulLock) lock = haul_lock_new (NULL);
  HaulExecutor *executor;
  HaulJob *job;

  haul_test_begin ();
  executor = executor_new (name);
  g_assert_true (haul_lock_acquire (lock, -1, NULL, NULL));
  job = start (executor, "share-lock", NULL, "lock", HAUL_SHAREABLE (lock));
  haul_test_wait_state (job, HAUL_JOB_RUNNING);
  haul_job_cancel (job);
  haul_test_wait_ended (job);
  haul_test_assert_verdict (job, HAUL_VERDICT_CANCELLED);
  g_object_unref (job);

  haul_lock_release (lock);
  run (executor, lock, NULL, HAUL_VERDICT_DONE, NULL);   /* it never had it */
  g_object_unref (executor);
  haul_test_assert_clean ();
}

/* Who has done its work, and ended, is not missed. */
static void
test_ended_well (gconstpointer name)
{
  g_autoptr(HaulBarrier) barrier = haul_barrier_new (2, NULL);
  g_autoptr(GError) error = NULL;
  HaulExecutor *executor;
  HaulJob *jobs[2];

  haul_test_begin ();
  executor = executor_new (name);
  for (guint i = 0; i < 2; i++)
    jobs[i] = start (executor, "share-meet", NULL, "barrier", HAUL_SHAREABLE (barrier));
  for (guint i = 0; i < 2; i++)
    {
      haul_test_wait_ended (jobs[i]);
      haul_test_assert_verdict (jobs[i], HAUL_VERDICT_DONE);
      g_object_unref (jobs[i]);
    }
  haul_test_shutdown (executor, HAUL_SHUTDOWN_DRAIN);
  g_object_unref (executor);
  haul_test_assert_clean ();

  g_assert_cmpint (haul_barrier_wait (barrier, 50, NULL, &error), ==, -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);   /* it is not broken before */
}

/* The processes that are waited for. */
static guint
count_members (HaulShareable *shareable)
{
  HaulMembers *members = haul_shareable_get_members (shareable);
  guint n = 0;

  g_assert_true (haul_shareable_enter (shareable, NULL, NULL));
  for (guint i = 0; i < members->n_used; i++)
    n += members->members[i].pid != 0;
  haul_shareable_leave (shareable);
  return n;
}

/* The same as the task of the worker, but for what it takes. */
static gboolean
run_nowhere (HaulContext  *context G_GNUC_UNUSED,
             GVariant     *arguments G_GNUC_UNUSED,
             GError      **error G_GNUC_UNUSED)
{
  g_assert_not_reached ();
}

static const HaulTask meet_otherwise = {
  .id = "share-meet", .title = "share-meet", .summary = "Tests",
  .params = (const HaulParam[]) {
    { "nonsense", "Nonsense", NULL, "Nonsense", HAUL_PARAM_STRING },
    { NULL }
  },
  .run = run_nowhere,
};

static void
test_never_began (gconstpointer name)
{
  g_autoptr(HaulBarrier) barrier = haul_barrier_new (2, NULL);
  HaulExecutor *executor;
  HaulJob *job;

  g_test_summary ("A worker whose job could not begin is not waited for, though it lives on");

  haul_test_begin ();
  executor = executor_new (name);
  job = haul_test_job_new_for_task (&meet_otherwise, NULL);
  haul_job_share (job, "barrier", HAUL_SHAREABLE (barrier));
  haul_test_submit (executor, job);
  haul_test_wait_ended (job);
  haul_test_assert_verdict (job, HAUL_VERDICT_FAILED);
  haul_test_assert_contains (haul_job_get_error (job)->message, "nonsense");
  g_object_unref (job);

  g_assert_cmpuint (count_members (HAUL_SHAREABLE (barrier)), ==, 1);
  g_object_unref (executor);
  haul_test_assert_clean ();
}

static void
add (const char           *what,
     const char           *name,
     void                (*test)(gconstpointer name))
{
  g_autofree char *path = g_strdup_printf ("/share-locks/%s/%s", what, name);

  g_test_add_data_func (path, name, test);
}

int
main (int    argc,
      char **argv)
{
  const char * const children[] = { "process", "forkserver", "pool" };

  haul_test_init (&argc, &argv);

  for (guint i = 0; i < G_N_ELEMENTS (children); i++)
    {
      add ("holder-died", children[i], test_holder_died);
      add ("cancelled", children[i], test_cancelled);
      add ("ended-well", children[i], test_ended_well);
    }
  add ("cancelled", "thread", test_cancelled);
  add ("never-began", "pool", test_never_began);

  return g_test_run ();
}
