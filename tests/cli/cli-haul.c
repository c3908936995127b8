/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <locale.h>

#include "haul-cli-print.h"
#include "haul-cli-signals.h"
#include "haul-cli.h"
#include "test-tasks.h"

/* `haul`, with the tasks of the tests in place of its own. */
int
main (int    argc,
      char **argv)
{
  haul_cli_descriptors_reset ();
  haul_cli_signals_reset ();
  setlocale (LC_ALL, "");
  g_set_prgname ("haul");
  haul_tasks_register (haul_test_tasks ());

  return haul_cli_main (argc, argv);
}
