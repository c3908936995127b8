/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command-output.h"
#include "haul/wire/haul-error.h"
#include "haul/wire/haul-fd-private.h"
#include "haul/worker/haul-task.h"

/* A program that runs below the worker, in the worker's process group: so whoever ends that by force ends
 * the program as well. When it is only to stop, we see to it that nothing of it is left. */

#define PIECE 65536

/* So long a program may take to end that was asked to, and so long we may take to end it. */
#define GRACE_MS 1000
#define TIDY_MS  2000

/* When it says nothing for so long, the last that it said is what counts. */
#define MOMENT_MS 50

/* Where progress in the output counts up to. */
#define TOTAL 100

extern char **environ;

extern const HaulTask haul_task_command;

typedef struct
{
  HaulContext   *context;      /* borrowed */
  CommandOutput *output;       /* (owned) */
  gboolean       watch;        /* whether its output says how far it is */
  gboolean       has_total;
  gboolean       unsent;       /* perhaps: progress that came soon after the one before waits for the next */
  int            fd;           /* (owned) what it prints */
  int            pid;
  int            pidfd;        /* (owned) */
} Command;

static void
command_clear (Command *self)
{
  g_clear_pointer (&self->output, command_output_free);
  haul_clear_fd (&self->fd);
  haul_clear_fd (&self->pidfd);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Command, command_clear)

static void
line_cb (const char *line,
         gsize       size,
         gpointer    user_data)
{
  Command *self = user_data;
  g_autofree char *text = haul_text_clean (line, size);

  haul_context_log (self->context, HAUL_LOG_OUTPUT, "%s", text);
}

/* As one would type it. */
static char *
quote (char **argv)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; argv[i] != NULL; i++)
    {
      g_autofree char *quoted = g_shell_quote (argv[i]);
      gboolean plain = *argv[i] != '\0' && argv[i][strspn (argv[i], "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                                           "0123456789_-./:=@%+,")] == '\0';

      g_string_append_printf (text, "%s%s", i > 0 ? " " : "", plain ? argv[i] : quoted);
    }
  return g_string_free (text, FALSE);
}

/* 0, or why not. Nothing of ours is left open in it but the pipe, and no signal is blocked or ignored. */
static int
spawn (Command  *self,
       char    **argv,
       int       output)
{
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  sigset_t all, none;
  int errsv;

  sigfillset (&all);
  sigemptyset (&none);
  posix_spawn_file_actions_init (&actions);
  posix_spawn_file_actions_addopen (&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2 (&actions, output, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2 (&actions, output, STDERR_FILENO);
  posix_spawn_file_actions_addclosefrom_np (&actions, STDERR_FILENO + 1);
  posix_spawnattr_init (&attributes);
  posix_spawnattr_setsigdefault (&attributes, &all);
  posix_spawnattr_setsigmask (&attributes, &none);
  posix_spawnattr_setflags (&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);

  errsv = posix_spawnp (&self->pid, argv[0], &actions, &attributes, argv, environ);

  posix_spawnattr_destroy (&attributes);
  posix_spawn_file_actions_destroy (&actions);
  return errsv;
}

static gboolean
start (Command  *self,
       char    **argv,
       GError  **error)
{
  haul_autofd int output = -1;
  int fds[2], errsv;

  if (!haul_open_pipe (fds, 0, error))
    return FALSE;
  self->fd = fds[0];
  output = fds[1];
  if (!haul_fd_set_blocking (self->fd, FALSE, error))
    return FALSE;

  /* What the program leaves behind becomes our child, so that it can be found. */
  (void) prctl (PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  errsv = spawn (self, argv, output);
  if (errsv != 0)
    {
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errsv), _("cannot run “%s”: %s"), argv[0], g_strerror (errsv));
      return FALSE;
    }
  self->pidfd = pidfd_open (self->pid, 0);
  if (self->pidfd < 0)
    return haul_throw_errno (error, errno, "pidfd_open");
  return TRUE;
}

static void
tell_progress (Command *self)
{
  double fraction = self->watch ? command_output_get_fraction (self->output) : -1;

  if (fraction < 0)
    return;
  if (!self->has_total)
    haul_context_set_total (self->context, TOTAL);
  self->has_total = TRUE;
  haul_context_progress (self->context, fraction * TOTAL);
  self->unsent = TRUE;
}

/* One piece. FALSE when there is nothing to read now, or ever again. */
static gboolean
read_output (Command *self)
{
  char piece[PIECE];
  ssize_t n;

  if (self->fd < 0)
    return FALSE;
  n = read (self->fd, piece, sizeof piece);
  if (n < 0)
    return errno == EINTR;
  if (n == 0)
    {
      haul_clear_fd (&self->fd);
      return FALSE;
    }
  command_output_feed (self->output, piece, n);
  tell_progress (self);
  return TRUE;
}

/* Asks everything in our group to end but ourselves: who has left it is found by sweep(). */
static void
end_group (Command *self)
{
  if (getpgrp () != getpid ())
    {
      (void) kill (self->pid, SIGTERM);
      return;
    }
  (void) signal (SIGTERM, SIG_IGN);
  (void) killpg (getpgrp (), SIGTERM);
  (void) killpg (getpgrp (), SIGCONT);
  (void) signal (SIGTERM, SIG_DFL);
}

/* Until it has ended. A wish to stop comes as a signal, which must not come just before we wait. */
static void
wait_for_end (Command *self)
{
  static const struct timespec grace = { .tv_sec = GRACE_MS / 1000, .tv_nsec = GRACE_MS % 1000 * 1000000 };
  static const struct timespec moment = { .tv_nsec = MOMENT_MS * 1000000 };
  gboolean asked = FALSE, ended = FALSE;
  sigset_t block, before;

  sigemptyset (&block);
  sigaddset (&block, SIGIO);
  sigprocmask (SIG_BLOCK, &block, &before);
  while (!ended)
    {
      struct pollfd fds[] = { { .fd = self->pidfd, .events = POLLIN }, { .fd = asked ? -1 : self->fd, .events = POLLIN } };
      int n;

      if (!asked && haul_context_is_cancelled (self->context))
        {
          asked = TRUE;
          end_group (self);
          continue;
        }
      n = ppoll (fds, G_N_ELEMENTS (fds), asked ? &grace : self->unsent ? &moment : NULL, &before);
      if (n == 0 && asked)
        (void) kill (self->pid, SIGKILL);
      if (n == 0)
        haul_context_flush (self->context);
      self->unsent &= n != 0;
      if (n > 0 && fds[1].revents != 0)
        (void) read_output (self);
      ended = n > 0 && fds[0].revents != 0;
    }
  sigprocmask (SIG_SETMASK, &before, NULL);
}

/* Ends what it left behind, which goes on with nobody to wait for it; and what that leaves behind. */
static void
sweep (void)
{
  for (;;)
    {
      g_autofree char *text = NULL;
      g_auto(GStrv) pids = NULL;
      guint n = 0;

      if (!g_file_get_contents ("/proc/thread-self/children", &text, NULL, NULL))
        return;
      pids = g_strsplit (text, " ", -1);
      for (guint i = 0; pids[i] != NULL; i++)
        if (*pids[i] != '\0')
          {
            (void) kill (atoi (pids[i]), SIGKILL);   /* ours and not waited for, so it is the one */
            n++;
          }
      if (n == 0 || (waitpid (-1, NULL, 0) < 0 && errno == ECHILD))
        return;
    }
}

static gboolean
judge (Command  *self,
       int       status,
       GError  **error)
{
  if (!haul_context_check (self->context, error))
    return FALSE;
  if (WIFSIGNALED (status))
    g_set_error (error, HAUL_ERROR, HAUL_ERROR_TASK, _("it was ended by the signal %s"), g_strsignal (WTERMSIG (status)));
  else if (WEXITSTATUS (status) != 0)
    g_set_error (error, HAUL_ERROR, HAUL_ERROR_TASK, _("it ended with status %d"), WEXITSTATUS (status));
  return WIFEXITED (status) && WEXITSTATUS (status) == 0;
}

static gboolean
run (HaulContext  *context,
     GVariant     *arguments,
     GError      **error)
{
  g_auto(Command) self = { .context = context, .fd = -1, .pidfd = -1 };
  g_auto(GStrv) argv = NULL;
  g_autofree char *quoted = NULL;
  int status;

  if (!g_shell_parse_argv (haul_arguments_get_string (arguments, "command"), NULL, &argv, error))
    return FALSE;
  self.output = command_output_new (line_cb, &self);
  self.watch = g_str_equal (haul_arguments_get_string (arguments, "progress"), "auto");
  quoted = quote (argv);
  haul_context_log (context, HAUL_LOG_INFO, "%s", quoted);
  if (!start (&self, argv, error))
    return FALSE;

  wait_for_end (&self);
  while (waitpid (self.pid, &status, 0) < 0 && errno == EINTR)
    continue;
  sweep ();
  while (read_output (&self))
    continue;
  command_output_end (self.output);
  tell_progress (&self);
  if (!judge (&self, status, error))
    return FALSE;

  if (self.has_total)
    haul_context_progress (context, TOTAL);
  haul_context_emit (context, _("It ended with status 0"), strlen (_("It ended with status 0")));
  return TRUE;
}

const HaulTask haul_task_command = {
  .id = "command",
  .title = N_("Run a Command"),
  .summary = N_("Run any program; what it prints is the log, and its exit status decides"),
  .unit = N_("percent"),
  .result = HAUL_RESULT_TEXT,
  .params = (const HaulParam[]) {
    {
      .name = "command",
      .title = N_("Command"),
      .help = N_("What to run, with its arguments, quoted as in a shell; no shell looks at it"),
      .type = HAUL_PARAM_COMMAND,
      .required = TRUE,
    },
    {
      .name = "progress",
      .title = N_("Progress"),
      .help = N_("Whether what it prints says how far it is: 45%, 3/10, or OSC 9;4"),
      .type = HAUL_PARAM_CHOICE,
      .initial_text = "auto",
      .choices = (const HaulChoice[]) {
        { "auto", N_("From the output") },
        { "none", N_("None") },
        { NULL },
      },
    },
    { NULL },
  },
  .run = run,
  .tidy_ms = TIDY_MS,
  .own_process = TRUE,
};
