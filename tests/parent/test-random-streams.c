/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <string.h>

#include "test-pool-util.h"

#include "haul/parent/haul-executor.h"
#include "haul/parent/haul-job.h"

/* Who draws which random numbers: the same ones with the same seed, wherever it runs and whoever else
 * does, and others than anybody else. */

#define SEED 73

static const char * const executors[] = { "serial", "thread", "process", "forkserver", "pool 1", "pool 2", "pool 4" };

static HaulExecutor *
make_executor (const char *name)
{
  HaulExecutor *executor;

  if (g_str_has_prefix (name, "pool "))
    return haul_test_pool_executor_new (g_ascii_digit_value (name[5]));
  if (!g_str_equal (name, "forkserver"))
    return haul_test_executor_new_named (name);

  executor = haul_test_process_executor_new ();
  haul_process_executor_set_start_method (HAUL_PROCESS_EXECUTOR (executor), HAUL_START_FORK_SERVER);
  return executor;
}

/* The first three numbers of a stream. */
static char *
expect (guint64 seed,
        guint64 stream)
{
  g_autoptr(HaulRandom) random = haul_random_new (seed, stream);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < 3; i++)
    g_string_append_printf (text, "%016" G_GINT64_MODIFIER "x ", haul_random_next (random));
  return g_string_free (text, FALSE);
}

static char *
run (HaulExecutor *executor,
     const char   *task,
     guint64       seed)
{
  g_autoptr(HaulJob) job = haul_test_job_new (task, NULL);

  haul_job_set_seed (job, seed);
  g_assert_cmpuint (haul_job_get_seed (job), ==, seed);
  haul_test_submit (executor, job);
  haul_test_wait_ended (job);
  haul_test_assert_verdict (job, HAUL_VERDICT_DONE);
  return haul_test_result_text (job);
}

static void
test_everywhere (void)
{
  g_autofree char *whole = expect (SEED, 0);
  g_autoptr(GString) pieces = g_string_new (NULL);

  haul_test_begin ();
  for (guint i = 0; i < 5; i++)
    {
      g_autofree char *piece = expect (haul_random_derive (SEED, 0), i);

      g_string_append (pieces, piece);
    }

  for (guint i = 0; i < G_N_ELEMENTS (executors); i++)
    {
      g_autoptr(HaulExecutor) executor = make_executor (executors[i]);
      g_autofree char *first = run (executor, "random", SEED);
      g_autofree char *second = run (executor, "random", SEED);
      g_autofree char *other = run (executor, "random", SEED + 1);
      g_autofree char *divided = run (executor, "random-pieces", SEED);

      g_test_message ("%s", executors[i]);
      g_assert_cmpstr (first, ==, whole);
      g_assert_cmpstr (second, ==, whole);
      g_assert_cmpstr (other, !=, whole);
      g_assert_cmpstr (divided, ==, pieces->str);
    }
  haul_test_assert_clean ();
}

/* A seed is drawn for a job that was given none. */
static void
test_drawn (void)
{
  g_autoptr(HaulJob) one = haul_test_job_new ("random", NULL);
  g_autoptr(HaulJob) two = haul_test_job_new ("random", NULL);
  g_autoptr(HaulBatch) batch = pool_batch ("random", 1, "{}");
  g_autoptr(HaulBatch) other = pool_batch ("random", 1, "{}");

  g_assert_cmpuint (haul_job_get_seed (one), !=, haul_job_get_seed (two));
  g_assert_cmpuint (haul_batch_get_seed (batch), !=, haul_batch_get_seed (other));
}

/* A worker that was forked has inherited the generators of the C library and of GLib. */
static void
test_process (void)
{
  static const char * const names[] = { "process", "forkserver", "pool 1", "pool 4" };
  g_autofree char *expected = NULL;

  haul_test_begin ();
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr(HaulExecutor) executor = make_executor (names[i]);
      g_autofree char *first = run (executor, "process-random", SEED);
      g_autofree char *other = run (executor, "process-random", SEED + 1);
      g_autofree char *second = run (executor, "process-random", SEED);

      if (expected == NULL)
        expected = g_strdup (first);
      g_assert_cmpstr (first, ==, expected);
      g_assert_cmpstr (second, ==, expected);
      g_assert_cmpstr (other, !=, expected);
    }
  haul_test_assert_clean ();
}

/* All texts of a batch: none is like another. */
static char *
collect (HaulPool  *pool,
         HaulBatch *batch,
         guint      n)
{
  g_autoptr(Watched) watched = pool_watch (g_object_ref (batch));
  g_autoptr(GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  GString *all = g_string_new (NULL);

  pool_submit (pool, watched);
  pool_wait (watched);
  g_assert_no_error (watched->error);
  for (guint i = 0; i < n; i++)
    {
      const char *text = pool_text (watched, i);

      g_assert_cmpint (text[0], !=, '\0');
      g_assert_true (g_hash_table_add (seen, (gpointer) text));
      g_string_append_printf (all, "%s\n", text);
    }
  return g_string_free (all, FALSE);
}

/* Item i has stream i, whoever runs it; and rand() goes with it once somebody has set a seed. */
static void
test_items (void)
{
  static const char * const tasks[] = { "random", "process-random" };

  haul_test_begin ();
  for (guint t = 0; t < G_N_ELEMENTS (tasks); t++)
    {
      g_autofree char *expected = NULL;
      g_autofree char *third = expect (SEED, 1000 + 2);

      for (guint n_workers = 1; n_workers <= 4; n_workers *= 2)
        {
          g_autoptr(HaulPool) pool = pool_new (n_workers);
          g_autoptr(HaulBatch) batch = pool_batch (tasks[t], 200, "{}");
          g_autofree char *all = NULL;

          haul_batch_set_seed (batch, SEED, 1000);
          g_assert_cmpuint (haul_batch_get_seed (batch), ==, SEED);
          all = collect (pool, batch, 200);
          if (expected == NULL)
            expected = g_strdup (all);
          g_assert_cmpstr (all, ==, expected);
          if (t == 0)
            haul_test_assert_contains (all, third);
          pool_normal (pool);
        }
    }
}

/* Of a batch that nobody seeded no two items draw the same, and no two workers. */
static void
test_unseeded (void)
{
  g_autoptr(HaulPool) pool = NULL;
  g_autoptr(HaulBatch) batch = NULL;
  g_autoptr(HaulBatch) other = NULL;
  g_autofree char *streams = NULL;
  g_autofree char *numbers = NULL;

  haul_test_begin ();
  pool = pool_new (4);
  batch = pool_batch ("random", 200, "{}");
  other = pool_batch ("process-random", 200, "{}");
  streams = collect (pool, batch, 200);
  numbers = collect (pool, other, 200);
  g_assert_cmpstr (streams, !=, numbers);
  pool_normal (pool);
}

/* An item that is tried again draws what it drew before. */
static void
test_again (void)
{
  g_autoptr(HaulPool) pool = NULL;
  g_autoptr(HaulBatch) batch = NULL;
  g_autoptr(Watched) watched = NULL;
  g_autofree char *dir = pool_dir_new ();
  g_autofree char *format = g_strdup_printf ("{'path': <'%s/%%d'>}", dir);
  g_autofree char *expected = expect (SEED, 0);

  haul_test_begin ();
  pool = pool_new (1);
  batch = pool_batch ("random-dies-once", 1, format);
  haul_batch_set_seed (batch, SEED, 0);
  haul_batch_set_retries (batch, 1);
  watched = pool_watch (g_object_ref (batch));
  pool_submit (pool, watched);
  pool_wait (watched);
  g_assert_no_error (watched->error);
  g_assert_cmpstr (pool_text (watched, 0), ==, expected);
  pool_normal (pool);
  pool_dir_free (g_steal_pointer (&dir));
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);

  g_test_add_func ("/random-streams/everywhere", test_everywhere);
  g_test_add_func ("/random-streams/drawn", test_drawn);
  g_test_add_func ("/random-streams/process", test_process);
  g_test_add_func ("/random-streams/items", test_items);
  g_test_add_func ("/random-streams/unseeded", test_unseeded);
  g_test_add_func ("/random-streams/again", test_again);

  return g_test_run ();
}
