/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-fork-private.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

/* Fds are moved past these first, so that none is overwritten before its turn. */
#define FIRST_SAFE_FD 32

/* Each thread is a folder, and so a link to its parent folder. */
guint
haul_count_threads (void)
{
  struct stat info;

  return stat ("/proc/self/task", &info) == 0 ? info.st_nlink - 2 : 0;
}

/* In the child, async-signal-safe. */
static void
place_fds (const HaulFork *self)
{
  int safe[8];
  int log_fd = fcntl (self->log_fd, F_DUPFD, FIRST_SAFE_FD);
  int null_fd = open ("/dev/null", O_RDONLY | O_CLOEXEC);

  if (self->n_fds > G_N_ELEMENTS (safe) || log_fd < 0 || null_fd < 0)
    _exit (127);
  for (guint i = 0; i < self->n_fds; i++)
    {
      safe[i] = self->fds[i] >= 0 ? fcntl (self->fds[i], F_DUPFD, FIRST_SAFE_FD) : -1;
      if (safe[i] < 0 && self->fds[i] >= 0)
        _exit (127);
    }

  if (dup2 (null_fd, 0) < 0 || dup2 (log_fd, 1) < 0 || dup2 (log_fd, 2) < 0)
    _exit (127);
  for (guint i = 0; i < self->n_fds; i++)
    {
      if (safe[i] < 0)
        (void) close (3 + i);
      else if (dup3 (safe[i], 3 + i, O_CLOEXEC) < 0)
        _exit (127);
    }
  (void) close_range (3 + self->n_fds, ~0U, 0);
}

/* In the child, async-signal-safe. Last, it lets pending signals act. */
static void
settle_in (const HaulFork *self,
           pid_t           parent)
{
  sigset_t none;

  if (prctl (PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid () != parent)
    _exit (127);
  (void) setpgid (0, 0);
  place_fds (self);
  (void) prctl (PR_SET_CHILD_SUBREAPER, 1);
  sigemptyset (&none);
  sigprocmask (SIG_SETMASK, &none, NULL);
}

pid_t
haul_fork (const HaulFork *self,
           int            *ret_pidfd)
{
  pid_t parent = getpid ();
  sigset_t all, before;
  int saved;
  pid_t pid;

  sigfillset (&all);
  sigprocmask (SIG_SETMASK, &all, &before);
  pid = fork ();
  if (pid == 0)
    {
      settle_in (self, parent);
      return 0;
    }

  saved = errno;
  if (pid > 0)
    {
      (void) setpgid (pid, pid);   /* so that the group is there when we return, whoever is faster */
      if (ret_pidfd != NULL)
        *ret_pidfd = pidfd_open (pid, 0);
    }
  sigprocmask (SIG_SETMASK, &before, NULL);
  return pid < 0 ? -saved : pid;
}
