/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lab-test.h"

static void
test_lost (void)
{
  g_autoptr(LabRun) run = NULL;

  lab_test_begin ();
  run = lab_test_run ("lost-updates", NULL, 1);
  g_assert_cmpfloat (lab_test_get (run, "lost", "mutex"), ==, 0);
  g_assert_cmpfloat (lab_test_get (run, "lost", "atomic"), ==, 0);
  (void) lab_test_outcome_or_why (run, "less");   /* whether two threads meet is chance */
  g_clear_object (&run);
  lab_test_end ();
}

/* Nobody to lose to: it says so, and claims nothing. */
static void
test_alone (void)
{
  g_autoptr(LabRun) run = NULL;

  lab_test_begin ();
  run = lab_test_run ("lost-updates", "{'threads': <int64 1>}", 1);
  g_assert_cmpfloat (lab_test_get (run, "lost", "none"), ==, 0);
  g_assert_null (lab_run_get_outcome (run));
  g_assert_nonnull (lab_run_get_message (run));
  g_clear_object (&run);
  lab_test_end ();
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);

  g_test_add_func ("/lab/lost-updates/lost", test_lost);
  g_test_add_func ("/lab/lost-updates/alone", test_alone);

  return g_test_run ();
}
