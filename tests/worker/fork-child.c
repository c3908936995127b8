/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

/* test-child, and a few tasks more: what a worker can do that a fork server has to cope with. */

#include "config.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "haul/worker/haul-worker.h"
#include "haul/wire/haul-fd-private.h"
#include "test-tasks.h"

/* Nothing here lives for longer than this, should the test that started it have failed. */
#define LIFE_S 30

static void
wait_for_the_end (void)
{
  alarm (LIFE_S);   /* its default action is the end */
  for (;;)
    pause ();
}

/* A family that does not want to be found: each in a session of its own, deaf to SIGTERM, and with
 * no parent. */
static void
descend (guint depth)
{
  pid_t pid = fork ();

  if (pid < 0)
    g_error ("no descendant");
  if (pid > 0)
    return;

  (void) setsid ();
  signal (SIGTERM, SIG_IGN);
  signal (SIGHUP, SIG_IGN);
  if (depth > 0)
    {
      descend (depth - 1);
      descend (depth - 1);
      if (depth % 2)
        _exit (0);   /* so that its children are orphans */
    }
  wait_for_the_end ();
}

static gboolean
run_tree (HaulContext  *context,
          GVariant     *arguments,
          GError      **error)
{
  descend (2);
  descend (1);
  haul_context_log (context, HAUL_LOG_INFO, "grown");
  if (haul_arguments_get_int (arguments, "stay"))
    wait_for_the_end ();
  return TRUE;
}

/* Goes to another group, where a signal to its own does not find it. */
static gboolean
run_leave_group (HaulContext  *context,
                 GVariant     *arguments,
                 GError      **error)
{
  pid_t pid = fork ();

  if (pid == 0)
    wait_for_the_end ();
  if (pid < 0 || setpgid (pid, pid) < 0 || setpgid (0, pid) < 0)
    g_error ("no other group");
  haul_context_log (context, HAUL_LOG_INFO, "left");
  wait_for_the_end ();
  return TRUE;
}

static gboolean
run_inspect (HaulContext  *context,
             GVariant     *arguments,
             GError      **error)
{
  int death_signal = 0, subreaper = 0;
  g_autofree char *text = NULL;
  g_autofree char *adjust = NULL;

  (void) prctl (PR_GET_PDEATHSIG, &death_signal);
  (void) prctl (PR_GET_CHILD_SUBREAPER, &subreaper);
  (void) g_file_get_contents ("/proc/self/oom_score_adj", &adjust, NULL, NULL);
  text = g_strdup_printf ("death-signal %d\nsubreaper %d\noom %d\n", death_signal, subreaper, adjust ? atoi (adjust) : -1);
  haul_context_emit (context, text, strlen (text));
  return TRUE;
}

/* What makes no sense, or half of it. */
static gboolean
run_garbage (HaulContext  *context,
             GVariant     *arguments,
             GError      **error)
{
  static const guint8 bytes[64] = { 0xff, 0xfe, 0xfd, 0xfc, 0x7f, 1, 2, 3 };
  static const guint8 half[] = { 0x00, 0x01, 0x00 };

  if (haul_arguments_get_int (arguments, "stay"))
    (void) haul_write_all (HAUL_WORKER_EVENTS_FD, bytes, sizeof bytes, NULL, 0, NULL);   /* the reader may kill us first */
  else
    (void) haul_write_all (HAUL_WORKER_EVENTS_FD, half, sizeof half, NULL, 0, NULL);
  if (haul_arguments_get_int (arguments, "stay"))
    wait_for_the_end ();
  _exit (0);
}

static const HaulParam no_params[] = { { NULL } };
static const HaulParam stay_params[] = {
  { "stay", "Stay", NULL, "Whether it goes on", HAUL_PARAM_INT, 0, 1, 0 },
  { NULL }
};

#define TASK(variable, name, function, parameters)                                              \
  static const HaulTask variable = {                                                            \
    .id = name, .title = name, .summary = "Tests", .unit = "steps", .params = parameters, .run = function }

TASK (tree_task, "tree", run_tree, stay_params);
TASK (leave_group_task, "leave-group", run_leave_group, no_params);
TASK (inspect_task, "inspect", run_inspect, no_params);
TASK (garbage_task, "garbage", run_garbage, stay_params);

int
main (int    argc,
      char **argv)
{
  g_autoptr(GPtrArray) tasks = g_ptr_array_new ();

  for (const HaulTask * const *task = haul_test_tasks (); *task != NULL; task++)
    g_ptr_array_add (tasks, (gpointer) *task);
  g_ptr_array_add (tasks, (gpointer) &tree_task);
  g_ptr_array_add (tasks, (gpointer) &leave_group_task);
  g_ptr_array_add (tasks, (gpointer) &inspect_task);
  g_ptr_array_add (tasks, (gpointer) &garbage_task);
  g_ptr_array_add (tasks, NULL);
  return haul_worker_main (argc, argv, (const HaulTask * const *) tasks->pdata);
}
