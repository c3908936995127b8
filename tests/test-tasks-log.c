/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "test-tasks.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "haul/parent/haul-process.h"
#include "haul/worker/haul-current-process.h"

/* A task that says things in every way there is. */

#define DOMAIN "speaker"

#define N_WRITERS 3
#define N_LINES   200
#define LINE_SIZE 1000

static gboolean
speak_context (HaulContext  *context,
               GError      **error)
{
  haul_context_log (context, HAUL_LOG_DEBUG, "context debug");
  haul_context_log (context, HAUL_LOG_INFO, "context info");
  haul_context_log (context, HAUL_LOG_WARNING, "context warning");
  return TRUE;
}

/* Both ways that GLib has, and a domain that nobody names. */
static gboolean
speak_glib (HaulContext  *context,
            GError      **error)
{
  g_log (DOMAIN, G_LOG_LEVEL_DEBUG, "glib debug");
  g_log (DOMAIN, G_LOG_LEVEL_INFO, "glib info %d", 1);
  g_log_structured (DOMAIN, G_LOG_LEVEL_MESSAGE, "MESSAGE", "glib message");
  g_log (DOMAIN, G_LOG_LEVEL_WARNING, "glib warning\nin two lines");
  g_log ("other", G_LOG_LEVEL_DEBUG, "other debug");
  g_log (NULL, G_LOG_LEVEL_MESSAGE, "of nobody");
  return TRUE;
}

static gpointer
thread_main (gpointer data)
{
  g_log (DOMAIN, G_LOG_LEVEL_MESSAGE, "from a thread");
  g_log (DOMAIN, G_LOG_LEVEL_DEBUG, "debug of a thread");
  return NULL;
}

static gboolean
speak_thread (HaulContext  *context,
              GError      **error)
{
  g_thread_join (g_thread_new ("speaker", thread_main, NULL));
  g_log (DOMAIN, G_LOG_LEVEL_MESSAGE, "after the thread");
  return TRUE;
}

static gpointer
crowd_main (gpointer name)
{
  for (guint i = 0; i < N_LINES; i++)
    g_log (DOMAIN, G_LOG_LEVEL_MESSAGE, "%s %u", (const char *) name, i);
  return NULL;
}

/* Two threads and the task itself at the same time. */
static gboolean
speak_crowd (HaulContext  *context,
             GError      **error)
{
  GThread *left = g_thread_new ("left", crowd_main, (gpointer) "left");
  GThread *right = g_thread_new ("right", crowd_main, (gpointer) "right");

  (void) crowd_main ((gpointer) "task");
  g_thread_join (left);
  g_thread_join (right);
  return TRUE;
}

static void
write_out (const char *text,
           gsize       size)
{
  if (write (STDOUT_FILENO, text, size) != (ssize_t) size)
    _exit (9);
}

static void
write_lines (char letter)
{
  for (guint i = 0; i < N_LINES; i++)
    {
      char line[LINE_SIZE + 1];

      memset (line, letter, LINE_SIZE);
      line[LINE_SIZE] = '\n';
      write_out (line, sizeof line);
    }
}

static gboolean
wait_for (pid_t pid)
{
  int status;

  return pid > 0 && waitpid (pid, &status, 0) == pid && status == 0;
}

/* Children that share our pipe: one after the other with half a line each, then all at once. */
static gboolean
speak_fork (HaulContext  *context,
            GError      **error)
{
  pid_t pids[N_WRITERS];

  for (guint i = 0; i < 2; i++)
    {
      pid_t pid = fork ();

      if (pid == 0)
        {
          write_out (i == 0 ? "left " : "right\n", i == 0 ? 5 : 6);
          g_log (DOMAIN, G_LOG_LEVEL_INFO, "info of a fork");
          if (i == 1)
            g_log (DOMAIN, G_LOG_LEVEL_MESSAGE, "from a fork");
          _exit (0);
        }
      g_assert_true (wait_for (pid));
    }
  for (guint i = 0; i < N_WRITERS; i++)
    {
      pids[i] = fork ();
      if (pids[i] == 0)
        {
          write_lines ('a' + i);
          _exit (0);
        }
    }
  for (guint i = 0; i < N_WRITERS; i++)
    g_assert_true (wait_for (pids[i]));
  return TRUE;
}

static gboolean
speak_long (HaulContext  *context,
            GError      **error)
{
  char line[HAUL_MAX_TEXT + 101];

  memset (line, 'x', sizeof line);
  line[HAUL_MAX_TEXT] = '\0';
  haul_context_log (context, HAUL_LOG_INFO, "%s", line);
  g_log (DOMAIN, G_LOG_LEVEL_MESSAGE, "%s", line);
  line[HAUL_MAX_TEXT] = '\n';
  write_out (line, HAUL_MAX_TEXT + 1);   /* a whole line */
  line[HAUL_MAX_TEXT] = 'x';
  line[sizeof line - 1] = '\n';
  write_out (line, sizeof line);         /* one that is cut */
  write_out ("end\n", 4);
  return TRUE;
}

static gboolean
speak_die (HaulContext  *context,
           GError      **error)
{
  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *text = g_strdup_printf ("printed %u\n", i);

      haul_context_log (context, HAUL_LOG_INFO, "said %u", i);
      g_log (DOMAIN, G_LOG_LEVEL_MESSAGE, "glib %u", i);
      write_out (text, strlen (text));
    }
  write_out ("no end", 6);
  (void) kill (getpid (), SIGKILL);
  return TRUE;
}

static gboolean
speak_fatal (HaulContext  *context,
             GError      **error)
{
  g_log (DOMAIN, G_LOG_LEVEL_ERROR, "the very end");
  return FALSE;
}

/* A process of its own, which speaks in turn. */
static gboolean
speak_nested (HaulContext  *context,
              GError      **error)
{
  g_autofree char *own_path = g_file_read_link ("/proc/self/exe", NULL);
  g_autoptr(GVariant) arguments = g_variant_ref_sink (g_variant_new_parsed ("{'mode': <'glib'>}"));
  g_autoptr(HaulProcess) child = haul_process_new (haul_test_task ("speak"), arguments, error);

  if (child == NULL)
    return FALSE;
  (void) haul_process_set_worker_path (child, own_path, NULL);   /* fails only after the start */
  haul_job_set_nice (haul_process_get_job (child), 0);
  return haul_process_start (child, error) && haul_process_finish_all (NULL, error);
}

static const struct
{
  const char *mode;
  gboolean  (*speak) (HaulContext *context, GError **error);
} modes[] = {
  { "context", speak_context }, { "glib", speak_glib }, { "thread", speak_thread }, { "fork", speak_fork },
  { "crowd", speak_crowd },
  { "long", speak_long }, { "die", speak_die }, { "fatal", speak_fatal }, { "nested", speak_nested },
};

static gboolean
run_speak (HaulContext  *context,
           GVariant     *arguments,
           GError      **error)
{
  const char *mode = haul_arguments_get_string (arguments, "mode");

  for (guint i = 0; i < G_N_ELEMENTS (modes); i++)
    if (strcmp (modes[i].mode, mode) == 0)
      {
        haul_context_emit (context, "ok", 2);
        return modes[i].speak (context, error);
      }
  g_assert_not_reached ();
}

static const HaulParam speak_params[] = {
  { "mode", "Mode", NULL, "What it says", HAUL_PARAM_STRING, .initial_text = "context" },
  { NULL }
};

static const HaulTask speak_task = {
  .id = "speak",
  .title = "Speak",
  .summary = "Says things",
  .unit = "steps",
  .params = speak_params,
  .run = run_speak,
};

const HaulTask * const haul_test_log_tasks[] = { &speak_task, NULL };
