/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-facts-view.h"

#include <glib/gi18n.h>

#include "lt-job-text.h"

struct _LtFactsView
{
  AdwBin        parent_instance;

  GtkListBox   *list;

  HaulJob      *job;       /* (owned) (nullable) */
  GSignalGroup *signals;   /* (owned) of job */
  char         *shown;     /* (owned) all facts in one string: rows are made anew only when it changes */
};

G_DEFINE_FINAL_TYPE (LtFactsView, lt_facts_view, ADW_TYPE_BIN)

static void
add (GPtrArray  *facts,
     const char *name,
     char       *value)
{
  if (value == NULL || *value == '\0')
    {
      g_free (value);
      return;
    }
  g_ptr_array_add (facts, g_strdup (name));
  g_ptr_array_add (facts, value);
}

static void
add_arguments (GPtrArray *facts,
               HaulJob   *job)
{
  const HaulParam *params = haul_job_get_task (job)->params;

  for (guint i = 0; params != NULL && params[i].name != NULL; i++)
    add (facts, params[i].title != NULL ? _(params[i].title) : params[i].name,
         lt_job_text_argument (&params[i], haul_job_get_arguments (job)));
}

/* Names and values in turn. */
static GPtrArray *
collect (HaulJob *job)
{
  GPtrArray *facts = g_ptr_array_new_with_free_func (g_free);
  gboolean ended = !haul_job_is_active (job);
  gboolean child = g_strcmp0 (haul_job_get_executor_name (job), "process") == 0;
  const GError *error = haul_job_get_error (job);

  add (facts, _("State"), g_strdup (haul_format_state (haul_job_get_state (job), haul_job_get_verdict (job))));
  if (error != NULL && haul_job_get_verdict (job) != HAUL_VERDICT_CANCELLED)
    add (facts, _("Reason"), g_strdup (error->message));
  add_arguments (facts, job);
  add (facts, _("Runs In"), g_strdup (lt_job_text_executor (job)));
  if (haul_job_get_pid (job) > 0)
    add (facts, _("Process ID"), g_strdup_printf ("%d", haul_job_get_pid (job)));
  if (child)
    add (facts, _("Priority"), g_strdup_printf (_("nice %d"), haul_job_get_nice (job)));
  add (facts, _("Daemon"), g_strdup (haul_job_get_daemon (job) ? _("Yes: stopped when the app quits")
                                                              : _("No: the app waits for it when it quits")));
  add (facts, _("Exit Status"), lt_job_text_exit (job));
  if (ended && haul_job_get_stamp (job, HAUL_STAMP_STARTED) > 0)
    add (facts, _("Time Taken"), haul_format_duration (haul_job_get_elapsed (job)));
  if (ended && haul_job_get_n_messages (job) > 0)
    add (facts, _("Messages"), haul_format_count (haul_job_get_n_messages (job)));
  add (facts, _("In a Terminal"), lt_job_text_command (job));
  return facts;
}

static GtkWidget *
create_row (const char *name,
            const char *value)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *caption = gtk_label_new (name);
  GtkWidget *label = gtk_label_new (value);
  g_autofree char *spoken = g_strdup_printf ("%s: %s", name, value);

  gtk_widget_add_css_class (caption, "caption");
  gtk_widget_add_css_class (caption, "dim-label");
  gtk_label_set_xalign (GTK_LABEL (caption), 0);
  gtk_widget_add_css_class (label, "numeric");
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  gtk_box_append (GTK_BOX (box), caption);
  gtk_box_append (GTK_BOX (box), label);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), FALSE);
  gtk_widget_set_focusable (row, FALSE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
  return row;
}

static void
update (LtFactsView *self)
{
  g_autoptr(GPtrArray) facts = NULL;
  g_autofree char *all = NULL;
  GtkWidget *row;

  if (self->job == NULL || !gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;

  facts = collect (self->job);
  g_ptr_array_add (facts, NULL);
  all = g_strjoinv ("\n", (char **) facts->pdata);
  if (g_strcmp0 (all, self->shown) == 0)
    return;

  g_free (self->shown);
  self->shown = g_steal_pointer (&all);
  while ((row = gtk_widget_get_first_child (GTK_WIDGET (self->list))) != NULL)
    gtk_list_box_remove (self->list, row);
  for (guint i = 0; i + 2 < facts->len; i += 2)
    gtk_list_box_append (self->list, create_row (facts->pdata[i], facts->pdata[i + 1]));
}

static void
lt_facts_view_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (lt_facts_view_parent_class)->map (widget);

  update (LT_FACTS_VIEW (widget));
}

static void
lt_facts_view_dispose (GObject *object)
{
  LtFactsView *self = LT_FACTS_VIEW (object);

  g_clear_object (&self->signals);
  g_clear_object (&self->job);

  G_OBJECT_CLASS (lt_facts_view_parent_class)->dispose (object);
}

static void
lt_facts_view_finalize (GObject *object)
{
  LtFactsView *self = LT_FACTS_VIEW (object);

  g_free (self->shown);

  G_OBJECT_CLASS (lt_facts_view_parent_class)->finalize (object);
}

static void
lt_facts_view_class_init (LtFactsViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lt_facts_view_dispose;
  G_OBJECT_CLASS (klass)->finalize = lt_facts_view_finalize;
  widget_class->map = lt_facts_view_map;

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/longtasks/LongTasks/ui/lt-facts-view.ui");
  gtk_widget_class_bind_template_child (widget_class, LtFactsView, list);
}

static void
lt_facts_view_init (LtFactsView *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));

  self->signals = g_signal_group_new (HAUL_TYPE_JOB);
  g_signal_group_connect_swapped (self->signals, "notify::state", G_CALLBACK (update), self);
  g_signal_group_connect_swapped (self->signals, "notify::daemon", G_CALLBACK (update), self);
  g_signal_group_connect_swapped (self->signals, "notify::pid", G_CALLBACK (update), self);
  g_signal_group_connect_swapped (self->signals, "notify::nice", G_CALLBACK (update), self);
  g_signal_group_connect_swapped (self->signals, "ended", G_CALLBACK (update), self);
}

void
lt_facts_view_set_job (LtFactsView *self,
                       HaulJob     *job)
{
  g_return_if_fail (LT_IS_FACTS_VIEW (self));

  if (!g_set_object (&self->job, job))
    return;
  g_signal_group_set_target (self->signals, job);
  update (self);
}
