/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-cli-session.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gi18n.h>

#include "haul-cli-parts.h"
#include "haul-cli-print.h"
#include "haul-cli-reporter.h"
#include "haul-cli-signals.h"
#include "haul-cli.h"

#define STOP_WAIT_MS 500   /* for the worker to stop, before we do */
#define TAIL_LINES   5   /* of the log that go with a failure nobody saw coming */

typedef struct
{
  const HaulCliOptions *options;      /* borrowed */
  HaulCliOutput        *output;       /* borrowed (nullable) */

  HaulJob              *job;          /* (owned) */
  HaulExecutor         *executor;     /* (owned) */
  HaulCliTerminal      *terminal;     /* (owned) (nullable) */
  HaulCliWriter        *writer;       /* (owned) (nullable) with --json */
  HaulCliReporter      *reporter;     /* (owned) */
  HaulCliParts         *parts;        /* (owned) while the job is alive */
  HaulCliSignals       *signals;      /* (owned) while the job is alive */
  GMainLoop            *loop;         /* (owned) */

  GBytes               *result;       /* (owned) (nullable) */
  GError               *error;        /* (owned) (nullable) why the status is not 0 */
  int                   status;
  guint                 n_interrupts;
  guint                 patience_id;  /* while a thread that was asked to end goes on */
  guint                 stop_id;      /* from Ctrl+Z until we stop */
  gint64                stop_begin;   /* µs */
  gboolean              paused;       /* by Ctrl+Z */
} Session;

static void
session_clear (Session *self)
{
  g_clear_handle_id (&self->patience_id, g_source_remove);
  g_clear_handle_id (&self->stop_id, g_source_remove);
  /* The reporter lets go of the terminal, so it goes first. */
  g_clear_pointer (&self->reporter, haul_cli_reporter_free);
  g_clear_pointer (&self->parts, haul_cli_parts_free);
  g_clear_pointer (&self->signals, haul_cli_signals_free);
  g_clear_pointer (&self->terminal, haul_cli_terminal_free);
  g_clear_pointer (&self->writer, haul_cli_writer_free);
  g_clear_pointer (&self->loop, g_main_loop_unref);
  g_clear_pointer (&self->result, g_bytes_unref);
  g_clear_error (&self->error);
  g_clear_object (&self->job);
  g_clear_object (&self->executor);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Session, session_clear)

static int
status_for (HaulJob *job)
{
  switch (haul_job_get_verdict (job))
    {
    case HAUL_VERDICT_DONE:
      return HAUL_CLI_EXIT_DONE;

    case HAUL_VERDICT_CRASHED:
      return HAUL_CLI_EXIT_CRASHED + haul_job_get_exit_signal (job);

    case HAUL_VERDICT_CANCELLED:
    case HAUL_VERDICT_INTERRUPTED:
      return HAUL_CLI_EXIT_CANCELLED;

    case HAUL_VERDICT_TIMED_OUT:
      return HAUL_CLI_EXIT_TIMED_OUT;

    case HAUL_VERDICT_NONE:
    case HAUL_VERDICT_FAILED:
    default:
      return HAUL_CLI_EXIT_FAILED;
    }
}

static void
report_end (Session *self)
{
  HaulCliEnd end = { self->status, self->error, self->result };

  if (self->reporter->funcs->end != NULL)
    self->reporter->funcs->end (self->reporter, self->job, &end);
}

/* With --quiet nobody saw the log; why something failed is often in its last lines. */
static void
say_log_tail (Session *self)
{
  GListModel *log = haul_job_get_log (self->job);
  guint n = g_list_model_get_n_items (log);

  for (guint i = n > TAIL_LINES ? n - TAIL_LINES : 0; i < n; i++)
    {
      g_autoptr(HaulRecord) record = g_list_model_get_item (log, i);
      g_autofree char *line = haul_cli_format_log (self->job, record);

      if (line != NULL)
        haul_cli_say (line);
    }
}

static void
complain (Session *self)
{
  /* That nobody reads what we write is the reason then, and is told when the rest is written. */
  if (self->error == NULL || (self->writer != NULL && haul_cli_writer_get_error (self->writer) != NULL))
    return;

  if (haul_job_get_stuck (self->job) && haul_job_get_can_force (self->job))
    haul_cli_complain (_("%s: process %d does not end, not even by SIGKILL, and is left behind"),
                       self->options->task->id, haul_job_get_pid (self->job));

  if (self->status == HAUL_CLI_EXIT_CANCELLED)
    {
      if (!self->options->quiet)
        haul_cli_complain (_("%s: canceled"), self->options->task->id);
      return;
    }

  if (self->options->quiet)
    say_log_tail (self);

  if (g_error_matches (self->error, HAUL_ERROR, HAUL_ERROR_START) && haul_job_get_pid (self->job) == 0)
    haul_cli_complain (_("%s: %s; install it, or say in HAUL_WORKER where it is"),
                       self->options->task->id, self->error->message);
  else
    haul_cli_complain ("%s: %s", self->options->task->id, self->error->message);
}

/* The bytes to deliver: text ends with a newline, as text files do. */
static GBytes *
finish_result (HaulJob *job)
{
  g_autoptr(GBytes) bytes = haul_job_dup_result (job);
  g_autofree char *text = NULL;
  gsize size = 0;
  const char *data = g_bytes_get_data (bytes, &size);

  if (haul_job_get_task (job)->result == HAUL_RESULT_IMAGE || (size > 0 && data[size - 1] == '\n'))
    return g_steal_pointer (&bytes);

  text = g_malloc (size + 1);
  if (size > 0)
    memcpy (text, data, size);
  text[size] = '\n';
  return g_bytes_new_take (g_steal_pointer (&text), size + 1);
}

static int
deliver_to_stdout (Session *self)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) bytes = NULL;

  if (self->writer != NULL)
    {
      if (haul_cli_writer_finish (self->writer, &error))
        return self->status;
      return haul_cli_stdout_error (error);
    }

  if (self->status != HAUL_CLI_EXIT_DONE || self->output != NULL)
    return self->status;

  bytes = finish_result (self->job);
  return haul_cli_print_bytes (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

/* The job does not listen and cannot be forced: a thread between two big steps, or a process that nothing
 * ends. We end at once: nothing may be freed under a thread, which ends with us. */
static void
abandon (Session *self)
{
  g_clear_error (&self->error);
  if (self->n_interrupts > 0 || (self->writer != NULL && haul_cli_writer_get_error (self->writer) != NULL))
    {
      self->status = HAUL_CLI_EXIT_CANCELLED;
      self->error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, _("canceled"));
    }
  else if (self->options->timeout_ms == 0)
    {
      self->status = HAUL_CLI_EXIT_FAILED;
      self->error = g_error_new_literal (HAUL_ERROR, HAUL_ERROR_ENDED, _("the worker does not end"));
    }
  else
    {
      self->status = HAUL_CLI_EXIT_TIMED_OUT;
      self->error = g_error_new_literal (HAUL_ERROR, HAUL_ERROR_TIMED_OUT, _("took longer than it was allowed to"));
    }

  report_end (self);
  complain (self);
  _exit (deliver_to_stdout (self));
}

static gboolean
patience_cb (gpointer user_data)
{
  Session *self = user_data;

  self->patience_id = 0;
  abandon (self);
  return G_SOURCE_REMOVE;
}

/* Nothing helps against a process that waits in the kernel, or that a debugger holds. It ends when it can. */
static void
stuck_cb (HaulJob    *job,
          GParamSpec *pspec,
          Session    *self)
{
  if (haul_job_get_stuck (job) && haul_job_get_can_force (job))
    abandon (self);
}

/* A process is killed after the grace time; a thread cannot be, so we leave instead. */
static void
watch_patience (Session *self)
{
  if (haul_job_get_state (self->job) != HAUL_JOB_CANCELLING || self->patience_id != 0
      || haul_job_get_can_force (self->job))
    return;

  self->patience_id = g_timeout_add (self->options->grace_ms, patience_cb, self);
  g_source_set_name_by_id (self->patience_id, "[haul] patience");
}

static void
notice (Session    *self,
        const char *text)
{
  if (self->reporter->funcs->notice != NULL)
    self->reporter->funcs->notice (self->reporter, text);
}

static void
interrupted (int      signum,
             gpointer user_data)
{
  Session *self = user_data;

  if (!haul_job_is_active (self->job))
    return;

  self->n_interrupts++;
  if (self->n_interrupts == 1)
    {
      haul_job_cancel (self->job);
      if (haul_job_is_active (self->job))
        notice (self, _("canceling; Ctrl+C once more ends it at once"));
    }
  else if (haul_job_get_can_force (self->job))
    {
      haul_job_force (self->job);
    }
  else
    {
      abandon (self);
    }
}

static void
stop_and_continue (Session *self)
{
  haul_cli_signals_stop (self->signals);

  if (self->paused)
    haul_job_resume (self->job);

  self->paused = FALSE;
  if (self->reporter->funcs->resume != NULL)
    self->reporter->funcs->resume (self->reporter);
}

static gboolean
has_stopped (int pid)
{
  siginfo_t info = { 0 };

  /* Only looks: who collects what became of the worker is its GSubprocess. */
  return waitid (P_PID, (id_t) pid, &info, WSTOPPED | WNOHANG | WNOWAIT) < 0 || info.si_pid != 0;
}

/* In a pool, those that are at a part; elsewhere there is one. */
static gboolean
workers_have_stopped (Session *self)
{
  GListModel *parts = haul_job_get_parts (self->job);
  guint n = g_list_model_get_n_items (parts);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr(HaulPart) part = g_list_model_get_item (parts, i);

      if (haul_part_get_state (part) == HAUL_PART_RUNNING && !has_stopped (haul_part_get_pid (part)))
        return FALSE;
    }
  return n > 0 || has_stopped (haul_job_get_pid (self->job));
}

static gboolean
stop_cb (gpointer user_data)
{
  Session *self = user_data;
  gboolean in_time = g_get_monotonic_time () - self->stop_begin < STOP_WAIT_MS * 1000;

  if (haul_job_get_state (self->job) == HAUL_JOB_PAUSED && !workers_have_stopped (self) && in_time)
    return G_SOURCE_CONTINUE;

  self->stop_id = 0;
  stop_and_continue (self);
  return G_SOURCE_REMOVE;
}

/* The signal that pauses a worker is sent by a thread of GLib's, which would stop with us before
 * it gets that far. So we wait for the worker. */
static void
stopping (gpointer user_data)
{
  Session *self = user_data;

  if (self->stop_id != 0)
    return;

  if (self->reporter->funcs->stop != NULL)
    self->reporter->funcs->stop (self->reporter);

  self->paused = haul_job_get_can_pause (self->job) && haul_job_get_state (self->job) == HAUL_JOB_RUNNING;
  if (!self->paused)
    {
      stop_and_continue (self);
      return;
    }

  haul_job_pause (self->job);
  self->stop_begin = g_get_monotonic_time ();
  self->stop_id = g_timeout_add (2, stop_cb, self);
  g_source_set_name_by_id (self->stop_id, "[haul] stop");
}

static void
resized (gpointer user_data)
{
  Session *self = user_data;

  /* A terminal draws anew, nobody else cares. */
  if (self->terminal != NULL)
    self->reporter->funcs->state (self->reporter, self->job);
}

static void
state_cb (HaulJob    *job,
          GParamSpec *pspec,
          Session    *self)
{
  /* How it ended is told once, when all of it is known. */
  if (self->reporter->funcs->state != NULL && haul_job_is_active (job))
    self->reporter->funcs->state (self->reporter, job);

  watch_patience (self);
}

static void
progress_cb (HaulJob    *job,
             GParamSpec *pspec,
             Session    *self)
{
  if (self->reporter->funcs->progress != NULL && haul_job_get_stamp (job, HAUL_STAMP_RUNNING) != 0)
    self->reporter->funcs->progress (self->reporter, job);
}

static void
log_cb (GListModel *log,
        guint       position,
        guint       n_removed,
        guint       n_added,
        Session    *self)
{
  for (guint i = 0; i < n_added && self->reporter->funcs->log != NULL; i++)
    {
      g_autoptr(HaulRecord) record = g_list_model_get_item (log, position + i);

      self->reporter->funcs->log (self->reporter, self->job, record);
    }
}

static void
part_cb (guint     index,
         HaulPart *part,
         gpointer  user_data)
{
  Session *self = user_data;

  if (self->reporter->funcs->part != NULL)
    self->reporter->funcs->part (self->reporter, self->job, index, part);
}

/* Nobody reads what we write: no reason to go on. */
static void
write_failed (gpointer user_data)
{
  Session *self = user_data;

  haul_job_cancel (self->job);
}

static void
joined_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  Session *self = user_data;

  (void) haul_job_join_finish (self->job, result, &self->error);
  self->status = status_for (self->job);
  g_main_loop_quit (self->loop);
}

static void
make_reporter (Session *self)
{
  if (self->options->json)
    {
      self->writer = haul_cli_writer_new (STDOUT_FILENO, write_failed, self);
      self->reporter = haul_cli_json_reporter_new (self->writer, self->options);
      return;
    }

  if (self->options->quiet)
    {
      self->reporter = haul_cli_quiet_reporter_new ();
      return;
    }

  self->terminal = haul_cli_terminal_new (STDERR_FILENO);
  if (self->terminal != NULL)
    self->reporter = haul_cli_terminal_reporter_new (self->terminal, self->job);
  else
    self->reporter = haul_cli_plain_reporter_new ();
}

static HaulExecutor *
make_executor (const HaulCliOptions *options)
{
  HaulExecutor *executor;

  switch (options->executor)
    {
    case HAUL_CLI_THREAD:
      return haul_thread_executor_new ();

    case HAUL_CLI_SERIAL:
      return haul_serial_executor_new ();

    case HAUL_CLI_POOL:
      executor = haul_pool_executor_new (NULL, options->n_workers);
      if (options->nice != HAUL_CLI_NICE_UNSET)
        haul_pool_set_nice (haul_pool_executor_get_pool (HAUL_POOL_EXECUTOR (executor)), options->nice);
      return executor;

    case HAUL_CLI_PROCESS:
    default:
      executor = haul_process_executor_new (NULL);
      haul_process_executor_set_start_method (HAUL_PROCESS_EXECUTOR (executor), options->start_method);
      return executor;
    }
}

static void
run_job (Session *self)
{
  static const HaulCliSignalFuncs funcs = { interrupted, stopping, resized };
  HaulJob *job = self->job;
  GListModel *pool_log = NULL;

  if (self->options->nice != HAUL_CLI_NICE_UNSET)
    haul_job_set_nice (job, self->options->nice);
  haul_job_set_seed (job, self->options->seed);
  haul_job_set_timeout (job, self->options->timeout_ms);
  haul_job_set_grace (job, self->options->grace_ms, TRUE);

  g_signal_connect (job, "notify::state", G_CALLBACK (state_cb), self);
  g_signal_connect (job, "notify::stuck", G_CALLBACK (stuck_cb), self);
  g_signal_connect (job, "notify::done", G_CALLBACK (progress_cb), self);
  g_signal_connect (haul_job_get_log (job), "items-changed", G_CALLBACK (log_cb), self);

  self->parts = haul_cli_parts_new (job, part_cb, self);

  self->loop = g_main_loop_new (NULL, FALSE);
  self->executor = make_executor (self->options);
  if (self->options->executor == HAUL_CLI_POOL)   /* what becomes of the workers, if that is wanted */
    pool_log = haul_pool_get_log (haul_pool_executor_get_pool (HAUL_POOL_EXECUTOR (self->executor)));
  if (pool_log != NULL)
    g_signal_connect (pool_log, "items-changed", G_CALLBACK (log_cb), self);
  self->signals = haul_cli_signals_new (&funcs, self->options->executor == HAUL_CLI_SERIAL, self);

  state_cb (job, NULL, self);
  haul_job_join_async (job, -1, NULL, joined_cb, self);
  /* It has ended when not even its first line could be written. */
  if (haul_job_is_active (job))
    haul_executor_submit (self->executor, job);
  g_main_loop_run (self->loop);

  g_signal_handlers_disconnect_by_data (job, self);
  g_signal_handlers_disconnect_by_data (haul_job_get_log (job), self);
  if (pool_log != NULL)
    g_signal_handlers_disconnect_by_data (pool_log, self);
  g_clear_pointer (&self->parts, haul_cli_parts_free);
  /* From here on Ctrl+C does what it does to any program: no child is left that it could leave. */
  g_clear_pointer (&self->signals, haul_cli_signals_free);
}

static void
deliver_to_file (Session *self)
{
  g_autoptr(GBytes) bytes = NULL;

  if (self->status != HAUL_CLI_EXIT_DONE || self->output == NULL)
    return;

  bytes = finish_result (self->job);
  if (!haul_cli_output_write (self->output, bytes, &self->error))
    self->status = HAUL_CLI_EXIT_FAILED;
}

int
haul_cli_session_run (const HaulCliOptions *options,
                      HaulCliOutput        *output)
{
  g_auto(Session) self = { options, output };

  haul_log_set_level (options->log_level);
  self.job = haul_job_new (options->task, options->arguments, &self.error);
  if (self.job == NULL)
    {
      haul_cli_complain ("%s", self.error->message);
      return HAUL_CLI_EXIT_USAGE;
    }

  make_reporter (&self);
  run_job (&self);

  deliver_to_file (&self);
  if (self.status == HAUL_CLI_EXIT_DONE)
    self.result = haul_job_dup_result (self.job);

  report_end (&self);
  complain (&self);

  return deliver_to_stdout (&self);
}
