/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

/* A number that processes count in, with a lock and without: value WORKER PROCESSES TIMES
 *
 * Prints how far they come, each adding 1 so many times. This program is its own worker, so that WORKER is this
 * program. */

#include "config.h"

#include <stdlib.h>

#include "haul/haul.h"

/* To read a number and to write it again are two steps: without a lock, another process may count in between,
 * and what it has counted is lost. */
static gboolean
count_run (HaulContext  *context,
           GVariant     *arguments,
           GError      **error)
{
  HaulShareable *found = haul_context_get_shared (context, "counter", HAUL_TYPE_VALUE, error);
  HaulValue *counter = (HaulValue *) found;
  HaulRLock *lock = found != NULL ? haul_value_get_lock (counter) : NULL;   /* NULL for one without */

  for (gint64 i = haul_arguments_get_int (arguments, "times"); found != NULL && i > 0; i--)
    {
      gint64 number;

      if (lock != NULL && !haul_rlock_acquire (lock, -1, NULL, error))
        return FALSE;
      number = haul_value_get_int64 (counter);
      g_thread_yield ();   /* as if there were something to do */
      haul_value_set_int64 (counter, number + 1);
      if (lock != NULL)
        haul_rlock_release (lock);
    }
  return found != NULL;
}

static const HaulTask count_task = {
  .id = "count", .title = "Count", .summary = "Counts together with others",
  .params = (const HaulParam[]) {
    { "times", "Times", NULL, "How often it adds 1", HAUL_PARAM_INT, 0, 1000000, 1000 },
    { NULL }
  },
  .run = count_run,
};

typedef struct
{
  GMainLoop *loop;
  guint      n_left;
  gboolean   failed;
} Example;

static void
joined_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  Example *example = user_data;
  g_autoptr(GError) error = NULL;

  if (!haul_job_join_finish (HAUL_JOB (source), result, &error))
    {
      g_printerr ("%s\n", error->message);
      example->failed = TRUE;
    }
  if (--example->n_left == 0)
    g_main_loop_quit (example->loop);
}

/* Returns how far they came. */
static gint64
count_together (Example      *example,
                HaulExecutor *executor,
                HaulValue    *counter,
                guint         n_processes,
                gint64        times)
{
  for (guint i = 0; i < n_processes; i++)
    {
      g_autoptr(HaulJob) job = haul_job_new (&count_task, g_variant_new_parsed ("{'times': <%x>}", times), NULL);

      haul_job_share (job, "counter", HAUL_SHAREABLE (counter));
      haul_executor_submit (executor, job);
      haul_job_join_async (job, -1, NULL, joined_cb, example);
      example->n_left++;
    }
  g_main_loop_run (example->loop);
  return haul_value_get_int64 (counter);
}

int
main (int    argc,
      char **argv)
{
  const HaulTask * const tasks[] = { &count_task, NULL };
  g_autoptr(GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulValue) raw = NULL;
  g_autoptr(HaulValue) locked = NULL;
  Example example = { .loop = loop };
  guint n_processes;
  gint64 times;

  if (argc != 4 || argv[1][0] == '-')
    return haul_worker_main (argc, argv, tasks);   /* an executor has started us */

  n_processes = CLAMP (atoi (argv[2]), 1, 100);
  times = CLAMP (atoi (argv[3]), 0, 1000000);
  executor = haul_process_executor_new (argv[1]);
  haul_executor_set_max_running (executor, n_processes);
  raw = haul_value_new_raw ("x", NULL);
  locked = haul_value_new ("x", NULL);
  if (raw == NULL || locked == NULL)
    return 1;

  g_print ("without a lock: %" G_GINT64_FORMAT "\n", count_together (&example, executor, raw, n_processes, times));
  g_print ("with a lock: %" G_GINT64_FORMAT "\n", count_together (&example, executor, locked, n_processes, times));
  return example.failed;
}
