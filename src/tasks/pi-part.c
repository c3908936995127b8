/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

/*
 * What the workers do that share one π: see pi-plan.h for how it all fits together.
 *
 * Errors are counted as in pi-chudnovsky.c. Root, divisor and inverse have SPARE bits more than the
 * longest stretch of digits needs, and together stay far below one unit of π · 2^bits; two units are
 * subtracted, and scaling for a stretch cuts off less than one.
 */

#include "config.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "haul/wire/haul-error.h"
#include "pi-digits.h"
#include "pi-methods.h"
#include "pi-newton.h"
#include "pi-pack.h"
#include "pi-plan.h"

#define SPARE 64
#define BITS_PER_DIGIT 3.32192809488736234787

/* At the end of a text whose digits could be either of two. */
#define DOUBT '?'

typedef struct
{
  HaulContext *context;
  guint64      digits;      /* of the whole */
  guint        sure_bits;
  guint64      from;        /* terms, or digits after the point */
  guint64      to;
  mp_bitcnt_t  precision;
  guint64      n_terms;
  PiMeter      meter;       /* of the part, from 0 to 1 */
} Part;

/* What a stretch of digits needs of π after the point, if it is to be scaled by 10^from. */
static mp_bitcnt_t
stretch_bits (guint64 from,
              guint64 to,
              guint   sure_bits)
{
  mp_bitcnt_t bits = pi_digits_limbs (to - from, sure_bits) * GMP_LIMB_BITS;

  return from == 0 ? bits : bits + (mp_bitcnt_t) ceil (from * BITS_PER_DIGIT) + SPARE;
}

/* No stretch needs more than all digits in one, but for what is rounded up. */
static mp_bitcnt_t
whole_precision (guint64 digits,
                 guint   sure_bits)
{
  return pi_digits_limbs (digits, sure_bits) * GMP_LIMB_BITS + 4 * SPARE + SPARE;
}

guint64
pi_part_n_terms (guint64 digits,
                 guint   sure_bits)
{
  return whole_precision (digits, sure_bits) / PI_BITS_PER_TERM + 2;
}

static PiSeries
plan_series (Part *self)
{
  return pi_series_plan (self->n_terms, self->precision);
}

static gboolean
cancelled (Part    *self,
           GError **error)
{
  return haul_context_check (self->context, error);
}

static gboolean
run_sum (Part    *self,
         GError **error)
{
  g_auto(PiSeries) series = { .n_terms = 0 };
  g_auto(PiRange) range = pi_range (self->from, self->to);

  if (self->from < 1 || self->from >= self->to || self->to > self->n_terms)
    return pi_pack_refuse (error);

  series = plan_series (self);
  self->meter.total = pi_sum_work (self->to - self->from);
  if (!pi_sum_range (&series, &range, &self->meter))
    return cancelled (self, error);

  pi_pack_emit (self->context, pi_range_pack (&range));
  return TRUE;
}

/* The two neighbours that a part was given. */
static gboolean
take_ranges (Part            *self,
             const PiSeries  *series,
             PiRange         *left,
             PiRange         *right,
             GError         **error)
{
  g_autoptr(GVariant) first = pi_pack_input (self->context, 0, PI_RANGE_TYPE);
  g_autoptr(GVariant) second = pi_pack_input (self->context, 1, PI_RANGE_TYPE);

  if (!pi_range_unpack (left, first, series, error) || !pi_range_unpack (right, second, series, error))
    return FALSE;
  return left->b == right->a || pi_pack_refuse (error);
}

static gboolean
run_merge (Part    *self,
           GError **error)
{
  g_auto(PiSeries) series = plan_series (self);
  g_auto(PiRange) left = pi_range (1, 1);
  g_auto(PiRange) right = pi_range (1, 1);

  if (!take_ranges (self, &series, &left, &right, error))
    return FALSE;
  self->meter.total = pi_merge_work (right.b - left.a);
  if (!pi_range_merge (&series, &left, &right, &self->meter))
    return cancelled (self, error);

  pi_pack_emit (self->context, pi_range_pack (&left));
  return TRUE;
}

/* The last two ranges. Looking for common factors would cost more than it saves: nothing is made of
 * them any more but numbers that are cut to the precision. */
static gboolean
take_halves (Part     *self,
             PiRange  *left,
             PiRange  *right,
             GError  **error)
{
  g_auto(PiSeries) series = plan_series (self);

  if (!take_ranges (self, &series, left, right, error))
    return FALSE;
  return (left->a == 1 && right->b == self->n_terms) || pi_pack_refuse (error);
}

/* T_L Q_R */
static gboolean
run_first_addend (Part    *self,
                  GError **error)
{
  g_auto(PiRange) left = pi_range (1, 1);
  g_auto(PiRange) right = pi_range (1, 1);
  g_auto(PiFloat) addend = pi_float ();

  if (!take_halves (self, &left, &right, error))
    return FALSE;
  self->meter.total = 1;
  mpz_mul (addend.n, left.t, right.q);
  addend.twos = left.t_twos + right.q_twos;
  pi_float_cut (&addend, self->precision + SPARE);
  pi_pack_emit (self->context, pi_float_pack (&addend));
  return pi_meter_add (&self->meter, 1) || cancelled (self, error);
}

/* P_L T_R and Q_L Q_R */
static gboolean
run_second_addend (Part    *self,
                   GError **error)
{
  g_auto(PiRange) left = pi_range (1, 1);
  g_auto(PiRange) right = pi_range (1, 1);
  g_auto(PiFloat) addend = pi_float ();
  g_auto(PiFloat) q = pi_float ();

  if (!take_halves (self, &left, &right, error))
    return FALSE;
  self->meter.total = 2;
  mpz_mul (addend.n, left.p, right.t);
  addend.twos = right.t_twos;
  pi_float_cut (&addend, self->precision + SPARE);
  if (!pi_meter_add (&self->meter, 1))
    return cancelled (self, error);

  mpz_mul (q.n, left.q, right.q);
  q.twos = left.q_twos + right.q_twos;
  pi_float_cut (&q, self->precision + SPARE);
  pi_pack_emit (self->context, g_variant_new ("(@" PI_FLOAT_TYPE "@" PI_FLOAT_TYPE ")",
                                              pi_float_pack (&addend), pi_float_pack (&q)));
  return pi_meter_add (&self->meter, 1) || cancelled (self, error);
}

static gboolean
take_float (Part     *self,
            guint     index,
            PiFloat  *number,
            GError  **error)
{
  g_autoptr(GVariant) packed = pi_pack_input (self->context, index, PI_FLOAT_TYPE);

  return pi_float_unpack (number, packed, self->precision + 4 * SPARE, error);
}

/* What run_second_addend() has made. */
static gboolean
take_addend_and_q (Part     *self,
                   guint     index,
                   PiFloat  *addend,
                   PiFloat  *q,
                   GError  **error)
{
  g_autoptr(GVariant) packed = pi_pack_input (self->context, index, "(" PI_FLOAT_TYPE PI_FLOAT_TYPE ")");
  g_autoptr(GVariant) first = g_variant_get_child_value (packed, 0);
  g_autoptr(GVariant) second = g_variant_get_child_value (packed, 1);

  return pi_float_unpack (addend, first, self->precision + 4 * SPARE, error) &&
         pi_float_unpack (q, second, self->precision + 4 * SPARE, error) &&
         (mpz_sgn (q->n) > 0 || pi_pack_refuse (error));
}

/* sum = sum + addend, in units of 2^twos */
static gboolean
add_float (mpz_t     sum,
           PiFloat  *addend,
           gint64    twos,
           gint64    most,
           GError  **error)
{
  gint64 shift = addend->twos - twos;

  if (shift > most)
    return pi_pack_refuse (error);

  pi_shift (addend->n, shift);
  mpz_add (sum, sum, addend->n);
  pi_number_drop (addend->n);
  return TRUE;
}

/* 1 / (13591409 Q + T) */
static gboolean
run_inverse (Part    *self,
             GError **error)
{
  gint64 most = self->precision + 4 * SPARE;
  g_auto(PiFloat) first = pi_float ();
  g_auto(PiFloat) second = pi_float ();
  g_auto(PiFloat) q = pi_float ();
  g_auto(PiFloat) divisor = pi_float ();

  if (!take_float (self, 0, &first, error) || !take_addend_and_q (self, 1, &second, &q, error))
    return FALSE;

  divisor.twos = q.twos + (gint64) mpz_sizeinbase (q.n, 2) - (gint64) (self->precision + SPARE);
  pi_mul_u64 (q.n, 13591409);
  if (!add_float (divisor.n, &q, divisor.twos, most, error) ||
      !add_float (divisor.n, &first, divisor.twos, most, error) ||
      !add_float (divisor.n, &second, divisor.twos, most, error))
    return FALSE;
  if (mpz_sgn (divisor.n) <= 0)
    return pi_pack_refuse (error);

  self->meter.total = 2.0 * self->precision;
  if (!pi_inverse (&divisor, self->precision, &self->meter))
    return cancelled (self, error);

  pi_pack_emit (self->context, pi_float_pack (&divisor));
  return TRUE;
}

/* 426880 √10005 Q = 4270934400 / √10005 Q. Whoever has nothing else to do while the divisor is
 * inverted takes the root. */
static gboolean
run_dividend (Part    *self,
              GError **error)
{
  g_auto(PiNumber) root = pi_number ();
  g_auto(PiFloat) addend = pi_float ();
  g_auto(PiFloat) q = pi_float ();

  if (!take_addend_and_q (self, 0, &addend, &q, error))
    return FALSE;
  self->meter.total = 3.0 * self->precision;   /* two thirds are the root; measured */
  if (!pi_inverse_root (root.n, 10005, self->precision, &self->meter))
    return cancelled (self, error);

  mpz_mul (q.n, q.n, root.n);
  q.twos -= (gint64) self->precision;
  pi_mul_u64 (q.n, G_GUINT64_CONSTANT (4270934400));
  pi_float_cut (&q, self->precision + SPARE);
  pi_pack_emit (self->context, pi_float_pack (&q));
  return pi_meter_add (&self->meter, self->precision) || cancelled (self, error);
}

/* @scaled becomes π · 2^bits, of the quotient that a part was given as inverse and dividend. */
static gboolean
take_pi (Part         *self,
         mp_bitcnt_t   bits,
         mpz_t         scaled,
         GError      **error)
{
  g_auto(PiFloat) inverse = pi_float ();
  g_auto(PiFloat) dividend = pi_float ();
  gint64 twos;

  if (!take_float (self, 0, &inverse, error) || !take_float (self, 1, &dividend, error))
    return FALSE;
  pi_float_cut (&inverse, bits + SPARE);
  pi_float_cut (&dividend, bits + SPARE);
  mpz_mul (scaled, inverse.n, dividend.n);
  twos = inverse.twos + dividend.twos;
  if (mpz_sgn (scaled) <= 0 || (gint64) mpz_sizeinbase (scaled, 2) + twos != 2)   /* 2 ≤ π < 4 */
    return pi_pack_refuse (error);

  pi_shift (scaled, twos + (gint64) bits);
  mpz_sub_ui (scaled, scaled, 2);
  return TRUE;
}

/* From π · 2^bits to what is right of the point of π · 10^from, · 2^wanted. */
static void
scale (mpz_t       scaled,
       guint64     from,
       mp_bitcnt_t bits,
       mp_bitcnt_t wanted)
{
  g_auto(PiNumber) power = pi_number ();

  mpz_ui_pow_ui (power.n, 5, from);
  mpz_mul (scaled, scaled, power.n);
  mpz_fdiv_r_2exp (scaled, scaled, bits - from);
  mpz_fdiv_q_2exp (scaled, scaled, bits - from - wanted);
}

/* The digits from … to - 1 after the point, and "3." in front of the first. */
static gboolean
run_digits (Part    *self,
            GError **error)
{
  guint64 length = self->to - self->from;
  mp_bitcnt_t bits;
  g_auto(PiNumber) scaled = pi_number ();
  PiWriter writer = { .context = self->context, .digits = length, .sure_bits = self->sure_bits };
  double work, product_work;

  if (self->from >= self->to || self->to > self->digits)
    return pi_pack_refuse (error);

  /* The products take a third of the time that writing all digits would; measured. */
  bits = stretch_bits (self->from, self->to, self->sure_bits);
  work = pi_digits_work (length);
  product_work = pi_digits_work (self->to) * (self->from == 0 ? 0.17 : 0.33);
  self->meter.total = work + product_work;
  if (!take_pi (self, bits, scaled.n, error))
    return FALSE;
  if (self->from > 0)
    scale (scaled.n, self->from, bits, pi_digits_limbs (length, self->sure_bits) * GMP_LIMB_BITS);
  if (!pi_meter_add (&self->meter, product_work))
    return cancelled (self, error);

  writer.lead = self->from == 0 ? "3." : "";
  switch (pi_digits_write (&writer, scaled.n, &self->meter))
    {
    case PI_DIGITS_UNSURE:
      haul_context_emit (self->context, (const char[]) { DOUBT }, 1);
      return TRUE;
    case PI_DIGITS_CANCELLED:
      return cancelled (self, error);
    case PI_DIGITS_DONE:
    default:
      return TRUE;
    }
}

/* Whether some of the texts ends in doubt, and whether they are as long as they should be. */
static gboolean
look_at_texts (Part     *self,
               gboolean *ret_doubt,
               GError  **error)
{
  guint64 length = 0;
  gboolean doubt = FALSE;

  for (guint i = 0; i < haul_context_get_n_inputs (self->context); i++)
    {
      gsize size;
      const char *text = g_bytes_get_data (haul_context_get_input (self->context, i), &size);

      doubt |= size > 0 && text[size - 1] == DOUBT;
      length += size;
    }

  if (!doubt && length != self->digits + 2)
    return pi_pack_refuse (error);
  *ret_doubt = doubt;
  return TRUE;
}

/* When digits are in doubt, which 2^64 to one they are not, one worker calculates all of them anew. */
static gboolean
run_join (Part    *self,
          GError **error)
{
  guint n = haul_context_get_n_inputs (self->context);
  gboolean doubt = FALSE;

  if (!look_at_texts (self, &doubt, error))
    return FALSE;
  if (doubt)
    return pi_chudnovsky (self->context, self->digits, 2 * self->sure_bits, error);

  self->meter.total = n;
  for (guint i = 0; i < n; i++)
    {
      gsize size;
      const char *text = g_bytes_get_data (haul_context_get_input (self->context, i), &size);

      haul_context_emit (self->context, text, size);
      if (!pi_meter_add (&self->meter, 1))
        return cancelled (self, error);
    }
  return TRUE;
}

static const struct
{
  const char *step;
  gboolean  (*run) (Part *self, GError **error);
} steps[] = {
  { "sum", run_sum },
  { "merge", run_merge },
  { "first-addend", run_first_addend },
  { "second-addend", run_second_addend },
  { "inverse", run_inverse },
  { "dividend", run_dividend },
  { "digits", run_digits },
  { "join", run_join },
};

static gboolean
run (HaulContext  *context,
     GVariant     *arguments,
     GError      **error)
{
  const char *step = haul_arguments_get_string (arguments, "step");
  Part self = {
    .context = context,
    .digits = haul_arguments_get_int (arguments, "digits"),
    .sure_bits = haul_arguments_get_int (arguments, "sure-bits"),
    .from = haul_arguments_get_int (arguments, "from"),
    .to = haul_arguments_get_int (arguments, "to"),
  };

  self.precision = whole_precision (self.digits, self.sure_bits);
  self.n_terms = pi_part_n_terms (self.digits, self.sure_bits);
  self.meter = (PiMeter) { .context = context, .length = self.digits, .total = 1 };
  haul_context_set_total (context, self.digits);
  haul_context_progress (context, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++)
    if (g_str_equal (steps[i].step, step) && !steps[i].run (&self, error))
      return FALSE;

  haul_context_progress (context, self.digits);
  return TRUE;
}

/* No part needs more than the whole, which has its inputs as well. */
static guint64
estimate_memory (GVariant *arguments)
{
  return 16 * 1024 * 1024 + 9 * haul_arguments_get_int (arguments, "digits");
}

/* Nobody but pi_plan() runs it: so its words are not translated. */
const HaulTask haul_task_pi_part = {
  .id = "pi-part",
  .title = N_("Part of Pi"),
  .summary = "Calculate a part of what the digits of π are made of",
  .unit = "digits",
  .result = HAUL_RESULT_TEXT,
  .params = (const HaulParam[]) {
    {
      .name = "step",
      .title = "Step",
      .help = "Which part",
      .type = HAUL_PARAM_CHOICE,
      .initial_text = "sum",
      .choices = (const HaulChoice[]) {
        { "sum", "Sum a range of the series" },
        { "merge", "Merge two ranges" },
        { "first-addend", "The first addend of the divisor" },
        { "second-addend", "The second, and the dividend's factor" },
        { "inverse", "Invert the divisor" },
        { "dividend", "Take the square root, and multiply the dividend" },
        { "digits", "Write digits" },
        { "join", "Join the digits" },
        { NULL },
      },
    },
    { .name = "digits", .title = "Digits", .help = "How many in all", .min = 1, .max = PI_DIVIDE_MAX, .initial = 1000 },
    { .name = "sure-bits", .title = "Sure bits", .help = "How sure they must be", .min = 1, .max = 4096, .initial = PI_SURE_BITS },
    { .name = "from", .title = "From", .help = "First term or digit", .max = PI_DIVIDE_MAX, .initial = 1 },
    { .name = "to", .title = "To", .help = "Where to stop", .max = PI_DIVIDE_MAX, .initial = 2 },
    { NULL },
  },
  .run = run,
  .estimate_memory = estimate_memory,
  .hidden = TRUE,
};
