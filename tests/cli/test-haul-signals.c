/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <signal.h>
#include <string.h>

#include "cli-run.h"
#include "haul-test.h"

static void
assert_gone (int worker)
{
  haul_test_poll_until (haul_test_process_gone, GINT_TO_POINTER (worker), HAUL_TEST_SOON_MS);
}

static char
state_of (gpointer pid)
{
  return haul_test_process_state (GPOINTER_TO_INT (pid));
}

static gboolean
is_stopped (gpointer pid)
{
  return state_of (pid) == 'T';
}

static gboolean
is_not_stopped (gpointer pid)
{
  return state_of (pid) != 'T';
}

static void
test_cancel (gconstpointer data)
{
  int signum = GPOINTER_TO_INT (data);
  g_autoptr(CliRun) run = cli_run_start ("run", "sleep", "--seconds", "60", "--json", NULL);
  int worker = cli_run_wait_worker (run);

  cli_run_signal (run, signum);
  cli_run_join (run);
  cli_run_assert_status (run, 130);
  assert_gone (worker);
  haul_test_assert_contains (run->out->str, "\"verdict\":\"cancelled\"");
}

/* A worker that hears nothing but SIGKILL. */
static CliRun *
start_deaf (const char *grace)
{
  CliRun *run = NULL;

  cli_run_set_env (g_getenv ("HAUL_TEST_CLI_WORKER_ENV"));
  run = cli_run_start ("run", "sleep", "--seconds", "60", "--grace", grace, "--json", NULL);
  cli_run_set_env (NULL);
  /* It says so when it is deaf. */
  cli_run_wait_for (run, run->out, "deaf");
  return run;
}

/* The grace time ends it. */
static void
test_grace (void)
{
  g_autoptr(CliRun) run = start_deaf ("0.2");
  int worker = cli_run_wait_worker (run);

  cli_run_signal (run, SIGINT);
  cli_run_join (run);
  cli_run_assert_status (run, 130);
  haul_test_assert_contains (run->out->str, "\"verdict\":\"cancelled\"");
  haul_test_assert_contains (run->out->str, "\"signal\":9,");
  assert_gone (worker);
}

/* The second signal does not wait for the grace time, here an hour. */
static void
test_second (void)
{
  g_autoptr(CliRun) run = start_deaf ("3600");
  int worker = cli_run_wait_worker (run);

  cli_run_signal (run, SIGINT);
  cli_run_wait_for (run, run->out, "\"state\":\"cancelling\"");
  cli_run_signal (run, SIGINT);
  cli_run_join (run);
  cli_run_assert_status (run, 130);
  haul_test_assert_contains (run->out->str, "\"signal\":9,");
  assert_gone (worker);
}

/* The same when it is the time that is up. */
static void
test_timed_out_deaf (void)
{
  g_autoptr(CliRun) run = NULL;

  cli_run_set_env (g_getenv ("HAUL_TEST_CLI_WORKER_ENV"));
  run = cli_run ("run", "sleep", "--seconds", "60", "--timeout=0.5", "--grace=0.1", "--json", NULL);
  cli_run_set_env (NULL);
  cli_run_assert_status (run, 124);
}

/* A thread between two big steps hears nothing and cannot be killed: haul ends with it. */
static void
test_thread (void)
{
  g_autoptr(CliRun) run = cli_run_start ("run", "pi", "--digits", "5000000", "--executor", "thread", "--grace", "0.2", NULL);

  cli_run_wait_for (run, run->err, "started");
  cli_run_signal (run, SIGINT);
  cli_run_join (run);
  cli_run_assert_status (run, 130);
  g_assert_cmpstr (run->out->str, ==, "");
  haul_test_assert_contains (run->err->str, "haul: pi: canceled");
}

static gboolean
has_used_cpu (gpointer data)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/stat", GPOINTER_TO_INT (data));
  g_autofree char *text = NULL;
  g_auto(GStrv) fields = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return FALSE;

  /* User time in ticks is the twelfth field after the name. */
  fields = g_strsplit (strrchr (text, ')') + 2, " ", 0);
  return atoi (fields[11]) >= 10;
}

/* While a job blocks the main loop, no handler of ours gets its turn: it ends at once instead. */
static void
test_serial (void)
{
  g_autoptr(CliRun) run = cli_run_start ("run", "pi", "--digits", "20000000", "--executor", "serial", NULL);

  /* It computes, so the loop is blocked. */
  haul_test_poll_until (has_used_cpu, GINT_TO_POINTER (run->pid), HAUL_TEST_SOON_MS);
  cli_run_signal (run, SIGINT);
  cli_run_join (run);
  cli_run_assert_status (run, 130);
  g_assert_cmpstr (run->out->str, ==, "");
}

/* Ctrl+Z stops the worker too, and what goes on again goes on with it. */
static void
test_stop (void)
{
  g_autoptr(CliRun) run = NULL;
  int worker;

  run = cli_run_start ("run", "sleep", "--seconds", "6", "--json", NULL);
  worker = cli_run_wait_worker (run);
  cli_run_signal (run, SIGTSTP);
  haul_test_poll_until (is_stopped, GINT_TO_POINTER (worker), HAUL_TEST_SOON_MS);
  haul_test_poll_until (is_stopped, GINT_TO_POINTER (run->pid), HAUL_TEST_SOON_MS);

  cli_run_signal (run, SIGCONT);
  haul_test_poll_until (is_not_stopped, GINT_TO_POINTER (worker), HAUL_TEST_SOON_MS);
  cli_run_join (run);
  cli_run_assert_status (run, 0);
}

/* nohup wants us to live on when the terminal goes. */
static void
test_nohup (void)
{
  g_autoptr(CliRun) run = cli_run_shell ("trap '' HUP; exec $HAUL run sleep --seconds 1 --json");
  int worker = cli_run_wait_worker (run);

  g_assert_cmpint (worker, >, 1);
  cli_run_signal (run, SIGHUP);
  cli_run_join (run);
  cli_run_assert_status (run, 0);
}

/* Killed, it can do nothing more; its worker still does not outlive it. */
static void
test_killed (void)
{
  g_autoptr(CliRun) run = cli_run_start ("run", "sleep", "--seconds", "60", "--json", NULL);
  int worker = cli_run_wait_worker (run);

  cli_run_signal (run, SIGKILL);
  cli_run_join (run);
  cli_run_assert_status (run, 128 + SIGKILL);
  assert_gone (worker);
}

/* Its worker is kept from ending even by SIGKILL: haul leaves it, and says which it was. */
static void
test_stuck (void)
{
  g_autoptr(CliRun) run = start_deaf ("0.1");
  int worker = cli_run_wait_worker (run);
  GSubprocess *holder = haul_test_hold (worker);
  g_autofree char *line = g_strdup_printf ("haul: sleep: process %d does not end", worker);

  cli_run_signal (run, SIGINT);
  cli_run_join (run);
  cli_run_assert_status (run, 130);
  if (holder != NULL)
    {
      haul_test_assert_contains (run->err->str, line);
      haul_test_let_go (holder);
    }
  assert_gone (worker);
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);

  g_test_add_data_func ("/cli/signals/int", GINT_TO_POINTER (SIGINT), test_cancel);
  g_test_add_data_func ("/cli/signals/term", GINT_TO_POINTER (SIGTERM), test_cancel);
  g_test_add_data_func ("/cli/signals/hup", GINT_TO_POINTER (SIGHUP), test_cancel);
  g_test_add_func ("/cli/signals/grace", test_grace);
  g_test_add_func ("/cli/signals/second", test_second);
  g_test_add_func ("/cli/signals/timed-out-deaf", test_timed_out_deaf);
  g_test_add_func ("/cli/signals/thread", test_thread);
  g_test_add_func ("/cli/signals/serial", test_serial);
  g_test_add_func ("/cli/signals/stop", test_stop);
  g_test_add_func ("/cli/signals/nohup", test_nohup);
  g_test_add_func ("/cli/signals/killed", test_killed);
  g_test_add_func ("/cli/signals/stuck", test_stuck);

  return g_test_run ();
}
