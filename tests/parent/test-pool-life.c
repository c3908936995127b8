/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <stdlib.h>

#include "test-pool-util.h"

/* The life of a pool and of its workers. */

static void
finish (HaulPool *pool)
{
  pool_normal (pool);
  g_object_unref (pool);
  haul_test_assert_clean ();
}

static GVariant *
item_arguments (const char *mode)
{
  return g_variant_new_parsed ("@a{sv} {'mode': <%s>}", mode);
}

static void
test_initializer (void)
{
  HaulPool *pool = pool_new (3);
  g_autoptr(Watched) watched = pool_items (200, "count-inits");

  haul_test_begin ();
  haul_pool_set_initializer (pool, haul_test_task ("item"), item_arguments ("init"));
  haul_pool_set_max_tasks (pool, 50);
  pool_submit (pool, watched);
  pool_wait (watched);
  g_assert_no_error (watched->error);
  for (guint64 i = 0; i < 200; i++)
    g_assert_cmpstr (pool_text (watched, i), ==, "1");
  finish (pool);
}

/* Often, since a worker may be anywhere in its start when the pool breaks. */
static void
test_bad_initializer (void)
{
  static const struct { const char *task, *text; } rows[] = { { "fail", "it does not work" }, { "crash", "SIGSEGV" } };

  haul_test_begin ();
  for (guint round = 0; round < 20 * G_N_ELEMENTS (rows); round++)
    {
      guint i = round % G_N_ELEMENTS (rows);
      g_autoptr(HaulPool) pool = pool_new (2);
      g_autoptr(Watched) watched = pool_items (10, "square");
      g_autoptr(HaulBatch) refused = pool_batch ("item", 1, "{}");
      g_autoptr(GError) error = NULL;

      haul_pool_set_initializer (pool, haul_test_task (rows[i].task), NULL);
      pool_submit (pool, watched);
      pool_wait (watched);
      g_assert_cmpint (haul_pool_get_state (pool), ==, HAUL_POOL_BROKEN);
      g_assert_error (watched->error, HAUL_ERROR, HAUL_ERROR_START);
      haul_test_assert_contains (watched->error->message, "initializer");
      haul_test_assert_contains (watched->error->message, rows[i].text);
      g_assert_cmpuint (watched->order->len, ==, 0);   /* none was run */
      g_assert_false (haul_pool_submit (pool, refused, &error));
      g_assert_error (error, HAUL_ERROR, HAUL_ERROR_NOT_POSSIBLE);
      pool_join (pool);
    }
  haul_test_assert_clean ();
}

static void
test_max_tasks (void)
{
  haul_test_begin ();
  for (guint max = 1; max <= 2; max++)
    for (guint chunksize = 0; chunksize <= 5; chunksize += 5)
      {
        HaulPool *pool = pool_new (1);
        g_autoptr(Watched) watched = pool_items (10, "pid");
        g_autoptr(GHashTable) pids = g_hash_table_new (g_str_hash, g_str_equal);

        haul_pool_set_max_tasks (pool, max);
        haul_batch_set_chunksize (watched->batch, chunksize);
        pool_submit (pool, watched);
        pool_wait (watched);
        g_assert_no_error (watched->error);
        for (guint64 i = 0; i < 10; i++)
          g_hash_table_add (pids, (gpointer) pool_text (watched, i));
        g_assert_cmpuint (g_hash_table_size (pids), ==, 10 / max);
        pool_normal (pool);
        g_object_unref (pool);
      }
  haul_test_assert_clean ();
}

static void
test_close_max_tasks (void)
{
  HaulPool *pool = pool_new (2);
  g_autoptr(Watched) watched = pool_watch (pool_batch ("slow", 6, "{'seconds': <0.1>}"));

  haul_test_begin ();
  haul_pool_set_max_tasks (pool, 1);
  pool_submit (pool, watched);
  haul_pool_close (pool);
  pool_join (pool);
  pool_wait (watched);
  g_assert_no_error (watched->error);
  g_assert_cmpuint (haul_batch_get_n_done (watched->batch), ==, 6);
  g_object_unref (pool);
  haul_test_assert_clean ();
}

static void
test_max_memory (void)
{
  HaulPool *pool = pool_new (1);
  g_autoptr(Watched) watched = pool_items (12, "grow");
  g_autoptr(GHashTable) pids = g_hash_table_new (g_str_hash, g_str_equal);

  haul_test_begin ();
  haul_pool_set_max_memory (pool, 60 << 20);
  haul_batch_set_chunksize (watched->batch, 1);
  pool_submit (pool, watched);
  pool_wait (watched);
  g_assert_no_error (watched->error);
  for (guint64 i = 0; i < 12; i++)
    g_hash_table_add (pids, (gpointer) pool_text (watched, i));
  g_assert_cmpuint (g_hash_table_size (pids), >=, 2);
  finish (pool);
}

/* Size. */

static gboolean
has_4 (gpointer pool)
{
  return pool_n_pids (pool) == 4 && haul_pool_get_n_busy (pool) == 4;
}

static gboolean
has_1 (gpointer pool)
{
  return pool_n_pids (pool) == 1;
}

/* For as long as the test wants more of them. */
static GVariant *
more_cb (guint64  index,
         gpointer user_data)
{
  const gboolean *enough = user_data;

  return *enough ? NULL : g_variant_new_parsed ("{'seconds': <0.05>}");
}

static void
test_resize (void)
{
  HaulPool *pool = pool_new (1);
  gboolean enough = FALSE;
  g_autoptr(Watched) watched = pool_watch (haul_batch_new (haul_test_task ("slow"), more_cb, &enough, NULL));

  haul_test_begin ();
  pool_submit (pool, watched);
  haul_test_run_until (has_1, pool, HAUL_TEST_SOON_MS);
  haul_pool_set_n_workers (pool, 4);
  haul_test_run_until (has_4, pool, HAUL_TEST_SOON_MS);
  haul_pool_set_n_workers (pool, 1);
  haul_test_run_until (has_1, pool, HAUL_TEST_SOON_MS);
  enough = TRUE;
  pool_wait (watched);
  g_assert_no_error (watched->error);
  g_assert_cmpuint (haul_batch_get_n_done (watched->batch), ==, haul_batch_get_n_items (watched->batch));
  finish (pool);
}

/* However quick the items before were: four that take long are for four workers. */
static void
test_shared_out (void)
{
  HaulPool *pool = pool_new (4);
  g_autoptr(Watched) quick = pool_items (2000, "square");
  g_autoptr(Watched) slow = pool_watch (pool_batch ("slow", 4, "{}"));

  haul_test_begin ();
  pool_submit (pool, quick);
  pool_wait (quick);
  pool_submit (pool, slow);
  haul_test_run_until (has_4, pool, HAUL_TEST_SOON_MS);   /* before the first is done */
  haul_batch_cancel (slow->batch);
  pool_wait (slow);
  finish (pool);
}

static void
note_order_cb (HaulBatch *batch,
               gpointer   user_data)
{
  GString *order = user_data;

  g_string_append_printf (order, " %s", (char *) g_object_get_data (G_OBJECT (batch), "name"));
}

static void
test_priorities (void)
{
  static const struct { const char *name; int priority; } rows[] = {
    { "a", 0 }, { "low", -5 }, { "b", 0 }, { "high", 5 }, { "c", 0 },
  };
  HaulPool *pool = pool_new (1);
  Watched *watched[G_N_ELEMENTS (rows)];
  g_autoptr(GString) order = g_string_new (NULL);

  haul_test_begin ();
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      watched[i] = pool_items (20, "square");
      haul_batch_set_priority (watched[i]->batch, rows[i].priority);
      g_object_set_data (G_OBJECT (watched[i]->batch), "name", (gpointer) rows[i].name);
      g_signal_connect (watched[i]->batch, "ended", G_CALLBACK (note_order_cb), order);
      pool_submit (pool, watched[i]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    pool_wait (watched[i]);
  g_assert_cmpstr (order->str, ==, " high a b c low");
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    pool_watched_free (watched[i]);
  finish (pool);
}

/* One with priority does not wait until another, of quick items, is done. */
static void
test_overtakes (void)
{
  HaulPool *pool = pool_new (1);
  g_autoptr(Watched) many = pool_items (100000, "square");
  g_autoptr(Watched) urgent = pool_items (5, "square");

  haul_test_begin ();
  haul_batch_set_priority (urgent->batch, 1);
  pool_submit (pool, many);
  while (many->order->len < 1000)
    g_main_context_iteration (NULL, TRUE);
  pool_submit (pool, urgent);
  pool_wait (urgent);
  g_assert_true (haul_batch_is_active (many->batch));
  haul_batch_cancel (many->batch);
  pool_wait (many);
  finish (pool);
}

/* The end. */

static void
refused_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(GError) error = NULL;

  g_assert_false (haul_pool_join_finish (HAUL_POOL (source), result, &error));
  g_assert_error (error, HAUL_ERROR, HAUL_ERROR_NOT_POSSIBLE);
  *(gboolean *) user_data = TRUE;
}

static gboolean
is_true (gpointer data)
{
  return *(gboolean *) data;
}

static void
test_ends (void)
{
  haul_test_begin ();
  for (guint terminate = 0; terminate < 2; terminate++)
    {
      HaulPool *pool = pool_new (2);
      g_autoptr(Watched) watched = pool_watch (pool_batch ("slow", 6, "{'seconds': <0.1>}"));
      g_autoptr(HaulBatch) refused = pool_batch ("item", 1, "{}");
      g_autoptr(GError) error = NULL;
      gboolean done = FALSE;

      pool_submit (pool, watched);
      haul_pool_join_async (pool, refused_cb, &done);
      haul_test_run_until (is_true, &done, HAUL_TEST_SOON_MS);
      if (terminate)
        haul_pool_terminate (pool);
      haul_pool_close (pool);
      haul_pool_close (pool);
      if (terminate)
        haul_pool_terminate (pool);
      g_assert_cmpint (haul_pool_get_state (pool), ==, terminate ? HAUL_POOL_TERMINATED : HAUL_POOL_CLOSED);
      g_assert_false (haul_pool_submit (pool, refused, &error));
      g_assert_error (error, HAUL_ERROR, HAUL_ERROR_NOT_POSSIBLE);
      pool_join (pool);
      pool_join (pool);
      g_assert_cmpuint (watched->n_ended, ==, 1);
      pool_wait (watched);
      if (terminate)
        g_assert_error (watched->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      else
        g_assert_no_error (watched->error);
      g_object_unref (pool);
    }
  haul_test_assert_clean ();
}

static void
test_ends_unused (void)
{
  HaulPool *pool = pool_new (2);

  haul_test_begin ();
  haul_pool_close (pool);
  pool_join (pool);
  g_object_unref (pool);
  haul_test_assert_clean ();
}

static gboolean
is_null (gpointer data)
{
  return *(gpointer *) data == NULL;
}

/* The references go while it runs: it goes on to its end, and then nothing is left. */
static void
test_dropped (void)
{
  HaulPool *pool = pool_new (2);
  g_autoptr(Watched) watched = pool_watch (pool_batch ("slow", 6, "{'seconds': <0.05>}"));
  HaulBatch *alone = pool_batch ("slow", 4, "{'seconds': <0.05>}");
  g_autoptr(GError) error = NULL;
  gpointer gone = pool, gone_too = alone;

  haul_test_begin ();
  pool_submit (pool, watched);
  g_assert_true (haul_pool_submit (pool, alone, &error));
  g_object_add_weak_pointer (G_OBJECT (pool), &gone);
  g_object_add_weak_pointer (G_OBJECT (alone), &gone_too);
  g_object_unref (alone);
  g_object_unref (pool);
  pool_wait (watched);
  g_assert_no_error (watched->error);
  haul_test_run_until (is_null, &gone_too, HAUL_TEST_SOON_MS);
  haul_test_run_until (is_null, &gone, HAUL_TEST_SOON_MS);
  haul_test_assert_clean ();
}

/* In the handler of its last batch. */
static void
drop_cb (HaulBatch *batch,
         gpointer   user_data)
{
  g_object_unref (user_data);
}

static void
test_dropped_in_handler (void)
{
  HaulPool *pool = pool_new (2);
  g_autoptr(Watched) watched = pool_items (10, "square");

  haul_test_begin ();
  g_signal_connect (watched->batch, "ended", G_CALLBACK (drop_cb), pool);
  pool_submit (pool, watched);
  pool_wait (watched);
  haul_test_assert_clean ();
}

/* By whoever hears that it does not run any more: also where there is nothing that would keep it. */
static void
drop_at_state_cb (HaulPool   *pool,
                  GParamSpec *pspec,
                  gpointer    user_data)
{
  g_object_unref (pool);
}

static void
test_dropped_at_end (void)
{
  void (*const ends[]) (HaulPool * pool) = { haul_pool_close, haul_pool_terminate };

  haul_test_begin ();
  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      HaulPool *pool = pool_new (1);
      gpointer gone = pool;

      g_object_add_weak_pointer (G_OBJECT (pool), &gone);
      g_signal_connect (pool, "notify::state", G_CALLBACK (drop_at_state_cb), NULL);
      ends[i] (pool);
      haul_test_run_until (is_null, &gone, HAUL_TEST_SOON_MS);
    }
  haul_test_assert_clean ();
}

/* Apply. */

typedef struct
{
  guint   n;
  GBytes *result;
  GError *error;
} Applied;

static void
applied_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  Applied *applied = user_data;

  applied->n++;
  applied->result = haul_pool_apply_finish (HAUL_POOL (source), result, &applied->error);
  g_assert_true ((applied->result == NULL) == (applied->error != NULL));
}

static gboolean
is_applied (gpointer data)
{
  return ((Applied *) data)->n > 0;
}

static gboolean
cancel_soon_cb (gpointer user_data)
{
  g_cancellable_cancel (user_data);
  return G_SOURCE_REMOVE;
}

static void
test_apply (void)
{
  static const struct { const char *task; GQuark (*domain)(void); int code; guint cancel; } rows[] = {
    { "ok", NULL, 0, 0 }, { "fail", haul_error_quark, HAUL_ERROR_TASK, 0 }, { "exit", haul_error_quark, HAUL_ERROR_ENDED, 0 },
    { "slow", g_io_error_quark, G_IO_ERROR_CANCELLED, 1 }, { "slow", g_io_error_quark, G_IO_ERROR_CANCELLED, 2 },
    { "ok", NULL, 0, 3 },
  };
  HaulPool *pool = pool_new (2);

  haul_test_begin ();
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(GCancellable) cancellable = g_cancellable_new ();
      Applied applied = { 0 };

      if (rows[i].cancel == 1)
        g_cancellable_cancel (cancellable);
      haul_pool_apply_async (pool, haul_test_task (rows[i].task), NULL, cancellable, applied_cb, &applied);
      if (rows[i].cancel == 2)
        g_timeout_add (50, cancel_soon_cb, cancellable);
      haul_test_run_until (is_applied, &applied, HAUL_TEST_SOON_MS);
      g_cancellable_cancel (cancellable);
      if (rows[i].domain != NULL)
        g_assert_error (applied.error, rows[i].domain (), rows[i].code);
      else
        g_assert_cmpuint (g_bytes_get_size (applied.result), ==, 10);
      pool_normal (pool);
      g_assert_cmpuint (applied.n, ==, 1);
      g_clear_error (&applied.error);
      g_clear_pointer (&applied.result, g_bytes_unref);
    }
  finish (pool);
}

static gpointer
cancel_thread (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
  return NULL;
}

/* By another thread, which has no business with the pool. */
static void
test_apply_cancelled_elsewhere (void)
{
  HaulPool *pool = pool_new (1);
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  Applied applied = { 0 };

  haul_test_begin ();
  haul_pool_set_held (pool, TRUE);
  haul_pool_apply_async (pool, haul_test_task ("ok"), NULL, cancellable, applied_cb, &applied);
  g_assert_cmpuint (haul_pool_get_n_queued (pool), ==, 1);
  g_thread_join (g_thread_new ("cancel", cancel_thread, cancellable));
  g_assert_cmpuint (haul_pool_get_n_queued (pool), ==, 1);   /* only our loop changes that */
  haul_test_run_until (is_applied, &applied, HAUL_TEST_SOON_MS);
  g_assert_error (applied.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (haul_pool_get_n_queued (pool), ==, 0);
  g_clear_error (&applied.error);
  haul_pool_set_held (pool, FALSE);
  finish (pool);
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);
  g_test_add_func ("/pool-life/initializer", test_initializer);
  g_test_add_func ("/pool-life/bad-initializer", test_bad_initializer);
  g_test_add_func ("/pool-life/max-tasks", test_max_tasks);
  g_test_add_func ("/pool-life/close-max-tasks", test_close_max_tasks);
  g_test_add_func ("/pool-life/max-memory", test_max_memory);
  g_test_add_func ("/pool-life/resize", test_resize);
  g_test_add_func ("/pool-life/shared-out", test_shared_out);
  g_test_add_func ("/pool-life/priorities", test_priorities);
  g_test_add_func ("/pool-life/overtakes", test_overtakes);
  g_test_add_func ("/pool-life/ends", test_ends);
  g_test_add_func ("/pool-life/ends-unused", test_ends_unused);
  g_test_add_func ("/pool-life/dropped", test_dropped);
  g_test_add_func ("/pool-life/dropped-in-handler", test_dropped_in_handler);
  g_test_add_func ("/pool-life/dropped-at-end", test_dropped_at_end);
  g_test_add_func ("/pool-life/apply", test_apply);
  g_test_add_func ("/pool-life/apply-cancelled-elsewhere", test_apply_cancelled_elsewhere);
  return g_test_run ();
}
