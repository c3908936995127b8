/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>

#include "cli-run.h"
#include "haul-cli-progress-line.h"
#include "haul-test.h"

/* `haul` on a terminal of its own, with somebody who types. */

#define CLEAR_LINE "\r\033[K"
#define OSC        "\033]9;4;"
#define OSC_NONE   "\033]9;4;0\033\\"

#define CTRL_C         "\003"
#define CTRL_Z         "\032"
#define CTRL_BACKSLASH "\034"

/* The tab shows no progress any more, and the last line is not half a bar. */
static void
assert_let_go (CliRun *run)
{
  const char *last_osc = g_strrstr (run->err->str, OSC);
  const char *last_clear = g_strrstr (run->err->str, CLEAR_LINE);

  g_assert_nonnull (last_osc);
  g_assert_true (g_str_has_prefix (last_osc, OSC_NONE));
  g_assert_nonnull (last_clear);
  g_assert_null (strstr (last_clear, "] "));
}

/* The widest line of progress that was drawn from @offset on. */
static guint
widest_line (CliRun *run,
             gsize   offset)
{
  g_auto(GStrv) parts = g_strsplit (run->err->str + offset, CLEAR_LINE, -1);
  guint widest = 0;

  for (guint i = 1; parts[0] != NULL && parts[i] != NULL; i++)
    {
      g_autofree char *line = g_strndup (parts[i], strcspn (parts[i], "\r\n\033"));

      /* The last may still be on its way, and cut within a character. */
      if (strchr (line, '%') != NULL && g_utf8_validate (line, -1, NULL))
        widest = MAX (widest, haul_text_columns (line));
    }

  return widest;
}

static void
test_bar (void)
{
  g_autoptr(CliRun) run = cli_run_start_on_terminal (100, "run", "sleep", "--seconds", "2", "--nice=0", NULL);

  cli_run_join (run);
  cli_run_assert_status (run, 0);
  haul_test_assert_contains (run->out->str, "\n");
  g_assert_null (strchr (run->out->str, '\033'));
  haul_test_assert_contains (run->err->str, "Sleep [");
  haul_test_assert_contains (run->err->str, "█");
  haul_test_assert_contains (run->err->str, " seconds");
  haul_test_assert_contains (run->err->str, OSC "1;");
  haul_test_assert_contains (run->err->str, "haul: sleep: done in ");
  g_assert_cmpuint (widest_line (run, 0), >, 40);
  g_assert_cmpuint (widest_line (run, 0), <, 100);
  assert_let_go (run);
  /* No colours, and nothing else that would have to be undone. */
  g_assert_false (g_regex_match_simple ("\033\\[[0-9;]*m", run->err->str, 0, 0));
  g_assert_null (strstr (run->err->str, "\033[?"));
}

/* A line of haul's is drawn ten times a second at most. */
static void
test_rate (void)
{
  gint64 start = g_get_monotonic_time ();
  g_autoptr(CliRun) run = cli_run_start_on_terminal (100, "run", "sleep", "--seconds", "2", "--nice=0", NULL);
  g_auto(GStrv) parts = NULL;

  cli_run_join (run);
  parts = g_strsplit (run->err->str, CLEAR_LINE, -1);
  g_assert_cmpuint (g_strv_length (parts), >, 3);
  g_assert_cmpfloat (g_strv_length (parts), <, 20 * (g_get_monotonic_time () - start) / 1e6);
}

typedef struct
{
  CliRun *run;
  gsize   offset;
  guint   columns;
} Narrow;

static gboolean
has_narrow_line (gpointer data)
{
  Narrow *narrow = data;
  const char *line = g_strrstr (narrow->run->err->str + narrow->offset, CLEAR_LINE);
  guint widest = line != NULL ? widest_line (narrow->run, (gsize) (line - narrow->run->err->str)) : 0;

  return widest > 0 && widest < narrow->columns;
}

static void
test_resize (void)
{
  g_autoptr(CliRun) run = cli_run_start_on_terminal (120, "run", "sleep", "--seconds", "60", NULL);
  Narrow narrow = { run, 0, 30 };

  cli_run_wait_for (run, run->err, "%");
  narrow.offset = run->err->len;
  cli_run_resize (run, narrow.columns);
  haul_test_run_until (has_narrow_line, &narrow, HAUL_TEST_SOON_MS);

  /* Whatever is drawn from now on knows about it. */
  narrow.offset = (gsize) (g_strrstr (run->err->str, CLEAR_LINE) - run->err->str);
  cli_run_type (run, CTRL_C);
  cli_run_join (run);
  cli_run_assert_status (run, 130);
  assert_let_go (run);
  g_assert_cmpuint (widest_line (run, 0), >, narrow.columns);
  g_assert_cmpuint (widest_line (run, narrow.offset), >, 0);
  g_assert_cmpuint (widest_line (run, narrow.offset), <, narrow.columns);
}

static void
test_interrupt (gconstpointer data)
{
  const char *executor = data;
  g_autoptr(CliRun) run = cli_run_start_on_terminal (80, "run", "sleep", "--seconds", "60", "--executor", executor, NULL);

  cli_run_wait_for (run, run->err, "%");
  cli_run_type (run, CTRL_C);
  cli_run_join (run);
  cli_run_assert_status (run, 130);
  g_assert_cmpstr (run->out->str, ==, "");
  assert_let_go (run);
}

static void
test_signal (gconstpointer data)
{
  int signum = GPOINTER_TO_INT (data);
  g_autoptr(CliRun) run = cli_run_start_on_terminal (80, "run", "sleep", "--seconds", "60", NULL);

  cli_run_wait_for (run, run->err, "%");
  cli_run_signal (run, signum);
  cli_run_join (run);
  /* Those that crash a program still do. */
  cli_run_assert_status (run, signum == SIGTERM || signum == SIGHUP ? 130 : 128 + signum);
  assert_let_go (run);
}

static void
test_quit (void)
{
  g_autoptr(CliRun) run = cli_run_start_on_terminal (80, "run", "sleep", "--seconds", "60", NULL);

  cli_run_wait_for (run, run->err, "%");
  cli_run_type (run, CTRL_BACKSLASH);
  cli_run_join (run);
  cli_run_assert_status (run, 128 + SIGQUIT);
  assert_let_go (run);
}

static void
test_failed (void)
{
  g_autoptr(CliRun) run = cli_run_start_on_terminal (80, "run", "sleep", "--seconds", "60", "--timeout", "0.5", NULL);

  cli_run_join (run);
  cli_run_assert_status (run, 124);
  haul_test_assert_contains (run->err->str, "haul: sleep: took longer than it was allowed to");
  assert_let_go (run);
}

static void
test_crashed (void)
{
  g_autoptr(CliRun) run = NULL;

  cli_run_set_env (g_getenv ("HAUL_TEST_CLI_WORKER_ENV"));
  run = cli_run_start_on_terminal (80, "run", "sleep", "--seconds", "0.2", NULL);
  cli_run_set_env (NULL);
  cli_run_join (run);
  cli_run_assert_status (run, 128 + SIGSEGV);
  haul_test_assert_contains (run->err->str, "SIGSEGV");
  assert_let_go (run);
}

/* Stopped from the keyboard, it lets go of the terminal; going on, it takes it again. */
static void
test_stop (gconstpointer data)
{
  const char *executor = data;
  g_autofree char *command = NULL;
  g_autoptr(CliRun) run = NULL;
  gsize stopped;

  command = g_strdup_printf ("set -m; \"$HAUL\" run sleep --seconds 8 --executor %s; echo stopped with $? >&2; "
                             "read line; fg >/dev/null; echo ended with $? >&2", executor);
  run = cli_run_shell_on_terminal (80, command);
  cli_run_wait_for (run, run->err, "%");
  cli_run_type (run, CTRL_Z);
  cli_run_wait_for (run, run->err, "stopped with 148");
  assert_let_go (run);

  stopped = run->err->len;
  cli_run_type (run, "\n");
  cli_run_join (run);
  cli_run_assert_status (run, 0);
  haul_test_assert_contains (run->err->str + stopped, OSC "1;");
  haul_test_assert_contains (run->err->str + stopped, "ended with 0");
  assert_let_go (run);
}

/* In the background it leaves the terminal to whoever has it. */
static void
test_background (void)
{
  g_autoptr(CliRun) run = NULL;

  run = cli_run_shell_on_terminal (80, "set -m; \"$HAUL\" run sleep --seconds 1 & wait $!; echo ended with $? >&2");
  cli_run_join (run);
  haul_test_assert_contains (run->err->str, "ended with 0");
  g_assert_null (strstr (run->err->str, OSC));
  g_assert_null (strstr (run->err->str, "%"));
}

static void
test_dumb (gconstpointer data)
{
  g_autoptr(CliRun) run = NULL;

  cli_run_set_env (data);
  run = cli_run_start_on_terminal (80, "run", "sleep", "--seconds", "3", NULL);
  cli_run_join (run);
  cli_run_set_env (NULL);

  cli_run_assert_status (run, 0);
  g_assert_null (strchr (run->err->str, '\033'));
  haul_test_assert_contains (run->err->str, "%, ");   /* which quarter, a busy machine decides */
}

/* The kernel's console has no tab to show progress in, and prints what it does not know. */
static void
test_console (void)
{
  g_autoptr(CliRun) run = NULL;

  cli_run_set_env ("TERM=linux");
  run = cli_run_start_on_terminal (80, "run", "sleep", "--seconds", "0.5", NULL);
  cli_run_join (run);
  cli_run_set_env (NULL);

  cli_run_assert_status (run, 0);
  g_assert_null (strstr (run->err->str, "\033]"));
  haul_test_assert_contains (run->err->str, CLEAR_LINE);
}

static void
test_quiet (void)
{
  g_autoptr(CliRun) quiet = cli_run_start_on_terminal (80, "run", "sleep", "--seconds", "0.3", "--quiet", NULL);
  g_autoptr(CliRun) json = cli_run_start_on_terminal (80, "run", "sleep", "--seconds", "0.3", "--json", NULL);

  cli_run_join (quiet);
  cli_run_assert_status (quiet, 0);
  g_assert_cmpstr (quiet->err->str, ==, "");

  cli_run_join (json);
  cli_run_assert_status (json, 0);
  g_assert_cmpstr (json->err->str, ==, "");
}

static void
test_log (void)
{
  g_autoptr(CliRun) run = NULL;
  g_autoptr(CliRun) quiet = NULL;

  cli_run_set_env (g_getenv ("HAUL_TEST_CLI_WORKER_ENV"));
  run = cli_run_start_on_terminal (80, "run", "sleep", "--seconds", "0.5", NULL);
  quiet = cli_run ("run", "sleep", "--seconds", "0.5", "--quiet", NULL);
  cli_run_set_env (NULL);
  cli_run_join (run);

  cli_run_assert_status (run, 0);
  haul_test_assert_contains (run->err->str, "sleep: an info line\r\n");
  haul_test_assert_contains (run->err->str, "sleep: warning: a warning line\r\n");
  haul_test_assert_contains (run->err->str, "sleep: output: an output line\r\n");
  g_assert_null (strstr (run->err->str, "a debug line"));
  g_assert_null (strstr (run->err->str, "\033[31m"));
  g_assert_cmpstr (run->out->str, ==, "text\n");
  assert_let_go (run);

  cli_run_assert_status (quiet, 0);
  g_assert_cmpstr (quiet->err->str, ==, "");
  g_assert_cmpstr (quiet->out->str, ==, "text\n");
}

static void
test_question (void)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *dir = g_dir_make_tmp ("haul-test-XXXXXX", &error);
  g_autofree char *path = g_build_filename (dir, "pi.txt", NULL);
  static const struct { const char *answer; int status; const char *content; } cases[] = {
    { "n\n", 2, "old" }, { "\n", 2, "old" }, { "\004", 2, "old" }, { "y\n", 0, "3.14159\n" },
  };

  g_assert_true (g_file_set_contents (path, "old", -1, &error));
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(CliRun) run = cli_run_start_on_terminal (80, "run", "pi", "--digits", "5", "--output", path, NULL);
      g_autofree char *text = NULL;

      cli_run_wait_for (run, run->err, "exists. Replace it? [y/N] ");
      cli_run_type (run, cases[i].answer);
      cli_run_join (run);
      cli_run_assert_status (run, cases[i].status);
      g_assert_true (g_file_get_contents (path, &text, NULL, &error));
      g_assert_cmpstr (text, ==, cases[i].content);
    }

  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (g_rmdir (dir), ==, 0);
}

int
main (int    argc,
      char **argv)
{
  g_setenv ("TERM", "xterm-256color", TRUE);
  haul_test_init (&argc, &argv);

  g_test_add_func ("/cli/terminal/bar", test_bar);
  g_test_add_func ("/cli/terminal/rate", test_rate);
  g_test_add_func ("/cli/terminal/resize", test_resize);
  g_test_add_data_func ("/cli/terminal/interrupt/process", "process", test_interrupt);
  g_test_add_data_func ("/cli/terminal/interrupt/thread", "thread", test_interrupt);
  g_test_add_data_func ("/cli/terminal/interrupt/serial", "serial", test_interrupt);
  g_test_add_data_func ("/cli/terminal/interrupt/pool", "pool", test_interrupt);
  g_test_add_data_func ("/cli/terminal/signal/term", GINT_TO_POINTER (SIGTERM), test_signal);
  g_test_add_data_func ("/cli/terminal/signal/hup", GINT_TO_POINTER (SIGHUP), test_signal);
  g_test_add_data_func ("/cli/terminal/signal/segv", GINT_TO_POINTER (SIGSEGV), test_signal);
  g_test_add_data_func ("/cli/terminal/signal/abrt", GINT_TO_POINTER (SIGABRT), test_signal);
  g_test_add_func ("/cli/terminal/quit", test_quit);
  g_test_add_func ("/cli/terminal/failed", test_failed);
  g_test_add_func ("/cli/terminal/crashed", test_crashed);
  g_test_add_data_func ("/cli/terminal/stop/process", "process", test_stop);
  g_test_add_data_func ("/cli/terminal/stop/pool", "pool", test_stop);
  g_test_add_func ("/cli/terminal/background", test_background);
  g_test_add_data_func ("/cli/terminal/dumb", "TERM=dumb", test_dumb);
  g_test_add_data_func ("/cli/terminal/unknown", "TERM", test_dumb);
  g_test_add_func ("/cli/terminal/console", test_console);
  g_test_add_func ("/cli/terminal/quiet", test_quiet);
  g_test_add_func ("/cli/terminal/log", test_log);
  g_test_add_func ("/cli/terminal/question", test_question);

  return g_test_run ();
}
