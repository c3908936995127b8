/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "test-tasks.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "haul/parent/haul-process.h"
#include "haul/wire/haul-error.h"
#include "haul/worker/haul-current-process.h"

/* What processes are tested with: tasks that look at the process that they run in, or start some
 * themselves. Nothing here lives for longer than this, should the test that started it have failed. */
#define LIFE_S 30

static void
wait_for_the_end (void)
{
  gint64 end = g_get_monotonic_time () + LIFE_S * G_USEC_PER_SEC;

  while (g_get_monotonic_time () < end)
    g_usleep (10000);
}

static gboolean
run_who (HaulContext  *context,
         GVariant     *arguments,
         GError      **error)
{
  g_autofree char *text = g_strdup_printf ("%s|%d|%d|%d|%d|%s", haul_current_process_get_name (), (int) getpid (),
                                           haul_current_process_get_parent_pid (),
                                           haul_current_process_get_daemon (),
                                           haul_current_process_is_parent_alive (),
                                           haul_current_process_get_parent_name ());

  haul_context_emit (context, text, strlen (text));
  return TRUE;
}

static void
exit_seven (int number)
{
  _exit (7);
}

static gboolean
run_on_interrupt (HaulContext  *context,
                  GVariant     *arguments,
                  GError      **error)
{
  signal (SIGINT, exit_seven);
  haul_context_log (context, HAUL_LOG_INFO, "ready");
  wait_for_the_end ();
  return TRUE;
}

static gboolean
run_without_stdout (HaulContext  *context,
                    GVariant     *arguments,
                    GError      **error)
{
  close (STDOUT_FILENO);
  close (STDERR_FILENO);
  printf ("to nobody");
  haul_context_emit (context, "ok", 2);
  return TRUE;
}

static gboolean
run_complain (HaulContext  *context,
              GVariant     *arguments,
              GError      **error)
{
  fputs ("first line\n", stderr);
  fputs ("second line\n", stderr);
  fputs ("no end", stderr);
  g_set_error_literal (error, HAUL_ERROR, HAUL_ERROR_TASK, "it gave up");
  return FALSE;
}

static const char *exit_path;

static void
leave_trace (void)
{
  (void) g_file_set_contents (exit_path, "ran\n", -1, NULL);   /* the test looks for the file */
}

static gboolean
run_at_exit (HaulContext  *context,
             GVariant     *arguments,
             GError      **error)
{
  exit_path = g_strdup (haul_arguments_get_string (arguments, "path"));
  atexit (leave_trace);
  haul_context_log (context, HAUL_LOG_INFO, "ready");
  if (haul_arguments_get_int (arguments, "wait"))
    wait_for_the_end ();
  return TRUE;
}

static const HaulParam at_exit_params[] = {
  { "path", "Path", NULL, "What its handler writes", HAUL_PARAM_STRING, .initial_text = "" },
  { "wait", "Wait", NULL, "Whether to wait for a signal", HAUL_PARAM_INT, 0, 1, 0 },
  { NULL }
};

/* Survives the program that started it, and says when it noticed. */
static gboolean
run_outlive (HaulContext  *context,
             GVariant     *arguments,
             GError      **error)
{
  const char *path = haul_arguments_get_string (arguments, "path");
  gint64 end = g_get_monotonic_time () + LIFE_S * G_USEC_PER_SEC;

  signal (SIGIO, SIG_IGN);
  (void) prctl (PR_SET_PDEATHSIG, 0);
  if (!g_file_set_contents (path, haul_current_process_is_parent_alive () ? "alive" : "gone at once", -1, error))
    return FALSE;
  while (haul_current_process_is_parent_alive () && g_get_monotonic_time () < end)
    g_usleep (1000);
  (void) g_file_set_contents (path, haul_current_process_is_parent_alive () ? "never gone" : "gone", -1, NULL);
  _exit (0);
}

static const HaulParam outlive_params[] = {
  { "path", "Path", NULL, "Where it says what it sees", HAUL_PARAM_STRING, .initial_text = "" },
  { NULL }
};

/* Starts a process of its own, and gives what that gives: in a chain, the names of all. */

static HaulProcess *
make_child (GVariant  *arguments,
            GError   **error)
{
  const char *task = haul_arguments_get_string (arguments, "task");
  gint64 depth = haul_arguments_get_int (arguments, "depth");
  g_autofree char *own_path = g_file_read_link ("/proc/self/exe", NULL);
  GVariantDict dict = G_VARIANT_DICT_INIT (NULL);
  HaulProcess *child;

  if (depth > 1)
    {
      g_variant_dict_init (&dict, arguments);
      g_variant_dict_insert (&dict, "depth", "x", depth - 1);
      task = "parent";
    }
  else if (g_str_equal (task, "outlive"))
    {
      g_variant_dict_insert (&dict, "path", "s", haul_arguments_get_string (arguments, "path"));
    }

  child = haul_process_new (haul_test_task (task), g_variant_dict_end (&dict), error);
  if (child == NULL)
    return NULL;
  haul_job_set_nice (haul_process_get_job (child), 0);
  (void) haul_process_set_worker_path (child, own_path, NULL);   /* fails only after the start */
  (void) haul_process_set_start_method (child, haul_arguments_get_int (arguments, "fork") ? HAUL_START_FORK_SERVER
                                                                                         : HAUL_START_SPAWN, NULL);
  return child;
}

/* What those below say of theirs comes to the test as well. */
static void
log_pid (HaulProcess *child,
         GParamSpec  *pspec,
         HaulContext *context)
{
  haul_context_log (context, HAUL_LOG_INFO, "pid %d of %s", haul_process_get_pid (child), haul_process_get_name (child));
}

static gboolean
run_parent (HaulContext  *context,
            GVariant     *arguments,
            GError      **error)
{
  g_autoptr(HaulProcess) child = make_child (arguments, error);
  g_autoptr(GBytes) result = NULL;
  HaulJob *job;

  if (child == NULL)
    return FALSE;

  job = haul_process_get_job (child);
  g_signal_connect (child, "notify::pid", G_CALLBACK (log_pid), context);
  if (!haul_process_start (child, error) || !haul_process_finish_all (NULL, error))
    return FALSE;
  if (haul_job_get_error (job) != NULL)
    {
      g_propagate_error (error, g_error_copy (haul_job_get_error (job)));
      return FALSE;
    }
  result = haul_job_dup_result (job);
  haul_context_emit (context, g_bytes_get_data (result, NULL), g_bytes_get_size (result));
  return TRUE;
}

static const HaulParam parent_params[] = {
  { "task", "Task", NULL, "What the last one runs", HAUL_PARAM_STRING, .initial_text = "who" },
  { "depth", "Depth", NULL, "How many are below", HAUL_PARAM_INT, 1, 8, 1 },
  { "fork", "Fork", NULL, "Whether they are forked", HAUL_PARAM_INT, 0, 1, 0 },
  { "path", "Path", NULL, "For what the last one runs", HAUL_PARAM_STRING, .initial_text = "" },
  { NULL }
};

static const HaulParam no_params[] = { { NULL } };

#define TASK(variable, name, function, parameters)                                                   \
  static const HaulTask variable = {                                                                 \
    .id = name, .title = name, .summary = "Tests", .unit = "steps", .params = parameters, .run = function, \
  }

TASK (who_task, "who", run_who, no_params);
TASK (on_interrupt_task, "on-interrupt", run_on_interrupt, no_params);
TASK (without_stdout_task, "without-stdout", run_without_stdout, no_params);
TASK (complain_task, "complain", run_complain, no_params);
TASK (at_exit_task, "at-exit", run_at_exit, at_exit_params);
TASK (outlive_task, "outlive", run_outlive, outlive_params);
TASK (parent_task, "parent", run_parent, parent_params);

const HaulTask * const haul_test_process_tasks[] = {
  &who_task, &on_interrupt_task, &without_stdout_task, &complain_task, &at_exit_task, &outlive_task,
  &parent_task, NULL
};
