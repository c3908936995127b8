/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-job-text.h"
#include "lt-jobs-exchange.h"
#include "lt-test.h"

static gboolean
has_ended (gpointer job)
{
  return !haul_job_is_active (job);
}

/* The order does not matter. */
static void
assert_same (GVariant *a,
             GVariant *b)
{
  GVariantIter iter;
  const char *name;
  GVariant *value;

  g_assert_cmpuint (g_variant_n_children (a), ==, g_variant_n_children (b));
  g_variant_iter_init (&iter, a);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &value))
    {
      g_autoptr(GVariant) other = g_variant_lookup_value (b, name, NULL);

      g_assert_nonnull (other);
      g_assert_true (g_variant_equal (value, other));
    }
}

static HaulJob *
start (LtJobs     *jobs,
       const char *task,
       const char *arguments,
       LtRunIn     where,
       int         nice,
       gboolean    daemon)
{
  g_autoptr(GVariant) parsed = g_variant_parse (G_VARIANT_TYPE_VARDICT, arguments, NULL, NULL, NULL);
  g_autoptr(GError) error = NULL;
  HaulJob *job = lt_jobs_start (jobs, haul_task_lookup (task, NULL), parsed,
                                &(LtJobOptions) { .where = where, .nice = nice, .daemon = daemon }, &error);

  g_assert_no_error (error);
  return job;
}

/* What was exported is started again as it was, in the same order. */
static void
test_round_trip (void)
{
  g_autoptr(LtJobs) jobs = lt_jobs_new ();
  HaulJob *started[] = {
    start (jobs, "pi", "{'digits': <int64 1234>, 'method': <'chudnovsky'>}", LT_RUN_IN_PROCESS, 19, FALSE),
    start (jobs, "sleep", "{'seconds': <0.015625>}", LT_RUN_IN_THREAD, 10, TRUE),
    start (jobs, "command", "{'command': <'true \"a b\" <c>'>}", LT_RUN_IN_PROCESS, 0, FALSE),
  };
  g_autoptr(GListModel) entries = lt_jobs_exchange_collect (lt_jobs_get_model (jobs));
  g_autofree char *text = lt_history_export (entries, LT_EXPORT_JSON);
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) replays = lt_jobs_exchange_parse (jobs, text, strlen (text), &error);

  g_assert_no_error (error);
  g_assert_cmpuint (replays->len, ==, G_N_ELEMENTS (started));
  for (guint i = 0; i < replays->len; i++)
    {
      LtReplay *replay = replays->pdata[i];

      lt_test_run_until (has_ended, started[i], 30000);
      g_assert_true (replay->task == haul_job_get_task (started[i]));
      assert_same (replay->arguments, haul_job_get_arguments (started[i]));
      g_assert_cmpint (replay->options.nice, ==, haul_job_get_nice (started[i]));
      g_assert_cmpint (replay->options.daemon, ==, haul_job_get_daemon (started[i]));
      g_assert_cmpstr (haul_executor_get_name (lt_jobs_get_executor (jobs, replay->options.where)), ==,
                       haul_job_get_executor_name (started[i]));
    }
  lt_test_stop (jobs);
}

/* What is missing is as in a new job; what makes no sense is refused, all of it. */
static void
test_parse (void)
{
  static const char * const bad[] = {
    "", "{}", "[]", "7", "[7]", "[{}]", "[{\"task\": 7}]", "[{\"task\": \"nothing\"}]", "[{\"task\": \"pi-part\"}]", "[{\"task\": \"pi\"",
    "[{\"task\": \"pi\", \"arguments\": 7}]", "[{\"task\": \"pi\", \"arguments\": {\"digits\": -1}}]",
    "[{\"task\": \"pi\", \"arguments\": {\"digits\": 1.5}}]", "[{\"task\": \"pi\", \"arguments\": {\"digits\": [1]}}]",
    "[{\"task\": \"pi\", \"arguments\": {\"digits\": null}}]", "[{\"task\": \"pi\", \"arguments\": {\"what\": 1}}]",
    "[{\"task\": \"pi\"}, {\"task\": \"nothing\"}]", "[{\"task\": \"command\"}]",
  };
  g_autoptr(LtJobs) jobs = lt_jobs_new ();
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) replays = NULL;
  const char *good = "[{\"task\": \"pi\", \"executor\": \"nowhere\", \"nice\": 99, \"daemon\": 1, \"more\": {}}]";
  LtReplay *replay;

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr(GPtrArray) none = lt_jobs_exchange_parse (jobs, bad[i], strlen (bad[i]), &error);

      g_assert_null (none);
      g_assert_nonnull (error);
      g_clear_error (&error);
    }
  replays = lt_jobs_exchange_parse (jobs, good, strlen (good), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (replays->len, ==, 1);
  replay = replays->pdata[0];
  g_assert_cmpint (replay->options.where, ==, LT_RUN_IN_PROCESS);
  g_assert_cmpint (replay->options.nice, ==, 19);
  g_assert_false (replay->options.daemon);
  g_assert_cmpuint (g_list_model_get_n_items (lt_jobs_get_model (jobs)), ==, 0);
  lt_test_stop (jobs);
}

static void
test_format (void)
{
  g_assert_cmpint (lt_jobs_exchange_format ("a.json"), ==, LT_EXPORT_JSON);
  g_assert_cmpint (lt_jobs_exchange_format ("a.json.md"), ==, LT_EXPORT_MARKDOWN);
  g_assert_cmpint (lt_jobs_exchange_format ("a.csv"), ==, LT_EXPORT_CSV);
  g_assert_cmpint (lt_jobs_exchange_format ("json"), ==, LT_EXPORT_CSV);
}

/* What is searched for may be in the title, an argument or the state, in any case and order. */
static void
test_search (void)
{
  g_autoptr(LtJobs) jobs = lt_jobs_new ();
  HaulJob *job = start (jobs, "pi", "{'digits': <int64 1234>}", LT_RUN_IN_PROCESS, 19, FALSE);

  lt_test_run_until (has_ended, job, 30000);
  g_assert_true (lt_job_text_matches (job, (const char *[]) { "done", "pi", "1,234", NULL }));
  g_assert_true (lt_job_text_matches (job, (const char *[]) { "", NULL }));
  g_assert_false (lt_job_text_matches (job, (const char *[]) { "pi", "failed", NULL }));
  lt_test_stop (jobs);
}

int
main (int    argc,
      char **argv)
{
  lt_test_init (&argc, &argv);
  g_test_add_func ("/app/exchange/round-trip", test_round_trip);
  g_test_add_func ("/app/exchange/parse", test_parse);
  g_test_add_func ("/app/exchange/format", test_format);
  g_test_add_func ("/app/exchange/search", test_search);

  return g_test_run ();
}
