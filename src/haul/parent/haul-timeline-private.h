/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul-timeline.h"

G_BEGIN_DECLS

/* Few texts are different, and many spans have one: each is kept once, for as long as somebody has it. */
const char *haul_span_keep_text        (const char   *text);       /* (nullable) */
void      haul_span_clear              (gpointer      span);       /* lets its text go */
void      haul_mark_clear              (gpointer      mark);

/* What a lane and its timeline do for each other. */

HaulLane *haul_lane_new                (HaulTimeline *timeline,   /* borrowed */
                                        HaulLaneKind  kind,
                                        const char   *title,
                                        int           pid) G_GNUC_WARN_UNUSED_RESULT;
/* It is on its own from now on, and nothing is told of it. */
void      haul_lane_detach             (HaulLane     *self);
guint     haul_lane_get_n_items        (HaulLane     *self);
gboolean  haul_lane_is_open            (HaulLane     *self);
void      haul_lane_emit_changed       (HaulLane     *self);

void      haul_timeline_count          (HaulTimeline *self,
                                        int           n_more);   /* below 0 for less */
gboolean  haul_timeline_is_full        (HaulTimeline *self);
/* Adds what is in @lane from @from to @to, both µs since its origin; @shift is added to all times. A span that
 * lasts goes on lasting if @to is G_MAXINT64, and ends there otherwise. */
void      haul_timeline_add_copy       (HaulTimeline *self,
                                        HaulLane     *lane,
                                        gint64        from,
                                        gint64        to,
                                        gint64        shift);
/* Has haul_lane_emit_changed() called in the next turn of the main loop. */
void      haul_timeline_add_news       (HaulTimeline *self,
                                        HaulLane     *lane);

G_END_DECLS
