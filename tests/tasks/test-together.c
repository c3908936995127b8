/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

/* The tasks whose threads or processes work together: on a number, and through a queue. */

#include "config.h"

#include <signal.h>
#include <string.h>

#include "haul-test.h"
#include "tasks/catalogue.h"

static const char * const places[] = { "serial", "thread", "process", "pool 1", "pool 2", "pool 4" };

static HaulExecutor *
make_executor (const char *name)
{
  if (g_str_equal (name, "serial"))
    return haul_serial_executor_new ();
  if (g_str_equal (name, "thread"))
    return haul_thread_executor_new ();
  if (g_str_has_prefix (name, "pool "))
    return haul_pool_executor_new (g_getenv ("HAUL_TEST_WORKER"), g_ascii_digit_value (name[5]));
  return haul_process_executor_new (g_getenv ("HAUL_TEST_WORKER"));
}

static HaulJob *
start (HaulExecutor *executor,
       const char   *task,
       const char   *arguments)
{
  HaulJob *job = haul_test_job_new_for_task (haul_task_lookup (task, NULL), arguments);

  haul_test_submit (executor, job);
  return job;
}

/* The cells of its result, line by line. */
static GPtrArray *
finish (HaulJob *job)
{
  GPtrArray *rows = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);
  g_autofree char *text = NULL;
  g_auto(GStrv) lines = NULL;

  haul_test_wait_ended (job);
  if (haul_job_get_error (job) != NULL)
    g_error ("%s", haul_job_get_error (job)->message);
  haul_test_assert_verdict (job, HAUL_VERDICT_DONE);
  g_assert_cmpfloat (haul_job_get_fraction (job), ==, 1);
  text = haul_test_result_text (job);
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL && lines[i][0] != '\0'; i++)
    g_ptr_array_add (rows, g_strsplit (lines[i], "\t", -1));
  return rows;
}

static guint64
get_number (GPtrArray *rows,
            guint      row,
            guint      column)
{
  char **cells = g_ptr_array_index (rows, row);

  g_assert_cmpuint (g_strv_length (cells), >, column);
  return g_ascii_strtoull (cells[column], NULL, 10);
}

/* Tests of the counter. */

/* Gives how many were lost. */
static guint64
count (HaulExecutor *executor,
       guint         adders,
       guint         increments,
       const char   *protection)
{
  g_autofree char *arguments = g_strdup_printf ("{'adders': <int64 %u>, 'increments': <int64 %u>, 'protection': <'%s'>}",
                                                adders, increments, protection);
  g_autoptr(HaulJob) job = start (executor, "counter", arguments);
  g_autoptr(GPtrArray) rows = finish (job);
  guint64 expected = (guint64) adders * increments;

  g_assert_cmpuint (rows->len, ==, 2);
  g_assert_cmpuint (get_number (rows, 1, 0), ==, expected);
  g_assert_cmpuint (get_number (rows, 1, 1), <=, expected);
  g_assert_cmpuint (get_number (rows, 1, 1), >, 0);
  g_assert_cmpuint (get_number (rows, 1, 2), ==, expected - get_number (rows, 1, 1));
  return get_number (rows, 1, 2);
}

static void
test_protected (void)
{
  static const char * const protections[] = { "lock", "atomic" };

  haul_test_begin ();
  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_autoptr(HaulExecutor) executor = make_executor (places[i]);

      for (guint p = 0; p < G_N_ELEMENTS (protections); p++)
        {
          g_assert_cmpuint (count (executor, 1, 5000, protections[p]), ==, 0);
          g_assert_cmpuint (count (executor, 4, 50000, protections[p]), ==, 0);
          g_assert_cmpuint (count (executor, 30, 1, protections[p]), ==, 0);
          g_assert_cmpuint (count (executor, 64, 1000, protections[p]), ==, 0);
        }
      haul_test_shutdown (executor, HAUL_SHUTDOWN_TERMINATE);
    }
  haul_test_assert_clean ();
}

/* Who adds without protection may be lucky; not twenty times in a row with four million. */
static void
test_lost (gconstpointer place)
{
  g_autoptr(HaulExecutor) executor = NULL;
  guint64 lost = 0;

  haul_test_begin ();
  executor = make_executor (place);
  g_assert_cmpuint (count (executor, 1, 100000, "none"), ==, 0);
  for (guint i = 0; i < 20 && lost == 0; i++)
    lost = count (executor, 4, 1000000, "none");
  g_test_message ("lost %" G_GUINT64_FORMAT " of 4000000", lost);
  g_assert_cmpuint (lost, >, 0);
  haul_test_shutdown (executor, HAUL_SHUTDOWN_TERMINATE);
  g_clear_object (&executor);
  haul_test_assert_clean ();
}

static guint
count_threads (int pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/task", pid);
  g_autoptr(GDir) dir = g_dir_open (path, 0, NULL);
  guint n = 0;

  g_assert_nonnull (dir);
  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static gboolean
has_one_thread (gpointer data)
{
  return count_threads (GPOINTER_TO_INT (data)) == 1;
}

/* In a pool with one worker threads do it, and none is left behind. */
static void
test_threads_end (void)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(GVariant) pids = NULL;
  gint32 pid;

  haul_test_begin ();
  executor = make_executor ("pool 1");
  for (guint i = 0; i < 5; i++)
    {
      g_assert_cmpuint (count (executor, 8, 10000, "atomic"), ==, 0);
      g_clear_pointer (&pids, g_variant_unref);
      pids = haul_pool_dup_pids (haul_pool_executor_get_pool (HAUL_POOL_EXECUTOR (executor)));
      g_assert_cmpuint (g_variant_n_children (pids), ==, 1);
      g_variant_get_child (pids, 0, "i", &pid);
      /* The kernel takes a thread off the list a moment after who joined it goes on. */
      haul_test_poll_until (has_one_thread, GINT_TO_POINTER (pid), HAUL_TEST_SOON_MS);
    }
  haul_test_shutdown (executor, HAUL_SHUTDOWN_TERMINATE);
  g_clear_object (&executor);
  haul_test_assert_clean ();
}

/* Tests of producers and consumers. */

typedef struct
{
  guint producers;
  guint consumers;
  guint items;
  guint size;
  guint capacity;
} Shape;

static char *
describe (const Shape *shape)
{
  return g_strdup_printf ("{'producers': <int64 %u>, 'consumers': <int64 %u>, 'items': <int64 %u>, 'size': <int64 %u>, 'capacity': <int64 %u>}",
                          shape->producers, shape->consumers, shape->items, shape->size, shape->capacity);
}

static void
assert_shape (const Shape *shape,
              HaulJob     *job)
{
  g_autoptr(GPtrArray) rows = finish (job);
  guint64 made = 0, taken = 0;
  guint n = shape->producers + shape->consumers;

  g_assert_cmpuint (rows->len, ==, n + 2);
  for (guint i = 1; i <= n; i++)
    {
      char **cells = g_ptr_array_index (rows, i);
      gboolean makes = i <= shape->producers;
      g_autofree char *who = g_strdup_printf (makes ? "Producer %u" : "Consumer %u", makes ? i : i - shape->producers);

      g_assert_cmpstr (cells[0], ==, who);
      g_assert_cmpuint (get_number (rows, i, 1), >, 1);
      *(makes ? &made : &taken) += get_number (rows, i, 2);
    }
  g_assert_cmpuint (made, ==, shape->items);
  g_assert_cmpuint (taken, ==, shape->items);
  g_assert_cmpuint (get_number (rows, n + 1, 2), <=, shape->capacity);
}

static void
test_shapes (gconstpointer place)
{
  static const Shape shapes[] = {
    { 1, 1, 1, 16, 1 }, { 2, 2, 20000, 100, 100 }, { 1, 5, 3000, 16, 1 }, { 5, 1, 3000, 16, 1 }, { 4, 4, 40, 1024 * 1024, 1000000 },
    { 32, 32, 5000, 20, 3 }, { 3, 7, 2, 16, 10 },
  };
  g_autoptr(HaulExecutor) executor = NULL;

  haul_test_begin ();
  executor = make_executor (place);
  for (guint i = 0; i < G_N_ELEMENTS (shapes); i++)
    {
      g_autofree char *arguments = describe (&shapes[i]);
      g_autoptr(HaulJob) job = start (executor, "producers-consumers", arguments);

      assert_shape (&shapes[i], job);
    }
  haul_test_shutdown (executor, HAUL_SHUTDOWN_TERMINATE);
  g_clear_object (&executor);
  haul_test_assert_clean ();
}

/* Several such jobs share a pool that is too small for the stations of one: nobody waits for who cannot begin. */
static void
test_crowd (void)
{
  static const Shape shape = { 3, 6, 2000, 50, 2 };
  g_autofree char *arguments = describe (&shape);

  haul_test_begin ();
  for (guint workers = 1; workers <= 4; workers++)
    {
      g_autofree char *place = g_strdup_printf ("pool %u", workers);
      g_autoptr(HaulExecutor) executor = make_executor (place);
      g_autoptr(GPtrArray) jobs = g_ptr_array_new_with_free_func (g_object_unref);

      for (guint i = 0; i < 6; i++)
        g_ptr_array_add (jobs, start (executor, "producers-consumers", arguments));
      for (guint i = 0; i < jobs->len; i++)
        assert_shape (&shape, jobs->pdata[i]);
      haul_test_shutdown (executor, HAUL_SHUTDOWN_TERMINATE);
    }
  haul_test_assert_clean ();
}

static gboolean
has_begun (gpointer data)
{
  return haul_job_get_fraction (data) > 0 || !haul_job_is_active (data);
}

/* How soon is printed and not judged: a busy machine makes all of it late. */
static void
test_cancel (void)
{
  static const Shape shape = { 2, 2, 10000000, 100, 10 };
  g_autofree char *arguments = describe (&shape);

  haul_test_begin ();
  for (guint i = 1; i < G_N_ELEMENTS (places); i++)
    {
      g_autoptr(HaulExecutor) executor = make_executor (places[i]);
      g_autoptr(HaulJob) job = start (executor, "producers-consumers", arguments);

      haul_test_run_until (has_begun, job, HAUL_TEST_SOON_MS);
      haul_job_cancel (job);
      haul_test_wait_ended (job);
      haul_test_assert_verdict (job, HAUL_VERDICT_CANCELLED);
      g_test_message ("%s: %.1f ms from cancel to the end", places[i],
                      (haul_job_get_stamp (job, HAUL_STAMP_JOINED) - haul_job_get_stamp (job, HAUL_STAMP_CANCEL_SENT)) / 1e3);
      haul_test_shutdown (executor, HAUL_SHUTDOWN_TERMINATE);
    }
  haul_test_assert_clean ();
}

static int
find_busy (HaulJob *job,
           guint    n)
{
  g_autoptr(HaulPart) part = g_list_model_get_item (haul_job_get_parts (job), n);

  return part != NULL && haul_part_get_state (part) == HAUL_PART_RUNNING && haul_part_get_fraction (part) > 0
         ? haul_part_get_pid (part) : 0;
}

static gboolean
are_busy (gpointer data)
{
  return !haul_job_is_active (data) || (find_busy (data, 0) != 0 && find_busy (data, 1) != 0);
}

/* Either station may be killed: the job ends and says which, and the next one fares well. */
static void
test_kill (void)
{
  static const Shape large = { 1, 2, 10000000, 100, 10 }, small = { 1, 2, 1000, 100, 10 };
  g_autofree char *large_text = describe (&large);
  g_autofree char *small_text = describe (&small);

  haul_test_begin ();
  for (guint i = 0; i < 10; i++)
    {
      g_autoptr(HaulExecutor) executor = make_executor ("pool 2");
      g_autoptr(HaulJob) job = start (executor, "producers-consumers", large_text);
      g_autoptr(HaulJob) next = NULL;
      int pid;

      haul_test_run_until (are_busy, job, HAUL_TEST_SOON_MS);
      pid = find_busy (job, i % 2);
      g_assert_cmpint (pid, >, 1);
      g_assert_cmpint (kill (pid, SIGKILL), ==, 0);
      haul_test_wait_ended (job);
      haul_test_assert_verdict (job, HAUL_VERDICT_CRASHED);
      haul_test_assert_contains (haul_job_get_error (job)->message, "SIGKILL");

      next = start (executor, "producers-consumers", small_text);
      assert_shape (&small, next);
      haul_test_shutdown (executor, HAUL_SHUTDOWN_TERMINATE);
    }
  haul_test_assert_clean ();
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);
  haul_tasks_register (haul_catalogue);

  g_test_add_func ("/together/counter/protected", test_protected);
  g_test_add_data_func ("/together/counter/lost-by-threads", "thread", test_lost);
  g_test_add_data_func ("/together/counter/lost-by-processes", "pool 4", test_lost);
  g_test_add_func ("/together/counter/threads-end", test_threads_end);
  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_autofree char *path = g_strdup_printf ("/together/queue/%s", places[i]);

      g_test_add_data_func (g_strdelimit (path, " ", '-'), places[i], test_shapes);
    }
  g_test_add_func ("/together/queue/crowd", test_crowd);
  g_test_add_func ("/together/queue/cancel", test_cancel);
  g_test_add_func ("/together/queue/kill", test_kill);
  return g_test_run ();
}
