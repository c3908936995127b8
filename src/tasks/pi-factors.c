/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

/*
 * What P of the left and Q of the right have in common can be taken out of both before they are
 * merged: T = T_L Q_R + P_L T_R and Q = Q_L Q_R then lose the same factor (H. Xue and others,
 * gmp-chudnovsky, 2002, whose idea this is; the way to it here is another one).
 *
 * Nothing needs to be factored for it. P and Q of a range are quotients of factorials, and
 * Legendre's formula says how often a prime divides those:
 *
 *   Π k                     = (b-1)! / (a-1)!
 *   Π (6k-5)(6k-3)(6k-1)    = the odd numbers from 6(a-1) to 6(b-1), and 6k-3 = 3 (2k-1)
 *   the odd numbers to 6m   = (6m)! / (2^3m (3m)!)
 *
 * So a range keeps a counter for each small prime. The longer the range, the larger the primes
 * that are worth a look: a prime divides about 3 in p of the factors on either side.
 */

#include "config.h"

#include "pi-sum.h"

#include <string.h>

/* C_ODD of pi-sum.c is 3² · 5³ · 23³ · 29³. */
static guint
powers_in_constant (guint32 prime)
{
  switch (prime)
    {
    case 3:
      return 2;
    case 5:
    case 23:
    case 29:
      return 3;
    default:
      return 0;
    }
}

/**
 * pi_primes_new:
 * @limit: the first number that is not looked at
 *
 * Returns: (transfer full): all odd primes below @limit
 */
guint32 *
pi_primes_new (guint64  limit,
               gsize   *ret_length)
{
  gsize half = MIN (limit, G_MAXUINT32) / 2;     /* composite[i] stands for 2i + 1 */
  g_autofree guint8 *composite = g_malloc0 (half + 1);
  GArray *primes = g_array_new (FALSE, FALSE, sizeof (guint32));

  for (gsize i = 1; i < half; i++)
    {
      guint32 prime = 2 * i + 1;

      if (composite[i])
        continue;
      g_array_append_val (primes, prime);
      for (guint64 j = ((guint64) prime * prime) / 2; j < half; j += prime)
        composite[j] = 1;
    }

  *ret_length = primes->len;
  return (guint32 *) g_array_free (primes, FALSE);
}

/* How often @prime divides n! */
static inline guint64
legendre (guint64 n,
          guint32 prime)
{
  guint64 count = 0;

  for (n /= prime; n > 0; n /= prime)
    count += n;

  return count;
}

/* Extends the counters of @self to @n_powers primes. Those that are there stay: they know what was
 * taken out so far. */
void
pi_range_count (const PiSeries *series,
                PiRange        *self,
                gsize           n_powers)
{
  guint64 low = self->a - 1;
  guint64 high = self->b - 1;

  if (n_powers <= self->n_powers)
    return;

  self->p_powers = g_renew (guint32, self->p_powers, n_powers);
  self->q_powers = g_renew (guint32, self->q_powers, n_powers);
  for (gsize i = self->n_powers; i < n_powers; i++)
    {
      guint32 prime = series->primes[i];
      guint64 odd = legendre (6 * high, prime) - legendre (6 * low, prime) -
                    legendre (3 * high, prime) + legendre (3 * low, prime);

      self->p_powers[i] = odd - (prime == 3 ? high - low : 0);
      self->q_powers[i] = 3 * (legendre (high, prime) - legendre (low, prime)) +
                          powers_in_constant (prime) * (high - low);
    }
  self->n_powers = n_powers;
}

/* Multiplies limbs[0 … length-1] into @product. */
static void
multiply_all (mpz_t          product,
              const guint64 *limbs,
              gsize          length)
{
  g_auto(PiNumber) rest = pi_number ();

  if (length > 32)
    {
      multiply_all (product, limbs, length / 2);
      multiply_all (rest.n, limbs + length / 2, length - length / 2);
      mpz_mul (product, product, rest.n);
      return;
    }

  mpz_set_ui (product, 1);
  for (gsize i = 0; i < length; i++)
    pi_mul_u64 (product, limbs[i]);
}

/* Takes the common powers off the counters, and gives their product as factors of 64 bits. */
static GArray *
take_common (const PiSeries *series,
             PiRange        *left,
             PiRange        *right)
{
  GArray *factors = g_array_new (FALSE, FALSE, sizeof (guint64));
  guint64 factor = 1;

  for (gsize i = 0; i < left->n_powers; i++)
    {
      guint32 prime = series->primes[i];
      guint32 common = MIN (left->p_powers[i], right->q_powers[i]);

      left->p_powers[i] += right->p_powers[i] - common;
      left->q_powers[i] += right->q_powers[i] - common;
      for (; common > 0; common--)
        {
          if (factor > G_MAXUINT64 / prime)
            {
              g_array_append_val (factors, factor);
              factor = 1;
            }
          factor *= prime;
        }
    }
  g_array_append_val (factors, factor);

  return factors;
}

/**
 * pi_range_reduce:
 *
 * Divides P of @left and Q of @right by what they have in common, as far as the primes below
 * the length of both together go, and leaves the counters of both together in @left.
 *
 * Returns: %FALSE if the calculation was cancelled
 */
gboolean
pi_range_reduce (const PiSeries *series,
                 PiRange        *left,
                 PiRange        *right,
                 PiMeter        *meter)
{
  guint64 length = right->b - left->a;
  g_autoptr(GArray) factors = NULL;
  g_auto(PiNumber) common = pi_number ();
  gsize n_powers = 0;

  while (n_powers < series->n_primes && series->primes[n_powers] < length)
    n_powers++;
  pi_range_count (series, left, n_powers);
  pi_range_count (series, right, n_powers);

  factors = take_common (series, left, right);
  multiply_all (common.n, (const guint64 *) (gpointer) factors->data, factors->len);
  if (!pi_meter_go_on (meter))
    return FALSE;

  mpz_divexact (left->p, left->p, common.n);
  if (!pi_meter_go_on (meter))
    return FALSE;

  mpz_divexact (right->q, right->q, common.n);

  g_clear_pointer (&right->p_powers, g_free);
  g_clear_pointer (&right->q_powers, g_free);
  return pi_meter_go_on (meter);
}
