/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <glib/gstdio.h>

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
  GtkWidget *window = GTK_WIDGET (lt_preferences_new (NULL, NULL));
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
  GtkWidget *window = GTK_WIDGET (lt_preferences_new (NULL, NULL));
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

static gboolean
is_listed (gpointer view)
{
  return haul_process_list_lookup (lt_processes_view_get_list (view), getpid ()) != NULL;
}

/* Sizes are in the units that were chosen, at once, wherever they are. */
static void
test_units (void)
{
  GtkWidget *window = GTK_WIDGET (lt_preferences_new (NULL, NULL));
  AdwComboRow *units = ADW_COMBO_ROW (find (window, "units"));
  g_autoptr(LtJobs) jobs = lt_jobs_new ();
  LtWindow *app = lt_window_new (NULL, jobs);
  LtProcessesView *view = lt_window_get_processes_view (app);
  g_autofree char *decimal = lt_settings_format_size (1024 * 1024);
  g_autofree char *binary = NULL, *cell = NULL;

  haul_test_assert_contains (decimal, "1.0\302\240MB");
  gtk_window_present (GTK_WINDOW (app));
  g_action_group_activate_action (G_ACTION_GROUP (app), "view", g_variant_new_string ("processes"));
  lt_test_run_until (is_listed, view, HAUL_TEST_SOON_MS);
  haul_test_assert_contains (gtk_label_get_label (view->summary), "MB");

  adw_combo_row_set_selected (units, 1);
  binary = lt_settings_format_size (1024 * 1024);
  haul_test_assert_contains (binary, "1.0\302\240MiB");
  haul_test_assert_contains (gtk_label_get_label (view->summary), "MiB");
  cell = lt_process_column_format (LT_PROCESS_MEMORY, haul_process_list_lookup (lt_processes_view_get_list (view), getpid ()));
  haul_test_assert_contains (cell, "MiB");

  g_signal_emit_by_name (find_button (gtk_widget_get_ancestor (GTK_WIDGET (units), ADW_TYPE_PREFERENCES_PAGE)), "clicked");
  g_assert_cmpuint (adw_combo_row_get_selected (units), ==, 0);
  g_assert_null (strstr (gtk_label_get_label (view->summary), "MiB"));
  gtk_window_destroy (GTK_WINDOW (window));
  gtk_window_destroy (GTK_WINDOW (app));
}

static void
answer (const char *response)
{
  g_autoptr(GList) windows = gtk_window_list_toplevels ();
  guint n = 0;

  for (GList *link = windows; link != NULL; link = link->next)
    if (ADW_IS_MESSAGE_DIALOG (link->data))
      {
        adw_message_dialog_response (link->data, response);
        gtk_window_destroy (link->data);
        n++;
      }
  g_assert_cmpuint (n, ==, 1);
}

/* It asks before it forgets, and where there is nothing it does not ask. */
static void
test_clear (void)
{
  g_autofree char *folder = g_dir_make_tmp ("lt-preferences-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "history.db", NULL);
  g_autoptr(LtHistory) history = lt_history_new (path);
  g_autoptr(LtJobs) jobs = lt_jobs_new ();
  g_autoptr(GPtrArray) ended = g_ptr_array_new_with_free_func (g_object_unref);
  GtkWidget *window = GTK_WIDGET (lt_preferences_new (NULL, history));
  GtkWidget *button = find (window, "clear_button");
  GListModel *model = lt_history_get_model (history);

  g_assert_false (gtk_widget_get_sensitive (button));
  lt_jobs_set_history (jobs, history);
  add_ended (jobs, ended, "0.05", FALSE);
  g_assert_cmpuint (g_list_model_get_n_items (model), ==, 1);
  g_assert_true (gtk_widget_get_sensitive (button));

  g_signal_emit_by_name (button, "clicked");
  answer ("cancel");
  g_assert_cmpuint (g_list_model_get_n_items (model), ==, 1);
  g_signal_emit_by_name (button, "clicked");
  answer ("clear");
  g_assert_cmpuint (g_list_model_get_n_items (model), ==, 0);
  g_assert_false (gtk_widget_get_sensitive (button));

  gtk_window_destroy (GTK_WINDOW (window));
  lt_test_stop (jobs);
  g_clear_object (&jobs);
  g_clear_object (&history);
  (void) g_unlink (path);
  (void) g_rmdir (folder);
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
  g_test_add_func ("/app/preferences/units", test_units);
  g_test_add_func ("/app/preferences/clear", test_clear);
  g_test_add_func ("/app/notification", test_notification);

  return g_test_run ();
}
