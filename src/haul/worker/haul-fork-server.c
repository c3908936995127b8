/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-fork-server-private.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "haul-worker.h"
#include "haul/sync/haul-members-private.h"
#include "haul/wire/haul-control-private.h"
#include "haul/wire/haul-fd-private.h"
#include "haul/wire/haul-fork-private.h"

#define MAX_CHILDREN 1200
#define MAX_HELD     8       /* zombies count against the limit of processes */
#define MAX_UNSENT   4096    /* replies to somebody who does not listen */
#define MAX_SWEEPS   20
#define MAX_ORPHANS  64      /* in one round of a sweep */
#define END_MS       3000    /* to collect them all in, when the program is gone */

typedef struct
{
  guint32  job;
  pid_t    pid;
  gboolean hold;
  gboolean exited;    /* a zombie that is held; the others leave the table */
} Child;

typedef struct
{
  int     signals_fd;
  GArray *children;      /* (owned) of Child */
  GQueue  unsent;        /* (owned) of Unsent, oldest first */
} Server;

typedef struct
{
  HaulControl message;
  int         fd;        /* (owned), or -1 */
} Unsent;

/* Talking to the program. */

static void
unsent_free (gpointer data)
{
  Unsent *unsent = data;

  haul_clear_fd (&unsent->fd);
  g_free (unsent);
}

static void
flush (Server *self)
{
  while (self->unsent.length > 0)
    {
      Unsent *first = g_queue_peek_head (&self->unsent);
      int error = haul_control_send (HAUL_CONTROL_FD, &first->message, &first->fd);

      if (error == EAGAIN || error == ENOBUFS || error == ENOMEM || error == ETOOMANYREFS)
        return;   /* for now */
      unsent_free (g_queue_pop_head (&self->unsent));   /* sent, or nobody is there */
    }
}

/* Takes @fd, which may be -1. */
static void
reply (Server      *self,
       HaulControl  message,
       int          fd)
{
  Unsent *unsent = g_new0 (Unsent, 1);

  unsent->message = message;
  unsent->fd = fd;
  g_queue_push_tail (&self->unsent, unsent);
  flush (self);
}

static void
refuse (Server            *self,
        const HaulControl *request,
        int                error)
{
  reply (self, (HaulControl) { .type = HAUL_CONTROL_ERROR, .serial = request->serial, .job = request->job,
                               .a = error, .b = request->type }, -1);
}

/* Children. */

static Child *
find_child (Server  *self,
            guint32  job)
{
  for (guint i = 0; i < self->children->len; i++)
    {
      Child *child = &g_array_index (self->children, Child, i);

      if (child->job == job)
        return child;
    }
  return NULL;
}

static gboolean
is_ours (Server *self,
         pid_t   pid)
{
  for (guint i = 0; i < self->children->len; i++)
    if (g_array_index (self->children, Child, i).pid == pid)
      return TRUE;
  return FALSE;
}

/* The processes whose parent we are. A copy of the file is needed: it changes while we kill. */
static guint
list_children (pid_t ret_pids[MAX_ORPHANS],
               Server *self)
{
  g_autofree char *path = g_strdup_printf ("/proc/self/task/%d/children", (int) getpid ());
  g_autofree char *text = NULL;
  guint n = 0;
  char *at;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return 0;

  at = text;
  while (n < MAX_ORPHANS)
    {
      char *end;
      pid_t pid = strtol (at, &end, 10);

      if (end == at)
        break;
      if (pid > 1 && !is_ours (self, pid))
        ret_pids[n++] = pid;
      at = end;
    }
  return n;
}

/* A child of ours that is not in the table is what a dead worker left behind, and came to us since
 * we are a subreaper: it is killed and collected, and so are those whom it leaves in turn. */
static void
sweep (Server *self)
{
  for (guint round = 0; round < MAX_SWEEPS; round++)
    {
      pid_t orphans[MAX_ORPHANS];
      guint n = list_children (orphans, self);
      guint n_collected = 0;

      if (n == 0)
        return;
      for (guint i = 0; i < n; i++)
        (void) kill (orphans[i], SIGKILL);   /* a child of ours, not collected: the pid is its */
      for (guint i = 0; i < n; i++)
        n_collected += waitpid (orphans[i], NULL, WNOHANG) == orphans[i];
      if (n_collected == 0)
        return;   /* still dying: SIGCHLD brings us back */
    }
}

static void
collect (Server *self,
         guint   index)
{
  Child child = g_array_index (self->children, Child, index);
  HaulControl message = { .type = HAUL_CONTROL_EXITED, .job = child.job };
  struct rusage usage = { 0 };
  siginfo_t info = { 0 };

  /* Its group first: the zombie pins the number until it is collected. */
  (void) kill (-child.pid, SIGKILL);
  (void) syscall (SYS_waitid, P_PID, child.pid, &info, WEXITED | WNOWAIT | WNOHANG, &usage);   /* libc's has no usage */
  message.a = info.si_code == CLD_EXITED ? info.si_status : -1;
  message.b = info.si_code == CLD_EXITED ? 0 : info.si_status;

  if (child.hold)
    {
      g_array_index (self->children, Child, index).exited = TRUE;
    }
  else
    {
      (void) waitpid (child.pid, NULL, 0);   /* does not wait, and no signal interrupts us */
      g_array_remove_index_fast (self->children, index);
    }
  message.c = usage.ru_maxrss;
  sweep (self);
  reply (self, message, -1);
}

/* One SIGCHLD may stand for fifty children. Each is asked by its pid: asking for any would find a
 * zombie that is held over and over. */
static void
look_for_the_dead (Server *self)
{
  for (guint i = self->children->len; i > 0; i--)
    {
      Child *child = &g_array_index (self->children, Child, i - 1);
      siginfo_t info = { 0 };

      if (!child->exited
          && waitid (P_PID, child->pid, &info, WEXITED | WNOWAIT | WNOHANG) == 0 && info.si_pid != 0)
        collect (self, i - 1);
    }
  sweep (self);
}

static guint
count_held (Server *self)
{
  guint n = 0;

  for (guint i = 0; i < self->children->len; i++)
    n += g_array_index (self->children, Child, i).hold;
  return n;
}

static void
spawn (Server            *self,
       const HaulControl *request,
       int                fds[HAUL_CONTROL_MAX_FDS],
       HaulServeFunc serve)
{
  const gboolean many = request->type == HAUL_CONTROL_SPAWN_MANY;
  const int channel[] = { fds[0], fds[1], fds[4], fds[3] };   /* as HAUL_WORKER_COMMANDS_FD and so on */
  HaulFork plan = { .fds = channel, .n_fds = fds[3] >= 0 ? 4 : 2, .log_fd = fds[2] };
  Child child = { .job = request->job, .hold = (request->b & HAUL_SPAWN_HOLD) != 0 };
  int pidfd = -1;

  if (find_child (self, request->job) != NULL)
    refuse (self, request, EEXIST);
  else if (child.hold && count_held (self) >= MAX_HELD)
    refuse (self, request, EUSERS);
  else if (self->children->len >= MAX_CHILDREN)
    refuse (self, request, EAGAIN);
  else if (haul_count_threads () != 1)
    refuse (self, request, EDEADLK);   /* a copied lock would hang the child */
  else
    {
      child.pid = haul_fork (&plan, &pidfd);
      if (child.pid == 0)
        _exit (serve (request->a, many));
      if (child.pid > 0 && pidfd < 0)
        {
          /* Nobody could know of it for sure. */
          (void) kill (child.pid, SIGKILL);
          (void) waitpid (child.pid, NULL, 0);
          child.pid = -EMFILE;
        }
      if (child.pid < 0)
        {
          refuse (self, request, -child.pid);
          return;
        }
      g_array_append_val (self->children, child);
      reply (self, (HaulControl) { .type = HAUL_CONTROL_SPAWNED, .serial = request->serial, .job = child.job,
                                   .a = child.pid, .c = haul_process_start_time (child.pid) }, pidfd);
    }
}

/* To its group, and to itself where it has gone to another one. */
static void
send_signal (const Child *child,
             int          number)
{
  if (kill (-child->pid, number) < 0 || getpgid (child->pid) != child->pid)
    (void) kill (child->pid, number);
}

/* A stopped process hears SIGTERM only when it goes on. */
static void
signal_child (Server            *self,
              const HaulControl *request)
{
  Child *child = find_child (self, request->job);

  if (request->a < 1 || request->a >= NSIG)
    refuse (self, request, EINVAL);
  else if (child == NULL || child->exited)
    refuse (self, request, ESRCH);
  else
    {
      send_signal (child, request->a);
      if (request->a == SIGTERM)
        send_signal (child, SIGCONT);
    }
}

static void
join_child (Server            *self,
            const HaulControl *request)
{
  Child *child = find_child (self, request->job);

  if (child == NULL)
    {
      refuse (self, request, ESRCH);
    }
  else if (!child->exited)
    {
      child->hold = FALSE;   /* collected as soon as it ends */
    }
  else
    {
      (void) waitpid (child->pid, NULL, 0);
      g_array_remove_index_fast (self->children, child - (Child *) self->children->data);
      reply (self, (HaulControl) { .type = HAUL_CONTROL_JOINED, .serial = request->serial, .job = request->job }, -1);
    }
}

static void
answer (Server      *self,
        HaulControl *request,
        int          fds[HAUL_CONTROL_MAX_FDS],
        HaulServeFunc serve)
{
  switch ((HaulControlType) request->type)
    {
    case HAUL_CONTROL_SPAWN:
    case HAUL_CONTROL_SPAWN_SHARING:
    case HAUL_CONTROL_SPAWN_MANY:
      spawn (self, request, fds, serve);
      break;

    case HAUL_CONTROL_SIGNAL:
      signal_child (self, request);
      break;

    case HAUL_CONTROL_JOIN:
      join_child (self, request);
      break;

    case HAUL_CONTROL_PING:
      reply (self, (HaulControl) { .type = HAUL_CONTROL_PONG, .serial = request->serial }, -1);
      break;

    case HAUL_CONTROL_HELLO:
    case HAUL_CONTROL_SPAWNED:
    case HAUL_CONTROL_EXITED:
    case HAUL_CONTROL_JOINED:
    case HAUL_CONTROL_PONG:
    case HAUL_CONTROL_ERROR:
    default:
      refuse (self, request, EBADMSG);
      break;
    }

  for (guint i = 0; i < HAUL_CONTROL_MAX_FDS; i++)
    haul_clear_fd (&fds[i]);
}

/* The program is gone: nothing of it may stay. */
static void
end_all (Server *self)
{
  gint64 deadline = g_get_monotonic_time () + END_MS * 1000;
  int status;

  for (guint i = 0; i < self->children->len; i++)
    (void) kill (-g_array_index (self->children, Child, i).pid, SIGKILL);
  g_array_set_size (self->children, 0);   /* so that all are orphans now */

  do
    {
      struct pollfd signals = { .fd = self->signals_fd, .events = POLLIN };
      struct signalfd_siginfo info;

      sweep (self);
      if (waitpid (-1, &status, WNOHANG) < 0)
        return;   /* no child is left */
      (void) poll (&signals, 1, 10);
      while (read (self->signals_fd, &info, sizeof info) == sizeof info)
        ;
    }
  while (g_get_monotonic_time () < deadline);
}

/* One message: FALSE when nobody is there any more. */
static gboolean
serve_control (Server *self,
               HaulServeFunc serve)
{
  int fds[HAUL_CONTROL_MAX_FDS];
  HaulControl request = { 0 };

  switch (haul_control_receive (HAUL_CONTROL_FD, &request, fds))
    {
    case HAUL_CONTROL_READ:
      answer (self, &request, fds, serve);
      return self->unsent.length < MAX_UNSENT;

    case HAUL_CONTROL_BAD:
      refuse (self, &request, errno);
      return self->unsent.length < MAX_UNSENT;

    case HAUL_CONTROL_AGAIN:
      return TRUE;

    case HAUL_CONTROL_END:
    default:
      return FALSE;
    }
}

static void
loop (Server *self,
      HaulServeFunc serve)
{
  gboolean alive = TRUE;

  while (alive)
    {
      struct pollfd polls[] = {
        { .fd = HAUL_CONTROL_FD, .events = POLLIN | (self->unsent.length > 0 ? POLLOUT : 0) },
        { .fd = self->signals_fd, .events = POLLIN },
      };
      struct signalfd_siginfo info;

      if (poll (polls, G_N_ELEMENTS (polls), -1) < 0)
        return;   /* no signal interrupts us: it will never work again */
      if (polls[1].revents != 0)
        {
          while (read (self->signals_fd, &info, sizeof info) == sizeof info)
            ;   /* which one does not matter: INT, TERM and HUP go to whole sessions, and are not for us */
          look_for_the_dead (self);
        }
      if (polls[0].revents & POLLOUT)
        flush (self);
      if (polls[0].revents & (POLLIN | POLLHUP | POLLERR))
        alive = serve_control (self, serve);
    }
}

int
haul_fork_server_run (HaulServeFunc serve)
{
  Server self = { 0 };
  sigset_t all;

  (void) close_range (HAUL_CONTROL_FD + 1, ~0U, 0);
  (void) setpgid (0, 0);
  sigfillset (&all);
  sigprocmask (SIG_SETMASK, &all, NULL);

  /* Once, for all that are forked. A launcher may have left us some ignored: of SIGCHLD, that would
   * tell us of no end. */
  for (int number = 1; number < NSIG; number++)
    (void) signal (number, SIG_DFL);   /* KILL, STOP and libc's own two refuse, and are fine */
  g_unsetenv ("LD_BIND_NOW");          /* it was for us */

  self.signals_fd = signalfd (-1, &all, SFD_CLOEXEC | SFD_NONBLOCK);
  if (self.signals_fd < 0 || prctl (PR_SET_CHILD_SUBREAPER, 1) < 0 || haul_count_threads () != 1)
    {
      g_printerr ("%s: cannot be a fork server here\n", g_get_prgname ());
      return HAUL_WORKER_EXIT_USAGE;
    }

  self.children = g_array_new (FALSE, FALSE, sizeof (Child));
  g_queue_init (&self.unsent);
  reply (&self, (HaulControl) { .type = HAUL_CONTROL_HELLO, .a = getpid () }, -1);
  loop (&self, serve);
  end_all (&self);

  g_queue_clear_full (&self.unsent, unsent_free);
  g_array_unref (self.children);
  return 0;
}
