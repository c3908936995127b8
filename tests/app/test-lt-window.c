/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-hint-bar.h"
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

static gboolean
has_label (GtkWidget  *widget,
           const char *text)
{
  gboolean found = GTK_IS_LABEL (widget) && g_str_equal (gtk_label_get_label (GTK_LABEL (widget)), text);

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && !found; child = gtk_widget_get_next_sibling (child))
    found = has_label (child, text);
  return found;
}

/* The toast that offers to undo is of what was done last. */
static void
test_undo (void)
{
  g_autoptr(LtJobs) jobs = lt_jobs_new ();
  LtWindow *window;

  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, NULL);
  window = open_window (jobs);
  lt_window_toast_undo (window, "first", "app.undo-remove");
  g_assert_true (has_label (GTK_WIDGET (window), "first"));
  lt_window_toast_undo (window, "second", "app.undo-remove");
  g_assert_true (has_label (GTK_WIDGET (window), "second"));
  g_assert_false (has_label (GTK_WIDGET (window), "first"));
  lt_window_toast_undo (window, NULL, NULL);
  g_assert_false (has_label (GTK_WIDGET (window), "second"));
  gtk_window_destroy (GTK_WINDOW (window));
  gtk_settings_reset_property (gtk_settings_get_default (), "gtk-enable-animations");
}

static gboolean
is_mapped (gpointer widget)
{
  return gtk_widget_get_mapped (widget);
}

/* What is looked for is looked for where people are: there is nothing to find in the timeline. */
static void
test_find (void)
{
  g_autoptr(LtJobs) jobs = lt_jobs_new ();
  LtWindow *window = open_window (jobs);
  GtkWidget *focus;

  (void) lt_jobs_start (jobs, haul_task_lookup ("sleep", NULL), NULL, &(LtJobOptions) LT_JOB_OPTIONS_INIT, NULL);
  g_action_group_activate_action (G_ACTION_GROUP (window), "view", g_variant_new_string ("timeline"));
  lt_test_run_until (is_mapped, lt_window_get_timeline_view (window), 20000);
  g_action_group_activate_action (G_ACTION_GROUP (window), "find", NULL);
  focus = gtk_root_get_focus (GTK_ROOT (window));
  g_assert_true (focus == NULL || gtk_widget_is_ancestor (focus, GTK_WIDGET (lt_window_get_timeline_view (window))));
  g_action_group_activate_action (G_ACTION_GROUP (window), "view", g_variant_new_string ("jobs"));
  gtk_window_destroy (GTK_WINDOW (window));
  lt_test_stop (jobs);
}

/* The hints for who is here for the first time. */

typedef struct
{
  GtkWidget  *bar;
  const char *says;   /* the beginning */
} Hints;

static GtkWidget *
get_child (GtkWidget  *bar,
           const char *name)
{
  GObject *child = gtk_widget_get_template_child (bar, LT_TYPE_HINT_BAR, name);

  g_assert_nonnull (child);
  return GTK_WIDGET (child);
}

static gboolean
is_shown (gpointer bar)
{
  return gtk_revealer_get_reveal_child (GTK_REVEALER (get_child (bar, "revealer")));
}

static gboolean
says (gpointer data)
{
  Hints *self = data;

  return is_shown (self->bar) && g_str_has_prefix (gtk_label_get_label (GTK_LABEL (get_child (self->bar, "label"))), self->says);
}

static void
wait_hint (GtkWidget  *bar,
           const char *text)
{
  Hints self = { bar, text };

  lt_test_run_until (says, &self, 30000);
}

static gboolean
has_ended (gpointer job)
{
  return !haul_job_is_active (job);
}

static HaulJob *
follow (LtHintBar  *bar,
        LtJobs     *jobs,
        const char *arguments)
{
  HaulJob *job = lt_jobs_start (jobs, haul_task_lookup ("sleep", NULL), g_variant_new_parsed (arguments),
                                &(LtJobOptions) LT_JOB_OPTIONS_INIT, NULL);

  lt_hint_bar_follow (bar, job);
  return job;
}

/* One after the other, each once, and all of them when people want them again. */
static void
test_hints (void)
{
  g_autoptr(LtJobs) jobs = lt_jobs_new ();
  GtkWidget *bar = g_object_ref_sink (g_object_new (LT_TYPE_HINT_BAR, NULL));
  GtkWidget *button = get_child (bar, "timeline_button");
  g_autoptr(GVariant) target = NULL;
  HaulJob *job;

  lt_settings_restore_hints ();
  job = follow (LT_HINT_BAR (bar), jobs, "{'seconds': <600.0>}");
  wait_hint (bar, "Runs as process ");
  g_assert_false (gtk_widget_get_visible (button));
  wait_hint (bar, "Pause or cancel any time.");
  g_assert_true (lt_settings_is_hint_done ("process"));
  haul_job_cancel (job);
  lt_test_run_until (has_ended, job, 30000);
  g_assert_false (is_shown (bar));

  job = follow (LT_HINT_BAR (bar), jobs, "{'seconds': <0.05>}");
  wait_hint (bar, "That was ");
  g_assert_true (gtk_widget_get_visible (button));
  g_assert_cmpstr (gtk_actionable_get_action_name (GTK_ACTIONABLE (button)), ==, "app.show-in-timeline");
  target = g_variant_ref (gtk_actionable_get_action_target_value (GTK_ACTIONABLE (button)));
  g_assert_cmpuint (g_variant_get_uint32 (target), ==, haul_job_get_id (job));
  g_signal_emit_by_name (button, "clicked");
  g_assert_false (is_shown (bar));
  g_assert_true (lt_settings_is_hint_done ("done"));

  job = follow (LT_HINT_BAR (bar), jobs, "{'seconds': <0.05>}");
  lt_test_run_until (has_ended, job, 30000);
  g_assert_false (is_shown (bar));
  lt_settings_restore_hints ();
  (void) follow (LT_HINT_BAR (bar), jobs, "{'seconds': <600.0>}");
  wait_hint (bar, "Runs as process ");
  lt_settings_restore_hints ();
  lt_test_stop (jobs);
  g_object_unref (bar);
}

int
main (int    argc,
      char **argv)
{
  lt_test_init (&argc, &argv);
  g_test_add_func ("/app/window/remembers", test_remembers);
  g_test_add_func ("/app/window/narrow", test_narrow);
  g_test_add_func ("/app/window/undo", test_undo);
  g_test_add_func ("/app/window/find", test_find);
  g_test_add_func ("/app/window/hints", test_hints);
  return g_test_run ();
}
