/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <glib/gi18n-lib.h>

#include "haul/wire/haul-error.h"
#include "haul/worker/haul-number.h"
#include "haul/worker/haul-task.h"
#include "pi-methods.h"
#include "pi-plan.h"

#define MIB (1024.0 * 1024.0)

/* GMP counts the limbs of a number in an int, and calls abort() beyond. Twice the digits must fit. */
#define MAX_DIGITS G_GINT64_CONSTANT (20000000000)

/* The series takes 1.4 s for 100,000 digits, 140 s for a million, four hours for ten million. */
#define MAX_SERIES_DIGITS 10000000

extern const HaulTask haul_task_pi;

static gboolean
is_series (GVariant *arguments)
{
  return g_str_equal (haul_arguments_get_string (arguments, "method"), "series");
}

static gboolean
run (HaulContext  *context,
     GVariant     *arguments,
     GError      **error)
{
  gint64 digits = haul_arguments_get_int (arguments, "digits");

  if (digits > MAX_DIGITS)
    {
      g_set_error_literal (error, HAUL_ERROR, HAUL_ERROR_TASK,
                           _("digits: numbers of so many cannot be calculated with; 20 billion are possible"));
      return FALSE;
    }

  if (is_series (arguments))
    return pi_series (context, digits, PI_SURE_BITS, error);
  return pi_chudnovsky (context, digits, PI_SURE_BITS, error);
}

/* The most that was ever resident at a time, measured in a program that does nothing else and is
 * 4.5 MB to begin with:
 *
 *   digits       10^5   10^6   3·10^6   10^7   3·10^7   10^8
 *   chudnovsky   5.6    11.3   23.9     70.6   199      614    MB, 5.9 to 6.8 bytes a digit
 *   series       5.2     8.6                                   MB, 4.1 bytes a digit
 *
 * The estimate has a third more than that for each digit, because allocators differ. What becomes of
 * the result is not in it: nothing is kept here. */
static guint64
estimate_memory (GVariant *arguments)
{
  double digits = haul_arguments_get_int (arguments, "digits");
  double bytes_per_digit = is_series (arguments) ? 5 : 9;

  return 16 * MIB + digits * bytes_per_digit;
}

static gboolean
check (GVariant  *arguments,
       GError   **error)
{
  g_autofree char *most = haul_format_count (MAX_SERIES_DIGITS);

  if (!is_series (arguments) || haul_arguments_get_int (arguments, "digits") <= MAX_SERIES_DIGITS)
    return TRUE;

  g_set_error (error, HAUL_ERROR, HAUL_ERROR_BAD_ARGUMENT,
               _("digits: method ‘series’ would take many hours for more than %s; take method ‘chudnovsky’"),
               most);
  return FALSE;
}

/* The slow way is left whole: it is there to be watched, and to be compared with. */
static HaulPlan *
divide (GVariant *arguments,
        guint     n_workers)
{
  gint64 digits = haul_arguments_get_int (arguments, "digits");

  if (is_series (arguments) || n_workers < 2 || digits < PI_DIVIDE_MIN || digits > PI_DIVIDE_MAX)
    return NULL;
  return pi_plan (digits, PI_SURE_BITS, n_workers);
}

const HaulTask haul_task_pi = {
  .id = "pi",
  .title = N_("Calculate Pi"),
  .summary = N_("Calculate the digits of π, every one of them right"),
  .unit = N_("digits"),
  .result = HAUL_RESULT_TEXT,
  .params = (const HaulParam[]) {
    {
      .name = "digits",
      .title = N_("Digits"),
      .unit = N_("digits"),
      .help = N_("How many digits after the point; the last one is cut off, not rounded"),
      .type = HAUL_PARAM_INT,
      .min = 1,
      .max = 1e12,
      .initial = 1000000,
    },
    {
      .name = "method",
      .title = N_("Method"),
      .help = N_("How to calculate them"),
      .type = HAUL_PARAM_CHOICE,
      .initial_text = "chudnovsky",
      .choices = (const HaulChoice[]) {
        { "chudnovsky", N_("Chudnovsky (fast)") },
        { "series", N_("Series (slow, term by term)") },
        { NULL },
      },
    },
    { NULL },
  },
  .run = run,
  .estimate_memory = estimate_memory,
  .check = check,
  .divide = divide,
  .thread_note = N_("In a thread, Cancel takes effect between two operations on big numbers: "
                    "at 10 million digits that can be half a second, at a billion a minute"),
};
