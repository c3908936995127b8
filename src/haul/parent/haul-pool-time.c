/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-pool-private.h"

#include <glib/gi18n-lib.h>
#include <signal.h>

#include "haul-source-private.h"
#include "haul/wire/haul-error.h"

/* What takes too long in a pool, and what nobody waits for any more. */

#define TICK_MS 50   /* how exact all this is */

/* Items that wait behind one that takes longer go to others. */
#define SLOW_US (50 * 1000)

/* Each in its own batch, in order. Batches may end at this. */
static void
give_back (GQueue *items)
{
  HaulItem *item;

  while ((item = g_queue_pop_tail (items)) != NULL)
    {
      g_autoptr(HaulBatch) batch = g_object_ref (item->batch);

      haul_batch_take_back (batch, item);
    }
}

/* What was not begun goes back to its batch, where there is one that wants it; and a worker that is at
 * an item of this batch is ended. */
void
haul_pool_drop_items (HaulPool  *self,
                      HaulBatch *batch)
{
  g_autoptr(HaulPool) keep G_GNUC_UNUSED = g_object_ref (self);
  GQueue items = G_QUEUE_INIT;

  for (guint i = 0; i < self->workers->len; i++)
    {
      HaulPoolWorker *worker = self->workers->pdata[i];
      HaulItem *newest;

      haul_pool_worker_withdraw (worker, &items);
      newest = g_queue_peek_tail (&worker->sent);
      if (newest != NULL && newest->batch == batch)
        haul_pool_worker_stop (worker);
    }
  give_back (&items);
  haul_pool_plan_pump (self);
}

void
haul_pool_cancel_queued (HaulPool *self)
{
  g_autoptr(HaulPool) keep G_GNUC_UNUSED = g_object_ref (self);
  g_autoptr(GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, _("the pool was shut down"));
  g_autoptr(GPtrArray) batches = g_ptr_array_new_with_free_func (g_object_unref);
  GQueue items = G_QUEUE_INIT;

  for (guint i = 0; i < self->workers->len; i++)
    haul_pool_worker_withdraw (self->workers->pdata[i], &items);
  give_back (&items);
  for (guint i = 0; i < self->batches->len; i++)
    g_ptr_array_add (batches, g_object_ref (self->batches->pdata[i]));
  for (guint i = 0; i < batches->len; i++)
    haul_batch_cancel_queued (batches->pdata[i], error);
  haul_pool_plan_pump (self);
}

/* It is at its first item, the others were not begun, and somebody else may have time for them. */
static void
relieve (HaulPool       *self,
         HaulPoolWorker *worker,
         gint64          now)
{
  HaulItem *first = g_queue_peek_head (&worker->sent);
  GQueue items = G_QUEUE_INIT;

  if (worker->slow || self->workers->len < 2 || worker->sent.length < 2
      || now - worker->head_since < SLOW_US || haul_board_begun (worker->board) != first->number)
    return;

  worker->slow = TRUE;
  haul_pool_worker_withdraw (worker, &items);
  give_back (&items);
  haul_pool_plan_pump (self);
}

static void
limit_item (HaulPoolWorker *worker,
            gint64          now)
{
  HaulItem *first = g_queue_peek_head (&worker->sent);
  guint limit_ms = first != NULL && first->batch != NULL ? haul_batch_get_timeout (first->batch) : 0;

  if (limit_ms == 0 || worker->stopped || now - worker->head_since <= (gint64) limit_ms * 1000)
    return;

  first->late = TRUE;
  haul_pool_worker_stop (worker);
}

static gboolean
is_silent (HaulPoolWorker *worker)
{
  return worker->pid > 0 && !worker->ready && worker->wrong == NULL;
}

/* Hundreds that start at once on a full machine take their time, one after the other: so the time is
 * counted since any of them was heard of, and in ticks, of which a program that is stopped has none. */
static void
give_up_silent (HaulPool *self)
{
  if (++self->n_silent < self->max_silent)
    return;

  self->n_silent = 0;
  for (guint i = 0; i < self->workers->len; i++)
    {
      HaulPoolWorker *worker = self->workers->pdata[i];

      if (!is_silent (worker))
        continue;
      worker->wrong = g_error_new (HAUL_ERROR, HAUL_ERROR_START, _("worker %d started and did not say so"), worker->pid);
      haul_child_signal (worker->child, SIGKILL);
    }
}

static gboolean
tick_cb (gpointer user_data)
{
  g_autoptr(HaulPool) self = g_object_ref (user_data);
  gint64 now = g_get_monotonic_time ();
  guint n_limited = 0, n_silent = 0, n_full = 0;

  if (self->suspended_at != 0)
    return G_SOURCE_CONTINUE;

  for (guint i = 0; i < self->batches->len; i++)
    n_limited += haul_batch_get_timeout (self->batches->pdata[i]) > 0;
  for (guint i = 0; i < self->workers->len; i++)
    {
      limit_item (self->workers->pdata[i], now);
      relieve (self, self->workers->pdata[i], now);
      n_full += ((HaulPoolWorker *) self->workers->pdata[i])->sent.length > 1;
      n_silent += is_silent (self->workers->pdata[i]);
    }
  if (n_silent > 0)
    give_up_silent (self);

  if (n_limited > 0 || n_full > 0 || n_silent > 0)
    return G_SOURCE_CONTINUE;
  g_clear_pointer (&self->tick, g_source_unref);
  return G_SOURCE_REMOVE;
}

void
haul_pool_watch_time (HaulPool *self)
{
  if (self->tick == NULL)
    self->tick = haul_timer_new (TICK_MS, "[haul] what takes too long in a pool", tick_cb, self);
}
