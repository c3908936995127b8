/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-cli-json.h"
#include "haul-cli-reporter.h"

/* One JSON object a line for each event. The members are a promise: see the manual page. */
typedef struct
{
  HaulCliReporter       parent;

  HaulCliWriter        *writer;    /* borrowed */
  const HaulCliOptions *options;   /* borrowed */
  gint64                origin;    /* µs, monotonic: what "time" counts from */
  gboolean              told;      /* the first state, with what stays the same */
} JsonReporter;

static JsonBuilder *
begin (JsonReporter *self,
       HaulJob      *job,
       const char   *event)
{
  JsonBuilder *builder = json_builder_new ();
  gint64 now = g_get_monotonic_time ();

  if (self->origin == 0)
    {
      self->origin = haul_job_get_stamp (job, HAUL_STAMP_QUEUED);
      if (self->origin == 0)
        self->origin = now;
    }

  json_builder_begin_object (builder);
  haul_cli_json_add_text (builder, "event", event);
  haul_cli_json_add_int (builder, "job", haul_job_get_id (job));
  haul_cli_json_add_double (builder, "time", MAX (now - self->origin, 0) / 1e6, TRUE);
  return builder;
}

static void
add_pid (JsonBuilder *builder,
         int          pid)
{
  if (pid > 0)
    haul_cli_json_add_int (builder, "pid", pid);
  else
    haul_cli_json_add_text (builder, "pid", NULL);
}

/* What was asked for, in the first object. */
static void
add_request (JsonReporter *self,
             JsonBuilder  *builder,
             HaulJob      *job)
{
  static const char * const executors[] = { "process", "thread", "serial", "pool" };

  haul_cli_json_add_text (builder, "task", haul_job_get_task (job)->id);
  haul_cli_json_add_text (builder, "executor", executors[self->options->executor]);
  if (self->options->executor == HAUL_CLI_PROCESS)
    haul_cli_json_add_text (builder, "start_method",
                            self->options->start_method == HAUL_START_FORK_SERVER ? "forkserver" : "spawn");
  haul_cli_json_add_arguments (builder, "arguments", self->options->arguments, NULL);
  haul_cli_json_add_int (builder, "seed", (gint64) haul_job_get_seed (job));
  haul_cli_json_add_clock (builder);
}

static void
json_state (HaulCliReporter *reporter,
            HaulJob         *job)
{
  JsonReporter *self = (JsonReporter *) reporter;
  JsonBuilder *builder = begin (self, job, "state");

  haul_cli_json_add_text (builder, "state", haul_job_state_to_nick (haul_job_get_state (job)));
  add_pid (builder, haul_job_get_pid (job));
  if (!self->told)
    add_request (self, builder, job);

  self->told = TRUE;
  haul_cli_json_finish (builder, self->writer);
}

static void
json_progress (HaulCliReporter *reporter,
               HaulJob         *job)
{
  JsonReporter *self = (JsonReporter *) reporter;
  JsonBuilder *builder = NULL;
  double total = haul_job_get_total (job);
  double fraction = haul_job_get_fraction (job);
  double rate = haul_job_get_rate (job);
  double left = haul_job_get_left (job);

  /* Who reads slowly misses old news, and nothing else. */
  if (haul_cli_writer_is_behind (self->writer))
    return;

  builder = begin (self, job, "progress");
  haul_cli_json_add_double (builder, "done", haul_job_get_done (job), TRUE);
  haul_cli_json_add_double (builder, "total", total, total > 0);
  haul_cli_json_add_double (builder, "fraction", fraction, fraction >= 0);
  haul_cli_json_add_text (builder, "unit", haul_job_get_task (job)->unit);
  haul_cli_json_add_text (builder, "phase", haul_job_get_phase (job));
  haul_cli_json_add_double (builder, "rate", rate, rate > 0);
  haul_cli_json_add_double (builder, "left", left, left >= 0);
  haul_cli_json_finish (builder, self->writer);
}

static void
json_log (HaulCliReporter *reporter,
          HaulJob         *job,
          HaulRecord      *record)
{
  JsonReporter *self = (JsonReporter *) reporter;
  JsonBuilder *builder = begin (self, job, "log");

  haul_cli_json_add_record (builder, record);
  haul_cli_json_finish (builder, self->writer);
}

static void
json_part (HaulCliReporter *reporter,
           HaulJob         *job,
           guint            index,
           HaulPart        *part)
{
  JsonReporter *self = (JsonReporter *) reporter;
  JsonBuilder *builder = begin (self, job, "part");

  haul_cli_json_add_int (builder, "part", index);
  haul_cli_json_add_text (builder, "title", haul_part_get_title (part));
  haul_cli_json_add_text (builder, "state", haul_part_state_to_nick (haul_part_get_state (part)));
  add_pid (builder, haul_part_get_pid (part));
  haul_cli_json_finish (builder, self->writer);
}

static void
add_exit (JsonBuilder *builder,
          HaulJob     *job)
{
  int code = haul_job_get_exit_code (job);
  int signum = haul_job_get_exit_signal (job);

  if (code >= 0)
    haul_cli_json_add_int (builder, "exit_code", code);
  else
    haul_cli_json_add_text (builder, "exit_code", NULL);

  if (signum > 0)
    haul_cli_json_add_int (builder, "signal", signum);
  else
    haul_cli_json_add_text (builder, "signal", NULL);
  haul_cli_json_add_text (builder, "signal_name", signum > 0 ? haul_signal_name (signum) : NULL);
}

/* The steps of its life, in seconds since it was queued. */
static void
add_stamps (JsonReporter *self,
            JsonBuilder  *builder,
            HaulJob      *job)
{
  json_builder_set_member_name (builder, "stamps");
  json_builder_begin_object (builder);
  for (guint i = 0; i < HAUL_N_STAMPS; i++)
    {
      gint64 stamp = haul_job_get_stamp (job, (HaulStamp) i);

      if (stamp != 0)
        haul_cli_json_add_double (builder, haul_stamp_to_nick ((HaulStamp) i), (stamp - self->origin) / 1e6, TRUE);
    }

  json_builder_end_object (builder);
}

static void
add_result (JsonReporter *self,
            JsonBuilder  *builder,
            HaulJob      *job,
            GBytes       *result)
{
  static const char * const kinds[] = { "text", "table", "image" };
  HaulResultKind kind = haul_job_get_task (job)->result;
  g_autofree char *name = NULL;
  gsize size = 0;

  (void) g_bytes_get_data (result, &size);
  haul_cli_json_add_text (builder, "kind", kind < G_N_ELEMENTS (kinds) ? kinds[kind] : NULL);
  haul_cli_json_add_int (builder, "size", (gint64) size);
  if (self->options->output != NULL)
    {
      name = g_filename_display_name (self->options->output);
      haul_cli_json_add_text (builder, "output", name);
    }
  else
    {
      haul_cli_json_add_result (builder, "text", kind, result);
    }
}

static void
json_end (HaulCliReporter  *reporter,
          HaulJob          *job,
          const HaulCliEnd *end)
{
  JsonReporter *self = (JsonReporter *) reporter;
  JsonBuilder *builder = begin (self, job, end->error == NULL ? "result" : "error");

  haul_cli_json_add_text (builder, "state", haul_job_state_to_nick (haul_job_get_state (job)));
  haul_cli_json_add_text (builder, "verdict", haul_job_verdict_to_nick (haul_job_get_verdict (job)));
  haul_cli_json_add_int (builder, "status", end->status);
  add_pid (builder, haul_job_get_pid (job));
  add_exit (builder, job);
  haul_cli_json_add_double (builder, "elapsed", haul_job_get_elapsed (job), TRUE);
  add_stamps (self, builder, job);
  haul_cli_json_add_clock (builder);
  if (end->error != NULL)
    haul_cli_json_add_text (builder, "message", end->error->message);
  else
    add_result (self, builder, job, end->result);

  haul_cli_json_finish (builder, self->writer);
}

HaulCliReporter *
haul_cli_json_reporter_new (HaulCliWriter        *writer,
                            const HaulCliOptions *options)
{
  static const HaulCliReporterFuncs funcs = {
    .state = json_state,
    .progress = json_progress,
    .log = json_log,
    .part = json_part,
    .end = json_end,
  };
  JsonReporter *self = g_new0 (JsonReporter, 1);

  self->parent.funcs = &funcs;
  self->writer = writer;
  self->options = options;
  return &self->parent;
}
