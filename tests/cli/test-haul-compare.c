/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <signal.h>

#include "cli-run.h"
#include "haul-test.h"

/* `haul lab --compare`: one task in every way that there is. */

static void
test_refused (void)
{
  g_autoptr(CliRun) unknown = cli_run ("lab", "--compare", "nothing", NULL);
  g_autoptr(CliRun) none = cli_run ("lab", "--compare", NULL);
  g_autoptr(CliRun) both = cli_run ("lab", "lost-updates", "--compare", "sleep", NULL);

  cli_run_assert_refused (unknown, 2, "sleep");
  cli_run_assert_refused (none, 2, "--compare TASK");
  cli_run_assert_refused (both, 2, "--compare");
}

/* Whoever sleeps does so wherever it is, however busy the machine; but on the main loop nobody can stop it. */
static void
test_sheet (void)
{
  g_autoptr(CliRun) run = cli_run ("lab", "--compare", "sleep", NULL);
  static const char * const lines[] = { "On the main loop", "In a thread", "In a process", "In the pool", "In Python",
                                        "Processor Time", "not possible", "the whole program", "and none of 2 others" };

  cli_run_assert_status (run, 0);
  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    haul_test_assert_contains (run->out->str, lines[i]);
  g_assert_cmpstr (run->err->str, ==, "");
}

/* On a terminal it says where it is; there, too, it can be stopped. */
static void
test_cancelled (void)
{
  g_autoptr(CliRun) run = cli_run_start_on_terminal (80, "lab", "--compare", "sleep", NULL);

  cli_run_wait_for (run, run->err, "In a process");
  cli_run_signal (run, SIGINT);
  cli_run_join (run);
  cli_run_assert_status (run, 130);
  g_assert_cmpstr (run->out->str, ==, "");
  haul_test_assert_contains (run->err->str, "sleep: canceled");
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);
  g_setenv ("TERM", "xterm-256color", TRUE);

  g_test_add_func ("/haul/compare/refused", test_refused);
  g_test_add_func ("/haul/compare/sheet", test_sheet);
  g_test_add_func ("/haul/compare/cancelled", test_cancelled);

  return g_test_run ();
}
