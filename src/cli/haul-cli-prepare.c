/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-cli-prepare.h"

#include <unistd.h>

#include <glib/gi18n.h>

#include "haul-cli-params.h"
#include "haul-cli-print.h"
#include "haul-cli.h"

static char *
describe_left (const HaulCliOption *option)
{
  return g_strconcat ("--", option->name, option->value != NULL ? " " : "",
                      option->value != NULL ? _(option->value) : "", NULL);
}

void
haul_cli_append_options (GString      *text,
                         HaulCliVerbs  verb)
{
  int widest = 0;

  for (const HaulCliOption *option = haul_cli_options_list (); option->name != NULL; option++)
    {
      g_autofree char *left = describe_left (option);

      if ((option->verbs & verb) != 0)
        widest = MAX (widest, (int) strlen (left));
    }

  g_string_append (text, _("Options:\n"));
  for (const HaulCliOption *option = haul_cli_options_list (); option->name != NULL; option++)
    {
      g_autofree char *left = describe_left (option);

      if ((option->verbs & verb) != 0)
        g_string_append_printf (text, "  %-*s  %s\n", widest, left, _(option->help));
    }
}

static int
help_on_task (HaulCliVerbs    verb,
              const HaulTask *task)
{
  GString *text = g_string_new (NULL);
  g_autofree char *params = haul_cli_describe_params (task);
  g_autofree char *page = NULL;

  if (verb == HAUL_CLI_MAP)
    g_string_append_printf (text, _("Usage: haul map %s --over PARAMETER=VALUES [--PARAMETER VALUE]… [OPTION]…\n\n%s.\n\n"),
                            task->id, _(task->summary));
  else
    g_string_append_printf (text, _("Usage: haul run %s [--PARAMETER VALUE]… [OPTION]…\n\n%s.\n\n"),
                            task->id, _(task->summary));

  if (*params != '\0')
    g_string_append_printf (text, _("Parameters:\n%s\n"), params);

  haul_cli_append_options (text, verb);
  page = g_string_free (text, FALSE);
  return haul_cli_print (page);
}

int
haul_cli_help_on (HaulCliVerbs    verb,
                  const HaulTask *task)
{
  char name[] = "run";
  char *argv[] = { name };

  if (verb == HAUL_CLI_MAP)
    g_strlcpy (name, "map", sizeof name);

  return task != NULL ? help_on_task (verb, task) : haul_cli_help (1, argv);
}

static HaulCliOutputPolicy
output_policy (const HaulCliOptions *options)
{
  if (options->force)
    return HAUL_CLI_OUTPUT_REPLACE;

  /* Standard input has other things to tell then. */
  if (g_strcmp0 (options->over_values, "@-") == 0)
    return HAUL_CLI_OUTPUT_KEEP;

  if (isatty (STDIN_FILENO) && isatty (STDERR_FILENO) && !options->quiet && !options->json)
    return HAUL_CLI_OUTPUT_ASK;

  return HAUL_CLI_OUTPUT_KEEP;
}

gboolean
haul_cli_prepare_output (const HaulCliOptions  *options,
                         HaulCliOutput        **ret_output)
{
  g_autoptr(HaulCliOutput) output = NULL;
  g_autoptr(GError) error = NULL;

  if (options->output != NULL)
    {
      output = haul_cli_output_new (options->output, output_policy (options), &error);
      if (output == NULL)
        {
          haul_cli_complain ("%s", error->message);
          return FALSE;
        }
    }

  /* Better to know it now than after an hour of work. */
  if ((output == NULL || options->json) && !haul_cli_can_write (STDOUT_FILENO))
    {
      haul_cli_complain (_("standard output is closed; open it, or write to a file with --output FILE"));
      return FALSE;
    }

  *ret_output = g_steal_pointer (&output);
  return TRUE;
}
