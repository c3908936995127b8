/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "haul-test.h"

/* A worker does not outlive the program that started it, however that one ends. This program
 * starts itself as that program: `test-orphan --outer TASK HOW`. */

static gboolean
forever (gpointer data)
{
  return FALSE;
}

static gboolean
is_stopped (gpointer data)
{
  return haul_test_process_state (GPOINTER_TO_INT (data)) == 'T';
}

static int
outer (const char *task,
       const char *how)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) job = NULL;
  gpointer pid;

  haul_test_jobs_begin ();
  executor = haul_test_process_executor_new ();
  job = haul_test_job_start (executor, task, NULL);
  haul_test_wait_state (job, g_str_equal (how, "starting") ? HAUL_JOB_STARTING : HAUL_JOB_RUNNING);
  if (g_str_equal (task, "ignore-term"))
    (void) haul_test_wait_log (job, "ignoring");
  if (g_str_equal (task, "spin") && !g_str_equal (how, "starting"))
    (void) haul_test_wait_log (job, "spinning");
  pid = GINT_TO_POINTER (haul_job_get_pid (job));
  if (g_str_equal (how, "paused"))
    {
      haul_job_pause (job);
      haul_test_run_until (is_stopped, pid, HAUL_TEST_SOON_MS);
    }

  printf ("worker %d\n", haul_job_get_pid (job));
  fflush (stdout);
  if (g_str_equal (how, "return"))
    return 0;
  if (g_str_equal (how, "abort"))
    {
      signal (SIGABRT, SIG_DFL);
      abort ();
    }
  (void) haul_test_run_for (forever, NULL, 30000);
  return 1;
}

static int
read_pid (GSubprocess *subprocess)
{
  g_autoptr(GDataInputStream) lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (subprocess));
  char *line;

  while ((line = g_data_input_stream_read_line (lines, NULL, NULL, NULL)) != NULL)
    {
      g_autofree char *owned = line;

      if (g_str_has_prefix (owned, "worker "))
        return atoi (owned + strlen ("worker "));
    }
  g_error ("the outer program did not start a worker");
}

static void
run (const char *task,
     const char *how)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autoptr(GSubprocess) subprocess = NULL;
  g_autoptr(GError) error = NULL;
  gint64 start;
  int pid;

  subprocess = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, self, "--outer", task, how, NULL);
  g_assert_no_error (error);
  pid = read_pid (subprocess);
  g_assert_cmpint (pid, >, 1);
  if (!g_str_equal (how, "return") && !g_str_equal (how, "abort"))
    g_subprocess_force_exit (subprocess);
  g_assert_true (g_subprocess_wait (subprocess, NULL, NULL));
  start = g_get_monotonic_time ();
  haul_test_poll_until (haul_test_process_gone, GINT_TO_POINTER (pid), HAUL_TEST_SOON_MS);   /* it would live for longer */
  g_test_message ("%s, %s: gone after %.1f ms", task, how, (g_get_monotonic_time () - start) / 1000.0);
}

static void
test_killed (void)
{
  static const char * const tasks[] = { "slow", "spin", "tidy", "ignore-term" };

  haul_test_begin ();
  for (guint i = 0; i < G_N_ELEMENTS (tasks); i++)
    run (tasks[i], "kill");
  haul_test_assert_clean ();
}

static void
test_killed_at_start (void)
{
  haul_test_begin ();
  for (guint i = 0; i < 20; i++)
    run ("spin", "starting");
  haul_test_assert_clean ();
}

static void
test_killed_while_paused (void)
{
  haul_test_begin ();
  run ("spin", "paused");
  haul_test_assert_clean ();
}

static void
test_returned (void)
{
  haul_test_begin ();
  run ("spin", "return");
  run ("ignore-term", "return");
  haul_test_assert_clean ();
}

static void
test_aborted (void)
{
  haul_test_begin ();
  run ("spin", "abort");
  haul_test_assert_clean ();
}

int
main (int    argc,
      char **argv)
{
  if (argc == 4 && g_str_equal (argv[1], "--outer"))
    {
      int status;
      int no_arguments = 1;

      haul_test_init (&no_arguments, &argv);
      status = outer (argv[2], argv[3]);
      _exit (status);   /* what it holds is meant to be left as it is */
    }

  haul_test_init (&argc, &argv);
  g_test_add_func ("/parent/orphan/killed", test_killed);
  g_test_add_func ("/parent/orphan/killed-at-start", test_killed_at_start);
  g_test_add_func ("/parent/orphan/killed-while-paused", test_killed_while_paused);
  g_test_add_func ("/parent/orphan/returned", test_returned);
  g_test_add_func ("/parent/orphan/aborted", test_aborted);
  return g_test_run ();
}
