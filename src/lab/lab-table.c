/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lab-table.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "haul/worker/haul-number.h"

struct _LabTable
{
  GPtrArray *cells;      /* (owned) (element-type utf8) row after row */
  guint      n_columns;
};

static const char *
translate (const char *text)
{
  return g_dgettext (GETTEXT_PACKAGE, text);
}

/* Three digits say what there is to say about a measurement; large ones are grouped. */
char *
lab_measure_format_number (const LabMeasure *measure,
                           double            value)
{
  double size = fabs (value);

  if (!isfinite (value))
    return g_strdup ("–");
  if (value == floor (value) || size >= 99.95)
    return haul_format_count (round (value));
  if (size >= 10)
    return g_strdup_printf ("%.1f", value);
  if (size >= 1)
    return g_strdup_printf ("%.2f", value);
  if (size >= 0.001)
    return g_strdup_printf ("%.3f", value);
  return g_strdup_printf ("%.1g", value);
}

char *
lab_measure_format (const LabMeasure *measure,
                    double            value)
{
  g_autofree char *number = lab_measure_format_number (measure, value);

  if (measure->unit == NULL || !isfinite (value))
    return g_steal_pointer (&number);
  return g_strconcat (number, "\u202f", translate (measure->unit), NULL);
}

char *
lab_measure_describe (const LabMeasure *measure)
{
  if (measure->unit == NULL)
    return g_strdup (translate (measure->title));
  return g_strdup_printf ("%s (%s)", translate (measure->title), translate (measure->unit));
}

static gboolean
was_measured (LabFindings      *findings,
              const LabMeasure *measure)
{
  for (guint i = 0; i < lab_findings_get_n_items (findings); i++)
    {
      if (!isnan (lab_findings_get (findings, measure->key, lab_findings_get_item (findings, i))))
        return TRUE;
    }
  return FALSE;
}

/* The median, and of several runs what lies between the least and the greatest. */
static char *
describe_number (LabFindings      *findings,
                 const LabMeasure *measure,
                 const char       *item)
{
  g_autofree char *median = lab_measure_format_number (measure, lab_findings_get (findings, measure->key, item));
  g_autofree char *least = NULL, *greatest = NULL;
  double from = 0, to = 0;

  if (lab_findings_get_spread (findings, measure->key, item, &from, &to) < 2)
    return g_steal_pointer (&median);

  least = lab_measure_format_number (measure, from);
  greatest = lab_measure_format_number (measure, to);
  if (g_str_equal (least, greatest))
    return g_steal_pointer (&median);
  return g_strdup_printf ("%s (%s–%s)", median, least, greatest);
}

LabTable *
lab_table_new (const LabExperiment *experiment,
               LabFindings         *findings)
{
  LabTable *self = g_new0 (LabTable, 1);
  g_autoptr(GPtrArray) measures = g_ptr_array_new ();

  for (const LabMeasure *measure = experiment->measures; measure->key != NULL; measure++)
    {
      if (was_measured (findings, measure))
        g_ptr_array_add (measures, (gpointer) measure);
    }

  self->cells = g_ptr_array_new_with_free_func (g_free);
  self->n_columns = measures->len + 1;

  g_ptr_array_add (self->cells, g_strdup (experiment->items_title != NULL ? translate (experiment->items_title) : ""));
  for (guint m = 0; m < measures->len; m++)
    g_ptr_array_add (self->cells, lab_measure_describe (measures->pdata[m]));

  for (guint i = 0; i < lab_findings_get_n_items (findings); i++)
    {
      const char *item = lab_findings_get_item (findings, i);

      g_ptr_array_add (self->cells, g_strdup (lab_experiment_get_item_title (experiment, item)));
      for (guint m = 0; m < measures->len; m++)
        g_ptr_array_add (self->cells, describe_number (findings, measures->pdata[m], item));
    }
  return self;
}

void
lab_table_free (LabTable *self)
{
  g_ptr_array_unref (self->cells);
  g_free (self);
}

guint
lab_table_get_n_rows (const LabTable *self)
{
  return self->cells->len / self->n_columns;
}

guint
lab_table_get_n_columns (const LabTable *self)
{
  return self->n_columns;
}

const char *
lab_table_get (const LabTable *self,
               guint           row,
               guint           column)
{
  g_return_val_if_fail (column < self->n_columns, NULL);
  g_return_val_if_fail (row < lab_table_get_n_rows (self), NULL);

  return self->cells->pdata[row * self->n_columns + column];
}
