/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lab-test.h"

#include <libintl.h>
#include <math.h>
#include <unistd.h>

/* Its own limit is 15 s; starting it and ending it by force take a while on a busy machine. */
#define RUN_MS 40000

/* Of a sentence, on average: who reads a longer one has forgotten how it began. */
#define MOST_WORDS 40

void
lab_test_begin (void)
{
  haul_test_begin ();
}

void
lab_test_end (void)
{
  haul_test_assert_clean ();
}

static gboolean
is_over (gpointer data)
{
  return lab_run_get_state (data) != LAB_RUN_RUNNING;
}

void
lab_test_wait (LabRun *run)
{
  haul_test_run_until (is_over, run, RUN_MS);
}

static void
print_findings (LabRun *run)
{
  const LabExperiment *experiment = lab_run_get_experiment (run);
  LabFindings *findings = lab_run_get_findings (run);

  for (guint i = 0; i < lab_findings_get_n_items (findings); i++)
    {
      const char *item = lab_findings_get_item (findings, i);

      for (const LabMeasure *measure = experiment->measures; measure->key != NULL; measure++)
        g_test_message ("%s of %s: %g", measure->key, item, lab_findings_get (findings, measure->key, item));
    }
  g_test_message ("outcome %s, message %s", lab_run_get_outcome (run), lab_run_get_message (run));
}

static LabRun *
make_run (const char *id,
          const char *arguments)
{
  g_autoptr(GError) error = NULL;
  const LabExperiment *experiment = lab_experiment_lookup (id, &error);
  g_autoptr(LabRun) run = NULL;

  g_assert_no_error (error);
  run = lab_run_new (experiment);
  if (arguments != NULL)
    {
      g_autoptr(GVariant) given = g_variant_parse (G_VARIANT_TYPE_VARDICT, arguments, NULL, NULL, &error);

      g_assert_no_error (error);
      (void) lab_run_set_arguments (run, given, &error);
      g_assert_no_error (error);
    }
  lab_run_skip (run);
  return g_steal_pointer (&run);
}

LabRun *
lab_test_run (const char *id,
              const char *arguments,
              guint       n_times)
{
  g_autoptr(LabRun) run = make_run (id, arguments);

  for (guint i = 0; i < n_times; i++)
    {
      g_assert_true (lab_run_start (run, 1));
      lab_test_wait (run);
      if (lab_run_get_error (run) != NULL)
        g_error ("%s failed: %s", id, lab_run_get_message (run));
    }
  g_assert_cmpint (lab_run_get_state (run), ==, LAB_RUN_REVEALED);
  g_assert_cmpuint (lab_findings_get_n_runs (lab_run_get_findings (run)), ==, n_times);
  return g_steal_pointer (&run);
}

/* Processes of an experiment have it in their environment, and what they start as well. */
#define MARK_NAME "LAB_TEST_MARK"

static gboolean
has_begun (gpointer data)
{
  return lab_findings_get_n_items (lab_run_get_findings (data)) > 0 || lab_run_get_state (data) != LAB_RUN_RUNNING;
}

static gboolean
is_nobody_left (gpointer data)
{
  return haul_test_count_marked (data, 0) == 0;
}

void
lab_test_cancel (const char *id,
                 const char *arguments,
                 guint       ms)
{
  g_autofree char *value = g_strdup_printf ("%s-%d-%u", id, (int) getpid (), ms);
  g_autofree char *mark = g_strdup_printf ("%s=%s", MARK_NAME, value);
  g_autoptr(LabRun) run = make_run (id, arguments);

  g_setenv (MARK_NAME, value, TRUE);
  g_assert_true (lab_run_start (run, 1));
  if (ms > 0)
    (void) haul_test_run_for (has_begun, run, ms);
  else
    haul_test_run_until (has_begun, run, RUN_MS);
  g_unsetenv (MARK_NAME);

  lab_run_cancel (run);
  lab_test_wait (run);
  g_assert_null (lab_run_get_error (run));
  haul_test_run_until (is_nobody_left, mark, HAUL_TEST_SOON_MS);
}

double
lab_test_get (LabRun     *run,
              const char *key,
              const char *item)
{
  double value = lab_findings_get (lab_run_get_findings (run), key, item);

  if (isnan (value))
    {
      print_findings (run);
      g_error ("%s was not found for %s", key, item);
    }
  return value;
}

void
lab_test_speak (void)
{
  bindtextdomain (GETTEXT_PACKAGE, g_getenv ("TEXTDOMAINDIR"));
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
}

guint
lab_test_count_sentences (const char *text)
{
  gboolean quoted = FALSE, ended = TRUE;
  guint n = 0;

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);
      char next = *g_utf8_next_char (p);

      if (c == 0x201e || c == 0xab || (c == 0x201c && !quoted))            /* „ « “ */
        quoted = TRUE;
      else if (c == 0x201d || c == 0xbb || c == 0x201c)                    /* ” » and, in German, “ */
        quoted = FALSE;
      ended = !quoted && (c == '.' || c == '?' || c == '!' || c == 0x61f) && (next == ' ' || next == '\0');
      n += ended;
    }
  return ended || *text == '\0' ? n : n + 1;
}

static guint
count_words (const char *text)
{
  g_auto(GStrv) words = g_strsplit (text, " ", -1);

  return g_strv_length (words);
}

void
lab_test_assert_sentences (const char *text)
{
  guint n = lab_test_count_sentences (text);

  g_assert_true (g_utf8_validate (text, -1, NULL));
  if (n < 1 || n > 3 || count_words (text) > n * MOST_WORDS || !g_str_has_suffix (text, "."))
    g_error ("%u sentences of %u words, which are too many, or the end is missing: %s", n, count_words (text), text);
  if (count_words (text) < 2 || strstr (text, "  ") != NULL || strstr (text, " nan") != NULL || strstr (text, "(null)") != NULL)
    g_error ("this explains nothing: %s", text);
}

const char *
lab_test_explained (LabRun *run)
{
  g_autofree char *why = NULL;

  if (lab_run_get_outcome (run) == NULL)
    {
      g_assert_nonnull (lab_run_get_message (run));
      g_test_message ("not shown here: %s", lab_run_get_message (run));
      return NULL;
    }

  why = lab_run_get_experiment (run)->explain (lab_run_get_findings (run));
  g_assert_nonnull (why);
  lab_test_assert_sentences (why);
  return lab_run_get_outcome (run);
}

gboolean
lab_test_outcome_or_why (LabRun     *run,
                         const char *outcome)
{
  const char *shown = lab_test_explained (run);

  if (shown == NULL)
    return FALSE;
  if (g_strcmp0 (shown, outcome) != 0)
    print_findings (run);
  g_assert_cmpstr (shown, ==, outcome);
  return TRUE;
}

void
lab_test_assert_outcome (LabRun     *run,
                         const char *outcome)
{
  if (!lab_test_outcome_or_why (run, outcome))
    {
      print_findings (run);
      g_error ("it did not come out: %s", lab_run_get_message (run));
    }
}
