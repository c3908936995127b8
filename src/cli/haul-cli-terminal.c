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
#include "haul-cli-progress-line.h"

#define CLEAR_LINE     "\r\033[K"
#define CLEAR_BELOW    "\033[J"
#define CLEAR_PROGRESS "\033]9;4;0\033\\"

struct _HaulCliTerminal
{
  int       fd;
  gboolean  has_progress;   /* takes OSC 9;4, or ignores it as it should */
  gboolean  is_ascii;
  gboolean  rewraps;        /* lines that no longer fit when the window becomes narrower */
  char     *text;           /* (owned) (nullable) what it shows now: lines, the cursor is after the last */
  guint     text_width;     /* of the terminal when that was drawn */
  int       percent;        /* that it shows now, -1 for some, -2 for none */
};

/* What a signal handler must clear: -1 for nothing. Only ever one terminal is drawn on. */
static volatile sig_atomic_t drawn_fd = -1;
static volatile sig_atomic_t drawn_progress;
static volatile sig_atomic_t drawn_above;   /* rows above that of the cursor */

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
  /* Most do; to go up too far would clear what is not ours. */
  self->rewraps = self->has_progress && g_getenv ("XTERM_VERSION") == NULL;
  self->percent = -2;
  return self;
}

void
haul_cli_terminal_free (HaulCliTerminal *self)
{
  haul_cli_terminal_clear (self);
  g_free (self->text);
  g_free (self);
}

gboolean
haul_cli_terminal_is_ascii (HaulCliTerminal *self)
{
  return self->is_ascii;
}

static struct winsize
get_size (HaulCliTerminal *self)
{
  struct winsize size = { 0 };

  (void) ioctl (self->fd, TIOCGWINSZ, &size);
  return size;
}

guint
haul_cli_terminal_get_width (HaulCliTerminal *self)
{
  struct winsize size = get_size (self);

  return size.ws_col > 0 ? size.ws_col : 80;
}

guint
haul_cli_terminal_get_height (HaulCliTerminal *self)
{
  struct winsize size = get_size (self);

  return size.ws_row > 0 ? size.ws_row : 24;
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

/* Rows above that of the cursor which belong to what it shows now. */
static guint
count_above (HaulCliTerminal *self)
{
  g_auto(GStrv) lines = NULL;
  guint width = haul_cli_terminal_get_width (self);
  guint rows = 0;

  if (self->text == NULL)
    return 0;

  lines = g_strsplit (self->text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      guint columns = self->rewraps ? haul_text_columns (lines[i]) : 0;

      rows += columns > width ? (columns + width - 1) / width : 1;
    }
  return rows - 1;
}

/* Takes away what it shows now, and leaves the cursor where that began. */
static void
append_clear (GString *out,
              guint    above)
{
  if (above > 0)
    g_string_append_printf (out, "\033[%uA", above);
  g_string_append (out, CLEAR_LINE);
  if (above > 0)
    g_string_append (out, CLEAR_BELOW);
}

/* Each line is cleared as it is drawn over, so that nothing flickers. */
static void
append_text (GString    *out,
             const char *text)
{
  g_auto(GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    g_string_append_printf (out, "%s" CLEAR_LINE "%s", i > 0 ? "\n" : "", lines[i]);
}

void
haul_cli_terminal_draw (HaulCliTerminal *self,
                        const char      *text)
{
  guint width = haul_cli_terminal_get_width (self);
  guint above;
  g_autoptr(GString) out = NULL;

  if ((width == self->text_width && g_strcmp0 (text, self->text) == 0) || !can_draw (self))
    return;

  out = g_string_new (NULL);
  above = count_above (self);
  if (above > 0)
    g_string_append_printf (out, "\033[%uA", above);
  append_text (out, text);
  if (above > 0)
    g_string_append (out, CLEAR_BELOW);

  g_free (self->text);
  self->text = g_strdup (text);
  self->text_width = width;

  /* A signal in between must not go up too far. */
  drawn_above = MIN (drawn_above, (sig_atomic_t) count_above (self));
  drawn_fd = self->fd;
  emit (self, out->str);
  drawn_above = (sig_atomic_t) count_above (self);
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
  g_autoptr(GString) out = g_string_new (NULL);

  if (self->text != NULL)
    append_clear (out, count_above (self));
  g_string_append (out, text);
  if (self->text != NULL)
    append_text (out, self->text);
  emit (self, out->str);
}

void
haul_cli_terminal_hide (HaulCliTerminal *self)
{
  g_autoptr(GString) out = g_string_new (NULL);

  if (self->text != NULL)
    append_clear (out, count_above (self));
  drawn_above = 0;
  emit (self, out->str);
  g_clear_pointer (&self->text, g_free);
}

void
haul_cli_terminal_clear (HaulCliTerminal *self)
{
  haul_cli_terminal_hide (self);
  if (self->percent != -2)
    emit (self, CLEAR_PROGRESS);

  self->text_width = 0;
  self->percent = -2;
  drawn_progress = 0;
  drawn_fd = -1;
}

/* Async-signal-safe, as printf() is not. */
static void
write_up (int   fd,
          guint rows)
{
  char text[16];
  gsize at = sizeof text;
  ssize_t ignored;

  text[--at] = 'A';
  for (guint rest = rows; rest > 0; rest /= 10)
    text[--at] = (char) ('0' + rest % 10);
  text[--at] = '[';
  text[--at] = '\033';
  ignored = write (fd, text + at, sizeof text - at);
  (void) ignored;
}

/* Runs in a signal handler: async-signal-safe calls only. */
void
haul_cli_terminal_clear_in_signal (void)
{
  int errsv = errno;
  ssize_t ignored;

  if (drawn_fd >= 0)
    {
      if (drawn_above > 0)
        write_up (drawn_fd, (guint) drawn_above);
      ignored = write (drawn_fd, CLEAR_LINE, sizeof CLEAR_LINE - 1);
      if (drawn_above > 0)
        ignored = write (drawn_fd, CLEAR_BELOW, sizeof CLEAR_BELOW - 1);
      if (drawn_progress)
        ignored = write (drawn_fd, CLEAR_PROGRESS, sizeof CLEAR_PROGRESS - 1);
      /* There is nothing to do about it, and nobody to tell. */
      (void) ignored;
    }

  drawn_above = 0;
  drawn_fd = -1;
  errno = errsv;
}
