/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

/* A conversation: pipe WORKER WORD…
 *
 * Gives one end of a pipe to a process of its own, sends it each word, and prints what comes back: the word
 * backwards. When this end is closed, the other one is told, and ends. It is its own worker: WORKER is the path
 * of this very program. */

#include "config.h"

#include <string.h>

#include "haul/haul.h"

static gboolean
reverse_run (HaulContext  *context,
             GVariant     *arguments,
             GError      **error)
{
  HaulShareable *shareable = haul_context_get_shared (context, "words", HAUL_TYPE_PIPE, error);
  g_autoptr(GError) end = NULL;
  GBytes *message;

  if (shareable == NULL)
    return FALSE;
  while ((message = haul_pipe_receive (HAUL_PIPE (shareable), -1, NULL, &end)) != NULL)
    {
      g_autofree char *word = g_strndup (g_bytes_get_data (message, NULL), g_bytes_get_size (message));
      char *backwards = g_utf8_strreverse (word, -1);
      g_autoptr(GBytes) answer = g_bytes_new_take (backwards, strlen (backwards));

      g_bytes_unref (message);
      if (!haul_pipe_send (HAUL_PIPE (shareable), answer, -1, NULL, error))
        return FALSE;
    }
  if (g_error_matches (end, HAUL_ERROR, HAUL_ERROR_CLOSED))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&end));
  return FALSE;
}

static const HaulTask reverse_task = {
  .id = "reverse", .title = "Reverse", .summary = "Says words backwards", .unit = "words", .run = reverse_run,
};

typedef struct
{
  GMainLoop *loop;
  HaulPipe  *pipe;
  char     **words;   /* those that were not sent */
  gboolean   has_failed;
} App;

static void answered_cb (GObject      *source,
                         GAsyncResult *result,
                         gpointer      user_data);

static void
sent_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  App *app = user_data;
  g_autoptr(GError) error = NULL;

  if (haul_pipe_send_finish (app->pipe, result, &error))
    {
      haul_pipe_receive_async (app->pipe, -1, NULL, answered_cb, app);
      return;
    }
  g_printerr ("%s\n", error->message);
  haul_pipe_close (app->pipe);
}

static void
send_next (App *app)
{
  const char *word = *app->words;
  g_autoptr(GBytes) message = NULL;

  if (word == NULL)
    {
      haul_pipe_close (app->pipe);
      return;
    }
  app->words++;
  message = g_bytes_new (word, strlen (word));
  haul_pipe_send_async (app->pipe, message, -1, NULL, sent_cb, app);
}

static void
answered_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  App *app = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) answer = haul_pipe_receive_finish (app->pipe, result, &error);

  if (answer != NULL)
    {
      g_print ("%.*s\n", (int) g_bytes_get_size (answer), (const char *) g_bytes_get_data (answer, NULL));
      send_next (app);
      return;
    }
  g_printerr ("%s\n", error->message);   /* for one, when the process was killed */
  haul_pipe_close (app->pipe);
}

static void
joined_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  App *app = user_data;
  g_autoptr(GError) error = NULL;

  if (!haul_job_join_finish (HAUL_JOB (source), result, &error))
    {
      g_printerr ("%s\n", error->message);
      app->has_failed = TRUE;
    }
  g_main_loop_quit (app->loop);
}

int
main (int    argc,
      char **argv)
{
  const HaulTask * const tasks[] = { &reverse_task, NULL };
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulPipe) theirs = NULL;
  g_autoptr(HaulJob) job = NULL;
  g_autoptr(GError) error = NULL;
  App app = { .words = argv + 2 };

  if (argc < 2 || argv[1][0] == '-')
    return haul_worker_main (argc, argv, tasks);   /* the executor has started us */

  haul_tasks_register (tasks);
  if (!haul_pipe_new (TRUE, &app.pipe, &theirs, &error))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }

  app.loop = g_main_loop_new (NULL, FALSE);
  executor = haul_process_executor_new (argv[1]);
  job = haul_job_new (&reverse_task, NULL, NULL);
  haul_job_share (job, "words", HAUL_SHAREABLE (theirs));   /* it is the job's now */
  haul_executor_submit (executor, job);
  haul_job_join_async (job, -1, NULL, joined_cb, &app);
  send_next (&app);
  g_main_loop_run (app.loop);

  g_object_unref (app.pipe);
  g_main_loop_unref (app.loop);
  return app.has_failed ? 1 : 0;
}
