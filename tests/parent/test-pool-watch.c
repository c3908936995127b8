/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <signal.h>

#include "test-pool-util.h"

/* What can be seen of a pool while it works, and holding it. */

static void
finish (HaulPool *pool)
{
  pool_normal (pool);
  g_object_unref (pool);
  haul_test_assert_clean ();
}

static guint
count_state (HaulPool            *pool,
             HaulPoolWorkerState  state)
{
  GListModel *rows = haul_pool_get_workers (pool);
  guint n = 0;

  for (guint i = 0; i < g_list_model_get_n_items (rows); i++)
    {
      g_autoptr(HaulPoolWorkerInfo) info = g_list_model_get_item (rows, i);

      n += haul_pool_worker_info_get_state (info) == state;
    }
  return n;
}

static gboolean
two_busy (gpointer pool)
{
  return count_state (pool, HAUL_POOL_WORKER_BUSY) == 2;
}

static gboolean
two_idle (gpointer pool)
{
  return count_state (pool, HAUL_POOL_WORKER_IDLE) == 2 && g_list_model_get_n_items (haul_pool_get_workers (pool)) == 2;
}

static gboolean
has_pid (HaulPool *pool,
         int       pid)
{
  for (guint i = 0; i < pool_n_pids (pool); i++)
    if (pool_nth_pid (pool, i) == pid)
      return TRUE;
  return FALSE;
}

static void
test_rows (void)
{
  HaulPool *pool = pool_new (2);
  GListModel *rows = haul_pool_get_workers (pool);
  g_autoptr(Watched) watched = pool_watch (pool_batch ("slow", 2, "{'seconds': <30.0>}"));
  gint64 now;

  haul_test_begin ();
  g_assert_cmpuint (g_list_model_get_n_items (rows), ==, 0);
  g_assert_true (g_list_model_get_item_type (rows) == HAUL_TYPE_POOL_WORKER_INFO);
  pool_submit (pool, watched);
  haul_test_run_until (two_busy, pool, HAUL_TEST_SOON_MS);
  g_assert_true (haul_pool_get_workers (pool) == rows);
  now = g_get_monotonic_time ();
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr(HaulPoolWorkerInfo) info = g_list_model_get_item (rows, i);
      double seconds = 0;

      g_assert_true (has_pid (pool, haul_pool_worker_info_get_pid (info)));
      g_assert_cmpstr (haul_pool_worker_info_get_what (info), ==, "slow");
      g_assert_cmpuint (haul_pool_worker_info_get_queued (info), ==, 1);
      g_assert_cmpuint (haul_pool_worker_info_get_n_items (info), ==, 0);
      g_assert_cmpuint (haul_pool_worker_info_get_index (info), <, 2);
      g_assert_cmpint (haul_pool_worker_info_get_since (info), >, 0);
      g_assert_cmpint (haul_pool_worker_info_get_since (info), <=, now);
      g_assert_cmpint (haul_pool_worker_info_get_idle_since (info), ==, 0);
      g_assert_true (g_variant_lookup (haul_pool_worker_info_get_arguments (info), "seconds", "d", &seconds));
      g_assert_cmpfloat (seconds, ==, 30.0);
    }
  haul_batch_cancel (watched->batch);
  pool_wait (watched);
  pool_normal (pool);
  haul_test_run_until (two_idle, pool, HAUL_TEST_SOON_MS);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr(HaulPoolWorkerInfo) info = g_list_model_get_item (rows, i);

      g_assert_null (haul_pool_worker_info_get_what (info));
      g_assert_null (haul_pool_worker_info_get_arguments (info));
      g_assert_cmpuint (haul_pool_worker_info_get_queued (info), ==, 0);
      g_assert_cmpint (haul_pool_worker_info_get_since (info), ==, 0);
      g_assert_cmpint (haul_pool_worker_info_get_idle_since (info), >=, now);
      g_assert_cmpint (haul_pool_worker_info_get_idle_since (info), <=, g_get_monotonic_time ());
    }
  finish (pool);
}

static guint64
sum_items (HaulPool *pool)
{
  GListModel *rows = haul_pool_get_workers (pool);
  guint64 n = 0;

  for (guint i = 0; i < g_list_model_get_n_items (rows); i++)
    {
      g_autoptr(HaulPoolWorkerInfo) info = g_list_model_get_item (rows, i);

      n += haul_pool_worker_info_get_n_items (info);
    }
  return n;
}

static gboolean
sum_is_500 (gpointer pool)
{
  return sum_items (pool) == 500;
}

/* The initializer is no item. */
static void
test_n_items (void)
{
  HaulPool *pool = pool_new (3);
  g_autoptr(Watched) watched = pool_items (500, "square");

  haul_test_begin ();
  haul_pool_set_initializer (pool, haul_test_task ("item"), g_variant_new_parsed ("@a{sv} {'mode': <'init'>}"));
  (void) haul_pool_get_workers (pool);
  pool_submit (pool, watched);
  pool_wait (watched);
  haul_test_run_until (sum_is_500, pool, HAUL_TEST_SOON_MS);
  finish (pool);
}

static gboolean
one_starts (gpointer pool)
{
  g_autoptr(HaulPoolWorkerInfo) info = g_list_model_get_item (haul_pool_get_workers (pool), 0);

  return info != NULL && haul_pool_worker_info_get_state (info) == HAUL_POOL_WORKER_STARTING
         && haul_pool_worker_info_get_pid (info) > 0
         && g_strcmp0 (haul_pool_worker_info_get_what (info), "slow") == 0;
}

static void
test_initializer_seen (void)
{
  HaulPool *pool = pool_new (1);
  g_autoptr(Watched) watched = pool_items (1, "square");

  haul_test_begin ();
  haul_pool_set_initializer (pool, haul_test_task ("slow"), NULL);
  pool_submit (pool, watched);
  haul_test_run_until (one_starts, pool, HAUL_TEST_SOON_MS);
  haul_pool_terminate (pool);
  pool_join (pool);
  g_object_unref (pool);
  haul_test_assert_clean ();
}

static gboolean
one_ends (gpointer pool)
{
  return count_state (pool, HAUL_POOL_WORKER_ENDING) == 1 && count_state (pool, HAUL_POOL_WORKER_BUSY) == 1;
}

static gboolean
has_one_row (gpointer pool)
{
  return g_list_model_get_n_items (haul_pool_get_workers (pool)) == 1;
}

/* One that is too many goes on with what it has; its row goes with it, and the other one stays the same. */
static void
test_rows_end (void)
{
  HaulPool *pool = pool_new (2);
  GListModel *rows = haul_pool_get_workers (pool);
  g_autoptr(Watched) watched = pool_watch (pool_batch ("slow", 2, "{'seconds': <30.0>}"));
  g_autoptr(HaulPoolWorkerInfo) second = NULL;
  g_autoptr(HaulPoolWorkerInfo) left = NULL;

  haul_test_begin ();
  pool_submit (pool, watched);
  haul_test_run_until (two_busy, pool, HAUL_TEST_SOON_MS);
  haul_pool_set_n_workers (pool, 1);
  haul_test_run_until (one_ends, pool, HAUL_TEST_SOON_MS);
  second = g_list_model_get_item (rows, 1);
  g_assert_cmpint (haul_pool_worker_info_get_state (second), ==, HAUL_POOL_WORKER_BUSY);
  g_assert_cmpint (kill (pool_nth_pid (pool, 0), SIGKILL), ==, 0);
  haul_test_run_until (has_one_row, pool, HAUL_TEST_SOON_MS);
  left = g_list_model_get_item (rows, 0);
  g_assert_true (left == second);
  haul_batch_cancel (watched->batch);
  pool_wait (watched);
  finish (pool);
}

/* Notifications. */

static void
count_cb (GObject    *object,
          GParamSpec *pspec,
          gpointer    user_data)
{
  ++*(guint *) user_data;
}

static void
connect_rows_cb (GListModel *rows,
                 guint       position,
                 guint       removed,
                 guint       added,
                 gpointer    user_data)
{
  for (guint i = position; i < position + added; i++)
    {
      g_autoptr(HaulPoolWorkerInfo) info = g_list_model_get_item (rows, i);

      g_signal_connect (info, "notify::n-items", G_CALLBACK (count_cb), user_data);
    }
}

static void
test_rate (void)
{
  HaulPool *pool = pool_new (1);
  g_autoptr(Watched) watched = pool_items (20000, "square");
  guint n_rows = 0, n_busy = 0, n_queued = 0;
  gint64 start = g_get_monotonic_time ();
  guint most;

  haul_test_begin ();
  g_signal_connect (haul_pool_get_workers (pool), "items-changed", G_CALLBACK (connect_rows_cb), &n_rows);
  g_signal_connect (pool, "notify::n-busy", G_CALLBACK (count_cb), &n_busy);
  g_signal_connect (pool, "notify::n-queued", G_CALLBACK (count_cb), &n_queued);
  pool_submit (pool, watched);
  pool_wait (watched);
  g_assert_no_error (watched->error);
  most = (g_get_monotonic_time () - start) / 100000 + 1;
  g_assert_cmpuint (n_rows, <=, most);
  g_assert_cmpuint (n_busy, <=, most);
  g_assert_cmpuint (n_queued, <=, most);
  g_assert_cmpuint (n_busy, >=, 1);
  g_object_unref (pool);
  haul_test_assert_clean ();
}

static void
note_busy_cb (HaulPool   *pool,
              GParamSpec *pspec,
              gpointer    user_data)
{
  *(guint *) user_data = haul_pool_get_n_busy (pool);
}

static gboolean
is_2 (gpointer data)
{
  return *(guint *) data == 2;
}

static gboolean
is_0 (gpointer data)
{
  return *(guint *) data == 0;
}

/* Who goes by what is notified ends up with what is. */
static void
test_n_busy (void)
{
  HaulPool *pool = pool_new (2);
  guint n_busy = 0;

  haul_test_begin ();
  g_signal_connect (pool, "notify::n-busy", G_CALLBACK (note_busy_cb), &n_busy);
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr(Watched) watched = pool_watch (pool_batch ("slow", 2, "{'seconds': <30.0>}"));

      pool_submit (pool, watched);
      haul_test_run_until (is_2, &n_busy, HAUL_TEST_SOON_MS);
      if (i == 0)
        haul_batch_cancel (watched->batch);
      else
        for (guint k = 0; k < 2; k++)
          g_assert_cmpint (kill (pool_nth_pid (pool, k), SIGKILL), ==, 0);
      pool_wait (watched);
      haul_test_run_until (is_0, &n_busy, HAUL_TEST_SOON_MS);
    }
  finish (pool);
}

static void
test_dropped (void)
{
  HaulPool *pool = pool_new (2);
  g_autoptr(GListModel) rows = g_object_ref (haul_pool_get_workers (pool));

  haul_test_begin ();
  pool_normal (pool);
  haul_test_run_until (two_idle, pool, HAUL_TEST_SOON_MS);
  g_object_unref (pool);
  g_assert_cmpuint (g_list_model_get_n_items (rows), ==, 0);
  haul_test_assert_clean ();
}

/* Held. */

static void
test_held_before (void)
{
  HaulPool *pool = pool_new (2);
  g_autoptr(Watched) list = pool_list ("item", "[{'number': <int64 1>}, {'number': <int64 2>}, {'number': <int64 3>}]");
  g_autoptr(Watched) lazy = pool_items (100, "square");
  g_autoptr(Watched) none = pool_items (0, "square");
  guint n_told = 0;

  haul_test_begin ();
  g_signal_connect (pool, "notify::held", G_CALLBACK (count_cb), &n_told);
  g_assert_false (haul_pool_get_held (pool));
  g_object_set (pool, "held", TRUE, NULL);
  g_assert_true (haul_pool_get_held (pool));
  haul_pool_set_held (pool, TRUE);
  g_assert_cmpuint (n_told, ==, 1);
  pool_submit (pool, list);
  pool_submit (pool, lazy);
  pool_submit (pool, none);
  g_assert_cmpuint (haul_pool_get_n_queued (pool), ==, 3);
  pool_wait (none);
  haul_test_run_until (two_idle, pool, HAUL_TEST_SOON_MS);
  g_assert_false (haul_test_run_for (pool_has_ended, lazy, 200));
  g_assert_cmpuint (list->order->len + lazy->order->len, ==, 0);
  g_assert_cmpuint (haul_pool_get_n_queued (pool), ==, 4);   /* one was asked for */
  haul_pool_set_held (pool, FALSE);
  pool_wait (list);
  pool_wait (lazy);
  g_assert_no_error (lazy->error);
  g_assert_cmpuint (haul_batch_get_n_done (lazy->batch), ==, 100);
  g_assert_cmpuint (haul_pool_get_n_queued (pool), ==, 0);
  g_assert_cmpuint (n_told, ==, 2);
  finish (pool);
}

static gboolean
has_two (gpointer data)
{
  Watched *watched = data;

  return watched->order->len >= 2;
}

static gboolean
none_busy (gpointer pool)
{
  return haul_pool_get_n_busy (pool) == 0;
}

/* What runs goes on to its end, and then nothing happens. */
static void
test_held_running (void)
{
  HaulPool *pool = pool_new (2);
  g_autoptr(Watched) watched = pool_watch (pool_batch ("slow", 12, "{'seconds': <0.1>}"));
  guint n;

  haul_test_begin ();
  pool_submit (pool, watched);
  haul_test_run_until (has_two, watched, HAUL_TEST_SOON_MS);
  haul_pool_set_held (pool, TRUE);
  haul_test_run_until (none_busy, pool, HAUL_TEST_SOON_MS);
  n = haul_batch_get_n_done (watched->batch);
  g_assert_cmpuint (n, <, 12);
  g_assert_false (haul_test_run_for (pool_has_ended, watched, 300));
  g_assert_cmpuint (haul_batch_get_n_done (watched->batch), ==, n);
  haul_pool_set_held (pool, FALSE);
  pool_wait (watched);
  g_assert_no_error (watched->error);
  g_assert_cmpuint (haul_batch_get_n_done (watched->batch), ==, 12);
  finish (pool);
}

static gboolean
one_busy (gpointer pool)
{
  return haul_pool_get_n_busy (pool) == 1;
}

/* A batch of which nothing waits ends while the pool is held, whoever knows how many there are. */
static void
test_held_ends (void)
{
  HaulPool *pool = pool_new (1);

  haul_test_begin ();
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr(Watched) watched = i == 0 ? pool_list ("slow", "[{'seconds': <0.3>}]")
                                          : pool_watch (pool_batch ("slow", 1, "{'seconds': <0.3>}"));

      pool_submit (pool, watched);
      haul_test_run_until (one_busy, pool, HAUL_TEST_SOON_MS);
      haul_pool_set_held (pool, TRUE);
      pool_wait (watched);
      g_assert_no_error (watched->error);
      g_assert_true (haul_pool_get_held (pool));
      haul_pool_set_held (pool, FALSE);
    }
  finish (pool);
}

static void
joined_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_assert_true (haul_pool_join_finish (HAUL_POOL (source), result, NULL));
  *(gboolean *) user_data = TRUE;
}

static gboolean
is_true (gpointer data)
{
  return *(gboolean *) data;
}

/* Closed and held it waits; terminated it does not. */
static void
test_held_closed (void)
{
  haul_test_begin ();
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr(HaulPool) pool = pool_new (2);
      g_autoptr(Watched) watched = pool_items (5, "square");
      gboolean joined = FALSE;

      haul_pool_set_held (pool, TRUE);
      pool_submit (pool, watched);
      haul_pool_close (pool);
      haul_pool_join_async (pool, joined_cb, &joined);
      g_assert_false (haul_test_run_for (is_true, &joined, 200));
      if (i == 0)
        haul_pool_set_held (pool, FALSE);
      else
        haul_pool_terminate (pool);
      haul_test_run_until (is_true, &joined, HAUL_TEST_SOON_MS);
      g_assert_cmpuint (haul_batch_get_n_done (watched->batch), ==, i == 0 ? 5 : 0);
    }
  haul_test_assert_clean ();
}

/* Suspended. */

static gboolean
is_stopped (gpointer pid)
{
  return haul_test_process_state (GPOINTER_TO_INT (pid)) == 'T';
}

static gboolean
is_not_stopped (gpointer pid)
{
  return haul_test_process_state (GPOINTER_TO_INT (pid)) != 'T';
}

/* Stopped for longer than an item may take, none is too late. */
static void
test_suspended (void)
{
  HaulPool *pool = pool_new (2);
  g_autoptr(Watched) watched = pool_watch (pool_batch ("slow", 4, "{'seconds': <0.5>}"));
  guint n_told = 0;
  int pids[2];

  haul_test_begin ();
  g_signal_connect (pool, "notify::suspended", G_CALLBACK (count_cb), &n_told);
  (void) haul_pool_get_workers (pool);
  haul_batch_set_item_timeout (watched->batch, 5000);
  pool_submit (pool, watched);
  haul_test_run_until (two_busy, pool, HAUL_TEST_SOON_MS);
  haul_pool_suspend (pool);
  haul_pool_suspend (pool);
  g_assert_true (haul_pool_get_suspended (pool));
  for (guint i = 0; i < 2; i++)
    {
      pids[i] = pool_nth_pid (pool, i);
      haul_test_run_until (is_stopped, GINT_TO_POINTER (pids[i]), HAUL_TEST_SOON_MS);
    }
  g_assert_false (haul_test_run_for (pool_has_ended, watched, 5500));
  g_assert_cmpuint (haul_batch_get_n_failed (watched->batch), ==, 0);
  haul_pool_resume (pool);
  haul_pool_resume (pool);
  g_assert_false (haul_pool_get_suspended (pool));
  for (guint i = 0; i < 2; i++)
    haul_test_run_until (is_not_stopped, GINT_TO_POINTER (pids[i]), HAUL_TEST_SOON_MS);
  pool_wait (watched);
  g_assert_no_error (watched->error);
  g_assert_cmpuint (haul_batch_get_n_done (watched->batch), ==, 4);
  g_assert_cmpuint (n_told, ==, 2);
  finish (pool);
}

static gboolean
first_is_stopped (gpointer pool)
{
  return pool_n_pids (pool) == 1 && haul_test_process_state (pool_nth_pid (pool, 0)) == 'T';
}

/* A worker that was asked for before is stopped when it is there, and gets nothing. */
static void
test_suspended_starting (void)
{
  HaulPool *pool = pool_new (1);
  g_autoptr(Watched) first = pool_items (1, "square");
  g_autoptr(Watched) second = pool_items (5, "square");

  haul_test_begin ();
  pool_submit (pool, first);
  while (g_list_model_get_n_items (haul_pool_get_workers (pool)) == 0)
    g_main_context_iteration (NULL, TRUE);
  haul_pool_suspend (pool);
  pool_submit (pool, second);
  haul_test_run_until (first_is_stopped, pool, HAUL_TEST_SOON_MS);
  g_assert_false (haul_test_run_for (pool_has_ended, second, 200));
  haul_pool_resume (pool);
  pool_wait (first);
  pool_wait (second);
  g_assert_no_error (second->error);
  finish (pool);
}

/* What is stopped can be cancelled, and can end. */
static void
test_suspended_ends (void)
{
  haul_test_begin ();
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr(HaulPool) pool = pool_new (2);
      g_autoptr(Watched) watched = pool_watch (pool_batch ("slow", 9, "{'seconds': <30.0>}"));

      (void) haul_pool_get_workers (pool);
      pool_submit (pool, watched);
      haul_test_run_until (two_busy, pool, HAUL_TEST_SOON_MS);
      haul_pool_suspend (pool);
      if (i == 0)
        {
          haul_batch_cancel (watched->batch);
          pool_wait (watched);
          haul_pool_resume (pool);
          pool_normal (pool);
        }
      haul_pool_terminate (pool);
      pool_join (pool);
    }
  haul_test_assert_clean ();
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);
  g_test_add_func ("/pool-watch/rows", test_rows);
  g_test_add_func ("/pool-watch/n-items", test_n_items);
  g_test_add_func ("/pool-watch/initializer", test_initializer_seen);
  g_test_add_func ("/pool-watch/rows-end", test_rows_end);
  g_test_add_func ("/pool-watch/rate", test_rate);
  g_test_add_func ("/pool-watch/n-busy", test_n_busy);
  g_test_add_func ("/pool-watch/dropped", test_dropped);
  g_test_add_func ("/pool-held/before", test_held_before);
  g_test_add_func ("/pool-held/running", test_held_running);
  g_test_add_func ("/pool-held/ends", test_held_ends);
  g_test_add_func ("/pool-held/closed", test_held_closed);
  g_test_add_func ("/pool-suspended/timeout", test_suspended);
  g_test_add_func ("/pool-suspended/starting", test_suspended_starting);
  g_test_add_func ("/pool-suspended/ends", test_suspended_ends);
  return g_test_run ();
}
