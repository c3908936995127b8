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
#include "pi-newton.h"
#include "pi-number.h"
#include "pi-sum.h"

#define SPARE 64

static const char *stage_names[PI_N_STAGES] = {
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
static const double stage_shares[][PI_N_STAGES] = {
  { 57, 7, 15, 21 },
  { 61, 6, 14, 19 },
  { 66, 5, 12, 17 },
  { 71, 4, 10, 15 },
};

/* The share of the time that a stage takes, from 0 to 1. */
double
pi_chudnovsky_share (guint64 digits,
                     PiStage stage)
{
  double decade = CLAMP (log10 (digits) - SHARES_FROM, 0, G_N_ELEMENTS (stage_shares) - 1);
  guint low = MIN ((guint) decade, G_N_ELEMENTS (stage_shares) - 2);
  double rest = decade - low;

  return (stage_shares[low][stage] * (1 - rest) + stage_shares[low + 1][stage] * rest) / 100;
}

static void
begin_stage (Calculation *self,
             PiStage      stage,
             double       work)
{
  double from = 0;

  for (PiStage before = 0; before < stage; before++)
    from += pi_chudnovsky_share (self->digits, before) * self->digits;

  self->meter = (PiMeter) {
    .context = self->context,
    .from = from,
    .length = pi_chudnovsky_share (self->digits, stage) * self->digits,
    .total = work,
  };
  haul_context_set_phase (self->context, _(stage_names[stage]));
}

static gboolean
sum (Calculation *self,
     PiRange     *range)
{
  guint64 n_terms = (self->bits + SPARE) / PI_BITS_PER_TERM + 2;
  g_auto(PiSeries) series = pi_series_plan (n_terms, self->bits + SPARE);

  begin_stage (self, PI_STAGE_SUM, pi_sum_work (n_terms - 1));
  range->b = n_terms;

  return pi_sum_range (&series, range, &self->meter);
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

  pi_shift (range->t, range->t_twos - range->q_twos + scale);
  mpz_set (divisor, range->q);
  pi_shift (divisor, scale);
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

  begin_stage (self, PI_STAGE_ROOT, 2.0 * root_bits);
  if (!pi_inverse_root (scaled, 10005, root_bits, &self->meter))
    return FALSE;

  begin_stage (self, PI_STAGE_DIVIDE, 3);
  mpz_mul (scaled, scaled, range->q);
  pi_number_drop (range->q);
  if (!pi_meter_add (&self->meter, 1))
    return FALSE;

  /* 426880 √10005 = 426880 · 10005 / √10005 = 4270934400 / √10005 */
  pi_mul_u64 (scaled, G_GUINT64_CONSTANT (4270934400));
  pi_shift (scaled, scale - SPARE);
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

  begin_stage (&self, PI_STAGE_WRITE, pi_digits_work (writer->digits));
  return pi_digits_write (writer, scaled.n, &self.meter);
}

gboolean
pi_chudnovsky (HaulContext  *context,
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
