/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <signal.h>

#include "test-pool-util.h"

/* The items of a batch as rows. */

static void
finish (HaulPool *pool)
{
  pool_normal (pool);
  g_object_unref (pool);
  haul_test_assert_clean ();
}

static HaulBatchItem *
row (GListModel *rows,
     guint       position)
{
  return g_list_model_get_item (rows, position);
}

static HaulBatchItemState
state_of (GListModel *rows,
          guint       position)
{
  g_autoptr(HaulBatchItem) item = row (rows, position);

  g_assert_nonnull (item);
  g_assert_cmpuint (haul_batch_item_get_index (item), ==, position);
  return haul_batch_item_get_state (item);
}

typedef struct
{
  HaulBatchItem      *item;
  HaulBatchItemState  state;
} Expected;

static gboolean
has_state (gpointer data)
{
  Expected *expected = data;

  return haul_batch_item_get_state (expected->item) == expected->state;
}

/* Of an object that somebody has, so that it must come by itself. */
static void
wait_state (HaulBatchItem      *item,
            HaulBatchItemState  state)
{
  Expected expected = { item, state };

  haul_test_run_until (has_state, &expected, HAUL_TEST_SOON_MS);
}

static void
note_cb (HaulBatchItem *item,
         GParamSpec    *pspec,
         gpointer       user_data)
{
  g_string_append_printf (user_data, " %d", haul_batch_item_get_state (item));
}

static void
test_results (void)
{
  HaulPool *pool = pool_new (2);
  g_autoptr(Watched) watched = pool_list ("item", "[{'number': <int64 3>, 'mode': <'five-is-bad'>},"
                                          "{'number': <int64 5>, 'mode': <'five-is-bad'>},"
                                          "{'number': <int64 7>, 'mode': <'five-is-bad'>}]");
  g_autoptr(GListModel) rows = haul_batch_get_items (watched->batch);
  g_autoptr(GListModel) again = haul_batch_get_items (watched->batch);
  g_autoptr(HaulBatchItem) first = row (rows, 0), second = row (rows, 1), same = row (rows, 1);
  g_autoptr(GString) history = g_string_new ("");
  g_autoptr(GBytes) bytes = NULL, none = NULL;
  g_autoptr(GVariant) arguments = haul_batch_item_dup_arguments (second);
  g_autoptr(GError) error = NULL;
  gint64 number = 0;

  haul_test_begin ();
  g_assert_true (again == rows && same == second);
  g_assert_true (g_list_model_get_item_type (rows) == HAUL_TYPE_BATCH_ITEM);
  g_assert_cmpuint (g_list_model_get_n_items (rows), ==, 3);
  g_assert_null (row (rows, 3));
  g_assert_cmpint (haul_batch_item_get_state (second), ==, HAUL_BATCH_ITEM_QUEUED);
  g_assert_true (g_variant_lookup (arguments, "number", "x", &number));
  g_assert_cmpint (number, ==, 5);
  none = haul_batch_item_dup_result (first, &error);
  g_assert_null (none);
  g_assert_error (error, HAUL_ERROR, HAUL_ERROR_NOT_POSSIBLE);
  g_clear_error (&error);

  g_signal_connect (second, "notify::state", G_CALLBACK (note_cb), history);
  pool_submit (pool, watched);
  pool_wait (watched);
  wait_state (first, HAUL_BATCH_ITEM_DONE);
  wait_state (second, HAUL_BATCH_ITEM_FAILED);
  g_assert_cmpint (state_of (rows, 2), ==, HAUL_BATCH_ITEM_DONE);
  g_assert_true (g_str_has_suffix (history->str, " 3"));   /* once, last */
  g_assert_cmpuint (history->len, <=, strlen (" 1 0 1 3"));
  bytes = haul_batch_item_dup_result (first, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), pool_text (watched, 0), strlen (pool_text (watched, 0)));
  none = haul_batch_item_dup_result (second, &error);
  g_assert_null (none);
  g_assert_error (error, HAUL_ERROR, HAUL_ERROR_TASK);
  finish (pool);
}

static void
test_states (void)
{
  HaulPool *pool = pool_new (1);
  g_autoptr(Watched) watched = pool_list ("slow", "[{'seconds': <30.0>}, {'seconds': <30.0>}, {'seconds': <30.0>}]");
  g_autoptr(GListModel) rows = haul_batch_get_items (watched->batch);
  g_autoptr(HaulBatchItem) first = row (rows, 0), second = row (rows, 1), third = row (rows, 2);

  haul_test_begin ();
  pool_submit (pool, watched);
  wait_state (first, HAUL_BATCH_ITEM_RUNNING);
  g_assert_cmpint (haul_batch_item_get_state (second), ==, HAUL_BATCH_ITEM_QUEUED);
  g_assert_cmpint (kill (pool_nth_pid (pool, 0), SIGKILL), ==, 0);
  wait_state (first, HAUL_BATCH_ITEM_FAILED);
  wait_state (second, HAUL_BATCH_ITEM_RUNNING);
  g_assert_cmpint (haul_batch_item_get_state (third), ==, HAUL_BATCH_ITEM_QUEUED);
  haul_batch_cancel (watched->batch);
  wait_state (second, HAUL_BATCH_ITEM_CANCELLED);
  wait_state (third, HAUL_BATCH_ITEM_CANCELLED);
  g_assert_cmpint (haul_batch_item_get_state (first), ==, HAUL_BATCH_ITEM_FAILED);
  pool_wait (watched);
  finish (pool);
}

static gboolean
is_busy (gpointer pool)
{
  return haul_pool_get_n_busy (pool) == 1;
}

static gboolean
is_running (gpointer item)
{
  return haul_batch_item_get_state (item) == HAUL_BATCH_ITEM_RUNNING;
}

/* What was sent to a worker runs when that has begun it. If the worker dies before, another one gets it. */
static void
test_not_begun (void)
{
  HaulPool *pool = pool_new (1);
  g_autoptr(Watched) warm_up = pool_list ("item", "[{'number': <int64 1>, 'mode': <'fine'>}]");
  g_autoptr(Watched) watched = pool_list ("slow", "[{'seconds': <30.0>}]");
  g_autoptr(GListModel) rows = haul_batch_get_items (watched->batch);
  g_autoptr(HaulBatchItem) item = row (rows, 0);
  int pid;

  haul_test_begin ();
  pool_submit (pool, warm_up);
  pool_wait (warm_up);
  pid = pool_nth_pid (pool, 0);
  g_assert_cmpint (kill (pid, SIGSTOP), ==, 0);
  pool_submit (pool, watched);
  haul_test_run_until (is_busy, pool, 25000);
  g_assert_false (haul_test_run_for (is_running, item, 250));   /* more than one round of news */

  g_assert_cmpint (kill (pid, SIGKILL), ==, 0);
  wait_state (item, HAUL_BATCH_ITEM_RUNNING);
  g_assert_cmpint (pool_nth_pid (pool, 0), !=, pid);
  haul_batch_cancel (watched->batch);
  wait_state (item, HAUL_BATCH_ITEM_CANCELLED);
  pool_wait (watched);
  finish (pool);
}

/* Rows of lazy input come as it is asked for, in runs; and what is told is not told too often. */

typedef struct
{
  guint n_rows;
  guint n_told;
} Growth;

static void
grown_cb (GListModel *rows,
          guint       position,
          guint       removed,
          guint       added,
          gpointer    user_data)
{
  Growth *growth = user_data;

  g_assert_cmpuint (removed, ==, 0);
  g_assert_cmpuint (position, ==, growth->n_rows);
  growth->n_rows += added;
  growth->n_told++;
  g_assert_cmpuint (g_list_model_get_n_items (rows), ==, growth->n_rows);
}

static gboolean
has_all (gpointer data)
{
  return ((Growth *) data)->n_rows == 100000;
}

static void
test_many (void)
{
  HaulPool *pool = pool_new (2);
  g_autoptr(Watched) watched = pool_items (100000, "square");
  g_autoptr(GListModel) rows = NULL;
  g_autoptr(HaulBatchItem) last = NULL;
  g_autoptr(GBytes) bytes = NULL;
  g_autoptr(GError) error = NULL;
  gint64 start = g_get_monotonic_time ();
  Growth growth = { 0 };

  haul_test_begin ();
  haul_batch_set_keep (watched->batch, FALSE);
  rows = haul_batch_get_items (watched->batch);
  g_signal_connect (rows, "items-changed", G_CALLBACK (grown_cb), &growth);
  pool_submit (pool, watched);
  pool_wait (watched);
  g_assert_no_error (watched->error);
  haul_test_run_until (has_all, &growth, HAUL_TEST_SOON_MS);
  g_assert_cmpuint (growth.n_told, <=, (g_get_monotonic_time () - start) / 100000 + 1);
  last = row (rows, 99999);
  g_assert_cmpint (haul_batch_item_get_state (last), ==, HAUL_BATCH_ITEM_DONE);
  bytes = haul_batch_item_dup_result (last, &error);
  g_assert_null (bytes);
  g_assert_error (error, HAUL_ERROR, HAUL_ERROR_NOT_POSSIBLE);   /* not kept */
  g_assert_null (haul_batch_item_dup_arguments (last));
  for (guint i = 0; i < 100000; i += 997)
    g_assert_cmpint (state_of (rows, i), ==, HAUL_BATCH_ITEM_DONE);
  finish (pool);
}

/* Who asks late sees the same, and who lets go leaves nothing. */
static void
test_late (void)
{
  HaulPool *pool = pool_new (2);
  g_autoptr(Watched) watched = pool_items (20, "five-is-bad");

  haul_test_begin ();
  pool_submit (pool, watched);
  pool_wait (watched);
  for (guint i = 0; i < 2; i++)
    {
      GListModel *rows = haul_batch_get_items (watched->batch);

      g_assert_cmpuint (g_list_model_get_n_items (rows), ==, 20);
      for (guint k = 0; k < 20; k++)
        g_assert_cmpint (state_of (rows, k), ==, k == 5 ? HAUL_BATCH_ITEM_FAILED : HAUL_BATCH_ITEM_DONE);
      g_assert_finalize_object (rows);
    }
  finish (pool);
}

/* A row keeps what it shows. */
static void
test_row_alone (void)
{
  HaulPool *pool = pool_new (1);
  HaulBatchItem *item;

  haul_test_begin ();
  {
    g_autoptr(Watched) watched = pool_items (1, "square");
    g_autoptr(GListModel) rows = haul_batch_get_items (watched->batch);

    pool_submit (pool, watched);
    pool_wait (watched);
    while (g_list_model_get_n_items (rows) == 0)
      g_main_context_iteration (NULL, TRUE);
    item = row (rows, 0);
  }
  g_assert_cmpint (haul_batch_item_get_state (item), ==, HAUL_BATCH_ITEM_DONE);
  g_bytes_unref (haul_batch_item_dup_result (item, NULL));
  g_assert_finalize_object (item);
  finish (pool);
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);
  g_test_add_func ("/pool-items/results", test_results);
  g_test_add_func ("/pool-items/states", test_states);
  g_test_add_func ("/pool-items/not-begun", test_not_begun);
  g_test_add_func ("/pool-items/many", test_many);
  g_test_add_func ("/pool-items/late", test_late);
  g_test_add_func ("/pool-items/row-alone", test_row_alone);
  return g_test_run ();
}
