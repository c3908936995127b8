/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "test-tasks.h"

#include <string.h>

#include "haul/wire/haul-error.h"

#define PIECE (64 * 1024)

/* No period that is a power of two, so that a piece that is lost or doubled shows. */
void
haul_test_fill (guint8 *bytes,
                gsize   offset,
                gsize   size)
{
  for (gsize i = 0; i < size; i++)
    bytes[i] = (offset + i) * 7 + (offset + i) / 251;
}

static gboolean
run_ok (HaulContext  *context,
        GVariant     *arguments,
        GError      **error)
{
  gsize size = haul_arguments_get_int (arguments, "size");
  gsize piece = haul_arguments_get_int (arguments, "piece");
  gsize steps = haul_arguments_get_int (arguments, "steps");
  g_autofree guint8 *bytes = g_malloc (piece);

  haul_context_set_total (context, steps);
  for (gsize i = 0; i <= steps; i++)
    haul_context_progress (context, i);
  for (gsize offset = 0; offset < size; offset += piece)
    {
      gsize n = MIN (piece, size - offset);

      if (!haul_context_check (context, error))
        return FALSE;
      haul_test_fill (bytes, offset, n);
      haul_context_emit (context, bytes, n);
    }
  return TRUE;
}

static const HaulParam ok_params[] = {
  { "size", "Size", "bytes", "How much it emits", HAUL_PARAM_INT, 0, 64 << 20, 10 },
  { "piece", "Piece", "bytes", "In pieces of how much", HAUL_PARAM_INT, 1, 64 << 20, PIECE },
  { "steps", "Steps", "steps", "How often it reports", HAUL_PARAM_INT, 0, 10000000, 10 },
  { NULL }
};

/* Works for as long as it is told, and stops when it is asked to. */
static gboolean
run_slow (HaulContext  *context,
          GVariant     *arguments,
          GError      **error)
{
  gint64 us = haul_arguments_get_double (arguments, "seconds") * G_USEC_PER_SEC;
  gint64 start = g_get_monotonic_time ();
  gint64 now = start;

  haul_context_set_total (context, us);
  haul_context_emit (context, "begun\n", 6);
  for (; now < start + us; now = g_get_monotonic_time ())
    {
      if (!haul_context_check (context, error))
        return FALSE;
      haul_context_progress (context, now - start);
      g_usleep (500);
    }
  haul_context_progress (context, us);
  haul_context_emit (context, "done\n", 5);
  return TRUE;
}

/* Every wait of a test task is bounded, should nobody end it. */
static const HaulParam seconds_params[] = {
  { "seconds", "Seconds", "seconds", "How long it takes", HAUL_PARAM_DOUBLE, 0, 30, 30 },
  { NULL }
};

/* Works until there is a file. */
static gboolean
run_gate (HaulContext  *context,
          GVariant     *arguments,
          GError      **error)
{
  const char *path = haul_arguments_get_string (arguments, "path");
  gint64 end = g_get_monotonic_time () + 30 * G_USEC_PER_SEC;

  haul_context_emit (context, "begun\n", 6);
  while (!g_file_test (path, G_FILE_TEST_EXISTS) && g_get_monotonic_time () < end)
    {
      if (!haul_context_check (context, error))
        return FALSE;
      g_usleep (500);
    }
  haul_context_emit (context, "done\n", 5);
  return TRUE;
}

static const HaulParam gate_params[] = {
  { "path", "Path", NULL, "Of the file", HAUL_PARAM_STRING, .initial_text = "" },
  { NULL }
};

/* As slow, and it has something to put in order before it stops. */
static gboolean
run_tidy (HaulContext  *context,
          GVariant     *arguments,
          GError      **error)
{
  gboolean ok = run_slow (context, arguments, error);

  if (!ok)
    {
      haul_context_log (context, HAUL_LOG_INFO, "tidying up");
      haul_context_emit (context, "tidied\n", 7);
    }
  return ok;
}

static gboolean
run_fail (HaulContext  *context,
          GVariant     *arguments,
          GError      **error)
{
  gsize length = haul_arguments_get_int (arguments, "length");
  g_autoptr(GString) text = g_string_new ("it does not work");

  haul_context_emit (context, "partial", 7);
  while (text->len < length)
    g_string_append (text, " and does not work");
  if (length > 0)
    g_string_truncate (text, length);
  g_set_error_literal (error, HAUL_ERROR, HAUL_ERROR_TASK, text->str);
  return FALSE;
}

static const HaulParam fail_params[] = {
  { "length", "Length", "bytes", "How long its excuse is", HAUL_PARAM_INT, 0, 1 << 20, 0 },
  { NULL }
};

/* Careless, but possible: the rules for GError are broken. */
static gboolean
run_fail_silently (HaulContext  *context,
                   GVariant     *arguments,
                   GError      **error)
{
  return FALSE;
}

/* Says that it was asked to stop, and was not. */
static gboolean
run_fail_cancelled (HaulContext  *context,
                    GVariant     *arguments,
                    GError      **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "something of its own was cancelled");
  return FALSE;
}

static gboolean
run_log (HaulContext  *context,
         GVariant     *arguments,
         GError      **error)
{
  gint64 lines = haul_arguments_get_int (arguments, "lines");

  for (gint64 i = 0; i < lines; i++)
    haul_context_log (context, i % 3, "line %" G_GINT64_FORMAT "%s", i, haul_arguments_get_string (arguments, "text"));
  haul_context_log (context, HAUL_LOG_WARNING, "bad \xff text, \x1b[1m, \xe2\x80\xae reversed");
  return TRUE;
}

static const HaulParam log_params[] = {
  { "lines", "Lines", "lines", "How many", HAUL_PARAM_INT, 0, 1000000, 10 },
  { "text", "Text", NULL, "What each ends with", HAUL_PARAM_STRING, .initial_text = "" },
  { NULL }
};

static gboolean
run_phases (HaulContext  *context,
            GVariant     *arguments,
            GError      **error)
{
  haul_context_set_total (context, 100);
  haul_context_set_phase (context, "Looking");
  haul_context_progress (context, 40);
  haul_context_flush (context);
  haul_context_progress (context, 20);   /* backwards */
  haul_context_flush (context);
  haul_context_set_phase (context, "Leaping");
  haul_context_progress (context, 150);  /* past the end */
  haul_context_flush (context);
  haul_context_emit (context, "ok", 2);
  return TRUE;
}

/* What arguments arrive: each as text. */
static gboolean
run_echo (HaulContext  *context,
          GVariant     *arguments,
          GError      **error)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT "|%s|%s",
                                           haul_arguments_get_int (arguments, "number"),
                                           haul_arguments_get_string (arguments, "text"),
                                           haul_arguments_get_string (arguments, "choice"));

  haul_context_emit (context, text, strlen (text));
  return TRUE;
}

static const HaulChoice echo_choices[] = { { "one", "One" }, { "two", "Two" }, { NULL } };
static const HaulParam echo_params[] = {
  { "number", "Number", NULL, "Any", HAUL_PARAM_INT, -1e15, 1e15, 5 },
  { "text", "Text", NULL, "Any", HAUL_PARAM_STRING, .initial_text = "text" },
  { "choice", "Choice", NULL, "One of two", HAUL_PARAM_CHOICE, .initial_text = "one", .choices = echo_choices },
  { NULL }
};

static const HaulParam no_params[] = { { NULL } };

#define TASK(variable, name, function, parameters, ...)                                              \
  static const HaulTask variable = {                                                                 \
    .id = name, .title = name, .summary = "Tests", .unit = "steps", .params = parameters, .run = function, \
    __VA_ARGS__                                                                                      \
  }

TASK (ok_task, "ok", run_ok, ok_params);
TASK (slow_task, "slow", run_slow, seconds_params);
TASK (gate_task, "gate", run_gate, gate_params);
TASK (tidy_task, "tidy", run_tidy, seconds_params, .tidy_ms = 10000);
TASK (fail_task, "fail", run_fail, fail_params);
TASK (fail_silently_task, "fail-silently", run_fail_silently, no_params);
TASK (fail_cancelled_task, "fail-cancelled", run_fail_cancelled, no_params);
TASK (log_task, "log", run_log, log_params);
TASK (phases_task, "phases", run_phases, no_params);
TASK (echo_task, "echo", run_echo, echo_params);

const HaulTask * const haul_test_good_tasks[] = {
  &ok_task, &slow_task, &gate_task, &tidy_task, &fail_task, &fail_silently_task, &fail_cancelled_task,
  &log_task, &phases_task, &echo_task, &haul_test_sum_task, &haul_test_relay_task,
  &haul_test_range_task, &haul_test_add_task, NULL   /* hidden */
};

const HaulTask * const *
haul_test_tasks (void)
{
  static GPtrArray *all;   /* once per program, never freed */

  if (all == NULL)
    {
      const HaulTask * const * const lists[] = {
        haul_test_good_tasks, haul_test_bad_tasks, haul_test_process_tasks, haul_test_share_tasks,
        haul_test_fault_tasks, haul_test_random_tasks, haul_test_log_tasks,
      };

      all = g_ptr_array_new ();
      for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
        for (const HaulTask * const *task = lists[i]; *task != NULL; task++)
          g_ptr_array_add (all, (gpointer) *task);
      g_ptr_array_add (all, NULL);
    }
  return (const HaulTask * const *) all->pdata;
}

const HaulTask *
haul_test_task (const char *id)
{
  for (const HaulTask * const *task = haul_test_tasks (); *task != NULL; task++)
    if (strcmp ((*task)->id, id) == 0)
      return *task;
  g_error ("there is no test task ‘%s’", id);
}
