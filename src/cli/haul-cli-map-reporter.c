/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-cli-map-reporter.h"

#include <glib/gi18n.h>

#include "haul-cli-print.h"
#include "haul-cli-reporter.h"
#include "haul-cli-values.h"

#define FIRST_COUNT 100   /* that is told when nobody knows how many there will be; then ten times as many */

void
haul_cli_map_reporter_free (HaulCliMapReporter *self)
{
  g_free (self);
}

char *
haul_cli_map_format_progress (const HaulCliMapNews *news)
{
  g_autofree char *over = haul_format_count ((double) (news->n_done + news->n_failed));
  g_autofree char *total = haul_format_count ((double) news->total);
  g_autofree char *failed = haul_format_count ((double) news->n_failed);
  g_autofree char *text = NULL;

  if (news->total != HAUL_CLI_VALUES_UNKNOWN)
    /* Translators: numbers: so many values of so many are over. */
    text = g_strdup_printf (_("%s of %s"), over, total);
  else
    text = g_steal_pointer (&over);

  if (news->n_failed == 0)
    return g_steal_pointer (&text);

  /* Translators: "1,860 of 3,000", and how many of them failed. */
  return g_strdup_printf (_("%s, %s failed"), text, failed);
}

double
haul_cli_map_get_fraction (const HaulCliMapNews *news)
{
  if (news->total == HAUL_CLI_VALUES_UNKNOWN || news->total == 0)
    return -1;

  return (double) (news->n_done + news->n_failed) / (double) news->total;
}

char *
haul_cli_map_format_end (const HaulCliMapNews *news)
{
  g_autofree char *elapsed = haul_format_duration (news->elapsed);
  g_autofree char *done = haul_format_count ((double) news->n_done);
  g_autofree char *failed = haul_format_count ((double) news->n_failed);

  if (news->n_failed > 0)
    /* Translators: the name of a task, how many values are done and failed, and a duration. */
    return g_strdup_printf (_("haul: %s: %s done and %s failed in %s\n"), news->options->task->id, done, failed, elapsed);

  /* Translators: the name of a task, how many values are done, and a duration. */
  return g_strdup_printf (_("haul: %s: %s done in %s\n"), news->options->task->id, done, elapsed);
}

static void
say (HaulCliMapReporter *self,
     const char         *line)
{
  haul_cli_say (line);
}

void
haul_cli_map_say_record (HaulCliMapReporter *self,
                         HaulRecord         *record)
{
  g_autofree char *line = haul_cli_format_record (record);

  self->funcs->say (self, line);
}

HaulCliMapReporter *
haul_cli_map_quiet_reporter_new (void)
{
  static const HaulCliMapReporterFuncs funcs = { .say = say };
  HaulCliMapReporter *self = g_new0 (HaulCliMapReporter, 1);

  self->funcs = &funcs;
  return self;
}

/* Lines for a log file or a pipe: at the start, at each quarter or power of ten, at the end. */
typedef struct
{
  HaulCliMapReporter parent;

  int                quarter;      /* the last that was told */
  guint64            next_count;   /* while the total is not known */
} PlainReporter;

static void
plain_start (HaulCliMapReporter   *reporter,
             const HaulCliMapNews *news)
{
  guint n = haul_pool_get_n_workers (news->pool);
  g_autofree char *line = NULL;

  line = g_strdup_printf (ngettext ("haul: %s: started, %u worker\n", "haul: %s: started, %u workers\n", n),
                          news->options->task->id, n);
  haul_cli_say (line);
}

static gboolean
plain_is_due (PlainReporter        *self,
              const HaulCliMapNews *news)
{
  guint64 over = news->n_done + news->n_failed;
  int quarter = (int) (haul_cli_map_get_fraction (news) * 4);

  if (news->total == HAUL_CLI_VALUES_UNKNOWN)
    {
      if (over < self->next_count)
        return FALSE;
      while (self->next_count <= over)
        self->next_count *= 10;
      return TRUE;
    }

  if (quarter <= self->quarter || quarter >= 4)
    return FALSE;
  self->quarter = quarter;
  return TRUE;
}

static void
plain_progress (HaulCliMapReporter   *reporter,
                const HaulCliMapNews *news)
{
  g_autofree char *progress = NULL;
  g_autofree char *left = NULL;
  g_autofree char *line = NULL;

  if (!plain_is_due ((PlainReporter *) reporter, news))
    return;

  progress = haul_cli_map_format_progress (news);
  left = haul_format_left (news->left);
  line = g_strdup_printf ("haul: %s: %s%s%s\n", news->options->task->id, progress,
                          left != NULL ? ", " : "", left != NULL ? left : "");
  haul_cli_say (line);
}

static void
plain_end (HaulCliMapReporter   *reporter,
           const HaulCliMapNews *news)
{
  g_autofree char *line = NULL;

  if (news->error != NULL || news->stopping)
    return;

  line = haul_cli_map_format_end (news);
  haul_cli_say (line);
}

HaulCliMapReporter *
haul_cli_map_plain_reporter_new (void)
{
  static const HaulCliMapReporterFuncs funcs = {
    .start = plain_start,
    .progress = plain_progress,
    .say = say,
    .log = haul_cli_map_say_record,
    .end = plain_end,
  };
  PlainReporter *self = g_new0 (PlainReporter, 1);

  self->parent.funcs = &funcs;
  self->next_count = FIRST_COUNT;
  return &self->parent;
}
