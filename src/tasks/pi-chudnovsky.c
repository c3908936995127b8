/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

/*
 * π = 426880 √10005 · Q / (13591409 · Q + T), with Q and T from pi-sum.c.
 *
 * All is integers that stand for fixed-point numbers. Errors are counted in units of the last bit
 * of π · 2^bits, see pi_digits_limbs(): the square root and the terms left out have SPARE bits more
 * and together stay far below one unit, the division cuts off less than one. Two units are
 * subtracted at the end, so that what is written is below π, by less than four units.
 */

#include "config.h"

#include "pi-methods.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "pi-digits.h"
#include "pi-number.h"
#include "pi-sum.h"

#define SPARE 64

typedef enum
{
  STAGE_SUM,
  STAGE_ROOT,
  STAGE_DIVIDE,
  STAGE_WRITE,
  N_STAGES,
} Stage;

static const char *stage_names[N_STAGES] = {
  N_("Summing the series"),
  N_("Taking the square root"),
  N_("Dividing"),
  N_("Writing the digits"),
};

typedef struct
{
  HaulContext *context;
  guint64      digits;
  mp_bitcnt_t  bits;    /* of π, after the point */
  PiMeter      meter;   /* of the stage that runs */
} Calculation;

/* How the time is shared out among the stages, in percent, measured at 10^5, 10^6 … digits. */
#define SHARES_FROM 5
static const double stage_shares[][N_STAGES] = {
  { 57, 7, 15, 21 },
  { 61, 6, 14, 19 },
  { 66, 5, 12, 17 },
  { 71, 4, 10, 15 },
};

static double
stage_share (guint64 digits,
             Stage   stage)
{
  double decade = CLAMP (log10 (digits) - SHARES_FROM, 0, G_N_ELEMENTS (stage_shares) - 1);
  guint low = MIN ((guint) decade, G_N_ELEMENTS (stage_shares) - 2);
  double rest = decade - low;

  return (stage_shares[low][stage] * (1 - rest) + stage_shares[low + 1][stage] * rest) / 100;
}

static void
begin_stage (Calculation *self,
             Stage        stage,
             double       work)
{
  double from = 0;

  for (Stage before = 0; before < stage; before++)
    from += stage_share (self->digits, before) * self->digits;

  self->meter = (PiMeter) {
    .context = self->context,
    .from = from,
    .length = stage_share (self->digits, stage) * self->digits,
    .total = work,
  };
  haul_context_set_phase (self->context, _(stage_names[stage]));
}

/* One step of Newton's iteration for the inverse root of c, without a division: from
 * y = 2^have / √c to about twice the bits, y 2^more + y (2^2have - c y²) / 2^(2 have + 1 - more). */
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

/* y becomes 2^bits / √c, a few units at most from the true value: each step doubles the good bits
 * but for less than EXTRA of them, so that the precision of each can be planned from the last. */
static gboolean
inverse_root (mpz_t          y,
              unsigned long  c,
              mp_bitcnt_t    bits,
              PiMeter       *meter)
{
  enum { START = 400, EXTRA = 16 };
  mp_bitcnt_t steps[64];
  guint n_steps = 0;

  for (mp_bitcnt_t need = bits; need > START; need = need / 2 + EXTRA)
    steps[n_steps++] = need;
  bits = n_steps > 0 ? steps[n_steps - 1] / 2 + EXTRA : bits;

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

static gboolean
sum (Calculation *self,
     PiRange     *range)
{
  guint64 n_terms = (self->bits + SPARE) / PI_BITS_PER_TERM + 2;
  g_auto(PiSeries) series = pi_series_plan (n_terms, self->bits + SPARE);

  begin_stage (self, STAGE_SUM, pi_sum_work (n_terms - 1));
  range->b = n_terms;

  return pi_sum_range (&series, range, &self->meter);
}

/* number = number · 2^shift, whichever way that goes */
static void
shift_by (mpz_t  number,
          gint64 shift)
{
  if (shift >= 0)
    mpz_mul_2exp (number, number, shift);
  else
    mpz_tdiv_q_2exp (number, number, -shift);
}

/* From Q and T to the divisor 13591409 Q + T. Both share an exponent that the quotient does not
 * depend on: @scale says by how much Q of the dividend is to be shifted. */
static void
make_divisor (Calculation *self,
              PiRange     *range,
              mpz_t        divisor,
              gint64      *ret_scale)
{
  gint64 scale = (gint64) (self->bits + SPARE) - (gint64) mpz_sizeinbase (range->q, 2);

  shift_by (range->t, range->t_twos - range->q_twos + scale);
  mpz_set (divisor, range->q);
  shift_by (divisor, scale);
  mpz_mul_ui (divisor, divisor, 13591409);
  mpz_add (divisor, divisor, range->t);
  pi_number_drop (range->t);
  *ret_scale = scale;
}

/* @scaled becomes π · 2^bits. */
static gboolean
finish (Calculation *self,
        PiRange     *range,
        mpz_t        scaled)
{
  mp_bitcnt_t root_bits = self->bits + SPARE;
  g_auto(PiNumber) divisor = pi_number ();
  gint64 scale = 0;

  make_divisor (self, range, divisor.n, &scale);

  begin_stage (self, STAGE_ROOT, 2.0 * root_bits);
  if (!inverse_root (scaled, 10005, root_bits, &self->meter))
    return FALSE;

  begin_stage (self, STAGE_DIVIDE, 3);
  mpz_mul (scaled, scaled, range->q);
  pi_number_drop (range->q);
  if (!pi_meter_add (&self->meter, 1))
    return FALSE;

  /* 426880 √10005 = 426880 · 10005 / √10005 = 4270934400 / √10005 */
  pi_mul_u64 (scaled, G_GUINT64_CONSTANT (4270934400));
  shift_by (scaled, scale - SPARE);
  mpz_tdiv_q (scaled, scaled, divisor.n);
  mpz_sub_ui (scaled, scaled, 2);

  return pi_meter_add (&self->meter, 2);
}

gboolean
pi_chudnovsky_scaled (HaulContext *context,
                      guint64      digits,
                      mp_bitcnt_t  bits,
                      mpz_t        scaled)
{
  Calculation self = { .context = context, .digits = digits, .bits = bits };
  g_auto(PiRange) range = pi_range (1, 1);

  return sum (&self, &range) && finish (&self, &range, scaled);
}

static PiDigitsResult
attempt (HaulContext *context,
         PiWriter    *writer)
{
  Calculation self = { .context = context, .digits = writer->digits };
  mp_bitcnt_t bits = pi_digits_limbs (writer->digits, writer->sure_bits) * GMP_LIMB_BITS;
  g_auto(PiNumber) scaled = pi_number ();

  if (!pi_chudnovsky_scaled (context, writer->digits, bits, scaled.n))
    return PI_DIGITS_CANCELLED;

  begin_stage (&self, STAGE_WRITE, pi_digits_work (writer->digits));
  return pi_digits_write (writer, scaled.n, &self.meter);
}

gboolean
pi_chudnovsky (HaulContext  *context,
               guint64       digits,
               guint         sure_bits,
               GError      **error)
{
  PiWriter writer = { .context = context, .digits = digits, .sure_bits = sure_bits };
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
