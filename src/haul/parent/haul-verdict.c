/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-job-private.h"

#include <glib/gi18n-lib.h>
#include <signal.h>
#include <string.h>

#include "haul-format.h"
#include "haul-lines-private.h"
#include "haul-part.h"
#include "haul/wire/haul-error.h"
#include "haul/worker/haul-crash-private.h"

/* The last line that the worker wrote: where it died is often clear from it. What we said ourselves does
 * not count, nor what it printed of its crash, between which there may be what it had logged before. */
static char *
last_words (HaulJob *job)
{
  GListModel *log = haul_job_get_log (job);
  guint n = g_list_model_get_n_items (log);
  g_autofree char *words = NULL;
  gboolean crashed = FALSE;

  for (guint i = n > 2 * HAUL_CRASH_LINES ? n - 2 * HAUL_CRASH_LINES : 0; i < n; i++)
    {
      g_autoptr(HaulRecord) record = g_list_model_get_item (log, i);
      const char *text = haul_record_get_text (record);
      gboolean printed = haul_record_get_level (record) == HAUL_LOG_OUTPUT;

      crashed |= printed && strstr (text, HAUL_CRASH_MARK) != NULL;
      if (g_strcmp0 (haul_record_get_domain (record), HAUL_LIFE_DOMAIN) != 0 && *text != '\0' && !(printed && crashed))
        {
          g_free (words);
          words = g_strdup (text);
        }
    }
  return g_steal_pointer (&words);
}

/* Of a job that is divided, the part that its worker died of. */
static HaulPart *
failed_part (HaulJob *job)
{
  GListModel *parts = haul_job_get_parts (job);
  guint n = g_list_model_get_n_items (parts);

  for (guint i = 0; n > 1 && i < n; i++)
    {
      g_autoptr(HaulPart) part = g_list_model_get_item (parts, i);

      if (haul_part_get_state (part) == HAUL_PART_FAILED)
        return g_steal_pointer (&part);
    }
  return NULL;
}

/* " in “Part 3” at 62 %; its last words: “…”" as far as they are known. */
static char *
circumstances (HaulJob *job)
{
  GString *text = g_string_new (NULL);
  double fraction = haul_job_get_fraction (job);
  g_autofree char *words = last_words (job);
  g_autoptr(HaulPart) part = failed_part (job);

  if (part != NULL)
    g_string_append_printf (text, _(" in “%s”"), haul_part_get_title (part));
  if (fraction >= 0)
    g_string_append_printf (text, _(" at %.0f %%"), 100 * fraction);
  if (words != NULL && *words != '\0')
    g_string_append_printf (text, _("; its last words: “%s”"), words);
  return g_string_free (text, FALSE);
}

static const char *
program_name (HaulJob *job)
{
  return haul_job_get_program (job) != NULL ? haul_job_get_program (job) : _("the worker");
}

static GError *
explain_failure (HaulJob        *job,
                 const HaulLife *life,
                 const char     *task_error)
{
  g_autofree char *exit_text = haul_format_exit (life->exit_code, life->exit_signal);
  g_autofree char *where = circumstances (job);

  if (life->reason == HAUL_REASON_NO_ANSWER)
    return g_error_new (HAUL_ERROR, HAUL_ERROR_START,
                        _("%s was started and said nothing for %d s: is it haul-worker?"),
                        program_name (job), HAUL_START_TIMEOUT_MS / 1000);
  if (life->reason == HAUL_REASON_LINGERS)
    return g_error_new (HAUL_ERROR, HAUL_ERROR_ENDED,
                        _("the worker gave its last message and did not end"));
  if (task_error != NULL)
    return g_error_new_literal (HAUL_ERROR, HAUL_ERROR_TASK, task_error);
  if (life->has_result)
    return g_error_new (HAUL_ERROR, HAUL_ERROR_ENDED, _("%s after its result%s"), exit_text, where);
  if (haul_job_get_stamp (job, HAUL_STAMP_RUNNING) == 0)
    return g_error_new (HAUL_ERROR, HAUL_ERROR_START,
                        _("%s ended before it was ready (%s): is it haul-worker?"), program_name (job), exit_text);
  if (life->exit_code == 0)
    return g_error_new (HAUL_ERROR, HAUL_ERROR_ENDED, _("the worker ended without a result%s"), where);
  return g_error_new (HAUL_ERROR, HAUL_ERROR_ENDED, _("the worker ended with %s%s"), exit_text, where);
}

GError *
haul_verdict_explain (HaulJob        *job,
                      const HaulLife *life,
                      const char     *task_error)
{
  g_autofree char *exit_text = haul_format_exit (life->exit_code, life->exit_signal);
  g_autofree char *where = circumstances (job);

  switch (life->verdict)
    {
    case HAUL_VERDICT_FAILED:
      return explain_failure (job, life, task_error);

    case HAUL_VERDICT_CRASHED:
      if (life->exit_signal == SIGKILL)
        return g_error_new (HAUL_ERROR, HAUL_ERROR_ENDED, _("the worker was ended by %s, from outside%s"), exit_text, where);
      return g_error_new (HAUL_ERROR, HAUL_ERROR_ENDED, _("the worker was ended by %s%s"), exit_text, where);

    case HAUL_VERDICT_CANCELLED:
      return g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, _("canceled"));

    case HAUL_VERDICT_TIMED_OUT:
      return g_error_new (HAUL_ERROR, HAUL_ERROR_TIMED_OUT, _("took longer than it was allowed to%s"), where);

    case HAUL_VERDICT_INTERRUPTED:
      return g_error_new_literal (HAUL_ERROR, HAUL_ERROR_ENDED, _("the program that ran it ended first"));

    case HAUL_VERDICT_NONE:
    case HAUL_VERDICT_DONE:
    default:
      return NULL;
    }
}
