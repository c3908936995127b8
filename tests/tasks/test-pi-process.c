/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

/* Calculate Pi at ten million digits, in the real worker: the size at which single operations on
 * big numbers take a good part of a second, and a result is 150 times what a pipe holds. */

#include "config.h"

#include "haul-test.h"
#include "haul/parent/haul-heartbeat.h"

extern const HaulTask haul_task_pi;

static HaulExecutor *
make_executor (HaulStartMethod start_method)
{
  HaulExecutor *executor = haul_process_executor_new (g_getenv ("HAUL_TEST_WORKER"));

  haul_process_executor_set_start_method (HAUL_PROCESS_EXECUTOR (executor), start_method);
  return executor;
}

static HaulJob *
start (HaulExecutor *executor)
{
  HaulJob *job = haul_test_job_new_for_task (&haul_task_pi, "{'digits': <int64 10000000>}");

  haul_test_submit (executor, job);
  return job;
}

typedef struct
{
  HaulJob *job;
  double   fraction;
  gsize    size;      /* of its result */
} Mark;

static gboolean
has_moved_on (gpointer data)
{
  Mark *mark = data;

  return haul_job_get_fraction (mark->job) > mark->fraction || haul_job_get_result_size (mark->job) > mark->size ||
         !haul_job_is_active (mark->job);
}

/* On a busy machine this takes long; but it goes on all the time. */
static void
wait_for_fraction (HaulJob *job,
                   double   fraction)
{
  while (haul_job_is_active (job) && haul_job_get_fraction (job) < fraction)
    {
      Mark mark = { job, haul_job_get_fraction (job), haul_job_get_result_size (job) };

      haul_test_run_until (has_moved_on, &mark, HAUL_TEST_SOON_MS);
    }
}

static gint64
cancel_at (HaulExecutor *executor,
           double        fraction)
{
  g_autoptr(HaulJob) job = start (executor);

  wait_for_fraction (job, fraction);
  haul_job_cancel (job);
  haul_test_wait_ended (job);
  haul_test_assert_verdict (job, HAUL_VERDICT_CANCELLED);
  return haul_job_get_stamp (job, HAUL_STAMP_JOINED) - haul_job_get_stamp (job, HAUL_STAMP_CANCEL_SENT);
}

/* A hundred times in a row, and now and then far into it: nothing is left. */
static void
test_cancel (void)
{
  g_autoptr(HaulExecutor) executor = NULL;
  gint64 worst = 0;

  haul_test_begin ();
  executor = make_executor (HAUL_START_SPAWN);
  for (guint i = 0; i < 100; i++)
    worst = MAX (worst, cancel_at (executor, i % 25 == 24 ? 0.3 : 0.002 * (i % 5)));
  g_test_message ("from cancel to joined: %.1f ms at worst", worst / 1e3);
  haul_test_assert_clean ();
}

/* Ten megabytes come through while the main loop goes on. How late it is at worst is printed and not
 * judged: a busy machine makes any program late. */
static void
test_whole (void)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulHeartbeat) heartbeat = NULL;
  g_autoptr(HaulJob) job = NULL;
  char head[13] = "";
  char tail[11] = "";

  haul_test_begin ();
  executor = make_executor (HAUL_START_SPAWN);
  heartbeat = haul_heartbeat_new ();
  job = start (executor);
  wait_for_fraction (job, 1);
  haul_test_wait_ended (job);

  haul_test_assert_verdict (job, HAUL_VERDICT_DONE);
  g_assert_cmpuint (haul_job_get_result_size (job), ==, 10000002);
  g_assert_cmpuint (haul_job_peek_result (job, 0, head, 12), ==, 12);
  g_assert_cmpstr (head, ==, "3.1415926535");
  g_assert_cmpuint (haul_job_peek_result (job, 9999992, tail, 10), ==, 10);
  g_assert_cmpstr (tail, ==, "5348955897");   /* digits 9,999,991 to 10,000,000 */
  g_test_message ("the main loop was %.1f ms late at worst", haul_heartbeat_get_worst (heartbeat));
  g_clear_object (&heartbeat);
  haul_test_assert_clean ();
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);
  g_test_add_func ("/pi/process/cancel", test_cancel);
  g_test_add_func ("/pi/process/whole", test_whole);
  return g_test_run ();
}
