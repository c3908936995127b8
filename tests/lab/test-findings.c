/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <math.h>

#include "haul-test.h"
#include "haul/wire/haul-error.h"
#include "haul/wire/haul-message.h"
#include "lab-experiment.h"
#include "lab-findings.h"

static void
take (LabFindings *findings,
      const char  *text)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (lab_findings_take (findings, text, strlen (text), &error));
  g_assert_no_error (error);
}

static LabFindings *
begin (void)
{
  LabFindings *findings = lab_findings_new ();

  lab_findings_begin_run (findings);
  return findings;
}

static void
test_numbers (void)
{
  g_autoptr(LabFindings) findings = begin ();

  take (findings, "start\t123\nnumber\ttime\tb\t1.5\nnumber\ttime\ta\t-2e3\ntext\tname\ta name\n");
  g_assert_cmpfloat (lab_findings_get (findings, "time", "b"), ==, 1.5);
  g_assert_cmpfloat (lab_findings_get (findings, "time", "a"), ==, -2000);
  g_assert_true (isnan (lab_findings_get (findings, "time", "c")));
  g_assert_true (isnan (lab_findings_get (findings, "name", "a")));
  g_assert_cmpstr (lab_findings_get_text (findings, "name"), ==, "a name");
  g_assert_null (lab_findings_get_text (findings, "time"));

  /* As they were said first. */
  take (findings, "number\tother\ta\t1\n");
  g_assert_cmpuint (lab_findings_get_n_items (findings), ==, 2);
  g_assert_cmpstr (lab_findings_get_item (findings, 0), ==, "b");
  g_assert_cmpstr (lab_findings_get_item (findings, 1), ==, "a");

  take (findings, "number\tother\ta\t1e-16\n");
  g_assert_cmpfloat (lab_findings_get (findings, "other", "a"), ==, 0);

  /* Said again, the newer one counts. */
  take (findings, "number\ttime\tb\t2.5\n");
  g_assert_cmpfloat (lab_findings_get (findings, "time", "b"), ==, 2.5);
}

/* Wherever the pipe cuts it. */
static void
test_cut (void)
{
  const char *text = "start\t1\nnumber\tkey\titem\t0.25\ntext\tname\tgrün\n";

  for (gsize cut = 0; cut <= strlen (text); cut++)
    {
      g_autoptr(LabFindings) findings = begin ();

      g_assert_true (lab_findings_take (findings, text, cut, NULL));
      g_assert_true (lab_findings_take (findings, text + cut, strlen (text) - cut, NULL));
      g_assert_cmpfloat (lab_findings_get (findings, "key", "item"), ==, 0.25);
      g_assert_cmpstr (lab_findings_get_text (findings, "name"), ==, "grün");
    }
}

static void
test_spread (void)
{
  static const double values[] = { 5, 1, 4, 2, 3 };
  static const double medians[] = { 5, 3, 4, 3, 3 };
  g_autoptr(LabFindings) findings = lab_findings_new ();
  double least = 0, greatest = 0;

  g_assert_cmpuint (lab_findings_get_spread (findings, "key", "item", &least, &greatest), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_autofree char *line = g_strdup_printf ("number\tkey\titem\t%g\n", values[i]);

      lab_findings_begin_run (findings);
      take (findings, "number\tkey\titem\t99\n");
      take (findings, line);
      g_assert_cmpfloat (lab_findings_get (findings, "key", "item"), ==, medians[i]);
    }
  g_assert_cmpuint (lab_findings_get_n_runs (findings), ==, 5);
  g_assert_cmpuint (lab_findings_get_spread (findings, "key", "item", &least, &greatest), ==, 5);
  g_assert_cmpfloat (least, ==, 1);
  g_assert_cmpfloat (greatest, ==, 5);
}

/* A run that was not whole leaves nothing behind. */
static void
test_dropped (void)
{
  g_autoptr(LabFindings) findings = begin ();

  take (findings, "number\tkey\titem\t1\n");
  lab_findings_begin_run (findings);
  take (findings, "number\tkey\titem\t100\nnumber\tkey\tother\t5\n");
  lab_findings_drop_run (findings);
  g_assert_cmpuint (lab_findings_get_n_runs (findings), ==, 1);
  g_assert_cmpfloat (lab_findings_get (findings, "key", "item"), ==, 1);
  g_assert_true (isnan (lab_findings_get (findings, "key", "other")));

  lab_findings_begin_run (findings);
  take (findings, "number\tkey\titem\t3\n");
  g_assert_cmpfloat (lab_findings_get (findings, "key", "item"), ==, 2);

  lab_findings_drop_run (findings);
  lab_findings_drop_run (findings);
  g_assert_cmpuint (lab_findings_get_n_items (findings), ==, 0);
  g_assert_true (isnan (lab_findings_get (findings, "key", "item")));
}

/* What was said of the run before is there again, not a mixture of both. */
static void
test_dropped_words (void)
{
  g_autoptr(LabFindings) findings = begin ();
  g_autoptr(HaulTimeline) timeline = NULL;

  take (findings, "start\t1000\ntext\tname\tgood\nspan\tchild 1\t1\t0.5\nend\tchild 1\t1\n");
  timeline = g_object_ref (lab_findings_get_timeline (findings));

  for (guint i = 0; i < 2; i++)
    {
      lab_findings_begin_run (findings);
      take (findings, "start\t2000\ntext\tname\tbad\ntext\tother\tbad\nspan\tchild 1\t1\t0.1\nspan\tchild 2\t1\t0.1\n");
      g_assert_cmpstr (lab_findings_get_text (findings, "name"), ==, "bad");
      lab_findings_drop_run (findings);
      g_assert_cmpstr (lab_findings_get_text (findings, "name"), ==, "good");
      g_assert_null (lab_findings_get_text (findings, "other"));
      g_assert_true (lab_findings_get_timeline (findings) == timeline);
      g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (timeline)), ==, 1);
    }

  /* Of none that was whole there is nothing. */
  lab_findings_drop_run (findings);
  g_assert_null (lab_findings_get_text (findings, "name"));
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (lab_findings_get_timeline (findings))), ==, 0);
}

/* Nothing of it does anything to a terminal. */
static void
test_control (void)
{
  g_autoptr(LabFindings) findings = begin ();
  g_autoptr(HaulLane) lane = NULL;

  take (findings, "start\t1\nnumber\tsi\x1b[2Jze\tone\a\t1\ntext\tname\t\x1b]0;title\a \xc2\x9b" "31m\u202ered\r\n"
        "work\tcore \x1b[1m\t0.5\tjob\b\nmark\tcore \x1b[1m\t0\t0.75\t\x7fSIGTERM\n");
  g_assert_cmpfloat (lab_findings_get (findings, "si[2Jze", "one"), ==, 1);
  g_assert_cmpstr (lab_findings_get_item (findings, 0), ==, "one");
  g_assert_cmpstr (lab_findings_get_text (findings, "name"), ==, "]0;title 31mred");
  lane = g_list_model_get_item (G_LIST_MODEL (lab_findings_get_timeline (findings)), 0);
  g_assert_cmpstr (haul_lane_get_title (lane), ==, "Core [1m");
  g_assert_cmpstr (haul_lane_get_span (lane, 0)->text, ==, "job");
  g_assert_cmpstr (haul_lane_get_mark (lane, 0)->text, ==, "SIGTERM");
}

static void
test_hostile (gconstpointer data)
{
  const char *line = data;
  g_autoptr(LabFindings) findings = begin ();
  g_autoptr(GError) error = NULL, again = NULL;

  take (findings, "start\t5\nnumber\tkey\titem\t1\n");
  g_assert_false (lab_findings_take (findings, line, strlen (line), &error));
  g_assert_error (error, HAUL_ERROR, HAUL_ERROR_PROTOCOL);
  haul_test_assert_contains (error->message, "line 3 ");
  g_assert_true (g_utf8_validate (error->message, -1, NULL));

  /* What follows is not believed either, until the next run. */
  g_assert_false (lab_findings_take (findings, "number\tkey\titem\t2\n", 18, &again));
  g_assert_error (again, HAUL_ERROR, HAUL_ERROR_PROTOCOL);
  g_assert_cmpfloat (lab_findings_get (findings, "key", "item"), ==, 1);
  lab_findings_begin_run (findings);
  take (findings, "number\tkey\titem\t2\n");
}

/* Said @n times with another name each; the last of them is one too many. */
static void
assert_bounded (const char *format,
                guint       n)
{
  g_autoptr(LabFindings) findings = begin ();

  take (findings, "start\t5\n");
  for (guint i = 0; i <= n; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u", i);
      g_auto(GStrv) parts = g_strsplit (format, "@", 2);
      g_autofree char *line = g_strconcat (parts[0], name, parts[1], NULL);

      g_assert_cmpint (lab_findings_take (findings, line, strlen (line), NULL), ==, i < n);
    }
}

static void
test_bounds (void)
{
  g_autofree char *name = g_strnfill (128, 'n');
  g_autofree char *line = g_strdup_printf ("number\t%s\t%s\t1\n", name, name);
  g_autofree char *text = g_strnfill (16 * 1024 - 10, 't');
  g_autofree char *long_line = g_strdup_printf ("text\tname\t%s\n", text);
  g_autoptr(LabFindings) findings = begin ();

  take (findings, line);
  take (findings, long_line);
  g_assert_cmpuint (strlen (lab_findings_get_text (findings, "name")), ==, HAUL_MAX_TEXT);

  assert_bounded ("number\t@\titem\t1\n", 64);
  assert_bounded ("text\t@\tword\n", 64);
  assert_bounded ("number\tkey\t@\t1\n", 4096);
  assert_bounded ("span\tchild @\t1\t0.5\n", 1024);
}

/* A line without an end takes no memory without an end. */
static void
test_endless (void)
{
  g_autoptr(LabFindings) findings = begin ();
  g_autofree char *piece = g_strnfill (4096, 'x');
  guint n_taken = 0;

  while (lab_findings_take (findings, piece, 4096, NULL))
    n_taken++;
  g_assert_cmpuint (n_taken, ==, 4);
}

/* Whatever bytes come, in whatever pieces: an error, or not, and nothing else. */
static void
test_noise (void)
{
  static const char * const words[] = { "number", "text", "span", "work", "mark", "end", "start", "\t", "\n", "1", "nan", "\xff", "-" };

  for (guint round = 0; round < 2000; round++)
    {
      g_autoptr(GString) noise = g_string_new (NULL);
      g_autoptr(LabFindings) findings = begin ();

      for (int n = g_test_rand_int_range (0, 40); n > 0; n--)
        g_string_append (noise, words[g_test_rand_int_range (0, G_N_ELEMENTS (words))]);
      (void) lab_findings_take (findings, noise->str, noise->len, NULL);
      (void) lab_findings_take (findings, "\0\n", 2, NULL);
    }
}

/* What starts the clock has to come before the times. */
static void
test_unstarted (void)
{
  static const char * const lines[] = { "start\tnow\n", "start\t-5\n", "span\tchild 1\t1\t1\n", "end\tchild 1\t1\n" };

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autoptr(LabFindings) findings = begin ();

      g_assert_false (lab_findings_take (findings, lines[i], strlen (lines[i]), NULL));
    }
}

static void
test_lanes (void)
{
  g_autoptr(LabFindings) findings = begin ();
  HaulTimeline *timeline = NULL;
  g_autoptr(HaulLane) lane = NULL, other = NULL;

  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (lab_findings_get_timeline (findings))), ==, 0);
  take (findings, "start\t1000\nspan\tchild 1\t1\t0.5\nspan\tworker\t2\t0.1\n"
        "mark\tchild 1\t0\t0.75\tSIGTERM\nmark\tchild 1\t3\t0.8\t\nend\tchild 1\t1\n"
        "work\tworker\t0.2\tjob 3\n");
  timeline = lab_findings_get_timeline (findings);
  g_assert_cmpint (haul_timeline_get_origin (timeline), ==, 1000);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (timeline)), ==, 2);

  lane = g_list_model_get_item (G_LIST_MODEL (timeline), 0);
  g_assert_cmpstr (haul_lane_get_title (lane), ==, "Child 1");
  g_assert_cmpuint (haul_lane_get_n_spans (lane), ==, 1);
  g_assert_cmpint (haul_lane_get_span (lane, 0)->kind, ==, HAUL_SPAN_WORKING);
  g_assert_cmpint (haul_lane_get_span (lane, 0)->start, ==, 500000);
  g_assert_cmpint (haul_lane_get_span (lane, 0)->end, ==, 1000000);
  g_assert_cmpuint (haul_lane_get_n_marks (lane), ==, 2);
  g_assert_cmpstr (haul_lane_get_mark (lane, 0)->text, ==, "SIGTERM");
  g_assert_null (haul_lane_get_mark (lane, 1)->text);

  other = g_list_model_get_item (G_LIST_MODEL (timeline), 1);
  g_assert_cmpstr (haul_lane_get_title (other), ==, "Worker");
  g_assert_cmpuint (haul_lane_get_n_spans (other), ==, 2);
  g_assert_null (haul_lane_get_span (other, 0)->text);
  g_assert_cmpint (haul_lane_get_span (other, 1)->kind, ==, HAUL_SPAN_WORKING);
  g_assert_cmpint (haul_lane_get_span (other, 1)->start, ==, 200000);
  g_assert_cmpstr (haul_lane_get_span (other, 1)->text, ==, "job 3");

  lab_findings_begin_run (findings);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (lab_findings_get_timeline (findings))), ==, 0);
}

/* Whatever came out, it is what is explained. */
static const struct
{
  const char *experiment;
  const char *lines;
  const char *outcome;
  const char *explanation;
} explained[] = {
  { "how-many-workers",
    "text\tprocessors\t2\ntext\tbusy\t0\nnumber\tspeedup\t1\t1\nnumber\tspeedup\t2\t1.9\nnumber\tspeedup\t4\t1.9\n",
    "cores", "only take turns" },
  { "how-many-workers",
    "text\tprocessors\t2\ntext\tbusy\t0\nnumber\tspeedup\t1\t1\nnumber\tspeedup\t2\t1.9\nnumber\tspeedup\t4\t3.6\n",
    "more", "a control group limits the time" },
  { "how-many-workers",
    "text\tprocessors\t2\ntext\tbusy\t0\nnumber\tspeedup\t1\t1\nnumber\tspeedup\t2\t1.1\nnumber\tspeedup\t4\t1.3\n",
    "more", "a control group limits the time" },
  { "fork-spawn-forkserver",
    "number\tmemory\tfork\t512\nnumber\tlarge\tfork\t9\nnumber\tsmall\tfork\t0.2\nnumber\tlarge\tspawn\t2.1\n"
    "number\tsmall\tspawn\t2\nnumber\tlarge\tserver\t0.3\nnumber\tsmall\tserver\t0.2\nnumber\tlarge\tthread\t0.1\n",
    "fork", "neither takes that memory along" },
  { "fork-spawn-forkserver",
    "number\tmemory\tfork\t512\nnumber\tlarge\tfork\t0.4\nnumber\tsmall\tfork\t0.2\nnumber\tlarge\tspawn\t9\n"
    "number\tsmall\tspawn\t2\nnumber\tlarge\tserver\t0.3\nnumber\tsmall\tserver\t0.2\nnumber\tlarge\tthread\t0.1\n",
    "spawn", "this is not the memory" },
  { "fork-spawn-forkserver",
    "number\tmemory\tfork\t512\nnumber\tlarge\tfork\t9\nnumber\tsmall\tfork\t0.2\nnumber\tlarge\tspawn\t9\n"
    "number\tsmall\tspawn\t2\nnumber\tlarge\tserver\t9\nnumber\tsmall\tserver\t0.2\nnumber\tlarge\tthread\t0.1\n",
    "all", "this is not the memory" },
};

static void
test_explained (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (explained); i++)
    {
      const LabExperiment *experiment = lab_experiment_lookup (explained[i].experiment, NULL);
      g_autoptr(LabFindings) findings = begin ();
      g_autoptr(GError) error = NULL;
      g_autofree char *why_not = NULL, *text = NULL;
      GVariant *arguments = haul_task_complete (&experiment->task, NULL, &error);

      g_assert_no_error (error);
      lab_findings_set_arguments (findings, arguments);
      take (findings, explained[i].lines);
      g_assert_cmpstr (experiment->judge (findings, &why_not), ==, explained[i].outcome);
      text = experiment->explain (findings);
      haul_test_assert_contains (text, explained[i].explanation);
    }
}

static void
count_cb (LabFindings *findings,
          guint       *n)
{
  (*n)++;
}

static gboolean
is_one (gpointer data)
{
  return *(guint *) data == 1;
}

static void
test_changed (void)
{
  g_autoptr(LabFindings) findings = begin ();
  guint n = 0;

  g_signal_connect (findings, "changed", G_CALLBACK (count_cb), &n);
  for (guint i = 0; i < 100; i++)
    take (findings, "number\tkey\titem\t1\n");
  g_assert_cmpuint (n, ==, 0);
  haul_test_run_until (is_one, &n, HAUL_TEST_SOON_MS);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (n, ==, 1);

  /* Gone before it could be told. */
  take (findings, "number\tkey\titem\t1\n");
  g_assert_finalize_object (g_steal_pointer (&findings));
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static const struct { const char *name; const char *line; } hostile[] = {
  { "nothing", "\n" },
  { "unknown", "numbers\tkey\titem\t1\n" },
  { "no-value", "number\tkey\titem\n" },
  { "empty-value", "number\tkey\titem\t\n" },
  { "empty-key", "number\t\titem\t1\n" },
  { "empty-item", "number\tkey\t\t1\n" },
  { "two-values", "number\tkey\titem\t1\t2\n" },
  { "words", "number\tkey\titem\tone\n" },
  { "trailing", "number\tkey\titem\t1s\n" },
  { "nan", "number\tkey\titem\tnan\n" },
  { "inf", "number\tkey\titem\tinf\n" },
  { "huge", "number\tkey\titem\t1e999\n" },
  { "too-much", "number\tkey\titem\t1.01e15\n" },
  { "too-little", "number\tkey\titem\t-1.01e15\n" },
  { "not-utf8", "text\tkey\t\xff\xfe\n" },
  { "work-time", "work\tchild 1\t-1\tjob\n" },
  { "work-lane", "work\t\t1\tjob\n" },
  { "span-kind", "span\tchild 1\t5\t0\n" },
  { "span-kind-below", "span\tchild 1\t-1\t0\n" },
  { "span-time", "span\tchild 1\t1\t1e9\n" },
  { "span-lane", "span\t\t1\t1\n" },
  { "mark-kind", "mark\tchild 1\t4\t0\tSIGTERM\n" },
  { "mark-short", "mark\tchild 1\t1\t0\n" },
  { "end-time", "end\tchild 1\tsoon\n" },
  { "start-again", "start\t5\n" },
};

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);

  g_test_add_func ("/lab/findings/numbers", test_numbers);
  g_test_add_func ("/lab/findings/cut", test_cut);
  g_test_add_func ("/lab/findings/spread", test_spread);
  g_test_add_func ("/lab/findings/dropped", test_dropped);
  g_test_add_func ("/lab/findings/dropped-words", test_dropped_words);
  g_test_add_func ("/lab/findings/control", test_control);
  g_test_add_func ("/lab/findings/bounds", test_bounds);
  g_test_add_func ("/lab/findings/endless", test_endless);
  g_test_add_func ("/lab/findings/noise", test_noise);
  g_test_add_func ("/lab/findings/unstarted", test_unstarted);
  g_test_add_func ("/lab/findings/lanes", test_lanes);
  g_test_add_func ("/lab/findings/explained", test_explained);
  g_test_add_func ("/lab/findings/changed", test_changed);
  for (guint i = 0; i < G_N_ELEMENTS (hostile); i++)
    {
      g_autofree char *path = g_strconcat ("/lab/findings/hostile/", hostile[i].name, NULL);

      g_test_add_data_func (path, hostile[i].line, test_hostile);
    }

  return g_test_run ();
}
