/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-new-job-dialog.h"

#include <glib/gi18n.h>

#include "lt-settings.h"

struct _LtNewJobDialog
{
  AdwWindow       parent_instance;

  GtkWidget      *start_button;
  GtkLabel       *summary;
  GtkBox         *params;
  AdwComboRow    *run_in;
  AdwComboRow    *priority;
  GtkSwitch      *daemon;
  GtkWidget      *hold_row;
  GtkSwitch      *hold;
  GtkLabel       *run_note;
  GtkLabel       *message;

  const HaulTask *task;
  GVariant       *arguments;   /* (owned) (nullable): complete, NULL while something is wrong */
};

/* As the combo row lists them. */
static const int nices[] = { 19, 10, 0 };

enum { START, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LtNewJobDialog, lt_new_job_dialog, ADW_TYPE_WINDOW)

static LtRunIn
get_run_in (LtNewJobDialog *self)
{
  return MIN (adw_combo_row_get_selected (self->run_in), LT_RUN_IN_WINDOW);
}

static int
get_nice (LtNewJobDialog *self)
{
  return nices[MIN (adw_combo_row_get_selected (self->priority), G_N_ELEMENTS (nices) - 1)];
}

static const char *
describe_run_in (LtNewJobDialog *self)
{
  switch (get_run_in (self))
    {
    case LT_RUN_IN_THREAD:
      return self->task->thread_note != NULL
             ? _(self->task->thread_note)
             : _("Cannot be paused or stopped by force; if it crashes, so does this app");

    case LT_RUN_IN_POOL:
      return self->task->divide != NULL
             ? _("Split into parts that the workers of the pool run at the same time, each in a process of its own")
             : _("As one part, in a worker process of the pool that is there already, or waits for the next job");

    case LT_RUN_IN_WINDOW:
      return _("Freezes this window until it is done: nothing can be pressed, and nothing is drawn");

    case LT_RUN_IN_PROCESS:
    case LT_N_RUN_IN:
    default:
      return get_nice (self) == 19
             ? _("Can be paused and stopped at any moment, and makes way for everything else")
             : _("Can be paused and stopped at any moment");
    }
}

/* What is typed into all fields, or NULL with the message below the field that is wrong. */
static GVariant *
collect (LtNewJobDialog *self)
{
  g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);
  gboolean valid = TRUE;

  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self->params)); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      LtParamRow *row = LT_PARAM_ROW (child);
      g_autoptr(GError) error = NULL;
      g_autoptr(GVariant) value = lt_param_row_dup_value (row, &error);

      lt_param_row_set_error (row, value == NULL ? error->message : NULL);
      if (value == NULL)
        valid = FALSE;
      else
        g_variant_builder_add (&builder, "{sv}", lt_param_row_get_param (row)->name, value);
    }
  return valid ? g_variant_ref_sink (g_variant_builder_end (&builder)) : NULL;
}

static void
set_message (LtNewJobDialog *self,
             const char     *text,
             gboolean        wrong)
{
  gtk_label_set_label (self->message, text != NULL ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (self->message), text != NULL);
  if (wrong)
    {
      gtk_widget_add_css_class (GTK_WIDGET (self->message), "error");
      gtk_widget_remove_css_class (GTK_WIDGET (self->message), "dim-label");
    }
  else
    {
      gtk_widget_remove_css_class (GTK_WIDGET (self->message), "error");
      gtk_widget_add_css_class (GTK_WIDGET (self->message), "dim-label");
    }
}

static void
show_memory (LtNewJobDialog *self)
{
  g_autofree char *size = NULL;
  g_autofree char *text = NULL;

  if (self->task->estimate_memory == NULL)
    {
      set_message (self, NULL, FALSE);
      return;
    }
  size = lt_settings_format_size (self->task->estimate_memory (self->arguments));
  text = g_strdup_printf (_("Needs about %s of memory"), size);
  set_message (self, text, FALSE);
}

static gboolean
can_run_there (LtNewJobDialog  *self,
               GError         **error)
{
  LtRunIn run_in = get_run_in (self);

  if (!self->task->own_process || run_in == LT_RUN_IN_PROCESS || run_in == LT_RUN_IN_POOL)
    return TRUE;
  g_set_error_literal (error, HAUL_ERROR, HAUL_ERROR_START, _("This needs a process of its own: run it in a process, or in the pool"));
  return FALSE;
}

static void
validate (LtNewJobDialog *self)
{
  g_autoptr(GVariant) typed = collect (self);
  g_autoptr(GVariant) complete = NULL;
  g_autoptr(GError) error = NULL;

  if (self->task == NULL)
    return;

  if (typed != NULL)
    complete = haul_task_complete (self->task, typed, &error);
  if (complete != NULL && !haul_task_check_memory (self->task, complete, &error))
    g_clear_pointer (&complete, g_variant_unref);
  if (complete != NULL && !can_run_there (self, &error))
    g_clear_pointer (&complete, g_variant_unref);
  g_clear_pointer (&self->arguments, g_variant_unref);
  self->arguments = g_steal_pointer (&complete);

  gtk_widget_set_sensitive (self->start_button, self->arguments != NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->priority), get_run_in (self) == LT_RUN_IN_PROCESS);
  gtk_widget_set_visible (self->hold_row, get_run_in (self) == LT_RUN_IN_PROCESS);
  gtk_label_set_label (self->run_note, describe_run_in (self));
  if (self->arguments != NULL)
    show_memory (self);
  else
    set_message (self, error != NULL ? error->message : NULL, TRUE);
}

static void
start_clicked_cb (LtNewJobDialog *self)
{
  if (self->arguments == NULL)
    return;
  g_object_ref (self);
  g_signal_emit (self, signals[START], 0);
  gtk_window_close (GTK_WINDOW (self));
  g_object_unref (self);
}

/* The first field has the focus, not Cancel. Earlier than here its window would get no accessible role. */
static void
lt_new_job_dialog_map (GtkWidget *widget)
{
  GtkWidget *first = gtk_widget_get_first_child (GTK_WIDGET (LT_NEW_JOB_DIALOG (widget)->params));

  GTK_WIDGET_CLASS (lt_new_job_dialog_parent_class)->map (widget);

  if (first != NULL)
    gtk_widget_grab_focus (first);
}

static void
lt_new_job_dialog_dispose (GObject *object)
{
  LtNewJobDialog *self = LT_NEW_JOB_DIALOG (object);

  g_clear_pointer (&self->arguments, g_variant_unref);

  G_OBJECT_CLASS (lt_new_job_dialog_parent_class)->dispose (object);
}

static void
lt_new_job_dialog_class_init (LtNewJobDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lt_new_job_dialog_dispose;
  widget_class->map = lt_new_job_dialog_map;

  signals[START] = g_signal_new ("start", LT_TYPE_NEW_JOB_DIALOG, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/longtasks/LongTasks/ui/lt-new-job-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, LtNewJobDialog, start_button);
  gtk_widget_class_bind_template_child (widget_class, LtNewJobDialog, summary);
  gtk_widget_class_bind_template_child (widget_class, LtNewJobDialog, params);
  gtk_widget_class_bind_template_child (widget_class, LtNewJobDialog, run_in);
  gtk_widget_class_bind_template_child (widget_class, LtNewJobDialog, priority);
  gtk_widget_class_bind_template_child (widget_class, LtNewJobDialog, daemon);
  gtk_widget_class_bind_template_child (widget_class, LtNewJobDialog, hold_row);
  gtk_widget_class_bind_template_child (widget_class, LtNewJobDialog, hold);
  gtk_widget_class_bind_template_child (widget_class, LtNewJobDialog, run_note);
  gtk_widget_class_bind_template_child (widget_class, LtNewJobDialog, message);
  gtk_widget_class_bind_template_callback (widget_class, start_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, validate);
}

static void
lt_new_job_dialog_init (LtNewJobDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/* Runs again as the job did that is proposed. */
static void
take_over (LtNewJobDialog *self,
           HaulJob        *like)
{
  static const char * const names[LT_N_RUN_IN] = { "process", "pool", "thread", "serial" };

  for (guint i = 0; i < LT_N_RUN_IN; i++)
    if (g_strcmp0 (names[i], haul_job_get_executor_name (like)) == 0)
      adw_combo_row_set_selected (self->run_in, i);
  for (guint i = 0; i < G_N_ELEMENTS (nices); i++)
    if (nices[i] == haul_job_get_nice (like))
      adw_combo_row_set_selected (self->priority, i);
  gtk_switch_set_active (self->daemon, haul_job_get_daemon (like));
  gtk_switch_set_active (self->hold, haul_job_get_hold (like));
}

LtNewJobDialog *
lt_new_job_dialog_new (const HaulTask *task,
                       HaulJob        *like)
{
  LtNewJobDialog *self;

  g_return_val_if_fail (task != NULL, NULL);
  g_return_val_if_fail (like == NULL || haul_job_get_task (like) == task, NULL);

  self = g_object_new (LT_TYPE_NEW_JOB_DIALOG, NULL);
  self->task = task;
  gtk_window_set_title (GTK_WINDOW (self), _(task->title));
  gtk_label_set_label (self->summary, _(task->summary));

  for (guint i = 0; task->params != NULL && task->params[i].name != NULL; i++)
    {
      const HaulParam *param = &task->params[i];
      g_autoptr(GVariant) initial = NULL;
      LtParamRow *row;

      if (like != NULL)
        initial = g_variant_lookup_value (haul_job_get_arguments (like), param->name, NULL);
      row = lt_param_row_new (param, initial);
      g_signal_connect_object (row, "changed", G_CALLBACK (validate), self, G_CONNECT_SWAPPED);
      gtk_box_append (self->params, GTK_WIDGET (row));
    }
  if (like != NULL)
    take_over (self, like);
  validate (self);
  return self;
}

const HaulTask *
lt_new_job_dialog_get_task (LtNewJobDialog *self)
{
  g_return_val_if_fail (LT_IS_NEW_JOB_DIALOG (self), NULL);

  return self->task;
}

void
lt_new_job_dialog_get_options (LtNewJobDialog *self,
                               LtJobOptions   *ret_options)
{
  g_return_if_fail (LT_IS_NEW_JOB_DIALOG (self));

  ret_options->where = get_run_in (self);
  ret_options->nice = get_nice (self);
  ret_options->daemon = gtk_switch_get_active (self->daemon);
  ret_options->hold = gtk_switch_get_active (self->hold);
}

GVariant *
lt_new_job_dialog_get_arguments (LtNewJobDialog *self)
{
  g_return_val_if_fail (LT_IS_NEW_JOB_DIALOG (self), NULL);

  return self->arguments;
}

LtParamRow *
lt_new_job_dialog_find_row (LtNewJobDialog *self,
                            const char     *name)
{
  g_return_val_if_fail (LT_IS_NEW_JOB_DIALOG (self), NULL);

  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self->params)); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (g_str_equal (lt_param_row_get_param (LT_PARAM_ROW (child))->name, name))
      return LT_PARAM_ROW (child);
  return NULL;
}

const char *
lt_new_job_dialog_get_message (LtNewJobDialog *self)
{
  g_return_val_if_fail (LT_IS_NEW_JOB_DIALOG (self), NULL);

  return gtk_label_get_label (self->message);
}
