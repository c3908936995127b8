/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-process.h"

#include <glib/gi18n-lib.h>

#include "haul-process-private.h"
#include "haul/wire/haul-error.h"

static gboolean
check_initial (HaulProcess  *self,
               const char   *what,
               GError      **error)
{
  if (!haul_process_check_usable (self, error))
    return FALSE;
  if (self->state == HAUL_PROCESS_INITIAL)
    return TRUE;

  g_set_error (error, HAUL_ERROR, HAUL_ERROR_NOT_POSSIBLE,
               _("‘%s’ was started already: its %s can only be set before that"), self->name, what);
  return FALSE;
}

/**
 * haul_process_get_daemon:
 * @self: a process
 *
 * Gets #HaulProcess:daemon.
 *
 * Returns: whether it is a daemon
 */
gboolean
haul_process_get_daemon (HaulProcess *self)
{
  g_return_val_if_fail (HAUL_IS_PROCESS (self), FALSE);

  return self->daemon;
}

/**
 * haul_process_set_daemon:
 * @self: a process that was not started
 * @daemon: whether it is a daemon
 * @error: set when it was started already
 *
 * A daemon is ended by haul_process_finish_all(); any other process is waited
 * for. It may not start processes itself. With the daemons of Unix it has
 * nothing in common but the name.
 *
 * Returns: %TRUE if it is set
 */
gboolean
haul_process_set_daemon (HaulProcess  *self,
                         gboolean      daemon,
                         GError      **error)
{
  g_return_val_if_fail (HAUL_IS_PROCESS (self), FALSE);

  if (!check_initial (self, _("daemon flag"), error))
    return FALSE;
  if (self->daemon == !!daemon)
    return TRUE;

  self->daemon = !!daemon;
  haul_process_notify (self, PROP_DAEMON);
  return TRUE;
}

/**
 * haul_process_get_start_method:
 * @self: a process
 *
 * Gets what haul_process_set_start_method() set.
 *
 * Returns: how it comes into being
 */
HaulStartMethod
haul_process_get_start_method (HaulProcess *self)
{
  g_return_val_if_fail (HAUL_IS_PROCESS (self), HAUL_START_SPAWN);

  return self->start_method;
}

/**
 * haul_process_set_start_method:
 * @self: a process that was not started
 * @start_method: how it comes into being; %HAUL_START_SPAWN if this is not called
 * @error: set when it was started already
 *
 * Sets how the process will come into being. That is also how it ends: one that was
 * spawned returns from its main(), so that handlers of atexit() run; one that was
 * forked ends by _exit(), so that those of the fork server do not run in it.
 *
 * Returns: %TRUE if it is set
 */
gboolean
haul_process_set_start_method (HaulProcess      *self,
                               HaulStartMethod   start_method,
                               GError          **error)
{
  g_return_val_if_fail (HAUL_IS_PROCESS (self), FALSE);

  if (!check_initial (self, _("start method"), error))
    return FALSE;

  self->start_method = start_method;
  return TRUE;
}

/**
 * haul_process_get_worker_path:
 * @self: a process
 *
 * Gets what haul_process_set_worker_path() set.
 *
 * Returns: (transfer none) (nullable): the program that runs its task; %NULL for
 *   the usual one
 */
const char *
haul_process_get_worker_path (HaulProcess *self)
{
  g_return_val_if_fail (HAUL_IS_PROCESS (self), NULL);

  return self->worker_path;
}

/**
 * haul_process_set_worker_path:
 * @self: a process that was not started
 * @worker_path: (nullable): the program that runs its task, as for
 *   haul_process_executor_new()
 * @error: set when it was started already
 *
 * Sets which program will run the task.
 *
 * Returns: %TRUE if it is set
 */
gboolean
haul_process_set_worker_path (HaulProcess  *self,
                              const char   *worker_path,
                              GError      **error)
{
  g_return_val_if_fail (HAUL_IS_PROCESS (self), FALSE);

  if (!check_initial (self, _("worker"), error))
    return FALSE;

  g_free (self->worker_path);
  self->worker_path = g_strdup (worker_path);
  return TRUE;
}

/**
 * haul_process_get_hold:
 * @self: a process
 *
 * Gets what haul_process_set_hold() set.
 *
 * Returns: whether a zombie is left of it until it is joined
 */
gboolean
haul_process_get_hold (HaulProcess *self)
{
  g_return_val_if_fail (HAUL_IS_PROCESS (self), FALSE);

  return self->hold;
}

/**
 * haul_process_set_hold:
 * @self: a process that was not started
 * @hold: whether a zombie is left of it until it is joined
 * @error: set when it was started already
 *
 * To see a zombie: with %HAUL_START_FORK_SERVER the process is not collected at
 * its end but stays in state %HAUL_PROCESS_STARTED, though it is not alive and
 * has an exit code, until haul_process_join_async() or haul_process_finish_all().
 * One that nobody joins is collected after ten minutes. At most eight can be held at a
 * time, counted from their start; the ninth fails, and its job says so. A process of
 * %HAUL_START_SPAWN cannot be held, and haul_process_start() then fails.
 *
 * Returns: %TRUE if it is set
 */
gboolean
haul_process_set_hold (HaulProcess  *self,
                       gboolean      hold,
                       GError      **error)
{
  g_return_val_if_fail (HAUL_IS_PROCESS (self), FALSE);

  if (!check_initial (self, _("hold flag"), error))
    return FALSE;

  self->hold = !!hold;
  return TRUE;
}
