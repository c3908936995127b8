/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "test-pool-util.h"

/* Canceling, time limits, and what handlers may do. */

static void
finish (HaulPool *pool)
{
  pool_normal (pool);
  g_object_unref (pool);
  haul_test_assert_clean ();
}

static gboolean
is_busy (gpointer pool)
{
  return haul_pool_get_n_busy (pool) == haul_pool_get_n_workers (pool);
}

static gboolean
has_given (gpointer watched)
{
  return ((Watched *) watched)->order->len > 0;
}

static void
test_queued (void)
{
  HaulPool *pool = pool_new (1);
  g_autoptr(Watched) running = pool_list ("slow", "[{'seconds': <1.0>}]");
  g_autoptr(Watched) queued = pool_items (100, "square");

  haul_test_begin ();
  pool_submit (pool, running);
  pool_submit (pool, queued);
  haul_test_run_until (is_busy, pool, HAUL_TEST_SOON_MS);
  haul_batch_cancel (queued->batch);
  g_assert_cmpuint (queued->n_ended, ==, 1);   /* at once: nothing of it runs */
  pool_wait (queued);
  g_assert_error (queued->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (queued->order->len, ==, 0);
  pool_wait (running);
  g_assert_no_error (running->error);
  finish (pool);
}

/* Before the pool has it: it has ended, and the pool does not take it. */
static void
test_before (void)
{
  HaulPool *pool = pool_new (1);
  g_autoptr(HaulBatch) batch = pool_batch ("item", 3, "{'number': <int64 %d>}");
  g_autoptr(GError) error = NULL;

  haul_test_begin ();
  haul_batch_cancel (batch);
  g_assert_false (haul_batch_is_active (batch));
  g_assert_false (haul_pool_submit (pool, batch, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  finish (pool);
}

static void
test_running (void)
{
  static const char * const tasks[] = { "slow", "spin", "ignore-term", "stop-self" };
  HaulPool *pool = pool_new (2);

  haul_test_begin ();
  for (guint i = 0; i < G_N_ELEMENTS (tasks); i++)
    {
      g_autoptr(Watched) watched = pool_watch (pool_batch (tasks[i], 10, "{}"));

      pool_submit (pool, watched);
      haul_test_run_until (is_busy, pool, HAUL_TEST_SOON_MS);
      haul_batch_cancel (watched->batch);
      haul_batch_cancel (watched->batch);
      pool_wait (watched);
      g_assert_error (watched->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_assert_cmpuint (watched->order->len, ==, 0);
      haul_batch_cancel (watched->batch);
      pool_normal (pool);
    }
  finish (pool);
}

/* Whatever of another batch is with the same workers still succeeds. */
static void
test_innocent (void)
{
  HaulPool *pool = pool_new (2);

  haul_test_begin ();
  for (guint i = 0; i < 20; i++)
    {
      g_autoptr(Watched) victim = pool_items (2000, "square");
      g_autoptr(Watched) innocent = pool_items (300, "square");

      haul_batch_set_chunksize (victim->batch, 20);
      haul_batch_set_chunksize (innocent->batch, 20);
      pool_submit (pool, victim);
      pool_submit (pool, innocent);
      haul_test_run_until (has_given, victim, HAUL_TEST_SOON_MS);
      haul_batch_cancel (victim->batch);
      pool_wait (innocent);
      g_assert_no_error (innocent->error);
      pool_wait (victim);
    }
  finish (pool);
}

/* Items that were sent behind those of another batch, and of which the batch is canceled, are not run
 * to their end. */
static void
test_sent_behind (void)
{
  HaulPool *pool = pool_new (1);
  g_autoptr(Watched) first = pool_watch (pool_batch ("slow", 2, "{'seconds': <0.2>}"));
  g_autoptr(Watched) behind = pool_watch (pool_batch ("slow", 5, "{'seconds': <20.0>}"));

  haul_test_begin ();
  haul_batch_set_chunksize (first->batch, 10);
  haul_batch_set_chunksize (behind->batch, 10);
  pool_submit (pool, first);
  pool_submit (pool, behind);
  haul_test_run_until (is_busy, pool, HAUL_TEST_SOON_MS);
  haul_batch_cancel (behind->batch);
  pool_wait (first);
  g_assert_no_error (first->error);
  haul_test_run_until (pool_has_ended, behind, 10000);
  finish (pool);
}

static void
test_fifty_times (void)
{
  HaulPool *pool = pool_new (2);

  haul_test_begin ();
  for (guint i = 0; i < 50; i++)
    {
      g_autoptr(Watched) watched = pool_items (500, "square");

      pool_submit (pool, watched);
      if (i % 2 == 0)
        haul_test_run_until (has_given, watched, HAUL_TEST_SOON_MS);
      haul_batch_cancel (watched->batch);
      pool_wait (watched);
    }
  g_assert_cmpint (haul_pool_get_state (pool), ==, HAUL_POOL_RUNNING);
  finish (pool);
}

/* From handlers. */

static void
cancel_cb (HaulBatch *batch,
           guint64    index,
           GBytes    *result,
           GError    *error,
           gpointer   user_data)
{
  if (index == GPOINTER_TO_UINT (user_data))
    haul_batch_cancel (batch);
}

static void
test_from_item (void)
{
  HaulPool *pool = pool_new (2);

  haul_test_begin ();
  for (guint ordered = 0; ordered < 2; ordered++)
    {
      g_autoptr(Watched) watched = pool_items (1000, "square");

      watched->ordered = ordered;
      haul_batch_set_ordered (watched->batch, ordered);
      g_signal_connect (watched->batch, "item", G_CALLBACK (cancel_cb), GUINT_TO_POINTER (10));
      pool_submit (pool, watched);
      pool_wait (watched);
      g_assert_error (watched->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      if (ordered)
        g_assert_cmpuint (watched->order->len, ==, 11);
    }
  finish (pool);
}

/* The first item comes last, and its handler cancels: those that waited for it are not heard of. */
static void
test_from_first_item (void)
{
  HaulPool *pool = pool_new (2);
  g_autoptr(Watched) watched = pool_list ("slow", "[{'seconds': <0.5>}, {'seconds': <0.0>}, {'seconds': <0.0>}]");

  haul_test_begin ();
  g_signal_connect (watched->batch, "item", G_CALLBACK (cancel_cb), GUINT_TO_POINTER (0));
  pool_submit (pool, watched);
  pool_wait (watched);
  g_assert_cmpuint (watched->order->len, ==, 1);
  finish (pool);
}

static void
cancel_again_cb (HaulBatch *batch,
                 gpointer   user_data)
{
  haul_batch_cancel (batch);
}

static void
test_from_ended (void)
{
  HaulPool *pool = pool_new (2);
  g_autoptr(Watched) watched = pool_items (10, "square");

  haul_test_begin ();
  g_signal_connect (watched->batch, "ended", G_CALLBACK (cancel_again_cb), NULL);
  pool_submit (pool, watched);
  pool_wait (watched);
  g_assert_no_error (watched->error);
  g_assert_cmpuint (haul_batch_get_n_done (watched->batch), ==, 10);
  finish (pool);
}

static GVariant *
cancelling_input_cb (guint64  index,
                     gpointer user_data)
{
  if (index == 5)
    haul_batch_cancel (*(HaulBatch **) user_data);
  return g_variant_new_array (G_VARIANT_TYPE ("{sv}"), NULL, 0);
}

static void
test_from_input (void)
{
  HaulPool *pool = pool_new (2);
  HaulBatch *batch = NULL;
  g_autoptr(Watched) watched = pool_watch (haul_batch_new (haul_test_task ("item"), cancelling_input_cb, &batch, NULL));

  haul_test_begin ();
  batch = watched->batch;
  pool_submit (pool, watched);
  pool_wait (watched);
  g_assert_error (watched->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (haul_batch_get_n_items (batch), ==, 5);
  finish (pool);
}

typedef struct
{
  HaulPool  *pool;
  GPtrArray *more;   /* (owned) of Watched */
} Submitter;

static void
submit_from_item_cb (HaulBatch *batch,
                     guint64    index,
                     GBytes    *result,
                     GError    *error,
                     Submitter *submitter)
{
  Watched *watched = pool_items (3, "square");

  haul_batch_set_priority (watched->batch, (int) index);
  g_ptr_array_add (submitter->more, watched);
  pool_submit (submitter->pool, watched);
}

static void
submit_from_ended_cb (HaulBatch *batch,
                      Submitter *submitter)
{
  submit_from_item_cb (batch, 0, NULL, NULL, submitter);
}

static void
test_submit_from_handlers (void)
{
  HaulPool *pool = pool_new (2);
  Submitter submitter = { pool, g_ptr_array_new_with_free_func ((GDestroyNotify) pool_watched_free) };
  g_autoptr(Watched) watched = pool_items (20, "square");

  haul_test_begin ();
  g_signal_connect (watched->batch, "item", G_CALLBACK (submit_from_item_cb), &submitter);
  g_signal_connect (watched->batch, "ended", G_CALLBACK (submit_from_ended_cb), &submitter);
  pool_submit (pool, watched);
  pool_wait (watched);
  g_assert_cmpuint (submitter.more->len, ==, 21);
  for (guint i = 0; i < submitter.more->len; i++)
    {
      pool_wait (submitter.more->pdata[i]);
      g_assert_no_error (((Watched *) submitter.more->pdata[i])->error);
    }
  g_ptr_array_unref (submitter.more);
  finish (pool);
}

/* Time limits. */

/* 2.2 s of waiting for a worker do not count. */
static void
test_timeout (void)
{
  HaulPool *pool = pool_new (2);
  g_autoptr(Watched) watched =
    pool_list ("slow", "[{'seconds': <0.0>}, {'seconds': <20.0>}, {'seconds': <0.1>}, {'seconds': <20.0>},"
               " {'seconds': <0.0>}, {'seconds': <20.0>}, {'seconds': <0.2>}, {'seconds': <20.0>}]");
  g_autoptr(Watched) patient = pool_watch (pool_batch ("slow", 4, "{'seconds': <1.1>}"));

  haul_test_begin ();
  haul_batch_set_item_timeout (watched->batch, 2000);
  haul_batch_set_priority (patient->batch, 1);
  pool_submit (pool, watched);
  pool_submit (pool, patient);
  pool_wait (patient);
  g_assert_no_error (patient->error);
  pool_wait (watched);
  g_assert_error (watched->error, HAUL_ERROR, HAUL_ERROR_TIMED_OUT);
  for (guint64 i = 0; i < 8; i++)
    if (i % 2 == 0)
      g_assert_cmpstr (pool_text (watched, i), ==, "begun\ndone\n");
    else
      haul_test_assert_contains (pool_text (watched, i), "!took longer");
  finish (pool);
}

/* Quick ones that stand in line behind one that is late are sent again, and are not late themselves. */
static void
test_timeout_behind (void)
{
  HaulPool *pool = pool_new (1);
  g_autoptr(Watched) watched =
    pool_list ("slow", "[{'seconds': <0.0>}, {'seconds': <20.0>}, {'seconds': <0.0>}, {'seconds': <0.0>}]");

  haul_test_begin ();
  haul_batch_set_item_timeout (watched->batch, 2000);
  haul_batch_set_retries (watched->batch, 5);   /* which is not for those that are late */
  haul_batch_set_chunksize (watched->batch, 10);
  pool_submit (pool, watched);
  pool_wait (watched);
  g_assert_cmpuint (haul_batch_get_n_failed (watched->batch), ==, 1);
  haul_test_assert_contains (pool_text (watched, 1), "!took longer");
  finish (pool);
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);
  g_test_add_func ("/pool-cancel/queued", test_queued);
  g_test_add_func ("/pool-cancel/before", test_before);
  g_test_add_func ("/pool-cancel/running", test_running);
  g_test_add_func ("/pool-cancel/innocent", test_innocent);
  g_test_add_func ("/pool-cancel/sent-behind", test_sent_behind);
  g_test_add_func ("/pool-cancel/fifty-times", test_fifty_times);
  g_test_add_func ("/pool-cancel/from-item", test_from_item);
  g_test_add_func ("/pool-cancel/from-first-item", test_from_first_item);
  g_test_add_func ("/pool-cancel/from-ended", test_from_ended);
  g_test_add_func ("/pool-cancel/from-input", test_from_input);
  g_test_add_func ("/pool-cancel/submit-from-handlers", test_submit_from_handlers);
  g_test_add_func ("/pool-cancel/timeout", test_timeout);
  g_test_add_func ("/pool-cancel/timeout-behind", test_timeout_behind);
  return g_test_run ();
}
