/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

/* A barrier: barrier WORKER.
 *
 * Three processes work in lock-step, for ten rounds; in each, one of them is the first. Then one of them
 * dies on its way to the barrier, and the others are not left waiting. It is its own worker: WORKER is the path
 * of this very program. */

#include "config.h"

#include "together.h"

#include <signal.h>

#define PARTIES 3
#define ROUNDS  10

static gboolean
rounds_run (HaulContext  *context,
            GVariant     *arguments,
            GError      **error)
{
  HaulShareable *barrier = haul_context_get_shared (context, "barrier", HAUL_TYPE_BARRIER, error);
  HaulShareable *came = haul_context_get_shared (context, "came", HAUL_TYPE_VALUE, error);
  HaulShareable *first = haul_context_get_shared (context, "first", HAUL_TYPE_VALUE, error);

  if (barrier == NULL || came == NULL || first == NULL)
    return FALSE;
  for (guint i = 0; i < ROUNDS; i++)
    {
      int index;

      (void) haul_value_add_int64 (HAUL_VALUE (came), 1);
      index = haul_barrier_wait (HAUL_BARRIER (barrier), -1, NULL, error);
      if (index < 0)
        return FALSE;
      if (index == 0)
        (void) haul_value_add_int64 (HAUL_VALUE (first), 1);
      if (haul_value_get_int64 (HAUL_VALUE (came)) < PARTIES * (i + 1))
        together_say (context, "not all have come, ");
    }
  together_say (context, "passed");
  return TRUE;
}

static gboolean
die_run (HaulContext  *context,
         GVariant     *arguments,
         GError      **error)
{
  HaulShareable *barrier = haul_context_get_shared (context, "barrier", HAUL_TYPE_BARRIER, error);

  if (barrier == NULL)
    return FALSE;
  while (haul_arguments_get_int (arguments, "number") == 0)
    {
      if (haul_barrier_get_n_waiting (HAUL_BARRIER (barrier)) == PARTIES - 1)
        raise (SIGKILL);
      g_usleep (1000);
    }
  return haul_barrier_wait (HAUL_BARRIER (barrier), -1, NULL, error) >= 0;
}

static const HaulTask rounds_task = {
  .id = "rounds", .title = "Rounds", .summary = "Passes a barrier", .params = together_params, .run = rounds_run,
};

static const HaulTask die_task = {
  .id = "die", .title = "Die", .summary = "Dies near a barrier", .params = together_params, .run = die_run,
};

int
main (int    argc,
      char **argv)
{
  const HaulTask * const tasks[] = { &rounds_task, &die_task, NULL };
  g_autoptr(HaulBarrier) barrier = NULL;
  g_autoptr(HaulValue) came = NULL;
  g_autoptr(HaulValue) first = NULL;
  g_autoptr(GError) error = NULL;
  Shared shared[4] = { { NULL } };

  if (argc != 2 || argv[1][0] == '-')
    return haul_worker_main (argc, argv, tasks);   /* an executor has started us */

  barrier = haul_barrier_new (PARTIES, &error);
  came = barrier != NULL ? haul_value_new_raw ("x", &error) : NULL;
  first = came != NULL ? haul_value_new_raw ("x", &error) : NULL;
  if (first == NULL)
    g_error ("%s", error->message);
  shared[0] = (Shared) { "barrier", HAUL_SHAREABLE (barrier) };
  shared[1] = (Shared) { "came", HAUL_SHAREABLE (came) };
  shared[2] = (Shared) { "first", HAUL_SHAREABLE (first) };
  haul_tasks_register (tasks);

  together_run (argv[1], &rounds_task, PARTIES, shared);
  g_print ("somebody was the first %" G_GINT64_FORMAT " times\n", haul_value_get_int64 (first));

  together_run (argv[1], &die_task, PARTIES, shared);
  if (!haul_barrier_reset (barrier, &error))
    g_error ("%s", error->message);
  g_print ("broken: %s\n", haul_barrier_is_broken (barrier) ? "yes" : "no");
  return 0;
}
