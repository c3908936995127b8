/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <unistd.h>

#include "haul-test.h"
#include "queue-test.h"

#include "haul/wire/haul-error.h"

/* One process: what the calls say. */

static HaulQueue *
queue_new (guint64 max_items,
           guint64 max_bytes)
{
  g_autoptr(GError) error = NULL;
  HaulQueue *queue = haul_queue_new (max_items, max_bytes, &error);

  g_assert_no_error (error);
  return queue;
}

static void
put_text_in (HaulQueue  *queue,
             const char *text,
             int         timeout_ms)
{
  g_autoptr(GBytes) item = g_bytes_new (text, strlen (text));
  g_autoptr(GError) error = NULL;

  (void) haul_queue_put (queue, item, timeout_ms, NULL, &error);
  g_assert_no_error (error);
}

static void
put_text (HaulQueue  *queue,
          const char *text)
{
  put_text_in (queue, text, -1);
}

static void
assert_gets (HaulQueue  *queue,
             const char *text)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) item = haul_queue_get (queue, 0, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (item, NULL), g_bytes_get_size (item), text, strlen (text));
}

static void
assert_put_fails (HaulQueue *queue,
                  gsize      size,
                  int        timeout_ms,
                  GQuark     domain,
                  int        code)
{
  g_autoptr(GBytes) item = g_bytes_new_take (g_malloc0 (size), size);
  g_autoptr(GError) error = NULL;

  g_assert_false (haul_queue_put (queue, item, timeout_ms, NULL, &error));
  g_assert_error (error, domain, code);
}

static void
assert_get_fails (HaulQueue *queue,
                  int        timeout_ms,
                  GQuark     domain,
                  int        code)
{
  g_autoptr(GError) error = NULL;

  g_assert_null (haul_queue_get (queue, timeout_ms, NULL, &error));
  g_assert_error (error, domain, code);
}

static void
test_new (void)
{
  g_autoptr(GError) error = NULL;
  HaulQueue *queue = queue_new (0, 0);

  g_assert_cmpuint (haul_queue_get_max_items (queue), ==, 0);
  g_assert_cmpuint (haul_queue_get_max_bytes (queue), ==, HAUL_QUEUE_DEFAULT_BYTES);
  g_assert_true (haul_queue_is_empty (queue));
  g_assert_false (haul_queue_is_full (queue));
  g_assert_false (haul_queue_is_closed (queue));
  g_assert_finalize_object (queue);

  g_assert_null (haul_queue_new (0, G_MAXUINT64, &error));
  g_assert_error (error, HAUL_ERROR, HAUL_ERROR_TOO_LARGE);
}

static void
test_order (void)
{
  g_autoptr(HaulQueue) queue = queue_new (0, 0);

  put_text (queue, "one");
  put_text (queue, "");
  put_text (queue, "three");
  g_assert_cmpuint (haul_queue_get_n_items (queue), ==, 3);
  assert_gets (queue, "one");
  assert_gets (queue, "");
  assert_gets (queue, "three");
  assert_get_fails (queue, 0, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
}

static void
test_full (void)
{
  g_autoptr(HaulQueue) queue = queue_new (6, 0);
  gint64 begun;

  for (guint i = 0; i < 6; i++)
    put_text (queue, "item");
  g_assert_true (haul_queue_is_full (queue));
  assert_put_fails (queue, 1, 0, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
  begun = g_get_monotonic_time ();
  assert_put_fails (queue, 1, 100, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_assert_cmpint (g_get_monotonic_time () - begun, >=, 100 * 1000);
  assert_gets (queue, "item");
  put_text (queue, "last");
}

static void
test_empty (void)
{
  g_autoptr(HaulQueue) queue = queue_new (0, 0);
  gint64 begun = g_get_monotonic_time ();

  assert_get_fails (queue, 0, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
  assert_get_fails (queue, 200, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_assert_cmpint (g_get_monotonic_time () - begun, >=, 200 * 1000);
}

static gpointer
cancel_thread (gpointer data)
{
  g_cancellable_cancel (data);
  return NULL;
}

static void
test_cancelled (void)
{
  g_autoptr(HaulQueue) queue = queue_new (0, 0);
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GError) error = NULL;
  GThread *thread = g_thread_new ("cancel", cancel_thread, cancellable);

  g_assert_null (haul_queue_get (queue, -1, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_thread_join (thread);
}

/* Each size is whole, and the next one begins where it should. */
static void
test_sizes (void)
{
  static const gsize sizes[] = { 0, 1, 4095, 4096, 4097, 65532, 65536, 65537, 1 << 20, 16 << 20, 64 << 20, 0, 3 };
  g_autoptr(HaulQueue) queue = queue_new (0, 0);

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr(GBytes) item = NULL, got = NULL;
      g_autoptr(GError) error = NULL;
      guint8 *bytes = g_malloc (sizes[i] + 1);

      for (gsize j = 0; j < sizes[i]; j++)
        bytes[j] = j * 31 + j / 4093 + i;
      item = g_bytes_new_take (bytes, sizes[i]);
      put_text (queue, "before");
      assert_gets (queue, "before");
      g_assert_true (haul_queue_put (queue, item, -1, NULL, &error));
      g_assert_no_error (error);
      got = haul_queue_get (queue, 0, NULL, &error);
      g_assert_no_error (error);
      g_assert_true (g_bytes_equal (got, item));
    }
  assert_put_fails (queue, (64 << 20) + 1, -1, HAUL_ERROR, HAUL_ERROR_TOO_LARGE);
}

/* As many bytes as were asked for fit, wherever in the ring they begin. */
static void
test_bytes (void)
{
  g_autoptr(HaulQueue) queue = queue_new (0, 10000);
  GRand *chance = g_rand_new_with_seed (7);

  for (guint round = 0; round < 2000; round++)
    {
      g_autoptr(GBytes) some = NULL, rest = NULL;
      gsize first = g_rand_int_range (chance, 0, 10001 - 128), second = 10000 - 128 - first;
      guint8 *zeros = g_malloc0 (10000);

      some = g_bytes_new (zeros, first);
      rest = g_bytes_new_take (zeros, second);
      g_assert_true (haul_queue_put (queue, some, 0, NULL, NULL));
      g_assert_true (haul_queue_put (queue, rest, 0, NULL, NULL));
      assert_put_fails (queue, 200, 0, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
      g_clear_pointer (&some, g_bytes_unref);
      some = haul_queue_get (queue, 0, NULL, NULL);
      g_assert_cmpuint (g_bytes_get_size (some), ==, first);
      g_clear_pointer (&rest, g_bytes_unref);
      rest = haul_queue_get (queue, 0, NULL, NULL);
      g_assert_cmpuint (g_bytes_get_size (rest), ==, second);
    }
  g_rand_free (chance);
}

static void
test_closed (void)
{
  g_autoptr(HaulQueue) queue = queue_new (0, 0);

  put_text (queue, "left");
  haul_queue_close (queue);
  haul_queue_close (queue);
  g_assert_true (haul_queue_is_closed (queue));
  assert_put_fails (queue, 1, -1, HAUL_ERROR, HAUL_ERROR_CLOSED);
  assert_gets (queue, "left");
  assert_get_fails (queue, -1, HAUL_ERROR, HAUL_ERROR_CLOSED);
}

static void
test_task_done (void)
{
  g_autoptr(HaulQueue) queue = queue_new (0, 0);
  g_autoptr(GError) error = NULL;

  g_assert_true (haul_queue_join (queue, 0, NULL, &error));
  put_text (queue, "work");
  g_assert_false (haul_queue_join (queue, 0, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
  g_clear_error (&error);
  assert_gets (queue, "work");
  g_assert_false (haul_queue_join (queue, 50, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_clear_error (&error);

  g_assert_true (haul_queue_task_done (queue, &error));
  g_assert_true (haul_queue_join (queue, -1, NULL, &error));
  g_assert_false (haul_queue_task_done (queue, &error));
  g_assert_error (error, HAUL_ERROR, HAUL_ERROR_NOT_POSSIBLE);
}

/* Who waits for long for much place goes before others, but not once it has had enough. */
static void
test_gave_up (void)
{
  const gsize size = 600 * 1024;
  g_autoptr(HaulQueue) queue = queue_new (0, 1024 * 1024);
  g_autoptr(GBytes) large = g_bytes_new_take (g_malloc0 (size), size);
  g_autoptr(GError) error = NULL;

  g_test_summary ("Who gave up waiting for a place keeps nobody else from putting");

  g_assert_true (haul_queue_put (queue, large, 0, NULL, &error));
  g_assert_no_error (error);
  assert_put_fails (queue, size, 150, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_assert_false (haul_queue_is_full (queue));
  put_text_in (queue, "small", 0);
  g_bytes_unref (haul_queue_get (queue, 0, NULL, NULL));
  assert_gets (queue, "small");
}

/* Another object for the same memory, as another process has. */
static HaulQueue *
queue_dup (HaulQueue *queue)
{
  g_autoptr(GError) error = NULL;
  HaulShareable *copy;
  int fds[2];

  for (guint i = 0; i < G_N_ELEMENTS (fds); i++)
    fds[i] = dup (haul_shareable_get_fd (HAUL_SHAREABLE (queue), i));
  copy = haul_shareable_new_for_fds ("queue", fds, G_N_ELEMENTS (fds), &error);
  g_assert_no_error (error);
  return HAUL_QUEUE (copy);
}

static void
test_parted (void)
{
  g_autoptr(HaulQueue) queue = queue_new (0, 0);
  g_autoptr(HaulQueue) theirs = queue_dup (queue);
  g_autoptr(GError) error = NULL;

  g_test_summary ("Nobody waits for the items of who gave up its place, even where it could not say so");

  put_text (queue, "work");
  assert_gets (theirs, "work");
  g_assert_false (haul_queue_join (queue, 0, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
  g_clear_error (&error);

  haul_shareable_part (HAUL_SHAREABLE (theirs));
  g_assert_true (haul_queue_join (queue, 0, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (haul_queue_get_n_abandoned (queue), ==, 1);
}

typedef struct
{
  HaulQueue *queue;
  gint       has_guard;   /* atomic */
} Holder;

/* Has the guard for longer than others try when their time is over. */
static gpointer
hold_guard (gpointer data)
{
  Holder *holder = data;

  g_assert_true (haul_shareable_enter (HAUL_SHAREABLE (holder->queue), NULL, NULL));
  g_atomic_int_set (&holder->has_guard, TRUE);
  g_usleep (300 * 1000);
  haul_shareable_leave (HAUL_SHAREABLE (holder->queue));
  return NULL;
}

static void
test_done_though_cancelled (void)
{
  static const int cancelled = 1;
  g_autoptr(HaulQueue) queue = queue_new (0, 0);
  Holder holder = { .queue = queue };
  g_autoptr(GError) error = NULL;
  GThread *thread;

  g_test_summary ("A task that was asked to stop can mark an item as done, though others are busy");

  put_text (queue, "work");
  assert_gets (queue, "work");
  thread = g_thread_new ("holds", hold_guard, &holder);
  while (!g_atomic_int_get (&holder.has_guard))
    g_thread_yield ();
  (void) haul_wait_set_cancelled (&cancelled);
  (void) haul_queue_task_done (queue, &error);
  (void) haul_wait_set_cancelled (NULL);
  g_assert_no_error (error);
  (void) g_thread_join (thread);
}

/* What it holds when it is empty: little. */
static void
test_memory (void)
{
  g_autoptr(HaulQueue) queue = queue_new (0, 0);
  int fd = haul_shareable_get_fd (HAUL_SHAREABLE (queue), 0);
  g_autoptr(GBytes) item = g_bytes_new_take (g_malloc0 (8 << 20), 8 << 20);

  for (guint i = 0; i < 40; i++)
    {
      if (i >= 7)
        g_bytes_unref (haul_queue_get (queue, 0, NULL, NULL));
      g_assert_true (haul_queue_put (queue, item, 0, NULL, NULL));
      g_assert_cmpuint (queue_memory (fd), <=, 2 * HAUL_QUEUE_DEFAULT_BYTES + (1 << 20));
    }
  while (!haul_queue_is_empty (queue))
    g_bytes_unref (haul_queue_get (queue, 0, NULL, NULL));
  g_assert_cmpuint (queue_memory (fd), <=, 9 << 20);

  /* Not each time, but then when somebody waits for it. */
  for (guint i = 0; i < 4; i++)
    g_assert_true (haul_queue_put (queue, item, 0, NULL, NULL));
  while (!haul_queue_is_empty (queue))
    g_bytes_unref (haul_queue_get (queue, 0, NULL, NULL));
  assert_get_fails (queue, 1500, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_assert_cmpuint (queue_memory (fd), <=, 9 << 20);
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);

  g_test_add_func ("/queue/new", test_new);
  g_test_add_func ("/queue/order", test_order);
  g_test_add_func ("/queue/full", test_full);
  g_test_add_func ("/queue/empty", test_empty);
  g_test_add_func ("/queue/cancelled", test_cancelled);
  g_test_add_func ("/queue/sizes", test_sizes);
  g_test_add_func ("/queue/bytes", test_bytes);
  g_test_add_func ("/queue/closed", test_closed);
  g_test_add_func ("/queue/task-done", test_task_done);
  g_test_add_func ("/queue/gave-up", test_gave_up);
  g_test_add_func ("/queue/parted", test_parted);
  g_test_add_func ("/queue/done-though-cancelled", test_done_though_cancelled);
  g_test_add_func ("/queue/memory", test_memory);

  return g_test_run ();
}
