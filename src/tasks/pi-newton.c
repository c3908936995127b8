/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

/*
 * Newton's iteration, without a division. Each step doubles the good bits but for less than EXTRA of
 * them, so that the precision of each can be planned from the last.
 */

#include "config.h"

#include "pi-newton.h"

#define START 400   /* bits to begin with, found in another way */
#define EXTRA 16
#define GUARD 64    /* bits that what is inverted is cut to, beyond those wanted */

#define MAX_STEPS 64

/* Fills @steps from the last to the first. Returns how many bits to begin with. */
static mp_bitcnt_t
plan_steps (mp_bitcnt_t  bits,
            mp_bitcnt_t *steps,
            guint       *ret_n_steps)
{
  guint n_steps = 0;

  for (; bits > START; bits = bits / 2 + EXTRA)
    steps[n_steps++] = bits;

  *ret_n_steps = n_steps;
  return bits;
}

/* From y = 2^have / √c to about twice the bits, y 2^more + y (2^2have - c y²) / 2^(2 have + 1 - more). */
static void
refine_inverse_root (mpz_t         y,
                     unsigned long c,
                     mp_bitcnt_t   have,
                     mp_bitcnt_t   want)
{
  g_auto(PiNumber) square = pi_number ();
  g_auto(PiNumber) error = pi_number ();

  mpz_mul (square.n, y, y);
  mpz_mul_ui (square.n, square.n, c);
  mpz_setbit (error.n, 2 * have);
  mpz_sub (error.n, error.n, square.n);
  pi_number_drop (square.n);

  mpz_mul (error.n, error.n, y);
  mpz_fdiv_q_2exp (error.n, error.n, 3 * have + 1 - want);
  mpz_mul_2exp (y, y, want - have);
  mpz_add (y, y, error.n);
}

gboolean
pi_inverse_root (mpz_t          y,
                 unsigned long  c,
                 mp_bitcnt_t    bits,
                 PiMeter       *meter)
{
  mp_bitcnt_t steps[MAX_STEPS];
  guint n_steps = 0;

  bits = plan_steps (bits, steps, &n_steps);
  mpz_set_ui (y, 0);
  mpz_setbit (y, 2 * bits);
  mpz_tdiv_q_ui (y, y, c);
  mpz_sqrt (y, y);
  for (; n_steps > 0; n_steps--)
    {
      refine_inverse_root (y, c, bits, steps[n_steps - 1]);
      bits = steps[n_steps - 1];
      if (!pi_meter_add (meter, bits))
        return FALSE;
    }

  return TRUE;
}

/* d becomes the leading bits of n, or n with zeros below. */
static void
take_leading (mpz_t       d,
              const mpz_t n,
              mp_bitcnt_t bits)
{
  mpz_set (d, n);
  pi_shift (d, (gint64) bits - (gint64) mpz_sizeinbase (n, 2));
}

/* From y = 2^have / δ to about twice the bits, where ½ ≤ δ < 1 are the leading bits of n:
 * y 2^more + y (1 - δ y / 2^have) 2^more. Of the bits of what is in parentheses, half do. */
static void
refine_inverse (mpz_t       y,
                const mpz_t n,
                mp_bitcnt_t have,
                mp_bitcnt_t want)
{
  g_auto(PiNumber) product = pi_number ();
  g_auto(PiNumber) error = pi_number ();
  mp_bitcnt_t cut = want - have + GUARD / 2;

  take_leading (product.n, n, want + GUARD);
  mpz_mul (product.n, product.n, y);
  mpz_setbit (error.n, want + GUARD + have);
  mpz_sub (error.n, error.n, product.n);
  pi_number_drop (product.n);

  mpz_fdiv_q_2exp (error.n, error.n, cut);
  mpz_mul (error.n, error.n, y);
  mpz_fdiv_q_2exp (error.n, error.n, 2 * have + GUARD - cut);
  mpz_mul_2exp (y, y, want - have);
  mpz_add (y, y, error.n);
}

gboolean
pi_inverse (PiFloat     *self,
            mp_bitcnt_t  bits,
            PiMeter     *meter)
{
  g_auto(PiNumber) y = pi_number ();
  g_auto(PiNumber) leading = pi_number ();
  mp_bitcnt_t steps[MAX_STEPS];
  mp_bitcnt_t have;
  guint n_steps = 0;

  g_return_val_if_fail (mpz_sgn (self->n) > 0, FALSE);

  have = plan_steps (bits, steps, &n_steps);
  take_leading (leading.n, self->n, have + GUARD);
  mpz_setbit (y.n, 2 * have + GUARD);
  mpz_tdiv_q (y.n, y.n, leading.n);
  for (; n_steps > 0; n_steps--)
    {
      refine_inverse (y.n, self->n, have, steps[n_steps - 1]);
      have = steps[n_steps - 1];
      if (!pi_meter_add (meter, have))
        return FALSE;
    }

  self->twos = -(self->twos + (gint64) mpz_sizeinbase (self->n, 2) + (gint64) bits);
  mpz_swap (self->n, y.n);
  return TRUE;
}
