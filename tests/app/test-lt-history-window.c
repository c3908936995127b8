/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <string.h>

#include "haul-test.h"
#include "lt-history-window.h"
#include "lt-test.h"

/* Of its own for each test; all of them are gone with the home that a test has. */
static LtHistory *
open_history (const char *name)
{
  g_autofree char *path = g_build_filename (g_get_user_data_dir (), name, NULL);

  return lt_history_new (path);
}

static LtHistoryEntry *
get_entry (GListModel *model,
           guint       position)
{
  g_autoptr(LtHistoryEntry) entry = g_list_model_get_item (model, position);

  g_assert_nonnull (entry);
  return entry;   /* the model keeps it */
}

static HaulJob *
make_job (const char *arguments)
{
  g_autoptr(GError) error = NULL;
  HaulJob *job = haul_job_new (haul_task_lookup ("sleep", NULL), g_variant_new_parsed (arguments), &error);

  g_assert_no_error (error);
  return job;
}

static gboolean
has_ended (gpointer data)
{
  return !haul_job_is_active (data);
}

static void
find_text (GtkWidget  *widget,
           const char *text,
           gboolean   *found)
{
  if (GTK_IS_LABEL (widget) && gtk_widget_get_mapped (widget) && strstr (gtk_label_get_text (GTK_LABEL (widget)), text) != NULL)
    *found = TRUE;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    find_text (child, text, found);
}

static gboolean
shows_empty (gpointer data)
{
  gboolean found = FALSE;

  find_text (data, "No History Yet", &found);
  return found;
}

static gboolean
shows_job (gpointer data)
{
  gboolean found = FALSE;

  find_text (data, "0.2 seconds", &found);
  return found;
}

/* The search looks through a long list bit by bit. */
static gboolean
shows_two (gpointer data)
{
  GListModel *shown = G_LIST_MODEL (lt_history_window_get_selection (data));

  if (g_list_model_get_n_items (shown) != 2)
    return FALSE;
  return get_entry (shown, 0)->verdict != HAUL_VERDICT_NONE && get_entry (shown, 1)->verdict != HAUL_VERDICT_NONE;
}

static void
test_window (void)
{
  g_autoptr(LtHistory) history = open_history ("window.db");
  g_autoptr(LtJobs) jobs = lt_jobs_new ();
  g_autoptr(HaulExecutor) executor = haul_process_executor_new (NULL);
  g_autoptr(HaulJob) job = make_job ("{'seconds': <0.2>}");
  GtkWidget *window;

  lt_jobs_set_history (jobs, history);
  window = GTK_WIDGET (lt_history_window_new (NULL, history, jobs));
  gtk_window_present (GTK_WINDOW (window));
  lt_test_run_until (shows_empty, window, HAUL_TEST_SOON_MS);

  haul_executor_submit (executor, job);
  lt_history_follow (history, job);
  lt_test_run_until (has_ended, job, HAUL_TEST_SOON_MS);
  lt_test_run_until (shows_job, window, HAUL_TEST_SOON_MS);

  gtk_widget_activate_action (window, "history.run-again", NULL);   /* nothing is selected */
  g_assert_cmpuint (g_list_model_get_n_items (lt_jobs_get_model (jobs)), ==, 0);
  gtk_selection_model_select_all (lt_history_window_get_selection (LT_HISTORY_WINDOW (window)));
  gtk_widget_activate_action (window, "history.run-again", NULL);
  g_assert_cmpuint (g_list_model_get_n_items (lt_jobs_get_model (jobs)), ==, 1);
  g_assert_cmpuint (g_list_model_get_n_items (lt_history_get_model (history)), ==, 2);
  lt_test_stop (jobs);
  lt_test_run_until (shows_two, window, HAUL_TEST_SOON_MS);

  gtk_selection_model_select_all (lt_history_window_get_selection (LT_HISTORY_WINDOW (window)));
  gtk_widget_activate_action (window, "history.remove", NULL);
  g_assert_cmpuint (g_list_model_get_n_items (lt_history_get_model (history)), ==, 0);
  gtk_widget_activate_action (window, "history.undo-remove", NULL);
  lt_test_run_until (shows_two, window, HAUL_TEST_SOON_MS);
  gtk_widget_activate_action (window, "history.undo-remove", NULL);   /* there is no more to undo */
  g_assert_cmpuint (g_list_model_get_n_items (lt_history_get_model (history)), ==, 2);
  gtk_window_destroy (GTK_WINDOW (window));
}

#define N_MANY 10000

static void
count_cb (GListModel *model,
          guint       position,
          guint       n_removed,
          guint       n_added,
          guint      *n_changes)
{
  *n_changes += 1;
}

static gboolean
shows_many (gpointer data)
{
  return g_list_model_get_n_items (G_LIST_MODEL (lt_history_window_get_selection (data))) == N_MANY;
}

/* Of thousands that go at once, those that are neighbours go together; what was removed comes back where it was. */
static void
test_many (void)
{
  g_autoptr(LtHistory) history = open_history ("many.db");
  g_autoptr(LtJobs) jobs = lt_jobs_new ();
  g_autoptr(HaulJob) job = make_job ("{'seconds': <1.0>}");
  GListModel *model = lt_history_get_model (history);
  guint n_changes = 0;
  GtkWidget *window;

  for (guint i = 0; i < N_MANY; i++)
    {
      g_autoptr(LtHistoryEntry) entry = lt_history_entry_new_for_job (job, N_MANY - i);

      entry->verdict = HAUL_VERDICT_DONE;
      g_list_store_append (G_LIST_STORE (model), entry);
    }
  window = GTK_WIDGET (lt_history_window_new (NULL, history, jobs));
  gtk_window_present (GTK_WINDOW (window));
  lt_test_run_until (shows_many, window, HAUL_TEST_SOON_MS);
  g_signal_connect (model, "items-changed", G_CALLBACK (count_cb), &n_changes);
  gtk_selection_model_select_range (lt_history_window_get_selection (LT_HISTORY_WINDOW (window)), 10, 2000, TRUE);
  gtk_selection_model_select_range (lt_history_window_get_selection (LT_HISTORY_WINDOW (window)), 5000, 100, FALSE);
  gtk_widget_activate_action (window, "history.remove", NULL);
  g_assert_cmpuint (g_list_model_get_n_items (model), ==, N_MANY - 2100);
  g_assert_cmpuint (n_changes, ==, 2);
  gtk_widget_activate_action (window, "history.undo-remove", NULL);
  g_assert_cmpuint (g_list_model_get_n_items (model), ==, N_MANY);
  for (guint i = 0; i < N_MANY; i++)
    g_assert_cmpint (get_entry (model, i)->key, ==, N_MANY - i);
  n_changes = 0;
  lt_history_clear (history);
  g_assert_cmpuint (g_list_model_get_n_items (model), ==, 0);
  g_assert_cmpuint (n_changes, ==, 1);
  gtk_window_destroy (GTK_WINDOW (window));
}

int
main (int    argc,
      char **argv)
{
  lt_test_init (&argc, &argv);
  g_test_add_func ("/app/history-window/window", test_window);
  g_test_add_func ("/app/history-window/many", test_many);
  return g_test_run ();
}
