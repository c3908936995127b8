/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-cli-terminal.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "haul-cli-print.h"

#define CLEAR_LINE     "\r\033[K"
#define CLEAR_PROGRESS "\033]9;4;0\033\\"

struct _HaulCliTerminal
{
  int       fd;
  gboolean  has_progress;   /* takes OSC 9;4, or ignores it as it should */
  gboolean  is_ascii;
  char     *line;           /* (owned) (nullable) what it shows now */
  guint     line_width;     /* of the terminal when that was drawn */
  int       percent;        /* that it shows now, -1 for some, -2 for none */
};

/* What a signal handler must clear: -1 for nothing. Only ever one terminal is drawn on. */
static volatile sig_atomic_t drawn_fd = -1;
static volatile sig_atomic_t drawn_progress;

HaulCliTerminal *
haul_cli_terminal_new (int fd)
{
  HaulCliTerminal *self = NULL;
  const char *type = g_getenv ("TERM");

  if (!isatty (fd) || type == NULL || *type == '\0' || g_str_equal (type, "dumb"))
    return NULL;

  self = g_new0 (HaulCliTerminal, 1);
  self->fd = fd;
  /* The console of the kernel prints the end of a sequence that it does not know. */
  self->has_progress = !g_str_equal (type, "linux");
  self->is_ascii = !g_get_charset (NULL);
  self->percent = -2;
  return self;
}

void
haul_cli_terminal_free (HaulCliTerminal *self)
{
  haul_cli_terminal_clear (self);
  g_free (self->line);
  g_free (self);
}

gboolean
haul_cli_terminal_is_ascii (HaulCliTerminal *self)
{
  return self->is_ascii;
}

guint
haul_cli_terminal_get_width (HaulCliTerminal *self)
{
  struct winsize size = { 0 };

  if (ioctl (self->fd, TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
    return 80;

  return size.ws_col;
}

/* Whether drawing now neither waits for somebody who pressed Ctrl+S, nor scribbles over the
 * program that has the terminal while we are in the background. */
static gboolean
can_draw (HaulCliTerminal *self)
{
  struct pollfd ready = { .fd = self->fd, .events = POLLOUT };
  pid_t foreground = tcgetpgrp (self->fd);

  if (foreground >= 0 && foreground != getpgrp ())
    return FALSE;

  return poll (&ready, 1, 0) == 1 && (ready.revents & POLLOUT) != 0;
}

static void
emit (HaulCliTerminal *self,
      const char      *text)
{
  g_autofree char *local = haul_cli_to_locale (text);

  /* A terminal that is gone: SIGHUP is on its way. */
  (void) haul_cli_write_all (self->fd, local, strlen (local), NULL);
}

void
haul_cli_terminal_draw (HaulCliTerminal *self,
                        const char      *line)
{
  g_autofree char *text = NULL;
  guint width = haul_cli_terminal_get_width (self);

  if ((width == self->line_width && g_strcmp0 (line, self->line) == 0) || !can_draw (self))
    return;

  g_free (self->line);
  self->line = g_strdup (line);
  self->line_width = width;
  drawn_fd = self->fd;

  text = g_strconcat (CLEAR_LINE, line, NULL);
  emit (self, text);
}

void
haul_cli_terminal_set_percent (HaulCliTerminal *self,
                               int              percent)
{
  g_autofree char *text = NULL;

  percent = CLAMP (percent, -1, 100);
  if (!self->has_progress || percent == self->percent || !can_draw (self))
    return;

  self->percent = percent;
  drawn_fd = self->fd;
  drawn_progress = 1;

  if (percent < 0)
    text = g_strdup ("\033]9;4;3\033\\");
  else
    text = g_strdup_printf ("\033]9;4;1;%d\033\\", percent);
  emit (self, text);
}

void
haul_cli_terminal_print (HaulCliTerminal *self,
                         const char      *text)
{
  g_autofree char *all = NULL;

  if (self->line == NULL)
    {
      emit (self, text);
      return;
    }

  all = g_strconcat (CLEAR_LINE, text, self->line, NULL);
  emit (self, all);
}

void
haul_cli_terminal_hide (HaulCliTerminal *self)
{
  if (self->line != NULL)
    emit (self, CLEAR_LINE);

  g_clear_pointer (&self->line, g_free);
}

void
haul_cli_terminal_clear (HaulCliTerminal *self)
{
  if (self->line != NULL)
    emit (self, CLEAR_LINE);
  if (self->percent != -2)
    emit (self, CLEAR_PROGRESS);

  g_clear_pointer (&self->line, g_free);
  self->line_width = 0;
  self->percent = -2;
  drawn_progress = 0;
  drawn_fd = -1;
}

/* Runs in a signal handler: async-signal-safe calls only. */
void
haul_cli_terminal_clear_in_signal (void)
{
  int errsv = errno;
  ssize_t ignored;

  if (drawn_fd >= 0)
    {
      ignored = write (drawn_fd, CLEAR_LINE, sizeof CLEAR_LINE - 1);
      if (drawn_progress)
        ignored = write (drawn_fd, CLEAR_PROGRESS, sizeof CLEAR_PROGRESS - 1);
      /* There is nothing to do about it, and nobody to tell. */
      (void) ignored;
    }

  drawn_fd = -1;
  errno = errsv;
}
