/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <string.h>
#include <unistd.h>

#include "fake-context.h"
#include "haul/wire/haul-error.h"

extern const HaulTask haul_task_fibonacci;

static char *
make_arguments (gint64 n,
                gint64 count)
{
  return g_strdup_printf ("{'n': <int64 %" G_GINT64_FORMAT ">, 'count': <int64 %" G_GINT64_FORMAT ">}", n, count);
}

static void
test_known (void)
{
  static const struct { guint n; const char *text; } rows[] = {
    { 0, "fib (0) = 0" }, { 1, "fib (1) = 1" }, { 2, "fib (2) = 1" }, { 3, "fib (3) = 2" }, { 10, "fib (10) = 55" },
    { 23, "fib (23) = 28657" }, { 24, "fib (24) = 46368" }, { 25, "fib (25) = 75025" }, { 35, "fib (35) = 9227465" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    for (guint count = 1; count <= 3; count++)
      {
        g_autoptr(FakeContext) fake = fake_context_new ();
        g_autofree char *arguments = make_arguments (rows[i].n, count);

        g_assert_true (fake_context_run (fake, &haul_task_fibonacci, arguments));
        g_assert_cmpstr (fake->result->str, ==, rows[i].text);
        g_assert_cmpfloat (fake->done, ==, fake->total);
      }
}

/* So many calls as a count by hand: fib (5) makes fifteen. */
static void
test_calls (void)
{
  g_autoptr(FakeContext) fake = fake_context_new ();

  g_assert_true (fake_context_run (fake, &haul_task_fibonacci, "{'n': <int64 5>, 'count': <int64 2>}"));
  g_assert_cmpfloat (fake->total, ==, 30);
}

static void
test_divided (void)
{
  static const struct { guint n, count; } rows[] = { { 36, 1 }, { 36, 3 }, { 34, 20 } };
  static const guint n_workers[] = { 2, 5, 300 };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    for (guint j = 0; j < G_N_ELEMENTS (n_workers); j++)
      {
        g_autofree char *arguments = make_arguments (rows[i].n, rows[i].count);
        g_autofree char *expected = NULL;
        g_autofree char *error = NULL;
        g_autoptr(GBytes) result = NULL;
        guint n_parts;

        result = fake_context_run_divided (&haul_task_fibonacci, arguments, n_workers[j], &n_parts, &error);
        expected = g_strdup_printf ("fib (%u) = %s", rows[i].n, rows[i].n == 36 ? "14930352" : "5702887");
        g_assert_cmpuint (n_parts, >, n_workers[j]);
        g_assert_cmpmem (g_bytes_get_data (result, NULL), g_bytes_get_size (result), expected, strlen (expected));
      }
}

static void
test_cancel (void)
{
  g_autoptr(FakeContext) fake = fake_context_new ();

  fake_context_cancel_on (fake, HAUL_FRAME_PROGRESS, 3);
  g_assert_false (fake_context_run (fake, &haul_task_fibonacci, "{'n': <int64 60>}"));
  g_assert_cmpuint (fake->result->len, ==, 0);
}

static void
test_bad_arguments (void)
{
  static const struct { gint64 n, count; } bad[] = { { -1, 1 }, { 61, 1 }, { 10, 0 }, { 10, 1000001 } };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr(GError) error = NULL;
      g_autofree char *arguments = make_arguments (bad[i].n, bad[i].count);

      g_assert_null (haul_task_complete (&haul_task_fibonacci, g_variant_new_parsed (arguments), &error));
      g_assert_error (error, HAUL_ERROR, HAUL_ERROR_BAD_ARGUMENT);
    }
}

int
main (int    argc,
      char **argv)
{
  alarm (240);
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/fibonacci/known", test_known);
  g_test_add_func ("/fibonacci/calls", test_calls);
  g_test_add_func ("/fibonacci/divided", test_divided);
  g_test_add_func ("/fibonacci/cancel", test_cancel);
  g_test_add_func ("/fibonacci/bad-arguments", test_bad_arguments);

  return g_test_run ();
}
