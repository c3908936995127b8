/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

/* Ends what takes too long: a job that runs in a process, and then a whole pool: cancel WORKER. */

#include "config.h"

#include "primes.h"

#include "haul/haul.h"

static GMainLoop *loop;

/* A wish is not a fact: what became of the job is known when it is joined. */
static void
job_joined_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr(GError) error = NULL;

  if (!haul_job_join_finish (HAUL_JOB (source), result, &error)
      && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_print ("the job is canceled\n");
  g_main_loop_quit (loop);
}

static void
batch_joined_cb (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr(GError) error = NULL;

  if (!haul_batch_join_finish (HAUL_BATCH (source), result, &error)
      && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_print ("the batch is canceled\n");
}

static void
pool_joined_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr(GVariant) pids = haul_pool_dup_pids (HAUL_POOL (source));

  if (haul_pool_join_finish (HAUL_POOL (source), result, NULL))
    g_print ("workers left: %" G_GSIZE_FORMAT "\n", g_variant_n_children (pids));
  g_main_loop_quit (loop);
}

/* The first item is short; now the others are at work. Terminate, and then join: a pool that runs on
 * would be waited for without end, so that is refused. */
static void
item_cb (HaulBatch    *batch,
         guint64       index,
         GBytes       *result,
         const GError *error,
         HaulPool     *pool)
{
  haul_pool_terminate (pool);
  haul_pool_join_async (pool, pool_joined_cb, NULL);
}

int
main (int    argc,
      char **argv)
{
  const HaulTask * const tasks[] = { &haul_task_primes, NULL };
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) job = NULL;
  g_autoptr(HaulPool) pool = NULL;
  g_autoptr(HaulBatch) batch = NULL;

  if (argc != 2)
    g_error ("Usage: %s WORKER", argv[0]);

  haul_tasks_register (tasks);
  loop = g_main_loop_new (NULL, FALSE);

  /* A job that would take minutes: as soon as it has said that something is done, it is cancelled. */
  executor = haul_process_executor_new (argv[1]);
  job = haul_job_new (&haul_task_primes, g_variant_new_parsed ("{'limit': <int64 1000000000>}"), NULL);
  g_signal_connect (job, "notify::done", G_CALLBACK (haul_job_cancel), NULL);
  haul_executor_submit (executor, job);
  haul_job_join_async (job, -1, NULL, job_joined_cb, NULL);
  g_main_loop_run (loop);

  /* A pool, with all that it has. */
  pool = haul_pool_new (argv[1], 2);
  batch = haul_batch_new_for_list (&haul_task_primes, g_variant_new_parsed (
                                     "[{'limit': <int64 1>}, {'limit': <int64 1000000000>}, {'limit': <int64 1000000000>}]"));
  g_signal_connect (batch, "item", G_CALLBACK (item_cb), pool);
  (void) haul_pool_submit (pool, batch, NULL);
  haul_batch_join_async (batch, -1, NULL, batch_joined_cb, NULL);
  g_main_loop_run (loop);
  g_main_loop_unref (loop);
  return 0;
}
