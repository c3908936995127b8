/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#include "cli-run.h"
#include "haul-test.h"

#define MIB 1024   /* in KiB, which ru_maxrss counts in */

/* Where the task gives one digit more for each, the results tell the values. */
static void
test_values (void)
{
  static const struct { const char *over; const char *out; } cases[] = {
    { "digits=1..3", "3.1\n3.14\n3.141\n" },
    { "digits=1..6:2", "3.1\n3.141\n3.14159\n" },
    { "digits=5..1:-2", "3.14159\n3.141\n3.1\n" },
    { "digits=3..1:-1", "3.141\n3.14\n3.1\n" },
    { "digits=4..4", "3.1415\n" },
    { "digits=2,1,2", "3.14\n3.1\n3.14\n" },
    { "digits=10^0..1e1:9", "3.1\n3.1415926535\n" },
    { "method=series,chudnovsky", "3.14\n3.14\n" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gboolean is_method = g_str_has_prefix (cases[i].over, "method");
      g_autoptr(CliRun) run = cli_run ("map", "pi", "--quiet", "--over", cases[i].over,
                                       is_method ? "--digits=2" : NULL, NULL);

      cli_run_assert_status (run, 0);
      g_assert_cmpstr (run->out->str, ==, cases[i].out);
      g_assert_cmpstr (run->err->str, ==, "");
    }
}

static void
test_fractions (void)
{
  g_autoptr(CliRun) up = cli_run ("map", "sleep", "--over=seconds=0..0.3:0.1", "--quiet", NULL);
  g_autoptr(CliRun) down = cli_run ("map", "sleep", "--over=seconds=0.3..0:-0.15", "--quiet", NULL);

  cli_run_assert_status (up, 0);
  g_assert_cmpstr (up->out->str, ==, "Slept for 0 s\nSlept for 0.1 s\nSlept for 0.2 s\nSlept for 0.3 s\n");
  cli_run_assert_status (down, 0);
  g_assert_cmpstr (down->out->str, ==, "Slept for 0.3 s\nSlept for 0.15 s\nSlept for 0 s\n");
}

/* A line that is wrong fails its item, and only that; the last one may lack its newline. */
static void
test_lines (void)
{
  g_autoptr(CliRun) input = cli_run_shell ("printf '3\\n\\nabc\\n2\\r\\n10^12\\n\\377\\n1' | $HAUL map pi --over digits=@- --quiet");
  g_autoptr(CliRun) file = cli_run_shell ("f=$(mktemp) && seq 3 >$f && $HAUL map pi --over digits=@$f --quiet; rm $f");
  g_autoptr(CliRun) empty = cli_run ("map", "pi", "--over", "digits=@/dev/null", "--quiet", NULL);
  g_autoptr(CliRun) endless = cli_run_shell ("head -c 3000000 /dev/zero | tr '\\0' 7 | { cat; echo; echo 1; } | "
                                             "$HAUL map pi --over digits=@- --quiet");
  cli_run_join (input);
  cli_run_assert_status (input, 1);
  g_assert_cmpstr (input->out->str, ==, "3.141\n3.14\n3.1\n");
  haul_test_assert_contains (input->err->str, "haul: pi: digits=abc: ‘abc’ is not a whole number");
  haul_test_assert_contains (input->err->str, "haul: pi: digits=10^12: this needs about");
  haul_test_assert_contains (input->err->str, "not valid UTF-8");

  cli_run_join (file);
  g_assert_cmpstr (file->out->str, ==, "3.1\n3.14\n3.141\n");

  cli_run_assert_status (empty, 0);
  g_assert_cmpstr (empty->out->str, ==, "");

  cli_run_join (endless);
  cli_run_assert_status (endless, 1);
  g_assert_cmpstr (endless->out->str, ==, "3.1\n");
  haul_test_assert_contains (endless->err->str, "60 KiB is no value");
}

/* The second line comes only after the result of the first: whoever writes lines is not waited for. */
static void
test_dialogue (void)
{
  g_autoptr(CliRun) run = cli_run_shell ("d=$(mktemp -d) && mkfifo $d/in $d/out || exit; "
                                         "$HAUL map pi --over digits=@$d/in --quiet >$d/out & "
                                         "exec 4<$d/out 3>$d/in; rm -r $d; "
                                         "echo 1 >&3; read -r a <&4; echo 2 >&3; read -r b <&4; exec 3>&-; wait $!; echo $a $b $?");

  cli_run_join (run);
  g_assert_cmpstr (run->out->str, ==, "3.1 3.14 0\n");
}

static void
test_order (void)
{
  g_autoptr(GString) expected = g_string_new (NULL);
  g_autoptr(CliRun) longest = cli_run ("run", "pi", "--digits", "50", "--quiet", NULL);
  g_autoptr(CliRun) ordered = cli_run ("map", "pi", "--over", "digits=1..50", "--quiet", NULL);
  g_autoptr(CliRun) chunks = cli_run ("map", "pi", "--over", "digits=1..50", "--quiet", "--chunksize=7", "--workers=3", NULL);
  g_autoptr(CliRun) mixed = cli_run_shell ("$HAUL map pi --over digits=1..50 --unordered --workers 3 --quiet | LC_ALL=C sort");

  for (gssize i = 1; i <= 50; i++)
    {
      g_string_append_len (expected, longest->out->str, 2 + i);
      g_string_append_c (expected, '\n');
    }

  cli_run_assert_status (ordered, 0);
  g_assert_cmpstr (ordered->out->str, ==, expected->str);
  cli_run_assert_status (chunks, 0);
  g_assert_cmpstr (chunks->out->str, ==, expected->str);
  cli_run_join (mixed);
  g_assert_cmpstr (mixed->out->str, ==, expected->str);   /* shorter ones sort first */
}

static void
test_json (void)
{
  g_autoptr(CliRun) run = cli_run_shell ("printf '2\\nx\\n' | $HAUL map pi --over digits=@- --json");
  g_autoptr(GPtrArray) objects = NULL;
  guint n_items = 0;

  cli_run_join (run);
  cli_run_assert_status (run, 1);
  objects = cli_run_parse_json (run);
  g_assert_cmpstr (json_object_get_string_member (objects->pdata[0], "event"), ==, "start");
  g_assert_cmpstr (json_object_get_string_member (objects->pdata[0], "over"), ==, "digits");
  g_assert_cmpstr (json_object_get_string_member (objects->pdata[objects->len - 1], "event"), ==, "end");
  g_assert_cmpstr (json_object_get_string_member (objects->pdata[objects->len - 1], "verdict"), ==, "failed");
  g_assert_cmpint (json_object_get_int_member (objects->pdata[objects->len - 1], "status"), ==, 1);
  g_assert_cmpint (json_object_get_int_member (objects->pdata[objects->len - 1], "total"), ==, 2);

  for (guint i = 0; i < objects->len; i++)
    {
      JsonObject *object = objects->pdata[i];
      JsonObject *arguments = NULL;

      if (!g_str_equal (json_object_get_string_member (object, "event"), "item"))
        continue;
      g_assert_cmpint (json_object_get_int_member (object, "index"), ==, n_items++);
      arguments = json_object_get_object_member (object, "arguments");
      if (n_items == 1)
        g_assert_cmpint (json_object_get_int_member (arguments, "digits"), ==, 2);
      if (n_items == 1)
        g_assert_cmpstr (json_object_get_string_member (object, "result"), ==, "3.14");
      else
        haul_test_assert_contains (json_object_get_string_member (object, "error"), "‘x’ is not");
    }

  g_assert_cmpuint (n_items, ==, 2);
}

/* The pids of both workers, once both have something to do. */
static void
wait_workers (CliRun *run,
              int     pids[2])
{
  const char *text = NULL;

  cli_run_wait_for (run, run->out, "\"busy\":2,\"pids\":[");
  cli_run_wait_for (run, run->out, "]}\n");
  text = strstr (run->out->str, "\"busy\":2,\"pids\":[");
  g_assert_cmpint (sscanf (text, "\"busy\":2,\"pids\":[%d,%d]", &pids[0], &pids[1]), ==, 2);
  g_assert_cmpint (pids[0], >, 1);
  g_assert_cmpint (pids[1], >, 1);
}

static gboolean
is_asleep (gpointer pid)
{
  return haul_test_process_state (GPOINTER_TO_INT (pid)) == 'S';
}

static void
assert_gone (int pids[2])
{
  for (guint i = 0; i < 2; i++)
    haul_test_poll_until (haul_test_process_gone, GINT_TO_POINTER (pids[i]), HAUL_TEST_SOON_MS);
}

static void
test_killed_worker (gconstpointer data)
{
  gboolean retries = GPOINTER_TO_INT (data);
  g_autoptr(CliRun) run = cli_run_start ("map", "sleep", "--over", "seconds=5,5.5,0", "--json", "--workers=2",
                                         "--nice=0", "--retries", retries ? "2" : "0", NULL);
  int pids[2];

  wait_workers (run, pids);
  /* It was sent its item, so it does not sleep before it is at it: one that is not would go to the other. */
  haul_test_poll_until (is_asleep, GINT_TO_POINTER (pids[0]), HAUL_TEST_SOON_MS);
  g_assert_cmpint (kill (pids[0], SIGKILL), ==, 0);
  cli_run_join (run);
  assert_gone (pids);
  if (retries)
    {
      cli_run_assert_status (run, 0);
      g_assert_cmpstr (run->err->str, ==, "");
      haul_test_assert_contains (run->out->str, "\"done\":3,\"failed\":0,\"total\":3,\"elapsed\"");
      return;
    }

  cli_run_assert_status (run, 1);
  g_assert_true (g_str_has_prefix (run->err->str, "haul: sleep: seconds=5"));
  haul_test_assert_contains (run->err->str, "SIGKILL");
  g_assert_true (strchr (run->err->str, '\n') == run->err->str + run->err->len - 1);
  haul_test_assert_contains (run->out->str, "\"done\":2,\"failed\":1,\"total\":3,\"elapsed\"");
}

static void
test_fail_fast (void)
{
  g_autoptr(CliRun) wrong = cli_run_shell ("printf '0\\nbad\\n60\\n' | $HAUL map sleep --over seconds=@- --fail-fast --quiet");
  g_autoptr(CliRun) late = cli_run ("map", "sleep", "--over=seconds=0,60,61,62,63", "--task-timeout=2", "--fail-fast",
                                    "--workers=1", "--nice=0", NULL);

  cli_run_join (wrong);
  cli_run_assert_status (wrong, 1);
  haul_test_assert_contains (wrong->err->str, "haul: sleep: seconds=bad: ");
  cli_run_assert_status (late, 1);
  g_assert_cmpstr (late->out->str, ==, "Slept for 0 s\n");
  haul_test_assert_contains (late->err->str, "haul: sleep: seconds=60: took longer");
  g_assert_null (strstr (late->err->str, "seconds=61"));
}

static void
test_task_timeout (void)
{
  g_autoptr(CliRun) run = cli_run ("map", "sleep", "--over", "seconds=60,0,0.1", "--task-timeout", "2", "--nice=0", "--quiet", NULL);

  cli_run_assert_status (run, 1);
  g_assert_cmpstr (run->out->str, ==, "Slept for 0 s\nSlept for 0.1 s\n");
  g_assert_true (g_str_has_prefix (run->err->str, "haul: sleep: seconds=60: took longer than it was allowed to"));
  g_assert_true (strchr (run->err->str, '\n') == run->err->str + run->err->len - 1);
}

static void
test_interrupt (gconstpointer data)
{
  g_autoptr(CliRun) run = cli_run_start ("map", "sleep", "--over", "seconds=60..80", "--json", "--workers=2", NULL);
  int pids[2];

  wait_workers (run, pids);
  cli_run_signal (run, GPOINTER_TO_INT (data));
  cli_run_join (run);
  cli_run_assert_status (run, 130);
  assert_gone (pids);
  haul_test_assert_contains (run->out->str, "\"verdict\":\"cancelled\",\"status\":130");
  g_assert_cmpstr (run->err->str, ==, "haul: sleep: canceled\n");
}

/* Workers that hear nothing, and somebody who does not wait. */
static void
test_interrupt_twice (void)
{
  g_autoptr(CliRun) run = NULL;
  int pids[2];

  cli_run_set_env (g_getenv ("HAUL_TEST_CLI_WORKER_ENV"));
  run = cli_run_start ("map", "sleep", "--over", "seconds=60..80", "--json", "--workers=2", NULL);
  cli_run_set_env (NULL);
  wait_workers (run, pids);
  cli_run_signal (run, SIGINT);
  cli_run_signal (run, SIGTERM);
  cli_run_join (run);
  cli_run_assert_status (run, 130);
  haul_test_assert_contains (run->out->str, "\"verdict\":\"cancelled\",\"status\":130");
  assert_gone (pids);
}

static void
test_killed (void)
{
  g_autoptr(CliRun) run = cli_run_start ("map", "sleep", "--over", "seconds=60..80", "--json", "--workers=2", NULL);
  int pids[2];

  wait_workers (run, pids);
  cli_run_signal (run, SIGKILL);
  cli_run_join (run);
  assert_gone (pids);
}

/* A thousand million values, and a reader of two. */
static void
test_closed_stdout (void)
{
  g_autoptr(CliRun) head = cli_run_shell ("{ $HAUL map sleep --over seconds=0..1:1e-9 --quiet; echo status $? >&2; } | head -n 2");
  g_autoptr(CliRun) json = cli_run_shell ("{ $HAUL map sleep --over seconds=0..1:1e-9 --json; echo status $? >&2; } | head -c 1");
  g_autoptr(CliRun) full = cli_run_shell ("$HAUL map pi --over digits=1..3 --quiet >/dev/full");
  g_autoptr(CliRun) closed = cli_run_shell ("$HAUL map pi --over digits=1..3 >&-");

  cli_run_join (head);
  g_assert_cmpstr (head->out->str, ==, "Slept for 0 s\nSlept for 1e-09 s\n");
  g_assert_cmpstr (head->err->str, ==, "status 141\n");
  cli_run_join (json);
  g_assert_cmpstr (json->out->str, ==, "{");
  g_assert_cmpstr (json->err->str, ==, "status 141\n");
  cli_run_join (full);
  cli_run_assert_refused (full, 1, "No space left on device");
  cli_run_join (closed);
  cli_run_assert_refused (closed, 2, "standard output is closed");
}

static long
max_rss (void)
{
  struct rusage usage;

  g_assert_cmpint (getrusage (RUSAGE_CHILDREN, &usage), ==, 0);
  return usage.ru_maxrss;
}

static gboolean
has_exited (gpointer data)
{
  return ((CliRun *) data)->exited;
}

static void
test_memory (void)
{
  g_autoptr(CliRun) few = cli_run ("map", "sleep", "--over", "seconds=0..0.0000001:1e-8", "--output", "/dev/null", NULL);
  long base = max_rss ();
  g_autoptr(CliRun) many = cli_run_start ("map", "sleep", "--over", "seconds=0..0.0000002:1e-12", "--nice=0", "--output", "/dev/null", NULL);

  /* It is much to do for a busy machine: each wait has its own watchdog. */
  for (guint i = 0; i < 8 && !many->exited; i++)
    (void) haul_test_run_for (has_exited, many, HAUL_TEST_SOON_MS);
  cli_run_join (many);

  cli_run_assert_status (few, 0);
  cli_run_assert_status (many, 0);
  haul_test_assert_contains (many->err->str, "200,001 done in");
#if defined (__SANITIZE_ADDRESS__)
  g_test_message ("%ld KiB; the address sanitizer keeps what is freed, so this is not judged", max_rss () - base);
#else
  g_assert_cmpint (max_rss (), <, base + 64 * MIB);
#endif
}

/* Nobody reads for now, so nothing more than fits is calculated. */
static void
test_slow_reader (void)
{
  g_autoptr(CliRun) run = cli_run_shell ("yes 5000 | head -n 4000 | $HAUL map pi --over digits=@- --quiet | "
                                         "{ read -r line; sleep 1; wc -l; }");

  cli_run_join (run);
  g_assert_cmpstr (run->out->str, ==, "3999\n");
}

static void
test_output_file (void)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *dir = g_dir_make_tmp ("haul-test-XXXXXX", &error);
  g_autofree char *path = g_build_filename (dir, "out.txt", NULL);
  g_autofree char *text = NULL;
  g_autoptr(CliRun) first = cli_run ("map", "pi", "--over", "digits=1..2", "--output", path, NULL);
  g_autoptr(CliRun) second = cli_run ("map", "pi", "--over", "digits=1..2", "--output", path, NULL);
  g_autoptr(CliRun) failed = cli_run ("map", "sleep", "--over=seconds=60", "--task-timeout=0.2", "--fail-fast",
                                      "--force", "--output", path, NULL);

  cli_run_assert_status (first, 0);
  g_assert_cmpstr (first->out->str, ==, "");
  cli_run_assert_refused (second, 2, "exists; --force replaces it");
  cli_run_assert_status (failed, 1);
  g_assert_true (g_file_get_contents (path, &text, NULL, &error));
  g_assert_cmpstr (text, ==, "3.1\n3.14\n");
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (g_rmdir (dir), ==, 0);   /* nothing else is in it */
}

static void
test_no_helper (void)
{
  g_autoptr(CliRun) run = NULL;

  cli_run_set_env ("HAUL_WORKER=/nonexistent");
  run = cli_run ("map", "pi", "--over", "digits=1..5", "--quiet", NULL);
  cli_run_set_env (NULL);
  cli_run_assert_refused (run, 1, "say in HAUL_WORKER where it is");
}

static void
test_refused (void)
{
  static const struct { const char *over; const char *option; const char *part; } cases[] = {
    { NULL, NULL, "what to vary is missing" },
    { "--over", NULL, "a value is missing, as in --over WHAT" },
    { "--over=digits", NULL, "say PARAMETER=VALUES" },
    { "--over=digitz=1..5", NULL, "it has: digits, method" },
    { "--over=digits=", NULL, "the values are missing" },
    { "--over=digits=5..1", NULL, "count down with a step below zero" },
    { "--over=digits=1..5:-1", NULL, "is empty" },
    { "--over=digits=1..5:0", NULL, "a step of zero never gets there" },
    { "--over=digits=1..5:x", NULL, "the step ‘x’ is not such a number" },
    { "--over=digits=0..5", NULL, "‘0’ is not a whole number from 1" },
    { "--over=digits=1..", NULL, "a value is missing" },
    { "--over=digits=1,x", NULL, "‘x’ is not a whole number from 1" },
    { "--over=digits=1,,2", NULL, "a value is missing" },
    { "--over=digits=1..10^12", NULL, "this needs about" },
    { "--over=method=magic", NULL, "is not one of chudnovsky, series" },
    { "--over=digits=1,20000000", "--method=series", "would take many hours" },
    { "--over=digits=@", NULL, "the name of a file is missing" },
    { "--over=digits=@/nonexistent", NULL, "No such file or directory" },
    { "--over=digits=@/", NULL, "is a directory" },
    { "--over=digits=1", "--over=method=series", "only one parameter can be varied" },
    { "--over=digits=1", "--digits=5", "leave out one of the two" },
    { "--over=digits=1", "--workers=0", "--workers: ‘0’ is not a whole number from 1" },
    { "--over=digits=1", "--chunksize=x", "--chunksize: ‘x’ is not a whole number from 1" },
    { "--over=digits=1", "--retries=-1", "--retries: ‘-1’ is not a whole number from 0" },
    { "--over=digits=1", "--task-timeout=soon", "not a number of seconds" },
    { "--over=digits=1", "--executor=thread", "an option of ‘haul run’" },
    { "--over=digits=1", "--unordered=yes", "takes no value" },
    { "--over=digits=1", "--force", "goes with --output FILE" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(CliRun) run = cli_run ("map", "pi", cases[i].over, cases[i].option, NULL);

      cli_run_assert_refused (run, 2, cases[i].part);
    }
}

static void
test_terminal (void)
{
  g_autoptr(CliRun) run = cli_run_start_on_terminal (100, "map", "sleep", "--over", "seconds=0.5,0.6,0.7", "--workers=1", NULL);
  g_autoptr(CliRun) cancelled = cli_run_start_on_terminal (100, "map", "sleep", "--over", "seconds=0.1,60,61", "--workers=1", NULL);

  cli_run_join (run);
  cli_run_assert_status (run, 0);
  g_assert_cmpstr (run->out->str, ==, "Slept for 0.5 s\nSlept for 0.6 s\nSlept for 0.7 s\n");
  haul_test_assert_contains (run->err->str, "\033]9;4;0\033\\");
  haul_test_assert_contains (run->err->str, "haul: sleep: 3 done in ");

  cli_run_wait_for (cancelled, cancelled->err, "1 of 3");
  cli_run_wait_for (cancelled, cancelled->err, "\033]9;4;1;33\033\\");
  haul_test_assert_contains (cancelled->err->str, "Sleep [");
  cli_run_type (cancelled, "\003");
  cli_run_join (cancelled);
  cli_run_assert_status (cancelled, 130);
  haul_test_assert_contains (cancelled->err->str, "haul: sleep: canceled");
}

static void
test_words (void)
{
  g_autoptr(CliRun) help = cli_run ("help", "map", NULL);
  g_autoptr(CliRun) same = cli_run ("map", "--help", NULL);
  g_autoptr(CliRun) task = cli_run ("map", "pi", "--help", NULL);
  g_autoptr(CliRun) run = cli_run ("run", "--help", NULL);

  haul_test_assert_contains (help->out->str, "--over WHAT");
  g_assert_cmpstr (help->out->str, ==, same->out->str);
  haul_test_assert_contains (task->out->str, "--digits N");
  haul_test_assert_contains (task->out->str, "--task-timeout SECONDS");
  g_assert_null (strstr (run->out->str, "--over"));
}

/* A file that never ends, and has but one line, does not keep it from listening. */
static void
test_endless_line (void)
{
  g_autoptr(CliRun) run = cli_run_start ("map", "sleep", "--over", "seconds=@/dev/zero", NULL);

  cli_run_wait_for (run, run->err, "a line of more than");
  cli_run_signal (run, SIGINT);
  cli_run_join (run);
  cli_run_assert_status (run, 130);
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);
  g_setenv ("TERM", "xterm-256color", TRUE);

  g_test_add_func ("/cli/map/values", test_values);
  g_test_add_func ("/cli/map/fractions", test_fractions);
  g_test_add_func ("/cli/map/lines", test_lines);
  g_test_add_func ("/cli/map/endless-line", test_endless_line);
  g_test_add_func ("/cli/map/dialogue", test_dialogue);
  g_test_add_func ("/cli/map/order", test_order);
  g_test_add_func ("/cli/map/json", test_json);
  g_test_add_data_func ("/cli/map/killed-worker", GINT_TO_POINTER (FALSE), test_killed_worker);
  g_test_add_data_func ("/cli/map/killed-worker-retried", GINT_TO_POINTER (TRUE), test_killed_worker);
  g_test_add_func ("/cli/map/fail-fast", test_fail_fast);
  g_test_add_func ("/cli/map/task-timeout", test_task_timeout);
  g_test_add_data_func ("/cli/map/int", GINT_TO_POINTER (SIGINT), test_interrupt);
  g_test_add_data_func ("/cli/map/term", GINT_TO_POINTER (SIGTERM), test_interrupt);
  g_test_add_func ("/cli/map/twice", test_interrupt_twice);
  g_test_add_func ("/cli/map/killed", test_killed);
  g_test_add_func ("/cli/map/closed-stdout", test_closed_stdout);
  g_test_add_func ("/cli/map/memory", test_memory);
  g_test_add_func ("/cli/map/slow-reader", test_slow_reader);
  g_test_add_func ("/cli/map/output-file", test_output_file);
  g_test_add_func ("/cli/map/no-helper", test_no_helper);
  g_test_add_func ("/cli/map/refused", test_refused);
  g_test_add_func ("/cli/map/terminal", test_terminal);
  g_test_add_func ("/cli/map/words", test_words);

  return g_test_run ();
}
