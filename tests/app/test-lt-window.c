/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-settings.h"
#include "lt-test.h"
#include "lt-window.h"

static LtWindow *
open_window (LtJobs *jobs)
{
  LtWindow *window = lt_window_new (NULL, jobs);

  gtk_window_present (GTK_WINDOW (window));
  return window;
}

static void
assert_filter (LtWindow   *window,
               const char *filter)
{
  g_autoptr(GVariant) state = g_action_group_get_action_state (G_ACTION_GROUP (window), "filter");

  g_assert_cmpstr (g_variant_get_string (state, NULL), ==, filter);
}

static void
assert_details (LtWindow *window,
                gboolean  shown)
{
  g_autoptr(GVariant) state = g_action_group_get_action_state (G_ACTION_GROUP (window), "toggle-details");

  g_assert_cmpint (g_variant_get_boolean (state), ==, shown);
}

/* What is chosen in one window is there in the next. */
static void
test_remembers (void)
{
  g_autoptr(LtJobs) jobs = lt_jobs_new ();
  LtWindow *window = open_window (jobs);

  assert_filter (window, "all");
  assert_details (window, TRUE);
  g_action_group_activate_action (G_ACTION_GROUP (window), "filter", g_variant_new_string ("problems"));
  g_action_group_activate_action (G_ACTION_GROUP (window), "toggle-details", NULL);
  gtk_window_destroy (GTK_WINDOW (window));

  window = open_window (jobs);
  assert_filter (window, "problems");
  assert_details (window, FALSE);
  g_action_group_activate_action (G_ACTION_GROUP (window), "filter", g_variant_new_string ("nothing"));
  assert_filter (window, "problems");
  gtk_window_destroy (GTK_WINDOW (window));

  g_settings_reset (lt_settings_get (), "filter");
  g_settings_reset (lt_settings_get (), "show-details");
}

static gboolean
is_folded (gpointer data)
{
  int minimum;

  gtk_widget_measure (data, GTK_ORIENTATION_HORIZONTAL, -1, &minimum, NULL, NULL, NULL);
  return gtk_widget_get_width (data) > 0 && gtk_widget_get_width (data) <= 360 && minimum <= 360;
}

/* As on a phone, where a window has one button of its own: with a job, all of it fits into 360 pixels. */
static void
test_narrow (void)
{
  g_autoptr(LtJobs) jobs = lt_jobs_new ();
  LtWindow *window;
  HaulJob *job;

  g_object_set (gtk_settings_get_default (), "gtk-decoration-layout", ":close", NULL);
  job = lt_jobs_start (jobs, haul_task_lookup ("sleep", NULL), NULL, &(LtJobOptions) LT_JOB_OPTIONS_INIT, NULL);
  haul_job_set_title (job, "A title that is longer than the window is wide, and longer than anybody reads");
  window = lt_window_new (NULL, jobs);
  gtk_window_set_default_size (GTK_WINDOW (window), 360, 640);
  gtk_window_present (GTK_WINDOW (window));
  lt_window_select (window, job);
  lt_test_run_until (is_folded, window, 20000);
  gtk_window_destroy (GTK_WINDOW (window));
  lt_test_stop (jobs);
  gtk_settings_reset_property (gtk_settings_get_default (), "gtk-decoration-layout");
}

int
main (int    argc,
      char **argv)
{
  lt_test_init (&argc, &argv);
  g_test_add_func ("/app/window/remembers", test_remembers);
  g_test_add_func ("/app/window/narrow", test_narrow);
  return g_test_run ();
}
