/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-process.h"

#include "haul-process-private.h"
#include "haul-source-private.h"

/* What wakes one who waits before the end comes. */
typedef struct
{
  GSource *timeout;     /* (owned) (nullable) */
  GSource *cancelled;   /* (owned) (nullable) */
} Patience;

static void
patience_free (gpointer data)
{
  Patience *patience = data;

  haul_source_clear (&patience->timeout);
  haul_source_clear (&patience->cancelled);
  g_free (patience);
}

/* Out of the list of those who wait; NULL when it is not in there any more. */
static GTask *
steal_joiner (GTask *task)
{
  HaulProcess *self = g_task_get_source_object (task);
  guint index;

  if (self->joiners == NULL || !g_ptr_array_find (self->joiners, task, &index))
    return NULL;

  return g_ptr_array_steal_index (self->joiners, index);
}

static gboolean
timeout_cb (gpointer user_data)
{
  g_autoptr(GTask) task = steal_joiner (user_data);

  if (task != NULL)
    {
      Patience *patience = g_task_get_task_data (task);

      g_clear_pointer (&patience->timeout, g_source_unref);
      g_task_return_boolean (task, FALSE);
    }
  return G_SOURCE_REMOVE;
}

static gboolean
cancelled_cb (GCancellable *cancellable,
              gpointer      user_data)
{
  g_autoptr(GTask) task = steal_joiner (user_data);

  if (task != NULL)
    (void) g_task_return_error_if_cancelled (task);
  return G_SOURCE_REMOVE;
}

static void
wait_for_end (HaulProcess  *self,
              GTask        *task,
              int           timeout_ms,
              GCancellable *cancellable)
{
  Patience *patience = g_new0 (Patience, 1);

  g_task_set_task_data (task, patience, patience_free);
  if (timeout_ms > 0)
    patience->timeout = haul_timer_new (timeout_ms, "[haul] join timeout", timeout_cb, task);
  if (cancellable != NULL)
    {
      patience->cancelled = g_cancellable_source_new (cancellable);
      g_source_set_static_name (patience->cancelled, "[haul] join cancelled");
      g_source_set_callback (patience->cancelled, G_SOURCE_FUNC (cancelled_cb), task, NULL);
      g_source_attach (patience->cancelled, g_task_get_context (task));
    }
  g_ptr_array_add (self->joiners, g_object_ref (task));
}

void
haul_process_complete_joins (HaulProcess *self)
{
  while (self->joiners->len > 0)
    {
      g_autoptr(GTask) task = g_ptr_array_steal_index (self->joiners, 0);

      g_task_return_boolean (task, TRUE);
    }
}

/**
 * haul_process_join_async:
 * @self: a process that was started
 * @timeout_ms: how long to wait, in ms; 0 only looks, below 0 waits for ever
 * @cancellable: (nullable): stops the waiting, not the process
 * @callback: (scope async): called when the process has ended, or the time is over
 * @user_data: for @callback
 *
 * Waits until the process has ended and is collected. Any number of callers may
 * wait, before and after the end. That the time is over is no error; that
 * @cancellable was cancelled is: %G_IO_ERROR_CANCELLED.
 *
 * A process that was held, haul_process_set_hold(), is collected now, and this
 * waits for that whatever the timeout.
 */
void
haul_process_join_async (HaulProcess         *self,
                         int                  timeout_ms,
                         GCancellable        *cancellable,
                         GAsyncReadyCallback  callback,
                         gpointer             user_data)
{
  g_autoptr(GTask) task = NULL;
  g_autoptr(GError) error = NULL;

  g_return_if_fail (HAUL_IS_PROCESS (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, haul_process_join_async);
  g_task_set_name (task, "[haul] join process");

  if (!haul_process_check_started (self, &error))
    {
      g_task_return_error (task, g_steal_pointer (&error));
    }
  else if (haul_process_is_zombie (self))
    {
      wait_for_end (self, task, -1, cancellable);
      haul_process_collect (self);
    }
  else if (self->state == HAUL_PROCESS_STOPPED || timeout_ms == 0)
    {
      g_task_return_boolean (task, self->state == HAUL_PROCESS_STOPPED);
    }
  else
    {
      wait_for_end (self, task, timeout_ms, cancellable);
    }
}

/**
 * haul_process_join_finish:
 * @self: a process
 * @result: of the call
 * @ret_ended: (out) (optional): whether it has ended; %FALSE when the time was
 *   over before
 * @error: set when it was not started, was closed, or the waiting was cancelled;
 *   not because of how it ended: see haul_process_get_exit_code() and haul_job_get_error()
 *
 * Tells how the wait that haul_process_join_async() began has ended.
 *
 * Returns: %TRUE unless @error is set
 */
gboolean
haul_process_join_finish (HaulProcess   *self,
                          GAsyncResult  *result,
                          gboolean      *ret_ended,
                          GError       **error)
{
  g_autoptr(GError) problem = NULL;
  gboolean ended;

  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  ended = g_task_propagate_boolean (G_TASK (result), &problem);
  if (problem != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&problem));
      return FALSE;
    }
  if (ret_ended != NULL)
    *ret_ended = ended;
  return TRUE;
}
