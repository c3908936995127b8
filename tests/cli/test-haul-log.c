/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <string.h>

#include "cli-run.h"
#include "haul-test.h"

/* What --log-level prints. The worker of these tests logs at each level. */

#define SAID "\\[%s/%s-[0-9]+\\] %s\n"

static CliRun *
chat (const char *command)
{
  CliRun *run;

  cli_run_set_env (g_getenv ("HAUL_TEST_CLI_WORKER_ENV"));
  run = cli_run_shell (command);
  cli_run_set_env (NULL);
  cli_run_join (run);
  cli_run_assert_status (run, 0);
  return run;
}

static gboolean
says (CliRun     *run,
      const char *level,
      const char *process,
      const char *text)
{
  g_autofree char *pattern = g_strdup_printf ("^" SAID, level, process, text);

  return g_regex_match_simple (pattern, run->err->str, G_REGEX_MULTILINE, 0);
}

static void
test_levels (void)
{
  static const char * const levels[] = { "debug", "info", "warning" };

  for (guint i = 0; i < G_N_ELEMENTS (levels); i++)
    {
      g_autofree char *command = g_strdup_printf ("exec \"$HAUL\" run sleep --seconds 0.5 --log-level=%s", levels[i]);
      g_autoptr(CliRun) run = chat (command);

      g_assert_cmpstr (run->out->str, ==, "text\n");
      g_assert_true (says (run, "DEBUG", "Worker", "running the task “sleep”") == (i == 0));
      g_assert_true (says (run, "DEBUG", "Worker", "a debug line") == (i == 0));
      g_assert_true (says (run, "INFO", "Worker", "started, process [0-9]+") == (i <= 1));
      g_assert_true (says (run, "INFO", "Worker", "an info line") == (i <= 1));
      g_assert_true (says (run, "INFO", "Worker", "exiting with exit code 0") == (i <= 1));
      g_assert_true (says (run, "WARNING", "Worker", "a warning line"));
      g_assert_true (says (run, "OUTPUT", "Worker", "an output line"));
      g_assert_null (strstr (run->err->str, "sleep: an info line"));
      g_assert_null (strstr (run->err->str, "\033"));
    }
}

static void
test_pool (void)
{
  g_autoptr(CliRun) run = chat ("exec \"$HAUL\" run sleep --seconds 0.5 --executor pool --log-level info");

  g_assert_true (says (run, "INFO", "PoolWorker", "started, process [0-9]+"));
  g_assert_true (says (run, "INFO", "PoolWorker", "an info line"));
  g_assert_false (says (run, "DEBUG", "PoolWorker", "a debug line"));
}

static void
test_map (void)
{
  g_autoptr(CliRun) run = chat ("exec \"$HAUL\" map sleep --over seconds=0.4,0.5 --workers 1 --log-level info");
  g_autoptr(CliRun) silent = chat ("exec \"$HAUL\" map sleep --over seconds=0.4,0.5 --workers 1");
  g_autoptr(CliRun) quiet = chat ("exec \"$HAUL\" map sleep --over seconds=0.4,0.5 --workers 1 --log-level info --quiet");

  g_assert_cmpstr (run->out->str, ==, "text\ntext\n");
  g_assert_true (says (run, "INFO", "PoolWorker", "started, process [0-9]+"));
  g_assert_true (says (run, "INFO", "PoolWorker", "an info line"));
  g_assert_true (says (run, "WARNING", "PoolWorker", "a warning line"));
  g_assert_true (says (run, "OUTPUT", "PoolWorker", "an output line"));
  g_assert_false (says (run, "DEBUG", "PoolWorker", "a debug line"));
  g_assert_true (says (run, "INFO", "PoolWorker", "exiting with exit code 0"));

  g_assert_null (strstr (silent->err->str, "line"));
  g_assert_cmpstr (quiet->err->str, ==, "");
}

static guint
count_logs (CliRun     *run,
            const char *process)
{
  g_autoptr(GPtrArray) objects = cli_run_parse_json (run);
  guint n = 0;

  for (guint i = 0; i < objects->len; i++)
    {
      JsonObject *object = g_ptr_array_index (objects, i);

      if (strcmp (json_object_get_string_member (object, "event"), "log") != 0)
        continue;
      n++;
      g_assert_true (g_str_has_prefix (json_object_get_string_member (object, "process"), process));
      g_assert_cmpint (json_object_get_int_member (object, "pid"), >, 1);
      g_assert_true (json_object_has_member (object, "domain"));
      g_assert_nonnull (json_object_get_string_member (object, "level"));
      g_assert_nonnull (json_object_get_string_member (object, "text"));
    }
  g_assert_cmpstr (run->err->str, ==, "");
  return n;
}

static void
test_json (void)
{
  g_autoptr(CliRun) bare = chat ("exec \"$HAUL\" run sleep --seconds 0.5 --json");
  g_autoptr(CliRun) run = chat ("exec \"$HAUL\" run sleep --seconds 0.5 --json --log-level debug");
  g_autoptr(CliRun) map = chat ("exec \"$HAUL\" map sleep --over seconds=0.4,0.5 --workers 1 --json --log-level warning");

  g_assert_cmpuint (count_logs (bare, "Worker-1"), ==, 5);
  g_assert_cmpuint (count_logs (run, "Worker-1"), ==, 8);
  g_assert_cmpuint (count_logs (map, "PoolWorker-"), ==, 4);
}

/* The line of progress and the lines of the log do not get into each other's way. */
static void
test_terminal (void)
{
  g_autoptr(CliRun) run = NULL;

  cli_run_set_env (g_getenv ("HAUL_TEST_CLI_WORKER_ENV"));
  run = cli_run_start_on_terminal (80, "run", "sleep", "--seconds", "0.5", "--log-level=warning", NULL);
  cli_run_set_env (NULL);
  cli_run_join (run);
  cli_run_assert_status (run, 0);
  haul_test_assert_contains (run->err->str, "[WARNING/Worker-1] a warning line\r\n");
  g_assert_null (strstr (run->err->str, "an info line"));
}

static void
test_refused (void)
{
  g_autoptr(CliRun) run = cli_run ("run", "sleep", "--log-level", "loud", NULL);

  cli_run_assert_refused (run, 2, "--log-level: ‘loud’ is not one of debug, info, warning");
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);
  g_test_add_func ("/cli/log/levels", test_levels);
  g_test_add_func ("/cli/log/pool", test_pool);
  g_test_add_func ("/cli/log/map", test_map);
  g_test_add_func ("/cli/log/json", test_json);
  g_test_add_func ("/cli/log/terminal", test_terminal);
  g_test_add_func ("/cli/log/refused", test_refused);
  return g_test_run ();
}
