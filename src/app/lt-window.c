/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-window.h"

#include <glib/gi18n.h>

#include "lt-application.h"
#include "lt-heartbeat.h"
#include "lt-hint-bar.h"
#include "lt-jobs-exchange.h"
#include "lt-jobs-view.h"
#include "lt-new-job-dialog.h"
#include "lt-selected-actions.h"
#include "lt-settings.h"

/* Takes some twenty seconds on a machine of today: long enough to watch, to pause and to cancel. */
#define PI_DIGITS 30000000

/* px; above it the header bar has room for the strip of the heartbeat. */
#define NARROW 600

struct _LtWindow
{
  AdwApplicationWindow parent_instance;

  AdwViewSwitcherTitle *title;
  LtHeartbeat         *heartbeat;
  GtkMenuButton       *new_button;
  GtkWidget           *details_button;
  LtHintBar           *hints;
  AdwToastOverlay     *toasts;
  AdwViewStack        *views;
  LtJobsView          *jobs_view;
  LtProcessesView     *processes_view;
  LtTimelineView      *timeline_view;
  LtLabView           *lab_view;

  LtJobs              *jobs;        /* (owned) */
  AdwToast            *undo;        /* (owned) (nullable) that offers to undo what was done last */
  gboolean             folded;      /* as of the last fold_cb() */
  gboolean             narrow;      /* likewise */
  guint                fold_id;
};

G_DEFINE_FINAL_TYPE (LtWindow, lt_window, ADW_TYPE_APPLICATION_WINDOW)

static gboolean
shows (LtWindow   *self,
       const char *view)
{
  return g_strcmp0 (adw_view_stack_get_visible_child_name (self->views), view) == 0;
}

static const char * const filter_names[LT_N_FILTERS] = { "all", "active", "finished", "problems" };

static void
calculate_pi_cb (GSimpleAction *action,
                 GVariant      *parameter,
                 gpointer       user_data)
{
  lt_window_calculate_pi (LT_WINDOW (user_data));
}

static void
new_menu_cb (GSimpleAction *action,
             GVariant      *parameter,
             gpointer       user_data)
{
  gtk_menu_button_popup (LT_WINDOW (user_data)->new_button);
}

static void
repeat_last_cb (GSimpleAction *action,
                GVariant      *parameter,
                gpointer       user_data)
{
  LtWindow *self = LT_WINDOW (user_data);
  g_autoptr(HaulJob) job = g_list_model_get_item (lt_jobs_get_model (self->jobs), 0);

  if (job != NULL)
    gtk_widget_activate_action (GTK_WIDGET (self), "app.start-again", "u", haul_job_get_id (job));
  else
    lt_window_calculate_pi (self);
}

static void
show_page_cb (GSimpleAction *action,
              GVariant      *parameter,
              gpointer       user_data)
{
  lt_window_set_page (LT_WINDOW (user_data), g_variant_get_string (parameter, NULL));
}

static void
show_details_cb (GSimpleAction *action,
                 GVariant      *parameter,
                 gpointer       user_data)
{
  LtWindow *self = LT_WINDOW (user_data);

  if (shows (self, "processes"))
    lt_processes_view_show_properties (self->processes_view);
  if (shows (self, "processes") || lt_window_get_selected (self) == NULL)
    return;
  adw_flap_set_reveal_flap (lt_jobs_view_get_flap (self->jobs_view), TRUE);
  lt_jobs_view_set_page (self->jobs_view, "details");
}

static void
find_cb (GSimpleAction *action,
         GVariant      *parameter,
         gpointer       user_data)
{
  LtWindow *self = LT_WINDOW (user_data);

  if (shows (self, "processes"))
    lt_processes_view_find (self->processes_view);
  else if (shows (self, "lab"))
    lt_lab_view_find (self->lab_view);
  else if (shows (self, "jobs"))
    lt_jobs_view_find (self->jobs_view);
}

static void
freeze_cb (GSimpleAction *action,
           GVariant      *parameter,
           gpointer       user_data)
{
  (void) gtk_widget_activate_action (GTK_WIDGET (LT_WINDOW (user_data)->processes_view), "processes.freeze", NULL);
}

static void
refresh_cb (GSimpleAction *action,
            GVariant      *parameter,
            gpointer       user_data)
{
  (void) gtk_widget_activate_action (GTK_WIDGET (LT_WINDOW (user_data)->processes_view), "processes.refresh", NULL);
}

static void
change_filter_cb (GSimpleAction *action,
                  GVariant      *state,
                  gpointer       user_data)
{
  LtWindow *self = LT_WINDOW (user_data);

  for (guint i = 0; i < LT_N_FILTERS; i++)
    if (g_str_equal (filter_names[i], g_variant_get_string (state, NULL)))
      {
        lt_jobs_view_set_filter (self->jobs_view, i);
        g_simple_action_set_state (action, state);
        if (lt_settings_get () != NULL)
          g_settings_set_value (lt_settings_get (), "filter", state);
        return;
      }
}

static void
export_jobs_cb (GSimpleAction *action,
                GVariant      *parameter,
                gpointer       user_data)
{
  lt_jobs_exchange_export (user_data, lt_jobs_view_get_shown (LT_WINDOW (user_data)->jobs_view));
}

static void
import_jobs_cb (GSimpleAction *action,
                GVariant      *parameter,
                gpointer       user_data)
{
  lt_jobs_exchange_import (user_data, LT_WINDOW (user_data)->jobs);
}

static void
close_cb (GSimpleAction *action,
          GVariant      *parameter,
          gpointer       user_data)
{
  gtk_window_close (GTK_WINDOW (user_data));
}

static const GActionEntry entries[] = {
  { "calculate-pi", calculate_pi_cb },
  { "new-menu", new_menu_cb },
  { "repeat-last", repeat_last_cb },
  { "show-page", show_page_cb, "s" },
  { "show-details", show_details_cb },
  { "find", find_cb },
  { "freeze", freeze_cb },
  { "refresh", refresh_cb },
  { "filter", NULL, "s", "'all'", change_filter_cb },
  { "export-jobs", export_jobs_cb },
  { "import-jobs", import_jobs_cb },
  { "close", close_cb },
};

/* Closing the last window ends the app; jobs that still run are asked about first. */
static gboolean
lt_window_close_request (GtkWindow *window)
{
  LtApplication *application = LT_APPLICATION (gtk_window_get_application (window));

  if (application != NULL && !lt_application_may_close (application))
    return GDK_EVENT_STOP;
  return GTK_WINDOW_CLASS (lt_window_parent_class)->close_request (window);
}

/* Without a job there is nothing to show the details of. In other views the button keeps its place, so that
 * the switcher of views does not move away from the pointer; a narrow window has that at the bottom. */
static void
update_details_button (LtWindow *self)
{
  gboolean in_place = shows (self, "jobs");

  gtk_widget_set_visible (self->details_button, g_list_model_get_n_items (lt_jobs_get_model (self->jobs)) > 0
                          && (in_place || !self->narrow));
  gtk_widget_set_sensitive (self->details_button, in_place);
}

static gboolean
fold_cb (gpointer user_data)
{
  LtWindow *self = user_data;
  AdwFlap *flap = lt_jobs_view_get_flap (self->jobs_view);

  self->fold_id = 0;
  self->narrow = gtk_widget_get_width (GTK_WIDGET (self)) < NARROW;
  lt_heartbeat_set_compact (self->heartbeat, self->narrow);
  update_details_button (self);
  if (!shows (self, "jobs"))
    return G_SOURCE_REMOVE;
  self->folded = adw_flap_get_folded (flap);
  lt_jobs_view_set_compact (self->jobs_view, self->folded);
  if (!self->folded)
    adw_flap_set_reveal_flap (flap, lt_settings_get_details ());
  return G_SOURCE_REMOVE;
}

/* Later: it folds in the middle of a size allocation, when nothing may change its size. */
static void
folded_cb (LtWindow *self)
{
  if (self->fold_id != 0)
    return;
  self->fold_id = g_idle_add (fold_cb, self);
  g_source_set_name_by_id (self->fold_id, "[long-tasks] fold");
}

/* By the width alone, and not by what there is room for: what follows from the room would change it. */
static void
lt_window_size_allocate (GtkWidget *widget,
                         int        width,
                         int        height,
                         int        baseline)
{
  LtWindow *self = LT_WINDOW (widget);

  GTK_WIDGET_CLASS (lt_window_parent_class)->size_allocate (widget, width, height, baseline);
  if (self->narrow != (width < NARROW))
    folded_cb (self);
}

/* Only what people choose is kept: a narrow window hides the pane by itself, and a wide one shows it. */
static void
revealed_cb (LtWindow *self)
{
  AdwFlap *flap = lt_jobs_view_get_flap (self->jobs_view);

  if (!self->folded && !adw_flap_get_folded (flap) && lt_settings_get () != NULL)
    g_settings_set_boolean (lt_settings_get (), "show-details", adw_flap_get_reveal_flap (flap));
}

/* Keys go to what is seen. */
static void
view_changed_cb (LtWindow *self)
{
  if (shows (self, "timeline"))
    lt_timeline_view_focus (self->timeline_view);
  update_details_button (self);
  folded_cb (self);
}

static void
lt_window_dispose (GObject *object)
{
  LtWindow *self = LT_WINDOW (object);

  g_clear_handle_id (&self->fold_id, g_source_remove);
  g_clear_object (&self->jobs);
  g_clear_object (&self->undo);

  G_OBJECT_CLASS (lt_window_parent_class)->dispose (object);
}

static void
lt_window_class_init (LtWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lt_window_dispose;
  GTK_WINDOW_CLASS (klass)->close_request = lt_window_close_request;
  widget_class->size_allocate = lt_window_size_allocate;

  g_type_ensure (LT_TYPE_HEARTBEAT);
  g_type_ensure (LT_TYPE_HINT_BAR);
  g_type_ensure (LT_TYPE_JOBS_VIEW);
  g_type_ensure (LT_TYPE_LAB_VIEW);
  g_type_ensure (LT_TYPE_PROCESSES_VIEW);
  g_type_ensure (LT_TYPE_TIMELINE_VIEW);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/longtasks/LongTasks/ui/lt-window.ui");
  gtk_widget_class_bind_template_child (widget_class, LtWindow, title);
  gtk_widget_class_bind_template_child (widget_class, LtWindow, heartbeat);
  gtk_widget_class_bind_template_child (widget_class, LtWindow, new_button);
  gtk_widget_class_bind_template_child (widget_class, LtWindow, details_button);
  gtk_widget_class_bind_template_child (widget_class, LtWindow, hints);
  gtk_widget_class_bind_template_child (widget_class, LtWindow, toasts);
  gtk_widget_class_bind_template_child (widget_class, LtWindow, views);
  gtk_widget_class_bind_template_child (widget_class, LtWindow, jobs_view);
  gtk_widget_class_bind_template_child (widget_class, LtWindow, processes_view);
  gtk_widget_class_bind_template_child (widget_class, LtWindow, timeline_view);
  gtk_widget_class_bind_template_child (widget_class, LtWindow, lab_view);
}

/* For a class to read from afar. */
static void
fullscreened_cb (LtWindow *self)
{
  if (gtk_window_is_fullscreen (GTK_WINDOW (self)))
    gtk_widget_add_css_class (GTK_WIDGET (self), "projector");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "projector");
}

static void
bind_settings (LtWindow *self)
{
  GSettings *settings = lt_settings_get ();
  g_autoptr(GVariant) filter = NULL;
  g_autofree char *view = NULL;

  if (settings == NULL)
    return;
  g_settings_bind (settings, "window-width", self, "default-width", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, "window-height", self, "default-height", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, "window-maximized", self, "maximized", G_SETTINGS_BIND_DEFAULT);
  view = g_settings_get_string (settings, "view");
  if (adw_view_stack_get_child_by_name (self->views, view) != NULL)
    adw_view_stack_set_visible_child_name (self->views, view);
  g_settings_bind (settings, "view", self->views, "visible-child-name", G_SETTINGS_BIND_SET);
  filter = g_settings_get_value (settings, "filter");
  g_action_group_change_action_state (G_ACTION_GROUP (self), "filter", filter);
  adw_flap_set_reveal_flap (lt_jobs_view_get_flap (self->jobs_view), lt_settings_get_details ());
}

static void
lt_window_init (LtWindow *self)
{
  g_autoptr(GMenuModel) menu = lt_jobs_view_build_task_menu ();
  g_autoptr(GPropertyAction) details = NULL;
  g_autoptr(GPropertyAction) view = NULL;
  g_autoptr(GPropertyAction) projector = NULL;
  AdwFlap *flap;

  gtk_widget_init_template (GTK_WIDGET (self));
  self->narrow = TRUE;

  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  lt_selected_actions_add (self);
  gtk_menu_button_set_menu_model (self->new_button, menu);
  flap = lt_jobs_view_get_flap (self->jobs_view);
  details = g_property_action_new ("toggle-details", flap, "reveal-flap");
  g_action_map_add_action (G_ACTION_MAP (self), G_ACTION (details));
  view = g_property_action_new ("view", self->views, "visible-child-name");
  g_action_map_add_action (G_ACTION_MAP (self), G_ACTION (view));
  projector = g_property_action_new ("projector", self, "fullscreened");
  g_action_map_add_action (G_ACTION_MAP (self), G_ACTION (projector));
  g_signal_connect (self, "notify::fullscreened", G_CALLBACK (fullscreened_cb), NULL);
  bind_settings (self);
  g_signal_connect_object (flap, "notify::folded", G_CALLBACK (folded_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (flap, "notify::reveal-flap", G_CALLBACK (revealed_cb), self, G_CONNECT_SWAPPED);
}

LtWindow *
lt_window_new (GtkApplication *application,
               LtJobs         *jobs)
{
  LtWindow *self;

  g_return_val_if_fail (LT_IS_JOBS (jobs), NULL);

  self = g_object_new (LT_TYPE_WINDOW, "application", application, NULL);
  self->jobs = g_object_ref (jobs);
  g_object_bind_property (jobs, "summary", self->title, "subtitle", G_BINDING_SYNC_CREATE);
  lt_jobs_view_set_jobs (self->jobs_view, jobs);
  lt_timeline_view_set_jobs (self->timeline_view, jobs, lt_heartbeat_get_heart (self->heartbeat));
  if (LT_IS_APPLICATION (application) && lt_application_get_awake (LT_APPLICATION (application)) != NULL)
    g_object_bind_property (lt_application_get_awake (LT_APPLICATION (application)), "active",
                            lt_jobs_view_get_awake (self->jobs_view), "visible", G_BINDING_SYNC_CREATE);
  g_signal_connect_object (lt_jobs_get_model (jobs), "items-changed", G_CALLBACK (update_details_button), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->views, "notify::visible-child", G_CALLBACK (view_changed_cb), self, G_CONNECT_SWAPPED);
  update_details_button (self);
  gtk_widget_grab_focus (GTK_WIDGET (self->jobs_view));
  return self;
}

HaulJob *
lt_window_get_selected (LtWindow *self)
{
  g_return_val_if_fail (LT_IS_WINDOW (self), NULL);

  return lt_jobs_view_get_selected (self->jobs_view);
}

void
lt_window_select (LtWindow *self,
                  HaulJob  *job)
{
  g_return_if_fail (LT_IS_WINDOW (self));

  lt_jobs_view_select (self->jobs_view, job);
}

LtProcessesView *
lt_window_get_processes_view (LtWindow *self)
{
  g_return_val_if_fail (LT_IS_WINDOW (self), NULL);

  return self->processes_view;
}

LtTimelineView *
lt_window_get_timeline_view (LtWindow *self)
{
  g_return_val_if_fail (LT_IS_WINDOW (self), NULL);

  return self->timeline_view;
}

void
lt_window_show_in_timeline (LtWindow *self,
                            HaulJob  *job)
{
  g_return_if_fail (LT_IS_WINDOW (self));
  g_return_if_fail (HAUL_IS_JOB (job));

  adw_view_stack_set_visible_child_name (self->views, "timeline");
  lt_timeline_view_show_job (self->timeline_view, job);
  lt_timeline_view_focus (self->timeline_view);
}

LtLabView *
lt_window_get_lab_view (LtWindow *self)
{
  g_return_val_if_fail (LT_IS_WINDOW (self), NULL);

  return self->lab_view;
}

void
lt_window_set_page (LtWindow   *self,
                    const char *name)
{
  g_return_if_fail (LT_IS_WINDOW (self));

  lt_jobs_view_set_page (self->jobs_view, name);
}

static AdwToast *
create_toast (const char *text,
              const char *label,
              const char *action)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);
  AdwToast *toast = adw_toast_new (escaped);

  if (action != NULL)
    {
      adw_toast_set_button_label (toast, label);
      adw_toast_set_detailed_action_name (toast, action);
    }
  return toast;
}

void
lt_window_toast (LtWindow   *self,
                 const char *text,
                 const char *label,
                 const char *action)
{
  g_return_if_fail (LT_IS_WINDOW (self));

  adw_toast_overlay_add_toast (self->toasts, create_toast (text, label, action));
}

/* In a queue its button would undo what a later one tells of. */
void
lt_window_toast_undo (LtWindow   *self,
                      const char *text,
                      const char *action)
{
  g_return_if_fail (LT_IS_WINDOW (self));

  if (self->undo != NULL)
    adw_toast_dismiss (self->undo);
  g_clear_object (&self->undo);
  if (text == NULL)
    return;
  self->undo = create_toast (text, _("_Undo"), action);
  adw_toast_overlay_add_toast (self->toasts, g_object_ref (self->undo));
}

static void
start (LtWindow       *self,
       const HaulTask *task,
       GVariant       *arguments,
       const LtJobOptions *options)
{
  g_autoptr(GError) error = NULL;
  HaulJob *job = lt_jobs_start (self->jobs, task, arguments, options, &error);

  if (job == NULL)
    {
      lt_window_toast (self, error->message, NULL, NULL);
      return;
    }
  lt_hint_bar_follow (self->hints, job);
  lt_jobs_view_focus (self->jobs_view, job);
}

static void
form_start_cb (LtNewJobDialog *form,
               LtWindow       *self)
{
  LtJobOptions options;

  lt_new_job_dialog_get_options (form, &options);
  start (self, lt_new_job_dialog_get_task (form), lt_new_job_dialog_get_arguments (form), &options);
}

void
lt_window_present_form (LtWindow       *self,
                        const HaulTask *task,
                        HaulJob        *like)
{
  LtNewJobDialog *form;

  g_return_if_fail (LT_IS_WINDOW (self));
  g_return_if_fail (task != NULL);

  form = lt_new_job_dialog_new (task, like);
  gtk_window_set_transient_for (GTK_WINDOW (form), GTK_WINDOW (self));
  g_signal_connect_object (form, "start", G_CALLBACK (form_start_cb), self, 0);
  gtk_window_present (GTK_WINDOW (form));
}

/* As many digits as are worth watching, or on a small machine as many as there is memory for. */
void
lt_window_calculate_pi (LtWindow *self)
{
  const LtJobOptions options = LT_JOB_OPTIONS_INIT;
  const HaulTask *task = haul_task_lookup ("pi", NULL);

  g_return_if_fail (LT_IS_WINDOW (self));
  g_return_if_fail (task != NULL);

  for (gint64 digits = PI_DIGITS; digits > 0; digits /= 2)
    {
      g_autoptr(GVariant) arguments = NULL;
      GVariantDict dict;

      g_variant_dict_init (&dict, NULL);
      g_variant_dict_insert (&dict, "digits", "x", digits);
      arguments = haul_task_complete (task, g_variant_dict_end (&dict), NULL);
      if (arguments == NULL || (!haul_task_check_memory (task, arguments, NULL) && digits > 1))
        continue;
      start (self, task, arguments, &options);
      return;
    }
}
