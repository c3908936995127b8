/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-message.h"

#include <string.h>

/* Marks and overrides of the bidirectional algorithm: in a log line they only serve to deceive. */
static gboolean
is_bidi_control (gunichar c)
{
  return c == 0x061c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

/**
 * haul_text_clean:
 * @bytes: (array length=size): anything at all
 * @size: how many; -1 for up to the first NUL
 *
 * Makes text that can be shown, whatever came in.
 *
 * Returns: (transfer full): valid UTF-8 without control or bidi characters, at most
 *   %HAUL_MAX_TEXT bytes
 */
char *
haul_text_clean (const char *bytes,
                 gssize      size)
{
  g_autofree char *valid = NULL;
  gsize length = size < 0 ? strlen (bytes) : (gsize) size;
  gsize limit = MIN (length, HAUL_MAX_TEXT + 6);   /* a little more than is kept */
  GString *text;

  /* Not in the middle of a character. */
  for (guint i = 0; i < 3 && limit < length && ((guchar) bytes[limit] & 0xc0) == 0x80; i++)
    limit--;
  valid = g_utf8_make_valid (limit > 0 ? bytes : "", limit);   /* NULL is right for no bytes */
  text = g_string_sized_new (limit + 1);

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);
      gsize width = g_utf8_next_char (p) - p;

      if (c == '\t' || c == '\n')
        c = ' ';
      if (g_unichar_iscntrl (c) || is_bidi_control (c))
        continue;
      if (text->len + width > HAUL_MAX_TEXT)
        break;
      g_string_append_unichar (text, c);
    }
  return g_string_free (text, FALSE);
}
