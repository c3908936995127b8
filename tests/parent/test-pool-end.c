/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <signal.h>

#include "test-pool-util.h"

/* The ways in which a pool ends, and a pool that breaks. */

static gboolean
two_busy (gpointer pool)
{
  return haul_pool_get_n_busy (pool) == 2 && pool_n_pids (pool) == 2;
}

static gboolean
has_one (gpointer watched)
{
  return ((Watched *) watched)->order->len > 0;
}

static void
test_cancel_queued (void)
{
  HaulPool *pool = pool_new (2);
  g_autoptr(Watched) running = pool_watch (pool_batch ("slow", 60, "{'seconds': <0.3>}"));
  g_autoptr(Watched) waiting = pool_list ("item", "[{'number': <int64 1>}, {'number': <int64 2>}]");
  g_autoptr(HaulBatch) refused = pool_batch ("item", 1, "{}");
  g_autoptr(GError) error = NULL;

  haul_test_begin ();
  haul_batch_set_fail_fast (running->batch, TRUE);
  pool_submit (pool, running);
  pool_submit (pool, waiting);
  haul_test_run_until (has_one, running, HAUL_TEST_SOON_MS);
  haul_pool_shutdown (pool, HAUL_SHUTDOWN_CANCEL_QUEUED);
  haul_pool_shutdown (pool, HAUL_SHUTDOWN_CANCEL_QUEUED);
  g_assert_cmpint (haul_pool_get_state (pool), ==, HAUL_POOL_CLOSED);
  g_assert_false (haul_pool_submit (pool, refused, &error));
  g_assert_error (error, HAUL_ERROR, HAUL_ERROR_NOT_POSSIBLE);
  pool_join (pool);
  pool_wait (running);
  pool_wait (waiting);
  g_assert_error (running->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_error (waiting->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (haul_batch_get_n_done (running->batch), ==, pool_count (running, "done"));
  g_assert_cmpuint (haul_batch_get_n_done (running->batch), >=, 1);
  g_assert_cmpuint (haul_batch_get_n_done (running->batch), <, 60);
  g_assert_cmpuint (haul_batch_get_n_failed (running->batch), ==, pool_count (running, "!the pool was shut down"));
  g_assert_cmpuint (running->order->len, ==, haul_batch_get_n_items (running->batch));   /* none was killed */
  g_assert_cmpuint (haul_batch_get_n_done (waiting->batch), ==, 0);
  g_object_unref (pool);
  haul_test_assert_clean ();
}

/* With nothing queued it is no other end than that of close. */
static void
test_cancel_none (void)
{
  haul_test_begin ();
  for (guint how = HAUL_SHUTDOWN_DRAIN; how <= HAUL_SHUTDOWN_CANCEL_QUEUED; how++)
    {
      g_autoptr(HaulPool) pool = pool_new (2);
      g_autoptr(Watched) watched = pool_list ("slow", "[{'seconds': <1.0>}, {'seconds': <1.0>}]");

      pool_submit (pool, watched);
      if (how == HAUL_SHUTDOWN_CANCEL_QUEUED)
        pool_wait (watched);
      haul_pool_shutdown (pool, how);
      pool_join (pool);
      pool_wait (watched);
      g_assert_no_error (watched->error);
      g_assert_cmpuint (haul_batch_get_n_done (watched->batch), ==, 2);
    }
  haul_test_assert_clean ();
}

static void
test_break (void)
{
  haul_test_begin ();
  for (guint idle = 0; idle < 2; idle++)
    {
      g_autoptr(HaulPool) pool = pool_new (2);
      g_autoptr(Watched) busy = pool_watch (pool_batch ("slow", 6, "{'seconds': <30.0>}"));
      g_autoptr(Watched) waiting = pool_items (10, "square");
      g_autoptr(HaulBatch) refused = pool_batch ("item", 1, "{}");
      g_autoptr(GError) error = NULL;

      haul_pool_set_recovery (pool, HAUL_POOL_RECOVERY_BREAK);
      pool_normal (pool);
      if (idle)
        haul_test_run_until (pool_is_idle, pool, HAUL_TEST_SOON_MS);
      else
        haul_batch_set_retries (busy->batch, 5);   /* there is nobody to try it again */
      pool_submit (pool, busy);
      pool_submit (pool, waiting);
      if (!idle)
        haul_test_run_until (two_busy, pool, HAUL_TEST_SOON_MS);
      g_assert_cmpint (kill (pool_nth_pid (pool, 0), SIGKILL), ==, 0);
      pool_wait (busy);
      pool_wait (waiting);
      g_assert_cmpint (haul_pool_get_state (pool), ==, HAUL_POOL_BROKEN);
      g_assert_error (waiting->error, HAUL_ERROR, HAUL_ERROR_ENDED);
      haul_test_assert_contains (waiting->error->message, "SIGKILL");
      g_assert_error (busy->error, HAUL_ERROR, HAUL_ERROR_ENDED);
      g_assert_cmpuint (haul_batch_get_n_done (busy->batch), ==, 0);
      g_assert_false (haul_pool_submit (pool, refused, &error));
      g_assert_error (error, HAUL_ERROR, HAUL_ERROR_NOT_POSSIBLE);
      pool_join (pool);
    }
  haul_test_assert_clean ();
}

/* Workers that we end ourselves, or that have done their share, break nothing. */
static void
test_break_not (void)
{
  HaulPool *pool = pool_new (2);
  g_autoptr(Watched) cancelled = pool_watch (pool_batch ("slow", 2, "{'seconds': <30.0>}"));
  g_autoptr(Watched) late = pool_watch (pool_batch ("slow", 2, "{'seconds': <30.0>}"));
  g_autoptr(Watched) replaced = pool_items (20, "square");

  haul_test_begin ();
  haul_pool_set_recovery (pool, HAUL_POOL_RECOVERY_BREAK);
  haul_pool_set_max_tasks (pool, 3);
  pool_submit (pool, cancelled);
  haul_test_run_until (two_busy, pool, HAUL_TEST_SOON_MS);
  haul_batch_cancel (cancelled->batch);
  pool_wait (cancelled);
  haul_batch_set_item_timeout (late->batch, 200);
  pool_submit (pool, late);
  pool_wait (late);
  g_assert_error (late->error, HAUL_ERROR, HAUL_ERROR_TIMED_OUT);
  pool_submit (pool, replaced);
  pool_wait (replaced);
  g_assert_no_error (replaced->error);
  haul_pool_set_n_workers (pool, 1);
  pool_normal (pool);
  g_assert_cmpint (haul_pool_get_state (pool), ==, HAUL_POOL_RUNNING);
  g_object_unref (pool);
  haul_test_assert_clean ();
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);
  g_test_add_func ("/pool-end/cancel-queued", test_cancel_queued);
  g_test_add_func ("/pool-end/cancel-none", test_cancel_none);
  g_test_add_func ("/pool-end/break", test_break);
  g_test_add_func ("/pool-end/break-not", test_break_not);
  return g_test_run ();
}
