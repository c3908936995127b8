/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-jobs-find.h"

/* What a job is to the app, told by the job alone; and which one has a number. */

/* Where a job keeps the executor that it was given to. */
#define EXECUTOR_KEY "lt-executor"

void
lt_jobs_note_executor (HaulJob      *job,
                       HaulExecutor *executor)
{
  g_object_set_data_full (G_OBJECT (job), EXECUTOR_KEY, g_object_ref (executor), g_object_unref);
}

HaulExecutor *
lt_jobs_find_executor (HaulJob *job)
{
  g_return_val_if_fail (HAUL_IS_JOB (job), NULL);

  return g_object_get_data (G_OBJECT (job), EXECUTOR_KEY);
}

HaulPoolExecutor *
lt_jobs_find_pool_executor (HaulJob *job)
{
  HaulExecutor *executor;

  g_return_val_if_fail (HAUL_IS_JOB (job), NULL);

  executor = lt_jobs_find_executor (job);
  return executor != NULL && HAUL_IS_POOL_EXECUTOR (executor) ? HAUL_POOL_EXECUTOR (executor) : NULL;
}

HaulPool *
lt_jobs_find_pool (HaulJob *job)
{
  HaulPoolExecutor *executor = lt_jobs_find_pool_executor (job);

  return executor != NULL ? haul_pool_executor_get_pool (executor) : NULL;
}

HaulJob *
lt_jobs_lookup (LtJobs *self,
                guint   id)
{
  guint n;

  g_return_val_if_fail (LT_IS_JOBS (self), NULL);

  n = g_list_model_get_n_items (lt_jobs_get_model (self));
  for (guint i = 0; i < n; i++)
    {
      g_autoptr(HaulJob) job = g_list_model_get_item (lt_jobs_get_model (self), i);

      /* The store holds a reference of its own. */
      if (haul_job_get_id (job) == id)
        return job;
    }
  return NULL;
}

gboolean
lt_jobs_matches (HaulJob  *job,
                 LtFilter  filter)
{
  HaulJobVerdict verdict;

  g_return_val_if_fail (HAUL_IS_JOB (job), FALSE);

  verdict = haul_job_get_verdict (job);
  switch (filter)
    {
    case LT_FILTER_ACTIVE:
      return haul_job_is_active (job);

    case LT_FILTER_FINISHED:
      return !haul_job_is_active (job);

    case LT_FILTER_PROBLEMS:
      return !haul_job_is_active (job) && verdict != HAUL_VERDICT_DONE && verdict != HAUL_VERDICT_CANCELLED;

    case LT_FILTER_ALL:
    case LT_N_FILTERS:
    default:
      return TRUE;
    }
}
