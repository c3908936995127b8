/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "test-process-util.h"

/* What becomes of processes when the program ends. This program runs itself again as the one that
 * ends: test-process-exit --outer METHOD HOW. It prints a line for each process that it has, and at
 * the end how they ended. */

typedef struct
{
  int   daemon;
  int   worker;
  char *text;      /* (owned) all that it printed */
  int   status;    /* exit status, or minus the signal */
} Outcome;

static void
print_ended (HaulProcess *process,
             gpointer     name)
{
  int code = 1000;

  (void) haul_process_get_exit_code (process, &code);   /* 1000 would show */
  printf ("%s ended %d\n", (const char *) name, code);
  fflush (stdout);
}

static HaulProcess *
outer_process (gconstpointer  method,
               const char    *name,
               const char    *task,
               const char    *arguments,
               gboolean       is_daemon)
{
  HaulProcess *process = test_process_new (method, task, arguments);

  g_assert_true (haul_process_set_daemon (process, is_daemon, NULL));
  g_signal_connect (process, "ended", G_CALLBACK (print_ended), (gpointer) name);
  test_process_start (process);
  if (g_str_equal (task, "ignore-term"))
    (void) haul_test_wait_log (haul_process_get_job (process), "ignoring");
  haul_test_wait_state (haul_process_get_job (process), HAUL_JOB_RUNNING);
  printf ("%s pid %d\n", name, haul_process_get_pid (process));
  fflush (stdout);
  return process;
}

static gboolean
quit_cb (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_CONTINUE;
}

/* A program as it should be: a signal ends its main loop, and then all processes are finished. */
static void
run_until_signal (void)
{
  g_autoptr(GMainLoop) loop = g_main_loop_new (NULL, FALSE);

  g_unix_signal_add (SIGTERM, quit_cb, loop);
  g_unix_signal_add (SIGINT, quit_cb, loop);
  g_unix_signal_add (SIGHUP, quit_cb, loop);
  printf ("running\n");
  fflush (stdout);
  g_main_loop_run (loop);
}

static int
outer (gconstpointer  method,
       const char    *how)
{
  gboolean stubborn = g_str_equal (how, "stubborn") || g_str_equal (how, "kill");
  gboolean suspended = g_str_equal (how, "suspended");   /* before it has ended */
  g_autoptr(HaulProcess) daemon = NULL;
  g_autoptr(HaulProcess) worker = NULL;
  g_autoptr(HaulProcess) late = NULL;

  haul_test_begin ();
  if (g_str_equal (how, "ignored"))
    (void) signal (SIGCHLD, SIG_IGN);   /* and the ends of children are for nobody to see */
  if (g_str_equal (how, "buffered"))
    printf ("once ");   /* into the buffer, which no child may have a copy of */

  daemon = outer_process (method, "daemon", stubborn ? "ignore-term" : "slow", NULL, TRUE);
  worker = outer_process (method, "worker", stubborn ? "ignore-term" : "slow",
                          stubborn ? NULL : suspended ? "{'seconds': <4.0>}" : "{'seconds': <0.5>}", FALSE);
  if (g_str_equal (how, "stubborn"))
    g_assert_true (haul_process_kill (worker, NULL));
  if (g_str_equal (how, "ignored"))
    g_assert_true (haul_process_kill (daemon, NULL));
  if (g_str_equal (how, "kill"))
    haul_job_set_grace (haul_process_get_job (daemon), 60000, FALSE);
  if (suspended)
    g_assert_true (haul_process_suspend (worker, NULL));
  if (g_str_equal (how, "signal") || g_str_equal (how, "kill"))
    run_until_signal ();

  g_assert_true (haul_process_finish_all (NULL, NULL));
  printf ("finished\n");
  late = test_process_new (method, "ok", NULL);   /* there is a life after it */
  test_process_start (late);
  g_assert_true (haul_process_finish_all (NULL, NULL));
  fflush (stdout);
  return 0;
}

static void
outcome_clear (Outcome *outcome)
{
  g_free (outcome->text);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Outcome, outcome_clear)

/* Runs the outer program to its end; @number is sent when it says that it is running. */
static void
run_outer (gconstpointer  method,
           const char    *how,
           int            number,
           Outcome       *ret_outcome)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autoptr(GSubprocess) subprocess = NULL;
  g_autoptr(GDataInputStream) lines = NULL;
  g_autoptr(GString) text = g_string_new (NULL);
  g_autoptr(GError) error = NULL;
  char *line;

  subprocess = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, self, "--outer",
                                 test_process_methods[GPOINTER_TO_INT (method)], how, NULL);
  g_assert_no_error (error);
  lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (subprocess));
  while ((line = g_data_input_stream_read_line (lines, NULL, NULL, NULL)) != NULL)
    {
      g_autofree char *owned G_GNUC_UNUSED = line;
      const char *daemon_at = strstr (line, "daemon pid ");

      g_string_append_printf (text, "%s\n", line);
      if (daemon_at != NULL)
        ret_outcome->daemon = atoi (daemon_at + strlen ("daemon pid "));
      else if (g_str_has_prefix (line, "worker pid "))
        ret_outcome->worker = atoi (line + strlen ("worker pid "));
      else if (number != 0 && g_str_equal (line, "running"))
        g_subprocess_send_signal (subprocess, number);
    }
  g_assert_true (g_subprocess_wait (subprocess, NULL, &error));
  g_assert_no_error (error);
  ret_outcome->text = g_string_free (g_steal_pointer (&text), FALSE);
  ret_outcome->status = g_subprocess_get_if_exited (subprocess) ? g_subprocess_get_exit_status (subprocess)
                                                                : -g_subprocess_get_term_sig (subprocess);
  g_test_message ("%s: %s", how, ret_outcome->text);
  haul_test_poll_until (haul_test_process_gone, GINT_TO_POINTER (ret_outcome->daemon), HAUL_TEST_SOON_MS);   /* by itself it lives for longer */
  haul_test_poll_until (haul_test_process_gone, GINT_TO_POINTER (ret_outcome->worker), HAUL_TEST_SOON_MS);
}

/* T25: the daemon is terminated first, and the other one is waited for; then the program goes on. */
static void
test_quit (gconstpointer method)
{
  g_auto(Outcome) outcome = { 0 };
  const char *daemon_at, *worker_at, *finished_at;

  haul_test_begin ();
  run_outer (method, "quit", 0, &outcome);
  g_assert_cmpint (outcome.status, ==, 0);
  daemon_at = strstr (outcome.text, "daemon ended -15\n");
  worker_at = strstr (outcome.text, "worker ended 0\n");
  finished_at = strstr (outcome.text, "finished\n");
  g_assert_nonnull (daemon_at);
  g_assert_nonnull (worker_at);
  g_assert_nonnull (finished_at);
  g_assert_true (worker_at < finished_at && daemon_at < finished_at);
  test_process_end (method);
}

/* A daemon that ignores SIGTERM holds nobody up. */
static void
test_stubborn (gconstpointer method)
{
  g_auto(Outcome) outcome = { 0 };

  haul_test_begin ();
  run_outer (method, "stubborn", 0, &outcome);
  g_assert_cmpint (outcome.status, ==, 0);
  haul_test_assert_contains (outcome.text, "daemon ended -9\n");
  haul_test_assert_contains (outcome.text, "worker ended -9\n");
  test_process_end (method);
}

/* Nobody is left to let it go on. */
static void
test_suspended (gconstpointer method)
{
  g_auto(Outcome) outcome = { 0 };

  haul_test_begin ();
  run_outer (method, "suspended", 0, &outcome);
  g_assert_cmpint (outcome.status, ==, 0);
  haul_test_assert_contains (outcome.text, "worker ended 0\n");
  test_process_end (method);
}

/* T28 */
static void
test_signals (gconstpointer method)
{
  static const int numbers[] = { SIGTERM, SIGINT, SIGHUP };

  haul_test_begin ();
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      g_auto(Outcome) outcome = { 0 };

      run_outer (method, "signal", numbers[i], &outcome);
      g_assert_cmpint (outcome.status, ==, 0);
      haul_test_assert_contains (outcome.text, "daemon ended -15\n");
      haul_test_assert_contains (outcome.text, "worker ended 0\n");
      haul_test_assert_contains (outcome.text, "finished\n");
    }
  test_process_end (method);
}

/* T29: run_outer() waits for those that are left, for less long than they live by themselves. */
static void
test_killed (gconstpointer method)
{
  g_auto(Outcome) outcome = { 0 };

  haul_test_begin ();
  run_outer (method, "kill", SIGKILL, &outcome);
  g_assert_cmpint (outcome.status, ==, -SIGKILL);
  test_process_end (method);
}

/* T14 */
static void
test_buffered (gconstpointer method)
{
  g_auto(Outcome) outcome = { 0 };
  const char *first;

  haul_test_begin ();
  run_outer (method, "buffered", 0, &outcome);
  first = strstr (outcome.text, "once");
  g_assert_nonnull (first);
  g_assert_null (strstr (first + 1, "once"));
  test_process_end (method);
}

/* T20: whoever ignores SIGCHLD has its children collected by the kernel, which tells nobody how they
 * ended: that is said, and nothing waits for ever. The children of the fork server are not ours. */
static void
test_ignored (gconstpointer method)
{
  gboolean forked = GPOINTER_TO_INT (method) == HAUL_START_FORK_SERVER;
  g_auto(Outcome) outcome = { 0 };

  haul_test_begin ();
  run_outer (method, "ignored", 0, &outcome);
  g_assert_cmpint (outcome.status, ==, 0);
  haul_test_assert_contains (outcome.text, forked ? "daemon ended -9\n" : "daemon ended 1000\n");
  haul_test_assert_contains (outcome.text, "worker ended 0\n");
  haul_test_assert_contains (outcome.text, "finished\n");
  test_process_end (method);
}

static void
finished_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  (void) haul_process_finish_all_finish (result, user_data);   /* the test looks at the error */
}

static gboolean
is_set (gpointer data)
{
  return *(gpointer *) data != NULL;
}

/* Waiting for the end can be given up; the process goes on, and nothing can be started meanwhile. */
static void
test_cancelled (gconstpointer method)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(HaulProcess) process = NULL;
  g_autoptr(HaulProcess) other = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(GError) refused = NULL;

  haul_test_begin ();
  process = test_process_run (method, "slow", NULL, NULL);
  other = test_process_new (method, "ok", NULL);
  haul_process_finish_all_async (cancellable, finished_cb, &error);
  g_assert_false (haul_process_start (other, &refused));
  g_assert_error (refused, HAUL_ERROR, HAUL_ERROR_NOT_POSSIBLE);
  g_cancellable_cancel (cancellable);
  haul_test_run_until (is_set, &error, HAUL_TEST_SOON_MS);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_true (haul_process_is_alive (process));
  test_process_start (other);
  test_process_assert_ends (other, 0);
  g_assert_true (haul_process_terminate (process, NULL));
  test_process_assert_ends (process, -15);
  test_process_end (method);
}

int
main (int    argc,
      char **argv)
{
  if (argc == 4 && g_str_equal (argv[1], "--outer"))
    {
      int no_arguments = 1;

      haul_test_init (&no_arguments, &argv);
      g_log_set_always_fatal (G_LOG_FATAL_MASK);   /* GLib warns of children that it cannot collect */
      return outer (GINT_TO_POINTER (g_str_equal (argv[2], "spawn") ? HAUL_START_SPAWN : HAUL_START_FORK_SERVER), argv[3]);
    }

  haul_test_init (&argc, &argv);
  test_process_add ("/parent/process-exit/quit", test_quit);
  test_process_add ("/parent/process-exit/stubborn", test_stubborn);
  test_process_add ("/parent/process-exit/suspended", test_suspended);
  test_process_add ("/parent/process-exit/signals", test_signals);
  test_process_add ("/parent/process-exit/killed", test_killed);
  test_process_add ("/parent/process-exit/buffered", test_buffered);
  test_process_add ("/parent/process-exit/ignored", test_ignored);
  test_process_add ("/parent/process-exit/cancelled", test_cancelled);
  return g_test_run ();
}
