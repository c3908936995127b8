/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-cli-lab-session.h"

#include <unistd.h>

#include <glib/gi18n.h>

#include "haul-cli-print.h"
#include "haul-cli-progress-line.h"
#include "haul-cli-signals.h"
#include "haul-cli-terminal.h"
#include "haul-cli.h"

#define DRAW_MS 100   /* ten times a second is as fast as anybody reads */

typedef struct
{
  LabRun          *run;            /* borrowed */
  const char      *title;
  guint            n_times;
  GMainLoop       *loop;           /* (owned) */
  HaulCliTerminal *terminal;       /* (owned) (nullable) */
  HaulCliSignals  *signals;        /* (owned) */
  guint            tick_id;
  guint            n_interrupts;
} Session;

static void
session_clear (Session *self)
{
  g_clear_handle_id (&self->tick_id, g_source_remove);
  g_signal_handlers_disconnect_by_data (self->run, self);
  g_clear_pointer (&self->signals, haul_cli_signals_free);
  g_clear_pointer (&self->terminal, haul_cli_terminal_free);
  g_clear_pointer (&self->loop, g_main_loop_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Session, session_clear)

static void
draw (Session *self)
{
  double fraction = lab_run_get_fraction (self->run);
  guint which = MIN ((guint) (fraction * self->n_times) + 1, self->n_times);
  g_autofree char *progress = NULL;
  g_autofree char *line = NULL;
  HaulProgressLine content = {
    .title = self->title,
    .fraction = fraction,
    .ascii = haul_cli_terminal_is_ascii (self->terminal),
  };

  if (self->n_times > 1)
    /* Translators: of an experiment that is repeated: “run 2 of 5”. */
    content.progress = progress = g_strdup_printf (_("run %u of %u"), which, self->n_times);
  if (self->n_interrupts > 0)
    content.status = _("Canceling…");

  /* The last column stays free: some terminals wrap as soon as it is written to. */
  line = haul_progress_line (&content, MAX (haul_cli_terminal_get_width (self->terminal), 2) - 1);
  haul_cli_terminal_draw (self->terminal, line);
  haul_cli_terminal_set_percent (self->terminal, (int) (fraction * 100));
}

static gboolean
tick_cb (gpointer user_data)
{
  draw (user_data);
  return G_SOURCE_CONTINUE;
}

static void
interrupted (int      signum,
             gpointer user_data)
{
  Session *self = user_data;

  if (lab_run_get_state (self->run) != LAB_RUN_RUNNING)
    return;
  self->n_interrupts++;
  if (self->n_interrupts == 1)
    lab_run_cancel (self->run);
  else
    haul_job_force (lab_run_get_job (self->run));
}

/* Only this program stops: an experiment that is stopped half-way finds nothing. */
static void
stopping (gpointer user_data)
{
  Session *self = user_data;

  if (self->terminal != NULL)
    haul_cli_terminal_clear (self->terminal);
  haul_cli_signals_stop (self->signals);
}

static void
resized (gpointer user_data)
{
  Session *self = user_data;

  if (self->terminal != NULL)
    draw (self);
}

static void
state_cb (LabRun     *run,
          GParamSpec *pspec,
          Session    *self)
{
  if (lab_run_get_state (run) != LAB_RUN_RUNNING)
    g_main_loop_quit (self->loop);
}

static int
get_status (Session *self)
{
  HaulJob *job = lab_run_get_job (self->run);
  const GError *error = lab_run_get_error (self->run);

  if (self->n_interrupts > 0 && haul_job_get_verdict (job) != HAUL_VERDICT_DONE)
    return HAUL_CLI_EXIT_CANCELLED;
  if (error == NULL)
    return HAUL_CLI_EXIT_DONE;
  if (haul_job_get_verdict (job) == HAUL_VERDICT_TIMED_OUT)
    return HAUL_CLI_EXIT_TIMED_OUT;
  if (haul_job_get_verdict (job) == HAUL_VERDICT_CRASHED)
    return HAUL_CLI_EXIT_CRASHED + haul_job_get_exit_signal (job);
  return HAUL_CLI_EXIT_FAILED;
}

int
haul_cli_lab_session_run (LabRun     *run,
                          guint       n_times,
                          const char *title)
{
  static const HaulCliSignalFuncs funcs = { interrupted, stopping, resized };
  g_auto(Session) self = { run, title, n_times };

  self.loop = g_main_loop_new (NULL, FALSE);
  self.terminal = haul_cli_terminal_new (STDERR_FILENO);
  self.signals = haul_cli_signals_new (&funcs, FALSE, &self);
  if (self.terminal != NULL)
    {
      self.tick_id = g_timeout_add (DRAW_MS, tick_cb, &self);
      g_source_set_name_by_id (self.tick_id, "[haul] draw");
    }

  lab_run_skip (run);
  g_signal_connect (run, "notify::state", G_CALLBACK (state_cb), &self);
  /* It may be over at once, where there is no helper. */
  if (lab_run_start (run, n_times) && lab_run_get_state (run) == LAB_RUN_RUNNING)
    g_main_loop_run (self.loop);

  if (self.terminal != NULL)
    haul_cli_terminal_clear (self.terminal);
  return get_status (&self);
}
