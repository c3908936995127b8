/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-cli-lab-text.h"

#include <string.h>

#include <glib/gi18n.h>
#include <json-glib/json-glib.h>

#include "haul-cli-lab-picture.h"
#include "haul-cli-progress-line.h"
#include "lab-table.h"

#define TEXT_COLUMNS 79

char *
haul_cli_lab_list (void)
{
  GString *text = g_string_new (NULL);
  int widest = 0;

  for (const LabExperiment * const *experiment = lab_experiments; *experiment != NULL; experiment++)
    widest = MAX (widest, (int) strlen (lab_experiment_get_id (*experiment)));

  for (LabGroup group = 0; group < LAB_N_GROUPS; group++)
    {
      gsize head = text->len;

      for (const LabExperiment * const *experiment = lab_experiments; *experiment != NULL; experiment++)
        {
          if ((*experiment)->group == group)
            g_string_append_printf (text, "  %-*s  %s: %s\n", widest, lab_experiment_get_id (*experiment),
                                    _((*experiment)->task.title), _((*experiment)->task.summary));
        }
      if (text->len > head)
        {
          g_autofree char *title = g_strdup_printf ("%s%s\n", head > 0 ? "\n" : "", lab_group_get_title (group));

          g_string_insert (text, (gssize) head, title);
        }
    }
  return g_string_free (text, FALSE);
}

static void
add_text (JsonBuilder *builder,
          const char  *name,
          const char  *text)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, text);
}

static char *
experiment_to_json (const LabExperiment *experiment)
{
  static const char * const groups[LAB_N_GROUPS] = { "window", "memory", "life", "speed" };
  g_autoptr(JsonBuilder) builder = json_builder_new ();
  g_autoptr(JsonNode) root = NULL;

  json_builder_begin_object (builder);
  add_text (builder, "id", lab_experiment_get_id (experiment));
  add_text (builder, "title", _(experiment->task.title));
  add_text (builder, "summary", _(experiment->task.summary));
  add_text (builder, "group", groups[experiment->group]);
  add_text (builder, "question", _(experiment->question));
  json_builder_set_member_name (builder, "seconds");
  json_builder_add_int_value (builder, experiment->seconds);
  json_builder_set_member_name (builder, "predictions");
  json_builder_begin_object (builder);
  for (const HaulChoice *choice = experiment->predictions; choice != NULL && choice->id != NULL; choice++)
    add_text (builder, choice->id, _(choice->title));
  json_builder_end_object (builder);
  json_builder_end_object (builder);

  root = json_builder_get_root (builder);
  return json_to_string (root, FALSE);
}

char *
haul_cli_lab_list_json (void)
{
  GString *text = g_string_new (NULL);

  for (const LabExperiment * const *experiment = lab_experiments; *experiment != NULL; experiment++)
    {
      g_autofree char *json = experiment_to_json (*experiment);

      g_string_append_printf (text, "%s\n", json);
    }
  return g_string_free (text, FALSE);
}

/* Breaks @paragraph at its spaces, into lines that fit. */
static void
append_wrapped (GString    *text,
                const char *paragraph)
{
  g_auto(GStrv) words = g_strsplit (paragraph, " ", -1);
  guint column = 0;

  for (guint i = 0; words[i] != NULL; i++)
    {
      guint width = haul_text_columns (words[i]);

      if (column > 0 && column + 1 + width > TEXT_COLUMNS)
        {
          g_string_append_c (text, '\n');
          column = 0;
        }
      if (column > 0)
        g_string_append_c (text, ' ');
      g_string_append (text, words[i]);
      column += width + (column > 0 ? 1 : 0);
    }
  g_string_append_c (text, '\n');
}

/* Names to the left, numbers to the right, as numbers are read. */
static void
append_table (GString  *text,
              LabTable *table)
{
  guint n_rows = lab_table_get_n_rows (table), n_columns = lab_table_get_n_columns (table);
  g_autofree guint *widths = g_new0 (guint, n_columns);

  for (guint row = 0; row < n_rows; row++)
    {
      for (guint column = 0; column < n_columns; column++)
        widths[column] = MAX (widths[column], haul_text_columns (lab_table_get (table, row, column)));
    }

  for (guint row = 0; row < n_rows; row++)
    {
      for (guint column = 0; column < n_columns; column++)
        {
          const char *cell = lab_table_get (table, row, column);
          int padding = (int) (widths[column] - haul_text_columns (cell));

          if (column == 0)
            g_string_append_printf (text, "%s%*s", cell, padding, "");
          else
            g_string_append_printf (text, "  %*s%s", padding, "", cell);
        }
      g_string_append_c (text, '\n');
    }
}

static void
append_outcome (GString *text,
                LabRun  *run)
{
  const LabExperiment *experiment = lab_run_get_experiment (run);
  const char *prediction = lab_run_get_prediction (run);
  const char *outcome = lab_run_get_outcome (run);

  if (prediction != NULL)
    g_string_append_printf (text, _("You said:  %s\n"), lab_experiment_get_prediction_title (experiment, prediction));
  if (outcome != NULL)
    g_string_append_printf (text, _("Came out:  %s\n"), lab_experiment_get_prediction_title (experiment, outcome));
  else if (lab_run_get_error (run) == NULL && lab_run_get_message (run) != NULL)
    append_wrapped (text, lab_run_get_message (run));
}

static void
append_question (GString         *text,
                 LabRun          *run,
                 const LabLesson *lesson)
{
  if (lesson != NULL)
    g_string_append_printf (text, "%s\n\n", lab_lesson_get_title (lesson));
  append_wrapped (text, lab_run_get_question (run));
  for (guint i = 0; lesson != NULL && lab_lesson_get_hints (lesson)[i] != NULL; i++)
    {
      g_autofree char *hint = g_strdup_printf (_("%sHint: %s"), i == 0 ? "\n" : "", lab_lesson_get_hints (lesson)[i]);

      append_wrapped (text, hint);
    }
}

char *
haul_cli_lab_describe (LabRun          *run,
                       const LabLesson *lesson)
{
  const LabExperiment *experiment = lab_run_get_experiment (run);
  LabFindings *findings = lab_run_get_findings (run);
  g_autoptr(LabTable) table = lab_table_new (experiment, findings);
  g_autofree char *picture = haul_cli_lab_picture (experiment, findings, TEXT_COLUMNS, !g_get_charset (NULL));
  g_autofree char *why = NULL;
  GString *text = g_string_new (NULL);
  guint n_runs = lab_findings_get_n_runs (findings);

  append_question (text, run, lesson);
  g_string_append_c (text, '\n');
  append_outcome (text, run);
  g_string_append_c (text, '\n');
  if (*picture != '\0')
    g_string_append_printf (text, "%s\n", picture);

  if (n_runs > 1)
    g_string_append_printf (text, ngettext ("Median of %u run, with the least and the greatest:\n",
                                            "Median of %u runs, with the least and the greatest:\n", n_runs), n_runs);
  append_table (text, table);

  if (lab_run_get_outcome (run) != NULL)
    {
      why = experiment->explain (findings);
      g_string_append_c (text, '\n');
      append_wrapped (text, why);
    }
  g_string_append_printf (text, _("\nMore: %s\n"), experiment->man);
  return g_string_free (text, FALSE);
}
