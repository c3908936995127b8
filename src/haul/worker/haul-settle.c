/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-settle-private.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "haul-worker.h"
#include "haul/wire/haul-fd-private.h"

/* A launcher may have left us blocked and ignored signals; they survive exec. */
static void
reset_signals (void)
{
  sigset_t none;

  for (int number = 1; number < NSIG; number++)
    (void) signal (number, SIG_DFL);   /* KILL, STOP and libc's own two refuse, and are fine */
  sigemptyset (&none);
  sigprocmask (SIG_SETMASK, &none, NULL);
}

static void
sigpipe_cb (int number G_GNUC_UNUSED)
{
}

void
haul_worker_limit (void)
{
  static const struct rlimit no_core = { 0, 0 };
  const struct sigaction no_pipe = { .sa_handler = sigpipe_cb, .sa_flags = SA_RESTART };

  (void) setrlimit (RLIMIT_CORE, &no_core);
  (void) prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);

  /* EPIPE is what we look at. Ignored, it would be so for the programs that tasks start as well, of which many
   * end by nothing else. */
  (void) sigaction (SIGPIPE, &no_pipe, NULL);
}

void
haul_worker_step_forward (void)
{
  haul_autofd int fd = open ("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

  if (fd >= 0 && write (fd, "500", 3) < 0)
    g_debug ("cannot set oom_score_adj: %s", g_strerror (errno));
}

void
haul_worker_settle_in (int      parent_pid,
                       gboolean shares)
{
  reset_signals ();
  if (prctl (PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid () != parent_pid)
    _exit (HAUL_WORKER_EXIT_ORPHAN);

  /* In a group of its own: ^C in a terminal is for the parent to handle. */
  (void) setpgid (0, 0);
  if (shares)
    {
      (void) close_range (HAUL_WORKER_EVENTS_FD + 1, HAUL_WORKER_SHARES_FD - 1, 0);
      (void) fcntl (HAUL_WORKER_SHARES_FD, F_SETFD, FD_CLOEXEC);
    }
  (void) close_range ((shares ? HAUL_WORKER_SHARES_FD : HAUL_WORKER_EVENTS_FD) + 1, ~0U, 0);
  (void) fcntl (HAUL_WORKER_COMMANDS_FD, F_SETFD, FD_CLOEXEC);
  (void) fcntl (HAUL_WORKER_EVENTS_FD, F_SETFD, FD_CLOEXEC);
}
