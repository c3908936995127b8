/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "cli-run.h"
#include "haul-test.h"

/* The real program, from the outside: what it prints, where, and what it exits with. */

#define PI_50 "3.14159265358979323846264338327950288419716939937510\n"

static void
test_result (void)
{
  g_autoptr(CliRun) run = cli_run ("run", "pi", "--digits", "50", NULL);

  cli_run_assert_status (run, 0);
  g_assert_cmpstr (run->out->str, ==, PI_50);
  haul_test_assert_contains (run->err->str, "haul: pi: started, process ");
  haul_test_assert_contains (run->err->str, "haul: pi: done in ");
  g_assert_null (strchr (run->err->str, '\033'));
  g_assert_null (strchr (run->err->str, '\r'));
}

static void
test_quiet (void)
{
  g_autoptr(CliRun) run = cli_run ("run", "--quiet", "pi", "--digits=50", NULL);

  cli_run_assert_status (run, 0);
  g_assert_cmpstr (run->out->str, ==, PI_50);
  g_assert_cmpstr (run->err->str, ==, "");
}

/* After “--”, all words are a command, and arrive as they are. */
static void
test_command (void)
{
  g_autoptr(CliRun) run = cli_run ("run", "command", "--nice", "0", "--", "printf", "[%s]", "a b", "", "--help", "'\"$HOME", NULL);
  g_autoptr(CliRun) failed = cli_run ("run", "command", "--", "sh", "-c", "exit 3", NULL);
  g_autoptr(CliRun) nothing = cli_run ("run", "command", "--", NULL);
  g_autoptr(CliRun) other = cli_run ("run", "pi", "--", "true", NULL);
  g_autoptr(CliRun) nowhere = cli_run ("run", "--", "true", NULL);
  g_autoptr(CliRun) thread = cli_run ("run", "command", "--executor", "thread", "--", "true", NULL);

  cli_run_assert_status (run, 0);
  haul_test_assert_contains (run->err->str, "[a b][][--help]['\"$HOME]");
  cli_run_assert_status (failed, 1);
  haul_test_assert_contains (failed->err->str, "status 3");
  cli_run_assert_status (nothing, 2);
  haul_test_assert_contains (nothing->err->str, "missing");
  cli_run_assert_status (other, 2);
  cli_run_assert_status (nowhere, 2);
  g_assert_cmpint (thread->status, !=, 0);
  haul_test_assert_contains (thread->err->str, "‘process’");
}

static void
test_executors_agree (void)
{
  static const char * const sizes[] = { "1", "2", "9", "10", "100", "1000", "10000", "100000", "1000000" };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr(CliRun) process = cli_run ("run", "pi", "--digits", sizes[i], "--executor", "process", "--quiet", NULL);
      g_autoptr(CliRun) forked = cli_run ("run", "pi", "--digits", sizes[i], "--start-method", "forkserver", "--quiet", NULL);
      g_autoptr(CliRun) thread = cli_run ("run", "pi", "--digits", sizes[i], "--executor", "thread", "--quiet", NULL);
      g_autoptr(CliRun) serial = cli_run ("run", "pi", "--digits", sizes[i], "--executor", "serial", "--quiet", NULL);
      g_autoptr(CliRun) pool = cli_run ("run", "pi", "--digits", sizes[i], "--executor", "pool", "--workers", "2", "--quiet", NULL);

      cli_run_assert_status (process, 0);
      cli_run_assert_status (forked, 0);
      cli_run_assert_status (thread, 0);
      cli_run_assert_status (serial, 0);
      cli_run_assert_status (pool, 0);
      g_assert_cmpuint (process->out->len, ==, strlen ("3.") + (gsize) atoi (sizes[i]) + strlen ("\n"));
      g_assert_cmpstr (process->out->str, ==, forked->out->str);
      g_assert_cmpstr (process->out->str, ==, thread->out->str);
      g_assert_cmpstr (process->out->str, ==, serial->out->str);
      g_assert_cmpstr (process->out->str, ==, pool->out->str);
      g_assert_cmpstr (process->err->str, ==, "");
    }
}

static void
test_timed_out (void)
{
  g_autoptr(CliRun) process = cli_run ("run", "sleep", "--seconds", "60", "--timeout", "0.3", NULL);
  g_autoptr(CliRun) thread = cli_run ("run", "sleep", "--seconds=60", "--timeout=0.3", "--executor=thread", "--quiet", NULL);

  cli_run_assert_status (process, 124);
  g_assert_cmpstr (process->out->str, ==, "");
  haul_test_assert_contains (process->err->str, "haul: sleep: took longer than it was allowed to");
  cli_run_assert_status (thread, 124);
  haul_test_assert_contains (thread->err->str, "haul: sleep: took longer than it was allowed to");
}

static void
test_bad_input (void)
{
  static const struct { const char *words[6]; const char *part; } cases[] = {
    { { "run", "pi", "--digits", "abc" }, "--digits: ‘abc’ is not a whole number from 1 to" },
    { { "run", "pi", "--digits", "-1" }, "--digits: ‘-1’ is not a whole number from 1 to" },
    { { "run", "pi", "--digits", "0" }, "--digits: ‘0’ is not a whole number from 1 to" },
    { { "run", "pi", "--digits" }, "--digits: a value is missing" },
    { { "run", "pie" }, "did you mean ‘pi’?" },
    { { "run", "pi-part" }, "‘pi-part’ is only a part of other tasks" },
    { { "run", "pi", "--digitz", "5" }, "did you mean ‘--digits’?" },
    { { "run" }, "the name of a task is missing" },
    { { "run", "pi", "--digits", "5", "a\nb\033[31m" }, "is one word too many" },
    { { "tasks", "pie" }, "did you mean ‘pi’?" },
    { { "tasks", "--yaml" }, "it has --json" },
    { { "tasks", "pi", "sleep" }, "one word too many" },
    { { "help", "cook" }, "there is no verb ‘cook’" },
    { { "rum" }, "did you mean ‘run’?" },
    { { "pi" }, "‘haul run pi’" },
    { { "--colour" }, "unknown option ‘--colour’" },
    { { NULL }, "what to do is missing" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const char * const *w = cases[i].words;
      g_autoptr(CliRun) run = cli_run (w[0], w[1], w[2], w[3], w[4], NULL);

      cli_run_assert_refused (run, 2, cases[i].part);
      g_assert_null (strchr (run->err->str, '\033'));
    }
}

/* More than any memory: refused before a worker starts, so even with none to start. */
static void
test_too_much (void)
{
  g_autoptr(CliRun) run = NULL;
  g_autoptr(CliRun) power = NULL;

  cli_run_set_env ("HAUL_WORKER=/nonexistent");
  run = cli_run ("run", "pi", "--digits", "1000000000000", NULL);
  power = cli_run ("run", "pi", "--digits", "10^12", NULL);
  cli_run_set_env (NULL);

  cli_run_assert_refused (run, 2, "haul: ");
  cli_run_assert_refused (power, 2, "haul: ");
  g_assert_null (strstr (run->err->str, "nonexistent"));
}

static void
test_no_helper (void)
{
  static const struct { const char *worker; const char *part; } cases[] = {
    { "HAUL_WORKER=/nonexistent", "say in HAUL_WORKER where it is" },
    { "HAUL_WORKER=/", "haul: pi: " },
    { "HAUL_WORKER=/dev/null", "haul: pi: " },
    { "HAUL_WORKER=/bin/true", "haul-worker" },
    { "HAUL_WORKER=/bin/cat", "haul-worker" },
    { "HAUL_WORKER=/bin/echo", "haul: pi: " },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(CliRun) run = NULL;

      cli_run_set_env (cases[i].worker);
      run = cli_run ("run", "pi", "--digits", "10", NULL);
      cli_run_set_env (NULL);

      cli_run_assert_status (run, 1);
      g_assert_cmpstr (run->out->str, ==, "");
      haul_test_assert_contains (run->err->str, cases[i].part);
      g_assert_null (strstr (run->err->str, "done"));
    }
}

/* Starts one with a worker that misbehaves, see cli-worker.c. */
static CliRun *
run_nuisance (const char *seconds,
              const char *how)
{
  CliRun *run = NULL;

  cli_run_set_env (g_getenv ("HAUL_TEST_CLI_WORKER_ENV"));
  run = cli_run ("run", "sleep", "--seconds", seconds, how, NULL);
  cli_run_set_env (NULL);
  return run;
}

static void
test_crashed (void)
{
  g_autoptr(CliRun) loud = run_nuisance ("0.2", NULL);
  g_autoptr(CliRun) quiet = run_nuisance ("0.2", "--quiet");

  cli_run_assert_status (loud, 128 + SIGSEGV);
  g_assert_cmpstr (loud->out->str, ==, "");
  haul_test_assert_contains (loud->err->str, "sleep: here it comes\n");
  haul_test_assert_contains (loud->err->str, "SIGSEGV");
  haul_test_assert_contains (loud->err->str, "50 %");

  /* Nobody saw its last words, so they come with the error. */
  cli_run_assert_status (quiet, 128 + SIGSEGV);
  g_assert_cmpstr (quiet->out->str, ==, "");
  g_assert_true (g_str_has_prefix (quiet->err->str, "sleep: here it comes\nhaul: sleep: "));
}

static void
test_vanished (void)
{
  g_autoptr(CliRun) run = run_nuisance ("0.1", "--quiet");

  cli_run_assert_refused (run, 1, "haul: sleep: ");
}

/* A helper of another release. */
static void
test_wrong_version (void)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *dir = g_dir_make_tmp ("haul-test-XXXXXX", &error);
  g_autofree char *path = g_build_filename (dir, "wrong-version", NULL);
  g_autofree char *env = g_strconcat ("HAUL_WORKER=", path, NULL);
  g_autoptr(CliRun) run = NULL;

  g_assert_cmpint (symlink (g_getenv ("HAUL_TEST_RAW_CHILD"), path), ==, 0);
  cli_run_set_env (env);
  run = cli_run ("run", "pi", "--digits", "10", "--quiet", NULL);
  cli_run_set_env (NULL);
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (g_rmdir (dir), ==, 0);

  cli_run_assert_refused (run, 1, "version");
}

static void
test_closed_stdout (void)
{
  g_autoptr(CliRun) head = cli_run_shell ("{ $HAUL run pi --digits 300000; echo status $? >&2; } | head -c 1");
  g_autoptr(CliRun) json = cli_run_shell ("{ $HAUL run sleep --seconds 60 --json; echo status $? >&2; } | head -c 1");
  g_autoptr(CliRun) closed = cli_run_shell ("$HAUL run pi --digits 10 >&-");
  g_autoptr(CliRun) no_list = cli_run_shell ("$HAUL tasks >&-");
  g_autoptr(CliRun) full = cli_run_shell ("$HAUL run pi --digits 10 --quiet >/dev/full");
  g_autoptr(CliRun) bare = cli_run_shell ("$HAUL run pi --digits 10 --quiet <&- 2>&-");

  cli_run_join (head);
  g_assert_cmpstr (head->out->str, ==, "3");
  haul_test_assert_contains (head->err->str, "status 141");

  cli_run_join (json);
  g_assert_cmpstr (json->out->str, ==, "{");
  g_assert_cmpstr (json->err->str, ==, "status 141\n");

  cli_run_join (closed);
  cli_run_assert_refused (closed, 2, "standard output is closed");

  cli_run_join (no_list);
  cli_run_assert_refused (no_list, 1, "standard output is closed");

  cli_run_join (full);
  cli_run_assert_refused (full, 1, "could not write to standard output: No space left on device");

  cli_run_join (bare);
  cli_run_assert_status (bare, 0);
  g_assert_cmpstr (bare->out->str, ==, "3.1415926535\n");
}

/* Nobody read from the very beginning, so there is nothing to start for. */
static void
test_no_reader (void)
{
  g_autoptr(CliRun) run = cli_run_shell ("d=$(mktemp -d) && mkfifo $d/f && exec 3<>$d/f 4>$d/f 3>&- && rm -r $d && "
                                         "$HAUL run sleep --seconds 60 --json >&4; echo status $?");

  cli_run_join (run);
  g_assert_cmpstr (run->out->str, ==, "status 141\n");
  g_assert_cmpstr (run->err->str, ==, "");
}

/* Signals that whoever started us blocked or ignored for itself are not what we should live with. */
static void
test_inherited_signals (void)
{
  g_autoptr(CliRun) run = cli_run_shell ("trap '' CHLD PIPE; exec $HAUL run pi --digits 10 --quiet");

  cli_run_join (run);
  cli_run_assert_status (run, 0);
  g_assert_cmpstr (run->out->str, ==, "3.1415926535\n");
}

static void
test_output_file (void)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *dir = g_dir_make_tmp ("haul-test-XXXXXX", &error);
  g_autofree char *path = g_build_filename (dir, "pi.txt", NULL);
  g_autofree char *deep = g_build_filename (dir, "none", "pi.txt", NULL);
  g_autofree char *text = NULL;
  g_autoptr(CliRun) first = cli_run ("run", "pi", "--digits", "50", "--output", path, NULL);
  g_autoptr(CliRun) second = cli_run ("run", "pi", "--digits", "7", "--output", path, NULL);
  g_autoptr(CliRun) failed = cli_run ("run", "sleep", "--seconds=60", "--timeout=0.2", "--force", "--output", path, NULL);
  g_autoptr(CliRun) directory = cli_run ("run", "pi", "--output", dir, NULL);
  g_autoptr(CliRun) missing = cli_run ("run", "pi", "--output", deep, NULL);
  g_autoptr(CliRun) proc = cli_run ("run", "pi", "--output", "/proc/self/pi.txt", NULL);

  cli_run_assert_status (first, 0);
  g_assert_cmpstr (first->out->str, ==, "");
  cli_run_assert_refused (second, 2, "exists; --force replaces it");
  cli_run_assert_status (failed, 124);
  g_assert_true (g_file_get_contents (path, &text, NULL, &error));
  g_assert_cmpstr (text, ==, PI_50);

  cli_run_assert_refused (directory, 2, "is a directory; name a file in it");
  cli_run_assert_refused (missing, 2, "No such file or directory");
  cli_run_assert_refused (proc, 2, "cannot write");

  {
    g_autoptr(CliRun) third = cli_run ("run", "pi", "--digits", "7", "--output", path, "--force", NULL);
    g_autofree char *replaced = NULL;

    cli_run_assert_status (third, 0);
    g_assert_true (g_file_get_contents (path, &replaced, NULL, &error));
    g_assert_cmpstr (replaced, ==, "3.1415926\n");
  }

  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (g_rmdir (dir), ==, 0);   /* nothing else is in it */
}

static void
test_words (void)
{
  g_autoptr(CliRun) version = cli_run ("--version", NULL);
  g_autoptr(CliRun) help = cli_run ("--help", NULL);
  g_autoptr(CliRun) help_run = cli_run ("help", "run", NULL);
  g_autoptr(CliRun) run_help = cli_run ("run", "--help", NULL);
  g_autoptr(CliRun) pi_help = cli_run ("run", "pi", "--nonsense=1", "--help", NULL);
  g_autoptr(CliRun) task_help = cli_run ("run", "pi", "--help", NULL);
  g_autoptr(CliRun) list = cli_run ("tasks", NULL);
  g_autoptr(CliRun) one = cli_run ("tasks", "pi", NULL);

  g_assert_cmpstr (version->out->str, ==, "haul " LT_VERSION "\n");
  cli_run_assert_status (help, 0);
  haul_test_assert_contains (help->out->str, "run ");
  haul_test_assert_contains (help->out->str, "tasks ");
  g_assert_cmpstr (help_run->out->str, ==, run_help->out->str);
  haul_test_assert_contains (help_run->out->str, "--executor NAME");
  haul_test_assert_contains (help_run->out->str, "124 timed out");
  cli_run_assert_refused (pi_help, 2, "--nonsense");
  haul_test_assert_contains (task_help->out->str, "--digits N");
  haul_test_assert_contains (task_help->out->str, "--executor NAME");
  haul_test_assert_contains (list->out->str, "pi     ");
  haul_test_assert_contains (list->out->str, "sleep  ");
  haul_test_assert_contains (one->out->str, "--digits N");
  haul_test_assert_contains (one->out->str, "a whole number from 1 to");
}

/* Without UTF-8 there are no curly quotes, and no garbage either. */
static void
test_ascii (void)
{
  g_autoptr(CliRun) run = NULL;

  cli_run_set_env ("LC_ALL=C");
  run = cli_run ("run", "pi", "--digits", "abc", NULL);
  cli_run_set_env (NULL);

  cli_run_assert_refused (run, 2, "--digits: 'abc' is not a whole number");
  g_assert_true (g_str_is_ascii (run->err->str));
}

/* What bash offers where the cursor is after these words. */
static void
assert_completes (const char *words,
                  const char *expected)
{
  g_autofree char *command = NULL;
  g_autoptr(CliRun) run = NULL;

  command = g_strdup_printf ("bash -c 'compopt () { :; }; haul () { \"$HAUL\" \"$@\"; }; . \"$HAUL_TEST_COMPLETION\"; COMP_WORDS=(%s); "
                             "COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _haul; echo \"${COMPREPLY[*]}\"'", words);
  run = cli_run_shell (command);
  cli_run_join (run);
  cli_run_assert_status (run, 0);
  g_assert_cmpstr (run->err->str, ==, "");
  g_strchomp (run->out->str);
  g_assert_cmpstr (run->out->str, ==, expected);
}

static void
test_completion (void)
{
  assert_completes ("haul r", "run");
  assert_completes ("haul ta", "tasks");
  assert_completes ("haul ma", "map");
  assert_completes ("haul map pi --over di", "digits=");
  assert_completes ("haul map pi --task", "--task-timeout");
  assert_completes ("haul map pi --exec", "");
  assert_completes ("haul help ru", "run");
  assert_completes ("haul tasks sl", "sleep");
  assert_completes ("haul run pi-", "");
  assert_completes ("haul run sl", "sleep");
  assert_completes ("haul run pi --dig", "--digits");
  assert_completes ("haul run pi --digits 5 --ex", "--executor");
  assert_completes ("haul run --json pi --executor th", "thread");
  assert_completes ("haul run pi --start-method fo", "forkserver");
  assert_completes ("haul run pi --method ch", "chudnovsky");
  assert_completes ("haul run sleep --dig", "");
  assert_completes ("haul run pi --output /dev/nul", "/dev/null");
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);

  g_test_add_func ("/cli/haul/result", test_result);
  g_test_add_func ("/cli/haul/quiet", test_quiet);
  g_test_add_func ("/cli/haul/executors-agree", test_executors_agree);
  g_test_add_func ("/cli/haul/timed-out", test_timed_out);
  g_test_add_func ("/cli/haul/bad-input", test_bad_input);
  g_test_add_func ("/cli/haul/too-much", test_too_much);
  g_test_add_func ("/cli/haul/no-helper", test_no_helper);
  g_test_add_func ("/cli/haul/wrong-version", test_wrong_version);
  g_test_add_func ("/cli/haul/crashed", test_crashed);
  g_test_add_func ("/cli/haul/vanished", test_vanished);
  g_test_add_func ("/cli/haul/closed-stdout", test_closed_stdout);
  g_test_add_func ("/cli/haul/no-reader", test_no_reader);
  g_test_add_func ("/cli/haul/inherited-signals", test_inherited_signals);
  g_test_add_func ("/cli/haul/output-file", test_output_file);
  g_test_add_func ("/cli/haul/words", test_words);
  g_test_add_func ("/cli/haul/ascii", test_ascii);
  g_test_add_func ("/cli/haul/completion", test_completion);

  g_test_add_func ("/cli/haul/command", test_command);
  return g_test_run ();
}
