/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "lt-timeline-canvas.h"
#include "lt-timeline-paint.h"

G_BEGIN_DECLS

/* The inside of a canvas: lt-timeline-canvas.c is the widget and what it draws, lt-timeline-range.c what part of the
 * time is seen, lt-timeline-walk.c the way from bar to bar. Lengths are in units of drawings, where nothing else is
 * said: `unit` pixels each. */

/* A bar, whatever its index is by now. */
typedef struct
{
  HaulLane *lane;    /* (owned) (nullable) NULL for none */
  gint64    start;   /* µs */
} LtTimelineBar;

struct _LtTimelineCanvas
{
  GtkWidget         parent_instance;

  GtkAdjustment    *hadjustment;    /* (owned) (nullable) of the time, in pixels */
  GtkAdjustment    *vadjustment;    /* (owned) (nullable) */
  gboolean          configuring;    /* they change because of us */

  LabTimelineRun    runs[2];        /* with references of their own */
  guint             n_runs;
  gboolean          live;
  gint64            now;            /* µs */
  GArray           *rows;           /* (owned) (nullable) of LabTimelineRow */
  double            label_width;

  gint64            start;          /* µs: nothing is shown before it */
  gint64            from;           /* µs: the left edge */
  double            us_per_unit;    /* 0: as it has to be */
  gboolean          fits;           /* … for all to be seen */
  gboolean          follow;

  LtTimelinePaint  *paint;          /* (owned) */
  double            unit;
  LabTimelineShown  shown;          /* when it was drawn last */
  guint             shown_id;
  LtTimelineBar     focus;
  LtTimelineBar     hover;
  double            pointer_x;      /* pixels; below 0 when it is elsewhere */
  char             *status;         /* (owned) (nullable) */
};

void            lt_timeline_canvas_get_scale    (LtTimelineCanvas *self,
                                                 LabTimelineScale *scale);
gint64          lt_timeline_canvas_find_end     (LtTimelineCanvas *self);
double          lt_timeline_canvas_get_us_per_unit (LtTimelineCanvas *self);
/* Has the rows, the adjustments and the picture as they have to be now. */
void            lt_timeline_canvas_configure    (LtTimelineCanvas *self);
void            lt_timeline_canvas_refresh      (LtTimelineCanvas *self);
void            lt_timeline_canvas_show_time    (LtTimelineCanvas *self,
                                                 gint64            from,
                                                 gint64            to);
void            lt_timeline_canvas_notify_follow (LtTimelineCanvas *self);

void            lt_timeline_bar_clear           (LtTimelineBar       *self);
const HaulSpan *lt_timeline_bar_get_span        (const LtTimelineBar *self,
                                                 guint               *ret_index);   /* (nullable) */
/* G_MAXUINT where it is not shown. */
guint           lt_timeline_canvas_find_row     (LtTimelineCanvas *self,
                                                 HaulLane         *lane);
void            lt_timeline_canvas_bind_keys    (GtkWidgetClass   *widget_class);
void            lt_timeline_canvas_add_pointer  (LtTimelineCanvas *self);
/* Says what the bar is that is pointed at, or has the focus. */
void            lt_timeline_canvas_tell         (LtTimelineCanvas *self);
void            lt_timeline_canvas_set_status   (LtTimelineCanvas *self,
                                                 char             *status);   /* (transfer full) (nullable) */

G_END_DECLS
