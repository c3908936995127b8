/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

/*
 * The series of D. Bailey, P. Borwein and S. Plouffe, "On the rapid computation of various
 * polylogarithmic constants" (1997), term by term:
 *
 *   π = Σ 1/16^k · (4/(8k+1) - 2/(8k+4) - 1/(8k+5) - 1/(8k+6)),  k = 0, 1, …
 *
 * in fixed point, two fractions at a time:
 *
 *   4/(8k+1) - 2/(8k+4) = (16k+14) / ((8k+1)(8k+4))
 *   1/(8k+5) + 1/(8k+6) = (16k+11) / ((8k+5)(8k+6))
 *
 * A term adds four bits, so d digits need log 10 / log 16 = 0.8305 d terms, and some for the guard.
 * The k-th is a division of all bits but the first 4k: the work grows with the square of the
 * digits. That is what it is here for, next to the other way.
 */

#include "config.h"

#include "pi-methods.h"

#include <glib/gi18n-lib.h>

#include "pi-digits.h"
#include "pi-number.h"

#define BITS_PER_TERM 4
#define SPARE         64     /* bits: each term is off by less than one unit, and there are fewer than 2^60 */
#define SUM_SHARE     0.99   /* of the time, from 1,000 digits on, measured */

/* sum ± numerator · 2^shift / denominator */
static void
add_fraction (mpz_t       sum,
              mpz_t       scratch,
              guint64     numerator,
              mp_bitcnt_t shift,
              guint64     denominator,
              gboolean    negative)
{
  mpz_set_ui (scratch, 1);
  pi_mul_u64 (scratch, numerator);
  mpz_mul_2exp (scratch, scratch, shift);
  pi_div_u64 (scratch, denominator);

  if (negative)
    mpz_sub (sum, sum, scratch);
  else
    mpz_add (sum, sum, scratch);
}

/* scaled becomes π · 2^bits, cut off, and at most one unit off */
static gboolean
sum_terms (mpz_t       scaled,
           mp_bitcnt_t bits,
           PiMeter    *meter)
{
  mp_bitcnt_t all_bits = bits + SPARE;
  guint64 n_terms = all_bits / BITS_PER_TERM + 1;
  g_auto(PiNumber) scratch = pi_number ();

  mpz_set_ui (scaled, 0);
  meter->total = (double) n_terms * (n_terms + 1) / 2;
  for (guint64 k = 0; k < n_terms; k++)
    {
      mp_bitcnt_t shift = all_bits - BITS_PER_TERM * k;

      add_fraction (scaled, scratch.n, 16 * k + 14, shift, (8 * k + 1) * (8 * k + 4), FALSE);
      add_fraction (scaled, scratch.n, 16 * k + 11, shift, (8 * k + 5) * (8 * k + 6), TRUE);
      if (!pi_meter_add (meter, n_terms - k))
        return FALSE;
    }

  mpz_fdiv_q_2exp (scaled, scaled, SPARE);
  return TRUE;
}

gboolean
pi_series_scaled (HaulContext *context,
                  guint64      digits,
                  mp_bitcnt_t  bits,
                  mpz_t        scaled)
{
  PiMeter meter = { .context = context, .length = SUM_SHARE * digits };

  haul_context_set_phase (context, _("Summing the series"));
  if (!sum_terms (scaled, bits, &meter))
    return FALSE;

  mpz_sub_ui (scaled, scaled, 1);
  return TRUE;
}

static PiDigitsResult
attempt (HaulContext *context,
         PiWriter    *writer)
{
  mp_bitcnt_t bits = pi_digits_limbs (writer->digits, writer->sure_bits) * GMP_LIMB_BITS;
  PiMeter meter = {
    .context = context,
    .from = SUM_SHARE * writer->digits,
    .length = (1 - SUM_SHARE) * writer->digits,
    .total = pi_digits_work (writer->digits),
  };
  g_auto(PiNumber) scaled = pi_number ();

  if (!pi_series_scaled (context, writer->digits, bits, scaled.n))
    return PI_DIGITS_CANCELLED;

  haul_context_set_phase (context, _("Writing the digits"));
  return pi_digits_write (writer, scaled.n, &meter);
}

gboolean
pi_series (HaulContext  *context,
           guint64       digits,
           guint         sure_bits,
           GError      **error)
{
  PiWriter writer = { .context = context, .digits = digits, .lead = "3.", .sure_bits = sure_bits };
  PiDigitsResult result;

  haul_context_set_total (context, digits);
  do
    {
      result = attempt (context, &writer);
      writer.sure_bits *= 2;
    }
  while (result == PI_DIGITS_UNSURE);

  if (result == PI_DIGITS_CANCELLED)
    return haul_context_check (context, error);

  haul_context_progress (context, digits);
  return TRUE;
}
