/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "test-pool-util.h"

#include "haul/parent/haul-format.h"

/* Workers that end wrongly, by what really does it to programs, in each way that there is to have one:
 * exec'd, forked, and in a pool. Each test ends with a job that goes as it should. */

static const struct
{
  const char *mode;
  int         signum;     /* 0: the task itself says what is wrong */
  const char *name;       /* of the signal */
  const char *text;       /* of its last words */
  gboolean    unsanitized;
} rows[] = {
  { "pointer", SIGSEGV, "SIGSEGV", "here it comes", FALSE },
  { "abort", SIGABRT, "SIGABRT", "here it comes", FALSE },
  { "assert", SIGABRT, "SIGABRT", "Assertion", FALSE },
  { "g-error", SIGTRAP, "SIGTRAP", "no way out", FALSE },
  { "stack", SIGSEGV, "SIGSEGV", "here it comes", FALSE },
  { "cpu", SIGXCPU, "SIGXCPU", "here it comes", FALSE },
  { "file-size", SIGXFSZ, "SIGXFSZ", "here it comes", FALSE },
  /* A sanitizer needs far more addresses than these allow. */
  { "malloc", 0, "", "not enough memory", TRUE },
  { "g-malloc", SIGTRAP, "SIGTRAP", "failed to allocate", TRUE },
};

static HaulExecutor *
executor_new (gconstpointer method)
{
  HaulExecutor *executor = haul_test_process_executor_new ();

  haul_process_executor_set_start_method (HAUL_PROCESS_EXECUTOR (executor), GPOINTER_TO_INT (method));
  return executor;
}

static void
finish (HaulExecutor *executor)
{
  haul_test_run_normal (executor);
  g_object_unref (executor);
  haul_test_assert_clean ();
}

static void
finish_pool (HaulPool *pool)
{
  pool_normal (pool);
  g_object_unref (pool);
  haul_test_assert_clean ();
}

static gboolean
is_for_here (guint row)
{
  if (!rows[row].unsanitized || !HAUL_TEST_SANITIZED)
    return TRUE;
  g_test_message ("%s: not with a sanitizer, which needs more addresses than this limit allows", rows[row].mode);
  return FALSE;
}

/* What it says where it crashed, though it may have had no stack left for that; its last words are
 * what it said before. */
static void
assert_trace (HaulJob *job,
              int      signum)
{
  g_autofree char *mark = g_strdup_printf ("crash: %s", haul_signal_name (signum) != NULL ? haul_signal_name (signum) : "SIG");
  const gboolean traced = !HAUL_TEST_SANITIZED && (signum == SIGSEGV || signum == SIGABRT || signum == SIGTRAP);

  g_assert_true ((haul_test_find_log (job, mark) != NULL) == traced);
  if (traced)
    {
      g_assert_nonnull (haul_test_find_log (job, "test-child("));
      haul_test_assert_contains (haul_job_get_error (job)->message, "its last words");
      g_assert_null (strstr (haul_job_get_error (job)->message, "test-child("));
    }
}

static void
test_ends (gconstpointer method)
{
  HaulExecutor *executor;
  g_autoptr(HaulJob) bystander = NULL;

  haul_test_begin ();
  executor = executor_new (method);
  haul_executor_set_max_running (executor, 2);
  bystander = haul_test_job_start (executor, "slow", NULL);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *arguments = g_strdup_printf ("{'mode': <'%s'>}", rows[i].mode);
      g_autoptr(HaulJob) job = NULL;
      const GError *error;

      if (!is_for_here (i))
        continue;
      job = haul_test_job_start (executor, "die", arguments);
      haul_test_wait_ended (job);
      error = haul_job_get_error (job);
      g_test_message ("%s: %s", rows[i].mode, error != NULL ? error->message : "no error");
      haul_test_assert_verdict (job, rows[i].signum != 0 ? HAUL_VERDICT_CRASHED : HAUL_VERDICT_FAILED);
      g_assert_cmpint (haul_job_get_exit_signal (job), ==, rows[i].signum);
      haul_test_assert_contains (error->message, rows[i].name);
      if (haul_test_find_log (job, rows[i].text) == NULL)
        haul_test_assert_contains (error->message, rows[i].text);
      assert_trace (job, rows[i].signum);
    }
  haul_test_assert_state (bystander, HAUL_JOB_RUNNING);   /* all the time */
  haul_job_cancel (bystander);
  haul_test_wait_ended (bystander);
  finish (executor);
}

static void
test_ends_pool (void)
{
  HaulPool *pool;

  haul_test_begin ();
  pool = pool_new (2);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *list = g_strdup_printf ("[{'mode': <'%s'>}]", rows[i].mode);
      g_autofree char *signal_text = g_strdup_printf ("signal %d, %s", rows[i].signum, rows[i].name);
      g_autoptr(Watched) watched = NULL;

      if (!is_for_here (i))
        continue;
      watched = pool_list ("die", list);
      pool_submit (pool, watched);
      pool_wait (watched);
      g_test_message ("%s: %s", rows[i].mode, pool_text (watched, 0));
      haul_test_assert_contains (pool_text (watched, 0), rows[i].signum != 0 ? signal_text : rows[i].text);
      g_assert_cmpuint (haul_batch_get_n_failed (watched->batch), ==, 1);
      pool_normal (pool);
    }
  g_assert_cmpint (haul_pool_get_state (pool), ==, HAUL_POOL_RUNNING);
  finish_pool (pool);
}

/* Two threads' worth of a deadlock, in one. */
static void
test_deadlock (gconstpointer method)
{
  HaulExecutor *executor;
  g_autoptr(HaulJob) job = NULL;

  haul_test_begin ();
  executor = executor_new (method);
  job = haul_test_job_start (executor, "die", "{'mode': <'lock'>}");
  (void) haul_test_wait_log (job, "here it comes");
  haul_job_cancel (job);
  haul_test_wait_ended (job);
  haul_test_assert_verdict (job, HAUL_VERDICT_CANCELLED);
  g_assert_cmpint (haul_job_get_exit_signal (job), ==, SIGTERM);
  finish (executor);
}

static gboolean
is_busy (gpointer pool)
{
  return haul_pool_get_n_busy (pool) == haul_pool_get_n_workers (pool);
}

/* Canceled while all its workers hang, or crash rather than to end. */
static void
test_cancel_pool (void)
{
  static const struct { const char *task, *arguments; } tasks[] = {
    { "die", "{'mode': <'lock'>}" }, { "crash-on-term", "{}" }, { "spin", "{}" }, { "close-pipes", "{}" },
  };
  HaulPool *pool;

  haul_test_begin ();
  pool = pool_new (2);
  for (guint i = 0; i < G_N_ELEMENTS (tasks); i++)
    {
      g_autoptr(Watched) watched = pool_watch (pool_batch (tasks[i].task, 2, tasks[i].arguments));

      pool_submit (pool, watched);
      haul_test_run_until (is_busy, pool, HAUL_TEST_SOON_MS);
      haul_batch_cancel (watched->batch);
      pool_wait (watched);
      g_assert_error (watched->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      pool_normal (pool);
    }
  finish_pool (pool);
}

/* Asked to end, it crashed: that is not how a canceled job ends. */
static void
test_crash_on_term (gconstpointer method)
{
  HaulExecutor *executor;
  g_autoptr(HaulJob) job = NULL;

  haul_test_begin ();
  executor = executor_new (method);
  job = haul_test_job_start (executor, "crash-on-term", NULL);
  (void) haul_test_wait_log (job, "waiting");
  haul_job_cancel (job);
  haul_test_wait_ended (job);
  haul_test_assert_verdict (job, HAUL_VERDICT_CRASHED);
  haul_test_assert_contains (haul_job_get_error (job)->message, "SIGSEGV");
  finish (executor);
}

/* Somebody else's signal is a crash, and never a cancel, whatever the signal. */
static void
test_killed_from_outside (gconstpointer method)
{
  static const int signals[] = { SIGKILL, SIGTERM, SIGINT, SIGHUP, SIGSEGV, SIGQUIT };
  HaulExecutor *executor;

  haul_test_begin ();
  executor = executor_new (method);
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    {
      g_autoptr(HaulJob) job = haul_test_job_start (executor, "slow", NULL);

      haul_test_wait_state (job, HAUL_JOB_RUNNING);
      g_assert_cmpint (kill (haul_job_get_pid (job), signals[i]), ==, 0);
      haul_test_wait_ended (job);
      haul_test_assert_verdict (job, HAUL_VERDICT_CRASHED);
      g_assert_cmpint (haul_job_get_exit_signal (job), ==, signals[i]);
    }
  finish (executor);
}

/* What was said just before the end is heard, however the two messages of it overtake each other. */
static void
test_quick (gconstpointer method)
{
  HaulExecutor *executor;
  g_autoptr(GPtrArray) jobs = g_ptr_array_new_with_free_func (g_object_unref);
  guint n = GPOINTER_TO_INT (method) == HAUL_START_FORK_SERVER && !HAUL_TEST_SANITIZED ? 1000 : 100;

  haul_test_begin ();
  executor = executor_new (method);
  haul_executor_set_max_running (executor, 8);
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (jobs, haul_test_job_start (executor, "exit", "{'code': <int64 0>, 'result': <int64 1>}"));
  haul_test_shutdown (executor, HAUL_SHUTDOWN_DRAIN);
  for (guint i = 0; i < n; i++)
    {
      haul_test_assert_verdict (HAUL_JOB (g_ptr_array_index (jobs, i)), HAUL_VERDICT_DONE);
      g_assert_cmpuint (haul_job_get_result_size (g_ptr_array_index (jobs, i)), ==, 7);
    }
  g_ptr_array_set_size (jobs, 0);
  g_object_unref (executor);
  finish (executor_new (method));
}

/* A worker that leaves a family behind: in sessions of their own, without a parent, and deaf to SIGTERM. */

#define MARK "HAUL_TEST_FAMILY"

static const HaulParam stay_params[] = {
  { "stay", "Stay", NULL, "Whether it goes on", HAUL_PARAM_INT, 0, 1, 0 },
  { NULL }
};
static const HaulTask tree_task = { .id = "tree", .title = "tree", .summary = "Tests", .unit = "steps", .params = stay_params };

static char *
mark_new (void)
{
  static guint n;
  g_autofree char *value = g_strdup_printf ("%d-%u", (int) getpid (), n++);

  g_assert_true (g_setenv (MARK, value, TRUE));
  return g_strconcat (MARK "=", value, NULL);
}

typedef struct
{
  const char *mark;
  guint       n;
} Family;

static gboolean
is_complete (gpointer data)
{
  Family *family = data;

  return haul_test_count_marked (family->mark, 0) == family->n;
}

static void
test_family (void)
{
  g_autofree char *mark = NULL;
  HaulExecutor *executor;

  haul_test_begin ();
  mark = mark_new ();
  executor = haul_process_executor_new (g_getenv ("HAUL_TEST_FORK_CHILD"));
  haul_process_executor_set_start_method (HAUL_PROCESS_EXECUTOR (executor), HAUL_START_FORK_SERVER);
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *arguments = g_strdup_printf ("{'stay': <int64 %u>}", MIN (i, 1));
      g_autoptr(HaulJob) job = haul_test_job_new_for_task (&tree_task, arguments);
      Family grown = { mark, 9 };   /* seven descendants, the worker, and the server */
      Family alone = { mark, 1 };

      haul_test_submit (executor, job);
      (void) haul_test_wait_log (job, "grown");
      if (i > 0)
        haul_test_run_until (is_complete, &grown, HAUL_TEST_SOON_MS);
      if (i == 1)
        haul_job_cancel (job);
      else if (i == 2)
        haul_job_force (job);
      haul_test_wait_ended (job);
      haul_test_assert_verdict (job, i == 0 ? HAUL_VERDICT_DONE : HAUL_VERDICT_CANCELLED);
      haul_test_run_until (is_complete, &alone, HAUL_TEST_SOON_MS);
    }
  g_unsetenv (MARK);
  finish (executor);
  g_assert_cmpuint (haul_test_count_marked (mark, 0), ==, 0);
}

/* In a pool the worker lives on, and its family with it, but not for longer. */
static void
test_family_pool (void)
{
  g_autofree char *mark = NULL;
  g_autoptr(HaulPool) pool = NULL;
  Family none = { NULL, 0 };

  haul_test_begin ();
  mark = mark_new ();
  none.mark = mark;
  pool = haul_pool_new (g_getenv ("HAUL_TEST_FORK_CHILD"), 1);
  haul_pool_set_nice (pool, 0);
  for (gint64 stay = 0; stay < 2; stay++)
    {
      g_autoptr(GVariant) list = g_variant_ref_sink (g_variant_new_parsed ("[{'stay': <%x>}]", stay));
      g_autoptr(Watched) watched = pool_watch (haul_batch_new_for_list (&tree_task, list));
      Family grown = { mark, 9 + 7 * stay };   /* seven descendants each time, the worker, and the server */

      pool_submit (pool, watched);
      haul_test_run_until (is_complete, &grown, HAUL_TEST_SOON_MS);
      if (stay)
        haul_batch_cancel (watched->batch);
      pool_wait (watched);
    }
  pool_normal (pool);
  g_unsetenv (MARK);
  haul_pool_close (pool);
  pool_join (pool);
  g_clear_object (&pool);
  haul_test_run_until (is_complete, &none, HAUL_TEST_SOON_MS);
  haul_test_assert_clean ();
}

static void
add (const char    *path,
     GTestDataFunc  func)
{
  g_autofree char *spawn = g_strconcat (path, "/spawn", NULL);
  g_autofree char *forked = g_strconcat (path, "/forkserver", NULL);

  g_test_add_data_func (spawn, GINT_TO_POINTER (HAUL_START_SPAWN), func);
  g_test_add_data_func (forked, GINT_TO_POINTER (HAUL_START_FORK_SERVER), func);
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);
  add ("/fault/ends", test_ends);
  g_test_add_func ("/fault/ends/pool", test_ends_pool);
  add ("/fault/deadlock", test_deadlock);
  g_test_add_func ("/fault/cancel/pool", test_cancel_pool);
  add ("/fault/crash-on-term", test_crash_on_term);
  add ("/fault/killed-from-outside", test_killed_from_outside);
  add ("/fault/quick", test_quick);
  g_test_add_func ("/fault/family/forkserver", test_family);
  g_test_add_func ("/fault/family/pool", test_family_pool);
  return g_test_run ();
}
