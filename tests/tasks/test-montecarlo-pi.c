/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <math.h>
#include <string.h>

#include "fake-context.h"

extern const HaulTask haul_task_montecarlo_pi;

/* What another implementation gives for seed 0, generator and all. The blocks are not all of one size. */
static void
test_known (void)
{
  g_autoptr(FakeContext) fake = fake_context_new ();

  g_assert_true (fake_context_run (fake, &haul_task_montecarlo_pi, "{'points': <int64 10001>}"));
  g_assert_cmpstr (fake->result->str, ==,
                   "Points\tInside\tπ\t±\n"
                   "157\t125\t3.18471338\t0.12859986\n"
                   "314\t246\t3.13375796\t0.09297957\n"
                   "628\t497\t3.16560510\t0.06485364\n"
                   "1256\t986\t3.14012739\t0.04636560\n"
                   "2512\t1978\t3.14968153\t0.03265234\n"
                   "5009\t3919\t3.12956678\t0.02332031\n"
                   "10001\t7808\t3.12288771\t0.01654947\n");
  g_assert_cmpfloat (fake->total, ==, 10001);
  g_assert_cmpfloat (fake->done, ==, 10001);
}

static double
last_estimate (FakeContext *fake,
               double      *ret_error)
{
  g_auto(GStrv) lines = g_strsplit (fake->result->str, "\n", -1);
  g_auto(GStrv) cells = g_strsplit (lines[7], "\t", -1);

  g_assert_cmpstr (lines[8], ==, "");
  *ret_error = g_ascii_strtod (cells[3], NULL);
  return g_ascii_strtod (cells[2], NULL);
}

/* The error that it tells is the one that it has: of 200 seeds about two thirds are within it, and none
 * is far from it. */
static void
test_error (void)
{
  guint within = 0;

  for (guint seed = 0; seed < 200; seed++)
    {
      g_autoptr(FakeContext) fake = fake_context_new ();
      double estimate, error;

      haul_context_set_seed (fake->context, seed);
      g_assert_true (fake_context_run (fake, &haul_task_montecarlo_pi, "{'points': <int64 100000>}"));
      estimate = last_estimate (fake, &error);
      g_assert_cmpfloat (error, ==, round (4 * sqrt (estimate / 4 * (1 - estimate / 4) / 1e5) * 1e8) / 1e8);
      g_assert_cmpfloat (fabs (estimate - G_PI), <, 4.5 * error);
      within += fabs (estimate - G_PI) < error;
    }
  g_assert_cmpuint (within, >, 110);
  g_assert_cmpuint (within, <, 160);
}

static void
test_divided (void)
{
  static const guint n_workers[] = { 2, 3, 4, 100 };
  const char *arguments = "{'points': <int64 20000063>}";
  g_autoptr(FakeContext) whole = fake_context_new ();

  g_assert_true (fake_context_run (whole, &haul_task_montecarlo_pi, arguments));
  for (guint i = 0; i < G_N_ELEMENTS (n_workers); i++)
    {
      guint n_parts;
      g_autofree char *error = NULL;
      g_autoptr(GBytes) result = fake_context_run_divided (&haul_task_montecarlo_pi, arguments, n_workers[i], &n_parts, &error);

      g_assert_cmpuint (n_parts, ==, 65);
      g_assert_cmpmem (g_bytes_get_data (result, NULL), g_bytes_get_size (result), whole->result->str, whole->result->len);
    }
}

static void
test_not_divided (void)
{
  guint n_parts;
  g_autofree char *error = NULL;

  g_assert_null (fake_context_run_divided (&haul_task_montecarlo_pi, "{'points': <int64 20000063>}", 1, &n_parts, &error));
  g_assert_null (fake_context_run_divided (&haul_task_montecarlo_pi, "{'points': <int64 1000000>}", 8, &n_parts, &error));
}

static void
test_range (void)
{
  static const gint64 bad[] = { 0, -1, 9999, G_GINT64_CONSTANT (100000000001), G_MAXINT64 };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr(GError) error = NULL;

      g_assert_null (haul_task_complete (&haul_task_montecarlo_pi, g_variant_new_parsed ("{'points': <%x>}", bad[i]), &error));
      g_assert_nonnull (error);
    }
}

/* What was found so far stays: it has streamed. */
static void
test_cancel (void)
{
  g_autoptr(FakeContext) fake = fake_context_new ();

  fake_context_cancel_on (fake, HAUL_FRAME_DATA, 3);
  g_assert_false (fake_context_run (fake, &haul_task_montecarlo_pi, "{'points': <int64 10000000000>}"));
  g_assert_cmpuint (fake->done, >=, 2 * 156250000);
  g_assert_cmpuint (fake->done, <=, 2 * 156250000 + 4096);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/montecarlo-pi/known", test_known);
  g_test_add_func ("/montecarlo-pi/error", test_error);
  g_test_add_func ("/montecarlo-pi/divided", test_divided);
  g_test_add_func ("/montecarlo-pi/not-divided", test_not_divided);
  g_test_add_func ("/montecarlo-pi/range", test_range);
  g_test_add_func ("/montecarlo-pi/cancel", test_cancel);

  return g_test_run ();
}
