/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "lt-timeline-canvas.h"
#include "lt-timeline-record.h"

G_BEGIN_DECLS

/**
 * LtTimelineView:
 *
 * What the workers of all jobs are at, as they go, or of one job that has ended, or of two on one axis: as a
 * picture, and as a table that says the same.
 *
 * #LtTimelineView:follow: the newest is shown
 * #LtTimelineView:table: as a table
 * #LtTimelineView:compact: there is little room
 */
#define LT_TYPE_TIMELINE_VIEW (lt_timeline_view_get_type ())
G_DECLARE_FINAL_TYPE (LtTimelineView, lt_timeline_view, LT, TIMELINE_VIEW, AdwBin)

void              lt_timeline_view_set_jobs    (LtTimelineView *self,
                                                LtJobs         *jobs,
                                                HaulHeartbeat  *heart);
LtTimelineRecord *lt_timeline_view_get_record  (LtTimelineView *self);
LtTimelineCanvas *lt_timeline_view_get_canvas  (LtTimelineView *self);
gboolean          lt_timeline_view_get_compact (LtTimelineView *self);
/* The picture, or what stands in its place, gets the focus. */
void              lt_timeline_view_focus       (LtTimelineView *self);
/* One that has ended alone; one that is active among the others. */
void              lt_timeline_view_show_job    (LtTimelineView *self,
                                                HaulJob        *job);
/* NULL for none. */
void              lt_timeline_view_compare     (LtTimelineView *self,
                                                HaulJob        *job);

G_END_DECLS
