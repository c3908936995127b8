/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli-run.h"
#include "haul-test.h"

/* A program that is killed leaves nothing behind, however many workers it has, and though all of them
 * are deaf to SIGTERM. All that comes of one run is known by a mark in its environment. */

#define N_MANY   (HAUL_TEST_SANITIZED ? 60u : 300u)
#define N_RUNS   8u
#define IGNORES(signum) (G_GUINT64_CONSTANT (1) << ((signum) - 1))

static char *mark;   /* (owned) */

static void
mark_env (void)
{
  static guint n;

  g_free (mark);
  mark = g_strdup_printf ("HAUL_TEST_MARK=%d-%u", (int) getpid (), n++);
  cli_run_set_env (mark);
  cli_run_set_env (g_getenv ("HAUL_TEST_CLI_WORKER_ENV"));
}

/* @n workers that hear nothing but SIGKILL, for a minute. */
static CliRun *
start_map (guint n)
{
  g_autofree char *over = g_strdup_printf ("seconds=60..%u", 60 + n - 1);
  g_autofree char *workers = g_strdup_printf ("--workers=%u", n);
  CliRun *run;

  mark_env ();
  run = cli_run_start ("map", "sleep", "--over", over, workers, "--quiet", NULL);
  cli_run_set_env (NULL);
  return run;
}

static gboolean
is_deaf (int pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/status", pid);
  g_autofree char *text = NULL;
  const char *at;

  if (!g_file_get_contents (path, &text, NULL, NULL) || (at = strstr (text, "SigIgn:\t")) == NULL)
    return FALSE;
  return (g_ascii_strtoull (at + strlen ("SigIgn:\t"), NULL, 16) & IGNORES (SIGTERM)) != 0;
}

/* The children of @pid that are deaf, or all of them. */
static guint
count_children (int      pid,
                gboolean deaf,
                int     *ret_last)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/task/%d/children", pid, pid);
  g_autofree char *text = NULL;
  g_auto(GStrv) pids = NULL;
  guint n = 0;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return 0;
  pids = g_strsplit (g_strchomp (text), " ", 0);
  for (guint i = 0; pids[i] != NULL; i++)
    if (*pids[i] != '\0' && (!deaf || is_deaf (atoi (pids[i]))))
      {
        *ret_last = atoi (pids[i]);
        n++;
      }
  return n;
}

typedef struct
{
  CliRun *run;
  guint   n;
  int     server;
} Crowd;

/* The workers are children of the fork server, which is the only child of the program. */
static gboolean
all_are_deaf (gpointer data)
{
  Crowd *crowd = data;
  int last;

  g_assert_false (crowd->run->exited);
  return count_children (crowd->run->pid, FALSE, &crowd->server) == 1
         && count_children (crowd->server, TRUE, &last) == crowd->n;
}

static gboolean
some_are_there (gpointer data)
{
  Crowd *crowd = data;

  g_assert_false (crowd->run->exited);
  return haul_test_count_marked (mark, crowd->run->pid) >= crowd->n;
}

static gboolean
none_is_left (gpointer n)
{
  return haul_test_count_marked (mark, 0) <= GPOINTER_TO_UINT (n);
}

static gboolean
is_stopped (gpointer pid)
{
  return haul_test_process_state (GPOINTER_TO_INT (pid)) == 'T';
}

/* Kills it, and waits until no more than @n of all that came of it are alive. */
static void
kill_it (CliRun     *run,
         guint       n_left,
         const char *what)
{
  guint n = haul_test_count_marked (mark, 0);
  gint64 start = g_get_monotonic_time ();

  cli_run_signal (run, SIGKILL);
  haul_test_poll_until (none_is_left, GUINT_TO_POINTER (n_left), HAUL_TEST_SOON_MS);
  g_test_message ("%s: %u processes gone after %.0f ms", what, n - n_left, (g_get_monotonic_time () - start) / 1000.0);
}

/* Ends with a run that goes as it should. */
static void
finish (CliRun *run)
{
  g_autoptr(CliRun) normal = NULL;

  cli_run_join (run);
  cli_run_assert_status (run, 128 + SIGKILL);
  cli_run_free (run);
  normal = cli_run ("map", "pi", "--over", "digits=1..3", "--quiet", NULL);
  cli_run_assert_status (normal, 0);
  g_assert_cmpstr (normal->out->str, ==, "3.1\n3.14\n3.141\n");
  g_clear_pointer (&normal, cli_run_free);
  g_clear_pointer (&mark, g_free);
  haul_test_assert_clean ();
}

static Crowd
start_deaf (guint n)
{
  Crowd crowd = { .n = n };

  crowd.run = start_map (n);
  haul_test_run_until (all_are_deaf, &crowd, 2 * HAUL_TEST_SOON_MS);
  return crowd;
}

static void
test_map (void)
{
  Crowd crowd;

  haul_test_begin ();
  crowd = start_deaf (N_MANY);
  g_assert_cmpuint (haul_test_count_marked (mark, 0), ==, N_MANY + 2);
  kill_it (crowd.run, 0, "haul killed");
  finish (crowd.run);
}

/* Nobody is left to clean up but the kernel, and a new server may just be coming. */
static void
test_map_and_server (void)
{
  Crowd crowd;

  haul_test_begin ();
  crowd = start_deaf (N_MANY / 2);
  g_assert_cmpint (kill (crowd.server, SIGKILL), ==, 0);
  kill_it (crowd.run, 0, "haul and its fork server killed");
  finish (crowd.run);
}

/* The fork server cannot help either: the workers notice by themselves. It goes when it can. */
static void
test_map_server_stopped (void)
{
  Crowd crowd;

  haul_test_begin ();
  crowd = start_deaf (N_MANY / 2);
  g_assert_cmpint (kill (crowd.server, SIGSTOP), ==, 0);
  haul_test_poll_until (is_stopped, GINT_TO_POINTER (crowd.server), HAUL_TEST_SOON_MS);
  kill_it (crowd.run, 1, "haul killed, its fork server stopped");
  g_assert_cmpint (kill (crowd.server, SIGCONT), ==, 0);
  haul_test_poll_until (none_is_left, NULL, HAUL_TEST_SOON_MS);
  finish (crowd.run);
}

/* In the middle of the start of so many, and of a fork. */
static void
test_map_starting (void)
{
  haul_test_begin ();
  for (guint i = 1; i <= 10; i++)
    {
      Crowd crowd = { start_map (60), i *i / 2, 0 };

      haul_test_run_until (some_are_there, &crowd, HAUL_TEST_SOON_MS);
      kill_it (crowd.run, 0, "haul killed while it starts workers");
      cli_run_join (crowd.run);
      if (i == 10)
        finish (crowd.run);
      else
        cli_run_free (crowd.run);
    }
}

static gboolean
runs_are_deaf (gpointer data)
{
  CliRun **runs = data;
  int last;

  for (guint i = 0; i < N_RUNS; i++)
    if (count_children (runs[i]->pid, TRUE, &last) != 1)
      return FALSE;
  return TRUE;
}

/* One worker each, exec'd. */
static void
test_runs (void)
{
  CliRun *runs[N_RUNS];

  haul_test_begin ();
  mark_env ();
  for (guint i = 0; i < N_RUNS; i++)
    runs[i] = cli_run_start ("run", "sleep", "--seconds=60", "--quiet", NULL);
  cli_run_set_env (NULL);
  haul_test_run_until (runs_are_deaf, runs, HAUL_TEST_SOON_MS);
  for (guint i = 1; i < N_RUNS; i++)
    cli_run_signal (runs[i], SIGKILL);
  kill_it (runs[0], 0, "each haul run killed");
  for (guint i = 1; i < N_RUNS; i++)
    {
      cli_run_join (runs[i]);
      cli_run_free (runs[i]);
    }
  finish (runs[0]);
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);

  g_test_add_func ("/cli/killed/map", test_map);
  g_test_add_func ("/cli/killed/map-and-server", test_map_and_server);
  g_test_add_func ("/cli/killed/map-server-stopped", test_map_server_stopped);
  g_test_add_func ("/cli/killed/map-starting", test_map_starting);
  g_test_add_func ("/cli/killed/runs", test_runs);

  return g_test_run ();
}
