/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <glib.h>
#include <gmp.h>

G_BEGIN_DECLS

/*
 * What GMP lacks for us: numbers that free themselves, as g_autoptr does, and small factors of
 * 64 bits on machines whose `unsigned long` has 32.
 *
 * GMP calls abort() when memory runs out, and its allocator is one for the whole process, so we
 * leave it alone (another thread may be computing, too): the memory is estimated before a run.
 */
typedef struct
{
  mpz_t n;
} PiNumber;

/* Zero. For `g_auto(PiNumber) x = pi_number ();`. */
static inline PiNumber
pi_number (void)
{
  PiNumber self;

  mpz_init (self.n);
  return self;
}

static inline void
pi_number_clear (PiNumber *self)
{
  mpz_clear (self->n);
}

/* Frees the limbs at once, and leaves a number that can be used or cleared again. */
static inline void
pi_number_drop (mpz_t n)
{
  mpz_clear (n);
  mpz_init (n);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PiNumber, pi_number_clear)

/* n = n · 2^shift, whichever way that goes, cut towards zero */
static inline void
pi_shift (mpz_t  n,
          gint64 shift)
{
  if (shift >= 0)
    mpz_mul_2exp (n, n, shift);
  else
    mpz_tdiv_q_2exp (n, n, -shift);
}

/* The number n · 2^twos. */
typedef struct
{
  mpz_t  n;
  gint64 twos;
} PiFloat;

/* Zero. */
static inline PiFloat
pi_float (void)
{
  PiFloat self = { .twos = 0 };

  mpz_init (self.n);
  return self;
}

static inline void
pi_float_clear (PiFloat *self)
{
  mpz_clear (self->n);
}

/* Leaves no more than its leading bits. */
static inline void
pi_float_cut (PiFloat     *self,
              mp_bitcnt_t  bits)
{
  mp_bitcnt_t present = mpz_sizeinbase (self->n, 2);

  if (present <= bits)
    return;
  mpz_tdiv_q_2exp (self->n, self->n, present - bits);
  self->twos += present - bits;
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PiFloat, pi_float_clear)

static inline void
pi_mul_u64 (mpz_t   n,
            guint64 factor)
{
#if G_MAXULONG >= G_MAXUINT64
  mpz_mul_ui (n, n, factor);
#else
  g_auto(PiNumber) wide = pi_number ();

  mpz_set_ui (wide.n, (unsigned long) (factor >> 32));
  mpz_mul_2exp (wide.n, wide.n, 32);
  mpz_add_ui (wide.n, wide.n, (unsigned long) (factor & 0xffffffffu));
  mpz_mul (n, n, wide.n);
#endif
}

static inline void
pi_div_u64 (mpz_t   n,
            guint64 divisor)
{
#if G_MAXULONG >= G_MAXUINT64
  mpz_tdiv_q_ui (n, n, divisor);
#else
  g_auto(PiNumber) wide = pi_number ();

  mpz_set_ui (wide.n, 1);
  pi_mul_u64 (wide.n, divisor);
  mpz_tdiv_q (n, n, wide.n);
#endif
}

/* n += a * factor, or n -= a * factor */
static inline void
pi_addmul_u64 (mpz_t       n,
               const mpz_t a,
               guint64     factor,
               gboolean    negative)
{
#if G_MAXULONG >= G_MAXUINT64
  if (negative)
    mpz_submul_ui (n, a, factor);
  else
    mpz_addmul_ui (n, a, factor);
#else
  g_auto(PiNumber) product = pi_number ();

  mpz_set (product.n, a);
  pi_mul_u64 (product.n, factor);
  if (negative)
    mpz_sub (n, n, product.n);
  else
    mpz_add (n, n, product.n);
#endif
}

G_END_DECLS
