/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul/haul.h"

G_BEGIN_DECLS

typedef enum
{
  HAUL_CLI_PROCESS,
  HAUL_CLI_THREAD,
  HAUL_CLI_SERIAL,
  HAUL_CLI_POOL,
} HaulCliExecutor;

/* Verbs that run a task, and share a command line. */
typedef enum
{
  HAUL_CLI_RUN = 1 << 0,
  HAUL_CLI_MAP = 1 << 1,
} HaulCliVerbs;

#define HAUL_CLI_NICE_UNSET (-1)

/* The command line of `haul run` or `haul map`, checked. */
typedef struct
{
  const HaulTask  *task;
  GVariant        *arguments;    /* (owned) a{sv}, complete; NULL with help; of a map, what it does not vary counts */
  HaulCliExecutor  executor;
  HaulStartMethod  start_method;
  gboolean         start_method_set;
  int              nice;         /* or HAUL_CLI_NICE_UNSET */
  guint            timeout_ms;   /* 0: none */
  guint            grace_ms;
  guint64          seed;         /* drawn, if not said */
  const char      *output;       /* (nullable) borrowed from the command line, as the file system spells it */
  gboolean         force;
  gboolean         json;
  gboolean         quiet;
  HaulLogLevel     log_level;    /* HAUL_LOG_NOTSET: not said */
  gboolean         help;         /* then only the task is set, if it was named */

  /* Of a map. Strings are borrowed from the command line. */
  const char      *over;
  const HaulParam *over_param;
  const char      *over_values;       /* what goes after its "=" */
  guint            n_workers;         /* 0: not said; of a run as well */
  guint            chunksize;         /* 0: not said */
  guint            retries;
  guint            task_timeout_ms;   /* 0: none */
  gboolean         unordered;
  gboolean         fail_fast;
} HaulCliOptions;

/* One option that a verb takes, whatever the task. */
typedef struct _HaulCliOption HaulCliOption;

struct _HaulCliOption
{
  const char *name;
  const char *value;   /* (nullable) translatable: what goes after it */
  const char *help;    /* translatable */
  gboolean  (*apply)   (HaulCliOptions  *options,
                        const char      *value,
                        GError         **error);
  HaulCliVerbs verbs;
};

const HaulCliOption *haul_cli_options_list   (void);   /* of all verbs; ends with a NULL name */
const HaulCliOption *haul_cli_options_find   (const char           *name);
gboolean             haul_cli_options_parse  (HaulCliOptions       *self,
                                              HaulCliVerbs          verb,
                                              int                   argc,
                                              char                **argv,
                                              GError              **error);
void                 haul_cli_options_clear  (HaulCliOptions       *self);

/* Sets @error to what is wrong with a command line; FALSE, to return it. */
gboolean             haul_cli_throw_usage    (GError              **error,
                                              const char           *format,
                                              ...) G_GNUC_PRINTF (2, 3);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HaulCliOptions, haul_cli_options_clear)

G_END_DECLS
