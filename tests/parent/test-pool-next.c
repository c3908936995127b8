/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "test-pool-util.h"

/* Items that are taken one after the other, and arguments in several lists. */

typedef struct
{
  gboolean  answered;
  gboolean  ok;
  guint64   index;
  GBytes   *bytes;   /* (owned) (nullable) */
  GError   *error;   /* (owned) (nullable) */
} Answer;

static void
answer_clear (Answer *answer)
{
  g_clear_pointer (&answer->bytes, g_bytes_unref);
  g_clear_error (&answer->error);
  *answer = (Answer) { .index = G_MAXUINT64 };
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Answer, answer_clear)

static void
answer_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  Answer *answer = user_data;

  g_assert_false (answer->answered);
  answer->answered = TRUE;
  answer->ok = haul_batch_next_finish (HAUL_BATCH (source), result, &answer->index, &answer->bytes, &answer->error);
  g_assert_true (answer->ok == (answer->error == NULL));
}

static gboolean
is_answered (gpointer data)
{
  return ((Answer *) data)->answered;
}

static void
take (HaulBatch *batch,
      int        timeout_ms,
      Answer    *answer)
{
  answer_clear (answer);
  haul_batch_next_async (batch, timeout_ms, NULL, answer_cb, answer);
  g_assert_false (answer->answered);   /* never from within the call */
  haul_test_run_until (is_answered, answer, HAUL_TEST_SOON_MS);
}

static void
assert_item (Answer     *answer,
             guint64     index,
             const char *text)
{
  g_assert_no_error (answer->error);
  g_assert_nonnull (answer->bytes);
  g_assert_cmpuint (answer->index, ==, index);
  g_assert_cmpmem (g_bytes_get_data (answer->bytes, NULL), g_bytes_get_size (answer->bytes), text, strlen (text));
}

static void
assert_end (HaulBatch *batch)
{
  g_auto(Answer) answer = { 0 };

  for (guint i = 0; i < 2; i++)   /* and it stays so */
    {
      take (batch, -1, &answer);
      g_assert_true (answer.ok);
      g_assert_null (answer.bytes);
      g_assert_cmpuint (answer.index, ==, G_MAXUINT64);
    }
}

static void
submit (HaulPool  *pool,
        HaulBatch *batch)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (haul_pool_submit (pool, batch, &error));
  g_assert_no_error (error);
}

/* All of them, in order: those that came before somebody asked, and those that come while he does. */
static void
test_ordered (void)
{
  haul_test_begin ();
  for (guint i = 0; i < 4; i++)
    {
      HaulPool *pool = pool_new (2);
      g_autoptr(Watched) watched = pool_items (500, "square");
      g_auto(Answer) answer = { 0 };
      gboolean keep = i & 1, late = (i & 2) != 0 && keep;

      haul_batch_set_keep (watched->batch, keep);
      if (late)
        {
          pool_submit (pool, watched);
          pool_wait (watched);
        }
      else
        {
          haul_batch_next_async (watched->batch, -1, NULL, answer_cb, &answer);
          pool_submit (pool, watched);
          haul_test_run_until (is_answered, &answer, HAUL_TEST_SOON_MS);
          assert_item (&answer, 0, "0");
        }
      for (guint64 n = late ? 0 : 1; n < 500; n++)
        {
          g_autofree char *text = g_strdup_printf ("%u", (guint) (n * n));

          take (watched->batch, -1, &answer);
          assert_item (&answer, n, text);
        }
      assert_end (watched->batch);
      pool_wait (watched);
      pool_normal (pool);
      g_object_unref (pool);
    }
  haul_test_assert_clean ();
}

static void
open_gate (const char *path)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (g_file_set_contents (path, "open", -1, &error));
  g_assert_no_error (error);
}

/* Who waited in vain, or stopped waiting, has taken nothing from anybody. */
static void
test_timeout (gconstpointer ordered)
{
  HaulPool *pool = pool_new (2);
  char *dir = pool_dir_new ();
  g_autofree char *path = g_build_filename (dir, "gate", NULL);
  g_autofree char *other = g_build_filename (dir, "other", NULL);
  g_autofree char *list = g_strdup_printf ("[{'path': <'%s'>}, {'path': <'%s'>}]", path, other);
  g_autoptr(Watched) watched = pool_list ("gate", list);
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_auto(Answer) stopped = { 0 };
  g_auto(Answer) answer = { 0 };
  gint64 begin;

  haul_test_begin ();
  watched->ordered = ordered != NULL;
  haul_batch_set_ordered (watched->batch, watched->ordered);
  pool_submit (pool, watched);
  take (watched->batch, 0, &answer);
  g_assert_error (answer.error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  begin = g_get_monotonic_time ();
  take (watched->batch, 100, &answer);
  g_assert_error (answer.error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_assert_cmpint (g_get_monotonic_time () - begin, >=, 100 * 1000);
  haul_batch_next_async (watched->batch, -1, cancellable, answer_cb, &stopped);
  g_cancellable_cancel (cancellable);
  haul_test_run_until (is_answered, &stopped, HAUL_TEST_SOON_MS);
  g_assert_error (stopped.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  open_gate (other);   /* the second, whose turn it is only where order does not matter */
  take (watched->batch, watched->ordered ? 100 : -1, &answer);
  if (watched->ordered)
    g_assert_error (answer.error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  else
    assert_item (&answer, 1, "begun\ndone\n");
  open_gate (path);
  take (watched->batch, -1, &answer);
  assert_item (&answer, 0, "begun\ndone\n");
  if (watched->ordered)
    {
      take (watched->batch, -1, &answer);
      assert_item (&answer, 1, "begun\ndone\n");
    }
  assert_end (watched->batch);
  pool_wait (watched);
  pool_dir_free (dir);
  pool_normal (pool);
  g_object_unref (pool);
  haul_test_assert_clean ();
}

/* An item that fails is one; a batch that is ended early ends so; several who ask are answered in turn. */
static void
test_errors (void)
{
  HaulPool *pool = pool_new (2);
  g_autoptr(HaulBatch) batch = pool_batch ("item", 7, "{'number': <int64 %d>, 'mode': <'five-is-bad'>}");
  g_autoptr(HaulBatch) blocked = pool_batch ("slow", 1, "{}");
  Answer answers[9] = { 0 };

  haul_test_begin ();
  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    haul_batch_next_async (batch, -1, NULL, answer_cb, &answers[i]);
  submit (pool, batch);
  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      haul_test_run_until (is_answered, &answers[i], HAUL_TEST_SOON_MS);
      g_assert_true (answers[i].ok == (i != 5));
      g_assert_true ((answers[i].bytes != NULL) == (i < 7 && i != 5));
      if (i < 7)
        g_assert_cmpuint (answers[i].index, ==, i);
      if (i == 5)
        haul_test_assert_contains (answers[i].error->message, "5 is bad");
      answer_clear (&answers[i]);
    }

  submit (pool, blocked);
  haul_batch_next_async (blocked, -1, NULL, answer_cb, &answers[0]);
  haul_batch_cancel (blocked);
  haul_test_run_until (is_answered, &answers[0], HAUL_TEST_SOON_MS);
  g_assert_error (answers[0].error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  take (blocked, -1, &answers[0]);
  g_assert_error (answers[0].error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  answer_clear (&answers[0]);
  pool_normal (pool);
  g_object_unref (pool);
  haul_test_assert_clean ();
}

typedef struct
{
  HaulPool *pool;
  guint64   n;
  guint64   asked;
} Lazy;

static GVariant *
lazy_cb (guint64  index,
         gpointer user_data)
{
  Lazy *lazy = user_data;
  GVariantDict dict;

  if (index >= lazy->n)
    return NULL;
  lazy->asked++;
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "size", "x", (gint64) (4 << 20));
  g_variant_dict_insert (&dict, "piece", "x", (gint64) (4 << 20));
  return g_variant_dict_end (&dict);
}

static gboolean
is_dry (gpointer data)
{
  Lazy *lazy = data;

  return lazy->asked >= 16 && haul_pool_get_n_busy (lazy->pool) == 0;
}

static gboolean
is_greedy (gpointer data)
{
  return ((Lazy *) data)->asked >= 40;
}

/* While nobody takes them, no more than so many are made; then it goes on. */
static void
test_room (void)
{
  HaulPool *pool = pool_new (1);
  Lazy lazy = { .pool = pool, .n = 60 };
  g_autoptr(HaulBatch) batch = haul_batch_new (haul_test_task ("ok"), lazy_cb, &lazy, NULL);
  g_auto(Answer) answer = { 0 };

  haul_test_begin ();
  haul_batch_set_keep (batch, FALSE);
  haul_batch_set_ordered (batch, FALSE);
  take (batch, 0, &answer);
  g_assert_error (answer.error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  submit (pool, batch);
  take (batch, -1, &answer);
  haul_test_run_until (is_dry, &lazy, HAUL_TEST_SOON_MS);
  g_assert_false (haul_test_run_for (is_greedy, &lazy, 300));
  g_assert_true (haul_batch_is_active (batch));
  for (guint i = 1; i < lazy.n; i++)
    {
      take (batch, -1, &answer);
      g_assert_no_error (answer.error);
      g_assert_cmpuint (g_bytes_get_size (answer.bytes), ==, 4 << 20);
    }
  assert_end (batch);
  pool_normal (pool);
  g_object_unref (pool);
  haul_test_assert_clean ();
}

/* T60: pairwise, the shortest decides, and one value is for all. */
static void
test_lists (void)
{
  static const struct { const char *lists; guint n; const char *texts[4]; } rows[] = {
    { "{'number': <[int64 2, 4, 5]>, 'text': <['a', 'b', 'c']>}", 3, { "2|a|one", "4|b|one", "5|c|one" } },
    { "{'number': <[int64 2, 4, 5]>, 'text': <['a', 'b']>}", 2, { "2|a|one", "4|b|one" } },
    { "{'number': <[int64 2]>, 'text': <['a', 'b']>}", 1, { "2|a|one" } },
    { "{'number': <[<int64 2>, <int64 3>]>, 'choice': <'two'>}", 2, { "2|text|two", "3|text|two" } },
    { "{'number': <[<int64 2>, <'three'>, <int64 4>]>}", 3, { "2|text|one", "!number", "4|text|one" } },
    { "{'number': <@ax []>, 'text': <['a', 'b']>}", 0, { NULL } },
    { "{'number': <int64 5>}", 0, { NULL } },
    { "@a{sv} {}", 0, { NULL } },
  };
  HaulPool *pool = pool_new (2);

  haul_test_begin ();
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(GVariant) lists = g_variant_parse (G_VARIANT_TYPE_VARDICT, rows[i].lists, NULL, NULL, &error);
      g_autoptr(Watched) watched = pool_watch (haul_batch_new_for_lists (haul_test_task ("echo"), lists));
      g_autoptr(GListModel) items = haul_batch_get_items (watched->batch);

      g_assert_no_error (error);
      g_assert_cmpuint (g_list_model_get_n_items (items), ==, rows[i].n);
      pool_submit (pool, watched);
      pool_wait (watched);
      g_assert_cmpuint (watched->order->len, ==, rows[i].n);
      for (guint n = 0; n < rows[i].n; n++)
        {
          g_autoptr(HaulBatchItem) item = g_list_model_get_item (items, n);
          g_autoptr(GVariant) arguments = haul_batch_item_dup_arguments (item);

          g_assert_nonnull (arguments);
          haul_test_assert_contains (pool_text (watched, n), rows[i].texts[n] + (rows[i].texts[n][0] == '!'));
          g_assert_true ((pool_text (watched, n)[0] == '!') == (rows[i].texts[n][0] == '!'));
        }
    }
  pool_normal (pool);
  g_object_unref (pool);
  haul_test_assert_clean ();
}

/* Who asks only then hears of the item that made it end before its time, though its turn has not come. */
static void
test_late_fail_fast (void)
{
  HaulPool *pool = pool_new (2);
  g_autoptr(Watched) watched = pool_list ("gate", "[{'path': <'/nonexistent/gate'>}, {'path': <int64 1>}]");
  g_auto(Answer) answer = { 0 };

  haul_test_begin ();
  watched->ordered = FALSE;   /* as it is heard of */
  haul_batch_set_fail_fast (watched->batch, TRUE);
  pool_submit (pool, watched);
  pool_wait (watched);
  g_assert_error (watched->error, HAUL_ERROR, HAUL_ERROR_BAD_ARGUMENT);
  take (watched->batch, -1, &answer);
  g_assert_error (answer.error, HAUL_ERROR, HAUL_ERROR_BAD_ARGUMENT);
  g_assert_cmpuint (answer.index, ==, 1);
  assert_end (watched->batch);
  pool_normal (pool);
  g_object_unref (pool);
  haul_test_assert_clean ();
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);
  g_test_add_func ("/pool/next/ordered", test_ordered);
  g_test_add_data_func ("/pool/next/timeout/ordered", GINT_TO_POINTER (TRUE), test_timeout);
  g_test_add_data_func ("/pool/next/timeout/unordered", GINT_TO_POINTER (FALSE), test_timeout);
  g_test_add_func ("/pool/next/errors", test_errors);
  g_test_add_func ("/pool/next/late-fail-fast", test_late_fail_fast);
  g_test_add_func ("/pool/next/room", test_room);
  g_test_add_func ("/pool/lists", test_lists);
  return g_test_run ();
}
