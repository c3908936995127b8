/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-cli.h"

#include <glib/gi18n.h>

#include "haul-cli-nearest.h"
#include "haul-cli-print.h"

static const HaulCliVerb verbs[] = {
  {
    "run", N_("run TASK [--PARAMETER VALUE]… [OPTION]…"),
    N_("Run a task, and write its result to standard output"),
    haul_cli_run, haul_cli_run_help,
  },
  {
    "map", N_("map TASK --over PARAMETER=VALUES [--PARAMETER VALUE]… [OPTION]…"),
    N_("Run a task once for each of many values, in a pool of processes"),
    haul_cli_map, haul_cli_map_help,
  },
  {
    "tasks", N_("tasks [TASK] [--json]"),
    N_("List the tasks there are, or the parameters of one"),
    haul_cli_tasks, haul_cli_tasks_help,
  },
  {
    "lab", "lab [EXPERIMENT] [--PARAMETER VALUE]… [OPTION]…",
    N_("Show with this machine’s own numbers what processes and threads do"),
    haul_cli_lab, haul_cli_lab_help,
  },
  {
    "ps", "ps [--tree] [--watch] [--all] [--json]",
    N_("List the processes of long tasks"),
    haul_cli_ps, haul_cli_ps_help,
  },
  {
    "help", N_("help [VERB]"),
    N_("Explain a verb"),
    haul_cli_help, haul_cli_help_help,
  },
  { NULL }
};

const HaulCliVerb *
haul_cli_verbs (void)
{
  return verbs;
}

const HaulCliVerb *
haul_cli_find_verb (const char *name)
{
  for (const HaulCliVerb *verb = verbs; verb->name != NULL; verb++)
    {
      if (g_strcmp0 (verb->name, name) == 0)
        return verb;
    }

  return NULL;
}

static int
refuse_verb (const char *name)
{
  g_autoptr(GPtrArray) names = g_ptr_array_new ();
  const HaulTask *task = NULL;
  const char *nearest = NULL;

  for (const HaulCliVerb *verb = verbs; verb->name != NULL; verb++)
    g_ptr_array_add (names, (gpointer) verb->name);

  task = haul_task_lookup (name, NULL);
  nearest = haul_cli_nearest (name, (const char * const *) names->pdata, names->len);
  if (name[0] == '-')
    haul_cli_complain (_("unknown option ‘%s’; try ‘haul --help’"), name);
  else if (task != NULL && !task->hidden)
    haul_cli_complain (_("‘%s’ is a task; to run it, say ‘haul run %s’"), name, name);
  else if (nearest != NULL)
    haul_cli_complain (_("unknown verb ‘%s’; did you mean ‘%s’?"), name, nearest);
  else
    haul_cli_complain (_("unknown verb ‘%s’; try ‘haul --help’"), name);

  return HAUL_CLI_EXIT_USAGE;
}

/**
 * haul_cli_main:
 * @argc: how many
 * @argv: with the name of the program
 *
 * All of `haul` but what a process does once, first of all.
 *
 * Returns: the exit status
 */
int
haul_cli_main (int    argc,
               char **argv)
{
  const HaulCliVerb *verb = NULL;

  if (argc < 2)
    {
      haul_cli_complain (_("what to do is missing; try ‘haul run pi’, ‘haul tasks’ or ‘haul --help’"));
      return HAUL_CLI_EXIT_USAGE;
    }

  if (g_str_equal (argv[1], "--help") || g_str_equal (argv[1], "-h"))
    return haul_cli_help (0, NULL);

  if (g_str_equal (argv[1], "--version"))
    return haul_cli_print ("haul " LT_VERSION "\n");

  verb = haul_cli_find_verb (argv[1]);
  if (verb == NULL)
    return refuse_verb (argv[1]);

  for (int i = 2; i < argc && !g_str_equal (argv[i], "--"); i++)
    {
      /* Before anything else is looked at: whoever asks for help may have the rest wrong. */
      if (verb->run != haul_cli_run && verb->run != haul_cli_map && verb->run != haul_cli_lab &&
          (g_str_equal (argv[i], "--help") || g_str_equal (argv[i], "-h")))
        return haul_cli_help (1, argv + 1);
    }

  return verb->run (argc - 2, argv + 2);
}
