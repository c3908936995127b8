/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "../wire/haul-decls.h"
#include "haul-heartbeat.h"
#include "haul-job.h"
#include "haul-pool.h"
#include "haul-timeline.h"

HAUL_BEGIN_DECLS

/**
 * HaulTimelineRecorder:
 *
 * Writes down in a #HaulTimeline what jobs, the workers of pools, a main loop and the
 * processors are at. Whatever is not given to a recorder pays nothing for it. Everything
 * happens in the main context that it was made in.
 *
 * A job has a lane from when its worker is asked for until that is joined. One that runs in a
 * pool has none of its own: its parts are spans of the workers. These have the spans that they
 * work at an item or a part, and in between wait for the next. Items that take less than
 * %HAUL_TIMELINE_SHORT_US are not told apart: one span has all that come one after the other.
 */
#define HAUL_TYPE_TIMELINE_RECORDER (haul_timeline_recorder_get_type ())
G_DECLARE_FINAL_TYPE (HaulTimelineRecorder, haul_timeline_recorder, HAUL, TIMELINE_RECORDER, GObject)

/**
 * HAUL_TIMELINE_SHORT_US:
 *
 * How long an item of a batch takes, in µs, for a span of its own.
 */
#define HAUL_TIMELINE_SHORT_US (50 * 1000)

HaulTimelineRecorder *haul_timeline_recorder_new           (HaulTimeline         *timeline) G_GNUC_WARN_UNUSED_RESULT;
HaulTimeline         *haul_timeline_recorder_get_timeline  (HaulTimelineRecorder *self);

void                  haul_timeline_recorder_add_job       (HaulTimelineRecorder *self,
                                                            HaulJob              *job);
void                  haul_timeline_recorder_add_pool      (HaulTimelineRecorder *self,
                                                            HaulPool             *pool);
void                  haul_timeline_recorder_add_heartbeat (HaulTimelineRecorder *self,
                                                            HaulHeartbeat        *heartbeat);
void                  haul_timeline_recorder_add_cores     (HaulTimelineRecorder *self);

gboolean              haul_timeline_recorder_get_sampling  (HaulTimelineRecorder *self);
void                  haul_timeline_recorder_set_sampling  (HaulTimelineRecorder *self,
                                                            gboolean              sampling);

gboolean              haul_timeline_recorder_has_job       (HaulTimelineRecorder *self,
                                                            HaulJob              *job);
HaulTimeline         *haul_timeline_recorder_dup_run       (HaulTimelineRecorder *self,
                                                            HaulJob              *job) G_GNUC_WARN_UNUSED_RESULT;

HAUL_END_DECLS
