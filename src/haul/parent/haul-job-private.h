/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul-executor.h"
#include "haul-fork-client-private.h"
#include "haul/sync/haul-shares-private.h"

G_BEGIN_DECLS

/* What executors do to jobs. */

void          haul_job_attach          (HaulJob            *self,
                                        HaulExecutor       *executor);
void          haul_job_feed            (HaulJob            *self,
                                        HaulLifeEvent       event);
void          haul_job_receive         (HaulJob            *self,
                                        const HaulMessage  *message,
                                        gsize               wire_size);
void          haul_job_trace_sent      (HaulJob            *self,
                                        HaulFrameType       type,
                                        gsize               wire_size);
void          haul_job_trace_received  (HaulJob            *self,
                                        const HaulMessage  *message,
                                        gsize               wire_size);   /* and no more than that */

/* A line for its log, which goes on to whoever listens to all. Who says it is its own process, unless
 * @log knows better. */
void          haul_job_add_log         (HaulJob            *self,
                                        const HaulMessage  *log);

/* The same of what its process prints, and of what we say ourselves of its life, if that is wanted. */
void          haul_job_add_output      (HaulJob            *self,
                                        const char         *text);
void          haul_job_add_life        (HaulJob            *self,
                                        HaulLogLevel        level,
                                        char               *text);       /* (transfer full) */
void          haul_job_take_error      (HaulJob            *self,
                                        GError             *error);
/* Ends a job whose task must have a process of its own, for executors that have none to give. */
gboolean      haul_job_refuse_in_program (HaulJob          *self);
void          haul_job_set_program     (HaulJob            *self,
                                        const char         *path);
void          haul_job_set_pid         (HaulJob            *self,
                                        int                 pid);
void          haul_job_set_exit        (HaulJob            *self,
                                        int                 code,
                                        int                 signal);

/* What its run is given of its seed, before parts of it are given theirs of that. */
guint64       haul_job_get_run_seed    (HaulJob            *self);

/* It has ended, and not well; that somebody cancelled it is no failure. */
gboolean      haul_job_has_failed      (HaulJob            *self);

HaulShares   *haul_job_get_shares      (HaulJob            *self);   /* (nullable) */

/* For tests: how long a zombie is held that nobody collects; 0 for as long as usual. */
void          haul_job_set_held_limit  (guint               ms);

/* The last message is here, and it was the result. */
gboolean      haul_job_has_result      (HaulJob            *self);

/* Of a job that a HaulProcess runs: what its worker is told that it is called. */
void          haul_job_set_process_name (HaulJob           *self,
                                         const char        *name);
/* What the worker of any job that has a process is told that it is called: that, or Worker-N. NULL
 * before there is one. */
void          haul_job_name_worker     (HaulJob            *self);
const char   *haul_job_get_worker_name (HaulJob            *self);
const char   *haul_job_get_process_name (HaulJob           *self);   /* (nullable) */

/* Of one that is divided: the list of its parts, to add to. */
GListStore   *haul_job_get_parts_store (HaulJob            *self);

/* The executor's own record of the job's worker, freed with @destroy when the job has ended. */
gpointer      haul_job_get_run         (HaulJob            *self);
void          haul_job_set_run         (HaulJob            *self,
                                        gpointer            run,
                                        GDestroyNotify      destroy);

/* Starts a job at once, however many run already: with most errors it has ended when this returns. */
void          haul_executor_run_now    (HaulExecutor       *self,
                                        HaulJob            *job);

/* Of a process executor: whether the fork server holds a zombie of a job's worker, and to have it
 * collected: FALSE when there is none. */
gboolean      haul_process_executor_holds   (HaulProcessExecutor *self,
                                             HaulJob             *job);
gboolean      haul_process_executor_collect (HaulProcessExecutor *self,
                                             HaulJob             *job,
                                             HaulForkCollected    collected,
                                             gpointer             user_data);

/* The job tells its executor: do these, one by one; and: your slot is free. */
void          haul_executor_act        (HaulExecutor       *self,
                                        HaulJob            *job,
                                        HaulLifeActions     actions);
/* What haul_job_renice() does of a job that runs, and of one that is queued. */
gboolean      haul_executor_renice     (HaulExecutor       *self,
                                        HaulJob            *job,
                                        int                 nice,
                                        GError            **error);
void          haul_executor_requeue    (HaulExecutor       *self,
                                        HaulJob            *job);
void          haul_executor_plan_pump  (HaulExecutor       *self);
void          haul_executor_job_ended  (HaulExecutor       *self,
                                        HaulJob            *job);

/* What went wrong with a job that has ended, or NULL: for people. */
GError       *haul_verdict_explain     (HaulJob            *job,
                                        const HaulLife     *life,
                                        const char         *task_error) G_GNUC_WARN_UNUSED_RESULT;

/* The bytes of a result, in the pieces in which they came. */
typedef struct
{
  GPtrArray *pieces;   /* (owned) of GBytes */
  GArray    *starts;   /* (owned) of gsize: where each piece starts */
  gsize      size;
} HaulPieces;

void          haul_pieces_init         (HaulPieces         *self);
void          haul_pieces_clear        (HaulPieces         *self);
void          haul_pieces_append       (HaulPieces         *self,
                                        const guint8       *bytes,
                                        gsize               size);
gsize         haul_pieces_peek         (HaulPieces         *self,
                                        gsize               offset,
                                        void               *buffer,
                                        gsize               size);
GBytes       *haul_pieces_join         (HaulPieces         *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
