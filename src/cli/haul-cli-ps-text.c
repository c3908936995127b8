/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-cli-ps-text.h"

#include <glib/gi18n.h>

#include "haul-cli-json.h"
#include "haul-cli-progress-line.h"

enum { PID, PARENT, STATE, CPU, MEMORY, THREADS, CPU_TIME, NICE, CORE, ELAPSED, NAME, N_COLUMNS };

/* What a column holds is a word or a number, which stands at the right. */
static const struct { const char *title; gboolean is_word; } columns[N_COLUMNS] = {
  [PID] = { NC_("process", "PID") },
  [PARENT] = { NC_("process", "PARENT") },
  [STATE] = { NC_("process", "STATE"), TRUE },
  [CPU] = { NC_("process", "CPU%") },
  [MEMORY] = { NC_("process", "MEMORY") },
  [THREADS] = { NC_("process", "THREADS") },
  [CPU_TIME] = { NC_("process", "CPU TIME") },
  [NICE] = { NC_("process", "NICE") },
  [CORE] = { NC_("process", "CORE") },
  [ELAPSED] = { NC_("process", "ELAPSED") },
  [NAME] = { NC_("process", "NAME"), TRUE },
};

/* The last child of each ancestor has no line below it. */
static gboolean
is_last (GPtrArray       *rows,
         guint            index,
         HaulProcessInfo *info)
{
  for (guint i = index + 1; i < rows->len; i++)
    if (haul_process_info_get_parent (rows->pdata[i]) == haul_process_info_get_parent (info))
      return FALSE;
  return TRUE;
}

static char *
branch (GPtrArray *rows,
        guint      index)
{
  HaulProcessInfo *info = rows->pdata[index];
  GString *text = g_string_new (NULL);

  if (haul_process_info_get_parent (info) == NULL)
    return g_string_free (text, FALSE);

  g_string_append (text, is_last (rows, index, info) ? "└─ " : "├─ ");
  for (info = haul_process_info_get_parent (info); haul_process_info_get_parent (info) != NULL;
       info = haul_process_info_get_parent (info))
    g_string_prepend (text, is_last (rows, index, info) ? "   " : "│  ");
  return g_string_free (text, FALSE);
}

static char *
name (GPtrArray *rows,
      guint      index,
      gboolean   as_tree)
{
  HaulProcessInfo *info = rows->pdata[index];
  g_autofree char *before = as_tree ? branch (rows, index) : g_strdup ("");
  const char *how = haul_process_info_get_exit_text (info);

  if (*how != '\0')
    return g_strdup_printf ("%s%s (%s)", before, haul_process_info_get_name (info), how);
  return g_strconcat (before, haul_process_info_get_name (info), NULL);
}

static char *
clock_time (double seconds)
{
  guint64 hundredths = (guint64) (seconds * 100);

  return g_strdup_printf ("%" G_GUINT64_FORMAT ":%02u.%02u", hundredths / 6000,
                          (guint) (hundredths / 100 % 60), (guint) (hundredths % 100));
}

static void
describe (GPtrArray *rows,
          guint      index,
          gboolean   as_tree,
          char     **ret_cells)
{
  HaulProcessInfo *info = rows->pdata[index];
  const char *state = haul_process_info_get_state (info);

  ret_cells[PID] = g_strdup_printf ("%d", haul_process_info_get_pid (info));
  ret_cells[PARENT] = g_strdup_printf ("%d", haul_process_info_get_parent_pid (info));
  ret_cells[STATE] = g_strdup_printf ("%s %s", state, haul_process_state_word (state));
  ret_cells[CPU] = g_strdup_printf ("%.1f", haul_process_info_get_cpu (info));
  ret_cells[MEMORY] = g_format_size_full (haul_process_info_get_memory (info), G_FORMAT_SIZE_IEC_UNITS);
  ret_cells[THREADS] = g_strdup_printf ("%u", haul_process_info_get_n_threads (info));
  ret_cells[CPU_TIME] = clock_time (haul_process_info_get_cpu_time (info));
  ret_cells[NICE] = g_strdup_printf ("%d", haul_process_info_get_nice (info));
  ret_cells[CORE] = g_strdup_printf ("%d", haul_process_info_get_core (info));
  ret_cells[ELAPSED] = haul_format_duration (haul_process_info_get_elapsed (info));
  ret_cells[NAME] = name (rows, index, as_tree);
}

static void
append_line (GString     *text,
             char       **cells,
             const guint *widths)
{
  for (guint i = 0; i < N_COLUMNS; i++)
    {
      guint pad = widths[i] - haul_text_columns (cells[i]);

      if (i > 0)
        g_string_append (text, "  ");
      if (!columns[i].is_word)
        g_string_append_printf (text, "%*s", (int) pad, "");
      g_string_append (text, cells[i]);
      if (columns[i].is_word && i + 1 < N_COLUMNS)
        g_string_append_printf (text, "%*s", (int) pad, "");
    }
  g_string_append_c (text, '\n');
}

char *
haul_cli_ps_to_table (GPtrArray *rows,
                      gboolean   as_tree)
{
  g_autoptr(GPtrArray) cells = g_ptr_array_new_with_free_func (g_free);
  guint widths[N_COLUMNS] = { 0 };
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < N_COLUMNS; i++)
    g_ptr_array_add (cells, g_strdup (g_dpgettext2 (NULL, "process", columns[i].title)));
  for (guint i = 0; i < rows->len; i++)
    {
      g_ptr_array_set_size (cells, cells->len + N_COLUMNS);
      describe (rows, i, as_tree, (char **) cells->pdata + cells->len - N_COLUMNS);
    }
  for (guint i = 0; i < cells->len; i++)
    widths[i % N_COLUMNS] = MAX (widths[i % N_COLUMNS], haul_text_columns (cells->pdata[i]));
  for (guint i = 0; i < cells->len; i += N_COLUMNS)
    append_line (text, (char **) cells->pdata + i, widths);
  return g_string_free (text, FALSE);
}

static JsonNode *
build_object (HaulProcessInfo *info,
              guint            snapshot)
{
  static const char * const kinds[] = { "other", "program", "fork-server", "worker" };
  g_autoptr(JsonBuilder) builder = json_builder_new ();
  int code = 0, number = 0;
  gboolean known = haul_process_info_get_exit (info, &code, &number);

  json_builder_begin_object (builder);
  haul_cli_json_add_int (builder, "snapshot", snapshot);
  haul_cli_json_add_int (builder, "pid", haul_process_info_get_pid (info));
  haul_cli_json_add_int (builder, "parent", haul_process_info_get_parent_pid (info));
  haul_cli_json_add_int (builder, "depth", haul_process_info_get_depth (info));
  haul_cli_json_add_text (builder, "name", haul_process_info_get_name (info));
  haul_cli_json_add_text (builder, "command", haul_process_info_get_command (info));
  haul_cli_json_add_text (builder, "kind", kinds[haul_process_info_get_kind (info)]);
  haul_cli_json_add_text (builder, "state", haul_process_info_get_state (info));
  haul_cli_json_add_double (builder, "cpu_percent", haul_process_info_get_cpu (info), TRUE);
  haul_cli_json_add_int (builder, "memory_bytes", haul_process_info_get_memory (info));
  haul_cli_json_add_int (builder, "threads", haul_process_info_get_n_threads (info));
  haul_cli_json_add_double (builder, "cpu_seconds", haul_process_info_get_cpu_time (info), TRUE);
  haul_cli_json_add_int (builder, "nice", haul_process_info_get_nice (info));
  haul_cli_json_add_int (builder, "core", haul_process_info_get_core (info));
  haul_cli_json_add_double (builder, "elapsed_seconds", haul_process_info_get_elapsed (info), TRUE);
  haul_cli_json_add_text (builder, "exit", known ? haul_process_info_get_exit_text (info) : NULL);
  json_builder_end_object (builder);
  return json_builder_get_root (builder);
}

char *
haul_cli_ps_to_json (GPtrArray *rows,
                     guint      snapshot)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < rows->len; i++)
    {
      g_autoptr(JsonNode) root = build_object (rows->pdata[i], snapshot);
      g_autofree char *json = json_to_string (root, FALSE);

      g_string_append_printf (text, "%s\n", json);
    }
  return g_string_free (text, FALSE);
}
