/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-preferences.h"

#include <glib/gi18n.h>

#include "lt-history-window.h"
#include "lt-preferences-processes.h"
#include "lt-settings.h"

struct _LtPreferences
{
  AdwPreferencesWindow parent_instance;

  GtkSpinButton       *jobs_at_once;
  AdwComboRow         *start_method;
  GtkSpinButton       *grace_time;
  AdwComboRow         *notify;
  AdwComboRow         *on_close;
  GtkSwitch           *keep_awake;
  GtkSpinButton       *history_days;
  GtkWidget           *clear_button;
  GtkWidget           *lab_page;
  GtkSwitch           *lab_predict;
  AdwComboRow         *lab_code;
  GtkSpinButton       *lab_time_limit;
  AdwEntryRow         *lab_python;

  LtHistory           *history;   /* (owned) (nullable) */
};

G_DEFINE_FINAL_TYPE (LtPreferences, lt_preferences, ADW_TYPE_PREFERENCES_WINDOW)

static const char * const keys[] = { "jobs-at-once", "start-method", "grace-time", "notify", "on-close", "keep-awake", "history-days",
                                     NULL };
static const char * const lab_keys[] = { "lab-predict", "lab-code", "lab-time-limit", "lab-python", NULL };

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

/* The rows of a combo are in the order of the choices in the schema. */
static gboolean
nick_to_position (GValue   *value,
                  GVariant *variant,
                  gpointer  user_data)
{
  const char * const *nicks = user_data;

  for (guint i = 0; nicks[i] != NULL; i++)
    if (g_str_equal (nicks[i], g_variant_get_string (variant, NULL)))
      {
        g_value_set_uint (value, i);
        return TRUE;
      }
  return FALSE;
}

static GVariant *
position_to_nick (const GValue       *value,
                  const GVariantType *type,
                  gpointer            user_data)
{
  const char * const *nicks = user_data;

  return g_variant_new_string (nicks[MIN (g_value_get_uint (value), g_strv_length ((char **) nicks) - 1)]);
}

static void
bind_combo (GSettings          *settings,
            const char         *key,
            AdwComboRow        *row,
            const char * const *nicks)
{
  g_settings_bind_with_mapping (settings, key, row, "selected", G_SETTINGS_BIND_DEFAULT,
                                nick_to_position, position_to_nick, (gpointer) nicks, NULL);
}

static void
restore (const char * const *names)
{
  GSettings *settings = lt_settings_get ();

  for (guint i = 0; settings != NULL && names[i] != NULL; i++)
    g_settings_reset (settings, names[i]);
}

static void
restore_clicked_cb (LtPreferences *self)
{
  restore (keys);
}

static void
restore_lab_clicked_cb (LtPreferences *self)
{
  restore (lab_keys);
}

static void
clear_clicked_cb (LtPreferences *self)
{
  lt_history_ask_clear (GTK_WINDOW (self), self->history);
}

/* Where there is nothing to clear nobody is asked. */
static void
update_clear (LtPreferences *self)
{
  gtk_widget_set_sensitive (self->clear_button, self->history != NULL
                            && g_list_model_get_n_items (lt_history_get_model (self->history)) > 0);
}

static void
lt_preferences_dispose (GObject *object)
{
  g_clear_object (&LT_PREFERENCES (object)->history);

  G_OBJECT_CLASS (lt_preferences_parent_class)->dispose (object);
}

static void
lt_preferences_class_init (LtPreferencesClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lt_preferences_dispose;

  g_type_ensure (LT_TYPE_PREFERENCES_PROCESSES);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/longtasks/LongTasks/ui/lt-preferences.ui");
  gtk_widget_class_bind_template_child (widget_class, LtPreferences, jobs_at_once);
  gtk_widget_class_bind_template_child (widget_class, LtPreferences, start_method);
  gtk_widget_class_bind_template_child (widget_class, LtPreferences, grace_time);
  gtk_widget_class_bind_template_child (widget_class, LtPreferences, notify);
  gtk_widget_class_bind_template_child (widget_class, LtPreferences, on_close);
  gtk_widget_class_bind_template_child (widget_class, LtPreferences, keep_awake);
  gtk_widget_class_bind_template_child (widget_class, LtPreferences, history_days);
  gtk_widget_class_bind_template_child (widget_class, LtPreferences, clear_button);
  gtk_widget_class_bind_template_child (widget_class, LtPreferences, lab_page);
  gtk_widget_class_bind_template_child (widget_class, LtPreferences, lab_predict);
  gtk_widget_class_bind_template_child (widget_class, LtPreferences, lab_code);
  gtk_widget_class_bind_template_child (widget_class, LtPreferences, lab_time_limit);
  gtk_widget_class_bind_template_child (widget_class, LtPreferences, lab_python);
  gtk_widget_class_bind_template_callback (widget_class, clear_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, restore_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, restore_lab_clicked_cb);
}

static void
bind_lab (LtPreferences *self,
          GSettings     *settings)
{
  static const char * const languages[] = { "c", "python", "both", NULL };

  g_settings_bind (settings, "lab-predict", self->lab_predict, "active", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, "lab-time-limit", self->lab_time_limit, "value", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, "lab-python", self->lab_python, "text", G_SETTINGS_BIND_DEFAULT);
  bind_combo (settings, "lab-code", self->lab_code, languages);
}

static void
lt_preferences_init (LtPreferences *self)
{
  static const char * const start_methods[] = { "spawn", "forkserver", NULL };
  static const char * const notify[] = { "never", "queue", "each", NULL };
  static const char * const on_close[] = { "ask", "background", "stop", NULL };
  GSettings *settings = lt_settings_get ();

  gtk_widget_init_template (GTK_WIDGET (self));
  if (settings == NULL)
    {
      gtk_widget_set_sensitive (GTK_WIDGET (adw_preferences_window_get_visible_page (ADW_PREFERENCES_WINDOW (self))), FALSE);
      gtk_widget_set_sensitive (self->lab_page, FALSE);
      return;
    }
  g_settings_bind (settings, "jobs-at-once", self->jobs_at_once, "value", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind_with_mapping (settings, "grace-time", self->grace_time, "value", G_SETTINGS_BIND_DEFAULT,
                                ms_to_seconds, seconds_to_ms, NULL, NULL);
  g_settings_bind (settings, "history-days", self->history_days, "value", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, "keep-awake", self->keep_awake, "active", G_SETTINGS_BIND_DEFAULT);
  bind_combo (settings, "start-method", self->start_method, start_methods);
  bind_combo (settings, "notify", self->notify, notify);
  bind_combo (settings, "on-close", self->on_close, on_close);
  bind_lab (self, settings);
}

LtPreferences *
lt_preferences_new (GtkWindow *parent,
                    LtHistory *history)
{
  LtPreferences *self = g_object_new (LT_TYPE_PREFERENCES, "transient-for", parent, NULL);

  if (history != NULL)
    {
      self->history = g_object_ref (history);
      g_signal_connect_object (lt_history_get_model (history), "items-changed", G_CALLBACK (update_clear), self, G_CONNECT_SWAPPED);
    }
  update_clear (self);
  return self;
}
