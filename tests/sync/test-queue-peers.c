/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <signal.h>
#include <stdlib.h>

#include "haul-test.h"
#include "peers.h"
#include "queue-test.h"

#include "haul/wire/haul-error.h"
#include "haul/wire/haul-fd-private.h"

/* Several processes, some of which are killed at the worst moment. */

#define N_PRODUCERS 4
#define N_CONSUMERS 4
#define LARGE (4 * 1024 * 1024)

typedef struct
{
  HaulQueue  *queue;
  QueueBoard *board;
  int         fd;
} Fixture;

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
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data G_GNUC_UNUSED)
{
  g_assert_finalize_object (fixture->queue);
  queue_board_free (fixture->board, fixture->fd);
  haul_test_assert_clean ();
}

static GSubprocess *
start (Fixture    *fixture,
       const char *mode,
       guint       producer,
       guint       n_items)
{
  return queue_start (fixture->queue, fixture->fd, mode, producer, n_items);
}

/* The same, once it is where it should be. */
static GSubprocess *
start_ready (Fixture    *fixture,
             const char *mode)
{
  guint32 n = queue_get (&fixture->board->n_ready);
  GSubprocess *child = start (fixture, mode, 0, 0);

  peer_wait_for (&fixture->board->n_ready, n + 1);
  return child;
}

static void
test_many (Fixture      *fixture,
           gconstpointer data G_GNUC_UNUSED)
{
  const guint n_items = HAUL_TEST_SANITIZED ? QUEUE_N_ITEMS / 10 : QUEUE_N_ITEMS;
  GSubprocess *producers[N_PRODUCERS], *consumers[N_CONSUMERS];
  g_autoptr(GError) error = NULL;

  fixture->board->max_size = 20000;
  for (guint i = 0; i < N_CONSUMERS; i++)
    consumers[i] = start (fixture, "consume", 0, 0);
  for (guint i = 0; i < N_PRODUCERS; i++)
    producers[i] = start (fixture, "produce", i, n_items);
  for (guint i = 0; i < N_PRODUCERS; i++)
    peer_join (producers[i]);

  g_assert_true (haul_queue_join (fixture->queue, HAUL_TEST_SOON_MS, NULL, &error));
  g_assert_no_error (error);
  haul_queue_close (fixture->queue);
  for (guint i = 0; i < N_CONSUMERS; i++)
    peer_join (consumers[i]);

  g_assert_cmpuint (fixture->board->n_wrong, ==, 0);
  for (guint i = 0; i < N_PRODUCERS; i++)
    {
      for (guint j = 0; j < n_items; j++)
        g_assert_cmpuint (fixture->board->taken[i][j], ==, 1);
    }
  for (guint i = 0; i < N_PRODUCERS; i++)
    g_object_unref (producers[i]);
  for (guint i = 0; i < N_CONSUMERS; i++)
    g_object_unref (consumers[i]);
}

/* One empty item for each consumer, and each ends. */
static void
test_pills (Fixture      *fixture,
            gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr(GBytes) item = g_bytes_new ("work", 4);
  g_autoptr(GBytes) pill = g_bytes_new (NULL, 0);
  GSubprocess *consumers[N_CONSUMERS];
  g_autoptr(GError) error = NULL;

  for (guint i = 0; i < N_CONSUMERS; i++)
    consumers[i] = start_ready (fixture, "pill");
  for (guint i = 0; i < 10; i++)
    g_assert_true (haul_queue_put (fixture->queue, item, -1, NULL, NULL));
  for (guint i = 0; i < N_CONSUMERS; i++)
    g_assert_true (haul_queue_put (fixture->queue, pill, -1, NULL, NULL));

  g_assert_true (haul_queue_join (fixture->queue, HAUL_TEST_SOON_MS, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (queue_get (&fixture->board->n_put[0]), ==, 10 + N_CONSUMERS);
  for (guint i = 0; i < N_CONSUMERS; i++)
    {
      peer_join (consumers[i]);
      g_object_unref (consumers[i]);
    }
  g_assert_cmpuint (haul_queue_get_n_abandoned (fixture->queue), ==, 0);
}

static void
put_some (Fixture *fixture,
          gsize    size)
{
  g_autoptr(GBytes) item = g_bytes_new_take (g_malloc0 (size), size);
  g_autoptr(GError) error = NULL;

  g_assert_true (haul_queue_put (fixture->queue, item, HAUL_TEST_SOON_MS, NULL, &error));
  g_assert_no_error (error);
}

static void
get_some (Fixture *fixture,
          gsize    size)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) item = haul_queue_get (fixture->queue, HAUL_TEST_SOON_MS, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (g_bytes_get_size (item), ==, size);
  g_assert_true (haul_queue_task_done (fixture->queue, &error));
}

static void
assert_losses (Fixture    *fixture,
               const char *pid,
               guint64     n_lost,
               guint64     n_abandoned)
{
  g_autoptr(GVariant) losses = haul_queue_dup_losses (fixture->queue);
  guint64 lost, abandoned;
  guint32 who;

  g_assert_cmpuint (haul_queue_get_n_lost (fixture->queue), ==, n_lost);
  g_assert_cmpuint (haul_queue_get_n_abandoned (fixture->queue), ==, n_abandoned);
  if (n_lost == 0 && n_abandoned == 0)
    {
      g_assert_cmpuint (g_variant_n_children (losses), ==, 0);
      return;
    }
  g_assert_cmpuint (g_variant_n_children (losses), ==, 1);
  g_variant_get_child (losses, 0, "(utt)", &who, &lost, &abandoned);
  g_assert_cmpuint (who, ==, (guint32) atoi (pid));
  g_assert_cmpuint (lost, ==, n_lost);
  g_assert_cmpuint (abandoned, ==, n_abandoned);
}

/* The producer dies with its item half written; what came after it was there all the time. */
static void
test_writer_died (Fixture      *fixture,
                  gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr(GSubprocess) child = start_ready (fixture, "writing");
  g_autofree char *pid = g_strdup (g_subprocess_get_identifier (child));
  g_autoptr(GError) error = NULL;

  put_some (fixture, 100);
  put_some (fixture, 70000);
  get_some (fixture, 100);
  get_some (fixture, 70000);
  g_assert_false (haul_queue_join (fixture->queue, 50, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_clear_error (&error);

  peer_kill (child);
  g_assert_true (haul_queue_join (fixture->queue, HAUL_TEST_SOON_MS, NULL, &error));
  assert_losses (fixture, pid, 1, 0);
}

/* The consumer dies with an item half read: another one has it then. */
static void
test_reader_died (Fixture      *fixture,
                  gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr(GSubprocess) child = NULL;
  g_autoptr(GError) error = NULL;

  put_some (fixture, 70000);
  child = start_ready (fixture, "reading");
  g_assert_null (haul_queue_get (fixture->queue, 0, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
  haul_queue_close (fixture->queue);
  peer_kill (child);
  get_some (fixture, 70000);
  assert_losses (fixture, NULL, 0, 0);
}

/* The consumer dies before it said that it is done. */
static void
test_taker_died (Fixture      *fixture,
                 gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr(GSubprocess) child = NULL;
  g_autofree char *pid = NULL;
  g_autoptr(GError) error = NULL;

  put_some (fixture, 10);
  child = start_ready (fixture, "taken");
  pid = g_strdup (g_subprocess_get_identifier (child));
  g_assert_false (haul_queue_join (fixture->queue, 50, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_clear_error (&error);
  peer_kill (child);
  g_assert_true (haul_queue_join (fixture->queue, HAUL_TEST_SOON_MS, NULL, &error));
  assert_losses (fixture, pid, 0, 1);
}

/* Who has the guard is stopped: all time limits hold. Once it is dead all goes on. */
static void
test_stopped (Fixture      *fixture,
              gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr(GBytes) item = g_bytes_new ("x", 1);
  g_autoptr(GSubprocess) child = NULL;
  g_autoptr(GError) error = NULL;

  put_some (fixture, 10);
  child = start_ready (fixture, "guard");
  g_subprocess_send_signal (child, SIGSTOP);

  g_assert_false (haul_queue_put (fixture->queue, item, 30, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_clear_error (&error);
  g_assert_null (haul_queue_get (fixture->queue, 0, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
  g_clear_error (&error);
  g_assert_false (haul_queue_join (fixture->queue, 30, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_clear_error (&error);
  g_assert_cmpuint (haul_queue_get_n_items (fixture->queue), ==, 1);

  peer_kill (child);
  get_some (fixture, 10);
  g_assert_true (haul_queue_join (fixture->queue, 0, NULL, &error));
}

static gboolean
is_well_filled (gpointer queue)
{
  return haul_queue_get_n_items (queue) > LARGE / 100;
}

/* One that needs all the place there is gets it, though others would always be content with less. */
static void
test_large_among_small (Fixture      *fixture,
                        gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr(GBytes) item = g_bytes_new_take (g_malloc0 (LARGE), LARGE);
  g_autoptr(GSubprocess) consumer = NULL;
  GSubprocess *producers[2];
  g_autoptr(GError) error = NULL;

  g_object_unref (fixture->queue);
  fixture->queue = haul_queue_new (0, LARGE, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < 2; i++)
    producers[i] = start_ready (fixture, "fill");
  haul_test_poll_until (is_well_filled, fixture->queue, HAUL_TEST_SOON_MS);
  consumer = start_ready (fixture, "consume-any");
  g_assert_true (haul_queue_put (fixture->queue, item, HAUL_TEST_SOON_MS, NULL, &error));
  g_assert_no_error (error);

  __atomic_store_n (&fixture->board->stop, 1, __ATOMIC_SEQ_CST);
  for (guint i = 0; i < 2; i++)
    {
      peer_join (producers[i]);
      g_object_unref (producers[i]);
    }
  haul_queue_close (fixture->queue);
  peer_join (consumer);
}

#define add(name, max_items, function) \
  g_test_add ("/queue/" name, Fixture, GUINT_TO_POINTER (max_items), set_up, function, tear_down)

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);

  add ("many", 0, test_many);
  add ("many-bounded", 6, test_many);
  add ("pills", 0, test_pills);
  add ("large-among-small", 0, test_large_among_small);
  add ("writer-died", 0, test_writer_died);
  add ("reader-died", 0, test_reader_died);
  add ("taker-died", 0, test_taker_died);
  add ("stopped", 0, test_stopped);

  return g_test_run ();
}
