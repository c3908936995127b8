/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <unistd.h>

#include "tasks/pi-sum.h"

static void
drop (const HaulMessage *message,
      gpointer           user_data)
{
}

/* P, Q and T as their definitions say, term by term, without any of the tricks. */
static void
define (mpz_t   p,
        mpz_t   q,
        mpz_t   t,
        guint64 a,
        guint64 b)
{
  g_auto(PiNumber) term = pi_number ();
  g_auto(PiNumber) constant = pi_number ();

  mpz_ui_pow_ui (constant.n, 640320, 3);
  mpz_divexact_ui (constant.n, constant.n, 24);
  mpz_set_ui (p, 1);
  mpz_set_ui (q, 1);
  mpz_set_ui (t, 0);
  for (guint64 k = a; k < b; k++)
    {
      mpz_mul_ui (p, p, 6 * k - 5);
      mpz_mul_ui (p, p, 2 * k - 1);
      mpz_mul_ui (p, p, 6 * k - 1);

      mpz_ui_pow_ui (term.n, k, 3);
      mpz_mul (term.n, term.n, constant.n);
      mpz_mul (q, q, term.n);
      mpz_mul (t, t, term.n);

      mpz_mul_ui (term.n, p, 545140134 * k + 13591409);
      if (k % 2 == 1)
        mpz_neg (term.n, term.n);
      mpz_add (t, t, term.n);
    }
}

/* x y = z w */
static void
assert_products (const mpz_t x,
                 const mpz_t y,
                 const mpz_t z,
                 const mpz_t w)
{
  g_auto(PiNumber) left = pi_number ();
  g_auto(PiNumber) right = pi_number ();

  mpz_mul (left.n, x, y);
  mpz_mul (right.n, z, w);
  g_assert_cmpint (mpz_cmp (left.n, right.n), ==, 0);
}

/* The quotients T/Q and P/Q are what counts: the numbers themselves may have lost common factors. */
static void
assert_range (const PiSeries *series,
              PiRange        *range)
{
  g_auto(PiNumber) p = pi_number ();
  g_auto(PiNumber) q = pi_number ();
  g_auto(PiNumber) t = pi_number ();

  define (p.n, q.n, t.n, range->a, range->b);

  mpz_mul_2exp (range->q, range->q, range->q_twos);
  mpz_mul_2exp (range->t, range->t, range->t_twos);
  assert_products (range->t, q.n, t.n, range->q);
  if (range->b < series->n_terms)
    assert_products (range->p, q.n, p.n, range->q);
}

/* All ranges that begin and end at a few places, and all ways to cut them in two. */
static void
test_ranges (void)
{
  static const guint64 places[] = { 1, 2, 25, 100, 300, 777, 1500, 2000 };
  const guint n = G_N_ELEMENTS (places);
  const int cancelled = 0;
  g_autoptr(HaulContext) context = haul_context_new (drop, NULL, &cancelled);
  g_auto(PiSeries) series = pi_series_plan (2000, 1e9);   /* so precise that nothing is cut */

  for (guint i = 0; i < n; i++)
    for (guint j = i + 1; j < n; j++)
      for (guint m = i + 1; m <= j; m++)
        {
          PiMeter meter = { .context = context, .length = 1, .total = 1e9 };
          g_auto(PiRange) left = pi_range (places[i], places[m]);
          g_auto(PiRange) right = pi_range (places[m], places[j]);

          g_assert_true (pi_sum_range (&series, &left, &meter));
          if (m < j)
            {
              g_assert_true (pi_sum_range (&series, &right, &meter));
              g_assert_true (pi_range_merge (&series, &left, &right, &meter));
            }
          g_assert_cmpuint (left.a, ==, places[i]);
          g_assert_cmpuint (left.b, ==, places[j]);
          assert_range (&series, &left);
        }
}

/* Where k³ and (6k-5)(2k-1)(6k-1) leave 64 bits. */
static void
test_far_terms (void)
{
  static const guint64 places[] = { 599990, 635100, 2642230, 1200000000, 4200000000 };
  const int cancelled = 0;
  g_autoptr(HaulContext) context = haul_context_new (drop, NULL, &cancelled);
  g_auto(PiSeries) series = pi_series_plan (1000, 1e9);

  series.n_terms = G_MAXUINT64;
  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      PiMeter meter = { .context = context, .length = 1, .total = 1e9 };
      g_auto(PiRange) range = pi_range (places[i], places[i] + 500);

      g_assert_true (pi_sum_range (&series, &range, &meter));
      assert_range (&series, &range);
    }
}

/* The common factors are worth it: without them Q has some 92 bits a term. */
static void
test_reduced (void)
{
  const int cancelled = 0;
  g_autoptr(HaulContext) context = haul_context_new (drop, NULL, &cancelled);
  PiMeter meter = { .context = context, .length = 1, .total = pi_sum_work (9999) };
  g_auto(PiSeries) series = pi_series_plan (10000, 10000 * PI_BITS_PER_TERM);
  g_auto(PiRange) range = pi_range (1, 10000);

  g_assert_true (pi_sum_range (&series, &range, &meter));
  g_assert_cmpuint (mpz_sizeinbase (range.q, 2), <, 50 * 10000);
  g_assert_cmpuint (mpz_sizeinbase (range.t, 2), <, 50 * 10000);
  g_assert_cmpfloat (meter.done, >, 0.9 * meter.total);   /* the work was planned about right */
}

static void
test_primes (void)
{
  static const guint32 expected[] = { 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47 };
  gsize length = 0;
  g_autofree guint32 *primes = pi_primes_new (53, &length);
  g_autofree guint32 *more = NULL;

  g_assert_cmpmem (primes, length * sizeof *primes, expected, sizeof expected);
  more = pi_primes_new (1000000, &length);
  g_assert_cmpuint (length, ==, 78497);   /* and 2 */
  g_assert_cmpuint (more[length - 1], ==, 999983);
}

int
main (int    argc,
      char **argv)
{
  alarm (300);
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/pi-sum/primes", test_primes);
  g_test_add_func ("/pi-sum/ranges", test_ranges);
  g_test_add_func ("/pi-sum/far-terms", test_far_terms);
  g_test_add_func ("/pi-sum/reduced", test_reduced);

  return g_test_run ();
}
