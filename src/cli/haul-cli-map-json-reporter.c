/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <glib/gi18n.h>

#include "haul-cli-json.h"
#include "haul-cli-map-reporter.h"
#include "haul-cli-print.h"
#include "haul-cli-values.h"

#define SAME_US G_USEC_PER_SEC   /* from one progress to the next when nothing changed but the time */

/* One JSON object a line for each event. The members are a promise: see the manual page. */
typedef struct
{
  HaulCliMapReporter    parent;

  HaulCliWriter        *writer;    /* borrowed */
  const HaulCliOptions *options;   /* borrowed, from the start on */
  gint64                origin;    /* µs, monotonic: what "time" counts from */
  guint64               n_over;    /* in the last progress */
  gint64                told;      /* µs, when that was */
} JsonReporter;

static JsonBuilder *
begin (JsonReporter *self,
       const char   *event)
{
  JsonBuilder *builder = json_builder_new ();

  if (self->origin == 0)
    self->origin = g_get_monotonic_time ();

  json_builder_begin_object (builder);
  haul_cli_json_add_text (builder, "event", event);
  haul_cli_json_add_int (builder, "job", 1);
  haul_cli_json_add_double (builder, "time", (g_get_monotonic_time () - self->origin) / 1e6, TRUE);
  return builder;
}

static void
add_counts (JsonBuilder          *builder,
            const HaulCliMapNews *news)
{
  haul_cli_json_add_int (builder, "done", (gint64) news->n_done);
  haul_cli_json_add_int (builder, "failed", (gint64) news->n_failed);
  if (news->total != HAUL_CLI_VALUES_UNKNOWN)
    haul_cli_json_add_int (builder, "total", (gint64) news->total);
  else
    haul_cli_json_add_text (builder, "total", NULL);
}

static void
json_start (HaulCliMapReporter   *reporter,
            const HaulCliMapNews *news)
{
  JsonReporter *self = (JsonReporter *) reporter;
  JsonBuilder *builder = begin (self, "start");

  self->options = news->options;
  haul_cli_json_add_text (builder, "task", news->options->task->id);
  haul_cli_json_add_text (builder, "executor", "pool");
  haul_cli_json_add_int (builder, "workers", haul_pool_get_n_workers (news->pool));
  haul_cli_json_add_text (builder, "over", news->options->over_param->name);
  haul_cli_json_add_arguments (builder, "arguments", news->options->arguments, news->options->over_param->name);
  haul_cli_json_add_int (builder, "seed", (gint64) news->options->seed);
  add_counts (builder, news);
  haul_cli_json_add_clock (builder);
  haul_cli_json_finish (builder, self->writer);
}

static void
json_item (HaulCliMapReporter   *reporter,
           const HaulCliMapItem *item)
{
  JsonReporter *self = (JsonReporter *) reporter;
  JsonBuilder *builder = begin (self, "item");

  haul_cli_json_add_int (builder, "index", (gint64) item->index);
  haul_cli_json_add_arguments (builder, "arguments", item->arguments, NULL);
  if (item->error != NULL)
    {
      haul_cli_json_add_text (builder, "error", item->error->message);
    }
  else
    {
      haul_cli_json_add_int (builder, "size", (gint64) g_bytes_get_size (item->result));
      if (self->options->output == NULL)
        haul_cli_json_add_result (builder, "result", self->options->task->result, item->result);
    }

  haul_cli_json_finish (builder, self->writer);
}

static void
add_pids (JsonBuilder *builder,
          HaulPool    *pool)
{
  g_autoptr(GVariant) pids = haul_pool_dup_pids (pool);
  GVariantIter iter;
  gint32 pid;

  json_builder_set_member_name (builder, "pids");
  json_builder_begin_array (builder);
  g_variant_iter_init (&iter, pids);
  while (g_variant_iter_next (&iter, "i", &pid))
    json_builder_add_int_value (builder, pid);
  json_builder_end_array (builder);
}

static void
json_progress (HaulCliMapReporter   *reporter,
               const HaulCliMapNews *news)
{
  JsonReporter *self = (JsonReporter *) reporter;
  JsonBuilder *builder = NULL;
  double fraction = haul_cli_map_get_fraction (news);

  guint64 n_over = news->n_done + news->n_failed;
  gint64 now = g_get_monotonic_time ();

  /* Who reads slowly misses old news, and nothing else. */
  if (haul_cli_writer_is_behind (self->writer))
    return;

  if (self->n_over == n_over && now - self->told < SAME_US)
    return;

  self->n_over = n_over;
  self->told = now;

  builder = begin (self, "progress");
  add_counts (builder, news);
  haul_cli_json_add_double (builder, "fraction", fraction, fraction >= 0);
  haul_cli_json_add_double (builder, "rate", news->rate, news->rate > 0);
  haul_cli_json_add_double (builder, "left", news->left, news->left >= 0);
  haul_cli_json_add_int (builder, "busy", haul_pool_get_n_busy (news->pool));
  add_pids (builder, news->pool);
  haul_cli_json_finish (builder, self->writer);
}

static void
json_say (HaulCliMapReporter *reporter,
          const char         *line)
{
  haul_cli_say (line);
}

static void
json_log (HaulCliMapReporter *reporter,
          HaulRecord         *record)
{
  JsonReporter *self = (JsonReporter *) reporter;
  JsonBuilder *builder = begin (self, "log");

  haul_cli_json_add_record (builder, record);
  haul_cli_json_finish (builder, self->writer);
}

static const char *
verdict (const HaulCliMapNews *news)
{
  if (news->stopping)
    return haul_job_verdict_to_nick (HAUL_VERDICT_CANCELLED);

  return haul_job_verdict_to_nick (news->status == 0 ? HAUL_VERDICT_DONE : HAUL_VERDICT_FAILED);
}

static void
json_end (HaulCliMapReporter   *reporter,
          const HaulCliMapNews *news)
{
  JsonReporter *self = (JsonReporter *) reporter;
  JsonBuilder *builder = begin (self, "end");
  g_autofree char *name = NULL;

  haul_cli_json_add_text (builder, "verdict", verdict (news));
  haul_cli_json_add_int (builder, "status", news->status);
  add_counts (builder, news);
  haul_cli_json_add_double (builder, "elapsed", news->elapsed, TRUE);
  haul_cli_json_add_clock (builder);
  if (news->error != NULL)
    haul_cli_json_add_text (builder, "message", news->error->message);
  if (news->options->output != NULL)
    {
      name = g_filename_display_name (news->options->output);
      haul_cli_json_add_text (builder, "output", name);
    }

  haul_cli_json_finish (builder, self->writer);
}

HaulCliMapReporter *
haul_cli_map_json_reporter_new (HaulCliWriter *writer)
{
  static const HaulCliMapReporterFuncs funcs = {
    .start = json_start,
    .item = json_item,
    .progress = json_progress,
    .say = json_say,
    .log = json_log,
    .end = json_end,
  };
  JsonReporter *self = g_new0 (JsonReporter, 1);

  self->parent.funcs = &funcs;
  self->writer = writer;
  return &self->parent;
}
