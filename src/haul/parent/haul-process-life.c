/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-process.h"

#include <glib/gi18n-lib.h>
#include <signal.h>

#include "haul-child-private.h"
#include "haul-job-private.h"
#include "haul-process-private.h"
#include "haul/wire/haul-error.h"
#include "haul/worker/haul-current-process.h"

/* Its end. */

static void
tell_alive (HaulProcess *self)
{
  gboolean alive = haul_process_is_alive (self);

  if (self->told_alive == alive)
    return;

  self->told_alive = alive;
  if (!alive)
    haul_process_sentinel_end (self);
  haul_process_notify (self, PROP_ALIVE);
}

static void
stopped (HaulProcess *self)
{
  g_autoptr(HaulProcess) keep G_GNUC_UNUSED = g_object_ref (self);

  g_clear_object (&self->executor);
  haul_process_release (self);
  haul_process_set_state (self, HAUL_PROCESS_STOPPED);
  tell_alive (self);
  haul_process_complete_joins (self);
  haul_process_emit_ended (self);
  haul_process_complete_finishers ();
}

gboolean
haul_process_is_zombie (HaulProcess *self)
{
  return self->state == HAUL_PROCESS_STARTED && !haul_job_is_active (self->job);
}

void
haul_process_collect (HaulProcess *self)
{
  haul_job_collect (self->job);
}

static void
job_held_cb (HaulJob     *job,
             GParamSpec  *pspec,
             HaulProcess *self)
{
  if (!haul_job_get_held (job))
    stopped (self);   /* which the list of children has kept */
}

static void
job_ended_cb (HaulJob     *job,
              HaulProcess *self)
{
  g_autoptr(HaulProcess) keep G_GNUC_UNUSED = g_object_ref (self);
  int code = haul_job_get_exit_code (job);
  int number = haul_job_get_exit_signal (job);

  if (code >= 0 || number > 0)
    {
      self->exit_code = number > 0 ? -number : code;
      self->has_exit_code = TRUE;
      haul_process_notify (self, PROP_EXIT_CODE);
      haul_process_notify (self, PROP_HAS_EXIT_CODE);
    }

  if (!haul_job_get_held (job))
    stopped (self);
  else if (self->joiners->len > 0 || haul_process_is_finishing ())
    haul_process_collect (self);
  tell_alive (self);
}

static void
job_pid_cb (HaulJob     *job,
            GParamSpec  *pspec,
            HaulProcess *self)
{
  haul_process_sentinel_pid (self);
  haul_process_notify (self, PROP_PID);
}

static void
job_state_cb (HaulJob     *job,
              GParamSpec  *pspec,
              HaulProcess *self)
{
  if (self->suspend && haul_job_get_state (job) == HAUL_JOB_RUNNING)
    {
      self->suspend = FALSE;
      haul_job_pause (job);
    }
}

void
haul_process_watch_job (HaulProcess *self)
{
  g_signal_connect (self->job, "notify::pid", G_CALLBACK (job_pid_cb), self);
  g_signal_connect (self->job, "notify::state", G_CALLBACK (job_state_cb), self);
  g_signal_connect (self->job, "notify::held", G_CALLBACK (job_held_cb), self);
  g_signal_connect (self->job, "ended", G_CALLBACK (job_ended_cb), self);
}

/* Its start. */

static gboolean
check_start (HaulProcess  *self,
             GError      **error)
{
  if (!haul_process_check_usable (self, error))
    return FALSE;

  if (self->state == HAUL_PROCESS_STOPPED && haul_job_get_executor_name (self->job) == NULL)
    g_propagate_error (error, g_error_copy (haul_job_get_error (self->job)));   /* it was canceled before */
  else if (self->state != HAUL_PROCESS_INITIAL)
    g_set_error (error, HAUL_ERROR, HAUL_ERROR_NOT_POSSIBLE,
                 _("‘%s’ was started already: a process is started once; make another one"), self->name);
  else if (haul_current_process_get_daemon ())
    g_set_error (error, HAUL_ERROR, HAUL_ERROR_NOT_POSSIBLE,
                 _("‘%s’ is a daemon, and a daemon may not have children: it is ended without warning, "
                   "and nobody would be left to end them"), haul_current_process_get_name ());
  else if (self->hold && self->start_method == HAUL_START_SPAWN)
    g_set_error (error, HAUL_ERROR, HAUL_ERROR_NOT_POSSIBLE,
                 _("‘%s’ cannot be held until it is joined: only the fork server does that"), self->name);
  else if (haul_process_is_finishing ())
    g_set_error (error, HAUL_ERROR, HAUL_ERROR_NOT_POSSIBLE,
                 _("‘%s’ cannot be started: all processes are being finished"), self->name);
  else
    return TRUE;
  return FALSE;
}

/**
 * haul_process_start:
 * @self: a process
 * @error: set when it could not be started
 *
 * Starts it, once. When this returns, the child exists, or with the fork server
 * is asked for; that it could not be forked after all is then the error of its
 * job. A process that could not be started is stopped, and has no exit code.
 *
 * Fails when it was started before, in a daemon, and in any program but the one
 * that made it; with %G_IO_ERROR_CANCELLED when its job was cancelled before.
 *
 * Returns: %TRUE if it is started
 */
gboolean
haul_process_start (HaulProcess  *self,
                    GError      **error)
{
  g_autoptr(HaulProcess) keep G_GNUC_UNUSED = NULL;

  g_return_val_if_fail (HAUL_IS_PROCESS (self), FALSE);

  if (!check_start (self, error))
    return FALSE;

  keep = g_object_ref (self);
  self->executor = haul_process_dup_executor (self->start_method, self->worker_path);
  haul_job_set_process_name (self->job, self->name);
  haul_job_set_daemon (self->job, self->daemon);
  haul_job_set_hold (self->job, self->hold);
  haul_process_adopt (self);
  /* Who hears that it is started may end it, and for that it has to be there. */
  g_object_freeze_notify (G_OBJECT (self));
  haul_process_set_state (self, HAUL_PROCESS_STARTED);
  tell_alive (self);
  haul_executor_run_now (self->executor, self->job);
  g_object_thaw_notify (G_OBJECT (self));

  if (self->state == HAUL_PROCESS_STARTED)
    return TRUE;
  if (self->job != NULL && haul_job_get_error (self->job) != NULL)
    g_propagate_error (error, g_error_copy (haul_job_get_error (self->job)));
  else
    g_set_error (error, HAUL_ERROR, HAUL_ERROR_START, _("‘%s’ was closed while it started"), self->name);
  return FALSE;
}

/* Signals. */

static gboolean
send_signal (HaulProcess  *self,
             int           number,
             GError      **error)
{
  HaulChild *child;

  if (!haul_process_check_started (self, error))
    return FALSE;

  /* Once the job has ended it has no child, and the number may be somebody else's; and one that could not be
   * started has none, though that is not told yet. */
  child = haul_process_is_alive (self) ? haul_job_get_run (self->job) : NULL;
  if (child != NULL)
    haul_child_signal (child, number);
  return TRUE;
}

/**
 * haul_process_terminate:
 * @self: a process that was started
 * @error: set when it was not started, or was closed
 *
 * Sends it SIGTERM, and to what it has started in its process group; and lets it
 * go on if it is suspended, so that it hears. That is all: it may handle or ignore
 * the signal, and has ended only when it is joined. Does nothing when it has ended.
 *
 * Returns: %TRUE, also when there was nothing to do
 */
gboolean
haul_process_terminate (HaulProcess  *self,
                        GError      **error)
{
  g_return_val_if_fail (HAUL_IS_PROCESS (self), FALSE);

  if (!send_signal (self, SIGTERM, error))
    return FALSE;

  self->suspend = FALSE;
  haul_job_resume (self->job);
  return TRUE;
}

/**
 * haul_process_kill:
 * @self: a process that was started
 * @error: set when it was not started, or was closed
 *
 * Sends it SIGKILL, and to what it has started in its process group: it ends
 * without any last word. Does nothing when it has ended.
 *
 * Returns: %TRUE, also when there was nothing to do
 */
gboolean
haul_process_kill (HaulProcess  *self,
                   GError      **error)
{
  g_return_val_if_fail (HAUL_IS_PROCESS (self), FALSE);

  return send_signal (self, SIGKILL, error);
}

/**
 * haul_process_interrupt:
 * @self: a process that was started
 * @error: set when it was not started, or was closed
 *
 * Sends it SIGINT, as Ctrl+C does, and to what it has started in its process
 * group. A task that does not handle that ends by it, with exit code -2. A
 * suspended process hears it when it goes on. Does nothing when it has ended.
 *
 * Returns: %TRUE, also when there was nothing to do
 */
gboolean
haul_process_interrupt (HaulProcess  *self,
                        GError      **error)
{
  g_return_val_if_fail (HAUL_IS_PROCESS (self), FALSE);

  return send_signal (self, SIGINT, error);
}

/**
 * haul_process_suspend:
 * @self: a process that was started
 * @error: set when it was not started, or was closed
 *
 * Stops it where it is (SIGSTOP), as haul_job_pause() does; one that is still
 * starting, as soon as it runs. Does nothing to one that is ending or has ended.
 *
 * Returns: %TRUE, also when there was nothing to do
 */
gboolean
haul_process_suspend (HaulProcess  *self,
                      GError      **error)
{
  g_return_val_if_fail (HAUL_IS_PROCESS (self), FALSE);

  if (!haul_process_check_started (self, error))
    return FALSE;

  self->suspend = haul_job_get_state (self->job) == HAUL_JOB_STARTING;
  haul_job_pause (self->job);
  return TRUE;
}

/**
 * haul_process_resume:
 * @self: a process that was started
 * @error: set when it was not started, or was closed
 *
 * Lets a suspended process go on (SIGCONT). Does nothing to any other.
 *
 * Returns: %TRUE, also when there was nothing to do
 */
gboolean
haul_process_resume (HaulProcess  *self,
                     GError      **error)
{
  g_return_val_if_fail (HAUL_IS_PROCESS (self), FALSE);

  if (!haul_process_check_started (self, error))
    return FALSE;

  self->suspend = FALSE;
  if (haul_job_get_state (self->job) == HAUL_JOB_PAUSED)
    haul_job_resume (self->job);
  return TRUE;
}

/**
 * haul_process_close:
 * @self: a process
 * @error: set while it is started and not collected
 *
 * Lets go of all that belongs to it: its job, with the log and the result. Only
 * its name and its flags are left; its state is %HAUL_PROCESS_CLOSED, it has no
 * number, no exit code and no job, and whatever else can fail does. Closing it
 * again is fine. One that is dropped need not be closed.
 *
 * Returns: %TRUE if it is closed
 */
gboolean
haul_process_close (HaulProcess  *self,
                    GError      **error)
{
  g_return_val_if_fail (HAUL_IS_PROCESS (self), FALSE);

  if (self->state == HAUL_PROCESS_CLOSED)
    return TRUE;
  if (!haul_process_check_usable (self, error))
    return FALSE;
  if (self->state == HAUL_PROCESS_STARTED)
    {
      g_set_error (error, HAUL_ERROR, HAUL_ERROR_NOT_POSSIBLE,
                   _("‘%s’ is still there: join it before it is closed"), self->name);
      return FALSE;
    }

  g_signal_handlers_disconnect_by_data (self->job, self);
  g_clear_object (&self->job);
  haul_process_sentinel_close (self);
  self->has_exit_code = FALSE;
  self->exit_code = 0;
  haul_process_set_state (self, HAUL_PROCESS_CLOSED);
  haul_process_notify (self, PROP_PID);
  haul_process_notify (self, PROP_EXIT_CODE);
  haul_process_notify (self, PROP_HAS_EXIT_CODE);
  return TRUE;
}
