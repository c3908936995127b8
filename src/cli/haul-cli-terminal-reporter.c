/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <glib/gi18n.h>

#include "haul-cli-parts.h"
#include "haul-cli-print.h"
#include "haul-cli-progress-line.h"
#include "haul-cli-reporter.h"

#define DRAW_MS 100   /* ten times a second is as fast as anybody reads */

/* A line that is drawn over and over, and what else there is to tell above it. */
typedef struct
{
  HaulCliReporter  parent;

  HaulCliTerminal *terminal;   /* borrowed */
  HaulJob         *job;        /* (owned) */
  guint            tick_id;    /* draws what changes without news: the time that is left */
  gint64           drawn;      /* µs, when it was drawn last */
  gboolean         over;       /* the end was told */
} TerminalReporter;

static void
draw (TerminalReporter *self)
{
  HaulJobState state = haul_job_get_state (self->job);
  gboolean runs = state == HAUL_JOB_RUNNING;
  double fraction = haul_job_get_fraction (self->job);
  g_autofree char *progress = haul_format_progress (self->job);
  const char *unit = haul_job_get_task (self->job)->unit;
  g_autofree char *rate = haul_format_rate (haul_job_get_rate (self->job), unit != NULL ? _(unit) : "");
  g_autofree char *left = haul_format_left (haul_job_get_left (self->job));
  g_autofree char *parts = haul_cli_format_parts (self->job);
  g_autofree char *line = NULL;
  HaulProgressLine content = {
    .title = haul_job_get_title (self->job),
    .fraction = fraction,
    .progress = progress,
    .rate = rate,
    .left = left,
    .parts = parts,
    .phase = haul_job_get_phase (self->job),
    .status = runs ? NULL : haul_format_state (state, haul_job_get_verdict (self->job)),
    .ascii = haul_cli_terminal_is_ascii (self->terminal),
  };

  /* Stopped, or at the end, the terminal is not ours. */
  if (self->tick_id == 0)
    return;

  self->drawn = g_get_monotonic_time ();
  /* The last column stays free: some terminals wrap as soon as it is written to. */
  line = haul_progress_line (&content, MAX (haul_cli_terminal_get_width (self->terminal), 2) - 1);
  haul_cli_terminal_draw (self->terminal, line);
  haul_cli_terminal_set_percent (self->terminal, fraction >= 0 ? (int) (fraction * 100) : -1);
}

static gboolean
tick_cb (gpointer user_data)
{
  draw (user_data);
  return G_SOURCE_CONTINUE;
}

static void
start_tick (TerminalReporter *self)
{
  self->tick_id = g_timeout_add (DRAW_MS, tick_cb, self);
  g_source_set_name_by_id (self->tick_id, "[haul] draw");
}

static void
terminal_state (HaulCliReporter *reporter,
                HaulJob         *job)
{
  draw ((TerminalReporter *) reporter);
}

/* The tick draws, unless the job blocks the main loop. */
static void
terminal_progress (HaulCliReporter *reporter,
                   HaulJob         *job)
{
  TerminalReporter *self = (TerminalReporter *) reporter;

  if (g_get_monotonic_time () - self->drawn >= DRAW_MS * 1000)
    draw (self);
}

static void
terminal_log (HaulCliReporter *reporter,
              HaulJob         *job,
              HaulRecord      *record)
{
  TerminalReporter *self = (TerminalReporter *) reporter;
  g_autofree char *line = haul_cli_format_log (job, record);

  if (line != NULL)
    haul_cli_terminal_print (self->terminal, line);
}

static void
terminal_notice (HaulCliReporter *reporter,
                 const char      *text)
{
  TerminalReporter *self = (TerminalReporter *) reporter;
  g_autofree char *line = g_strdup_printf ("haul: %s\n", text);

  haul_cli_terminal_print (self->terminal, line);
  draw (self);
}

static void
terminal_stop (HaulCliReporter *reporter)
{
  TerminalReporter *self = (TerminalReporter *) reporter;

  g_clear_handle_id (&self->tick_id, g_source_remove);
  haul_cli_terminal_clear (self->terminal);
}

static void
terminal_resume (HaulCliReporter *reporter)
{
  TerminalReporter *self = (TerminalReporter *) reporter;

  if (self->over || self->tick_id != 0)
    return;

  start_tick (self);
  draw (self);
}

static void
terminal_end (HaulCliReporter  *reporter,
              HaulJob          *job,
              const HaulCliEnd *end)
{
  TerminalReporter *self = (TerminalReporter *) reporter;
  g_autofree char *line = NULL;

  self->over = TRUE;
  terminal_stop (reporter);
  if (end->error != NULL)
    return;

  line = haul_cli_format_done (job);
  haul_cli_say (line);
}

static void
terminal_free (HaulCliReporter *reporter)
{
  TerminalReporter *self = (TerminalReporter *) reporter;

  terminal_stop (reporter);
  g_clear_object (&self->job);
}

HaulCliReporter *
haul_cli_terminal_reporter_new (HaulCliTerminal *terminal,
                                HaulJob         *job)
{
  static const HaulCliReporterFuncs funcs = {
    .state = terminal_state,
    .progress = terminal_progress,
    .log = terminal_log,
    .notice = terminal_notice,
    .stop = terminal_stop,
    .resume = terminal_resume,
    .end = terminal_end,
    .free = terminal_free,
  };
  TerminalReporter *self = g_new0 (TerminalReporter, 1);

  self->parent.funcs = &funcs;
  self->terminal = terminal;
  self->job = g_object_ref (job);
  start_tick (self);
  return &self->parent;
}
