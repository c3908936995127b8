/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "haul/wire/haul-error.h"
#include "haul/worker/haul-plan.h"

/* Nothing but calls, as in lessons on threads and processes: each number by the definition,
 * fib (n) = fib (n - 1) + fib (n - 2). It is slow on purpose. */

/* One call of fib (60) takes about half an hour. */
#define MAX_N     60
#define MAX_COUNT 1000000

/* Below, a call is not interrupted, and takes a millisecond. */
#define WHOLE_N 24

/* Less is done before a second worker has begun: calls. */
#define DIVIDE_MIN        20000000.0
#define PARTS_PER_WORKER  4
#define MAX_PARTS         4096

extern const HaulTask haul_task_fibonacci;
extern const HaulTask haul_task_fibonacci_part;

static guint64
fib (guint n)
{
  return n < 2 ? n : fib (n - 1) + fib (n - 2);
}

/* fib (n) without the calls: to check, and to say how many calls there are. */
static guint64
fib_by_loop (guint n)
{
  guint64 a = 0, b = 1;

  for (guint i = 0; i < n; i++)
    {
      guint64 next = a + b;

      a = b;
      b = next;
    }
  return a;
}

static double
count_calls (guint n)
{
  return 2.0 * fib_by_loop (n + 1) - 1;
}

/* The same as fib(), with progress in calls, and a look at whether to stop. */
static gboolean
fib_watched (HaulContext *context,
             guint        n,
             double      *calls,
             guint64     *sum)
{
  if (haul_context_is_cancelled (context))
    return FALSE;

  if (n > WHOLE_N)
    {
      *calls += 1;
      return fib_watched (context, n - 1, calls, sum) && fib_watched (context, n - 2, calls, sum);
    }
  *sum += fib (n);
  *calls += count_calls (n);
  haul_context_progress (context, *calls);
  return TRUE;
}

static gboolean
calculate (HaulContext  *context,
           GVariant     *arguments,
           guint64      *ret_sum,
           GError      **error)
{
  guint n = haul_arguments_get_int (arguments, "n");
  gint64 count = haul_arguments_get_int (arguments, "count");
  double calls = 0;

  *ret_sum = 0;
  haul_context_set_total (context, count * count_calls (n));
  haul_context_progress (context, 0);
  for (gint64 i = 0; i < count; i++)
    if (!fib_watched (context, n, &calls, ret_sum))
      return haul_context_check (context, error);
  return TRUE;
}

static gboolean
emit_result (HaulContext  *context,
             GVariant     *arguments,
             guint64       sum,
             GError      **error)
{
  guint n = haul_arguments_get_int (arguments, "n");
  gint64 count = haul_arguments_get_int (arguments, "count");
  g_autofree char *number = g_strdup_printf ("%" G_GUINT64_FORMAT, sum / count);
  g_autofree char *text = NULL;

  if (sum != count * fib_by_loop (n))
    {
      g_set_error (error, HAUL_ERROR, HAUL_ERROR_TASK, _("the sum of the results is wrong: this machine makes mistakes"));
      return FALSE;
    }
  text = g_strdup_printf (_("fib (%u) = %s"), n, number);
  haul_context_emit (context, text, strlen (text));
  return TRUE;
}

static gboolean
run (HaulContext  *context,
     GVariant     *arguments,
     GError      **error)
{
  guint64 sum;

  return calculate (context, arguments, &sum, error) && emit_result (context, arguments, sum, error);
}

/* A part gives the sum of what it calculated; the last part, with inputs, adds them. */
static gboolean
run_part (HaulContext  *context,
          GVariant     *arguments,
          GError      **error)
{
  guint64 sum = 0;

  if (haul_context_get_n_inputs (context) == 0)
    {
      if (!calculate (context, arguments, &sum, error))
        return FALSE;
      haul_context_emit (context, &sum, sizeof sum);
      return TRUE;
    }

  for (guint i = 0; i < haul_context_get_n_inputs (context); i++)
    {
      GBytes *input = haul_context_get_input (context, i);
      guint64 addend = 0;

      memcpy (&addend, g_bytes_get_data (input, NULL), MIN (sizeof addend, g_bytes_get_size (input)));
      sum += addend;   /* emit_result() checks it */
    }
  return emit_result (context, arguments, sum, error);
}

typedef struct
{
  HaulPlan *plan;
  guint     parts[MAX_PARTS];
  guint     n_parts;
} Planner;

static void
add_part (Planner *self,
          guint    n,
          gint64   count)
{
  g_autofree char *title = g_strdup_printf (_("fib (%u)"), n);

  self->parts[self->n_parts++] =
    haul_plan_add (self->plan, &haul_task_fibonacci_part, title,
                   g_variant_new_parsed ("{'n': <%x>, 'count': <%x>}", (gint64) n, count), count * count_calls (n), NULL, 0);
}

/* One call as the two that it makes, and so on. */
static void
add_call (Planner *self,
          guint    n,
          guint    depth)
{
  if (depth == 0 || n < 2)
    {
      add_part (self, n, 1);
      return;
    }
  add_call (self, n - 1, depth - 1);
  add_call (self, n - 2, depth - 1);
}

static HaulPlan *
divide (GVariant *arguments,
        guint     n_workers)
{
  guint n = haul_arguments_get_int (arguments, "n");
  gint64 count = haul_arguments_get_int (arguments, "count");
  guint wanted = MIN (n_workers, MAX_PARTS / PARTS_PER_WORKER / 2) * PARTS_PER_WORKER;
  g_autofree Planner *self = NULL;
  guint depth = 0;

  if (n_workers < 2 || count * count_calls (n) < DIVIDE_MIN)
    return NULL;

  self = g_new0 (Planner, 1);
  self->plan = haul_plan_new ();
  while ((count << depth) < wanted)
    depth++;
  if (depth == 0)
    for (guint i = 0; i < wanted; i++)
      add_part (self, n, count * (i + 1) / wanted - count * i / wanted);
  else
    for (gint64 i = 0; i < count; i++)
      add_call (self, n, depth);

  haul_plan_add (self->plan, &haul_task_fibonacci_part, _("Adding the results"), arguments, 1,
                 self->parts, self->n_parts);
  haul_plan_set_total (self->plan, count * count_calls (n));
  return self->plan;
}

static const HaulParam params[] = {
  {
    .name = "n",
    .title = N_("Number"),
    .help = N_("Which of the Fibonacci numbers; the next one takes 1.6 times as long"),
    .type = HAUL_PARAM_INT,
    .max = MAX_N,
    .initial = 35,
  },
  {
    .name = "count",
    .title = N_("Times"),
    .unit = N_("times"),
    .help = N_("How many times to calculate it"),
    .type = HAUL_PARAM_INT,
    .min = 1,
    .max = MAX_COUNT,
    .initial = 20,
  },
  { NULL },
};

const HaulTask haul_task_fibonacci = {
  .id = "fibonacci",
  .title = N_("Fibonacci Numbers"),
  .summary = N_("Calculate a Fibonacci number by its definition, slowly and many times"),
  .unit = N_("calls"),
  .result = HAUL_RESULT_TEXT,
  .params = params,
  .run = run,
  .divide = divide,
};

const HaulTask haul_task_fibonacci_part = {
  .id = "fibonacci-part",
  .title = N_("Part of Fibonacci Numbers"),
  .summary = "Calculate some of the numbers, or add what the parts calculated",
  .unit = "calls",
  .result = HAUL_RESULT_TEXT,
  .params = params,
  .run = run_part,
  .hidden = TRUE,
};
