/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lab-report.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "haul/worker/haul-number.h"
#include "lab-picture.h"
#include "lab-table.h"

#define PICTURE_WIDTH 720

static const char *
translate (const char *text)
{
  return g_dgettext (GETTEXT_PACKAGE, text);
}

/* What means something in Markdown means itself, and a paragraph stays one. */
static char *
escape (const char *text)
{
  GString *escaped = g_string_new (NULL);

  for (const char *p = text; *p != '\0'; p++)
    {
      if (strchr ("\\`*_[]<>|#&", *p) != NULL)
        g_string_append_c (escaped, '\\');
      g_string_append_c (escaped, *p == '\n' || *p == '\t' ? ' ' : *p);
    }
  return g_string_free (escaped, FALSE);
}

static void
append_paragraph (GString    *report,
                  const char *text)
{
  g_autofree char *escaped = escape (text);

  g_string_append_printf (report, "%s\n\n", escaped);
}

static void
append_heading (GString    *report,
                const char *text)
{
  g_autofree char *escaped = escape (text);

  g_string_append_printf (report, "## %s\n\n", escaped);
}

/* "- **Predicted:** less" */
static void
append_fact (GString    *report,
             const char *name,
             const char *text)
{
  g_autofree char *escaped_name = escape (name);
  g_autofree char *escaped = escape (text);

  g_string_append_printf (report, "- **%s:** %s\n", escaped_name, escaped);
}

/* --- Parts of a report ---------------------------------------------------- */

static void
append_outcome (GString *report,
                LabRun  *run)
{
  const LabExperiment *experiment = lab_run_get_experiment (run);
  const char *prediction = lab_run_get_prediction (run);
  const char *outcome = lab_run_get_outcome (run);

  if (prediction != NULL)
    append_fact (report, _("Predicted"), lab_experiment_get_prediction_title (experiment, prediction));
  if (outcome != NULL)
    append_fact (report, _("Came out"), lab_experiment_get_prediction_title (experiment, outcome));
  if (lab_run_get_message (run) != NULL)
    append_fact (report, _("Not shown"), lab_run_get_message (run));
  g_string_append_c (report, '\n');
}

static void
append_picture (GString    *report,
                LabRun     *run,
                const char *picture)
{
  g_autofree char *text = NULL, *alt = NULL, *uri = NULL;

  text = lab_picture_describe (lab_run_get_experiment (run), lab_run_get_findings (run));
  alt = escape (text);
  uri = g_uri_escape_string (picture, NULL, FALSE);
  g_string_append_printf (report, "![%s](%s)\n\n", alt, uri);
}

static void
append_table (GString *report,
              LabRun  *run)
{
  LabFindings *findings = lab_run_get_findings (run);
  g_autoptr(LabTable) table = lab_table_new (lab_run_get_experiment (run), findings);
  guint n_columns = lab_table_get_n_columns (table), n_runs = lab_findings_get_n_runs (findings);
  g_autofree char *caption = NULL;

  for (guint row = 0; row < lab_table_get_n_rows (table); row++)
    {
      for (guint column = 0; column < n_columns; column++)
        {
          g_autofree char *cell = escape (lab_table_get (table, row, column));

          g_string_append_printf (report, "| %s ", cell);
        }
      g_string_append (report, "|\n");

      for (guint column = 0; row == 0 && column < n_columns; column++)
        g_string_append (report, column == 0 ? "|---" : "|---:");
      if (row == 0)
        g_string_append (report, "|\n");
    }
  g_string_append_c (report, '\n');

  caption = g_strdup_printf (ngettext ("One run.", "Medians of %u runs, with the least and the greatest.", n_runs), n_runs);
  append_paragraph (report, caption);
}

char *
lab_report_describe_value (const HaulParam *param,
                           GVariant        *value)
{
  g_autofree char *number = NULL;

  if (g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
    number = haul_format_count ((double) g_variant_get_int64 (value));
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE))
    number = g_strdup_printf ("%g", g_variant_get_double (value));

  if (number != NULL && param->unit != NULL)
    return g_strdup_printf ("%s %s", number, translate (param->unit));
  if (number != NULL)
    return g_steal_pointer (&number);

  for (const HaulChoice *choice = param->choices; choice != NULL && choice->id != NULL; choice++)
    {
      if (g_str_equal (choice->id, g_variant_get_string (value, NULL)))
        return g_strdup (choice->title != NULL ? translate (choice->title) : choice->id);
    }
  return g_variant_dup_string (value, NULL);
}

static void
append_arguments (GString *report,
                  LabRun  *run)
{
  const HaulParam *params = lab_run_get_experiment (run)->task.params;
  GVariant *arguments = lab_run_get_arguments (run);

  if (params == NULL || params->name == NULL)
    return;

  append_heading (report, _("What was set"));
  for (const HaulParam *param = params; param->name != NULL; param++)
    {
      g_autoptr(GVariant) value = g_variant_lookup_value (arguments, param->name, NULL);
      g_autofree char *text = lab_report_describe_value (param, value);

      append_fact (report, param->title != NULL ? translate (param->title) : param->name, text);
    }
  g_string_append_c (report, '\n');
}

/* Between fences that the code does not have itself. */
static void
append_code (GString    *report,
             const char *language,
             const char *code)
{
  g_autoptr(GString) fence = g_string_new ("```");

  if (*code == '\0')
    return;
  while (strstr (code, fence->str) != NULL)
    g_string_append_c (fence, '`');
  g_string_append_printf (report, "%s%s\n%s%s%s\n\n", fence->str, language, code,
                          g_str_has_suffix (code, "\n") ? "" : "\n", fence->str);
}

static void
append_machine (GString          *report,
                const LabMachine *machine)
{
  g_autofree char *processor =
    /* Translators: the model of a processor, and how many of them there are: “Model X, 8 processors” */
    g_strdup_printf (ngettext ("%s, %u processor", "%s, %u processors", machine->n_processors),
                     machine->processor, machine->n_processors);

  append_heading (report, _("Where it ran"));
  append_fact (report, _("Processor"), processor);
  append_fact (report, _("Kernel"), machine->kernel);
  append_fact (report, _("Versions"), machine->versions);
  append_fact (report, _("Date"), machine->date);
}

/* --- Reports -------------------------------------------------------------- */

char *
lab_report_to_markdown (LabRun           *run,
                        const LabMachine *machine,
                        const char       *picture)
{
  const LabExperiment *experiment = NULL;
  GString *report = NULL;
  g_autofree char *title = NULL, *why = NULL;

  g_return_val_if_fail (LAB_IS_RUN (run), NULL);

  experiment = lab_run_get_experiment (run);
  title = escape (translate (experiment->task.title));
  report = g_string_new (NULL);
  g_string_append_printf (report, "# %s\n\n", title);
  append_paragraph (report, lab_run_get_question (run));
  append_outcome (report, run);

  if (lab_findings_get_n_runs (lab_run_get_findings (run)) > 0)
    {
      if (picture != NULL)
        append_picture (report, run, picture);
      append_table (report, run);
    }

  if (lab_run_get_outcome (run) != NULL)
    {
      why = experiment->explain (lab_run_get_findings (run));
      append_heading (report, _("Why"));
      append_paragraph (report, why);
    }

  append_arguments (report, run);
  append_heading (report, _("The heart of it"));
  append_code (report, "c", experiment->c_code);
  append_code (report, "python", experiment->python_code);
  g_string_append_printf (report, _("More: `%s`"), experiment->man);
  g_string_append (report, "\n\n");
  append_machine (report, machine);
  return g_string_free (report, FALSE);
}

char *
lab_report_to_svg (LabRun *run)
{
  const LabExperiment *experiment = NULL;
  LabFindings *findings = NULL;
  g_autoptr(LabDrawing) drawing = NULL;
  g_autofree char *description = NULL;

  g_return_val_if_fail (LAB_IS_RUN (run), NULL);

  experiment = lab_run_get_experiment (run);
  findings = lab_run_get_findings (run);
  drawing = lab_picture_new (experiment, findings, NULL, PICTURE_WIDTH);
  description = lab_picture_describe (experiment, findings);
  return lab_drawing_to_svg (drawing, translate (experiment->task.title), description);
}

char *
lab_report_get_picture_path (const char *path)
{
  const char *slash = strrchr (path, '/');
  const char *dot = strrchr (slash != NULL ? slash : path, '.');
  gsize length = dot != NULL && dot != path && dot[-1] != '/' ? (gsize) (dot - path) : strlen (path);
  g_autofree char *stem = g_strndup (path, length);

  return g_strconcat (stem, ".svg", NULL);
}
