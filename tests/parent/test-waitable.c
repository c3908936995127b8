/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "test-pool-util.h"
#include "test-process-util.h"

#include "haul/parent/haul-waitable.h"

/* Waiting for several at once: the first, the first error, all of them. */

typedef struct
{
  gboolean   answered;
  GPtrArray *ended;    /* (owned) (nullable) */
  GPtrArray *active;   /* (owned) (nullable) */
  GError    *error;    /* (owned) (nullable) */
} Answer;

static void
answer_clear (Answer *answer)
{
  g_clear_pointer (&answer->ended, g_ptr_array_unref);
  g_clear_pointer (&answer->active, g_ptr_array_unref);
  g_clear_error (&answer->error);
  answer->answered = FALSE;
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Answer, answer_clear)

static gboolean
is_answered (gpointer data)
{
  return ((Answer *) data)->answered;
}

static void
answer_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  Answer *answer = user_data;

  g_assert_null (source);
  g_assert_false (answer->answered);
  answer->answered = TRUE;
  g_assert_true (haul_wait_finish (result, &answer->ended, &answer->active, &answer->error) == (answer->error == NULL));
}

static void
wait_for (GPtrArray   *list,
          HaulWaitFor  what,
          int          timeout_ms,
          Answer      *answer)
{
  answer_clear (answer);
  haul_wait_async (list, what, timeout_ms, NULL, answer_cb, answer);
  g_assert_false (answer->answered);   /* never from within the call */
  haul_test_run_until (is_answered, answer, HAUL_TEST_SOON_MS);
  g_assert_no_error (answer->error);
}

/* Lists that are given as the numbers of those in @all, "0 2". */
static void
assert_these (GPtrArray  *list,
              GPtrArray  *all,
              const char *numbers)
{
  g_autoptr(GString) text = g_string_new (NULL);

  for (guint i = 0; i < list->len; i++)
    {
      guint index = G_MAXUINT;

      g_assert_true (g_ptr_array_find (all, list->pdata[i], &index));
      g_string_append_printf (text, "%s%u", i > 0 ? " " : "", index);
    }
  g_assert_cmpstr (text->str, ==, numbers);
}

static void
assert_answer (Answer     *answer,
               GPtrArray  *all,
               const char *ended,
               const char *active)
{
  assert_these (answer->ended, all, ended);
  assert_these (answer->active, all, active);
}

/* Jobs, of which each is ended by the test. */
static GPtrArray *
start_jobs (HaulExecutor *executor,
            guint         n)
{
  GPtrArray *jobs = g_ptr_array_new_with_free_func (g_object_unref);

  haul_executor_set_max_running (executor, n + 1);
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (jobs, haul_test_job_start (executor, "slow", NULL));
  return jobs;
}

static void
test_first (void)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(GPtrArray) jobs = NULL;
  g_auto(Answer) answer = { 0 };

  haul_test_begin ();
  executor = haul_test_process_executor_new ();
  jobs = start_jobs (executor, 3);
  haul_wait_async (jobs, HAUL_WAIT_FOR_FIRST, -1, NULL, answer_cb, &answer);
  haul_test_wait_state (jobs->pdata[1], HAUL_JOB_RUNNING);
  g_assert_false (answer.answered);
  haul_job_cancel (jobs->pdata[1]);
  haul_test_run_until (is_answered, &answer, HAUL_TEST_SOON_MS);
  g_assert_no_error (answer.error);
  assert_answer (&answer, jobs, "1", "0 2");

  /* What has ended before counts. */
  wait_for (jobs, HAUL_WAIT_FOR_FIRST, -1, &answer);
  assert_answer (&answer, jobs, "1", "0 2");
  haul_job_cancel (jobs->pdata[0]);
  haul_job_cancel (jobs->pdata[2]);
  wait_for (jobs, HAUL_WAIT_FOR_ALL, -1, &answer);
  assert_answer (&answer, jobs, "0 1 2", "");
  haul_test_run_normal (executor);
  haul_test_assert_clean ();
}

/* That somebody canceled one is no error; and where there is none, all of them are waited for. */
static void
test_first_error (void)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(GPtrArray) jobs = NULL;
  g_autoptr(HaulJob) fails = NULL;
  g_auto(Answer) answer = { 0 };

  haul_test_begin ();
  executor = haul_test_process_executor_new ();
  jobs = start_jobs (executor, 3);
  haul_job_cancel (jobs->pdata[0]);
  wait_for (jobs, HAUL_WAIT_FOR_FIRST, -1, &answer);
  wait_for (jobs, HAUL_WAIT_FOR_FIRST_ERROR, 0, &answer);
  assert_answer (&answer, jobs, "0", "1 2");

  fails = haul_test_job_new ("fail", NULL);
  g_ptr_array_add (jobs, g_object_ref (fails));
  answer_clear (&answer);
  haul_wait_async (jobs, HAUL_WAIT_FOR_FIRST_ERROR, -1, NULL, answer_cb, &answer);
  haul_test_submit (executor, fails);
  haul_test_run_until (is_answered, &answer, HAUL_TEST_SOON_MS);
  assert_answer (&answer, jobs, "0 3", "1 2");
  wait_for (jobs, HAUL_WAIT_FOR_FIRST_ERROR, -1, &answer);   /* it is there already */
  assert_answer (&answer, jobs, "0 3", "1 2");

  g_ptr_array_remove_index (jobs, 3);
  answer_clear (&answer);
  haul_wait_async (jobs, HAUL_WAIT_FOR_FIRST_ERROR, -1, NULL, answer_cb, &answer);
  haul_job_cancel (jobs->pdata[1]);
  haul_job_cancel (jobs->pdata[2]);
  haul_test_run_until (is_answered, &answer, HAUL_TEST_SOON_MS);
  assert_answer (&answer, jobs, "0 1 2", "");
  haul_test_run_normal (executor);
  haul_test_assert_clean ();
}

static void
test_all (void)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(GPtrArray) jobs = NULL;
  g_autoptr(GPtrArray) twice = g_ptr_array_new ();
  g_autoptr(GPtrArray) none = g_ptr_array_new ();
  g_auto(Answer) answer = { 0 };
  gint64 begin;

  haul_test_begin ();
  executor = haul_test_process_executor_new ();
  wait_for (none, HAUL_WAIT_FOR_ALL, -1, &answer);
  assert_answer (&answer, none, "", "");
  wait_for (none, HAUL_WAIT_FOR_FIRST, -1, &answer);

  jobs = start_jobs (executor, 2);
  for (guint i = 0; i < 6; i++)
    g_ptr_array_add (twice, jobs->pdata[i % 2]);
  wait_for (twice, HAUL_WAIT_FOR_ALL, 0, &answer);
  assert_answer (&answer, jobs, "", "0 1");
  begin = g_get_monotonic_time ();
  wait_for (twice, HAUL_WAIT_FOR_ALL, 100, &answer);
  g_assert_cmpint (g_get_monotonic_time () - begin, >=, 100 * 1000);
  assert_answer (&answer, jobs, "", "0 1");

  haul_job_cancel (jobs->pdata[1]);
  haul_test_wait_ended (jobs->pdata[1]);
  wait_for (twice, HAUL_WAIT_FOR_ALL, 0, &answer);
  assert_answer (&answer, jobs, "1", "0");
  haul_job_cancel (jobs->pdata[0]);
  wait_for (twice, HAUL_WAIT_FOR_ALL, -1, &answer);
  assert_answer (&answer, jobs, "0 1", "");
  haul_test_run_normal (executor);
  haul_test_assert_clean ();
}

/* Who stops waiting ends nobody, and hears of nothing any more. */
static void
test_cancelled (void)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(GPtrArray) jobs = NULL;
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_auto(Answer) answer = { 0 };

  haul_test_begin ();
  executor = haul_test_process_executor_new ();
  jobs = start_jobs (executor, 2);
  haul_wait_async (jobs, HAUL_WAIT_FOR_FIRST, -1, cancellable, answer_cb, &answer);
  g_cancellable_cancel (cancellable);
  haul_test_run_until (is_answered, &answer, HAUL_TEST_SOON_MS);
  g_assert_error (answer.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_null (answer.ended);
  for (guint i = 0; i < jobs->len; i++)
    {
      g_assert_true (haul_job_is_active (jobs->pdata[i]));
      haul_job_cancel (jobs->pdata[i]);
      haul_test_wait_ended (jobs->pdata[i]);
    }
  haul_test_run_normal (executor);
  haul_test_assert_clean ();
}

/* A job, a process, a batch, and two items of it, in one list. */
static void
test_mixed (void)
{
  g_autoptr(HaulExecutor) executor = NULL;
  HaulPool *pool = pool_new (1);
  g_autoptr(HaulProcess) process = NULL;
  g_autoptr(Watched) watched = pool_list ("item", "[{}, {'number': <int64 5>, 'mode': <'five-is-bad'>}]");
  g_autoptr(GListModel) items = haul_batch_get_items (watched->batch);
  g_autoptr(GPtrArray) list = NULL;
  g_auto(Answer) answer = { 0 };

  haul_test_begin ();
  executor = haul_test_process_executor_new ();
  list = start_jobs (executor, 1);
  process = test_process_run (GINT_TO_POINTER (HAUL_START_FORK_SERVER), "slow", NULL, NULL);
  g_ptr_array_add (list, g_object_ref (process));
  g_ptr_array_add (list, g_object_ref (watched->batch));
  g_ptr_array_add (list, g_list_model_get_item (items, 0));
  g_ptr_array_add (list, g_list_model_get_item (items, 1));
  wait_for (list, HAUL_WAIT_FOR_ALL, 0, &answer);
  assert_answer (&answer, list, "", "0 1 2 3 4");

  pool_submit (pool, watched);
  for (guint i = 2; i < 5; i++)
    {
      g_autoptr(GPtrArray) one = g_ptr_array_new ();

      g_ptr_array_add (one, list->pdata[i]);
      wait_for (one, i == 3 ? HAUL_WAIT_FOR_FIRST : HAUL_WAIT_FOR_FIRST_ERROR, -1, &answer);
      assert_answer (&answer, one, "0", "");
    }
  wait_for (list, HAUL_WAIT_FOR_FIRST_ERROR, -1, &answer);
  assert_answer (&answer, list, "2 3 4", "0 1");

  g_assert_true (haul_process_kill (process, NULL));
  haul_job_cancel (list->pdata[0]);
  wait_for (list, HAUL_WAIT_FOR_ALL, -1, &answer);
  assert_answer (&answer, list, "0 1 2 3 4", "");
  g_assert_cmpint (haul_process_get_state (process), ==, HAUL_PROCESS_STOPPED);
  pool_wait (watched);
  pool_normal (pool);
  g_object_unref (pool);
  g_assert_true (haul_process_finish_all (NULL, NULL));
  haul_test_run_normal (executor);
  haul_test_assert_clean ();
}

static void
count_cb (HaulProcess *process,
          GParamSpec  *pspec,
          guint       *count)
{
  ++*count;
}

/* A process that is held has ended as a zombie. */
static void
test_held (void)
{
  g_autoptr(HaulProcess) process = NULL;
  g_autoptr(GPtrArray) list = g_ptr_array_new ();
  g_auto(Answer) answer = { 0 };
  guint n_told = 0;

  haul_test_begin ();
  process = test_process_new (GINT_TO_POINTER (HAUL_START_FORK_SERVER), "ok", NULL);
  g_assert_true (haul_process_set_hold (process, TRUE, NULL));
  g_signal_connect (process, "notify::alive", G_CALLBACK (count_cb), &n_told);
  g_ptr_array_add (list, process);
  wait_for (list, HAUL_WAIT_FOR_FIRST, 0, &answer);
  assert_answer (&answer, list, "", "0");
  test_process_start (process);
  g_assert_cmpuint (n_told, ==, 1);
  wait_for (list, HAUL_WAIT_FOR_FIRST, -1, &answer);
  assert_answer (&answer, list, "0", "");
  g_assert_cmpuint (n_told, ==, 2);
  g_assert_false (haul_process_is_alive (process));
  g_assert_cmpint (haul_process_get_state (process), ==, HAUL_PROCESS_STARTED);
  g_assert_cmpint (haul_test_process_state (haul_process_get_pid (process)), ==, 'Z');
  test_process_assert_ends (process, 0);
  g_assert_cmpuint (n_told, ==, 2);
  test_process_end (GINT_TO_POINTER (HAUL_START_FORK_SERVER));
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);
  g_test_add_func ("/wait/first", test_first);
  g_test_add_func ("/wait/first-error", test_first_error);
  g_test_add_func ("/wait/all", test_all);
  g_test_add_func ("/wait/cancelled", test_cancelled);
  g_test_add_func ("/wait/mixed", test_mixed);
  g_test_add_func ("/wait/held", test_held);
  return g_test_run ();
}
