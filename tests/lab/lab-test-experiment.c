/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lab-test-experiment.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <gio/gio.h>

#include "lab-child.h"
#include "lab-say.h"

static const HaulChoice modes[] = {
  { "fine", "Fine" },
  { "small", "Finds too little to judge" },
  { "wait", "Waits to be cancelled" },
  { "ignore", "Waits, and does not want to be cancelled" },
  { "crash", "Crashes after the first number" },
  { "fail", "Fails" },
  { "nonsense", "Says what makes no sense" },
  { "flood", "Says too much" },
  { "memory", "Wants all the memory there is" },
  { "fork", "Wants all the processes there are" },
  { NULL }
};

static const HaulChoice predictions[] = {
  { "big", "It is big" },
  { "tiny", "It is | tiny" },
  { NULL }
};

static const LabMeasure measures[] = {
  { "size", "Size", "ms", 0 },
  { "share", "Share", "%", 100 },
  { "never", "Never Said", NULL, 0 },
  { NULL }
};

static const LabMeasure curve_measures[] = {
  { "speedup", "Speed-up", "×", 0 },
  { "size", "Size", "ms", 0 },
  { NULL }
};

static const HaulChoice items[] = {
  { "one", "The first" },
  { "two", "The | <second>" },
  { NULL }
};

static const HaulParam params[] = {
  { "mode", "Mode", NULL, "What it does", HAUL_PARAM_CHOICE, .choices = modes, .initial_text = "fine" },
  { "size", "Size", "ms", "What it finds", HAUL_PARAM_INT, 1, 1000, 10 },
  { NULL }
};

static gboolean
wait_for_end (HaulContext  *context,
              gboolean      listen,
              GError      **error)
{
  for (;;)
    {
      if (listen && !haul_context_check (context, error))
        return FALSE;
      g_usleep (1000);
    }
}

static gboolean
flood (HaulContext  *context,
       GError      **error)
{
  g_autofree char *text = g_strnfill (8000, 'x');

  while (haul_context_check (context, error))
    lab_say_text (context, "text", text);
  return FALSE;
}

static guint
take_memory (void)
{
  guint n = 0;

  /* Of addresses: what cannot be touched takes no memory. */
  while (n < 1000 && mmap (NULL, 100 << 20, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED)
    n++;
  return n;
}

static guint
take_processes (void)
{
  pid_t pids[1000];
  guint n = 0;

  while (n < G_N_ELEMENTS (pids) && (pids[n] = lab_fork ()) > 0)
    n++;
  if (n < G_N_ELEMENTS (pids) && pids[n] == 0)
    {
      for (;;)
        g_usleep (G_USEC_PER_SEC);
    }
  for (guint i = 0; i < n; i++)
    lab_child_end (pids[i]);
  return n;
}

static gboolean
misbehave (HaulContext  *context,
           const char   *mode,
           GError      **error)
{
  if (g_str_equal (mode, "wait") || g_getenv ("LAB_TEST_WAIT") != NULL)
    return wait_for_end (context, TRUE, error);
  if (g_str_equal (mode, "ignore"))
    {
      signal (SIGTERM, SIG_IGN);
      lab_say_text (context, "ignores", "yes");
      return wait_for_end (context, FALSE, error);
    }
  if (g_str_equal (mode, "crash"))
    raise (SIGSEGV);
  if (g_str_equal (mode, "flood"))
    return flood (context, error);
  if (g_str_equal (mode, "nonsense"))
    haul_context_emit (context, "number\tsize\n", 12);
  if (g_str_equal (mode, "memory"))
    lab_say_number (context, "size", "one", take_memory ());
  if (g_str_equal (mode, "fork"))
    lab_say_number (context, "size", "one", take_processes ());
  if (g_str_equal (mode, "fail"))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "it did not work");
      return FALSE;
    }
  return TRUE;
}

static gboolean
run (HaulContext  *context,
     GVariant     *arguments,
     GError      **error)
{
  double size = (double) haul_arguments_get_int (arguments, "size");
  const char *mode = haul_arguments_get_string (arguments, "mode");

  haul_context_set_total (context, 2);
  lab_say_start (context);
  lab_say_number (context, "size", "one", g_str_equal (mode, "small") ? 0 : size);
  haul_context_progress (context, 1);
  if (!misbehave (context, mode, error))
    return FALSE;

  lab_say_number (context, "size", "two", 2 * size);
  lab_say_number (context, "share", "two", 12.5);
  lab_say_text (context, "ignores", "no");
  haul_context_progress (context, 2);
  return TRUE;
}

static const char *
judge (LabFindings  *findings,
       char        **ret_why_not)
{
  if (lab_findings_get (findings, "size", "one") >= 1)
    return "big";
  *ret_why_not = g_strdup ("Too little was found.");
  return NULL;
}

static char *
explain (LabFindings *findings)
{
  return g_strdup_printf ("The first was %g, and the second more. Why | that is so, <nobody> knows. It is a test.",
                          lab_findings_get (findings, "size", "one"));
}

/* What all of them are; the rest is given. */
#define TEST_EXPERIMENT(its_question, its_measures, its_picture, its_pictured, ...) {    \
    .task = {                               \
      .id = "lab-test",                     \
      .title = "Test | <Experiment>",       \
      .summary = "Does what it is told",    \
      .unit = "steps",                      \
      .result = HAUL_RESULT_TEXT,           \
      .params = params,                     \
      .run = run,                           \
      .own_process = TRUE,                  \
      .hidden = TRUE,                       \
    },                                      \
    .question = its_question,               \
    .measures = its_measures,               \
    .picture = its_picture,                 \
    .pictured = its_pictured,               \
    .judge = judge,                         \
    .explain = explain,                     \
    .man = "man 2 fork",                    \
    __VA_ARGS__                             \
}

const LabExperiment lab_test_experiment =
  TEST_EXPERIMENT ("How | big <is> it?", measures, LAB_PICTURE_BARS, "size",
                   .group = LAB_GROUP_LIFE,
                   .seconds = 1,
                   .predictions = predictions,
                   .items = items,
                   .c_code = "int\nmain (void)\n{\n  return 0;\n}\n",
                   .python_code = "print('```')\n");

const LabExperiment lab_test_unasked =
  TEST_EXPERIMENT ("How big is it?", measures, LAB_PICTURE_BARS, "size", .c_code = "", .python_code = "");

const LabExperiment lab_test_curve =
  TEST_EXPERIMENT ("How big is it?", curve_measures, LAB_PICTURE_CURVE, "speedup",
                   .items_title = "Workers",
                   .c_code = "",
                   .python_code = "");
