/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-cli-worker-lines.h"

#include <glib/gi18n.h>

#include "haul-cli-progress-line.h"
#include "haul/parent/haul-format.h"
#include "haul/wire/haul-message.h"

#define PID_COLUMNS 7

static char *
format_value (GVariant *value)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return haul_text_clean (g_variant_get_string (value, NULL), -1);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE))
    return g_strdup (g_ascii_formatd (buffer, sizeof buffer, "%.10g", g_variant_get_double (value)));
  return g_variant_print (value, FALSE);
}

/* "digits=500", or the title of what runs without that, such as an initializer. */
static char *
format_item (const HaulWorkerLines *self,
             HaulPoolWorkerInfo    *info)
{
  GVariant *arguments = haul_pool_worker_info_get_arguments (info);
  g_autoptr(GVariant) value = NULL;
  g_autofree char *text = NULL;

  if (arguments != NULL)
    value = g_variant_lookup_value (arguments, self->param, NULL);
  if (value == NULL)
    return g_strdup (_(haul_pool_worker_info_get_what (info)));

  text = format_value (value);
  return g_strdup_printf ("%s=%s", self->param, text);
}

static const char *
format_state (HaulPoolWorkerInfo *info)
{
  switch (haul_pool_worker_info_get_state (info))
    {
    case HAUL_POOL_WORKER_STARTING:
      return _("starting");

    case HAUL_POOL_WORKER_ENDING:
      return _("ending");

    case HAUL_POOL_WORKER_IDLE:
    case HAUL_POOL_WORKER_BUSY:
    default:
      return _("idle");
    }
}

static void
append_worker (const HaulWorkerLines *self,
               GString               *text,
               HaulPoolWorkerInfo    *info)
{
  const char *separator = self->ascii ? ", " : " · ";
  guint n = (guint) MIN (haul_pool_worker_info_get_n_items (info), G_MAXUINT);
  int pid = haul_pool_worker_info_get_pid (info);
  g_autoptr(GString) line = g_string_new (NULL);

  if (pid > 0)
    g_string_append_printf (line, "%*d  ", PID_COLUMNS, pid);
  else
    g_string_append_printf (line, "%*s  ", PID_COLUMNS, "");
  if (haul_pool_worker_info_get_what (info) != NULL)
    {
      g_autofree char *item = format_item (self, info);
      g_autofree char *time = haul_format_duration ((self->now - haul_pool_worker_info_get_since (info)) / 1e6);

      g_string_append_printf (line, "%s%s%s", item, separator, time);
    }
  else
    {
      g_string_append (line, format_state (info));
    }
  g_string_append (line, separator);
  /* TRANSLATORS: how many items a worker has done */
  g_string_append_printf (line, ngettext ("%u done", "%u done", n), n);

  haul_text_cut (line, self->width);
  g_string_append_printf (text, "%s\n", line->str);
}

static void
append_rest (const HaulWorkerLines *self,
             GString               *text,
             guint                  n)
{
  g_autoptr(GString) line = g_string_new (NULL);

  g_string_append_printf (line, "%*s  ", PID_COLUMNS, self->ascii ? "..." : "…");
  /* TRANSLATORS: workers that there is no room for on the terminal */
  g_string_append_printf (line, ngettext ("and %u more", "and %u more", n), n);
  haul_text_cut (line, self->width);
  g_string_append_printf (text, "%s\n", line->str);
}

char *
haul_worker_lines (const HaulWorkerLines *self,
                   GListModel            *workers)
{
  GString *text = g_string_new (NULL);
  guint n = g_list_model_get_n_items (workers);
  guint shown = n <= self->max_lines ? n : MAX (self->max_lines, 1) - 1;

  for (guint i = 0; i < shown; i++)
    {
      g_autoptr(HaulPoolWorkerInfo) info = g_list_model_get_item (workers, i);

      append_worker (self, text, info);
    }
  if (shown < n && self->max_lines > 0)
    append_rest (self, text, n - shown);
  return g_string_free (text, FALSE);
}
