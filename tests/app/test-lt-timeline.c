/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <string.h>

#include "lt-test.h"
#include "lt-timeline-save.h"
#include "lt-timeline-table.h"
#include "lt-timeline-view.h"

#define SECOND ((gint64) G_USEC_PER_SEC)

/* The timeline view, with real jobs and with timelines that were made up. */

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
grows (gpointer data)
{
  Fixture *fixture = data;

  return lt_timeline_canvas_get_now (fixture->canvas) > 2 * SECOND
         && lt_timeline_canvas_get_shown (fixture->canvas)->n_spans >= 2;
}

/* It is empty, a job starts, and its bar grows. */
static void
test_live (void)
{
  Fixture fixture;
  HaulJob *job;
  gint64 from, to;

  set_up (&fixture, 900);
  g_assert_true (gtk_widget_get_mapped (get_child (&fixture, "empty_page")));
  g_assert_false (lt_timeline_record_get_busy (lt_timeline_view_get_record (fixture.view)));
  job = start (&fixture, "sleep", "{'seconds': <60.0>}", LT_RUN_IN_PROCESS);
  lt_test_run_until (is_running, job, 20000);
  g_assert_true (lt_timeline_record_get_busy (lt_timeline_view_get_record (fixture.view)));
  lt_test_run_until (shows_content, &fixture, 20000);
  lt_test_run_until (grows, &fixture, 20000);
  g_assert_true (lt_timeline_canvas_get_follow (fixture.canvas));
  lt_timeline_canvas_get_range (fixture.canvas, &from, &to);
  g_assert_cmpint (to, >=, lt_timeline_canvas_get_now (fixture.canvas));
  haul_job_cancel (job);
  lt_test_run_until (has_ended, job, 20000);
  tear_down (&fixture);
}

static gboolean
starts_with (Fixture    *fixture,
             const char *words)
{
  const char *status = lt_timeline_canvas_get_status (fixture->canvas);

  if (status == NULL || !g_str_has_prefix (status, words))
    g_test_message ("status: %s", status != NULL ? status : "none");
  return status != NULL && g_str_has_prefix (status, words);
}

static HaulTimeline *
build (guint n_lanes)
{
  HaulTimeline *timeline = haul_timeline_new (0);

  for (guint i = 0; i < n_lanes; i++)
    {
      g_autofree char *title = g_strdup_printf ("worker %u", i + 1);
      HaulLane *lane = haul_timeline_add_lane (timeline, HAUL_LANE_WORKER, title, 100 + i);

      haul_lane_begin (lane, HAUL_SPAN_STARTING, 0, NULL);
      haul_lane_begin (lane, HAUL_SPAN_WORKING, SECOND, "first");
      haul_lane_begin (lane, HAUL_SPAN_PAUSED, 5 * SECOND, NULL);
      haul_lane_begin (lane, HAUL_SPAN_WORKING, 7 * SECOND, "second");
      haul_lane_end (lane, 10 * SECOND);
    }
  return timeline;
}

/* Bar by bar with the keyboard, and what is said of each. */
static void
test_walk (void)
{
  g_autoptr(HaulTimeline) timeline = build (3);
  const LabTimelineRun run = { timeline, NULL, 0 };
  Fixture fixture;

  set_up (&fixture, 900);
  lt_timeline_canvas_set_runs (fixture.canvas, &run, 1, FALSE);
  g_assert_null (lt_timeline_canvas_get_status (fixture.canvas));
  g_assert_true (lt_timeline_canvas_move_focus (fixture.canvas, GTK_DIR_LEFT));
  g_assert_true (starts_with (&fixture, "worker 1: working 7.0 to 10.0 s · second"));
  g_assert_true (lt_timeline_canvas_move_focus (fixture.canvas, GTK_DIR_LEFT));
  g_assert_true (starts_with (&fixture, "worker 1: paused 5.0 to 7.0 s"));
  g_assert_true (lt_timeline_canvas_move_focus (fixture.canvas, GTK_DIR_DOWN));
  g_assert_true (starts_with (&fixture, "worker 2: paused 5.0 to 7.0 s"));
  g_assert_true (lt_timeline_canvas_move_focus (fixture.canvas, GTK_DIR_DOWN));
  g_assert_false (lt_timeline_canvas_move_focus (fixture.canvas, GTK_DIR_DOWN));
  g_assert_true (lt_timeline_canvas_move_focus (fixture.canvas, GTK_DIR_RIGHT));
  g_assert_true (lt_timeline_canvas_move_focus (fixture.canvas, GTK_DIR_RIGHT));   /* there is no further */
  g_assert_true (starts_with (&fixture, "worker 3: working 7.0 to 10.0 s"));
  g_assert_true (lt_timeline_canvas_move_focus (fixture.canvas, GTK_DIR_UP));
  g_assert_true (starts_with (&fixture, "worker 2: working 7.0 to 10.0 s"));
  tear_down (&fixture);
}

static gboolean
canvas_has_size (gpointer data)
{
  Fixture *fixture = data;

  return gtk_widget_get_mapped (GTK_WIDGET (fixture->canvas)) && gtk_widget_get_width (GTK_WIDGET (fixture->canvas)) > 0;
}

/* The canvas is shown whatever jobs there are. */
static void
show_content (Fixture *fixture)
{
  gtk_stack_set_visible_child (GTK_STACK (get_child (fixture, "stack")), get_child (fixture, "content"));
  lt_test_run_until (canvas_has_size, fixture, 20000);
}

static void
test_zoom (void)
{
  g_autoptr(HaulTimeline) timeline = build (1);
  const LabTimelineRun run = { timeline, NULL, 10 * SECOND };
  gint64 from, to, from_zoomed, to_zoomed;
  Fixture fixture;

  set_up (&fixture, 900);
  show_content (&fixture);
  lt_timeline_canvas_set_runs (fixture.canvas, &run, 1, FALSE);
  lt_timeline_canvas_get_range (fixture.canvas, &from, &to);
  g_assert_cmpint (from, ==, 0);
  g_assert_cmpint (to, >=, 10 * SECOND);
  g_assert_cmpint (to, <=, 11 * SECOND);
  gtk_widget_activate_action (GTK_WIDGET (fixture.view), "timeline.zoom-in", NULL);
  lt_timeline_canvas_get_range (fixture.canvas, &from_zoomed, &to_zoomed);
  g_assert_cmpint (from_zoomed, >, from);
  g_assert_cmpint (to_zoomed, <, to);
  for (guint i = 0; i < 100; i++)
    gtk_widget_activate_action (GTK_WIDGET (fixture.view), "timeline.zoom-in", NULL);
  lt_timeline_canvas_get_range (fixture.canvas, &from_zoomed, &to_zoomed);
  g_assert_cmpint (to_zoomed, >, from_zoomed);
  for (guint i = 0; i < 100; i++)
    gtk_widget_activate_action (GTK_WIDGET (fixture.view), "timeline.zoom-out", NULL);
  lt_timeline_canvas_get_range (fixture.canvas, &from_zoomed, &to_zoomed);
  g_assert_cmpint (from_zoomed, ==, 0);
  g_assert_cmpint (ABS (to_zoomed - to), <, SECOND / 10);
  gtk_widget_activate_action (GTK_WIDGET (fixture.view), "timeline.zoom-in", NULL);
  gtk_widget_activate_action (GTK_WIDGET (fixture.view), "timeline.fit", NULL);
  lt_timeline_canvas_get_range (fixture.canvas, &from_zoomed, &to_zoomed);
  g_assert_cmpint (to_zoomed, ==, to);
  tear_down (&fixture);
}

/* It follows what grows, until people go back. */
static void
test_follow (void)
{
  g_autoptr(HaulTimeline) timeline = build (1);
  const LabTimelineRun run = { timeline, NULL, 0 };
  gint64 from, to, from_before;
  GtkAdjustment *adjustment;
  Fixture fixture;

  set_up (&fixture, 900);
  show_content (&fixture);
  lt_timeline_canvas_set_runs (fixture.canvas, &run, 1, TRUE);
  lt_timeline_canvas_set_now (fixture.canvas, 200 * SECOND);
  g_assert_true (lt_timeline_canvas_get_follow (fixture.canvas));
  lt_timeline_canvas_get_range (fixture.canvas, &from, &to);
  g_assert_cmpint (to, >=, 200 * SECOND);
  g_assert_cmpint (to - from, <=, 61 * SECOND);

  g_object_get (fixture.canvas, "hadjustment", &adjustment, NULL);
  gtk_adjustment_set_value (adjustment, gtk_adjustment_get_value (adjustment) / 2);
  g_object_unref (adjustment);
  g_assert_false (lt_timeline_canvas_get_follow (fixture.canvas));
  lt_timeline_canvas_get_range (fixture.canvas, &from_before, &to);
  g_assert_cmpint (from_before, <, from);
  lt_timeline_canvas_set_now (fixture.canvas, 300 * SECOND);
  lt_timeline_canvas_get_range (fixture.canvas, &from, &to);
  g_assert_cmpint (ABS (from - from_before), <, SECOND);

  gtk_widget_activate_action (GTK_WIDGET (fixture.view), "timeline.follow", NULL);
  g_assert_true (lt_timeline_canvas_get_follow (fixture.canvas));
  lt_timeline_canvas_get_range (fixture.canvas, &from, &to);
  g_assert_cmpint (to, >=, 300 * SECOND);
  tear_down (&fixture);
}

static void
items_changed_cb (GListModel *model,
                  guint       position,
                  guint       n_removed,
                  guint       n_added,
                  guint      *n_changed)
{
  *n_changed += n_removed + n_added;
}

/* The table says what the picture shows, and only changes where it does. */
static void
test_table (void)
{
  g_autoptr(HaulTimeline) timeline = build (50);
  const LabTimelineRun run = { timeline, NULL, 0 };
  g_autoptr(LtTimelineTable) table = lt_timeline_table_new ();
  g_autoptr(LtTimelineEntry) entry = NULL;
  g_autoptr(HaulLane) lane = g_list_model_get_item (G_LIST_MODEL (timeline), 20);
  g_autofree char *words = NULL;
  guint n_changed = 0;

  lt_timeline_table_update (table, &run, 1, 10 * SECOND);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (table)), ==, 200);
  entry = g_list_model_get_item (G_LIST_MODEL (table), 5);
  words = lt_timeline_entry_describe (entry);
  g_assert_cmpstr (words, ==, "worker 2: working 1.0 to 5.0 s");
  for (guint i = 0; i < LT_N_TIMELINE_COLUMNS; i++)
    {
      static const char * const expected[] = { "worker 2", "working · first", "1.000 s", "5.000 s", "4.0 s" };
      g_autofree char *text = lt_timeline_entry_format (entry, i);

      g_assert_cmpstr (text, ==, expected[i]);
    }

  g_signal_connect (table, "items-changed", G_CALLBACK (items_changed_cb), &n_changed);
  lt_timeline_table_update (table, &run, 1, 11 * SECOND);
  g_assert_cmpuint (n_changed, ==, 0);
  haul_lane_begin (lane, HAUL_SPAN_ZOMBIE, 10 * SECOND, NULL);
  lt_timeline_table_update (table, &run, 1, 12 * SECOND);
  g_assert_cmpuint (n_changed, ==, 1);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (table)), ==, 201);
  g_assert_null (g_list_model_get_item (G_LIST_MODEL (table), 201));
}

static void
test_as_table (void)
{
  Fixture fixture;
  HaulJob *job;

  set_up (&fixture, 900);
  job = start (&fixture, "sleep", "{'seconds': <0.1>}", LT_RUN_IN_PROCESS);
  lt_test_run_until (has_ended, job, 20000);
  lt_test_run_until (shows_content, &fixture, 20000);
  gtk_widget_activate_action (GTK_WIDGET (fixture.view), "timeline.table", NULL);
  lt_test_run_until (is_mapped, get_child (&fixture, "rows"), 20000);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (gtk_column_view_get_model (
                                                              GTK_COLUMN_VIEW (get_child (&fixture, "rows"))))), ==, 3);
  g_assert_cmpuint (g_list_model_get_n_items (gtk_column_view_get_columns (GTK_COLUMN_VIEW (get_child (&fixture, "rows")))),
                    ==, LT_N_TIMELINE_COLUMNS);
  lt_timeline_view_focus (fixture.view);
  tear_down (&fixture);
}

/* One that has ended alone, and with another on one axis. */
static void
test_compare (void)
{
  const LabTimelineRun *runs;
  HaulJob *slow, *fast;
  Fixture fixture;
  guint n_runs;

  set_up (&fixture, 900);
  slow = start (&fixture, "sleep", "{'seconds': <0.6>}", LT_RUN_IN_PROCESS);
  fast = start (&fixture, "sleep", "{'seconds': <0.1>}", LT_RUN_IN_PROCESS);
  lt_test_run_until (has_ended, slow, 20000);
  lt_test_run_until (has_ended, fast, 20000);
  lt_test_run_until (shows_content, &fixture, 20000);
  g_assert_false (gtk_widget_get_sensitive (get_child (&fixture, "compare")));
  lt_timeline_view_show_job (fixture.view, slow);
  runs = lt_timeline_canvas_get_runs (fixture.canvas, &n_runs);
  g_assert_cmpuint (n_runs, ==, 1);
  g_assert_cmpint (runs[0].end, ==, haul_job_get_stamp (slow, HAUL_STAMP_JOINED)
                   - haul_job_get_stamp (slow, HAUL_STAMP_STARTED));
  g_assert_true (gtk_widget_get_sensitive (get_child (&fixture, "compare")));

  lt_timeline_view_compare (fixture.view, fast);
  runs = lt_timeline_canvas_get_runs (fixture.canvas, &n_runs);
  g_assert_cmpuint (n_runs, ==, 2);
  g_assert_nonnull (runs[1].title);
  g_assert_nonnull (strstr (gtk_label_get_label (GTK_LABEL (get_child (&fixture, "status"))), " less"));

  lt_timeline_view_compare (fixture.view, NULL);
  (void) lt_timeline_canvas_get_runs (fixture.canvas, &n_runs);
  g_assert_cmpuint (n_runs, ==, 1);
  tear_down (&fixture);
}

static void
test_export (void)
{
  static const struct { const char *format; const char *begins; } formats[] = {
    { "png", "\x89PNG\r\n" }, { "svg", "<?xml version=" }, { "csv", "run,run_title,lane,pid," }, { "json", "{\"displayTimeUnit\"" },
  };
  g_autoptr(HaulTimeline) timeline = build (4);
  const LabTimelineRun run = { timeline, NULL, 0 };
  Fixture fixture;

  set_up (&fixture, 900);
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(GBytes) bytes = lt_timeline_save_render (GTK_WIDGET (fixture.canvas), &run, 1, 10 * SECOND,
                                                         formats[i].format, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (g_bytes_get_size (bytes), >, 500);
      g_assert_cmpint (memcmp (g_bytes_get_data (bytes, NULL), formats[i].begins, strlen (formats[i].begins)), ==, 0);
      if (i == 0)
        {
          g_autoptr(GdkTexture) texture = gdk_texture_new_from_bytes (bytes, &error);

          g_assert_no_error (error);
          g_assert_cmpint (gdk_texture_get_width (texture), >=, 1920);
        }
    }
  tear_down (&fixture);
}

static guint
get_choice (Fixture    *fixture,
            const char *name)
{
  return gtk_drop_down_get_selected (GTK_DROP_DOWN (get_child (fixture, name)));
}

static gboolean
shows_now (gpointer data)
{
  guint n_runs;
  const LabTimelineRun *runs = lt_timeline_canvas_get_runs (((Fixture *) data)->canvas, &n_runs);

  return n_runs == 1
         && runs[0].timeline == lt_timeline_record_get_timeline (lt_timeline_view_get_record (((Fixture *) data)->view));
}

static guint
count_choices (Fixture *fixture)
{
  return g_list_model_get_n_items (gtk_drop_down_get_model (GTK_DROP_DOWN (get_child (fixture, "run"))));
}

/* A job that is removed is not shown any more; those that can be chosen are the others. */
static void
test_removed (void)
{
  HaulJob *jobs[3];
  Fixture fixture;

  set_up (&fixture, 900);
  for (guint i = 0; i < 3; i++)
    {
      jobs[i] = start (&fixture, "sleep", "{'seconds': <0.0>}", LT_RUN_IN_PROCESS);
      lt_test_run_until (has_ended, jobs[i], 20000);
    }
  lt_test_run_until (shows_content, &fixture, 20000);
  lt_timeline_view_show_job (fixture.view, jobs[1]);
  lt_timeline_view_compare (fixture.view, jobs[0]);
  g_assert_cmpuint (count_choices (&fixture), ==, 4);
  g_assert_cmpuint (get_choice (&fixture, "run"), ==, 2);
  g_assert_cmpuint (get_choice (&fixture, "compare"), ==, 3);
  g_assert_true (lt_jobs_remove (fixture.jobs, jobs[1]));
  lt_test_run_until (shows_now, &fixture, 20000);
  g_assert_cmpuint (count_choices (&fixture), ==, 3);
  g_assert_cmpuint (get_choice (&fixture, "run"), ==, 0);
  g_assert_cmpuint (get_choice (&fixture, "compare"), ==, 2);
  g_assert_true (lt_jobs_undo_remove (fixture.jobs) == jobs[1]);
  lt_timeline_view_show_job (fixture.view, jobs[1]);
  g_assert_cmpuint (get_choice (&fixture, "run"), ==, 2);
  g_assert_cmpuint (get_choice (&fixture, "compare"), ==, 3);
  tear_down (&fixture);
}

typedef struct
{
  GtkWidget *rows;
  char      *before;   /* (owned) (nullable) */
} Lasting;

/* In the first row that is not over. */
static char *
dup_lasting (GtkWidget *widget)
{
  char *found = NULL;

  if (GTK_IS_LABEL (widget) && g_str_equal (gtk_label_get_label (GTK_LABEL (widget)), "…"))
    {
      GtkWidget *cell = gtk_widget_get_next_sibling (gtk_widget_get_parent (widget));

      return g_strdup (gtk_label_get_label (GTK_LABEL (gtk_widget_get_first_child (cell))));
    }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = dup_lasting (child);
  return found;
}

static gboolean
lasts_longer (gpointer data)
{
  Lasting *lasting = data;
  g_autofree char *now = dup_lasting (lasting->rows);

  if (now == NULL || lasting->before == NULL)
    {
      lasting->before = g_steal_pointer (&now);
      return FALSE;
    }
  return !g_str_equal (now, lasting->before);
}

/* The row of what is not over says how long it lasts by now. */
static void
test_open (void)
{
  Lasting lasting = { NULL };
  Fixture fixture;
  HaulJob *job;

  set_up (&fixture, 900);
  job = start (&fixture, "sleep", "{'seconds': <60.0>}", LT_RUN_IN_PROCESS);
  lt_test_run_until (is_running, job, 20000);
  lt_test_run_until (shows_content, &fixture, 20000);
  gtk_widget_activate_action (GTK_WIDGET (fixture.view), "timeline.table", NULL);
  lasting.rows = get_child (&fixture, "rows");
  lt_test_run_until (is_mapped, lasting.rows, 20000);
  lt_test_run_until (lasts_longer, &lasting, 20000);
  g_free (lasting.before);
  tear_down (&fixture);
}

static gboolean
is_picture (gpointer path)
{
  g_autoptr(GdkTexture) texture = gdk_texture_new_from_filename (path, NULL);

  return texture != NULL && gdk_texture_get_width (texture) == 3;
}

/* A picture is pressed in a thread of its own. */
static void
test_picture (void)
{
  g_autoptr(GBytes) bytes = g_bytes_new_static ("\1\2\3\4\5\6\7\10\11", 9);
  g_autoptr(GdkTexture) texture = gdk_memory_texture_new (3, 1, GDK_MEMORY_R8G8B8, bytes, 9);
  g_autofree char *path = g_build_filename (g_get_user_data_dir (), "timeline.png", NULL);
  g_autoptr(GFile) file = g_file_new_for_path (path);
  Fixture fixture;

  g_assert_cmpint (g_mkdir_with_parents (g_get_user_data_dir (), 0700), ==, 0);
  set_up (&fixture, 900);
  lt_timeline_save_picture (GTK_WIDGET (fixture.canvas), file, texture);
  g_assert_false (g_file_query_exists (file, NULL));
  lt_test_run_until (is_picture, path, 20000);
  tear_down (&fixture);
}

static gboolean
is_compact (gpointer data)
{
  Fixture *fixture = data;

  return lt_timeline_view_get_compact (fixture->view) && gtk_widget_get_visible (get_child (fixture, "legend_button"))
         && !gtk_widget_get_visible (get_child (fixture, "legend"));
}

/* Where there is little room it all fits, and the legend is behind a button. */
static void
test_narrow (void)
{
  Fixture fixture;
  int minimum;

  set_up (&fixture, 360);
  (void) start (&fixture, "sleep", "{'seconds': <60.0>}", LT_RUN_IN_PROCESS);
  lt_test_run_until (shows_content, &fixture, 20000);
  lt_test_run_until (is_compact, &fixture, 20000);
  gtk_widget_measure (GTK_WIDGET (fixture.view), GTK_ORIENTATION_HORIZONTAL, -1, &minimum, NULL, NULL, NULL);
  g_assert_cmpint (minimum, <=, 360);
  tear_down (&fixture);
}

int
main (int    argc,
      char **argv)
{
  lt_test_init (&argc, &argv);
  g_test_add_func ("/app/timeline/live", test_live);
  g_test_add_func ("/app/timeline/walk", test_walk);
  g_test_add_func ("/app/timeline/zoom", test_zoom);
  g_test_add_func ("/app/timeline/follow", test_follow);
  g_test_add_func ("/app/timeline/table", test_table);
  g_test_add_func ("/app/timeline/as-table", test_as_table);
  g_test_add_func ("/app/timeline/compare", test_compare);
  g_test_add_func ("/app/timeline/export", test_export);
  g_test_add_func ("/app/timeline/picture", test_picture);
  g_test_add_func ("/app/timeline/removed", test_removed);
  g_test_add_func ("/app/timeline/open", test_open);
  g_test_add_func ("/app/timeline/narrow", test_narrow);
  return g_test_run ();
}
