/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-fork-client-private.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <signal.h>
#include <sys/pidfd.h>

#include "haul-fork-client-core-private.h"
#include "haul-source-private.h"
#include "haul/wire/haul-error.h"
#include "haul/wire/haul-fd-private.h"

/* For an answer, before the server counts as hung. Not less: all its workers go with it, and it may
 * only wait for a CPU. It is asked nothing while nobody has a request; so where a worker has ended,
 * the time that its closed pipe is given passes first. */
#define PATIENCE_MS      2000
#define MAX_TRIES        5      /* of a fork that the kernel refuses for now */
#define FIRST_BACKOFF_MS 100
#define MAX_BACKOFF_MS   2000

/* Tells the listener, which may forget the worker or start another one, and lets the worker go. */

static void
end_worker (HaulForkClient *self,
            HaulForkWorker *worker,
            HaulForkWorker *ret_copy)
{
  *ret_copy = *worker;
  g_queue_remove (&self->waiting, worker);
  g_hash_table_remove (self->workers, GUINT_TO_POINTER (worker->job));
}

void
haul_fork_client_fail_worker (HaulForkClient *self,
                              HaulForkWorker *worker,
                              const GError   *error)
{
  HaulForkWorker copy;

  end_worker (self, worker, &copy);
  if (copy.listener != NULL)
    copy.listener->failed (copy.user_data, error);
}

static void
lose_worker (HaulForkClient *self,
             HaulForkWorker *worker,
             const GError   *error)
{
  HaulForkWorker copy;

  /* The kernel killed it when the server died; this is for the case that somebody stopped that. */
  (void) pidfd_send_signal (worker->pidfd, SIGKILL, NULL, 0);
  end_worker (self, worker, &copy);
  if (copy.listener != NULL)
    copy.listener->lost (copy.user_data, error);
  if (copy.collected != NULL)
    copy.collected (copy.collected_data);   /* by init, since it was a zombie */
}

/* Servers that die. */

gboolean
haul_fork_client_dies_too_often (HaulForkClient *self)
{
  gint64 oldest = self->deaths[0];

  return oldest != 0 && g_get_monotonic_time () - oldest < HAUL_FORK_DEATHS_US;
}

static HaulForkWorker *
find_started (HaulForkClient *self)
{
  GHashTableIter iter;
  HaulForkWorker *worker;

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
  const HaulForkWorker *x = a, *y = b;

  return (x->job > y->job) - (x->job < y->job);
}

/* Those that were there are lost; those that were only asked for are asked for again. */
static void
server_died (HaulForkClient *self,
             const char     *text)
{
  g_autoptr(GError) error = g_error_new_literal (HAUL_ERROR, HAUL_ERROR_ENDED, text);
  GHashTableIter iter;
  HaulForkWorker *worker;

  haul_fork_client_drop_server (self);
  haul_source_clear (&self->backoff);
  for (guint i = 0; i + 1 < HAUL_FORK_MAX_DEATHS; i++)
    self->deaths[i] = self->deaths[i + 1];
  self->deaths[HAUL_FORK_MAX_DEATHS - 1] = g_get_monotonic_time ();

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
    lose_worker (self, worker, error);
  haul_fork_client_pump (self);
}

static gboolean
patience_over_cb (gpointer user_data)
{
  HaulForkClient *self = haul_fork_client_ref (user_data);
  GHashTableIter iter;
  HaulForkWorker *worker;

  g_clear_pointer (&self->patience, g_source_unref);
  if (self->n_unanswered == 0)
    {
      haul_fork_client_ping (self);   /* it was sent nothing yet that has an answer */
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
  server_died (self, _("the fork server died, and its workers with it: it did not answer, and was ended"));

  haul_fork_client_unref (self);
  return G_SOURCE_REMOVE;
}

void
haul_fork_client_expect_answer (HaulForkClient *self)
{
  if (self->patience == NULL)
    self->patience = haul_timer_new (PATIENCE_MS, "[haul] answer of the fork server", patience_over_cb, self);
}

/* What it says. */

static void
spawned (HaulForkClient    *self,
         HaulForkWorker    *worker,
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
  haul_fork_client_pump (self);
  return G_SOURCE_REMOVE;
}

void
haul_fork_client_back_off (HaulForkClient *self)
{
  if (self->backoff != NULL)
    return;
  self->backoff_ms = CLAMP (2 * self->backoff_ms, FIRST_BACKOFF_MS, MAX_BACKOFF_MS);
  self->backoff = haul_timer_new (self->backoff_ms, "[haul] next fork", backoff_over_cb, self);
}

/* A fork that the kernel refuses for now is tried again. */
static void
spawn_refused (HaulForkClient *self,
               HaulForkWorker *worker,
               int             errsv)
{
  g_autoptr(GError) error = NULL;

  worker->asked = FALSE;
  if (worker->wish == 0
      && (errsv == EAGAIN || errsv == ENOMEM || errsv == EMFILE || errsv == ENFILE) && ++worker->tries < MAX_TRIES)
    {
      g_queue_insert_sorted (&self->waiting, worker, compare_workers, NULL);
      haul_fork_client_back_off (self);
      return;
    }
  if (errsv == EUSERS)
    error = g_error_new_literal (HAUL_ERROR, HAUL_ERROR_NOT_POSSIBLE,
                                 _("eight processes are to be held at their end already, which is as many as there may "
                                   "be: join one that has ended, or do not hold this one"));
  else
    (void) haul_throw_errno (&error, errsv, N_("cannot fork a worker"));
  haul_fork_client_fail_worker (self, worker, error);
}

static void
exited (HaulForkClient    *self,
        HaulForkWorker    *worker,
        const HaulControl *message)
{
  HaulForkWorker copy = *worker;

  if (worker->hold)
    {
      worker->zombie = TRUE;
      worker->listener = NULL;
    }
  else
    {
      end_worker (self, worker, &copy);
    }
  if (copy.listener != NULL)
    copy.listener->exited (copy.user_data, message->a, message->b);
}

static void
collected (HaulForkClient *self,
           HaulForkWorker *worker)
{
  HaulForkWorker copy;

  end_worker (self, worker, &copy);
  if (copy.collected != NULL)
    copy.collected (copy.collected_data);
}

static gboolean
is_spawn (int type)
{
  return type == HAUL_CONTROL_SPAWN || type == HAUL_CONTROL_SPAWN_SHARING || type == HAUL_CONTROL_SPAWN_MANY;
}

static void
heard (HaulForkClient    *self,
       const HaulControl *message,
       int                fds[HAUL_CONTROL_MAX_FDS])
{
  HaulForkWorker *worker = g_hash_table_lookup (self->workers, GUINT_TO_POINTER (message->job));

  if (message->type == HAUL_CONTROL_SPAWNED || message->type == HAUL_CONTROL_PONG
      || (message->type == HAUL_CONTROL_ERROR && is_spawn (message->b)))
    self->n_unanswered -= MIN (self->n_unanswered, 1);
  haul_source_clear (&self->patience);
  if (self->n_unanswered > 0)
    haul_fork_client_expect_answer (self);
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
      exited (self, worker, message);
    }
  else if (message->type == HAUL_CONTROL_JOINED
           || (message->type == HAUL_CONTROL_ERROR && message->b == HAUL_CONTROL_JOIN))
    {
      collected (self, worker);
    }
}

gboolean
haul_fork_client_control_cb (int          fd,
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
      haul_fork_client_pump (self);
    }
  else if (!alive)
    {
      g_subprocess_force_exit (self->server);
      server_died (self, _("the fork server died, and its workers with it"));
    }

  haul_fork_client_unref (self);
  return G_SOURCE_CONTINUE;   /* without effect where the source is gone */
}
