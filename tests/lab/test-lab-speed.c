/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul/parent/haul-cpus.h"
#include "lab-test.h"

static double
get_speedup (LabRun *run,
             guint   n_workers)
{
  g_autofree char *item = g_strdup_printf ("%u", n_workers);

  return lab_test_get (run, "speedup", item);
}

static void
test_workers (void)
{
  guint n_cpus = haul_usable_cpus ();
  g_autoptr(LabRun) run = NULL;

  lab_test_begin ();
  run = lab_test_run ("how-many-workers", NULL, 1);
  g_assert_cmpfloat (get_speedup (run, 1), ==, 1);
  if (lab_test_outcome_or_why (run, "cores"))
    g_assert_cmpfloat (get_speedup (run, n_cpus), >, 1);
  g_clear_object (&run);
  lab_test_end ();
}

/* What cannot be divided bounds what can be gained. */
static void
test_serial (void)
{
  guint n_cpus = haul_usable_cpus ();
  g_autoptr(LabRun) run = NULL;

  lab_test_begin ();
  run = lab_test_run ("how-many-workers", "{'serial': <int64 80>}", 1);
  g_assert_cmpfloat (get_speedup (run, n_cpus), <, 1.6);
  g_clear_object (&run);
  lab_test_end ();
}

static void
test_chunks (void)
{
  g_autoptr(LabRun) run = NULL;

  lab_test_begin ();
  run = lab_test_run ("chunk-size", NULL, 1);
  /* What a message costs is more than the item that it brings, on any machine. */
  g_assert_cmpfloat (lab_test_get (run, "time", "1"), >, lab_test_get (run, "time", "256"));
  g_assert_cmpfloat (lab_test_get (run, "messages", "1"), ==, 4000);
  g_assert_cmpfloat (lab_test_get (run, "messages", "2000"), ==, 2);
  g_assert_cmpfloat (lab_test_get (run, "share", "2000"), ==, 100);
  g_assert_cmpstr (lab_test_explained (run), !=, "one");   /* the others are close where workers do not get a processor each */
  g_clear_object (&run);
  lab_test_end ();
}

static void
test_waiting (void)
{
  static const char * const ways[] = { "loop", "threads", "processes", "serial" };
  g_autoptr(LabRun) run = NULL;

  lab_test_begin ();
  run = lab_test_run ("waiting-is-not-working", NULL, 1);
  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    g_assert_cmpfloat (lab_test_get (run, "time", ways[i]), >=, 0.02);
  g_assert_cmpfloat (lab_test_get (run, "time", "serial"), >=, 20);
  g_assert_cmpfloat (lab_test_get (run, "workers", "loop"), ==, 1);
  g_assert_cmpfloat (lab_test_get (run, "workers", "processes"), ==, 100);
#if !HAUL_TEST_SANITIZED
  /* With a sanitizer, each of them takes more than it asked for. */
  g_assert_cmpfloat (lab_test_get (run, "memory", "loop"), <, lab_test_get (run, "memory", "threads"));
  g_assert_cmpfloat (lab_test_get (run, "memory", "loop"), <, lab_test_get (run, "memory", "processes"));
  (void) lab_test_explained (run);   /* which of them were quick is the machine's */
#endif
  g_clear_object (&run);
  lab_test_end ();
}

static void
test_nice (void)
{
  g_autoptr(LabRun) run = NULL;

  lab_test_begin ();
  run = lab_test_run ("nice-and-cores", NULL, 1);
  if (lab_test_outcome_or_why (run, "less"))
    g_assert_cmpfloat (lab_test_get (run, "time", "same-nice"), <, lab_test_get (run, "time", "same-plain"));
  g_clear_object (&run);
  lab_test_end ();
}

static void
assert_lock (gboolean is_model)
{
  g_autoptr(LabRun) run = lab_test_run ("interpreter-lock", NULL, 1);
  LabFindings *findings = lab_run_get_findings (run);

  g_assert_cmpfloat (lab_test_get (run, "speedup", "python-serial"), ==, 1);
  g_assert_cmpfloat (lab_test_get (run, "speedup", "c-serial"), ==, 1);
  g_assert_cmpint (lab_findings_get_text (findings, "model") != NULL, ==, is_model);
  g_assert_cmpint (lab_findings_get_text (findings, "python") != NULL, ==, !is_model);
  if (lab_test_outcome_or_why (run, "processes"))
    {
      g_autofree char *why = lab_run_get_experiment (run)->explain (findings);

      g_assert_cmpint (strstr (why, "This is a model") != NULL, ==, is_model);
      g_assert_cmpfloat (lab_test_get (run, "speedup", "python-processes"), >,
                         lab_test_get (run, "speedup", "python-threads"));
    }
}

static void
test_lock (void)
{
  g_autofree char *python = g_find_program_in_path ("python3");

  lab_test_begin ();
  assert_lock (python == NULL);
  lab_test_end ();
}

/* Without it there is a model, which says that it is one. */
static void
test_lock_model (void)
{
  g_autofree char *path = g_strdup (g_getenv ("PATH"));

  lab_test_begin ();
  g_setenv ("PATH", "/there/is/none", TRUE);
  assert_lock (TRUE);
  g_setenv ("PATH", path, TRUE);
  lab_test_end ();
}

/* Who names one wants that one, and no model of another. */
static void
test_lock_nobody (void)
{
  g_autoptr(LabRun) run = NULL;

  lab_test_begin ();
  run = lab_run_new (lab_experiment_lookup ("interpreter-lock", NULL));
  (void) lab_run_set_arguments (run, g_variant_new_parsed ("{'python': <'/there/is/none'>}"), NULL);
  lab_run_skip (run);
  g_assert_true (lab_run_start (run, 1));
  lab_test_wait (run);
  g_assert_nonnull (lab_run_get_error (run));
  haul_test_assert_contains (lab_run_get_message (run), "/there/is/none");
  g_clear_object (&run);
  lab_test_end ();
}

static void
test_cancel (void)
{
  lab_test_begin ();
  lab_test_cancel ("how-many-workers", NULL, 0);
  lab_test_cancel ("chunk-size", NULL, 0);
  lab_test_cancel ("waiting-is-not-working", "{'waits': <int64 2000>, 'length': <int64 50>}", 0);
  lab_test_cancel ("nice-and-cores", NULL, 500);
  lab_test_cancel ("interpreter-lock", NULL, 0);
  lab_test_cancel ("interpreter-lock", NULL, 100);
  lab_test_end ();
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);

  g_test_add_func ("/lab/how-many-workers/cores", test_workers);
  g_test_add_func ("/lab/how-many-workers/serial", test_serial);
  g_test_add_func ("/lab/chunk-size", test_chunks);
  g_test_add_func ("/lab/waiting-is-not-working", test_waiting);
  g_test_add_func ("/lab/nice-and-cores", test_nice);
  g_test_add_func ("/lab/interpreter-lock/python", test_lock);
  g_test_add_func ("/lab/interpreter-lock/model", test_lock_model);
  g_test_add_func ("/lab/interpreter-lock/nobody", test_lock_nobody);
  g_test_add_func ("/lab/speed/cancel", test_cancel);

  return g_test_run ();
}
