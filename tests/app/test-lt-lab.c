/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <glib/gstdio.h>
#include <signal.h>

#include "haul-test.h"
#include "lab-test-experiment.h"
#include "lt-lab-card.h"
#include "lt-lab-code.h"
#include "lt-lab-gallery.h"
#include "lt-lab-page.h"
#include "lt-lab-params.h"
#include "lt-lab-save.h"
#include "lt-lab-table.h"
#include "lt-lab-view.h"
#include "lt-lab-why.h"
#include "lt-param-row.h"
#include "lt-settings.h"
#include "lt-test.h"
#include "lt-window.h"

/* The program that runs the experiments of the Lab, where that of the tests knows the misbehaving one only. */
static char *real_worker;

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

static const char *
get_text (LtLabPage  *page,
          const char *id)
{
  return gtk_label_get_label (GTK_LABEL (find (GTK_WIDGET (page), id)));
}

static void
click (LtLabPage  *page,
       const char *id)
{
  g_assert_true (gtk_widget_get_sensitive (find (GTK_WIDGET (page), id)));
  g_signal_emit_by_name (find (GTK_WIDGET (page), id), "clicked");
}

static void
set_param (LtLabPage  *page,
           const char *name,
           const char *value)
{
  GtkWidget *flow = gtk_widget_get_first_child (find (GTK_WIDGET (page), "params"));

  for (GtkWidget *child = gtk_widget_get_first_child (flow); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      LtParamRow *row = LT_PARAM_ROW (gtk_flow_box_child_get_child (GTK_FLOW_BOX_CHILD (child)));

      if (g_str_equal (lt_param_row_get_param (row)->name, name))
        lt_param_row_set_text (row, value);
    }
}

static gboolean
is_revealed (gpointer data)
{
  return lab_run_get_state (lt_lab_page_get_run (data)) == LAB_RUN_REVEALED;
}

static gboolean
is_not_running (gpointer data)
{
  return lab_run_get_state (lt_lab_page_get_run (data)) != LAB_RUN_RUNNING;
}

static gboolean
has_process (gpointer data)
{
  HaulJob *job = lab_run_get_job (lt_lab_page_get_run (data));

  return job != NULL && haul_job_get_state (job) == HAUL_JOB_RUNNING && haul_job_get_pid (job) > 0;
}

static LtLabPage *
open_page (GtkWidget **ret_window)
{
  GtkWidget *page = lt_lab_page_new (&lab_test_experiment);

  *ret_window = gtk_window_new ();
  gtk_window_set_default_size (GTK_WINDOW (*ret_window), 360, 640);
  gtk_window_set_child (GTK_WINDOW (*ret_window), page);
  gtk_window_present (GTK_WINDOW (*ret_window));
  return LT_LAB_PAGE (page);
}

/* First a prediction, then Run; what came out stands beside it. */
static void
test_predict_run_reveal (void)
{
  GtkWidget *window;
  LtLabPage *page = open_page (&window);

  g_assert_false (gtk_widget_get_sensitive (find (GTK_WIDGET (page), "run_button")));
  g_assert_false (gtk_widget_get_visible (find (GTK_WIDGET (page), "why_section")));
  gtk_check_button_set_active (GTK_CHECK_BUTTON (gtk_widget_get_first_child (find (GTK_WIDGET (page), "predictions"))), TRUE);
  g_assert_cmpstr (lab_run_get_prediction (lt_lab_page_get_run (page)), ==, "big");
  g_assert_false (gtk_widget_get_visible (find (GTK_WIDGET (page), "skip_button")));
  click (page, "run_button");
  lt_test_run_until (is_revealed, page, HAUL_TEST_SOON_MS);

  g_assert_true (gtk_widget_get_visible (find (GTK_WIDGET (page), "why_section")));
  g_assert_true (gtk_widget_get_visible (find (GTK_WIDGET (page), "picture")));
  g_assert_cmpstr (get_text (page, "predicted"), ==, "It is big");
  g_assert_cmpstr (get_text (page, "outcome"), !=, "");
  g_assert_cmpstr (get_text (page, "explanation"), !=, "");
  g_assert_false (gtk_widget_get_visible (find (GTK_WIDGET (page), "message")));
  g_assert_true (lt_settings_is_lab_done (lab_experiment_get_id (&lab_test_experiment)));

  /* What was predicted stays, and five more are five more samples. */
  g_assert_false (gtk_widget_get_sensitive (find (GTK_WIDGET (page), "predictions")));
  click (page, "repeat_button");
  g_assert_cmpint (lab_run_get_state (lt_lab_page_get_run (page)), ==, LAB_RUN_RUNNING);
  lt_test_run_until (is_revealed, page, HAUL_TEST_SOON_MS);
  g_assert_cmpuint (lab_findings_get_n_runs (lab_run_get_findings (lt_lab_page_get_run (page))), ==, 6);
  haul_test_assert_contains (get_text (page, "numbers_title"), "6");
  gtk_window_destroy (GTK_WINDOW (window));
}

/* Skipping runs it at once; then what was changed is named. */
static void
test_change (void)
{
  GtkWidget *window;
  LtLabPage *page = open_page (&window);

  click (page, "skip_button");
  lt_test_run_until (is_revealed, page, HAUL_TEST_SOON_MS);
  g_assert_false (gtk_widget_get_visible (find (GTK_WIDGET (page), "predicted_tile")));
  g_assert_false (gtk_widget_get_visible (find (GTK_WIDGET (page), "changed")));

  set_param (page, "size", "nothing");
  g_assert_false (gtk_widget_get_sensitive (find (GTK_WIDGET (page), "run_button")));
  g_assert_cmpstr (get_text (page, "status"), !=, "");
  set_param (page, "size", "20");
  g_assert_false (gtk_widget_get_visible (find (GTK_WIDGET (page), "why_section")));
  click (page, "run_button");
  lt_test_run_until (is_revealed, page, HAUL_TEST_SOON_MS);
  haul_test_assert_contains (get_text (page, "changed"), "Only this changed since the run before: Size");

  set_param (page, "size", "30");
  set_param (page, "mode", "small");
  click (page, "run_button");
  lt_test_run_until (is_revealed, page, HAUL_TEST_SOON_MS);
  haul_test_assert_contains (get_text (page, "changed"), "2 things changed");
  gtk_window_destroy (GTK_WINDOW (window));
}

/* A helper that crashes, says nonsense or is killed is told of, and the page can go on. */
static void
test_broken_helper (void)
{
  const char *modes[] = { "crash", "fail", "nonsense" };
  GtkWidget *window;
  LtLabPage *page = open_page (&window);

  lt_lab_page_predict (page, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (modes); i++)
    {
      set_param (page, "mode", modes[i]);
      click (page, "run_button");
      lt_test_run_until (is_revealed, page, HAUL_TEST_SOON_MS);
      g_assert_nonnull (lab_run_get_error (lt_lab_page_get_run (page)));
      g_assert_true (gtk_widget_get_visible (find (GTK_WIDGET (page), "message")));
      g_assert_cmpstr (get_text (page, "message"), !=, "");
      g_assert_cmpstr (get_text (page, "explanation"), ==, "");
    }

  set_param (page, "mode", "wait");
  click (page, "run_button");
  lt_test_run_until (has_process, page, HAUL_TEST_SOON_MS);
  g_assert_cmpint (kill (haul_job_get_pid (lab_run_get_job (lt_lab_page_get_run (page))), SIGKILL), ==, 0);
  lt_test_run_until (is_revealed, page, HAUL_TEST_SOON_MS);
  haul_test_assert_contains (get_text (page, "message"), "SIGKILL");

  set_param (page, "mode", "fine");
  click (page, "run_button");
  lt_test_run_until (is_revealed, page, HAUL_TEST_SOON_MS);
  g_assert_null (lab_run_get_error (lt_lab_page_get_run (page)));
  gtk_window_destroy (GTK_WINDOW (window));
}

static gboolean
is_gone (gpointer data)
{
  return kill (GPOINTER_TO_INT (data), 0) < 0;
}

/* Stop stops it; and a page that goes while its experiment runs leaves nothing. */
static void
test_stop (void)
{
  GtkWidget *window;
  LtLabPage *page = open_page (&window);
  int pid;

  lt_lab_page_predict (page, "tiny");
  set_param (page, "mode", "wait");
  click (page, "run_button");
  lt_test_run_until (has_process, page, HAUL_TEST_SOON_MS);
  g_assert_true (gtk_widget_get_visible (find (GTK_WIDGET (page), "stop_button")));
  click (page, "stop_button");
  lt_test_run_until (is_not_running, page, HAUL_TEST_SOON_MS);
  g_assert_cmpint (lab_run_get_state (lt_lab_page_get_run (page)), ==, LAB_RUN_READY);
  g_assert_cmpstr (get_text (page, "status"), ==, "Stopped");

  click (page, "run_button");
  lt_test_run_until (has_process, page, HAUL_TEST_SOON_MS);
  pid = haul_job_get_pid (lab_run_get_job (lt_lab_page_get_run (page)));
  gtk_window_destroy (GTK_WINDOW (window));
  lt_test_run_until (is_gone, GINT_TO_POINTER (pid), HAUL_TEST_SOON_MS);
}

/* Where people do not want to be asked, it can be run at once. */
static void
test_no_prediction (void)
{
  GtkWidget *window;
  LtLabPage *page;

  g_settings_set_boolean (lt_settings_get (), "lab-predict", FALSE);
  page = open_page (&window);
  g_assert_true (gtk_widget_get_sensitive (find (GTK_WIDGET (page), "run_button")));
  g_assert_false (gtk_widget_get_visible (find (GTK_WIDGET (page), "skip_button")));
  gtk_window_destroy (GTK_WINDOW (window));
  g_settings_reset (lt_settings_get (), "lab-predict");
}

static void
test_highlight (void)
{
  g_autofree char *c = lt_lab_code_highlight ("a < \"/* no */\"; /* & yes */", FALSE);
  g_autofree char *python = lt_lab_code_highlight ("print('# no') # yes\nx", TRUE);
  g_autofree char *open = lt_lab_code_highlight ("/* never closed", FALSE);

  g_assert_cmpstr (c, ==, "a &lt; &quot;/* no */&quot;; <span alpha=\"60%\">/* &amp; yes */</span>");
  g_assert_cmpstr (python, ==, "print(&apos;# no&apos;) <span alpha=\"60%\"># yes</span>\nx");
  g_assert_cmpstr (open, ==, "<span alpha=\"60%\">/* never closed</span>");
}

/* Words find cards by what they ask; a wrong name opens nothing, and wrong words run nothing. */
static void
test_view (void)
{
  const char *wrong[] = { "", "nothing", "lost-updates --threads", "lost-updates --threads 99", "lost-updates --what 1",
                          "lost-updates --predict nothing", "lost-updates --repeat 0", "lost-updates threads 4", "'" };
  g_autoptr(LtJobs) jobs = lt_jobs_new ();
  LtWindow *window = lt_window_new (NULL, jobs);
  LtLabView *view = lt_window_get_lab_view (window);
  GtkWidget *card = g_object_ref_sink (lt_lab_card_new (lab_experiments[0]));
  g_autoptr(GError) error = NULL;

  g_assert_true (lt_lab_card_matches (LT_LAB_CARD (card), ""));
  g_assert_false (lt_lab_card_matches (LT_LAB_CARD (card), "certainly-not-there"));
  g_object_unref (card);

  g_assert_null (lt_lab_view_open (view, "nothing", &error));
  g_assert_nonnull (error);
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_clear_error (&error);
      g_assert_false (lt_lab_view_run (view, wrong[i], &error));
      g_assert_nonnull (error);
    }
  g_assert_false (lt_lab_view_compare (view, "nothing"));

  /* Each page fits into the narrowest window. */
  for (const LabExperiment * const *experiment = lab_experiments; *experiment != NULL; experiment++)
    {
      GtkWidget *page = GTK_WIDGET (lt_lab_view_open (view, lab_experiment_get_id (*experiment), NULL));
      int minimum;

      gtk_widget_measure (page, GTK_ORIENTATION_HORIZONTAL, -1, &minimum, NULL, NULL, NULL);
      g_assert_cmpint (minimum, <=, 360);
    }
  lt_lab_view_open_gallery (view);
  gtk_window_destroy (GTK_WINDOW (window));
}

static gboolean
has_begun (gpointer data)
{
  return lab_run_get_fraction (lt_lab_page_get_run (data)) > 0 || has_process (data);
}

/* What is asked for while the page still stops what it ran is done after that, unless it is left again. */
static void
test_run_while_stopping (void)
{
  g_autoptr(LtJobs) jobs = lt_jobs_new ();
  LtWindow *window = lt_window_new (NULL, jobs);
  LtLabView *view = lt_window_get_lab_view (window);
  g_autoptr(GError) error = NULL;
  LtLabPage *page;
  int first;

  g_setenv ("HAUL_LAB_WORKER", real_worker, TRUE);
  g_assert_true (lt_lab_view_run (view, "nice-and-cores --repeat 5", &error));
  page = lt_lab_view_open (view, "nice-and-cores", NULL);
  lt_test_run_until (has_process, page, HAUL_TEST_SOON_MS);
  first = haul_job_get_pid (lab_run_get_job (lt_lab_page_get_run (page)));
  g_assert_false (lt_lab_view_run (view, "nice-and-cores", &error));   /* which runs, and nobody stops it */
  g_assert_error (error, HAUL_ERROR, HAUL_ERROR_NOT_POSSIBLE);
  g_clear_error (&error);

  lt_lab_view_open_gallery (view);
  g_assert_true (lt_lab_page_is_stopping (page));
  g_assert_true (lt_lab_view_run (view, "nice-and-cores --repeat 2", &error));
  g_assert_true (lt_lab_view_run (view, "nice-and-cores --repeat 3 --predict half", &error));
  while (haul_job_get_pid (lab_run_get_job (lt_lab_page_get_run (page))) == first)
    g_main_context_iteration (NULL, TRUE);
  lt_test_run_until (has_begun, page, HAUL_TEST_SOON_MS);

  lt_lab_view_stop (view);
  g_assert_true (lt_lab_view_run (view, "nice-and-cores", &error));
  lt_lab_view_open_gallery (view);
  lt_test_run_until (is_not_running, page, HAUL_TEST_SOON_MS);
  g_assert_cmpint (lab_run_get_state (lt_lab_page_get_run (page)), ==, LAB_RUN_READY);
  gtk_window_destroy (GTK_WINDOW (window));
  g_setenv ("HAUL_LAB_WORKER", g_getenv ("HAUL_LAB_TEST_WORKER"), TRUE);
}

static gboolean
is_there (gpointer data)
{
  return g_file_query_exists (data, NULL);
}

static gboolean
has_text (GFile      *file,
          const char *part)
{
  g_autofree char *text = NULL;

  return g_file_get_contents (g_file_peek_path (file), &text, NULL, NULL) && strstr (text, part) != NULL;
}

/* All of it: it is made before it is written. */
static gboolean
is_drawn (gpointer data)
{
  return has_text (data, "</svg>");
}

static gboolean
has_other_picture (gpointer data)
{
  return has_text (data, "](found-2.svg)");
}

/* A report and its picture, or JSON. */
static void
test_save (void)
{
  g_autofree char *folder = g_dir_make_tmp ("lt-lab-XXXXXX", NULL);
  g_autoptr(GFile) report = g_file_new_build_filename (folder, "found.md", NULL);
  g_autoptr(GFile) picture = g_file_new_build_filename (folder, "found.svg", NULL);
  g_autoptr(GFile) json = g_file_new_build_filename (folder, "found.json", NULL);
  GtkWidget *window;
  LtLabPage *page = open_page (&window);

  click (page, "skip_button");
  lt_test_run_until (is_revealed, page, HAUL_TEST_SOON_MS);
  lt_lab_save_write (GTK_WINDOW (window), lt_lab_page_get_run (page), report);
  lt_lab_save_write (GTK_WINDOW (window), lt_lab_page_get_run (page), json);
  lt_test_run_until (is_there, report, HAUL_TEST_SOON_MS);
  lt_test_run_until (is_drawn, picture, HAUL_TEST_SOON_MS);
  lt_test_run_until (is_there, json, HAUL_TEST_SOON_MS);
  gtk_window_destroy (GTK_WINDOW (window));
  g_file_delete (report, NULL, NULL);
  g_file_delete (picture, NULL, NULL);
  g_file_delete (json, NULL, NULL);
  (void) g_rmdir (folder);
}

/* A picture of somebody else stays what it is, and the report has its own. */
static void
test_save_beside (void)
{
  g_autofree char *folder = g_dir_make_tmp ("lt-lab-XXXXXX", NULL);
  g_autoptr(GFile) report = g_file_new_build_filename (folder, "found.md", NULL);
  g_autoptr(GFile) theirs = g_file_new_build_filename (folder, "found.svg", NULL);
  g_autoptr(GFile) ours = g_file_new_build_filename (folder, "found-2.svg", NULL);
  GtkWidget *window;
  LtLabPage *page = open_page (&window);

  g_assert_true (g_file_set_contents (g_file_peek_path (theirs), "theirs", -1, NULL));
  click (page, "skip_button");
  lt_test_run_until (is_revealed, page, HAUL_TEST_SOON_MS);
  lt_lab_save_write (GTK_WINDOW (window), lt_lab_page_get_run (page), report);
  lt_test_run_until (has_other_picture, report, HAUL_TEST_SOON_MS);
  lt_test_run_until (is_drawn, ours, HAUL_TEST_SOON_MS);
  g_assert_true (has_text (theirs, "theirs"));
  gtk_window_destroy (GTK_WINDOW (window));
  g_file_delete (report, NULL, NULL);
  g_file_delete (theirs, NULL, NULL);
  g_file_delete (ours, NULL, NULL);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

int
main (int    argc,
      char **argv)
{
  int status;

  lt_test_init (&argc, &argv);
  real_worker = g_strdup (g_getenv ("HAUL_LAB_WORKER"));
  /* It knows the experiment that misbehaves, which the real one does not. */
  g_setenv ("HAUL_LAB_WORKER", g_getenv ("HAUL_LAB_TEST_WORKER"), TRUE);

  g_test_add_func ("/app/lab/predict-run-reveal", test_predict_run_reveal);
  g_test_add_func ("/app/lab/change", test_change);
  g_test_add_func ("/app/lab/broken-helper", test_broken_helper);
  g_test_add_func ("/app/lab/stop", test_stop);
  g_test_add_func ("/app/lab/no-prediction", test_no_prediction);
  g_test_add_func ("/app/lab/highlight", test_highlight);
  g_test_add_func ("/app/lab/view", test_view);
  g_test_add_func ("/app/lab/run-while-stopping", test_run_while_stopping);
  g_test_add_func ("/app/lab/save", test_save);
  g_test_add_func ("/app/lab/save-beside", test_save_beside);

  status = g_test_run ();
  g_free (real_worker);
  return status;
}
