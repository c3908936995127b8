/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <signal.h>
#include <string.h>

#include "cli-run.h"
#include "haul-test.h"

/* `haul run --executor pool` of a task that divides itself, and tasks that are only parts. */

static const char *
text_of (JsonObject *object,
         const char *member)
{
  return json_object_get_string_member_with_default (object, member, "");
}

/* What is told of one part: its states, in order; "waiting running done ". */
static char *
states_of_part (GPtrArray  *objects,
                gint64      number,
                const char *title)
{
  GString *states = g_string_new (NULL);

  for (guint i = 0; i < objects->len; i++)
    {
      JsonObject *object = g_ptr_array_index (objects, i);

      if (!g_str_equal (text_of (object, "event"), "part") || json_object_get_int_member (object, "part") != number)
        continue;

      g_string_append_printf (states, "%s ", text_of (object, "state"));
      g_assert_cmpint (json_object_get_int_member (object, "job"), ==, 1);
      g_assert_true (json_object_has_member (object, "time"));
      g_assert_cmpstr (text_of (object, "title"), ==, title);
      if (g_str_equal (text_of (object, "state"), "running") || g_str_equal (text_of (object, "state"), "done"))
        g_assert_cmpint (json_object_get_int_member (object, "pid"), >, 1);
      else if (g_str_equal (text_of (object, "state"), "waiting"))
        g_assert_true (json_object_get_null_member (object, "pid"));
    }
  return g_string_free (states, FALSE);
}

static void
assert_part (GPtrArray  *objects,
             gint64      number,
             const char *title,
             const char *expected)
{
  g_autofree char *states = states_of_part (objects, number, title);

  g_assert_cmpstr (states, ==, expected);
}

/* Times do not go back, and the last object says how it ended, after all that its parts did. */
static JsonObject *
check_order (GPtrArray *objects)
{
  double before = 0;

  g_assert_cmpuint (objects->len, >, 0);
  g_assert_cmpstr (text_of (g_ptr_array_index (objects, 0), "state"), ==, "queued");
  for (guint i = 0; i < objects->len; i++)
    {
      double time = json_object_get_double_member (g_ptr_array_index (objects, i), "time");

      g_assert_cmpfloat (time, >=, before);
      before = time;
    }
  return g_ptr_array_index (objects, objects->len - 1);
}

static void
test_json (void)
{
  g_autoptr(CliRun) run = cli_run ("run", "sum", "--parts=4", "--executor=pool", "--workers=2", "--json", NULL);
  g_autoptr(GPtrArray) objects = cli_run_parse_json (run);
  JsonObject *last = check_order (objects);

  cli_run_assert_status (run, 0);
  g_assert_cmpstr (run->err->str, ==, "");
  g_assert_cmpstr (text_of (last, "text"), ==, "500500");
  for (guint i = 0; i < 4; i++)
    {
      g_autofree char *title = g_strdup_printf ("Range %u", i);

      assert_part (objects, i, title, "waiting running done ");
    }
  assert_part (objects, 4, "Add", "waiting running done ");
  assert_part (objects, 5, "", "");
}

/* One that is not divided has one part, and a run without a pool none. */
static void
test_whole (void)
{
  g_autoptr(CliRun) whole = cli_run ("run", "sum", "--parts=0", "--executor=pool", "--workers=2", "--json", NULL);
  g_autoptr(CliRun) process = cli_run ("run", "sum", "--json", NULL);
  g_autoptr(GPtrArray) objects = cli_run_parse_json (whole);
  g_autoptr(GPtrArray) others = cli_run_parse_json (process);

  cli_run_assert_status (whole, 0);
  g_assert_cmpstr (text_of (check_order (objects), "text"), ==, "500500");
  assert_part (objects, 0, "sum", "waiting running done ");
  assert_part (objects, 1, "", "");
  cli_run_assert_status (process, 0);
  assert_part (others, 0, "", "");
}

static void
test_failed (void)
{
  g_autoptr(CliRun) run = cli_run ("run", "sum", "--parts=2", "--mode=fail", "--odd=1", "--executor=pool",
                                   "--workers=1", "--json", NULL);
  g_autoptr(GPtrArray) objects = cli_run_parse_json (run);
  JsonObject *last = check_order (objects);

  cli_run_assert_status (run, 1);
  assert_part (objects, 0, "Range 0", "waiting running done ");
  assert_part (objects, 1, "Range 1", "waiting running failed ");
  assert_part (objects, 2, "Add", "waiting cancelled ");
  g_assert_cmpstr (text_of (last, "message"), ==, "Range 1: it does not work");
}

/* Nobody reads any more: it ends, and its parts with it. */
static void
test_no_reader (void)
{
  g_autoptr(CliRun) run = cli_run_shell ("{ \"$HAUL\" run sum --seconds 30 --executor pool --workers 2 --json; "
                                         "echo status $? >&2; } | head -c 1");

  cli_run_join (run);
  g_assert_cmpstr (run->out->str, ==, "{");
  g_assert_cmpstr (run->err->str, ==, "status 141\n");
}

/* The pids of the parts that run, once there are two. */
typedef struct
{
  CliRun *run;
  int     pids[2];
} Pair;

static gboolean
pair_runs (gpointer data)
{
  Pair *pair = data;
  g_auto(GStrv) lines = g_strsplit (pair->run->out->str, "\n", -1);
  guint n = 0;

  for (guint i = 0; lines[i] != NULL && lines[i + 1] != NULL && n < 2; i++)
    {
      const char *pid = strstr (lines[i], "\"state\":\"running\",\"pid\":");

      if (pid != NULL && strstr (lines[i], "\"event\":\"part\"") != NULL)
        pair->pids[n++] = atoi (pid + strlen ("\"state\":\"running\",\"pid\":"));
    }
  return n == 2;
}

static CliRun *
start_pair (Pair       *pair,
            const char *seconds)
{
  CliRun *run = cli_run_start ("run", "sum", "--parts=2", "--seconds", seconds, "--executor=pool", "--workers=2",
                               "--json", NULL);

  *pair = (Pair) { run, { 0 } };
  haul_test_run_until (pair_runs, pair, HAUL_TEST_SOON_MS);
  g_assert_cmpint (pair->pids[0], !=, pair->pids[1]);
  return run;
}

static gboolean
is_stopped (gpointer pid)
{
  return haul_test_process_state (GPOINTER_TO_INT (pid)) == 'T';
}

static gboolean
is_not_stopped (gpointer pid)
{
  return haul_test_process_state (GPOINTER_TO_INT (pid)) != 'T';
}

static void
test_cancel (gconstpointer data)
{
  Pair pair;
  g_autoptr(CliRun) run = start_pair (&pair, "30");

  cli_run_signal (run, GPOINTER_TO_INT (data));
  cli_run_join (run);
  cli_run_assert_status (run, 130);
  haul_test_assert_contains (run->out->str, "\"verdict\":\"cancelled\"");
  haul_test_assert_contains (run->out->str, "\"title\":\"Add\",\"state\":\"cancelled\",\"pid\":null");
  for (guint i = 0; i < 2; i++)
    haul_test_poll_until (haul_test_process_gone, GINT_TO_POINTER (pair.pids[i]), HAUL_TEST_SOON_MS);
}

/* Both workers stop with it, before it does, and both go on. */
static void
test_stop (void)
{
  Pair pair;
  g_autoptr(CliRun) run = start_pair (&pair, "8");

  cli_run_signal (run, SIGTSTP);
  haul_test_poll_until (is_stopped, GINT_TO_POINTER (run->pid), HAUL_TEST_SOON_MS);
  for (guint i = 0; i < 2; i++)
    haul_test_poll_until (is_stopped, GINT_TO_POINTER (pair.pids[i]), HAUL_TEST_SOON_MS);

  cli_run_signal (run, SIGCONT);
  for (guint i = 0; i < 2; i++)
    haul_test_poll_until (is_not_stopped, GINT_TO_POINTER (pair.pids[i]), HAUL_TEST_SOON_MS);
  cli_run_join (run);
  cli_run_assert_status (run, 0);
  haul_test_assert_contains (run->out->str, "\"text\":\"500500\"");
}

static void
test_terminal (void)
{
  g_autoptr(CliRun) run = cli_run_start_on_terminal (200, "run", "sum", "--parts=3", "--seconds=30", "--executor=pool",
                                                     "--workers=2", NULL);

  cli_run_wait_for (run, run->err, "0 of 4 parts done, 2 running");
  cli_run_type (run, "\003");
  cli_run_join (run);
  cli_run_assert_status (run, 130);
  g_assert_cmpstr (run->out->str, ==, "");
}

/* Nobody is shown what is only a part of other tasks; who names it is told. */
static void
test_hidden (void)
{
  g_autoptr(CliRun) list = cli_run ("tasks", NULL);
  g_autoptr(CliRun) json = cli_run ("tasks", "--json", NULL);
  g_autoptr(CliRun) one = cli_run ("tasks", "range", NULL);
  g_autoptr(CliRun) run = cli_run ("run", "range", "--from=1", NULL);
  g_autoptr(CliRun) map = cli_run ("map", "range", "--over", "from=1..3", NULL);
  g_autoptr(CliRun) verb = cli_run ("range", NULL);
  g_autoptr(CliRun) other = cli_run ("run", "rang", NULL);
  g_autoptr(CliRun) complete = cli_run_shell ("bash -c 'haul () { \"$HAUL\" \"$@\"; }; . \"$HAUL_TEST_COMPLETION\"; "
                                              "COMP_WORDS=(haul run su); COMP_CWORD=2; _haul; echo \"${COMPREPLY[*]}\"; "
                                              "COMP_WORDS=(haul run rang); COMP_CWORD=2; _haul; echo \"${COMPREPLY[*]}\"'");

  cli_run_assert_status (list, 0);
  haul_test_assert_contains (list->out->str, "\nsum ");
  g_assert_null (strstr (list->out->str, "\nrange "));
  g_assert_null (strstr (list->out->str, "\nadd "));
  haul_test_assert_contains (json->out->str, "\"id\":\"sum\"");
  g_assert_null (strstr (json->out->str, "\"id\":\"range\""));
  cli_run_assert_refused (one, 2, "‘range’ is only a part of other tasks");
  cli_run_assert_refused (run, 2, "‘range’ is only a part of other tasks, and is not run by itself");
  cli_run_assert_refused (map, 2, "‘range’ is only a part of other tasks");
  cli_run_assert_refused (verb, 2, "unknown verb ‘range’");
  cli_run_assert_refused (other, 2, "there is no task ‘rang’");
  g_assert_null (strstr (other->err->str, "‘range’"));
  cli_run_join (complete);
  g_assert_cmpstr (complete->out->str, ==, "sum\n\n");
}

int
main (int    argc,
      char **argv)
{
  g_setenv ("TERM", "xterm-256color", TRUE);
  g_setenv ("HAUL_TEST_HAUL", g_getenv ("HAUL_TEST_CLI_HAUL"), TRUE);
  g_setenv ("HAUL_TEST_WORKER", g_getenv ("HAUL_TEST_CHILD"), TRUE);
  haul_test_init (&argc, &argv);

  g_test_add_func ("/cli/parts/json", test_json);
  g_test_add_func ("/cli/parts/whole", test_whole);
  g_test_add_func ("/cli/parts/failed", test_failed);
  g_test_add_func ("/cli/parts/no-reader", test_no_reader);
  g_test_add_data_func ("/cli/parts/cancel/int", GINT_TO_POINTER (SIGINT), test_cancel);
  g_test_add_data_func ("/cli/parts/cancel/hup", GINT_TO_POINTER (SIGHUP), test_cancel);
  g_test_add_func ("/cli/parts/stop", test_stop);
  g_test_add_func ("/cli/parts/terminal", test_terminal);
  g_test_add_func ("/cli/parts/hidden", test_hidden);

  return g_test_run ();
}
