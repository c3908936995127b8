/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

/* Producers and consumers: queue WORKER PRODUCERS CONSUMERS.
 *
 * Each producer puts the numbers from 1 to 100 into a queue, and the consumers take them out, square them, and
 * put the squares into another one, which the program adds up. It waits until all work is done, closes the
 * queue, and then the consumers end. All of them are processes. It is its own worker: WORKER is the path of this
 * very program. */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "haul/haul.h"

#define N_NUMBERS 100

static gboolean
put_number (HaulQueue  *queue,
            gint64      number,
            GError    **error)
{
  g_autoptr(GBytes) item = g_bytes_new (&number, sizeof number);

  return haul_queue_put (queue, item, -1, NULL, error);
}

static gint64
number_of (GBytes *item)
{
  gint64 number;

  memcpy (&number, g_bytes_get_data (item, NULL), sizeof number);
  return number;
}

static gboolean
produce_run (HaulContext  *context,
             GVariant     *arguments,
             GError      **error)
{
  HaulShareable *numbers = haul_context_get_shared (context, "numbers", HAUL_TYPE_QUEUE, error);

  if (numbers == NULL)
    return FALSE;
  for (gint64 i = 1; i <= N_NUMBERS; i++)
    {
      if (!put_number (HAUL_QUEUE (numbers), i, error))
        return FALSE;
    }
  return TRUE;
}

/* Until the queue is closed, and nothing is left in it. */
static gboolean
consume_run (HaulContext  *context,
             GVariant     *arguments,
             GError      **error)
{
  HaulShareable *numbers = haul_context_get_shared (context, "numbers", HAUL_TYPE_QUEUE, error);
  HaulShareable *squares = numbers ? haul_context_get_shared (context, "squares", HAUL_TYPE_QUEUE, error) : NULL;
  g_autoptr(GError) end = NULL;
  GBytes *item;

  if (squares == NULL)
    return FALSE;
  while ((item = haul_queue_get (HAUL_QUEUE (numbers), -1, NULL, &end)) != NULL)
    {
      gint64 number = number_of (item);

      g_bytes_unref (item);
      if (!put_number (HAUL_QUEUE (squares), number * number, error)
          || !haul_queue_task_done (HAUL_QUEUE (numbers), error))
        return FALSE;
    }
  if (g_error_matches (end, HAUL_ERROR, HAUL_ERROR_CLOSED))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&end));
  return FALSE;
}

static const HaulTask produce_task = {
  .id = "produce", .title = "Producer", .summary = "Puts numbers into a queue", .unit = "numbers", .run = produce_run,
};

static const HaulTask consume_task = {
  .id = "consume", .title = "Consumer", .summary = "Squares them", .unit = "numbers", .run = consume_run,
};

typedef struct
{
  GMainLoop *loop;
  HaulQueue *numbers;
  HaulQueue *squares;
  guint      n_producers;   /* that have not ended */
  guint      n_consumers;
  gint64     sum;
  gboolean   has_failed;
} App;

static void
fail (App          *app,
      const GError *error)
{
  g_printerr ("%s\n", error->message);
  app->has_failed = TRUE;
  g_main_loop_quit (app->loop);
}

static void
square_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  App *app = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) item = haul_queue_get_finish (app->squares, result, &error);

  if (item != NULL)
    {
      app->sum += number_of (item);
      haul_queue_get_async (app->squares, -1, NULL, square_cb, app);
    }
  else if (g_error_matches (error, HAUL_ERROR, HAUL_ERROR_CLOSED))
    g_main_loop_quit (app->loop);   /* that was all */
  else
    fail (app, error);
}

/* All that was put was taken and worked off. */
static void
worked_off_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  App *app = user_data;
  g_autoptr(GError) error = NULL;

  if (!haul_queue_join_finish (app->numbers, result, &error))
    fail (app, error);
  haul_queue_close (app->numbers);
}

static void
joined_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  App *app = user_data;
  HaulJob *job = HAUL_JOB (source);
  g_autoptr(GError) error = NULL;

  if (!haul_job_join_finish (job, result, &error))
    fail (app, error);
  else if (haul_job_get_task (job) == &produce_task && --app->n_producers == 0)
    haul_queue_join_async (app->numbers, -1, NULL, worked_off_cb, app);
  else if (haul_job_get_task (job) == &consume_task && --app->n_consumers == 0)
    haul_queue_close (app->squares);
}

static void
start (App            *app,
       HaulExecutor   *executor,
       const HaulTask *task)
{
  g_autoptr(HaulJob) job = haul_job_new (task, NULL, NULL);

  haul_job_share (job, "numbers", HAUL_SHAREABLE (app->numbers));
  haul_job_share (job, "squares", HAUL_SHAREABLE (app->squares));
  haul_executor_submit (executor, job);
  haul_job_join_async (job, -1, NULL, joined_cb, app);
}

int
main (int    argc,
      char **argv)
{
  const HaulTask * const tasks[] = { &produce_task, &consume_task, NULL };
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(GError) error = NULL;
  App app = { 0 };

  if (argc != 4 || argv[1][0] == '-')
    return haul_worker_main (argc, argv, tasks);   /* the executor has started us */

  haul_tasks_register (tasks);
  app.n_producers = CLAMP (atoi (argv[2]), 1, 16);
  app.n_consumers = CLAMP (atoi (argv[3]), 1, 16);
  app.loop = g_main_loop_new (NULL, FALSE);
  app.numbers = haul_queue_new (10, 0, &error);   /* who produces more than ten ahead waits */
  app.squares = haul_queue_new (0, 0, app.numbers != NULL ? &error : NULL);
  if (app.squares == NULL)
    g_error ("%s", error->message);

  executor = haul_process_executor_new (argv[1]);
  haul_executor_set_max_running (executor, app.n_producers + app.n_consumers);   /* they wait for each other */
  for (guint i = app.n_producers; i > 0; i--)
    start (&app, executor, &produce_task);
  for (guint i = app.n_consumers; i > 0; i--)
    start (&app, executor, &consume_task);
  haul_queue_get_async (app.squares, -1, NULL, square_cb, &app);
  g_main_loop_run (app.loop);

  if (!app.has_failed)
    g_print ("%" G_GINT64_FORMAT "\n", app.sum);
  g_object_unref (app.squares);
  g_object_unref (app.numbers);
  g_main_loop_unref (app.loop);
  return app.has_failed ? 1 : 0;
}
