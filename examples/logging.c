/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

/* What tasks say: logging WORKER LEVEL
 *
 * Runs a task in two processes, and prints what they say on standard error, from LEVEL on (0 for debug, 1 for
 * info, 2 for warnings); then, on standard output, what is in the log of the first one. This program is its
 * own worker, so that WORKER is this program. */

#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "haul/haul.h"

/* A task says things to its context, or as any code does by g_log(); or it prints. */
static gboolean
greet_run (HaulContext  *context,
           GVariant     *arguments,
           GError      **error)
{
  haul_context_log (context, HAUL_LOG_INFO, "hello from %s", haul_current_process_get_name ());
  g_log ("greet", G_LOG_LEVEL_DEBUG, "about to print");
  puts ("printed");
  g_log ("greet", G_LOG_LEVEL_WARNING, "nobody answers");
  return TRUE;
}

static const HaulParam no_params[] = { { NULL } };

static const HaulTask greet_task = {
  .id = "greet", .title = "Greet", .summary = "Says hello", .unit = "words", .params = no_params, .run = greet_run,
};

static HaulProcess *
make_process (const char *worker,
              const char *name)
{
  g_autoptr(GError) error = NULL;
  HaulProcess *process = haul_process_new (&greet_task, NULL, &error);

  if (process == NULL)
    g_error ("%s", error->message);

  haul_process_set_name (process, name);
  if (!haul_process_set_worker_path (process, worker, &error))
    g_error ("%s", error->message);
  return process;
}

/* Starts it, and waits until it has ended. */
static void
run (HaulProcess *process)
{
  g_autoptr(GError) error = NULL;

  if (!haul_process_start (process, &error) || !haul_process_finish_all (NULL, &error))
    g_error ("%s", error->message);
}

int
main (int    argc,
      char **argv)
{
  const HaulTask * const tasks[] = { &greet_task, NULL };
  g_autoptr(HaulProcess) first = NULL;
  g_autoptr(HaulProcess) second = NULL;
  GListModel *log;

  if (argc != 3 || argv[1][0] == '-')
    return haul_worker_main (argc, argv, tasks);   /* a process has started us */

  haul_log_to_stderr ((HaulLogLevel) CLAMP (atoi (argv[2]), HAUL_LOG_DEBUG, HAUL_LOG_WARNING));

  first = make_process (argv[1], "Process-1");
  second = make_process (argv[1], "Process-2");
  run (first);
  run (second);

  /* The same lines as objects, with what else is known of each. */
  log = haul_job_get_log (haul_process_get_job (first));
  for (guint i = 0; i < g_list_model_get_n_items (log); i++)
    {
      g_autoptr(HaulRecord) record = g_list_model_get_item (log, i);

      if (haul_record_get_pid (record) != haul_process_get_pid (first))
        return 1;
      if (haul_record_get_level (record) != HAUL_LOG_OUTPUT)
        g_print ("%s says: %s\n", haul_record_get_process_name (record), haul_record_get_text (record));
    }
  return 0;
}
