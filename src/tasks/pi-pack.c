/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "pi-pack.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "haul/wire/haul-error.h"

/* Counters of twos go up to 18 a term, so this is far beyond all there are. */
#define MAX_TWOS (G_GINT64_CONSTANT (1) << 44)

gboolean
pi_pack_refuse (GError **error)
{
  g_set_error_literal (error, HAUL_ERROR, HAUL_ERROR_TASK, _("what another part calculated makes no sense"));
  return FALSE;
}

static GVariant *
pack_number (const mpz_t n,
             gint64      twos)
{
  gsize size = mpz_sgn (n) == 0 ? 0 : (mpz_sizeinbase (n, 2) + 63) / 64 * 8;
  guint8 *bytes = g_malloc (size);
  GVariant *limbs;

  mpz_export (bytes, NULL, -1, 8, 0, 0, n);
  limbs = g_variant_new_from_data (G_VARIANT_TYPE ("at"), bytes, size, TRUE, g_free, bytes);
  return g_variant_new ("(xb@at)", twos, mpz_sgn (n) < 0, limbs);
}

static gboolean
unpack_number (mpz_t         n,
               gint64       *ret_twos,
               GVariant     *packed,
               mp_bitcnt_t   most_bits,
               GError      **error)
{
  g_autoptr(GVariant) limbs = NULL;
  gboolean negative = FALSE;
  gint64 twos = 0;
  gconstpointer words;
  gsize n_words;

  g_variant_get (packed, "(xb@at)", &twos, &negative, &limbs);
  words = g_variant_get_fixed_array (limbs, &n_words, 8);
  if (n_words > most_bits / 64 + 1 || twos > MAX_TWOS || twos < -MAX_TWOS)
    return pi_pack_refuse (error);

  mpz_import (n, n_words, -1, 8, 0, 0, words);
  if (negative)
    mpz_neg (n, n);
  *ret_twos = twos;
  return TRUE;
}

GVariant *
pi_float_pack (const PiFloat *self)
{
  return pack_number (self->n, self->twos);
}

gboolean
pi_float_unpack (PiFloat      *self,
                 GVariant     *packed,
                 mp_bitcnt_t   most_bits,
                 GError      **error)
{
  return unpack_number (self->n, &self->twos, packed, most_bits, error) &&
         (mpz_sgn (self->n) != 0 || pi_pack_refuse (error));
}

static GVariant *
pack_powers (const guint32 *powers,
             gsize          n_powers)
{
  return g_variant_new_fixed_array (G_VARIANT_TYPE_UINT32, powers, n_powers, sizeof *powers);
}

/* Of a range at the end P is not known, and nobody will ask for its factors. */
GVariant *
pi_range_pack (const PiRange *self)
{
  g_autofree guint32 *none = g_new0 (guint32, self->n_powers);

  return g_variant_new ("(tt@" PI_FLOAT_TYPE "@" PI_FLOAT_TYPE "@" PI_FLOAT_TYPE "@au@au)", self->a, self->b,
                        pack_number (self->p, 0), pack_number (self->q, self->q_twos),
                        pack_number (self->t, self->t_twos),
                        pack_powers (mpz_sgn (self->p) == 0 ? none : self->p_powers, self->n_powers),
                        pack_powers (self->q_powers, self->n_powers));
}

/* The factors that a number is said to have are not more than there is room for. */
static gboolean
unpack_powers (guint32        **ret_powers,
               GVariant        *packed,
               gsize            n_powers,
               const PiSeries  *series,
               const mpz_t      number)
{
  gsize length;
  const guint32 *powers = g_variant_get_fixed_array (packed, &length, sizeof *powers);
  double bits = 0;

  if (length != n_powers)
    return FALSE;
  for (gsize i = 0; i < length; i++)
    if (powers[i] > 0)
      bits += powers[i] * log2 (series->primes[i]);
  if (bits > mpz_sizeinbase (number, 2) + 1)
    return FALSE;

  *ret_powers = g_memdup2 (powers, length * sizeof *powers);
  return TRUE;
}

/* Which factors a range knows of is said by its length: see pi_range_reduce(). */
static gsize
count_powers (const PiRange  *self,
              const PiSeries *series)
{
  gsize n_powers = 0;

  if (self->b - self->a < PI_REDUCE_MIN)
    return 0;
  while (n_powers < series->n_primes && series->primes[n_powers] < self->b - self->a)
    n_powers++;
  return n_powers;
}

gboolean
pi_range_unpack (PiRange         *self,
                 GVariant        *packed,
                 const PiSeries  *series,
                 GError         **error)
{
  /* A term multiplies q by 640320³ / 24 and k³, p by 72 k³ or less; T is somewhat longer. */
  mp_bitcnt_t most_bits = series->n_terms * (64 + 3 * log2 (series->n_terms + 1)) + 256;
  gint64 most_twos = 2 * most_bits;
  g_autoptr(GVariant) p = NULL;
  g_autoptr(GVariant) q = NULL;
  g_autoptr(GVariant) t = NULL;
  g_autoptr(GVariant) p_powers = NULL;
  g_autoptr(GVariant) q_powers = NULL;
  gint64 no_twos = 0;

  g_variant_get (packed, "(tt@" PI_FLOAT_TYPE "@" PI_FLOAT_TYPE "@" PI_FLOAT_TYPE "@au@au)",
                 &self->a, &self->b, &p, &q, &t, &p_powers, &q_powers);
  if (self->a < 1 || self->a >= self->b || self->b > series->n_terms)
    return pi_pack_refuse (error);
  if (!unpack_number (self->p, &no_twos, p, most_bits, error) ||
      !unpack_number (self->q, &self->q_twos, q, most_bits, error) ||
      !unpack_number (self->t, &self->t_twos, t, most_bits, error))
    return FALSE;

  self->n_powers = count_powers (self, series);
  if (no_twos != 0 || mpz_sgn (self->q) <= 0 || mpz_sgn (self->p) < 0 ||
      self->q_twos < 0 || self->q_twos > most_twos || self->t_twos < 0 || self->t_twos > most_twos ||
      !unpack_powers (&self->p_powers, p_powers, self->n_powers, series, self->p) ||
      !unpack_powers (&self->q_powers, q_powers, self->n_powers, series, self->q))
    return pi_pack_refuse (error);
  return TRUE;
}

void
pi_pack_emit (HaulContext *context,
              GVariant    *packed)
{
  g_autoptr(GVariant) sunk = g_variant_ref_sink (packed);

  haul_context_emit (context, g_variant_get_data (sunk), g_variant_get_size (sunk));
}

/* Bytes that are not of this type are some other value of it: zeros, mostly. */
GVariant *
pi_pack_input (HaulContext *context,
               guint        index,
               const char  *type)
{
  if (index >= haul_context_get_n_inputs (context))
    return g_variant_ref_sink (g_variant_new_from_data (G_VARIANT_TYPE (type), NULL, 0, FALSE, NULL, NULL));
  return g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE (type), haul_context_get_input (context, index),
                                                       FALSE));
}
