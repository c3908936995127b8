/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-processes-view-private.h"

#include <glib/gi18n.h>

#include "lt-settings.h"

/* Narrower than this is a phone. */
#define NARROW 600

typedef enum { PROP_COMPACT = 1 } LtProcessesViewProperty;
static GParamSpec *properties[PROP_COMPACT + 1];

G_DEFINE_FINAL_TYPE (LtProcessesView, lt_processes_view, ADW_TYPE_BIN)

/* What it says of all of them. */

static void
update_summary (LtProcessesView *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->list)), n_shown = g_list_model_get_n_items (G_LIST_MODEL (self->model));
  g_autofree char *memory = lt_settings_format_size (haul_process_list_get_memory (self->list));
  g_autofree char *count = NULL;
  g_autofree char *text = NULL;

  if (haul_process_list_get_error (self->list) != NULL)
    {
      gtk_label_set_label (self->summary, _("Processes cannot be listed"));
      return;
    }
  if (lt_process_model_get_flat (self->model))
    count = g_strdup_printf (ngettext ("%u of %u process", "%u of %u processes", n), n_shown, n);
  else
    count = g_strdup_printf (ngettext ("%u process", "%u processes", n), n);
  if (lt_settings_get_all_cpus ())
    /* Translators: how many processes, percent of all processors, an amount of memory */
    text = g_strdup_printf (_("%s · CPU %.1f %% of all processors · Memory %s"), count,
                            lt_process_columns_scale_cpu (haul_process_list_get_cpu (self->list)), memory);
  else
    /* Translators: how many processes, percent of one processor, an amount of memory */
    text = g_strdup_printf (_("%s · CPU %.1f %% of one processor · Memory %s"), count, haul_process_list_get_cpu (self->list), memory);
  gtk_label_set_label (self->summary, text);
}

/* What stands still says since when. */
static void
update_resume (LtProcessesView *self)
{
  gboolean frozen = haul_process_list_get_frozen (self->list), stale = lt_process_model_get_stale (self->model);
  guint seconds = (guint) ((g_get_monotonic_time () - self->refreshed_at) / G_USEC_PER_SEC);
  g_autofree char *age = g_strdup_printf (ngettext ("Frozen, updated %u s ago · Go On", "Frozen, updated %u s ago · Go On", seconds), seconds);

  gtk_widget_set_visible (GTK_WIDGET (self->resume), frozen || stale);
  gtk_button_set_label (self->resume, frozen ? age : _("Sorting Paused · Go On"));
}

static gboolean
age_cb (gpointer user_data)
{
  update_resume (user_data);
  return G_SOURCE_CONTINUE;
}

static void
frozen_cb (LtProcessesView *self)
{
  g_clear_handle_id (&self->age_id, g_source_remove);
  if (haul_process_list_get_frozen (self->list))
    {
      self->age_id = g_timeout_add_seconds (1, age_cb, self);
      g_source_set_name_by_id (self->age_id, "[long-tasks] age of the list of processes");
    }
  update_resume (self);
}

static void
refreshed_cb (LtProcessesView *self)
{
  self->refreshed_at = g_get_monotonic_time ();
  if (haul_process_list_get_frozen (self->list))
    update_resume (self);
}

static void
update_pages (LtProcessesView *self)
{
  gboolean none = g_list_model_get_n_items (G_LIST_MODEL (self->model)) == 0 && lt_process_model_get_flat (self->model);

  gtk_stack_set_visible_child (self->stack, none ? self->no_match_page : self->list_page);
  update_summary (self);
}

/* Whoever sees an empty list has to know that it is not true, and what they can do all the same. */
static void
error_cb (LtProcessesView *self)
{
  const GError *error = haul_process_list_get_error (self->list);
  g_autofree char *text = NULL;

  if (error != NULL)
    /* Translators: an error of the system, "‘/proc’ cannot be read: No such file or directory" */
    text = g_strdup_printf (_("Processes cannot be listed: %s. Jobs run all the same, and can be paused and canceled in Jobs."),
                            error->message);
  gtk_label_set_label (self->trouble_label, text != NULL ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (self->trouble), error != NULL);
  update_summary (self);
}

/* A list that jumps cannot be read: it keeps its order while the pointer is over it, or a menu is open. */
void
lt_processes_view_update_paused (LtProcessesView *self)
{
  lt_process_model_set_paused (self->model, self->menu != NULL || gtk_event_controller_motion_contains_pointer (self->motion));
}

static void
pointer_cb (LtProcessesView *self)
{
  if (self->model != NULL)
    lt_processes_view_update_paused (self);
}

static void
resume_cb (LtProcessesView *self)
{
  haul_process_list_set_frozen (self->list, FALSE);
  lt_process_model_sort (self->model);
}

/* Actions of the page. */

static void
update_scope (LtProcessesView *self)
{
  if (haul_process_list_get_scope (self->list) == HAUL_PROCESS_SCOPE_OWN)
    gtk_label_set_label (self->scope_label, self->compact ? _("This App") : _("This App’s Processes"));
  else
    gtk_label_set_label (self->scope_label, self->compact ? _("Mine") : _("My Processes"));
}

static void
scope_cb (GSimpleAction   *action,
          GVariant        *state,
          LtProcessesView *self)
{
  gboolean own = g_str_equal (g_variant_get_string (state, NULL), "own");

  g_simple_action_set_state (action, state);
  haul_process_list_set_scope (self->list, own ? HAUL_PROCESS_SCOPE_OWN : HAUL_PROCESS_SCOPE_USER);
  update_scope (self);
}

static void
interval_cb (GSimpleAction   *action,
             GVariant        *state,
             LtProcessesView *self)
{
  guint64 ms = g_ascii_strtoull (g_variant_get_string (state, NULL), NULL, 10);

  g_simple_action_set_state (action, state);
  haul_process_list_set_interval (self->list, (guint) MIN (ms, HAUL_PROCESS_MAX_INTERVAL));
  if (lt_settings_get () != NULL)
    g_settings_set_uint (lt_settings_get (), "processes-interval", haul_process_list_get_interval (self->list));
}

static void
refresh_cb (LtProcessesView *self)
{
  haul_process_list_refresh_async (self->list, NULL, NULL, NULL);
}

static void
clear_filter_cb (LtProcessesView *self)
{
  gtk_editable_set_text (GTK_EDITABLE (self->entry), "");
  gtk_widget_grab_focus (GTK_WIDGET (self->rows));
}

static void
add_stateful (LtProcessesView *self,
              const char      *name,
              GVariant        *state,
              GCallback        callback)
{
  const GVariantType *type = g_variant_is_of_type (state, G_VARIANT_TYPE_STRING) ? G_VARIANT_TYPE_STRING : NULL;
  g_autoptr(GSimpleAction) action = g_simple_action_new_stateful (name, type, state);

  g_signal_connect_object (action, "change-state", callback, self, 0);
  g_action_map_add_action (G_ACTION_MAP (self->actions), G_ACTION (action));
}

static void
add_plain (LtProcessesView *self,
           const char      *name,
           GCallback        callback)
{
  g_autoptr(GSimpleAction) action = g_simple_action_new (name, NULL);

  g_signal_connect_object (action, "activate", callback, self, G_CONNECT_SWAPPED);
  g_action_map_add_action (G_ACTION_MAP (self->actions), G_ACTION (action));
}

static void
add_actions (LtProcessesView *self)
{
  g_autoptr(GPropertyAction) freeze = g_property_action_new ("freeze", self->list, "frozen");
  g_autofree char *interval = g_strdup_printf ("%u", haul_process_list_get_interval (self->list));

  self->actions = g_simple_action_group_new ();
  g_action_map_add_action (G_ACTION_MAP (self->actions), G_ACTION (freeze));
  add_stateful (self, "scope", g_variant_new_string ("own"), G_CALLBACK (scope_cb));
  add_stateful (self, "interval", g_variant_new_string (interval), G_CALLBACK (interval_cb));
  add_plain (self, "refresh", G_CALLBACK (refresh_cb));
  add_plain (self, "clear-filter", G_CALLBACK (clear_filter_cb));
  lt_processes_view_add_column_actions (self);
  gtk_widget_insert_action_group (GTK_WIDGET (self), "processes", G_ACTION_GROUP (self->actions));
}

/* Looking for some. */

static void
search_changed_cb (LtProcessesView *self)
{
  lt_process_model_take_query (self->model, lt_process_query_new (gtk_editable_get_text (GTK_EDITABLE (self->entry))));
  update_pages (self);
}

static void
stop_search_cb (LtProcessesView *self)
{
  clear_filter_cb (self);
}

/* The preferences, which may be open beside it. */
static void
settings_changed_cb (LtProcessesView *self,
                     const char      *key)
{
  g_autofree char *interval = NULL;

  if (self->layout == NULL || (!g_str_has_prefix (key, "processes-") && !g_str_equal (key, "units")))
    return;
  lt_process_columns_load_settings ();
  haul_process_list_set_interval (self->list, g_settings_get_uint (lt_settings_get (), "processes-interval"));
  interval = g_strdup_printf ("%u", haul_process_list_get_interval (self->list));
  g_simple_action_set_state (G_SIMPLE_ACTION (g_action_map_lookup_action (G_ACTION_MAP (self->actions), "interval")),
                             g_variant_new_string (interval));
  lt_processes_view_reload_columns (self);
  lt_process_layout_update (self->layout);
  update_summary (self);
}

/* The widget. */

static gboolean
fold_cb (gpointer user_data)
{
  LtProcessesView *self = user_data;

  self->fold_id = 0;
  self->compact = gtk_widget_get_width (GTK_WIDGET (self)) < NARROW;
  update_scope (self);
  gtk_widget_set_visible (self->freeze_button, !self->compact);
  lt_processes_view_fold_rows (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_COMPACT]);
  return G_SOURCE_REMOVE;
}

/* A layout manager would do the same, and nobody would hear of it. */
static void
lt_processes_view_measure (GtkWidget      *widget,
                           GtkOrientation  orientation,
                           int             for_size,
                           int            *minimum,
                           int            *natural,
                           int            *minimum_baseline,
                           int            *natural_baseline)
{
  gtk_widget_measure (adw_bin_get_child (ADW_BIN (widget)), orientation, for_size, minimum, natural, NULL, NULL);
}

/* Later: nothing may change its size in the middle of an allocation. */
static void
lt_processes_view_size_allocate (GtkWidget *widget,
                                 int        width,
                                 int        height,
                                 int        baseline)
{
  LtProcessesView *self = LT_PROCESSES_VIEW (widget);

  gtk_widget_allocate (adw_bin_get_child (ADW_BIN (widget)), width, height, baseline, NULL);
  if (self->compact == (width < NARROW) || self->fold_id != 0)
    return;
  self->fold_id = g_idle_add (fold_cb, self);
  g_source_set_name_by_id (self->fold_id, "[long-tasks] columns of processes");
}

static void
lt_processes_view_map (GtkWidget *widget)
{
  lt_processes_view_update_widths (LT_PROCESSES_VIEW (widget));
  haul_process_list_start (LT_PROCESSES_VIEW (widget)->list);
  GTK_WIDGET_CLASS (lt_processes_view_parent_class)->map (widget);
}

static void
lt_processes_view_css_changed (GtkWidget         *widget,
                               GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS (lt_processes_view_parent_class)->css_changed (widget, change);

  if (gtk_widget_get_mapped (widget))
    lt_processes_view_update_widths (LT_PROCESSES_VIEW (widget));
}

static void
lt_processes_view_unmap (GtkWidget *widget)
{
  haul_process_list_stop (LT_PROCESSES_VIEW (widget)->list);
  GTK_WIDGET_CLASS (lt_processes_view_parent_class)->unmap (widget);
}

static gboolean
lt_processes_view_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (GTK_WIDGET (LT_PROCESSES_VIEW (widget)->rows));
}

static void
lt_processes_view_dispose (GObject *object)
{
  LtProcessesView *self = LT_PROCESSES_VIEW (object);

  g_clear_handle_id (&self->fold_id, g_source_remove);
  g_clear_handle_id (&self->age_id, g_source_remove);
  lt_processes_view_forget_menu (self);
  if (self->model != NULL)
    lt_process_model_set_sorter (self->model, NULL);
  lt_processes_view_clear_rows (self);
  if (self->list != NULL)
    haul_process_list_stop (self->list);
  g_clear_object (&self->actions);
  g_clear_object (&self->model);
  g_clear_object (&self->list);

  G_OBJECT_CLASS (lt_processes_view_parent_class)->dispose (object);
}

static void
lt_processes_view_get_property (GObject    *object,
                                guint       prop_id,
                                GValue     *value,
                                GParamSpec *pspec)
{
  switch ((LtProcessesViewProperty) prop_id)
    {
    case PROP_COMPACT:
      g_value_set_boolean (value, LT_PROCESSES_VIEW (object)->compact);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
lt_processes_view_class_init (LtProcessesViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = lt_processes_view_dispose;
  object_class->get_property = lt_processes_view_get_property;
  widget_class->measure = lt_processes_view_measure;
  widget_class->size_allocate = lt_processes_view_size_allocate;
  widget_class->map = lt_processes_view_map;
  widget_class->unmap = lt_processes_view_unmap;
  widget_class->css_changed = lt_processes_view_css_changed;
  widget_class->grab_focus = lt_processes_view_grab_focus;

  properties[PROP_COMPACT] = g_param_spec_boolean ("compact", NULL, NULL, FALSE,
                                                   G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/longtasks/LongTasks/ui/lt-processes-view.ui");
  gtk_widget_class_bind_template_child (widget_class, LtProcessesView, scope_label);
  gtk_widget_class_bind_template_child (widget_class, LtProcessesView, entry);
  gtk_widget_class_bind_template_child (widget_class, LtProcessesView, freeze_button);
  gtk_widget_class_bind_template_child (widget_class, LtProcessesView, trouble);
  gtk_widget_class_bind_template_child (widget_class, LtProcessesView, trouble_label);
  gtk_widget_class_bind_template_child (widget_class, LtProcessesView, sort_menu);
  gtk_widget_class_bind_template_child (widget_class, LtProcessesView, columns_menu);
  gtk_widget_class_bind_template_child (widget_class, LtProcessesView, stack);
  gtk_widget_class_bind_template_child (widget_class, LtProcessesView, list_page);
  gtk_widget_class_bind_template_child (widget_class, LtProcessesView, no_match_page);
  gtk_widget_class_bind_template_child (widget_class, LtProcessesView, view);
  gtk_widget_class_bind_template_child (widget_class, LtProcessesView, scroller);
  gtk_widget_class_bind_template_child (widget_class, LtProcessesView, rows);
  gtk_widget_class_bind_template_child (widget_class, LtProcessesView, selection);
  gtk_widget_class_bind_template_child (widget_class, LtProcessesView, motion);
  gtk_widget_class_bind_template_child (widget_class, LtProcessesView, summary);
  gtk_widget_class_bind_template_child (widget_class, LtProcessesView, resume);
  gtk_widget_class_bind_template_callback (widget_class, search_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, stop_search_cb);
  gtk_widget_class_bind_template_callback_full (widget_class, "activate_cb", G_CALLBACK (lt_processes_view_activate));
  gtk_widget_class_bind_template_callback_full (widget_class, "key_pressed_cb", G_CALLBACK (lt_processes_view_key_pressed));
  gtk_widget_class_bind_template_callback_full (widget_class, "right_click_cb", G_CALLBACK (lt_processes_view_right_click));
  gtk_widget_class_bind_template_callback_full (widget_class, "long_press_cb", G_CALLBACK (lt_processes_view_long_press));
  gtk_widget_class_bind_template_callback_full (widget_class, "selected_cb", G_CALLBACK (lt_processes_view_selected));
  gtk_widget_class_bind_template_callback (widget_class, pointer_cb);
  gtk_widget_class_bind_template_callback (widget_class, resume_cb);
}

static void
lt_processes_view_init (LtProcessesView *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_widget_set_layout_manager (GTK_WIDGET (self), NULL);

  self->list = haul_process_list_new (HAUL_PROCESS_SCOPE_OWN);
  lt_process_columns_load_settings ();
  if (lt_settings_get () != NULL)
    haul_process_list_set_interval (self->list, g_settings_get_uint (lt_settings_get (), "processes-interval"));
  self->model = lt_process_model_new (self->list);
  lt_processes_view_add_columns (self);
  lt_processes_view_add_rows (self);
  add_actions (self);
  self->refreshed_at = g_get_monotonic_time ();
  g_signal_connect_object (self->list, "refreshed", G_CALLBACK (refreshed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->list, "notify::error", G_CALLBACK (error_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->list, "notify::frozen", G_CALLBACK (frozen_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->model, "notify::stale", G_CALLBACK (update_resume), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->model, "arranged", G_CALLBACK (update_pages), self, G_CONNECT_SWAPPED);
  if (lt_settings_get () != NULL)
    g_signal_connect_object (lt_settings_get (), "changed", G_CALLBACK (settings_changed_cb), self, G_CONNECT_SWAPPED);
  update_pages (self);
}

HaulProcessList *
lt_processes_view_get_list (LtProcessesView *self)
{
  g_return_val_if_fail (LT_IS_PROCESSES_VIEW (self), NULL);

  return self->list;
}

LtProcessModel *
lt_processes_view_get_model (LtProcessesView *self)
{
  g_return_val_if_fail (LT_IS_PROCESSES_VIEW (self), NULL);

  return self->model;
}

gboolean
lt_processes_view_get_compact (LtProcessesView *self)
{
  g_return_val_if_fail (LT_IS_PROCESSES_VIEW (self), FALSE);

  return self->compact;
}

void
lt_processes_view_find (LtProcessesView *self)
{
  g_return_if_fail (LT_IS_PROCESSES_VIEW (self));

  gtk_widget_grab_focus (GTK_WIDGET (self->entry));
}

void
lt_processes_view_search (LtProcessesView *self,
                          const char      *text)
{
  g_return_if_fail (LT_IS_PROCESSES_VIEW (self));

  gtk_editable_set_text (GTK_EDITABLE (self->entry), text);
}
