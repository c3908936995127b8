/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "haul-test.h"
#include "queue-child.h"

#include "haul/wire/haul-error.h"
#include "haul/wire/haul-shared-private.h"

static QueueBoard *board;
static HaulQueue *queue;

static void
ready (void)
{
  queue_add (&board->n_ready);
}

/* Puts so many items, or until it is told to stop. */
static void
produce (guint32 producer,
         guint32 n)
{
  g_autoptr(GError) error = NULL;

  ready ();
  for (guint32 i = 0; i < n && !queue_get (&board->stop); i++)
    {
      g_autoptr(GBytes) item = queue_item_new (producer, i, board->max_size);

      if (!haul_queue_put (queue, item, -1, NULL, &error))
        g_error ("put: %s", error->message);
      queue_add (&board->n_put[producer]);
    }
}

/* Takes what there is until the queue is closed and empty, and looks at the order in which it comes. What was
 * given back by one that died may come late. */
static void
consume (gboolean is_ordered)
{
  g_autofree guint32 *next = g_new0 (guint32, QUEUE_N_PRODUCERS);
  g_autoptr(GError) error = NULL;
  QueueMark mark;
  GBytes *item;

  ready ();
  while ((item = haul_queue_get (queue, -1, NULL, &error)) != NULL)
    {
      if (!queue_item_check (item, board->max_size, &mark))
        {
          queue_add (&board->n_wrong);
        }
      else
        {
          if (is_ordered && mark.number < next[mark.producer])
            queue_add (&board->n_wrong);
          next[mark.producer] = mark.number + 1;
          queue_add (&board->taken[mark.producer][mark.number]);
        }
      g_bytes_unref (item);
      if (!haul_queue_task_done (queue, &error))
        g_error ("task_done: %s", error->message);
    }
  if (!g_error_matches (error, HAUL_ERROR, HAUL_ERROR_CLOSED))
    g_error ("get: %s", error->message);
}

/* Until an empty item comes. */
static void
consume_until_pill (void)
{
  gsize size = 1;

  ready ();
  while (size > 0)
    {
      g_autoptr(GBytes) item = haul_queue_get (queue, -1, NULL, NULL);

      size = g_bytes_get_size (item);
      queue_add (&board->n_put[0]);
      (void) haul_queue_task_done (queue, NULL);
    }
}

/* Puts small items as fast as it can. */
static void
fill (void)
{
  g_autoptr(GBytes) item = g_bytes_new ("small", 5);

  ready ();
  while (!queue_get (&board->stop))
    {
      if (!haul_queue_put (queue, item, -1, NULL, NULL))
        g_error ("put");
    }
}

/* Puts one item, and is gone. */
static void
send_and_exit (gsize size)
{
  g_autoptr(GBytes) item = g_bytes_new_take (g_malloc0 (size), size);
  g_autoptr(GError) error = NULL;

  if (!haul_queue_put (queue, item, -1, NULL, &error))
    g_error ("put: %s", error->message);
  _exit (0);
}

/* Is there, and holds what it is said to hold, until it is killed. */
static void
hold (const char *what)
{
  static guint8 small[HAUL_QUEUE_SMALL];
  g_autoptr(GBytes) taken = NULL;
  g_autoptr(GError) error = NULL;
  HaulQueueItem item;
  HaulQueueTurn turn;
  HaulWait wait;
  guint member;

  haul_wait_init (&wait, -1, NULL);
  haul_queue_turn_init (&turn);
  if (g_str_equal (what, "taken"))
    taken = haul_queue_get (queue, -1, NULL, NULL);
  else if (!haul_queue_enter (queue, &wait, what, &member, &error))
    g_error ("%s: %s", what, error->message);
  if (g_str_equal (what, "writing"))
    (void) haul_queue_ring_put (&queue->ring, member, NULL, 100000, &turn, &item);
  if (g_str_equal (what, "reading"))
    (void) haul_queue_ring_get (&queue->ring, member, small, &item);
  if (g_str_equal (what, "writing") || g_str_equal (what, "reading"))
    haul_queue_leave (queue);
  ready ();
  for (;;)
    pause ();
}

/* Takes the board at fd 3 and the queue after it, and does what it is told. */
int
main (int    argc,
      char **argv)
{
  static const int fds[] = { 4, 5 };
  g_autoptr(GError) error = NULL;

  haul_test_follow_parent ();
  board = haul_shared_map (3, sizeof *board, &error);
  if (argc != 4 || board == NULL)
    g_error ("%s", error != NULL ? error->message : "usage: queue-child MODE PRODUCER N");
  queue = HAUL_QUEUE (haul_shareable_new_for_fds ("queue", fds, G_N_ELEMENTS (fds), &error));
  if (queue == NULL)
    g_error ("%s", error->message);

  if (g_str_equal (argv[1], "produce"))
    produce (atoi (argv[2]), atoi (argv[3]));
  else if (g_str_equal (argv[1], "consume"))
    consume (TRUE);
  else if (g_str_equal (argv[1], "consume-any"))
    consume (FALSE);
  else if (g_str_equal (argv[1], "pill"))
    consume_until_pill ();
  else if (g_str_equal (argv[1], "fill"))
    fill ();
  else if (g_str_equal (argv[1], "send"))
    send_and_exit (atoi (argv[3]));
  else
    hold (argv[1]);
  g_object_unref (queue);
  return 0;
}
