/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-cli-lab-outcomes.h"

#include <string.h>

#include <glib/gi18n.h>
#include <json-glib/json-glib.h>

#include "haul-cli-lab-session.h"
#include "haul-cli-print.h"
#include "haul-cli.h"

#define MAX_PREDICTIONS 16

/* What came out of the runs of one experiment. */
typedef struct
{
  const LabExperiment *experiment;
  guint                n_runs;
  guint                n_outcomes[MAX_PREDICTIONS];   /* of each that may be predicted */
  guint                n_unsaid;                      /* it ended, and could not say */
  guint                n_failed;
  char                *why;                           /* (owned) (nullable) the last message of those */
  double               longest;                       /* seconds */
} Tally;

static void
tally_clear (Tally *self)
{
  g_free (self->why);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Tally, tally_clear)

static void
count_outcome (Tally  *self,
               LabRun *run)
{
  const char *outcome = lab_run_get_outcome (run);

  self->n_runs++;
  self->longest = MAX (self->longest, haul_job_get_elapsed (lab_run_get_job (run)));
  for (guint i = 0; outcome != NULL && i < MAX_PREDICTIONS; i++)
    {
      if (g_str_equal (self->experiment->predictions[i].id, outcome))
        {
          self->n_outcomes[i]++;
          return;
        }
    }

  if (lab_run_get_error (run) != NULL)
    self->n_failed++;
  else
    self->n_unsaid++;
  g_free (self->why);
  self->why = g_strdup (lab_run_get_message (run));
}

static int
run_one (Tally                   *self,
         const HaulCliLabOptions *options)
{
  int status = HAUL_CLI_EXIT_DONE;

  for (guint i = 0; i < options->n_times && status != HAUL_CLI_EXIT_CANCELLED; i++)
    {
      g_autoptr(LabRun) run = lab_run_new (self->experiment);
      g_autofree char *title = NULL;

      /* Translators: the title of an experiment, and which of its runs this is: “Two Locks, run 2 of 20”. */
      title = g_strdup_printf (_("%s, run %u of %u"), _(self->experiment->task.title), i + 1, options->n_times);
      if (options->arguments != NULL)
        (void) lab_run_set_arguments (run, options->arguments, NULL);   /* They were checked. */
      status = haul_cli_lab_session_run (run, 1, title);
      if (status != HAUL_CLI_EXIT_CANCELLED)
        count_outcome (self, run);
    }
  return status == HAUL_CLI_EXIT_CANCELLED ? status : HAUL_CLI_EXIT_DONE;
}

static void
append_count (GString    *text,
              guint       n,
              guint       n_runs,
              const char *what)
{
  if (n > 0)
    /* Translators: how many runs of how many had an outcome, and which: “20 of 20 less” */
    g_string_append_printf (text, _(", %u of %u %s"), n, n_runs, what);
}

static char *
describe (const Tally *self,
          int          widest)
{
  g_autoptr(GString) counts = g_string_new (NULL);

  for (guint i = 0; i < MAX_PREDICTIONS && self->experiment->predictions[i].id != NULL; i++)
    append_count (counts, self->n_outcomes[i], self->n_runs, self->experiment->predictions[i].id);
  append_count (counts, self->n_unsaid, self->n_runs, _("not to be said"));
  append_count (counts, self->n_failed, self->n_runs, _("failed"));
  if (counts->len > 2)
    g_string_erase (counts, 0, 2);

  return g_strdup_printf (_("%-*s  %s; the longest took %.1f s%s%s\n"), widest, lab_experiment_get_id (self->experiment),
                          counts->str, self->longest, self->why != NULL ? "\n    " : "", self->why != NULL ? self->why : "");
}

static void
add_int (JsonBuilder *builder,
         const char  *name,
         gint64       number)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, number);
}

static char *
to_json (const Tally *self)
{
  g_autoptr(JsonBuilder) builder = json_builder_new ();
  g_autoptr(JsonNode) root = NULL;
  g_autofree char *json = NULL;

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "experiment");
  json_builder_add_string_value (builder, lab_experiment_get_id (self->experiment));
  add_int (builder, "runs", self->n_runs);
  json_builder_set_member_name (builder, "outcomes");
  json_builder_begin_object (builder);
  for (guint i = 0; i < MAX_PREDICTIONS && self->experiment->predictions[i].id != NULL; i++)
    add_int (builder, self->experiment->predictions[i].id, self->n_outcomes[i]);
  json_builder_end_object (builder);
  add_int (builder, "unsaid", self->n_unsaid);
  add_int (builder, "failed", self->n_failed);
  json_builder_set_member_name (builder, "longest_seconds");
  json_builder_add_double_value (builder, self->longest);
  json_builder_end_object (builder);

  root = json_builder_get_root (builder);
  json = json_to_string (root, FALSE);
  return g_strconcat (json, "\n", NULL);
}

int
haul_cli_lab_outcomes (const HaulCliLabOptions *options)
{
  const LabExperiment * const one[] = { options->experiment, NULL };
  const LabExperiment * const *chosen = options->experiment != NULL ? one : lab_experiments;
  int status = HAUL_CLI_EXIT_DONE, widest = 0, printed = HAUL_CLI_EXIT_DONE;
  gboolean failed = FALSE;

  for (guint i = 0; chosen[i] != NULL; i++)
    widest = MAX (widest, (int) strlen (lab_experiment_get_id (chosen[i])));

  for (guint i = 0; chosen[i] != NULL && status == HAUL_CLI_EXIT_DONE && printed == HAUL_CLI_EXIT_DONE; i++)
    {
      g_auto(Tally) tally = { chosen[i] };
      g_autofree char *text = NULL;

      status = run_one (&tally, options);
      failed = failed || tally.n_failed > 0;
      if (tally.n_runs == 0)
        continue;
      text = options->json ? to_json (&tally) : describe (&tally, widest);
      printed = options->json ? haul_cli_print_bytes (text, strlen (text)) : haul_cli_print (text);
    }

  if (status == HAUL_CLI_EXIT_CANCELLED)
    haul_cli_complain (_("canceled"));
  if (status != HAUL_CLI_EXIT_DONE || printed != HAUL_CLI_EXIT_DONE)
    return status != HAUL_CLI_EXIT_DONE ? status : printed;
  return failed ? HAUL_CLI_EXIT_FAILED : HAUL_CLI_EXIT_DONE;
}
