/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-process.h"

#include "haul-job-private.h"
#include "haul-joiners-private.h"
#include "haul-process-private.h"

static void
time_out (GTask *task)
{
  g_task_return_boolean (task, FALSE);
}

void
haul_process_complete_joins (HaulProcess *self)
{
  GTask *next;

  while ((next = haul_joiners_steal (self->joiners)) != NULL)
    {
      g_autoptr(GTask) task = next;

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
      haul_joiners_add (self->joiners, task, -1, NULL);
      haul_process_collect (self);
    }
  else if (self->state == HAUL_PROCESS_STOPPED || timeout_ms == 0)
    {
      g_task_return_boolean (task, self->state == HAUL_PROCESS_STOPPED);
    }
  else
    {
      haul_joiners_add (self->joiners, task, timeout_ms, time_out);
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

static gboolean
is_active (HaulWaitable *waitable)
{
  HaulProcess *self = HAUL_PROCESS (waitable);

  return self->state == HAUL_PROCESS_INITIAL || haul_process_is_alive (self);
}

static gboolean
has_failed (HaulWaitable *waitable)
{
  HaulProcess *self = HAUL_PROCESS (waitable);

  return self->job != NULL && haul_job_has_failed (self->job);
}

void
haul_process_waitable_init (HaulWaitableInterface *iface)
{
  iface->signal = "notify::alive";
  iface->is_active = is_active;
  iface->has_failed = has_failed;
}
