/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-lab-params.h"

#include "lt-param-row.h"
#include "lt-settings.h"

/* The interpreter is a setting, and not what an experiment is about. */
#define PYTHON "python"

#define ROW_WIDTH 240

struct _LtLabParams
{
  AdwBin          parent_instance;

  GtkFlowBox     *rows;      /* owned by its parent */
  const HaulTask *task;      /* (nullable) */
};

enum { CHANGED, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LtLabParams, lt_lab_params, ADW_TYPE_BIN)

static void
changed_cb (LtLabParams *self)
{
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
lt_lab_params_class_init (LtLabParamsClass *klass)
{
  signals[CHANGED] = g_signal_new ("changed", LT_TYPE_LAB_PARAMS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
lt_lab_params_init (LtLabParams *self)
{
  self->rows = GTK_FLOW_BOX (gtk_flow_box_new ());
  gtk_flow_box_set_homogeneous (self->rows, TRUE);
  gtk_flow_box_set_selection_mode (self->rows, GTK_SELECTION_NONE);
  gtk_flow_box_set_min_children_per_line (self->rows, 1);
  gtk_flow_box_set_max_children_per_line (self->rows, 3);
  gtk_flow_box_set_column_spacing (self->rows, 12);
  gtk_flow_box_set_row_spacing (self->rows, 12);
  adw_bin_set_child (ADW_BIN (self), GTK_WIDGET (self->rows));
}

static LtParamRow *
get_row (GtkWidget *child)
{
  return LT_PARAM_ROW (gtk_flow_box_child_get_child (GTK_FLOW_BOX_CHILD (child)));
}

static void
add_row (LtLabParams     *self,
         const HaulParam *param)
{
  GtkWidget *child = gtk_flow_box_child_new ();
  GtkWidget *row = GTK_WIDGET (lt_param_row_new (param, NULL));

  gtk_widget_set_size_request (row, ROW_WIDTH, -1);
  gtk_widget_set_focusable (child, FALSE);
  gtk_flow_box_child_set_child (GTK_FLOW_BOX_CHILD (child), row);
  gtk_flow_box_append (self->rows, child);
  g_signal_connect_swapped (row, "changed", G_CALLBACK (changed_cb), self);
}

void
lt_lab_params_set_task (LtLabParams    *self,
                        const HaulTask *task)
{
  GtkWidget *child;
  guint n = 0;

  g_return_if_fail (LT_IS_LAB_PARAMS (self));

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->rows))) != NULL)
    gtk_flow_box_remove (self->rows, child);
  self->task = task;
  for (const HaulParam *param = task->params; param != NULL && param->name != NULL; param++)
    {
      if (g_str_equal (param->name, PYTHON))
        continue;
      add_row (self, param);
      n++;
    }
  gtk_flow_box_set_max_children_per_line (self->rows, CLAMP (n, 1, 3));
  gtk_widget_set_visible (GTK_WIDGET (self), n > 0);
}

static void
add_python (LtLabParams     *self,
            GVariantBuilder *builder)
{
  g_autofree char *python = lt_settings_dup_python ();

  if (*python != '\0' && haul_task_find_param (self->task, PYTHON) != NULL)
    g_variant_builder_add (builder, "{sv}", PYTHON, g_variant_new_string (python));
}

GVariant *
lt_lab_params_dup_arguments (LtLabParams  *self,
                             GError      **error)
{
  g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);
  gboolean valid = TRUE;

  g_return_val_if_fail (LT_IS_LAB_PARAMS (self), NULL);

  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self->rows)); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      LtParamRow *row = get_row (child);
      g_autoptr(GError) wrong = NULL;
      g_autoptr(GVariant) value = lt_param_row_dup_value (row, &wrong);

      lt_param_row_set_error (row, value == NULL ? wrong->message : NULL);
      if (value != NULL)
        g_variant_builder_add (&builder, "{sv}", lt_param_row_get_param (row)->name, value);
      else if (valid)
        g_propagate_error (error, g_steal_pointer (&wrong));
      valid = valid && value != NULL;
    }
  if (!valid)
    return NULL;
  add_python (self, &builder);
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

/* As it is typed: 0.6, and not all its digits. */
static char *
format_value (GVariant *value)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return g_variant_dup_string (value, NULL);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE))
    return g_strdup (g_ascii_formatd (number, sizeof number, "%.15g", g_variant_get_double (value)));
  return g_variant_print (value, FALSE);
}

void
lt_lab_params_set_arguments (LtLabParams *self,
                             GVariant    *arguments)
{
  g_return_if_fail (LT_IS_LAB_PARAMS (self));

  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self->rows)); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      LtParamRow *row = get_row (child);
      g_autoptr(GVariant) value = g_variant_lookup_value (arguments, lt_param_row_get_param (row)->name, NULL);
      g_autofree char *text = NULL;

      if (value == NULL)
        continue;
      text = format_value (value);
      lt_param_row_set_text (row, text);
    }
}

const LabExperiment *
lt_lab_params_find_next (const LabExperiment *experiment)
{
  gboolean found = FALSE;

  for (LabGroup group = experiment->group; group < LAB_N_GROUPS; group++)
    for (const LabExperiment * const *other = lab_experiments; *other != NULL; other++)
      {
        if ((*other)->group != group)
          continue;
        if (found)
          return *other;
        found = *other == experiment;
      }
  return NULL;
}
