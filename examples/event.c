/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

/* An event: event WORKER.
 *
 * Two processes wait until a third has set something up. One of them looks first whether it has to wait at all.
 * It is its own worker: WORKER is the path of this very program. */

#include "config.h"

#include "together.h"

static gboolean
meet_run (HaulContext  *context,
          GVariant     *arguments,
          GError      **error)
{
  HaulShareable *ready = haul_context_get_shared (context, "ready", HAUL_TYPE_EVENT, error);
  HaulShareable *answer = haul_context_get_shared (context, "answer", HAUL_TYPE_VALUE, error);
  g_autofree char *text = NULL;

  if (ready == NULL || answer == NULL)
    return FALSE;
  switch (haul_arguments_get_int (arguments, "number"))
    {
    case 0:
      haul_value_set_int64 (HAUL_VALUE (answer), 42);
      haul_event_set (HAUL_EVENT (ready));
      together_say (context, "ready");
      return TRUE;
    case 1:
      if (!haul_event_is_set (HAUL_EVENT (ready)) && !haul_event_wait (HAUL_EVENT (ready), -1, NULL, error))
        return FALSE;
      break;
    default:
      if (!haul_event_wait (HAUL_EVENT (ready), 60000, NULL, error))   /* ms */
        return FALSE;
      break;
    }
  text = g_strdup_printf ("the answer is %" G_GINT64_FORMAT, haul_value_get_int64 (HAUL_VALUE (answer)));
  together_say (context, text);
  return TRUE;
}

static const HaulTask meet_task = {
  .id = "meet", .title = "Meet", .summary = "Waits for an event, or sets it", .params = together_params, .run = meet_run,
};

int
main (int    argc,
      char **argv)
{
  const HaulTask * const tasks[] = { &meet_task, NULL };
  g_autoptr(HaulEvent) ready = NULL;
  g_autoptr(HaulValue) answer = NULL;
  g_autoptr(GError) error = NULL;
  Shared shared[3] = { { NULL } };

  if (argc != 2 || argv[1][0] == '-')
    return haul_worker_main (argc, argv, tasks);   /* an executor has started us */

  ready = haul_event_new (&error);
  answer = ready != NULL ? haul_value_new_raw ("x", &error) : NULL;
  if (answer == NULL)
    g_error ("%s", error->message);
  shared[0] = (Shared) { "ready", HAUL_SHAREABLE (ready) };
  shared[1] = (Shared) { "answer", HAUL_SHAREABLE (answer) };
  haul_tasks_register (tasks);

  together_run (argv[1], &meet_task, 3, shared);
  if (!haul_event_wait (ready, 0, NULL, &error))   /* it stays set */
    g_error ("%s", error->message);
  haul_event_clear (ready);
  if (!haul_event_wait (ready, 10, NULL, &error))
    g_print ("%s\n", error->message);
  return 0;
}
