/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <signal.h>

#include "test-pool-util.h"

#include "haul/parent/haul-pool-private.h"

/* What else can go wrong: the fork server, and workers that talk nonsense. */

static void
finish (HaulPool *pool)
{
  pool_normal (pool);
  g_object_unref (pool);
  haul_test_assert_clean ();
}

/* @n items that wait, on as many workers, with the pids of these. */
static Watched *
start_waiting (HaulPool *pool,
               guint     n,
               int      *ret_pids)
{
  char *dir = pool_dir_new ();
  g_autofree char *format = g_strdup_printf ("{'mode': <'wait'>, 'path': <'%s/%%d'>}", dir);
  Watched *watched = pool_watch (pool_batch ("item", n, format));

  pool_submit (pool, watched);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u", i);
      g_autofree char *path = g_build_filename (dir, name, NULL);

      ret_pids[i] = pool_wait_pid (path);
    }
  pool_dir_free (dir);
  return watched;
}

/* All at once, and more of them than a pool of one would bear: what was begun fails and says why, what
 * was not goes on with a new server. */
static void
test_server_killed (void)
{
  HaulPool *pool = pool_new (8);
  g_autoptr(Watched) watched = NULL;
  g_autoptr(Watched) behind = pool_items (100, "square");
  int pids[8];
  int server;

  haul_test_begin ();
  watched = start_waiting (pool, 8, pids);
  pool_submit (pool, behind);
  server = pool_server_pid (pool);
  g_assert_cmpint (kill (server, SIGKILL), ==, 0);
  pool_wait (watched);
  g_assert_cmpuint (pool_count (watched, "fork server"), ==, 8);
  pool_wait (behind);
  g_assert_no_error (behind->error);
  g_assert_cmpint (haul_pool_get_state (pool), ==, HAUL_POOL_RUNNING);
  g_assert_cmpint (pool_server_pid (pool), !=, server);
  for (guint i = 0; i < G_N_ELEMENTS (pids); i++)
    haul_test_run_until (haul_test_process_gone, GINT_TO_POINTER (pids[i]), HAUL_TEST_SOON_MS);
  finish (pool);
}

static void
test_server_killed_retried (void)
{
  HaulPool *pool = pool_new (2);
  g_autoptr(Watched) watched = pool_watch (pool_batch ("slow", 2, "{'seconds': <0.2>}"));

  haul_test_begin ();
  haul_batch_set_retries (watched->batch, 1);
  pool_normal (pool);
  pool_submit (pool, watched);
  g_assert_cmpint (kill (pool_server_pid (pool), SIGKILL), ==, 0);
  pool_wait (watched);
  g_assert_no_error (watched->error);
  finish (pool);
}

typedef struct
{
  HaulPool *pool;
  int       pid;
} Server;

static gboolean
pool_is_full (gpointer pool)
{
  return pool_n_pids (pool) == haul_pool_get_n_workers (pool);
}

static gboolean
is_replaced (gpointer data)
{
  Server *server = data;

  return pool_server_pid (server->pool) != server->pid;
}

/* Too often: the pool ends, and says so, rather than to go round for ever. */
static void
test_server_crash_loop (void)
{
  g_autoptr(HaulPool) pool = pool_new (2);
  g_autoptr(Watched) watched = pool_items (2, "square");

  haul_test_begin ();
  for (guint i = 0; i < 3; i++)
    {
      Server server = { pool, 0 };

      pool_normal (pool);
      haul_test_run_until (pool_is_full, pool, HAUL_TEST_SOON_MS);   /* no worker is just being started */
      server.pid = pool_server_pid (pool);
      g_assert_cmpint (server.pid, >, 1);
      g_assert_cmpint (kill (server.pid, SIGKILL), ==, 0);
      haul_test_run_until (is_replaced, &server, HAUL_TEST_SOON_MS);
    }
  pool_submit (pool, watched);
  pool_wait (watched);
  g_assert_error (watched->error, HAUL_ERROR, HAUL_ERROR_START);
  haul_test_assert_contains (watched->error->message, "fork server");
  g_assert_cmpint (haul_pool_get_state (pool), ==, HAUL_POOL_BROKEN);
  pool_join (pool);
  g_clear_object (&pool);
  haul_test_assert_clean ();
}

/* Nobody tells of the worker that was killed: it is noticed, and the server replaced. */
static void
test_server_stopped (void)
{
  HaulPool *pool = pool_new (2);
  g_autoptr(Watched) watched = NULL;
  g_autoptr(Watched) behind = pool_items (100, "square");
  int pids[2];
  int server;

  haul_test_begin ();
  watched = start_waiting (pool, 2, pids);
  server = pool_server_pid (pool);
  g_assert_cmpint (kill (server, SIGSTOP), ==, 0);
  pool_submit (pool, behind);
  g_assert_cmpint (kill (pids[0], SIGKILL), ==, 0);
  pool_wait (behind);
  pool_wait (watched);
  g_assert_no_error (behind->error);
  g_assert_cmpuint (haul_batch_get_n_failed (watched->batch), ==, 2);
  haul_test_run_until (haul_test_process_gone, GINT_TO_POINTER (server), HAUL_TEST_SOON_MS);
  finish (pool);
}

/* Stopped, and a batch is canceled: its workers end all the same. */
static void
test_server_stopped_cancel (void)
{
  HaulPool *pool = pool_new (2);
  g_autoptr(Watched) watched = NULL;
  int pids[2];

  haul_test_begin ();
  watched = start_waiting (pool, 2, pids);
  g_assert_cmpint (kill (pool_server_pid (pool), SIGSTOP), ==, 0);
  haul_batch_cancel (watched->batch);
  pool_wait (watched);
  g_assert_error (watched->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  for (guint i = 0; i < G_N_ELEMENTS (pids); i++)
    haul_test_run_until (haul_test_process_gone, GINT_TO_POINTER (pids[i]), HAUL_TEST_SOON_MS);
  finish (pool);
}

static void
test_no_server (void)
{
  static const char * const paths[] = { "/nonexistent/haul-worker", "/bin/true" };

  haul_test_begin ();
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr(HaulPool) pool = haul_pool_new (paths[i], 2);
      g_autoptr(Watched) watched = pool_items (5, "square");

      pool_submit (pool, watched);
      pool_wait (watched);
      g_assert_error (watched->error, HAUL_ERROR, HAUL_ERROR_START);
      haul_test_assert_contains (watched->error->message, paths[i]);
      g_assert_cmpint (haul_pool_get_state (pool), ==, HAUL_POOL_BROKEN);
      pool_join (pool);
    }
  haul_test_assert_clean ();
}

/* Workers that break the protocol. */

static void
test_nonsense (void)
{
  static const char * const modes[] = { "garbage", "wrong-job" };

  haul_test_begin ();
  for (guint i = 0; i < G_N_ELEMENTS (modes); i++)
    {
      HaulPool *pool = pool_new (1);
      g_autoptr(Watched) watched = pool_items (1, modes[i]);
      g_autoptr(Watched) others = pool_items (100, "square");

      pool_submit (pool, watched);
      pool_submit (pool, others);
      pool_wait (watched);
      g_assert_error (watched->error, HAUL_ERROR, HAUL_ERROR_PROTOCOL);
      haul_test_assert_contains (pool_text (watched, 0), "makes no sense");
      pool_wait (others);
      g_assert_no_error (others->error);
      pool_normal (pool);
      g_object_unref (pool);
    }
  haul_test_assert_clean ();
}

/* The first of two results counts; the second is nobody's, or the next item's, which then fails. */
static void
test_two_results (void)
{
  HaulPool *pool = pool_new (1);
  g_autoptr(Watched) watched = pool_items (1, "two-results");
  g_autoptr(Watched) others = pool_items (100, "square");

  haul_test_begin ();
  pool_submit (pool, watched);
  pool_wait (watched);
  g_assert_cmpuint (watched->order->len, ==, 1);
  pool_submit (pool, others);
  pool_wait (others);
  g_assert_cmpuint (others->order->len, ==, 100);
  g_assert_cmpuint (haul_batch_get_n_failed (others->batch), <=, 1);
  finish (pool);
}

static void
test_odd_items (void)
{
  HaulPool *pool = pool_new (2);
  g_autoptr(Watched) print = pool_watch (pool_batch ("print", 20, "{}"));
  g_autoptr(Watched) line = pool_list ("long-line", "[{'mib': <int64 8>}]");
  g_autoptr(Watched) log = pool_list ("log", "[{'lines': <int64 20000>}]");
  g_autoptr(Watched) grandchild = pool_list ("grandchild", "[{'result': <int64 1>}]");
  g_autoptr(Watched) closes = pool_list ("close-pipes", "[{}]");

  haul_test_begin ();
  pool_submit (pool, print);
  pool_submit (pool, line);
  pool_submit (pool, log);
  pool_submit (pool, closes);
  pool_wait (print);
  g_assert_no_error (print->error);
  g_assert_cmpstr (pool_text (print, 19), ==, "ok");
  pool_wait (line);
  g_assert_no_error (line->error);
  pool_wait (log);
  g_assert_no_error (log->error);
  pool_wait (closes);
  haul_test_assert_contains (pool_text (closes, 0), "closed its pipe");

  /* Not before: as long as a grandchild has the pipe of its worker, that does not end by being closed. */
  pool_submit (pool, grandchild);
  pool_wait (grandchild);
  g_assert_no_error (grandchild->error);
  finish (pool);
}

/* Workers that never say HELLO are given up, and the pool with them, rather than waited for. */
static void
test_mute (void)
{
  g_autoptr(HaulPool) pool = pool_new (5);
  g_autoptr(Watched) watched = pool_items (5, "square");

  haul_test_begin ();
  g_setenv ("HAUL_TEST_MUTE", "1", TRUE);
  pool->max_silent = 10;
  pool_submit (pool, watched);
  pool_wait (watched);
  g_unsetenv ("HAUL_TEST_MUTE");
  g_assert_error (watched->error, HAUL_ERROR, HAUL_ERROR_START);
  haul_test_assert_contains (watched->error->message, "did not say so");
  g_assert_cmpint (haul_pool_get_state (pool), ==, HAUL_POOL_BROKEN);
  pool_join (pool);
  g_clear_object (&pool);

  pool = pool_new (5);
  pool_normal (pool);
  g_clear_object (&pool);
  haul_test_assert_clean ();
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);
  g_test_add_func ("/pool-faults/server-killed", test_server_killed);
  g_test_add_func ("/pool-faults/server-killed-retried", test_server_killed_retried);
  g_test_add_func ("/pool-faults/server-crash-loop", test_server_crash_loop);
  g_test_add_func ("/pool-faults/server-stopped", test_server_stopped);
  g_test_add_func ("/pool-faults/server-stopped-cancel", test_server_stopped_cancel);
  g_test_add_func ("/pool-faults/no-server", test_no_server);
  g_test_add_func ("/pool-faults/mute", test_mute);
  g_test_add_func ("/pool-faults/nonsense", test_nonsense);
  g_test_add_func ("/pool-faults/two-results", test_two_results);
  g_test_add_func ("/pool-faults/odd-items", test_odd_items);
  return g_test_run ();
}
