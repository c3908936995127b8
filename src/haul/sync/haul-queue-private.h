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
  GSource       *loop;        /* (nullable) (unowned) what waits in a main loop; of that thread alone */
};

/* The guard of the ring, and the place of this process among its members. @wait is not changed; NULL as for
 * haul_shareable_enter(). */
gboolean   haul_queue_enter        (HaulQueue         *self,
                                    const HaulWait    *wait,
                                    const char        *what,
                                    guint             *ret_member,
                                    GError           **error);
/* The same without waiting for the guard: FALSE without @error when somebody has it. @looks_for_dead: now and then. */
gboolean   haul_queue_try_enter    (HaulQueue         *self,
                                    gboolean           looks_for_dead,
                                    guint             *ret_member,
                                    GError           **error);
/* Wakes those that something has happened for. */
void       haul_queue_leave        (HaulQueue         *self);

/* Sets @error; FALSE. Not for HAUL_QUEUE_DID and HAUL_QUEUE_WAIT. */
gboolean   haul_queue_fail         (HaulQueue         *self,
                                    HaulQueueOutcome   outcome,
                                    gsize              size,
                                    GError           **error);

/* Outside of the guard: makes sure that there is memory where (part of) an item is to go. */
gboolean   haul_queue_populate     (guint8            *bytes,
                                    gsize              size,
                                    GError           **error);

G_END_DECLS
