/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-batch-private.h"
#include "haul-joiners-private.h"

/* The items of a batch one after the other, for whoever asks for them. */

/* So far ahead of who takes them a batch runs that does not keep its results. */
#define MAX_READY       16384
#define MAX_READY_BYTES (64 * 1024 * 1024)

typedef struct
{
  guint64  index;
  GBytes  *result;   /* (owned) (nullable) */
  GError  *error;    /* (owned) (nullable) */
} Ready;

struct _HaulBatchTaker
{
  GQueue     ready;     /* (owned) of Ready: not taken yet, in the order in which they are given out */
  gsize      n_bytes;   /* of their results */
  GPtrArray *joiners;   /* (owned) of GTask: nothing was ready for them; then there is nothing in there */
};

static void
ready_free (gpointer data)
{
  Ready *self = data;

  g_clear_pointer (&self->result, g_bytes_unref);
  g_clear_error (&self->error);
  g_free (self);
}

void
haul_batch_taker_free (HaulBatchTaker *self)
{
  g_queue_clear_full (&self->ready, ready_free);
  g_ptr_array_unref (self->joiners);
  g_free (self);
}

static gsize
size_of (Ready *ready)
{
  return ready->result != NULL ? g_bytes_get_size (ready->result) : 0;
}

static void
push (HaulBatchTaker *self,
      guint64         index,
      GBytes         *result,
      const GError   *error)
{
  Ready *ready = g_new0 (Ready, 1);

  ready->index = index;
  ready->result = result != NULL ? g_bytes_ref (result) : NULL;
  ready->error = error != NULL ? g_error_copy (error) : NULL;
  self->n_bytes += size_of (ready);
  g_queue_push_tail (&self->ready, ready);
}

static void
answer (HaulBatchTaker *self,
        GTask          *task)
{
  Ready *ready = g_queue_pop_head (&self->ready);

  if (ready != NULL)
    self->n_bytes -= size_of (ready);
  g_task_return_pointer (task, ready, ready_free);
}

void
haul_batch_taker_give (HaulBatchTaker *self,
                       guint64         index,
                       GBytes         *result,
                       const GError   *error)
{
  g_autoptr(GTask) task = haul_joiners_steal (self->joiners);

  push (self, index, result, error);
  if (task != NULL)
    answer (self, task);
}

static void
tell_end (HaulBatch *self,
          GTask     *task)
{
  if (self->whole_error != NULL)
    g_task_return_error (task, g_error_copy (self->whole_error));
  else
    g_task_return_pointer (task, NULL, NULL);
}

void
haul_batch_taker_end (HaulBatch *self)
{
  GTask *next;

  while ((next = haul_joiners_steal (self->taker->joiners)) != NULL)
    {
      g_autoptr(GTask) task = next;

      tell_end (self, task);
    }
}

gboolean
haul_batch_taker_has_room (HaulBatch *self)
{
  return self->keep || (self->taker->ready.length + self->n_out < MAX_READY && self->taker->n_bytes < MAX_READY_BYTES);
}

static void
push_kept (HaulBatch *self,
           guint64    index)
{
  HaulOutcome *outcome = haul_outcomes_lookup (&self->outcomes, index);

  if (outcome != NULL)
    push (self->taker, index, outcome->result, outcome->error);
}

/* Whoever comes late is given what is kept, as far as it was given out. */
static void
take_over (HaulBatch *self)
{
  guint64 end = self->ordered ? self->next_given : self->n_items;

  self->taker = g_new0 (HaulBatchTaker, 1);
  g_queue_init (&self->taker->ready);
  self->taker->joiners = haul_joiners_new ();
  for (guint64 index = 0; index < end; index++)
    push_kept (self, index);
  push_kept (self, self->out_of_turn);
}

/**
 * haul_batch_next_async:
 * @self: a batch; one that does not keep its results was not submitted when this was
 *   called first
 * @timeout_ms: how long to wait, in ms; 0 only looks, below 0 waits for ever
 * @cancellable: (nullable): stops the waiting, not the batch
 * @callback: (scope async): called with the next item, at the end, or when the time is over
 * @user_data: for @callback
 *
 * Takes the next item that has ended, waiting for it: in the order of the arguments,
 * or with haul_batch_set_ordered() off, of the results. Each item is given once. One that
 * was waited for in vain is given to whoever asks next. Several may ask at once, and
 * are answered in the order in which they did.
 *
 * A batch that does not keep its results has its workers wait when nobody takes what
 * they have done: at 16,384 items, or at 64 MiB of results. Who wants no more of them
 * should then call haul_batch_cancel().
 */
void
haul_batch_next_async (HaulBatch           *self,
                       int                  timeout_ms,
                       GCancellable        *cancellable,
                       GAsyncReadyCallback  callback,
                       gpointer             user_data)
{
  g_autoptr(GTask) task = NULL;

  g_return_if_fail (HAUL_IS_BATCH (self));
  g_return_if_fail (self->taker != NULL || self->keep || !haul_batch_is_attached (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, haul_batch_next_async);
  g_task_set_name (task, "[haul] next item");
  if (self->taker == NULL)
    take_over (self);

  if (g_task_return_error_if_cancelled (task))
    return;
  g_task_set_check_cancellable (task, FALSE);   /* once it is taken, nobody else can have it */
  if (self->taker->ready.length > 0)
    {
      answer (self->taker, task);
      if (self->pool != NULL && !self->keep)
        haul_pool_plan_pump (self->pool);   /* there may be room for more */
    }
  else if (self->ended)
    {
      tell_end (self, task);
    }
  else
    {
      haul_joiners_add (self->taker->joiners, task, timeout_ms, haul_joiners_fail);
    }
}

/**
 * haul_batch_next_finish:
 * @self: a batch
 * @result: of the call
 * @ret_index: (out) (optional): which item it is; also of one that has failed
 * @ret_result: (out) (optional) (nullable) (transfer full): its result; %NULL when
 *   there are no more items
 * @error: what became of the item instead; %G_IO_ERROR_TIMED_OUT when the time was over
 *   before there was one, %G_IO_ERROR_CANCELLED when the waiting was stopped; or, instead
 *   of the items that are missing then, why the batch was ended before its time
 *
 * Gives the item that haul_batch_next_async() has waited for. An item that took longer
 * than it was allowed to fails with %HAUL_ERROR_TIMED_OUT, which is another error.
 *
 * Returns: %TRUE unless @error is set
 */
gboolean
haul_batch_next_finish (HaulBatch     *self,
                        GAsyncResult  *result,
                        guint64       *ret_index,
                        GBytes       **ret_result,
                        GError       **error)
{
  g_autoptr(GError) problem = NULL;
  Ready *ready;
  gboolean done;

  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  ready = g_task_propagate_pointer (G_TASK (result), &problem);
  if (ready != NULL && ret_index != NULL)
    *ret_index = ready->index;
  if (ready != NULL && ready->error != NULL)
    problem = g_steal_pointer (&ready->error);
  done = problem == NULL;
  if (done && ret_result != NULL)
    *ret_result = ready != NULL ? g_steal_pointer (&ready->result) : NULL;
  if (ready != NULL)
    ready_free (ready);
  if (!done)
    g_propagate_error (error, g_steal_pointer (&problem));
  return done;
}
