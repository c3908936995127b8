/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-pipe-private.h"

#include <glib/gi18n-lib.h>

#include "haul/wire/haul-error.h"

/* Sending and receiving in a main loop: one source for each direction, as long as something waits in it. */

/* In one turn of the loop, so that it stays free for others. */
#define PIECE (512 * 1024)
#define MAX_MESSAGES 64

typedef struct
{
  GTask           *task;          /* (owned) */
  GCancellable    *cancellable;   /* (owned) (nullable) */
  gulong           cancelled_id;
  gint64           deadline;      /* as of HaulWait */
  HaulPipeMessage  message;       /* to send */
} Op;

typedef struct
{
  GSource            source;
  HaulPipe          *pipe;   /* (unowned) the tasks have it */
  HaulPipeDirection  direction;
  GQueue             ops;    /* (owned) of Op */
} Loop;

/* It is taken out before anybody is told, who may begin another. Takes @received and @error. */
static void
end_op (Loop   *loop,
        Op     *op,
        GBytes *received,
        GError *error)
{
  GTask *task = op->task;

  g_queue_remove (&loop->ops, op);
  if (op->cancelled_id != 0)
    g_cancellable_disconnect (op->cancellable, op->cancelled_id);
  g_clear_object (&op->cancellable);
  haul_pipe_message_clear (&op->message);
  g_free (op);

  if (error != NULL)
    g_task_return_error (task, error);
  else if (received != NULL)
    g_task_return_pointer (task, received, (GDestroyNotify) g_bytes_unref);
  else
    g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

/* It is to end now, without having been done. */
static void
give_up (Loop       *loop,
         Op         *op,
         HaulWaited  waited)
{
  GError *error = NULL;

  if (loop->direction == HAUL_PIPE_SEND && op->message.n_moved > 0)
    haul_pipe_break_sending (loop->pipe);
  (void) haul_wait_fail (waited,
                         loop->direction == HAUL_PIPE_SEND ? _("cannot send a message") : _("cannot receive a message"),
                         &error);
  end_op (loop, op, NULL, error);
}

/* @waits: the first one has to wait, and so do those behind it, of whom some were not to. */
static void
end_overdue (Loop     *loop,
             gboolean  waits)
{
  gint64 now = g_get_monotonic_time ();
  GList *link = loop->ops.head;

  while (link != NULL)
    {
      Op *op = link->data;
      gboolean is_cancelled = g_cancellable_is_cancelled (op->cancellable);
      gboolean is_overdue = op->deadline == 0 ? waits : op->deadline > 0 && op->deadline <= now;

      link = link->next;
      if (!is_cancelled && !is_overdue)
        continue;
      give_up (loop, op, is_cancelled ? HAUL_WAIT_CANCELLED
                         : op->deadline == 0 ? HAUL_WAIT_WOULD_BLOCK : HAUL_WAIT_TIMED_OUT);
      link = loop->ops.head;   /* who was told may have changed all */
    }
}

static HaulPipeStep
step_op (Loop *loop,
         Op   *op)
{
  GBytes *received = NULL;
  GError *error = NULL;
  HaulPipeStep step;

  if (haul_pipe_get_fd (loop->pipe) < 0)
    {
      g_set_error_literal (&error, HAUL_ERROR, HAUL_ERROR_CLOSED, _("the pipe is closed"));
      step = HAUL_PIPE_FAILED;
    }
  else if (g_atomic_int_get (&loop->pipe->is_broken[loop->direction]))
    {
      g_set_error_literal (&error, HAUL_ERROR, HAUL_ERROR_PROTOCOL, _("the pipe is broken: a message was not whole"));
      step = HAUL_PIPE_FAILED;
    }
  else
    {
      step = loop->direction == HAUL_PIPE_SEND ? haul_pipe_push (loop->pipe, &op->message, PIECE, &error)
                                               : haul_pipe_pull (loop->pipe, PIECE, &error);
    }

  if (step == HAUL_PIPE_WAIT && op->deadline == 0)
    {
      give_up (loop, op, HAUL_WAIT_WOULD_BLOCK);
      return HAUL_PIPE_DID;
    }
  if (step == HAUL_PIPE_WAIT || step == HAUL_PIPE_MORE)
    return step;
  if (step == HAUL_PIPE_DID && loop->direction == HAUL_PIPE_RECEIVE)
    received = haul_pipe_take_received (loop->pipe);
  end_op (loop, op, received, error);
  return HAUL_PIPE_DID;
}

static void
set_alarm (Loop         *loop,
           HaulPipeStep  step)
{
  gint64 next = step == HAUL_PIPE_WAIT ? -1 : 0;

  for (GList *link = loop->ops.head; link != NULL && next != 0; link = link->next)
    {
      const Op *op = link->data;

      if (op->deadline > 0)
        next = next < 0 ? op->deadline : MIN (next, op->deadline);
    }
  g_source_set_ready_time (&loop->source, next);

  /* Only now: what cancelled_cb() sets in another thread must not be overwritten. */
  for (GList *link = loop->ops.head; link != NULL; link = link->next)
    if (g_cancellable_is_cancelled (((const Op *) link->data)->cancellable))
      g_source_set_ready_time (&loop->source, 0);
}

/* Nothing waits any more: the next call makes another one. */
static void
detach (Loop *loop)
{
  loop->pipe->loops[loop->direction] = NULL;
  haul_pipe_end (loop->pipe, loop->direction);
}

static gboolean
loop_dispatch (GSource     *source,
               GSourceFunc  callback G_GNUC_UNUSED,
               gpointer     user_data G_GNUC_UNUSED)
{
  Loop *loop = (Loop *) source;
  g_autoptr(HaulPipe) pipe = g_object_ref (loop->pipe);
  HaulPipeStep step = HAUL_PIPE_DID;
  Op *op;

  end_overdue (loop, FALSE);
  for (guint i = 0; i < MAX_MESSAGES && step == HAUL_PIPE_DID && (op = g_queue_peek_head (&loop->ops)) != NULL; i++)
    step = step_op (loop, op);
  if (step == HAUL_PIPE_WAIT)
    {
      end_overdue (loop, TRUE);
      if (g_queue_peek_head (&loop->ops) != op)
        step = HAUL_PIPE_DID;   /* perhaps another one need not wait */
    }

  if (!g_queue_is_empty (&loop->ops))
    {
      set_alarm (loop, step);
      return G_SOURCE_CONTINUE;
    }
  if (pipe->loops[loop->direction] == source)
    detach (loop);
  return G_SOURCE_REMOVE;
}

static GSourceFuncs loop_funcs = { .dispatch = loop_dispatch };

/* NULL with @error when something else uses the pipe, or waits in another context. */
static Loop *
ensure_loop (HaulPipe           *self,
             HaulPipeDirection   direction,
             GError            **error)
{
  g_autoptr(GMainContext) context = g_main_context_ref_thread_default ();
  GSource *source = self->loops[direction];
  Loop *loop;

  if (source != NULL && g_source_get_context (source) == context)
    return (Loop *) source;
  if (source != NULL)
    {
      g_set_error_literal (error, HAUL_ERROR, HAUL_ERROR_NOT_POSSIBLE,
                           _("something waits for this pipe in another main context"));
      return NULL;
    }
  if (!haul_pipe_begin (self, direction, error))
    return NULL;

  source = g_source_new (&loop_funcs, sizeof *loop);
  loop = (Loop *) source;
  loop->pipe = self;
  loop->direction = direction;
  g_queue_init (&loop->ops);
  g_source_add_unix_fd (source, haul_pipe_get_fd (self), direction == HAUL_PIPE_SEND ? G_IO_OUT : G_IO_IN);
  g_source_set_static_name (source, "[haul] pipe");
  g_source_set_priority (source, G_PRIORITY_DEFAULT_IDLE);
  (void) g_source_attach (source, context);
  g_source_unref (source);   /* the context has it */
  self->loops[direction] = source;
  return loop;
}

/* Its fd is closed already, so it must not be polled any more: all that waits is told in the next turn of the
 * loop, by a source of its own. */
static gboolean
closed_cb (gpointer user_data)
{
  Loop *loop = user_data;
  Op *op;

  while ((op = g_queue_peek_head (&loop->ops)) != NULL)
    end_op (loop, op, NULL, g_error_new_literal (HAUL_ERROR, HAUL_ERROR_CLOSED, _("the pipe is closed")));
  return G_SOURCE_REMOVE;
}

void
haul_pipe_loops_close (HaulPipe *self)
{
  for (guint i = 0; i < HAUL_PIPE_N_DIRECTIONS; i++)
    {
      GSource *source = self->loops[i];
      g_autoptr(GSource) idle = NULL;

      if (source == NULL)
        continue;
      idle = g_idle_source_new ();
      g_source_set_static_name (idle, "[haul] pipe closed");
      g_source_set_callback (idle, closed_cb, g_source_ref (source), (GDestroyNotify) g_source_unref);
      (void) g_source_attach (idle, g_source_get_context (source));
      g_source_destroy (source);
      detach ((Loop *) source);
    }
}

/* From whatever thread. */
static void
cancelled_cb (GCancellable *cancellable G_GNUC_UNUSED,
              gpointer      data)
{
  g_source_set_ready_time (data, 0);
}

static void
add_op (HaulPipe          *self,
        HaulPipeDirection  direction,
        GTask             *task,
        GBytes            *message,
        int                timeout_ms)
{
  GCancellable *cancellable = g_task_get_cancellable (task);
  HaulPipeMessage sent = { 0 };
  GError *error = NULL;
  Loop *loop = NULL;
  HaulWait wait;
  Op *op;

  if (message == NULL || haul_pipe_message_init (self, &sent, message, &error))
    loop = ensure_loop (self, direction, &error);
  if (loop == NULL)
    {
      haul_pipe_message_clear (&sent);
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }

  g_task_set_check_cancellable (task, FALSE);   /* a message that was received is given out */
  haul_wait_init (&wait, timeout_ms, NULL);
  op = g_new0 (Op, 1);
  op->task = task;
  op->message = sent;
  op->deadline = wait.deadline;
  g_queue_push_tail (&loop->ops, op);
  if (cancellable != NULL)
    {
      op->cancellable = g_object_ref (cancellable);
      op->cancelled_id = g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb), g_source_ref (&loop->source),
                                                (GDestroyNotify) g_source_unref);
    }
  g_source_set_ready_time (&loop->source, 0);
}

void
haul_pipe_send_async (HaulPipe            *self,
                      GBytes              *message,
                      int                  timeout_ms,
                      GCancellable        *cancellable,
                      GAsyncReadyCallback  callback,
                      gpointer             user_data)
{
  GTask *task;

  g_return_if_fail (HAUL_IS_PIPE (self));
  g_return_if_fail (message != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, haul_pipe_send_async);
  g_task_set_name (task, "[haul] send through pipe");
  add_op (self, HAUL_PIPE_SEND, task, message, timeout_ms);
}

gboolean
haul_pipe_send_finish (HaulPipe      *self,
                       GAsyncResult  *result,
                       GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

void
haul_pipe_receive_async (HaulPipe            *self,
                         int                  timeout_ms,
                         GCancellable        *cancellable,
                         GAsyncReadyCallback  callback,
                         gpointer             user_data)
{
  GTask *task;

  g_return_if_fail (HAUL_IS_PIPE (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, haul_pipe_receive_async);
  g_task_set_name (task, "[haul] receive through pipe");
  add_op (self, HAUL_PIPE_RECEIVE, task, NULL, timeout_ms);
}

GBytes *
haul_pipe_receive_finish (HaulPipe      *self,
                          GAsyncResult  *result,
                          GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
