/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <unistd.h>

#include "haul-test.h"
#include "queue-child.h"

#include "haul/wire/haul-error.h"
#include "haul/wire/haul-shared-private.h"

/* Somebody who has the memory of a queue writes to it what it likes: calls may fail, but they return, and none
 * reads or writes outside of the ring, which the sanitizers, or the end of the map, would tell. */

#define MAX_BYTES 40000

static HaulQueue *
queue_new (void)
{
  g_autoptr(GError) error = NULL;
  HaulQueue *queue = haul_queue_new (0, MAX_BYTES, &error);

  g_assert_no_error (error);
  return queue;
}

static void
put (HaulQueue *queue,
     gsize      size)
{
  g_autoptr(GBytes) item = g_bytes_new_take (g_malloc0 (size), size);
  g_autoptr(GError) error = NULL;

  if (!haul_queue_put (queue, item, 0, NULL, &error))
    g_assert_true (g_error_matches (error, HAUL_ERROR, HAUL_ERROR_PROTOCOL)
                   || g_error_matches (error, HAUL_ERROR, HAUL_ERROR_CLOSED)
                   || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK));
}

static void
get (HaulQueue *queue)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) item = haul_queue_get (queue, 0, NULL, &error);

  if (item != NULL)
    g_assert_cmpuint (g_bytes_get_size (item), <=, 2 * MAX_BYTES + 4096);
  else
    g_assert_true (g_error_matches (error, HAUL_ERROR, HAUL_ERROR_PROTOCOL)
                   || g_error_matches (error, HAUL_ERROR, HAUL_ERROR_CLOSED)
                   || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK));
}

static void
use (HaulQueue *queue)
{
  for (guint i = 0; i < 4; i++)
    {
      put (queue, 100);
      put (queue, 6000);
      get (queue);
      get (queue);
    }
  (void) haul_queue_task_done (queue, NULL);
  (void) haul_queue_join (queue, 0, NULL, NULL);
  (void) haul_queue_get_n_lost (queue);
  g_variant_unref (haul_queue_dup_losses (queue));
}

static guint64
nonsense (GRand *chance)
{
  static const guint64 favourites[] = {
    0, 1, 31, 32, 64, 4096, MAX_BYTES, 2 * MAX_BYTES, G_MAXINT32, G_MAXUINT32, G_MAXINT64, G_MAXUINT64, G_MAXUINT64 - 31,
  };

  if (g_rand_boolean (chance))
    return favourites[g_rand_int_range (chance, 0, G_N_ELEMENTS (favourites))];
  return g_rand_int_range (chance, 0, 4000) * 32;
}

/* One number in the head of the queue, or in a record, is wrong. */
static void
test_numbers (void)
{
  guint32 seed = g_test_rand_int ();
  GRand *chance = g_rand_new_with_seed (seed);

  g_test_message ("the seed is %u", seed);
  for (guint round = 0; round < 1500; round++)
    {
      g_autoptr(HaulQueue) queue = queue_new ();
      HaulQueueShared *shared = queue->ring.shared;
      guint n_head = sizeof *shared / sizeof (guint64), index;

      for (guint i = 0; i < 3; i++)
        put (queue, 100 + 5000 * i);
      index = g_rand_int_range (chance, 0, n_head + 8);
      if (index >= n_head)   /* what the records of these three begin with */
        index = n_head + (index - n_head) % 4 + (index - n_head < 4 ? 0 : 20);
      ((guint64 *) shared)[index] = nonsense (chance);
      use (queue);
      haul_queue_ring_repair (&queue->ring);
      use (queue);
    }
  g_rand_free (chance);
}

static gint is_over;

/* It changes while it is used. */
static gpointer
scribble (gpointer data)
{
  HaulQueue *queue = data;
  HaulQueueShared *shared = queue->ring.shared;
  GRand *chance = g_rand_new_with_seed (3);

  while (!g_atomic_int_get (&is_over))
    {
      guint64 *places[] = { &shared->head, &shared->tail, &shared->first, (guint64 *) (shared + 1) + 2, &shared->used };

      __atomic_store_n (places[g_rand_int_range (chance, 0, G_N_ELEMENTS (places))], nonsense (chance), __ATOMIC_RELAXED);
      __atomic_store_n (&shared->is_broken, 0, __ATOMIC_RELAXED);
    }
  g_rand_free (chance);
  return NULL;
}

static void
test_meanwhile (void)
{
  g_autoptr(HaulQueue) queue = queue_new ();
  GThread *thread = NULL;

#if defined (__SANITIZE_THREAD__)
  g_test_skip ("that two threads race for the same memory is what is tested");
  return;
#endif
  thread = g_thread_new ("scribble", scribble, queue);
  for (guint round = 0; round < 300; round++)
    use (queue);
  g_atomic_int_set (&is_over, TRUE);
  g_thread_join (thread);
}

/* What comes from another process is looked at before it is a queue. */
static void
test_adopted (void)
{
  for (guint i = 0; i < 4; i++)
    {
      g_autoptr(HaulQueue) queue = queue_new ();
      HaulQueueShared *shared = queue->ring.shared;
      g_autoptr(GError) error = NULL;
      int fds[2];

      for (guint j = 0; j < 2; j++)
        fds[j] = dup (haul_shareable_get_fd (HAUL_SHAREABLE (queue), j));
      if (i == 0)
        shared->max_items = 0;
      else if (i == 1)
        shared->max_bytes = G_MAXUINT64;
      else if (i == 2)
        shared->capacity += 32;
      else
        shared->max_bytes -= 64;
      g_assert_null (haul_shareable_new_for_fds ("queue", fds, 2, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
    }
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);

  g_test_add_func ("/queue-hostile/numbers", test_numbers);
  g_test_add_func ("/queue-hostile/meanwhile", test_meanwhile);
  g_test_add_func ("/queue-hostile/adopted", test_adopted);

  return g_test_run ();
}
