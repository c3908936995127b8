/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <math.h>
#include <string.h>

#include "catalogue.h"
#include "haul-test.h"
#include "lab-compare-words.h"

/* One task in every way that there is. That task sleeps, so that it takes as long on a busy machine. */

#define SLEEP_S 2.0
#define ALL_MS  90000

static const LabComparison *
find (const char *task)
{
  for (const LabComparison *comparison = lab_comparisons; comparison->task != NULL; comparison++)
    {
      if (strcmp (comparison->task, task) == 0)
        return comparison;
    }
  g_error ("%s cannot be compared", task);
}

static gboolean
is_over (gpointer compare)
{
  return !lab_compare_is_running (compare);
}

static gboolean
is_done (LabCompare *compare,
         LabWay      way)
{
  const LabWayResult *result = lab_compare_get_result (compare, way);

  if (way == LAB_WAY_PYTHON && result->state == LAB_WAY_SKIPPED)
    {
      g_test_message ("no Python: %s", result->message);
      return FALSE;
    }
  g_assert_cmpint (result->state, ==, LAB_WAY_DONE);
  return TRUE;
}

/* Only what runs on the main loop makes it late for as long as it takes, and only that cannot be stopped. */
static void
test_sheet (void)
{
  g_autoptr(LabCompare) compare = lab_compare_new (find ("sleep"), NULL);
  g_autofree char *sheet = NULL;

  haul_test_begin ();
  g_assert_true (lab_compare_start (compare));
  g_assert_false (lab_compare_start (compare));
  haul_test_run_until (is_over, compare, ALL_MS);

  for (LabWay way = 0; way < LAB_N_WAYS; way++)
    {
      const LabWayResult *result = lab_compare_get_result (compare, way);

      if (!is_done (compare, way))
        continue;
      g_assert_cmpfloat (result->wall, >=, SLEEP_S);
      g_assert_cmpfloat (result->start, <, result->wall);
      g_assert_cmpfloat (result->cpu, >=, 0);
      if (way == LAB_WAY_WINDOW)
        {
          g_assert_cmpfloat (result->gap, >, SLEEP_S * 1000 / 2);
          g_assert_cmpfloat (result->cancel, ==, LAB_COMPARE_IMPOSSIBLE);
          continue;
        }
      g_assert_cmpfloat (result->gap, <, lab_compare_get_result (compare, LAB_WAY_WINDOW)->gap);
      g_assert_cmpfloat (result->cancel, >=, 0);
    }
  g_assert_cmpfloat (lab_compare_get_result (compare, LAB_WAY_PROCESS)->memory, >, 0);

  sheet = lab_compare_to_markdown (compare);
  haul_test_assert_contains (sheet, lab_way_get_title (LAB_WAY_POOL));
  haul_test_assert_contains (sheet, "the whole program, and 2 other jobs");
  haul_test_assert_contains (sheet, "this job, and none of 2 others");
  g_clear_object (&compare);
  haul_test_assert_clean ();
}

static gboolean
is_at (gpointer data)
{
  const LabWayResult *result = data;

  return result->state == LAB_WAY_RUNS && !isnan (result->start);
}

static void
found_cb (const LabCrash *found,
          gpointer        data)
{
  *(LabCrash *) data = *found;
}

static gboolean
is_found (gpointer data)
{
  return ((const LabCrash *) data)->n_others > 0;
}

/* In one process they go together, and in processes of their own each goes alone; only a pool sees to it that there
 * are as many workers as before. */
static void
test_crash (void)
{
  static const struct { const char *name; gboolean program, replaced; } cases[] = {
    { "serial", TRUE, FALSE }, { "thread", TRUE, FALSE }, { "process", FALSE, FALSE }, { "pool", FALSE, TRUE },
    { "python", FALSE, FALSE },
  };

  haul_test_begin ();
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      LabCrash found = { 0 };
      g_autoptr(LabCrashRun) run G_GNUC_UNUSED = lab_crash_run_new (cases[i].name, NULL, found_cb, &found);
      g_autofree char *python = g_find_program_in_path ("python3");

      haul_test_run_until (is_found, &found, ALL_MS);
      g_test_message ("%s: %s, %u of %u others lost%s", cases[i].name, found.program ? "the program" : "one job",
                      found.n_lost, found.n_others, found.replaced ? ", a new worker" : "");
      if (python == NULL && g_str_equal (cases[i].name, "python"))
        {
          g_assert_false (found.measured);
          continue;
        }
      g_assert_true (found.measured);
      g_assert_cmpint (found.program, ==, cases[i].program);
      g_assert_cmpuint (found.n_lost, ==, cases[i].program ? found.n_others : 0);
      g_assert_cmpint (found.replaced, ==, cases[i].replaced);
    }
  haul_test_assert_clean ();
}

/* Whoever is not there to be tried is not judged. */
static void
test_no_crash (void)
{
  g_autofree char *worker = g_strdup (g_getenv ("HAUL_LAB_WORKER"));
  g_autoptr(LabCrashRun) nothing = NULL;
  g_autoptr(LabCrashRun) nobody = NULL;
  LabCrash found = { 0 };

  haul_test_begin ();
  g_setenv ("HAUL_LAB_WORKER", "/there/is/none", TRUE);
  nothing = lab_crash_run_new ("thread", NULL, found_cb, &found);
  g_setenv ("HAUL_LAB_WORKER", worker, TRUE);
  haul_test_run_until (is_found, &found, ALL_MS);
  g_assert_false (found.measured);

  found = (LabCrash) { 0 };
  nobody = lab_crash_run_new ("python", "/there/is/none", found_cb, &found);
  haul_test_run_until (is_found, &found, ALL_MS);
  g_assert_false (found.measured);

  g_clear_pointer (&nothing, lab_crash_run_free);
  g_clear_pointer (&nobody, lab_crash_run_free);
  haul_test_assert_clean ();
}

/* Nothing is left of a program that is still waiting for its jobs. */
static void
test_crash_cancel (void)
{
  LabCrash found = { 0 };
  LabCrashRun *run = NULL;

  haul_test_begin ();
  run = lab_crash_run_new ("process", NULL, found_cb, &found);
  (void) haul_test_run_for (is_found, &found, 30);
  lab_crash_run_free (run);
  haul_test_assert_clean ();
}

/* In the middle of each of those that can be: nobody is left, and the rest is not run. */
static void
test_cancel (gconstpointer data)
{
  LabWay way = GPOINTER_TO_UINT (data);
  g_autoptr(LabCompare) compare = lab_compare_new (find ("sleep"), NULL);

  haul_test_begin ();
  g_assert_true (lab_compare_start (compare));
  haul_test_run_until (is_at, (gpointer) lab_compare_get_result (compare, way), ALL_MS);
  lab_compare_cancel (compare);
  g_assert_false (lab_compare_is_running (compare));
  for (LabWay later = way; later < LAB_N_WAYS; later++)
    g_assert_cmpint (lab_compare_get_result (compare, later)->state, ==, LAB_WAY_WAITS);
  g_clear_object (&compare);
  haul_test_assert_clean ();
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);
  haul_tasks_register (haul_catalogue);
  (void) g_setenv ("HAUL_WORKER", g_getenv ("HAUL_TEST_WORKER"), TRUE);

  g_test_add_func ("/lab/compare/sheet", test_sheet);
  g_test_add_func ("/lab/compare/crash/what", test_crash);
  g_test_add_func ("/lab/compare/crash/nobody", test_no_crash);
  g_test_add_func ("/lab/compare/crash/cancel", test_crash_cancel);
  g_test_add_data_func ("/lab/compare/cancel/thread", GUINT_TO_POINTER (LAB_WAY_THREAD), test_cancel);
  g_test_add_data_func ("/lab/compare/cancel/process", GUINT_TO_POINTER (LAB_WAY_PROCESS), test_cancel);
  g_test_add_data_func ("/lab/compare/cancel/pool", GUINT_TO_POINTER (LAB_WAY_POOL), test_cancel);

  return g_test_run ();
}
