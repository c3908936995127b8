/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <gmp.h>

#include "haul/worker/haul-context.h"

G_BEGIN_DECLS

/*
 * The ways to π. Each emits `3.` and @digits digits, cut and not rounded, counts its progress up
 * to @digits, and fails only when it is cancelled.
 *
 * @sure_bits is PI_SURE_BITS; a test asks for less, to see what happens when digits are in doubt.
 */
#define PI_SURE_BITS 64

gboolean pi_chudnovsky (HaulContext  *context,
                        guint64       digits,
                        guint         sure_bits,
                        GError      **error);
gboolean pi_series     (HaulContext  *context,
                        guint64       digits,
                        guint         sure_bits,
                        GError      **error);

/* What Chudnovsky's formula is calculated in. */
typedef enum
{
  PI_STAGE_SUM,
  PI_STAGE_ROOT,
  PI_STAGE_DIVIDE,
  PI_STAGE_WRITE,
  PI_N_STAGES,
} PiStage;

double   pi_chudnovsky_share (guint64 digits,
                              PiStage stage);

/* What is written: @scaled becomes π · 2^@bits, not too large and less than four units too small.
 * %FALSE when cancelled. @digits is what progress counts up to, with the writing still to come. */
gboolean pi_chudnovsky_scaled (HaulContext *context,
                               guint64      digits,
                               mp_bitcnt_t  bits,
                               mpz_t        scaled);
gboolean pi_series_scaled     (HaulContext *context,
                               guint64      digits,
                               mp_bitcnt_t  bits,
                               mpz_t        scaled);

G_END_DECLS
