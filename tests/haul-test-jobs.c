/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-test.h"

#include <glib/gstdio.h>
#include <string.h>

#include "test-tasks.h"

/* What the harness saw of one job; it outlives the job, so that an end too many is seen too. */
typedef struct
{
  GWeakRef  job;
  guint     id;
  guint     n_ended;
  gboolean  submitted;
  GString  *history;   /* (owned) nicks of the states that were notified */
} Seen;

static GPtrArray *all_seen;    /* (owned) (element-type Seen) */
static GHashTable *seen_by_id; /* (owned) (element-type uint Seen) the same: tests of the queue have thousands */

static void
seen_free (gpointer data)
{
  Seen *seen = data;

  g_weak_ref_clear (&seen->job);
  g_string_free (seen->history, TRUE);
  g_free (seen);
}

static Seen *
find_seen (HaulJob *job)
{
  Seen *seen = g_hash_table_lookup (seen_by_id, GUINT_TO_POINTER (haul_job_get_id (job)));

  g_assert_nonnull (seen);
  return seen;
}

static void
state_cb (HaulJob    *job,
          GParamSpec *pspec,
          gpointer    user_data)
{
  Seen *seen = find_seen (job);

  g_string_append_printf (seen->history, " %s", haul_job_state_to_nick (haul_job_get_state (job)));
  if (seen->n_ended > 0)
    g_error ("job %u: notify::state after ended:%s", seen->id, seen->history->str);
}

static void
ended_cb (HaulJob  *job,
          gpointer  user_data)
{
  Seen *seen = find_seen (job);

  seen->n_ended++;
  haul_test_assert_state (job, HAUL_JOB_ENDED);
  g_assert_cmpint (haul_job_get_verdict (job), !=, HAUL_VERDICT_NONE);
  g_assert_true (haul_job_get_pid (job) == 0 || haul_job_get_stamp (job, HAUL_STAMP_JOINED) > 0 || haul_job_get_held (job));
}

/* The jobs of the test before are of no interest any more. */
void
haul_test_jobs_begin (void)
{
  g_clear_pointer (&seen_by_id, g_hash_table_unref);
  g_clear_pointer (&all_seen, g_ptr_array_unref);
  all_seen = g_ptr_array_new_with_free_func (seen_free);
  seen_by_id = g_hash_table_new (NULL, NULL);
}

void
haul_test_jobs_assert (void)
{
  for (guint i = 0; i < all_seen->len; i++)
    {
      Seen *seen = g_ptr_array_index (all_seen, i);

      if (seen->n_ended == (seen->submitted ? 1 : 0))
        continue;
      haul_test_dump ();
      g_error ("job %u ended %u times:%s", seen->id, seen->n_ended, seen->history->str);
    }
}

/* The newest lines: a worker that gave up says why in its last words. */
static void
dump_log (HaulJob *job)
{
  GListModel *log = haul_job_get_log (job);
  guint n = g_list_model_get_n_items (log);

  for (guint i = n - MIN (n, 10); i < n; i++)
    {
      g_autoptr(HaulRecord) record = g_list_model_get_item (log, i);

      g_printerr ("  %s\n", haul_record_get_text (record));
    }
}

void
haul_test_jobs_dump (void)
{
  for (guint i = 0; all_seen != NULL && i < all_seen->len; i++)
    {
      Seen *seen = g_ptr_array_index (all_seen, i);
      g_autoptr(HaulJob) job = g_weak_ref_get (&seen->job);

      g_printerr ("job %u: ended %u times, states%s", seen->id, seen->n_ended, seen->history->str);
      if (job != NULL)
        {
          const GError *error = haul_job_get_error (job);

          g_printerr ("; %s, is %s, verdict %s, pid %d, exit %d signal %d, %" G_GSIZE_FORMAT " bytes, error %s",
                      haul_job_get_task (job)->id, haul_job_state_to_nick (haul_job_get_state (job)),
                      haul_job_verdict_to_nick (haul_job_get_verdict (job)), haul_job_get_pid (job),
                      haul_job_get_exit_code (job), haul_job_get_exit_signal (job),
                      haul_job_get_result_size (job), error != NULL ? error->message : "none");
        }
      g_printerr ("\n");
      if (job != NULL)
        dump_log (job);
    }
}

HaulExecutor *
haul_test_process_executor_new (void)
{
  const char *path = g_getenv ("HAUL_TEST_CHILD");

  if (path == NULL)
    g_error ("HAUL_TEST_CHILD must be the path of test-child");
  return haul_process_executor_new (path);
}

static char *raw_dir;   /* (owned) links to the raw child, named as what it should do */

static void
remove_raw_dir (void)
{
  g_autoptr(GDir) dir = g_dir_open (raw_dir, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (raw_dir, name, NULL);

      (void) g_unlink (path);   /* a directory that is not empty shows in the next call */
    }
  if (g_rmdir (raw_dir) < 0)
    g_printerr ("‘%s’ could not be removed\n", raw_dir);
  g_clear_pointer (&raw_dir, g_free);
}

HaulExecutor *
haul_test_raw_executor_new (const char *name)
{
  const char *target = g_getenv ("HAUL_TEST_RAW_CHILD");
  g_autofree char *path = NULL;
  g_autoptr(GFile) file = NULL;
  g_autoptr(GError) error = NULL;

  if (target == NULL)
    g_error ("HAUL_TEST_RAW_CHILD must be the path of test-raw-child");
  if (raw_dir == NULL)
    {
      raw_dir = g_dir_make_tmp ("haul-test-XXXXXX", &error);
      g_assert_no_error (error);
      atexit (remove_raw_dir);
    }
  path = g_build_filename (raw_dir, name, NULL);
  file = g_file_new_for_path (path);
  if (!g_file_make_symbolic_link (file, target, NULL, &error) &&
      !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_EXISTS))
    g_error ("%s", error->message);
  return haul_process_executor_new (path);
}

HaulExecutor *
haul_test_pool_executor_new (guint n_workers)
{
  HaulExecutor *executor = haul_pool_executor_new (g_getenv ("HAUL_TEST_CHILD"), n_workers);

  haul_pool_set_nice (haul_pool_executor_get_pool (HAUL_POOL_EXECUTOR (executor)), 0);
  return executor;
}

HaulExecutor *
haul_test_executor_new_named (const char *name)
{
  if (g_str_equal (name, "serial"))
    return haul_serial_executor_new ();
  if (g_str_equal (name, "thread"))
    return haul_thread_executor_new ();
  if (g_str_equal (name, "pool"))
    return haul_test_pool_executor_new (2);
  g_assert_cmpstr (name, ==, "process");
  return haul_test_process_executor_new ();
}

HaulJob *
haul_test_job_new_for_task (const HaulTask *task,
                            const char     *arguments)
{
  g_autoptr(GVariant) variant = NULL;
  g_autoptr(GError) error = NULL;
  HaulJob *job;
  Seen *seen;

  if (arguments != NULL)
    {
      variant = g_variant_parse (G_VARIANT_TYPE_VARDICT, arguments, NULL, NULL, &error);
      g_assert_no_error (error);
    }
  job = haul_job_new (task, variant, &error);
  g_assert_no_error (error);
  g_assert_nonnull (job);
  /* Unlike outside of tests: how long a worker at 19 waits for its turn on a busy machine, nobody knows. */
  haul_job_set_nice (job, 0);

  seen = g_new0 (Seen, 1);
  g_weak_ref_init (&seen->job, job);
  seen->id = haul_job_get_id (job);
  seen->history = g_string_new (NULL);
  g_ptr_array_add (all_seen, seen);
  g_hash_table_insert (seen_by_id, GUINT_TO_POINTER (seen->id), seen);
  g_signal_connect (job, "notify::state", G_CALLBACK (state_cb), NULL);
  g_signal_connect (job, "ended", G_CALLBACK (ended_cb), NULL);
  return job;
}

HaulJob *
haul_test_job_new (const char *task,
                   const char *arguments)
{
  return haul_test_job_new_for_task (haul_test_task (task), arguments);
}

HaulJob *
haul_test_job_start (HaulExecutor *executor,
                     const char   *task,
                     const char   *arguments)
{
  HaulJob *job = haul_test_job_new (task, arguments);

  haul_test_submit (executor, job);
  return job;
}

void
haul_test_submit (HaulExecutor *executor,
                  HaulJob      *job)
{
  find_seen (job)->submitted = TRUE;
  haul_executor_submit (executor, job);
}

static gboolean
has_ended (gpointer data)
{
  return find_seen (data)->n_ended > 0;
}

void
haul_test_wait_ended (HaulJob *job)
{
  haul_test_run_until (has_ended, job, HAUL_TEST_SOON_MS);
}

void
haul_test_run_normal (HaulExecutor *executor)
{
  g_autoptr(HaulJob) job = haul_test_job_start (executor, "ok", "{'size': <int64 1000>}");

  haul_test_wait_ended (job);
  haul_test_assert_verdict (job, HAUL_VERDICT_DONE);
  g_assert_cmpuint (haul_job_get_result_size (job), ==, 1000);
}

typedef struct
{
  HaulJob      *job;
  HaulJobState  state;
  const char   *text;
} Wanted;

static gboolean
has_state (gpointer data)
{
  Wanted *wanted = data;

  if (haul_job_get_state (wanted->job) == HAUL_JOB_ENDED && wanted->state != HAUL_JOB_ENDED)
    {
      haul_test_dump ();
      g_error ("the job ended while the test waited for it to be %s", haul_job_state_to_nick (wanted->state));
    }
  return haul_job_get_state (wanted->job) == wanted->state;
}

void
haul_test_wait_state (HaulJob      *job,
                      HaulJobState  state)
{
  Wanted wanted = { job, state, NULL };

  haul_test_run_until (has_state, &wanted, HAUL_TEST_SOON_MS);
}

const char *
haul_test_find_log (HaulJob    *job,
                    const char *text)
{
  GListModel *log = haul_job_get_log (job);

  for (guint i = 0; i < g_list_model_get_n_items (log); i++)
    {
      g_autoptr(HaulRecord) record = g_list_model_get_item (log, i);

      if (strstr (haul_record_get_text (record), text) != NULL)
        return haul_record_get_text (record);
    }
  return NULL;
}

static gboolean
has_log (gpointer data)
{
  Wanted *wanted = data;

  return haul_test_find_log (wanted->job, wanted->text) != NULL;
}

const char *
haul_test_wait_log (HaulJob    *job,
                    const char *text)
{
  Wanted wanted = { job, HAUL_JOB_ENDED, text };

  haul_test_run_until (has_log, &wanted, HAUL_TEST_SOON_MS);
  return haul_test_find_log (job, text);
}

typedef struct
{
  gboolean done;
  guint    n_ended;   /* jobs, when we looked last */
} Shutdown;

static void
shut_down_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr(GError) error = NULL;
  Shutdown *shutdown = user_data;

  g_assert_true (haul_executor_shutdown_finish (HAUL_EXECUTOR (source), result, &error));
  g_assert_no_error (error);
  shutdown->done = TRUE;
}

static guint
count_ended (void)
{
  guint n = 0;

  for (guint i = 0; i < all_seen->len; i++)
    n += ((Seen *) g_ptr_array_index (all_seen, i))->n_ended;
  return n;
}

static gboolean
is_further (gpointer data)
{
  Shutdown *shutdown = data;

  return shutdown->done || count_ended () > shutdown->n_ended;
}

void
haul_test_shutdown (HaulExecutor *executor,
                    HaulShutdown  how)
{
  Shutdown shutdown = { FALSE, 0 };

  haul_executor_shutdown_async (executor, how, NULL, shut_down_cb, &shutdown);
  while (!shutdown.done)   /* many jobs may take long, and none of them for long */
    {
      shutdown.n_ended = count_ended ();
      haul_test_run_until (is_further, &shutdown, HAUL_TEST_SOON_MS);
    }
  g_assert_cmpuint (haul_executor_get_n_running (executor), ==, 0);
  g_assert_cmpuint (haul_executor_get_n_queued (executor), ==, 0);
}

const char *
haul_test_history (HaulJob *job)
{
  return find_seen (job)->history->str;
}

char *
haul_test_result_text (HaulJob *job)
{
  g_autoptr(GBytes) bytes = haul_job_dup_result (job);
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);

  return g_strndup (data, size);
}
