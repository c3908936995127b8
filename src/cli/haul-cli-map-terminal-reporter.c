/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <glib/gi18n.h>

#include "haul-cli-map-reporter.h"
#include "haul-cli-print.h"
#include "haul-cli-progress-line.h"
#include "haul-cli-worker-lines.h"

#define MAX_WORKER_LINES 8

/* Lines that are drawn over and over, of workers and of the whole, and failures above them. */
typedef struct
{
  HaulCliMapReporter parent;

  HaulCliTerminal   *terminal;   /* borrowed */
  gboolean           shared;     /* results are written there as well */
} TerminalReporter;

/* The last column stays free: some terminals wrap as soon as it is written to. */
static guint
get_columns (TerminalReporter *self)
{
  return MAX (haul_cli_terminal_get_width (self->terminal), 2) - 1;
}

/* One row is for the whole, and one for what was there before. */
static char *
make_worker_lines (TerminalReporter     *self,
                   const HaulCliMapNews *news)
{
  HaulWorkerLines lines = {
    .param = news->options->over_param->name,
    .now = g_get_monotonic_time (),
    .width = get_columns (self),
    .max_lines = MIN (MAX (haul_cli_terminal_get_height (self->terminal), 2) - 2, MAX_WORKER_LINES),
    .ascii = haul_cli_terminal_is_ascii (self->terminal),
  };

  return haul_worker_lines (&lines, haul_pool_get_workers (news->pool));
}

static void
terminal_progress (HaulCliMapReporter   *reporter,
                   const HaulCliMapNews *news)
{
  TerminalReporter *self = (TerminalReporter *) reporter;
  double fraction = haul_cli_map_get_fraction (news);
  g_autofree char *progress = haul_cli_map_format_progress (news);
  g_autofree char *rate = haul_format_rate (news->rate, _("values"));
  g_autofree char *left = haul_format_left (news->left);
  g_autofree char *workers = make_worker_lines (self, news);
  g_autofree char *line = NULL;
  g_autofree char *text = NULL;
  HaulProgressLine content = {
    .title = _(news->options->task->title),
    .fraction = fraction,
    .progress = progress,
    .rate = rate,
    .left = left,
    .status = news->stopping ? haul_format_state (HAUL_JOB_CANCELLING, HAUL_VERDICT_NONE) : NULL,
    .ascii = haul_cli_terminal_is_ascii (self->terminal),
  };

  line = haul_progress_line (&content, get_columns (self));
  text = g_strconcat (workers, line, NULL);
  haul_cli_terminal_draw (self->terminal, text);
  haul_cli_terminal_set_percent (self->terminal, fraction >= 0 ? (int) (fraction * 100) : -1);
}

static void
terminal_say (HaulCliMapReporter *reporter,
              const char         *line)
{
  haul_cli_terminal_print (((TerminalReporter *) reporter)->terminal, line);
}

static void
terminal_hide (HaulCliMapReporter *reporter)
{
  TerminalReporter *self = (TerminalReporter *) reporter;

  if (self->shared)
    haul_cli_terminal_hide (self->terminal);
}

static void
terminal_stop (HaulCliMapReporter *reporter)
{
  haul_cli_terminal_clear (((TerminalReporter *) reporter)->terminal);
}

static void
terminal_end (HaulCliMapReporter   *reporter,
              const HaulCliMapNews *news)
{
  g_autofree char *line = NULL;

  terminal_stop (reporter);
  if (news->error != NULL || news->stopping)
    return;

  line = haul_cli_map_format_end (news);
  haul_cli_say (line);
}

HaulCliMapReporter *
haul_cli_map_terminal_reporter_new (HaulCliTerminal *terminal,
                                    gboolean         shared)
{
  static const HaulCliMapReporterFuncs funcs = {
    .start = terminal_progress,
    .progress = terminal_progress,
    .say = terminal_say,
    .log = haul_cli_map_say_record,
    .hide = terminal_hide,
    .stop = terminal_stop,
    .end = terminal_end,
  };
  TerminalReporter *self = g_new0 (TerminalReporter, 1);

  self->parent.funcs = &funcs;
  self->terminal = terminal;
  self->shared = shared;
  return &self->parent;
}
