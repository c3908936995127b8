/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lab-program.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib-unix.h>
#include <glib/gi18n-lib.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab-child.h"

#define MAX_LINE 4096

/* Runs between fork() and exec(): async-signal-safe calls only. */
static void
become (const char * const *argv,
        int                 input,
        int                 output)
{
  int nowhere = open ("/dev/null", O_RDWR);

  if (nowhere < 0
      || dup2 (input >= 0 ? input : nowhere, STDIN_FILENO) < 0
      || dup2 (output, STDOUT_FILENO) < 0
      || dup2 (nowhere, STDERR_FILENO) < 0)
    _exit (127);

  (void) close_range (STDERR_FILENO + 1, ~0U, 0);
  (void) signal (SIGPIPE, SIG_DFL);
  execv (argv[0], (char **) argv);
  _exit (127);
}

static void
close_both (int fds[2])
{
  if (fds[0] >= 0)
    close (fds[0]);
  if (fds[1] >= 0)
    close (fds[1]);
}

pid_t
lab_program_start (const char * const  *argv,
                   int                 *ret_input,
                   int                 *ret_output,
                   GError             **error)
{
  int input[2] = { -1, -1 };
  int output[2];
  pid_t pid;

  if (!g_unix_open_pipe (output, FD_CLOEXEC, error))
    return -1;
  if (ret_input != NULL && !g_unix_open_pipe (input, FD_CLOEXEC, error))
    {
      close_both (output);
      return -1;
    }

  pid = lab_fork ();
  if (pid == 0)
    become (argv, input[0], output[1]);
  if (pid < 0)
    {
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), _("cannot fork: %s"), g_strerror (errno));
      close_both (input);
      close_both (output);
      return -1;
    }

  close (output[1]);
  *ret_output = output[0];
  if (ret_input != NULL)
    {
      close (input[0]);
      *ret_input = input[1];
    }
  return pid;
}

/* In ms, rounded up, for poll(). */
static int
ms_until (gint64 deadline_us)
{
  return (int) CLAMP ((deadline_us - g_get_monotonic_time () + 999) / 1000, 0, G_MAXINT);
}

/* A byte at a time: nothing that comes after the line is taken, and nobody says much here. */
char *
lab_program_read (int    output,
                  gint64 deadline_us)
{
  g_autoptr(GString) line = g_string_new (NULL);

  for (;;)
    {
      struct pollfd fd = { .fd = output, .events = POLLIN };
      int n = poll (&fd, 1, ms_until (deadline_us));
      char c;

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0 || line->len >= MAX_LINE || read (output, &c, 1) != 1)
        return NULL;
      if (c == '\n')
        return g_utf8_make_valid (line->str, (gssize) line->len);
      g_string_append_c (line, c);
    }
}

gboolean
lab_program_finish (pid_t  pid,
                    gint64 deadline_us,
                    int   *ret_status)
{
  gboolean in_time = lab_child_await (pid, "Z", ms_until (deadline_us));

  if (!in_time)
    (void) kill (pid, SIGKILL);
  while (waitpid (pid, ret_status, 0) < 0 && errno == EINTR)
    ;
  return in_time;
}
