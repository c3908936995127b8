/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "test-tasks.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#include "haul/sync/haul-array.h"
#include "haul/sync/haul-barrier.h"
#include "haul/sync/haul-lock.h"
#include "haul/sync/haul-value.h"
#include "haul/wire/haul-error.h"
#include "haul/worker/haul-plan.h"

/* Tasks that use what is shared with them: a value called “counter”, and others. */

static HaulValue *
find_value (HaulContext  *context,
            const char   *name,
            GError      **error)
{
  return (HaulValue *) haul_context_get_shared (context, name, HAUL_TYPE_VALUE, error);
}

static gboolean
run_count (HaulContext  *context,
           GVariant     *arguments,
           GError      **error)
{
  HaulValue *counter = find_value (context, "counter", error);
  const char *how = haul_arguments_get_string (arguments, "how");

  for (gint64 i = haul_arguments_get_int (arguments, "times"); counter != NULL && i > 0; i--)
    {
      if (g_str_equal (how, "atomically"))
        {
          (void) haul_value_add_int64 (counter, 1);
          continue;
        }
      if (g_str_equal (how, "locked") && !haul_rlock_acquire (haul_value_get_lock (counter), -1, NULL, error))
        return FALSE;
      haul_value_set_int64 (counter, haul_value_get_int64 (counter) + 1);   /* else others may come in between */
      if (g_str_equal (how, "locked"))
        haul_rlock_release (haul_value_get_lock (counter));
    }
  return counter != NULL;
}

static const HaulChoice ways[] = {
  { "atomically", "Atomically" }, { "locked", "Locked" }, { "plainly", "Plainly" },
  { NULL }
};

static const HaulTask count_task = {
  .id = "share-count", .title = "share-count", .summary = "Tests",
  .params = (const HaulParam[]) {
    { "times", "Times", NULL, "How often", HAUL_PARAM_INT, 0, 1e9, 1 },
    { "how", "How", NULL, "How", HAUL_PARAM_CHOICE, .initial_text = "atomically", .choices = ways },
    { NULL }
  },
  .run = run_count,
};

/* Gives the text of what is called so. */
static gboolean
run_show (HaulContext  *context,
          GVariant     *arguments,
          GError      **error)
{
  const char *name = haul_arguments_get_string (arguments, "name");
  gboolean is_array = g_str_equal (haul_arguments_get_string (arguments, "type"), "array");
  HaulShareable *shareable = haul_context_get_shared (context, name, is_array ? HAUL_TYPE_ARRAY : HAUL_TYPE_SHAREABLE, error);
  g_autoptr(GVariant) numbers = NULL;
  g_autofree char *text = NULL;

  if (shareable == NULL)
    return FALSE;
  if (HAUL_IS_ARRAY (shareable))
    {
      numbers = haul_array_dup_numbers (HAUL_ARRAY (shareable));
      text = g_variant_print (numbers, TRUE);
    }
  else
    text = g_strdup_printf ("%g", haul_value_get_double (HAUL_VALUE (shareable)));
  haul_context_emit (context, text, strlen (text));
  return TRUE;
}

static const HaulTask show_task = {
  .id = "share-show", .title = "share-show", .summary = "Tests",
  .params = (const HaulParam[]) {
    { "name", "Name", NULL, "Of what", HAUL_PARAM_STRING, .initial_text = "counter" },
    { "type", "Type", NULL, "Its type", HAUL_PARAM_STRING, .initial_text = "any" },
    { NULL }
  },
  .run = run_show,
};

/* Counts, and dies if it is the first to see that somebody has to. */
static gboolean
run_die (HaulContext  *context,
         GVariant     *arguments,
         GError      **error)
{
  HaulValue *counter = find_value (context, "counter", error);
  HaulValue *victims = counter != NULL ? find_value (context, "victims", error) : NULL;

  if (victims == NULL)
    return FALSE;
  if (haul_value_add_int64 (victims, -1) > 0)
    raise (SIGKILL);
  (void) haul_value_add_int64 (counter, 1);
  return TRUE;
}

static const HaulTask die_task = {
  .id = "share-die", .title = "share-die", .summary = "Tests", .params = (const HaulParam[]) { { NULL } }, .run = run_die,
};

/* Waits for the counter's lock, which somebody else has. */
static gboolean
run_wait (HaulContext  *context,
          GVariant     *arguments,
          GError      **error)
{
  HaulValue *counter = find_value (context, "counter", error);

  if (counter == NULL)
    return FALSE;
  haul_context_log (context, HAUL_LOG_INFO, "waits");
  return haul_rlock_acquire (haul_value_get_lock (counter), -1, NULL, error);
}

static const HaulTask wait_task = {
  .id = "share-wait", .title = "share-wait", .summary = "Tests", .params = (const HaulParam[]) { { NULL } }, .run = run_wait,
  .tidy_ms = 20000,
};

/* Says that it is there, and stays until it is asked to stop. */
static gboolean
run_stay (HaulContext  *context,
          GVariant     *arguments,
          GError      **error)
{
  HaulValue *counter = find_value (context, "counter", error);

  if (counter == NULL)
    return FALSE;
  (void) haul_value_add_int64 (counter, 1);
  while (haul_context_check (context, error))
    g_usleep (1000);
  return FALSE;
}

static const HaulTask stay_task = {
  .id = "share-stay", .title = "share-stay", .summary = "Tests", .params = (const HaulParam[]) { { NULL } }, .run = run_stay,
};

/* Sets how many files its process may have open: what it was before if 0. */
static gboolean
run_limit (HaulContext  *context,
           GVariant     *arguments,
           GError      **error)
{
  gint64 n = haul_arguments_get_int (arguments, "files");
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) < 0)
    return FALSE;
  limit.rlim_cur = n > 0 ? (rlim_t) n : limit.rlim_max;
  return setrlimit (RLIMIT_NOFILE, &limit) == 0;
}

static const HaulTask limit_task = {
  .id = "share-limit", .title = "share-limit", .summary = "Tests",
  .params = (const HaulParam[]) { { "files", "Files", NULL, "How many", HAUL_PARAM_INT, 0, 100000, 0 }, { NULL } },
  .run = run_limit,
};

/* Divides itself into parts that count together, in a counter of the plan; the last one gives what it is. */
static HaulPlan *
divide_sum (GVariant *arguments,
            guint     n_workers)
{
  HaulPlan *plan = haul_plan_new ();
  gint64 n_parts = haul_arguments_get_int (arguments, "parts");
  g_autofree guint *parts = g_new (guint, n_parts);
  g_autoptr(HaulValue) counter = haul_value_new_raw ("x", NULL);

  haul_plan_share (plan, "counter", HAUL_SHAREABLE (counter));
  for (gint64 i = 0; i < n_parts; i++)
    parts[i] = haul_plan_add (plan, &count_task, "Count", g_variant_new_parsed ("{'times': <int64 100>}"), 1, NULL, 0);
  haul_plan_add (plan, &show_task, "Show", NULL, 1, parts, n_parts);
  return plan;
}

static const HaulTask sum_task = {
  .id = "share-sum", .title = "share-sum", .summary = "Tests",
  .params = (const HaulParam[]) {
    { "parts", "Parts", NULL, "How many", HAUL_PARAM_INT, 1, 1000, 10 },
    { "name", "Name", NULL, "Of what", HAUL_PARAM_STRING, .initial_text = "counter" },
    { "type", "Type", NULL, "Its type", HAUL_PARAM_STRING, .initial_text = "any" },
    { NULL }
  },
  .run = run_show,
  .divide = divide_sum,
};

/* Takes the lock, and dies with it, or recovers it first, or neither. */
static gboolean
run_lock (HaulContext  *context,
          GVariant     *arguments,
          GError      **error)
{
  HaulLock *lock = (HaulLock *) haul_context_get_shared (context, "lock", HAUL_TYPE_LOCK, error);
  const char *how = haul_arguments_get_string (arguments, "how");

  if (lock == NULL || !(g_str_equal (how, "recover") ? haul_lock_recover (lock, -1, NULL, error)
                                                     : haul_lock_acquire (lock, -1, NULL, error)))
    return FALSE;
  if (g_str_equal (how, "die"))
    raise (SIGKILL);
  haul_lock_release (lock);
  return TRUE;
}

static const HaulTask lock_task = {
  .id = "share-lock", .title = "share-lock", .summary = "Tests",
  .params = (const HaulParam[]) { { "how", "How", NULL, "How", HAUL_PARAM_STRING, .initial_text = "use" }, { NULL } },
  .run = run_lock,
};

static gboolean
run_meet (HaulContext  *context,
          GVariant     *arguments,
          GError      **error)
{
  HaulShareable *barrier = haul_context_get_shared (context, "barrier", HAUL_TYPE_BARRIER, error);

  return barrier != NULL && haul_barrier_wait (HAUL_BARRIER (barrier), -1, NULL, error) >= 0;
}

static const HaulTask meet_task = {
  .id = "share-meet", .title = "share-meet", .summary = "Tests", .params = (const HaulParam[]) { { NULL } }, .run = run_meet,
};

const HaulTask * const haul_test_share_tasks[] = {
  &count_task, &show_task, &die_task, &stay_task, &wait_task, &limit_task, &sum_task,
  &lock_task, &meet_task, NULL
};
