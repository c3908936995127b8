/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

/* Processes as objects: process WORKER LIMIT
 *
 * Starts one that counts the primes up to LIMIT, and a daemon that would count for minutes; joins
 * the first, and at the end of the program the daemon is terminated. */

#include "config.h"

#include "primes.h"

#include <stdlib.h>

#include "haul/haul.h"

static GMainLoop *loop;

static HaulProcess *
make_process (const char *worker,
              const char *name,
              gint64      limit,
              gboolean    is_daemon)
{
  GVariantDict arguments = G_VARIANT_DICT_INIT (NULL);
  g_autoptr(GError) error = NULL;
  HaulProcess *process;

  g_variant_dict_insert (&arguments, "limit", "x", limit);
  process = haul_process_new (&haul_task_primes, g_variant_dict_end (&arguments), &error);
  if (process == NULL)
    g_error ("%s", error->message);

  haul_process_set_name (process, name);
  if (!haul_process_set_worker_path (process, worker, &error)
      || !haul_process_set_start_method (process, HAUL_START_FORK_SERVER, &error)
      || !haul_process_set_daemon (process, is_daemon, &error)
      || !haul_process_start (process, &error))
    g_error ("%s", error->message);
  return process;
}

static void
joined_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  HaulProcess *process = HAUL_PROCESS (source);
  g_autoptr(GBytes) bytes = haul_job_dup_result (haul_process_get_job (process));
  int code;

  if (haul_process_join_finish (process, result, NULL, NULL) && haul_process_get_exit_code (process, &code))
    g_print ("%s ended with %d: %.*s", haul_process_get_name (process), code,
             (int) g_bytes_get_size (bytes), (const char *) g_bytes_get_data (bytes, NULL));
  g_main_loop_quit (loop);
}

static void
ended_cb (HaulProcess *process)
{
  int code;

  if (haul_process_get_exit_code (process, &code))
    g_print ("%s ended with %d\n", haul_process_get_name (process), code);
}

int
main (int    argc,
      char **argv)
{
  const HaulTask * const tasks[] = { &haul_task_primes, NULL };
  g_autoptr(HaulProcess) counter = NULL;
  g_autoptr(HaulProcess) endless = NULL;
  g_autoptr(GPtrArray) children = NULL;

  if (argc != 3)
    g_error ("Usage: %s WORKER LIMIT", argv[0]);

  haul_tasks_register (tasks);
  loop = g_main_loop_new (NULL, FALSE);

  endless = make_process (argv[1], "endless", 1000000000, TRUE);
  g_signal_connect (endless, "ended", G_CALLBACK (ended_cb), NULL);
  counter = make_process (argv[1], "counter", atoll (argv[2]), FALSE);
  haul_process_join_async (counter, -1, NULL, joined_cb, NULL);
  g_main_loop_run (loop);

  /* The last thing that main() does: it ends daemons, and waits for all others. */
  children = haul_process_active_children ();
  g_print ("%u left\n", children->len);
  if (!haul_process_finish_all (NULL, NULL))
    return 1;
  g_main_loop_unref (loop);
  return 0;
}
