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

int
main (int    argc,
      char **argv)
{
  lt_test_init (&argc, &argv);
  g_test_add_func ("/app/window/remembers", test_remembers);
  return g_test_run ();
}
