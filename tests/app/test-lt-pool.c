/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul/parent/haul-part-private.h"
#include "lt-job-row.h"
#include "lt-job-text.h"
#include "lt-pool-text.h"
#include "lt-pool-view.h"
#include "lt-test.h"
#include "lt-tiles.h"

static GListModel *
create_parts (guint n)
{
  GListStore *parts = g_list_store_new (HAUL_TYPE_PART);

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *title = g_strdup_printf ("Part %u", i + 1);
      g_autoptr(HaulPart) part = haul_part_new (title);

      g_list_store_append (parts, part);
    }
  return G_LIST_MODEL (parts);
}

static void
set_states (GListModel    *parts,
            guint          first,
            guint          end,
            HaulPartState  state)
{
  for (guint i = first; i < end; i++)
    {
      g_autoptr(HaulPart) part = g_list_model_get_item (parts, i);

      haul_part_set_state (part, state);
    }
}

static void
assert_texts (GListModel *parts,
              const char *brief,
              const char *spoken)
{
  g_autofree char *brief_now = NULL;
  g_autofree char *spoken_now = NULL;
  LtPartCount count;

  lt_pool_text_count (parts, &count);
  brief_now = lt_pool_text_short (&count);
  spoken_now = lt_pool_text_long (&count);
  g_assert_cmpstr (brief_now, ==, brief);
  g_assert_cmpstr (spoken_now, ==, spoken);
}

static void
test_texts (void)
{
  g_autoptr(GListModel) parts = create_parts (16);
  g_autoptr(HaulPart) part = g_list_model_get_item (parts, 7);
  g_autofree char *text = NULL;

  assert_texts (parts, "0 of 16 parts", "0 of 16 parts done");
  set_states (parts, 0, 6, HAUL_PART_DONE);
  set_states (parts, 6, 8, HAUL_PART_RUNNING);
  assert_texts (parts, "6 of 16 parts", "6 of 16 parts done, 2 running");
  set_states (parts, 6, 7, HAUL_PART_FAILED);
  set_states (parts, 8, 16, HAUL_PART_CANCELLED);
  assert_texts (parts, "6 of 16 parts", "6 of 16 parts done, 1 running, 1 failed, 8 canceled");

  haul_part_set_fraction (part, 0.62);
  text = lt_pool_text_part (part);
  g_assert_cmpstr (text, ==, "Part 8 · Running · 62\u202f%");
}

/* As many as fit stand for themselves; more are folded, and never drawn beside the strip. */
static void
test_cells (void)
{
  g_assert_cmpuint (lt_tiles_count_cells (300, 16), ==, 16);
  g_assert_cmpuint (lt_tiles_count_cells (237, 16), ==, 16);
  g_assert_cmpuint (lt_tiles_count_cells (236, 16), ==, 16);
  g_assert_cmpuint (lt_tiles_count_cells (300, 10000), ==, 60);
  g_assert_cmpuint (lt_tiles_count_cells (0, 10000), ==, 1);
  g_assert_cmpuint (lt_tiles_count_cells (300, 0), ==, 0);
  for (guint n = 1; n < 2000; n += 7)
    for (int width = 0; width < 600; width += 13)
      {
        g_assert_cmpuint (lt_tiles_count_cells (width, n), >=, 1);
        g_assert_cmpuint (lt_tiles_count_cells (width, n), <=, MAX ((guint) width, 1));
      }
}

/* The strip follows its parts, and lets go of them. */
static void
test_tiles (void)
{
  GListModel *parts = create_parts (2000);
  GtkWidget *window = gtk_window_new ();
  LtTiles *tiles = g_object_new (LT_TYPE_TILES, NULL);

  gtk_window_set_child (GTK_WINDOW (window), GTK_WIDGET (tiles));
  gtk_window_present (GTK_WINDOW (window));
  lt_tiles_set_parts (tiles, parts);
  set_states (parts, 0, 900, HAUL_PART_DONE);
  set_states (parts, 900, 1000, HAUL_PART_RUNNING);
  set_states (parts, 1000, 1001, HAUL_PART_FAILED);
  set_states (parts, 1500, 2000, HAUL_PART_CANCELLED);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  gtk_test_accessible_assert_property (tiles, GTK_ACCESSIBLE_PROPERTY_LABEL,
                                       "900 of 2000 parts done, 100 running, 1 failed, 500 canceled");
  g_list_store_remove_all (G_LIST_STORE (parts));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  gtk_window_destroy (GTK_WINDOW (window));
  g_assert_finalize_object (parts);
}

static gboolean
is_done (gpointer job)
{
  return haul_job_get_verdict (job) == HAUL_VERDICT_DONE;
}

static gboolean
is_running (gpointer job)
{
  return haul_job_get_state (job) == HAUL_JOB_RUNNING;
}

static gboolean
has_ended (gpointer job)
{
  return !haul_job_is_active (job);
}

static HaulJob *
start (LtJobs     *jobs,
       const char *arguments)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) parsed = g_variant_parse (G_VARIANT_TYPE_VARDICT, arguments, NULL, NULL, &error);
  HaulJob *job;

  g_assert_no_error (error);
  job = lt_jobs_start (jobs, haul_task_lookup ("sleep", NULL), parsed, &(LtJobOptions) { .where = LT_RUN_IN_POOL, .nice = 19 }, &error);
  g_assert_no_error (error);
  return job;
}

/* A held queue is said in the row; let go, the job runs. */
static void
test_held (void)
{
  g_autoptr(LtJobs) jobs = lt_jobs_new ();
  HaulPool *pool = lt_jobs_get_pool (jobs);
  GtkWidget *window = gtk_window_new ();
  LtPoolView *view = g_object_new (LT_TYPE_POOL_VIEW, NULL);
  HaulJob *job;
  g_autofree char *state = NULL;
  g_autofree char *spoken = NULL;
  g_autofree char *after = NULL;

  gtk_window_set_child (GTK_WINDOW (window), GTK_WIDGET (view));
  gtk_window_present (GTK_WINDOW (window));
  lt_pool_view_set_executor (view, HAUL_POOL_EXECUTOR (lt_jobs_get_executor (jobs, LT_RUN_IN_POOL)));
  haul_pool_set_held (pool, TRUE);
  job = start (jobs, "{'seconds': <0.0>}");
  g_assert_true (lt_jobs_find_pool (job) == pool);
  g_assert_true (lt_job_text_is_held (job));
  g_assert_false (lt_job_text_is_stalled (job));
  state = lt_job_text_state (job);
  g_assert_cmpstr (state, ==, "Waiting: the queue is held");
  spoken = lt_job_text_accessible (job);
  g_assert_true (g_str_has_prefix (spoken, "Sleep, waiting: the queue is held"));

  haul_pool_set_held (pool, FALSE);
  g_assert_false (lt_job_text_is_held (job));
  lt_test_run_until (is_done, job, 30000);
  after = lt_job_text_command (job);
  g_assert_true (g_str_has_suffix (after, " --executor pool"));
  lt_test_stop (jobs);
  gtk_window_destroy (GTK_WINDOW (window));
}

static gboolean
has_three (gpointer pool)
{
  return g_list_model_get_n_items (haul_pool_get_workers (pool)) == 3;
}

static gboolean
has_one (gpointer pool)
{
  return g_list_model_get_n_items (haul_pool_get_workers (pool)) == 1;
}

/* As many workers as are asked for, live, and no senseless number. */
static void
test_resize (void)
{
  g_autoptr(LtJobs) jobs = lt_jobs_new ();
  HaulPool *pool = lt_jobs_get_pool (jobs);
  HaulJob *first;
  HaulJob *last = NULL;

  g_assert_cmpuint (haul_pool_get_n_workers (pool), ==, haul_usable_cpus ());
  lt_jobs_resize_pool (jobs, 0);
  g_assert_cmpuint (haul_pool_get_n_workers (pool), ==, 1);
  lt_jobs_resize_pool (jobs, 100000);
  g_assert_cmpuint (haul_pool_get_n_workers (pool), ==, LT_MAX_WORKERS);
  lt_jobs_resize_pool (jobs, 1);

  first = start (jobs, "{'seconds': <600.0>}");
  for (guint i = 0; i < 2; i++)
    last = start (jobs, "{'seconds': <600.0>}");
  lt_test_run_until (is_running, first, 30000);
  lt_test_run_until (has_one, pool, 30000);
  lt_jobs_resize_pool (jobs, 3);
  lt_test_run_until (has_three, pool, 30000);
  lt_test_run_until (is_running, last, 30000);

  haul_job_cancel (first);
  lt_test_run_until (has_ended, first, 30000);
  g_assert_cmpint (haul_job_get_verdict (first), ==, HAUL_VERDICT_CANCELLED);
  g_assert_cmpint (haul_job_get_state (last), ==, HAUL_JOB_RUNNING);
  lt_test_stop (jobs);
}

int
main (int    argc,
      char **argv)
{
  lt_test_init (&argc, &argv);
  g_test_add_func ("/app/pool/texts", test_texts);
  g_test_add_func ("/app/pool/cells", test_cells);
  g_test_add_func ("/app/pool/tiles", test_tiles);
  g_test_add_func ("/app/pool/held", test_held);
  g_test_add_func ("/app/pool/resize", test_resize);
  return g_test_run ();
}
