/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-process-info-private.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include "haul/wire/haul-error.h"
#include "haul/wire/haul-fd-private.h"

/* Doing something to exactly one process. Its number may be another's by now, so first the number is
 * opened and then the start is compared: what is open now, if it started when ours did, is ours, and
 * stays it whatever happens to the number. A signal goes through what is open.
 *
 * Priorities and processors have no such call, and go to the number; who is open cannot give it away as
 * long as nobody collects it, so that is looked at once more. What is left is the time between two calls,
 * in which the kernel would have to hand out all other numbers. */

static gboolean
throw_gone (HaulProcessInfo  *self,
            GError          **error)
{
  g_set_error (error, HAUL_ERROR, HAUL_ERROR_ENDED, _("process %d is gone"), self->sample.pid);
  return FALSE;
}

static gboolean
check_allowed (HaulProcessInfo  *self,
               GError          **error)
{
  if (self->ended_at != 0)
    return throw_gone (self, error);
  if (haul_process_info_get_can_control (self))
    return TRUE;

  g_set_error (error, HAUL_ERROR, HAUL_ERROR_NOT_POSSIBLE,
               self->sample.pid == getpid () ? _("process %d is this program") : _("process %d was not started from here"),
               self->sample.pid);
  return FALSE;
}

static gboolean
is_still_there (HaulProcessInfo *self)
{
  HaulProcSample now;

  return haul_proc_read ("/proc", self->sample.pid, &now) && now.start == self->sample.start;
}

gboolean
haul_process_info_is_there (HaulProcessInfo *self)
{
  g_return_val_if_fail (HAUL_IS_PROCESS_INFO (self), FALSE);

  return is_still_there (self);
}

/* -1 and an error when it is gone, or may not be touched. */
static int
open_process (HaulProcessInfo  *self,
              GError          **error)
{
  haul_autofd int fd = -1;

  if (!check_allowed (self, error))
    return -1;
  fd = pidfd_open (self->sample.pid, 0);
  if (fd < 0 || !is_still_there (self))
    {
      (void) throw_gone (self, error);
      return -1;
    }
  return g_steal_fd (&fd);
}

static gboolean
throw_refused (HaulProcessInfo  *self,
               int               errsv,
               GError          **error)
{
  if (errsv == ESRCH)
    return throw_gone (self, error);
  if (errsv == EACCES || errsv == EPERM)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED, _("you are not allowed to do that to process %d"), self->sample.pid);
      return FALSE;
    }
  return haul_throw_errno (error, errsv, N_("cannot do that to the process"));
}

/**
 * haul_process_info_signal:
 * @self: a row
 * @number: a signal, such as `SIGTERM`
 * @error: %HAUL_ERROR_ENDED when the process is gone, %HAUL_ERROR_NOT_POSSIBLE when it
 *   is not in this program's tree, or is this program
 *
 * Sends a signal to exactly the process that the row is about, or to none: never to
 * one that was given its number later, and never to a group.
 *
 * Returns: %TRUE when it was sent
 */
gboolean
haul_process_info_signal (HaulProcessInfo  *self,
                          int               number,
                          GError          **error)
{
  haul_autofd int fd = -1;

  g_return_val_if_fail (HAUL_IS_PROCESS_INFO (self), FALSE);
  g_return_val_if_fail (number > 0 && number < NSIG, FALSE);

  fd = open_process (self, error);
  if (fd < 0)
    return FALSE;
  return pidfd_send_signal (fd, number, NULL, 0) == 0 || throw_refused (self, errno, error);
}

/* A thread has its own priority and processors, and gives them to those that it starts. */
typedef int (*EachThread) (int           tid,
                           gconstpointer data);

static gboolean
for_each_thread (HaulProcessInfo  *self,
                 EachThread        function,
                 gconstpointer     data,
                 GError          **error)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/task", self->sample.pid);
  haul_autofd int fd = open_process (self, error);
  g_autoptr(GDir) folder = NULL;
  const char *name;

  if (fd < 0)
    return FALSE;
  folder = g_dir_open (path, 0, NULL);
  if (folder == NULL || pidfd_send_signal (fd, 0, NULL, 0) < 0)
    return throw_gone (self, error);
  while ((name = g_dir_read_name (folder)) != NULL)
    if (function (atoi (name), data) < 0 && errno != ESRCH)
      return throw_refused (self, errno, error);
  return TRUE;
}

static int
set_thread_nice (int           tid,
                 gconstpointer data)
{
  return setpriority (PRIO_PROCESS, tid, *(const int *) data);
}

/**
 * haul_process_info_set_nice:
 * @self: a row
 * @nice: -20, the highest priority, to 19, the lowest
 * @error: as for haul_process_info_signal(); %G_IO_ERROR_PERMISSION_DENIED for a
 *   higher priority than it has, which only root may give
 *
 * Sets the priority of all threads of the process.
 *
 * Returns: %TRUE when it was set
 */
gboolean
haul_process_info_set_nice (HaulProcessInfo  *self,
                            int               nice,
                            GError          **error)
{
  g_return_val_if_fail (HAUL_IS_PROCESS_INFO (self), FALSE);
  g_return_val_if_fail (nice >= -20 && nice <= 19, FALSE);

  return for_each_thread (self, set_thread_nice, &nice, error);
}

/**
 * haul_process_info_dup_cpus:
 * @self: a row
 * @ret_n_cpus: (out): how many
 * @error: as for haul_process_info_signal()
 *
 * Asks which processors the process may run on.
 *
 * Returns: (transfer full) (array length=ret_n_cpus): their numbers, from 0, in order
 */
guint *
haul_process_info_dup_cpus (HaulProcessInfo  *self,
                            gsize            *ret_n_cpus,
                            GError          **error)
{
  haul_autofd int fd = -1;
  cpu_set_t set;
  g_autoptr(GArray) cpus = g_array_new (FALSE, FALSE, sizeof (guint));

  g_return_val_if_fail (HAUL_IS_PROCESS_INFO (self), NULL);
  g_return_val_if_fail (ret_n_cpus != NULL, NULL);

  fd = open_process (self, error);
  if (fd < 0)
    return NULL;
  if (sched_getaffinity (self->sample.pid, sizeof set, &set) < 0)
    {
      (void) throw_refused (self, errno, error);
      return NULL;
    }
  for (guint i = 0; i < CPU_SETSIZE; i++)
    if (CPU_ISSET (i, &set))
      g_array_append_val (cpus, i);
  *ret_n_cpus = cpus->len;
  return (guint *) g_array_free (g_steal_pointer (&cpus), FALSE);
}

static int
set_thread_cpus (int           tid,
                 gconstpointer data)
{
  return sched_setaffinity (tid, sizeof (cpu_set_t), data);
}

/**
 * haul_process_info_set_cpus:
 * @self: a row
 * @cpus: (array length=n_cpus): numbers of processors, from 0
 * @n_cpus: how many; at least one
 * @error: as for haul_process_info_signal()
 *
 * Sets which processors all threads of the process may run on. Those that this
 * machine does not have, or that the process is not given, do not count.
 *
 * Returns: %TRUE when it was set
 */
gboolean
haul_process_info_set_cpus (HaulProcessInfo  *self,
                            const guint      *cpus,
                            gsize             n_cpus,
                            GError          **error)
{
  cpu_set_t set;

  g_return_val_if_fail (HAUL_IS_PROCESS_INFO (self), FALSE);
  g_return_val_if_fail (cpus != NULL && n_cpus > 0, FALSE);

  CPU_ZERO (&set);
  for (gsize i = 0; i < n_cpus; i++)
    if (cpus[i] < CPU_SETSIZE)
      CPU_SET (cpus[i], &set);
  return for_each_thread (self, set_thread_cpus, &set, error);
}
