/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul-timeline-recorder.h"

G_BEGIN_DECLS

/* The inside of a recorder: what it follows, each with a record of its own. All times that these functions take are
 * µs of g_get_monotonic_time(). */

typedef struct _HaulJobTrack HaulJobTrack;
typedef struct _HaulPoolTrack HaulPoolTrack;
typedef struct _HaulWorkerTrack HaulWorkerTrack;
typedef struct _HaulCores HaulCores;

HaulLane        *haul_timeline_recorder_add_lane    (HaulTimelineRecorder *self,
                                                     HaulLaneKind          kind,
                                                     const char           *title,
                                                     int                   pid);
/* The worker of a pool with this pid, which may be one of a pool that nobody added. */
HaulWorkerTrack *haul_timeline_recorder_find_worker (HaulTimelineRecorder *self,
                                                     int                   pid,
                                                     gint64                at);
void             haul_timeline_recorder_end_worker  (HaulTimelineRecorder *self,
                                                     int                   pid,
                                                     gint64                at);

HaulJobTrack    *haul_job_track_new        (HaulTimelineRecorder *recorder,
                                            HaulJob              *job) G_GNUC_WARN_UNUSED_RESULT;
void             haul_job_track_free       (HaulJobTrack         *self);
/* Looks for what nobody is told of; FALSE when there is nothing more to come. */
gboolean         haul_job_track_look       (HaulJobTrack         *self,
                                            gint64                now);
GPtrArray       *haul_job_track_get_lanes  (HaulJobTrack         *self);    /* of HaulLane: those it was on */

HaulPoolTrack   *haul_pool_track_new       (HaulTimelineRecorder *recorder,
                                            HaulPool             *pool) G_GNUC_WARN_UNUSED_RESULT;
void             haul_pool_track_free      (HaulPoolTrack        *self);

/* One worker: what its row says of it, where it has one, ten times a second; and what the parts of jobs say of it, at
 * once, which counts for more. */
HaulWorkerTrack *haul_worker_track_new       (HaulLane             *lane,
                                              gint64                origin,
                                              gint64                at) G_GNUC_WARN_UNUSED_RESULT;
void             haul_worker_track_free      (HaulWorkerTrack      *self);
HaulLane        *haul_worker_track_get_lane  (HaulWorkerTrack      *self);
void             haul_worker_track_look      (HaulWorkerTrack      *self,
                                              HaulPoolWorkerInfo   *row,
                                              gint64                now);
void             haul_worker_track_begin_part (HaulWorkerTrack     *self,
                                               gconstpointer        part,
                                               gint64               at,
                                               const char          *text);
void             haul_worker_track_end_part  (HaulWorkerTrack      *self,
                                              gconstpointer         part,
                                              gint64                at);
void             haul_worker_track_pause     (HaulWorkerTrack      *self,
                                              gint64                at,
                                              gboolean              paused);
void             haul_worker_track_end       (HaulWorkerTrack      *self,
                                              gint64                at);

/* How busy the processors are: reads /proc/stat in a thread. */
HaulCores       *haul_cores_new            (void) G_GNUC_WARN_UNUSED_RESULT;
void             haul_cores_free           (HaulCores            *self);
/* Asks anew, and gives what the last time gave: from 0 to 1, below 0 for not known yet. */
double           haul_cores_poll           (HaulCores            *self);
/* The first line of /proc/stat; FALSE if it is none. */
gboolean         haul_cores_parse          (const char           *text,
                                            guint64              *ret_busy,
                                            guint64              *ret_all);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulWorkerTrack, haul_worker_track_free)

G_END_DECLS
