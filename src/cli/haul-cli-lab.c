/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-cli.h"

#include <string.h>

#include <unistd.h>

#include <glib/gi18n.h>

#include "haul-cli-lab-compare.h"
#include "haul-cli-lab-options.h"
#include "haul-cli-lab-outcomes.h"
#include "haul-cli-lab-report.h"
#include "haul-cli-lab-session.h"
#include "haul-cli-lab-text.h"
#include "haul-cli-params.h"
#include "haul-cli-print.h"
#include "lab-report.h"

static void
append_options (GString *text)
{
  int widest = 0;

  for (const HaulCliLabOption *option = haul_cli_lab_options_list (); option->name != NULL; option++)
    widest = MAX (widest, (int) (strlen (option->name) + (option->value != NULL ? 1 + strlen (_(option->value)) : 0)));

  g_string_append (text, _("Options:\n"));
  for (const HaulCliLabOption *option = haul_cli_lab_options_list (); option->name != NULL; option++)
    {
      g_autofree char *left = g_strconcat (option->name, option->value != NULL ? " " : "",
                                           option->value != NULL ? _(option->value) : "", NULL);

      g_string_append_printf (text, "  --%-*s  %s\n", widest, left, _(option->help));
    }
}

char *
haul_cli_lab_help (void)
{
  GString *text = g_string_new (_("Runs an experiment with processes or threads on this machine, and says what came out;\n"
                                  "without a name it lists the experiments.\n\n"));

  append_options (text);
  g_string_append (text, _("\nCtrl+C cancels. Each run ends within 15 seconds.\n"
                           "\nExit status: 0 done, 1 failed, 2 wrong command line, 124 timed out,\n"
                           "130 canceled, 128 and the number of the signal: crashed by a signal.\n"));
  return g_string_free (text, FALSE);
}

/* What can be set of one experiment. */
static int
help_on (const LabExperiment *experiment)
{
  g_autoptr(GString) text = g_string_new (NULL);
  g_autofree char *params = haul_cli_describe_params (&experiment->task);

  g_string_append_printf (text, _("Usage: haul lab %s [--PARAMETER VALUE]… [OPTION]…\n\n%s\n\n"),
                          lab_experiment_get_id (experiment), _(experiment->question));
  if (*params != '\0')
    g_string_append_printf (text, _("Parameters:\n%s\n"), params);

  g_string_append (text, _("What may be predicted:\n"));
  for (const HaulChoice *choice = experiment->predictions; choice != NULL && choice->id != NULL; choice++)
    g_string_append_printf (text, "  %s  %s\n", choice->id, _(choice->title));
  g_string_append_c (text, '\n');

  append_options (text);
  return haul_cli_print (text->str);
}

static int
list_experiments (gboolean as_json)
{
  g_autofree char *text = as_json ? haul_cli_lab_list_json () : haul_cli_lab_list ();

  return as_json ? haul_cli_print_bytes (text, strlen (text)) : haul_cli_print (text);
}

static int
print_run (const HaulCliLabOptions *options,
           LabRun                  *run)
{
  g_autoptr(LabMachine) machine = NULL;
  g_autofree char *text = NULL;

  if (options->json)
    {
      machine = lab_machine_new ();
      text = lab_report_to_json (run, machine, FALSE);
      return haul_cli_print_bytes (text, strlen (text));
    }
  if (lab_findings_get_n_runs (lab_run_get_findings (run)) == 0)
    return HAUL_CLI_EXIT_DONE;

  text = haul_cli_lab_describe (run, options->lesson);
  return haul_cli_print (text);
}

static int
run_experiment (const HaulCliLabOptions *options)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(HaulCliLabReport) report = haul_cli_lab_report_new (options, &error);
  g_autoptr(LabRun) run = lab_run_new (options->experiment);
  int status = HAUL_CLI_EXIT_DONE, printed = HAUL_CLI_EXIT_DONE;

  if (report == NULL)
    {
      haul_cli_complain ("%s", error->message);
      return HAUL_CLI_EXIT_USAGE;
    }

  /* They were checked with the command line. */
  (void) lab_run_set_arguments (run, options->arguments, NULL);
  if (options->lesson != NULL)
    lab_run_set_question (run, lab_lesson_get_question (options->lesson));
  if (options->prediction != NULL)
    lab_run_predict (run, options->prediction);

  status = haul_cli_lab_session_run (run, options->n_times, _(options->experiment->task.title));
  if (status == HAUL_CLI_EXIT_CANCELLED)
    haul_cli_complain (_("%s: canceled"), lab_experiment_get_id (options->experiment));
  else if (lab_run_get_error (run) != NULL)
    haul_cli_complain ("%s", lab_run_get_message (run));
  if (lab_run_get_state (run) != LAB_RUN_REVEALED)
    return status;

  if (lab_findings_get_n_runs (lab_run_get_findings (run)) > 0 && !haul_cli_lab_report_write (report, run, &error))
    {
      haul_cli_complain ("%s", error->message);
      status = MAX (status, HAUL_CLI_EXIT_FAILED);
    }
  printed = print_run (options, run);
  return status != HAUL_CLI_EXIT_DONE ? status : printed;
}

int
haul_cli_lab (int    argc,
              char **argv)
{
  g_auto(HaulCliLabOptions) options = { NULL };
  g_autoptr(GError) error = NULL;
  char name[] = "lab";
  char *help[] = { name };

  if (!haul_cli_lab_options_parse (&options, argc, argv, &error))
    {
      haul_cli_complain ("%s", error->message);
      return HAUL_CLI_EXIT_USAGE;
    }

  if (options.help)
    return options.experiment != NULL ? help_on (options.experiment) : haul_cli_help (1, help);
  if (!haul_cli_can_write (STDOUT_FILENO))
    {
      haul_cli_complain (_("standard output is closed; open it"));
      return HAUL_CLI_EXIT_USAGE;
    }
  if (options.outcomes)
    return haul_cli_lab_outcomes (&options);
  if (options.comparison != NULL)
    return haul_cli_lab_compare_run (options.comparison);
  if (options.experiment == NULL)
    return list_experiments (options.json);
  return run_experiment (&options);
}
