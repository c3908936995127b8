/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <unistd.h>

#include "fake-context.h"

extern const HaulTask haul_task_sleep;

static void
test_sleep (void)
{
  g_autoptr(FakeContext) fake = fake_context_new ();
  gint64 before = g_get_monotonic_time ();

  g_assert_true (fake_context_run (fake, &haul_task_sleep, "{'seconds': <0.25>}"));
  g_assert_cmpint (g_get_monotonic_time () - before, >=, 250 * 1000);

  g_assert_cmpstr (fake->result->str, ==, "Slept for 0.25 s");
  g_assert_cmpfloat (fake->total, ==, 0.25);
  g_assert_cmpfloat (fake->done, ==, 0.25);
  g_assert_cmpuint (fake->n_between, >, 0);
}

static void
test_no_time (void)
{
  g_autoptr(FakeContext) fake = fake_context_new ();

  g_assert_true (fake_context_run (fake, &haul_task_sleep, "{'seconds': <0.0>}"));
  g_assert_cmpstr (fake->result->str, ==, "Slept for 0 s");
}

/* The longest sleep there is ends at once when somebody wants it to. */
static void
test_cancel (void)
{
  g_autoptr(FakeContext) fake = fake_context_new ();
  gint64 before = g_get_monotonic_time ();

  fake_context_cancel_on (fake, HAUL_FRAME_PROGRESS, 1);
  g_assert_false (fake_context_run (fake, &haul_task_sleep, "{'seconds': <86400.0>}"));
  g_assert_cmpint (g_get_monotonic_time () - before, <, 10 * G_USEC_PER_SEC);
  g_assert_cmpuint (fake->result->len, ==, 0);
}

static void
test_ranges (void)
{
  static const char *bad[] = { "{'seconds': <-0.1>}", "{'seconds': <86401.0>}", "{'seconds': <'long'>}", "{'second': <1.0>}" };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(GVariant) complete = haul_task_complete (&haul_task_sleep, g_variant_new_parsed (bad[i]), &error);

      g_assert_null (complete);
      g_assert_nonnull (error);
    }
}

int
main (int    argc,
      char **argv)
{
  alarm (60);   /* nothing here takes a second */
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/sleep/sleep", test_sleep);
  g_test_add_func ("/sleep/no-time", test_no_time);
  g_test_add_func ("/sleep/cancel", test_cancel);
  g_test_add_func ("/sleep/ranges", test_ranges);

  return g_test_run ();
}
