/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-cli.h"

#include <unistd.h>

#include <glib/gi18n.h>

#include "haul-cli-options.h"
#include "haul-cli-output.h"
#include "haul-cli-params.h"
#include "haul-cli-print.h"
#include "haul-cli-session.h"

static void
append_options (GString *text)
{
  g_string_append (text, _("Options:\n"));
  for (const HaulCliOption *option = haul_cli_options_list (); option->name != NULL; option++)
    {
      g_autofree char *left = NULL;

      left = g_strconcat ("--", option->name, option->value != NULL ? " " : "",
                          option->value != NULL ? _(option->value) : "", NULL);
      g_string_append_printf (text, "  %-17s  %s\n", left, _(option->help));
    }
}

char *
haul_cli_run_help (void)
{
  GString *text = g_string_new (_("Runs a task. Its result goes to standard output, and nothing else does;\n"
                                  "‘haul tasks TASK’ lists its parameters.\n\n"));

  append_options (text);
  g_string_append (text, _("\nCtrl+C cancels, twice ends it at once; Ctrl+Z pauses, ‘fg’ goes on.\n"
                           "\nExit status: 0 done, 1 failed, 2 wrong command line, 124 timed out,\n"
                           "130 canceled, 128 and the number of the signal: crashed by a signal.\n"));

  return g_string_free (text, FALSE);
}

static int
help_on_task (const HaulTask *task)
{
  GString *text = g_string_new (NULL);
  g_autofree char *params = haul_cli_describe_params (task);
  g_autofree char *page = NULL;

  g_string_append_printf (text, _("Usage: haul run %s [--PARAMETER VALUE]… [OPTION]…\n\n%s.\n\n"), task->id, _(task->summary));
  if (*params != '\0')
    g_string_append_printf (text, _("Parameters:\n%s\n"), params);

  append_options (text);
  page = g_string_free (text, FALSE);
  return haul_cli_print (page);
}

static int
help_on_run (const HaulTask *task)
{
  char verb[] = "run";
  char *argv[] = { verb };

  return task != NULL ? help_on_task (task) : haul_cli_help (1, argv);
}

static HaulCliOutputPolicy
output_policy (const HaulCliOptions *options)
{
  if (options->force)
    return HAUL_CLI_OUTPUT_REPLACE;

  if (isatty (STDIN_FILENO) && isatty (STDERR_FILENO) && !options->quiet && !options->json)
    return HAUL_CLI_OUTPUT_ASK;

  return HAUL_CLI_OUTPUT_KEEP;
}

int
haul_cli_run (int    argc,
              char **argv)
{
  g_auto(HaulCliOptions) options = { NULL };
  g_autoptr(HaulCliOutput) output = NULL;
  g_autoptr(GError) error = NULL;

  if (!haul_cli_options_parse (&options, argc, argv, &error))
    {
      haul_cli_complain ("%s", error->message);
      return HAUL_CLI_EXIT_USAGE;
    }

  if (options.help)
    return help_on_run (options.task);

  if (options.output != NULL)
    {
      output = haul_cli_output_new (options.output, output_policy (&options), &error);
      if (output == NULL)
        {
          haul_cli_complain ("%s", error->message);
          return HAUL_CLI_EXIT_USAGE;
        }
    }

  /* Better to know it now than after an hour of work. */
  if ((output == NULL || options.json) && !haul_cli_can_write (STDOUT_FILENO))
    {
      haul_cli_complain (_("standard output is closed; open it, or write to a file with --output FILE"));
      return HAUL_CLI_EXIT_USAGE;
    }

  return haul_cli_session_run (&options, output);
}
