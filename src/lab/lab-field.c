/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lab-field.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "haul/wire/haul-message.h"

/* Nobody measures more, nor less that is not nothing; and what is computed from these is finite. */
#define MOST  1e15
#define LEAST 1e-15

char **
lab_field_split (const char *line,
                 gsize       size,
                 guint       n_most)
{
  char **fields = NULL;

  if (!g_utf8_validate_len (line, size, NULL))
    return NULL;

  fields = g_strsplit (line, "\t", (int) n_most);
  for (guint i = 0; fields[i] != NULL; i++)
    {
      g_autofree char *field = fields[i];

      fields[i] = haul_text_clean (field, -1);
    }
  return fields;
}

gboolean
lab_field_is_name (const char *text)
{
  return *text != '\0' && strlen (text) <= LAB_FIELD_MAX_NAME;
}

gboolean
lab_field_read_number (const char *text,
                       double     *ret_value)
{
  char *end = NULL;
  double value = g_ascii_strtod (text, &end);

  if (end == text || *end != '\0' || !(fabs (value) <= MOST))
    return FALSE;
  *ret_value = fabs (value) < LEAST ? 0 : value;
  return TRUE;
}

guint
lab_field_read_count (const char *text)
{
  guint64 count = 0;

  if (text == NULL || !g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT, &count, NULL))
    return 0;
  return (guint) count;
}

gboolean
lab_field_read_kind (const char *text,
                     guint       n_kinds,
                     guint      *ret_kind)
{
  guint64 kind = 0;

  if (!g_ascii_string_to_unsigned (text, 10, 0, n_kinds - 1, &kind, NULL))
    return FALSE;
  *ret_kind = (guint) kind;
  return TRUE;
}

gboolean
lab_field_read_time (const char *text,
                     gint64     *ret_us)
{
  double seconds = 0;

  if (!lab_field_read_number (text, &seconds) || seconds < 0 || seconds > 24 * 60 * 60)
    return FALSE;
  *ret_us = (gint64) (seconds * G_USEC_PER_SEC);
  return TRUE;
}

char *
lab_field_describe_lane (const char *name)
{
  static const struct { const char *name; const char *title; } known[] = {
    { "parent", N_("Parent") },
    { "loop", N_("Main loop") },
    { "child", N_("Child") },
    { "worker", N_("Worker") },
    { "thread", N_("Thread") },
    { "core", N_("Core") },
    { "process", N_("Process") },
    { "python", N_("Python") },
  };

  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    {
      gsize length = strlen (known[i].name);

      if (strncmp (name, known[i].name, length) == 0 && (name[length] == '\0' || name[length] == ' '))
        return g_strconcat (_(known[i].title), name + length, NULL);
    }
  return g_strdup (name);
}
