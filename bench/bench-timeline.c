/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

/* What a timeline costs: drawing it, and writing it down. In CPU time of the thread, so that other work of the
 * machine does not count. */

#include "config.h"

#include <stdio.h>
#include <time.h>

#include "catalogue.h"
#include "haul/haul.h"
#include "lt-timeline-canvas.h"

#define N_DRAWS 200
#define N_ITEMS 20000
#define N_ROUNDS 7
#define IDLE_US (4 * (gint64) G_USEC_PER_SEC)

static double
get_cpu_ms (void)
{
  struct timespec time;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &time);
  return time.tv_sec * 1e3 + time.tv_nsec / 1e6;
}

static HaulTimeline *
build (guint n_lanes,
       guint n_spans)
{
  HaulTimeline *timeline = haul_timeline_new (0);

  for (guint i = 0; i < n_lanes; i++)
    {
      HaulLane *lane = haul_timeline_add_lane (timeline, HAUL_LANE_WORKER, "worker", 1000 + i);

      for (guint j = 0; j < n_spans; j++)
        haul_lane_begin (lane, j % HAUL_N_SPAN_KINDS, j * 10000, "Count Primes, item");
      haul_lane_end (lane, n_spans * 10000);
    }
  return timeline;
}

static void
measure_drawing (LtTimelineCanvas *canvas,
                 guint             n_lanes,
                 guint             n_spans)
{
  g_autoptr(HaulTimeline) timeline = build (n_lanes, n_spans);
  const LabTimelineRun run = { timeline, NULL, 0 };
  double start;

  lt_timeline_canvas_set_runs (canvas, &run, 1, FALSE);
  start = get_cpu_ms ();
  for (guint i = 0; i < N_DRAWS; i++)
    {
      GtkSnapshot *snapshot = gtk_snapshot_new ();
      GskRenderNode *node;

      lt_timeline_canvas_set_now (canvas, n_spans * 10000);
      GTK_WIDGET_GET_CLASS (canvas)->snapshot (GTK_WIDGET (canvas), snapshot);
      node = gtk_snapshot_free_to_node (snapshot);
      if (node != NULL)
        gsk_render_node_unref (node);
    }
  printf ("drawing %6u bars, of which %4u alone: %5.2f ms\n", lt_timeline_canvas_get_shown (canvas)->n_spans,
          lt_timeline_canvas_get_shown (canvas)->n_drawn, (get_cpu_ms () - start) / N_DRAWS);
}

static GVariant *
input_cb (guint64  index,
          gpointer user_data)
{
  return index < N_ITEMS ? g_variant_new_parsed ("@a{sv} {'n': <int64 5>}") : NULL;
}

static void
ended_cb (gboolean *over)
{
  *over = TRUE;
}

static double
run_batch (HaulPool *pool)
{
  g_autoptr(HaulBatch) batch = haul_batch_new (haul_task_lookup ("fibonacci", NULL), input_cb, NULL, NULL);
  g_autoptr(GError) error = NULL;
  gboolean over = FALSE;
  double start = get_cpu_ms ();

  haul_batch_set_keep (batch, FALSE);
  g_signal_connect_swapped (batch, "ended", G_CALLBACK (ended_cb), &over);
  if (!haul_pool_submit (pool, batch, &error))
    g_error ("%s", error->message);
  while (!over)
    g_main_context_iteration (NULL, TRUE);
  return get_cpu_ms () - start;
}

static double
wait_idly (void)
{
  gint64 end = g_get_monotonic_time () + IDLE_US;
  double start = get_cpu_ms ();

  while (g_get_monotonic_time () < end)
    g_main_context_iteration (NULL, TRUE);
  return (get_cpu_ms () - start) / (IDLE_US / 1e3);
}

/* In turns, for what the machine does otherwise to be the same for both; the least of each counts. */
static void
measure_recording (void)
{
  g_autoptr(HaulPool) pool = haul_pool_new (NULL, 2);
  g_autoptr(HaulHeartbeat) heart = haul_heartbeat_new ();
  double plain = G_MAXDOUBLE, recorded = G_MAXDOUBLE, idle, sampled;

  (void) run_batch (pool);
  for (guint i = 0; i < N_ROUNDS; i++)
    {
      g_autoptr(HaulTimeline) timeline = haul_timeline_new (g_get_monotonic_time ());
      g_autoptr(HaulTimelineRecorder) recorder = haul_timeline_recorder_new (timeline);

      haul_timeline_recorder_add_pool (recorder, pool);
      haul_timeline_recorder_add_heartbeat (recorder, heart);
      haul_timeline_recorder_add_cores (recorder);
      recorded = MIN (recorded, run_batch (pool));
      g_clear_object (&recorder);
      plain = MIN (plain, run_batch (pool));
    }
  printf ("a batch of %d items: %.1f ms, with a recorder %.1f ms (%+.1f %%)\n", N_ITEMS, plain, recorded,
          100 * (recorded - plain) / plain);

  idle = wait_idly ();
  {
    g_autoptr(HaulTimeline) timeline = haul_timeline_new (g_get_monotonic_time ());
    g_autoptr(HaulTimelineRecorder) recorder = haul_timeline_recorder_new (timeline);

    haul_timeline_recorder_add_heartbeat (recorder, heart);
    haul_timeline_recorder_add_cores (recorder);
    sampled = wait_idly ();
  }
  printf ("a loop with a heartbeat alone: %.3f %% of a core, measured as well %.3f %%\n", 100 * idle, 100 * sampled);
  haul_pool_terminate (pool);
}

int
main (int    argc,
      char **argv)
{
  GtkWidget *window, *scrolled, *canvas;

  haul_tasks_register (haul_catalogue);
  adw_init ();
  window = gtk_window_new ();
  scrolled = gtk_scrolled_window_new ();
  canvas = g_object_new (LT_TYPE_TIMELINE_CANVAS, NULL);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), canvas);
  gtk_window_set_default_size (GTK_WINDOW (window), 1200, 900);
  gtk_window_set_child (GTK_WINDOW (window), scrolled);
  gtk_window_present (GTK_WINDOW (window));
  while (gtk_widget_get_width (canvas) == 0)
    g_main_context_iteration (NULL, TRUE);

  measure_drawing (LT_TIMELINE_CANVAS (canvas), 20, 100);
  measure_drawing (LT_TIMELINE_CANVAS (canvas), 20, 10000);
  measure_drawing (LT_TIMELINE_CANVAS (canvas), 1000, 100);
  measure_recording ();
  gtk_window_destroy (GTK_WINDOW (window));
  return 0;
}
