/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-fork-client-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <glib/gi18n-lib.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "haul-source-private.h"
#include "haul/wire/haul-control-private.h"
#include "haul/wire/haul-error.h"
#include "haul/wire/haul-fd-private.h"

#define MAX_UNANSWERED 16     /* requests on their way: two that only send would block each other */
#define PATIENCE_MS    2000   /* for an answer, before the server counts as hung */
#define MAX_DEATHS     3      /* of servers within … */
#define DEATHS_US      (30 * G_USEC_PER_SEC)
#define MAX_TRIES      5      /* of a fork that the kernel refuses for now */
#define FIRST_BACKOFF_MS 100
#define MAX_BACKOFF_MS   2000

typedef struct
{
  guint32                 job;
  int                     nice;
  int                     fds[4];      /* (owned) until it is spawned, then -1; the last is the board or -1 */
  int                     pidfd;       /* (owned) -1 until it is spawned */
  int                     pid;         /* 0 until then */
  int                     wish;        /* a signal for when it is there, or 0 */
  guint                   tries;
  gboolean                asked;       /* a SPAWN is on its way */
  const HaulForkListener *listener;    /* (nullable) */
  gpointer                user_data;
} Worker;

struct _HaulForkClient
{
  grefcount     ref_count;
  char         *worker_path;     /* (owned) */

  GSubprocess  *server;          /* (owned) (nullable) */
  int           control_fd;      /* (owned) -1 without a server */
  GSource      *control_source;  /* (owned) (nullable) */
  GSource      *patience;        /* (owned) (nullable) while an answer is due */
  GSource      *backoff;         /* (owned) (nullable) before the next try */
  guint         backoff_ms;
  GSource      *dropping;        /* (owned) (nullable) when some that wait are not wanted any more */

  GHashTable   *workers;         /* (owned) job → Worker (owned) */
  GQueue        waiting;         /* of borrowed Worker: not asked for yet */
  guint         n_unanswered;
  gint64        deaths[MAX_DEATHS];   /* µs, when the last servers died */
};

static void pump (HaulForkClient *self);
static void ping (HaulForkClient *self);

static void
worker_free (gpointer data)
{
  Worker *worker = data;

  for (guint i = 0; i < G_N_ELEMENTS (worker->fds); i++)
    haul_clear_fd (&worker->fds[i]);
  haul_clear_fd (&worker->pidfd);
  g_free (worker);
}

HaulForkClient *
haul_fork_client_new (const char *worker_path)
{
  HaulForkClient *self = g_new0 (HaulForkClient, 1);

  g_ref_count_init (&self->ref_count);
  self->worker_path = g_strdup (worker_path);
  self->control_fd = -1;
  self->workers = g_hash_table_new_full (NULL, NULL, NULL, worker_free);
  g_queue_init (&self->waiting);
  return self;
}

HaulForkClient *
haul_fork_client_ref (HaulForkClient *self)
{
  g_ref_count_inc (&self->ref_count);
  return self;
}

static void
drop_server (HaulForkClient *self)
{
  haul_source_clear (&self->control_source);
  haul_source_clear (&self->patience);
  haul_clear_fd (&self->control_fd);   /* the server ends at this, and all its workers with it */
  g_clear_object (&self->server);
  self->n_unanswered = 0;
}

void
haul_fork_client_unref (HaulForkClient *self)
{
  if (!g_ref_count_dec (&self->ref_count))
    return;

  drop_server (self);
  haul_source_clear (&self->backoff);
  haul_source_clear (&self->dropping);
  g_queue_clear (&self->waiting);
  g_hash_table_unref (self->workers);
  g_free (self->worker_path);
  g_free (self);
}

/* Tells the listener, which may forget the worker or start another one, and lets the worker go. */

static void
end_worker (HaulForkClient *self,
            Worker         *worker,
            Worker         *ret_copy)
{
  *ret_copy = *worker;
  g_queue_remove (&self->waiting, worker);
  g_hash_table_remove (self->workers, GUINT_TO_POINTER (worker->job));
}

static void
fail_worker (HaulForkClient *self,
             Worker         *worker,
             const GError   *error)
{
  Worker copy;

  end_worker (self, worker, &copy);
  if (copy.listener != NULL)
    copy.listener->failed (copy.user_data, error);
}

static void
lose_worker (HaulForkClient *self,
             Worker         *worker)
{
  Worker copy;

  /* The kernel killed it when the server died; this is for the case that somebody stopped that. */
  (void) pidfd_send_signal (worker->pidfd, SIGKILL, NULL, 0);
  end_worker (self, worker, &copy);
  if (copy.listener != NULL)
    copy.listener->lost (copy.user_data);
}

/* Servers that die. */

static gboolean
dies_too_often (HaulForkClient *self)
{
  gint64 oldest = self->deaths[0];

  return oldest != 0 && g_get_monotonic_time () - oldest < DEATHS_US;
}

static Worker *
find_started (HaulForkClient *self)
{
  GHashTableIter iter;
  Worker *worker;

  g_hash_table_iter_init (&iter, self->workers);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &worker))
    if (worker->pid != 0)
      return worker;
  return NULL;
}

/* Older jobs first. */
static int
compare_workers (gconstpointer a,
                 gconstpointer b,
                 gpointer      data G_GNUC_UNUSED)
{
  const Worker *x = a, *y = b;

  return (x->job > y->job) - (x->job < y->job);
}

/* Those that were there are lost; those that were only asked for are asked for again. */
static void
server_died (HaulForkClient *self)
{
  GHashTableIter iter;
  Worker *worker;

  drop_server (self);
  haul_source_clear (&self->backoff);
  for (guint i = 0; i + 1 < MAX_DEATHS; i++)
    self->deaths[i] = self->deaths[i + 1];
  self->deaths[MAX_DEATHS - 1] = g_get_monotonic_time ();

  /* This first: a listener of those that are lost may ask for more, of the next server. */
  g_hash_table_iter_init (&iter, self->workers);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &worker))
    if (worker->pid == 0 && worker->asked)
      {
        worker->asked = FALSE;
        g_queue_push_tail (&self->waiting, worker);
      }
  g_queue_sort (&self->waiting, compare_workers, NULL);

  while ((worker = find_started (self)) != NULL)
    lose_worker (self, worker);
  pump (self);
}

static gboolean
patience_over_cb (gpointer user_data)
{
  HaulForkClient *self = haul_fork_client_ref (user_data);
  GHashTableIter iter;
  Worker *worker;

  g_clear_pointer (&self->patience, g_source_unref);
  if (self->n_unanswered == 0)
    {
      ping (self);   /* it was sent nothing yet that has an answer */
      if (self->patience != NULL)
        {
          haul_fork_client_unref (self);
          return G_SOURCE_REMOVE;
        }
    }

  g_hash_table_iter_init (&iter, self->workers);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &worker))
    if (worker->pidfd >= 0)
      (void) pidfd_send_signal (worker->pidfd, SIGKILL, NULL, 0);
  g_subprocess_force_exit (self->server);
  server_died (self);

  haul_fork_client_unref (self);
  return G_SOURCE_REMOVE;
}

/* It has until then from the first request that it does not answer; another one gives it no more. */
static void
expect_answer (HaulForkClient *self)
{
  if (self->patience == NULL)
    self->patience = haul_timer_new (PATIENCE_MS, "[haul] answer of the fork server", patience_over_cb, self);
}

/* What it says. */

static void
spawned (HaulForkClient    *self,
         Worker            *worker,
         const HaulControl *message,
         int                pidfd)
{
  worker->pid = message->a;
  worker->pidfd = pidfd;
  self->backoff_ms = 0;
  for (guint i = 0; i < G_N_ELEMENTS (worker->fds); i++)
    haul_clear_fd (&worker->fds[i]);

  if (worker->wish != 0)
    haul_fork_client_signal (self, worker->job, worker->wish);
  if (worker->listener != NULL)
    worker->listener->spawned (worker->user_data, message->a);
}

static gboolean
backoff_over_cb (gpointer user_data)
{
  HaulForkClient *self = user_data;

  g_clear_pointer (&self->backoff, g_source_unref);
  pump (self);
  return G_SOURCE_REMOVE;
}

/* The next try, later and later. */
static void
back_off (HaulForkClient *self)
{
  if (self->backoff != NULL)
    return;
  self->backoff_ms = CLAMP (2 * self->backoff_ms, FIRST_BACKOFF_MS, MAX_BACKOFF_MS);
  self->backoff = haul_timer_new (self->backoff_ms, "[haul] next fork", backoff_over_cb, self);
}

/* A fork that the kernel refuses for now is tried again. */
static void
spawn_refused (HaulForkClient *self,
               Worker         *worker,
               int             errsv)
{
  g_autoptr(GError) error = NULL;

  worker->asked = FALSE;
  if (worker->wish == 0
      && (errsv == EAGAIN || errsv == ENOMEM || errsv == EMFILE || errsv == ENFILE) && ++worker->tries < MAX_TRIES)
    {
      g_queue_insert_sorted (&self->waiting, worker, compare_workers, NULL);
      back_off (self);
      return;
    }
  (void) haul_throw_errno (&error, errsv, _("cannot fork a worker"));
  fail_worker (self, worker, error);
}

static gboolean
is_spawn (int type)
{
  return type == HAUL_CONTROL_SPAWN || type == HAUL_CONTROL_SPAWN_MANY;
}

static void
heard (HaulForkClient    *self,
       const HaulControl *message,
       int                fds[HAUL_CONTROL_MAX_FDS])
{
  Worker *worker = g_hash_table_lookup (self->workers, GUINT_TO_POINTER (message->job));
  Worker copy;

  if (message->type == HAUL_CONTROL_SPAWNED || message->type == HAUL_CONTROL_PONG
      || (message->type == HAUL_CONTROL_ERROR && is_spawn (message->b)))
    self->n_unanswered -= MIN (self->n_unanswered, 1);
  haul_source_clear (&self->patience);
  if (self->n_unanswered > 0)
    expect_answer (self);
  if (worker == NULL)
    return;   /* a HELLO, a PONG, or about somebody who has ended */

  if (message->type == HAUL_CONTROL_SPAWNED)
    {
      spawned (self, worker, message, g_steal_fd (&fds[0]));
    }
  else if (message->type == HAUL_CONTROL_ERROR && is_spawn (message->b))
    {
      spawn_refused (self, worker, message->a);
    }
  else if (message->type == HAUL_CONTROL_EXITED)
    {
      end_worker (self, worker, &copy);
      if (copy.listener != NULL)
        copy.listener->exited (copy.user_data, message->a, message->b);
    }
}

static gboolean
control_cb (int          fd,
            GIOCondition condition,
            gpointer     user_data)
{
  HaulForkClient *self = haul_fork_client_ref (user_data);
  HaulControl message = { 0 };
  int fds[HAUL_CONTROL_MAX_FDS];
  HaulControlResult result = haul_control_receive (fd, &message, fds);
  gboolean alive = result == HAUL_CONTROL_READ || result == HAUL_CONTROL_AGAIN;

  if (result == HAUL_CONTROL_READ)
    {
      heard (self, &message, fds);
      for (guint i = 0; i < HAUL_CONTROL_MAX_FDS; i++)
        haul_clear_fd (&fds[i]);
      pump (self);
    }
  else if (!alive)
    {
      g_subprocess_force_exit (self->server);
      server_died (self);
    }

  haul_fork_client_unref (self);
  return G_SOURCE_CONTINUE;   /* without effect where the source is gone */
}

/* Asking. */

static gboolean
start_server (HaulForkClient  *self,
              GError         **error)
{
  g_autoptr(GSubprocessLauncher) launcher =
    g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_INHERIT_FDS | G_SUBPROCESS_FLAGS_STDOUT_SILENCE);
  g_autoptr(GMainContext) context = g_main_context_ref_thread_default ();
  const char *argv[] = { self->worker_path, "--fork-server", NULL };
  int pair[2];

  if (dies_too_often (self))
    {
      g_set_error (error, HAUL_ERROR, HAUL_ERROR_START, _("the fork server %s died %d times in %d s"),
                   self->worker_path, MAX_DEATHS, (int) (DEATHS_US / G_USEC_PER_SEC));
      return FALSE;
    }
  if (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
    return haul_throw_errno (error, errno, "cannot make a socket");

  g_subprocess_launcher_take_fd (launcher, pair[1], HAUL_CONTROL_FD);
  self->control_fd = pair[0];
  self->server = g_subprocess_launcher_spawnv (launcher, argv, error);
  if (self->server == NULL)
    {
      haul_clear_fd (&self->control_fd);
      return FALSE;
    }

  self->control_source = g_unix_fd_source_new (self->control_fd, G_IO_IN);
  g_source_set_static_name (self->control_source, "[haul] fork server");
  g_source_set_callback (self->control_source, G_SOURCE_FUNC (control_cb), self, NULL);
  g_source_attach (self->control_source, context);
  return TRUE;
}

static void
fail_all_waiting (HaulForkClient *self,
                  const GError   *error)
{
  while (self->waiting.length > 0)
    fail_worker (self, g_queue_peek_head (&self->waiting), error);
}

/* Asks for as many workers as may be asked for at once. */
static void
pump (HaulForkClient *self)
{
  g_autoptr(GError) error = NULL;

  if (self->waiting.length == 0 || self->backoff != NULL)
    return;
  if (self->server == NULL && !start_server (self, &error))
    {
      fail_all_waiting (self, error);
      return;
    }

  while (self->waiting.length > 0 && self->n_unanswered < MAX_UNANSWERED)
    {
      Worker *worker = g_queue_peek_head (&self->waiting);
      HaulControl request = { .type = worker->fds[3] >= 0 ? HAUL_CONTROL_SPAWN_MANY : HAUL_CONTROL_SPAWN,
                              .job = worker->job, .a = worker->nice };
      int errsv = haul_control_send (self->control_fd, &request, worker->fds);

      if (errsv != 0 && self->n_unanswered == 0)
        back_off (self);   /* nothing else brings us back */
      if (errsv != 0)
        break;   /* full, and an answer brings us back; or gone, and that brings control_cb() */
      (void) g_queue_pop_head (&self->waiting);
      worker->asked = TRUE;
      self->n_unanswered++;
      expect_answer (self);
    }
}

gboolean
haul_fork_client_spawn (HaulForkClient          *self,
                        guint32                  job,
                        int                      nice,
                        const int                fds[4],
                        const HaulForkListener  *listener,
                        gpointer                 user_data,
                        GError                 **error)
{
  Worker *worker = g_new0 (Worker, 1);

  g_return_val_if_fail (!g_hash_table_contains (self->workers, GUINT_TO_POINTER (job)), FALSE);

  worker->job = job;
  worker->nice = nice;
  worker->pidfd = -1;
  worker->listener = listener;
  worker->user_data = user_data;
  for (guint i = 0; i < G_N_ELEMENTS (worker->fds); i++)
    worker->fds[i] = -1;
  for (guint i = 0; i < G_N_ELEMENTS (worker->fds); i++)
    if (fds[i] >= 0 && (worker->fds[i] = fcntl (fds[i], F_DUPFD_CLOEXEC, 3)) < 0)
      {
        (void) haul_throw_errno (error, errno, "cannot copy a pipe");
        worker_free (worker);
        return FALSE;
      }

  if (self->server == NULL && !start_server (self, error))
    {
      worker_free (worker);
      return FALSE;
    }
  g_hash_table_insert (self->workers, GUINT_TO_POINTER (job), worker);
  g_queue_push_tail (&self->waiting, worker);
  pump (self);
  return TRUE;
}

/* Asks whether the server is there at all, when an end is expected that it has to tell of. */
static void
ping (HaulForkClient *self)
{
  HaulControl request = { .type = HAUL_CONTROL_PING };

  if (self->n_unanswered < MAX_UNANSWERED && haul_control_send (self->control_fd, &request, NULL) == 0)
    {
      self->n_unanswered++;
      expect_answer (self);
    }
}

static int
is_wanted (gconstpointer worker,
           gconstpointer data G_GNUC_UNUSED)
{
  return ((const Worker *) worker)->wish == 0;
}

/* Those that are to end before they were asked for, which may be long when forks are refused. */
static gboolean
drop_cb (gpointer user_data)
{
  HaulForkClient *self = haul_fork_client_ref (user_data);
  GList *link;

  g_clear_pointer (&self->dropping, g_source_unref);
  while ((link = g_queue_find_custom (&self->waiting, NULL, is_wanted)) != NULL)
    {
      g_autoptr(GError) error = g_error_new_literal (HAUL_ERROR, HAUL_ERROR_START, _("no worker could be forked in time"));

      fail_worker (self, link->data, error);
    }
  haul_fork_client_unref (self);
  return G_SOURCE_REMOVE;
}

void
haul_fork_client_signal (HaulForkClient *self,
                         guint32         job,
                         int             number)
{
  Worker *worker = g_hash_table_lookup (self->workers, GUINT_TO_POINTER (job));
  HaulControl request = { .type = HAUL_CONTROL_SIGNAL, .job = job, .a = number };

  if (worker == NULL)
    return;
  if (worker->pid == 0)
    {
      if (number == SIGKILL || (number == SIGTERM && worker->wish == 0))
        worker->wish = number;   /* the others mean nothing to what is not there */
      if (worker->wish != 0 && !worker->asked && self->dropping == NULL)
        self->dropping = haul_idle_new ("[haul] workers not wanted any more", drop_cb, self);
      return;
    }

  if (haul_control_send (self->control_fd, &request, NULL) != 0)
    {
      /* The server does not listen: not to the group, then. */
      (void) pidfd_send_signal (worker->pidfd, number, NULL, 0);
      if (number == SIGTERM)
        (void) pidfd_send_signal (worker->pidfd, SIGCONT, NULL, 0);
      if (self->server != NULL)
        expect_answer (self);
    }
  else if (number == SIGTERM || number == SIGKILL)
    ping (self);
}

void
haul_fork_client_forget (HaulForkClient *self,
                         guint32         job)
{
  Worker *worker = g_hash_table_lookup (self->workers, GUINT_TO_POINTER (job));

  if (worker != NULL)
    worker->listener = NULL;
}

int
haul_fork_client_get_server_pid (HaulForkClient *self)
{
  const char *identifier = self->server != NULL ? g_subprocess_get_identifier (self->server) : NULL;

  return identifier != NULL ? atoi (identifier) : 0;
}
