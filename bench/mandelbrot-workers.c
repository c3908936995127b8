/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

/* The Mandelbrot set, 2,000 × 2,000 pixels and 1,000 iterations, by a plain loop in C, by one process and
 * by pools with one worker and with two, in turns:
 *
 *   mandelbrot-workers WORKER [ROUNDS]
 *
 * The loop only counts; all others write a PNG as well. */

#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "haul/haul.h"

#define MAX_ROUNDS   99
#define SIDE         2000
#define LIMIT        1000
#define SIMD_GOAL    6.0
#define WORKERS_GOAL 1.9

extern const HaulTask haul_task_mandelbrot;

static int
compare (const void *a,
         const void *b)
{
  double x = *(const double *) a;
  double y = *(const double *) b;

  return (x > y) - (x < y);
}

static double
median (double *values,
        guint   n)
{
  qsort (values, n, sizeof *values, compare);
  return values[n / 2];
}

static guint
count_plainly (double cx,
               double cy)
{
  double x = cx, y = cy;
  guint n = 0;

  while (n < LIMIT && x * x + y * y <= 4)
    {
      double next = x * x - y * y + cx;

      y = 2 * x * y + cy;
      x = next;
      n++;
    }
  return n;
}

static double
run_plain (guint64 *ret_sum)
{
  gint64 start = g_get_monotonic_time ();
  double step = 2.6 / SIDE;

  *ret_sum = 0;
  for (guint row = 0; row < SIDE; row++)
    for (guint column = 0; column < SIDE; column++)
      *ret_sum += count_plainly (-0.65 + (column - (SIDE - 1) / 2.0) * step, -(row - (SIDE - 1) / 2.0) * step);
  return (g_get_monotonic_time () - start) / 1e6;
}

static void
ended_cb (HaulJob  *job,
          gpointer  user_data)
{
  *(gboolean *) user_data = TRUE;
}

/* Seconds from the start of the workers to the whole picture. Takes @executor. */
static double
run_job (HaulExecutor  *executor,
         GBytes       **ret_picture)
{
  g_autoptr(HaulExecutor) owned = executor;
  GVariant *arguments = g_variant_new_parsed ("{'width': <%x>, 'height': <%x>, 'iterations': <%x>}",
                                              (gint64) SIDE, (gint64) SIDE, (gint64) LIMIT);
  g_autoptr(HaulJob) job = haul_job_new (&haul_task_mandelbrot, arguments, NULL);
  gint64 start = g_get_monotonic_time ();
  gboolean ended = FALSE;
  double seconds;

  g_signal_connect (job, "ended", G_CALLBACK (ended_cb), &ended);
  haul_executor_submit (owned, job);
  while (!ended)
    g_main_context_iteration (NULL, TRUE);
  seconds = (g_get_monotonic_time () - start) / 1e6;

  if (haul_job_get_verdict (job) != HAUL_VERDICT_DONE)
    g_error ("%s", haul_job_get_error (job)->message);
  *ret_picture = haul_job_dup_result (job);
  return seconds;
}

static void
print_goal (const char *name,
            double      seconds,
            double      than,
            double      goal)
{
  printf ("  %-14s %6.3f s   %5.2f ×   goal %.1f ×  %s\n", name, seconds, than / seconds, goal,
          than / seconds >= goal ? "reached" : "missed");
}

int
main (int    argc,
      char **argv)
{
  guint n_rounds = argc > 2 ? CLAMP (atoi (argv[2]), 1, MAX_ROUNDS) : 5;
  double plain[MAX_ROUNDS], process[MAX_ROUNDS], one[MAX_ROUNDS], two[MAX_ROUNDS];
  guint64 sum = 0;

  if (argc < 2)
    {
      fprintf (stderr, "mandelbrot-workers: say WORKER [ROUNDS]\n");
      return 2;
    }

  for (guint i = 0; i < n_rounds; i++)
    {
      g_autoptr(GBytes) first = NULL, second = NULL, third = NULL;

      plain[i] = run_plain (&sum);
      process[i] = run_job (haul_process_executor_new (argv[1]), &first);
      one[i] = run_job (haul_pool_executor_new (argv[1], 1), &second);
      two[i] = run_job (haul_pool_executor_new (argv[1], 2), &third);
      g_assert_true (g_bytes_equal (first, second) && g_bytes_equal (first, third));
    }

  printf ("%d × %d pixels, %d iterations (%" G_GUINT64_FORMAT " in all), medians of %u\n", SIDE, SIDE, LIMIT, sum, n_rounds);
  printf ("  plain C        %6.3f s\n", median (plain, n_rounds));
  print_goal ("one process", median (process, n_rounds), median (plain, n_rounds), SIMD_GOAL);
  printf ("  pool of one    %6.3f s\n", median (one, n_rounds));
  print_goal ("pool of two", median (two, n_rounds), median (one, n_rounds), WORKERS_GOAL);
  return 0;
}
