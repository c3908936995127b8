/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-cli-lines.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gi18n.h>

#include "haul-cli-options.h"
#include "haul/wire/haul-fd-private.h"

#define BLOCK    65536
#define MAX_READ 16   /* blocks in one look: what comes without an end, and without a line, must not keep the loop */
#define MAX_LINE HAUL_TASK_MAX_ARGUMENTS   /* a longer one is no value of anything */

struct _HaulCliLines
{
  int         fd;
  gboolean    is_stdin;
  char       *name;       /* (owned) as people see it */
  GByteArray *buffer;     /* (owned) */
  gsize       start;      /* in it, of what was not taken */
  gsize       length;     /* of the line there, when there is one */
  gboolean    has_line;
  gboolean    skipping;   /* the rest of a line that is too long */
  gboolean    ended;
  GError     *error;      /* (owned) (nullable) */
};

void
haul_cli_lines_free (HaulCliLines *self)
{
  if (!self->is_stdin)
    haul_clear_fd (&self->fd);
  g_clear_error (&self->error);
  g_byte_array_unref (self->buffer);
  g_free (self->name);
  g_free (self);
}

HaulCliLines *
haul_cli_lines_new (const char  *path,
                    GError     **error)
{
  g_autoptr(HaulCliLines) self = g_new0 (HaulCliLines, 1);
  struct stat info;

  self->is_stdin = g_str_equal (path, "-");
  self->name = self->is_stdin ? g_strdup (_("standard input")) : g_filename_display_name (path);
  self->buffer = g_byte_array_new ();
  /* Opening a pipe must not wait for whoever writes to it. */
  self->fd = self->is_stdin ? STDIN_FILENO : open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

  if (self->fd < 0 || fstat (self->fd, &info) < 0)
    {
      int errsv = errno;

      haul_cli_throw_usage (error, _("cannot read ‘%s’: %s"), self->name, g_strerror (errsv));
      return NULL;
    }

  if (S_ISDIR (info.st_mode))
    {
      haul_cli_throw_usage (error, _("‘%s’ is a directory; name a file in it"), self->name);
      return NULL;
    }

  return g_steal_pointer (&self);
}

static void
forget_taken (HaulCliLines *self)
{
  g_byte_array_remove_range (self->buffer, 0, (guint) self->start);
  self->start = 0;
}

/* FALSE when nothing is there now. */
static gboolean
read_some (HaulCliLines *self)
{
  struct pollfd ready = { .fd = self->fd, .events = POLLIN };
  char block[BLOCK];
  ssize_t n;

  if (poll (&ready, 1, 0) != 1)
    return FALSE;

  n = read (self->fd, block, sizeof block);
  if (n < 0)
    {
      int errsv = errno;

      if (errsv == EINTR)
        return TRUE;
      if (errsv == EAGAIN)
        return FALSE;

      g_set_error (&self->error, G_IO_ERROR, g_io_error_from_errno (errsv),
                   _("cannot read ‘%s’: %s"), self->name, g_strerror (errsv));
      self->ended = TRUE;
      return TRUE;
    }

  self->ended = n == 0;
  forget_taken (self);
  g_byte_array_append (self->buffer, (const guint8 *) block, (guint) n);
  return TRUE;
}

/* Whether a whole line is in the buffer; the last one may lack its newline. */
static gboolean
find_line (HaulCliLines *self)
{
  while (self->start < self->buffer->len)
    {
      const guint8 *line = self->buffer->data + self->start;
      gsize rest = self->buffer->len - self->start;
      const guint8 *end = memchr (line, '\n', rest);
      gsize length = end != NULL ? (gsize) (end - line) : rest;

      if (end == NULL && !self->ended && length <= MAX_LINE)
        return FALSE;

      if (!self->skipping && length > 0 && !(length == 1 && *line == '\r'))
        {
          self->length = length;
          return TRUE;
        }

      self->start += length + (end != NULL);
      if (end != NULL)
        self->skipping = FALSE;
    }

  return FALSE;
}

HaulCliLinesState
haul_cli_lines_look (HaulCliLines *self)
{
  for (guint n = 0; !self->has_line; n++)
    {
      self->has_line = find_line (self);
      if (self->has_line)
        break;
      if (self->ended)
        return HAUL_CLI_LINES_END;
      if (n == MAX_READ || !read_some (self))
        return HAUL_CLI_LINES_LATER;
    }

  return HAUL_CLI_LINES_READY;
}

char *
haul_cli_lines_take (HaulCliLines  *self,
                     GError       **ret_error)
{
  const char *line = (const char *) self->buffer->data + self->start;
  gsize length = self->length;
  gsize used = length;
  gboolean whole = self->start + length >= self->buffer->len ? self->ended : TRUE;
  char *text = NULL;

  g_return_val_if_fail (self->has_line, NULL);

  if (line[length - 1] == '\r')
    length--;
  text = g_strndup (line, length);

  if (used > MAX_LINE)
    haul_cli_throw_usage (ret_error, _("a line of more than %d KiB is no value"), MAX_LINE / 1024);
  else if (memchr (line, '\0', length) != NULL || !g_utf8_validate (text, -1, NULL))
    haul_cli_throw_usage (ret_error, _("the value is not valid UTF-8"));

  self->skipping = !whole;
  self->start += used;
  if (whole && self->start < self->buffer->len)
    self->start++;
  self->has_line = FALSE;
  return text;
}

const GError *
haul_cli_lines_get_error (HaulCliLines *self)
{
  return self->error;
}

int
haul_cli_lines_get_fd (HaulCliLines *self)
{
  return self->fd;
}
