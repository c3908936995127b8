/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-file-field.h"
#include "lt-new-job-dialog.h"
#include "lt-test.h"

static LtNewJobDialog *
open_form (const char *task)
{
  LtNewJobDialog *form = lt_new_job_dialog_new (haul_task_lookup (task, NULL), NULL);

  g_assert_nonnull (form);
  return form;
}

static void
assert_valid (LtNewJobDialog *form,
              gboolean        valid)
{
  GtkWidget *start = gtk_window_get_default_widget (GTK_WINDOW (form));

  g_assert_cmpint (lt_new_job_dialog_get_arguments (form) != NULL, ==, valid);
  g_assert_cmpint (gtk_widget_get_sensitive (start), ==, valid);
}

static gboolean
needs_argument (const HaulTask *task)
{
  for (const HaulParam *param = task->params; param != NULL && param->name != NULL; param++)
    if (param->required || param->type == HAUL_PARAM_FILE)
      return TRUE;
  return FALSE;
}

/* Whatever a task declares, its form starts out ready to start, but for what nobody else can know. */
static void
test_defaults (void)
{
  const HaulTask * const *tasks = haul_tasks_list ();

  for (guint i = 0; tasks[i] != NULL; i++)
    {
      LtNewJobDialog *form = open_form (tasks[i]->id);

      assert_valid (form, !needs_argument (tasks[i]));
      for (guint j = 0; tasks[i]->params != NULL && tasks[i]->params[j].name != NULL; j++)
        g_assert_nonnull (lt_new_job_dialog_find_row (form, tasks[i]->params[j].name));
      gtk_window_destroy (GTK_WINDOW (form));
    }
}

static void
test_bad_input (void)
{
  static const char * const bad[] = { "abc", "-1", "0", "", " ", "1e3x", "99999999999999999999", "1.5" };
  LtNewJobDialog *form = open_form ("pi");
  LtParamRow *row = lt_new_job_dialog_find_row (form, "digits");
  g_autofree char *help = g_strdup (lt_param_row_get_message (row));

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      lt_param_row_set_text (row, bad[i]);
      g_test_message ("‘%s’: %s", bad[i], lt_param_row_get_message (row));
      assert_valid (form, FALSE);
      g_assert_cmpstr (lt_param_row_get_message (row), !=, help);

      lt_param_row_set_text (row, "1000");
      assert_valid (form, TRUE);
      g_assert_cmpstr (lt_param_row_get_message (row), ==, help);
    }
  gtk_window_destroy (GTK_WINDOW (form));
}

/* In range, and yet more than any machine holds: said before it can be started. */
static void
test_too_large (void)
{
  LtNewJobDialog *form = open_form ("pi");
  LtParamRow *row = lt_new_job_dialog_find_row (form, "digits");

  lt_param_row_set_text (row, "1000000000000");
  g_test_message ("%s", lt_new_job_dialog_get_message (form));
  assert_valid (form, FALSE);
  g_assert_cmpstr (lt_new_job_dialog_get_message (form), !=, "");

  lt_param_row_set_text (row, "1000");
  assert_valid (form, TRUE);
  gtk_window_destroy (GTK_WINDOW (form));
}

static void
test_choice (void)
{
  LtNewJobDialog *form = open_form ("pi");
  g_autofree char *method = NULL;

  lt_param_row_set_text (lt_new_job_dialog_find_row (form, "digits"), "1000");
  lt_param_row_set_text (lt_new_job_dialog_find_row (form, "method"), "series");
  assert_valid (form, TRUE);
  g_assert_true (g_variant_lookup (lt_new_job_dialog_get_arguments (form), "method", "s", &method));
  g_assert_cmpstr (method, ==, "series");
  gtk_window_destroy (GTK_WINDOW (form));
}

/* A path is typed, chosen or dropped; that it is missing is said once something was typed. */
static void
test_file (void)
{
  static const HaulParam param = { "path", "Path", NULL, "What to read", HAUL_PARAM_FILE, .required = TRUE };
  LtParamRow *row = g_object_ref_sink (lt_param_row_new (&param, NULL));
  g_autoptr(GFile) file = g_file_new_for_path ("/tmp/a b");
  g_autoptr(GFile) elsewhere = g_file_new_for_uri ("trash:///a");
  g_autofree char *text = lt_file_field_dup_text (file);
  g_autofree char *nothing = lt_file_field_dup_text (elsewhere);
  g_autofree char *help = g_strdup (lt_param_row_get_message (row));
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) value = NULL;

  g_assert_null (lt_param_row_dup_value (row, &error));
  lt_param_row_set_error (row, error->message);
  g_assert_cmpstr (lt_param_row_get_message (row), ==, help);

  lt_param_row_set_text (row, text);
  value = lt_param_row_dup_value (row, NULL);
  g_assert_cmpstr (g_variant_get_string (value, NULL), ==, "/tmp/a b");
  lt_param_row_set_text (row, nothing);
  g_assert_null (lt_param_row_dup_value (row, NULL));
  lt_param_row_set_error (row, error->message);
  g_assert_cmpstr (lt_param_row_get_message (row), ==, error->message);

  g_assert_cmpuint (lt_test_count (GTK_WIDGET (row), GTK_TYPE_BUTTON), >=, 2);
  g_object_unref (row);
}

static void
count_cb (LtNewJobDialog *form,
          guint          *n)
{
  *n += 1;
}

/* How it runs is proposed as it ran before. */
static void
test_options (void)
{
  const HaulTask *task = haul_task_lookup ("sleep", NULL);
  g_autoptr(HaulJob) like = haul_job_new (task, NULL, NULL);
  LtNewJobDialog *form = open_form ("sleep");
  LtJobOptions options;

  lt_new_job_dialog_get_options (form, &options);
  g_assert_cmpint (options.where, ==, LT_RUN_IN_PROCESS);
  g_assert_cmpint (options.nice, ==, 19);
  g_assert_false (options.daemon);
  g_assert_false (options.hold);
  gtk_window_destroy (GTK_WINDOW (form));

  haul_job_set_nice (like, 10);
  haul_job_set_daemon (like, TRUE);
  haul_job_set_hold (like, TRUE);
  form = lt_new_job_dialog_new (task, like);
  lt_new_job_dialog_get_options (form, &options);
  g_assert_cmpint (options.nice, ==, 10);
  g_assert_true (options.daemon);
  g_assert_true (options.hold);
  gtk_window_destroy (GTK_WINDOW (form));
}

static void
test_start (void)
{
  LtNewJobDialog *form = open_form ("sleep");
  guint n = 0;

  g_signal_connect (form, "start", G_CALLBACK (count_cb), &n);
  lt_param_row_set_text (lt_new_job_dialog_find_row (form, "seconds"), "no");
  g_signal_emit_by_name (gtk_window_get_default_widget (GTK_WINDOW (form)), "clicked");
  g_assert_cmpuint (n, ==, 0);
  lt_param_row_set_text (lt_new_job_dialog_find_row (form, "seconds"), "2");
  g_signal_emit_by_name (gtk_window_get_default_widget (GTK_WINDOW (form)), "clicked");
  g_assert_cmpuint (n, ==, 1);
}

int
main (int    argc,
      char **argv)
{
  lt_test_init (&argc, &argv);
  g_test_add_func ("/app/form/defaults", test_defaults);
  g_test_add_func ("/app/form/bad-input", test_bad_input);
  g_test_add_func ("/app/form/too-large", test_too_large);
  g_test_add_func ("/app/form/choice", test_choice);
  g_test_add_func ("/app/form/file", test_file);
  g_test_add_func ("/app/form/options", test_options);
  g_test_add_func ("/app/form/start", test_start);
  return g_test_run ();
}
