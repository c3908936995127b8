/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-history-export.h"

#include <json-glib/json-glib.h>

/* What is told of each, in this order. */
static const char * const names[] = {
  "queued", "task", "title", "arguments", "executor", "nice", "daemon", "verdict", "seconds", "exit", "signal",
  "result_bytes", "error",
};

static char *
format_seconds (LtHistoryEntry *entry)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  if (entry->elapsed_us < 0)
    return g_strdup ("");
  return g_strdup (g_ascii_formatd (text, sizeof text, "%.6f", entry->elapsed_us / 1e6));
}

static char *
format_queued (LtHistoryEntry *entry)
{
  g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc (entry->key / G_USEC_PER_SEC);

  return time != NULL ? g_date_time_format_iso8601 (time) : g_strdup ("");
}

static char *
format_number (int number,
               int none)
{
  return number == none ? g_strdup ("") : g_strdup_printf ("%d", number);
}

/* The words of each column; "" for what there is not. */
static GStrv
collect (LtHistoryEntry *entry)
{
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();
  g_autofree char *queued = format_queued (entry);
  g_autofree char *arguments = g_variant_print (entry->arguments, FALSE);
  g_autofree char *nice = g_strdup_printf ("%d", entry->nice);
  g_autofree char *seconds = format_seconds (entry);
  g_autofree char *code = format_number (entry->exit_code, -1);
  g_autofree char *signal = format_number (entry->exit_signal, 0);
  g_autofree char *size = g_strdup_printf ("%" G_GUINT64_FORMAT, entry->result_size);

  g_strv_builder_add_many (builder, queued, entry->task, entry->title, arguments,
                           entry->executor != NULL ? entry->executor : "", nice, entry->daemon ? "yes" : "no",
                           entry->verdict != HAUL_VERDICT_NONE ? haul_job_verdict_to_nick (entry->verdict) : "",
                           seconds, code, signal, size, entry->error != NULL ? entry->error : "", NULL);
  return g_strv_builder_end (builder);
}

static void
append_csv (GString    *text,
            const char *field)
{
  g_autoptr(GString) quoted = NULL;

  if (strpbrk (field, ",\"\r\n") == NULL)
    {
      g_string_append (text, field);
      return;
    }
  quoted = g_string_new (field);
  g_string_replace (quoted, "\"", "\"\"", 0);
  g_string_append_printf (text, "\"%s\"", quoted->str);
}

static void
append_markdown (GString    *text,
                 const char *field)
{
  g_autoptr(GString) escaped = g_string_new (field);

  g_string_replace (escaped, "\\", "\\\\", 0);
  g_string_replace (escaped, "|", "\\|", 0);
  g_string_replace (escaped, "<", "\\<", 0);
  g_string_replace (escaped, "\n", " ", 0);
  g_string_append (text, escaped->str);
}

static void
append_line (GString            *text,
             LtExport            format,
             const char * const *fields)
{
  for (guint i = 0; fields[i] != NULL; i++)
    {
      if (format == LT_EXPORT_CSV)
        {
          g_string_append (text, i > 0 ? "," : "");
          append_csv (text, fields[i]);
        }
      else
        {
          g_string_append (text, i > 0 ? " | " : "| ");
          append_markdown (text, fields[i]);
        }
    }
  g_string_append (text, format == LT_EXPORT_CSV ? "\r\n" : " |\n");
}

static char *
export_lines (GListModel *entries,
              LtExport    format)
{
  const char *head[G_N_ELEMENTS (names) + 1] = { NULL };
  const char *rule[G_N_ELEMENTS (names) + 1] = { NULL };
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      head[i] = names[i];
      rule[i] = "---";
    }
  append_line (text, format, head);
  if (format == LT_EXPORT_MARKDOWN)
    append_line (text, format, rule);
  for (guint i = 0; i < g_list_model_get_n_items (entries); i++)
    {
      g_autoptr(LtHistoryEntry) entry = g_list_model_get_item (entries, i);
      g_auto(GStrv) fields = collect (entry);

      append_line (text, format, (const char * const *) fields);
    }
  return g_string_free (text, FALSE);
}

static void
add_number (JsonBuilder *builder,
            const char  *name,
            gint64       number,
            gint64       none)
{
  if (number == none)
    return;
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, number);
}

static void
add_text (JsonBuilder *builder,
          const char  *name,
          const char  *text)
{
  if (text == NULL)
    return;
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, text);
}

static void
add_entry (JsonBuilder    *builder,
           LtHistoryEntry *entry)
{
  g_autofree char *queued = format_queued (entry);

  json_builder_begin_object (builder);
  add_text (builder, "queued", queued);
  add_text (builder, "task", entry->task);
  add_text (builder, "title", entry->title);
  json_builder_set_member_name (builder, "arguments");
  json_builder_add_value (builder, json_gvariant_serialize (entry->arguments));
  add_text (builder, "executor", entry->executor);
  add_number (builder, "nice", entry->nice, G_MININT64);
  json_builder_set_member_name (builder, "daemon");
  json_builder_add_boolean_value (builder, entry->daemon);
  if (entry->verdict != HAUL_VERDICT_NONE)
    add_text (builder, "verdict", haul_job_verdict_to_nick (entry->verdict));
  if (entry->elapsed_us >= 0)
    {
      json_builder_set_member_name (builder, "seconds");
      json_builder_add_double_value (builder, entry->elapsed_us / 1e6);
    }
  add_number (builder, "exit", entry->exit_code, -1);
  add_number (builder, "signal", entry->exit_signal, 0);
  add_number (builder, "result_bytes", (gint64) entry->result_size, -1);
  add_text (builder, "error", entry->error);
  json_builder_end_object (builder);
}

static char *
export_json (GListModel *entries)
{
  g_autoptr(JsonBuilder) builder = json_builder_new ();
  g_autoptr(JsonNode) root = NULL;

  json_builder_begin_array (builder);
  for (guint i = 0; i < g_list_model_get_n_items (entries); i++)
    {
      g_autoptr(LtHistoryEntry) entry = g_list_model_get_item (entries, i);

      add_entry (builder, entry);
    }
  json_builder_end_array (builder);
  root = json_builder_get_root (builder);
  return json_to_string (root, TRUE);
}

char *
lt_history_export (GListModel *entries,
                   LtExport    format)
{
  g_return_val_if_fail (G_IS_LIST_MODEL (entries), NULL);

  return format == LT_EXPORT_JSON ? export_json (entries) : export_lines (entries, format);
}

const char *
lt_history_export_ending (LtExport format)
{
  static const char * const endings[] = { "csv", "json", "md" };

  g_return_val_if_fail (format < LT_N_EXPORTS, NULL);

  return endings[format];
}
