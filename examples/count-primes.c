/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

/* Runs a task in a child process and says how it went: count-primes WORKER LIMIT. */

#include "config.h"

#include "primes.h"

#include <stdlib.h>

#include "haul/haul.h"

static void
joined_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  HaulJob *job = HAUL_JOB (source);
  GMainLoop *loop = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) bytes = NULL;

  if (haul_job_join_finish (job, result, &error))
    {
      bytes = haul_job_dup_result (job);
      g_print ("%.*s", (int) g_bytes_get_size (bytes), (const char *) g_bytes_get_data (bytes, NULL));
    }
  else
    g_printerr ("%s\n", error->message);

  g_main_loop_quit (loop);
}

static void
fraction_cb (HaulJob *job)
{
  g_autofree char *text = haul_format_progress (job);

  g_printerr ("%s\n", text);
}

int
main (int    argc,
      char **argv)
{
  const HaulTask * const tasks[] = { &haul_task_primes, NULL };
  GVariantDict arguments = G_VARIANT_DICT_INIT (NULL);
  g_autoptr(GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) job = NULL;
  g_autoptr(GError) error = NULL;

  if (argc != 3)
    {
      g_printerr ("Usage: %s WORKER LIMIT\n", argv[0]);
      return 2;
    }

  haul_tasks_register (tasks);
  g_variant_dict_insert (&arguments, "limit", "x", (gint64) atoll (argv[2]));

  job = haul_job_new (&haul_task_primes, g_variant_dict_end (&arguments), &error);
  if (job == NULL)
    {
      g_printerr ("%s\n", error->message);
      return 2;
    }

  executor = haul_process_executor_new (argv[1]);
  g_signal_connect (job, "notify::fraction", G_CALLBACK (fraction_cb), NULL);
  haul_executor_submit (executor, job);
  haul_job_join_async (job, -1, NULL, joined_cb, loop);
  g_main_loop_run (loop);

  return haul_job_get_verdict (job) == HAUL_VERDICT_DONE ? 0 : 1;
}
