/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul-queue-ring-private.h"
#include "haul-queue.h"
#include "haul-shareable-private.h"

G_BEGIN_DECLS

struct _HaulQueue
{
  HaulShareable  parent_instance;

  HaulQueueRing  ring;
  guint64        max_items;   /* for the queue that is made; 0 for one that came from another process */
  guint64        max_bytes;
  gboolean       was_used;    /* it may have taken items; inside of the guard */
};

/* The guard of the ring, and the place of this process among its members. @wait is not changed; 0 ms are
 * long enough for the guard, which nobody keeps. */
gboolean   haul_queue_enter        (HaulQueue         *self,
                                    const HaulWait    *wait,
                                    const char        *what,
                                    guint             *ret_member,
                                    GError           **error);
/* Wakes those that something has happened for. */
void       haul_queue_leave        (HaulQueue         *self);

/* Sets @error; FALSE. Not for HAUL_QUEUE_DID and HAUL_QUEUE_WAIT. */
gboolean   haul_queue_fail         (HaulQueue         *self,
                                    HaulQueueOutcome   outcome,
                                    gsize              size,
                                    GError           **error);

/* Outside of the guard: makes sure that there is memory where an item is to go. */
gboolean   haul_queue_populate     (HaulQueue           *self,
                                    const HaulQueueItem *item,
                                    GError             **error);

G_END_DECLS
