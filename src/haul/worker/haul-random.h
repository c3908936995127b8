/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <glib-object.h>

#include "../wire/haul-decls.h"

HAUL_BEGIN_DECLS

/**
 * HaulRandom:
 *
 * A stream of random numbers that can be had again: the same seed and the same number
 * of the stream give the same numbers, on every machine.
 *
 * One seed has as many streams as there are numbers, and none of them knows of another.
 * So work that is divided into pieces gives the same result however many workers share
 * it, if each piece draws from the stream that has its number. A run of a task finds its
 * own with haul_context_get_random(). The seed of a job is set by haul_job_set_seed();
 * item i of a batch gets stream i of what haul_batch_set_seed() set.
 *
 * The generator is xoshiro256**, by David Blackman and Sebastiano Vigna (“Scrambled
 * linear pseudorandom number generators”, 2021), its state filled by SplitMix64, by Guy
 * Steele, Doug Lea and Christine Flood (“Fast splittable pseudorandom number
 * generators”, 2014). It is quick, and good enough for simulations; it is not for
 * secrets, as who sees a few numbers can tell the next.
 *
 * It belongs to one thread at a time.
 */
#define HAUL_TYPE_RANDOM (haul_random_get_type ())
typedef struct _HaulRandom HaulRandom;

GType       haul_random_get_type    (void);

HaulRandom *haul_random_new         (guint64           seed,
                                     guint64           stream) G_GNUC_WARN_UNUSED_RESULT;
HaulRandom *haul_random_copy        (const HaulRandom *self) G_GNUC_WARN_UNUSED_RESULT;
void        haul_random_free        (HaulRandom       *self);

guint64     haul_random_next        (HaulRandom       *self);
double      haul_random_next_double (HaulRandom       *self);
guint64     haul_random_next_below  (HaulRandom       *self,
                                     guint64           bound);
void        haul_random_fill        (HaulRandom       *self,
                                     guint64          *numbers,
                                     gsize             n);

guint64     haul_random_derive      (guint64           seed,
                                     guint64           stream);
guint64     haul_random_draw_seed   (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulRandom, haul_random_free)

HAUL_END_DECLS
