/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-queue-ring-private.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Records begin at multiples of this, so that there is always place for the header of one. */
#define UNIT sizeof (HaulQueueRecord)

/* The head goes back to the beginning of the ring, whose pages are there already and perhaps in a cache,
 * when the queue is empty and it has come this far. */
#define REWIND (256 * 1024)

/* Who has waited for a place for so long goes before others, who wait for it until it has not been seen for
 * so long. */
#define PATIENCE_US (50 * 1000)
#define TURN_US (400 * 1000)

/* When the queue is empty it keeps this much memory, and gives the rest back, but not more often than this:
 * where it is emptied all the time the pages would have to be made again all the time. */
#define KEEP (8 * 1024 * 1024)
#define GIVE_EVERY_US (1000 * 1000)

G_STATIC_ASSERT (sizeof (HaulQueueRecord) == 32);
G_STATIC_ASSERT (sizeof (HaulQueueShared) % 64 == 0);

/* What was stored before this is, for whoever finds us killed, stored before what comes after. */
#define STEP() __atomic_signal_fence (__ATOMIC_SEQ_CST)

static guint64
span_of (guint64 size)
{
  return UNIT + (size + UNIT - 1) / UNIT * UNIT;
}

/* Twice as much as there may be in it: an item lies in one piece, and the end of the ring may be too short
 * for the next one. */
static guint64
capacity_for (guint64 max_bytes)
{
  return 2 * span_of (max_bytes) + UNIT;
}

gsize
haul_queue_ring_size (guint64 max_bytes)
{
  return max_bytes <= G_MAXINT64 / 4 ? sizeof (HaulQueueShared) + capacity_for (max_bytes) : 0;
}

void
haul_queue_ring_create (HaulQueueShared *shared,
                        gsize            size,
                        guint64          max_items,
                        guint64          max_bytes)
{
  shared->max_items = max_items;
  shared->max_bytes = max_bytes;
  shared->capacity = size - sizeof *shared;
}

gboolean
haul_queue_ring_open (HaulQueueRing   *self,
                      HaulQueueShared *shared,
                      gsize            size,
                      HaulMembers     *members)
{
  if (size < sizeof *shared)
    return FALSE;

  self->shared = shared;
  self->bytes = (guint8 *) (shared + 1);
  self->members = members;
  self->max_items = shared->max_items;
  self->max_bytes = shared->max_bytes;
  self->capacity = shared->capacity;
  return self->max_items > 0 && self->max_bytes > 0 && haul_queue_ring_size (self->max_bytes) == size
         && self->capacity == size - sizeof *shared;
}

static HaulQueueRecord *
record_at (HaulQueueRing *self,
           guint64        place)
{
  return (HaulQueueRecord *) (self->bytes + place);
}

guint8 *
haul_queue_ring_peek (HaulQueueRing       *self,
                      const HaulQueueItem *item)
{
  return self->bytes + item->place + UNIT;
}

/* Each time it is read, a place is checked: it may have changed. */
static gboolean
is_place (HaulQueueRing *self,
          guint64        place)
{
  return place % UNIT == 0 && place < self->capacity;
}

gboolean
haul_queue_ring_read (HaulQueueRing   *self,
                      guint64          place,
                      HaulQueueRecord *ret_record,
                      guint64         *ret_next)
{
  HaulQueueRecord *record;

  if (!is_place (self, place))
    return FALSE;
  record = record_at (self, place);
  ret_record->state = __atomic_load_n (&record->state, __ATOMIC_ACQUIRE);
  ret_record->size = __atomic_load_n (&record->size, __ATOMIC_RELAXED);
  ret_record->span = __atomic_load_n (&record->span, __ATOMIC_RELAXED);
  if (ret_record->span < UNIT || ret_record->span % UNIT != 0 || ret_record->span > self->capacity - place
      || ret_record->size > ret_record->span - UNIT)
    return FALSE;

  *ret_next = place + ret_record->span == self->capacity ? 0 : place + ret_record->span;
  return TRUE;
}

void
haul_queue_ring_set_state (HaulQueueRing  *self,
                           guint64         place,
                           HaulQueueState  state,
                           guint           member)
{
  __atomic_store_n (&record_at (self, place)->state, (guint64) member << 32 | state, __ATOMIC_RELEASE);
}

static gboolean
is_state (const HaulQueueRecord *record,
          HaulQueueState         state,
          guint                  member)
{
  return record->state == ((guint64) member << 32 | state);
}

static HaulQueueOutcome
broken (HaulQueueRing *self)
{
  __atomic_store_n (&self->shared->is_broken, 1, __ATOMIC_RELAXED);
  self->everybody = ~0u;
  return HAUL_QUEUE_BROKEN;
}

void
haul_queue_ring_tell (HaulQueueRing  *self,
                      HaulQueueEvent  event,
                      gboolean        everybody)
{
  self->events |= 1u << event;
  if (everybody)
    self->everybody |= 1u << event;
}

/* How far an item lies after the head. */
static guint64
distance (HaulQueueRing *self,
          guint64        place)
{
  guint64 head = self->shared->head;

  return place >= head ? place - head : self->capacity - head + place;
}

/* To the beginning of the ring, by a free record that reaches to its end. */
static void
rewind_ring (HaulQueueRing *self,
             guint64        place)
{
  HaulQueueShared *shared = self->shared;
  HaulQueueRecord *record = record_at (self, place);

  record->size = 0;
  record->span = self->capacity - place;
  haul_queue_ring_set_state (self, place, HAUL_QUEUE_FREE, 0);
  __atomic_store_n (&shared->tail, 0, __ATOMIC_RELEASE);
}

/* Nobody has the pages beyond what is kept. They come back, zeroed, when they are next written to. */
void
haul_queue_ring_trim (HaulQueueRing *self)
{
  HaulQueueShared *shared = self->shared;
  gint64 now;
  guint64 page = sysconf (_SC_PAGESIZE);
  guint64 from = ((guint64) (gsize) self->bytes + KEEP + page - 1) / page * page;
  guint64 high = __atomic_load_n (&shared->high, __ATOMIC_RELAXED);
  guint64 until = (guint64) (gsize) self->bytes + MIN (high, self->capacity);

  if (high <= KEEP || shared->head != shared->tail)
    return;
  now = g_get_monotonic_time ();
  if (now >= shared->given_at && now - shared->given_at < GIVE_EVERY_US)
    return;
  shared->given_at = now;
  shared->high = 0;
  if (until > from)
    (void) madvise ((gpointer) (gsize) from, until - from, MADV_REMOVE);   /* it may fail: then it stays */
}

void
haul_queue_ring_settle (HaulQueueRing *self)
{
  HaulQueueShared *shared = self->shared;
  guint64 tail = shared->tail, passed = 0;
  HaulQueueRecord record;
  guint64 place, next;

  while ((place = shared->head) != tail)
    {
      if (passed >= self->capacity || !haul_queue_ring_read (self, place, &record, &next))
        {
          (void) broken (self);
          return;
        }
      if (!is_state (&record, HAUL_QUEUE_FREE, 0))
        return;
      passed += record.span;
      if (shared->first == place)
        shared->first = next;
      __atomic_store_n (&shared->head, next, __ATOMIC_RELEASE);
    }

  haul_queue_ring_trim (self);
  if (tail >= REWIND && is_place (self, tail))
    {
      rewind_ring (self, tail);
      shared->first = 0;
      __atomic_store_n (&shared->head, 0, __ATOMIC_RELEASE);
    }
}

/* Where there is place for so many bytes in one piece, at the tail. */
static gboolean
find_place (HaulQueueRing *self,
            guint64        span,
            guint64       *ret_place)
{
  guint64 head = self->shared->head, tail = self->shared->tail;   /* read once, and then checked */

  if (!is_place (self, head) || !is_place (self, tail))
    return FALSE;
  if (tail >= head && (span < self->capacity - tail || (span == self->capacity - tail && head != 0)))
    {
      *ret_place = tail;
      return TRUE;
    }
  if (tail >= head && span < head)
    {
      rewind_ring (self, tail);
      *ret_place = 0;
      return TRUE;
    }
  *ret_place = tail;
  return tail < head && span < head - tail;
}

/* Whether there is no place for it now. */
gboolean
haul_queue_ring_is_full (HaulQueueRing *self,
                         gsize          size)
{
  HaulQueueShared *shared = self->shared;

  return shared->n_records >= self->max_items || shared->used + span_of (size) > span_of (self->max_bytes);
}

static HaulQueueOutcome
check_put (HaulQueueRing *self,
           gsize          size)
{
  HaulQueueShared *shared = self->shared;

  if (shared->is_broken || !is_place (self, shared->head) || !is_place (self, shared->tail))
    return broken (self);
  if (__atomic_load_n (&shared->is_closed, __ATOMIC_RELAXED))
    return HAUL_QUEUE_CLOSED;
  return size > self->max_bytes ? HAUL_QUEUE_TOO_LARGE : HAUL_QUEUE_DID;
}

void
haul_queue_turn_init (HaulQueueTurn *self)
{
  static guint n_turns;

  self->ticket = (guint64) getpid () << 32 | (g_atomic_int_add (&n_turns, 1) + 1);
  self->since = 0;
}

static void
set_turn (HaulQueueRing *self,
          guint64        ticket)
{
  __atomic_store_n (&self->shared->turn, ticket, __ATOMIC_RELAXED);
}

void
haul_queue_ring_end_turn (HaulQueueRing       *self,
                          const HaulQueueTurn *turn)
{
  guint64 ticket = turn->ticket;

  (void) __atomic_compare_exchange_n (&self->shared->turn, &ticket, 0, FALSE, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
}

/* Whether it is somebody else's turn. Who has waited for long enough says that it is its own, and the others
 * let it go first, so that its place becomes free. */
static gboolean
must_wait (HaulQueueRing *self,
           HaulQueueTurn *turn,
           gboolean       has_place)
{
  HaulQueueShared *shared = self->shared;
  guint64 whose = __atomic_load_n (&shared->turn, __ATOMIC_RELAXED);
  gboolean is_ours = whose == turn->ticket;
  gint64 now;

  if (has_place && (whose == 0 || is_ours))
    {
      if (is_ours)
        haul_queue_ring_tell (self, HAUL_QUEUE_SPACE, TRUE);
      set_turn (self, 0);
      return FALSE;
    }

  now = g_get_monotonic_time ();
  if (has_place && (now > shared->turn_until || now < shared->turn_until - TURN_US))
    {
      set_turn (self, 0);
      return FALSE;
    }
  if (turn->since == 0)
    turn->since = now;
  if (is_ours || (now - turn->since > PATIENCE_US && (whose == 0 || now > shared->turn_until)))
    {
      set_turn (self, turn->ticket);
      shared->turn_until = now + TURN_US;
    }
  return TRUE;
}

/* What is to be known if we are killed in the middle of it. */
static void
begin_doing (HaulQueueRing  *self,
             HaulQueueDoing  doing,
             guint           member,
             guint64         at,
             guint64         n)
{
  HaulQueueShared *shared = self->shared;

  shared->doer = member;
  shared->doing_at = at;
  shared->doing_n = n;
  STEP ();
  shared->doing = doing;
  STEP ();
}

static void
end_doing (HaulQueueRing *self)
{
  STEP ();
  self->shared->doing = HAUL_QUEUE_DOING_NOTHING;
  STEP ();
}

static void
count_ready (HaulQueueRing *self,
             guint64        place)
{
  HaulQueueShared *shared = self->shared;

  __atomic_store_n (&shared->n_ready, shared->n_ready + 1, __ATOMIC_RELAXED);
  if (distance (self, place) < distance (self, shared->first))
    shared->first = place;
  haul_queue_ring_tell (self, HAUL_QUEUE_ITEM, FALSE);
}

HaulQueueOutcome
haul_queue_ring_put (HaulQueueRing *self,
                     guint          member,
                     const void    *bytes,
                     gsize          size,
                     HaulQueueTurn *turn,
                     HaulQueueItem *ret_item)
{
  HaulQueueShared *shared = self->shared;
  HaulQueueOutcome outcome = check_put (self, size);
  guint64 span = span_of (size), place, next;
  HaulQueueRecord *record;

  if (outcome != HAUL_QUEUE_DID)
    return outcome;
  if (must_wait (self, turn, !haul_queue_ring_is_full (self, size) && find_place (self, span, &place)))
    return HAUL_QUEUE_WAIT;

  next = place + span == self->capacity ? 0 : place + span;
  begin_doing (self, HAUL_QUEUE_DOING_PUT, member, next, shared->n_lost + 1);
  record = record_at (self, place);
  record->size = size;
  record->span = span;
  if (size <= HAUL_QUEUE_SMALL)
    {
      if (size > 0)
        memcpy (record + 1, bytes, size);
      haul_queue_ring_set_state (self, place, HAUL_QUEUE_FULL, 0);
    }
  else
    {
      haul_queue_ring_set_state (self, place, HAUL_QUEUE_WRITING, member);
    }
  __atomic_store_n (&shared->tail, next, __ATOMIC_RELEASE);   /* now it is there */
  end_doing (self);

  shared->high = MAX (shared->high, place + span);
  shared->n_records++;
  shared->used += span;
  if (size <= HAUL_QUEUE_SMALL)
    count_ready (self, place);
  *ret_item = (HaulQueueItem) { .member = member, .place = place, .size = size };
  return HAUL_QUEUE_DID;
}

/* Some memory is free again. Who waits for it is told at once if there is little of it altogether, else when
 * there is enough to be worth it. */
static void
free_record (HaulQueueRing         *self,
             const HaulQueueRecord *record)
{
  HaulQueueShared *shared = self->shared;

  shared->n_records--;
  shared->used -= MIN (shared->used, record->span);
  haul_queue_ring_settle (self);

  if (shared->n_records == 0
      || (self->max_items - shared->n_records >= MAX (1, self->max_items / 8) && shared->used <= self->max_bytes / 8 * 7))
    haul_queue_ring_tell (self, HAUL_QUEUE_SPACE, shared->n_records + 1 < self->max_items);
  if (shared->n_records == 0 && shared->is_closed)
    haul_queue_ring_tell (self, HAUL_QUEUE_ITEM, TRUE);
  if (shared->n_records == 0 && shared->n_taken == 0)
    haul_queue_ring_tell (self, HAUL_QUEUE_DONE, TRUE);
}

HaulQueueOutcome
haul_queue_ring_put_end (HaulQueueRing       *self,
                         const HaulQueueItem *item,
                         gboolean             is_whole)
{
  HaulQueueRecord record;
  guint64 next;

  if (!haul_queue_ring_read (self, item->place, &record, &next)
      || !is_state (&record, HAUL_QUEUE_WRITING, item->member))
    return broken (self);

  if (is_whole)
    {
      haul_queue_ring_set_state (self, item->place, HAUL_QUEUE_FULL, 0);
      count_ready (self, item->place);
    }
  else
    {
      haul_queue_ring_set_state (self, item->place, HAUL_QUEUE_FREE, 0);
      free_record (self, &record);
    }
  return HAUL_QUEUE_DID;
}

/* The oldest that is ready. Those before it, that others write or read, are passed. */
static HaulQueueOutcome
find_first (HaulQueueRing   *self,
            HaulQueueRecord *ret_record,
            guint64         *ret_place,
            guint64         *ret_next)
{
  HaulQueueShared *shared = self->shared;
  guint64 place = shared->first, tail = shared->tail, passed = 0;

  while (place != tail && passed < self->capacity)
    {
      if (!haul_queue_ring_read (self, place, ret_record, ret_next))
        return broken (self);
      if (is_state (ret_record, HAUL_QUEUE_FULL, 0))
        {
          *ret_place = place;
          return HAUL_QUEUE_DID;
        }
      passed += ret_record->span;
      place = *ret_next;
    }
  if (place != tail)
    return broken (self);

  shared->first = place;
  return HAUL_QUEUE_WAIT;
}

/* From here on the item is ours to mark as done, or to be reported as not done if we die. */
static void
take (HaulQueueRing         *self,
      guint                  member,
      guint64                place,
      const HaulQueueRecord *record)
{
  guint64 n = self->members->members[member].data + 1;

  begin_doing (self, HAUL_QUEUE_DOING_GET, member, place, n);
  haul_queue_ring_set_state (self, place, HAUL_QUEUE_FREE, 0);
  STEP ();
  self->members->members[member].data = n;
  end_doing (self);

  self->shared->n_taken++;
  free_record (self, record);
}

HaulQueueOutcome
haul_queue_ring_get (HaulQueueRing *self,
                     guint          member,
                     guint8         small[HAUL_QUEUE_SMALL],
                     HaulQueueItem *ret_item)
{
  HaulQueueShared *shared = self->shared;
  HaulQueueOutcome outcome;
  HaulQueueRecord record;
  guint64 place, next;

  if (shared->is_broken || !is_place (self, shared->head) || !is_place (self, shared->tail))
    return broken (self);
  outcome = find_first (self, &record, &place, &next);
  if (outcome == HAUL_QUEUE_WAIT && shared->n_records == 0 && __atomic_load_n (&shared->is_closed, __ATOMIC_RELAXED))
    return HAUL_QUEUE_CLOSED;
  if (outcome != HAUL_QUEUE_DID)
    return outcome;

  *ret_item = (HaulQueueItem) { .member = member, .place = place, .size = record.size };
  shared->first = next;
  __atomic_store_n (&shared->n_ready, shared->n_ready - MIN (1, shared->n_ready), __ATOMIC_RELAXED);
  if (record.size > HAUL_QUEUE_SMALL)
    {
      haul_queue_ring_set_state (self, place, HAUL_QUEUE_READING, member);
      return HAUL_QUEUE_DID;
    }
  memcpy (small, haul_queue_ring_peek (self, ret_item), record.size);
  take (self, member, place, &record);
  return HAUL_QUEUE_DID;
}

HaulQueueOutcome
haul_queue_ring_get_end (HaulQueueRing       *self,
                         const HaulQueueItem *item,
                         gboolean             is_whole)
{
  HaulQueueRecord record;
  guint64 next;

  if (!haul_queue_ring_read (self, item->place, &record, &next)
      || !is_state (&record, HAUL_QUEUE_READING, item->member))
    return broken (self);

  if (is_whole)
    {
      take (self, item->member, item->place, &record);
    }
  else
    {
      haul_queue_ring_set_state (self, item->place, HAUL_QUEUE_FULL, 0);
      count_ready (self, item->place);
    }
  return HAUL_QUEUE_DID;
}

void
haul_queue_ring_put_lost (HaulQueueRing       *self,
                          const HaulQueueItem *item)
{
  haul_queue_ring_set_state (self, item->place, HAUL_QUEUE_FREE, 0);
  __atomic_store_n (&self->shared->is_stale, 1, __ATOMIC_RELEASE);
}

void
haul_queue_ring_get_lost (HaulQueueRing       *self,
                          const HaulQueueItem *item)
{
  haul_queue_ring_set_state (self, item->place, HAUL_QUEUE_FULL, 0);
  __atomic_store_n (&self->shared->is_stale, 1, __ATOMIC_RELEASE);
}
