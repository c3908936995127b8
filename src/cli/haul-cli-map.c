/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-cli.h"

#include <glib/gi18n.h>

#include "haul-cli-map-session.h"
#include "haul-cli-options.h"
#include "haul-cli-output.h"
#include "haul-cli-prepare.h"
#include "haul-cli-print.h"
#include "haul-cli-values.h"

char *
haul_cli_map_help (void)
{
  GString *text = g_string_new (_("Runs a task once for each of many values of a parameter, in a pool of processes.\n"
                                  "Results go to standard output in the order of the values; ‘haul tasks TASK’ lists\n"
                                  "the parameters.\n\n"));

  haul_cli_append_options (text, HAUL_CLI_MAP);
  g_string_append (text, _("\nCtrl+C cancels, twice ends it at once.\n"
                           "\nExit status: 0 all are done, 1 some failed, 2 wrong command line, 130 canceled.\n"
                           "\nFor example: haul map pi --over digits=100..1000:100\n"));

  return g_string_free (text, FALSE);
}

/* What can be known before is no error of the item. */
static gboolean
check_ends (const HaulCliOptions  *options,
            HaulCliValues         *values,
            GError               **error)
{
  for (guint64 i = 0; i < haul_cli_values_get_n_ends (values); i++)
    {
      g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT (options->arguments);
      g_autoptr(GVariant) value = haul_cli_values_dup_end (values, i);
      g_autoptr(GVariant) complete = NULL;

      g_variant_dict_insert_value (&dict, options->over_param->name, value);
      complete = haul_task_complete (options->task, g_variant_dict_end (&dict), error);
      if (complete == NULL || !haul_task_check_memory (options->task, complete, error))
        {
          g_prefix_error (error, "--over %s: ", options->over_param->name);
          return FALSE;
        }
    }

  return TRUE;
}

int
haul_cli_map (int    argc,
              char **argv)
{
  g_auto(HaulCliOptions) options = { NULL };
  g_autoptr(HaulCliValues) values = NULL;
  g_autoptr(HaulCliOutput) output = NULL;
  g_autoptr(GError) error = NULL;

  if (!haul_cli_options_parse (&options, HAUL_CLI_MAP, argc, argv, &error))
    {
      haul_cli_complain ("%s", error->message);
      return HAUL_CLI_EXIT_USAGE;
    }

  if (options.help)
    return haul_cli_help_on (HAUL_CLI_MAP, options.task);

  values = haul_cli_values_new (options.over_param, options.over_values, &error);
  if (values == NULL || !check_ends (&options, values, &error))
    {
      haul_cli_complain ("%s", error->message);
      return HAUL_CLI_EXIT_USAGE;
    }

  if (!haul_cli_prepare_output (&options, &output))
    return HAUL_CLI_EXIT_USAGE;

  return haul_cli_map_session_run (&options, values, output);
}
