/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "cli-run.h"
#include "haul-cli-lab-options.h"
#include "haul-cli-lab-picture.h"
#include "haul-test.h"

/* What `haul lab` says and writes; what it finds is for the tests of the experiments. */

static char *folder;

static char *
in_folder (const char *name)
{
  return g_build_filename (folder, name, NULL);
}

static char *
read_file (const char *path)
{
  g_autoptr(GError) error = NULL;
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}

static void
test_list (void)
{
  g_autoptr(CliRun) list = cli_run ("lab", NULL);
  g_autoptr(CliRun) json = cli_run ("lab", "--json", NULL);
  g_autoptr(GPtrArray) objects = cli_run_parse_json (json);
  guint n = 0;

  cli_run_assert_status (list, 0);
  g_assert_cmpstr (list->err->str, ==, "");
  for (const LabExperiment * const *experiment = lab_experiments; *experiment != NULL; experiment++, n++)
    {
      g_autofree char *line = g_strdup_printf ("\n  %s ", lab_experiment_get_id (*experiment));

      haul_test_assert_contains (list->out->str, line);
      g_assert_cmpstr (json_object_get_string_member (objects->pdata[n], "id"), ==, lab_experiment_get_id (*experiment));
      g_assert_cmpint (json_object_get_int_member (objects->pdata[n], "seconds"), <=, 15);
    }
  g_assert_cmpuint (objects->len, ==, n);
}

static void
test_text (void)
{
  g_autoptr(CliRun) run = cli_run ("lab", "lost-updates", "--threads", "2", "--increments=100_000", "--predict", "more", NULL);

  cli_run_assert_status (run, 0);
  g_assert_cmpstr (run->err->str, ==, "");
  haul_test_assert_contains (run->out->str, "You said:  More: some count twice\n");
  haul_test_assert_contains (run->out->str, "\nA mutex         200,000 ");
  haul_test_assert_contains (run->out->str, "More: man 3 pthread_mutex_lock\n");
}

static void
test_repeat (void)
{
  g_autoptr(CliRun) run = cli_run ("lab", "lost-updates", "--increments", "1000", "--repeat", "3", NULL);

  cli_run_assert_status (run, 0);
  haul_test_assert_contains (run->out->str, "Median of 3 runs, with the least and the greatest:\n");
}

static JsonObject *
get_numbers (JsonObject *report,
             guint       item,
             const char *key)
{
  JsonObject *found = json_array_get_object_element (json_object_get_array_member (report, "items"), item);

  return json_object_get_object_member (json_object_get_object_member (found, "numbers"), key);
}

static void
test_json (void)
{
  g_autoptr(CliRun) run = cli_run ("lab", "lost-updates", "--increments", "1000", "--repeat", "2", "--json", NULL);
  g_autoptr(GPtrArray) objects = cli_run_parse_json (run);
  JsonObject *report, *total;

  cli_run_assert_status (run, 0);
  g_assert_cmpuint (objects->len, ==, 1);
  report = objects->pdata[0];
  total = get_numbers (report, 1, "total");
  g_assert_cmpstr (json_object_get_string_member (report, "experiment"), ==, "lost-updates");
  g_assert_cmpint (json_object_get_int_member (report, "runs"), ==, 2);
  g_assert_cmpfloat (json_object_get_double_member (total, "median"), ==, 4000);
  g_assert_cmpint (json_object_get_int_member (total, "runs"), ==, 2);
}

static void
test_report (void)
{
  g_autofree char *markdown = in_folder ("a report.md"), *picture = in_folder ("a report.svg"), *json = in_folder ("r.json");
  g_autoptr(CliRun) run = cli_run ("lab", "lost-updates", "--increments", "1000", "--report", markdown, NULL);
  g_autoptr(CliRun) again = cli_run ("lab", "lost-updates", "--increments", "1000", "--report", markdown, NULL);
  g_autoptr(CliRun) forced = cli_run ("lab", "lost-updates", "--increments", "2000", "--report", markdown, "--force", NULL);
  g_autoptr(CliRun) other = cli_run ("lab", "lost-updates", "--increments", "1000", "--report", json, NULL);
  g_autofree char *text = NULL, *svg = NULL;
  g_autoptr(JsonParser) parser = json_parser_new ();

  cli_run_assert_status (run, 0);
  cli_run_assert_refused (again, 2, "a report.md");
  cli_run_assert_status (forced, 0);
  cli_run_assert_status (other, 0);

  text = read_file (markdown);
  svg = read_file (picture);
  g_assert_true (g_str_has_prefix (text, "# Lost Updates\n"));
  haul_test_assert_contains (text, "](a%20report.svg)");
  haul_test_assert_contains (text, "- **Additions:** 2,000 additions");
  haul_test_assert_contains (svg, "<svg");
  g_assert_true (json_parser_load_from_file (parser, json, NULL));
}

static void
write_lesson (const char *path,
              const char *text)
{
  g_autoptr(GError) error = NULL;

  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
}

static void
test_lesson (void)
{
  g_autofree char *path = in_folder ("lesson.json"), *bad = in_folder ("bad.json");
  g_autoptr(CliRun) run = NULL, over = NULL, broken = NULL, two = NULL, missing = NULL;

  write_lesson (path, "{ \"experiment\": \"lost-updates\", \"title\": \"A Title\", \"question\": \"Is it so?\","
                " \"parameters\": { \"threads\": 2, \"increments\": 5000 }, \"hints\": [ \"Think.\" ] }");
  write_lesson (bad, "{ \"experiment\": \"lost-updates\", \"parameters\": { \"thread\": 2 } }");

  run = cli_run ("lab", "--lesson", path, NULL);
  cli_run_assert_status (run, 0);
  g_assert_true (g_str_has_prefix (run->out->str, "A Title\n\nIs it so?\n\nHint: Think.\n"));
  haul_test_assert_contains (run->out->str, " 10,000 ");

  over = cli_run ("lab", "--lesson", path, "--increments", "3000", NULL);
  cli_run_assert_status (over, 0);
  haul_test_assert_contains (over->out->str, " 6,000 ");

  broken = cli_run ("lab", "--lesson", bad, NULL);
  cli_run_assert_refused (broken, 2, "lost-updates has no parameter “thread”; it has: threads, increments");
  two = cli_run ("lab", "--lesson", path, "lost-updates", NULL);
  cli_run_assert_refused (two, 2, "leave out ‘lost-updates’");
  missing = cli_run ("lab", "--lesson", "/nowhere.json", NULL);
  cli_run_assert_refused (missing, 2, "/nowhere.json");
}

static void
test_outcomes (void)
{
  g_autoptr(CliRun) run = cli_run ("lab", "lost-updates", "--threads", "1", "--outcomes", "--repeat", "3", NULL);
  g_autoptr(CliRun) json = cli_run ("lab", "lost-updates", "--threads", "1", "--outcomes", "--repeat", "3", "--json", NULL);
  g_autoptr(GPtrArray) objects = cli_run_parse_json (json);

  cli_run_assert_status (run, 0);
  g_assert_true (g_str_has_prefix (run->out->str, "lost-updates  3 of 3 not to be said; the longest took "));
  haul_test_assert_contains (run->out->str, "No two threads met");
  cli_run_assert_status (json, 0);
  g_assert_cmpuint (objects->len, ==, 1);
  g_assert_cmpint (json_object_get_int_member (objects->pdata[0], "runs"), ==, 3);
  g_assert_cmpint (json_object_get_int_member (objects->pdata[0], "unsaid"), ==, 3);
  g_assert_cmpint (json_object_get_int_member (objects->pdata[0], "failed"), ==, 0);
}

static void
test_refused (void)
{
  static const struct { const char *words[6]; const char *message; } cases[] = {
    { { "lost-update" }, "there is no experiment ‘lost-update’; did you mean ‘lost-updates’?" },
    { { "something" }, "there is no experiment ‘something’; ‘haul lab’ lists them" },
    { { "lost-updates", "two-locks" }, "‘two-locks’ is one word too many" },
    { { "lost-updates", "--thread", "2" }, "unknown option ‘--thread’; did you mean ‘--threads’?" },
    { { "lost-updates", "--threads", "9" }, "--threads: ‘9’ is not a whole number from 1 to 8" },
    { { "lost-updates", "--threads" }, "--threads: a value is missing" },
    { { "lost-updates", "--threads", "\xff" }, "--threads: the value is not valid UTF-8" },
    { { "lost-updates", "--predict", "lest" }, "--predict: ‘lest’ is not one of exact, less, more" },
    { { "lost-updates", "--repeat", "0" }, "--repeat: ‘0’ is not a whole number from 1 to 100" },
    { { "lost-updates", "--repeat", "101" }, "--repeat: ‘101’ is not a whole number from 1 to 100" },
    { { "lost-updates", "--report", "report.txt" }, "‘report.txt’ does not" },
    { { "lost-updates", "--report", "/nowhere/r.md" }, "/nowhere" },
    { { "lost-updates", "--json=yes" }, "--json takes no value" },
    { { "lost-updates", "--force" }, "--force goes with --report FILE" },
    { { "lost-updates", "--outcomes", "--report", "r.md" }, "--outcomes has no report" },
    { { "--predict", "less" }, "--predict goes with the name of an experiment" },
    { { "--repeat", "2" }, "--repeat goes with the name of an experiment, or with --outcomes" },
    { { "--threads", "2" }, "parameters go after the name of the experiment" },
    { { "-x" }, "‘-x’ is not an option" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const char * const *words = cases[i].words;
      g_autoptr(CliRun) run = cli_run ("lab", words[0], words[1], words[2], words[3], NULL);

      cli_run_assert_refused (run, 2, cases[i].message);
    }
}

static void
test_help (void)
{
  g_autoptr(CliRun) help = cli_run ("help", "lab", NULL);
  g_autoptr(CliRun) same = cli_run ("lab", "--help", NULL);
  g_autoptr(CliRun) one = cli_run ("lab", "lost-updates", "--help", NULL);
  g_autofree char *page = read_file (g_getenv ("HAUL_TEST_MANUAL"));

  g_assert_cmpstr (help->out->str, ==, same->out->str);
  haul_test_assert_contains (one->out->str, "  --threads N\n");
  haul_test_assert_contains (one->out->str, "\nWhat may be predicted:\n  exact  Exactly as many as were added\n");

  for (const HaulCliLabOption *option = haul_cli_lab_options_list (); option->name != NULL; option++)
    {
      g_autofree char *in_help = g_strdup_printf ("\n  --%s ", option->name), *in_page = g_strconcat ("\\-\\-", option->name, NULL);

      haul_test_assert_contains (help->out->str, in_help);
      haul_test_assert_contains (one->out->str, in_help);
      haul_test_assert_contains (page, in_page);
    }
}

static void
test_no_helper (void)
{
  g_autoptr(CliRun) run = NULL, json = NULL;
  g_autofree char *path = in_folder ("none.md");
  g_autoptr(GPtrArray) objects = NULL;

  cli_run_set_env ("HAUL_LAB_WORKER=/nowhere/haul-lab-worker");
  run = cli_run ("lab", "lost-updates", "--report", path, NULL);
  json = cli_run ("lab", "lost-updates", "--json", NULL);
  cli_run_set_env (NULL);

  cli_run_assert_refused (run, 1, "say in HAUL_LAB_WORKER where it is");
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  cli_run_assert_status (json, 1);
  objects = cli_run_parse_json (json);
  g_assert_true (json_object_get_boolean_member (objects->pdata[0], "failed"));
}

/* Long enough to be interrupted, and all of it ends with the program. */
static void
test_interrupted (void)
{
  static const int signals[] = { SIGINT, SIGTERM, SIGHUP };

  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    {
      g_autofree char *mark = g_strdup_printf ("HAUL_TEST_LAB_MARK=%d.%u", (int) getpid (), i);
      g_autofree char *path = in_folder ("interrupted.md");
      g_autoptr(CliRun) run = NULL;

      cli_run_set_env (mark);
      run = cli_run_start ("lab", "lost-updates", "--threads", "8", "--increments", "5_000_000", "--repeat", "100",
                           "--report", path, NULL);
      cli_run_set_env (NULL);
      /* The program, and its helper. */
      while (haul_test_count_marked (mark, 0) < 2)
        {
          haul_test_keep_alive ();
          g_assert_false (run->exited);
          g_main_context_iteration (NULL, FALSE);
        }
      cli_run_signal (run, signals[i]);
      cli_run_join (run);
      if (run->status == 0)
        g_error ("it was done before signal %d came", signals[i]);
      g_assert_cmpint (run->status, ==, 130);
      haul_test_assert_contains (run->err->str, "lost-updates: canceled");
      g_assert_cmpuint (haul_test_count_marked (mark, 0), ==, 0);
    }
}

static void
test_closed (void)
{
  g_autoptr(CliRun) run = cli_run_shell ("\"$HAUL\" lab lost-updates --increments 1000 >&-");

  cli_run_join (run);
  cli_run_assert_refused (run, 2, "standard output is closed");
}

static void
test_plain (void)
{
  g_autoptr(CliRun) run = NULL;

  cli_run_set_env ("LC_ALL=C");
  run = cli_run ("lab", "lost-updates", "--increments", "1000", NULL);
  cli_run_set_env (NULL);
  cli_run_assert_status (run, 0);
  for (const char *p = run->out->str; *p != '\0'; p++)
    g_assert_true (g_ascii_isprint (*p) || *p == '\n');
}

static void
assert_completes (const char *words,
                  const char *expected)
{
  g_autofree char *command =
    g_strdup_printf ("bash -c 'compopt () { :; }; haul () { \"$HAUL\" \"$@\"; }; . \"$HAUL_TEST_COMPLETION\"; COMP_WORDS=(%s); "
                     "COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _haul; echo \"${COMPREPLY[*]}\"'", words);
  g_autoptr(CliRun) run = cli_run_shell (command);

  cli_run_join (run);
  cli_run_assert_status (run, 0);
  g_strchomp (run->out->str);
  g_assert_cmpstr (run->out->str, ==, expected);
}

static void
test_completion (void)
{
  assert_completes ("haul la", "lab");
  assert_completes ("haul help la", "lab");
  assert_completes ("haul lab lost", "lost-updates");
  assert_completes ("haul lab --outc", "--outcomes");
  assert_completes ("haul lab lost-updates --thr", "--threads");
  assert_completes ("haul lab lost-updates --predict le", "less");
  assert_completes ("haul lab lost-updates --repeat 1", "");
}

/* --- Pictures ------------------------------------------------------------- */

static void
take (LabFindings *findings,
      const char  *lines)
{
  g_autoptr(GError) error = NULL;

  lab_findings_begin_run (findings);
  (void) lab_findings_take (findings, lines, strlen (lines), &error);
  g_assert_no_error (error);
}

static const LabMeasure measures[] = { { "time", "Time", "ms", 0 }, { NULL } };
static const LabExperiment bars = { .measures = measures, .picture = LAB_PICTURE_BARS, .pictured = "time" };
static const LabExperiment lanes = { .measures = measures, .picture = LAB_PICTURE_LANES };

static void
test_bars (void)
{
  g_autoptr(LabFindings) findings = lab_findings_new ();
  g_autofree char *nothing = haul_cli_lab_picture (&bars, findings, 40, FALSE);
  g_autofree char *fine = NULL, *plain = NULL;

  g_assert_cmpstr (nothing, ==, "");
  take (findings, "number\ttime\ta\t20\nnumber\ttime\tlong\t10\nnumber\ttime\tnone\t0\nnumber\ttime\tbit\t0.001\n");
  fine = haul_cli_lab_picture (&bars, findings, 26, FALSE);
  plain = haul_cli_lab_picture (&bars, findings, 26, TRUE);
  g_assert_cmpstr (fine, ==,
                   "      Time (ms)\n"
                   "a     ██████████ 20\u202fms\n"
                   "long  █████ 10\u202fms\n"
                   "none   0\u202fms\n"
                   "bit   ▏ 0.001\u202fms\n");
  g_assert_cmpstr (plain, ==,
                   "      Time (ms)\n"
                   "a     ########## 20\u202fms\n"
                   "long  ##### 10\u202fms\n"
                   "none   0\u202fms\n"
                   "bit   # 0.001\u202fms\n");
}

static void
test_lanes (void)
{
  g_autoptr(LabFindings) findings = lab_findings_new ();
  g_autofree char *fine = NULL, *plain = NULL;

  take (findings, "start\t1\nspan\tparent\t1\t0\nend\tparent\t1\nspan\tchild 1\t0\t0.2\nspan\tchild 1\t2\t0.4\n"
        "mark\tchild 1\t0\t0.6\tSIGTERM\nspan\tchild 1\t4\t0.8\nend\tchild 1\t1\n");
  fine = haul_cli_lab_picture (&lanes, findings, 19, FALSE);
  plain = haul_cli_lab_picture (&lanes, findings, 19, TRUE);
  g_assert_true (g_str_has_prefix (fine, "Parent   ▓▓▓▓▓▓▓▓▓▓\nChild 1    ··░░✕░──\n"));
  g_assert_true (g_str_has_prefix (plain, "Parent   ##########\nChild 1    ..--x-zz\n"));
  haul_test_assert_contains (plain, ". starting   # working   - waiting   z exited, not joined   x signal");
}

/* However many there are, and however long their names. */
static void
test_many_lanes (void)
{
  g_autoptr(LabFindings) findings = lab_findings_new ();
  g_autoptr(GString) lines = g_string_new ("start\t1\n");
  g_autofree char *name = g_strnfill (100, 'n');
  g_autofree char *picture = NULL;

  for (guint i = 0; i < 1000; i++)
    g_string_append_printf (lines, "span\t%s %u\t1\t0.5\n", name, i);
  take (findings, lines->str);
  picture = haul_cli_lab_picture (&lanes, findings, 60, TRUE);
  haul_test_assert_contains (picture, "\n960 more are not shown\n");
}

static void
remove_folder (void)
{
  g_autoptr(GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name = NULL;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = in_folder (name);

      g_assert_cmpint (g_unlink (path), ==, 0);
    }
  g_assert_cmpint (g_rmdir (folder), ==, 0);
  g_free (folder);
}

int
main (int    argc,
      char **argv)
{
  int status = 0;

  haul_test_init (&argc, &argv);
  folder = g_dir_make_tmp ("haul-lab-XXXXXX", NULL);
  g_assert_nonnull (folder);

  g_test_add_func ("/cli/lab/list", test_list);
  g_test_add_func ("/cli/lab/text", test_text);
  g_test_add_func ("/cli/lab/repeat", test_repeat);
  g_test_add_func ("/cli/lab/json", test_json);
  g_test_add_func ("/cli/lab/report", test_report);
  g_test_add_func ("/cli/lab/lesson", test_lesson);
  g_test_add_func ("/cli/lab/outcomes", test_outcomes);
  g_test_add_func ("/cli/lab/refused", test_refused);
  g_test_add_func ("/cli/lab/help", test_help);
  g_test_add_func ("/cli/lab/no-helper", test_no_helper);
  g_test_add_func ("/cli/lab/interrupted", test_interrupted);
  g_test_add_func ("/cli/lab/closed", test_closed);
  g_test_add_func ("/cli/lab/plain", test_plain);
  g_test_add_func ("/cli/lab/completion", test_completion);
  g_test_add_func ("/cli/lab/picture/bars", test_bars);
  g_test_add_func ("/cli/lab/picture/lanes", test_lanes);
  g_test_add_func ("/cli/lab/picture/many-lanes", test_many_lanes);

  status = g_test_run ();
  remove_folder ();
  return status;
}
