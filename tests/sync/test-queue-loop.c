/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <signal.h>
#include <stdlib.h>

#include "haul-test.h"
#include "peers.h"
#include "queue-test.h"

#include "haul/wire/haul-error.h"

/* The main loop: it never waits, and it is told of everything. */

#define BEAT_MS 5

typedef struct
{
  HaulQueue  *queue;
  QueueBoard *board;
  int         fd;
  guint       beat_id;
  gint64      last_beat;
  double      last_wait;   /* ms that this thread had to wait for a CPU */
  double      longest;     /* ms between two beats that the machine is not to blame for */
} Fixture;

/* What may pass between two beats. Where much more wants to run than can, the time for which the machine was
 * to blame is not known to the ms. */
static double
allowed_ms (void)
{
  double load = 0;

  return getloadavg (&load, 1) == 1 && load > 2 * g_get_num_processors () ? 150 : 50;
}

static gboolean
beat_cb (gpointer data)
{
  Fixture *fixture = data;
  gint64 now = g_get_monotonic_time ();
  double waited = haul_test_cpu_wait ();
  double gap = (now - fixture->last_beat) / 1e3 - (waited - fixture->last_wait) - BEAT_MS;

  fixture->longest = MAX (fixture->longest, gap);
  fixture->last_beat = now;
  fixture->last_wait = waited;
  return G_SOURCE_CONTINUE;
}

/* What the test itself has done until now is not held against the loop. */
static void
beat_anew (Fixture *fixture)
{
  fixture->last_beat = g_get_monotonic_time ();
  fixture->last_wait = haul_test_cpu_wait ();
}

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  g_autoptr(GError) error = NULL;

  haul_test_begin ();
  fixture->queue = haul_queue_new (GPOINTER_TO_UINT (data), 0, &error);
  g_assert_no_error (error);
  fixture->board = queue_board_new (&fixture->fd);
  fixture->board->max_size = 200;
  beat_anew (fixture);
  fixture->beat_id = g_timeout_add (BEAT_MS, beat_cb, fixture);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data G_GNUC_UNUSED)
{
  g_source_remove (fixture->beat_id);
  g_test_message ("the loop was held up for %.1f ms at most", fixture->longest);
  if (!HAUL_TEST_SANITIZED)
    g_assert_cmpfloat (fixture->longest, <, allowed_ms ());
  g_assert_finalize_object (fixture->queue);
  queue_board_free (fixture->board, fixture->fd);
  haul_test_assert_clean ();
}

static GSubprocess *
start_ready (Fixture    *fixture,
             const char *mode)
{
  guint32 n = queue_get (&fixture->board->n_ready);
  GSubprocess *child = queue_start (fixture->queue, fixture->fd, mode, 0, 0);

  peer_wait_for (&fixture->board->n_ready, n + 1);
  beat_anew (fixture);
  return child;
}

static void
store_result_cb (GObject      *source G_GNUC_UNUSED,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  GAsyncResult **place = user_data;

  *place = g_object_ref (result);
}

static gboolean
is_set (gpointer data)
{
  return *(gpointer *) data != NULL;
}

/* Both take @result. */
static void
assert_put (Fixture       *fixture,
            GAsyncResult **result,
            GQuark         domain,
            int            code)
{
  g_autoptr(GError) error = NULL;
  gboolean success;

  beat_anew (fixture);
  haul_test_run_until (is_set, result, HAUL_TEST_SOON_MS);
  success = haul_queue_put_finish (fixture->queue, *result, &error);
  if (domain != 0)
    g_assert_error (error, domain, code);
  else
    g_assert_no_error (error);
  g_assert_true (success == (domain == 0));
  g_clear_object (result);
}

static void
assert_got (Fixture       *fixture,
            GAsyncResult **result,
            GBytes        *expected,
            GQuark         domain,
            int            code)
{
  g_autoptr(GBytes) item = NULL;
  g_autoptr(GError) error = NULL;

  beat_anew (fixture);
  haul_test_run_until (is_set, result, HAUL_TEST_SOON_MS);
  item = haul_queue_get_finish (fixture->queue, *result, &error);
  if (expected != NULL)
    g_assert_true (item != NULL && g_bytes_equal (item, expected));
  else
    g_assert_error (error, domain, code);
  g_clear_object (result);
}

static void
assert_joined (Fixture       *fixture,
               GAsyncResult **result)
{
  g_autoptr(GError) error = NULL;

  beat_anew (fixture);
  haul_test_run_until (is_set, result, HAUL_TEST_SOON_MS);
  g_assert_true (haul_queue_join_finish (fixture->queue, *result, &error));
  g_assert_no_error (error);
  g_clear_object (result);
}

static void
test_order (Fixture      *fixture,
            gconstpointer data G_GNUC_UNUSED)
{
  static const gsize sizes[] = { 0, 1, 4096, 4097, 3 << 20, 5, 20 << 20, 7, 0 };
  GAsyncResult *puts[G_N_ELEMENTS (sizes)] = { NULL }, *gets[G_N_ELEMENTS (sizes)] = { NULL };
  GBytes *items[G_N_ELEMENTS (sizes)];

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      guint8 *bytes = g_malloc (sizes[i] + 1);

      memset (bytes, i + 1, sizes[i]);
      items[i] = g_bytes_new_take (bytes, sizes[i]);
      haul_queue_get_async (fixture->queue, -1, NULL, store_result_cb, &gets[i]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    haul_queue_put_async (fixture->queue, items[i], -1, NULL, store_result_cb, &puts[i]);
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      assert_put (fixture, &puts[i], 0, 0);
      assert_got (fixture, &gets[i], items[i], 0, 0);
      g_bytes_unref (items[i]);
    }
}

static void
test_times (Fixture      *fixture,
            gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr(GBytes) item = g_bytes_new ("item", 4);
  GAsyncResult *results[3] = { NULL };
  gint64 begun = g_get_monotonic_time ();

  haul_queue_get_async (fixture->queue, 0, NULL, store_result_cb, &results[0]);
  assert_got (fixture, &results[0], NULL, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
  haul_queue_get_async (fixture->queue, 100, NULL, store_result_cb, &results[0]);
  assert_got (fixture, &results[0], NULL, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_assert_cmpint (g_get_monotonic_time () - begun, >=, 100 * 1000);

  /* Nor does one wait that comes behind others which do. */
  haul_queue_get_async (fixture->queue, -1, NULL, store_result_cb, &results[0]);
  haul_queue_get_async (fixture->queue, 0, NULL, store_result_cb, &results[1]);
  assert_got (fixture, &results[1], NULL, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
  g_assert_null (results[0]);
  haul_queue_put_async (fixture->queue, item, -1, NULL, store_result_cb, &results[1]);
  assert_put (fixture, &results[1], 0, 0);
  assert_got (fixture, &results[0], item, 0, 0);

  /* There is place for one. */
  for (guint i = 0; i < 3; i++)
    haul_queue_put_async (fixture->queue, item, i == 1 ? 50 : -1, NULL, store_result_cb, &results[i]);
  assert_put (fixture, &results[0], 0, 0);
  assert_put (fixture, &results[1], G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_assert_null (results[2]);
  haul_queue_get_async (fixture->queue, 0, NULL, store_result_cb, &results[0]);
  assert_got (fixture, &results[0], item, 0, 0);
  assert_put (fixture, &results[2], 0, 0);
}

static gboolean
has_records (gpointer data)
{
  HaulQueue *queue = data;

  return queue->ring.shared->n_records > 0;
}

static void
test_cancelled (Fixture      *fixture,
                gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr(GBytes) item = g_bytes_new_take (g_malloc0 (40 << 20), 40 << 20);
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  GAsyncResult *result = NULL;

  haul_queue_get_async (fixture->queue, -1, cancellable, store_result_cb, &result);
  g_assert_false (haul_test_run_for (is_set, &result, 20));
  g_cancellable_cancel (cancellable);
  assert_got (fixture, &result, NULL, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  /* One that is on its way leaves nothing behind. */
  g_cancellable_reset (cancellable);
  haul_queue_put_async (fixture->queue, item, -1, cancellable, store_result_cb, &result);
  beat_anew (fixture);
  haul_test_run_until (has_records, fixture->queue, HAUL_TEST_SOON_MS);
  g_cancellable_cancel (cancellable);
  assert_put (fixture, &result, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  haul_queue_join_async (fixture->queue, -1, NULL, store_result_cb, &result);
  assert_joined (fixture, &result);
  g_assert_true (haul_queue_is_empty (fixture->queue));

  /* And one that was to be got is still there. */
  haul_queue_put_async (fixture->queue, item, -1, NULL, store_result_cb, &result);
  assert_put (fixture, &result, 0, 0);
  g_cancellable_reset (cancellable);
  haul_queue_get_async (fixture->queue, -1, cancellable, store_result_cb, &result);
  beat_anew (fixture);
  while (!haul_queue_is_empty (fixture->queue))
    g_main_context_iteration (NULL, TRUE);
  g_cancellable_cancel (cancellable);
  assert_got (fixture, &result, NULL, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  haul_queue_get_async (fixture->queue, -1, NULL, store_result_cb, &result);
  assert_got (fixture, &result, item, 0, 0);
}

static void
test_closed (Fixture      *fixture,
             gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr(GBytes) item = g_bytes_new ("item", 4);
  GAsyncResult *get = NULL, *put = NULL;

  haul_queue_get_async (fixture->queue, -1, NULL, store_result_cb, &get);
  g_assert_false (haul_test_run_for (is_set, &get, 20));
  haul_queue_close (fixture->queue);
  assert_got (fixture, &get, NULL, HAUL_ERROR, HAUL_ERROR_CLOSED);
  haul_queue_put_async (fixture->queue, item, -1, NULL, store_result_cb, &put);
  assert_put (fixture, &put, HAUL_ERROR, HAUL_ERROR_CLOSED);
}

/* The child is gone before anybody looks, and there is no limit at what a pipe holds. */
static void
test_sent_and_gone (Fixture      *fixture,
                    gconstpointer data G_GNUC_UNUSED)
{
  static const guint sizes[] = { 65537, 10 * 1000 * 1000 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr(GBytes) expected = g_bytes_new_take (g_malloc0 (sizes[i]), sizes[i]);
      g_autoptr(GSubprocess) child = queue_start (fixture->queue, fixture->fd, "send", 0, sizes[i]);
      GAsyncResult *result = NULL, *joined = NULL;
      g_autoptr(GError) error = NULL;

      beat_anew (fixture);
      g_subprocess_wait_check_async (child, NULL, store_result_cb, &joined);
      haul_test_run_until (is_set, &joined, HAUL_TEST_SOON_MS);
      g_assert_true (g_subprocess_wait_check_finish (child, joined, &error));
      g_clear_object (&joined);
      haul_queue_get_async (fixture->queue, -1, NULL, store_result_cb, &result);
      assert_got (fixture, &result, expected, 0, 0);
    }
}

typedef struct
{
  HaulQueue *queue;
  guint      n;
  guint      n_expected;
} Count;

static void
count_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  Count *count = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) item = haul_queue_get_finish (HAUL_QUEUE (source), result, &error);
  QueueMark mark = { 0 };

  g_assert_no_error (error);
  g_assert_true (queue_item_check (item, 200, &mark));
  g_assert_cmpuint (mark.number, ==, count->n);
  if (++count->n < count->n_expected)
    haul_queue_get_async (count->queue, -1, NULL, count_cb, count);
}

static gboolean
has_all (gpointer data)
{
  Count *count = data;

  return count->n == count->n_expected;
}

/* Waiting for a child that is as fast as it can. */
static void
test_producer (Fixture      *fixture,
               gconstpointer data G_GNUC_UNUSED)
{
  Count count = { fixture->queue, 0, HAUL_TEST_SANITIZED ? 500 : 5000 };
  g_autoptr(GSubprocess) child = NULL;

  haul_queue_get_async (fixture->queue, -1, NULL, count_cb, &count);
  child = queue_start (fixture->queue, fixture->fd, "produce", 0, count.n_expected);
  beat_anew (fixture);
  haul_test_run_until (has_all, &count, HAUL_TEST_SOON_MS);
  peer_join (child);
  beat_anew (fixture);
}

/* Whoever took the item dies; and who waits is told, though nobody could tell it. */
static void
test_taker_died (Fixture      *fixture,
                 gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr(GBytes) item = g_bytes_new ("item", 4);
  g_autoptr(GSubprocess) child = NULL;
  GAsyncResult *result = NULL;

  haul_queue_put_async (fixture->queue, item, -1, NULL, store_result_cb, &result);
  assert_put (fixture, &result, 0, 0);
  child = start_ready (fixture, "taken");
  haul_queue_join_async (fixture->queue, -1, NULL, store_result_cb, &result);
  g_assert_false (haul_test_run_for (is_set, &result, 20));
  g_subprocess_force_exit (child);
  assert_joined (fixture, &result);
  g_assert_cmpuint (haul_queue_get_n_abandoned (fixture->queue), ==, 1);
  peer_kill (child);
}

/* Who has the guard is stopped: the loop goes on, and so does time. */
static void
test_stopped (Fixture      *fixture,
              gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr(GBytes) item = g_bytes_new ("item", 4);
  GAsyncResult *get = NULL, *put = NULL;
  g_autoptr(GSubprocess) child = start_ready (fixture, "guard");

  g_subprocess_send_signal (child, SIGSTOP);
  haul_queue_put_async (fixture->queue, item, -1, NULL, store_result_cb, &put);
  haul_queue_get_async (fixture->queue, 200, NULL, store_result_cb, &get);
  assert_got (fixture, &get, NULL, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_assert_null (put);

  g_subprocess_force_exit (child);
  assert_put (fixture, &put, 0, 0);
  haul_queue_get_async (fixture->queue, 0, NULL, store_result_cb, &get);
  assert_got (fixture, &get, item, 0, 0);
  peer_kill (child);
}

/* The source is the context's where it was first asked, and no other's. */
static void
test_contexts (Fixture      *fixture,
               gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr(GMainContext) other = g_main_context_new ();
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GError) error = NULL;
  GAsyncResult *first = NULL, *second = NULL;

  haul_queue_get_async (fixture->queue, -1, cancellable, store_result_cb, &first);
  g_main_context_push_thread_default (other);
  haul_queue_get_async (fixture->queue, -1, NULL, store_result_cb, &second);
  while (second == NULL)
    g_main_context_iteration (other, TRUE);
  g_main_context_pop_thread_default (other);
  g_assert_null (haul_queue_get_finish (fixture->queue, second, &error));
  g_assert_error (error, HAUL_ERROR, HAUL_ERROR_NOT_POSSIBLE);
  g_object_unref (second);
  g_cancellable_cancel (cancellable);
  assert_got (fixture, &first, NULL, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

#define add(name, max_items, function) \
  g_test_add ("/queue-loop/" name, Fixture, GUINT_TO_POINTER (max_items), set_up, function, tear_down)

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);

  add ("order", 0, test_order);
  add ("times", 1, test_times);
  add ("cancelled", 0, test_cancelled);
  add ("closed", 0, test_closed);
  add ("sent-and-gone", 0, test_sent_and_gone);
  add ("producer", 0, test_producer);
  add ("taker-died", 0, test_taker_died);
  add ("stopped", 0, test_stopped);
  add ("contexts", 0, test_contexts);

  return g_test_run ();
}
