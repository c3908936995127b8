/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-test.h"
#include "lt-notifier.h"
#include "lt-preferences.h"
#include "lt-processes-view-private.h"
#include "lt-settings.h"
#include "lt-test.h"
#include "lt-window.h"

static GtkWidget *
find (GtkWidget  *widget,
      const char *id)
{
  if (g_strcmp0 (gtk_buildable_get_buildable_id (GTK_BUILDABLE (widget)), id) == 0)
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find (child, id);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static GtkWidget *
find_button (GtkWidget *widget)
{
  if (GTK_IS_BUTTON (widget) && g_strcmp0 (gtk_button_get_label (GTK_BUTTON (widget)), "_Restore Defaults") == 0)
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_button (child);

      if (found != NULL)
        return found;
    }
  return NULL;
}

/* What is chosen is set at once, and goes for what starts from then on. */
static void
test_chosen (void)
{
  GtkWidget *window = GTK_WIDGET (lt_preferences_new (NULL));
  g_autoptr(LtJobs) jobs = lt_jobs_new ();
  HaulExecutor *executor = lt_jobs_get_executor (jobs, LT_RUN_IN_PROCESS);

  g_assert_nonnull (lt_settings_get ());
  g_assert_cmpuint (haul_executor_get_max_running (executor), ==, haul_usable_cpus ());
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (find (window, "jobs_at_once")), 7);
  g_assert_cmpuint (haul_executor_get_max_running (executor), ==, 7);
  g_assert_cmpuint (haul_executor_get_max_running (lt_jobs_get_executor (jobs, LT_RUN_IN_THREAD)), ==, 7);

  adw_combo_row_set_selected (ADW_COMBO_ROW (find (window, "start_method")), 1);
  g_assert_true (lt_settings_get_forks ());
  g_assert_cmpint (haul_process_executor_get_start_method (HAUL_PROCESS_EXECUTOR (executor)), ==, HAUL_START_FORK_SERVER);
  adw_combo_row_set_selected (ADW_COMBO_ROW (find (window, "notify")), LT_NOTIFY_EACH);
  g_assert_cmpint (lt_settings_get_notify (), ==, LT_NOTIFY_EACH);
  adw_combo_row_set_selected (ADW_COMBO_ROW (find (window, "on_close")), LT_ON_CLOSE_STOP);
  g_assert_cmpint (lt_settings_get_on_close (), ==, LT_ON_CLOSE_STOP);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (find (window, "grace_time")), 1.5);
  g_assert_cmpuint (lt_settings_get_grace (), ==, 1500);
  gtk_switch_set_active (GTK_SWITCH (find (window, "keep_awake")), FALSE);
  g_assert_false (lt_settings_get_keep_awake ());

  g_signal_emit_by_name (find_button (window), "clicked");
  g_assert_cmpuint (haul_executor_get_max_running (executor), ==, haul_usable_cpus ());
  g_assert_false (lt_settings_get_forks ());
  g_assert_cmpint (lt_settings_get_notify (), ==, LT_NOTIFY_QUEUE);
  g_assert_cmpint (lt_settings_get_on_close (), ==, LT_ON_CLOSE_ASK);
  g_assert_cmpuint (lt_settings_get_grace (), ==, 3000);
  g_assert_true (lt_settings_get_keep_awake ());
  g_assert_cmpint (gtk_spin_button_get_value_as_int (GTK_SPIN_BUTTON (find (window, "jobs_at_once"))), ==, 0);
  gtk_window_destroy (GTK_WINDOW (window));
}

/* The page of processes shows what is chosen, and what is restored. */
static void
test_processes (void)
{
  GtkWidget *window = GTK_WIDGET (lt_preferences_new (NULL));
  GtkWidget *page = GTK_WIDGET (find (window, "interval"));
  g_autoptr(LtJobs) jobs = lt_jobs_new ();
  LtWindow *app = lt_window_new (NULL, jobs);
  LtProcessesView *view = lt_window_get_processes_view (app);
  const char * const some[] = { "name", "pid", NULL };

  gtk_spin_button_set_value (GTK_SPIN_BUTTON (page), 2.5);
  g_assert_cmpuint (haul_process_list_get_interval (lt_processes_view_get_list (view)), ==, 2500);
  adw_combo_row_set_selected (ADW_COMBO_ROW (find (window, "cpu_scale")), 1);
  g_assert_true (lt_settings_get_all_cpus ());
  g_assert_cmpfloat (lt_process_columns_scale_cpu (100), ==, 100.0 / g_get_num_processors ());
  adw_combo_row_set_selected (ADW_COMBO_ROW (find (window, "memory")), 1);
  g_assert_false (lt_settings_get_pss ());
  g_assert_false (lt_process_columns_want_pss ());
  g_settings_set_strv (lt_settings_get (), "processes-columns", some);
  g_assert_false (gtk_column_view_column_get_visible (view->columns[LT_PROCESS_CPU]));
  g_assert_true (gtk_column_view_column_get_visible (view->columns[LT_PROCESS_PID]));

  page = gtk_widget_get_ancestor (page, ADW_TYPE_PREFERENCES_PAGE);
  g_signal_emit_by_name (find_button (page), "clicked");
  g_assert_cmpuint (haul_process_list_get_interval (lt_processes_view_get_list (view)), ==, 1000);
  g_assert_false (lt_settings_get_all_cpus ());
  g_assert_true (lt_settings_get_pss ());
  g_assert_cmpuint (adw_combo_row_get_selected (ADW_COMBO_ROW (find (window, "memory"))), ==, 0);
  g_assert_true (gtk_column_view_column_get_visible (view->columns[LT_PROCESS_CPU]));
  gtk_window_destroy (GTK_WINDOW (window));
  gtk_window_destroy (GTK_WINDOW (app));
}

static gboolean
has_ended (gpointer data)
{
  return !haul_job_is_active (data);
}

static void
add_ended (LtJobs     *jobs,
           GPtrArray  *ended,
           const char *seconds,
           gboolean    cancel)
{
  GVariant *arguments = g_variant_new_parsed ("{'seconds': <%d>}", g_ascii_strtod (seconds, NULL));
  HaulJob *job = lt_jobs_start (jobs, haul_task_lookup ("sleep", NULL), arguments, &(LtJobOptions) LT_JOB_OPTIONS_INIT, NULL);

  if (cancel)
    haul_job_cancel (job);
  lt_test_run_until (has_ended, job, HAUL_TEST_SOON_MS);
  g_ptr_array_add (ended, g_object_ref (job));
}

/* One is told by name, several are counted. */
static void
test_notification (void)
{
  g_autoptr(LtJobs) jobs = lt_jobs_new ();
  g_autoptr(GPtrArray) ended = g_ptr_array_new_with_free_func (g_object_unref);
  g_autofree char *title = NULL;
  g_autofree char *body = NULL;

  add_ended (jobs, ended, "0.05", FALSE);
  lt_notifier_compose (ended, &title, &body);
  g_assert_cmpstr (title, ==, "Sleep: Done");
  haul_test_assert_contains (body, "Done");

  add_ended (jobs, ended, "0.05", FALSE);
  g_clear_pointer (&title, g_free);
  g_clear_pointer (&body, g_free);
  lt_notifier_compose (ended, &title, &body);
  g_assert_cmpstr (title, ==, "2 jobs done");
  g_assert_cmpstr (body, ==, "The last was “Sleep”");

  add_ended (jobs, ended, "600", TRUE);
  g_clear_pointer (&title, g_free);
  g_clear_pointer (&body, g_free);
  lt_notifier_compose (ended, &title, &body);
  g_assert_cmpstr (title, ==, "2 jobs done, 1 not");
  lt_test_stop (jobs);
}

int
main (int    argc,
      char **argv)
{
  lt_test_init (&argc, &argv);

  g_test_add_func ("/app/preferences/chosen", test_chosen);
  g_test_add_func ("/app/preferences/processes", test_processes);
  g_test_add_func ("/app/notification", test_notification);

  return g_test_run ();
}
