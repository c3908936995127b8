/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <math.h>

#include "haul-test.h"
#include "haul/worker/haul-plan.h"
#include "test-tasks.h"

static void
test_add (void)
{
  g_autoptr(HaulPlan) plan = haul_plan_new ();
  g_autofree char *title = g_strdup ("First");
  guint inputs[] = { 0, 1, 1 };
  const HaulPlanPart *part;
  gint64 to;

  g_assert_cmpuint (haul_plan_get_n_parts (plan), ==, 0);
  g_assert_cmpfloat (haul_plan_get_total (plan), ==, 0);
  g_assert_cmpuint (haul_plan_add (plan, &haul_test_range_task, title, NULL, 0.5, NULL, 0), ==, 0);
  g_assert_cmpuint (haul_plan_add (plan, &haul_test_range_task, "Second",
                                   g_variant_new_parsed ("{'to': <int64 7>}"), 2, NULL, 0), ==, 1);
  g_assert_cmpuint (haul_plan_add (plan, &haul_test_add_task, "Third", NULL, 0, inputs, 3), ==, 2);
  g_assert_cmpuint (haul_plan_get_n_parts (plan), ==, 3);

  /* It keeps copies of all that it was given. */
  title[0] = 'X';
  inputs[0] = 9;
  part = haul_plan_get_part (plan, 0);
  g_assert_cmpstr (part->title, ==, "First");
  g_assert_true (part->task == &haul_test_range_task);
  g_assert_cmpuint (g_variant_n_children (part->arguments), ==, 0);
  g_assert_cmpuint (part->n_inputs, ==, 0);
  part = haul_plan_get_part (plan, 1);
  g_assert_true (g_variant_lookup (part->arguments, "to", "x", &to));
  g_assert_cmpint (to, ==, 7);
  part = haul_plan_get_part (plan, 2);
  g_assert_cmpuint (part->n_inputs, ==, 3);
  g_assert_cmpuint (part->inputs[0], ==, 0);
  g_assert_cmpuint (part->inputs[2], ==, 1);

  g_assert_cmpfloat (haul_plan_get_total (plan), ==, 2.5);
  haul_plan_set_total (plan, 1000);
  g_assert_cmpfloat (haul_plan_get_total (plan), ==, 1000);
}

static void
assert_refused (guint        n_before,
                double       weight,
                const guint *inputs,
                guint        n_inputs)
{
  g_autoptr(HaulPlan) plan = haul_plan_new ();

  for (guint i = 0; i < n_before; i++)
    g_assert_cmpuint (haul_plan_add (plan, &haul_test_add_task, "Before", NULL, 1, NULL, 0), ==, i);
  g_assert_true (haul_plan_is_valid (plan));
  g_test_expect_message ("haul", G_LOG_LEVEL_CRITICAL, "*inputs are possible*");
  g_assert_cmpuint (haul_plan_add (plan, &haul_test_add_task, "It", NULL, weight, inputs, n_inputs), ==, 0);
  g_test_assert_expected_messages ();
  g_assert_cmpuint (haul_plan_get_n_parts (plan), ==, n_before);
  g_assert_false (haul_plan_is_valid (plan));
}

/* A part waits for earlier ones only, so that no two can wait for each other. */
static void
test_refused (void)
{
  const guint inputs[] = { 0, 1, 2 };
  g_autofree guint *many = g_new0 (guint, HAUL_PLAN_MAX_PARTS + 1);

  assert_refused (0, 1, inputs, 1);
  assert_refused (2, 1, inputs, 3);
  assert_refused (1, -1, NULL, 0);
  assert_refused (1, NAN, NULL, 0);
  assert_refused (1, INFINITY, NULL, 0);
  assert_refused (1, 1, many, HAUL_PLAN_MAX_PARTS + 1);
  assert_refused (HAUL_PLAN_MAX_PARTS, 1, NULL, 0);
}

static void
test_divide (void)
{
  g_autoptr(GVariant) arguments = haul_task_complete (&haul_test_sum_task, NULL, NULL);
  g_autoptr(HaulPlan) plan = haul_test_sum_task.divide (arguments, 2);

  g_assert_cmpuint (haul_plan_get_n_parts (plan), ==, 5);
  g_assert_cmpfloat (haul_plan_get_total (plan), ==, 1000);
  for (guint i = 0; i < 5; i++)
    {
      const HaulPlanPart *part = haul_plan_get_part (plan, i);
      g_autoptr(GError) error = NULL;
      g_autoptr(GVariant) complete = haul_task_complete (part->task, part->arguments, &error);

      g_assert_no_error (error);
      g_assert_nonnull (complete);
    }
}

/* Where one part finds out how much there is to do, there is no total before. */
static void
test_measure (void)
{
  g_autoptr(HaulPlan) plan = haul_plan_new ();
  guint parts[2];

  parts[0] = haul_plan_add (plan, &haul_test_add_task, "Look", NULL, 1, NULL, 0);
  parts[1] = haul_plan_add (plan, &haul_test_add_task, "Do", NULL, 9, parts, 1);
  g_assert_cmpfloat (haul_plan_get_total (plan), ==, 10);
  g_assert_cmpfloat (haul_plan_get_weights (plan), ==, 10);
  haul_plan_set_measure (plan, parts[0]);
  g_assert_cmpfloat (haul_plan_get_total (plan), ==, 0);
  g_assert_true (haul_plan_is_measure (plan, parts[0]));
  g_assert_false (haul_plan_is_measure (plan, parts[1]));
  haul_plan_set_total (plan, 5000);
  g_assert_cmpfloat (haul_plan_get_total (plan), ==, 5000);
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);
  g_test_add_func ("/worker/plan/add", test_add);
  g_test_add_func ("/worker/plan/refused", test_refused);
  g_test_add_func ("/worker/plan/divide", test_divide);
  g_test_add_func ("/worker/plan/measure", test_measure);
  return g_test_run ();
}
