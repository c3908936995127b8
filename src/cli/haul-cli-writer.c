/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-cli-writer.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib-unix.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "haul-cli-print.h"

struct _HaulCliWriter
{
  int                  fd;
  GByteArray          *waiting;     /* (owned) */
  gsize                n_sent;      /* of it */
  guint                source_id;   /* while something waits */
  GError              *error;       /* (owned) (nullable) then nothing is written any more */
  HaulCliWriterFunc  failed;
  HaulCliWriterFunc  drained;     /* (nullable) */
  gpointer             user_data;
};

HaulCliWriter *
haul_cli_writer_new (int                 fd,
                     HaulCliWriterFunc failed,
                     gpointer            user_data)
{
  HaulCliWriter *self = g_new0 (HaulCliWriter, 1);

  self->fd = fd;
  self->waiting = g_byte_array_new ();
  self->failed = failed;
  self->user_data = user_data;
  return self;
}

void
haul_cli_writer_free (HaulCliWriter *self)
{
  g_clear_handle_id (&self->source_id, g_source_remove);
  g_clear_error (&self->error);
  g_byte_array_unref (self->waiting);
  g_free (self);
}

static void
forget (HaulCliWriter *self)
{
  g_byte_array_set_size (self->waiting, 0);
  self->n_sent = 0;
}

/* A pipe that poll() calls writable takes PIPE_BUF bytes without blocking, so the descriptor,
 * which others share, need not be made non-blocking. FALSE when nothing more goes in now. */
static gboolean
write_some (HaulCliWriter *self)
{
  struct pollfd ready = { .fd = self->fd, .events = POLLOUT };
  gsize size = MIN (self->waiting->len - self->n_sent, PIPE_BUF);
  ssize_t n;

  if (size == 0 || poll (&ready, 1, 0) != 1)
    return FALSE;

  n = write (self->fd, self->waiting->data + self->n_sent, size);
  if (n < 0)
    {
      int errsv = errno;

      if (errsv == EINTR)
        return TRUE;
      if (errsv == EAGAIN)
        return FALSE;

      g_set_error_literal (&self->error, G_IO_ERROR, g_io_error_from_errno (errsv), g_strerror (errsv));
      forget (self);
      return FALSE;
    }

  self->n_sent += (gsize) n;
  if (self->n_sent == self->waiting->len)
    forget (self);
  return TRUE;
}

static void
write_ready (HaulCliWriter *self)
{
  gboolean had_error = self->error != NULL;

  while (write_some (self))
    ;

  if (self->error != NULL && !had_error && self->failed != NULL)
    self->failed (self->user_data);
}

static gboolean
ready_cb (int          fd,
          GIOCondition condition,
          gpointer     user_data)
{
  HaulCliWriter *self = user_data;

  write_ready (self);
  if (self->waiting->len > 0)
    return G_SOURCE_CONTINUE;

  self->source_id = 0;
  if (self->error == NULL && self->drained != NULL)
    self->drained (self->user_data);
  return G_SOURCE_REMOVE;
}

void
haul_cli_writer_set_drained (HaulCliWriter       *self,
                             HaulCliWriterFunc  drained)
{
  self->drained = drained;
}

void
haul_cli_writer_add (HaulCliWriter *self,
                     const char    *text)
{
  haul_cli_writer_add_bytes (self, text, strlen (text));
}

void
haul_cli_writer_add_bytes (HaulCliWriter *self,
                           const void    *bytes,
                           gsize          size)
{
  if (self->error != NULL)
    return;

  /* Sent bytes go before there are as many of them as of others, so that a steady stream stays small. */
  if (self->n_sent > self->waiting->len / 2)
    {
      g_byte_array_remove_range (self->waiting, 0, (guint) self->n_sent);
      self->n_sent = 0;
    }

  g_byte_array_append (self->waiting, bytes, (guint) size);
  if (self->source_id != 0)
    return;

  write_ready (self);
  if (self->waiting->len == 0)
    return;

  self->source_id = g_unix_fd_add (self->fd, G_IO_OUT, ready_cb, self);
  g_source_set_name_by_id (self->source_id, "[haul] write");
}

gsize
haul_cli_writer_get_n_waiting (HaulCliWriter *self)
{
  return self->waiting->len - self->n_sent;
}

gboolean
haul_cli_writer_is_behind (HaulCliWriter *self)
{
  return self->waiting->len > 0;
}

const GError *
haul_cli_writer_get_error (HaulCliWriter *self)
{
  return self->error;
}

gboolean
haul_cli_writer_finish (HaulCliWriter  *self,
                        GError        **error)
{
  g_clear_handle_id (&self->source_id, g_source_remove);

  if (self->error == NULL && self->waiting->len > 0)
    (void) haul_cli_write_all (self->fd, self->waiting->data + self->n_sent, self->waiting->len - self->n_sent,
                               &self->error);

  forget (self);
  if (self->error == NULL)
    return TRUE;

  g_propagate_error (error, g_error_copy (self->error));
  return FALSE;
}
