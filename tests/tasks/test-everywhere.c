/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

/* The tasks in every executor: each gives the same result, and ends soon when somebody wants it to. */

#include "config.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <unistd.h>

#include "haul-test.h"
#include "haul/worker/haul-plan.h"
#include "tasks/catalogue.h"

typedef struct
{
  const char *task;
  const char *small;   /* arguments with which it is done soon, and is divided … */
  const char *large;   /* … and with which it takes long */
} Row;

static const Row rows[] = {
  { "counter", "{'protection': <'lock'>, 'increments': <int64 20000>}", "{'protection': <'lock'>, 'increments': <int64 1000000000>}" },
  { "fibonacci", "{'n': <int64 30>, 'count': <int64 20>}", "{'n': <int64 60>}" },
  { "hash", "{'path': <'/usr/include/glib-2.0'>}", "{'path': <'/usr/lib'>, 'algorithm': <'sha512'>}" },
  { "mandelbrot", "{'width': <int64 500>, 'height': <int64 400>}", "{'width': <int64 5000>, 'height': <int64 5000>, 'iterations': <int64 100000>}" },
  { "matrix", "{'size': <int64 401>}", "{'size': <int64 3000>}" },
  { "montecarlo-pi", "{'points': <int64 30000000>}", "{'points': <int64 100000000000>}" },
  { "primes", "{'to': <int64 100000000>}", "{'to': <int64 1000000000000>}" },
  { "wordcount", "{'path': <'SMALL'>}", "{'path': <'LARGE'>}" },
};

/* For tasks that read: SMALL and LARGE in their arguments are files in here. */
static char *dir;

static void
make_files (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GString) text = g_string_new (NULL);
  g_autofree char *small = NULL;
  g_autofree char *large = NULL;

  dir = g_dir_make_tmp ("haul-tasks-XXXXXX", &error);
  g_assert_no_error (error);
  small = g_build_filename (dir, "SMALL", NULL);
  large = g_build_filename (dir, "LARGE", NULL);
  for (guint i = 0; text->len < 5 * 1024 * 1024; i++)
    g_string_append_printf (text, "a line with %c and %c%c\n", 'a' + i % 26, 'a' + i % 7, 'a' + i % 11);
  g_file_set_contents (small, text->str, text->len, &error);
  g_assert_no_error (error);
  /* Zeros, of which the disk has none. */
  g_file_set_contents (large, "", 0, &error);
  g_assert_no_error (error);
  g_assert_cmpint (truncate (large, G_GINT64_CONSTANT (64) * 1024 * 1024 * 1024), ==, 0);
}

static void
remove_files (void)
{
  static const char * const names[] = { "SMALL", "LARGE" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (dir, names[i], NULL);

      g_assert_cmpint (g_unlink (path), ==, 0);
    }
  g_assert_cmpint (g_rmdir (dir), ==, 0);
  g_clear_pointer (&dir, g_free);
}

static HaulJob *
make_job (const Row  *row,
          const char *arguments)
{
  g_autoptr(GString) text = g_string_new (arguments);
  g_autofree char *small = g_build_filename (dir, "SMALL", NULL);
  g_autofree char *large = g_build_filename (dir, "LARGE", NULL);

  g_string_replace (text, "SMALL", small, 0);
  g_string_replace (text, "LARGE", large, 0);
  return haul_test_job_new_for_task (haul_task_lookup (row->task, NULL), text->str);
}

static HaulExecutor *
make_executor (const char *name)
{
  if (g_str_equal (name, "serial"))
    return haul_serial_executor_new ();
  if (g_str_equal (name, "thread"))
    return haul_thread_executor_new ();
  if (g_str_equal (name, "pool"))
    return haul_pool_executor_new (g_getenv ("HAUL_TEST_WORKER"), 2);
  return haul_process_executor_new (g_getenv ("HAUL_TEST_WORKER"));
}

static GBytes *
run (const Row  *row,
     const char *where,
     double     *ret_total)
{
  g_autoptr(HaulExecutor) executor = make_executor (where);
  g_autoptr(HaulJob) job = make_job (row, row->small);
  GBytes *result;

  haul_job_set_seed (job, 4);
  haul_test_submit (executor, job);
  haul_test_wait_ended (job);
  if (haul_job_get_error (job) != NULL)
    g_error ("%s in %s: %s", row->task, where, haul_job_get_error (job)->message);
  haul_test_assert_verdict (job, HAUL_VERDICT_DONE);
  g_assert_cmpfloat (haul_job_get_fraction (job), ==, 1);
  result = haul_job_dup_result (job);
  *ret_total = haul_job_get_total (job);
  haul_test_shutdown (executor, HAUL_SHUTDOWN_TERMINATE);
  return result;
}

static void
test_same (gconstpointer user_data)
{
  static const char * const others[] = { "thread", "process", "pool" };
  const Row *row = user_data;
  g_autoptr(GBytes) expected = NULL;
  double expected_total;

  haul_test_begin ();
  expected = run (row, "serial", &expected_total);
  g_assert_cmpuint (g_bytes_get_size (expected), >, 0);
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    {
      double total;
      g_autoptr(GBytes) result = run (row, others[i], &total);

      g_assert_cmpmem (g_bytes_get_data (result, NULL), g_bytes_get_size (result),
                       g_bytes_get_data (expected, NULL), g_bytes_get_size (expected));
      g_assert_cmpfloat (total, ==, expected_total);
    }
  haul_test_assert_clean ();
}

static gboolean
has_tiles (gpointer data)
{
  return haul_job_get_n_tiles (data) >= 3 || !haul_job_is_active (data);
}

/* A picture can be seen before it is whole. */
static void
test_tiles (gconstpointer user_data)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) job = NULL;
  g_autoptr(GBytes) pixels = NULL;
  const guint8 *first;
  guint width, height;

  haul_test_begin ();
  executor = make_executor (user_data);
  job = haul_test_job_new_for_task (haul_task_lookup ("mandelbrot", NULL),
                                    "{'width': <int64 3000>, 'height': <int64 1500>, 'iterations': <int64 50000>, 'palette': <'gray'>}");
  haul_test_submit (executor, job);
  haul_test_run_until (has_tiles, job, HAUL_TEST_SOON_MS);
  pixels = haul_job_dup_picture (job, &width, &height);
  g_assert_nonnull (pixels);
  g_assert_cmpuint (width, ==, 1000);
  g_assert_cmpuint (height, ==, 500);
  g_assert_cmpuint (g_bytes_get_size (pixels), ==, 3 * width * height);
  first = g_bytes_get_data (pixels, NULL);
  g_assert_true (first[0] > 0 && first[0] == first[1] && first[1] == first[2]);
  haul_job_cancel (job);
  haul_test_wait_ended (job);
  haul_test_shutdown (executor, HAUL_SHUTDOWN_TERMINATE);
  g_clear_object (&executor);
  haul_test_assert_clean ();
}

static gboolean
has_begun (gpointer data)
{
  return haul_job_get_fraction (data) > 0 || !haul_job_is_active (data);
}

/* How soon is printed and not judged: a busy machine makes all of it late. */
static void
test_cancel (gconstpointer user_data)
{
  static const char * const names[] = { "thread", "process", "pool" };
  const Row *row = user_data;

  haul_test_begin ();
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr(HaulExecutor) executor = make_executor (names[i]);
      g_autoptr(HaulJob) job = make_job (row, row->large);

      haul_test_submit (executor, job);
      haul_test_run_until (has_begun, job, HAUL_TEST_SOON_MS);
      haul_job_cancel (job);
      haul_test_wait_ended (job);
      haul_test_assert_verdict (job, HAUL_VERDICT_CANCELLED);
      g_test_message ("%s in %s: %.1f ms from cancel to the end", row->task, names[i],
                      (haul_job_get_stamp (job, HAUL_STAMP_JOINED) - haul_job_get_stamp (job, HAUL_STAMP_CANCEL_SENT)) / 1e3);
      haul_test_shutdown (executor, HAUL_SHUTDOWN_TERMINATE);
    }
  haul_test_assert_clean ();
}

/* The pid of a worker that has said how far it is with its part; 0: none has yet. What a worker was sent
 * and has not begun goes to another when it dies, so that would be no test. */
static int
find_busy (HaulJob *job)
{
  GListModel *parts = haul_job_get_parts (job);

  for (guint i = 0; i < g_list_model_get_n_items (parts); i++)
    {
      g_autoptr(HaulPart) part = g_list_model_get_item (parts, i);

      if (haul_part_get_state (part) == HAUL_PART_RUNNING && haul_part_get_fraction (part) > 0)
        return haul_part_get_pid (part);
    }
  return 0;
}

static gboolean
has_busy (gpointer data)
{
  return find_busy (data) != 0 || !haul_job_is_active (data);
}

/* Kills who is at a part until that ends the job: a part may have ended just before. */
static gboolean
is_killed (gpointer data)
{
  int pid = find_busy (data);

  if (!haul_job_is_active (data))
    return TRUE;
  if (pid > 1)
    (void) kill (pid, SIGKILL);
  return FALSE;
}

/* Who kills the worker of a part ends the job, which says so; and the next one fares well. */
static void
test_kill (gconstpointer user_data)
{
  const Row *row = user_data;
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) job = NULL;
  g_autoptr(HaulJob) next = NULL;

  haul_test_begin ();
  executor = make_executor ("pool");
  job = make_job (row, row->large);
  haul_test_submit (executor, job);
  haul_test_run_until (has_busy, job, HAUL_TEST_SOON_MS);
  haul_test_run_until (is_killed, job, HAUL_TEST_SOON_MS);
  haul_test_assert_verdict (job, HAUL_VERDICT_CRASHED);
  g_assert_cmpint (haul_job_get_exit_signal (job), ==, SIGKILL);

  next = make_job (row, row->small);
  haul_test_submit (executor, next);
  haul_test_wait_ended (next);
  haul_test_assert_verdict (next, HAUL_VERDICT_DONE);
  haul_test_shutdown (executor, HAUL_SHUTDOWN_TERMINATE);
  g_clear_object (&executor);
  haul_test_assert_clean ();
}

static void
freed_cb (gpointer freed)
{
  *(gboolean *) freed = TRUE;
}

/* What a task was divided by goes with its plan. */
static void
test_divided_and_freed (void)
{
  haul_test_begin ();
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(HaulJob) job = make_job (&rows[i], rows[i].small);
      g_autoptr(GBytes) bytes = g_variant_get_data_as_bytes (haul_job_get_arguments (job));
      g_autofree guint8 *copy = g_memdup2 (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
      gboolean freed = FALSE;
      GVariant *arguments = g_variant_new_from_data (G_VARIANT_TYPE_VARDICT, copy, g_bytes_get_size (bytes), TRUE,
                                                     freed_cb, &freed);
      HaulPlan *plan = NULL;

      g_variant_ref_sink (arguments);
      plan = haul_job_get_task (job)->divide (arguments, 2);
      g_assert_nonnull (plan);
      haul_plan_free (plan);
      g_variant_unref (arguments);
      if (!freed)
        g_error ("%s keeps its arguments", rows[i].task);
    }
  haul_test_assert_clean ();
}

int
main (int    argc,
      char **argv)
{
  int status;

  haul_test_init (&argc, &argv);
  haul_tasks_register (haul_catalogue);
  make_files ();
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *same = g_strdup_printf ("/everywhere/%s/same", rows[i].task);
      g_autofree char *cancel = g_strdup_printf ("/everywhere/%s/cancel", rows[i].task);
      g_autofree char *death = g_strdup_printf ("/everywhere/%s/kill", rows[i].task);

      g_test_add_data_func (same, &rows[i], test_same);
      g_test_add_data_func (cancel, &rows[i], test_cancel);
      g_test_add_data_func (death, &rows[i], test_kill);
    }
  g_test_add_func ("/everywhere/divided-and-freed", test_divided_and_freed);
  g_test_add_data_func ("/everywhere/tiles/process", "process", test_tiles);
  g_test_add_data_func ("/everywhere/tiles/thread", "thread", test_tiles);
  g_test_add_data_func ("/everywhere/tiles/pool", "pool", test_tiles);
  status = g_test_run ();
  remove_files ();
  return status;
}
