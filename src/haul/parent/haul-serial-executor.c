/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-executor.h"

#include "haul-job-private.h"
#include "haul-source-private.h"
#include "haul/worker/haul-context-private.h"

struct _HaulSerialExecutor
{
  HaulExecutor parent_instance;
};

typedef struct
{
  HaulJob *job;         /* borrowed: it owns this */
  GSource *begin;       /* (owned) (nullable) */
  int      cancelled;   /* the task looks at it */
} Run;

G_DEFINE_FINAL_TYPE (HaulSerialExecutor, haul_serial_executor, HAUL_TYPE_EXECUTOR)

static void
run_free (gpointer data)
{
  Run *run = data;

  haul_source_clear (&run->begin);
  g_free (run);
}

static void
sink (const HaulMessage *message,
      gpointer           user_data)
{
  haul_job_receive (user_data, message, 0);
}

/* Blocks the main loop until the task returns: on purpose. */
static void
run_task (HaulJob *job,
          Run     *run)
{
  g_autoptr(HaulContext) context = haul_context_new (sink, job, &run->cancelled);
  gboolean ok;

  haul_context_set_seed (context, haul_job_get_run_seed (job));
  haul_context_set_shares (context, haul_job_get_shares (job));
  ok = haul_task_run (haul_job_get_task (job), context, haul_job_get_arguments (job));
  haul_job_set_exit (job, ok ? 0 : 1, 0);
  haul_job_feed (job, HAUL_EVENT_EXITED);
}

/* Not in the turn in which it was started, so that a window can still show that it was. */
static gboolean
begin_cb (gpointer user_data)
{
  Run *run = user_data;
  g_autoptr(HaulJob) job = g_object_ref (run->job);

  g_clear_pointer (&run->begin, g_source_unref);
  if (haul_job_get_state (job) == HAUL_JOB_STARTING)
    {
      haul_job_feed (job, HAUL_EVENT_READY);
      /* Not as an action of that step: it would hold back what is notified until the task returns. */
      run_task (job, run);
    }
  else
    {
      haul_job_feed (job, HAUL_EVENT_EXITED);   /* cancelled before it began */
    }
  return G_SOURCE_REMOVE;
}

static void
haul_serial_executor_act (HaulExecutor    *executor,
                          HaulJob         *job,
                          HaulLifeActions  action)
{
  Run *run = haul_job_get_run (job);

  if (action == HAUL_ACTION_START && !haul_job_refuse_in_program (job))
    {
      run = g_new0 (Run, 1);
      run->job = job;
      run->begin = haul_idle_new ("[haul] run on the main loop", begin_cb, run);
      haul_job_set_run (job, run, run_free);
    }
  else if (action == HAUL_ACTION_CANCEL)
    {
      __atomic_store_n (&run->cancelled, 1, __ATOMIC_RELAXED);
    }
}

static void
haul_serial_executor_class_init (HaulSerialExecutorClass *klass)
{
  HaulExecutorClass *executor_class = HAUL_EXECUTOR_CLASS (klass);

  executor_class->name = "serial";
  executor_class->act = haul_serial_executor_act;
}

static void
haul_serial_executor_init (HaulSerialExecutor *self)
{
  haul_executor_set_max_running (HAUL_EXECUTOR (self), 1);
}

/**
 * haul_serial_executor_new:
 *
 * Makes an executor that runs jobs on the main loop.
 *
 * Returns: (transfer full): an executor that runs jobs on the main loop
 */
HaulExecutor *
haul_serial_executor_new (void)
{
  return g_object_new (HAUL_TYPE_SERIAL_EXECUTOR, NULL);
}
