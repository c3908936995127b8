/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-job-core-private.h"
#include "haul-source-private.h"

/* How long a zombie is held that nobody joins. */
#define HELD_MS (10 * 60 * 1000)

static guint held_ms = HELD_MS;

/* A worker that is not collected at its end, so that people can see a zombie. */

/**
 * haul_job_set_hold:
 * @self: a job that was not submitted
 * @hold: whether a zombie is left of its worker
 *
 * Sets what happens to the worker process when it has ended. If it is held, the job
 * ends, but the process stays what Unix calls a zombie, and #HaulJob:held says so,
 * until haul_job_collect(), or for ten minutes. Its worker is forked then, whatever the start method of
 * the process executor: GLib collects what it starts itself at once. In other
 * executors it counts for nothing. %FALSE if it is not called.
 */
void
haul_job_set_hold (HaulJob  *self,
                   gboolean  hold)
{
  g_return_if_fail (HAUL_IS_JOB (self));

  self->hold = !!hold;
}

/**
 * haul_job_get_hold:
 * @self: a job
 *
 * Gets what haul_job_set_hold() set.
 *
 * Returns: whether a zombie is left of its worker
 */
gboolean
haul_job_get_hold (HaulJob *self)
{
  g_return_val_if_fail (HAUL_IS_JOB (self), FALSE);

  return self->hold;
}

/**
 * haul_job_get_held:
 * @self: a job
 *
 * Gets #HaulJob:held.
 *
 * Returns: whether its worker has exited and waits for haul_job_collect()
 */
gboolean
haul_job_get_held (HaulJob *self)
{
  g_return_val_if_fail (HAUL_IS_JOB (self), FALSE);

  return self->holder != NULL;
}

void
haul_job_set_held_limit (guint ms)
{
  held_ms = ms != 0 ? ms : HELD_MS;
}

static void
let_go (HaulJob *self)
{
  haul_source_clear (&self->held_limit);
  g_clear_object (&self->holder);
  self->stamps[HAUL_STAMP_JOINED] = g_get_monotonic_time ();
  haul_job_notify (self, PROP_HELD);
}

static void
collected_cb (gpointer user_data)
{
  g_autoptr(HaulJob) self = user_data;

  let_go (self);
}

/**
 * haul_job_collect:
 * @self: a job
 *
 * Joins a worker that is held: its zombie goes, and #HaulJob:held with it, as soon as
 * the fork server has answered. Does nothing to any other job.
 */
void
haul_job_collect (HaulJob *self)
{
  g_return_if_fail (HAUL_IS_JOB (self));

  if (self->holder == NULL || self->collecting)
    return;
  self->collecting = TRUE;
  if (haul_process_executor_collect (self->holder, self, collected_cb, g_object_ref (self)))
    return;

  /* The fork server died, and init has done it already. */
  g_object_unref (self);
  let_go (self);
}

static gboolean
held_limit_cb (gpointer user_data)
{
  HaulJob *self = user_data;

  g_clear_pointer (&self->held_limit, g_source_unref);
  haul_job_collect (self);
  return G_SOURCE_REMOVE;
}

/* At its end: whether there is a zombie. */
gboolean
haul_job_note_held (HaulJob      *self,
                    HaulExecutor *executor)
{
  if (!self->hold || !HAUL_IS_PROCESS_EXECUTOR (executor)
      || !haul_process_executor_holds (HAUL_PROCESS_EXECUTOR (executor), self))
    return FALSE;

  self->holder = g_object_ref (HAUL_PROCESS_EXECUTOR (executor));
  self->held_limit = haul_timer_new (held_ms, "[haul] zombie that nobody joins", held_limit_cb, self);
  haul_job_notify (self, PROP_HELD);
  return TRUE;
}

/* Nobody is left who could ask for its zombie to be collected. */
void
haul_job_forget_held (HaulJob *self)
{
  haul_source_clear (&self->held_limit);
  if (self->holder != NULL)
    (void) haul_process_executor_collect (self->holder, self, NULL, NULL);
  g_clear_object (&self->holder);
}
