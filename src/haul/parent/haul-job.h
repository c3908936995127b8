/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <gio/gio.h>

#include "../worker/haul-task.h"
#include "haul-life.h"
#include "haul-record.h"

G_BEGIN_DECLS

#define HAUL_TYPE_JOB (haul_job_get_type ())
G_DECLARE_FINAL_TYPE (HaulJob, haul_job, HAUL, JOB, GObject)

/**
 * HaulJob:
 *
 * One run of a task with arguments: what a row in a window shows. Make one,
 * set what you like of it, give it to a #HaulExecutor, and watch its
 * properties; all of it happens in the main context that it was made in.
 *
 * Properties that are notified: `title`, `state`, `verdict`, `done`, `total`,
 * `fraction`, `phase`, `pid`, `result-size`, `can-pause`, `overdue`, `error`.
 * Those that follow progress are notified at most ten times a second, and
 * always for the last value.
 */

/**
 * HaulJob::ended:
 * @job: the job
 *
 * Emitted once, last of all: the worker is gone and collected, and the
 * verdict, the result and the stamps are final.
 */

HaulJob         *haul_job_new               (const HaulTask       *task,
                                             GVariant             *arguments,
                                             GError              **error) G_GNUC_WARN_UNUSED_RESULT;

const HaulTask  *haul_job_get_task          (HaulJob              *self);
GVariant        *haul_job_get_arguments     (HaulJob              *self);
guint            haul_job_get_id            (HaulJob              *self);   /* 1, 2, 3, … in this program */
const char      *haul_job_get_title         (HaulJob              *self);

/* Before it is submitted. */
void             haul_job_set_title         (HaulJob              *self,
                                             const char           *title);
void             haul_job_set_nice          (HaulJob              *self,
                                             int                   nice);
void             haul_job_set_timeout       (HaulJob              *self,
                                             guint                 timeout_ms);   /* 0: none */
void             haul_job_set_grace         (HaulJob              *self,
                                             guint                 grace_ms,
                                             gboolean              escalate);
int              haul_job_get_nice          (HaulJob              *self);
guint            haul_job_get_grace         (HaulJob              *self);

HaulJobState     haul_job_get_state         (HaulJob              *self);
HaulJobVerdict   haul_job_get_verdict       (HaulJob              *self);
gboolean         haul_job_is_active         (HaulJob              *self);   /* not ended */
gint64           haul_job_get_stamp         (HaulJob              *self,
                                             HaulStamp             stamp);  /* µs monotonic, 0: not yet */
double           haul_job_get_elapsed       (HaulJob              *self);   /* s since it started */

double           haul_job_get_done          (HaulJob              *self);
double           haul_job_get_total         (HaulJob              *self);   /* 0: unknown */
double           haul_job_get_fraction      (HaulJob              *self);   /* below 0: unknown */
const char      *haul_job_get_phase         (HaulJob              *self);   /* (nullable) */
double           haul_job_get_rate          (HaulJob              *self);   /* units a second, 0: unknown */
double           haul_job_get_left          (HaulJob              *self);   /* s, below 0: unknown */
gint64           haul_job_get_news_time     (HaulJob              *self);   /* µs of the last message */

/* The worker. */
const char      *haul_job_get_executor_name (HaulJob              *self);   /* "process", … */
const char      *haul_job_get_program       (HaulJob              *self);   /* (nullable): path of the worker */
int              haul_job_get_pid           (HaulJob              *self);   /* 0: none (yet), kept after the end */
int              haul_job_get_exit_code     (HaulJob              *self);   /* -1: none, or a signal */
int              haul_job_get_exit_signal   (HaulJob              *self);   /* 0: none */
gboolean         haul_job_get_can_pause     (HaulJob              *self);
gboolean         haul_job_get_can_force     (HaulJob              *self);
gboolean         haul_job_get_overdue       (HaulJob              *self);   /* asked to end, and did not in time */

/* Why it did not succeed: for people, translated; NULL for a job that did. */
const GError    *haul_job_get_error         (HaulJob              *self);

GListModel      *haul_job_get_log           (HaulJob              *self);   /* of HaulRecord */
GListModel      *haul_job_get_messages      (HaulJob              *self);   /* of HaulRecord */
guint64          haul_job_get_n_messages    (HaulJob              *self);

/* What has come of the result so far; complete when the verdict is DONE. */
gsize            haul_job_get_result_size   (HaulJob              *self);
gsize            haul_job_peek_result       (HaulJob              *self,
                                             gsize                 offset,
                                             void                 *buffer,
                                             gsize                 size);
GBytes          *haul_job_dup_result        (HaulJob              *self) G_GNUC_WARN_UNUSED_RESULT;

/* Wishes. Each is a no-op where it makes no sense any more. */
void             haul_job_pause             (HaulJob              *self);
void             haul_job_resume            (HaulJob              *self);
void             haul_job_cancel            (HaulJob              *self);
void             haul_job_force             (HaulJob              *self);

/* Completes when the job has ended, whatever the verdict: TRUE for DONE, else its error. */
void             haul_job_join_async        (HaulJob              *self,
                                             GCancellable         *cancellable,
                                             GAsyncReadyCallback   callback,
                                             gpointer              user_data);
gboolean         haul_job_join_finish       (HaulJob              *self,
                                             GAsyncResult         *result,
                                             GError              **error);

G_END_DECLS
