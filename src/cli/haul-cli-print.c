/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-cli-print.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include <glib/gi18n.h>

#include "haul-cli.h"
#include "haul/wire/haul-message.h"

/* What messages are fond of, and how it was typed before. */
static const struct { const char *fine; const char *plain; } spellings[] = {
  { "‘", "'" }, { "’", "'" }, { "“", "\"" }, { "”", "\"" }, { "…", "..." }, { "–", "-" }, { "·", "*" }, { "π", "pi" },
};

/**
 * haul_cli_to_locale:
 * @text: UTF-8
 *
 * Converts @text for the locale's encoding: what that lacks becomes something
 * alike (quotes that are straight), and else a question mark.
 */
char *
haul_cli_to_locale (const char *text)
{
  g_autoptr(GString) plain = NULL;
  const char *charset = NULL;
  char *converted = NULL;

  if (g_get_charset (&charset))
    return g_strdup (text);

  converted = g_convert (text, -1, charset, "UTF-8", NULL, NULL, NULL);
  if (converted != NULL)
    return converted;

  plain = g_string_new (text);
  for (guint i = 0; i < G_N_ELEMENTS (spellings); i++)
    (void) g_string_replace (plain, spellings[i].fine, spellings[i].plain, 0);

  converted = g_convert_with_fallback (plain->str, -1, charset, "UTF-8", "?", NULL, NULL, NULL);
  return converted != NULL ? converted : g_strdup ("?");
}

gboolean
haul_cli_write_all (int          fd,
                    const void  *bytes,
                    gsize        size,
                    GError     **error)
{
  const char *next = bytes;

  while (size > 0)
    {
      ssize_t n = write (fd, next, size);
      int errsv = errno;

      if (n >= 0)
        {
          next += n;
          size -= (gsize) n;
        }
      else if (errsv == EAGAIN)
        {
          struct pollfd wait = { .fd = fd, .events = POLLOUT };

          /* An error of poll() shows in the next write(). */
          (void) poll (&wait, 1, -1);
        }
      else if (errsv != EINTR)
        {
          g_set_error_literal (error, G_IO_ERROR, g_io_error_from_errno (errsv), g_strerror (errsv));
          return FALSE;
        }
    }

  return TRUE;
}

int
haul_cli_stdout_error (const GError *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE))
    return HAUL_CLI_EXIT_CLOSED;

  if (!haul_cli_can_write (STDOUT_FILENO))
    haul_cli_complain (_("standard output is closed; open it"));
  else
    haul_cli_complain (_("could not write to standard output: %s"), error->message);
  return HAUL_CLI_EXIT_FAILED;
}

/* Writes to standard output what is not text for people. */
int
haul_cli_print_bytes (const void *bytes,
                      gsize       size)
{
  g_autoptr(GError) error = NULL;

  if (!haul_cli_write_all (STDOUT_FILENO, bytes, size, &error))
    return haul_cli_stdout_error (error);

  return HAUL_CLI_EXIT_DONE;
}

/**
 * haul_cli_print:
 * @text: UTF-8, with its newlines
 *
 * Writes @text to standard output.
 *
 * Returns: the exit status
 */
int
haul_cli_print (const char *text)
{
  g_autofree char *local = haul_cli_to_locale (text);

  return haul_cli_print_bytes (local, strlen (local));
}

/**
 * haul_cli_say:
 * @text: UTF-8, with its newlines
 *
 * Writes @text to standard error.
 */
void
haul_cli_say (const char *text)
{
  g_autofree char *local = haul_cli_to_locale (text);

  /* When not even this works, there is nobody left to tell. */
  (void) haul_cli_write_all (STDERR_FILENO, local, strlen (local), NULL);
}

/**
 * haul_cli_complain:
 * @format: what is wrong, and what to do about it
 *
 * One line on standard error, whatever is in it.
 */
void
haul_cli_complain (const char *format,
                   ...)
{
  g_autofree char *message = NULL;
  g_autofree char *clean = NULL;
  g_autofree char *line = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);

  clean = haul_text_clean (message, -1);
  line = g_strdup_printf ("haul: %s\n", clean);
  haul_cli_say (line);
}

void
haul_cli_descriptors_reset (void)
{
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
    {
      /* The lowest free number is taken, and that is this one. */
      if (fcntl (fd, F_GETFD) < 0 && errno == EBADF)
        (void) open ("/dev/null", fd == STDERR_FILENO ? O_WRONLY : O_RDONLY);
    }
}

gboolean
haul_cli_can_write (int fd)
{
  int flags = fcntl (fd, F_GETFL);

  return flags >= 0 && (flags & O_ACCMODE) != O_RDONLY;
}
