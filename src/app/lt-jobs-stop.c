/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-jobs.h"

/* After a force, how long the kernel gets to take the processes away. */
#define LAST_MS 2000

typedef struct
{
  guint    n_left;    /* executors that have not shut down */
  guint    timer_id;
  gboolean forced;
} StopData;

static void
stop_data_free (StopData *data)
{
  g_clear_handle_id (&data->timer_id, g_source_remove);
  g_free (data);
}

guint
lt_jobs_count_daemons (LtJobs   *self,
                       gboolean  daemons)
{
  GListModel *jobs = lt_jobs_get_model (self);
  guint n = 0;

  for (guint i = 0; i < g_list_model_get_n_items (jobs); i++)
    {
      g_autoptr(HaulJob) job = g_list_model_get_item (jobs, i);

      n += haul_job_is_active (job) && haul_job_get_daemon (job) == daemons;
    }
  return n;
}

void
lt_jobs_leave (LtJobs *self,
               guint   grace_ms)
{
  GListModel *jobs = lt_jobs_get_model (self);

  g_object_set (self, "held", FALSE, NULL);
  haul_pool_set_held (lt_jobs_get_pool (self), FALSE);   /* it has a switch of its own */
  for (guint i = 0; i < g_list_model_get_n_items (jobs); i++)
    {
      g_autoptr(HaulJob) job = g_list_model_get_item (jobs, i);

      if (!haul_job_get_daemon (job))
        {
          haul_job_resume (job);
          continue;
        }
      haul_job_set_grace (job, grace_ms, TRUE);
      haul_job_cancel (job);
    }
}

void
lt_jobs_force_all (LtJobs *self)
{
  GListModel *jobs = lt_jobs_get_model (self);

  for (guint i = 0; i < g_list_model_get_n_items (jobs); i++)
    {
      g_autoptr(HaulJob) job = g_list_model_get_item (jobs, i);

      if (haul_job_is_active (job) && haul_job_get_can_force (job))
        haul_job_force (job);
    }
}

static gboolean
grace_over_cb (gpointer user_data)
{
  GTask *task = user_data;
  LtJobs *self = g_task_get_source_object (task);
  StopData *data = g_task_get_task_data (task);

  data->timer_id = 0;
  if (data->forced)
    {
      /* Threads cannot be forced; they end with the program, which ends now. */
      if (!g_task_get_completed (task) && data->n_left > 0)
        {
          data->n_left = 0;
          g_task_return_boolean (task, TRUE);
        }
      return G_SOURCE_REMOVE;
    }

  data->forced = TRUE;
  lt_jobs_force_all (self);
  data->timer_id = g_timeout_add_full (G_PRIORITY_DEFAULT, LAST_MS, grace_over_cb, g_object_ref (task), g_object_unref);
  g_source_set_name_by_id (data->timer_id, "[long-tasks] last wait");
  return G_SOURCE_REMOVE;
}

static void
shut_down_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  StopData *data = g_task_get_task_data (task);

  /* An executor that cannot shut down has nothing left to stop either. */
  (void) haul_executor_shutdown_finish (HAUL_EXECUTOR (source), result, NULL);
  if (data->n_left == 0 || --data->n_left > 0)
    return;

  g_clear_handle_id (&data->timer_id, g_source_remove);
  g_task_return_boolean (task, TRUE);
}

void
lt_jobs_stop_async (LtJobs              *self,
                    guint                grace_ms,
                    GAsyncReadyCallback  callback,
                    gpointer             user_data)
{
  g_autoptr(GTask) task = NULL;
  StopData *data;

  g_return_if_fail (LT_IS_JOBS (self));

  task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (task, lt_jobs_stop_async);
  g_task_set_name (task, "[long-tasks] stop jobs");

  data = g_new0 (StopData, 1);
  data->n_left = LT_N_RUN_IN;
  data->timer_id = g_timeout_add_full (G_PRIORITY_DEFAULT, grace_ms, grace_over_cb, g_object_ref (task), g_object_unref);
  g_source_set_name_by_id (data->timer_id, "[long-tasks] stop grace");
  g_task_set_task_data (task, data, (GDestroyNotify) stop_data_free);

  for (guint i = 0; i < LT_N_RUN_IN; i++)
    haul_executor_shutdown_async (lt_jobs_get_executor (self, i), HAUL_SHUTDOWN_TERMINATE, NULL,
                                  shut_down_cb, g_object_ref (task));
}

gboolean
lt_jobs_stop_finish (LtJobs        *self,
                     GAsyncResult  *result,
                     GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
