/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-child-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "haul-child-core-private.h"
#include "haul-oom-private.h"
#include "haul/wire/haul-error.h"
#include "haul/wire/haul-fd-private.h"
#include "haul/worker/haul-worker.h"

/* A wish: large results come in fewer, larger pieces. Ordinary users may not have many such. */
#define EVENTS_CAPACITY (1024 * 1024)

/* What the rest of the program keeps: GLib aborts it when there is no fd for its own needs. */
#define RESERVED_FDS 32

typedef struct
{
  int commands[2];
  int events[2];
  int log[2];
  int shares;   /* its end of the socket for what is shared, or -1 */
} Pipes;

static void
pipes_clear (Pipes *self)
{
  for (guint i = 0; i < 2; i++)
    {
      haul_clear_fd (&self->commands[i]);
      haul_clear_fd (&self->events[i]);
      haul_clear_fd (&self->log[i]);
    }
  haul_clear_fd (&self->shares);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Pipes, pipes_clear)

static gboolean
check_reserve (const Pipes  *pipes,
               GError      **error)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) == 0 && (rlim_t) pipes->log[1] + RESERVED_FDS < limit.rlim_cur)
    return TRUE;

  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_TOO_MANY_OPEN_FILES,
                       _("too many open files: run fewer jobs at once"));
  return FALSE;
}

static gboolean
pipes_open (Pipes   *self,
            GError **error)
{
  return haul_open_pipe (self->commands, 0, error)
         && haul_open_pipe (self->events, EVENTS_CAPACITY, error)
         && haul_open_pipe (self->log, 0, error)
         && check_reserve (self, error)
         && haul_fd_set_blocking (self->commands[1], FALSE, error)
         && haul_fd_set_blocking (self->events[0], FALSE, error)
         && haul_fd_set_blocking (self->log[0], FALSE, error);
}

/* An exec'd child. */

/* Then the kernel collects all children itself, and GSubprocess finds none. */
static gboolean
ignores_sigchld (void)
{
  struct sigaction action;

  return sigaction (SIGCHLD, NULL, &action) == 0
         && (action.sa_handler == SIG_IGN || (action.sa_flags & SA_NOCLDWAIT) != 0);
}

static void
waited_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  GSubprocess *subprocess = G_SUBPROCESS (source);
  g_autofree HaulChild **waiting = user_data;
  HaulChild *self = *waiting;

  (void) g_subprocess_wait_finish (subprocess, result, NULL);   /* nobody can cancel it */
  if (self == NULL)
    return;
  self->waiting = NULL;

  /* What it started and left behind. As long as one is left the number is its group's; when none is,
   * it is nobody's yet: the kernel hands out all others before it comes round again. */
  if (self->pid > 1)
    (void) kill (-self->pid, SIGKILL);

  if (ignores_sigchld ())
    self->lost = g_error_new_literal (HAUL_ERROR, HAUL_ERROR_ENDED,
                                      _("the worker ended, and nobody knows how: this program ignores SIGCHLD"));
  /* Of a child that somebody else collected GLib says "exit 0" before 2.78, and neither of the two since then. */
  if (g_subprocess_get_if_signaled (subprocess))
    haul_child_ended (self, -1, g_subprocess_get_term_sig (subprocess));
  else
    haul_child_ended (self, g_subprocess_get_if_exited (subprocess) ? g_subprocess_get_exit_status (subprocess) : 0, 0);
}

/* INHERIT_FDS and no child setup: then GLib starts the child without copying our page tables, so
 * that the size of this program does not matter. All our own fds close themselves on exec.
 * Once the pipes are in their places, GLib closes the numbers that stdout and stderr had here. Those
 * must not be 3, 4 or 6, which may have become free in the meantime: another thread may close what it
 * likes, and GLib's own does. */
static gboolean
exec_child (HaulChild   *self,
            const char  *worker_path,
            Pipes       *pipes,
            GError     **error)
{
  g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_INHERIT_FDS);
  g_autofree char *parent = g_strdup_printf ("--parent-pid=%d", (int) getpid ());
  g_autofree char *nice_value = g_strdup_printf ("--nice=%d", self->nice);
  const char *argv[] = { worker_path, "--run", parent, nice_value, pipes->shares >= 0 ? "--shares" : NULL, NULL };
  const char *identifier;
  haul_autofd int out_fd = fcntl (pipes->log[1], F_DUPFD_CLOEXEC, HAUL_WORKER_SHARES_FD + 1);
  haul_autofd int err_fd = fcntl (pipes->log[1], F_DUPFD_CLOEXEC, HAUL_WORKER_SHARES_FD + 1);

  if (out_fd < 0 || err_fd < 0)
    return haul_throw_errno (error, errno, N_("cannot copy a pipe"));

  g_subprocess_launcher_take_stdout_fd (launcher, g_steal_fd (&out_fd));
  g_subprocess_launcher_take_stderr_fd (launcher, g_steal_fd (&err_fd));
  g_subprocess_launcher_take_fd (launcher, g_steal_fd (&pipes->commands[0]), HAUL_WORKER_COMMANDS_FD);
  g_subprocess_launcher_take_fd (launcher, g_steal_fd (&pipes->events[1]), HAUL_WORKER_EVENTS_FD);
  if (pipes->shares >= 0)
    g_subprocess_launcher_take_fd (launcher, g_steal_fd (&pipes->shares), HAUL_WORKER_SHARES_FD);
  self->subprocess = g_subprocess_launcher_spawnv (launcher, argv, error);
  if (self->subprocess == NULL)
    return FALSE;

  identifier = g_subprocess_get_identifier (self->subprocess);   /* NULL: it has ended already */
  self->pid = identifier != NULL ? atoi (identifier) : 0;

  /* Without a GCancellable: to cancel a wait while GLib's own thread ends it is a race that GLib loses. */
  self->waiting = g_new (HaulChild *, 1);
  *self->waiting = self;
  g_subprocess_wait_async (self->subprocess, NULL, waited_cb, self->waiting);
  self->listener->started (self->owner, self, self->pid);
  haul_child_greet (self);
  return TRUE;
}

/* A forked child. */

static void
spawned_cb (gpointer user_data,
            int      pid)
{
  HaulChild *self = user_data;
  g_autoptr(GObject) owner = g_object_ref (self->owner);

  self->pid = pid;
  self->listener->started (owner, self, pid);
  haul_child_greet (self);
}

static void
exited_cb (gpointer user_data,
           int      code,
           int      signal)
{
  haul_child_ended (user_data, code, signal);
}

static void
failed_cb (gpointer      user_data,
           const GError *error)
{
  HaulChild *self = user_data;
  g_autoptr(GObject) owner = g_object_ref (self->owner);

  self->listener->failed (owner, self, error);
}

static void
lost_cb (gpointer      user_data,
         const GError *error)
{
  HaulChild *self = user_data;

  self->lost = g_error_copy (error);
  haul_child_ended (self, -1, 0);
}

static const HaulForkListener fork_listener = {
  .spawned = spawned_cb,
  .exited = exited_cb,
  .failed = failed_cb,
  .lost = lost_cb,
};

static gboolean
fork_child (HaulChild       *self,
            HaulForkClient  *client,
            Pipes           *pipes,
            int              board_fd,
            GError         **error)
{
  const int fds[] = { pipes->commands[0], pipes->events[1], pipes->log[1], pipes->shares, board_fd };

  self->client = haul_fork_client_ref (client);
  return haul_fork_client_spawn (client, self->id, self->nice, self->hold, fds, &fork_listener, self, error);
}

char *
haul_find_worker (const char *given)
{
  if (given == NULL)
    given = g_getenv ("HAUL_WORKER");
  if (given == NULL || *given == '\0')
    given = HAUL_LIBEXECDIR "/haul-worker";
  return g_strdup (given);
}

guint32
haul_next_id (void)
{
  static guint32 last_id;

  return ++last_id;
}

gboolean
haul_child_start (HaulChild       *self,
                  const char      *worker_path,
                  HaulForkClient  *client,
                  int              board_fd,
                  GError         **error)
{
  g_auto(Pipes) pipes = { { -1, -1 }, { -1, -1 }, { -1, -1 }, -1 };

  self->oom_before = haul_oom_count ();
  self->many = board_fd >= 0;
  if (!pipes_open (&pipes, error) || !haul_child_open_shares (self, &pipes.shares, error))
    return FALSE;
  self->commands_fd = g_steal_fd (&pipes.commands[1]);
  self->events_fd = g_steal_fd (&pipes.events[0]);
  self->log_fd = g_steal_fd (&pipes.log[0]);

  self->events_watch = haul_hub_watch (self->events_fd, haul_child_events_cb, self, error);
  if (self->events_watch == NULL)
    return FALSE;
  self->log_watch = haul_hub_watch (self->log_fd, haul_child_log_cb, self, error);
  if (self->log_watch == NULL)
    return FALSE;

  if (client != NULL)
    return fork_child (self, client, &pipes, board_fd, error);
  return exec_child (self, worker_path, &pipes, error);
}
