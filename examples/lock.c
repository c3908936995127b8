/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

/* A lock, also when its holder is killed: lock WORKER.
 *
 * Four processes count together, with a lock. Then one dies while it has the lock: the next is told so, and
 * puts right what was left half done. It is its own worker: WORKER is the path of this very program. */

#include "config.h"

#include "together.h"

#include <signal.h>

#define TIMES 1000

/* The counter is read and written, which is two steps: without the lock, others would come in between. */
static gboolean
count_run (HaulContext  *context,
           GVariant     *arguments,
           GError      **error)
{
  HaulShareable *lock = haul_context_get_shared (context, "lock", HAUL_TYPE_LOCK, error);
  HaulShareable *counter = haul_context_get_shared (context, "counter", HAUL_TYPE_VALUE, error);

  if (lock == NULL || counter == NULL)
    return FALSE;
  for (guint i = 0; i < TIMES; i++)
    {
      if (!haul_lock_acquire (HAUL_LOCK (lock), -1, NULL, error))
        return FALSE;
      haul_value_set_int64 (HAUL_VALUE (counter), haul_value_get_int64 (HAUL_VALUE (counter)) + 1);
      haul_lock_release (HAUL_LOCK (lock));
    }
  together_say (context, "counted");
  return TRUE;
}

static gboolean
die_run (HaulContext  *context,
         GVariant     *arguments,
         GError      **error)
{
  HaulShareable *lock = haul_context_get_shared (context, "lock", HAUL_TYPE_LOCK, error);
  HaulShareable *counter = haul_context_get_shared (context, "counter", HAUL_TYPE_VALUE, error);

  if (lock == NULL || counter == NULL || !haul_lock_acquire (HAUL_LOCK (lock), -1, NULL, error))
    return FALSE;
  haul_value_set_int64 (HAUL_VALUE (counter), -1);
  raise (SIGKILL);
  return TRUE;
}

static const HaulTask count_task = {
  .id = "count", .title = "Count", .summary = "Counts with a lock", .params = together_params, .run = count_run,
};

static const HaulTask die_task = {
  .id = "die", .title = "Die", .summary = "Dies with a lock", .params = together_params, .run = die_run,
};

static void
use (HaulLock  *lock,
     HaulValue *counter)
{
  g_autoptr(GError) error = NULL;

  if (!haul_lock_acquire (lock, -1, NULL, &error))
    {
      g_print ("%s\n", error->message);
      if (!g_error_matches (error, HAUL_ERROR, HAUL_ERROR_OWNER_DIED))
        return;
      g_clear_error (&error);
      if (!haul_lock_recover (lock, -1, NULL, &error))
        g_error ("%s", error->message);
      haul_value_set_int64 (counter, 0);
    }
  g_print ("counter: %" G_GINT64_FORMAT "\n", haul_value_get_int64 (counter));
  haul_lock_release (lock);
}

int
main (int    argc,
      char **argv)
{
  const HaulTask * const tasks[] = { &count_task, &die_task, NULL };
  g_autoptr(HaulLock) lock = NULL;
  g_autoptr(HaulValue) counter = NULL;
  g_autoptr(GError) error = NULL;
  Shared shared[3] = { { NULL } };

  if (argc != 2 || argv[1][0] == '-')
    return haul_worker_main (argc, argv, tasks);   /* an executor has started us */

  lock = haul_lock_new (&error);
  counter = lock != NULL ? haul_value_new_raw ("x", &error) : NULL;
  if (counter == NULL)
    g_error ("%s", error->message);
  haul_tasks_register (tasks);
  shared[0] = (Shared) { "lock", HAUL_SHAREABLE (lock) };
  shared[1] = (Shared) { "counter", HAUL_SHAREABLE (counter) };

  together_run (argv[1], &count_task, 4, shared);
  use (lock, counter);
  together_run (argv[1], &die_task, 1, shared);
  use (lock, counter);
  use (lock, counter);
  return 0;
}
