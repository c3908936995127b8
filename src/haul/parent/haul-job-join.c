/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-job-core-private.h"
#include "haul-joiners-private.h"

static void
complete (HaulJob *self,
          GTask   *task)
{
  if (self->error != NULL)
    g_task_return_error (task, g_error_copy (self->error));
  else
    g_task_return_boolean (task, TRUE);
}

/* All who wait learn how the job ended. */
void
haul_job_complete_joins (HaulJob *self)
{
  GTask *next;

  while ((next = haul_joiners_steal (self->joiners)) != NULL)
    {
      g_autoptr(GTask) task = next;

      complete (self, task);
    }
}

/**
 * haul_job_join_async:
 * @self: a job, submitted or not
 * @timeout_ms: how long to wait, in ms; 0 only looks, below 0 waits for ever
 * @cancellable: (nullable): stops the waiting, not the job
 * @callback: (scope async): called when the job has ended, or the time is over
 * @user_data: for @callback
 *
 * Waits until the job has ended and its worker is collected. Any number of
 * callers may wait, before and after the end. Waiting that was stopped, and a
 * job that was cancelled, both end in %G_IO_ERROR_CANCELLED; waiting whose time is
 * over ends in %G_IO_ERROR_TIMED_OUT, and the job goes on.
 */
void
haul_job_join_async (HaulJob             *self,
                     int                  timeout_ms,
                     GCancellable        *cancellable,
                     GAsyncReadyCallback  callback,
                     gpointer             user_data)
{
  g_autoptr(GTask) task = NULL;

  g_return_if_fail (HAUL_IS_JOB (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, haul_job_join_async);
  g_task_set_name (task, "[haul] join job");

  if (haul_job_is_active (self))
    haul_joiners_add (self->joiners, task, timeout_ms, haul_joiners_fail);
  else
    complete (self, task);
}

/**
 * haul_job_join_finish:
 * @self: a job
 * @result: of the call
 * @error: what became of the job, when not its result, or of the waiting
 *
 * Tells how the wait that haul_job_join_async() began has ended.
 *
 * Returns: %TRUE if the verdict is %HAUL_VERDICT_DONE
 */
gboolean
haul_job_join_finish (HaulJob       *self,
                      GAsyncResult  *result,
                      GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

gboolean
haul_job_has_failed (HaulJob *self)
{
  HaulJobVerdict verdict = haul_job_get_verdict (self);

  return verdict != HAUL_VERDICT_NONE && verdict != HAUL_VERDICT_DONE && verdict != HAUL_VERDICT_CANCELLED;
}

static gboolean
is_active (HaulWaitable *waitable)
{
  return haul_job_is_active (HAUL_JOB (waitable));
}

static gboolean
has_failed (HaulWaitable *waitable)
{
  return haul_job_has_failed (HAUL_JOB (waitable));
}

void
haul_job_waitable_init (HaulWaitableInterface *iface)
{
  iface->signal = "ended";
  iface->is_active = is_active;
  iface->has_failed = has_failed;
}
