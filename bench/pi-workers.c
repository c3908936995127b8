/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

/* Digits of π by one process, by a pool with one worker and by a pool with two, in turns; and by two
 * processes at once that do not share, which says how far the machine lets two do twice as much:
 *
 *   pi-workers WORKER [DIGITS [ROUNDS]]
 *
 * The parts are run here as well, one after the other: what their processor time would come to
 * with two workers does not depend on what else the machine does. */

#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "haul/haul.h"
#include "haul/worker/haul-plan.h"
#include "tasks/pi-methods.h"
#include "tasks/pi-plan.h"

#define MAX_ROUNDS 99
#define N_WORKERS  2
#define GOAL       1.75

extern const HaulTask haul_task_pi;

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

static void
ended_cb (HaulJob  *job,
          gpointer  user_data)
{
  --*(guint *) user_data;
}

/* Seconds from the start of the workers to the end of the last of so many jobs. Takes @executor. */
static double
run_jobs (HaulExecutor *executor,
          guint64       digits,
          guint         n_jobs,
          GBytes      **ret_text)
{
  g_autoptr(HaulExecutor) owned = executor;
  g_autoptr(GPtrArray) jobs = g_ptr_array_new_with_free_func (g_object_unref);
  gint64 start = g_get_monotonic_time ();
  guint n_left = n_jobs;
  double seconds;

  haul_executor_set_max_running (owned, n_jobs);
  for (guint i = 0; i < n_jobs; i++)
    {
      HaulJob *job = haul_job_new (&haul_task_pi, g_variant_new_parsed ("{'digits': <%x>}", (gint64) digits), NULL);

      g_ptr_array_add (jobs, job);
      g_signal_connect (job, "ended", G_CALLBACK (ended_cb), &n_left);
      haul_executor_submit (owned, job);
    }
  while (n_left > 0)
    g_main_context_iteration (NULL, TRUE);
  seconds = (g_get_monotonic_time () - start) / 1e6;

  for (guint i = 0; i < n_jobs; i++)
    if (haul_job_get_verdict (jobs->pdata[i]) != HAUL_VERDICT_DONE)
      g_error ("%s", haul_job_get_error (jobs->pdata[i])->message);
  if (ret_text != NULL)
    *ret_text = haul_job_dup_result (jobs->pdata[0]);
  return seconds;
}

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
  if (message->type == HAUL_FRAME_DATA)
    g_byte_array_append (user_data, message->data.bytes, message->data.size);
}

/* Runs a part here. Returns the processor time that it took. */
static double
run_part (HaulPlan  *plan,
          guint      index,
          GPtrArray *results)
{
  const HaulPlanPart *part = haul_plan_get_part (plan, index);
  g_autoptr(GVariant) arguments = haul_task_complete (part->task, part->arguments, NULL);
  g_autoptr(GPtrArray) inputs = g_ptr_array_new ();
  GByteArray *result = g_byte_array_new ();
  const int cancelled = 0;
  g_autoptr(HaulContext) context = haul_context_new (collect, result, &cancelled);
  double start = cpu_seconds ();
  gboolean done;

  for (guint i = 0; i < part->n_inputs; i++)
    g_ptr_array_add (inputs, results->pdata[part->inputs[i]]);
  haul_context_set_inputs (context, inputs);
  done = haul_task_run (part->task, context, arguments);
  g_assert_true (done);
  g_ptr_array_add (results, g_byte_array_free_to_bytes (result));
  return cpu_seconds () - start;
}

/* When all parts are done, if they take so long and N_WORKERS take them as a pool does: the worker
 * that is free first takes the first part whose inputs are there. */
static double
share_out (HaulPlan     *plan,
           const double *seconds)
{
  guint n_parts = haul_plan_get_n_parts (plan);
  g_autofree double *ends = g_new0 (double, n_parts);   /* 0: not begun */
  double workers[N_WORKERS] = { 0 };
  double last = 0;

  for (guint n_begun = 0; n_begun < n_parts; n_begun++)
    {
      double first_ready = G_MAXDOUBLE;
      guint worker = 0, next = 0;

      for (guint i = 1; i < N_WORKERS; i++)
        worker = workers[i] < workers[worker] ? i : worker;
      for (guint i = 0; i < n_parts; i++)
        {
          const HaulPlanPart *part = haul_plan_get_part (plan, i);
          double ready = workers[worker];

          for (guint j = 0; j < part->n_inputs; j++)
            ready = ends[part->inputs[j]] > 0 ? MAX (ready, ends[part->inputs[j]]) : G_MAXDOUBLE;
          if (ends[i] > 0 || ready >= first_ready)
            continue;
          first_ready = ready;
          next = i;
        }
      workers[worker] = ends[next] = first_ready + seconds[next];
      last = MAX (last, ends[next]);
    }
  return last;
}

static void
print_parts (guint64 digits)
{
  g_autoptr(HaulPlan) plan = pi_plan (digits, PI_SURE_BITS, N_WORKERS);
  g_autoptr(GPtrArray) results = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  guint n_parts = haul_plan_get_n_parts (plan);
  g_autofree double *seconds = g_new0 (double, n_parts);
  GByteArray *whole = g_byte_array_new ();
  const int cancelled = 0;
  g_autoptr(HaulContext) context = haul_context_new (collect, whole, &cancelled);
  double start = cpu_seconds ();
  double one, sum = 0, shared;

  g_assert_true (pi_chudnovsky (context, digits, PI_SURE_BITS, NULL));
  one = cpu_seconds () - start;
  g_byte_array_unref (whole);

  printf ("Processor time of the parts\n");
  for (guint i = 0; i < n_parts; i++)
    {
      seconds[i] = run_part (plan, i, results);
      sum += seconds[i];
      printf ("  %6.3f s, %5.1f MB  %s\n", seconds[i], g_bytes_get_size (results->pdata[i]) / 1e6,
              haul_plan_get_part (plan, i)->title);
    }
  shared = share_out (plan, seconds);
  printf ("  %6.3f s in all; undivided %.3f s; shared by %d at best %.3f s: %.2f ×\n", sum, one, N_WORKERS, shared, one / shared);
}

int
main (int    argc,
      char **argv)
{
  guint64 digits = argc > 2 ? g_ascii_strtoull (argv[2], NULL, 10) : 10000000;
  guint n_rounds = argc > 3 ? CLAMP (atoi (argv[3]), 1, MAX_ROUNDS) : 3;
  double one[MAX_ROUNDS], alone[MAX_ROUNDS], shared[MAX_ROUNDS], apart[MAX_ROUNDS];
  double late = 0;

  if (argc < 2 || digits < PI_DIVIDE_MIN || digits > PI_DIVIDE_MAX)
    {
      fprintf (stderr, "pi-workers: say WORKER [DIGITS [ROUNDS]], with DIGITS from %d to %d\n", PI_DIVIDE_MIN, PI_DIVIDE_MAX);
      return 2;
    }

  print_parts (digits);
  for (guint i = 0; i < n_rounds; i++)
    {
      g_autoptr(HaulHeartbeat) heartbeat = NULL;
      g_autoptr(GBytes) one_text = NULL, shared_text = NULL;

      one[i] = run_jobs (haul_process_executor_new (argv[1]), digits, 1, &one_text);
      alone[i] = run_jobs (haul_pool_executor_new (argv[1], 1), digits, 1, NULL);
      heartbeat = haul_heartbeat_new ();
      shared[i] = run_jobs (haul_pool_executor_new (argv[1], N_WORKERS), digits, 1, &shared_text);
      late = MAX (late, haul_heartbeat_get_worst (heartbeat));
      apart[i] = run_jobs (haul_process_executor_new (argv[1]), digits, N_WORKERS, NULL) / N_WORKERS;
      g_assert_true (g_bytes_equal (one_text, shared_text));
    }

  printf ("%" G_GUINT64_FORMAT " digits, from the start of the workers to the whole text, medians of %u\n", digits, n_rounds);
  printf ("  one process           %6.3f s\n", median (one, n_rounds));
  printf ("  pool of one           %6.3f s   %.2f ×\n", median (alone, n_rounds), median (one, n_rounds) / median (alone, n_rounds));
  printf ("  two that do not share %6.3f s   %.2f ×, for each of their texts: what the machine has to give\n",
          median (apart, n_rounds), median (one, n_rounds) / median (apart, n_rounds));
  printf ("  pool of two           %6.3f s   %.2f ×   goal %.2f ×  %s\n", median (shared, n_rounds),
          median (one, n_rounds) / median (shared, n_rounds), GOAL,
          median (one, n_rounds) / median (shared, n_rounds) >= GOAL ? "reached" : "missed");
  printf ("  main loop, while numbers go to and fro: %.1f ms late at worst\n", late);
  return 0;
}
