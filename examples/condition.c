/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

/* A condition: condition WORKER.
 *
 * The first process does stage 1, and tells the two that wait for it to begin with stage 2. That is right in
 * whatever order they come, since what they wait for is a value, which is looked at with the condition's
 * lock. It is its own worker: WORKER is the path of this very program. */

#include "config.h"

#include "together.h"

static gboolean
first_stage (HaulContext    *context,
             HaulCondition  *condition,
             HaulValue      *stage,
             GError        **error)
{
  if (!haul_condition_acquire (condition, -1, NULL, error))
    return FALSE;
  haul_value_set_int64 (stage, 2);
  (void) haul_condition_notify_all (condition);
  haul_condition_release (condition);
  together_say (context, "stage 1 is done");
  return TRUE;
}

/* Without the lock if, and only if, somebody died with it. */
static gboolean
second_stage (HaulContext    *context,
              HaulCondition  *condition,
              HaulValue      *stage,
              GError        **error)
{
  g_autoptr(GError) local_error = NULL;
  gboolean has_waited = TRUE;

  if (!haul_condition_acquire (condition, -1, NULL, error))
    return FALSE;
  while (has_waited && haul_value_get_int64 (stage) != 2)
    has_waited = haul_condition_wait (condition, -1, NULL, &local_error);
  if (!g_error_matches (local_error, HAUL_ERROR, HAUL_ERROR_OWNER_DIED))
    haul_condition_release (condition);

  if (has_waited)
    together_say (context, "stage 2 begins");
  else
    g_propagate_error (error, g_steal_pointer (&local_error));
  return has_waited;
}

static gboolean
stage_run (HaulContext  *context,
           GVariant     *arguments,
           GError      **error)
{
  HaulShareable *condition = haul_context_get_shared (context, "condition", HAUL_TYPE_CONDITION, error);
  HaulShareable *stage = haul_context_get_shared (context, "stage", HAUL_TYPE_VALUE, error);

  if (condition == NULL || stage == NULL)
    return FALSE;
  if (haul_arguments_get_int (arguments, "number") == 0)
    return first_stage (context, HAUL_CONDITION (condition), HAUL_VALUE (stage), error);
  return second_stage (context, HAUL_CONDITION (condition), HAUL_VALUE (stage), error);
}

static const HaulTask stage_task = {
  .id = "stage", .title = "Stage", .summary = "Does a stage", .params = together_params, .run = stage_run,
};

int
main (int    argc,
      char **argv)
{
  const HaulTask * const tasks[] = { &stage_task, NULL };
  g_autoptr(HaulCondition) condition = NULL;
  g_autoptr(HaulValue) stage = NULL;
  g_autoptr(GError) error = NULL;
  Shared shared[3] = { { NULL } };

  if (argc != 2 || argv[1][0] == '-')
    return haul_worker_main (argc, argv, tasks);   /* an executor has started us */

  condition = haul_condition_new (NULL, &error);
  stage = condition != NULL ? haul_value_new_raw ("x", &error) : NULL;
  if (stage == NULL)
    g_error ("%s", error->message);
  shared[0] = (Shared) { "condition", HAUL_SHAREABLE (condition) };
  shared[1] = (Shared) { "stage", HAUL_SHAREABLE (stage) };
  haul_tasks_register (tasks);

  together_run (argv[1], &stage_task, 3, shared);
  return 0;
}
