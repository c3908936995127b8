/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-pool-private.h"

/* What is shared with the items of a batch, on its way to a worker. */

/* Sets that may be on their way to one: their file descriptors count as open files of ours until it takes
 * them. */
#define MAX_SETS 4

gboolean
haul_pool_worker_may_pass (HaulPoolWorker *self,
                           HaulBatch      *batch)
{
  HaulShares *shares = haul_batch_get_shares (batch);

  return shares == NULL || self->n_sets < MAX_SETS || haul_child_has_shares (self->child, shares);
}

/* What is shared goes ahead of the RUN that it is for. */
gboolean
haul_pool_worker_pass_shares (HaulPoolWorker  *self,
                              HaulItem        *item,
                              guint32         *ret_serial,
                              GError         **error)
{
  HaulShares *shares = item->batch != NULL ? haul_batch_get_shares (item->batch) : self->pool->init_shares;
  gboolean is_new = shares != NULL && !haul_child_has_shares (self->child, shares);

  if (is_new && !haul_child_pass_shares (self->child, shares, error))
    return FALSE;

  item->with_set = is_new;
  self->n_sets += is_new;
  *ret_serial = shares != NULL ? haul_child_get_shares_serial (self->child) : 0;
  return TRUE;
}

void
haul_pool_worker_refuse (HaulPoolWorker *self,
                         HaulItem       *item,
                         const GError   *error)
{
  g_autoptr(HaulBatch) batch = item->batch != NULL ? g_object_ref (item->batch) : NULL;

  if (batch == NULL)
    {
      haul_item_free (item);
      haul_pool_worker_unfit (self->pool, self, error->message);
    }
  else if (haul_batch_is_part (batch))
    haul_batch_part_died (batch, item, error, -1, 0);
  else
    haul_batch_item_ended (batch, item, error);
}
