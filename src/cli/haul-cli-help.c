/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-cli.h"

#include <glib/gi18n.h>

#include "haul-cli-print.h"

static char *
overview (void)
{
  GString *text = g_string_new (NULL);
  gsize widest = 0;

  for (const HaulCliVerb *verb = haul_cli_verbs (); verb->name != NULL; verb++)
    widest = MAX (widest, strlen (verb->name));

  g_string_append (text, _("Usage: haul VERB …\n"
                           "\n"
                           "Runs long tasks: in a child process, in a thread, or right here.\n"
                           "\n"));
  for (const HaulCliVerb *verb = haul_cli_verbs (); verb->name != NULL; verb++)
    g_string_append_printf (text, "  %-*s  %s\n", (int) widest, verb->name, _(verb->summary));

  g_string_append (text, _("\n"
                           "  --help     Show this\n"
                           "  --version  Show the version\n"
                           "\n"
                           "For more on a verb: haul help VERB. A first try: haul run pi --digits 1000\n"));

  return g_string_free (text, FALSE);
}

char *
haul_cli_help_help (void)
{
  return g_strdup (_("Explains the verb, or lists the verbs there are.\n"));
}

int
haul_cli_help (int    argc,
               char **argv)
{
  const HaulCliVerb *verb = NULL;
  g_autofree char *text = NULL;
  g_autofree char *page = NULL;

  if (argc == 0)
    {
      text = overview ();
      return haul_cli_print (text);
    }

  if (argc > 1)
    {
      haul_cli_complain (_("‘haul help’ takes one verb"));
      return HAUL_CLI_EXIT_USAGE;
    }

  verb = haul_cli_find_verb (argv[0]);
  if (verb == NULL)
    {
      haul_cli_complain (_("there is no verb ‘%s’ to explain; ‘haul help’ lists them"), argv[0]);
      return HAUL_CLI_EXIT_USAGE;
    }

  text = verb->help ();
  /* Translators: %s are how to call a verb of the command line, and what it does. */
  page = g_strdup_printf (_("Usage: haul %s\n\n%s"), _(verb->synopsis), text);
  return haul_cli_print (page);
}
