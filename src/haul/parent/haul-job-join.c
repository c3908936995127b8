/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-job-core-private.h"

static void
complete (HaulJob *self,
          GTask   *task)
{
  if (self->error != NULL)
    g_task_return_error (task, g_error_copy (self->error));
  else
    g_task_return_boolean (task, TRUE);
}

static gboolean
cancelled_cb (GCancellable *cancellable,
              gpointer      user_data)
{
  GTask *task = user_data;   /* kept by the job while it waits */
  HaulJob *self = g_task_get_source_object (task);
  guint index;

  if (self->joiners != NULL && g_ptr_array_find (self->joiners, task, &index))
    {
      g_autoptr(GTask) owned = g_ptr_array_steal_index (self->joiners, index);

      (void) g_task_return_error_if_cancelled (owned);
    }
  return G_SOURCE_REMOVE;
}

static void
destroy_source (gpointer source)
{
  g_source_destroy (source);
  g_source_unref (source);
}

static void
watch_cancellable (GTask        *task,
                   GCancellable *cancellable)
{
  GSource *source = g_cancellable_source_new (cancellable);

  g_source_set_static_name (source, "[haul] join cancelled");
  g_source_set_callback (source, G_SOURCE_FUNC (cancelled_cb), task, NULL);
  g_source_attach (source, g_task_get_context (task));
  g_task_set_task_data (task, source, destroy_source);
}

/* All who wait learn how the job ended. */
void
haul_job_complete_joins (HaulJob *self)
{
  g_autoptr(GPtrArray) joiners = g_steal_pointer (&self->joiners);

  for (guint i = 0; i < joiners->len; i++)
    complete (self, joiners->pdata[i]);
}

/**
 * haul_job_join_async:
 * @self: a job, submitted or not
 * @cancellable: (nullable): stops the waiting, not the job
 * @callback: (scope async): called when the job has ended
 * @user_data: for @callback
 *
 * Waits until the job has ended and its worker is collected. Any number of
 * callers may wait, before and after the end. Waiting that was stopped, and a
 * job that was cancelled, both end in %G_IO_ERROR_CANCELLED.
 */
void
haul_job_join_async (HaulJob             *self,
                     GCancellable        *cancellable,
                     GAsyncReadyCallback  callback,
                     gpointer             user_data)
{
  g_autoptr(GTask) task = NULL;

  g_return_if_fail (HAUL_IS_JOB (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, haul_job_join_async);
  g_task_set_name (task, "[haul] join job");

  if (!haul_job_is_active (self))
    {
      complete (self, task);
      return;
    }
  if (cancellable != NULL)
    watch_cancellable (task, cancellable);
  g_ptr_array_add (self->joiners, g_steal_pointer (&task));
}

/**
 * haul_job_join_finish:
 * @self: a job
 * @result: of the call
 * @error: what became of the job, when not its result
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
