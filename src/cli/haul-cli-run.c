/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-cli.h"

#include <glib/gi18n.h>

#include "haul-cli-options.h"
#include "haul-cli-output.h"
#include "haul-cli-prepare.h"
#include "haul-cli-print.h"
#include "haul-cli-session.h"

char *
haul_cli_run_help (void)
{
  GString *text = g_string_new (_("Runs a task. Its result goes to standard output, and nothing else does;\n"
                                  "‘haul tasks TASK’ lists its parameters.\n\n"));

  haul_cli_append_options (text, HAUL_CLI_RUN);
  g_string_append (text, _("\nCtrl+C cancels, twice ends it at once; Ctrl+Z pauses, ‘fg’ goes on.\n"
                           "\nExit status: 0 done, 1 failed, 2 wrong command line, 124 timed out,\n"
                           "130 canceled, 128 and the number of the signal: crashed by a signal.\n"));

  return g_string_free (text, FALSE);
}

int
haul_cli_run (int    argc,
              char **argv)
{
  g_auto(HaulCliOptions) options = { NULL };
  g_autoptr(HaulCliOutput) output = NULL;
  g_autoptr(GError) error = NULL;

  if (!haul_cli_options_parse (&options, HAUL_CLI_RUN, argc, argv, &error))
    {
      haul_cli_complain ("%s", error->message);
      return HAUL_CLI_EXIT_USAGE;
    }

  if (options.help)
    return haul_cli_help_on (HAUL_CLI_RUN, options.task);

  if (!haul_cli_prepare_output (&options, &output))
    return HAUL_CLI_EXIT_USAGE;

  return haul_cli_session_run (&options, output);
}
