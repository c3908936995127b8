/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

/* A semaphore: semaphore WORKER.
 *
 * Of six processes never more than three are at work at a time. Then one dies with its unit, which has to be
 * recovered. It is its own worker: WORKER is the path of this very program. */

#include "config.h"

#include "together.h"

#include <signal.h>

#define UNITS 3

static gboolean
work_run (HaulContext  *context,
          GVariant     *arguments,
          GError      **error)
{
  HaulShareable *units = haul_context_get_shared (context, "units", HAUL_TYPE_SEMAPHORE, error);
  HaulShareable *at_work = haul_context_get_shared (context, "at-work", HAUL_TYPE_VALUE, error);

  if (units == NULL || at_work == NULL || !haul_semaphore_acquire (HAUL_SEMAPHORE (units), -1, NULL, error))
    return FALSE;
  together_say (context, haul_value_add_int64 (HAUL_VALUE (at_work), 1) <= UNITS ? "worked" : "too many");
  (void) haul_value_add_int64 (HAUL_VALUE (at_work), -1);
  return haul_semaphore_release (HAUL_SEMAPHORE (units), error);
}

static gboolean
die_run (HaulContext  *context,
         GVariant     *arguments,
         GError      **error)
{
  HaulShareable *units = haul_context_get_shared (context, "units", HAUL_TYPE_SEMAPHORE, error);

  if (units == NULL || !haul_semaphore_acquire (HAUL_SEMAPHORE (units), -1, NULL, error))
    return FALSE;
  raise (SIGKILL);
  return TRUE;
}

static const HaulTask work_task = {
  .id = "work", .title = "Work", .summary = "Works with a unit", .params = together_params, .run = work_run,
};

static const HaulTask die_task = {
  .id = "die", .title = "Die", .summary = "Dies with a unit", .params = together_params, .run = die_run,
};

int
main (int    argc,
      char **argv)
{
  const HaulTask * const tasks[] = { &work_task, &die_task, NULL };
  g_autoptr(HaulSemaphore) units = NULL;
  g_autoptr(HaulValue) at_work = NULL;
  g_autoptr(GError) error = NULL;
  Shared shared[3] = { { NULL } };

  if (argc != 2 || argv[1][0] == '-')
    return haul_worker_main (argc, argv, tasks);   /* an executor has started us */

  units = haul_semaphore_new (UNITS, TRUE, &error);
  at_work = units != NULL ? haul_value_new_raw ("x", &error) : NULL;
  if (at_work == NULL)
    g_error ("%s", error->message);
  shared[0] = (Shared) { "units", HAUL_SHAREABLE (units) };
  shared[1] = (Shared) { "at-work", HAUL_SHAREABLE (at_work) };
  haul_tasks_register (tasks);

  together_run (argv[1], &work_task, 6, shared);
  together_run (argv[1], &die_task, 1, shared);

  /* Two units are left: nobody is troubled before there are none. */
  while (haul_semaphore_acquire (units, -1, NULL, &error))
    g_print ("took one\n");
  g_print ("%s\n", error->message);
  g_clear_error (&error);
  if (!haul_semaphore_recover (units, -1, NULL, &error) || !haul_semaphore_acquire (units, 0, NULL, &error))
    g_error ("%s", error->message);
  g_print ("took one\n");
  return 0;
}
