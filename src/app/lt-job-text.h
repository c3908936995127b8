/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul/haul.h"

G_BEGIN_DECLS

/* How a job is put into words and shapes: pure functions of what the job is now. State is never
 * said by colour alone: each has a shape and a word of its own. */

/* After this long without a message a running job is called stalled. */
#define LT_STALLED_SECONDS 10

const char *lt_job_text_icon        (HaulJob        *job);
const char *lt_job_text_style       (HaulJob        *job);   /* a style class of libadwaita */
gboolean    lt_job_text_is_held     (HaulJob        *job);   /* it could go on, but for the queue */
gboolean    lt_job_text_is_stalled  (HaulJob        *job);
char       *lt_job_text_state       (HaulJob        *job) G_GNUC_WARN_UNUSED_RESULT;   /* "No news for 12 s" */
/* Those that tell one run of @task (nullable) from another: "20,000 digits · Series". */
char       *lt_job_text_arguments   (const HaulTask *task,
                                     GVariant       *arguments) G_GNUC_WARN_UNUSED_RESULT;
char       *lt_job_text_about       (HaulJob        *job) G_GNUC_WARN_UNUSED_RESULT;   /* "20,000 digits · pid 4242" */
char       *lt_job_text_caption     (HaulJob        *job) G_GNUC_WARN_UNUSED_RESULT;   /* below the bar, or instead of it */
gint64      lt_job_text_force_time  (HaulJob        *job);   /* µs: when Force Stop comes; 0 while it is no matter of time */
char       *lt_job_text_left        (HaulJob        *job) G_GNUC_WARN_UNUSED_RESULT;   /* (nullable) */
char       *lt_job_text_accessible  (HaulJob        *job) G_GNUC_WARN_UNUSED_RESULT;   /* the row, read out */
char       *lt_job_text_row         (HaulJob        *job) G_GNUC_WARN_UNUSED_RESULT;   /* the row, copied */
/* Whether each of @words, which are case-folded, is in its title, its arguments or its state. */
gboolean    lt_job_text_matches     (HaulJob        *job,
                                     const char * const *words);
char       *lt_job_text_command     (HaulJob        *job) G_GNUC_WARN_UNUSED_RESULT;   /* the same in a terminal */
char       *lt_job_text_exit        (HaulJob        *job) G_GNUC_WARN_UNUSED_RESULT;   /* (nullable) */
char       *lt_job_text_announce    (HaulJob        *job,
                                     guint           quarter) G_GNUC_WARN_UNUSED_RESULT;
char       *lt_job_text_argument    (const HaulParam *param,
                                     GVariant        *arguments) G_GNUC_WARN_UNUSED_RESULT;
char       *lt_job_text_summary     (GListModel      *jobs) G_GNUC_WARN_UNUSED_RESULT;   /* of all jobs; "" if none is active */
const char *lt_job_text_executor    (HaulJob        *job);
const char *lt_job_text_executor_name (const char   *name);      /* "pool": "Pool" */
const char *lt_job_text_verdict_icon  (HaulJobVerdict verdict);
const char *lt_job_text_verdict_style (HaulJobVerdict verdict);
char       *lt_job_text_file_name   (HaulJob        *job) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
