/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "haul/wire/haul-error.h"
#include "haul/worker/haul-number.h"
#include "haul/worker/haul-plan.h"
#include "primes-sieve.h"

/* Where the gap between two primes is known to be short, and doubles are exact. */
#define MAX_NUMBER 1e15

/* Fewer numbers are sieved before a second worker has begun. */
#define DIVIDE_MIN 100000000

/* A range for each worker would leave all but the slowest idle at the end. */
#define RANGES_PER_WORKER 8
#define MAX_RANGES        4096

extern const HaulTask haul_task_primes;
extern const HaulTask haul_task_primes_part;

static char *
write_number (guint64 number)
{
  return g_strdup_printf ("%" G_GUINT64_FORMAT, number);
}

static gboolean
emit_result (HaulContext  *context,
             guint64       from,
             guint64       to,
             guint64       count,
             GError      **error)
{
  guint64 last = 0;
  g_autofree char *text = NULL, *first_number = NULL, *second_number = NULL;

  if (count > 0 && !primes_last (from, to, &last, error))
    return FALSE;
  first_number = write_number (count > 0 ? count : from);
  second_number = write_number (count > 0 ? last : to);
  text = g_strdup_printf (count > 0 ? _("%s primes, the largest is %s") : _("No primes from %s to %s"),
                          first_number, second_number);
  haul_context_emit (context, text, strlen (text));
  return TRUE;
}

static gboolean
run (HaulContext  *context,
     GVariant     *arguments,
     GError      **error)
{
  guint64 from = haul_arguments_get_int (arguments, "from");
  guint64 to = haul_arguments_get_int (arguments, "to");
  guint64 count;

  haul_context_set_total (context, to - from + 1);
  return primes_count (context, from, to, &count, error) && emit_result (context, from, to, count, error);
}

static gboolean
check (GVariant  *arguments,
       GError   **error)
{
  gint64 from = haul_arguments_get_int (arguments, "from");
  gint64 to = haul_arguments_get_int (arguments, "to");
  g_autofree char *first = haul_format_count (from);
  g_autofree char *last = haul_format_count (to);

  if (from <= to)
    return TRUE;
  g_set_error (error, HAUL_ERROR, HAUL_ERROR_BAD_ARGUMENT,
               _("to: %s comes before %s, where it begins; swap them, or say a larger number"), last, first);
  return FALSE;
}

/* The sieve, and the sieving primes up to the root of the last number, at 16 bytes each. Measured: 3 MB
 * up to 10^9, 19 MB at 10^15. */
static guint64
estimate_memory (GVariant *arguments)
{
  double root = sqrt (haul_arguments_get_int (arguments, "to") + 16.0);

  return 8 * 1024 * 1024 + 16 * root / log (root) * 1.3;
}

/* Part of a count, and the last part: the sum of what they found. */

static gboolean
run_count (HaulContext  *context,
           GVariant     *arguments,
           GError      **error)
{
  guint64 from = haul_arguments_get_int (arguments, "from");
  guint64 to = haul_arguments_get_int (arguments, "to");
  guint64 count;

  haul_context_set_total (context, to - from + 1);
  if (!primes_count (context, from, to, &count, error))
    return FALSE;
  haul_context_emit (context, &count, sizeof count);
  return TRUE;
}

static gboolean
run_sum (HaulContext  *context,
         GVariant     *arguments,
         GError      **error)
{
  guint64 sum = 0;

  for (guint i = 0; i < haul_context_get_n_inputs (context); i++)
    {
      gsize size;
      gconstpointer data = g_bytes_get_data (haul_context_get_input (context, i), &size);
      guint64 count;

      if (size != sizeof count)
        {
          g_set_error_literal (error, HAUL_ERROR, HAUL_ERROR_TASK, _("a part gave what is no count"));
          return FALSE;
        }
      memcpy (&count, data, sizeof count);
      sum += count;
    }
  return emit_result (context, haul_arguments_get_int (arguments, "from"), haul_arguments_get_int (arguments, "to"),
                      sum, error);
}

static gboolean
run_part (HaulContext  *context,
          GVariant     *arguments,
          GError      **error)
{
  return haul_context_get_n_inputs (context) > 0 ? run_sum (context, arguments, error) : run_count (context, arguments, error);
}

static GVariant *
make_range (gint64 from,
            gint64 to)
{
  return g_variant_new_parsed ("{'from': <%x>, 'to': <%x>}", from, to);
}

static HaulPlan *
divide (GVariant *arguments,
        guint     n_workers)
{
  gint64 from = haul_arguments_get_int (arguments, "from");
  gint64 to = haul_arguments_get_int (arguments, "to");
  gint64 n_numbers = to - from + 1;
  guint n_ranges = MIN (MIN (n_numbers / (DIVIDE_MIN / 10), n_workers * RANGES_PER_WORKER), MAX_RANGES);
  g_autofree guint *ranges = NULL;
  HaulPlan *plan;

  if (n_workers < 2 || n_numbers < DIVIDE_MIN)
    return NULL;

  plan = haul_plan_new ();
  ranges = g_new0 (guint, n_ranges);
  for (guint i = 0; i < n_ranges; i++)
    {
      gint64 first = from + (gint64) ((__int128) n_numbers * i / n_ranges);
      gint64 last = from + (gint64) ((__int128) n_numbers * (i + 1) / n_ranges) - 1;
      g_autofree char *first_text = haul_format_count (first);
      g_autofree char *last_text = haul_format_count (last);
      g_autofree char *title = g_strdup_printf (_("Counting from %s to %s"), first_text, last_text);

      ranges[i] = haul_plan_add (plan, &haul_task_primes_part, title, make_range (first, last), last - first + 1, NULL, 0);
    }
  haul_plan_add (plan, &haul_task_primes_part, _("Adding the counts"), make_range (from, to), 1, ranges, n_ranges);
  haul_plan_set_total (plan, n_numbers);
  return plan;
}

static const HaulParam params[] = {
  {
    .name = "from",
    .title = N_("From"),
    .help = N_("Where to begin"),
    .type = HAUL_PARAM_INT,
    .max = MAX_NUMBER,
  },
  {
    .name = "to",
    .title = N_("To"),
    .help = N_("The last number that is looked at"),
    .type = HAUL_PARAM_INT,
    .max = MAX_NUMBER,
    .initial = 10000000000,
  },
  { NULL },
};

const HaulTask haul_task_primes = {
  .id = "primes",
  .title = N_("Count Primes"),
  .summary = N_("Count the primes in a range, and find the largest of them"),
  .unit = N_("numbers"),
  .result = HAUL_RESULT_TEXT,
  .params = params,
  .run = run,
  .estimate_memory = estimate_memory,
  .check = check,
  .divide = divide,
  .thread_note = N_("In a thread, Cancel takes effect between two stretches of numbers: after a tenth of a second at most"),
};

const HaulTask haul_task_primes_part = {
  .id = "primes-part",
  .title = N_("Part of Count Primes"),
  .summary = "Count the primes in a part of the range, or add what the parts found",
  .unit = N_("numbers"),
  .result = HAUL_RESULT_TEXT,
  .params = params,
  .run = run_part,
  .hidden = TRUE,
};
