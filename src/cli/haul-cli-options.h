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
} HaulCliExecutor;

#define HAUL_CLI_NICE_UNSET (-1)

/* The command line of `haul run`, checked. */
typedef struct
{
  const HaulTask  *task;
  GVariant        *arguments;    /* (owned) a{sv}, complete; NULL with help */
  HaulCliExecutor  executor;
  int              nice;         /* or HAUL_CLI_NICE_UNSET */
  guint            timeout_ms;   /* 0: none */
  guint            grace_ms;
  const char      *output;       /* (nullable) borrowed from the command line, as the file system spells it */
  gboolean         force;
  gboolean         json;
  gboolean         quiet;
  gboolean         help;         /* then only the task is set, if it was named */
} HaulCliOptions;

/* One option that every `haul run` takes, whatever the task. */
typedef struct _HaulCliOption HaulCliOption;

struct _HaulCliOption
{
  const char *name;
  const char *value;   /* (nullable) translatable: what goes after it */
  const char *help;    /* translatable */
  gboolean  (*apply)   (HaulCliOptions  *options,
                        const char      *value,
                        GError         **error);
};

const HaulCliOption *haul_cli_options_list   (void);   /* ends with a NULL name */
gboolean             haul_cli_options_parse  (HaulCliOptions       *self,
                                              int                   argc,
                                              char                **argv,
                                              GError              **error);
void                 haul_cli_options_clear  (HaulCliOptions       *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HaulCliOptions, haul_cli_options_clear)

G_END_DECLS
