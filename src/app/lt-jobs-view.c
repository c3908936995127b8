/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-jobs-view.h"

#include <glib/gi18n.h>

#include "lt-job-details.h"
#include "lt-job-row.h"
#include "lt-job-text.h"

struct _LtJobsView
{
  AdwBin              parent_instance;

  GtkStack           *stack;
  GtkWidget          *pi_button;
  GtkMenuButton      *other_button;
  AdwFlap            *flap;
  LtJobDetails       *details;
  GtkStack           *list_stack;
  GtkWidget          *list_page;
  GtkWidget          *no_match_page;
  GtkListView        *list;
  GtkSingleSelection *selection;
  GtkFilterListModel *filtered;
  GtkBox             *bar;
  GtkWidget          *filters;
  GtkLabel           *status;
  GtkWidget          *awake;
  GtkButton          *filter_all;
  GtkButton          *filter_active;
  GtkButton          *filter_finished;
  GtkButton          *filter_problems;
  GtkWidget          *list_box;
  GtkSearchBar       *search_bar;
  GtkEditable        *search_entry;

  LtJobs             *jobs;      /* (owned) (nullable) */
  GtkFilter          *matcher;   /* (owned) */
  LtFilter            filter;
  GStrv               words;     /* (owned) (nullable) what is searched for, case-folded */
  HaulJob            *wanted;    /* (owned) (nullable) whose row gets the focus */
  guint               focus_id;
};

G_DEFINE_FINAL_TYPE (LtJobsView, lt_jobs_view, ADW_TYPE_BIN)

static gboolean
match_cb (gpointer item,
          gpointer user_data)
{
  LtJobsView *self = user_data;

  return lt_jobs_matches (item, self->filter) && (self->words == NULL || lt_job_text_matches (item, (const char * const *) self->words));
}

static void
set_filter_label (GtkButton  *button,
                  const char *word,
                  guint       count)
{
  g_autofree char *number = haul_format_count (count);
  g_autofree char *label = g_strdup_printf ("%s %s", word, number);

  gtk_button_set_label (button, label);
}

static void
update_pages (LtJobsView *self)
{
  guint n = self->jobs != NULL ? g_list_model_get_n_items (lt_jobs_get_model (self->jobs)) : 0;
  guint n_shown = g_list_model_get_n_items (G_LIST_MODEL (self->filtered));

  gtk_stack_set_visible_child_name (self->stack, n > 0 ? "jobs" : "empty");
  gtk_stack_set_visible_child (self->list_stack, n_shown > 0 || n == 0 ? self->list_page : self->no_match_page);
}

static void
counted_cb (LtJobsView *self)
{
  set_filter_label (self->filter_all, _("All"), lt_jobs_get_count (self->jobs, LT_FILTER_ALL));
  set_filter_label (self->filter_active, _("Active"), lt_jobs_get_count (self->jobs, LT_FILTER_ACTIVE));
  set_filter_label (self->filter_finished, _("Finished"), lt_jobs_get_count (self->jobs, LT_FILTER_FINISHED));
  set_filter_label (self->filter_problems, _("Problems"), lt_jobs_get_count (self->jobs, LT_FILTER_PROBLEMS));
  if (self->filter != LT_FILTER_ALL || self->words != NULL)
    gtk_filter_changed (self->matcher, GTK_FILTER_CHANGE_DIFFERENT);
  update_pages (self);
}

static void
status_cb (LtJobsView *self)
{
  gtk_label_set_label (self->status, lt_jobs_get_status (self->jobs));
}

static void
search_changed_cb (LtJobsView *self)
{
  const char *text = gtk_editable_get_text (self->search_entry);
  g_autofree char *folded = g_utf8_casefold (text, -1);

  g_clear_pointer (&self->words, g_strfreev);
  if (*text != '\0')
    self->words = g_strsplit_set (folded, " ", -1);
  gtk_filter_changed (self->matcher, GTK_FILTER_CHANGE_DIFFERENT);
  update_pages (self);
}

/* Escape has closed it: then keys are for the list again. */
static void
search_mode_cb (LtJobsView *self)
{
  if (!gtk_search_bar_get_search_mode (self->search_bar))
    gtk_widget_grab_focus (GTK_WIDGET (self));
}

static void
search_activate_cb (LtJobsView *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self->list));
}

static void
clear_filter_cb (GtkWidget  *widget,
                 const char *action,
                 GVariant   *parameter)
{
  gtk_search_bar_set_search_mode (LT_JOBS_VIEW (widget)->search_bar, FALSE);
  gtk_widget_activate_action (widget, "win.filter", "s", "all");
}

static void
selected_cb (LtJobsView *self)
{
  lt_job_details_set_job (self->details, lt_jobs_view_get_selected (self));
}

static void
activate_cb (LtJobsView *self)
{
  adw_flap_set_reveal_flap (self->flap, TRUE);
}

static LtJobRow *
find_focused_row (LtJobsView *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;
  GtkWidget *child;

  if (focus == NULL || !gtk_widget_is_ancestor (focus, GTK_WIDGET (self->list)))
    return NULL;
  child = gtk_widget_get_first_child (focus);
  if (child != NULL && LT_IS_JOB_ROW (child))
    return LT_JOB_ROW (child);
  return LT_JOB_ROW (gtk_widget_get_ancestor (focus, LT_TYPE_JOB_ROW));
}

static GtkWidget *
find_item (LtJobsView *self,
           HaulJob    *job)
{
  for (GtkWidget *item = gtk_widget_get_first_child (GTK_WIDGET (self->list)); item != NULL;
       item = gtk_widget_get_next_sibling (item))
    {
      GtkWidget *row = gtk_widget_get_first_child (item);

      if (row != NULL && LT_IS_JOB_ROW (row) && lt_job_row_get_job (LT_JOB_ROW (row)) == job)
        return item;
    }
  return NULL;
}

static gboolean
focus_cb (gpointer user_data)
{
  LtJobsView *self = user_data;
  GtkWidget *item = find_item (self, self->wanted);

  self->focus_id = 0;
  if (item != NULL)
    gtk_widget_grab_focus (item);
  g_clear_object (&self->wanted);
  return G_SOURCE_REMOVE;
}

static gboolean
popup_focused (LtJobsView *self)
{
  LtJobRow *row = find_focused_row (self);

  if (row == NULL)
    return GDK_EVENT_PROPAGATE;
  lt_job_row_popup_menu (row, gtk_widget_get_width (GTK_WIDGET (row)) / 2.0, gtk_widget_get_height (GTK_WIDGET (row)));
  return GDK_EVENT_STOP;
}

/* A key is meant for the row that has the focus, which need not be the selected one: others may have started a job. */
static void
select_focused (LtJobsView *self)
{
  LtJobRow *row = find_focused_row (self);

  if (row != NULL && lt_job_row_get_job (row) != lt_jobs_view_get_selected (self))
    lt_jobs_view_select (self, lt_job_row_get_job (row));
}

/* These keys mean something only in the list, and there before the list itself takes them; a button
 * in a row keeps its Space. */
static gboolean
key_pressed_cb (GtkEventControllerKey *controller,
                guint                  key,
                guint                  code,
                GdkModifierType        state,
                LtJobsView            *self)
{
  static const struct { guint key; GdkModifierType modifiers; const char *action; } keys[] = {
    { GDK_KEY_space, 0, "win.pause-resume" },
    { GDK_KEY_Delete, 0, "win.cancel-selected" },
    { GDK_KEY_KP_Delete, 0, "win.cancel-selected" },
    { GDK_KEY_Delete, GDK_SHIFT_MASK, "win.force-selected" },
    { GDK_KEY_KP_Delete, GDK_SHIFT_MASK, "win.force-selected" },
    { GDK_KEY_c, GDK_CONTROL_MASK, "win.copy-row" },
  };
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GdkModifierType modifiers = state & gtk_accelerator_get_default_mod_mask ();

  if (GTK_IS_BUTTON (gtk_root_get_focus (root)) && key == GDK_KEY_space)
    return GDK_EVENT_PROPAGATE;
  if (key == GDK_KEY_Escape && gtk_search_bar_get_search_mode (self->search_bar))
    {
      gtk_search_bar_set_search_mode (self->search_bar, FALSE);
      return GDK_EVENT_STOP;
    }
  if (key == GDK_KEY_Menu || (key == GDK_KEY_F10 && modifiers == GDK_SHIFT_MASK))
    return popup_focused (self);

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    if (keys[i].key == key && keys[i].modifiers == modifiers)
      {
        select_focused (self);
        return gtk_widget_activate_action (GTK_WIDGET (self), keys[i].action, NULL);
      }
  return GDK_EVENT_PROPAGATE;
}

static void
lt_jobs_view_dispose (GObject *object)
{
  LtJobsView *self = LT_JOBS_VIEW (object);

  if (self->jobs != NULL)
    g_signal_handlers_disconnect_by_data (self->jobs, self);
  g_clear_handle_id (&self->focus_id, g_source_remove);
  g_clear_object (&self->wanted);
  g_clear_object (&self->jobs);
  g_clear_object (&self->matcher);
  g_clear_pointer (&self->words, g_strfreev);

  G_OBJECT_CLASS (lt_jobs_view_parent_class)->dispose (object);
}

static gboolean
lt_jobs_view_grab_focus (GtkWidget *widget)
{
  LtJobsView *self = LT_JOBS_VIEW (widget);
  HaulJob *job = lt_jobs_view_get_selected (self);
  GtkWidget *item = job != NULL ? find_item (self, job) : NULL;

  if (g_strcmp0 (gtk_stack_get_visible_child_name (self->stack), "empty") == 0)
    return gtk_widget_grab_focus (self->pi_button);
  if (item != NULL)
    return gtk_widget_grab_focus (item);
  return gtk_widget_grab_focus (GTK_WIDGET (self->list));
}

static void
lt_jobs_view_class_init (LtJobsViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lt_jobs_view_dispose;
  widget_class->grab_focus = lt_jobs_view_grab_focus;

  gtk_widget_class_install_action (widget_class, "jobs.clear-filter", NULL, clear_filter_cb);

  g_type_ensure (LT_TYPE_JOB_DETAILS);
  g_type_ensure (LT_TYPE_JOB_ROW);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/longtasks/LongTasks/ui/lt-jobs-view.ui");
  gtk_widget_class_bind_template_child (widget_class, LtJobsView, stack);
  gtk_widget_class_bind_template_child (widget_class, LtJobsView, pi_button);
  gtk_widget_class_bind_template_child (widget_class, LtJobsView, other_button);
  gtk_widget_class_bind_template_child (widget_class, LtJobsView, flap);
  gtk_widget_class_bind_template_child (widget_class, LtJobsView, details);
  gtk_widget_class_bind_template_child (widget_class, LtJobsView, list_stack);
  gtk_widget_class_bind_template_child (widget_class, LtJobsView, list_page);
  gtk_widget_class_bind_template_child (widget_class, LtJobsView, no_match_page);
  gtk_widget_class_bind_template_child (widget_class, LtJobsView, list);
  gtk_widget_class_bind_template_child (widget_class, LtJobsView, selection);
  gtk_widget_class_bind_template_child (widget_class, LtJobsView, filtered);
  gtk_widget_class_bind_template_child (widget_class, LtJobsView, status);
  gtk_widget_class_bind_template_child (widget_class, LtJobsView, awake);
  gtk_widget_class_bind_template_child (widget_class, LtJobsView, bar);
  gtk_widget_class_bind_template_child (widget_class, LtJobsView, filters);
  gtk_widget_class_bind_template_child (widget_class, LtJobsView, filter_all);
  gtk_widget_class_bind_template_child (widget_class, LtJobsView, filter_active);
  gtk_widget_class_bind_template_child (widget_class, LtJobsView, filter_finished);
  gtk_widget_class_bind_template_child (widget_class, LtJobsView, filter_problems);
  gtk_widget_class_bind_template_child (widget_class, LtJobsView, list_box);
  gtk_widget_class_bind_template_child (widget_class, LtJobsView, search_bar);
  gtk_widget_class_bind_template_child (widget_class, LtJobsView, search_entry);
  gtk_widget_class_bind_template_callback (widget_class, search_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_mode_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_activate_cb);
  gtk_widget_class_bind_template_callback (widget_class, selected_cb);
  gtk_widget_class_bind_template_callback (widget_class, activate_cb);
  gtk_widget_class_bind_template_callback (widget_class, key_pressed_cb);
}

static void
lt_jobs_view_init (LtJobsView *self)
{
  g_autoptr(GMenuModel) menu = lt_jobs_view_build_task_menu ();
  GtkWidget *revealer;

  gtk_widget_init_template (GTK_WIDGET (self));

  gtk_menu_button_set_menu_model (self->other_button, menu);
  gtk_search_bar_connect_entry (self->search_bar, self->search_entry);
  gtk_search_bar_set_key_capture_widget (self->search_bar, self->list_box);
  /* Spaces that are typed while it slides in would be lost. */
  revealer = gtk_widget_get_first_child (GTK_WIDGET (self->search_bar));
  if (GTK_IS_REVEALER (revealer))
    gtk_revealer_set_transition_duration (GTK_REVEALER (revealer), 0);
  self->matcher = GTK_FILTER (gtk_custom_filter_new (match_cb, self, NULL));
  gtk_filter_list_model_set_filter (self->filtered, self->matcher);
  g_signal_connect_object (self->filtered, "items-changed", G_CALLBACK (update_pages), self, G_CONNECT_SWAPPED);
}

void
lt_jobs_view_set_jobs (LtJobsView *self,
                       LtJobs     *jobs)
{
  g_return_if_fail (LT_IS_JOBS_VIEW (self));
  g_return_if_fail (LT_IS_JOBS (jobs));
  g_return_if_fail (self->jobs == NULL);

  self->jobs = g_object_ref (jobs);
  g_signal_connect_swapped (jobs, "counted", G_CALLBACK (counted_cb), self);
  g_signal_connect_swapped (jobs, "notify::status", G_CALLBACK (status_cb), self);
  gtk_filter_list_model_set_model (self->filtered, lt_jobs_get_model (jobs));
  counted_cb (self);
}

void
lt_jobs_view_set_filter (LtJobsView *self,
                         LtFilter    filter)
{
  g_return_if_fail (LT_IS_JOBS_VIEW (self));
  g_return_if_fail (filter < LT_N_FILTERS);

  if (self->filter == filter)
    return;
  self->filter = filter;
  gtk_filter_changed (self->matcher, GTK_FILTER_CHANGE_DIFFERENT);
  update_pages (self);
}

HaulJob *
lt_jobs_view_get_selected (LtJobsView *self)
{
  g_return_val_if_fail (LT_IS_JOBS_VIEW (self), NULL);

  return gtk_single_selection_get_selected_item (self->selection);
}

void
lt_jobs_view_select (LtJobsView *self,
                     HaulJob    *job)
{
  guint n;

  g_return_if_fail (LT_IS_JOBS_VIEW (self));

  n = g_list_model_get_n_items (G_LIST_MODEL (self->selection));
  for (guint i = 0; i < n; i++)
    {
      g_autoptr(HaulJob) item = g_list_model_get_item (G_LIST_MODEL (self->selection), i);

      if (item != job)
        continue;
      gtk_single_selection_set_selected (self->selection, i);
      gtk_widget_activate_action (GTK_WIDGET (self->list), "list.scroll-to-item", "u", i);
      return;
    }
}

void
lt_jobs_view_focus (LtJobsView *self,
                    HaulJob    *job)
{
  g_return_if_fail (LT_IS_JOBS_VIEW (self));
  g_return_if_fail (HAUL_IS_JOB (job));

  lt_jobs_view_select (self, job);
  g_set_object (&self->wanted, job);
  if (self->focus_id != 0)
    return;
  /* Once its row is where the list has scrolled to. */
  self->focus_id = g_idle_add (focus_cb, self);
  g_source_set_name_by_id (self->focus_id, "[long-tasks] focus job");
}

void
lt_jobs_view_find (LtJobsView *self)
{
  GtkWidget *focus = gtk_root_get_focus (gtk_widget_get_root (GTK_WIDGET (self)));

  g_return_if_fail (LT_IS_JOBS_VIEW (self));

  if (focus != NULL && gtk_widget_is_ancestor (focus, GTK_WIDGET (self->details)))
    {
      lt_job_details_find (self->details);
      return;
    }
  if (g_strcmp0 (gtk_stack_get_visible_child_name (self->stack), "empty") == 0)
    return;
  gtk_search_bar_set_search_mode (self->search_bar, TRUE);
  gtk_widget_grab_focus (GTK_WIDGET (self->search_entry));
}

void
lt_jobs_view_set_compact (LtJobsView *self,
                          gboolean    compact)
{
  g_return_if_fail (LT_IS_JOBS_VIEW (self));

  gtk_orientable_set_orientation (GTK_ORIENTABLE (self->bar), compact ? GTK_ORIENTATION_VERTICAL : GTK_ORIENTATION_HORIZONTAL);
  gtk_label_set_xalign (self->status, compact ? 0 : 1);
  if (compact)
    gtk_widget_add_css_class (self->filters, "narrow");
  else
    gtk_widget_remove_css_class (self->filters, "narrow");
}

AdwFlap *
lt_jobs_view_get_flap (LtJobsView *self)
{
  g_return_val_if_fail (LT_IS_JOBS_VIEW (self), NULL);

  return self->flap;
}

void
lt_jobs_view_set_page (LtJobsView *self,
                       const char *name)
{
  g_return_if_fail (LT_IS_JOBS_VIEW (self));

  lt_job_details_set_page (self->details, name);
}

GListModel *
lt_jobs_view_get_shown (LtJobsView *self)
{
  g_return_val_if_fail (LT_IS_JOBS_VIEW (self), NULL);

  return G_LIST_MODEL (self->filtered);
}

GtkWidget *
lt_jobs_view_get_list (LtJobsView *self)
{
  g_return_val_if_fail (LT_IS_JOBS_VIEW (self), NULL);

  return GTK_WIDGET (self->list);
}

GtkWidget *
lt_jobs_view_get_awake (LtJobsView *self)
{
  g_return_val_if_fail (LT_IS_JOBS_VIEW (self), NULL);

  return self->awake;
}

GMenuModel *
lt_jobs_view_build_task_menu (void)
{
  GMenu *menu = g_menu_new ();
  const HaulTask * const *tasks = haul_tasks_list ();

  for (guint i = 0; tasks != NULL && tasks[i] != NULL; i++)
    {
      g_autofree char *label = g_strdup_printf (_("%s…"), _(tasks[i]->title));
      g_autoptr(GMenuItem) item = g_menu_item_new (label, NULL);

      g_menu_item_set_action_and_target (item, "app.new-job", "s", tasks[i]->id);
      g_menu_append_item (menu, item);
    }
  return G_MENU_MODEL (menu);
}
