/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-cli-reporter.h"

#include <glib/gi18n.h>

#include "haul-cli-print.h"

void
haul_cli_reporter_free (HaulCliReporter *self)
{
  if (self->funcs->free != NULL)
    self->funcs->free (self);
  g_free (self);
}

HaulCliReporter *
haul_cli_quiet_reporter_new (void)
{
  static const HaulCliReporterFuncs funcs = { NULL };
  HaulCliReporter *self = g_new0 (HaulCliReporter, 1);

  self->funcs = &funcs;
  return self;
}

char *
haul_cli_format_record (HaulRecord *record)
{
  g_autofree char *line = haul_record_dup_line (record);

  return g_strconcat (line, "\n", NULL);
}

char *
haul_cli_format_log (HaulJob    *job,
                     HaulRecord *record)
{
  const char *id = haul_job_get_task (job)->id;
  g_autofree char *text = haul_text_clean (haul_record_get_text (record), -1);

  if (haul_log_get_level () != HAUL_LOG_NOTSET)
    return haul_cli_format_record (record);

  switch (haul_record_get_level (record))
    {
    case HAUL_LOG_DEBUG:
    case HAUL_LOG_NOTSET:
      /* With a domain it came since G_MESSAGES_DEBUG asks for it. */
      return haul_record_get_domain (record) != NULL ? g_strdup_printf ("%s: %s\n", id, text) : NULL;

    case HAUL_LOG_WARNING:
      /* Translators: the name of a task, and a line of its log. */
      return g_strdup_printf (_("%s: warning: %s\n"), id, text);

    case HAUL_LOG_OUTPUT:
      /* Translators: the name of a task, and what it wrote to its own standard output or error. */
      return g_strdup_printf (_("%s: output: %s\n"), id, text);

    case HAUL_LOG_INFO:
    default:
      return g_strdup_printf ("%s: %s\n", id, text);
    }
}

char *
haul_cli_format_done (HaulJob *job)
{
  g_autofree char *elapsed = haul_format_duration (haul_job_get_elapsed (job));

  /* Translators: the name of a task, and a duration. */
  return g_strdup_printf (_("haul: %s: done in %s\n"), haul_job_get_task (job)->id, elapsed);
}

/* Lines for a log file or a pipe: at the start, at each quarter, at the end. */
typedef struct
{
  HaulCliReporter parent;

  gboolean        started;
  int             quarter;   /* the last that was told */
} PlainReporter;

static void
plain_state (HaulCliReporter *reporter,
             HaulJob         *job)
{
  PlainReporter *self = (PlainReporter *) reporter;
  g_autofree char *line = NULL;

  if (self->started || haul_job_get_state (job) != HAUL_JOB_RUNNING)
    return;

  self->started = TRUE;
  if (haul_job_get_pid (job) > 0)
    line = g_strdup_printf (_("haul: %s: started, process %d\n"), haul_job_get_task (job)->id, haul_job_get_pid (job));
  else
    line = g_strdup_printf (_("haul: %s: started\n"), haul_job_get_task (job)->id);

  haul_cli_say (line);
}

static void
plain_progress (HaulCliReporter *reporter,
                HaulJob         *job)
{
  PlainReporter *self = (PlainReporter *) reporter;
  int quarter = (int) (haul_job_get_fraction (job) * 4);
  g_autofree char *progress = NULL;
  g_autofree char *left = NULL;
  g_autofree char *line = NULL;

  if (quarter <= self->quarter || quarter >= 4)
    return;

  self->quarter = quarter;
  progress = haul_format_progress (job);
  left = haul_format_left (haul_job_get_left (job));
  line = g_strdup_printf ("haul: %s: %d%%, %s%s%s\n", haul_job_get_task (job)->id, quarter * 25, progress,
                          left != NULL ? ", " : "", left != NULL ? left : "");
  haul_cli_say (line);
}

static void
plain_log (HaulCliReporter *reporter,
           HaulJob         *job,
           HaulRecord      *record)
{
  g_autofree char *line = haul_cli_format_log (job, record);

  if (line != NULL)
    haul_cli_say (line);
}

static void
plain_notice (HaulCliReporter *reporter,
              const char      *text)
{
  g_autofree char *line = g_strdup_printf ("haul: %s\n", text);

  haul_cli_say (line);
}

static void
plain_end (HaulCliReporter  *reporter,
           HaulJob          *job,
           const HaulCliEnd *end)
{
  g_autofree char *line = NULL;

  if (end->error != NULL)
    return;

  line = haul_cli_format_done (job);
  haul_cli_say (line);
}

HaulCliReporter *
haul_cli_plain_reporter_new (void)
{
  static const HaulCliReporterFuncs funcs = {
    .state = plain_state,
    .progress = plain_progress,
    .log = plain_log,
    .notice = plain_notice,
    .end = plain_end,
  };
  PlainReporter *self = g_new0 (PlainReporter, 1);

  self->parent.funcs = &funcs;
  return &self->parent;
}
