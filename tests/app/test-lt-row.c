/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <signal.h>

#include "haul-test.h"
#include "lt-countdown.h"
#include "lt-job-row.h"
#include "lt-job-text.h"
#include "lt-record-view.h"
#include "lt-test.h"

#define GRACE_MS 1500

/* The worker of libhaul's tests runs it. */
static const HaulParam no_params[] = { { NULL } };
static const HaulParam die_params[] = {
  { "mode", "Mode", NULL, "", HAUL_PARAM_STRING, .initial_text = "traced" },
  { NULL }
};
static const HaulTask die = { .id = "die", .title = "Immortal", .summary = "", .params = die_params };
static const HaulTask ignore_term = { .id = "ignore-term", .title = "Deaf", .summary = "", .params = no_params };

static gboolean
has_logged (gpointer job)
{
  return g_list_model_get_n_items (haul_job_get_log (job)) > 0;
}

static gboolean
has_force_time (gpointer job)
{
  return lt_job_text_force_time (job) > 0;
}

static gboolean
is_overdue (gpointer job)
{
  return haul_job_get_overdue (job);
}

static gboolean
is_stuck (gpointer job)
{
  return haul_job_get_stuck (job);
}

static gboolean
has_ended (gpointer job)
{
  return !haul_job_is_active (job);
}

typedef struct
{
  LtRecordView *view;
  const char   *text;
} Summary;

static gboolean
is_summary (gpointer data)
{
  Summary *summary = data;

  return g_strcmp0 (lt_record_view_get_summary (summary->view), summary->text) == 0;
}

static gboolean
is_shown (gpointer widget)
{
  return gtk_widget_get_mapped (widget);
}

static gboolean
is_hidden (gpointer widget)
{
  return !gtk_widget_get_mapped (widget);
}

static GtkWidget *
find (GtkWidget *widget,
      GType      type)
{
  if (g_type_is_a (G_OBJECT_TYPE (widget), type))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find (child, type);

      if (found != NULL)
        return found;
    }
  return NULL;
}

/* The one that shows @text, among other things. */
static GtkLabel *
find_label (GtkWidget  *widget,
            const char *text)
{
  if (GTK_IS_LABEL (widget) && strstr (gtk_label_get_text (GTK_LABEL (widget)), text) != NULL)
    return GTK_LABEL (widget);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      GtkLabel *found = find_label (child, text);

      if (found != NULL)
        return found;
    }
  return NULL;
}

/* From Cancel to Force Stop: seconds that count down, in words and as a ring, then the button. */
static void
test_countdown (void)
{
  g_autoptr(HaulExecutor) executor = haul_process_executor_new (g_getenv ("HAUL_TEST_CHILD"));
  g_autoptr(HaulJob) job = haul_job_new (&ignore_term, NULL, NULL);
  GtkWidget *window = gtk_window_new ();
  LtJobRow *row = g_object_new (LT_TYPE_JOB_ROW, "job", job, NULL);
  GtkWidget *ring = find (GTK_WIDGET (row), LT_TYPE_COUNTDOWN);
  g_autofree char *left = NULL;

  gtk_window_set_child (GTK_WINDOW (window), GTK_WIDGET (row));
  gtk_window_present (GTK_WINDOW (window));
  haul_job_set_grace (job, GRACE_MS, FALSE);
  haul_executor_submit (executor, job);
  lt_test_run_until (has_logged, job, 20000);
  g_assert_cmpint (lt_job_text_force_time (job), ==, 0);
  g_assert_true (is_hidden (ring));

  haul_job_cancel (job);
  lt_test_run_until (has_force_time, job, 20000);
  g_assert_cmpint (lt_job_text_force_time (job), ==,
                   haul_job_get_stamp (job, HAUL_STAMP_TERM_SENT) + GRACE_MS * (gint64) 1000);
  left = lt_job_text_left (job);
  g_assert_true (g_str_has_prefix (left, "Force Stop in "));
  lt_test_run_until (is_shown, ring, 20000);
  g_assert_cmpuint (lt_countdown_get_seconds (LT_COUNTDOWN (ring)), <=, 2);

  lt_test_run_until (is_overdue, job, 20000);
  lt_test_run_until (is_hidden, ring, 20000);
  g_assert_cmpint (lt_job_text_force_time (job), ==, 0);
  g_assert_cmpuint (lt_countdown_get_seconds (LT_COUNTDOWN (ring)), ==, 0);
  haul_job_force (job);
  lt_test_run_until (has_ended, job, 20000);
  g_assert_cmpint (haul_job_get_exit_signal (job), ==, SIGKILL);
  gtk_window_destroy (GTK_WINDOW (window));
}

/* Not even SIGKILL ends it, for now: the row says so, and has nothing to offer against it. */
static void
test_stuck (void)
{
  g_autoptr(HaulExecutor) executor = haul_process_executor_new (g_getenv ("HAUL_TEST_CHILD"));
  g_autoptr(HaulJob) job = haul_job_new (&die, NULL, NULL);
  g_autofree char *state = NULL;
  g_autofree char *caption = NULL;
  g_autofree char *read_out = NULL;
  g_autofree char *after = NULL;
  GSubprocess *holder;

  haul_job_set_grace (job, 50, TRUE);
  haul_executor_submit (executor, job);
  lt_test_run_until (has_logged, job, 20000);
  holder = haul_test_hold (haul_job_get_pid (job));
  haul_job_cancel (job);
  if (holder != NULL)
    {
      lt_test_run_until (is_stuck, job, 20000);
      state = lt_job_text_state (job);
      caption = lt_job_text_caption (job);
      read_out = lt_job_text_accessible (job);
      g_assert_cmpstr (state, ==, "Does not end");
      g_assert_true (g_str_has_prefix (caption, "Does not end"));
      g_assert_nonnull (strstr (read_out, "does not end"));
      g_assert_cmpstr (lt_job_text_style (job), ==, "warning");
      haul_test_let_go (holder);
    }
  lt_test_run_until (has_ended, job, 20000);
  g_assert_false (haul_job_get_stuck (job));
  after = lt_job_text_state (job);
  g_assert_cmpstr (after, ==, "Canceled");
}

/* What a worker or a person writes is text, whatever it looks like. */
static void
test_markup (void)
{
  static const char hostile[] = "<b>&\" <span color='red'>";
  g_autoptr(HaulJob) job = haul_job_new (&ignore_term, NULL, NULL);
  GtkWidget *window = gtk_window_new ();
  LtJobRow *row = g_object_new (LT_TYPE_JOB_ROW, "job", job, NULL);
  GtkLabel *title;
  PangoAttrList *attributes;

  haul_job_set_title (job, hostile);
  gtk_window_set_child (GTK_WINDOW (window), GTK_WIDGET (row));
  gtk_window_present (GTK_WINDOW (window));
  lt_test_run_until (is_shown, row, 20000);
  title = find_label (GTK_WIDGET (row), hostile);
  g_assert_nonnull (title);   /* each of its characters is there to be read */
  attributes = gtk_label_get_attributes (title);
  g_assert_true (attributes == NULL || pango_attr_list_get_attributes (attributes) == NULL);
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
assert_found (LtRecordView *view,
              const char   *text,
              const char   *summary)
{
  GtkWidget *list = NULL;
  g_autoptr(GtkSelectionModel) shown = NULL;

  lt_record_view_find (view, text);
  /* A search entry waits until nothing was typed for a moment. */
  lt_test_run_until (is_summary, &(Summary) { view, summary }, 20000);
  g_object_get (view, "list", &list, NULL);
  g_object_get (list, "model", &shown, NULL);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (shown)), ==, (guint) atoi (summary));
  g_object_unref (list);
}

/* Of what was logged only what is looked for is left. */
static void
test_find (void)
{
  g_autoptr(HaulExecutor) executor = haul_process_executor_new (g_getenv ("HAUL_TEST_CHILD"));
  g_autoptr(HaulJob) job = haul_job_new (&ignore_term, NULL, NULL);
  GtkWidget *window = gtk_window_new ();
  LtRecordView *view = g_object_new (LT_TYPE_RECORD_VIEW, "list", gtk_list_view_new (NULL, NULL), NULL);

  gtk_window_set_child (GTK_WINDOW (window), GTK_WIDGET (view));
  gtk_window_present (GTK_WINDOW (window));
  lt_record_view_set_job (view, job);
  haul_executor_submit (executor, job);
  lt_test_run_until (has_logged, job, 20000);
  lt_test_run_until (is_summary, &(Summary) { view, "1 line" }, 20000);

  assert_found (view, "sigterm", "1 of 1 match");
  assert_found (view, "SIGHUP", "0 of 1 match");
  assert_found (view, "Ignoring", "1 of 1 match");
  assert_found (view, "", "1 line");

  haul_job_force (job);
  lt_test_run_until (has_ended, job, 20000);
  gtk_window_destroy (GTK_WINDOW (window));
}

/* What the ring let go of is said. */
static void
test_dropped (void)
{
  g_autoptr(HaulExecutor) executor = haul_process_executor_new (g_getenv ("HAUL_TEST_CHILD"));
  g_autoptr(GVariant) arguments = g_variant_ref_sink (g_variant_new_parsed ("{'lines': <int64 99>}"));
  g_autoptr(HaulJob) job = haul_job_new (haul_task_intern ("log"), arguments, NULL);
  GtkWidget *window = gtk_window_new ();
  LtRecordView *view = g_object_new (LT_TYPE_RECORD_VIEW, "list", gtk_list_view_new (NULL, NULL), NULL);

  gtk_window_set_child (GTK_WINDOW (window), GTK_WIDGET (view));
  gtk_window_present (GTK_WINDOW (window));
  lt_record_view_set_job (view, job);
  haul_job_set_log_limit (job, 10);
  haul_executor_submit (executor, job);
  lt_test_run_until (has_ended, job, 20000);
  lt_test_run_until (is_summary, &(Summary) { view, "The last 10 of 100 lines" }, 20000);
  gtk_window_destroy (GTK_WINDOW (window));
}

int
main (int    argc,
      char **argv)
{
  lt_test_init (&argc, &argv);
  g_test_add_func ("/app/row/countdown", test_countdown);
  g_test_add_func ("/app/row/stuck", test_stuck);
  g_test_add_func ("/app/row/markup", test_markup);
  g_test_add_func ("/app/row/find", test_find);
  g_test_add_func ("/app/row/dropped", test_dropped);
  return g_test_run ();
}
