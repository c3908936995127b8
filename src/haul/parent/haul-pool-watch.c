/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-pool-private.h"

#include <signal.h>

#include "haul-source-private.h"

/* What a pool shows of itself while it works, and holding it. Whatever changes only makes sure that a timer is there,
 * which compares and tells. */

#define TELL_US (G_USEC_PER_SEC / 10)

/* Rows and workers are in one order, that in which they came: rows of workers that are gone lie between,
 * and those of new workers are missing at the end. */
static void
remove_gone (HaulPool *self)
{
  GListModel *rows = G_LIST_MODEL (self->infos);
  guint row = 0;

  for (guint i = 0; i < self->workers->len; i++)
    {
      HaulPoolWorker *worker = self->workers->pdata[i];

      if (worker->info == NULL)
        break;
      while (row < g_list_model_get_n_items (rows))
        {
          g_autoptr(HaulPoolWorkerInfo) info = g_list_model_get_item (rows, row);

          if (info == worker->info)
            break;
          g_list_store_remove (self->infos, row);
        }
      row++;
    }
  while (row < g_list_model_get_n_items (rows))
    g_list_store_remove (self->infos, row);
}

static void
update_workers (HaulPool *self)
{
  remove_gone (self);
  for (guint i = 0; i < self->workers->len; i++)
    {
      HaulPoolWorker *worker = self->workers->pdata[i];

      if (worker->info != NULL)
        {
          haul_pool_worker_info_update (worker->info, worker);
          continue;
        }
      worker->info = g_object_new (HAUL_TYPE_POOL_WORKER_INFO, NULL);
      haul_pool_worker_info_update (worker->info, worker);
      g_list_store_append (self->infos, worker->info);
    }
}

static void
tell_numbers (HaulPool *self)
{
  guint n_busy = haul_pool_get_n_busy (self);
  guint64 n_queued = haul_pool_get_n_queued (self);

  if (self->told_n_busy != n_busy)
    {
      self->told_n_busy = n_busy;
      g_object_notify (G_OBJECT (self), "n-busy");
    }
  if (self->told_n_queued != n_queued)
    {
      self->told_n_queued = n_queued;
      g_object_notify (G_OBJECT (self), "n-queued");
    }
}

static gboolean
tell_cb (gpointer user_data)
{
  g_autoptr(HaulPool) self = g_object_ref (user_data);

  g_clear_pointer (&self->tell, g_source_unref);
  self->told_at = g_get_monotonic_time ();
  if (self->infos != NULL)
    update_workers (self);
  tell_numbers (self);
  return G_SOURCE_REMOVE;
}

/* At once after a quiet time, and otherwise when it is time again. */
void
haul_pool_plan_tell (HaulPool *self)
{
  gint64 left = self->told_at + TELL_US - g_get_monotonic_time ();

  self->tell = haul_timer_new (left > 0 ? left / 1000 + 1 : 0, "[haul] news of the pool", tell_cb, self);
}

GListModel *
haul_pool_get_workers (HaulPool *self)
{
  g_return_val_if_fail (HAUL_IS_POOL (self), NULL);

  if (self->infos == NULL)
    {
      self->infos = g_list_store_new (HAUL_TYPE_POOL_WORKER_INFO);
      update_workers (self);
    }
  return G_LIST_MODEL (self->infos);
}

guint
haul_pool_get_n_busy (HaulPool *self)
{
  guint n = 0;

  g_return_val_if_fail (HAUL_IS_POOL (self), 0);

  for (guint i = 0; i < self->workers->len; i++)
    n += ((HaulPoolWorker *) self->workers->pdata[i])->sent.length > 0;
  return n;
}

guint64
haul_pool_get_n_queued (HaulPool *self)
{
  guint64 n = 0;

  g_return_val_if_fail (HAUL_IS_POOL (self), 0);

  for (guint i = 0; i < self->batches->len; i++)
    n += haul_batch_get_n_queued (self->batches->pdata[i]);
  return n;
}

gboolean
haul_pool_get_held (HaulPool *self)
{
  g_return_val_if_fail (HAUL_IS_POOL (self), FALSE);

  return self->held;
}

void
haul_pool_set_held (HaulPool *self,
                    gboolean  held)
{
  g_return_if_fail (HAUL_IS_POOL (self));

  if (self->held == !!held)
    return;

  self->held = !!held;
  haul_pool_plan_pump (self);
  g_object_notify (G_OBJECT (self), "held");
}

gboolean
haul_pool_get_suspended (HaulPool *self)
{
  g_return_val_if_fail (HAUL_IS_POOL (self), FALSE);

  return self->suspended_at != 0;
}

/* Those that have no process yet are stopped as soon as they have. */
void
haul_pool_suspend (HaulPool *self)
{
  g_return_if_fail (HAUL_IS_POOL (self));

  if (self->suspended_at != 0)
    return;

  self->suspended_at = g_get_monotonic_time ();
  for (guint i = 0; i < self->workers->len; i++)
    {
      HaulPoolWorker *worker = self->workers->pdata[i];

      if (!worker->stopped)
        haul_child_signal (worker->child, SIGSTOP);
    }
  g_object_notify (G_OBJECT (self), "suspended");
}

void
haul_pool_resume (HaulPool *self)
{
  gint64 now = g_get_monotonic_time ();

  g_return_if_fail (HAUL_IS_POOL (self));

  if (self->suspended_at == 0)
    return;

  for (guint i = 0; i < self->workers->len; i++)
    {
      HaulPoolWorker *worker = self->workers->pdata[i];

      /* The time in between is not theirs. */
      worker->head_since += now - MAX (worker->head_since, self->suspended_at);
      haul_child_signal (worker->child, SIGCONT);
    }
  self->suspended_at = 0;
  haul_pool_plan_pump (self);
  g_object_notify (G_OBJECT (self), "suspended");
}
