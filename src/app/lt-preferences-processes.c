/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-preferences-processes.h"

#include <glib/gi18n.h>

#include "lt-process-column.h"
#include "lt-settings.h"

struct _LtPreferencesProcesses
{
  AdwPreferencesPage parent_instance;

  GtkSpinButton     *interval;
  AdwComboRow       *cpu_scale;
  AdwComboRow       *memory;
  AdwComboRow       *units;
  AdwExpanderRow    *columns;

  GtkSwitch         *switches[LT_PROCESS_N_COLUMNS];   /* (unowned) (nullable) of columns */
  gboolean           loading;
};

G_DEFINE_FINAL_TYPE (LtPreferencesProcesses, lt_preferences_processes, ADW_TYPE_PREFERENCES_PAGE)

static const char * const keys[] = { "processes-interval", "processes-cpu-scale", "processes-memory", "units", "processes-columns" };

static gboolean
ms_to_seconds (GValue   *value,
               GVariant *variant,
               gpointer  user_data)
{
  g_value_set_double (value, g_variant_get_uint32 (variant) / 1000.0);
  return TRUE;
}

static GVariant *
seconds_to_ms (const GValue       *value,
               const GVariantType *type,
               gpointer            user_data)
{
  return g_variant_new_uint32 ((guint32) (g_value_get_double (value) * 1000 + 0.5));
}

/* The second choice of two, which @nick is the name of. */
static gboolean
nick_to_position (GValue   *value,
                  GVariant *variant,
                  gpointer  nick)
{
  g_value_set_uint (value, g_str_equal (g_variant_get_string (variant, NULL), nick));
  return TRUE;
}

static GVariant *
position_to_cpu_scale (const GValue       *value,
                       const GVariantType *type,
                       gpointer            nick)
{
  return g_variant_new_string (g_value_get_uint (value) == 1 ? "all" : "one");
}

static GVariant *
position_to_memory (const GValue       *value,
                    const GVariantType *type,
                    gpointer            nick)
{
  return g_variant_new_string (g_value_get_uint (value) == 1 ? "rss" : "pss");
}

static GVariant *
position_to_units (const GValue       *value,
                   const GVariantType *type,
                   gpointer            nick)
{
  return g_variant_new_string (g_value_get_uint (value) == 1 ? "binary" : "decimal");
}

/* None in the settings are the usual ones. */
static void
load_columns (LtPreferencesProcesses *self)
{
  g_auto(GStrv) names = g_settings_get_strv (lt_settings_get (), "processes-columns");

  self->loading = TRUE;
  for (guint i = 0; i < LT_PROCESS_N_COLUMNS; i++)
    if (self->switches[i] != NULL)
      gtk_switch_set_active (self->switches[i], names[0] != NULL ? g_strv_contains ((const char * const *) names, lt_process_column_get (i)->id)
                                                                 : lt_process_column_get (i)->shown);
  self->loading = FALSE;
}

static void
save_columns (LtPreferencesProcesses *self)
{
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();
  g_auto(GStrv) names = NULL;

  if (self->loading)
    return;
  for (guint i = 0; i < LT_PROCESS_N_COLUMNS; i++)
    if (self->switches[i] == NULL || gtk_switch_get_active (self->switches[i]))
      g_strv_builder_add (builder, lt_process_column_get (i)->id);
  names = g_strv_builder_end (builder);
  g_settings_set_strv (lt_settings_get (), "processes-columns", (const char * const *) names);
}

static void
add_columns (LtPreferencesProcesses *self)
{
  for (guint i = 0; i < LT_PROCESS_N_COLUMNS; i++)
    {
      GtkWidget *row = NULL;

      if (i == LT_PROCESS_NAME)
        continue;   /* always there */
      row = adw_action_row_new ();
      self->switches[i] = GTK_SWITCH (gtk_switch_new ());
      gtk_widget_set_valign (GTK_WIDGET (self->switches[i]), GTK_ALIGN_CENTER);
      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), g_dpgettext2 (NULL, "process", lt_process_column_get (i)->title));
      adw_action_row_add_suffix (ADW_ACTION_ROW (row), GTK_WIDGET (self->switches[i]));
      adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), GTK_WIDGET (self->switches[i]));
      adw_expander_row_add_row (self->columns, row);
      g_signal_connect_object (self->switches[i], "notify::active", G_CALLBACK (save_columns), self, G_CONNECT_SWAPPED);
    }
}

static void
restore_clicked_cb (LtPreferencesProcesses *self)
{
  for (guint i = 0; lt_settings_get () != NULL && i < G_N_ELEMENTS (keys); i++)
    g_settings_reset (lt_settings_get (), keys[i]);
}

static void
lt_preferences_processes_class_init (LtPreferencesProcessesClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/longtasks/LongTasks/ui/lt-preferences-processes.ui");
  gtk_widget_class_bind_template_child (widget_class, LtPreferencesProcesses, interval);
  gtk_widget_class_bind_template_child (widget_class, LtPreferencesProcesses, cpu_scale);
  gtk_widget_class_bind_template_child (widget_class, LtPreferencesProcesses, memory);
  gtk_widget_class_bind_template_child (widget_class, LtPreferencesProcesses, units);
  gtk_widget_class_bind_template_child (widget_class, LtPreferencesProcesses, columns);
  gtk_widget_class_bind_template_callback (widget_class, restore_clicked_cb);
}

static void
lt_preferences_processes_init (LtPreferencesProcesses *self)
{
  GSettings *settings = lt_settings_get ();

  gtk_widget_init_template (GTK_WIDGET (self));
  if (settings == NULL)
    {
      gtk_widget_set_sensitive (GTK_WIDGET (self), FALSE);
      return;
    }
  g_settings_bind_with_mapping (settings, "processes-interval", self->interval, "value", G_SETTINGS_BIND_DEFAULT,
                                ms_to_seconds, seconds_to_ms, NULL, NULL);
  g_settings_bind_with_mapping (settings, "processes-cpu-scale", self->cpu_scale, "selected", G_SETTINGS_BIND_DEFAULT,
                                nick_to_position, position_to_cpu_scale, (gpointer) "all", NULL);
  g_settings_bind_with_mapping (settings, "processes-memory", self->memory, "selected", G_SETTINGS_BIND_DEFAULT,
                                nick_to_position, position_to_memory, (gpointer) "rss", NULL);
  g_settings_bind_with_mapping (settings, "units", self->units, "selected", G_SETTINGS_BIND_DEFAULT,
                                nick_to_position, position_to_units, (gpointer) "binary", NULL);
  add_columns (self);
  load_columns (self);
  g_signal_connect_object (settings, "changed::processes-columns", G_CALLBACK (load_columns), self, G_CONNECT_SWAPPED);
}
