/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lab-compare.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "haul/haul.h"
#include "lab-compare-words.h"

const char *
lab_way_get_title (LabWay way)
{
  switch (way)
    {
    case LAB_WAY_WINDOW:
      return _("On the main loop");

    case LAB_WAY_THREAD:
      return _("In a thread");

    case LAB_WAY_PROCESS:
      return _("In a process");

    case LAB_WAY_POOL:
      return _("In the pool");

    case LAB_WAY_PYTHON:
      return _("In Python");

    case LAB_N_WAYS:
    default:
      return "";
    }
}

const char *
lab_compare_get_column (LabColumn column)
{
  switch (column)
    {
    case LAB_COLUMN_WALL:
      return _("Time");

    case LAB_COLUMN_CPU:
      return _("Processor Time");

    case LAB_COLUMN_MEMORY:
      return _("Memory");

    case LAB_COLUMN_START:
      return _("To Start");

    case LAB_COLUMN_GAP:
      return _("Window Late by");

    case LAB_COLUMN_CANCEL:
      return _("To Cancel");

    case LAB_COLUMN_VICTIMS:
      return _("A Crash Takes Down");

    case LAB_N_COLUMNS:
    default:
      return "";
    }
}

static char *
format_seconds (double seconds)
{
  return isnan (seconds) ? g_strdup ("–") : haul_format_duration (seconds);
}

static char *
format_cancel (const LabWayResult *result)
{
  if (result->cancel == LAB_COMPARE_IMPOSSIBLE)
    return g_strdup (_("not possible"));
  return format_seconds (result->cancel);
}

/* What was there besides it, and what is left of that. */
static char *
format_victims (const LabCrash *crash)
{
  if (!crash->measured)
    return g_strdup (_("not measured"));
  if (crash->program)
    return g_strdup_printf (ngettext ("the whole program, and %u other job", "the whole program, and %u other jobs", crash->n_lost),
                            crash->n_lost);
  if (crash->n_lost > 0)
    /* Translators: numbers of jobs. */
    return g_strdup_printf (_("this job, and %u of %u others"), crash->n_lost, crash->n_others);
  if (crash->replaced)
    return g_strdup_printf (ngettext ("this job, and none of %u other; its worker was replaced",
                                      "this job, and none of %u others; its worker was replaced", crash->n_others),
                            crash->n_others);
  return g_strdup_printf (ngettext ("this job, and none of %u other", "this job, and none of %u others", crash->n_others),
                          crash->n_others);
}

char *
lab_compare_format (LabCompare *self,
                    LabWay      way,
                    LabColumn   column)
{
  const LabWayResult *result = lab_compare_get_result (self, way);

  switch (column)
    {
    case LAB_COLUMN_WALL:
      return format_seconds (result->wall);

    case LAB_COLUMN_CPU:
      return format_seconds (result->cpu);

    case LAB_COLUMN_MEMORY:
      return isnan (result->memory) ? g_strdup ("–") : g_format_size_full ((guint64) result->memory, G_FORMAT_SIZE_IEC_UNITS);

    case LAB_COLUMN_START:
      return format_seconds (result->start);

    case LAB_COLUMN_GAP:
      return format_seconds (result->gap / 1000);

    case LAB_COLUMN_CANCEL:
      return format_cancel (result);

    case LAB_COLUMN_VICTIMS:
    case LAB_N_COLUMNS:
    default:
      return format_victims (&result->crash);
    }
}

char *
lab_compare_to_markdown (LabCompare *self)
{
  g_autoptr(GString) text = g_string_new (NULL);

  g_return_val_if_fail (LAB_IS_COMPARE (self), NULL);

  g_string_append_printf (text, "# %s: %s\n\n|  |", _("Same Task, Every Executor"),
                          g_dgettext (GETTEXT_PACKAGE, lab_compare_get_task (self)->title));
  for (LabColumn column = 0; column < LAB_N_COLUMNS; column++)
    g_string_append_printf (text, " %s |", lab_compare_get_column (column));
  g_string_append (text, "\n|---|");
  for (LabColumn column = 0; column < LAB_N_COLUMNS; column++)
    g_string_append (text, "---|");
  for (LabWay way = 0; way < LAB_N_WAYS; way++)
    {
      const LabWayResult *result = lab_compare_get_result (self, way);

      if (result->state != LAB_WAY_DONE)
        continue;
      g_string_append_printf (text, "\n| %s |", lab_way_get_title (way));
      for (LabColumn column = 0; column < LAB_N_COLUMNS; column++)
        {
          g_autofree char *cell = lab_compare_format (self, way, column);

          g_string_append_printf (text, " %s |", cell);
        }
    }
  g_string_append_c (text, '\n');
  return g_strdup (text->str);
}
