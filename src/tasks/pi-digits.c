/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

/*
 * From a binary fraction to decimal digits, by multiplications alone and from the front: the digits
 * of the first half are those of the fraction cut to half its length; the digits of the second half
 * are those of the fraction times 10^half, without what is left of the point (D. Bernstein,
 * "Scaled remainder trees", 2004; also in R. Brent and P. Zimmermann, "Modern Computer Arithmetic",
 * section 1.7). 10^half is 5^half and a shift. A short stretch is multiplied by 10^19 over and over.
 *
 * Certainty. A stretch is handed a fraction f that is at most the true one, and less than a few
 * units in the last of its limbs below it: cutting adds less than one unit per level, and the
 * precision is chosen so that multiplying adds none. So when the digits of a stretch are out and the
 * fraction that remains begins with fewer ones than there are sure bits, the small error cannot
 * have hidden a carry into those digits, and they are certain. Otherwise, say so.
 */

#include "config.h"

#include "pi-digits.h"

#include <math.h>
#include <string.h>

#define LEAF_LIMBS 24           /* a stretch at the bottom has this many limbs, to twice that; measured */

#if GMP_LIMB_BITS == 64
#define DIGITS_PER_LIMB 19
#define LIMB_POWER      G_GUINT64_CONSTANT (10000000000000000000)
#define LEAF_EXCESS     1       /* steps that a leaf may have beyond its limbs: 2^64 is more than 10^19 */
#else
#define DIGITS_PER_LIMB 9
#define LIMB_POWER      1000000000u
#define LEAF_EXCESS     4
#endif

#define LEVELS     48
#define BUFFER     (64 * 1024)  /* characters that are emitted at a time */

#define BITS_PER_DIGIT 3.32192809488736234787

typedef struct
{
  PiWriter       *writer;
  PiMeter        *meter;
  gsize           guard;              /* limbs that every fraction has beyond its digits */
  gsize           leaf_limbs;
  guint64         leaf_digits;
  guint           n_levels;
  PiNumber        powers[LEVELS];     /* 5^(leaf_digits · 2^level) */
  mp_limb_t      *fractions[LEVELS];  /* (owned) of the second half, one for each level */
  mp_limb_t      *product;            /* (owned) */
  char           *buffer;             /* (owned) */
  gsize           buffered;
  guint64         position;           /* characters made in this try */
} Conversion;

/* A leaf ends with an error of less than two limbs (the last step does not drop one), while the
 * sure bits are looked for in those above. */
static gsize
guard_limbs (guint sure_bits)
{
  return sure_bits / GMP_LIMB_BITS + 3 + LEAF_EXCESS;
}

/* Limbs after the point that pi_digits_write() needs for so many digits. */
gsize
pi_digits_limbs (guint64 digits,
                 guint   sure_bits)
{
  return (gsize) ceil (digits * BITS_PER_DIGIT / GMP_LIMB_BITS) + guard_limbs (sure_bits);
}

static double
multiply_work (gsize limbs)
{
  return limbs * log2 (limbs + 2);
}

double
pi_digits_work (guint64 digits)
{
  double limbs = digits * BITS_PER_DIGIT / GMP_LIMB_BITS;
  double work = 0;

  for (double parts = 1; limbs / parts > LEAF_LIMBS; parts *= 2)
    work += parts * multiply_work (limbs / parts);

  return work + 2 * LEAF_LIMBS * (limbs + 1);
}

/* How many limbs the fraction of a stretch of this level has. Twice the digits need twice the limbs
 * and no more guard, so a stretch never asks for more than its half of a longer one has. */
static gsize
level_limbs (Conversion *self,
             guint       level)
{
  return (self->leaf_limbs << level) + self->guard;
}

static void
flush (Conversion *self)
{
  haul_context_emit (self->writer->context, self->buffer, self->buffered);
  self->writer->written += self->buffered;
  self->buffered = 0;
}

/* Characters that an earlier try emitted are certain, and not emitted again. */
static void
put (Conversion *self,
     const char *text,
     gsize       length)
{
  for (gsize i = 0; i < length; i++, self->position++)
    {
      if (self->position < self->writer->written + self->buffered)
        continue;
      self->buffer[self->buffered++] = text[i];
      if (self->buffered == BUFFER)
        flush (self);
    }
}

static gboolean
is_sure (Conversion      *self,
         const mp_limb_t *fraction,
         gsize            limbs)
{
  for (guint bit = 0; bit < self->writer->sure_bits; bit++)
    {
      mp_limb_t limb = fraction[limbs - 1 - bit / GMP_LIMB_BITS];

      if ((limb >> (GMP_LIMB_BITS - 1 - bit % GMP_LIMB_BITS) & 1) == 0)
        return TRUE;
    }

  return FALSE;
}

/* The digits of a short stretch. Each step uses up a limb's worth of precision, so it may go. */
static PiDigitsResult
write_leaf (Conversion      *self,
            const mp_limb_t *fraction,
            guint64          first)
{
  char text[(2 * LEAF_LIMBS + 1) * 20];
  mp_limb_t copy[2 * LEAF_LIMBS + 16];
  mp_limb_t *rest = copy;
  gsize limbs = level_limbs (self, 0);
  guint64 left = MIN (self->leaf_digits, self->writer->digits - first);
  char *end = text;

  g_assert (limbs <= G_N_ELEMENTS (copy));
  mpn_copyi (rest, fraction, limbs);
  while (left > 0)
    {
      guint step = MIN (left, DIGITS_PER_LIMB);
      mp_limb_t factor = LIMB_POWER;
      mp_limb_t value;

      for (guint i = step; i < DIGITS_PER_LIMB; i++)
        factor /= 10;
      value = mpn_mul_1 (rest, rest, limbs, factor);
      for (guint i = step; i > 0; i--, value /= 10)
        end[i - 1] = '0' + value % 10;
      end += step;
      left -= step;
      if (left > 0)
        {
          rest++;
          limbs--;
        }
    }

  if (!is_sure (self, rest, limbs))
    return PI_DIGITS_UNSURE;

  put (self, text, end - text);
  if (!pi_meter_add (self->meter, 2 * LEAF_LIMBS * (double) self->leaf_limbs))
    return PI_DIGITS_CANCELLED;

  return PI_DIGITS_DONE;
}

/* The fraction of the second half: @fraction · 10^half, right of the point, cut to its length. */
static void
scale (Conversion      *self,
       const mp_limb_t *fraction,
       guint            level)
{
  gsize limbs = level_limbs (self, level);
  gsize half = level_limbs (self, level - 1);
  guint64 shift = self->leaf_digits << (level - 1);
  mpz_srcptr power = self->powers[level - 1].n;
  mp_limb_t *to = self->fractions[level - 1];
  gsize power_limbs = mpz_size (power);
  gsize low;
  guint bits;

  mpn_mul (self->product, fraction, limbs, mpz_limbs_read (power), power_limbs);
  shift = (limbs - half) * GMP_LIMB_BITS - shift;
  low = shift / GMP_LIMB_BITS;
  bits = shift % GMP_LIMB_BITS;
  if (bits == 0)
    {
      mpn_copyi (to, self->product + low, half);
      return;
    }

  mpn_rshift (to, self->product + low, half, bits);
  to[half - 1] |= self->product[low + half] << (GMP_LIMB_BITS - bits);
}

static PiDigitsResult
write_stretch (Conversion      *self,
               const mp_limb_t *fraction,
               guint64          first,
               guint            level)
{
  gsize limbs = level_limbs (self, level);
  PiDigitsResult result;
  guint64 middle;

  if (first >= self->writer->digits)
    return PI_DIGITS_DONE;
  if (level == 0)
    return write_leaf (self, fraction, first);

  result = write_stretch (self, fraction + limbs - level_limbs (self, level - 1), first, level - 1);
  middle = first + (self->leaf_digits << (level - 1));
  if (result != PI_DIGITS_DONE || middle >= self->writer->digits)
    return result;

  scale (self, fraction, level);
  if (!pi_meter_add (self->meter, multiply_work (limbs)))
    return PI_DIGITS_CANCELLED;

  return write_stretch (self, self->fractions[level - 1], middle, level - 1);
}

/* Chooses the stretches: the shortest leaf that, doubled as often as needed, holds all digits. */
static void
plan (Conversion *self)
{
  guint64 digits = self->writer->digits;
  gsize wanted = ceil (digits * BITS_PER_DIGIT / GMP_LIMB_BITS);

  self->guard = guard_limbs (self->writer->sure_bits);
  while (wanted >> self->n_levels > 2 * LEAF_LIMBS - 2)
    self->n_levels++;

  self->leaf_limbs = MAX (wanted >> self->n_levels, 1);
  self->leaf_digits = self->leaf_limbs * GMP_LIMB_BITS / BITS_PER_DIGIT;
  while (self->leaf_digits << self->n_levels < digits)
    self->leaf_digits = ++self->leaf_limbs * GMP_LIMB_BITS / BITS_PER_DIGIT;
}

/* (transfer full): the fraction right of the point, with zeros below up to the full length */
static mp_limb_t *
take_fraction (Conversion  *self,
               const mpz_t  scaled)
{
  gsize present = pi_digits_limbs (self->writer->digits, self->writer->sure_bits);
  gsize limbs = level_limbs (self, self->n_levels);
  gsize copied = MIN (present, limbs);
  mp_limb_t *fraction = g_new0 (mp_limb_t, limbs);

  mpn_copyi (fraction + limbs - copied, mpz_limbs_read (scaled) + present - copied, copied);
  return fraction;
}

static gboolean
prepare (Conversion *self)
{
  gsize limbs = level_limbs (self, self->n_levels);

  for (guint level = 0; level < self->n_levels; level++)
    {
      self->powers[level] = pi_number ();
      if (level == 0)
        mpz_ui_pow_ui (self->powers[0].n, 5, self->leaf_digits);
      else
        mpz_mul (self->powers[level].n, self->powers[level - 1].n, self->powers[level - 1].n);
      self->fractions[level] = g_new (mp_limb_t, level_limbs (self, level));
      if (!pi_meter_go_on (self->meter))
        return FALSE;
    }

  self->product = g_new (mp_limb_t, 2 * limbs);
  self->buffer = g_malloc (BUFFER);
  return TRUE;
}

static void
conversion_clear (Conversion *self)
{
  for (guint level = 0; level < LEVELS; level++)
    {
      if (self->fractions[level] == NULL)
        continue;
      mpz_clear (self->powers[level].n);
      g_free (self->fractions[level]);
    }
  g_free (self->product);
  g_free (self->buffer);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Conversion, conversion_clear)

/**
 * pi_digits_write:
 * @self: what to write
 * @scaled: the number · 2^(bits of pi_digits_limbs()), at most four units too small and not too large
 * @meter: counts up to pi_digits_work()
 *
 * Emits the digits, those that are certain at once. The last of them are cut off, not rounded.
 */
PiDigitsResult
pi_digits_write (PiWriter    *self,
                 const mpz_t  scaled,
                 PiMeter     *meter)
{
  g_auto(Conversion) conversion = { .writer = self, .meter = meter };
  g_autofree mp_limb_t *fraction = NULL;
  PiDigitsResult result;

  plan (&conversion);
  if (!prepare (&conversion))
    return PI_DIGITS_CANCELLED;

  put (&conversion, self->lead, strlen (self->lead));
  fraction = take_fraction (&conversion, scaled);
  result = write_stretch (&conversion, fraction, 0, conversion.n_levels);
  flush (&conversion);

  return result;
}
