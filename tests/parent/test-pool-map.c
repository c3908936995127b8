/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <stdlib.h>
#include <unistd.h>

#include <signal.h>

#include "test-pool-util.h"

/* What a batch gives: order, chunks, sizes, errors. */

static void
assert_squares (Watched *watched,
                guint64  n)
{
  g_assert_no_error (watched->error);
  g_assert_cmpuint (watched->order->len, ==, n);
  g_assert_cmpuint (haul_batch_get_n_items (watched->batch), ==, n);
  g_assert_cmpuint (haul_batch_get_n_done (watched->batch), ==, n);
  g_assert_cmpuint (haul_batch_get_n_failed (watched->batch), ==, 0);
  for (guint64 i = 0; i < n; i++)
    g_assert_cmpuint (g_ascii_strtoull (pool_text (watched, i), NULL, 10), ==, i * i);
}

static void
test_ordered (void)
{
  static const struct { guint64 n; guint chunksize, n_workers; } rows[] = {
    { 10, 0, 4 }, { 1000, 0, 4 }, { 100, 1, 4 }, { 100, 20, 4 }, { 100, 1000, 4 }, { 103, 20, 3 }, { 1, 0, 4 },
    { 1, 20, 1 }, { 1000, 7, 1 },
  };

  haul_test_begin ();
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(HaulPool) pool = pool_new (rows[i].n_workers);
      g_autoptr(Watched) watched = pool_items (rows[i].n, "square");
      g_autoptr(GError) error = NULL;

      haul_batch_set_chunksize (watched->batch, rows[i].chunksize);
      pool_submit (pool, watched);
      pool_wait (watched);
      assert_squares (watched, rows[i].n);
      g_assert_cmpuint (pool_n_pids (pool), <=, rows[i].n_workers);
      for (guint64 n = 0; n < rows[i].n; n++)
        {
          g_autoptr(GBytes) kept = haul_batch_dup_result (watched->batch, n, &error);

          g_assert_no_error (error);
          g_assert_cmpmem (g_bytes_get_data (kept, NULL), g_bytes_get_size (kept),
                           pool_text (watched, n), strlen (pool_text (watched, n)));
        }
      g_assert_null (haul_batch_dup_result (watched->batch, rows[i].n, &error));
      g_assert_error (error, HAUL_ERROR, HAUL_ERROR_NOT_POSSIBLE);
    }
  haul_test_assert_clean ();
}

/* Nobody is started for nothing, nor waited for. */
static void
test_empty (void)
{
  HaulPool *pool = pool_new (1);
  g_autoptr(Watched) first = pool_items (0, "square");
  g_autoptr(Watched) wrong = pool_list ("item", "[{'nobody': <1>}]");
  g_autoptr(Watched) busy = pool_watch (pool_batch ("slow", 1, "{}"));
  g_autoptr(Watched) behind = pool_items (0, "square");

  haul_test_begin ();
  pool_submit (pool, first);
  pool_wait (first);
  assert_squares (first, 0);
  pool_submit (pool, wrong);
  pool_wait (wrong);
  g_assert_cmpuint (haul_batch_get_n_failed (wrong->batch), ==, 1);
  g_assert_cmpuint (haul_test_count_children (), ==, 0);
  pool_submit (pool, busy);
  pool_submit (pool, behind);
  pool_wait (behind);
  g_assert_true (haul_batch_is_active (busy->batch));
  haul_batch_cancel (busy->batch);
  pool_wait (busy);
  pool_normal (pool);
  g_object_unref (pool);
  haul_test_assert_clean ();
}

static void
test_unordered (void)
{
  g_autoptr(HaulPool) pool = pool_new (3);
  g_autoptr(Watched) watched = pool_list ("slow", "[{'seconds': <3.0>}, {'seconds': <0.0>}, {'seconds': <0.1>}]");
  g_autoptr(Watched) many = pool_items (1000, "square");

  haul_test_begin ();
  watched->ordered = many->ordered = FALSE;
  haul_batch_set_ordered (watched->batch, FALSE);
  haul_batch_set_ordered (many->batch, FALSE);
  haul_batch_set_chunksize (many->batch, 100);
  pool_submit (pool, watched);
  pool_wait (watched);
  g_assert_cmpuint (watched->order->len, ==, 3);
  g_assert_cmpuint (g_array_index (watched->order, guint64, 2), ==, 0);   /* the slow one comes last */
  pool_submit (pool, many);
  pool_wait (many);
  assert_squares (many, 1000);
  g_clear_object (&pool);
  haul_test_assert_clean ();
}

/* Many lazy items: fewer where each takes much longer. */
#if defined (__SANITIZE_ADDRESS__)
#define N_LAZY 20000
#else
#define N_LAZY 100000
#endif

typedef struct
{
  guint64 n;
  guint64 asked;
  guint64 answered;
  guint64 most_ahead;
  guint64 seen;        /* answers, when we looked last */
  gboolean ended;
} Lazy;

static GVariant *
lazy_cb (guint64  index,
         gpointer user_data)
{
  Lazy *lazy = user_data;
  GVariantDict dict;

  g_assert_cmpuint (index, ==, lazy->asked);
  if (index >= lazy->n)
    return NULL;
  lazy->asked++;
  lazy->most_ahead = MAX (lazy->most_ahead, lazy->asked - lazy->answered);
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "number", "x", (gint64) index);
  return g_variant_dict_end (&dict);
}

static void
count_cb (HaulBatch *batch,
          guint64    index,
          GBytes    *result,
          GError    *error,
          Lazy      *lazy)
{
  g_assert_no_error (error);
  lazy->answered++;
}

static gsize
resident (void)
{
  g_autofree char *text = NULL;
  g_auto(GStrv) fields = NULL;

  g_assert_true (g_file_get_contents ("/proc/self/statm", &text, NULL, NULL));
  fields = g_strsplit (text, " ", 3);
  return strtoul (fields[1], NULL, 10) * sysconf (_SC_PAGESIZE);
}

static gboolean
is_inactive (gpointer batch)
{
  return !haul_batch_is_active (batch);
}

static void
lazy_ended_cb (HaulBatch *batch,
               Lazy      *lazy)
{
  lazy->ended = TRUE;
}

static gboolean
is_further (gpointer data)
{
  Lazy *lazy = data;

  return lazy->ended || lazy->answered > lazy->seen;
}

static void
run_lazy (HaulPool *pool,
          gboolean  ordered,
          Lazy     *lazy)
{
  g_autoptr(HaulBatch) batch = haul_batch_new (haul_test_task ("item"), lazy_cb, lazy, NULL);
  g_autoptr(GError) error = NULL;

  haul_batch_set_keep (batch, FALSE);
  haul_batch_set_ordered (batch, ordered);
  g_signal_connect (batch, "item", G_CALLBACK (count_cb), lazy);
  g_signal_connect (batch, "ended", G_CALLBACK (lazy_ended_cb), lazy);
  g_assert_true (haul_pool_submit (pool, batch, &error));
  while (haul_batch_is_active (batch))
    {
      lazy->seen = lazy->answered;
      haul_test_run_until (is_further, lazy, HAUL_TEST_SOON_MS);
    }
  g_assert_cmpuint (lazy->answered, ==, lazy->n);
  g_assert_cmpuint (haul_batch_get_n_done (batch), ==, lazy->n);
}

static void
test_lazy (void)
{
  g_autoptr(HaulPool) pool = pool_new (2);
  Lazy warm = { .n = 20000 };
  Lazy unordered = { .n = N_LAZY };
  Lazy ordered = { .n = N_LAZY };
  gsize before;

  haul_test_begin ();
  run_lazy (pool, FALSE, &warm);
  before = resident ();
  run_lazy (pool, FALSE, &unordered);
  g_assert_cmpuint (unordered.most_ahead, <=, 2 * 512 + 1);
  run_lazy (pool, TRUE, &ordered);
  g_assert_cmpuint (ordered.most_ahead, <=, 16384 + 1);
  g_test_message ("%.1f MiB more; %" G_GUINT64_FORMAT " and %" G_GUINT64_FORMAT " ahead",
                  ((double) resident () - before) / (1 << 20), unordered.most_ahead, ordered.most_ahead);
#if !defined (__SANITIZE_ADDRESS__)   /* which keeps what is freed for a while */
  g_assert_cmpuint (resident (), <, before + (16 << 20));
#endif
  pool_normal (pool);
  g_clear_object (&pool);
  haul_test_assert_clean ();
}

/* The first of a window of results that wait for their turn is slow: the others wait, and go on. */
static GVariant *
slow_first_cb (guint64  index,
               gpointer user_data)
{
  Lazy *lazy = user_data;
  GVariantDict dict;

  if (index >= lazy->n)
    return NULL;
  lazy->asked++;
  lazy->most_ahead = MAX (lazy->most_ahead, lazy->asked - lazy->answered);
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "seconds", "d", index == 0 ? 4.0 : 0.0);
  return g_variant_dict_end (&dict);
}

static gboolean
is_stalled (gpointer data)
{
  Lazy *lazy = data;

  return lazy->answered == 0 && lazy->asked >= 16384;
}

static void
test_window (void)
{
  g_autoptr(HaulPool) pool = pool_new (2);
  Lazy lazy = { .n = 20000 };
  g_autoptr(HaulBatch) batch = haul_batch_new (haul_test_task ("slow"), slow_first_cb, &lazy, NULL);
  g_autoptr(GError) error = NULL;

  haul_test_begin ();
  haul_batch_set_keep (batch, FALSE);
  g_signal_connect (batch, "item", G_CALLBACK (count_cb), &lazy);
  g_assert_true (haul_pool_submit (pool, batch, &error));
  if (!haul_test_run_for (is_stalled, &lazy, 3500))
    g_test_message ("too slow to fill the window: %" G_GUINT64_FORMAT, lazy.asked);
  haul_test_run_until (is_inactive, batch, HAUL_TEST_SOON_MS);
  g_assert_cmpuint (lazy.answered, ==, lazy.n);
  g_assert_cmpuint (lazy.most_ahead, <=, 16384 + 1);
  g_clear_object (&pool);
  haul_test_assert_clean ();
}

/* Errors. */

static void
test_wrong_arguments (void)
{
  g_autoptr(HaulPool) pool = pool_new (2);
  g_autoptr(Watched) watched = pool_list ("item", "[{'number': <int64 2>}, {'number': <'two'>}, {'number': <int64 3>},"
                                          " {'nobody': <int64 3>}, {'number': <int64 2000000>}, {'number': <int64 4>}]");

  haul_test_begin ();
  pool_submit (pool, watched);
  pool_wait (watched);
  g_assert_cmpuint (haul_batch_get_n_done (watched->batch), ==, 3);
  g_assert_cmpuint (haul_batch_get_n_failed (watched->batch), ==, 3);
  g_assert_cmpstr (pool_text (watched, 0), ==, "4");
  haul_test_assert_contains (pool_text (watched, 1), "number");
  g_assert_cmpstr (pool_text (watched, 2), ==, "9");
  haul_test_assert_contains (pool_text (watched, 3), "nobody");
  haul_test_assert_contains (pool_text (watched, 4), "number");
  g_assert_cmpstr (pool_text (watched, 5), ==, "16");
  g_assert_cmpstr (watched->error->message, ==, pool_text (watched, 1) + 1);
  pool_normal (pool);
  g_clear_object (&pool);
  haul_test_assert_clean ();
}

static GVariant *
fail_at_cb (guint64  index,
            gpointer user_data)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "length", "x", (gint64) (10 + index));
  return index < 2 ? g_variant_dict_end (&dict) : NULL;
}

static void
test_task_error (void)
{
  haul_test_begin ();
  for (guint fail_fast = 0; fail_fast < 2; fail_fast++)
    {
      g_autoptr(HaulPool) pool = pool_new (1);
      g_autoptr(Watched) watched = pool_items (20, "five-is-bad");
      g_autoptr(GError) error = NULL;

      haul_batch_set_fail_fast (watched->batch, fail_fast);
      pool_submit (pool, watched);
      pool_wait (watched);
      g_assert_error (watched->error, HAUL_ERROR, HAUL_ERROR_TASK);
      g_assert_cmpstr (watched->error->message, ==, "5 is bad");
      g_assert_cmpstr (pool_text (watched, 5), ==, "!5 is bad");
      g_assert_cmpuint (haul_batch_get_n_failed (watched->batch), ==, 1);
      if (fail_fast)
        g_assert_cmpuint (haul_batch_get_n_done (watched->batch), ==, 5);
      else
        g_assert_cmpuint (haul_batch_get_n_done (watched->batch), ==, 19);
      g_assert_null (haul_batch_dup_result (watched->batch, 5, &error));
      g_assert_error (error, HAUL_ERROR, HAUL_ERROR_TASK);
      pool_normal (pool);
    }
  haul_test_assert_clean ();
}

static void
test_two_failures (void)
{
  g_autoptr(HaulPool) pool = pool_new (1);
  g_autoptr(Watched) watched = pool_watch (haul_batch_new (haul_test_task ("fail"), fail_at_cb, NULL, NULL));

  haul_test_begin ();
  pool_submit (pool, watched);
  pool_wait (watched);
  g_assert_cmpuint (haul_batch_get_n_failed (watched->batch), ==, 2);
  g_assert_cmpstr (watched->error->message, ==, "it does no");   /* 10 of its characters, not 11 */
  pool_normal (pool);
  g_clear_object (&pool);
  haul_test_assert_clean ();
}

static void
test_sizes (void)
{
  static const gsize sizes[] = { 0, 1, 65536, 1 << 20, 3 };
  g_autoptr(HaulPool) pool = pool_new (2);
  g_autoptr(Watched) watched =
    pool_list ("ok", "[{'size': <int64 0>}, {'size': <int64 1>}, {'size': <int64 65536>}, {'size': <int64 1048576>},"
               " {'size': <int64 3>}]");
  g_autofree guint8 *expected = g_malloc (1 << 20);
  g_autoptr(GError) error = NULL;

  haul_test_begin ();
  haul_test_fill (expected, 0, 1 << 20);
  pool_submit (pool, watched);
  pool_wait (watched);
  g_assert_no_error (watched->error);
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr(GBytes) result = haul_batch_dup_result (watched->batch, i, &error);

      g_assert_no_error (error);
      g_assert_cmpmem (g_bytes_get_data (result, NULL), g_bytes_get_size (result), expected, sizes[i]);
    }
  g_clear_object (&pool);
  haul_test_assert_clean ();
}

/* Many workers. */

static gboolean
note_processes (gpointer data)
{
  guint *most = data;

  *most = MAX (*most, haul_test_count_children ());
  return G_SOURCE_CONTINUE;
}

static gboolean
has_counted (gpointer data)
{
  return *(guint *) data > 0;
}

static void
test_many_workers (void)
{
  g_autoptr(HaulPool) pool = pool_new (200);
  g_autoptr(Watched) watched = pool_items (1000, "square");
  guint most = 0;
  guint64 sum = 0;
  guint id;

  haul_test_begin ();
  id = g_timeout_add_full (G_PRIORITY_DEFAULT_IDLE, 20, note_processes, &most, NULL);   /* as the pipes: it takes long to look */
  pool_submit (pool, watched);
  pool_wait (watched);
  for (guint64 i = 0; i < 1000; i++)
    sum += g_ascii_strtoull (pool_text (watched, i), NULL, 10);
  g_assert_cmpuint (sum, ==, 332833500);
  haul_test_run_until (pool_is_idle, pool, HAUL_TEST_SOON_MS);
  g_assert_cmpuint (pool_n_pids (pool), <=, 200);
  haul_test_run_until (has_counted, &most, HAUL_TEST_SOON_MS);
  g_assert_cmpuint (most, ==, 1);   /* the fork server: the workers are its children */
  g_source_remove (id);
  g_clear_object (&pool);
  haul_test_assert_clean ();
}

typedef struct
{
  Watched *watched;
  guint    n;
} Count;

static gboolean
has_heard_of (gpointer data)
{
  Count *count = data;

  return count->watched->order->len >= count->n;
}

/* What was sent to a worker behind an item that takes long goes to another one. */
static void
test_behind_slow (void)
{
  HaulPool *pool = pool_new (2);
  g_autoptr(Watched) watched = NULL;
  g_autoptr(GString) list = g_string_new ("[");
  char *dir = pool_dir_new ();
  g_autofree char *path = g_build_filename (dir, "slow", NULL);
  Count count = { NULL, 599 };

  haul_test_begin ();
  for (guint i = 0; i < 600; i++)
    g_string_append_printf (list, "%s{'number': <int64 %u>, 'mode': <'%s'>, 'path': <'%s'>}", i > 0 ? ", " : "", i,
                            i == 300 ? "wait" : "square", path);
  g_string_append_c (list, ']');
  watched = count.watched = pool_list ("item", list->str);
  watched->ordered = FALSE;
  haul_batch_set_ordered (watched->batch, FALSE);
  haul_batch_set_chunksize (watched->batch, 100);
  pool_submit (pool, watched);
  haul_test_run_until (has_heard_of, &count, HAUL_TEST_SOON_MS);
  g_assert_cmpstr (pool_text (watched, 300), ==, "");
  g_assert_cmpint (kill (pool_wait_pid (path), SIGKILL), ==, 0);
  pool_wait (watched);
  g_assert_cmpuint (haul_batch_get_n_done (watched->batch), ==, 599);
  haul_test_assert_contains (pool_text (watched, 300), "SIGKILL");
  pool_dir_free (dir);
  pool_normal (pool);
  g_object_unref (pool);
  haul_test_assert_clean ();
}

/* Fail-fast tells of what failed, though an earlier item that is given up was never heard of. */
static void
test_fail_fast_ordered (void)
{
  HaulPool *pool = pool_new (2);
  char *dir = pool_dir_new ();
  g_autofree char *list = g_strdup_printf ("[{'mode': <'wait'>, 'path': <'%s/0'>}, "
                                           "{'number': <int64 5>, 'mode': <'five-is-bad'>}]", dir);
  g_autoptr(Watched) watched = pool_list ("item", list);
  g_autoptr(GBytes) bytes = NULL;
  g_autoptr(GError) error = NULL;

  haul_test_begin ();
  watched->ordered = FALSE;
  haul_batch_set_fail_fast (watched->batch, TRUE);
  pool_submit (pool, watched);
  pool_wait (watched);
  g_assert_cmpuint (watched->order->len, ==, 1);
  haul_test_assert_contains (pool_text (watched, 1), "5 is bad");
  g_assert_error (watched->error, HAUL_ERROR, HAUL_ERROR_TASK);
  g_assert_cmpuint (haul_batch_get_n_failed (watched->batch), ==, 1);
  bytes = haul_batch_dup_result (watched->batch, 0, &error);
  g_assert_error (error, HAUL_ERROR, HAUL_ERROR_NOT_POSSIBLE);
  pool_normal (pool);
  pool_dir_free (dir);
  g_object_unref (pool);
  haul_test_assert_clean ();
}

/* Two pools at once do not know of each other. */
static void
test_two_pools (void)
{
  g_autoptr(HaulPool) one = pool_new (2);
  g_autoptr(HaulPool) two = pool_new (2);
  g_autoptr(Watched) a = pool_items (500, "square");
  g_autoptr(Watched) b = pool_items (500, "square");

  haul_test_begin ();
  pool_submit (one, a);
  pool_submit (two, b);
  pool_wait (a);
  pool_wait (b);
  assert_squares (a, 500);
  assert_squares (b, 500);
  haul_pool_terminate (one);
  pool_join (one);
  pool_normal (two);
  g_clear_object (&one);
  g_clear_object (&two);
  haul_test_assert_clean ();
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);
  g_test_add_func ("/pool-map/ordered", test_ordered);
  g_test_add_func ("/pool-map/empty", test_empty);
  g_test_add_func ("/pool-map/unordered", test_unordered);
  g_test_add_func ("/pool-map/lazy", test_lazy);
  g_test_add_func ("/pool-map/window", test_window);
  g_test_add_func ("/pool-map/wrong-arguments", test_wrong_arguments);
  g_test_add_func ("/pool-map/task-error", test_task_error);
  g_test_add_func ("/pool-map/two-failures", test_two_failures);
  g_test_add_func ("/pool-map/sizes", test_sizes);
  g_test_add_func ("/pool-map/many-workers", test_many_workers);
  g_test_add_func ("/pool-map/behind-slow", test_behind_slow);
  g_test_add_func ("/pool-map/fail-fast-ordered", test_fail_fast_ordered);
  g_test_add_func ("/pool-map/two-pools", test_two_pools);
  return g_test_run ();
}
