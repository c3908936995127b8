/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-current-process-private.h"

#include <poll.h>
#include <unistd.h>

/* Set before any task runs, by a program that has one thread then. */
static struct
{
  char     *name;          /* (owned) (nullable) */
  gboolean  daemon;
  char     *parent_name;   /* (owned) (nullable) */
  int       parent_pid;    /* 0 in a program that is no worker */
  int       lifeline_fd;
} current;

void
haul_current_process_set_parent (int pid,
                                 int lifeline_fd)
{
  current.parent_pid = pid;
  current.lifeline_fd = lifeline_fd;
}

gboolean
haul_current_process_is_worker (void)
{
  return current.parent_pid != 0;
}

void
haul_current_process_set_parent_name (const char *name)
{
  g_free (current.parent_name);
  current.parent_name = g_strdup (name);
}

void
haul_current_process_set (const char *name,
                          gboolean    daemon)
{
  current.daemon = daemon;
  if (name == NULL)
    return;

  g_free (current.name);
  current.name = g_strdup (name);
}

/**
 * haul_current_process_get_name:
 *
 * The name of the process that asks: what the program that started it calls it,
 * as in `haul_process_set_name()`, or else "Process-1"; for the process of a job
 * "Worker-4", for one of a pool "PoolWorker-2". It means nothing but what people
 * make of it.
 *
 * Returns: (transfer none): the name; "MainProcess" in a program that is no
 *   worker. Valid until the task has ended
 */
const char *
haul_current_process_get_name (void)
{
  if (current.name != NULL)
    return current.name;

  return current.parent_pid == 0 ? "MainProcess" : "Worker";
}

/**
 * haul_current_process_get_daemon:
 *
 * Whether the process that asks is a daemon: one that is ended, and not waited
 * for, when the program that started it ends. A daemon may not start processes.
 *
 * Returns: %TRUE for a daemon, as the workers of a pool are
 */
gboolean
haul_current_process_get_daemon (void)
{
  return current.daemon;
}

/**
 * haul_current_process_get_parent_pid:
 *
 * The program that asked for the process that asks: not the fork server, even
 * where that forked it.
 *
 * Returns: its number; in a program that is no worker, what getppid() says
 */
int
haul_current_process_get_parent_pid (void)
{
  return current.parent_pid != 0 ? current.parent_pid : (int) getppid ();
}

/**
 * haul_current_process_get_parent_name:
 *
 * What the program that asked for this process is called there:
 * haul_current_process_get_name() of it, at the start of this one.
 *
 * Returns: (transfer none) (nullable): "MainProcess", or "Process-1" in a process that
 *   that one has started; %NULL in a program that is no worker
 */
const char *
haul_current_process_get_parent_name (void)
{
  return current.parent_name;
}

/**
 * haul_current_process_is_parent_alive:
 *
 * Whether the program that asked for this process is still there. It looks at a
 * pipe between the two, and at no number that may be somebody else's by now.
 *
 * A worker ends by itself when that program does; only one that has blocked
 * SIGIO and turned off its death signal lives to see %FALSE.
 *
 * Returns: %FALSE when it is gone; %TRUE in a program that is no worker
 */
gboolean
haul_current_process_is_parent_alive (void)
{
  struct pollfd lifeline = { .fd = current.lifeline_fd, .events = POLLIN };

  if (current.parent_pid == 0)
    return TRUE;

  return poll (&lifeline, 1, 0) >= 0 && (lifeline.revents & (POLLHUP | POLLERR | POLLNVAL)) == 0;
}
