/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <glib/gi18n-lib.h>

#include "haul-job-core-private.h"
#include "haul-part.h"
#include "haul-source-private.h"
#include "haul/wire/haul-error.h"

/* A timer that comes this much too late was held up by the main loop. */
#define LATE_US (200 * 1000)

/* When the main loop was blocked meanwhile, what the worker said in time still lies in its pipe. A
 * timer that is late waits once more, briefly, so that this is heard first. */
static gboolean
is_late (GSource  *source,
         gint64   *due)
{
  gint64 now = g_get_monotonic_time ();
  gboolean late = *due != 0 && now - *due > LATE_US;

  *due = 0;
  if (late)
    g_source_set_ready_time (source, now + LATE_US);
  return late;
}

static gboolean
ladder_cb (gpointer user_data)
{
  HaulJob *self = user_data;

  if (is_late (self->ladder, &self->ladder_due))
    return G_SOURCE_CONTINUE;

  g_clear_pointer (&self->ladder, g_source_unref);
  haul_job_feed (self, HAUL_EVENT_TIMER);
  return G_SOURCE_REMOVE;
}

static gboolean
timeout_cb (gpointer user_data)
{
  HaulJob *self = user_data;

  if (is_late (self->timeout, &self->timeout_due))
    return G_SOURCE_CONTINUE;

  g_clear_pointer (&self->timeout, g_source_unref);
  haul_job_feed (self, HAUL_EVENT_TIME_OUT);
  return G_SOURCE_REMOVE;
}

static void
stamp (HaulJob   *self,
       HaulStamp  which)
{
  if (self->stamps[which] == 0)
    self->stamps[which] = g_get_monotonic_time ();
}

/* Signals are only sent where there is a process to send them to. */
static void
stamp_actions (HaulJob         *self,
               HaulLifeActions  actions)
{
  if (actions & HAUL_ACTION_RUN)
    stamp (self, HAUL_STAMP_RUNNING);
  if (actions & HAUL_ACTION_CANCEL)
    stamp (self, HAUL_STAMP_CANCEL_SENT);
  if ((actions & HAUL_ACTION_TERM) && self->can_force)
    stamp (self, HAUL_STAMP_TERM_SENT);
  if ((actions & HAUL_ACTION_KILL) && self->can_force)
    stamp (self, HAUL_STAMP_KILL_SENT);
}

static void
note_state_change (HaulJob      *self,
                   HaulJobState  before)
{
  gint64 now = g_get_monotonic_time ();

  if (self->life.state == before)
    return;

  if (self->life.state == HAUL_JOB_PAUSED)
    haul_estimator_pause (&self->estimator, now);
  else
    haul_estimator_resume (&self->estimator, now);
  if (self->life.state == HAUL_JOB_STARTING && self->timeout_ms > 0)
    {
      self->timeout = haul_timer_new (self->timeout_ms, "[haul] job timeout", timeout_cb, self);
      self->timeout_due = now + (gint64) self->timeout_ms * 1000;
    }

  haul_job_notify (self, PROP_STATE);
  haul_job_notify (self, PROP_CAN_PAUSE);
}

static void
finish_life (HaulJob *self)
{
  g_autoptr(HaulExecutor) executor = g_steal_pointer (&self->executor);

  haul_source_clear (&self->timeout);
  if (self->stamps[HAUL_STAMP_STARTED] != 0)
    {
      stamp (self, HAUL_STAMP_EXITED);
      if (!haul_job_note_held (self, executor))
        stamp (self, HAUL_STAMP_JOINED);
    }
  haul_job_set_run (self, NULL, NULL);

  if (self->life.verdict == HAUL_VERDICT_DONE || self->life.verdict == HAUL_VERDICT_CANCELLED)
    g_clear_error (&self->error);
  if (self->error == NULL)
    self->error = haul_verdict_explain (self, &self->life, self->task_error);

  haul_job_notify_progress (self);
  haul_job_notify (self, PROP_VERDICT);
  if (self->error != NULL)
    haul_job_notify (self, PROP_ERROR);
  if (executor != NULL)
    haul_executor_job_ended (executor, self);
  haul_job_complete_joins (self);
}

static void
perform (HaulJob         *self,
         HaulLifeActions  actions)
{
  const HaulLifeActions own = HAUL_ACTION_DISARM | HAUL_ACTION_ARM | HAUL_ACTION_END;
  gint64 now = g_get_monotonic_time ();

  if (actions & HAUL_ACTION_DISARM)
    haul_source_clear (&self->ladder);
  if (actions & HAUL_ACTION_ARM)
    {
      self->ladder = haul_timer_new (self->life.timer_ms, "[haul] job ladder", ladder_cb, self);
      self->ladder_due = g_get_monotonic_time () + (gint64) self->life.timer_ms * 1000;
    }

  stamp_actions (self, actions);
  if (actions & ~own)
    haul_executor_act (self->executor, self, actions & ~own);
  if ((actions & HAUL_ACTION_START) && self->run != NULL)
    self->stamps[HAUL_STAMP_STARTED] = now;
}

static void
step (HaulJob       *self,
      HaulLifeEvent  event)
{
  HaulJobState before = self->life.state;
  gboolean was_overdue = self->life.overdue;
  gboolean was_stuck = haul_job_get_stuck (self);
  HaulLifeActions actions = haul_life_step (&self->life, event);

  g_debug ("job %u: %s + %s → %s, actions %#x", self->id, haul_job_state_to_nick (before),
           haul_life_event_to_nick (event), haul_job_state_to_nick (self->life.state), actions);

  g_object_freeze_notify (G_OBJECT (self));
  self->performing = TRUE;
  note_state_change (self, before);
  if (self->life.overdue != was_overdue)
    haul_job_notify (self, PROP_OVERDUE);
  if (haul_job_get_stuck (self) != was_stuck)
    haul_job_notify (self, PROP_STUCK);
  perform (self, actions);
  if (actions & HAUL_ACTION_END)
    finish_life (self);
  self->performing = FALSE;
  g_object_thaw_notify (G_OBJECT (self));

  if (actions & HAUL_ACTION_END)
    haul_job_emit_ended (self);
}

/* One step after the other, in the order in which the events came: what happens in the middle of a
 * step, or in a handler of what it notifies, has its turn when that step is over. */
void
haul_job_feed (HaulJob       *self,
               HaulLifeEvent  event)
{
  g_autoptr(HaulJob) keep G_GNUC_UNUSED = g_object_ref (self);

  g_array_append_val (self->pending, event);
  while (!self->performing && self->pending->len > 0)
    {
      HaulLifeEvent next = g_array_index (self->pending, HaulLifeEvent, 0);

      g_array_remove_index (self->pending, 0);
      step (self, next);
    }
}

void
haul_job_attach (HaulJob      *self,
                 HaulExecutor *executor)
{
  HaulExecutorClass *klass = HAUL_EXECUTOR_GET_CLASS (executor);

  self->executor = g_object_ref (executor);
  self->executor_name = klass->name;
  self->can_pause = klass->can_pause;
  self->can_force = klass->can_force;
  if (klass->waits)
    self->life.start_ms = 0;
  stamp (self, HAUL_STAMP_QUEUED);
}

/* The first error is the cause; what follows from it is not. */
void
haul_job_take_error (HaulJob *self,
                     GError  *error)
{
  g_autoptr(GError) taken = error;

  if (self->error == NULL)
    self->error = g_steal_pointer (&taken);
}

gboolean
haul_job_refuse_in_program (HaulJob *self)
{
  if (!self->task->own_process)
    return FALSE;

  haul_job_take_error (self, g_error_new (HAUL_ERROR, HAUL_ERROR_BAD_ARGUMENT,
                                          _("%s needs a process of its own: run it in the executor ‘process’ or ‘pool’"),
                                          self->task->id));
  haul_job_feed (self, HAUL_EVENT_START_FAILED);
  return TRUE;
}

void
haul_job_set_exit (HaulJob *self,
                   int      code,
                   int      signal)
{
  self->life.exit_code = signal != 0 ? -1 : code;
  self->life.exit_signal = signal;
  stamp (self, HAUL_STAMP_EXITED);
}

void
haul_job_set_program (HaulJob    *self,
                      const char *path)
{
  g_free (self->program);
  self->program = g_strdup (path);
}

void
haul_job_set_pid (HaulJob *self,
                  int      pid)
{
  self->pid = pid;
  haul_job_notify (self, PROP_PID);
}

GListStore *
haul_job_get_parts_store (HaulJob *self)
{
  if (self->parts == NULL)
    self->parts = g_list_store_new (HAUL_TYPE_PART);
  return self->parts;
}

/**
 * haul_job_get_parts:
 * @self: a job
 *
 * Gets the parts that it was divided into.
 *
 * Returns: (transfer none): a #GListModel of #HaulPart: the parts into which a
 *   #HaulPoolExecutor has divided it, from its start on; empty for the jobs of
 *   other executors
 */
GListModel *
haul_job_get_parts (HaulJob *self)
{
  g_return_val_if_fail (HAUL_IS_JOB (self), NULL);

  return G_LIST_MODEL (haul_job_get_parts_store (self));
}

gpointer
haul_job_get_run (HaulJob *self)
{
  return self->run;
}

void
haul_job_set_run (HaulJob        *self,
                  gpointer        run,
                  GDestroyNotify  destroy)
{
  gpointer old = self->run;
  GDestroyNotify old_destroy = self->run_destroy;

  self->run = run;
  self->run_destroy = destroy;
  if (old != NULL && old_destroy != NULL)
    old_destroy (old);
}

gboolean
haul_job_has_result (HaulJob *self)
{
  return self->life.has_result;
}

void
haul_job_set_process_name (HaulJob    *self,
                           const char *name)
{
  g_free (self->process_name);
  self->process_name = g_strdup (name);
}

void
haul_job_name_worker (HaulJob *self)
{
  g_free (self->worker_name);
  self->worker_name = self->process_name != NULL ? g_strdup (self->process_name)
                                                 : g_strdup_printf ("Worker-%u", self->id);
}

const char *
haul_job_get_worker_name (HaulJob *self)
{
  return self->worker_name;
}

const char *
haul_job_get_process_name (HaulJob *self)
{
  return self->process_name;
}
