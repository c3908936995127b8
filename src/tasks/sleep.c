/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "haul/worker/haul-task.h"

#define SLICE 0.01   /* seconds between two looks at whether to stop */

extern const HaulTask haul_task_sleep;

static gboolean
run (HaulContext  *context,
     GVariant     *arguments,
     GError      **error)
{
  double seconds = haul_arguments_get_double (arguments, "seconds");
  g_autofree char *text = g_strdup_printf (_("Slept for %g s"), seconds);
  g_autoptr(GTimer) timer = g_timer_new ();

  haul_context_set_total (context, seconds);
  for (double slept = 0; slept < seconds; slept = g_timer_elapsed (timer, NULL))
    {
      haul_context_progress (context, slept);
      g_usleep (MIN (SLICE, seconds - slept) * G_USEC_PER_SEC);
      if (!haul_context_check (context, error))
        return FALSE;
    }

  haul_context_progress (context, seconds);
  haul_context_emit (context, text, strlen (text));
  return TRUE;
}

const HaulTask haul_task_sleep = {
  .id = "sleep",
  .title = N_("Sleep"),
  .summary = N_("Wait, and say how much of the time has passed"),
  .unit = N_("seconds"),
  .result = HAUL_RESULT_TEXT,
  .params = (const HaulParam[]) {
    {
      .name = "seconds",
      .title = N_("Time"),
      .unit = N_("seconds"),
      .help = N_("How long to wait"),
      .type = HAUL_PARAM_DOUBLE,
      .min = 0,
      .max = 86400,
      .initial = 5,
    },
    { NULL },
  },
  .run = run,
};
