/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <stdlib.h>

#include "lab-test.h"

#define N_JOBS 8

static const char * const jobs[N_JOBS] = { "1", "2", "3", "4", "5", "6", "7", "8" };

/* Each job has one place, and the results are in order whatever that is. */
static void
assert_places (LabRun *run)
{
  guint seen = 0;

  for (guint i = 0; i < N_JOBS; i++)
    {
      double place = lab_test_get (run, "place", jobs[i]);

      g_assert_cmpfloat (place, >=, 1);
      g_assert_cmpfloat (place, <=, N_JOBS);
      seen |= 1U << (guint) place;
      g_assert_cmpfloat (lab_test_get (run, "earliest", jobs[i]), <=, place);
      g_assert_cmpfloat (lab_test_get (run, "latest", jobs[i]), >=, place);
      g_assert_cmpfloat (lab_test_get (run, "result", jobs[i]), ==, i + 1);
    }
  g_assert_cmpuint (seen, ==, 0x1fe);
}

static void
test_order (void)
{
  g_autoptr(LabRun) run = NULL;
  g_autoptr(LabRun) again = NULL;
  g_autoptr(LabRun) other = NULL;
  guint n_same = 0;

  lab_test_begin ();
  run = lab_test_run ("finishing-order", NULL, 1);
  assert_places (run);
  /* Whether the orders differ is chance; what is said of it is not. */
  if (atoi (lab_findings_get_text (lab_run_get_findings (run), "distinct")) > 1)
    lab_test_assert_outcome (run, "changing");
  else
    g_assert_cmpstr (lab_test_explained (run), !=, "changing");

  /* The same seed draws the same lengths, and another one others. */
  again = lab_test_run ("finishing-order", NULL, 1);
  other = lab_test_run ("finishing-order", "{'seed': <int64 2>}", 1);
  for (guint i = 0; i < N_JOBS; i++)
    {
      g_assert_cmpfloat (lab_test_get (run, "length", jobs[i]), ==, lab_test_get (again, "length", jobs[i]));
      n_same += lab_test_get (run, "length", jobs[i]) == lab_test_get (other, "length", jobs[i]);
    }
  g_assert_cmpuint (n_same, <, N_JOBS);

  g_clear_object (&run);
  g_clear_object (&again);
  g_clear_object (&other);
  lab_test_end ();
}

static void
test_calls (void)
{
  g_autoptr(LabRun) run = NULL;
  guint n_lanes;

  lab_test_begin ();
  run = lab_test_run ("pool-calls", NULL, 1);
  /* Four items, one after the other, and at most two at a time: no machine is faster. */
  g_assert_cmpfloat (lab_test_get (run, "blocked", "apply"), >=, 400);
  g_assert_cmpfloat (lab_test_get (run, "blocked", "map"), >=, 200);
  g_assert_cmpfloat (lab_test_get (run, "blocked", "starmap"), >=, 200);
  if (lab_test_outcome_or_why (run, "some"))
    {
      g_assert_cmpfloat (lab_test_get (run, "blocked", "apply_async"), <, lab_test_get (run, "all", "apply_async") / 2);
      g_assert_cmpfloat (lab_test_get (run, "blocked", "imap"), <, lab_test_get (run, "all", "imap") / 2);
    }
  n_lanes = g_list_model_get_n_items (G_LIST_MODEL (lab_findings_get_timeline (lab_run_get_findings (run))));
  g_assert_cmpuint (n_lanes, ==, 3);
  g_clear_object (&run);
  lab_test_end ();
}

static void
test_cancel (void)
{
  lab_test_begin ();
  lab_test_cancel ("finishing-order", NULL, 0);
  lab_test_cancel ("pool-calls", NULL, 0);
  lab_test_cancel ("pool-calls", NULL, 100);
  lab_test_end ();
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);

  g_test_add_func ("/lab/finishing-order", test_order);
  g_test_add_func ("/lab/pool-calls", test_calls);
  g_test_add_func ("/lab/pool/cancel", test_cancel);

  return g_test_run ();
}
