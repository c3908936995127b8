/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

/* A program outside this tree, which has nothing but what was installed: see test-installed.
 *
 * Without arguments it runs a job and a batch; with any it is their worker. */

#include <haul/haul.h>
#include <stdio.h>

#define WATCHDOG_S 60

static gboolean
square_run (HaulContext  *context,
            GVariant     *arguments,
            GError      **error)
{
  gint64 n = haul_arguments_get_int (arguments, "n");
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, n * n);

  haul_context_set_total (context, 1);
  haul_context_emit (context, text, strlen (text));
  haul_context_progress (context, 1);
  return haul_context_check (context, error);
}

static const HaulParam params[] = {
  { .name = "n", .title = "Number", .help = "What to square", .type = HAUL_PARAM_INT,
    .min = 0, .max = 1000, .initial = 7 },
  { NULL }
};

static const HaulTask square = {
  .id = "square", .title = "Square", .summary = "Squares a number", .unit = "numbers",
  .result = HAUL_RESULT_TEXT, .params = params, .run = square_run,
};

static void
print_result (GBytes *bytes)
{
  printf ("%.*s\n", (int) g_bytes_get_size (bytes), (const char *) g_bytes_get_data (bytes, NULL));
}

static void
job_joined_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      loop)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) bytes = haul_job_dup_result (HAUL_JOB (source));

  if (!haul_job_join_finish (HAUL_JOB (source), result, &error))
    g_error ("the job: %s", error->message);
  print_result (bytes);
  g_main_loop_quit (loop);
}

static void
batch_joined_cb (GObject      *source,
                 GAsyncResult *result,
                 gpointer      loop)
{
  g_autoptr(GError) error = NULL;

  if (!haul_batch_join_finish (HAUL_BATCH (source), result, &error))
    g_error ("the batch: %s", error->message);
  for (guint64 i = 0; i < haul_batch_get_n_done (HAUL_BATCH (source)); i++)
    {
      g_autoptr(GBytes) bytes = haul_batch_dup_result (HAUL_BATCH (source), i, NULL);

      print_result (bytes);
    }
  g_main_loop_quit (loop);
}

static gboolean
too_late_cb (gpointer user_data)
{
  g_error ("nothing came in %d seconds", WATCHDOG_S);
  return G_SOURCE_REMOVE;
}

int
main (int    argc,
      char **argv)
{
  const HaulTask * const tasks[] = { &square, NULL };
  g_autoptr(GMainLoop) loop = NULL;
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulPool) pool = NULL;
  g_autoptr(HaulJob) job = NULL;
  g_autoptr(HaulBatch) batch = NULL;
  g_autoptr(GError) error = NULL;

  if (argc > 1)
    return haul_worker_main (argc, argv, tasks);

  haul_tasks_register (tasks);
  loop = g_main_loop_new (NULL, FALSE);
  g_timeout_add_seconds (WATCHDOG_S, too_late_cb, NULL);

  job = haul_job_new (&square, NULL, &error);
  g_assert_no_error (error);
  executor = haul_process_executor_new (argv[0]);
  haul_executor_submit (executor, job);
  haul_job_join_async (job, -1, NULL, job_joined_cb, loop);
  g_main_loop_run (loop);

  batch = haul_batch_new_for_list (&square, g_variant_new_parsed ("[{'n': <int64 3>}, {'n': <int64 1000>}]"));
  pool = haul_pool_new (argv[0], 2);
  haul_pool_submit (pool, batch, &error);
  g_assert_no_error (error);
  haul_batch_join_async (batch, -1, NULL, batch_joined_cb, loop);
  g_main_loop_run (loop);
  return 0;
}
