/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <string.h>

#include "haul-test.h"

#include "haul/wire/haul-error.h"
#include "test-tasks.h"

static const char * const names[] = { "serial", "thread", "process", "pool" };

/* What became of a job, in one line of text: the same whatever ran it. */
static char *
outcome (HaulJob *job)
{
  g_autoptr(GBytes) result = haul_job_dup_result (job);
  g_autofree char *sum = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, result);
  const GError *error = haul_job_get_error (job);
  GListModel *log = haul_job_get_log (job);
  g_autoptr(HaulRecord) last = NULL;

  if (g_list_model_get_n_items (log) > 0)
    last = g_list_model_get_item (log, g_list_model_get_n_items (log) - 1);
  return g_strdup_printf ("states%s, verdict %s, exit %d, %.17g of %.17g, phase %s, %" G_GSIZE_FORMAT " bytes %s, "
                          "error %s %d %.60s, %u lines, the last is %s",
                          haul_test_history (job), haul_job_verdict_to_nick (haul_job_get_verdict (job)),
                          haul_job_get_exit_code (job), haul_job_get_done (job), haul_job_get_total (job),
                          haul_job_get_phase (job), haul_job_get_result_size (job), sum,
                          error != NULL ? g_quark_to_string (error->domain) : "none", error != NULL ? error->code : 0,
                          error != NULL ? error->message : "", g_list_model_get_n_items (log),
                          last != NULL ? haul_record_get_text (last) : "none");
}

static void
test_same (void)
{
  static const struct { const char *task, *arguments; } rows[] = {
    { "ok", NULL },
    { "ok", "{'size': <int64 0>}" },
    { "ok", "{'size': <int64 5000000>, 'piece': <int64 300001>}" },
    { "slow", "{'seconds': <0.05>}" },
    { "fail", NULL },
    { "fail", "{'length': <int64 100000>}" },
    { "fail-silently", NULL },
    { "fail-cancelled", NULL },
    { "log", "{'lines': <int64 500>, 'text': <' ü \xe2\x80\xae \a'>}" },
    { "phases", NULL },
    { "echo", "{'number': <int64 -3>, 'text': <'ü'>, 'choice': <'two'>}" },
  };

  haul_test_begin ();
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *first = NULL;

      for (guint n = 0; n < G_N_ELEMENTS (names); n++)
        {
          g_autoptr(HaulExecutor) executor = haul_test_executor_new_named (names[n]);
          g_autoptr(HaulJob) job = haul_test_job_start (executor, rows[i].task, rows[i].arguments);
          g_autofree char *text = NULL;

          g_assert_cmpstr (haul_executor_get_name (executor), ==, names[n]);
          haul_test_wait_ended (job);
          g_assert_cmpstr (haul_job_get_executor_name (job), ==, names[n]);
          text = outcome (job);
          g_test_message ("%s: %s", names[n], text);
          if (first == NULL)
            first = g_steal_pointer (&text);
          else
            g_assert_cmpstr (text, ==, first);
        }
    }
  haul_test_assert_clean ();
}

static void
test_many (void)
{
  haul_test_begin ();
  for (guint n = 0; n < G_N_ELEMENTS (names); n++)
    {
      g_autoptr(HaulExecutor) executor = haul_test_executor_new_named (names[n]);
      g_autoptr(GPtrArray) jobs = g_ptr_array_new_with_free_func (g_object_unref);

      for (guint i = 0; i < 50; i++)
        g_ptr_array_add (jobs, haul_test_job_start (executor, i % 5 ? "ok" : "fail", NULL));
      haul_test_shutdown (executor, HAUL_SHUTDOWN_DRAIN);
      for (guint i = 0; i < jobs->len; i++)
        haul_test_assert_verdict ((HaulJob *) g_ptr_array_index (jobs, i), i % 5 ? HAUL_VERDICT_DONE : HAUL_VERDICT_FAILED);
    }
  haul_test_assert_clean ();
}

static void
test_cancel_queued (void)
{
  haul_test_begin ();
  for (guint n = 0; n < G_N_ELEMENTS (names); n++)
    {
      g_autoptr(HaulExecutor) executor = haul_test_executor_new_named (names[n]);
      g_autoptr(HaulJob) first = NULL;
      g_autoptr(HaulJob) second = NULL;

      haul_executor_set_max_running (executor, 1);
      first = haul_test_job_start (executor, "slow", "{'seconds': <0.1>}");
      second = haul_test_job_start (executor, "ok", NULL);
      haul_job_cancel (second);
      haul_test_assert_state (second, HAUL_JOB_ENDED);
      haul_test_assert_verdict (second, HAUL_VERDICT_CANCELLED);
      haul_test_wait_ended (first);
      haul_test_assert_verdict (first, HAUL_VERDICT_DONE);
    }
  haul_test_assert_clean ();
}

/* In the moment between a start and a run. */
static void
test_cancel_starting (void)
{
  haul_test_begin ();
  for (guint n = 0; n < G_N_ELEMENTS (names); n++)
    for (guint i = 0; i < 2; i++)
      {
        g_autoptr(HaulExecutor) executor = haul_test_executor_new_named (names[n]);
        g_autoptr(HaulJob) job = haul_test_job_start (executor, "slow", NULL);

        while (haul_job_get_state (job) == HAUL_JOB_QUEUED)
          g_main_context_iteration (NULL, TRUE);
        haul_test_assert_state (job, HAUL_JOB_STARTING);
        if (i == 0)
          haul_job_cancel (job);
        else
          haul_job_force (job);
        haul_test_wait_ended (job);
        haul_test_assert_verdict (job, HAUL_VERDICT_CANCELLED);
      }
  haul_test_assert_clean ();
}

static gboolean
has_moved (gpointer data)
{
  return haul_job_get_done (data) > 0;
}

/* A thread that looks stops soon, whether it is asked or forced; it can do no more. */
static void
test_cancel_thread (void)
{
  g_autoptr(HaulExecutor) executor = NULL;

  haul_test_begin ();
  executor = haul_test_executor_new_named ("thread");
  for (guint i = 0; i < 20; i++)
    {
      g_autoptr(HaulJob) job = haul_test_job_start (executor, i % 2 ? "slow" : "tidy", NULL);

      haul_test_run_until (has_moved, job, HAUL_TEST_SOON_MS);
      g_assert_false (haul_job_get_can_pause (job));
      g_assert_false (haul_job_get_can_force (job));
      haul_job_pause (job);
      haul_test_assert_state (job, HAUL_JOB_RUNNING);
      if (i % 4 < 2)
        haul_job_cancel (job);
      else
        haul_job_force (job);
      haul_test_assert_state (job, HAUL_JOB_CANCELLING);
      haul_test_wait_ended (job);
      haul_test_assert_verdict (job, HAUL_VERDICT_CANCELLED);
      g_assert_cmpint (haul_job_get_pid (job), ==, 0);
      /* No signal was sent, so there is no time at which it was. */
      g_assert_cmpint (haul_job_get_stamp (job, HAUL_STAMP_TERM_SENT), ==, 0);
      g_assert_cmpint (haul_job_get_stamp (job, HAUL_STAMP_KILL_SENT), ==, 0);
    }
  haul_test_assert_clean ();
}

static gboolean
is_overdue (gpointer data)
{
  return haul_job_get_overdue (data);
}

/* One that does not look is overdue, runs on, and is joined in the end; nothing is lost of it. */
static int let_go;

static gboolean
deaf_run (HaulContext  *context,
          GVariant     *arguments,
          GError      **error)
{
  while (!g_atomic_int_get (&let_go))
    g_usleep (1000);
  haul_context_emit (context, "finished anyway", 15);
  return TRUE;
}

static void
test_deaf_thread (void)
{
  static const HaulTask deaf = { .id = "deaf", .title = "Deaf", .unit = "steps", .run = deaf_run };
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) job = NULL;

  haul_test_begin ();
  executor = haul_test_executor_new_named ("thread");
  job = haul_job_new (&deaf, NULL, NULL);
  haul_job_set_grace (job, 100, FALSE);
  haul_executor_submit (executor, job);
  haul_test_wait_state (job, HAUL_JOB_RUNNING);
  haul_job_cancel (job);
  haul_test_run_until (is_overdue, job, HAUL_TEST_SOON_MS);
  haul_test_assert_state (job, HAUL_JOB_CANCELLING);
  g_atomic_int_set (&let_go, TRUE);
  haul_test_wait_state (job, HAUL_JOB_ENDED);
  haul_test_assert_verdict (job, HAUL_VERDICT_DONE);   /* it was faster, in its way */
  g_assert_cmpuint (haul_job_get_result_size (job), ==, 15);
  haul_test_assert_clean ();
}

/* A thread that talks faster than we listen waits for us, and nothing is lost. */
static void
test_thread_flood (void)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) job = NULL;
  guint64 dropped;

  haul_test_begin ();
  executor = haul_test_executor_new_named ("thread");
  job = haul_test_job_start (executor, "log", "{'lines': <int64 20000>}");
  haul_test_wait_ended (job);
  haul_test_assert_verdict (job, HAUL_VERDICT_DONE);
  g_object_get (haul_job_get_log (job), "dropped", &dropped, NULL);
  g_assert_cmpuint (g_list_model_get_n_items (haul_job_get_log (job)) + dropped, ==, 20001);
  haul_test_assert_clean ();
}

static void
test_thread_shutdown (void)
{
  g_autoptr(HaulExecutor) executor = NULL;

  haul_test_begin ();
  executor = haul_test_executor_new_named ("thread");
  haul_executor_set_max_running (executor, 8);
  for (guint i = 0; i < 20; i++)
    g_object_unref (haul_test_job_start (executor, "slow", NULL));
  while (haul_executor_get_n_running (executor) < 8)
    g_main_context_iteration (NULL, TRUE);
  haul_test_shutdown (executor, HAUL_SHUTDOWN_TERMINATE);
  haul_test_assert_clean ();
}

static void
test_thread_timeout (void)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) job = NULL;

  haul_test_begin ();
  executor = haul_test_executor_new_named ("thread");
  job = haul_test_job_new ("slow", NULL);
  haul_job_set_timeout (job, 100);
  haul_test_submit (executor, job);
  haul_test_wait_ended (job);
  haul_test_assert_verdict (job, HAUL_VERDICT_TIMED_OUT);
  haul_test_assert_clean ();
}

typedef struct
{
  HaulExecutor *executor;
  guint         left;
  gboolean      shut;
} Chain;

static void
chain_shut_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  Chain *chain = user_data;

  g_assert_true (haul_executor_shutdown_finish (chain->executor, result, NULL));
  chain->shut = TRUE;
}

static void
chain_ended_cb (HaulJob  *job,
                gpointer  user_data)
{
  Chain *chain = user_data;
  g_autoptr(HaulJob) next = NULL;

  /* Its slot is free by now: what is submitted here can have it. */
  g_assert_cmpuint (haul_executor_get_n_running (chain->executor), ==, 0);
  if (chain->left-- == 0)
    {
      haul_executor_shutdown_async (chain->executor, HAUL_SHUTDOWN_TERMINATE, NULL, chain_shut_cb, chain);
      return;
    }
  next = haul_test_job_new (chain->left % 2 ? "ok" : "fail", NULL);
  g_signal_connect (next, "ended", G_CALLBACK (chain_ended_cb), chain);
  haul_test_submit (chain->executor, next);
}

static gboolean
is_shut (gpointer data)
{
  return ((Chain *) data)->shut;
}

/* Each starts the next from its last signal, and the last shuts down. */
static void
test_chain (void)
{
  haul_test_begin ();
  for (guint n = 0; n < G_N_ELEMENTS (names); n++)
    {
      g_autoptr(HaulExecutor) executor = haul_test_executor_new_named (names[n]);
      Chain chain = { executor, 20, FALSE };
      g_autoptr(HaulJob) first = haul_test_job_new ("ok", NULL);

      g_signal_connect (first, "ended", G_CALLBACK (chain_ended_cb), &chain);
      haul_test_submit (executor, first);
      haul_test_run_until (is_shut, &chain, HAUL_TEST_SOON_MS);
    }
  haul_test_assert_clean ();
}

/* What is refused before it starts is refused alike. */
static void
test_refused (void)
{
  g_autoptr(GVariant) bad = g_variant_ref_sink (g_variant_new_parsed ("{'size': <int64 -1>}"));
  g_autoptr(GVariant) unknown = g_variant_ref_sink (g_variant_new_parsed ("{'nonsense': <1>}"));
  g_autoptr(GError) error = NULL;

  g_assert_null (haul_job_new (haul_test_task ("ok"), bad, &error));
  g_assert_error (error, HAUL_ERROR, HAUL_ERROR_BAD_ARGUMENT);
  g_clear_error (&error);
  g_assert_null (haul_job_new (haul_test_task ("ok"), unknown, &error));
  g_assert_error (error, HAUL_ERROR, HAUL_ERROR_BAD_ARGUMENT);
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);
  g_test_add_func ("/parent/executors/same", test_same);
  g_test_add_func ("/parent/executors/many", test_many);
  g_test_add_func ("/parent/executors/cancel-queued", test_cancel_queued);
  g_test_add_func ("/parent/executors/cancel-starting", test_cancel_starting);
  g_test_add_func ("/parent/executors/cancel-thread", test_cancel_thread);
  g_test_add_func ("/parent/executors/deaf-thread", test_deaf_thread);
  g_test_add_func ("/parent/executors/thread-flood", test_thread_flood);
  g_test_add_func ("/parent/executors/thread-shutdown", test_thread_shutdown);
  g_test_add_func ("/parent/executors/thread-timeout", test_thread_timeout);
  g_test_add_func ("/parent/executors/chain", test_chain);
  g_test_add_func ("/parent/executors/refused", test_refused);
  return g_test_run ();
}
