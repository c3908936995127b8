/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-random-private.h"

#include <stdlib.h>
#include <sys/random.h>

/* The increment of SplitMix64: 2^64 divided by the golden ratio, made odd. */
#define GOLDEN G_GUINT64_CONSTANT (0x9e3779b97f4a7c15)

/* The stream that the generators of the C library and of GLib are seeded from. Nobody counts so far. */
#define PROCESS_STREAM G_MAXUINT64

/* A seed that is drawn has so many bits that every language can read it, also as a double. */
#define DRAWN_BITS 53

struct _HaulRandom
{
  guint64 s[4];   /* never all zero */
};

G_DEFINE_BOXED_TYPE (HaulRandom, haul_random, haul_random_copy, haul_random_free)

/* The output function of SplitMix64: one to one, and every bit depends on every other. */
static guint64
mix (guint64 x)
{
  x = (x ^ (x >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  x = (x ^ (x >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return x ^ (x >> 31);
}

static inline guint64
rotate (guint64 x,
        int     n)
{
  return (x << n) | (x >> (64 - n));
}

static inline guint64
next (guint64 *s)
{
  guint64 result = rotate (s[1] * 5, 7) * 9;
  guint64 t = s[1] << 17;

  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= t;
  s[3] = rotate (s[3], 45);
  return result;
}

/**
 * haul_random_derive:
 * @seed: a seed
 * @stream: the number of one of its streams
 *
 * Makes a seed of its own for what has a number: an item, a part, a thread. Of one
 * seed no two numbers give the same.
 *
 * It is number @stream of the SplitMix64 sequence that begins at the hash of @seed.
 *
 * Returns: the seed of that stream, for streams within it
 */
guint64
haul_random_derive (guint64 seed,
                    guint64 stream)
{
  return mix (mix (seed + GOLDEN) + (stream + 1) * GOLDEN);
}

HaulRandom *
haul_random_new_derived (guint64 derived)
{
  HaulRandom *self = g_new (HaulRandom, 1);

  /* Four numbers of SplitMix64 are never all zero, as the authors of xoshiro advise. */
  for (guint i = 0; i < G_N_ELEMENTS (self->s); i++)
    self->s[i] = mix (derived + (i + 1) * GOLDEN);
  return self;
}

/**
 * haul_random_new:
 * @seed: any number
 * @stream: which of the streams of @seed: any number
 *
 * Makes a generator that is at the beginning of a stream.
 *
 * Returns: (transfer full): the generator
 */
HaulRandom *
haul_random_new (guint64 seed,
                 guint64 stream)
{
  return haul_random_new_derived (haul_random_derive (seed, stream));
}

/**
 * haul_random_copy:
 * @self: a generator
 *
 * Copies a generator, which then gives the same numbers as @self goes on to.
 *
 * Returns: (transfer full): the copy
 */
HaulRandom *
haul_random_copy (const HaulRandom *self)
{
  return g_memdup2 (self, sizeof *self);
}

/**
 * haul_random_free:
 * @self: (transfer full): a generator
 *
 * Frees a generator.
 */
void
haul_random_free (HaulRandom *self)
{
  g_free (self);
}

/**
 * haul_random_next:
 * @self: a generator
 *
 * Takes the next number of the stream.
 *
 * Returns: 64 random bits
 */
guint64
haul_random_next (HaulRandom *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return next (self->s);
}

/**
 * haul_random_next_double:
 * @self: a generator
 *
 * Takes the next number of the stream as a fraction: one of 2⁵³ that lie at equal
 * distances, all as likely.
 *
 * Returns: at least 0, and less than 1
 */
double
haul_random_next_double (HaulRandom *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return (next (self->s) >> 11) * 0x1p-53;
}

/**
 * haul_random_next_below:
 * @self: a generator
 * @bound: more than 0
 *
 * Takes a number below a bound, all of them exactly as likely: those of the stream that
 * would make some likelier are skipped. So it may use up more than one.
 *
 * Returns: from 0 to @bound - 1
 */
guint64
haul_random_next_below (HaulRandom *self,
                        guint64     bound)
{
  guint64 first, number;

  g_return_val_if_fail (self != NULL && bound > 0, 0);

  first = -bound % bound;   /* 2^64 modulo the bound: from there on each remainder comes as often */
  do
    number = next (self->s);
  while (number < first);
  return number % bound;
}

/**
 * haul_random_fill: (skip)
 * @self: a generator
 * @numbers: (array length=n): where to
 * @n: how many
 *
 * Takes many numbers at once, which is quicker than one by one: about a nanosecond each.
 */
void
haul_random_fill (HaulRandom *self,
                  guint64    *numbers,
                  gsize       n)
{
  HaulRandom local;

  g_return_if_fail (self != NULL);

  local = *self;   /* the compiler keeps this in registers */
  for (gsize i = 0; i < n; i++)
    numbers[i] = next (local.s);
  *self = local;
}

/**
 * haul_random_draw_seed:
 *
 * Draws a seed that nobody can foresee, from the kernel.
 *
 * Returns: a seed below 2⁵³, so that it can be written down and read in any language
 */
guint64
haul_random_draw_seed (void)
{
  guint64 seed = 0;

  /* So few bytes always come at once and whole; only early in the boot might there be none. */
  if (getrandom (&seed, sizeof seed, GRND_NONBLOCK) != sizeof seed)
    seed = mix (g_get_real_time ());
  return seed >> (64 - DRAWN_BITS);
}

void
haul_random_seed_process (guint64 seed)
{
  guint64 number = haul_random_derive (seed, PROCESS_STREAM);

  srandom (number);   /* rand() draws from the same */
  srand48 (number >> 16);
  g_random_set_seed (number >> 32);
}
