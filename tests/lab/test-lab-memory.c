/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lab-test.h"

/* What is shared, and what is lost: the direction of each effect, not its size. */

static void
test_separate_memory (void)
{
  g_autoptr(LabRun) run = NULL;

  lab_test_begin ();
  run = lab_test_run ("separate-memory", "{'memory': <int64 4>}", 1);
  lab_test_assert_outcome (run, "thread");
  g_assert_cmpfloat (lab_test_get (run, "value", "child"), ==, 2);
  g_assert_cmpfloat (lab_test_get (run, "value", "after"), ==, 1);
  g_assert_cmpfloat (lab_test_get (run, "faults", "child"), >=, 1024);
  g_assert_cmpstr (lab_findings_get_text (lab_run_get_findings (run), "address"), ==,
                   lab_findings_get_text (lab_run_get_findings (run), "child-address"));
  g_clear_object (&run);
  lab_test_end ();
}

static void
test_pipe_stuck (void)
{
  g_autoptr(LabRun) run = NULL;

  lab_test_begin ();
  run = lab_test_run ("pipe-wall", NULL, 1);
  lab_test_assert_outcome (run, "stuck");
  g_assert_cmpfloat (lab_test_get (run, "stuck", "read-first"), ==, 0);
  g_assert_cmpfloat (lab_test_get (run, "received", "read-first"), ==, 65537);

  /* It was rescued. */
  g_assert_cmpfloat (lab_test_get (run, "received", "join-first"), ==, 65537);
  g_clear_object (&run);
  lab_test_end ();
}

/* The last byte that fits, on a machine where pipes are as large as they should be. */
static void
test_pipe_fits (void)
{
  g_autoptr(LabRun) run = NULL;

  lab_test_begin ();
  run = lab_test_run ("pipe-wall", "{'size': <int64 65536>}", 1);
  lab_test_assert_outcome (run, lab_test_get (run, "capacity", "join-first") >= 65536 ? "ends" : "stuck");
  g_clear_object (&run);
  lab_test_end ();
}

static void
test_torn_lines (void)
{
  g_autoptr(LabRun) run = NULL;

  lab_test_begin ();
  run = lab_test_run ("torn-lines", NULL, 1);
  /* How many of the long ones are torn is chance: that none of those of up to PIPE_BUF bytes is, is not. */
  g_assert_nonnull (lab_test_explained (run));
  g_assert_cmpfloat (lab_test_get (run, "torn", "4096"), ==, 0);
  g_clear_object (&run);

  run = lab_test_run ("torn-lines", "{'size': <int64 200>}", 1);
  lab_test_assert_outcome (run, "none");
  g_clear_object (&run);
  lab_test_end ();
}

static void
test_two_locks (void)
{
  g_autoptr(LabRun) run = NULL;

  lab_test_begin ();
  /* A thread that gets no processor for as long as the time-out makes a round without a ring, but not three. */
  run = lab_test_run ("two-locks", "{'timeout': <int64 500>}", 1);
  lab_test_assert_outcome (run, "ring");
  g_assert_cmpfloat (lab_test_get (run, "rings", "same"), ==, 0);
  g_assert_cmpfloat (lab_test_get (run, "rings", "try"), ==, 0);
  g_assert_cmpfloat (lab_test_get (run, "time", "opposite"), >, lab_test_get (run, "time", "same"));
  g_clear_object (&run);
  lab_test_end ();
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);

  g_test_add_func ("/lab/separate-memory", test_separate_memory);
  g_test_add_func ("/lab/pipe-wall/stuck", test_pipe_stuck);
  g_test_add_func ("/lab/pipe-wall/fits", test_pipe_fits);
  g_test_add_func ("/lab/torn-lines", test_torn_lines);
  g_test_add_func ("/lab/two-locks", test_two_locks);

  return g_test_run ();
}
