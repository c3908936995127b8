/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lab-child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_CHILDREN 256

static guint n_forked;

/* In the child: those of the worker report to the program, and a child that crashes is to do just that. */
static void
reset_signals (void)
{
  for (int number = 1; number < SIGRTMIN; number++)
    (void) signal (number, SIG_DFL);   /* KILL and STOP refuse, and are fine */
}

pid_t
lab_fork (void)
{
  pid_t parent = getpid ();
  pid_t pid = -1;

  if (n_forked >= MAX_CHILDREN)
    {
      errno = EAGAIN;
      return -1;
    }

  pid = fork ();
  if (pid == 0)
    {
      reset_signals ();
      /* The parent may have ended before it was asked for. */
      if (prctl (PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid () != parent)
        _exit (127);
    }
  else if (pid > 0)
    {
      n_forked++;
    }
  return pid;
}

void
lab_child_exit (int status)
{
  _exit (status);
}

char
lab_child_state (pid_t pid)
{
  char path[32];
  char stat[512];
  const char *paren = NULL;
  ssize_t n = 0;
  int fd = -1;

  g_snprintf (path, sizeof path, "/proc/%d/stat", (int) pid);
  fd = open (path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return 0;
  n = read (fd, stat, sizeof stat - 1);
  close (fd);
  if (n <= 0)
    return 0;
  stat[n] = '\0';

  /* Its name may hold anything, and ends at the last one. */
  paren = strrchr (stat, ')');
  return paren != NULL && paren[1] == ' ' ? paren[2] : 0;
}

gboolean
lab_child_await (pid_t       pid,
                 const char *letters,
                 int         timeout_ms)
{
  gint64 deadline = g_get_monotonic_time () + (gint64) timeout_ms * 1000;

  for (;;)
    {
      char state = lab_child_state (pid);

      if (state == 0 ? *letters == '\0' : strchr (letters, state) != NULL)
        return TRUE;
      if (g_get_monotonic_time () > deadline)
        return FALSE;
      (void) poll (NULL, 0, 1);
    }
}

gboolean
lab_child_join (pid_t  pid,
                int    timeout_ms,
                int   *ret_status)
{
  gint64 deadline = g_get_monotonic_time () + (gint64) timeout_ms * 1000;

  for (;;)
    {
      int status = 0;
      pid_t joined = waitpid (pid, &status, WNOHANG);

      if (joined == pid)
        {
          *ret_status = status;
          return TRUE;
        }
      if ((joined < 0 && errno != EINTR) || g_get_monotonic_time () >= deadline)
        return FALSE;
      (void) poll (NULL, 0, 1);
    }
}

void
lab_child_end (pid_t pid)
{
  if (pid <= 0)
    return;
  (void) kill (pid, SIGKILL);
  while (waitpid (pid, NULL, 0) < 0 && errno == EINTR)
    ;
}

gpointer
lab_share (gsize size)
{
  gpointer memory = mmap (NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

  if (memory == MAP_FAILED)
    g_error ("cannot map %" G_GSIZE_FORMAT " bytes: %s", size, g_strerror (errno));
  return memory;
}

void
lab_child_pin (pid_t            pid,
               const cpu_set_t *among,
               guint            n)
{
  int skip = (int) (n % (guint) MAX (CPU_COUNT (among), 1));
  cpu_set_t one;

  CPU_ZERO (&one);
  for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
    {
      if (!CPU_ISSET (cpu, among) || skip-- > 0)
        continue;
      CPU_SET (cpu, &one);
      (void) sched_setaffinity (pid, sizeof one, &one);
      return;
    }
}

double
lab_child_waited (pid_t pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/schedstat", (int) pid);
  g_autofree char *text = NULL;
  char *waited = NULL;

  /* In ns: what it ran, what it waited. */
  if (!g_file_get_contents (path, &text, NULL, NULL))
    return 0;
  (void) g_ascii_strtoull (text, &waited, 10);
  return (double) g_ascii_strtoull (waited, NULL, 10) / 1e9;
}

static double
thread_seconds (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (double) now.tv_sec + (double) now.tv_nsec / 1e9;
}

void
lab_burn (double seconds)
{
  double end = thread_seconds () + seconds;

  while (thread_seconds () < end)
    {
      for (volatile guint i = 0; i < 20000; i++)
        ;
    }
}
