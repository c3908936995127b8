/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <signal.h>

#include "test-pool-util.h"

/* Workers that die: what they had begun fails by name or is tried again, and nothing else is hurt. */

static void
finish (HaulPool *pool)
{
  pool_normal (pool);
  g_object_unref (pool);
  haul_test_assert_clean ();
}

static Watched *
pool_waiting (guint64     n,
              const char *dir)
{
  g_autofree char *format = g_strdup_printf ("{'number': <int64 %%d>, 'mode': <'wait'>, 'path': <'%s/%%d'>}", dir);

  return pool_watch (pool_batch ("item", n, format));
}

static gboolean
has_two (gpointer pool)
{
  return pool_n_pids (pool) == 2;
}

static void
test_kill_busy (void)
{
  HaulPool *pool = pool_new (2);
  g_autoptr(Watched) watched = NULL;
  g_autoptr(Watched) others = pool_items (200, "square");
  char *dir = pool_dir_new ();
  g_autofree char *path = g_build_filename (dir, "0", NULL);
  g_autofree char *expected = NULL;
  int pid;

  haul_test_begin ();
  watched = pool_waiting (1, dir);
  pool_submit (pool, watched);
  pool_submit (pool, others);
  pid = pool_wait_pid (path);
  expected = g_strdup_printf ("!worker %d was ended by signal 9, SIGKILL in “item”", pid);
  g_assert_cmpint (kill (pid, SIGKILL), ==, 0);
  pool_wait (watched);
  g_assert_cmpstr (pool_text (watched, 0), ==, expected);
  g_assert_error (watched->error, HAUL_ERROR, HAUL_ERROR_ENDED);
  pool_wait (others);
  g_assert_no_error (others->error);
  haul_test_run_until (haul_test_process_gone, GINT_TO_POINTER (pid), HAUL_TEST_SOON_MS);
  pool_normal (pool);
  haul_test_run_until (has_two, pool, HAUL_TEST_SOON_MS);   /* it was replaced */
  pool_dir_free (dir);
  finish (pool);
}

typedef struct
{
  HaulPool *pool;
  int       pid;
} Killed;

/* The pool has heard of its end. */
static gboolean
is_forgotten (gpointer data)
{
  Killed *killed = data;
  g_autoptr(GVariant) pids = haul_pool_dup_pids (killed->pool);
  gsize n = g_variant_n_children (pids);

  for (gsize i = 0; i < n; i++)
    {
      int pid;

      g_variant_get_child (pids, i, "i", &pid);
      if (pid == killed->pid)
        return FALSE;
    }
  return TRUE;
}

/* However often: nobody was at work, so nobody fails, and the pool does not give up. */
static void
test_kill_idle (void)
{
  HaulPool *pool = pool_new (2);

  haul_test_begin ();
  for (guint i = 0; i < 10; i++)
    {
      Killed killed = { pool, 0 };

      pool_normal (pool);
      haul_test_run_until (pool_is_idle, pool, HAUL_TEST_SOON_MS);
      killed.pid = pool_nth_pid (pool, i % pool_n_pids (pool));
      g_assert_cmpint (kill (killed.pid, SIGKILL), ==, 0);
      haul_test_run_until (is_forgotten, &killed, HAUL_TEST_SOON_MS);
    }
  g_assert_cmpint (haul_pool_get_state (pool), ==, HAUL_POOL_RUNNING);
  finish (pool);
}

static void
test_ends (void)
{
  static const struct { const char *task, *arguments, *text; } rows[] = {
    { "exit", "{'code': <int64 42>}", "exit 42" },
    { "exit", "{'code': <int64 0>}", "exit 0" },
    { "crash", "{'signal': <int64 6>}", "signal 6, SIGABRT" },
    { "crash", "{'signal': <int64 11>}", "signal 11, SIGSEGV" },
    { "crash", "{'signal': <int64 9>}", "signal 9, SIGKILL" },
  };
  HaulPool *pool = pool_new (2);

  haul_test_begin ();
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *list = g_strdup_printf ("[%s]", rows[i].arguments);
      g_autoptr(Watched) watched = pool_list (rows[i].task, list);

      pool_submit (pool, watched);
      pool_wait (watched);
      g_assert_error (watched->error, HAUL_ERROR, HAUL_ERROR_ENDED);
      haul_test_assert_contains (pool_text (watched, 0), rows[i].text);
      haul_test_assert_contains (pool_text (watched, 0), rows[i].task);
      pool_normal (pool);
    }
  finish (pool);
}

static void
test_retries (void)
{
  HaulPool *pool = pool_new (2);

  haul_test_begin ();
  for (guint retries = 0; retries < 2; retries++)
    {
      char *dir = pool_dir_new ();
      g_autofree char *format = g_strdup_printf ("{'mode': <'die-once'>, 'path': <'%s/%%d'>}", dir);
      g_autoptr(Watched) watched = pool_watch (pool_batch ("item", 1, format));

      haul_batch_set_retries (watched->batch, retries);
      pool_submit (pool, watched);
      pool_wait (watched);
      g_assert_cmpuint (haul_batch_get_n_done (watched->batch), ==, retries > 0 ? 1 : 0);
      g_assert_cmpuint (haul_batch_get_n_failed (watched->batch), ==, retries > 0 ? 0 : 1);
      pool_dir_free (dir);
      pool_normal (pool);
    }
  finish (pool);
}

/* What kills every worker does not do so for ever, whatever was wished. */
static void
test_poisoned (void)
{
  g_autoptr(HaulPool) pool = pool_new (1);
  g_autoptr(Watched) watched = pool_list ("crash", "[{}]");
  g_autoptr(HaulBatch) refused = pool_batch ("item", 1, "{}");
  g_autoptr(GError) error = NULL;
  gint64 start = g_get_monotonic_time ();

  haul_test_begin ();
  haul_batch_set_retries (watched->batch, 1000000);
  pool_submit (pool, watched);
  pool_wait (watched);
  g_assert_cmpint (haul_pool_get_state (pool), ==, HAUL_POOL_BROKEN);
  g_assert_error (watched->error, HAUL_ERROR, HAUL_ERROR_START);
  haul_test_assert_contains (watched->error->message, "crash");
  haul_test_assert_contains (watched->error->message, "SIGSEGV");
  g_assert_cmpint (g_get_monotonic_time () - start, <, HAUL_TEST_SOON_MS * 1000);
  g_assert_false (haul_pool_submit (pool, refused, &error));
  g_assert_error (error, HAUL_ERROR, HAUL_ERROR_NOT_POSSIBLE);
  pool_join (pool);
  g_clear_object (&pool);

  pool = pool_new (1);
  pool_normal (pool);
  g_clear_object (&pool);
  haul_test_assert_clean ();
}

/* An item that no worker survives, and others that are fine: it fails alone. */
static void
test_poisoned_among_others (void)
{
  HaulPool *pool = pool_new (2);
  g_autoptr(Watched) poison = pool_list ("crash", "[{}]");
  g_autoptr(Watched) others = pool_items (2000, "square");

  haul_test_begin ();
  haul_batch_set_retries (poison->batch, 3);
  pool_submit (pool, others);
  pool_submit (pool, poison);
  pool_wait (poison);
  pool_wait (others);
  g_assert_error (poison->error, HAUL_ERROR, HAUL_ERROR_ENDED);
  g_assert_no_error (others->error);
  finish (pool);
}

/* What a worker had done when it died is done, though it had not sent it yet. */
static void
test_done_and_killed (void)
{
  HaulPool *pool = pool_new (1);

  haul_test_begin ();
  pool_normal (pool);
  for (guint round = 0; round < 10; round++)
    {
      g_autoptr(GString) list = g_string_new ("[");
      g_autoptr(Watched) watched = NULL;

      for (guint i = 0; i < 60; i++)
        g_string_append_printf (list, "%s{'number': <int64 %u>, 'mode': <'%s'>}", i > 0 ? ", " : "", i,
                                i % 20 == 19 ? "die" : "square");
      g_string_append_c (list, ']');
      watched = pool_list ("item", list->str);
      haul_batch_set_chunksize (watched->batch, 30);   /* the worker has them all ahead of it */
      pool_submit (pool, watched);
      pool_wait (watched);
      g_assert_cmpuint (haul_batch_get_n_done (watched->batch), ==, 57);
      g_assert_cmpuint (pool_count (watched, "was ended by signal 9, SIGKILL in “item”"), ==, 3);
      for (guint i = 0; i < 60; i++)
        g_assert_true ((*pool_text (watched, i) == '!') == (i % 20 == 19));
    }
  finish (pool);
}

/* Somebody kills a worker every 50 ms; but none where nothing was done since the last one, on a machine
 * that takes longer to start one: there the pool would rightly give up. */

typedef struct
{
  HaulPool  *pool;
  HaulBatch *batch;
  guint64    n_done;    /* items, when the last one was killed */
  guint      n_kills;
} Storm;

static gboolean
kill_one_cb (gpointer user_data)
{
  Storm *storm = user_data;
  guint n = pool_n_pids (storm->pool);
  guint64 n_done = haul_batch_get_n_done (storm->batch);

  if (n == 0 || n_done == storm->n_done)
    return G_SOURCE_CONTINUE;
  storm->n_done = n_done;
  if (kill (pool_nth_pid (storm->pool, g_random_int_range (0, n)), SIGKILL) == 0)
    storm->n_kills++;
  return G_SOURCE_CONTINUE;
}

static void
run_storm (guint retries)
{
  HaulPool *pool = pool_new (3);
  g_autoptr(Watched) watched = pool_watch (pool_batch ("slow", 10000, "{'seconds': <0.0003>}"));
  Storm storm = { pool, watched->batch, 0, 0 };
  guint64 n_failed;
  guint id;

  haul_test_begin ();
  haul_batch_set_retries (watched->batch, retries);
  id = g_timeout_add (50, kill_one_cb, &storm);
  pool_submit (pool, watched);
  pool_wait (watched);
  g_source_remove (id);

  n_failed = haul_batch_get_n_failed (watched->batch);
  g_test_message ("%u of 10000 failed, %u kills", (guint) n_failed, storm.n_kills);
  g_assert_cmpuint (n_failed, <=, storm.n_kills);   /* the one that it was at, and no other */
  g_assert_cmpint (haul_pool_get_state (pool), ==, HAUL_POOL_RUNNING);
  g_assert_cmpuint (watched->order->len, ==, 10000);
  g_assert_cmpuint (haul_batch_get_n_done (watched->batch) + n_failed, ==, 10000);
  g_assert_cmpuint (pool_count (watched, "was ended by signal 9, SIGKILL"), ==, n_failed);
  if (retries > 0)
    g_assert_cmpuint (n_failed, ==, 0);
  finish (pool);
}

static void
test_storm (void)
{
  run_storm (0);
}

static void
test_storm_retried (void)
{
  run_storm (100);
}

/* Fail-fast with what the dead worker had not begun yet: that is not sent again. */
static void
test_fail_fast_death (void)
{
  HaulPool *pool = pool_new (1);
  g_autoptr(Watched) watched = pool_watch (pool_batch ("crash", 100, "{'signal': <int64 9>}"));

  haul_test_begin ();
  haul_batch_set_fail_fast (watched->batch, TRUE);
  haul_batch_set_chunksize (watched->batch, 20);
  pool_submit (pool, watched);
  pool_wait (watched);
  g_assert_cmpuint (haul_batch_get_n_failed (watched->batch), ==, 1);
  g_assert_cmpuint (haul_batch_get_n_items (watched->batch), <=, 40);
  g_assert_cmpint (haul_pool_get_state (pool), ==, HAUL_POOL_RUNNING);
  finish (pool);
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);
  g_test_add_func ("/pool-death/kill-busy", test_kill_busy);
  g_test_add_func ("/pool-death/kill-idle", test_kill_idle);
  g_test_add_func ("/pool-death/ends", test_ends);
  g_test_add_func ("/pool-death/retries", test_retries);
  g_test_add_func ("/pool-death/poisoned", test_poisoned);
  g_test_add_func ("/pool-death/poisoned-among-others", test_poisoned_among_others);
  g_test_add_func ("/pool-death/done-and-killed", test_done_and_killed);
  g_test_add_func ("/pool-death/storm", test_storm);
  g_test_add_func ("/pool-death/storm-retried", test_storm_retried);
  g_test_add_func ("/pool-death/fail-fast", test_fail_fast_death);
  return g_test_run ();
}
