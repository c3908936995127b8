/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

/* Digits of π as text, by our task and by Arb, in turns: bench-pi [DIGITS [ROUNDS]] */

#include "config.h"

#include <arb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tasks/pi-methods.h"

static double
cpu_seconds (void)
{
  struct timespec now;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &now);
  return now.tv_sec + now.tv_nsec * 1e-9;
}

static void
collect (const HaulMessage *message,
         gpointer           user_data)
{
  GString *text = user_data;

  if (message->type == HAUL_FRAME_DATA)
    g_string_append_len (text, (const char *) message->data.bytes, message->data.size);
}

static char *
run_ours (guint64  digits,
          double  *ret_seconds)
{
  const int cancelled = 0;
  GString *text = g_string_sized_new (digits + 3);
  g_autoptr(HaulContext) context = haul_context_new (collect, text, &cancelled);
  double start = cpu_seconds ();

  g_assert_true (pi_chudnovsky (context, digits, PI_SURE_BITS, NULL));
  *ret_seconds = cpu_seconds () - start;
  return g_string_free (text, FALSE);
}

static char *
run_arb (guint64  digits,
         double  *ret_seconds)
{
  double start = cpu_seconds ();
  char *text;
  arb_t pi;

  arb_init (pi);
  arb_const_pi (pi, digits * 3.3219280948873626 + 64);
  text = arb_get_str (pi, digits + 1, ARB_STR_NO_RADIUS | ARB_STR_MORE);
  *ret_seconds = cpu_seconds () - start;
  arb_clear (pi);
  flint_cleanup ();   /* it remembers constants */
  return text;
}

static int
compare (const void *a,
         const void *b)
{
  double x = *(const double *) a;
  double y = *(const double *) b;

  return (x > y) - (x < y);
}

int
main (int    argc,
      char **argv)
{
  guint64 digits = argc > 1 ? g_ascii_strtoull (argv[1], NULL, 10) : 1000000;
  guint n_rounds = argc > 2 ? CLAMP (atoi (argv[2]), 1, 99) : 5;
  double ours[99];
  double arb[99];

  if (digits < 10)
    {
      fprintf (stderr, "bench-pi: DIGITS must be a number from 10 on\n");
      return 2;
    }

  for (guint i = 0; i < n_rounds; i++)
    {
      g_autofree char *our_text = run_ours (digits, &ours[i]);
      char *arb_text = run_arb (digits, &arb[i]);

      /* Arb rounds, and we cut: the last few can differ. */
      g_assert_cmpint (strncmp (our_text, arb_text, digits - 5), ==, 0);
      flint_free (arb_text);
    }

  qsort (ours, n_rounds, sizeof *ours, compare);
  qsort (arb, n_rounds, sizeof *arb, compare);
  printf ("%" G_GUINT64_FORMAT " digits, CPU time, median of %u: ours %.3f s, Arb %.3f s, ratio %.2f\n",
          digits, n_rounds, ours[n_rounds / 2], arb[n_rounds / 2], ours[n_rounds / 2] / arb[n_rounds / 2]);
  return 0;
}
