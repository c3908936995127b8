/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <glib/gstdio.h>

#include "test-pool-util.h"

#include "haul/wire/haul-control-private.h"
#include "haul/wire/haul-frame.h"

/* Two messages, each well-formed, in every order that there is, and then the end of the worker. What may
 * come is a matter of order alone. */

typedef enum { NONSENSE, DONE, TOLD, NO_RESULT } Outcome;   /* TOLD: the task said that it failed */

static gboolean
is_last (HaulFrameType type)
{
  return type == HAUL_FRAME_RESULT || type == HAUL_FRAME_ERROR;
}

static gboolean
is_ours (HaulFrameType type)
{
  return type == HAUL_FRAME_HELLO || type == HAUL_FRAME_RUN || type == HAUL_FRAME_CANCEL;
}

static Outcome
outcome_of (HaulFrameType last)
{
  return last == HAUL_FRAME_RESULT ? DONE : TOLD;
}

static Outcome
expect (HaulFrameType first,
        HaulFrameType second)
{
  if (is_ours (first) || is_ours (second))
    return NONSENSE;
  if (is_last (first))
    return second == HAUL_FRAME_LOG ? outcome_of (first) : NONSENSE;   /* a last word to people is allowed */
  return is_last (second) ? outcome_of (second) : NO_RESULT;
}

static void
assert_outcome (HaulJob *job,
                Outcome  outcome)
{
  static const int codes[] = { HAUL_ERROR_PROTOCOL, -1, HAUL_ERROR_TASK, HAUL_ERROR_ENDED };
  const GError *error = haul_job_get_error (job);

  haul_test_assert_verdict (job, outcome == DONE ? HAUL_VERDICT_DONE : HAUL_VERDICT_FAILED);
  if (outcome == DONE)
    g_assert_no_error (error);
  else
    g_assert_error ((GError *) error, HAUL_ERROR, codes[outcome]);
}

static void
test_pairs (gconstpointer method)
{
  HaulExecutor *executor;
  g_autoptr(GPtrArray) jobs = g_ptr_array_new_with_free_func (g_object_unref);
  guint i = 0;

  haul_test_begin ();
  executor = haul_test_process_executor_new ();
  haul_process_executor_set_start_method (HAUL_PROCESS_EXECUTOR (executor), GPOINTER_TO_INT (method));
  haul_executor_set_max_running (executor, 4);
  for (HaulFrameType first = HAUL_FRAME_HELLO; first <= HAUL_FRAME_ERROR; first++)
    for (HaulFrameType second = HAUL_FRAME_HELLO; second <= HAUL_FRAME_ERROR; second++)
      {
        g_autofree char *arguments = g_strdup_printf ("{'first': <int64 %d>, 'second': <int64 %d>}", first, second);

        g_ptr_array_add (jobs, haul_test_job_start (executor, "say", arguments));
      }
  g_ptr_array_add (jobs, haul_test_job_start (executor, "ok", NULL));
  haul_test_shutdown (executor, HAUL_SHUTDOWN_DRAIN);
  for (HaulFrameType first = HAUL_FRAME_HELLO; first <= HAUL_FRAME_ERROR; first++)
    for (HaulFrameType second = HAUL_FRAME_HELLO; second <= HAUL_FRAME_ERROR; second++, i++)
      {
        HaulJob *job = g_ptr_array_index (jobs, i);

        g_test_message ("%d, %d: %s", first, second, haul_job_verdict_to_nick (haul_job_get_verdict (job)));
        assert_outcome (job, expect (first, second));
      }
  haul_test_assert_verdict (HAUL_JOB (g_ptr_array_index (jobs, i)), HAUL_VERDICT_DONE);
  g_ptr_array_set_size (jobs, 0);
  g_object_unref (executor);
  haul_test_assert_clean ();
}

/* In a pool the first of two last messages is what counts: the item has ended with it. */
static Outcome
expect_pool (HaulFrameType first,
             HaulFrameType second)
{
  return is_last (first) ? outcome_of (first) : expect (first, second);
}

static void
test_pairs_pool (void)
{
  static const char * const texts[] = { "!", "x", "!as it was told", "exit 0" };
  HaulPool *pool;

  haul_test_begin ();
  pool = pool_new (2);
  for (HaulFrameType first = HAUL_FRAME_HELLO; first <= HAUL_FRAME_ERROR; first++)
    for (HaulFrameType second = HAUL_FRAME_HELLO; second <= HAUL_FRAME_ERROR; second++)
      {
        g_autofree char *list = g_strdup_printf ("[{'first': <int64 %d>, 'second': <int64 %d>}]", first, second);
        g_autoptr(Watched) watched = pool_list ("say", list);
        Outcome outcome = expect_pool (first, second);

        pool_submit (pool, watched);
        pool_wait (watched);
        g_test_message ("%d, %d: ‘%s’", first, second, pool_text (watched, 0));
        g_assert_cmpuint (haul_batch_get_n_done (watched->batch), ==, outcome == DONE ? 1 : 0);
        if (outcome == NONSENSE)
          haul_test_assert_contains (pool_text (watched, 0), "makes no sense");
        else if (outcome != DONE)
          haul_test_assert_contains (pool_text (watched, 0), texts[outcome]);
        pool_normal (pool);
      }
  g_assert_cmpint (haul_pool_get_state (pool), ==, HAUL_POOL_RUNNING);
  g_object_unref (pool);
  haul_test_assert_clean ();
}

/* A fork server of another version: its HELLO, and then it would wait. */
static char *
write_old_server (const char *folder)
{
  HaulControl hello = { .magic = HAUL_CONTROL_MAGIC, .version = HAUL_CONTROL_VERSION + 1, .type = HAUL_CONTROL_HELLO };
  g_autoptr(GString) text = g_string_new ("#!/bin/sh\nprintf '");
  char *path = g_build_filename (folder, "old-server", NULL);

  for (gsize i = 0; i < sizeof hello; i++)
    g_string_append_printf (text, "\\%03o", ((const guint8 *) &hello)[i]);
  g_string_append (text, "' >&3\nexec sleep 30\n");
  g_assert_true (g_file_set_contents (path, text->str, -1, NULL));
  g_assert_cmpint (g_chmod (path, 0700), ==, 0);
  return path;
}

static void
test_old_server (void)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *folder = NULL;
  g_autofree char *path = NULL;
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulPool) pool = NULL;
  g_autoptr(Watched) watched = NULL;
  g_autoptr(HaulJob) job = NULL;
  g_autoptr(HaulJob) normal = NULL;

  haul_test_begin ();
  folder = g_dir_make_tmp ("haul-test-XXXXXX", &error);
  g_assert_no_error (error);
  path = write_old_server (folder);
  executor = haul_process_executor_new (path);
  haul_process_executor_set_start_method (HAUL_PROCESS_EXECUTOR (executor), HAUL_START_FORK_SERVER);
  job = haul_test_job_start (executor, "ok", NULL);
  haul_test_wait_ended (job);
  g_test_message ("%s", haul_job_get_error (job)->message);
  haul_test_assert_verdict (job, HAUL_VERDICT_FAILED);
  haul_test_assert_contains (haul_job_get_error (job)->message, path);

  pool = haul_pool_new (path, 2);
  watched = pool_items (5, "square");
  pool_submit (pool, watched);
  pool_wait (watched);
  g_assert_error (watched->error, HAUL_ERROR, HAUL_ERROR_START);
  haul_test_assert_contains (watched->error->message, path);
  g_assert_cmpint (haul_pool_get_state (pool), ==, HAUL_POOL_BROKEN);
  pool_join (pool);

  /* Which says nothing of others. */
  g_clear_object (&executor);
  executor = haul_test_process_executor_new ();
  haul_process_executor_set_start_method (HAUL_PROCESS_EXECUTOR (executor), HAUL_START_FORK_SERVER);
  normal = haul_test_job_start (executor, "ok", NULL);
  haul_test_wait_ended (normal);
  haul_test_assert_verdict (normal, HAUL_VERDICT_DONE);
  g_clear_object (&executor);
  g_clear_object (&pool);
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
  haul_test_assert_clean ();
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);
  g_test_add_data_func ("/fault/pairs/spawn", GINT_TO_POINTER (HAUL_START_SPAWN), test_pairs);
  g_test_add_data_func ("/fault/pairs/forkserver", GINT_TO_POINTER (HAUL_START_FORK_SERVER), test_pairs);
  g_test_add_func ("/fault/pairs/pool", test_pairs_pool);
  g_test_add_func ("/fault/old-server", test_old_server);
  return g_test_run ();
}
