/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lab-say.h"

#include <string.h>

/* A process runs one experiment. */
static gint64 start_us;

static void
G_GNUC_PRINTF (2,
               3)
say (HaulContext * context,
     const char  *format,
     ...)
{
  g_autofree char *line = NULL;
  va_list arguments;

  va_start (arguments, format);
  line = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  haul_context_emit (context, line, strlen (line));
}

/* What is in a line must not end it, nor a field of it. */
static char *
to_field (const char *text)
{
  char *field = g_utf8_make_valid (text, -1);

  return g_strdelimit (field, "\t\n\r", ' ');
}

void
lab_say_start (HaulContext *context)
{
  start_us = g_get_monotonic_time ();
  say (context, "start\t%" G_GINT64_FORMAT "\n", start_us);
}

double
lab_say_when (gint64 monotonic_us)
{
  return (double) (monotonic_us - start_us) / G_USEC_PER_SEC;
}

double
lab_say_now (void)
{
  return lab_say_when (g_get_monotonic_time ());
}

void
lab_say_number (HaulContext *context,
                const char  *key,
                const char  *item,
                double       value)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  say (context, "number\t%s\t%s\t%s\n", key, item, g_ascii_dtostr (number, sizeof number, value));
}

void
lab_say_text (HaulContext *context,
              const char  *key,
              const char  *text)
{
  g_autofree char *field = to_field (text);

  say (context, "text\t%s\t%s\n", key, field);
}

void
lab_say_span (HaulContext  *context,
              const char   *lane,
              HaulSpanKind  kind,
              double        start)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  say (context, "span\t%s\t%d\t%s\n", lane, (int) kind, g_ascii_dtostr (number, sizeof number, start));
}

void
lab_say_work (HaulContext *context,
              const char  *lane,
              double       start,
              const char  *text)
{
  g_autofree char *field = to_field (text);
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  say (context, "work\t%s\t%s\t%s\n", lane, g_ascii_dtostr (number, sizeof number, start), field);
}

void
lab_say_end (HaulContext *context,
             const char  *lane,
             double       end)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  say (context, "end\t%s\t%s\n", lane, g_ascii_dtostr (number, sizeof number, end));
}

void
lab_say_mark (HaulContext  *context,
              const char   *lane,
              HaulMarkKind  kind,
              double        at,
              const char   *text)
{
  g_autofree char *field = to_field (text != NULL ? text : "");
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  say (context, "mark\t%s\t%d\t%s\t%s\n", lane, (int) kind, g_ascii_dtostr (number, sizeof number, at), field);
}
