/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "primes-sieve.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <math.h>
#include <primesieve.h>

#include "haul/wire/haul-error.h"
#include "library.h"

/* So long a stretch is sieved between two looks at whether to stop: short enough for people, long
 * enough that finding the sieving primes anew for each does not count. */
#define STRETCH_MIN (G_GUINT64_CONSTANT (1) << 22)
#define STRETCH_US  (20 * 1000)

/* There are at most 906 numbers between two primes below 10^15. */
#define LAST_WINDOW 1000

static struct
{
  typeof (primesieve_count_primes)    * count_primes;
  typeof (primesieve_generate_primes) * generate_primes;
  typeof (primesieve_free)            * free;
  typeof (primesieve_set_num_threads) * set_num_threads;
} sieve;

static const Library library = {
  PRIMESIEVE_SONAME,
  (const struct LibrarySymbol[]) {
    { "primesieve_count_primes", (gpointer *) &sieve.count_primes },
    { "primesieve_generate_primes", (gpointer *) &sieve.generate_primes },
    { "primesieve_free", (gpointer *) &sieve.free },
    { "primesieve_set_num_threads", (gpointer *) &sieve.set_num_threads },
    { NULL },
  },
};

static gboolean
throw_sieve (GError **error)
{
  g_set_error_literal (error, HAUL_ERROR, HAUL_ERROR_TASK, _("the sieve ran out of memory; ask for smaller numbers"));
  return FALSE;
}

/* The sieving primes, up to the root of the last number, are looked for in each stretch. At 10^15 one
 * takes 0.1 s, of which that is a seventh; a quarter of it would take 0.04 s, of which it is the half. */
static guint64
least_stretch (guint64 to)
{
  return MAX (STRETCH_MIN, (guint64) (8 * sqrt (to)));
}

gboolean
primes_count (HaulContext  *context,
              guint64       from,
              guint64       to,
              guint64      *ret_count,
              GError      **error)
{
  guint64 least = least_stretch (to);
  guint64 stretch = least, count = 0;

  if (!library_load (&library, error))
    return FALSE;
  sieve.set_num_threads (1);   /* a worker has one; several workers share the work */
  haul_context_progress (context, 0);

  for (guint64 at = from; at <= to;)
    {
      guint64 last = MIN (to - at, stretch - 1) + at;
      gint64 before = g_get_monotonic_time ();
      guint64 found = sieve.count_primes (at, last);

      if (found == PRIMESIEVE_ERROR)
        return throw_sieve (error);
      count += found;
      if (g_get_monotonic_time () - before < STRETCH_US)
        stretch *= 2;
      else
        stretch = MAX (stretch / 2, least);
      at = last + 1;
      haul_context_progress (context, at - from);
      if (!haul_context_check (context, error))
        return FALSE;
    }

  *ret_count = count;
  return TRUE;
}

gboolean
primes_last (guint64   from,
             guint64   to,
             guint64  *ret_last,
             GError  **error)
{
  guint64 *primes;
  gsize n = 0;

  if (!library_load (&library, error))
    return FALSE;
  errno = 0;
  primes = sieve.generate_primes (to - MIN (to - from, LAST_WINDOW), to, &n, UINT64_PRIMES);
  if (errno == EDOM)
    return throw_sieve (error);
  *ret_last = n > 0 ? primes[n - 1] : 0;
  sieve.free (primes);
  return TRUE;
}
