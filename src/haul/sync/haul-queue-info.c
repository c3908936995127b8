/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-queue-private.h"

/* What a queue says of itself. */

guint64
haul_queue_get_n_items (HaulQueue *self)
{
  g_return_val_if_fail (HAUL_IS_QUEUE (self), 0);

  return __atomic_load_n (&self->ring.shared->n_ready, __ATOMIC_RELAXED);
}

gboolean
haul_queue_is_empty (HaulQueue *self)
{
  g_return_val_if_fail (HAUL_IS_QUEUE (self), TRUE);

  return haul_queue_get_n_items (self) == 0;
}

guint64
haul_queue_get_max_items (HaulQueue *self)
{
  g_return_val_if_fail (HAUL_IS_QUEUE (self), 0);

  return self->ring.max_items != G_MAXUINT64 ? self->ring.max_items : 0;
}

guint64
haul_queue_get_max_bytes (HaulQueue *self)
{
  g_return_val_if_fail (HAUL_IS_QUEUE (self), 0);

  return self->ring.max_bytes;
}

/* The guard, for who only wants to know; what was lost until now is counted then. FALSE if it cannot be had:
 * then what is there has to do. */
static gboolean
look_around (HaulQueue *self)
{
  HaulWait wait;
  guint member;

  haul_wait_init (&wait, 0, NULL);
  if (!haul_queue_enter (self, &wait, "", &member, NULL))
    return FALSE;
  haul_queue_ring_bury (&self->ring, TRUE);
  return TRUE;
}

gboolean
haul_queue_is_full (HaulQueue *self)
{
  gboolean has_guard, is_full;

  g_return_val_if_fail (HAUL_IS_QUEUE (self), TRUE);

  has_guard = look_around (self);
  is_full = haul_queue_ring_is_full (&self->ring, 0);
  if (has_guard)
    haul_queue_leave (self);
  return is_full;
}

static guint64
count (HaulQueue     *self,
       const guint64 *n)
{
  gboolean has_guard = look_around (self);
  guint64 now = *n;

  if (has_guard)
    haul_queue_leave (self);
  return now;
}

guint64
haul_queue_get_n_lost (HaulQueue *self)
{
  g_return_val_if_fail (HAUL_IS_QUEUE (self), 0);

  return count (self, &self->ring.shared->n_lost);
}

guint64
haul_queue_get_n_abandoned (HaulQueue *self)
{
  g_return_val_if_fail (HAUL_IS_QUEUE (self), 0);

  return count (self, &self->ring.shared->n_abandoned);
}

GVariant *
haul_queue_dup_losses (HaulQueue *self)
{
  HaulQueueShared *shared;
  GVariantBuilder builder;
  gboolean has_guard;
  guint64 n;

  g_return_val_if_fail (HAUL_IS_QUEUE (self), NULL);

  has_guard = look_around (self);
  shared = self->ring.shared;
  n = shared->n_losses;
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(utt)"));
  for (guint64 i = n - MIN (n, HAUL_QUEUE_N_LOSSES); i != n; i++)
    {
      const HaulQueueLoss *loss = &shared->losses[i % HAUL_QUEUE_N_LOSSES];

      g_variant_builder_add (&builder, "(utt)", loss->pid, loss->n_lost, loss->n_abandoned);
    }
  if (has_guard)
    haul_queue_leave (self);
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}
