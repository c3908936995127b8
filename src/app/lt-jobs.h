/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "lt-history.h"

G_BEGIN_DECLS

#define LT_TYPE_JOBS (lt_jobs_get_type ())
G_DECLARE_FINAL_TYPE (LtJobs, lt_jobs, LT, JOBS, GObject)

/**
 * LtJobs:
 *
 * All jobs of this run of the app, newest first, and the executors that run
 * them. What a window shows is #LtJobs:model, the counts, #LtJobs:summary and #LtJobs:status.
 */

typedef enum
{
  LT_RUN_IN_PROCESS,
  LT_RUN_IN_POOL,
  LT_RUN_IN_THREAD,
  LT_RUN_IN_WINDOW,
  LT_N_RUN_IN
} LtRunIn;

/* More workers than this help nobody. */
#define LT_MAX_WORKERS 256

typedef enum
{
  LT_FILTER_ALL,
  LT_FILTER_ACTIVE,
  LT_FILTER_FINISHED,
  LT_FILTER_PROBLEMS,
  LT_N_FILTERS
} LtFilter;

/* How a job is run. */
typedef struct
{
  LtRunIn  where;
  int      nice;     /* of a child process: how much it yields to others */
  gboolean daemon;   /* stopped when the app quits, and not waited for */
  gboolean hold;     /* its process is left as a zombie until people join it */
} LtJobOptions;

#define LT_JOB_OPTIONS_INIT { .where = LT_RUN_IN_PROCESS, .nice = 19 }

LtJobs       *lt_jobs_new          (void) G_GNUC_WARN_UNUSED_RESULT;

/* Who remembers them from now on. */
void          lt_jobs_set_history  (LtJobs          *self,
                                    LtHistory       *history);
GListModel   *lt_jobs_get_model    (LtJobs          *self);   /* of HaulJob */
guint         lt_jobs_get_count    (LtJobs          *self,
                                    LtFilter         filter);
const char   *lt_jobs_get_status   (LtJobs          *self);
const char   *lt_jobs_get_summary  (LtJobs          *self);
HaulJob      *lt_jobs_lookup       (LtJobs          *self,
                                    guint            id);     /* (nullable) (transfer none) */
HaulExecutor *lt_jobs_get_executor (LtJobs          *self,
                                    LtRunIn          where);
gboolean      lt_jobs_find_run_in  (LtJobs          *self,
                                    const char      *name,
                                    LtRunIn         *ret_where);
HaulPool     *lt_jobs_get_pool     (LtJobs          *self);
void          lt_jobs_resize_pool  (LtJobs          *self,
                                    guint            n_workers);
/* The pool that runs a job, and its executor; NULL for a job that runs elsewhere. */
HaulPoolExecutor *lt_jobs_find_pool_executor (HaulJob *job);
HaulPool         *lt_jobs_find_pool          (HaulJob *job);
gboolean      lt_jobs_matches      (HaulJob         *job,
                                    LtFilter         filter);

HaulJob      *lt_jobs_start        (LtJobs          *self,
                                    const HaulTask  *task,
                                    GVariant        *arguments,
                                    const LtJobOptions *options,
                                    GError         **error);  /* (transfer none) */
HaulJob      *lt_jobs_start_again  (LtJobs          *self,
                                    HaulJob         *job,
                                    GError         **error);

/* Only what has ended can be removed: this never stops a job. */
gboolean      lt_jobs_remove       (LtJobs          *self,
                                    HaulJob         *job);
HaulJob      *lt_jobs_undo_remove  (LtJobs          *self);   /* (nullable) (transfer none) */

/* Where a job that is queued waits; NULL for none. */
HaulExecutor *lt_jobs_find_executor  (HaulJob       *job);

/* Those that have not ended, and are daemons, or are not. */
guint         lt_jobs_count_daemons  (LtJobs        *self,
                                      gboolean       daemons);
/* For who waits for the others: ends the daemons, which get @grace_ms, and lets those go on that would wait for
 * people. */
void          lt_jobs_leave          (LtJobs        *self,
                                      guint          grace_ms);
/* Forces all that can be forced. */
void          lt_jobs_force_all      (LtJobs        *self);
/* Cancels all, forces after @grace_ms what can be forced, and completes when all have ended, or when
 * only threads are left that do not listen: they end with the program. */
void          lt_jobs_stop_async   (LtJobs              *self,
                                    guint                grace_ms,
                                    GAsyncReadyCallback  callback,
                                    gpointer             user_data);
gboolean      lt_jobs_stop_finish  (LtJobs              *self,
                                    GAsyncResult        *result,
                                    GError             **error);

G_END_DECLS
