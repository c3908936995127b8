/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "haul-test.h"

#include "haul/wire/haul-error.h"

/* Fork servers that die, hang, or are none; and programs that die before their server. */

#define PATIENCE_US (2 * G_USEC_PER_SEC)   /* that a client has with a server */
#define SLACK_US    (10 * G_USEC_PER_SEC)  /* of a slow and busy machine; tasks would go on for 30 s */
#define MAX_STARTS  3

static HaulExecutor *
fork_executor_new (const char *path)
{
  HaulExecutor *executor = path != NULL ? haul_process_executor_new (path) : haul_test_process_executor_new ();

  haul_process_executor_set_start_method (HAUL_PROCESS_EXECUTOR (executor), HAUL_START_FORK_SERVER);
  haul_executor_set_max_running (executor, 16);
  return executor;
}

/* The parent of a worker. */
static int
server_of (HaulJob *job)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/stat", haul_job_get_pid (job));
  g_autofree char *text = NULL;
  int pid = 0;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpint (sscanf (strrchr (text, ')') + 2, "%*c %d", &pid), ==, 1);
  g_assert_cmpint (pid, >, 1);
  g_assert_cmpint (pid, !=, getpid ());
  return pid;
}

static GPtrArray *
start_many (HaulExecutor *executor,
            const char   *task,
            guint         n)
{
  GPtrArray *jobs = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (jobs, haul_test_job_start (executor, task, NULL));
  return jobs;
}

static void
wait_all (GPtrArray    *jobs,
          HaulJobState  state)
{
  for (guint i = 0; i < jobs->len; i++)
    haul_test_wait_state (g_ptr_array_index (jobs, i), state);
}

static void
assert_all (GPtrArray      *jobs,
            HaulJobVerdict  verdict,
            const char     *text)
{
  for (guint i = 0; i < jobs->len; i++)
    {
      HaulJob *job = g_ptr_array_index (jobs, i);

      haul_test_wait_ended (job);
      haul_test_assert_verdict (job, verdict);
      if (text != NULL)
        haul_test_assert_contains (haul_job_get_error (job)->message, text);
    }
}

static void
finish (HaulExecutor *executor)
{
  haul_test_run_normal (executor);
  g_assert_finalize_object (executor);
  haul_test_assert_clean ();
}

static void
test_killed (void)
{
  HaulExecutor *executor;
  g_autoptr(GPtrArray) jobs = NULL;
  g_autoptr(HaulJob) next = NULL;
  int pid;

  haul_test_begin ();
  executor = fork_executor_new (NULL);
  jobs = start_many (executor, "slow", 10);
  wait_all (jobs, HAUL_JOB_RUNNING);
  pid = server_of (g_ptr_array_index (jobs, 0));
  g_assert_cmpint (server_of (g_ptr_array_index (jobs, 9)), ==, pid);
  haul_job_pause (g_ptr_array_index (jobs, 3));
  haul_job_cancel (g_ptr_array_index (jobs, 4));   /* what was asked for comes first */
  g_assert_cmpint (kill (pid, SIGKILL), ==, 0);
  haul_test_wait_ended (g_ptr_array_index (jobs, 4));
  haul_test_assert_verdict (HAUL_JOB (g_ptr_array_index (jobs, 4)), HAUL_VERDICT_CANCELLED);
  g_ptr_array_remove_index (jobs, 4);
  assert_all (jobs, HAUL_VERDICT_FAILED, "fork server died");
  for (guint i = 0; i < jobs->len; i++)
    {
      HaulJob *job = g_ptr_array_index (jobs, i);

      g_assert_error ((GError *) haul_job_get_error (job), HAUL_ERROR, HAUL_ERROR_ENDED);
      haul_test_run_until (haul_test_process_gone, GINT_TO_POINTER (haul_job_get_pid (job)), HAUL_TEST_SOON_MS);
    }

  next = haul_test_job_start (executor, "slow", NULL);
  haul_test_wait_state (next, HAUL_JOB_RUNNING);
  g_assert_cmpint (server_of (next), !=, pid);
  haul_job_cancel (next);
  haul_test_wait_ended (next);
  finish (executor);
}

static gboolean
never (gpointer data)
{
  return FALSE;
}

/* It dies with some at work, some asked for and some in the queue: those that had not begun do not
 * notice, each is run once, and a listener that starts more of them does no harm. */
static void
test_killed_while_starting (void)
{
  haul_test_begin ();
  for (guint i = 0; i < 12; i++)
    {
      HaulExecutor *executor = fork_executor_new (NULL);
      g_autoptr(GPtrArray) running = start_many (executor, "slow", 4);
      g_autoptr(GPtrArray) starting = NULL;
      int pid;

      wait_all (running, HAUL_JOB_RUNNING);
      pid = server_of (g_ptr_array_index (running, 0));
      if (i % 3 == 0)
        g_assert_cmpint (kill (pid, SIGSTOP), ==, 0);   /* it has not forked those that follow */
      haul_executor_set_max_running (executor, 30);
      starting = start_many (executor, "echo", 60);
      haul_test_wait_state (g_ptr_array_index (starting, 0), HAUL_JOB_STARTING);
      for (guint turns = 0; turns < i / 3; turns++)
        g_main_context_iteration (NULL, FALSE);
      g_assert_cmpint (kill (pid, SIGKILL), ==, 0);
      assert_all (running, HAUL_VERDICT_FAILED, "fork server died");
      for (guint k = 0; k < starting->len; k++)
        {
          HaulJob *job = g_ptr_array_index (starting, k);

          haul_test_wait_ended (job);
          if (i % 3 == 0)
            haul_test_assert_verdict (job, HAUL_VERDICT_DONE);
          else if (haul_job_get_verdict (job) != HAUL_VERDICT_DONE)
            haul_test_assert_contains (haul_job_get_error (job)->message, "fork server died");
        }
      haul_test_run_normal (executor);
      g_assert_finalize_object (executor);
    }
  haul_test_assert_clean ();
}

static void
test_stopped (void)
{
  HaulExecutor *executor;
  g_autoptr(GPtrArray) cancelled = NULL;
  g_autoptr(GPtrArray) others = NULL;
  gint64 began;
  int pid;

  haul_test_begin ();
  executor = fork_executor_new (NULL);
  cancelled = start_many (executor, "spin", 3);
  others = start_many (executor, "slow", 3);
  wait_all (cancelled, HAUL_JOB_RUNNING);
  wait_all (others, HAUL_JOB_RUNNING);
  pid = server_of (g_ptr_array_index (others, 0));
  g_assert_cmpint (kill (pid, SIGSTOP), ==, 0);
  began = g_get_monotonic_time ();
  haul_job_cancel (g_ptr_array_index (cancelled, 0));
  haul_job_force (g_ptr_array_index (cancelled, 1));
  haul_job_cancel (g_ptr_array_index (cancelled, 2));
  assert_all (cancelled, HAUL_VERDICT_CANCELLED, NULL);
  g_test_message ("cancelled after %.1f s", (g_get_monotonic_time () - began) / 1e6);
  g_assert_cmpint (g_get_monotonic_time () - began, <, PATIENCE_US + SLACK_US);
  assert_all (others, HAUL_VERDICT_FAILED, "fork server died");   /* it could only be killed */
  finish (executor);
}

static gboolean
has_ended (gpointer data)
{
  return !haul_job_is_active (data);
}

/* A start that is not answered; what asks for more meanwhile does not prolong the wait. */
static void
test_stopped_at_start (void)
{
  HaulExecutor *executor;
  g_autoptr(HaulJob) first = NULL;
  g_autoptr(GPtrArray) jobs = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(HaulJob) cancelled = NULL;
  gint64 began;

  haul_test_begin ();
  executor = fork_executor_new (NULL);
  first = haul_test_job_start (executor, "slow", NULL);
  haul_test_wait_state (first, HAUL_JOB_RUNNING);
  g_assert_cmpint (kill (server_of (first), SIGSTOP), ==, 0);
  began = g_get_monotonic_time ();
  cancelled = haul_test_job_start (executor, "slow", NULL);
  haul_test_wait_state (cancelled, HAUL_JOB_STARTING);
  haul_job_cancel (cancelled);
  for (guint i = 0; i < 13; i++)
    {
      g_ptr_array_add (jobs, haul_test_job_start (executor, "ok", NULL));
      if (haul_test_run_for (has_ended, g_ptr_array_index (jobs, 0), 350))
        break;
    }
  assert_all (jobs, HAUL_VERDICT_DONE, NULL);
  g_test_message ("done after %.1f s", (g_get_monotonic_time () - began) / 1e6);
  g_assert_cmpint (g_get_monotonic_time () - began, <, PATIENCE_US + SLACK_US);
  haul_test_wait_ended (cancelled);
  haul_test_assert_verdict (cancelled, HAUL_VERDICT_CANCELLED);
  haul_test_wait_ended (first);
  haul_test_assert_verdict (first, HAUL_VERDICT_FAILED);
  finish (executor);
}

/* Workers that end while their server hangs are not blamed for what it does not tell. */
static void
test_stopped_and_ended (void)
{
  HaulExecutor *executor;
  g_autoptr(HaulJob) killed = NULL;
  g_autoptr(HaulJob) done = NULL;
  HaulJob *jobs[2];

  haul_test_begin ();
  executor = fork_executor_new (NULL);
  killed = haul_test_job_start (executor, "slow", NULL);
  done = haul_test_job_start (executor, "slow", "{'seconds': <0.3>}");
  haul_test_wait_state (killed, HAUL_JOB_RUNNING);
  haul_test_wait_state (done, HAUL_JOB_RUNNING);
  g_assert_cmpint (kill (server_of (killed), SIGSTOP), ==, 0);
  g_assert_cmpint (kill (haul_job_get_pid (killed), SIGKILL), ==, 0);
  jobs[0] = killed;
  jobs[1] = done;
  for (guint i = 0; i < G_N_ELEMENTS (jobs); i++)
    {
      haul_test_wait_ended (jobs[i]);
      haul_test_assert_verdict (jobs[i], HAUL_VERDICT_FAILED);
      haul_test_assert_contains (haul_job_get_error (jobs[i])->message, "the fork server died");
      haul_test_assert_contains (haul_job_get_error (jobs[i])->message, "did not answer");
    }
  g_assert_cmpuint (haul_job_get_result_size (done), ==, 11);   /* what there is of a result is kept */
  finish (executor);
}

/* More signals than a socket to somebody who does not read can hold. */
static void
test_stopped_and_full (void)
{
  HaulExecutor *executor;
  g_autoptr(GPtrArray) jobs = NULL;
  gint64 began;

  haul_test_begin ();
  executor = fork_executor_new (NULL);
  jobs = start_many (executor, "slow", 10);
  wait_all (jobs, HAUL_JOB_RUNNING);
  g_assert_cmpint (kill (server_of (g_ptr_array_index (jobs, 0)), SIGSTOP), ==, 0);
  began = g_get_monotonic_time ();
  for (guint i = 0; i < 100; i++)
    for (guint k = 0; k < jobs->len; k++)
      {
        haul_job_pause (g_ptr_array_index (jobs, k));
        haul_job_resume (g_ptr_array_index (jobs, k));
      }
  for (guint k = 0; k < jobs->len; k++)
    haul_job_cancel (g_ptr_array_index (jobs, k));
  assert_all (jobs, HAUL_VERDICT_CANCELLED, NULL);
  g_test_message ("cancelled after %.1f s", (g_get_monotonic_time () - began) / 1e6);
  g_assert_cmpint (g_get_monotonic_time () - began, <, PATIENCE_US + SLACK_US);
  finish (executor);
}

/* A server that cannot fork for now is asked again, and not for ever. */
static void
test_no_room (void)
{
  HaulExecutor *executor;
  g_autoptr(HaulJob) first = NULL;
  g_autoptr(HaulJob) cancelled = NULL;
  g_autoptr(GPtrArray) patient = NULL;
  g_autoptr(GPtrArray) failed = NULL;
  struct rlimit before, tight;
  int pid;

  haul_test_begin ();
  executor = fork_executor_new (NULL);
  haul_executor_set_max_running (executor, 40);
  first = haul_test_job_start (executor, "slow", NULL);
  haul_test_wait_state (first, HAUL_JOB_RUNNING);
  pid = server_of (first);
  g_assert_cmpint (prlimit (pid, RLIMIT_NOFILE, NULL, &before), ==, 0);
  tight = (struct rlimit) { 6, before.rlim_max };
  g_assert_cmpint (prlimit (pid, RLIMIT_NOFILE, &tight, NULL), ==, 0);

  patient = start_many (executor, "ok", 30);
  cancelled = haul_test_job_start (executor, "slow", NULL);
  g_assert_false (haul_test_run_for (has_ended, g_ptr_array_index (patient, 0), 150));
  wait_all (patient, HAUL_JOB_STARTING);
  haul_job_cancel (cancelled);
  haul_test_wait_ended (cancelled);
  haul_test_assert_verdict (cancelled, HAUL_VERDICT_CANCELLED);
  g_assert_cmpint (prlimit (pid, RLIMIT_NOFILE, &before, NULL), ==, 0);
  assert_all (patient, HAUL_VERDICT_DONE, NULL);

  g_assert_cmpint (prlimit (pid, RLIMIT_NOFILE, &tight, NULL), ==, 0);
  failed = start_many (executor, "ok", 10);
  assert_all (failed, HAUL_VERDICT_FAILED, "cannot fork a worker");
  g_assert_cmpint (prlimit (pid, RLIMIT_NOFILE, &before, NULL), ==, 0);
  haul_test_assert_state (first, HAUL_JOB_RUNNING);   /* all the time */
  g_assert_cmpint (server_of (first), ==, pid);
  haul_job_cancel (first);
  haul_test_wait_ended (first);
  finish (executor);
}

/* What is no fork server. */

static void
test_not_there (void)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(GPtrArray) jobs = NULL;

  haul_test_begin ();
  executor = fork_executor_new ("/nonexistent/haul-worker");
  jobs = start_many (executor, "ok", 20);
  assert_all (jobs, HAUL_VERDICT_FAILED, "/nonexistent/haul-worker");
  g_clear_object (&executor);

  /* Which says nothing of the other way to start. */
  executor = haul_test_process_executor_new ();
  haul_test_run_normal (executor);
  g_clear_object (&executor);
  haul_test_assert_clean ();
}

/* A script in place of the worker, which notes that it was started. */
static char *
write_script (const char *folder,
              const char *command)
{
  g_autofree char *text = g_strdup_printf ("#!/bin/sh\necho started >>'%s/starts'\n%s\n", folder, command);
  char *path = g_build_filename (folder, "script", NULL);
  g_autoptr(GError) error = NULL;

  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_chmod (path, 0700), ==, 0);
  return path;
}

static guint
count_starts (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "starts", NULL);
  g_autofree char *text = NULL;
  g_auto(GStrv) lines = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return 0;
  lines = g_strsplit (text, "\n", 0);
  g_assert_cmpint (g_unlink (path), ==, 0);
  return g_strv_length (lines) - 1;
}

static void
test_useless (void)
{
  /* Ends at once; crashes; says what makes no sense; ends when it is asked for something. */
  static const char * const commands[] = {
    "exit 0", "kill -SEGV $$", "echo nonsense >&3; read -r line <&3", "read -r line <&3",
  };
  g_autofree char *folder = NULL;
  g_autoptr(GError) error = NULL;

  haul_test_begin ();
  folder = g_dir_make_tmp ("haul-test-XXXXXX", &error);
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      g_autofree char *path = write_script (folder, commands[i]);
      HaulExecutor *executor = fork_executor_new (path);
      g_autoptr(GPtrArray) jobs = start_many (executor, "ok", 30);
      g_autoptr(GPtrArray) more = NULL;
      guint n_starts;

      assert_all (jobs, HAUL_VERDICT_FAILED, path);
      more = start_many (executor, "ok", 3);
      assert_all (more, HAUL_VERDICT_FAILED, "fork server");
      n_starts = count_starts (folder);
      g_test_message ("%s: %u starts; %s", commands[i], n_starts,
                      haul_job_get_error (HAUL_JOB (g_ptr_array_index (jobs, 0)))->message);
      g_assert_cmpuint (n_starts, ==, MAX_STARTS);
      g_assert_finalize_object (executor);
      g_assert_cmpint (g_unlink (path), ==, 0);
    }
  g_assert_cmpint (g_rmdir (folder), ==, 0);
  haul_test_assert_clean ();
}

/* Says nothing and does not end: each is given up in time. */
static void
test_mute (void)
{
  g_autofree char *folder = NULL;
  g_autofree char *path = NULL;
  HaulExecutor *executor;
  g_autoptr(GPtrArray) jobs = NULL;
  gint64 began = g_get_monotonic_time ();

  haul_test_begin ();
  folder = g_dir_make_tmp ("haul-test-XXXXXX", NULL);
  path = write_script (folder, "exec sleep 30");
  executor = fork_executor_new (path);
  jobs = start_many (executor, "ok", 3);
  assert_all (jobs, HAUL_VERDICT_FAILED, NULL);
  g_test_message ("given up after %.1f s: %s", (g_get_monotonic_time () - began) / 1e6,
                  haul_job_get_error (HAUL_JOB (g_ptr_array_index (jobs, 0)))->message);
  g_assert_cmpint (g_get_monotonic_time () - began, <, MAX_STARTS * PATIENCE_US + 2 * SLACK_US);
  g_assert_cmpuint (count_starts (folder), <=, MAX_STARTS);
  g_assert_finalize_object (executor);
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
  haul_test_assert_clean ();
}

/* Ends of the program. */

/* The server goes with its executor; and a job in flight keeps both. */
static void
test_dropped (void)
{
  g_autoptr(HaulJob) job = NULL;
  HaulExecutor *executor;
  int pid;

  haul_test_begin ();
  executor = fork_executor_new (NULL);
  job = haul_test_job_start (executor, "slow", NULL);
  haul_test_wait_state (job, HAUL_JOB_RUNNING);
  pid = server_of (job);
  g_object_unref (executor);
  g_assert_cmpint (haul_test_process_state (pid), !=, 0);
  haul_job_cancel (job);
  haul_test_wait_ended (job);
  haul_test_assert_verdict (job, HAUL_VERDICT_CANCELLED);
  haul_test_run_until (haul_test_process_gone, GINT_TO_POINTER (pid), HAUL_TEST_SOON_MS);
  haul_test_assert_clean ();
}

static gboolean
is_stopped (gpointer data)
{
  return haul_test_process_state (GPOINTER_TO_INT (data)) == 'T';
}

/* This program as the one that dies: `test-fork-lost --outer TASK HOW`. */
static int
outer (const char *task,
       const char *how)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(GPtrArray) jobs = NULL;
  int server;

  haul_test_jobs_begin ();
  executor = fork_executor_new (NULL);
  jobs = start_many (executor, task, 8);
  wait_all (jobs, HAUL_JOB_RUNNING);
  for (guint i = 0; i < jobs->len; i++)
    if (g_str_equal (task, "spin") || g_str_equal (task, "ignore-term"))
      (void) haul_test_wait_log (g_ptr_array_index (jobs, i), g_str_equal (task, "spin") ? "spinning" : "ignoring");
  server = server_of (g_ptr_array_index (jobs, 0));
  if (g_str_equal (how, "stopped"))
    {
      g_assert_cmpint (kill (server, SIGSTOP), ==, 0);
      haul_test_run_until (is_stopped, GINT_TO_POINTER (server), HAUL_TEST_SOON_MS);
    }
  printf ("%d", server);
  for (guint i = 0; i < jobs->len; i++)
    printf (" %d", haul_job_get_pid (g_ptr_array_index (jobs, i)));
  printf ("\n");
  fflush (stdout);
  if (g_str_equal (how, "return"))
    return 0;
  (void) haul_test_run_for (never, NULL, 30000);
  return 1;
}

static void
run_outer (const char *task,
           const char *how)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autoptr(GSubprocess) subprocess = NULL;
  g_autoptr(GDataInputStream) lines = NULL;
  g_autofree char *line = NULL;
  g_auto(GStrv) pids = NULL;
  gint64 began;

  subprocess = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, NULL, self, "--outer", task, how, NULL);
  g_assert_nonnull (subprocess);
  lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (subprocess));
  do
    {
      g_clear_pointer (&line, g_free);
      line = g_data_input_stream_read_line (lines, NULL, NULL, NULL);
      g_assert_nonnull (line);
    }
  while (!g_ascii_isdigit (*line));   /* the harness may have lines of its own */
  pids = g_strsplit (line, " ", 0);
  g_assert_cmpuint (g_strv_length (pids), ==, 9);

  if (!g_str_equal (how, "return"))
    g_subprocess_force_exit (subprocess);
  g_assert_true (g_subprocess_wait (subprocess, NULL, NULL));
  began = g_get_monotonic_time ();
  for (guint i = 1; pids[i] != NULL; i++)
    haul_test_poll_until (haul_test_process_gone, GINT_TO_POINTER (atoi (pids[i])), HAUL_TEST_SOON_MS);
  g_test_message ("%s, %s: gone after %.1f ms", task, how, (g_get_monotonic_time () - began) / 1000.0);
  if (g_str_equal (how, "stopped"))
    g_assert_cmpint (kill (atoi (pids[0]), SIGCONT), ==, 0);   /* stopped, it cannot see that it is alone */
  haul_test_poll_until (haul_test_process_gone, GINT_TO_POINTER (atoi (pids[0])), HAUL_TEST_SOON_MS);
}

static void
test_orphans (void)
{
  static const char * const tasks[] = { "slow", "spin", "tidy", "ignore-term" };
  static const char * const hows[] = { "kill", "stopped", "return" };

  haul_test_begin ();
  for (guint i = 0; i < G_N_ELEMENTS (tasks); i++)
    for (guint k = 0; k < G_N_ELEMENTS (hows); k++)
      run_outer (tasks[i], hows[k]);
  haul_test_assert_clean ();
}

int
main (int    argc,
      char **argv)
{
  if (argc == 4 && g_str_equal (argv[1], "--outer"))
    {
      int no_arguments = 1;
      int status;

      haul_test_init (&no_arguments, &argv);
      status = outer (argv[2], argv[3]);
      _exit (status);   /* what it holds is meant to be left as it is */
    }

  haul_test_init (&argc, &argv);
  g_test_add_func ("/parent/fork-lost/killed", test_killed);
  g_test_add_func ("/parent/fork-lost/killed-while-starting", test_killed_while_starting);
  g_test_add_func ("/parent/fork-lost/stopped", test_stopped);
  g_test_add_func ("/parent/fork-lost/stopped-at-start", test_stopped_at_start);
  g_test_add_func ("/parent/fork-lost/stopped-and-ended", test_stopped_and_ended);
  g_test_add_func ("/parent/fork-lost/stopped-and-full", test_stopped_and_full);
  g_test_add_func ("/parent/fork-lost/no-room", test_no_room);
  g_test_add_func ("/parent/fork-lost/not-there", test_not_there);
  g_test_add_func ("/parent/fork-lost/useless", test_useless);
  g_test_add_func ("/parent/fork-lost/mute", test_mute);
  g_test_add_func ("/parent/fork-lost/dropped", test_dropped);
  g_test_add_func ("/parent/fork-lost/orphans", test_orphans);
  return g_test_run ();
}
