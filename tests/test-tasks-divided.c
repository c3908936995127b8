/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "test-tasks.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "haul/wire/haul-error.h"
#include "haul/worker/haul-plan.h"

/* A task that divides itself: the numbers from 1 to n, added up, in groups whose sums are added up in
 * the end. One of the groups may do something else. */

static void
emit_number (HaulContext *context,
             gint64       number)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, number);

  haul_context_emit (context, text, strlen (text));
}

/* Works for a while, as all that reports does. */
static gboolean
take_time (HaulContext  *context,
           double        seconds,
           GError      **error)
{
  gint64 start = g_get_monotonic_time ();
  gint64 us = seconds * G_USEC_PER_SEC;

  haul_context_set_total (context, MAX (us, 1));
  for (gint64 passed = 0; passed < us; passed = g_get_monotonic_time () - start)
    {
      if (!haul_context_check (context, error))
        return FALSE;
      haul_context_progress (context, passed);
      g_usleep (500);
    }
  haul_context_progress (context, MAX (us, 1));
  return TRUE;
}

static gboolean
misbehave (HaulContext  *context,
           const char   *mode,
           GError      **error)
{
  if (g_str_equal (mode, "kill"))
    raise (SIGKILL);
  if (g_str_equal (mode, "exit"))
    _exit (3);
  if (g_str_equal (mode, "print"))
    {
      printf ("printed\nand not ended");
      haul_context_log (context, HAUL_LOG_WARNING, "logged");
    }
  if (!g_str_equal (mode, "fail"))
    return TRUE;
  g_set_error_literal (error, HAUL_ERROR, HAUL_ERROR_TASK, "it does not work");
  return FALSE;
}

static gboolean
run_range (HaulContext  *context,
           GVariant     *arguments,
           GError      **error)
{
  gint64 from = haul_arguments_get_int (arguments, "from");
  gint64 to = haul_arguments_get_int (arguments, "to");

  if (!take_time (context, haul_arguments_get_double (arguments, "seconds"), error)
      || !misbehave (context, haul_arguments_get_string (arguments, "mode"), error))
    return FALSE;
  emit_number (context, (from + to) * (to - from + 1) / 2);
  return TRUE;
}

static const HaulChoice modes[] = {
  { "ok", "Ok" }, { "fail", "Fail" }, { "kill", "Kill" }, { "exit", "Exit" }, { "print", "Print" },
  { NULL }
};

static const HaulParam range_params[] = {
  { "from", "From", NULL, "The first", HAUL_PARAM_INT, 0, 1e9, 1 },
  { "to", "To", NULL, "The last", HAUL_PARAM_INT, 0, 1e9, 1 },
  { "seconds", "Seconds", NULL, "How long it takes", HAUL_PARAM_DOUBLE, 0, 30, 0 },
  { "mode", "Mode", NULL, "What else", HAUL_PARAM_CHOICE, .initial_text = "ok", .choices = modes },
  { NULL }
};

const HaulTask haul_test_range_task = {
  .id = "range", .title = "range", .summary = "Tests", .unit = "numbers", .params = range_params, .run = run_range,
  .hidden = TRUE,
};

/* Adds up what it is given. */
static gboolean
run_add (HaulContext  *context,
         GVariant     *arguments,
         GError      **error)
{
  gint64 sum = 0;

  haul_context_set_total (context, 1);
  for (guint i = 0; i < haul_context_get_n_inputs (context); i++)
    {
      gsize size;
      const char *bytes = g_bytes_get_data (haul_context_get_input (context, i), &size);
      g_autofree char *text = g_strndup (size > 0 ? bytes : "", size);

      sum += g_ascii_strtoll (text, NULL, 10);
    }
  haul_context_progress (context, 1);
  emit_number (context, sum);
  return TRUE;
}

const HaulTask haul_test_add_task = {
  .id = "add", .title = "add", .summary = "Tests", .unit = "numbers",
  .params = (const HaulParam[]) { { NULL } }, .run = run_add, .hidden = TRUE,
};

/* The whole, undivided. */
static gboolean
run_sum (HaulContext  *context,
         GVariant     *arguments,
         GError      **error)
{
  gint64 n = haul_arguments_get_int (arguments, "n");

  haul_context_set_total (context, n);
  haul_context_progress (context, n);
  if (!misbehave (context, haul_arguments_get_string (arguments, "mode"), error))
    return FALSE;
  emit_number (context, n * (n + 1) / 2);
  return TRUE;
}

static HaulPlan *
divide_sum (GVariant *arguments,
            guint     n_workers)
{
  gint64 n = haul_arguments_get_int (arguments, "n");
  gint64 n_parts = MIN (haul_arguments_get_int (arguments, "parts"), n);
  gint64 odd = haul_arguments_get_int (arguments, "odd");
  g_autofree guint *ranges = g_new (guint, n_parts);
  HaulPlan *plan;

  if (n_parts == 0)
    return NULL;
  plan = haul_plan_new ();
  for (gint64 i = 0; i < n_parts; i++)
    {
      gint64 from = n * i / n_parts + 1, to = n * (i + 1) / n_parts;
      g_autofree char *title = g_strdup_printf ("Range %d", (int) i);
      GVariant *part = g_variant_new_parsed ("{'from': <%x>, 'to': <%x>, 'seconds': <%d>, 'mode': <%s>}", from, to,
                                             haul_arguments_get_double (arguments, "seconds"),
                                             i == odd ? haul_arguments_get_string (arguments, "mode") : "ok");

      ranges[i] = haul_plan_add (plan, &haul_test_range_task, title, part, to - from + 1, NULL, 0);
    }
  haul_plan_add (plan, &haul_test_add_task, "Add", NULL, 0, ranges, n_parts);
  return plan;
}

const HaulTask haul_test_sum_task = {
  .id = "sum", .title = "sum", .summary = "Tests", .unit = "numbers",
  .params = (const HaulParam[]) {
    { "n", "N", NULL, "The last", HAUL_PARAM_INT, 1, 1e9, 1000 },
    { "parts", "Parts", NULL, "How many; 0 to leave it whole", HAUL_PARAM_INT, 0, 10000, 4 },
    { "seconds", "Seconds", NULL, "How long each takes", HAUL_PARAM_DOUBLE, 0, 30, 0 },
    { "odd", "Odd", NULL, "The part with a mode", HAUL_PARAM_INT, 0, 10000, 1 },
    { "mode", "Mode", NULL, "What it does", HAUL_PARAM_CHOICE, .initial_text = "ok", .choices = modes },
    { NULL }
  },
  .run = run_sum,
  .divide = divide_sum,
};

/* Bytes that go through many hands: each part gives on what it is given, and more. */
static gboolean
run_relay (HaulContext  *context,
           GVariant     *arguments,
           GError      **error)
{
  gsize size = haul_arguments_get_int (arguments, "size");
  g_autofree guint8 *bytes = g_malloc (size);

  for (guint i = 0; i < haul_context_get_n_inputs (context); i++)
    {
      gsize n;
      const void *input = g_bytes_get_data (haul_context_get_input (context, i), &n);

      haul_context_emit (context, input, n);
    }
  haul_test_fill (bytes, haul_context_get_emitted (context), size);
  haul_context_emit (context, bytes, size);
  return TRUE;
}

static const HaulParam relay_params[] = {
  { "size", "Size", "bytes", "How much each adds", HAUL_PARAM_INT, 0, 600 << 20, 1 << 20 },
  { "hands", "Hands", NULL, "Through how many", HAUL_PARAM_INT, 1, 100, 3 },
  { NULL }
};

static HaulPlan *
divide_relay (GVariant *arguments,
              guint     n_workers)
{
  HaulPlan *plan = haul_plan_new ();
  guint last = 0;

  for (gint64 i = 0; i < haul_arguments_get_int (arguments, "hands"); i++)
    last = haul_plan_add (plan, &haul_test_relay_task, "Hand", arguments, 1, &last, i > 0);
  return plan;
}

const HaulTask haul_test_relay_task = {
  .id = "relay", .title = "relay", .summary = "Tests", .unit = "bytes", .params = relay_params, .run = run_relay,
  .divide = divide_relay,
};
