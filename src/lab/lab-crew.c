/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lab-crew.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lab-child.h"

#define CALIBRATION_TURNS 200000
#define CALIBRATIONS      40
#define REST_US           2000

typedef struct
{
  pid_t   pid;
  int     socket;     /* ours */
  guint64 n_done;     /* of this run */
} Worker;

struct _LabCrew
{
  guint64   turns;
  guint     n_workers;
  Worker    workers[LAB_CREW_MAX];
  cpu_set_t before;     /* where we could run */
  gboolean  pinned;
};

void
lab_crew_work (guint64 n_items,
               guint64 turns)
{
  for (guint64 item = 0; item < n_items; item++)
    {
      for (volatile guint64 i = 0; i < turns; i++)
        ;
    }
}

guint64
lab_crew_calibrate (void)
{
  gint64 best = G_MAXINT64;

  for (guint i = 0; i < CALIBRATIONS; i++)
    {
      gint64 start = 0;

      lab_crew_rest ();
      start = g_get_monotonic_time ();
      lab_crew_work (1, CALIBRATION_TURNS);
      best = MIN (best, g_get_monotonic_time () - start);
    }
  return CALIBRATION_TURNS * 1000 / (guint64) MAX (best, 1);
}

/* A chunk is a number of items; the answer is the same number. The end of the socket is the end. */
static void
serve (int     fd,
       guint64 turns)
{
  guint64 n_items;

  while (read (fd, &n_items, sizeof n_items) == sizeof n_items)
    {
      lab_crew_work (n_items, turns);
      if (write (fd, &n_items, sizeof n_items) != sizeof n_items)
        break;
    }
  lab_child_exit (0);
}

static gboolean
add_worker (LabCrew  *self,
            GError  **error)
{
  Worker *worker = &self->workers[self->n_workers];
  int fds[2] = { -1, -1 };
  pid_t pid = -1;

  if (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) == 0)
    pid = lab_fork ();
  if (pid == 0)
    {
      close (fds[0]);
      for (guint i = 0; i < self->n_workers; i++)
        close (self->workers[i].socket);
      if (self->pinned)
        lab_child_pin (0, &self->before, self->n_workers);
      serve (fds[1], self->turns);
    }
  if (pid < 0)
    {
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), _("cannot start a worker: %s"), g_strerror (errno));
      if (fds[0] >= 0)
        close (fds[0]);
    }
  else
    {
      *worker = (Worker) { .pid = pid, .socket = fds[0] };
      self->n_workers++;
    }
  if (fds[1] >= 0)
    close (fds[1]);
  return pid > 0;
}

LabCrew *
lab_crew_new (guint     n_workers,
              guint64   turns,
              GError  **error)
{
  g_autoptr(LabCrew) self = g_new0 (LabCrew, 1);

  self->turns = turns;
  self->pinned = sched_getaffinity (0, sizeof self->before, &self->before) == 0;
  if (self->pinned)
    lab_child_pin (0, &self->before, 0);
  for (guint i = 0; i < MIN (n_workers, LAB_CREW_MAX); i++)
    {
      if (!add_worker (self, error))
        return NULL;
    }
  return g_steal_pointer (&self);
}

void
lab_crew_free (LabCrew *self)
{
  for (guint i = 0; i < self->n_workers; i++)
    {
      close (self->workers[i].socket);
      lab_child_end (self->workers[i].pid);
    }
  if (self->pinned)
    (void) sched_setaffinity (0, sizeof self->before, &self->before);
  g_free (self);
}

double
lab_crew_waited (LabCrew *self)
{
  return lab_child_waited (self->workers[0].pid);
}

void
lab_crew_rest (void)
{
  g_usleep (REST_US);
}

static gboolean
throw (GError **error)
{
  int errsv = errno;

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errsv), _("a worker is lost: %s"), g_strerror (errsv));
  return FALSE;
}

static gboolean
send_chunk (Worker   *worker,
            guint64  *left,
            guint64   chunk,
            GError  **error)
{
  guint64 n_items = MIN (*left, chunk);

  if (n_items == 0)
    return TRUE;
  *left -= n_items;
  return send (worker->socket, &n_items, sizeof n_items, MSG_NOSIGNAL) == sizeof n_items || throw (error);
}

static gboolean
receive (Worker   *worker,
         guint64  *done,
         GError  **error)
{
  guint64 n_items;

  errno = ECONNRESET;
  if (read (worker->socket, &n_items, sizeof n_items) != sizeof n_items)
    return throw (error);
  worker->n_done += n_items;
  *done += n_items;
  return TRUE;
}

double
lab_crew_run (LabCrew  *self,
              guint     n_workers,
              guint64   n_items,
              guint64   chunk,
              guint64  *ret_most,
              GError  **error)
{
  struct pollfd fds[LAB_CREW_MAX];
  gint64 start = g_get_monotonic_time ();
  guint64 left = n_items;
  guint64 done = 0;
  guint64 most = 0;
  guint n = MIN (n_workers, self->n_workers);

  /* The first is on our processor, and may take it from us when it has something to do. */
  for (guint i = n; i-- > 0;)
    {
      self->workers[i].n_done = 0;
      fds[i] = (struct pollfd) { .fd = self->workers[i].socket, .events = POLLIN };
      if (!send_chunk (&self->workers[i], &left, chunk, error))
        return -1;
    }

  while (done < n_items)
    {
      if (poll (fds, n, -1) < 0 && errno != EINTR)
        {
          (void) throw (error);
          return -1;
        }
      for (guint i = 0; i < n; i++)
        {
          if (fds[i].revents != 0
              && (!receive (&self->workers[i], &done, error) || !send_chunk (&self->workers[i], &left, chunk, error)))
            return -1;
        }
    }

  for (guint i = 0; i < n; i++)
    most = MAX (most, self->workers[i].n_done);
  if (ret_most != NULL)
    *ret_most = most;
  return (double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC;
}
