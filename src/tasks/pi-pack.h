/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "pi-sum.h"

G_BEGIN_DECLS

/*
 * Numbers on their way from one part of a calculation to another, as GVariants. What is unpacked may
 * be anything: it is refused, with an error, if it cannot be what was packed. No such number is 0, but for P, T and
 * powers where they are left out.
 */
#define PI_FLOAT_TYPE "(xbat)"                       /* twos, negative, limbs of 64 bits, lowest first */
#define PI_RANGE_TYPE "(tt" PI_FLOAT_TYPE PI_FLOAT_TYPE PI_FLOAT_TYPE "auau)"   /* a, b, P, Q, T, powers */

GVariant *pi_float_pack   (const PiFloat   *self);
gboolean  pi_float_unpack (PiFloat         *self,
                           GVariant        *packed,
                           mp_bitcnt_t      most_bits,
                           GError         **error);

GVariant *pi_range_pack   (const PiRange   *self);
gboolean  pi_range_unpack (PiRange         *self,
                           GVariant        *packed,
                           const PiSeries  *series,
                           GError         **error);

/* Of the context's part: its result, and what it was given. */
void      pi_pack_emit    (HaulContext     *context,
                           GVariant        *packed);
GVariant *pi_pack_input   (HaulContext     *context,
                           guint            index,
                           const char      *type) G_GNUC_WARN_UNUSED_RESULT;
gboolean  pi_pack_refuse  (GError         **error);

G_END_DECLS
