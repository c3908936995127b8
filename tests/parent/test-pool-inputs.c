/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-test.h"
#include "haul/parent/haul-pool-private.h"
#include "haul/wire/haul-error.h"
#include "haul/worker/haul-plan.h"
#include "haul/worker/haul-worker.h"
#include "test-tasks.h"

/* What parts may be given, and how a job may be divided: the limits, and what is beyond them. */

/* Ends with "one normal job succeeds", in the same pool. */
static void
end_with_a_normal_job (HaulExecutor **executor)
{
  g_autoptr(HaulJob) job = haul_test_job_start (*executor, "sum", "{'parts': <int64 3>}");
  g_autofree char *text = NULL;

  haul_test_wait_ended (job);
  haul_test_assert_verdict (job, HAUL_VERDICT_DONE);
  text = haul_test_result_text (job);
  g_assert_cmpstr (text, ==, "500500");
  g_clear_object (executor);
  haul_test_assert_clean ();
}

/* The task "sum" of the worker, divided in another way. */
static HaulJob *
start_divided (HaulExecutor *executor,
               HaulPlan   *(*divide)(GVariant *arguments, guint n_workers))
{
  static HaulTask tasks[8];
  static guint n_tasks;
  HaulTask *task = &tasks[n_tasks++ % G_N_ELEMENTS (tasks)];   /* never freed: the last job may be looking */
  HaulJob *job;

  *task = haul_test_sum_task;
  task->divide = divide;
  job = haul_test_job_new_for_task (task, NULL);
  haul_test_submit (executor, job);
  return job;
}

static HaulExecutor *
limited_executor (gsize max_inputs)
{
  HaulExecutor *executor = haul_test_pool_executor_new (2);

  haul_pool_executor_get_pool (HAUL_POOL_EXECUTOR (executor))->max_inputs = max_inputs;
  return executor;
}

/* The third hand would be given two thousand bytes. */
static void
test_limit (void)
{
  static const struct { gsize max; gboolean good; } rows[] = { { 2000, TRUE }, { 1999, FALSE }, { 1, FALSE } };

  haul_test_begin ();
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(HaulExecutor) executor = limited_executor (rows[i].max);
      g_autoptr(HaulJob) job = haul_test_job_start (executor, "relay", "{'size': <int64 1000>, 'hands': <int64 3>}");

      g_assert_cmpuint (HAUL_PLAN_MAX_INPUTS, ==, 1 << 30);   /* which is what people read */
      haul_test_wait_ended (job);
      haul_test_assert_verdict (job, rows[i].good ? HAUL_VERDICT_DONE : HAUL_VERDICT_FAILED);
      if (!rows[i].good)
        {
          g_assert_error ((GError *) haul_job_get_error (job), HAUL_ERROR, HAUL_ERROR_TOO_LARGE);
          haul_test_assert_contains (haul_job_get_error (job)->message, "the part “Hand” would be given more than 1 GiB");
        }
      haul_pool_executor_get_pool (HAUL_POOL_EXECUTOR (executor))->max_inputs = HAUL_PLAN_MAX_INPUTS;
      end_with_a_normal_job (&executor);
    }
}

static HaulPlan *
divide_beside (GVariant *arguments,
               guint     n_workers)
{
  HaulPlan *plan = haul_plan_new ();
  guint inputs[2];

  inputs[0] = haul_plan_add (plan, &haul_test_range_task, "Long", g_variant_new_parsed ("{'seconds': <20.0>}"), 1, NULL, 0);
  inputs[1] = haul_plan_add (plan, &haul_test_relay_task, "Large", g_variant_new_parsed ("{'size': <int64 1000>}"), 1,
                             NULL, 0);
  inputs[1] = haul_plan_add (plan, &haul_test_relay_task, "Larger", NULL, 1, &inputs[1], 1);
  haul_plan_add (plan, &haul_test_add_task, "Add", NULL, 0, inputs, 2);
  return plan;
}

/* While another part runs: that is ended, and the job has failed for the reason that it has. */
static void
test_limit_beside (void)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) job = NULL;
  static const HaulPartState states[] = { HAUL_PART_CANCELLED, HAUL_PART_DONE, HAUL_PART_CANCELLED, HAUL_PART_CANCELLED };

  haul_test_begin ();
  executor = limited_executor (500);
  job = start_divided (executor, divide_beside);
  haul_test_wait_ended (job);
  haul_test_assert_verdict (job, HAUL_VERDICT_FAILED);
  g_assert_error ((GError *) haul_job_get_error (job), HAUL_ERROR, HAUL_ERROR_TOO_LARGE);
  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    {
      g_autoptr(HaulPart) part = g_list_model_get_item (haul_job_get_parts (job), i);

      g_assert_cmpint (haul_part_get_state (part), ==, states[i]);
    }
  end_with_a_normal_job (&executor);
}

static HaulPlan *
divide_into_none (GVariant *arguments,
                  guint     n_workers)
{
  return haul_plan_new ();
}

/* A plan without parts is none: the job runs whole. */
static void
test_no_parts (void)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) job = NULL;
  g_autofree char *text = NULL;

  haul_test_begin ();
  executor = haul_test_pool_executor_new (2);
  job = start_divided (executor, divide_into_none);
  haul_test_wait_ended (job);
  haul_test_assert_verdict (job, HAUL_VERDICT_DONE);
  g_assert_cmpuint (g_list_model_get_n_items (haul_job_get_parts (job)), ==, 1);
  text = haul_test_result_text (job);
  g_assert_cmpstr (text, ==, "500500");
  end_with_a_normal_job (&executor);
}

static HaulPlan *
divide_in_a_circle (GVariant *arguments,
                    guint     n_workers)
{
  HaulPlan *plan = haul_plan_new ();
  const guint later = 1;

  haul_plan_add (plan, &haul_test_range_task, "First", NULL, 1, NULL, 0);
  haul_plan_add (plan, &haul_test_add_task, "Add", NULL, 0, &later, 1);
  return plan;
}

static HaulPlan *
divide_into_wrong_arguments (GVariant *arguments,
                             guint     n_workers)
{
  HaulPlan *plan = haul_plan_new ();

  haul_plan_add (plan, &haul_test_range_task, "First", NULL, 1, NULL, 0);
  haul_plan_add (plan, &haul_test_range_task, "Second", g_variant_new_parsed ("{'from': <int64 -1>}"), 1, NULL, 0);
  return plan;
}

/* A mistake in the program is a job that fails, and not one with the result of some of its parts. */
static void
test_wrong_plan (void)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) circle = NULL;
  g_autoptr(HaulJob) wrong = NULL;

  haul_test_begin ();
  executor = haul_test_pool_executor_new (2);
  g_test_expect_message ("haul", G_LOG_LEVEL_CRITICAL, "*inputs are possible*");
  circle = start_divided (executor, divide_in_a_circle);
  haul_test_wait_ended (circle);
  g_test_assert_expected_messages ();
  haul_test_assert_verdict (circle, HAUL_VERDICT_FAILED);
  haul_test_assert_contains (haul_job_get_error (circle)->message, "divide itself");

  wrong = start_divided (executor, divide_into_wrong_arguments);
  haul_test_wait_ended (wrong);
  haul_test_assert_verdict (wrong, HAUL_VERDICT_FAILED);
  haul_test_assert_contains (haul_job_get_error (wrong)->message, "from");
  g_assert_cmpuint (g_list_model_get_n_items (haul_job_get_parts (wrong)), ==, 0);
  end_with_a_normal_job (&executor);
}

/* One part may have the results of all others. */
static HaulPlan *
divide_much (GVariant *arguments,
             guint     n_workers)
{
  HaulPlan *plan = haul_plan_new ();
  g_autofree guint *inputs = g_new (guint, HAUL_PLAN_MAX_PARTS);
  guint first = haul_plan_add (plan, &haul_test_range_task, "One", NULL, 1, NULL, 0);

  for (guint i = 0; i < HAUL_PLAN_MAX_PARTS; i++)
    inputs[i] = first;
  haul_plan_add (plan, &haul_test_add_task, "Add", NULL, 0, inputs, HAUL_PLAN_MAX_PARTS);
  return plan;
}

static void
test_many_inputs (void)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) job = NULL;
  g_autofree char *text = NULL;
  g_autofree char *expected = g_strdup_printf ("%d", HAUL_PLAN_MAX_PARTS);

  haul_test_begin ();
  executor = haul_test_pool_executor_new (2);
  job = start_divided (executor, divide_much);
  haul_test_wait_ended (job);
  haul_test_assert_verdict (job, HAUL_VERDICT_DONE);
  text = haul_test_result_text (job);
  g_assert_cmpstr (text, ==, expected);
  end_with_a_normal_job (&executor);
}

typedef struct
{
  gboolean ended;
  int      code;
  char    *message;   /* (owned) (nullable) */
} Witness;

static void
begun_cb (gpointer owner,
          int      pid)
{
}

static void
sent_cb (gpointer      owner,
         HaulFrameType type,
         gsize         wire_size)
{
}

static void
message_cb (gpointer           owner,
            const HaulMessage *message,
            gsize              wire_size)
{
  g_assert_not_reached ();   /* it has nothing to say but that it cannot */
}

static void
line_cb (gpointer           owner,
         const HaulMessage *log)
{
}

static void
ended_cb (gpointer      owner,
          const GError *error,
          int           code,
          int           signal)
{
  Witness *witness = owner;

  g_assert_false (witness->ended);
  witness->ended = TRUE;
  witness->code = code;
  witness->message = error != NULL ? g_strdup (error->message) : NULL;
}

static gboolean
has_ended (gpointer data)
{
  return ((Witness *) data)->ended;
}

/* Sizes that are not those of the bytes: no part is run with what is not its input. */
static void
test_wrong_sizes (void)
{
  static const HaulPartListener listener = { begun_cb, sent_cb, message_cb, line_cb, ended_cb };
  static const char * const sizes[] = { "@at [3]", "@at [5]", "@at []", "@at [4, 1]" };
  g_autoptr(HaulExecutor) executor = NULL;

  haul_test_begin ();
  executor = haul_test_pool_executor_new (1);
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr(GPtrArray) pieces = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
      g_autoptr(GVariant) arguments = haul_task_complete (&haul_test_add_task, NULL, NULL);
      g_autoptr(HaulBatch) batch = NULL;
      g_autoptr(GError) error = NULL;
      Witness witness = { FALSE };

      g_ptr_array_add (pieces, g_bytes_new_static ("1234", 4));
      batch = haul_batch_new_part (&haul_test_add_task, arguments, pieces, g_variant_new_parsed (sizes[i]), NULL, &listener,
                                   &witness);
      g_assert_true (haul_pool_submit (haul_pool_executor_get_pool (HAUL_POOL_EXECUTOR (executor)), batch, &error));
      haul_test_run_until (has_ended, &witness, HAUL_TEST_SOON_MS);
      g_assert_cmpint (witness.code, ==, HAUL_WORKER_EXIT_USAGE);
      g_assert_nonnull (witness.message);
      g_test_message ("%s", witness.message);
      g_free (witness.message);
    }
  end_with_a_normal_job (&executor);
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);
  g_test_add_func ("/parent/pool-inputs/limit", test_limit);
  g_test_add_func ("/parent/pool-inputs/limit-beside", test_limit_beside);
  g_test_add_func ("/parent/pool-inputs/no-parts", test_no_parts);
  g_test_add_func ("/parent/pool-inputs/wrong-plan", test_wrong_plan);
  g_test_add_func ("/parent/pool-inputs/many-inputs", test_many_inputs);
  g_test_add_func ("/parent/pool-inputs/wrong-sizes", test_wrong_sizes);
  return g_test_run ();
}
