/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-test.h"

#include "haul/wire/haul-error.h"
#include "test-tasks.h"

/* A property says what its getter says. */
static void
assert_same (HaulJob *job)
{
  g_autofree char *title = NULL;
  g_autofree char *phase = NULL;
  g_autoptr(GError) error = NULL;
  HaulJobState state;
  HaulJobVerdict verdict;
  double done, total, fraction;
  int pid;
  guint64 size;
  gboolean can_pause, overdue;

  g_object_get (job, "title", &title, "state", &state, "verdict", &verdict, "done", &done, "total", &total,
                "fraction", &fraction, "phase", &phase, "pid", &pid, "result-size", &size, "can-pause", &can_pause,
                "overdue", &overdue, "error", &error, NULL);
  g_assert_cmpstr (title, ==, haul_job_get_title (job));
  g_assert_cmpint (state, ==, haul_job_get_state (job));
  g_assert_cmpint (verdict, ==, haul_job_get_verdict (job));
  g_assert_cmpfloat (done, ==, haul_job_get_done (job));
  g_assert_cmpfloat (total, ==, haul_job_get_total (job));
  g_assert_cmpfloat (fraction, ==, haul_job_get_fraction (job));
  g_assert_cmpstr (phase, ==, haul_job_get_phase (job));
  g_assert_cmpint (pid, ==, haul_job_get_pid (job));
  g_assert_cmpuint (size, ==, haul_job_get_result_size (job));
  g_assert_cmpint (can_pause, ==, haul_job_get_can_pause (job));
  g_assert_cmpint (overdue, ==, haul_job_get_overdue (job));
  g_assert_cmpint (error != NULL, ==, haul_job_get_error (job) != NULL);
  g_assert_cmpint (haul_job_is_active (job), ==, state != HAUL_JOB_ENDED);
  /* While it lives it has neither a verdict nor an error. */
  if (state != HAUL_JOB_ENDED)
    {
      g_assert_cmpint (verdict, ==, HAUL_VERDICT_NONE);
      g_assert_null (error);
    }
  g_assert_true (fraction == -1 || (fraction >= 0 && fraction <= 1));
}

static void
notify_cb (HaulJob    *job,
           GParamSpec *pspec,
           gpointer    user_data)
{
  g_hash_table_add (user_data, (gpointer) g_param_spec_get_name (pspec));
  assert_same (job);
}

static gboolean
has_moved (gpointer data)
{
  return haul_job_get_done (data) > 0;
}

/* At every notification of a whole life all properties agree with what the job says. */
static void
test_properties (void)
{
  static const char * const due[] = {
    "state", "verdict", "done", "total", "fraction", "pid", "result-size", "can-pause", "error",
  };
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) job = NULL;
  g_autoptr(GHashTable) notified = g_hash_table_new (g_str_hash, g_str_equal);

  haul_test_begin ();
  executor = haul_test_process_executor_new ();
  job = haul_test_job_new ("tidy", NULL);
  g_signal_connect (job, "notify", G_CALLBACK (notify_cb), notified);
  haul_job_set_title (job, "mine");
  haul_job_set_title (job, "mine");
  g_assert_true (g_hash_table_contains (notified, "title"));
  assert_same (job);
  haul_test_submit (executor, job);
  haul_test_run_until (has_moved, job, HAUL_TEST_SOON_MS);
  g_assert_cmpint (haul_job_get_news_time (job), >=, haul_job_get_stamp (job, HAUL_STAMP_RUNNING));
  g_assert_cmpint (haul_job_get_news_time (job), <=, g_get_monotonic_time ());
  haul_job_pause (job);
  haul_job_resume (job);
  haul_job_cancel (job);
  haul_test_wait_ended (job);
  assert_same (job);
  for (guint i = 0; i < G_N_ELEMENTS (due); i++)
    if (!g_hash_table_contains (notified, due[i]))
      g_error ("‘%s’ was not notified", due[i]);
  haul_test_assert_clean ();
}

/* The raw frames, in order, with their sizes on the pipe. */
static void
test_messages (void)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) job = NULL;
  g_autoptr(GString) story = g_string_new (NULL);
  GListModel *messages;
  gint64 before = 0;

  haul_test_begin ();
  executor = haul_test_process_executor_new ();
  job = haul_test_job_start (executor, "phases", NULL);
  haul_test_wait_ended (job);
  messages = haul_job_get_messages (job);
  g_assert_cmpuint (haul_job_get_n_messages (job), ==, g_list_model_get_n_items (messages));
  for (guint i = 0; i < g_list_model_get_n_items (messages); i++)
    {
      g_autoptr(HaulRecord) record = g_list_model_get_item (messages, i);

      g_string_append_printf (story, "%s%s ", haul_record_get_down (record) ? "↓" : "↑",
                              haul_frame_type_to_string (haul_record_get_frame (record)));
      g_assert_cmpint (haul_record_get_time (record), >=, before);
      g_assert_cmpint (haul_record_get_gap (record), >=, 0);
      before = haul_record_get_time (record);
      if (haul_record_get_frame (record) == HAUL_FRAME_DATA)
        g_assert_cmpuint (haul_record_get_size (record), ==, HAUL_FRAME_HEADER_SIZE + 2);
      if (haul_record_get_frame (record) == HAUL_FRAME_RESULT)
        g_assert_cmpuint (haul_record_get_size (record), ==, HAUL_FRAME_HEADER_SIZE + 8);
    }
  g_test_message ("%s", story->str);
  g_assert_true (g_str_has_prefix (story->str, "↓HELLO ↑HELLO ↓RUN ↑PROGRESS "));
  g_assert_true (g_str_has_suffix (story->str, "↑DATA ↑RESULT "));
  haul_test_assert_clean ();
}

/* Of a flood the newest are kept, and how many there were is known. */
static void
test_many_messages (void)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) job = NULL;

  haul_test_begin ();
  executor = haul_test_process_executor_new ();
  job = haul_test_job_start (executor, "ok", "{'size': <int64 20000>, 'piece': <int64 1>}");
  haul_test_wait_ended (job);
  g_assert_cmpuint (haul_job_get_n_messages (job), >=, 20000 + 4);
  g_assert_cmpuint (g_list_model_get_n_items (haul_job_get_messages (job)), <, 20000);
  g_assert_cmpuint (g_list_model_get_n_items (haul_job_get_messages (job)), >, 10);
  haul_test_assert_clean ();
}

/* Around what one RUN can hold: refused before the start, or there to the last byte. */
static void
test_large_arguments (void)
{
  g_autoptr(HaulExecutor) executor = NULL;
  guint n_done = 0, n_refused = 0;

  haul_test_begin ();
  executor = haul_test_process_executor_new ();
  for (gsize size = 60 * 1024 - 200; size <= 60 * 1024 + 8; size += 4)
    {
      g_autofree char *text = g_strnfill (size, 'x');
      g_autofree char *due = g_strdup_printf ("5|%s|one", text);
      g_autofree char *got = NULL;
      g_autofree char *arguments = g_strdup_printf ("{'text': <'%s'>}", text);
      g_autoptr(GVariant) variant = g_variant_parse (NULL, arguments, NULL, NULL, NULL);
      g_autoptr(GError) error = NULL;
      g_autoptr(HaulJob) job = haul_job_new (haul_test_task ("echo"), variant, &error);

      if (job == NULL)
        {
          if (n_refused++ == 0)
            g_test_message ("%" G_GSIZE_FORMAT " bytes: %s", size, error->message);
          g_assert_error (error, HAUL_ERROR, HAUL_ERROR_BAD_ARGUMENT);
          continue;
        }
      g_assert_cmpuint (n_refused, ==, 0);
      haul_executor_submit (executor, job);
      haul_test_wait_state (job, HAUL_JOB_ENDED);
      haul_test_assert_verdict (job, HAUL_VERDICT_DONE);
      got = haul_test_result_text (job);
      g_assert_true (g_str_equal (got, due));
      n_done++;
    }
  g_test_message ("%u done, %u refused", n_done, n_refused);
  g_assert_cmpuint (n_done, >, 0);
  g_assert_cmpuint (n_refused, >, 0);
  haul_test_shutdown (executor, HAUL_SHUTDOWN_DRAIN);
  haul_test_assert_clean ();
}

static void
test_estimates (void)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) job = NULL;
  double before;

  haul_test_begin ();
  executor = haul_test_process_executor_new ();
  job = haul_test_job_new ("slow", "{'seconds': <1.5>}");
  g_assert_cmpfloat (haul_job_get_left (job), <, 0);
  g_assert_cmpfloat (haul_job_get_rate (job), ==, 0);
  haul_test_submit (executor, job);
  haul_test_wait_ended (job);
  g_assert_cmpfloat (haul_job_get_rate (job), >, 0);   /* what it is, is for test-estimator to judge: there is no clock in it */
  g_assert_cmpfloat (haul_job_get_left (job), <=, 0);
  before = haul_job_get_elapsed (job);
  g_assert_cmpfloat (before, >=, 1.5);
  g_assert_cmpfloat (haul_job_get_elapsed (job), ==, before);   /* stands still at the end */
  haul_test_assert_clean ();
}

static void
test_executor_properties (void)
{
  g_autoptr(HaulExecutor) executor = NULL;
  guint max_running, n_running, n_queued;

  haul_test_begin ();
  executor = haul_test_process_executor_new ();
  g_object_get (executor, "max-running", &max_running, "n-running", &n_running, "n-queued", &n_queued, NULL);
  g_assert_cmpuint (max_running, ==, haul_executor_get_max_running (executor));
  g_assert_cmpuint (max_running, >, 0);
  g_assert_cmpuint (n_running + n_queued, ==, 0);
  g_object_set (executor, "max-running", 7, NULL);
  g_assert_cmpuint (haul_executor_get_max_running (executor), ==, 7);
  haul_test_assert_clean ();
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);
  g_test_add_func ("/parent/job/properties", test_properties);
  g_test_add_func ("/parent/job/messages", test_messages);
  g_test_add_func ("/parent/job/many-messages", test_many_messages);
  g_test_add_func ("/parent/job/large-arguments", test_large_arguments);
  g_test_add_func ("/parent/job/estimates", test_estimates);
  g_test_add_func ("/parent/job/executor-properties", test_executor_properties);
  return g_test_run ();
}
