/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <signal.h>

#include "test-pool-util.h"

#include "haul/parent/haul-process.h"
#include "haul/sync/haul-array.h"
#include "haul/sync/haul-shares-private.h"
#include "haul/sync/haul-value.h"

/* What is shared with jobs, in whatever they run. */

static const char * const names[] = { "serial", "thread", "process", "forkserver", "pool" };

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

static HaulValue *
value_new (gint64 number)
{
  g_autoptr(GError) error = NULL;
  HaulValue *value = haul_value_new_raw ("x", &error);

  g_assert_no_error (error);
  haul_value_set_int64 (value, number);
  return value;
}

static HaulPool *
begin (guint n_workers)
{
  haul_test_begin ();
  return pool_new (n_workers);
}

static void
finish (HaulPool *pool)
{
  pool_normal (pool);
  g_object_unref (pool);
  haul_test_assert_clean ();
}

static void
assert_result (HaulJob    *job,
               const char *expected)
{
  g_autofree char *text = NULL;

  haul_test_wait_ended (job);
  g_assert_no_error (haul_job_get_error (job));
  text = haul_test_result_text (job);
  g_assert_cmpstr (text, ==, expected);
}

/* Each kind of executor, in its turn, adds to the same bytes. */
static void
test_everywhere (void)
{
  g_autoptr(HaulValue) counter = value_new (5);
  g_autoptr(HaulArray) array = haul_array_new_raw ("n", 3, NULL);

  haul_test_begin ();
  haul_array_set_int64 (array, 1, -7);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr(HaulExecutor) executor = executor_new (names[i]);
      g_autoptr(HaulJob) count = haul_test_job_new ("share-count", "{'times': <int64 100>}");
      g_autoptr(HaulJob) show = haul_test_job_new ("share-show", "{'name': <'numbers'>, 'type': <'array'>}");

      g_test_message ("%s", names[i]);
      haul_job_share (count, "counter", HAUL_SHAREABLE (counter));
      haul_job_share (show, "counter", HAUL_SHAREABLE (counter));
      haul_job_share (show, "numbers", HAUL_SHAREABLE (array));
      haul_test_submit (executor, count);
      haul_test_submit (executor, show);
      assert_result (count, "");
      assert_result (show, "[int16 0, -7, 0]");
      g_assert_cmpint (haul_value_get_int64 (counter), ==, 5 + 100 * (i + 1));
    }
  haul_test_assert_clean ();
}

static void
test_not_there (void)
{
  static const struct
  {
    const char *arguments;
    const char *error;
  } rows[] = {
    { "{'name': <'other'>}", "nothing called ‘other’ is shared with this job" },
    { "{'type': <'array'>}", "‘counter’, which is shared with this job, is a HaulValue and no HaulArray" },
  };

  haul_test_begin ();
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    for (guint j = 0; j <= G_N_ELEMENTS (rows); j++)
      {
        g_autoptr(HaulExecutor) executor = executor_new (names[i]);
        g_autoptr(HaulJob) job = haul_test_job_new ("share-show", j < G_N_ELEMENTS (rows) ? rows[j].arguments : NULL);
        g_autoptr(HaulValue) counter = value_new (0);

        if (j < G_N_ELEMENTS (rows))
          haul_job_share (job, "counter", HAUL_SHAREABLE (counter));   /* the last one is given nothing at all */
        haul_test_submit (executor, job);
        haul_test_wait_ended (job);
        haul_test_assert_verdict (job, HAUL_VERDICT_FAILED);
        g_assert_error (haul_job_get_error (job), HAUL_ERROR, HAUL_ERROR_TASK);
        g_assert_cmpstr (haul_job_get_error (job)->message, ==,
                         j < G_N_ELEMENTS (rows) ? rows[j].error : "nothing called ‘counter’ is shared with this job");
      }
  haul_test_assert_clean ();
}

/* As many as there may be; and one more fails, wherever it runs. */
static void
test_too_many (void)
{
  haul_test_begin ();
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    for (guint n = HAUL_SHARES_MAX; n <= HAUL_SHARES_MAX + 1; n++)
      {
        g_autoptr(HaulExecutor) executor = executor_new (names[i]);
        g_autoptr(HaulJob) job = haul_test_job_new ("share-show", "{'name': <'nr 63'>}");

        for (guint j = 0; j < n; j++)
          {
            g_autofree char *name = g_strdup_printf ("nr %u", j);
            g_autoptr(HaulValue) value = value_new (j);

            haul_job_share (job, name, HAUL_SHAREABLE (value));
          }
        haul_test_submit (executor, job);
        if (n == HAUL_SHARES_MAX)
          {
            assert_result (job, "63");
            continue;
          }
        haul_test_wait_ended (job);
        haul_test_assert_verdict (job, HAUL_VERDICT_FAILED);
        g_assert_error (haul_job_get_error (job), HAUL_ERROR, HAUL_ERROR_TOO_LARGE);
      }
  haul_test_assert_clean ();
}

static void
test_bad_names (void)
{
  static const char *bad[] = { "", "\xff", "0123456789012345678901234567890123456789012345678901234567890123", "counter" };
  g_autoptr(HaulJob) job = haul_job_new (haul_test_task ("share-show"), NULL, NULL);
  g_autoptr(HaulValue) value = value_new (0);

  haul_job_share (job, "counter", HAUL_SHAREABLE (value));
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_test_expect_message ("haul", G_LOG_LEVEL_CRITICAL, "*haul_job_share*added*");
      haul_job_share (job, bad[i], HAUL_SHAREABLE (value));
      g_test_assert_expected_messages ();
    }
}

static gboolean
has_stopped (gpointer data)
{
  return haul_process_get_state (data) == HAUL_PROCESS_STOPPED;
}

static HaulProcess *
start_counting (gconstpointer  method,
                HaulValue     *counter,
                const char    *how,
                gint64         times)
{
  g_autoptr(GError) error = NULL;
  HaulProcess *process = haul_process_new (haul_test_task ("share-count"),
                                           g_variant_new_parsed ("{'how': <%s>, 'times': <%x>}", how, times), &error);

  g_assert_no_error (error);
  haul_job_set_nice (haul_process_get_job (process), 0);
  haul_job_share (haul_process_get_job (process), "counter", HAUL_SHAREABLE (counter));
  g_assert_true (haul_process_set_worker_path (process, g_getenv ("HAUL_TEST_CHILD"), NULL));
  g_assert_true (haul_process_set_start_method (process, GPOINTER_TO_INT (method), NULL));
  g_assert_true (haul_process_start (process, &error));
  g_assert_no_error (error);
  return process;
}

/* What thirty processes count to. */
static gint64
count_together (gconstpointer  method,
                const char    *how,
                gint64         times)
{
  g_autoptr(HaulValue) counter = haul_value_new ("i", NULL);
  g_autoptr(GPtrArray) processes = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < 30; i++)
    g_ptr_array_add (processes, start_counting (method, counter, how, times));
  for (guint i = 0; i < processes->len; i++)
    {
      haul_test_run_until (has_stopped, processes->pdata[i], HAUL_TEST_SOON_MS);
      g_assert_no_error (haul_job_get_error (haul_process_get_job (processes->pdata[i])));
    }
  return haul_value_get_int64 (counter);
}

static void
test_thirty_processes (gconstpointer method)
{
  gint64 plainly;

  g_test_summary ("T50: of 30 children that count, none is lost with a lock");
  haul_test_begin ();
  g_assert_cmpint (count_together (method, "locked", 1), ==, 30);
  g_assert_cmpint (count_together (method, "locked", 300), ==, 9000);
  g_assert_cmpint (count_together (method, "atomically", 10000), ==, 300000);
  plainly = count_together (method, "plainly", 100000);
  g_test_message ("without a lock: %" G_GINT64_FORMAT " of 3,000,000", plainly);   /* how many are lost, nobody knows */
  g_assert_cmpint (plainly, <=, 3000000);
  g_assert_true (haul_process_finish_all (NULL, NULL));   /* and the fork server that they come from */
  haul_test_assert_clean ();
}

/* What waits for a lock ends when its job is canceled, by itself: a thread as well. */
static void
test_wait_cancelled (void)
{
  g_autoptr(HaulValue) counter = haul_value_new ("i", NULL);

  haul_test_begin ();
  g_assert_true (haul_rlock_acquire (haul_value_get_lock (counter), 0, NULL, NULL));
  for (guint i = 1; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr(HaulExecutor) executor = executor_new (names[i]);
      g_autoptr(HaulJob) job = haul_test_job_new ("share-wait", NULL);

      haul_job_share (job, "counter", HAUL_SHAREABLE (counter));
      haul_test_submit (executor, job);
      (void) haul_test_wait_log (job, "waits");
      haul_job_cancel (job);
      haul_test_wait_ended (job);
      haul_test_assert_verdict (job, HAUL_VERDICT_CANCELLED);
      g_assert_cmpint (haul_job_get_exit_code (job), ==, 1);   /* no signal */
    }
  haul_rlock_release (haul_value_get_lock (counter));
  haul_test_assert_clean ();
}

static void
test_batch (void)
{
  g_autoptr(HaulValue) counter = value_new (0);
  HaulPool *pool = begin (3);
  g_autoptr(Watched) watched = NULL;

  watched = pool_watch (pool_batch ("share-count", 2000, "@a{sv} {}"));
  haul_batch_share (watched->batch, "counter", HAUL_SHAREABLE (counter));
  pool_submit (pool, watched);
  pool_wait (watched);
  g_assert_no_error (watched->error);
  g_assert_cmpint (haul_value_get_int64 (counter), ==, 2000);
  finish (pool);
}

/* Many sets, one after the other and in turns, and jobs that have none in between. */
static void
test_sets (void)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(GPtrArray) jobs = g_ptr_array_new_with_free_func (g_object_unref);
  HaulValue *counters[3];

  haul_test_begin ();
  executor = haul_test_pool_executor_new (2);
  for (guint i = 0; i < 3; i++)
    counters[i] = value_new (0);
  for (guint i = 0; i < 120; i++)
    {
      HaulJob *job = i % 4 < 3 ? haul_test_job_new ("share-count", NULL) : haul_test_job_new ("ok", "{'size': <int64 3>}");

      if (i % 4 < 3)
        haul_job_share (job, "counter", HAUL_SHAREABLE (counters[i % 4]));
      haul_test_submit (executor, job);
      g_ptr_array_add (jobs, job);
    }
  for (guint i = 0; i < jobs->len; i++)
    {
      haul_test_wait_ended (jobs->pdata[i]);
      g_assert_no_error (haul_job_get_error (jobs->pdata[i]));
    }
  for (guint i = 0; i < 3; i++)
    {
      g_assert_cmpint (haul_value_get_int64 (counters[i]), ==, 30);
      g_object_unref (counters[i]);
    }
  g_ptr_array_set_size (jobs, 0);
  g_clear_object (&executor);
  haul_test_assert_clean ();
}

/* Two hundred batches, each with a set of its own, wait for one worker: not all sets are on their way at once. */
static void
test_many_sets (void)
{
  HaulPool *pool = begin (1);
  g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func ((GDestroyNotify) pool_watched_free);
  g_autoptr(GPtrArray) counters = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < 200; i++)
    {
      Watched *watched = pool_watch (pool_batch ("share-count", 3, "@a{sv} {}"));

      g_ptr_array_add (counters, value_new (i));
      haul_batch_share (watched->batch, "counter", counters->pdata[i]);
      pool_submit (pool, watched);
      g_ptr_array_add (all, watched);
    }
  for (guint i = 0; i < all->len; i++)
    {
      Watched *watched = all->pdata[i];

      pool_wait (watched);
      g_assert_no_error (watched->error);
      g_assert_cmpint (haul_value_get_int64 (counters->pdata[i]), ==, i + 3);
    }
  g_ptr_array_set_size (all, 0);
  g_ptr_array_set_size (counters, 0);
  finish (pool);
}

/* Workers that take the place of those that died are given the set as well. */
static void
test_replaced (void)
{
  g_autoptr(HaulValue) counter = value_new (0);
  g_autoptr(HaulValue) victims = value_new (3);
  HaulPool *pool = begin (2);
  g_autoptr(Watched) watched = NULL;

  watched = pool_watch (pool_batch ("share-die", 300, "@a{sv} {}"));
  haul_batch_share (watched->batch, "counter", HAUL_SHAREABLE (counter));
  haul_batch_share (watched->batch, "victims", HAUL_SHAREABLE (victims));
  haul_batch_set_retries (watched->batch, 3);
  pool_submit (pool, watched);
  pool_wait (watched);
  g_assert_no_error (watched->error);
  g_assert_cmpint (haul_value_get_int64 (counter), ==, 300);
  g_assert_cmpint (haul_value_get_int64 (victims), ==, 3 - 303);
  finish (pool);
}

static gboolean
has_several (gpointer data)
{
  return haul_value_get_int64 (data) >= 2;
}

/* Sets that were passed to workers which die before they take them. */
static void
test_killed_on_the_way (void)
{
  g_autoptr(HaulValue) counter = value_new (0);
  HaulPool *pool = begin (2);
  g_autoptr(Watched) stuck = NULL;

  for (guint round = 0; round < 5; round++)
    {
      g_autoptr(Watched) watched = pool_watch (pool_batch ("share-count", 20, "@a{sv} {}"));
      g_autoptr(HaulValue) other = value_new (0);
      int pids[2];

      haul_value_set_int64 (counter, 0);
      g_clear_pointer (&stuck, pool_watched_free);
      stuck = pool_watch (pool_batch ("share-stay", 2, "@a{sv} {}"));
      haul_batch_share (stuck->batch, "counter", HAUL_SHAREABLE (counter));
      haul_batch_set_priority (stuck->batch, 1);
      haul_batch_share (watched->batch, "counter", HAUL_SHAREABLE (other));
      pool_submit (pool, stuck);
      pool_submit (pool, watched);   /* what goes ahead of these waits in the sockets, for a moment */
      haul_test_run_until (has_several, counter, HAUL_TEST_SOON_MS);
      for (guint i = 0; i < 2; i++)
        pids[i] = pool_nth_pid (pool, i);
      for (guint i = 0; i < 2; i++)
        g_assert_cmpint (kill (pids[i], SIGKILL), ==, 0);
      pool_wait (watched);
      pool_wait (stuck);
      g_assert_no_error (watched->error);
      g_assert_error (stuck->error, HAUL_ERROR, HAUL_ERROR_ENDED);
      g_assert_cmpint (haul_value_get_int64 (other), ==, 20);
    }
  finish (pool);
}

/* A worker that may not open as many files says so, and can have them when it may. */
static void
test_worker_full (void)
{
  HaulPool *pool = begin (1);

  for (guint round = 0; round < 3; round++)
    {
      g_autofree char *limit = g_strdup_printf ("[{'files': <int64 %d>}]", round % 2 == 0 ? 0 : 14);
      g_autoptr(Watched) limited = pool_list ("share-limit", limit);
      g_autoptr(Watched) watched = pool_watch (pool_batch ("share-show", 2, "{'name': <'nr 19'>}"));

      pool_submit (pool, limited);
      pool_wait (limited);
      g_assert_no_error (limited->error);
      for (guint i = 0; i < 20; i++)
        {
          g_autofree char *name = g_strdup_printf ("nr %u", i);
          g_autoptr(HaulValue) value = value_new (i + round);

          haul_batch_share (watched->batch, name, HAUL_SHAREABLE (value));
        }
      pool_submit (pool, watched);
      pool_wait (watched);
      for (guint i = 0; i < 2; i++)
        if (round == 1)
          haul_test_assert_contains (pool_text (watched, i), "cannot take what is shared");
        else
          g_assert_cmpstr (pool_text (watched, i), ==, round == 0 ? "19" : "21");
    }
  finish (pool);
}

static void
test_batch_too_many (void)
{
  g_autoptr(HaulValue) value = value_new (0);
  HaulPool *pool = begin (1);
  HaulBatch *batch = pool_batch ("share-count", 1, "@a{sv} {}");
  g_autoptr(GError) error = NULL;

  for (guint i = 0; i < 65; i++)
    {
      g_autofree char *name = g_strdup_printf ("nr %u", i);

      haul_batch_share (batch, name, HAUL_SHAREABLE (value));
    }
  g_assert_false (haul_pool_submit (pool, batch, &error));
  g_assert_error (error, HAUL_ERROR, HAUL_ERROR_TOO_LARGE);
  g_object_unref (batch);
  finish (pool);
}

static void
test_initializer (void)
{
  g_autoptr(HaulValue) counter = value_new (0);
  HaulPool *pool = begin (2);
  g_autoptr(Watched) watched = NULL;

  haul_pool_share (pool, "counter", HAUL_SHAREABLE (counter));
  haul_pool_set_initializer (pool, haul_test_task ("share-count"), NULL);
  watched = pool_items (50, "square");
  pool_submit (pool, watched);
  pool_wait (watched);
  g_assert_no_error (watched->error);
  g_assert_cmpint (haul_value_get_int64 (counter), >=, 1);
  g_assert_cmpint (haul_value_get_int64 (counter), <=, 2);
  finish (pool);
}

static void
test_plan (void)
{
  g_autoptr(HaulExecutor) executor = haul_test_pool_executor_new (2);
  g_autoptr(HaulJob) job = NULL;
  g_autoptr(HaulJob) whole = NULL;
  g_autoptr(HaulValue) counter = value_new (-1);
  g_autoptr(HaulValue) extra = value_new (-2);
  g_autoptr(HaulExecutor) process = haul_test_process_executor_new ();

  haul_test_begin ();
  job = haul_test_job_new ("share-sum", NULL);
  haul_job_share (job, "counter", HAUL_SHAREABLE (counter));   /* the plan’s own goes first */
  haul_job_share (job, "extra", HAUL_SHAREABLE (extra));
  haul_test_submit (executor, job);
  assert_result (job, "1000");
  g_assert_cmpint (haul_value_get_int64 (counter), ==, -1);

  whole = haul_test_job_new ("share-sum", NULL);
  haul_job_share (whole, "counter", HAUL_SHAREABLE (counter));
  haul_test_submit (process, whole);
  assert_result (whole, "-1");
  g_clear_object (&job);
  g_clear_object (&whole);
  g_clear_object (&executor);
  haul_test_assert_clean ();
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);

  g_test_add_func ("/share/everywhere", test_everywhere);
  g_test_add_func ("/share/not-there", test_not_there);
  g_test_add_func ("/share/too-many", test_too_many);
  g_test_add_func ("/share/bad-names", test_bad_names);
  g_test_add_data_func ("/share/thirty-processes/spawn", GINT_TO_POINTER (HAUL_START_SPAWN), test_thirty_processes);
  g_test_add_data_func ("/share/thirty-processes/forkserver", GINT_TO_POINTER (HAUL_START_FORK_SERVER), test_thirty_processes);
  g_test_add_func ("/share/wait-cancelled", test_wait_cancelled);
  g_test_add_func ("/share/batch", test_batch);
  g_test_add_func ("/share/batch-too-many", test_batch_too_many);
  g_test_add_func ("/share/sets", test_sets);
  g_test_add_func ("/share/many-sets", test_many_sets);
  g_test_add_func ("/share/replaced", test_replaced);
  g_test_add_func ("/share/killed-on-the-way", test_killed_on_the_way);
  g_test_add_func ("/share/worker-full", test_worker_full);
  g_test_add_func ("/share/initializer", test_initializer);
  g_test_add_func ("/share/plan", test_plan);

  return g_test_run ();
}
