/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "cli-run.h"
#include "haul-test.h"

/* What `haul ps` says of another `haul`. There may be more of them here, which are not ours. */

static JsonObject *
find_row (GPtrArray *rows,
          gint64     pid)
{
  for (guint i = 0; i < rows->len; i++)
    if (json_object_get_int_member (rows->pdata[i], "pid") == pid)
      return rows->pdata[i];
  return NULL;
}

/* A worker is another program until it was started, and has the name of its task from when it runs that: so this
 * looks again and again, until the row has what is wanted. The watchdog ends it. Returns all rows. */
static GPtrArray *
wait_row (int         pid,
          const char *member,
          const char *wanted)
{
  for (;;)
    {
      g_autoptr(CliRun) ps = cli_run ("ps", "--json", NULL);
      g_autoptr(GPtrArray) rows = ps->out->len > 0 ? cli_run_parse_json (ps) : g_ptr_array_new ();
      JsonObject *row = find_row (rows, pid);

      cli_run_assert_status (ps, 0);
      if (row != NULL && g_strcmp0 (json_object_get_string_member (row, member), wanted) == 0)
        return g_steal_pointer (&rows);
    }
}

/* The program, its worker, and that one is the child of the other. */
static void
test_run (void)
{
  g_autoptr(CliRun) run = cli_run_start ("run", "sleep", "--seconds", "600", "--json", NULL);
  int worker = cli_run_wait_worker (run);
  g_autoptr(GPtrArray) rows = wait_row (worker, "name", "Sleep");
  JsonObject *program = find_row (rows, run->pid), *row = find_row (rows, worker);

  g_assert_nonnull (program);
  g_assert_cmpstr (json_object_get_string_member (program, "kind"), ==, "program");
  g_assert_cmpstr (json_object_get_string_member (program, "name"), ==, "haul");
  g_assert_nonnull (row);
  g_assert_cmpstr (json_object_get_string_member (row, "kind"), ==, "worker");
  g_assert_cmpint (json_object_get_int_member (row, "parent"), ==, run->pid);
  g_assert_cmpint (json_object_get_int_member (row, "depth"), ==, json_object_get_int_member (program, "depth") + 1);
  g_assert_cmpint (json_object_get_int_member (row, "snapshot"), ==, 1);
  g_assert_cmpint (json_object_get_int_member (row, "threads"), >=, 1);
  g_assert_true (json_object_get_null_member (row, "exit"));
  cli_run_signal (run, SIGTERM);
  cli_run_join (run);
}

/* A fork server is one, and what it forks is not. */
static void
test_fork_server (void)
{
  g_autoptr(CliRun) run = cli_run_start ("run", "sleep", "--seconds", "600", "--json", "--start-method", "forkserver", NULL);
  int worker = cli_run_wait_worker (run);
  g_autoptr(GPtrArray) rows = wait_row (worker, "name", "Sleep");
  JsonObject *row = find_row (rows, worker), *server;

  g_assert_nonnull (row);
  g_assert_cmpstr (json_object_get_string_member (row, "kind"), ==, "worker");
  server = find_row (rows, json_object_get_int_member (row, "parent"));
  g_assert_nonnull (server);
  g_assert_cmpstr (json_object_get_string_member (server, "kind"), ==, "fork-server");
  g_assert_cmpstr (json_object_get_string_member (server, "name"), ==, "Fork server");
  g_assert_cmpint (json_object_get_int_member (server, "parent"), ==, run->pid);
  cli_run_signal (run, SIGTERM);
  cli_run_join (run);
}

static void
test_table (void)
{
  g_autoptr(CliRun) run = cli_run_start ("run", "sleep", "--seconds", "600", "--json", NULL);
  int worker = cli_run_wait_worker (run);
  g_autofree char *number = g_strdup_printf ("%d", worker);
  g_autoptr(GPtrArray) json G_GNUC_UNUSED = wait_row (worker, "name", "Sleep");
  g_autoptr(CliRun) flat = cli_run ("ps", NULL);
  g_autoptr(CliRun) tree = cli_run ("ps", "--tree", NULL);
  g_auto(GStrv) lines = g_strsplit (tree->out->str, "\n", -1);
  gboolean found = FALSE;

  cli_run_assert_status (flat, 0);
  g_assert_true (g_str_has_suffix (strtok (flat->out->str, "\n"), "  NAME"));
  g_assert_cmpstr (flat->err->str, ==, "");
  for (guint i = 0; lines[i] != NULL; i++)
    if (strstr (lines[i], number) != NULL && strstr (lines[i], "─ Sleep") != NULL)
      found = TRUE;
  g_assert_true (found);
  cli_run_signal (run, SIGTERM);
  cli_run_join (run);
}

/* Everything of this user, so also this test, which is not among the long tasks. */
static void
test_all (void)
{
  g_autoptr(CliRun) run = cli_run_start ("run", "sleep", "--seconds", "600", "--json", NULL);
  g_autoptr(GPtrArray) there G_GNUC_UNUSED = wait_row (cli_run_wait_worker (run), "name", "Sleep");
  g_autoptr(CliRun) all = cli_run ("ps", "--all", "--json", NULL);
  g_autoptr(CliRun) own = cli_run ("ps", "--json", NULL);
  g_autoptr(GPtrArray) all_rows = cli_run_parse_json (all);
  g_autoptr(GPtrArray) own_rows = cli_run_parse_json (own);

  g_assert_nonnull (find_row (all_rows, getpid ()));
  g_assert_null (find_row (own_rows, getpid ()));
  cli_run_signal (run, SIGTERM);
  cli_run_join (run);
}

static void
test_stopped (void)
{
  g_autoptr(CliRun) run = cli_run_start ("run", "sleep", "--seconds", "600", "--json", NULL);
  int worker = cli_run_wait_worker (run);
  g_autoptr(GPtrArray) running G_GNUC_UNUSED = wait_row (worker, "name", "Sleep");
  g_autoptr(GPtrArray) stopped = NULL;

  g_assert_cmpint (kill (worker, SIGSTOP), ==, 0);
  stopped = wait_row (worker, "state", "T");
  g_assert_cmpstr (json_object_get_string_member (find_row (stopped, worker), "name"), ==, "Sleep");
  cli_run_signal (run, SIGTERM);
  cli_run_join (run);
}

/* One look after the other, and Ctrl+C ends it. */
static void
test_watch (void)
{
  g_autoptr(CliRun) run = cli_run_start ("run", "sleep", "--seconds", "600", "--json", NULL);
  g_autoptr(CliRun) json = NULL, table = NULL;

  (void) cli_run_wait_worker (run);
  json = cli_run_start ("ps", "--watch", "--json", NULL);
  table = cli_run_start ("ps", "--watch", NULL);
  cli_run_wait_for (json, json->out, "\"snapshot\":3");
  cli_run_signal (json, SIGINT);
  cli_run_join (json);
  cli_run_assert_status (json, 130);
  g_assert_cmpstr (json->err->str, ==, "");
  cli_run_wait_for (table, table->out, "\n\n");
  cli_run_signal (table, SIGTERM);
  cli_run_join (table);
  cli_run_assert_status (table, 143);
  g_assert_null (strchr (table->out->str, '\033'));
  cli_run_signal (run, SIGTERM);
  cli_run_join (run);
}

/* Drawn over, no line longer than the terminal, and nothing left of it at the end. */
static void
test_terminal (void)
{
  g_autoptr(CliRun) run = cli_run_start ("run", "sleep", "--seconds", "600", "--json", NULL);
  g_autoptr(CliRun) watch = NULL;
  g_auto(GStrv) lines = NULL;

  (void) cli_run_wait_worker (run);
  watch = cli_run_shell_on_terminal (60, "exec $HAUL ps --watch --tree 1>&2");
  cli_run_wait_for (watch, watch->err, "PID");
  cli_run_wait_for (watch, watch->err, "A\r");   /* up again: a second time */
  cli_run_signal (watch, SIGINT);
  cli_run_join (watch);
  cli_run_assert_status (watch, 130);
  lines = g_strsplit_set (watch->err->str, "\r\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    if (strchr (lines[i], '\033') == NULL)
      g_assert_cmpint (g_utf8_strlen (lines[i], -1), <, 60);
  cli_run_signal (run, SIGTERM);
  cli_run_join (run);
}

static CliRun *
run_without_proc (const char *command)
{
  g_autofree char *line = g_strdup_printf ("exec unshare %s --mount sh -c 'mount -t tmpfs none /proc && exec '\"%s\"",
                                           geteuid () != 0 ? "--user --map-root-user" : "", command);

  return cli_run_shell (line);
}

static void
test_refused (void)
{
  g_autoptr(CliRun) option = cli_run ("ps", "--tre", NULL);
  g_autoptr(CliRun) word = cli_run ("ps", "pi", NULL);
  g_autoptr(CliRun) help = cli_run ("ps", "--help", NULL);
  g_autoptr(CliRun) closed = cli_run_shell ("$HAUL ps --all >/dev/full; echo status $?");

  cli_run_assert_refused (option, 2, "has no option ‘--tre’");
  cli_run_assert_refused (word, 2, "one word too many");
  cli_run_assert_status (help, 0);
  haul_test_assert_contains (help->out->str, "--watch");
  cli_run_join (closed);
  haul_test_assert_contains (closed->out->str, "status 1\n");
}

/* Without /proc nothing can be listed, which is not the same as nothing to list; jobs run. */
static void
test_no_proc (void)
{
  g_autoptr(CliRun) run = NULL;
  g_autoptr(CliRun) pi = NULL;

  if (HAUL_TEST_SANITIZED)
    {
      g_test_skip ("the sanitizer itself reads /proc");
      return;
    }
  run = run_without_proc ("true");
  cli_run_join (run);
  if (run->status != 0)
    {
      g_test_skip ("nothing may be mounted here");
      return;
    }
  g_clear_pointer (&run, cli_run_free);
  run = run_without_proc ("$HAUL ps --json");
  cli_run_join (run);
  cli_run_assert_refused (run, 1, "processes cannot be listed: ‘/proc’ does not show this program");
  pi = run_without_proc ("$HAUL run pi --digits 20");
  cli_run_join (pi);
  cli_run_assert_status (pi, 0);
  haul_test_assert_contains (pi->out->str, "3.14159");
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);
  g_setenv ("TERM", "xterm-256color", TRUE);

  g_test_add_func ("/cli/ps/run", test_run);
  g_test_add_func ("/cli/ps/fork-server", test_fork_server);
  g_test_add_func ("/cli/ps/table", test_table);
  g_test_add_func ("/cli/ps/all", test_all);
  g_test_add_func ("/cli/ps/stopped", test_stopped);
  g_test_add_func ("/cli/ps/watch", test_watch);
  g_test_add_func ("/cli/ps/terminal", test_terminal);
  g_test_add_func ("/cli/ps/refused", test_refused);
  g_test_add_func ("/cli/ps/no-proc", test_no_proc);

  return g_test_run ();
}
