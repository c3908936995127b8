/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <glib/gi18n-lib.h>
#include <json-glib/json-glib.h>

#include "lab-report.h"

#define FORMAT "long-tasks-lab-report"

static const char *
translate (const char *text)
{
  return text != NULL ? g_dgettext (GETTEXT_PACKAGE, text) : NULL;
}

/* A NULL is told as null. */
static void
add_text (JsonBuilder *builder,
          const char  *name,
          const char  *text)
{
  json_builder_set_member_name (builder, name);
  if (text != NULL)
    json_builder_add_string_value (builder, text);
  else
    json_builder_add_null_value (builder);
}

static void
add_int (JsonBuilder *builder,
         const char  *name,
         gint64       number)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, number);
}

static void
add_number (JsonBuilder *builder,
            const char  *name,
            double       number)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_double_value (builder, number);
}

static void
add_arguments (JsonBuilder *builder,
               GVariant    *arguments)
{
  GVariantIter iter;
  const char *name = NULL;
  GVariant *value = NULL;

  json_builder_set_member_name (builder, "parameters");
  json_builder_begin_object (builder);
  g_variant_iter_init (&iter, arguments);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &value))
    {
      if (g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
        add_int (builder, name, g_variant_get_int64 (value));
      else if (g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE))
        add_number (builder, name, g_variant_get_double (value));
      else
        add_text (builder, name, g_variant_get_string (value, NULL));
    }
  json_builder_end_object (builder);
}

static void
add_measures (JsonBuilder         *builder,
              const LabExperiment *experiment)
{
  json_builder_set_member_name (builder, "measures");
  json_builder_begin_array (builder);
  for (const LabMeasure *measure = experiment->measures; measure->key != NULL; measure++)
    {
      json_builder_begin_object (builder);
      add_text (builder, "key", measure->key);
      add_text (builder, "title", translate (measure->title));
      add_text (builder, "unit", translate (measure->unit));
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
add_item (JsonBuilder *builder,
          LabRun      *run,
          const char  *item)
{
  const LabExperiment *experiment = lab_run_get_experiment (run);
  LabFindings *findings = lab_run_get_findings (run);

  json_builder_begin_object (builder);
  add_text (builder, "id", item);
  add_text (builder, "title", lab_experiment_get_item_title (experiment, item));
  json_builder_set_member_name (builder, "numbers");
  json_builder_begin_object (builder);
  for (const LabMeasure *measure = experiment->measures; measure->key != NULL; measure++)
    {
      double least = 0, greatest = 0;
      guint n = lab_findings_get_spread (findings, measure->key, item, &least, &greatest);

      if (n == 0)
        continue;
      json_builder_set_member_name (builder, measure->key);
      json_builder_begin_object (builder);
      add_number (builder, "median", lab_findings_get (findings, measure->key, item));
      add_number (builder, "least", least);
      add_number (builder, "greatest", greatest);
      add_int (builder, "runs", n);
      json_builder_end_object (builder);
    }
  json_builder_end_object (builder);
  json_builder_end_object (builder);
}

static void
add_items (JsonBuilder *builder,
           LabRun      *run)
{
  LabFindings *findings = lab_run_get_findings (run);

  json_builder_set_member_name (builder, "items");
  json_builder_begin_array (builder);
  for (guint i = 0; i < lab_findings_get_n_items (findings); i++)
    add_item (builder, run, lab_findings_get_item (findings, i));
  json_builder_end_array (builder);
}

static void
add_lane (JsonBuilder *builder,
          HaulLane    *lane)
{
  json_builder_begin_object (builder);
  add_text (builder, "title", haul_lane_get_title (lane));

  json_builder_set_member_name (builder, "spans");
  json_builder_begin_array (builder);
  for (guint i = 0; i < haul_lane_get_n_spans (lane); i++)
    {
      const HaulSpan *span = haul_lane_get_span (lane, i);

      json_builder_begin_object (builder);
      add_text (builder, "kind", haul_span_kind_to_nick (span->kind));
      add_number (builder, "start", (double) span->start / G_USEC_PER_SEC);
      if (span->end >= span->start)
        add_number (builder, "end", (double) span->end / G_USEC_PER_SEC);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);

  json_builder_set_member_name (builder, "marks");
  json_builder_begin_array (builder);
  for (guint i = 0; i < haul_lane_get_n_marks (lane); i++)
    {
      const HaulMark *mark = haul_lane_get_mark (lane, i);

      json_builder_begin_object (builder);
      add_text (builder, "kind", haul_mark_kind_to_nick (mark->kind));
      add_number (builder, "at", (double) mark->at / G_USEC_PER_SEC);
      add_text (builder, "text", mark->text);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
}

/* What everybody was at in the last run, in seconds since its start. */
static void
add_lanes (JsonBuilder  *builder,
           HaulTimeline *timeline)
{
  if (g_list_model_get_n_items (G_LIST_MODEL (timeline)) == 0)
    return;

  json_builder_set_member_name (builder, "lanes");
  json_builder_begin_array (builder);
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (timeline)); i++)
    {
      g_autoptr(HaulLane) lane = g_list_model_get_item (G_LIST_MODEL (timeline), i);

      add_lane (builder, lane);
    }
  json_builder_end_array (builder);
}

static void
add_machine (JsonBuilder      *builder,
             const LabMachine *machine)
{
  json_builder_set_member_name (builder, "machine");
  json_builder_begin_object (builder);
  add_text (builder, "processor", machine->processor);
  add_int (builder, "processors", machine->n_processors);
  add_text (builder, "kernel", machine->kernel);
  add_text (builder, "versions", machine->versions);
  json_builder_end_object (builder);
  add_text (builder, "date", machine->date);
}

static void
add_outcome (JsonBuilder *builder,
             LabRun      *run)
{
  const LabExperiment *experiment = lab_run_get_experiment (run);
  const char *outcome = lab_run_get_outcome (run);
  g_autofree char *why = outcome != NULL ? experiment->explain (lab_run_get_findings (run)) : NULL;

  add_text (builder, "prediction", lab_run_get_prediction (run));
  add_text (builder, "outcome", outcome);
  add_text (builder, "outcome_title", outcome != NULL ? lab_experiment_get_prediction_title (experiment, outcome) : NULL);
  add_text (builder, "explanation", why);
  add_text (builder, "message", lab_run_get_message (run));
  json_builder_set_member_name (builder, "failed");
  json_builder_add_boolean_value (builder, lab_run_get_error (run) != NULL);
}

char *
lab_report_to_json (LabRun           *run,
                    const LabMachine *machine,
                    gboolean          pretty)
{
  const LabExperiment *experiment = NULL;
  g_autoptr(JsonBuilder) builder = json_builder_new ();
  g_autoptr(JsonNode) root = NULL;
  g_autofree char *json = NULL;

  g_return_val_if_fail (LAB_IS_RUN (run), NULL);

  experiment = lab_run_get_experiment (run);
  json_builder_begin_object (builder);
  add_text (builder, "format", FORMAT);
  add_int (builder, "version", 1);
  add_text (builder, "experiment", lab_experiment_get_id (experiment));
  add_text (builder, "title", translate (experiment->task.title));
  add_text (builder, "question", lab_run_get_question (run));
  add_arguments (builder, lab_run_get_arguments (run));
  add_int (builder, "runs", lab_findings_get_n_runs (lab_run_get_findings (run)));
  add_outcome (builder, run);
  add_measures (builder, experiment);
  add_items (builder, run);
  add_lanes (builder, lab_findings_get_timeline (lab_run_get_findings (run)));
  add_text (builder, "manual", experiment->man);
  add_machine (builder, machine);
  json_builder_end_object (builder);

  root = json_builder_get_root (builder);
  json = json_to_string (root, pretty);
  return g_strconcat (json, "\n", NULL);
}
