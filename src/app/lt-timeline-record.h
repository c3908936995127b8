/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul/haul.h"
#include "lt-jobs.h"

G_BEGIN_DECLS

/**
 * LtTimelineRecord:
 *
 * Writes down what the jobs of this run of the app are at, whoever looks. Main loop and processors are only
 * measured while a job is active.
 */
#define LT_TYPE_TIMELINE_RECORD (lt_timeline_record_get_type ())
G_DECLARE_FINAL_TYPE (LtTimelineRecord, lt_timeline_record, LT, TIMELINE_RECORD, GObject)

/**
 * LtTimelineRecord::changed:
 *
 * There are other jobs, or one is in another state.
 */

LtTimelineRecord *lt_timeline_record_new          (LtJobs           *jobs,
                                                   HaulHeartbeat    *heart) G_GNUC_WARN_UNUSED_RESULT;
HaulTimeline     *lt_timeline_record_get_timeline (LtTimelineRecord *self);
/* Now, or when the last job ended: in µs since the origin. */
gint64            lt_timeline_record_get_now      (LtTimelineRecord *self);
/* Whether time goes on: a job is active, or a zombie waits. */
gboolean          lt_timeline_record_get_busy     (LtTimelineRecord *self);
/* Those that have started, newest first. Returns: (transfer full): of HaulJob */
GPtrArray        *lt_timeline_record_dup_jobs     (LtTimelineRecord *self);
/* One of them alone, from its start; of one that is not over, as far as it is. */
HaulTimeline     *lt_timeline_record_dup_run      (LtTimelineRecord *self,
                                                   HaulJob          *job);
/* Where a job is, or was last; NULL for none. */
HaulLane         *lt_timeline_record_find_lane    (LtTimelineRecord *self,
                                                   HaulJob          *job);

G_END_DECLS
