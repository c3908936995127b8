/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul-cli-options.h"
#include "haul-cli-terminal.h"
#include "haul-cli-writer.h"

G_BEGIN_DECLS

/* How far a map is. */
typedef struct
{
  const HaulCliOptions *options;
  HaulPool             *pool;
  guint64               n_done;
  guint64               n_failed;
  guint64               total;      /* or HAUL_CLI_VALUES_UNKNOWN */
  double                rate;       /* items a second, 0 while unknown */
  double                left;       /* seconds, below 0 while unknown */
  double                elapsed;    /* seconds */
  gboolean              stopping;   /* it was cancelled, or nobody wants to know any more */

  int                   status;     /* at the end: what haul exits with */
  const GError         *error;      /* at the end: (nullable) why there was an end before that of the values */
} HaulCliMapNews;

/* One item that is over. */
typedef struct
{
  guint64       index;
  GVariant     *arguments;   /* a{sv} */
  GBytes       *result;      /* (nullable) */
  const GError *error;       /* (nullable) what became of it instead */
} HaulCliMapItem;

/* One way to tell what a map does. A NULL function has nothing to tell. */
typedef struct _HaulCliMapReporter HaulCliMapReporter;

typedef struct _HaulCliMapReporterFuncs HaulCliMapReporterFuncs;

struct _HaulCliMapReporterFuncs
{
  void (*start)    (HaulCliMapReporter *self, const HaulCliMapNews *news);
  void (*item)     (HaulCliMapReporter *self, const HaulCliMapItem *item);
  void (*progress) (HaulCliMapReporter *self, const HaulCliMapNews *news);   /* ten times a second */
  void (*say)      (HaulCliMapReporter *self, const char *line);             /* on standard error, with a newline */
  void (*log)      (HaulCliMapReporter *self, HaulRecord *record);           /* with --log-level */
  void (*hide)     (HaulCliMapReporter *self);                               /* standard output is about to be written to */
  void (*stop)     (HaulCliMapReporter *self);                               /* Ctrl+Z: let go of the terminal */
  void (*end)      (HaulCliMapReporter *self, const HaulCliMapNews *news);
};

struct _HaulCliMapReporter
{
  const HaulCliMapReporterFuncs *funcs;
};

HaulCliMapReporter *haul_cli_map_quiet_reporter_new     (void) G_GNUC_WARN_UNUSED_RESULT;
HaulCliMapReporter *haul_cli_map_plain_reporter_new     (void) G_GNUC_WARN_UNUSED_RESULT;
/* With @shared, standard output is on the same terminal. */
HaulCliMapReporter *haul_cli_map_terminal_reporter_new  (HaulCliTerminal     *terminal,
                                                         gboolean             shared) G_GNUC_WARN_UNUSED_RESULT;
HaulCliMapReporter *haul_cli_map_json_reporter_new      (HaulCliWriter       *writer) G_GNUC_WARN_UNUSED_RESULT;
void                haul_cli_map_reporter_free          (HaulCliMapReporter  *self);

/* A line of a log as a line on standard error. */
void                haul_cli_map_say_record             (HaulCliMapReporter  *self,
                                                         HaulRecord          *record);

/* "1,860 of 3,000, 2 failed" */
char               *haul_cli_map_format_progress        (const HaulCliMapNews  *news) G_GNUC_WARN_UNUSED_RESULT;
double              haul_cli_map_get_fraction           (const HaulCliMapNews  *news);   /* below 0: unknown */
/* "haul: pi: 3,000 done in 12.4 s" */
char               *haul_cli_map_format_end             (const HaulCliMapNews  *news) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulCliMapReporter, haul_cli_map_reporter_free)

G_END_DECLS
