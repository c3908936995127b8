/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-heartbeat.h"
#include "lt-job-row.h"
#include "lt-job-text.h"
#include "lt-jobs-view.h"
#include "lt-life-strip.h"
#include "lt-records.h"
#include "lt-result-view.h"
#include "lt-settings.h"
#include "lt-strip.h"
#include "lt-test.h"

#define N_JOBS 1000
#define N_STEPS 60

static HaulJob *
start (LtJobs     *jobs,
       const char *task,
       const char *arguments)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) parsed = arguments != NULL ? g_variant_parse (G_VARIANT_TYPE_VARDICT, arguments, NULL, NULL, &error) : NULL;
  HaulJob *job;

  g_assert_no_error (error);
  job = lt_jobs_start (jobs, haul_task_lookup (task, NULL), parsed, &(LtJobOptions) LT_JOB_OPTIONS_INIT, &error);
  g_assert_no_error (error);
  return job;
}

static gboolean
has_ended (gpointer job)
{
  return !haul_job_is_active (job);
}

static gboolean
is_running (gpointer job)
{
  return haul_job_get_state (job) == HAUL_JOB_RUNNING;
}

static gboolean
is_counted (gpointer jobs)
{
  return lt_jobs_get_count (jobs, LT_FILTER_ALL) == g_list_model_get_n_items (lt_jobs_get_model (jobs));
}

static void
test_texts (void)
{
  g_autoptr(LtJobs) jobs = lt_jobs_new ();
  HaulJob *job = start (jobs, "pi", "{'digits': <int64 5000>}");
  g_autofree char *command = NULL;
  g_autofree char *name = NULL;
  g_autofree char *caption = NULL;
  g_autofree char *spoken = NULL;
  g_autofree char *life = NULL;
  g_autofree char *preview = NULL;
  g_autofree char *wanted = NULL;

  lt_test_run_until (has_ended, job, 30000);
  command = lt_job_text_command (job);
  g_assert_cmpstr (command, ==, "haul run pi --digits 5000");
  name = lt_job_text_file_name (job);
  g_assert_cmpstr (name, ==, "pi-5000.txt");
  caption = lt_job_text_caption (job);
  g_assert_true (g_str_has_prefix (caption, "Done · "));
  g_assert_cmpstr (lt_job_text_icon (job), ==, "job-done-symbolic");
  spoken = lt_job_text_accessible (job);
  wanted = g_strdup_printf ("Calculate Pi, done, process %d", haul_job_get_pid (job));
  g_assert_cmpstr (spoken, ==, wanted);
  life = lt_life_strip_describe (job);
  g_assert_nonnull (strstr (life, "joined"));
  g_assert_null (strstr (life, "TERM"));

  /* 5,002 characters: the first 2,000, the last 200, and how many are left out. */
  preview = lt_result_view_preview (job);
  g_assert_true (g_str_has_prefix (preview, "3.14159"));
  g_assert_nonnull (strstr (preview, "802 more"));
  g_assert_cmpuint (strlen (preview), <, LT_RESULT_HEAD + LT_RESULT_TAIL + 50);
  lt_test_stop (jobs);
}

static void
test_heartbeat_texts (void)
{
  g_autofree char *quick = lt_heartbeat_format (4.2, FALSE);
  g_autofree char *frozen = lt_heartbeat_format (3200, FALSE);
  g_autofree char *compact = lt_heartbeat_format (4.2, TRUE);

  g_assert_cmpstr (quick, ==, "UI 4 ms");
  g_assert_nonnull (strstr (frozen, "frozen 3.2"));
  g_assert_cmpstr (compact, ==, "4 ms");
  g_assert_cmpfloat (lt_heartbeat_height (0), ==, 0);
  g_assert_cmpfloat (lt_heartbeat_height (100), ==, 1);
  g_assert_cmpfloat (lt_heartbeat_height (10), >, lt_heartbeat_height (3));
  g_assert_cmpfloat (lt_heartbeat_height (3200), ==, 1);
}

static void
test_records (void)
{
  g_autoptr(HaulRecord) record = haul_record_new_frame (2500000, 2490000, HAUL_FRAME_PROGRESS, FALSE, 33, "half");
  g_autofree char *time = NULL;
  g_autofree char *gap = NULL;
  g_autofree char *text = NULL;
  g_autofree char *none = lt_record_format_time (NULL, NULL);

  lt_records_set_job (7, 1000000);
  time = lt_record_format_time (NULL, record);
  gap = lt_record_format_gap (NULL, record);
  text = lt_record_format_text (NULL, record);
  g_assert_cmpstr (time, ==, "1.500");
  g_assert_cmpstr (gap, ==, "10.0");
  g_assert_cmpstr (text, ==, "half");
  g_assert_cmpstr (none, ==, "");
}

/* Who said it, where that is not clear. */
static void
test_who (void)
{
  static const struct { const char *name; const char *shown; } rows[] = {
    { "Worker-7", "" }, { "MainProcess", "" }, { "PoolWorker-2", "PoolWorker-2" }, { "Worker-7:1", "Worker-7:1" },
    { "Worker-77", "Worker-77" },
  };

  lt_records_set_job (7, 0);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(HaulRecord) record = haul_record_new_log (1, HAUL_LOG_INFO, rows[i].name, 42, NULL, "text");
      g_autofree char *who = lt_record_format_who (NULL, record);
      g_autofree char *pid = lt_record_format_pid (NULL, record);
      gboolean is_shown = *rows[i].shown != '\0';

      g_assert_cmpstr (who, ==, rows[i].shown);
      g_assert_cmpstr (pid, ==, is_shown ? "Process 42" : NULL);
      g_assert_true (lt_record_has_who (NULL, record) == is_shown);
      g_assert_true (lt_record_matches (record, "worker") == is_shown);
      g_assert_true (lt_record_matches (record, "tex"));
    }
  g_assert_false (lt_record_has_who (NULL, NULL));
}

static void
test_settings (void)
{
  g_assert_false (lt_settings_is_hint_done ("never"));
  lt_settings_finish_hint ("never");
  g_assert_true (lt_settings_is_hint_done ("never"));
  lt_settings_restore_hints ();
  g_assert_false (lt_settings_is_hint_done ("never"));
  g_assert_cmpuint (lt_settings_get_grace (), ==, 3000);
}

/* Remove never stops a job, and comes back where it was. */
static void
test_remove (void)
{
  g_autoptr(LtJobs) jobs = lt_jobs_new ();
  HaulJob *first = start (jobs, "sleep", "{'seconds': <0.0>}");
  HaulJob *second = start (jobs, "sleep", "{'seconds': <600.0>}");

  lt_test_run_until (has_ended, first, 30000);
  g_assert_false (lt_jobs_remove (jobs, second));
  g_assert_true (lt_jobs_remove (jobs, first));
  g_assert_null (lt_jobs_lookup (jobs, haul_job_get_id (first)));
  g_assert_true (lt_jobs_undo_remove (jobs) == first);
  g_assert_null (lt_jobs_undo_remove (jobs));
  g_assert_true (lt_jobs_lookup (jobs, haul_job_get_id (first)) == first);
  lt_test_run_until (is_counted, jobs, 30000);
  g_assert_true (lt_jobs_matches (second, LT_FILTER_ACTIVE));
  g_assert_false (lt_jobs_matches (first, LT_FILTER_PROBLEMS));
  lt_test_stop (jobs);
}

static gboolean
is_summed_up (gpointer jobs)
{
  return g_strcmp0 (lt_jobs_get_summary (jobs), "1 running · 1 paused · 2 queued") == 0;
}

/* Before anything is known of them, and with some that have not begun, no time is promised. */
static void
test_summary (void)
{
  g_autoptr(LtJobs) jobs = lt_jobs_new ();
  HaulJob *first;

  g_assert_cmpstr (lt_jobs_get_summary (jobs), ==, "");
  haul_executor_set_max_running (lt_jobs_get_executor (jobs, LT_RUN_IN_PROCESS), 2);
  first = start (jobs, "sleep", "{'seconds': <600.0>}");
  for (guint i = 0; i < 3; i++)
    (void) start (jobs, "sleep", "{'seconds': <600.0>}");
  lt_test_run_until (is_running, first, 30000);
  haul_job_pause (first);
  lt_test_run_until (is_summed_up, jobs, 30000);
  lt_test_stop (jobs);
}

static gboolean
step_cb (GtkWidget     *list,
         GdkFrameClock *clock,
         gpointer       user_data)
{
  guint *step = user_data;
  GtkAdjustment *adjustment = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (list));

  *step += 1;
  gtk_adjustment_set_value (adjustment, *step * gtk_adjustment_get_upper (adjustment) / N_STEPS);
  return *step < N_STEPS ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static gboolean
is_at_end (gpointer step)
{
  return *(guint *) step >= N_STEPS;
}

static void
test_thousand (void)
{
  g_autoptr(LtJobs) jobs = lt_jobs_new ();
  g_autoptr(HaulHeartbeat) heart = haul_heartbeat_new ();
  GtkWidget *window = gtk_window_new ();
  LtJobsView *view = g_object_new (LT_TYPE_JOBS_VIEW, NULL);
  HaulJob *first;
  GtkWidget *list;
  guint step = 0;
  guint n_rows;

  haul_executor_set_max_running (lt_jobs_get_executor (jobs, LT_RUN_IN_PROCESS), 1);
  first = start (jobs, "sleep", "{'seconds': <3600.0>}");
  for (guint i = 1; i < N_JOBS; i++)
    (void) start (jobs, "sleep", "{'seconds': <0.0>}");

  lt_jobs_view_set_jobs (view, jobs);
  gtk_window_set_child (GTK_WINDOW (window), GTK_WIDGET (view));
  gtk_window_set_default_size (GTK_WINDOW (window), 960, 600);
  gtk_window_present (GTK_WINDOW (window));
  lt_test_run_until (is_running, first, 30000);
  lt_test_run_until (is_counted, jobs, 30000);
  g_assert_cmpuint (lt_jobs_get_count (jobs, LT_FILTER_ACTIVE), ==, N_JOBS);

  list = lt_jobs_view_get_list (view);
  haul_heartbeat_reset (heart);
  gtk_widget_add_tick_callback (list, step_cb, &step, NULL);
  lt_test_run_until (is_at_end, &step, 60000);

  n_rows = lt_test_count (list, LT_TYPE_JOB_ROW);
  g_test_message ("%u rows for %u jobs, worst beat while scrolling %.1f ms", n_rows, N_JOBS,
                  haul_heartbeat_get_worst (heart));
  g_assert_cmpuint (n_rows, >, 5);
  g_assert_cmpuint (n_rows, <, N_JOBS / 2);

  gtk_window_destroy (GTK_WINDOW (window));
  lt_test_stop (jobs);
}

/* Characters, not bytes; a line may have fewer cells, or more. */
static void
test_columns (void)
{
  g_autoptr(GArray) lengths = lt_result_view_measure ("π\tWord\nabc\tx\tlast one\n\nab");
  g_autoptr(GArray) none = lt_result_view_measure ("");

  g_assert_cmpuint (lengths->len, ==, 3);
  g_assert_cmpuint (g_array_index (lengths, guint, 0), ==, 3);
  g_assert_cmpuint (g_array_index (lengths, guint, 1), ==, 4);
  g_assert_cmpuint (g_array_index (lengths, guint, 2), ==, 8);
  g_assert_cmpuint (none->len, ==, 0);
}

int
main (int    argc,
      char **argv)
{
  lt_test_init (&argc, &argv);
  g_test_add_func ("/app/jobs/texts", test_texts);
  g_test_add_func ("/app/jobs/columns", test_columns);
  g_test_add_func ("/app/jobs/heartbeat-texts", test_heartbeat_texts);
  g_test_add_func ("/app/jobs/records", test_records);
  g_test_add_func ("/app/jobs/who", test_who);
  g_test_add_func ("/app/jobs/settings", test_settings);
  g_test_add_func ("/app/jobs/remove", test_remove);
  g_test_add_func ("/app/jobs/summary", test_summary);
  g_test_add_func ("/app/jobs/thousand", test_thousand);
  return g_test_run ();
}
