/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-queue-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/eventfd.h>

#include "haul/wire/haul-error.h"

/* Putting, getting and joining in a main loop. All that waits for one queue is one source of that loop, woken
 * by the eventfd that comes with the queue: who waits says so in the shared memory, and whoever does what it
 * waits for adds as many tokens as loops wait. A token may be lost, to a process that died or to the loop of
 * another one, so it also looks by itself now and then.
 *
 * The guard is only tried: if somebody has it, we come again. */

#define TICK_US (250 * 1000)
#define FIRST_RETRY_US 1000
#define LONGEST_RETRY_US (64 * 1000)

/* In one turn of the loop, so that it stays free for others. */
#define MAX_STEPS 64
#define PIECE (512 * 1024)

typedef struct
{
  GTask         *task;        /* (owned) */
  GCancellable  *cancellable; /* (owned) (nullable) */
  gulong         cancelled_id;
  gint64         deadline;    /* as of HaulWait */
  GBytes        *item;        /* (owned) (nullable) what to put */
  gboolean       has_place;   /* a large one that is on its way */
  HaulQueueItem  place;
  HaulQueueTurn  turn;
  guint8        *bytes;       /* (owned) (nullable) what was got */
  gsize          n_moved;     /* of a large one */
} Op;

typedef struct
{
  GSource        source;
  HaulQueue     *queue;                       /* (unowned) the tasks have it */
  gpointer       tag;                         /* of the eventfd */
  GQueue         ops[HAUL_QUEUE_N_EVENTS];    /* (owned) of Op, by what they wait for, first come first served */
  gboolean       waits[HAUL_QUEUE_N_EVENTS];  /* we said that we do, … */
  guint32        seen[HAUL_QUEUE_N_EVENTS];   /* … and it is still known while that many have happened */
  gint64         retry_us;
} Loop;

typedef enum
{
  OP_ENDED,
  OP_MORE,   /* to be done at once */
  OP_WAITS,
  OP_BUSY,   /* somebody has the guard */
} Step;

static void
op_free (Op *op)
{
  if (op->cancelled_id != 0)
    g_cancellable_disconnect (op->cancellable, op->cancelled_id);
  g_clear_object (&op->cancellable);
  g_clear_pointer (&op->item, g_bytes_unref);
  g_free (op->bytes);
  g_object_unref (op->task);
  g_free (op);
}

/* It is taken out before anybody is told, who may begin another. */
static Step
end_op (Loop           *loop,
        HaulQueueEvent  event,
        Op             *op,
        GError         *error)
{
  g_autoptr(GTask) task = g_object_ref (op->task);
  GBytes *got = NULL;

  if (error == NULL && event == HAUL_QUEUE_ITEM)
    got = g_bytes_new_take (g_steal_pointer (&op->bytes), op->place.size);
  g_queue_remove (&loop->ops[event], op);
  op_free (op);

  if (error != NULL)
    g_task_return_error (task, error);
  else if (got != NULL)
    g_task_return_pointer (task, got, (GDestroyNotify) g_bytes_unref);
  else
    g_task_return_boolean (task, TRUE);
  return OP_ENDED;
}

static Step
fail_op (Loop             *loop,
         HaulQueueEvent    event,
         Op               *op,
         HaulQueueOutcome  outcome)
{
  GError *error = NULL;

  (void) haul_queue_fail (loop->queue, outcome, op->item != NULL ? g_bytes_get_size (op->item) : 0, &error);
  return end_op (loop, event, op, error);
}

/* Inside of the guard. */
static void
say_waits (Loop           *loop,
           HaulQueueEvent  event)
{
  HaulQueueShared *shared = loop->queue->ring.shared;

  if (loop->waits[event] && loop->seen[event] == shared->word[event])
    return;
  shared->loops[event]++;
  loop->seen[event] = shared->word[event];
  loop->waits[event] = TRUE;
}

/* TRUE with the guard; else what has come of it. */
static gboolean
enter (Loop           *loop,
       HaulQueueEvent  event,
       Op             *op,
       guint          *ret_member,
       Step           *ret_step)
{
  GError *error = NULL;

  if (haul_queue_try_enter (loop->queue, TRUE, ret_member, &error))
    return TRUE;
  *ret_step = error != NULL ? end_op (loop, event, op, error) : OP_BUSY;
  return FALSE;
}

/* The next piece of a large item, and what comes after the last one. */
static Step
move_piece (Loop           *loop,
            HaulQueueEvent  event,
            Op             *op)
{
  HaulQueueRing *ring = &loop->queue->ring;
  guint8 *there = haul_queue_ring_peek (ring, &op->place) + op->n_moved;
  gsize size = MIN (PIECE, op->place.size - op->n_moved);
  HaulQueueOutcome outcome;
  GError *error = NULL;
  guint member;
  Step step;

  if (size > 0)
    {
      if (event == HAUL_QUEUE_ITEM)
        memcpy (op->bytes + op->n_moved, there, size);
      else if (haul_queue_populate (there, size, &error))
        memcpy (there, (const guint8 *) g_bytes_get_data (op->item, NULL) + op->n_moved, size);
      else
        haul_queue_ring_put_lost (ring, &op->place);
      op->n_moved += size;
      return error != NULL ? end_op (loop, event, op, error) : OP_MORE;
    }

  if (!enter (loop, event, op, &member, &step))
    return step;
  outcome = event == HAUL_QUEUE_ITEM ? haul_queue_ring_get_end (ring, &op->place, TRUE)
                                     : haul_queue_ring_put_end (ring, &op->place, TRUE);
  haul_queue_leave (loop->queue);
  return outcome == HAUL_QUEUE_DID ? end_op (loop, event, op, NULL) : fail_op (loop, event, op, outcome);
}

static HaulQueueOutcome
begin_op (Loop           *loop,
          HaulQueueEvent  event,
          Op             *op,
          guint           member)
{
  HaulQueueRing *ring = &loop->queue->ring;
  guint8 small[HAUL_QUEUE_SMALL];
  HaulQueueOutcome outcome;
  gconstpointer bytes;
  gsize size;

  switch (event)
    {
    case HAUL_QUEUE_SPACE:
      bytes = g_bytes_get_data (op->item, &size);
      return haul_queue_ring_put (ring, member, bytes, size, &op->turn, &op->place);
    case HAUL_QUEUE_ITEM:
      outcome = haul_queue_ring_get (ring, member, small, &op->place);
      if (outcome == HAUL_QUEUE_DID && op->place.size <= HAUL_QUEUE_SMALL)
        op->bytes = g_memdup2 (small, op->place.size);
      return outcome;
    case HAUL_QUEUE_DONE:
      return haul_queue_ring_join (ring);
    case HAUL_QUEUE_N_EVENTS:
    default:
      g_assert_not_reached ();
    }
}

/* Large items have a place then, and are moved piece by piece. */
static Step
step_op (Loop           *loop,
         HaulQueueEvent  event,
         Op             *op)
{
  HaulQueueOutcome outcome;
  guint member;
  Step step;

  if (op->has_place)
    return move_piece (loop, event, op);
  if (!enter (loop, event, op, &member, &step))
    return step;
  outcome = begin_op (loop, event, op, member);
  if (outcome == HAUL_QUEUE_WAIT)
    say_waits (loop, event);
  haul_queue_leave (loop->queue);

  if (outcome == HAUL_QUEUE_WAIT)
    return OP_WAITS;
  if (outcome != HAUL_QUEUE_DID)
    return fail_op (loop, event, op, outcome);
  if (event == HAUL_QUEUE_DONE || op->place.size <= HAUL_QUEUE_SMALL)
    return end_op (loop, event, op, NULL);

  op->has_place = TRUE;
  if (event != HAUL_QUEUE_ITEM || (op->bytes = g_try_malloc (op->place.size)) != NULL)
    return OP_MORE;
  haul_queue_ring_get_lost (&loop->queue->ring, &op->place);
  return end_op (loop, event, op, g_error_new (G_IO_ERROR, G_IO_ERROR_NO_SPACE,
                                               "no memory for an item of %" G_GSIZE_FORMAT " bytes", op->place.size));
}

/* It is to end now, without having been done. */
static void
give_up (Loop           *loop,
         HaulQueueEvent  event,
         Op             *op,
         HaulWaited      waited)
{
  static const char * const what[] = {
    N_("cannot take an item out of the queue"),
    N_("cannot put an item into the queue"),
    N_("cannot wait for the items of the queue"),
  };
  GError *error = NULL;

  if (op->has_place && event == HAUL_QUEUE_ITEM)
    haul_queue_ring_get_lost (&loop->queue->ring, &op->place);
  else if (op->has_place)
    haul_queue_ring_put_lost (&loop->queue->ring, &op->place);
  haul_queue_ring_end_turn (&loop->queue->ring, &op->turn);
  (void) haul_wait_fail (waited, _(what[event]), &error);
  (void) end_op (loop, event, op, error);
}

/* Whoever was cancelled, wherever it stands; and who waits for its turn longer than it wanted. @waits: the first
 * one has to wait, and so do those behind it, of whom some were not to. */
static void
end_overdue (Loop           *loop,
             HaulQueueEvent  event,
             gboolean        waits)
{
  gint64 now = g_get_monotonic_time ();
  GList *link = loop->ops[event].head;

  while (link != NULL)
    {
      Op *op = link->data;
      gboolean is_cancelled = g_cancellable_is_cancelled (op->cancellable);
      gboolean is_overdue = op->deadline == 0 ? waits : op->deadline > 0 && op->deadline <= now;

      link = link->next;
      if (!is_cancelled && (op->has_place || !is_overdue))
        continue;
      give_up (loop, event, op, is_cancelled ? HAUL_WAIT_CANCELLED
                                : op->deadline == 0 ? HAUL_WAIT_WOULD_BLOCK : HAUL_WAIT_TIMED_OUT);
      link = loop->ops[event].head;   /* who was told may have changed all */
    }
}

static Step
step_event (Loop           *loop,
            HaulQueueEvent  event,
            guint          *n_steps)
{
  Step step = OP_ENDED;
  Op *op;

  end_overdue (loop, event, FALSE);
  while ((step == OP_ENDED || step == OP_MORE) && (op = g_queue_peek_head (&loop->ops[event])) != NULL)
    {
      if (*n_steps == 0)
        return OP_MORE;
      *n_steps -= MIN (*n_steps, op->has_place ? MAX_STEPS : 1);
      step = step_op (loop, event, op);
      if (step == OP_WAITS && op->deadline == 0)
        {
          give_up (loop, event, op, HAUL_WAIT_WOULD_BLOCK);
          step = OP_ENDED;
        }
    }
  if (step != OP_WAITS)
    return step;

  end_overdue (loop, event, TRUE);
  return g_queue_peek_head (&loop->ops[event]) == op ? OP_WAITS : OP_MORE;   /* perhaps another one need not wait */
}

/* When to look again, though no token comes. */
static void
set_alarm (Loop *loop,
           Step  step)
{
  gint64 now = g_get_monotonic_time (), next = now + TICK_US;

  loop->retry_us = step == OP_BUSY ? CLAMP (2 * loop->retry_us, FIRST_RETRY_US, LONGEST_RETRY_US) : 0;
  if (step == OP_MORE)
    next = 0;
  else if (step == OP_BUSY)
    next = now + loop->retry_us;
  for (guint i = 0; i < HAUL_QUEUE_N_EVENTS; i++)
    {
      for (GList *link = loop->ops[i].head; link != NULL; link = link->next)
        {
          const Op *op = link->data;

          if (op->deadline > 0 && !op->has_place)
            next = MIN (next, op->deadline);
        }
    }
  g_source_set_ready_time (&loop->source, next);

  /* Only now: what cancelled_cb() sets in another thread must not be overwritten. */
  for (guint i = 0; i < HAUL_QUEUE_N_EVENTS; i++)
    for (GList *link = loop->ops[i].head; link != NULL; link = link->next)
      if (g_cancellable_is_cancelled (((const Op *) link->data)->cancellable))
        g_source_set_ready_time (&loop->source, 0);
}

static gboolean
loop_dispatch (GSource     *source,
               GSourceFunc  callback G_GNUC_UNUSED,
               gpointer     user_data G_GNUC_UNUSED)
{
  Loop *loop = (Loop *) source;
  g_autoptr(HaulQueue) queue = g_object_ref (loop->queue);
  guint n_steps = MAX_STEPS;
  Step worst = OP_WAITS;
  gboolean is_idle = TRUE;
  eventfd_t token;

  if (g_source_query_unix_fd (source, loop->tag) != 0)
    (void) eventfd_read (haul_shareable_get_fd (HAUL_SHAREABLE (queue), 1), &token);   /* another loop may have been faster */
  for (guint i = 0; i < HAUL_QUEUE_N_EVENTS; i++)
    {
      Step step = step_event (loop, i, &n_steps);

      if (step == OP_MORE || (step == OP_BUSY && worst != OP_MORE))
        worst = step;
    }

  for (guint i = 0; i < HAUL_QUEUE_N_EVENTS; i++)
    is_idle &= g_queue_is_empty (&loop->ops[i]);
  if (!is_idle)
    {
      set_alarm (loop, worst);
      return G_SOURCE_CONTINUE;
    }
  queue->loop = NULL;
  return G_SOURCE_REMOVE;
}

static GSourceFuncs loop_funcs = { .dispatch = loop_dispatch };

/* Attached as long as something waits. NULL if that is in another context. */
static Loop *
ensure_loop (HaulQueue *self)
{
  g_autoptr(GMainContext) context = g_main_context_ref_thread_default ();
  Loop *loop;

  if (self->loop != NULL)
    return g_source_get_context (self->loop) == context ? (Loop *) self->loop : NULL;

  self->loop = g_source_new (&loop_funcs, sizeof *loop);
  loop = (Loop *) self->loop;
  loop->queue = self;
  for (guint i = 0; i < HAUL_QUEUE_N_EVENTS; i++)
    {
      g_queue_init (&loop->ops[i]);
      loop->waits[i] = FALSE;
    }
  loop->retry_us = 0;
  loop->tag = g_source_add_unix_fd (self->loop, haul_shareable_get_fd (HAUL_SHAREABLE (self), 1), G_IO_IN);
  g_source_set_static_name (self->loop, "[haul] queue");
  g_source_set_priority (self->loop, G_PRIORITY_DEFAULT_IDLE);
  (void) g_source_attach (self->loop, context);
  g_source_unref (self->loop);   /* the context has it */
  return loop;
}

/* From whatever thread. */
static void
cancelled_cb (GCancellable *cancellable G_GNUC_UNUSED,
              gpointer      data)
{
  g_source_set_ready_time (data, 0);
}

static void
add_op (HaulQueue      *self,
        HaulQueueEvent  event,
        GTask          *task,
        GBytes         *item,
        int             timeout_ms)
{
  GCancellable *cancellable = g_task_get_cancellable (task);
  Loop *loop = ensure_loop (self);
  HaulWait wait;
  Op *op;

  if (loop == NULL)
    {
      g_task_return_new_error (task, HAUL_ERROR, HAUL_ERROR_NOT_POSSIBLE,
                               _("something waits for this queue in another main context"));
      g_object_unref (task);
      return;
    }
  g_task_set_check_cancellable (task, FALSE);   /* an item that was taken is given out */
  haul_wait_init (&wait, timeout_ms, NULL);
  op = g_new0 (Op, 1);
  op->task = task;
  op->item = item != NULL ? g_bytes_ref (item) : NULL;
  op->deadline = wait.deadline;
  haul_queue_turn_init (&op->turn);
  g_queue_push_tail (&loop->ops[event], op);
  if (cancellable != NULL)
    {
      op->cancellable = g_object_ref (cancellable);
      op->cancelled_id = g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb), g_source_ref (&loop->source),
                                                (GDestroyNotify) g_source_unref);
    }
  g_source_set_ready_time (&loop->source, 0);
}

void
haul_queue_put_async (HaulQueue           *self,
                      GBytes              *item,
                      int                  timeout_ms,
                      GCancellable        *cancellable,
                      GAsyncReadyCallback  callback,
                      gpointer             user_data)
{
  GTask *task;

  g_return_if_fail (HAUL_IS_QUEUE (self));
  g_return_if_fail (item != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, haul_queue_put_async);
  g_task_set_name (task, "[haul] put into queue");
  add_op (self, HAUL_QUEUE_SPACE, task, item, timeout_ms);
}

gboolean
haul_queue_put_finish (HaulQueue     *self,
                       GAsyncResult  *result,
                       GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

void
haul_queue_get_async (HaulQueue           *self,
                      int                  timeout_ms,
                      GCancellable        *cancellable,
                      GAsyncReadyCallback  callback,
                      gpointer             user_data)
{
  GTask *task;

  g_return_if_fail (HAUL_IS_QUEUE (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, haul_queue_get_async);
  g_task_set_name (task, "[haul] get from queue");
  add_op (self, HAUL_QUEUE_ITEM, task, NULL, timeout_ms);
}

GBytes *
haul_queue_get_finish (HaulQueue     *self,
                       GAsyncResult  *result,
                       GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

void
haul_queue_join_async (HaulQueue           *self,
                       int                  timeout_ms,
                       GCancellable        *cancellable,
                       GAsyncReadyCallback  callback,
                       gpointer             user_data)
{
  GTask *task;

  g_return_if_fail (HAUL_IS_QUEUE (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, haul_queue_join_async);
  g_task_set_name (task, "[haul] join queue");
  add_op (self, HAUL_QUEUE_DONE, task, NULL, timeout_ms);
}

gboolean
haul_queue_join_finish (HaulQueue     *self,
                        GAsyncResult  *result,
                        GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
