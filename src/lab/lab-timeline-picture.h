/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul/parent/haul-timeline.h"
#include "lab-drawing.h"

G_BEGIN_DECLS

/*
 * Timelines as pictures: rows of lanes over an axis of time. However many spans there are, there are at most so many
 * shapes: what is narrower than a pixel or two is drawn together. Time runs from left to right in all languages, as
 * in charts; in those that are written from right to left the names of lanes are at the right.
 */

/* One timeline, or one of two on one axis. */
typedef struct
{
  HaulTimeline *timeline;
  const char   *title;    /* (nullable) the heading over its lanes */
  gint64        end;      /* when it was over, in µs since its origin; 0 where that is not to be compared */
} LabTimelineRun;

/* A row of a picture: the lane of a run, or its heading. */
typedef struct
{
  guint     run;
  HaulLane *lane;   /* (owned) (nullable) NULL for a heading */
} LabTimelineRow;

/* Where things are, in pixels and in µs since the origin. */
typedef struct
{
  gint64   from;
  gint64   to;            /* later than from */
  gint64   now;           /* where spans end that last */
  double   width;         /* of all */
  double   label_width;   /* of what names the lanes */
  gboolean rtl;           /* that is at the right */
  guint    max_shapes;    /* 0 for LAB_TIMELINE_MAX_SHAPES */
} LabTimelineScale;

/* What a picture tells, and what not. */
typedef struct
{
  guint   n_spans;    /* there are, between from and to */
  guint   n_drawn;    /* of them as a bar of their own */
  guint64 n_dropped;  /* that the timeline does not have any more, at whatever time they were */
} LabTimelineShown;

#define LAB_TIMELINE_ROW_HEIGHT  40.0
#define LAB_TIMELINE_BAR_TOP     17.0   /* from the top of a row */
#define LAB_TIMELINE_BAR_HEIGHT  18.0
#define LAB_TIMELINE_GAP         1.0    /* between bars that are wide enough */
#define LAB_TIMELINE_AXIS_HEIGHT 24.0
#define LAB_TIMELINE_MARGIN      10.0   /* at the end of the axis */
#define LAB_TIMELINE_MAX_SHAPES  3000

/* Main loops first, then who works, then the processors. Returns: of LabTimelineRow */
GArray     *lab_timeline_rows_new      (const LabTimelineRun   *runs,
                                        guint                   n_runs) G_GNUC_WARN_UNUSED_RESULT;
double      lab_timeline_guess_labels  (GArray                 *rows);

double      lab_timeline_get_x         (const LabTimelineScale *scale,
                                        gint64                  at);
gint64      lab_timeline_get_time      (const LabTimelineScale *scale,
                                        double                  x);
/* Between two ticks. */
gint64      lab_timeline_get_step      (const LabTimelineScale *scale);
/* The first span that ends after @at, of haul_lane_get_n_spans () where there is none. */
guint       lab_lane_find_span         (HaulLane               *lane,
                                        gint64                  at);
/* When it ends, or @now where it lasts. */
gint64      lab_span_get_end           (const HaulSpan         *span,
                                        gint64                  now);

void        lab_timeline_add_axis      (LabDrawing             *drawing,
                                        const LabTimelineScale *scale,
                                        double                  y);
/* @n_rows from @first on, the first one at @y. @shown may be NULL. */
void        lab_timeline_add_rows      (LabDrawing             *drawing,
                                        const LabTimelineScale *scale,
                                        const LabTimelineRun   *runs,
                                        guint                   n_runs,
                                        GArray                 *rows,
                                        guint                   first,
                                        guint                   n_rows,
                                        double                  y,
                                        LabTimelineShown       *shown);
/* Returns its height. From right to left, like the words in it, if @rtl. */
double      lab_timeline_add_legend    (LabDrawing             *drawing,
                                        double                  x,
                                        double                  y,
                                        double                  width,
                                        gboolean                rtl);

/* All of it, for reports and files. @from and @to of @scale may both be 0 for all there is. @shown may be NULL. */
LabDrawing *lab_timeline_picture_new   (const LabTimelineRun   *runs,
                                        guint                   n_runs,
                                        const LabTimelineScale *scale,
                                        LabTimelineShown       *shown) G_GNUC_WARN_UNUSED_RESULT;

/* Words, translated. */
const char *lab_span_kind_get_title    (HaulSpanKind            kind);   /* "working" */
const char *lab_mark_kind_get_title    (HaulMarkKind            kind);   /* "message" */
LabInk      lab_span_kind_get_ink      (HaulSpanKind            kind);
char       *lab_timeline_format_time   (gint64                  at,
                                        gint64                  step);   /* "12.4 s", as exact as @step wants it */
char       *lab_span_describe          (const HaulSpan         *span,
                                        gint64                  now);    /* "working 0.0 to 12.4 s" */
char       *lab_timeline_describe      (const LabTimelineRun   *runs,
                                        guint                   n_runs); /* for who does not see it */
char       *lab_timeline_format_shown  (const LabTimelineShown *shown);  /* NULL when all is shown */
char       *lab_timeline_format_saved  (const LabTimelineRun   *runs,
                                        guint                   n_runs); /* NULL when there is nothing to compare */

G_END_DECLS
