/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

/* A task that divides itself, run by the workers of a pool: divide WORKER LIMIT.
 *
 * It counts primes in ranges of numbers, and adds up what the ranges gave. It is its own worker:
 * WORKER is the path of this very program. */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "haul/haul.h"

static void
emit_count (HaulContext *context,
            gint64       count)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT "\n", count);

  haul_context_emit (context, text, strlen (text));
}

static gboolean
count_primes (HaulContext  *context,
              gint64        from,
              gint64        to,
              GError      **error)
{
  gint64 count = 0;

  haul_context_set_total (context, to - from + 1);
  for (gint64 n = MAX (from, 2); n <= to; n++)
    {
      gint64 divisor = 2;

      while (divisor * divisor <= n && n % divisor != 0)
        divisor++;
      count += divisor * divisor > n;
      haul_context_progress (context, n - from + 1);
      if (haul_context_is_cancelled (context))
        return haul_context_check (context, error);
    }

  emit_count (context, count);
  return TRUE;
}

/* A part: the primes of one range. */
static gboolean
range_run (HaulContext  *context,
           GVariant     *arguments,
           GError      **error)
{
  return count_primes (context, haul_arguments_get_int (arguments, "from"),
                       haul_arguments_get_int (arguments, "to"), error);
}

static const HaulParam range_params[] = {
  { .name = "from", .help = "The first number", .type = HAUL_PARAM_INT, .min = 1, .max = 1e9, .initial = 1 },
  { .name = "to", .help = "The last number", .type = HAUL_PARAM_INT, .min = 1, .max = 1e9, .initial = 1 },
  { NULL }
};

static const HaulTask range_task = {
  .id = "primes-range", .title = "Primes of a Range", .summary = "Counts the primes of a range",
  .unit = "numbers", .params = range_params, .run = range_run, .hidden = TRUE,
};

/* The last part: its inputs are the results of the ranges. */
static gboolean
sum_run (HaulContext  *context,
         GVariant     *arguments,
         GError      **error)
{
  gint64 count = 0;

  for (guint i = 0; i < haul_context_get_n_inputs (context); i++)
    {
      gsize size;
      const char *bytes = g_bytes_get_data (haul_context_get_input (context, i), &size);
      g_autofree char *text = g_strndup (bytes, size);

      count += g_ascii_strtoll (text, NULL, 10);
    }
  emit_count (context, count);
  return TRUE;
}

static const HaulParam no_params[] = { { NULL } };

static const HaulTask sum_task = {
  .id = "primes-sum", .title = "Sum", .summary = "Adds up the counts of ranges",
  .unit = "numbers", .params = no_params, .run = sum_run, .hidden = TRUE,
};

/* The whole: in one go where there is no pool, and else in more ranges than workers, so that none
 * has nothing to do while another still has much. */
static gboolean
primes_run (HaulContext  *context,
            GVariant     *arguments,
            GError      **error)
{
  return count_primes (context, 1, haul_arguments_get_int (arguments, "limit"), error);
}

static HaulPlan *
primes_divide (GVariant *arguments,
               guint     n_workers)
{
  gint64 limit = haul_arguments_get_int (arguments, "limit");
  guint n = MIN (4 * n_workers, limit);
  g_autofree guint *ranges = g_new (guint, n);
  HaulPlan *plan = haul_plan_new ();

  for (guint i = 0; i < n; i++)
    {
      gint64 from = limit * i / n + 1, to = limit * (i + 1) / n;
      g_autofree char *title = g_strdup_printf ("%" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, from, to);
      GVariant *range = g_variant_new_parsed ("{'from': <%x>, 'to': <%x>}", from, to);

      ranges[i] = haul_plan_add (plan, &range_task, title, range, to - from + 1, NULL, 0);
    }
  haul_plan_add (plan, &sum_task, "Sum", NULL, 0, ranges, n);
  return plan;
}

static const HaulParam primes_params[] = {
  { .name = "limit", .help = "The largest number to look at", .type = HAUL_PARAM_INT,
    .min = 1, .max = 1e9, .initial = 1e6 },
  { NULL }
};

static const HaulTask primes_task = {
  .id = "primes", .title = "Count Primes", .summary = "Counts the prime numbers up to a limit",
  .unit = "numbers", .params = primes_params, .run = primes_run, .divide = primes_divide,
};

static void
joined_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  HaulJob *job = HAUL_JOB (source);
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) bytes = NULL;

  if (haul_job_join_finish (job, result, &error))
    {
      bytes = haul_job_dup_result (job);
      g_print ("%u parts: %.*s", g_list_model_get_n_items (haul_job_get_parts (job)),
               (int) g_bytes_get_size (bytes), (const char *) g_bytes_get_data (bytes, NULL));
    }
  else
    g_printerr ("%s\n", error->message);

  g_main_loop_quit (user_data);
}

int
main (int    argc,
      char **argv)
{
  const HaulTask * const tasks[] = { &primes_task, &range_task, &sum_task, NULL };
  GVariantDict arguments = G_VARIANT_DICT_INIT (NULL);
  g_autoptr(GMainLoop) loop = NULL;
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) job = NULL;
  g_autoptr(GError) error = NULL;

  if (argc != 3 || argv[1][0] == '-')
    return haul_worker_main (argc, argv, tasks);   /* a pool has started us */

  haul_tasks_register (tasks);
  g_variant_dict_insert (&arguments, "limit", "x", (gint64) atoll (argv[2]));
  job = haul_job_new (&primes_task, g_variant_dict_end (&arguments), &error);
  if (job == NULL)
    {
      g_printerr ("%s\n", error->message);
      return 2;
    }

  loop = g_main_loop_new (NULL, FALSE);
  executor = haul_pool_executor_new (argv[1], 2);
  haul_executor_submit (executor, job);
  haul_job_join_async (job, -1, NULL, joined_cb, loop);
  g_main_loop_run (loop);

  return haul_job_get_verdict (job) == HAUL_VERDICT_DONE ? 0 : 1;
}
