/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-process.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "haul-process-private.h"
#include "haul/wire/haul-fd-private.h"

/* A file descriptor that tells of the end of a process to who polls it.
 *
 * It is an epoll descriptor, which can be polled itself, and watches two others: a pidfd, by which the
 * kernel tells, also who runs no main loop; and an eventfd, by which we tell, of a process that never
 * came to be, or was gone before we had its pidfd. With the fork server the pid comes after the start;
 * that is why it is not the pidfd itself. */

static gboolean
watch (int       epoll_fd,
       int       fd,
       GError  **error)
{
  struct epoll_event event = { .events = EPOLLIN };

  if (epoll_ctl (epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0)
    return haul_throw_errno (error, errno, N_("cannot watch a process"));
  return TRUE;
}

void
haul_process_sentinel_pid (HaulProcess *self)
{
  int pid = haul_process_get_pid (self);

  if (self->sentinel_fd < 0 || self->pidfd >= 0 || pid <= 0 || !haul_process_is_alive (self))
    return;

  /* Where there is none, the eventfd will do. */
  self->pidfd = pidfd_open (pid, 0);
  if (self->pidfd >= 0 && !watch (self->sentinel_fd, self->pidfd, NULL))
    haul_clear_fd (&self->pidfd);
}

void
haul_process_sentinel_end (HaulProcess *self)
{
  if (self->ended_fd >= 0)
    (void) eventfd_write (self->ended_fd, 1);   /* fails only when it is full, and so readable */
}

void
haul_process_sentinel_close (HaulProcess *self)
{
  haul_clear_fd (&self->sentinel_fd);
  haul_clear_fd (&self->ended_fd);
  haul_clear_fd (&self->pidfd);
}

static gboolean
make (HaulProcess  *self,
      GError      **error)
{
  haul_autofd int ended_fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  haul_autofd int sentinel_fd = epoll_create1 (EPOLL_CLOEXEC);

  if (ended_fd < 0 || sentinel_fd < 0)
    return haul_throw_errno (error, errno, N_("cannot watch a process"));
  if (!watch (sentinel_fd, ended_fd, error))
    return FALSE;

  self->ended_fd = g_steal_fd (&ended_fd);
  self->sentinel_fd = g_steal_fd (&sentinel_fd);
  if (haul_process_is_alive (self))
    haul_process_sentinel_pid (self);
  else
    haul_process_sentinel_end (self);
  return TRUE;
}

/**
 * haul_process_get_sentinel:
 * @self: a process that was started
 * @error: set when it was not started, or was closed, or too many files are open
 *
 * Gives a file descriptor to wait for the end of the process with, together with others: in
 * poll(), or as a source of any main loop. It is readable from the end of the process on,
 * however that came about, though nobody has joined it yet; never read from it.
 *
 * Returns: a file descriptor, always the same, which belongs to the process: it is closed by
 *   haul_process_close(), and with the last reference; -1 with @error set
 */
int
haul_process_get_sentinel (HaulProcess  *self,
                           GError      **error)
{
  g_return_val_if_fail (HAUL_IS_PROCESS (self), -1);

  if (!haul_process_check_started (self, error))
    return -1;
  if (self->sentinel_fd < 0 && !make (self, error))
    return -1;
  return self->sentinel_fd;
}
