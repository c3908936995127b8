/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "pi-meter.h"
#include "pi-number.h"

G_BEGIN_DECLS

typedef enum
{
  PI_DIGITS_DONE,
  PI_DIGITS_CANCELLED,
  PI_DIGITS_UNSURE,      /* the next digits could be either of two: ask again, with more precision */
} PiDigitsResult;

/* Writes the text `3.` and the digits of π, from the front, as soon as each is certain; or the digits
 * of any other number between 0 and 1. */
typedef struct
{
  HaulContext *context;
  guint64      digits;    /* after the point */
  guint64      written;   /* characters that were emitted already, by an earlier try as well */
  const char  *lead;      /* what is in front of the digits: `3.` */
  guint        sure_bits; /* this many ones in a row, after a stretch of digits, are taken for doubt */
} PiWriter;

gsize          pi_digits_limbs (guint64      digits,
                                guint        sure_bits);
double         pi_digits_work  (guint64      digits);
PiDigitsResult pi_digits_write (PiWriter    *self,
                                const mpz_t  scaled,
                                PiMeter     *meter);

G_END_DECLS
