/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "pi-meter.h"
#include "pi-number.h"

G_BEGIN_DECLS

/* Both count their @meter up by less than twice @bits, and are %FALSE when cancelled. The results
 * are a few units of their last bit at most from the true values. */

/* @y becomes 2^@bits / √@c. */
gboolean pi_inverse_root (mpz_t          y,
                          unsigned long  c,
                          mp_bitcnt_t    bits,
                          PiMeter       *meter);

/* @self, which is above 0, becomes 1 / @self, with @bits bits. */
gboolean pi_inverse      (PiFloat       *self,
                          mp_bitcnt_t    bits,
                          PiMeter       *meter);

G_END_DECLS
