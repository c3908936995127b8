/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <string.h>

#include "lab-test-samples.h"
#include "lab-test.h"

/* What people read of experiments: of all of them, of all that may come out, and in the language of the environment. */

static const char *
translate (const char *text)
{
  return g_dgettext (GETTEXT_PACKAGE, text);
}

/* So that a translation that was asked for, and not found, is not taken for English. */
static void
test_language (void)
{
  const char *language = g_getenv ("LANGUAGE");

  if (language == NULL || *language == '\0')
    g_assert_cmpstr (translate ("Lost Updates"), ==, "Lost Updates");
  else
    g_assert_cmpstr (translate ("Lost Updates"), !=, "Lost Updates");
}

static guint
count (const char *text,
       const char *part)
{
  guint n = 0;

  for (const char *p = strstr (text, part); p != NULL; p = strstr (p + strlen (part), part))
    n++;
  return n;
}

/* There may be a scene before it, but there is one question, and it comes last. */
static void
test_questions (void)
{
  for (const LabExperiment * const *experiment = lab_experiments; *experiment != NULL; experiment++)
    {
      const char *question = translate ((*experiment)->question);

      g_test_message ("%s", question);
      g_assert_cmpuint (count (question, "?") + count (question, "؟"), ==, 1);
      g_assert_true (g_str_has_suffix (question, "?") || g_str_has_suffix (question, "؟"));
      g_assert_cmpuint (lab_test_count_sentences (question), <=, 3);
    }
}

/* Whatever comes out, the reasons for it are whole. */
static void
test_why (void)
{
  for (const LabTestSample *sample = lab_test_samples; sample->experiment != NULL; sample++)
    {
      const LabExperiment *experiment = lab_experiment_lookup (sample->experiment, NULL);
      g_autoptr(LabFindings) findings = lab_test_sample_read (sample);
      g_autofree char *name = lab_test_sample_name (sample);
      g_autofree char *why_not = NULL, *why = NULL;
      const char *outcome = experiment->judge (findings, &why_not);

      g_test_message ("%s", name);
      g_assert_cmpstr (outcome, ==, sample->outcome);
      if (outcome == NULL)
        {
          g_test_message ("%s", why_not);
          lab_test_assert_sentences (why_not);
          continue;
        }
      g_assert_null (why_not);
      g_assert_cmpstr (lab_experiment_get_prediction_title (experiment, outcome), !=, NULL);
      why = experiment->explain (findings);
      g_test_message ("%s", why);
      lab_test_assert_sentences (why);
    }
}

/* Of each experiment there is a sample in which what it is about comes out, with a number for its picture. */
static void
test_samples (void)
{
  for (const LabExperiment * const *experiment = lab_experiments; *experiment != NULL; experiment++)
    {
      const LabTestSample *sample = lab_test_samples;

      while (sample->experiment != NULL && !g_str_equal (sample->experiment, lab_experiment_get_id (*experiment)))
        sample++;
      g_assert_nonnull (sample->experiment);
      g_assert_nonnull (sample->outcome);
      g_assert_null (sample->lines);
    }
}

static void
test_count (void)
{
  g_assert_cmpuint (lab_test_count_sentences (""), ==, 0);
  g_assert_cmpuint (lab_test_count_sentences ("One of 1.5 ms."), ==, 1);
  g_assert_cmpuint (lab_test_count_sentences ("One. Two? “Three. Four.” are one. And no end"), ==, 4);
  g_assert_cmpuint (lab_test_count_sentences ("واحد. اثنان؟"), ==, 2);
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);
  lab_test_speak ();

  g_test_add_func ("/lab/words/count", test_count);
  g_test_add_func ("/lab/words/language", test_language);
  g_test_add_func ("/lab/words/samples", test_samples);
  g_test_add_func ("/lab/words/questions", test_questions);
  g_test_add_func ("/lab/words/why", test_why);

  return g_test_run ();
}
