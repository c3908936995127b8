/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

/*
 * The series of D. and G. Chudnovsky (1988) by binary splitting, as in Haible and Papanikolaou,
 * "Fast multiprecision evaluation of series of rational numbers" (ANTS-III, 1998):
 *
 *   π = 426880 √10005 · Q / (13591409 · Q + T), where over the terms k = 1, 2, …
 *
 *   p(k) = (6k-5)(2k-1)(6k-1)      q(k) = k³ · 640320³/24      a(k) = 13591409 + 545140134 k
 *   P = Π p     Q = Π q     T/Q = Σ (-1)^k a(k) · p(1)…p(k) / (q(1)…q(k))
 *
 * and two neighbours L and R become one by
 *
 *   T = T_L Q_R + P_L T_R      Q = Q_L Q_R      P = P_L P_R
 *
 * Three things make it faster than these lines. Factors of two never enter Q: they are counted,
 * and that is a sixth of its bits. P_L and Q_R lose what they have in common (pi-factors.c), which
 * halves the numbers near the top. And at the right edge, where T counts least and P not at all,
 * T is cut to the bits that can still matter.
 */

#include "config.h"

#include "pi-sum.h"

#include <math.h>

#define A          13591409u
#define B          545140134u
#define C_ODD      G_GUINT64_CONSTANT (333833583375)   /* 640320³ / 24 = C_ODD · 2^15 */
#define C_TWOS     15

#define LEAF_TERMS 24     /* below, one term after the other is faster; measured */
#define SPARE_BITS 64     /* kept beyond the precision when numbers are cut */

/* What all ranges of a calculation share; free it with pi_series_clear(). */
PiSeries
pi_series_plan (guint64 n_terms,
                double  precision)
{
  PiSeries self = { .n_terms = n_terms, .precision = precision };

  self.primes = pi_primes_new (n_terms >= PI_REDUCE_MIN ? n_terms : 2, &self.n_primes);
  return self;
}

void
pi_series_clear (PiSeries *self)
{
  g_clear_pointer (&self->primes, g_free);
}

/* The terms a … b-1, not summed yet; free it with pi_range_clear(). */
PiRange
pi_range (guint64 a,
          guint64 b)
{
  PiRange self = { .a = a, .b = b };

  mpz_init (self.p);
  mpz_init (self.q);
  mpz_init (self.t);
  return self;
}

void
pi_range_clear (PiRange *self)
{
  mpz_clear (self->p);
  mpz_clear (self->q);
  mpz_clear (self->t);
  g_clear_pointer (&self->p_powers, g_free);
  g_clear_pointer (&self->q_powers, g_free);
}

/* What merging two halves of a range of this length costs, in any unit: 30% of it goes into common
 * factors, 25% into T_L Q_R, 15% into P_L T_R, 5% into P, 25% into Q. Measured at 10^7 digits. */
double
pi_merge_work (double length)
{
  return length * pow (log2 (length + 2), 1.3);
}

/* What a short range costs, one term after the other; measured against the former. */
static double
leaf_work (double length)
{
  return 3 * pi_merge_work (LEAF_TERMS) * length / LEAF_TERMS;
}

/* What summing a range of this length costs, in the same unit. */
double
pi_sum_work (guint64 n_terms)
{
  double work = 0;
  double length = n_terms;

  for (double parts = 1; length > LEAF_TERMS; parts *= 2, length /= 2)
    work += parts * pi_merge_work (length);

  return work + leaf_work (n_terms);
}

/* Appends the term k to what is there: P = P p, Q = Q q, T = T q + (-1)^k P p a. */
static void
append_term (PiRange *self,
             guint64  k)
{
  guint twos = __builtin_ctzll (k);
  guint64 odd = k >> twos;

  if (k < 600000)   /* so that the products of three stay below 2^64 */
    {
      pi_mul_u64 (self->p, (6 * k - 5) * (2 * k - 1) * (6 * k - 1));
      pi_mul_u64 (self->q, odd * odd * odd);
      pi_mul_u64 (self->t, odd * odd * odd);
    }
  else
    {
      pi_mul_u64 (self->p, 6 * k - 5);
      pi_mul_u64 (self->p, 2 * k - 1);
      pi_mul_u64 (self->p, 6 * k - 1);
      pi_mul_u64 (self->q, odd * odd);
      pi_mul_u64 (self->q, odd);
      pi_mul_u64 (self->t, odd * odd);
      pi_mul_u64 (self->t, odd);
    }

  pi_mul_u64 (self->q, C_ODD);
  pi_mul_u64 (self->t, C_ODD);
  mpz_mul_2exp (self->t, self->t, 3 * twos + C_TWOS);
  self->q_twos += 3 * twos + C_TWOS;
  pi_addmul_u64 (self->t, self->p, A + B * k, k % 2 == 1);
}

static void
sum_leaf (PiRange *self)
{
  mpz_set_ui (self->p, 1);
  mpz_set_ui (self->q, 1);
  mpz_set_ui (self->t, 0);
  for (guint64 k = self->a; k < self->b; k++)
    append_term (self, k);
}

/* At the right edge T counts less and less: what is to its left divides it by 2^47 a term. */
static void
cut (const PiSeries *series,
     PiRange        *self)
{
  double wanted = series->precision - PI_BITS_PER_TERM * (self->a - 1) + SPARE_BITS;
  double present = mpz_sizeinbase (self->t, 2);
  mp_bitcnt_t too_many;

  if (present < wanted + SPARE_BITS)
    return;

  too_many = present - wanted;
  mpz_tdiv_q_2exp (self->t, self->t, too_many);
  self->t_twos += too_many;
}

/* left->t · 2^left->t_twos becomes T_L Q_R + P_L T_R; right->t is used up. */
static gboolean
merge_t (PiRange *left,
         PiRange *right,
         PiMeter *meter,
         double   work)
{
  gint64 shift = left->t_twos + right->q_twos - right->t_twos;

  mpz_mul (left->t, left->t, right->q);
  if (!pi_meter_add (meter, 0.25 * work))
    return FALSE;
  mpz_mul (right->t, left->p, right->t);
  if (!pi_meter_add (meter, 0.15 * work))
    return FALSE;

  if (shift >= 0)
    mpz_mul_2exp (left->t, left->t, shift);
  else
    mpz_tdiv_q_2exp (left->t, left->t, -shift);
  mpz_add (left->t, left->t, right->t);
  left->t_twos = right->t_twos;
  pi_number_drop (right->t);

  return TRUE;
}

/**
 * pi_range_merge:
 * @left: terms a … m-1, becomes a … b-1
 * @right: terms m … b-1, is used up
 *
 * Joins two neighbours. P is left out where nobody will ask for it: at the end of the series.
 *
 * Returns: %FALSE if the calculation was cancelled
 */
gboolean
pi_range_merge (const PiSeries *series,
                PiRange        *left,
                PiRange        *right,
                PiMeter        *meter)
{
  gboolean at_end = right->b == series->n_terms;
  double work = pi_merge_work (right->b - left->a);

  g_return_val_if_fail (left->b == right->a, FALSE);

  if (right->b - left->a >= PI_REDUCE_MIN && !pi_range_reduce (series, left, right, meter))
    return FALSE;
  if (!pi_meter_add (meter, 0.3 * work) || !merge_t (left, right, meter, work))
    return FALSE;

  if (at_end)
    {
      pi_number_drop (left->p);
      cut (series, left);
    }
  else
    {
      mpz_mul (left->p, left->p, right->p);
    }
  pi_number_drop (right->p);
  if (!pi_meter_add (meter, 0.05 * work))
    return FALSE;

  mpz_mul (left->q, left->q, right->q);
  pi_number_drop (right->q);
  left->q_twos += right->q_twos;
  left->b = right->b;

  return pi_meter_add (meter, 0.25 * work);
}

/**
 * pi_sum_range:
 * @range: from pi_range(), with a ≥ 1 and a < b
 *
 * Sums the terms of a range. Depends on nothing but its arguments: ranges can be summed apart, by
 * several workers, and merged from left to right. The depth of the recursion is the logarithm of
 * the length.
 *
 * Returns: %FALSE if the calculation was cancelled
 */
gboolean
pi_sum_range (const PiSeries *series,
              PiRange        *range,
              PiMeter        *meter)
{
  guint64 length = range->b - range->a;
  g_auto(PiRange) right = pi_range (range->a + length / 2, range->b);

  if (length <= LEAF_TERMS)
    {
      sum_leaf (range);
      return pi_meter_add (meter, leaf_work (length));
    }

  range->b = right.a;
  return pi_sum_range (series, range, meter) &&
         pi_sum_range (series, &right, meter) &&
         pi_range_merge (series, range, &right, meter);
}
