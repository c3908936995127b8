/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-queue-ring-private.h"

/* How often it is looked for the dead, by however many who wait. */
#define BURY_EVERY_US (20 * 1000)

/* What is kept for who asks by whom something was lost. */
static void
report (HaulQueueRing *self,
        guint32        pid,
        guint64        n_lost,
        guint64        n_abandoned)
{
  HaulQueueShared *shared = self->shared;
  HaulQueueLoss *loss = &shared->losses[(shared->n_losses - 1) % HAUL_QUEUE_N_LOSSES];

  shared->n_lost += n_lost;
  shared->n_abandoned += n_abandoned;
  if (n_lost == 0 && n_abandoned == 0)
    return;
  if (shared->n_losses == 0 || loss->pid != pid)
    {
      loss = &shared->losses[shared->n_losses % HAUL_QUEUE_N_LOSSES];
      *loss = (HaulQueueLoss) { .pid = pid };
      shared->n_losses++;
    }
  loss->n_lost += n_lost;
  loss->n_abandoned += n_abandoned;
}

gboolean
haul_queue_ring_task_done (HaulQueueRing *self,
                           guint          member)
{
  HaulQueueShared *shared = self->shared;
  HaulMember *ours = &self->members->members[member];

  if (ours->data == 0)
    return FALSE;
  ours->data--;
  shared->n_taken--;
  if (shared->n_records == 0 && shared->n_taken == 0)
    haul_queue_ring_tell (self, HAUL_QUEUE_DONE, TRUE);
  return TRUE;
}

HaulQueueOutcome
haul_queue_ring_join (HaulQueueRing *self)
{
  HaulQueueShared *shared = self->shared;

  if (shared->is_broken)
    return HAUL_QUEUE_BROKEN;
  return shared->n_records == 0 && shared->n_taken == 0 ? HAUL_QUEUE_DID : HAUL_QUEUE_WAIT;
}

void
haul_queue_ring_abandon (HaulQueueRing *self,
                         guint          member)
{
  HaulMember *ours = &self->members->members[member];
  guint64 n = ours->data;

  ours->data = 0;
  report (self, ours->pid, 0, n);
  haul_queue_ring_recount (self);
}

/* The table of members is in that memory, too. */
static guint
n_members (HaulQueueRing *self)
{
  guint n_used = __atomic_load_n (&self->members->n_used, __ATOMIC_RELAXED);

  return MIN (n_used, HAUL_QUEUE_N_MEMBERS);
}

void
haul_queue_ring_recount (HaulQueueRing *self)
{
  HaulQueueShared *shared = self->shared;
  guint64 place = shared->head, tail = shared->tail, passed = 0, next;
  guint64 n_records = 0, n_ready = 0, used = 0, n_taken = 0;
  HaulQueueRecord record;

  __atomic_store_n (&shared->is_stale, 0, __ATOMIC_RELAXED);
  while (place != tail)
    {
      if (passed >= self->capacity || !haul_queue_ring_read (self, place, &record, &next))
        {
          shared->is_broken = 1;
          break;
        }
      passed += record.span;
      place = next;
      if (record.state == HAUL_QUEUE_FREE)
        continue;
      n_records++;
      used += record.span;
      if (record.state == HAUL_QUEUE_FULL)
        n_ready++;
    }
  for (guint i = 0; i < n_members (self); i++)
    {
      if (self->members->members[i].pid != 0)
        n_taken += self->members->members[i].data;
    }

  shared->first = shared->head;
  shared->n_records = n_records;
  shared->used = used;
  shared->n_taken = n_taken;
  __atomic_store_n (&shared->n_ready, n_ready, __ATOMIC_RELAXED);
  haul_queue_ring_settle (self);
  for (guint i = 0; i < HAUL_QUEUE_N_EVENTS; i++)
    haul_queue_ring_tell (self, i, TRUE);
}

void
haul_queue_ring_repair (HaulQueueRing *self)
{
  HaulQueueShared *shared = self->shared;
  HaulQueueDoing doing = shared->doing;
  guint member = shared->doer;
  HaulQueueRecord record;
  guint64 next;

  if (member < HAUL_QUEUE_N_MEMBERS)
    {
      HaulMember *doer = &self->members->members[member];

      if (doing == HAUL_QUEUE_DOING_PUT && shared->tail != shared->doing_at && shared->n_lost + 1 == shared->doing_n)
        report (self, doer->pid, 1, 0);
      if (doing == HAUL_QUEUE_DOING_GET && haul_queue_ring_read (self, shared->doing_at, &record, &next))
        doer->data = shared->doing_n - (record.state == HAUL_QUEUE_FREE ? 0 : 1);
    }
  shared->doing = HAUL_QUEUE_DOING_NOTHING;
  haul_queue_ring_recount (self);
}

/* What it was writing nobody will ever see, and what it was reading nobody has seen. */
static void
died_cb (HaulMember *member,
         guint       index,
         gpointer    user_data)
{
  HaulQueueRing *self = user_data;
  HaulQueueShared *shared = self->shared;
  guint64 place = shared->head, tail = shared->tail, passed = 0, next;
  guint64 n = member->data;
  guint64 its = (guint64) index << 32;
  HaulQueueRecord record;

  while (place != tail && passed < self->capacity && haul_queue_ring_read (self, place, &record, &next))
    {
      if (record.state == (its | HAUL_QUEUE_WRITING))
        {
          haul_queue_ring_set_state (self, place, HAUL_QUEUE_FREE, 0);
          report (self, member->pid, 1, 0);
        }
      else if (record.state == (its | HAUL_QUEUE_READING))
        {
          haul_queue_ring_set_state (self, place, HAUL_QUEUE_FULL, 0);
        }
      passed += record.span;
      place = next;
    }
  member->data = 0;
  report (self, member->pid, 0, n);
}

void
haul_queue_ring_bury (HaulQueueRing *self,
                      gboolean       at_once)
{
  HaulQueueShared *shared = self->shared;
  gint64 now = g_get_monotonic_time ();
  gint64 since = now - shared->buried_at;

  if (!at_once && since >= 0 && since < BURY_EVERY_US)
    return;
  shared->buried_at = now;
  if (self->members->n_used > HAUL_QUEUE_N_MEMBERS)
    shared->is_broken = 1;
  else if (haul_members_bury (self->members, HAUL_QUEUE_N_MEMBERS, died_cb, self) > 0)
    haul_queue_ring_recount (self);
}
