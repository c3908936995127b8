/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-pool-executor.h"

#include <glib/gi18n-lib.h>

#include "haul-job-private.h"
#include "haul-pool-private.h"
#include "haul-pool-run-private.h"
#include "haul/wire/haul-error.h"

struct _HaulPoolExecutor
{
  HaulExecutor  parent_instance;

  HaulPool     *pool;   /* (owned) */
};

G_DEFINE_FINAL_TYPE (HaulPoolExecutor, haul_pool_executor, HAUL_TYPE_EXECUTOR)

static void
start (HaulPoolExecutor *self,
       HaulJob          *job)
{
  g_autoptr(GError) error = NULL;
  HaulPoolRun *run = NULL;

  haul_job_set_program (job, self->pool->worker_path);
  if (haul_pool_get_state (self->pool) == HAUL_POOL_RUNNING)
    run = haul_pool_run_new (job, self->pool, &error);
  else
    g_set_error_literal (&error, HAUL_ERROR, HAUL_ERROR_START, _("the pool takes no more: it is not running"));
  if (run != NULL)
    {
      haul_job_set_run (job, run, (GDestroyNotify) haul_pool_run_free);
      haul_pool_run_start (run);
      return;
    }
  haul_job_take_error (job, g_steal_pointer (&error));
  haul_job_feed (job, HAUL_EVENT_START_FAILED);
}

static void
haul_pool_executor_act (HaulExecutor    *executor,
                        HaulJob         *job,
                        HaulLifeActions  action)
{
  if (action == HAUL_ACTION_START)
    start (HAUL_POOL_EXECUTOR (executor), job);
  else if (action != HAUL_ACTION_RUN)   /* the pool has done that: so it runs */
    haul_pool_run_act (haul_job_get_run (job), action);
}

/* So that a job whose turn has come finds a worker, and does not wait behind the parts of another. */
static gboolean
haul_pool_executor_has_room (HaulExecutor *executor)
{
  return haul_pool_has_room (HAUL_POOL_EXECUTOR (executor)->pool);
}

static void
pumped_cb (gpointer owner)
{
  HaulPoolExecutor *self = owner;

  if (haul_executor_get_n_queued (HAUL_EXECUTOR (self)) > 0 && haul_pool_has_room (self->pool))
    haul_executor_plan_pump (HAUL_EXECUTOR (self));
}

static void
haul_pool_executor_dispose (GObject *object)
{
  HaulPoolExecutor *self = HAUL_POOL_EXECUTOR (object);

  if (self->pool != NULL)
    self->pool->pumped = NULL;
  g_clear_object (&self->pool);

  G_OBJECT_CLASS (haul_pool_executor_parent_class)->dispose (object);
}

static void
haul_pool_executor_class_init (HaulPoolExecutorClass *klass)
{
  HaulExecutorClass *executor_class = HAUL_EXECUTOR_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = haul_pool_executor_dispose;

  executor_class->name = "pool";
  executor_class->can_pause = TRUE;
  executor_class->can_force = TRUE;
  executor_class->waits = TRUE;
  executor_class->act = haul_pool_executor_act;
  executor_class->has_room = haul_pool_executor_has_room;
}

static void
haul_pool_executor_init (HaulPoolExecutor *self)
{
}

/**
 * haul_pool_executor_new:
 * @worker_path: (nullable): the worker program, as for haul_process_executor_new()
 * @n_workers: how many workers; 0 for as many as processors that we may use
 *
 * An executor with a pool of its own. How nice its workers are is set for the pool,
 * with haul_pool_set_nice(), and not for a job. As many jobs run at a time as have
 * workers, unless #HaulExecutor:max-running says less.
 *
 * Returns: (transfer full): the executor
 */
HaulExecutor *
haul_pool_executor_new (const char *worker_path,
                        guint       n_workers)
{
  HaulPoolExecutor *self = g_object_new (HAUL_TYPE_POOL_EXECUTOR, NULL);

  self->pool = haul_pool_new (worker_path, n_workers);
  haul_executor_set_max_running (HAUL_EXECUTOR (self), G_MAXUINT);
  self->pool->pumped = pumped_cb;
  self->pool->pumped_owner = self;
  return HAUL_EXECUTOR (self);
}

HaulPool *
haul_pool_executor_get_pool (HaulPoolExecutor *self)
{
  g_return_val_if_fail (HAUL_IS_POOL_EXECUTOR (self), NULL);

  return self->pool;
}
