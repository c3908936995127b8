/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <string.h>

#include "lt-drawing.h"
#include "lt-speedup.h"
#include "lt-test.h"
#include "lt-timeline-view.h"

#define SECOND ((gint64) G_USEC_PER_SEC)

/* Runs beside each other: one that goes on, and those that differ in their workers. */

typedef struct
{
  GtkWidget        *window;
  LtTimelineView   *view;
  LtTimelineCanvas *canvas;   /* of the view */
  LtJobs           *jobs;     /* (owned) */
  HaulHeartbeat    *heart;    /* (owned) */
} Fixture;

static gboolean
is_mapped (gpointer widget)
{
  return gtk_widget_get_mapped (widget) && gtk_widget_get_width (widget) > 0;
}

static void
set_up (Fixture *fixture,
        int      width)
{
  fixture->jobs = lt_jobs_new ();
  fixture->heart = haul_heartbeat_new ();
  fixture->view = g_object_new (LT_TYPE_TIMELINE_VIEW, NULL);
  lt_timeline_view_set_jobs (fixture->view, fixture->jobs, fixture->heart);
  fixture->canvas = lt_timeline_view_get_canvas (fixture->view);
  fixture->window = gtk_window_new ();
  gtk_window_set_default_size (GTK_WINDOW (fixture->window), width, 400);
  gtk_window_set_child (GTK_WINDOW (fixture->window), GTK_WIDGET (fixture->view));
  gtk_window_present (GTK_WINDOW (fixture->window));
  lt_test_run_until (is_mapped, fixture->view, 20000);
}

static void
tear_down (Fixture *fixture)
{
  lt_test_stop (fixture->jobs);
  g_object_add_weak_pointer (G_OBJECT (fixture->view), (gpointer *) &fixture->view);
  gtk_window_destroy (GTK_WINDOW (fixture->window));
  g_assert_null (fixture->view);
  g_object_unref (fixture->jobs);
  g_object_unref (fixture->heart);
}

static HaulJob *
start (Fixture    *fixture,
       const char *task,
       const char *arguments,
       LtRunIn     where)
{
  LtJobOptions options = LT_JOB_OPTIONS_INIT;
  g_autoptr(GError) error = NULL;
  GVariant *parsed = g_variant_parse (G_VARIANT_TYPE_VARDICT, arguments, NULL, NULL, &error);
  HaulJob *job;

  g_assert_no_error (error);
  options.where = where;
  job = lt_jobs_start (fixture->jobs, haul_task_lookup (task, NULL), parsed, &options, &error);
  g_assert_no_error (error);
  return job;
}

static gboolean
is_running (gpointer job)
{
  return haul_job_get_state (job) == HAUL_JOB_RUNNING;
}

static gboolean
has_ended (gpointer job)
{
  return !haul_job_is_active (job);
}

static GtkWidget *
get_child (Fixture    *fixture,
           const char *name)
{
  GObject *child = gtk_widget_get_template_child (GTK_WIDGET (fixture->view), LT_TYPE_TIMELINE_VIEW, name);

  g_assert_nonnull (child);
  return GTK_WIDGET (child);
}

static gboolean
shows_content (gpointer data)
{
  return gtk_widget_get_mapped (GTK_WIDGET (((Fixture *) data)->canvas));
}

static gboolean
grows_alone (gpointer data)
{
  return lt_timeline_canvas_get_now (((Fixture *) data)->canvas) > SECOND;
}

static gboolean
is_over (gpointer data)
{
  guint n_runs;

  return lt_timeline_canvas_get_runs (((Fixture *) data)->canvas, &n_runs)[0].end > 0;
}

static gboolean
tells_less (gpointer data)
{
  return strstr (gtk_label_get_label (GTK_LABEL (get_child (data, "status"))), " less") != NULL;
}

/* One that is not over beside one that is: it grows, what has the focus keeps it, and the end says what was saved. */
static void
test_compare_running (void)
{
  const LabTimelineRun *runs;
  HaulJob *job, *fast;
  GtkWidget *choice;
  Fixture fixture;
  guint n_runs;

  set_up (&fixture, 900);
  fast = start (&fixture, "sleep", "{'seconds': <0.1>}", LT_RUN_IN_PROCESS);
  lt_test_run_until (has_ended, fast, 20000);
  job = start (&fixture, "sleep", "{'seconds': <600.0>}", LT_RUN_IN_PROCESS);
  lt_test_run_until (is_running, job, 20000);
  lt_test_run_until (shows_content, &fixture, 20000);
  choice = get_child (&fixture, "run");
  g_assert_cmpuint (g_list_model_get_n_items (gtk_drop_down_get_model (GTK_DROP_DOWN (choice))), ==, 3);
  gtk_drop_down_set_selected (GTK_DROP_DOWN (choice), 1);
  lt_timeline_view_compare (fixture.view, fast);
  runs = lt_timeline_canvas_get_runs (fixture.canvas, &n_runs);
  g_assert_cmpuint (n_runs, ==, 2);
  g_assert_cmpstr (runs[0].title, ==, "Sleep · Running");
  g_assert_cmpint (runs[0].end, ==, 0);
  g_assert_false (tells_less (&fixture));

  lt_timeline_canvas_focus_lane (fixture.canvas, NULL);
  g_assert_nonnull (lt_timeline_canvas_get_status (fixture.canvas));
  lt_test_run_until (grows_alone, &fixture, 20000);
  g_assert_nonnull (lt_timeline_canvas_get_status (fixture.canvas));
  haul_job_cancel (job);
  lt_test_run_until (is_over, &fixture, 20000);
  runs = lt_timeline_canvas_get_runs (fixture.canvas, &n_runs);
  g_assert_cmpint (runs[0].end, ==, haul_job_get_stamp (job, HAUL_STAMP_JOINED) - haul_job_get_stamp (job, HAUL_STAMP_STARTED));
  g_assert_cmpuint (gtk_drop_down_get_selected (GTK_DROP_DOWN (choice)), ==, 1);
  tear_down (&fixture);
}

static void
add_run (GArray *runs,
         guint   n_workers,
         double  seconds)
{
  const LtSpeedupRun run = { n_workers, seconds };

  g_array_append_val (runs, run);
}

/* How many times as fast as one worker: the median of those that ran more than once; and nothing without one to compare. */
static void
test_speedup (void)
{
  g_autoptr(GArray) runs = g_array_new (FALSE, FALSE, sizeof (LtSpeedupRun));
  g_autoptr(LabFindings) findings = NULL;
  double least, greatest;

  g_assert_null (lt_speedup_new_findings (runs));
  add_run (runs, 2, 5);
  add_run (runs, 4, 4);
  g_assert_null (lt_speedup_new_findings (runs));
  add_run (runs, 1, 8);
  add_run (runs, 1, 12);
  add_run (runs, 1, 10);
  add_run (runs, 2, 10);
  add_run (runs, 2, 5);
  findings = lt_speedup_new_findings (runs);
  g_assert_nonnull (findings);
  g_assert_cmpfloat (lab_findings_get (findings, "speedup", "1"), ==, 1);
  g_assert_cmpfloat (lab_findings_get (findings, "speedup", "2"), ==, 2);
  g_assert_cmpfloat (lab_findings_get (findings, "speedup", "4"), ==, 2.5);
  g_assert_cmpfloat (lab_findings_get (findings, "time", "1"), ==, 10);
  g_assert_cmpuint (lab_findings_get_spread (findings, "speedup", "2", &least, &greatest), ==, 3);
  g_assert_true (least == 1 && greatest == 2);
  g_array_set_size (runs, 0);
  add_run (runs, 1, 8);
  add_run (runs, 1, 9);
  g_assert_null (lt_speedup_new_findings (runs));
}

static gboolean
is_drawn (gpointer data)
{
  return gtk_widget_get_mapped (data) && gtk_widget_get_height (data) > 100;
}

/* It is offered for jobs that are the same but for their workers, and drawn as a curve with its numbers beside it. */
static void
test_speedup_shown (void)
{
  g_autoptr(GPtrArray) jobs = g_ptr_array_new ();
  g_autoptr(GArray) runs = NULL;
  g_autoptr(GArray) made_up = g_array_new (FALSE, FALSE, sizeof (LtSpeedupRun));
  g_autoptr(LabFindings) findings = NULL;
  GtkWidget *window = gtk_window_new ();
  GtkWidget *speedup;
  Fixture fixture;

  set_up (&fixture, 360);
  g_ptr_array_add (jobs, start (&fixture, "sleep", "{'seconds': <0.05>}", LT_RUN_IN_PROCESS));
  g_ptr_array_add (jobs, start (&fixture, "sleep", "{'seconds': <0.05>}", LT_RUN_IN_POOL));
  g_ptr_array_add (jobs, start (&fixture, "sleep", "{'seconds': <0.06>}", LT_RUN_IN_PROCESS));
  for (guint i = 0; i < jobs->len; i++)
    lt_test_run_until (has_ended, jobs->pdata[i], 20000);
  lt_test_run_until (shows_content, &fixture, 20000);
  runs = lt_speedup_find_runs (jobs, jobs->pdata[0]);
  g_assert_cmpuint (runs->len, ==, 2);
  g_assert_cmpuint (g_array_index (runs, LtSpeedupRun, 1).n_workers, ==, 1);
  g_assert_false (gtk_widget_get_sensitive (get_child (&fixture, "speedup_button")));
  tear_down (&fixture);

  add_run (made_up, 1, 8);
  add_run (made_up, 2, 5);
  findings = lt_speedup_new_findings (made_up);
  speedup = g_object_new (LT_TYPE_SPEEDUP, NULL);
  lt_speedup_set_findings (LT_SPEEDUP (speedup), "Sleep", findings);
  gtk_window_set_child (GTK_WINDOW (window), speedup);
  gtk_window_present (GTK_WINDOW (window));
  lt_test_run_until (is_drawn, speedup, 20000);
  g_assert_cmpuint (lt_test_count (speedup, LT_TYPE_DRAWING), ==, 1);
  gtk_window_destroy (GTK_WINDOW (window));
}

int
main (int    argc,
      char **argv)
{
  lt_test_init (&argc, &argv);
  g_test_add_func ("/app/runs/compare-running", test_compare_running);
  g_test_add_func ("/app/runs/speedup", test_speedup);
  g_test_add_func ("/app/runs/speedup-shown", test_speedup_shown);

  return g_test_run ();
}
