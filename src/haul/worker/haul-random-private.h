/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul-random.h"

G_BEGIN_DECLS

/* Of a seed that was derived already: haul_random_new (seed, stream) is the same as
 * haul_random_new_derived (haul_random_derive (seed, stream)). */
HaulRandom *haul_random_new_derived  (guint64 derived) G_GNUC_WARN_UNUSED_RESULT;

/* Gives rand(), random(), drand48(), g_random_int() and their like of this process a stream that
 * goes with the seed of a run. A forked process has inherited what its parent had. */
void        haul_random_seed_process (guint64 seed);

G_END_DECLS
