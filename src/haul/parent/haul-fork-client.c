/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-fork-client-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <glib/gi18n-lib.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "haul-fork-client-core-private.h"
#include "haul-own-processes-private.h"
#include "haul-source-private.h"
#include "haul/wire/haul-error.h"
#include "haul/wire/haul-fd-private.h"

/* When the server had no room for the request. */
#define COLLECT_AGAIN_MS 100

static void ask_to_collect (HaulForkClient *self,
                            HaulForkWorker *worker);

static void
worker_free (gpointer data)
{
  HaulForkWorker *worker = data;

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

void
haul_fork_client_drop_server (HaulForkClient *self)
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

  haul_fork_client_drop_server (self);
  haul_source_clear (&self->backoff);
  haul_source_clear (&self->dropping);
  haul_source_clear (&self->collecting);
  g_queue_clear (&self->waiting);
  g_hash_table_unref (self->workers);
  g_free (self->worker_path);
  g_free (self);
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

  if (haul_fork_client_dies_too_often (self))
    {
      g_set_error (error, HAUL_ERROR, HAUL_ERROR_START, _("the fork server %s died %d times in %d s"),
                   self->worker_path, HAUL_FORK_MAX_DEATHS, (int) (HAUL_FORK_DEATHS_US / G_USEC_PER_SEC));
      return FALSE;
    }
  if (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
    return haul_throw_errno (error, errno, N_("cannot make a socket"));

  /* Or each worker would have to look up for itself, and keep, where the functions are that it calls. */
  g_subprocess_launcher_setenv (launcher, "LD_BIND_NOW", "1", TRUE);
  g_subprocess_launcher_take_fd (launcher, pair[1], HAUL_CONTROL_FD);
  self->control_fd = pair[0];
  self->server = g_subprocess_launcher_spawnv (launcher, argv, error);
  if (self->server == NULL)
    {
      haul_clear_fd (&self->control_fd);
      return FALSE;
    }

  haul_own_process_add (haul_fork_client_get_server_pid (self), HAUL_PROCESS_FORK_SERVER, _("Fork server"), TRUE, NULL);
  self->control_source = g_unix_fd_source_new (self->control_fd, G_IO_IN);
  g_source_set_static_name (self->control_source, "[haul] fork server");
  g_source_set_callback (self->control_source, G_SOURCE_FUNC (haul_fork_client_control_cb), self, NULL);
  g_source_attach (self->control_source, context);
  return TRUE;
}

static void
fail_all_waiting (HaulForkClient *self,
                  const GError   *error)
{
  while (self->waiting.length > 0)
    haul_fork_client_fail_worker (self, g_queue_peek_head (&self->waiting), error);
}

static HaulControlType
get_type (const HaulForkWorker *worker)
{
  if (worker->fds[4] >= 0)
    return HAUL_CONTROL_SPAWN_MANY;
  return worker->fds[3] >= 0 ? HAUL_CONTROL_SPAWN_SHARING : HAUL_CONTROL_SPAWN;
}

void
haul_fork_client_pump (HaulForkClient *self)
{
  g_autoptr(GError) error = NULL;

  if (self->waiting.length == 0 || self->backoff != NULL)
    return;
  if (self->server == NULL && !start_server (self, &error))
    {
      fail_all_waiting (self, error);
      return;
    }

  while (self->waiting.length > 0 && self->n_unanswered < HAUL_FORK_MAX_UNANSWERED)
    {
      HaulForkWorker *worker = g_queue_peek_head (&self->waiting);
      HaulControl request = { .type = get_type (worker), .job = worker->job, .a = worker->nice, .b = worker->hold ? HAUL_SPAWN_HOLD : 0 };
      int errsv = haul_control_send (self->control_fd, &request, worker->fds);

      if (errsv != 0 && self->n_unanswered == 0)
        haul_fork_client_back_off (self);   /* nothing else brings us back */
      if (errsv != 0)
        break;   /* full, and an answer brings us back; or gone, and that brings control_cb() */
      (void) g_queue_pop_head (&self->waiting);
      worker->asked = TRUE;
      self->n_unanswered++;
      haul_fork_client_expect_answer (self);
    }
}

gboolean
haul_fork_client_spawn (HaulForkClient          *self,
                        guint32                  job,
                        int                      nice,
                        gboolean                 hold,
                        const int                fds[5],
                        const HaulForkListener  *listener,
                        gpointer                 user_data,
                        GError                 **error)
{
  HaulForkWorker *worker = g_new0 (HaulForkWorker, 1);

  g_return_val_if_fail (!g_hash_table_contains (self->workers, GUINT_TO_POINTER (job)), FALSE);

  worker->job = job;
  worker->nice = nice;
  worker->hold = hold;
  worker->pidfd = -1;
  worker->listener = listener;
  worker->user_data = user_data;
  for (guint i = 0; i < G_N_ELEMENTS (worker->fds); i++)
    worker->fds[i] = -1;
  for (guint i = 0; i < G_N_ELEMENTS (worker->fds); i++)
    if (fds[i] >= 0 && (worker->fds[i] = fcntl (fds[i], F_DUPFD_CLOEXEC, 3)) < 0)
      {
        (void) haul_throw_errno (error, errno, N_("cannot copy a pipe"));
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
  haul_fork_client_pump (self);
  return TRUE;
}

void
haul_fork_client_ping (HaulForkClient *self)
{
  HaulControl request = { .type = HAUL_CONTROL_PING };

  if (self->n_unanswered < HAUL_FORK_MAX_UNANSWERED && haul_control_send (self->control_fd, &request, NULL) == 0)
    {
      self->n_unanswered++;
      haul_fork_client_expect_answer (self);
    }
}

static int
is_wanted (gconstpointer worker,
           gconstpointer data G_GNUC_UNUSED)
{
  return ((const HaulForkWorker *) worker)->wish == 0;
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

      haul_fork_client_fail_worker (self, link->data, error);
    }
  haul_fork_client_unref (self);
  return G_SOURCE_REMOVE;
}

void
haul_fork_client_signal (HaulForkClient *self,
                         guint32         job,
                         int             number)
{
  HaulForkWorker *worker = g_hash_table_lookup (self->workers, GUINT_TO_POINTER (job));
  HaulControl request = { .type = HAUL_CONTROL_SIGNAL, .job = job, .a = number };

  if (worker == NULL)
    return;
  if (worker->pid == 0)
    {
      if (number == SIGKILL || (number == SIGTERM && worker->wish != SIGKILL) || (number == SIGINT && worker->wish == 0))
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
        haul_fork_client_expect_answer (self);
    }
  else if (number == SIGTERM || number == SIGKILL)
    haul_fork_client_ping (self);
}

gboolean
haul_fork_client_has_exited (HaulForkClient *self,
                             guint32         job)
{
  HaulForkWorker *worker = g_hash_table_lookup (self->workers, GUINT_TO_POINTER (job));
  struct pollfd process = { .fd = worker != NULL ? worker->pidfd : -1, .events = POLLIN };

  if (poll (&process, 1, 0) <= 0)
    return FALSE;

  haul_fork_client_ping (self);
  return TRUE;
}

void
haul_fork_client_forget (HaulForkClient *self,
                         guint32         job)
{
  HaulForkWorker *worker = g_hash_table_lookup (self->workers, GUINT_TO_POINTER (job));

  if (worker != NULL)
    worker->listener = NULL;
}

int
haul_fork_client_get_server_pid (HaulForkClient *self)
{
  const char *identifier = self->server != NULL ? g_subprocess_get_identifier (self->server) : NULL;

  return identifier != NULL ? atoi (identifier) : 0;
}

/* Zombies that were held. */

static gboolean
collecting_cb (gpointer user_data)
{
  HaulForkClient *self = user_data;
  GHashTableIter iter;
  HaulForkWorker *worker;

  g_clear_pointer (&self->collecting, g_source_unref);
  g_hash_table_iter_init (&iter, self->workers);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &worker))
    if (worker->unasked)
      ask_to_collect (self, worker);
  return G_SOURCE_REMOVE;
}

static void
ask_to_collect (HaulForkClient *self,
                HaulForkWorker *worker)
{
  HaulControl request = { .type = HAUL_CONTROL_JOIN, .job = worker->job };

  worker->unasked = haul_control_send (self->control_fd, &request, NULL) != 0;
  if (!worker->unasked)
    haul_fork_client_ping (self);
  else if (self->collecting == NULL)
    self->collecting = haul_timer_new (COLLECT_AGAIN_MS, "[haul] zombies to collect", collecting_cb, self);
}

gboolean
haul_fork_client_holds (HaulForkClient *self,
                        guint32         job)
{
  HaulForkWorker *worker = g_hash_table_lookup (self->workers, GUINT_TO_POINTER (job));

  return worker != NULL && worker->zombie;
}

gboolean
haul_fork_client_collect (HaulForkClient    *self,
                          guint32            job,
                          HaulForkCollected  collected,
                          gpointer           user_data)
{
  HaulForkWorker *worker = g_hash_table_lookup (self->workers, GUINT_TO_POINTER (job));

  if (worker == NULL || !worker->zombie)
    return FALSE;

  worker->collected = collected;
  worker->collected_data = user_data;
  ask_to_collect (self, worker);
  return TRUE;
}
