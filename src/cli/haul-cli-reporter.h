/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul-cli-options.h"
#include "haul-cli-terminal.h"
#include "haul-cli-writer.h"
#include "haul/haul.h"

G_BEGIN_DECLS

/* How a run ended, as far as the person or the program that started it is concerned. */
typedef struct
{
  int           status;   /* that haul exits with */
  const GError *error;    /* (nullable) why it is not 0 */
  GBytes       *result;   /* (nullable) when it is 0 */
} HaulCliEnd;

/* One way to tell what a job does. A NULL function has nothing to tell. */
typedef struct _HaulCliReporter HaulCliReporter;

typedef struct _HaulCliReporterFuncs HaulCliReporterFuncs;

struct _HaulCliReporterFuncs
{
  void (*state)    (HaulCliReporter *self, HaulJob *job);
  void (*progress) (HaulCliReporter *self, HaulJob *job);
  void (*log)      (HaulCliReporter *self, HaulJob *job, HaulRecord *record);
  void (*part)     (HaulCliReporter *self, HaulJob *job, guint index, HaulPart *part);   /* each new state */
  void (*notice)   (HaulCliReporter *self, const char *text);   /* a line from haul itself */
  void (*stop)     (HaulCliReporter *self);                     /* Ctrl+Z: let go of the terminal … */
  void (*resume)   (HaulCliReporter *self);                     /* … and take it again */
  void (*end)      (HaulCliReporter *self, HaulJob *job, const HaulCliEnd *end);
  void (*free)     (HaulCliReporter *self);
};

struct _HaulCliReporter
{
  const HaulCliReporterFuncs *funcs;
};

/* Nothing, with --quiet; @job is borrowed by those that draw by themselves. */
HaulCliReporter *haul_cli_quiet_reporter_new     (void) G_GNUC_WARN_UNUSED_RESULT;
HaulCliReporter *haul_cli_plain_reporter_new     (void) G_GNUC_WARN_UNUSED_RESULT;
HaulCliReporter *haul_cli_terminal_reporter_new  (HaulCliTerminal       *terminal,
                                                  HaulJob               *job) G_GNUC_WARN_UNUSED_RESULT;
HaulCliReporter *haul_cli_json_reporter_new      (HaulCliWriter         *writer,
                                                  const HaulCliOptions  *options) G_GNUC_WARN_UNUSED_RESULT;
void             haul_cli_reporter_free          (HaulCliReporter       *self);

/* As haul_log_to_stderr() does, with its newline: with --log-level. */
char            *haul_cli_format_record          (HaulRecord            *record) G_GNUC_WARN_UNUSED_RESULT;
/* A line of a job's log as people see it, with its newline; NULL for what they do not want to see. */
char            *haul_cli_format_log             (HaulJob               *job,
                                                  HaulRecord            *record) G_GNUC_WARN_UNUSED_RESULT;
/* "pi: done in 12.4 s" */
char            *haul_cli_format_done            (HaulJob               *job) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulCliReporter, haul_cli_reporter_free)

G_END_DECLS
