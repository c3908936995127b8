/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <math.h>

#include "haul-test.h"

#include "haul/parent/haul-estimator.h"

#define SECOND G_USEC_PER_SEC
#define START  (1000 * (gint64) SECOND)

/* A task that does @rate a second, reported ten times a second for @seconds. */
static gint64
feed (HaulEstimator *estimator,
      gint64         time,
      double        *done,
      double         total,
      double         rate,
      double         seconds)
{
  gint64 end = time + seconds * SECOND;

  for (; time < end; time += SECOND / 10)
    {
      haul_estimator_add (estimator, time, *done, total);
      *done += rate / 10;
    }
  return time;
}

static void
test_nothing_known (void)
{
  HaulEstimator estimator;

  haul_estimator_init (&estimator);
  g_assert_cmpfloat (haul_estimator_get_left (&estimator, START), <, 0);
  g_assert_cmpfloat (haul_estimator_get_rate (&estimator), ==, 0);

  haul_estimator_add (&estimator, START, 0, 100);
  g_assert_cmpfloat (haul_estimator_get_left (&estimator, START), <, 0);
  g_assert_cmpfloat (haul_estimator_get_rate (&estimator), ==, 0);
}

/* Steady work is known exactly. */
static void
test_steady (void)
{
  static const double rates[] = { 0.01, 1, 1e6, 1e12 };

  for (guint i = 0; i < G_N_ELEMENTS (rates); i++)
    {
      HaulEstimator estimator;
      double done = 0, total = 100 * rates[i];
      gint64 time;

      haul_estimator_init (&estimator);
      time = feed (&estimator, START, &done, total, rates[i], 20);
      g_assert_cmpfloat_with_epsilon (haul_estimator_get_rate (&estimator) / rates[i], 1, 0.05);
      g_assert_cmpfloat_with_epsilon (haul_estimator_get_left (&estimator, time), 80, 5);
    }
}

/* Silent until 8 s have passed or 5 % is done, whichever comes first. */
static void
test_quiet (void)
{
  HaulEstimator slow, quick;
  double done = 0;
  gint64 time = START;

  haul_estimator_init (&slow);
  while (time < START + 8 * SECOND - SECOND / 10)
    {
      time = feed (&slow, time, &done, 1000, 1, 0.1);
      g_assert_cmpfloat (haul_estimator_get_left (&slow, time), <, 0);
    }
  time = feed (&slow, time, &done, 1000, 1, 1);
  g_assert_cmpfloat (haul_estimator_get_left (&slow, time), >, 0);

  done = 0;
  haul_estimator_init (&quick);
  time = feed (&quick, START, &done, 100, 10, 1);
  g_assert_cmpfloat (haul_estimator_get_left (&quick, time), >, 0);
}

static void
test_unknown_total (void)
{
  HaulEstimator estimator;
  double done = 0;
  gint64 time;

  haul_estimator_init (&estimator);
  time = feed (&estimator, START, &done, 0, 10, 20);
  g_assert_cmpfloat (haul_estimator_get_left (&estimator, time), <, 0);
  g_assert_cmpfloat_with_epsilon (haul_estimator_get_rate (&estimator), 10, 0.5);
}

/* Between samples it counts down with the clock, and stops at nothing. */
static void
test_counts_down (void)
{
  HaulEstimator estimator;
  double done = 0, left, before;
  gint64 time;

  haul_estimator_init (&estimator);
  time = feed (&estimator, START, &done, 100, 2, 20);
  before = haul_estimator_get_left (&estimator, time);
  for (guint i = 1; i <= 50; i++)
    {
      left = haul_estimator_get_left (&estimator, time + i * SECOND);
      g_assert_cmpfloat (left, >=, 0);
      g_assert_cmpfloat (left, <=, before);
      if (before > 2)
        g_assert_cmpfloat_with_epsilon (before - left, 1, 0.3);
      before = left;
    }
  g_assert_cmpfloat (before, <, 0.5);
}

/* What people see never jumps: not with noise, not when the speed changes ten times over. From one
 * look to the next, a tenth of a second later, it moves by a few percent at most. */
static void
test_no_jump (void)
{
  HaulEstimator estimator;
  double done = 0, total = 20000, before = -1;
  gint64 time = START;
  GRand *rand = g_rand_new_with_seed (7);

  haul_estimator_init (&estimator);
  for (guint i = 0; i < 1500; i++)
    {
      double rate = (i / 300) % 2 ? 10 : 100;
      double left;

      done = MIN (done + rate / 10 * g_rand_double_range (rand, 0, 2), total);
      haul_estimator_add (&estimator, time, done, total);
      left = haul_estimator_get_left (&estimator, time);
      if (before >= 0)
        {
          g_assert_cmpfloat (left, >=, 0);
          g_assert_cmpfloat (fabs (left - before), <=, 0.2 + 0.25 * MAX (before, left));
        }
      before = left;
      time += SECOND / 10;
    }
  g_rand_free (rand);
}

/* And yet it follows: a task that becomes slower for good is believed in the end. */
static void
test_follows (void)
{
  HaulEstimator estimator;
  double done = 0;
  gint64 time;

  haul_estimator_init (&estimator);
  time = feed (&estimator, START, &done, 10000, 100, 30);
  time = feed (&estimator, time, &done, 10000, 10, 90);
  for (guint i = 0; i < 200; i++)
    {
      (void) haul_estimator_get_left (&estimator, time);   /* as a row does that is looked at */
      time = feed (&estimator, time, &done, 10000, 10, 0.1);
    }
  g_assert_cmpfloat_with_epsilon (haul_estimator_get_left (&estimator, time) / ((10000 - done) / 10), 1, 0.2);
}

/* A pause is no time at all. */
static void
test_pause (void)
{
  HaulEstimator estimator, other;
  double done = 0, other_done = 0;
  gint64 time, other_time;

  haul_estimator_init (&estimator);
  haul_estimator_init (&other);
  time = feed (&estimator, START, &done, 1000, 10, 20);
  other_time = feed (&other, START, &other_done, 1000, 10, 20);

  haul_estimator_pause (&estimator, time);
  g_assert_cmpfloat_with_epsilon (haul_estimator_get_left (&estimator, time + 100 * SECOND),
                                  haul_estimator_get_left (&estimator, time + 200 * SECOND), 0.001);
  haul_estimator_resume (&estimator, time + 1000 * SECOND);
  time += 1000 * SECOND;

  time = feed (&estimator, time, &done, 1000, 10, 20);
  other_time = feed (&other, other_time, &other_done, 1000, 10, 20);
  g_assert_cmpfloat_with_epsilon (haul_estimator_get_rate (&estimator), haul_estimator_get_rate (&other), 0.2);
  g_assert_cmpfloat_with_epsilon (haul_estimator_get_left (&estimator, time), haul_estimator_get_left (&other, other_time), 2);
}

/* Wishes that make no sense do nothing. */
static void
test_pause_twice (void)
{
  HaulEstimator estimator;
  double done = 0;
  gint64 time;

  haul_estimator_init (&estimator);
  haul_estimator_resume (&estimator, START);
  haul_estimator_pause (&estimator, START);
  haul_estimator_resume (&estimator, START + SECOND);
  time = feed (&estimator, START + SECOND, &done, 1000, 10, 20);
  haul_estimator_resume (&estimator, time);
  haul_estimator_pause (&estimator, time);
  haul_estimator_pause (&estimator, time + SECOND);
  haul_estimator_resume (&estimator, time + 10 * SECOND);
  time = feed (&estimator, time + 10 * SECOND, &done, 1000, 10, 10);
  g_assert_cmpfloat_with_epsilon (haul_estimator_get_rate (&estimator), 10, 0.5);
}

static void
test_total_changes (void)
{
  HaulEstimator estimator;
  double done = 0;
  gint64 time;

  haul_estimator_init (&estimator);
  time = feed (&estimator, START, &done, 1000, 10, 20);
  for (guint i = 0; i < 300; i++)
    {
      (void) haul_estimator_get_left (&estimator, time);
      time = feed (&estimator, time, &done, 2000, 10, 0.1);
    }
  g_assert_cmpfloat_with_epsilon (haul_estimator_get_left (&estimator, time), (2000 - done) / 10, 10);

  /* It becomes unknown. */
  haul_estimator_add (&estimator, time, done, 0);
  g_assert_cmpfloat (haul_estimator_get_left (&estimator, time), <, 0);
}

/* Whatever it is told, it neither divides by nothing nor shows it. */
static void
test_random (void)
{
  for (guint round = 0; round < 300; round++)
    {
      HaulEstimator estimator;
      gint64 time = START;

      haul_estimator_init (&estimator);
      for (guint i = 0; i < 300; i++)
        {
          double left, rate;

          time += g_test_rand_int_range (0, 3) * g_test_rand_int_range (0, 5 * SECOND);
          switch (g_test_rand_int_range (0, 6))
            {
            case 0:
              haul_estimator_pause (&estimator, time);
              break;
            case 1:
              haul_estimator_resume (&estimator, time);
              break;
            default:
              haul_estimator_add (&estimator, time, g_test_rand_double_range (0, 1000), g_test_rand_bit () ? 1000 : 0);
              break;
            }
          left = haul_estimator_get_left (&estimator, time);
          rate = haul_estimator_get_rate (&estimator);
          g_assert_true (isfinite (left) && isfinite (rate));
          g_assert_cmpfloat (rate, >=, 0);
          g_assert_true (left >= 0 || left == -1);
        }
    }
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);
  g_test_add_func ("/parent/estimator/nothing-known", test_nothing_known);
  g_test_add_func ("/parent/estimator/steady", test_steady);
  g_test_add_func ("/parent/estimator/quiet", test_quiet);
  g_test_add_func ("/parent/estimator/unknown-total", test_unknown_total);
  g_test_add_func ("/parent/estimator/counts-down", test_counts_down);
  g_test_add_func ("/parent/estimator/no-jump", test_no_jump);
  g_test_add_func ("/parent/estimator/follows", test_follows);
  g_test_add_func ("/parent/estimator/pause", test_pause);
  g_test_add_func ("/parent/estimator/pause-twice", test_pause_twice);
  g_test_add_func ("/parent/estimator/total-changes", test_total_changes);
  g_test_add_func ("/parent/estimator/random", test_random);
  return g_test_run ();
}
