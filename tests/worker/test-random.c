/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <math.h>

#include "haul-test.h"
#include "haul/worker/haul-random.h"

/* The first numbers never change, or nobody can repeat a run of last year. They were computed by another
 * implementation, which gives the published numbers of SplitMix64 (seed 1234567) and of xoshiro256**
 * (state 1, 2, 3, 4). */
static void
test_golden (void)
{
  static const struct { guint64 seed, stream, derived, numbers[3]; } rows[] = {
    { 0, 0, G_GUINT64_CONSTANT (12035550249420947055),
      { G_GUINT64_CONSTANT (0x8c4986f3f0e565d5), G_GUINT64_CONSTANT (0xf4547fdf5c2f56b6), G_GUINT64_CONSTANT (0x6a9e0d6a14f022fb) } },
    { 0, 1, G_GUINT64_CONSTANT (12935080325729570654),
      { G_GUINT64_CONSTANT (0x8a2ac09a73487f90), G_GUINT64_CONSTANT (0xc060c4b7c34ca594), G_GUINT64_CONSTANT (0x21f9a939655a0812) } },
    { 1, 0, G_GUINT64_CONSTANT (6791897765849424158),
      { G_GUINT64_CONSTANT (0x6082e9993631e7d5), G_GUINT64_CONSTANT (0xe9acc0d447272233), G_GUINT64_CONSTANT (0x05fef1147bb626b9) } },
    { 42, 7, G_GUINT64_CONSTANT (13553200262973777806),
      { G_GUINT64_CONSTANT (0x345700039a1d3713), G_GUINT64_CONSTANT (0xe43d8de243f4614f), G_GUINT64_CONSTANT (0x081ec2ed69ec4a92) } },
    { G_MAXUINT64, G_MAXUINT64, G_GUINT64_CONSTANT (4922461756044938104),
      { G_GUINT64_CONSTANT (0xe504f059cc47625e), G_GUINT64_CONSTANT (0x01137ed384e9145e), G_GUINT64_CONSTANT (0x9b6fdd624ee7aa9f) } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(HaulRandom) random = haul_random_new (rows[i].seed, rows[i].stream);

      g_assert_cmphex (haul_random_derive (rows[i].seed, rows[i].stream), ==, rows[i].derived);
      for (guint n = 0; n < 3; n++)
        g_assert_cmphex (haul_random_next (random), ==, rows[i].numbers[n]);
    }
}

static void
test_same_again (void)
{
  g_autoptr(HaulRandom) random = haul_random_new (5, 6);
  g_autoptr(HaulRandom) copy = NULL;
  g_autoptr(HaulRandom) boxed = NULL;
  guint64 numbers[100];

  for (guint i = 0; i < 10; i++)
    (void) haul_random_next (random);
  copy = haul_random_copy (random);
  boxed = g_boxed_copy (HAUL_TYPE_RANDOM, random);
  haul_random_fill (random, numbers, G_N_ELEMENTS (numbers));
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      g_assert_cmphex (haul_random_next (copy), ==, numbers[i]);
      g_assert_cmphex (haul_random_next (boxed) >> 11, ==, numbers[i] >> 11);
    }
  g_assert_cmphex (haul_random_next (random), ==, haul_random_next (copy));
}

/* No two of many streams begin alike, whichever of the two numbers differs. */
static void
test_streams_differ (void)
{
  g_autoptr(GHashTable) seen = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);

  for (guint64 seed = 0; seed < 100; seed++)
    for (guint64 stream = 0; stream < 100; stream++)
      {
        g_autoptr(HaulRandom) random = haul_random_new (seed, stream);
        guint64 first = haul_random_next (random);

        g_assert_true (g_hash_table_add (seen, g_memdup2 (&first, sizeof first)));
      }
}

/* Pearson's test: far beyond what chance does in one of a thousand runs, and the seed is fixed. */
static void
assert_even (const guint *counts,
             guint        n,
             guint        total)
{
  double expected = total / (double) n, chi = 0;

  for (guint i = 0; i < n; i++)
    chi += (counts[i] - expected) * (counts[i] - expected) / expected;
  g_assert_cmpfloat (fabs (chi - (n - 1)), <, 4 * sqrt (2.0 * (n - 1)));
}

static void
test_uniform (void)
{
  g_autoptr(HaulRandom) random = haul_random_new (2024, 0);
  guint by_fraction[64] = { 0 }, by_byte[256] = { 0 }, below[10] = { 0 };
  const guint n = 640000;
  double sum = 0;

  for (guint i = 0; i < n; i++)
    {
      double fraction = haul_random_next_double (random);

      g_assert_cmpfloat (fraction, >=, 0);
      g_assert_cmpfloat (fraction, <, 1);
      sum += fraction;
      by_fraction[(guint) (fraction * 64)]++;
      by_byte[haul_random_next (random) & 0xff]++;
      below[haul_random_next_below (random, 10)]++;
    }
  assert_even (by_fraction, 64, n);
  assert_even (by_byte, 256, n);
  assert_even (below, 10, n);
  g_assert_cmpfloat (fabs (sum / n - 0.5), <, 4 / sqrt (12.0 * n));
}

/* With this bound the plain remainder would give the lower half twice as often. */
static void
test_no_bias (void)
{
  g_autoptr(HaulRandom) random = haul_random_new (3, 0);
  const guint64 bound = G_GUINT64_CONSTANT (3) << 62;
  guint low = 0;

  for (guint i = 0; i < 30000; i++)
    {
      guint64 number = haul_random_next_below (random, bound);

      g_assert_cmpuint (number, <, bound);
      low += number < bound / 3;
    }
  g_assert_cmpuint (low, >, 9600);
  g_assert_cmpuint (low, <, 10400);
  g_assert_cmpuint (haul_random_next_below (random, 1), ==, 0);
}

static void
test_draw (void)
{
  guint64 first = haul_random_draw_seed ();

  g_assert_cmpuint (first, !=, haul_random_draw_seed ());
  for (guint i = 0; i < 100; i++)
    g_assert_cmpuint (haul_random_draw_seed () >> 53, ==, 0);
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);

  g_test_add_func ("/random/golden", test_golden);
  g_test_add_func ("/random/same-again", test_same_again);
  g_test_add_func ("/random/streams-differ", test_streams_differ);
  g_test_add_func ("/random/uniform", test_uniform);
  g_test_add_func ("/random/no-bias", test_no_bias);
  g_test_add_func ("/random/draw", test_draw);

  return g_test_run ();
}
