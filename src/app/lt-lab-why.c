/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-lab-why.h"

#include <glib/gi18n.h>

#include "lt-lab-code.h"
#include "lt-lab-table.h"

struct _LtLabWhy
{
  AdwBin     parent_instance;

  GtkWidget *outcome_box;
  GtkWidget *predicted_tile;
  GtkLabel  *predicted;
  GtkWidget *outcome_tile;
  GtkLabel  *outcome;
  GtkWidget *agrees;
  GtkLabel  *message;
  GtkLabel  *changed;
  GtkLabel  *explanation;
  GtkWidget *numbers_box;
  GtkLabel  *numbers_title;
  AdwBin    *numbers;
  LtLabCode *code;
  GtkWidget *man_box;
  GtkLabel  *man;
};

G_DEFINE_FINAL_TYPE (LtLabWhy, lt_lab_why, ADW_TYPE_BIN)

static void
copy_man_clicked_cb (LtLabWhy *self)
{
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), gtk_label_get_label (self->man));
}

static void
lt_lab_why_class_init (LtLabWhyClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (LT_TYPE_LAB_CODE);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/longtasks/LongTasks/ui/lt-lab-why.ui");
  gtk_widget_class_bind_template_child (widget_class, LtLabWhy, outcome_box);
  gtk_widget_class_bind_template_child (widget_class, LtLabWhy, predicted_tile);
  gtk_widget_class_bind_template_child (widget_class, LtLabWhy, predicted);
  gtk_widget_class_bind_template_child (widget_class, LtLabWhy, outcome_tile);
  gtk_widget_class_bind_template_child (widget_class, LtLabWhy, outcome);
  gtk_widget_class_bind_template_child (widget_class, LtLabWhy, agrees);
  gtk_widget_class_bind_template_child (widget_class, LtLabWhy, message);
  gtk_widget_class_bind_template_child (widget_class, LtLabWhy, changed);
  gtk_widget_class_bind_template_child (widget_class, LtLabWhy, explanation);
  gtk_widget_class_bind_template_child (widget_class, LtLabWhy, numbers_box);
  gtk_widget_class_bind_template_child (widget_class, LtLabWhy, numbers_title);
  gtk_widget_class_bind_template_child (widget_class, LtLabWhy, numbers);
  gtk_widget_class_bind_template_child (widget_class, LtLabWhy, code);
  gtk_widget_class_bind_template_child (widget_class, LtLabWhy, man_box);
  gtk_widget_class_bind_template_child (widget_class, LtLabWhy, man);
  gtk_widget_class_bind_template_callback (widget_class, copy_man_clicked_cb);
}

static void
lt_lab_why_init (LtLabWhy *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

static const char *
find_title (const LabExperiment *experiment,
            const char          *id)
{
  for (const HaulChoice *choice = experiment->predictions; id != NULL && choice->id != NULL; choice++)
    if (g_str_equal (choice->id, id))
      return _(choice->title);
  return NULL;
}

/* Never "wrong": both stand there, and are not always the same. */
static void
show_outcome (LtLabWhy *self,
              LabRun   *run)
{
  const LabExperiment *experiment = lab_run_get_experiment (run);
  const char *predicted = find_title (experiment, lab_run_get_prediction (run));
  const char *outcome = find_title (experiment, lab_run_get_outcome (run));
  const char *message = lab_run_get_message (run);

  gtk_widget_set_visible (self->predicted_tile, predicted != NULL);
  gtk_label_set_label (self->predicted, predicted != NULL ? predicted : "");
  gtk_widget_set_visible (self->outcome_tile, outcome != NULL);
  gtk_label_set_label (self->outcome, outcome != NULL ? outcome : "");
  gtk_widget_set_visible (self->agrees, outcome != NULL && outcome == predicted);
  gtk_widget_set_visible (self->outcome_box, predicted != NULL || outcome != NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->message), message != NULL);
  gtk_label_set_label (self->message, message != NULL ? message : "");
}

static gboolean
is_changed (const char *name,
            GVariant   *now,
            GVariant   *before)
{
  g_autoptr(GVariant) value = g_variant_lookup_value (now, name, NULL);
  g_autoptr(GVariant) old = g_variant_lookup_value (before, name, NULL);

  return value != NULL && old != NULL && !g_variant_equal (value, old);
}

char *
lt_lab_why_describe_change (LabRun *run)
{
  LabFindings *earlier;
  GVariant *now, *before;
  g_autoptr(GString) names = NULL;
  guint n = 0;

  g_return_val_if_fail (LAB_IS_RUN (run), NULL);

  earlier = lab_run_get_earlier (run);
  now = lab_run_get_arguments (run);
  before = earlier != NULL ? lab_findings_get_arguments (earlier) : NULL;
  names = g_string_new (NULL);
  for (const HaulParam *param = lab_run_get_experiment (run)->task.params; param != NULL && param->name != NULL; param++)
    {
      if (before == NULL || g_str_equal (param->name, "python") || !is_changed (param->name, now, before))
        continue;
      g_string_append_printf (names, "%s%s", n++ > 0 ? ", " : "", _(param->title));
    }
  if (n == 0)
    return NULL;
  if (n == 1)
    return g_strdup_printf (_("Only this changed since the run before: %s. What is different comes from that."), names->str);
  /* Translators: how many things, and which */
  return g_strdup_printf (ngettext ("%u thing changed since the run before: %s.",
                                    "%u things changed since the run before: %s. To see what each of them does, change one "
                                    "at a time.", n), n, names->str);
}

static void
show_numbers (LtLabWhy *self,
              LabRun   *run)
{
  LabFindings *findings = lab_run_get_findings (run);
  guint n_runs = lab_findings_get_n_runs (findings);
  gboolean has_numbers = lab_findings_get_n_items (findings) > 0;
  g_autofree char *title = NULL;

  gtk_widget_set_visible (self->numbers_box, has_numbers);
  if (!has_numbers)
    return;
  if (n_runs > 1)
    title = g_strdup_printf (ngettext ("The Numbers of %u Run: the Middle One, the Least and the Greatest",
                                       "The Numbers of %u Runs: the Middle One, the Least and the Greatest", n_runs), n_runs);
  gtk_label_set_label (self->numbers_title, title != NULL ? title : _("The Numbers of This Run"));
  adw_bin_set_child (self->numbers, lt_lab_table_new_numbers (lab_run_get_experiment (run), findings,
                                                              lab_run_get_earlier (run)));
}

void
lt_lab_why_show (LtLabWhy *self,
                 LabRun   *run)
{
  const LabExperiment *experiment;
  gboolean has_runs;
  g_autofree char *explanation = NULL;
  g_autofree char *changed = NULL;

  g_return_if_fail (LT_IS_LAB_WHY (self));
  g_return_if_fail (LAB_IS_RUN (run));

  experiment = lab_run_get_experiment (run);
  has_runs = lab_findings_get_n_runs (lab_run_get_findings (run)) > 0;
  changed = lt_lab_why_describe_change (run);
  show_outcome (self, run);
  gtk_label_set_label (self->changed, changed != NULL ? changed : "");
  gtk_widget_set_visible (GTK_WIDGET (self->changed), has_runs && changed != NULL);
  /* Without an outcome its three sentences could claim what was not seen. */
  if (has_runs && lab_run_get_outcome (run) != NULL)
    explanation = experiment->explain (lab_run_get_findings (run));
  gtk_label_set_label (self->explanation, explanation != NULL ? explanation : "");
  gtk_widget_set_visible (GTK_WIDGET (self->explanation), explanation != NULL);
  show_numbers (self, run);
  gtk_widget_set_visible (GTK_WIDGET (self->code), experiment->c_code != NULL || experiment->python_code != NULL);
  lt_lab_code_set_experiment (self->code, experiment);
  gtk_widget_set_visible (self->man_box, experiment->man != NULL);
  gtk_label_set_label (self->man, experiment->man != NULL ? experiment->man : "");
}

GtkWidget *
lt_lab_why_get_outcome (LtLabWhy *self)
{
  g_return_val_if_fail (LT_IS_LAB_WHY (self), NULL);

  return GTK_WIDGET (self->explanation);
}
