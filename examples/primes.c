/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "primes.h"

#include <glib/gi18n.h>

static gboolean
primes_run (HaulContext  *context,
            GVariant     *arguments,
            GError      **error)
{
  gint64 limit = haul_arguments_get_int (arguments, "limit");
  g_autofree char *text = NULL;
  guint count = 0;

  haul_context_set_total (context, limit);
  for (gint64 n = 2; n <= limit; n++)
    {
      gint64 divisor = 2;

      while (divisor * divisor <= n && n % divisor != 0)
        divisor++;
      count += divisor * divisor > n;
      haul_context_progress (context, n);
      if (haul_context_is_cancelled (context))
        return haul_context_check (context, error);
    }

  text = g_strdup_printf ("%u\n", count);
  haul_context_emit (context, text, strlen (text));
  return TRUE;
}

static const HaulParam params[] = {
  { .name = "limit", .title = N_("Up To"), .help = N_("The largest number to look at"), .type = HAUL_PARAM_INT,
    .min = 1, .max = 1e9, .initial = 1e6 },
  { NULL }
};

const HaulTask haul_task_primes = {
  .id = "primes", .title = N_("Count Primes"), .summary = N_("Counts the prime numbers up to a limit"),
  .unit = N_("numbers"), .result = HAUL_RESULT_TEXT, .params = params, .run = primes_run,
};
