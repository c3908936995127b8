/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "catalogue.h"
#include "lt-processes-view-private.h"
#include "lt-window.h"

/* The window of the app with 1,000 live processes in it, looked at once a second: what the app computes
 * meanwhile, and the longest turn of its main loop, for that is how long it is deaf.
 *
 * bench-window CROWD [N [N_BUSY [SECONDS]]]
 *
 * A turn is measured in the CPU time of the main thread, which is the same on a machine that does other
 * things as well, and by the clock. */

#define INTERVAL 1000   /* ms */
#define GOAL_CPU 5.0    /* % of a core */
#define GOAL_MS  16.0   /* a turn */

typedef struct
{
  double      began, cpu_began;       /* µs */
  double      longest, longest_cpu;   /* µs */
  guint       n_turns;
} Meter;

static Meter meter;
static double turn_began, turn_cpu_began;
static gboolean reached = TRUE;

typedef struct
{
  LtJobs          *jobs;
  LtWindow        *window;
  LtProcessesView *view;
  GSubprocess     *crowd;
  guint            n;
  guint            seconds;
} Bench;

static double
now_us (clockid_t clock)
{
  struct timespec time;

  (void) clock_gettime (clock, &time);
  return time.tv_sec * 1e6 + time.tv_nsec / 1e3;
}

/* A turn is all that is done between two waits. */
static int
measuring_poll (GPollFD *fds,
                guint    n_fds,
                int      timeout)
{
  int result;

  meter.longest = MAX (meter.longest, now_us (CLOCK_MONOTONIC) - turn_began);
  meter.longest_cpu = MAX (meter.longest_cpu, now_us (CLOCK_THREAD_CPUTIME_ID) - turn_cpu_began);
  meter.n_turns++;
  result = g_poll (fds, n_fds, timeout);
  turn_began = now_us (CLOCK_MONOTONIC);
  turn_cpu_began = now_us (CLOCK_THREAD_CPUTIME_ID);
  return result;
}

static void
begin (void)
{
  meter = (Meter) { .began = now_us (CLOCK_MONOTONIC), .cpu_began = now_us (CLOCK_PROCESS_CPUTIME_ID) };
  turn_began = meter.began;
  turn_cpu_began = now_us (CLOCK_THREAD_CPUTIME_ID);
}

/* @watched: once a second, and by nobody's hand, so the share counts. */
static void
end (const char *what,
     gboolean    watched)
{
  double share = 100 * (now_us (CLOCK_PROCESS_CPUTIME_ID) - meter.cpu_began) / (now_us (CLOCK_MONOTONIC) - meter.began);
  gboolean good = meter.longest_cpu <= GOAL_MS * 1000 && (!watched || share <= GOAL_CPU);

  printf ("%-34s %6.1f %%   longest turn %6.1f ms of CPU, %6.1f ms   %s\n", what, share, meter.longest_cpu / 1000,
          meter.longest / 1000, good ? "reached" : "missed");
  (void) fflush (stdout);
  reached = reached && good;
}

static gboolean
over_cb (gpointer over)
{
  *(gboolean *) over = TRUE;
  return G_SOURCE_REMOVE;
}

static void
run_for (guint ms)
{
  gboolean over = FALSE;

  (void) g_timeout_add (ms, over_cb, &over);
  while (!over)
    g_main_context_iteration (NULL, TRUE);
}

static void
start_crowd (Bench      *self,
             const char *program,
             const char *n_busy)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *n = g_strdup_printf ("%u", self->n);
  char ready[6];

  self->crowd = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, program, n, n_busy, NULL);
  if (self->crowd == NULL)
    g_error ("%s", error->message);
  if (g_input_stream_read (g_subprocess_get_stdout_pipe (self->crowd), ready, sizeof ready, NULL, NULL) <= 0)
    g_error ("no crowd");
}

static void
stop_crowd (Bench *self)
{
  g_autoptr(GError) error = NULL;

  (void) g_output_stream_close (g_subprocess_get_stdin_pipe (self->crowd), NULL, NULL);
  if (!g_subprocess_wait_check (self->crowd, NULL, &error))
    g_error ("%s", error->message);
  g_clear_object (&self->crowd);
}

static void
watch (Bench      *self,
       const char *what)
{
  run_for (2 * INTERVAL);
  begin ();
  run_for (self->seconds * 1000);
  end (what, TRUE);
}

static void
watch_changing (Bench *self)
{
  begin ();
  for (guint i = 0; i < self->seconds; i++)
    {
      (void) g_output_stream_write (g_subprocess_get_stdin_pipe (self->crowd), "..........", 10, NULL, NULL);
      run_for (1000);
    }
  end ("ten end, ten begin each second", TRUE);
}

static void
scroll (Bench *self)
{
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (self->view->scroller);
  double most = gtk_adjustment_get_upper (adjustment) - gtk_adjustment_get_page_size (adjustment);

  begin ();
  for (double at = 0; at < most; at += 120)
    {
      gtk_adjustment_set_value (adjustment, at);
      run_for (16);
    }
  for (guint i = 0; i < 20; i++)   /* as with the bar: far at once */
    {
      gtk_adjustment_set_value (adjustment, g_random_double_range (0, most));
      run_for (50);
    }
  gtk_adjustment_set_value (adjustment, 0);
  end ("scrolled from end to end", FALSE);
}

static void
sort (Bench *self)
{
  for (guint i = 0; i < LT_PROCESS_N_COLUMNS; i++)
    for (int way = 0; way < 2; way++)
      {
        g_autofree char *what = g_strdup_printf ("sorted by %s, %s", lt_process_column_get (i)->id, way == 0 ? "up" : "down");

        begin ();
        gtk_column_view_sort_by_column (self->view->view, self->view->columns[i], way == 0 ? GTK_SORT_ASCENDING : GTK_SORT_DESCENDING);
        run_for (300);
        end (what, FALSE);
      }
}

static void
filter (Bench *self)
{
  static const char * const texts[] = { "s", "sl", "sle", "slee", "sleep", "sleeper 99", "busy", "cpu>0.5", "state:S", "state:Z", "" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *what = g_strdup_printf ("looked for “%s”", texts[i]);

      begin ();
      lt_processes_view_search (self->view, texts[i]);
      run_for (400);
      end (what, FALSE);
    }
}

static void
open_window (Bench *self)
{
  self->jobs = lt_jobs_new ();
  self->window = lt_window_new (NULL, self->jobs);
  self->view = lt_window_get_processes_view (self->window);
  gtk_window_set_default_size (GTK_WINDOW (self->window), 960, 640);
  haul_process_list_set_interval (lt_processes_view_get_list (self->view), INTERVAL);
  gtk_window_present (GTK_WINDOW (self->window));
  run_for (INTERVAL);
  begin ();
  g_action_group_activate_action (G_ACTION_GROUP (self->window), "view", g_variant_new_string ("processes"));
  while (g_list_model_get_n_items (G_LIST_MODEL (lt_processes_view_get_list (self->view))) < self->n)
    g_main_context_iteration (NULL, TRUE);
  run_for (INTERVAL);
  end ("page opened", FALSE);
}

static void
stopped_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      stopped)
{
  *(gboolean *) stopped = lt_jobs_stop_finish (LT_JOBS (source), result, NULL);
}

static void
close_window (Bench *self)
{
  gboolean stopped = FALSE;

  gtk_window_destroy (GTK_WINDOW (self->window));
  lt_jobs_stop_async (self->jobs, 3000, stopped_cb, &stopped);
  while (!stopped)
    g_main_context_iteration (NULL, TRUE);
  g_clear_object (&self->jobs);
}

int
main (int    argc,
      char **argv)
{
  Bench bench = { .n = argc > 2 ? atoi (argv[2]) : 1000, .seconds = argc > 4 ? atoi (argv[4]) : 10 };

  if (argc < 2 || bench.n == 0)
    g_error ("usage: bench-window CROWD [N [N_BUSY [SECONDS]]]");
  haul_tasks_register (haul_catalogue);
  adw_init ();
  g_main_context_set_poll_func (g_main_context_default (), measuring_poll);

  start_crowd (&bench, argv[1], argc > 3 ? argv[3] : "20");
  printf ("%u processes, once a second; goals %.0f %% of a core, %.0f ms\n", bench.n, GOAL_CPU, GOAL_MS);
  open_window (&bench);
  watch (&bench, "left alone");
  gtk_column_view_sort_by_column (bench.view->view, bench.view->columns[LT_PROCESS_CPU], GTK_SORT_DESCENDING);
  watch (&bench, "sorted by CPU");
  watch_changing (&bench);
  scroll (&bench);
  sort (&bench);
  filter (&bench);
  printf ("%s\n", reached ? "all goals reached" : "not all goals were reached");
  close_window (&bench);
  stop_crowd (&bench);
  return 0;
}
