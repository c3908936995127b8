/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <math.h>

#include <json-glib/json-glib.h>

#include "lab-report.h"
#include "lab-table.h"
#include "lab-test-experiment.h"
#include "lab-test.h"

/* Reports of an experiment that finds the same on every machine. */

static char processor[] = "Model <X>", kernel[] = "Linux 6.1.0", versions[] = "Long Tasks 1.0", date[] = "2026-01-02T03:04:05+01";
static const LabMachine machine = { processor, 4, kernel, versions, date };

static LabRun *
run_test (const char *mode,
          const char *prediction,
          guint       n_times)
{
  g_autoptr(LabRun) run = lab_run_new (&lab_test_experiment);
  g_autofree char *text = g_strdup_printf ("{'mode': <'%s'>}", mode);
  g_autoptr(GVariant) arguments = g_variant_parse (G_VARIANT_TYPE_VARDICT, text, NULL, NULL, NULL);

  g_assert_true (lab_run_set_arguments (run, arguments, NULL));
  if (prediction != NULL)
    lab_run_predict (run, prediction);
  lab_run_skip (run);
  if (n_times > 0)
    g_assert_true (lab_run_start (run, n_times));
  lab_test_wait (run);
  return g_steal_pointer (&run);
}

static void
test_markdown (void)
{
  g_autoptr(LabRun) run = run_test ("fine", "tiny", 1);
  g_autofree char *report = lab_report_to_markdown (run, &machine, "a b.svg");

  g_assert_cmpstr (report, ==,
                   "# Test \\| \\<Experiment\\>\n"
                   "\n"
                   "How \\| big \\<is\\> it?\n"
                   "\n"
                   "- **Predicted:** It is \\| tiny\n"
                   "- **Came out:** It is big\n"
                   "\n"
                   "![Size. The first: 10\u202fms, The \\| \\<second\\>: 20\u202fms](a%20b.svg)\n"
                   "\n"
                   "|  | Size (ms) | Share (%) |\n"
                   "|---|---:|---:|\n"
                   "| The first | 10 | – |\n"
                   "| The \\| \\<second\\> | 20 | 12.5 |\n"
                   "\n"
                   "One run.\n"
                   "\n"
                   "## Why\n"
                   "\n"
                   "The first was 10, and the second more. Why \\| that is so, \\<nobody\\> knows. It is a test.\n"
                   "\n"
                   "## What was set\n"
                   "\n"
                   "- **Mode:** Fine\n"
                   "- **Size:** 10 ms\n"
                   "\n"
                   "## The heart of it\n"
                   "\n"
                   "```c\nint\nmain (void)\n{\n  return 0;\n}\n```\n"
                   "\n"
                   "````python\nprint('```')\n````\n"
                   "\n"
                   "More: `man 2 fork`\n"
                   "\n"
                   "## Where it ran\n"
                   "\n"
                   "- **Processor:** Model \\<X\\>, 4 processors\n"
                   "- **Kernel:** Linux 6.1.0\n"
                   "- **Versions:** Long Tasks 1.0\n"
                   "- **Date:** 2026-01-02T03:04:05+01\n");
}

/* What could not be said is said, and nothing is made up. */
static void
test_markdown_why_not (void)
{
  g_autoptr(LabRun) run = run_test ("small", NULL, 3);
  g_autofree char *report = lab_report_to_markdown (run, &machine, NULL);

  haul_test_assert_contains (report, "- **Not shown:** Too little was found.\n");
  haul_test_assert_contains (report, "Medians of 3 runs, with the least and the greatest.");
  g_assert_null (strstr (report, "Came out"));
  g_assert_null (strstr (report, "Predicted"));
  g_assert_null (strstr (report, "## Why"));
  g_assert_null (strstr (report, "!["));
}

/* Of a lesson, as it was asked there. */
static void
test_question (void)
{
  g_autoptr(LabRun) run = run_test ("fine", NULL, 1);
  g_autofree char *report = NULL, *json = NULL;

  lab_run_set_question (run, "Is it *so*?");
  report = lab_report_to_markdown (run, &machine, NULL);
  json = lab_report_to_json (run, &machine, FALSE);
  haul_test_assert_contains (report, "\n\nIs it \\*so\\*?\n\n");
  haul_test_assert_contains (json, "\"question\":\"Is it *so*?\"");
  lab_run_set_question (run, NULL);
  g_assert_cmpstr (lab_run_get_question (run), ==, lab_test_experiment.question);
}

static void
test_markdown_failed (void)
{
  g_autoptr(LabRun) run = run_test ("crash", NULL, 1);
  g_autofree char *report = lab_report_to_markdown (run, &machine, "x.svg");

  haul_test_assert_contains (report, "SIGSEGV");
  g_assert_null (strstr (report, "|---"));
}

static JsonObject *
parse (JsonParser *parser,
       const char *json)
{
  g_autoptr(GError) error = NULL;

  (void) json_parser_load_from_data (parser, json, -1, &error);
  g_assert_no_error (error);
  return json_node_get_object (json_parser_get_root (parser));
}

static void
test_json (void)
{
  g_autoptr(LabRun) run = run_test ("fine", "tiny", 2);
  g_autofree char *line = lab_report_to_json (run, &machine, FALSE);
  g_autofree char *pretty = lab_report_to_json (run, &machine, TRUE);
  g_autoptr(JsonParser) parser = json_parser_new (), other = json_parser_new ();
  JsonObject *report = parse (parser, line), *item, *numbers, *size, *where;

  g_assert_true (strchr (line, '\n') == line + strlen (line) - 1);
  (void) parse (other, pretty);
  g_assert_true (json_node_equal (json_parser_get_root (parser), json_parser_get_root (other)));

  g_assert_cmpstr (json_object_get_string_member (report, "format"), ==, "long-tasks-lab-report");
  g_assert_cmpstr (json_object_get_string_member (report, "experiment"), ==, "test");
  g_assert_cmpstr (json_object_get_string_member (report, "prediction"), ==, "tiny");
  g_assert_cmpstr (json_object_get_string_member (report, "outcome"), ==, "big");
  g_assert_cmpint (json_object_get_int_member (report, "runs"), ==, 2);
  g_assert_false (json_object_get_boolean_member (report, "failed"));
  g_assert_true (json_object_get_null_member (report, "message"));
  g_assert_cmpint (json_object_get_int_member (json_object_get_object_member (report, "parameters"), "size"), ==, 10);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (report, "measures")), ==, 3);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (report, "items")), ==, 2);

  item = json_array_get_object_element (json_object_get_array_member (report, "items"), 1);
  numbers = json_object_get_object_member (item, "numbers");
  size = json_object_get_object_member (numbers, "size");
  g_assert_cmpstr (json_object_get_string_member (item, "id"), ==, "two");
  g_assert_cmpfloat (json_object_get_double_member (size, "median"), ==, 20);
  g_assert_cmpfloat (json_object_get_double_member (size, "greatest"), ==, 20);
  g_assert_cmpint (json_object_get_int_member (size, "runs"), ==, 2);
  g_assert_false (json_object_has_member (numbers, "never"));

  where = json_object_get_object_member (report, "machine");
  g_assert_cmpint (json_object_get_int_member (where, "processors"), ==, 4);
  g_assert_cmpstr (json_object_get_string_member (report, "date"), ==, date);
}

static void
test_json_failed (void)
{
  g_autoptr(LabRun) run = run_test ("crash", NULL, 1);
  g_autofree char *line = lab_report_to_json (run, &machine, FALSE);
  g_autoptr(JsonParser) parser = json_parser_new ();
  JsonObject *report = parse (parser, line);

  g_assert_true (json_object_get_boolean_member (report, "failed"));
  g_assert_true (json_object_get_null_member (report, "outcome"));
  g_assert_true (json_object_get_null_member (report, "explanation"));
  haul_test_assert_contains (json_object_get_string_member (report, "message"), "SIGSEGV");
  g_assert_cmpint (json_object_get_int_member (report, "runs"), ==, 0);
}

static void
xml_error (GMarkupParseContext *context,
           GError              *error,
           gpointer             user_data)
{
  g_error ("%s", error->message);
}

static void
test_svg (void)
{
  g_autoptr(LabRun) run = run_test ("fine", NULL, 1);
  g_autofree char *svg = lab_report_to_svg (run);
  const GMarkupParser parser = { .error = xml_error };
  g_autoptr(GMarkupParseContext) context = g_markup_parse_context_new (&parser, 0, NULL, NULL);

  g_assert_true (g_markup_parse_context_parse (context, svg, -1, NULL));
  g_assert_true (g_markup_parse_context_end_parse (context, NULL));
  haul_test_assert_contains (svg, "The | &lt;second&gt;");
}

static void
test_picture_path (void)
{
  static const struct { const char *report; const char *picture; } cases[] = {
    { "lost.md", "lost.svg" }, { "a.b/lost.md", "a.b/lost.svg" }, { "a.b/lost", "a.b/lost.svg" },
    { "lost.old.md", "lost.old.svg" }, { ".md", ".md.svg" }, { "a/.md", "a/.md.svg" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = lab_report_get_picture_path (cases[i].report);

      g_assert_cmpstr (path, ==, cases[i].picture);
    }
}

static void
test_machine (void)
{
  g_autoptr(LabMachine) here = lab_machine_new ();
  g_autoptr(GDateTime) then = g_date_time_new_from_iso8601 (here->date, NULL);

  g_assert_cmpuint (here->n_processors, >, 0);
  g_assert_true (*here->processor != '\0' && strchr (here->processor, '\n') == NULL);
  haul_test_assert_contains (here->kernel, "Linux ");
  haul_test_assert_contains (here->versions, "GLib 2.");
  g_assert_nonnull (then);
}

static void
test_numbers (void)
{
  static const struct { double value; const char *text; } cases[] = {
    { 0, "0" }, { 12, "12" }, { 1234567, "1,234,567" }, { 1234.5, "1,235" }, { 99.96, "100" }, { 99.94, "99.9" }, { 12.34, "12.3" },
    { 1.239, "1.24" }, { -1.5, "-1.50" }, { 0.1234, "0.123" }, { 0.00012, "0.0001" }, { NAN, "–" }, { INFINITY, "–" },
  };
  const LabMeasure plain = { "key", "Title", NULL, 0 }, timed = { "key", "Title", "ms", 0 };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = lab_measure_format (&plain, cases[i].value);
      g_autofree char *number = lab_measure_format_number (&timed, cases[i].value);
      g_autofree char *with_unit = lab_measure_format (&timed, cases[i].value);

      g_assert_cmpstr (text, ==, cases[i].text);
      g_assert_cmpstr (number, ==, cases[i].text);
      g_assert_cmpint (g_str_has_suffix (with_unit, "\u202fms"), ==, isfinite (cases[i].value) != 0);
    }
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);
  g_setenv ("HAUL_LAB_WORKER", g_getenv ("HAUL_LAB_TEST_WORKER"), TRUE);

  g_test_add_func ("/lab/report/markdown", test_markdown);
  g_test_add_func ("/lab/report/markdown-why-not", test_markdown_why_not);
  g_test_add_func ("/lab/report/markdown-failed", test_markdown_failed);
  g_test_add_func ("/lab/report/question", test_question);
  g_test_add_func ("/lab/report/json", test_json);
  g_test_add_func ("/lab/report/json-failed", test_json_failed);
  g_test_add_func ("/lab/report/svg", test_svg);
  g_test_add_func ("/lab/report/picture-path", test_picture_path);
  g_test_add_func ("/lab/report/machine", test_machine);
  g_test_add_func ("/lab/report/numbers", test_numbers);

  return g_test_run ();
}
