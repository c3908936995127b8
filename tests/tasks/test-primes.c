/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <string.h>
#include <unistd.h>

#include "fake-context.h"
#include "haul/wire/haul-error.h"

extern const HaulTask haul_task_primes;

static char *
make_arguments (gint64 from,
                gint64 to)
{
  return g_strdup_printf ("{'from': <int64 %" G_GINT64_FORMAT ">, 'to': <int64 %" G_GINT64_FORMAT ">}", from, to);
}

static void
assert_range (gint64  from,
              gint64  to,
              guint64 count,
              guint64 largest)
{
  g_autoptr(FakeContext) fake = fake_context_new ();
  g_autofree char *arguments = make_arguments (from, to);
  g_autofree char *expected = NULL;

  expected = count > 0
             ? g_strdup_printf ("%" G_GUINT64_FORMAT " primes, the largest is %" G_GUINT64_FORMAT, count, largest)
             : g_strdup_printf ("No primes from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, from, to);
  g_assert_true (fake_context_run (fake, &haul_task_primes, arguments));
  g_assert_cmpstr (fake->result->str, ==, expected);
  g_assert_cmpfloat (fake->total, ==, to - from + 1);
  g_assert_cmpfloat (fake->done, ==, fake->total);
}

static gboolean
is_prime (guint n)
{
  for (guint i = 2; i * i <= n; i++)
    if (n % i == 0)
      return FALSE;
  return n >= 2;
}

/* Every range of small numbers, against trial division. */
static void
test_small (void)
{
  for (guint from = 0; from <= 60; from++)
    {
      guint count = 0, largest = 0;

      for (guint to = from; to <= 130; to++)
        {
          if (is_prime (to))
            {
              count++;
              largest = to;
            }
          assert_range (from, to, count, largest);
        }
    }
}

/* π(10^n), and the largest primes below, as they are in tables; and the longest gap below 10^15. */
static void
test_known (void)
{
  assert_range (0, 1000000, 78498, 999983);
  assert_range (0, 10000000, 664579, 9999991);
  assert_range (0, 100000000, 5761455, 99999989);
  assert_range (2, 2, 1, 2);
  assert_range (0, 1, 0, 0);
  assert_range (218209405436544, 218209405437448, 0, 0);
  assert_range (218209405436543, 218209405437448, 1, 218209405436543);
  assert_range (218209405436543, 218209405437449, 2, 218209405437449);
  assert_range (999999999999990, 1000000000000000, 0, 0);
  assert_range (999999999999989, 1000000000000000, 1, 999999999999989);
}

/* Over many stretches of the sieve: it takes ten times as long as a message may wait. */
static void
test_progress (void)
{
  g_autoptr(FakeContext) fake = fake_context_new ();

  g_assert_true (fake_context_run (fake, &haul_task_primes, "{'to': <int64 10000000000>}"));
  g_assert_cmpstr (fake->result->str, ==, "455052511 primes, the largest is 9999999967");
  g_assert_cmpuint (fake->n_between, >=, 1);
}

static void
test_cancel (void)
{
  g_autoptr(FakeContext) fake = fake_context_new ();

  fake_context_cancel_on (fake, HAUL_FRAME_PROGRESS, 2);
  g_assert_false (fake_context_run (fake, &haul_task_primes, "{'to': <int64 1000000000000000>}"));
  g_assert_cmpuint (fake->result->len, ==, 0);
}

static void
test_divided (void)
{
  static const guint n_workers[] = { 2, 3, 8, 1000 };

  for (guint i = 0; i < G_N_ELEMENTS (n_workers); i++)
    {
      guint n_parts;
      g_autofree char *error = NULL;
      g_autoptr(GBytes) result = fake_context_run_divided (&haul_task_primes, "{'from': <int64 7>, 'to': <int64 123456789>}",
                                                           n_workers[i], &n_parts, &error);

      g_assert_cmpuint (n_parts, >, 2);
      g_assert_cmpmem (g_bytes_get_data (result, NULL), g_bytes_get_size (result),
                       "7027257 primes, the largest is 123456761", strlen ("7027257 primes, the largest is 123456761"));
    }
}

/* One worker, or a short range, is not worth it. */
static void
test_not_divided (void)
{
  guint n_parts;
  g_autofree char *error = NULL;

  g_assert_null (fake_context_run_divided (&haul_task_primes, "{'to': <int64 1000000000>}", 1, &n_parts, &error));
  g_assert_cmpuint (n_parts, ==, 0);
  g_assert_null (fake_context_run_divided (&haul_task_primes, "{'to': <int64 1000000>}", 2, &n_parts, &error));
  g_assert_cmpuint (n_parts, ==, 0);
}

static void
test_bad_arguments (void)
{
  static const struct { gint64 from, to; } bad[] = { { 2, 1 }, { -1, 5 }, { 0, 1000000000000001 }, { 1000000000000000, 0 } };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr(GError) error = NULL;
      g_autofree char *arguments = make_arguments (bad[i].from, bad[i].to);

      g_assert_null (haul_task_complete (&haul_task_primes, g_variant_new_parsed (arguments), &error));
      g_assert_error (error, HAUL_ERROR, HAUL_ERROR_BAD_ARGUMENT);
    }
}

int
main (int    argc,
      char **argv)
{
  alarm (240);
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/primes/small", test_small);
  g_test_add_func ("/primes/known", test_known);
  g_test_add_func ("/primes/progress", test_progress);
  g_test_add_func ("/primes/cancel", test_cancel);
  g_test_add_func ("/primes/divided", test_divided);
  g_test_add_func ("/primes/not-divided", test_not_divided);
  g_test_add_func ("/primes/bad-arguments", test_bad_arguments);

  return g_test_run ();
}
