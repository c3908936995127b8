/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-batch-private.h"

/* What is set of a batch before it is submitted, and its numbers. */

void
haul_batch_set_ordered (HaulBatch *self,
                        gboolean   ordered)
{
  g_return_if_fail (HAUL_IS_BATCH (self));

  self->ordered = ordered;
}

void
haul_batch_set_keep (HaulBatch *self,
                     gboolean   keep)
{
  g_return_if_fail (HAUL_IS_BATCH (self));

  self->keep = keep;
}

void
haul_batch_set_fail_fast (HaulBatch *self,
                          gboolean   fail_fast)
{
  g_return_if_fail (HAUL_IS_BATCH (self));

  self->fail_fast = fail_fast;
}

void
haul_batch_set_retries (HaulBatch *self,
                        guint      retries)
{
  g_return_if_fail (HAUL_IS_BATCH (self));

  self->retries = retries;
}

void
haul_batch_set_item_timeout (HaulBatch *self,
                             guint      timeout_ms)
{
  g_return_if_fail (HAUL_IS_BATCH (self));

  self->timeout_ms = timeout_ms;
}

void
haul_batch_set_priority (HaulBatch *self,
                         int        priority)
{
  g_return_if_fail (HAUL_IS_BATCH (self));

  self->priority = priority;
}

void
haul_batch_set_chunksize (HaulBatch *self,
                          guint      chunksize)
{
  g_return_if_fail (HAUL_IS_BATCH (self));

  self->chunksize = chunksize;
}

void
haul_batch_set_seed (HaulBatch *self,
                     guint64    seed,
                     guint64    first_stream)
{
  g_return_if_fail (HAUL_IS_BATCH (self));

  self->seed = seed;
  self->first_stream = first_stream;
  self->is_seeded = TRUE;
}

guint64
haul_batch_get_seed (HaulBatch *self)
{
  g_return_val_if_fail (HAUL_IS_BATCH (self), 0);

  return self->seed;
}

void
haul_batch_share (HaulBatch     *self,
                  const char    *name,
                  HaulShareable *shareable)
{
  gboolean added;

  g_return_if_fail (HAUL_IS_BATCH (self));
  g_return_if_fail (name != NULL);
  g_return_if_fail (HAUL_IS_SHAREABLE (shareable));
  g_return_if_fail (!haul_batch_is_attached (self));

  if (self->shares == NULL)
    self->shares = haul_shares_new ();
  added = haul_shares_add (self->shares, name, shareable);
  g_return_if_fail (added);
}

HaulShares *
haul_batch_get_shares (HaulBatch *self)
{
  return self->shares;
}

const HaulTask *
haul_batch_get_task (HaulBatch *self)
{
  g_return_val_if_fail (HAUL_IS_BATCH (self), NULL);

  return self->task;
}

guint64
haul_batch_get_n_items (HaulBatch *self)
{
  g_return_val_if_fail (HAUL_IS_BATCH (self), 0);

  return self->n_items;
}

gboolean
haul_batch_get_is_complete (HaulBatch *self)
{
  g_return_val_if_fail (HAUL_IS_BATCH (self), FALSE);

  return self->complete;
}

guint64
haul_batch_get_n_done (HaulBatch *self)
{
  g_return_val_if_fail (HAUL_IS_BATCH (self), 0);

  return self->n_done;
}

guint64
haul_batch_get_n_failed (HaulBatch *self)
{
  g_return_val_if_fail (HAUL_IS_BATCH (self), 0);

  return self->n_failed;
}

gboolean
haul_batch_is_active (HaulBatch *self)
{
  g_return_val_if_fail (HAUL_IS_BATCH (self), FALSE);

  return !self->ended;
}

/* What the pool asks. */

int
haul_batch_get_priority (HaulBatch *self)
{
  return self->priority;
}

guint
haul_batch_get_chunksize (HaulBatch *self)
{
  return self->chunksize;
}

guint
haul_batch_get_timeout (HaulBatch *self)
{
  return self->timeout_ms;
}

guint64
haul_batch_get_n_queued (HaulBatch *self)
{
  guint64 unasked = !self->complete && self->size != G_MAXUINT64 ? self->size - self->n_items : 0;

  return self->again.length + unasked;
}

void
haul_batch_seed_item (HaulBatch   *self,
                      guint64      index,
                      HaulMessage *run)
{
  if (haul_batch_is_part (self))
    run->run.seed = self->seed;
  else
    run->run.seed = haul_random_derive (self->seed, self->first_stream + index);

  /* That takes longer than a small item, so it is done for who wants it. */
  run->run.seeds_process = self->is_seeded;
}
