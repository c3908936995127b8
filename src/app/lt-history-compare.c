/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <glib/gi18n.h>

#include "lt-history-window.h"
#include "lt-job-text.h"
#include "lt-settings.h"

typedef struct
{
  GtkGrid   *grid;
  GPtrArray *entries;   /* of LtHistoryEntry */
  int        row;
} Table;

static GtkWidget *
add_label (Table      *table,
           int         column,
           const char *text,
           const char *style)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_yalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_selectable (GTK_LABEL (label), column > 0);
  gtk_widget_add_css_class (label, style);
  gtk_grid_attach (table->grid, label, column, table->row, 1, 1);
  return label;
}

/* Takes @values: one for each entry. */
static void
add_row (Table      *table,
         const char *name,
         char      **values)
{
  gboolean differs = FALSE;
  gboolean empty = TRUE;

  for (guint i = 0; i < table->entries->len; i++)
    {
      differs |= g_strcmp0 (values[i], values[0]) != 0;
      empty &= values[i] == NULL || *values[i] == '\0';
    }
  if (!empty)
    {
      add_label (table, 0, name, "dim-label");
      for (guint i = 0; i < table->entries->len; i++)
        gtk_widget_add_css_class (add_label (table, (int) i + 1, values[i] != NULL ? values[i] : "", "numeric"),
                                  differs ? "heading" : "body");
      table->row++;
    }
  for (guint i = 0; i < table->entries->len; i++)
    g_free (values[i]);
}

static char *
dup_outcome (LtHistoryEntry *entry)
{
  return g_strdup (haul_format_state (entry->verdict == HAUL_VERDICT_NONE ? HAUL_JOB_RUNNING : HAUL_JOB_ENDED, entry->verdict));
}

static char *
dup_elapsed (LtHistoryEntry *entry)
{
  return entry->elapsed_us >= 0 ? haul_format_duration (entry->elapsed_us / (double) G_USEC_PER_SEC) : NULL;
}

static char *
dup_exit (LtHistoryEntry *entry)
{
  return entry->exit_code >= 0 || entry->exit_signal > 0 ? haul_format_exit (entry->exit_code, entry->exit_signal) : NULL;
}

static char *
dup_executor (LtHistoryEntry *entry)
{
  return g_strdup (lt_job_text_executor_name (entry->executor));
}

static char *
dup_nice (LtHistoryEntry *entry)
{
  return g_strdup_printf (_("nice %d"), entry->nice);
}

static char *
dup_daemon (LtHistoryEntry *entry)
{
  return g_strdup (entry->daemon ? _("Yes") : _("No"));
}

static char *
dup_size (LtHistoryEntry *entry)
{
  return lt_settings_format_size (entry->result_size);
}

static char *
dup_error (LtHistoryEntry *entry)
{
  return g_strdup (entry->error);
}

static char *
dup_title (LtHistoryEntry *entry)
{
  return g_strdup (entry->title);
}

static void
add_fact (Table      *table,
          const char *name,
          char     *(*dup)(LtHistoryEntry *entry))
{
  g_autofree char **values = g_new0 (char *, table->entries->len);

  for (guint i = 0; i < table->entries->len; i++)
    values[i] = dup (table->entries->pdata[i]);
  add_row (table, name, values);
}

static char *
dup_argument (LtHistoryEntry *entry,
              const char     *name)
{
  const HaulTask *task = haul_task_lookup (entry->task, NULL);
  const HaulParam *param = task != NULL ? haul_task_find_param (task, name) : NULL;
  g_autoptr(GVariant) value = g_variant_lookup_value (entry->arguments, name, NULL);

  if (value == NULL)
    return NULL;
  if (param != NULL && haul_param_check (param, value, NULL))
    return lt_job_text_argument (param, entry->arguments);
  return g_variant_print (value, FALSE);
}

/* All that any of them has, in the order of the first that has it. */
static void
add_arguments (Table *table)
{
  g_autoptr(GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < table->entries->len; i++)
    {
      LtHistoryEntry *entry = table->entries->pdata[i];
      const HaulTask *task = haul_task_lookup (entry->task, NULL);
      GVariantIter iter;
      char *next;

      g_variant_iter_init (&iter, entry->arguments);
      while (g_variant_iter_next (&iter, "{sv}", &next, NULL))
        {
          g_autofree char *name = next;   /* a copy: to look into the arguments may put them elsewhere */
          const HaulParam *param = task != NULL ? haul_task_find_param (task, name) : NULL;
          g_autofree char **values = NULL;

          if (!g_hash_table_add (seen, g_strdup (name)))
            continue;
          values = g_new0 (char *, table->entries->len);
          for (guint j = 0; j < table->entries->len; j++)
            values[j] = dup_argument (table->entries->pdata[j], name);
          add_row (table, param != NULL && param->title != NULL ? _(param->title) : name, values);
        }
    }
}

GtkWidget *
lt_history_compare_new (GPtrArray *entries)
{
  Table table = { .entries = entries };

  g_return_val_if_fail (entries != NULL && entries->len > 0, NULL);

  table.grid = GTK_GRID (gtk_grid_new ());
  gtk_grid_set_column_spacing (table.grid, 24);
  gtk_grid_set_row_spacing (table.grid, 9);
  add_fact (&table, _("Task"), dup_title);
  add_arguments (&table);
  add_fact (&table, _("Queued"), lt_history_entry_format_time);
  add_fact (&table, _("Runs In"), dup_executor);
  add_fact (&table, _("Priority"), dup_nice);
  add_fact (&table, _("Daemon"), dup_daemon);
  add_fact (&table, _("Outcome"), dup_outcome);
  add_fact (&table, _("Time Taken"), dup_elapsed);
  add_fact (&table, _("Exit Status"), dup_exit);
  add_fact (&table, _("Result"), dup_size);
  add_fact (&table, _("Reason"), dup_error);
  return GTK_WIDGET (table.grid);
}
