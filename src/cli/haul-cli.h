/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul/haul.h"

G_BEGIN_DECLS

/* What `haul` exits with; promised in its manual page. */
#define HAUL_CLI_EXIT_DONE      0
#define HAUL_CLI_EXIT_FAILED    1
#define HAUL_CLI_EXIT_USAGE     2
#define HAUL_CLI_EXIT_TIMED_OUT 124
#define HAUL_CLI_EXIT_CRASHED   128   /* and the number of the signal */
#define HAUL_CLI_EXIT_CANCELLED 130
#define HAUL_CLI_EXIT_CLOSED    141   /* 128 + SIGPIPE: nobody reads standard output any more */

/* One verb: `haul NAME …`. Its function gets what follows the name. */
typedef struct _HaulCliVerb HaulCliVerb;

struct _HaulCliVerb
{
  const char *name;
  const char *synopsis;
  const char *summary;   /* translatable */
  int       (*run)       (int    argc,
                          char **argv);
  char     *(*help)      (void);
};

int                haul_cli_main        (int                 argc,
                                         char              **argv);
const HaulCliVerb *haul_cli_verbs       (void);
const HaulCliVerb *haul_cli_find_verb   (const char         *name);

int                haul_cli_run         (int                 argc,
                                         char              **argv);
char              *haul_cli_run_help    (void) G_GNUC_WARN_UNUSED_RESULT;
int                haul_cli_map         (int                 argc,
                                         char              **argv);
char              *haul_cli_map_help    (void) G_GNUC_WARN_UNUSED_RESULT;
int                haul_cli_tasks       (int                 argc,
                                         char              **argv);
char              *haul_cli_tasks_help  (void) G_GNUC_WARN_UNUSED_RESULT;
int                haul_cli_lab         (int                 argc,
                                         char              **argv);
char              *haul_cli_lab_help    (void) G_GNUC_WARN_UNUSED_RESULT;
int                haul_cli_ps          (int                 argc,
                                         char              **argv);
char              *haul_cli_ps_help     (void) G_GNUC_WARN_UNUSED_RESULT;
int                haul_cli_help        (int                 argc,
                                         char              **argv);
char              *haul_cli_help_help   (void) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
