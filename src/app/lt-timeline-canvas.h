/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <adwaita.h>

#include "lab-timeline-picture.h"

G_BEGIN_DECLS

/**
 * LtTimelineCanvas:
 *
 * A timeline, or two on one axis, to be looked at: zoomed, scrolled, walked through bar by bar.
 *
 * #LtTimelineCanvas:follow: it shows the newest, and goes along with it
 * #LtTimelineCanvas:status: what the bar is that is pointed at, or has the focus. Notified for what is shown, too
 */
#define LT_TYPE_TIMELINE_CANVAS (lt_timeline_canvas_get_type ())
G_DECLARE_FINAL_TYPE (LtTimelineCanvas, lt_timeline_canvas, LT, TIMELINE_CANVAS, GtkWidget)

/* One or two. @live: it grows; only those rows are shown that have something in the part that is seen. */
void                    lt_timeline_canvas_set_runs    (LtTimelineCanvas     *self,
                                                        const LabTimelineRun *runs,
                                                        guint                 n_runs,
                                                        gboolean              live);
/* The same ones, as they are by now: what is seen of them stays, and so does the focus. */
void                    lt_timeline_canvas_update_runs (LtTimelineCanvas     *self,
                                                        const LabTimelineRun *runs,
                                                        guint                 n_runs);
const LabTimelineRun   *lt_timeline_canvas_get_runs    (LtTimelineCanvas     *self,
                                                        guint                *ret_n_runs);
/* What time it is in the run that grows, in µs since its origin. Draws anew. */
void                    lt_timeline_canvas_set_now     (LtTimelineCanvas     *self,
                                                        gint64                now);
gint64                  lt_timeline_canvas_get_now     (LtTimelineCanvas     *self);
void                    lt_timeline_canvas_get_range   (LtTimelineCanvas     *self,
                                                        gint64               *ret_from,
                                                        gint64               *ret_to);
const LabTimelineShown *lt_timeline_canvas_get_shown   (LtTimelineCanvas     *self);
const char             *lt_timeline_canvas_get_status  (LtTimelineCanvas     *self);   /* (nullable) */

/* @factor above 1 shows more of it; @x stays where it is, below 0 for the middle. */
void                    lt_timeline_canvas_zoom        (LtTimelineCanvas     *self,
                                                        double                factor,
                                                        double                x);
void                    lt_timeline_canvas_fit         (LtTimelineCanvas     *self);
gboolean                lt_timeline_canvas_get_follow  (LtTimelineCanvas     *self);
void                    lt_timeline_canvas_set_follow  (LtTimelineCanvas     *self,
                                                        gboolean              follow);
/* Gives the focus to the last bar of a lane, or of the first lane with a bar. */
void                    lt_timeline_canvas_focus_lane  (LtTimelineCanvas     *self,
                                                        HaulLane             *lane);   /* (nullable) */
gboolean                lt_timeline_canvas_move_focus  (LtTimelineCanvas     *self,
                                                        GtkDirectionType      direction);

G_END_DECLS
