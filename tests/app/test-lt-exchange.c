/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-job-text.h"
#include "lt-jobs-exchange.h"
#include "lt-jobs-picture.h"
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

static guint
count_parts (const char *text,
             const char *part)
{
  guint n = 0;

  for (const char *p = strstr (text, part); p != NULL; p = strstr (p + 1, part))
    n++;
  return n;
}

static void
assert_well_formed (const char *svg)
{
  static const GMarkupParser parser = { NULL };
  g_autoptr(GMarkupParseContext) context = g_markup_parse_context_new (&parser, 0, NULL, NULL);
  g_autoptr(GError) error = NULL;

  (void) (g_markup_parse_context_parse (context, svg, -1, &error) && g_markup_parse_context_end_parse (context, &error));
  g_assert_no_error (error);
}

static gboolean
is_running (gpointer job)
{
  return haul_job_get_state (job) == HAUL_JOB_RUNNING;
}

/* One document with all that is seen: a shape and words for each state, bars for what runs, and nothing from outside. */
static void
test_picture (void)
{
  g_autoptr(LtJobs) jobs = lt_jobs_new ();
  g_autofree char *svg = NULL, *mirrored = NULL, *csv = NULL;
  GListModel *model = lt_jobs_get_model (jobs);
  HaulJob *done = start (jobs, "pi", "{'digits': <int64 1234>}", LT_RUN_IN_PROCESS, 19, FALSE);
  HaulJob *failed = start (jobs, "command", "{'command': <'false \"<b>&\"'>}", LT_RUN_IN_PROCESS, 19, FALSE);
  HaulJob *arabic = start (jobs, "command", "{'command': <'true \330\250\330\255\330\253'>}", LT_RUN_IN_PROCESS, 19, FALSE);
  HaulJob *runs = start (jobs, "sleep", "{'seconds': <600.0>}", LT_RUN_IN_PROCESS, 19, FALSE);

  lt_test_run_until (has_ended, done, 30000);
  lt_test_run_until (has_ended, failed, 30000);
  lt_test_run_until (has_ended, arabic, 30000);
  lt_test_run_until (is_running, runs, 30000);
  svg = lt_jobs_exchange_to_text (model, "jobs.svg");
  mirrored = lt_jobs_picture_to_svg (model, TRUE);
  csv = lt_jobs_exchange_to_text (model, "jobs.csv");

  assert_well_formed (svg);
  assert_well_formed (mirrored);
  g_assert_cmpuint (count_parts (svg, "  <path class="), ==, 4);
  g_assert_cmpuint (count_parts (svg, "\"bad-sign\""), ==, 1);
  g_assert_cmpuint (count_parts (svg, "\"good-sign\""), ==, 2);
  g_assert_cmpuint (count_parts (svg, "\"accent-sign\""), ==, 1);
  g_assert_nonnull (strstr (svg, ">Calculate Pi</text>"));
  g_assert_nonnull (strstr (svg, "Failed \302\267 "));
  g_assert_nonnull (strstr (svg, "false &quot;&lt;b&gt;&amp;"));
  g_assert_null (strstr (svg, "<b>"));
  g_assert_null (strstr (svg, "href"));
  g_assert_nonnull (strstr (svg, "\330\250\330\255\330\253"));
  g_assert_nonnull (strstr (svg, "Sleep, running"));   /* for who does not see it */
  g_assert_nonnull (strstr (svg, "<title id=\"title\">4 jobs</title>"));
  g_assert_nonnull (strstr (mirrored, "text-anchor=\"end\">Calculate Pi</text>"));
  g_assert_true (g_str_has_prefix (csv, "queued,"));
  lt_test_stop (jobs);
}

/* More than there is room for is said, and text that is written from right to left stays apart from what is beside it. */
static void
test_picture_bounds (void)
{
  g_autoptr(LtJobs) jobs = lt_jobs_new ();
  g_autoptr(GListStore) many = g_list_store_new (HAUL_TYPE_JOB);
  g_autoptr(GListStore) none = g_list_store_new (HAUL_TYPE_JOB);
  g_autoptr(HaulJob) job = haul_job_new (haul_task_lookup ("command", NULL),
                                         g_variant_new_parsed ("{'command': <'\330\250\330\255\330\253'>}"), NULL);
  g_autofree char *svg = NULL, *empty = NULL;

  for (guint i = 0; i < LT_JOBS_PICTURE_MAX + 34; i++)
    g_list_store_append (many, job);
  svg = lt_jobs_picture_to_svg (G_LIST_MODEL (many), FALSE);
  empty = lt_jobs_picture_to_svg (G_LIST_MODEL (none), FALSE);
  assert_well_formed (svg);
  assert_well_formed (empty);
  g_assert_cmpuint (count_parts (svg, "  <path class="), ==, LT_JOBS_PICTURE_MAX);
  g_assert_nonnull (strstr (svg, ">Showing 200 of 234 jobs</text>"));
  g_assert_nonnull (strstr (svg, "\342\201\250\330\250\330\255\330\253"));
  g_assert_nonnull (strstr (empty, ">0 jobs</text>"));
  lt_test_stop (jobs);
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
  g_test_add_func ("/app/exchange/picture", test_picture);
  g_test_add_func ("/app/exchange/picture-bounds", test_picture_bounds);
  g_test_add_func ("/app/exchange/search", test_search);

  return g_test_run ();
}
