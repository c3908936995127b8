/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <math.h>
#include <signal.h>

#include "haul/wire/haul-error.h"
#include "lab-test-experiment.h"
#include "lab-test.h"

/* The page of an experiment: what may be done in which state, and whatever the helper does. */

static void
set_arguments (LabRun     *run,
               const char *text)
{
  g_autoptr(GVariant) arguments = g_variant_parse (G_VARIANT_TYPE_VARDICT, text, NULL, NULL, NULL);
  g_autoptr(GError) error = NULL;

  g_assert_true (lab_run_set_arguments (run, arguments, &error));
  g_assert_no_error (error);
}

/* Of the experiment that does what @mode says; it may be started. */
static LabRun *
new_run (const char *mode)
{
  LabRun *run = lab_run_new (&lab_test_experiment);
  g_autofree char *text = g_strdup_printf ("{'mode': <'%s'>}", mode);

  set_arguments (run, text);
  lab_run_skip (run);
  return run;
}

static void
run_times (LabRun *run,
           guint   n_times)
{
  g_assert_true (lab_run_start (run, n_times));
  lab_test_wait (run);
}

static guint
count_runs (LabRun *run)
{
  return lab_findings_get_n_runs (lab_run_get_findings (run));
}

static double
get_size (LabRun *run)
{
  return lab_findings_get (lab_run_get_findings (run), "size", "one");
}

static gboolean
has_size (gpointer data)
{
  return !isnan (get_size (data));
}

static void
state_cb (LabRun     *run,
          GParamSpec *pspec,
          GString    *history)
{
  static const char letters[] = "aruv";

  g_string_append_c (history, letters[lab_run_get_state (run)]);
}

static void
test_states (void)
{
  g_autoptr(LabRun) run = lab_run_new (&lab_test_experiment);
  g_autoptr(GString) history = g_string_new (NULL);
  g_autoptr(GError) error = NULL;

  g_signal_connect (run, "notify::state", G_CALLBACK (state_cb), history);
  g_assert_cmpint (lab_run_get_state (run), ==, LAB_RUN_ASKING);
  g_assert_false (lab_run_start (run, 1));
  lab_run_cancel (run);
  g_assert_cmpfloat (lab_run_get_fraction (run), ==, 0);

  /* Another prediction counts, as long as nothing was seen. */
  lab_run_predict (run, "tiny");
  lab_run_predict (run, "big");
  lab_run_skip (run);
  g_assert_cmpint (lab_run_get_state (run), ==, LAB_RUN_READY);
  g_assert_cmpstr (lab_run_get_prediction (run), ==, "big");

  g_assert_true (lab_run_start (run, 1));
  g_assert_cmpint (lab_run_get_state (run), ==, LAB_RUN_RUNNING);
  g_assert_false (lab_run_start (run, 1));
  lab_run_predict (run, "tiny");
  lab_run_skip (run);
  g_assert_false (lab_run_set_arguments (run, NULL, &error));
  g_assert_error (error, HAUL_ERROR, HAUL_ERROR_NOT_POSSIBLE);
  lab_test_wait (run);

  g_assert_cmpint (lab_run_get_state (run), ==, LAB_RUN_REVEALED);
  g_assert_cmpstr (lab_run_get_outcome (run), ==, "big");
  g_assert_null (lab_run_get_message (run));
  g_assert_null (lab_run_get_error (run));
  g_assert_cmpfloat (lab_run_get_fraction (run), ==, 1);
  lab_run_predict (run, "tiny");
  lab_run_skip (run);
  lab_run_cancel (run);
  g_assert_cmpstr (lab_run_get_prediction (run), ==, "big");
  g_assert_cmpstr (history->str, ==, "ruv");

  /* And again. */
  run_times (run, 1);
  g_assert_cmpuint (count_runs (run), ==, 2);
  g_assert_cmpstr (history->str, ==, "ruvuv");
}

static void
test_unasked (void)
{
  g_autoptr(LabRun) run = lab_run_new (&lab_test_unasked);

  g_assert_cmpint (lab_run_get_state (run), ==, LAB_RUN_READY);
  run_times (run, 1);
  g_assert_null (lab_run_get_prediction (run));
  g_assert_cmpstr (lab_run_get_outcome (run), ==, "big");
}

static void
test_arguments (void)
{
  g_autoptr(LabRun) run = new_run ("fine");
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) bad = g_variant_ref_sink (g_variant_new_parsed ("{'size': <int64 5000>}"));
  g_autoptr(LabFindings) first = NULL;

  g_assert_false (lab_run_set_arguments (run, bad, &error));
  g_assert_error (error, HAUL_ERROR, HAUL_ERROR_BAD_ARGUMENT);
  haul_test_assert_contains (error->message, "size");
  g_assert_cmpint (haul_arguments_get_int (lab_run_get_arguments (run), "size"), ==, 10);

  run_times (run, 1);
  first = g_object_ref (lab_run_get_findings (run));
  g_assert_null (lab_run_get_earlier (run));

  /* The same again is no change. */
  set_arguments (run, "{'size': <int64 10>}");
  g_assert_true (lab_run_get_findings (run) == first);
  g_assert_cmpint (lab_run_get_state (run), ==, LAB_RUN_REVEALED);

  set_arguments (run, "{'size': <int64 20>}");
  g_assert_true (lab_run_get_earlier (run) == first);
  g_assert_cmpint (lab_run_get_state (run), ==, LAB_RUN_READY);
  g_assert_null (lab_run_get_outcome (run));
  g_assert_cmpuint (count_runs (run), ==, 0);

  /* What was never run is nothing to compare with. */
  set_arguments (run, "{'size': <int64 30>}");
  g_assert_true (lab_run_get_earlier (run) == first);
  run_times (run, 1);
  g_assert_cmpfloat (get_size (run), ==, 30);
  g_assert_cmpint (haul_arguments_get_int (lab_findings_get_arguments (lab_run_get_findings (run)), "size"), ==, 30);
  g_assert_cmpfloat (lab_findings_get (lab_run_get_earlier (run), "size", "one"), ==, 10);
}

static void
test_repeat (void)
{
  g_autoptr(LabRun) run = new_run ("fine");

  run_times (run, 3);
  g_assert_cmpuint (count_runs (run), ==, 3);
  run_times (run, 2);
  g_assert_cmpuint (count_runs (run), ==, 5);
  g_assert_cmpfloat (get_size (run), ==, 10);
}

/* It ran, and does not know. */
static void
test_why_not (void)
{
  g_autoptr(LabRun) run = new_run ("small");

  run_times (run, 1);
  g_assert_cmpint (lab_run_get_state (run), ==, LAB_RUN_REVEALED);
  g_assert_null (lab_run_get_outcome (run));
  g_assert_null (lab_run_get_error (run));
  g_assert_cmpstr (lab_run_get_message (run), ==, "Too little was found.");
}

static void
test_cancel (void)
{
  g_autoptr(LabRun) run = new_run ("wait");

  g_assert_true (lab_run_start (run, 5));
  haul_test_run_until (has_size, run, HAUL_TEST_SOON_MS);
  g_assert_cmpfloat (lab_run_get_fraction (run), <, 0.2);
  lab_run_cancel (run);
  lab_test_wait (run);
  g_assert_cmpint (lab_run_get_state (run), ==, LAB_RUN_READY);
  g_assert_cmpuint (count_runs (run), ==, 0);
  g_assert_true (isnan (get_size (run)));
  g_assert_null (lab_run_get_error (run));
  g_assert_null (lab_run_get_message (run));

  set_arguments (run, "{'mode': <'fine'>}");
  run_times (run, 1);
  g_assert_cmpstr (lab_run_get_outcome (run), ==, "big");
}

static gboolean
has_two_runs (gpointer data)
{
  return count_runs (data) == 2;
}

/* What was whole before counts. */
static void
test_cancel_later (void)
{
  g_autoptr(LabRun) run = new_run ("fine");

  run_times (run, 1);
  g_setenv ("LAB_TEST_WAIT", "1", TRUE);
  g_assert_true (lab_run_start (run, 5));
  haul_test_run_until (has_two_runs, run, HAUL_TEST_SOON_MS);
  lab_run_cancel (run);
  lab_run_cancel (run);
  lab_test_wait (run);
  g_unsetenv ("LAB_TEST_WAIT");
  g_assert_cmpint (lab_run_get_state (run), ==, LAB_RUN_REVEALED);
  g_assert_cmpstr (lab_run_get_outcome (run), ==, "big");
  g_assert_cmpuint (count_runs (run), ==, 1);
}

/* Cancelled before it has so much as started. */
static void
test_cancel_at_once (void)
{
  g_autoptr(LabRun) run = new_run ("fine");

  g_assert_true (lab_run_start (run, 1));
  lab_run_cancel (run);
  lab_test_wait (run);
  g_assert_cmpint (lab_run_get_state (run), ==, LAB_RUN_READY);
  run_times (run, 1);
  g_assert_cmpstr (lab_run_get_outcome (run), ==, "big");
}

static gboolean
ignores (gpointer data)
{
  return g_strcmp0 (lab_findings_get_text (lab_run_get_findings (data), "ignores"), "yes") == 0;
}

static void
test_ignore (void)
{
  g_autoptr(LabRun) run = new_run ("ignore");

  g_assert_true (lab_run_start (run, 1));
  haul_test_run_until (ignores, run, HAUL_TEST_SOON_MS);
  lab_run_cancel (run);
  lab_test_wait (run);
  g_assert_cmpint (lab_run_get_state (run), ==, LAB_RUN_READY);
  g_assert_cmpint (haul_job_get_exit_signal (lab_run_get_job (run)), ==, SIGKILL);
}

/* Whatever went wrong: it says so, has found nothing, and can be run again. */
static void
assert_fails (const char *mode,
              const char *message)
{
  g_autoptr(LabRun) run = new_run (mode);

  run_times (run, 3);
  g_assert_cmpint (lab_run_get_state (run), ==, LAB_RUN_REVEALED);
  g_assert_null (lab_run_get_outcome (run));
  g_assert_nonnull (lab_run_get_error (run));
  haul_test_assert_contains (lab_run_get_message (run), message);
  g_assert_cmpuint (count_runs (run), ==, 0);

  set_arguments (run, "{'mode': <'fine'>}");
  g_assert_null (lab_run_get_message (run));
  run_times (run, 1);
  g_assert_null (lab_run_get_error (run));
  g_assert_cmpstr (lab_run_get_outcome (run), ==, "big");
}

static void
test_faults (void)
{
  assert_fails ("crash", "SIGSEGV");
  assert_fails ("fail", "it did not work");
  assert_fails ("nonsense", "line 3 of what the experiment found makes no sense");
  assert_fails ("flood", "says too much");
}

static void
test_time_limit (void)
{
  g_autoptr(LabRun) run = new_run ("wait");

  run_times (run, 2);
  g_assert_cmpint (lab_run_get_state (run), ==, LAB_RUN_REVEALED);
  g_assert_error (lab_run_get_error (run), HAUL_ERROR, HAUL_ERROR_TIMED_OUT);
  haul_test_assert_contains (lab_run_get_message (run), "15 seconds");
}

static void
test_bounds (void)
{
  g_autoptr(LabRun) run = new_run ("fork");

  run_times (run, 1);
  g_assert_cmpfloat (get_size (run), >, 0);
  g_assert_cmpfloat (get_size (run), <=, 256);

  if (HAUL_TEST_SANITIZED)
    {
      g_test_message ("the address space of a sanitized program has no bound");
      return;
    }
  set_arguments (run, "{'mode': <'memory'>}");
  run_times (run, 1);
  g_assert_cmpfloat (get_size (run), >, 10);
  g_assert_cmpfloat (get_size (run), <, 41);
}

static void
run_without (const char *worker,
             const char *message)
{
  g_autofree char *before = g_strdup (g_getenv ("HAUL_LAB_WORKER"));
  g_autoptr(LabRun) run = new_run ("fine");

  g_setenv ("HAUL_LAB_WORKER", worker, TRUE);
  g_assert_true (lab_run_start (run, 2));
  g_setenv ("HAUL_LAB_WORKER", before, TRUE);
  lab_test_wait (run);
  g_assert_cmpint (lab_run_get_state (run), ==, LAB_RUN_REVEALED);
  g_assert_nonnull (lab_run_get_error (run));
  haul_test_assert_contains (lab_run_get_message (run), message);
}

static void
test_no_helper (void)
{
  run_without ("/nowhere/haul-lab-worker", "say in HAUL_LAB_WORKER where it is");
  run_without ("/bin/true", "Test");
}

static void
gone_cb (gpointer  data,
         GObject  *object)
{
  *(gboolean *) data = TRUE;
}

static gboolean
is_true (gpointer data)
{
  return *(gboolean *) data;
}

/* It keeps itself while it runs, and no longer. */
static void
test_unref (void)
{
  LabRun *run = new_run ("wait");
  gboolean gone = FALSE;

  g_object_weak_ref (G_OBJECT (run), gone_cb, &gone);
  g_assert_true (lab_run_start (run, 1));
  haul_test_run_until (has_size, run, HAUL_TEST_SOON_MS);
  g_object_unref (run);
  g_assert_false (gone);
  lab_run_cancel (run);
  haul_test_run_until (is_true, &gone, HAUL_TEST_SOON_MS);

  g_assert_finalize_object (lab_run_new (&lab_test_experiment));
}

static void
cleanly (gconstpointer data)
{
  void (*test) (void) = data;

  lab_test_begin ();
  test ();
  lab_test_end ();
}

int
main (int    argc,
      char **argv)
{
  static const struct { const char *path; void (*test) (void); } tests[] = {
    { "/lab/run/states", test_states },
    { "/lab/run/unasked", test_unasked },
    { "/lab/run/arguments", test_arguments },
    { "/lab/run/repeat", test_repeat },
    { "/lab/run/why-not", test_why_not },
    { "/lab/run/cancel", test_cancel },
    { "/lab/run/cancel-later", test_cancel_later },
    { "/lab/run/cancel-at-once", test_cancel_at_once },
    { "/lab/run/ignore", test_ignore },
    { "/lab/run/faults", test_faults },
    { "/lab/run/time-limit", test_time_limit },
    { "/lab/run/bounds", test_bounds },
    { "/lab/run/no-helper", test_no_helper },
    { "/lab/run/unref", test_unref },
  };

  haul_test_init (&argc, &argv);
  g_setenv ("HAUL_LAB_WORKER", g_getenv ("HAUL_LAB_TEST_WORKER"), TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add_data_func (tests[i].path, tests[i].test, cleanly);
  return g_test_run ();
}
