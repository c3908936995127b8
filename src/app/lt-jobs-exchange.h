/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "lt-history-export.h"
#include "lt-window.h"

G_BEGIN_DECLS

/* The list of jobs to a file, and such a file back to jobs: what the history exports can be started
 * again as well. */

/* What a file says of a job that is to be started. */
typedef struct
{
  const HaulTask *task;
  GVariant       *arguments;   /* (owned) complete */
  LtJobOptions    options;
} LtReplay;

/* Each job as it would be remembered now: (transfer full) of LtHistoryEntry. */
GListModel *lt_jobs_exchange_collect  (GListModel   *jobs) G_GNUC_WARN_UNUSED_RESULT;
/* What is written to a file of that name: by its ending a picture of the list (.svg), or what is told of each job. */
char       *lt_jobs_exchange_to_text  (GListModel   *jobs,
                                       const char   *name) G_GNUC_WARN_UNUSED_RESULT;
/* By the ending of its name: CSV for any other than .json and .md. */
LtExport    lt_jobs_exchange_format   (const char   *name);
/* All of them, in the order in which they were started, or NULL: (transfer full) of LtReplay. */
GPtrArray  *lt_jobs_exchange_parse    (LtJobs       *jobs,
                                       const char   *text,
                                       gsize         size,
                                       GError      **error) G_GNUC_WARN_UNUSED_RESULT;

void        lt_jobs_exchange_export   (LtWindow     *window,
                                       GListModel   *jobs);
/* Nothing is started before people have seen what, and have agreed. */
void        lt_jobs_exchange_import   (LtWindow     *window,
                                       LtJobs       *jobs);
/* What the import does once it has a file: for tests. */
void        lt_jobs_exchange_propose  (LtWindow     *window,
                                       LtJobs       *jobs,
                                       GFile        *file);

G_END_DECLS
