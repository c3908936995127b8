/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul-members-private.h"

G_BEGIN_DECLS

/* What the memory of a HaulQueue holds: a head with counts, and a ring of records, one after the other,
 * each whole and in one piece. All functions need the guard of that memory, unless they say otherwise.
 *
 * Who has the guard may be killed between any two instructions. So a record appears by one store (of the
 * tail) and changes by one store (of its state), and all counts can be had again by going through the
 * records: see haul_queue_ring_repair(). And nothing that is read there is trusted: who shares the memory may write
 * to it what it likes, and gets "broken" for it, but nobody reads or writes beyond the ring. */

/* Up to here an item is copied inside of the guard. Larger ones take their place there, and are copied
 * outside, so that nobody has to wait for that. */
#define HAUL_QUEUE_SMALL 4096

/* Processes at a time. */
#define HAUL_QUEUE_N_MEMBERS 1024

typedef enum
{
  HAUL_QUEUE_ITEM,    /* there is an item, or there will never be one */
  HAUL_QUEUE_SPACE,   /* there is place for one */
  HAUL_QUEUE_DONE,    /* nothing is unfinished */
  HAUL_QUEUE_N_EVENTS,
} HaulQueueEvent;

typedef struct
{
  guint32 pid;
  guint32 unused;
  guint64 n_lost;
  guint64 n_abandoned;
} HaulQueueLoss;

#define HAUL_QUEUE_N_LOSSES 16

typedef enum
{
  HAUL_QUEUE_DOING_NOTHING,
  HAUL_QUEUE_DOING_PUT,   /* done when the tail is there */
  HAUL_QUEUE_DOING_GET,   /* done when the record there is free */
} HaulQueueDoing;

/* Shared. */
typedef struct
{
  guint64       max_items;   /* these three never change */
  guint64       max_bytes;
  guint64       capacity;    /* of the ring */

  guint32       is_closed;   /* atomic: also without the guard */
  guint32       is_stale;    /* the same: some state was changed without the guard, so count again */
  guint32       is_broken;

  guint32       word[HAUL_QUEUE_N_EVENTS];       /* counts events of a kind */
  guint32       sleepers[HAUL_QUEUE_N_EVENTS];   /* atomic: 0 when nobody sleeps until the next one */
  guint32       loops[HAUL_QUEUE_N_EVENTS];      /* main loops that wait for the next one */

  guint64       head;        /* the oldest record; a place in the ring, as are the three below */
  guint64       tail;        /* where the next one will be; the ring is empty if that is the head */
  guint64       first;       /* no record before this one is ready */
  guint64       high;        /* nothing was written beyond */

  guint64       n_records;   /* those that are not free */
  guint64       n_ready;     /* atomic */
  guint64       used;        /* bytes of those that are not free */
  guint64       n_taken;     /* taken by who lives, and not done */
  guint64       n_lost;
  guint64       n_abandoned;
  gint64        buried_at;   /* when it was looked last for who died; µs of g_get_monotonic_time() */

  gint64        given_at;    /* the same, when memory was given back last */

  guint32       doing;       /* HaulQueueDoing: what the holder of the guard is about to do, … */
  guint32       doer;        /* … who that is, … */
  guint64       doing_at;    /* … and how to tell whether it was done: where, … */
  guint64       doing_n;     /* … and which count is what then */

  guint64       turn;        /* atomic: of whom it is to put next, since it waits for long; 0 for nobody … */
  gint64        turn_until;  /* … once it is that late: it may be stopped, or dead */

  guint64       n_losses;    /* ever; the newest are kept */
  HaulQueueLoss losses[HAUL_QUEUE_N_LOSSES];
} __attribute__ ((aligned (64))) HaulQueueShared;

/* Ours, with copies of what was checked. */
typedef struct
{
  HaulQueueShared *shared;
  guint8          *bytes;
  HaulMembers     *members;
  guint64          max_items;
  guint64          max_bytes;
  guint64          capacity;
  guint            events;       /* bits of those that others have to be told of; inside of the guard */
  guint            everybody;    /* bits of those that all who wait have to be told of, not only one */
} HaulQueueRing;

typedef enum
{
  HAUL_QUEUE_DID,
  HAUL_QUEUE_WAIT,        /* not now */
  HAUL_QUEUE_CLOSED,
  HAUL_QUEUE_TOO_LARGE,
  HAUL_QUEUE_BROKEN,
} HaulQueueOutcome;

/* Of who waits for a place: who needs much of it would wait for ever while others need little. */
typedef struct
{
  guint64 ticket;   /* unlike that of anybody else */
  gint64  since;    /* µs of g_get_monotonic_time(); 0 until it waits */
} HaulQueueTurn;

/* An item on its way in or out. */
typedef struct
{
  guint   member;
  guint64 place;   /* of its record */
  gsize   size;
} HaulQueueItem;

typedef enum
{
  HAUL_QUEUE_FREE = 1,   /* nothing, until the head comes by */
  HAUL_QUEUE_WRITING,    /* by a member */
  HAUL_QUEUE_FULL,       /* ready to be taken */
  HAUL_QUEUE_READING,    /* by a member */
} HaulQueueState;

typedef struct
{
  guint64 state;   /* HaulQueueState, and 2³² times the member: changes in one store */
  guint64 size;    /* of the item */
  guint64 span;    /* from here to the next record */
  guint64 unused;
} HaulQueueRecord;

/* How much memory is needed; 0 if that cannot be. */
gsize            haul_queue_ring_size       (guint64               max_bytes);
/* In memory that is zeroed; FALSE where it makes no sense what is there. */
void             haul_queue_ring_create     (HaulQueueShared      *shared,
                                             gsize                 size,
                                             guint64               max_items,
                                             guint64               max_bytes);
gboolean         haul_queue_ring_open       (HaulQueueRing        *self,
                                             HaulQueueShared      *shared,
                                             gsize                 size,
                                             HaulMembers          *members);

void             haul_queue_turn_init       (HaulQueueTurn        *self);
/* Who waits no more lets the others go first again. Needs no guard. */
void             haul_queue_ring_end_turn   (HaulQueueRing        *self,
                                             const HaulQueueTurn  *turn);

/* A small item is in the queue then. For another one there is place: once it is copied to
 * haul_queue_ring_peek(), which needs no guard, it is put by haul_queue_ring_put_end(). */
HaulQueueOutcome haul_queue_ring_put        (HaulQueueRing        *self,
                                             guint                 member,
                                             const void           *bytes,
                                             gsize                 size,
                                             HaulQueueTurn        *turn,
                                             HaulQueueItem        *ret_item);
HaulQueueOutcome haul_queue_ring_put_end    (HaulQueueRing        *self,
                                             const HaulQueueItem  *item,
                                             gboolean              is_whole);

/* The same the other way round: a small item is in @small, another one still in its place. */
HaulQueueOutcome haul_queue_ring_get        (HaulQueueRing        *self,
                                             guint                 member,
                                             guint8                small[HAUL_QUEUE_SMALL],
                                             HaulQueueItem        *ret_item);
HaulQueueOutcome haul_queue_ring_get_end    (HaulQueueRing        *self,
                                             const HaulQueueItem  *item,
                                             gboolean              is_whole);

guint8          *haul_queue_ring_peek       (HaulQueueRing        *self,
                                             const HaulQueueItem  *item);
/* What is left to do where the guard could not be had: gives place, or item, back. Needs no guard. */
void             haul_queue_ring_put_lost   (HaulQueueRing        *self,
                                             const HaulQueueItem  *item);
void             haul_queue_ring_get_lost   (HaulQueueRing        *self,
                                             const HaulQueueItem  *item);

/* Whether there is no place for so many bytes. */
gboolean         haul_queue_ring_is_full    (HaulQueueRing        *self,
                                             gsize                 size);

/* FALSE when this member has none that it could mark. */
gboolean         haul_queue_ring_task_done  (HaulQueueRing        *self,
                                             guint                 member);
HaulQueueOutcome haul_queue_ring_join       (HaulQueueRing        *self);
/* What the member has not marked will not be. */
void             haul_queue_ring_abandon    (HaulQueueRing        *self,
                                             guint                 member);

/* A copy of what is at @place, and the place after it; FALSE if that is no record. */
gboolean         haul_queue_ring_read       (HaulQueueRing        *self,
                                             guint64               place,
                                             HaulQueueRecord      *ret_record,
                                             guint64              *ret_next);
void             haul_queue_ring_set_state  (HaulQueueRing        *self,
                                             guint64               place,
                                             HaulQueueState        state,
                                             guint                 member);
/* Gives memory back if the queue is empty, and did not just do so. */
void             haul_queue_ring_trim       (HaulQueueRing        *self);
/* Takes what is free off the head. */
void             haul_queue_ring_settle     (HaulQueueRing        *self);
/* Tells one who waits, or all. */
void             haul_queue_ring_tell       (HaulQueueRing        *self,
                                             HaulQueueEvent        event,
                                             gboolean              everybody);

/* After the holder of the guard was killed. */
void             haul_queue_ring_repair     (HaulQueueRing        *self);
/* After something changed without the guard. */
void             haul_queue_ring_recount    (HaulQueueRing        *self);
/* Looks for members that died, unless somebody just did. */
void             haul_queue_ring_bury       (HaulQueueRing        *self,
                                             gboolean              at_once);

G_END_DECLS
