/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-leave-dialog.h"

#include <glib/gi18n.h>

#include "lt-job-text.h"

/* Between two looks at the progress of all jobs in it. */
#define TICK_MS 250

/* More rows than these are counted, not shown. */
#define MAX_ROWS 50

struct _LtLeaveDialog
{
  AdwWindow   parent_instance;

  GtkWidget  *waited_group;
  GtkListBox *waited;
  GtkWidget  *daemons_group;
  GtkListBox *daemons;
  GtkWidget  *wait_button;
  GtkWidget  *background_button;

  GPtrArray  *rows;      /* (owned) of GtkWidget (unowned), each with its job */
  guint       tick_id;
};

enum { LEAVE, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LtLeaveDialog, lt_leave_dialog, ADW_TYPE_WINDOW)

#define JOB_KEY "lt-job"
#define BAR_KEY "lt-bar"

static void
update_row (GtkWidget *row)
{
  HaulJob *job = g_object_get_data (G_OBJECT (row), JOB_KEY);
  GtkWidget *bar = g_object_get_data (G_OBJECT (row), BAR_KEY);
  g_autofree char *caption = lt_job_text_caption (job);
  g_autofree char *spoken = lt_job_text_accessible (job);
  gboolean has_bar = haul_job_is_active (job) && haul_job_get_fraction (job) >= 0;

  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), caption);
  gtk_widget_set_visible (bar, has_bar);
  if (has_bar)
    gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (bar), haul_job_get_fraction (job));
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
}

static gboolean
tick_cb (gpointer user_data)
{
  LtLeaveDialog *self = user_data;

  for (guint i = 0; i < self->rows->len; i++)
    update_row (self->rows->pdata[i]);
  return G_SOURCE_CONTINUE;
}

static void
add_row (LtLeaveDialog *self,
         GtkListBox    *list,
         HaulJob       *job)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *bar = gtk_progress_bar_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), haul_job_get_title (job));
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 2);
  gtk_widget_set_valign (bar, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (bar, "short");
  gtk_accessible_update_property (GTK_ACCESSIBLE (bar), GTK_ACCESSIBLE_PROPERTY_LABEL, haul_job_get_title (job), -1);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), bar);
  g_object_set_data_full (G_OBJECT (row), JOB_KEY, g_object_ref (job), g_object_unref);
  g_object_set_data (G_OBJECT (row), BAR_KEY, bar);
  gtk_list_box_append (list, row);
  g_ptr_array_add (self->rows, row);
  update_row (row);
}

static void
add_more_row (GtkListBox *list,
              guint       n)
{
  g_autofree char *title = g_strdup_printf (ngettext ("And %u more", "And %u more", n), n);
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  gtk_list_box_append (list, row);
}

static void
fill (LtLeaveDialog *self,
      LtJobs        *jobs)
{
  GListModel *model = lt_jobs_get_model (jobs);
  GtkListBox *lists[] = { self->waited, self->daemons };
  guint n[2] = { 0, 0 };

  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr(HaulJob) job = g_list_model_get_item (model, i);
      guint which = haul_job_get_daemon (job);

      if (haul_job_is_active (job) && n[which]++ < MAX_ROWS)
        add_row (self, lists[which], job);
    }
  for (guint i = 0; i < 2; i++)
    if (n[i] > MAX_ROWS)
      add_more_row (lists[i], n[i] - MAX_ROWS);
  gtk_widget_set_visible (self->waited_group, n[0] > 0);
  gtk_widget_set_visible (self->daemons_group, n[1] > 0);
}

static void
leave (LtLeaveDialog *self,
       LtLeave        how)
{
  g_signal_emit (self, signals[LEAVE], 0, how);
}

static void
wait_clicked_cb (LtLeaveDialog *self)
{
  gtk_window_set_title (GTK_WINDOW (self), _("Waiting for Jobs…"));
  gtk_widget_set_visible (self->wait_button, FALSE);
  leave (self, LT_LEAVE_WAIT);
}

static void
background_clicked_cb (LtLeaveDialog *self)
{
  leave (self, LT_LEAVE_BACKGROUND);
}

static void
stop_clicked_cb (LtLeaveDialog *self)
{
  leave (self, LT_LEAVE_STOP);
}

static void
lt_leave_dialog_dispose (GObject *object)
{
  LtLeaveDialog *self = LT_LEAVE_DIALOG (object);

  g_clear_handle_id (&self->tick_id, g_source_remove);
  g_clear_pointer (&self->rows, g_ptr_array_unref);

  G_OBJECT_CLASS (lt_leave_dialog_parent_class)->dispose (object);
}

static void
lt_leave_dialog_class_init (LtLeaveDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lt_leave_dialog_dispose;

  signals[LEAVE] = g_signal_new ("leave", LT_TYPE_LEAVE_DIALOG, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 1, G_TYPE_UINT);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/longtasks/LongTasks/ui/lt-leave-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, LtLeaveDialog, waited_group);
  gtk_widget_class_bind_template_child (widget_class, LtLeaveDialog, waited);
  gtk_widget_class_bind_template_child (widget_class, LtLeaveDialog, daemons_group);
  gtk_widget_class_bind_template_child (widget_class, LtLeaveDialog, daemons);
  gtk_widget_class_bind_template_child (widget_class, LtLeaveDialog, wait_button);
  gtk_widget_class_bind_template_child (widget_class, LtLeaveDialog, background_button);
  gtk_widget_class_bind_template_callback (widget_class, wait_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, background_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, stop_clicked_cb);
}

static void
lt_leave_dialog_init (LtLeaveDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));

  self->rows = g_ptr_array_new ();
  self->tick_id = g_timeout_add (TICK_MS, tick_cb, self);
  g_source_set_name_by_id (self->tick_id, "[long-tasks] leaving");
}

LtLeaveDialog *
lt_leave_dialog_new (GtkWindow *parent,
                     LtJobs    *jobs)
{
  LtLeaveDialog *self;

  g_return_val_if_fail (LT_IS_JOBS (jobs), NULL);

  self = g_object_new (LT_TYPE_LEAVE_DIALOG, "transient-for", parent, NULL);
  fill (self, jobs);
  return self;
}
