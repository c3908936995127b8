/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <gtk/gtk.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

/*
 * The program that the experiment "widgets-from-a-thread" breaks: a window with a label, which another thread
 * changes, itself or through the main loop. It may crash, and is not part of Long Tasks' own window.
 *
 *   lt-lab-gtk-helper thread|loop UPDATES
 *
 * It says "complaint TEXT" for the first warning of GTK, and "done COMPLAINTS" when all was shown. Exit status 3:
 * there is no display.
 */

#define EXIT_NO_DISPLAY 3

/* So that it takes some frames: a thread that is done before the window is painted disturbs nobody. */
#define N_BETWEEN 20
#define PAUSE_US  100

typedef struct
{
  GtkLabel  *label;
  GMainLoop *loop;
  gboolean   directly;
  guint      n_updates;
} Window;

static int n_complaints;   /* atomic: of any thread */

/* GTK says what is wrong by g_log(). Here that is counted, and the first is told. */
static GLogWriterOutput
count_cb (GLogLevelFlags   level,
          const GLogField *fields,
          gsize            n_fields,
          gpointer         data)
{
  if ((level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING)) != 0
      && g_atomic_int_add (&n_complaints, 1) == 0)
    {
      for (gsize i = 0; i < n_fields; i++)
        {
          if (strcmp (fields[i].key, "MESSAGE") == 0)
            printf ("complaint %s\n", (const char *) fields[i].value);
        }
    }
  return G_LOG_WRITER_HANDLED;
}

typedef struct
{
  Window *window;
  guint   number;
} Update;

static gboolean
show_cb (gpointer data)
{
  Update *update = data;
  char text[32];

  g_snprintf (text, sizeof text, "%u", update->number);
  gtk_label_set_text (update->window->label, text);
  return G_SOURCE_REMOVE;
}

static gboolean
over_cb (gpointer data)
{
  Window *window = data;

  g_main_loop_quit (window->loop);
  return G_SOURCE_REMOVE;
}

/* In the other thread. */
static gpointer
count_up (gpointer data)
{
  Window *window = data;

  for (guint i = 1; i <= window->n_updates; i++)
    {
      Update *update = g_new (Update, 1);

      *update = (Update) { .window = window, .number = i };
      if (window->directly)
        {
          show_cb (update);   /* what must not be done */
          g_free (update);
        }
      else
        {
          g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, show_cb, update, g_free);
        }
      if (i % N_BETWEEN == 0)
        g_usleep (PAUSE_US);
    }
  /* Comes after all of them. */
  g_idle_add (over_cb, window);
  return NULL;
}

int
main (int    argc,
      char **argv)
{
  const struct rlimit no_core = { 0, 0 };
  Window window = { 0 };
  GtkWidget *top;
  GThread *thread;

  if (argc != 3)
    {
      fprintf (stderr, "usage: %s thread|loop UPDATES\n", argv[0]);
      return 2;
    }
  (void) setrlimit (RLIMIT_CORE, &no_core);
  (void) setvbuf (stdout, NULL, _IOLBF, 0);
  g_log_set_writer_func (count_cb, NULL, NULL);
  g_setenv ("GSK_RENDERER", "cairo", FALSE);   /* a label needs no GL, whose drivers take much memory */
  if (!gtk_init_check ())
    return EXIT_NO_DISPLAY;

  top = gtk_window_new ();
  window.label = GTK_LABEL (gtk_label_new ("0"));
  window.loop = g_main_loop_new (NULL, FALSE);
  window.directly = strcmp (argv[1], "thread") == 0;
  window.n_updates = (guint) g_ascii_strtoull (argv[2], NULL, 10);
  gtk_window_set_title (GTK_WINDOW (top), argv[1]);
  gtk_window_set_default_size (GTK_WINDOW (top), 240, 120);
  gtk_window_set_child (GTK_WINDOW (top), GTK_WIDGET (window.label));
  gtk_window_present (GTK_WINDOW (top));

  thread = g_thread_new ("updates", count_up, &window);
  g_main_loop_run (window.loop);
  g_thread_join (thread);
  printf ("done %d\n", g_atomic_int_get (&n_complaints));
  return 0;
}
