/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul/sync/haul-queue-private.h"

G_BEGIN_DECLS

/* What the queue tests share with their children, beside the queue: what each producer, which is one child,
 * has put, and how often each of its items was taken. */

#define QUEUE_N_PRODUCERS 2048
#define QUEUE_N_ITEMS 10000

typedef struct
{
  guint32 n_ready;                    /* atomic: children that have begun */
  guint32 n_wrong;                    /* atomic: items that were not what was put, or came too early */
  guint32 max_size;                   /* of the items that are made */
  guint32 stop;                       /* atomic: put no more */
  guint32 n_put[QUEUE_N_PRODUCERS];   /* atomic: items whose put has returned */
  guint8  taken[QUEUE_N_PRODUCERS][QUEUE_N_ITEMS];
} QueueBoard;

/* What an item begins with; bytes that follow from it come after. */
typedef struct
{
  guint32 producer;
  guint32 number;
} QueueMark;

#define queue_get(number) __atomic_load_n ((number), __ATOMIC_SEQ_CST)
#define queue_add(number) __atomic_add_fetch ((number), 1, __ATOMIC_SEQ_CST)

/* An item of some size up to @max_size. */
static inline GBytes *
queue_item_new (guint32 producer,
                guint32 number,
                gsize   max_size)
{
  QueueMark mark = { producer, number };
  guint32 chance = (producer * 2654435761u) ^ (number * 2246822519u);
  gsize size = MAX (sizeof mark, number % 64 == 0 ? max_size : chance % MIN (max_size + 1, 200));
  guint8 *bytes = g_malloc (size);

  memset (bytes, (guint8) (producer + number), size);
  memcpy (bytes, &mark, sizeof mark);
  return g_bytes_new_take (bytes, size);
}

/* Whether it is one of those, and which. */
static inline gboolean
queue_item_check (GBytes    *item,
                  gsize      max_size,
                  QueueMark *ret_mark)
{
  g_autoptr(GBytes) expected = NULL;

  if (g_bytes_get_size (item) < sizeof *ret_mark)
    return FALSE;
  memcpy (ret_mark, g_bytes_get_data (item, NULL), sizeof *ret_mark);
  expected = queue_item_new (ret_mark->producer, ret_mark->number, max_size);
  return ret_mark->producer < QUEUE_N_PRODUCERS && ret_mark->number < QUEUE_N_ITEMS && g_bytes_equal (item, expected);
}

G_END_DECLS
