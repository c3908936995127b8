/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <gio/gio.h>

#include "../wire/haul-decls.h"

HAUL_BEGIN_DECLS

/**
 * HaulSpanKind:
 * @HAUL_SPAN_STARTING: it was asked for, and has not answered
 * @HAUL_SPAN_WORKING: it computes, or could
 * @HAUL_SPAN_WAITING: it waits: for a pipe, a lock, something to do
 * @HAUL_SPAN_PAUSED: it is stopped
 * @HAUL_SPAN_ZOMBIE: it has exited and is not joined
 * @HAUL_N_SPAN_KINDS: how many there are
 *
 * What a worker is at for a while.
 */
#define HAUL_TYPE_SPAN_KIND (haul_span_kind_get_type ())
typedef enum
{
  HAUL_SPAN_STARTING,
  HAUL_SPAN_WORKING,
  HAUL_SPAN_WAITING,
  HAUL_SPAN_PAUSED,
  HAUL_SPAN_ZOMBIE,
  HAUL_N_SPAN_KINDS
} HaulSpanKind;

GType           haul_span_kind_get_type      (void);
const char     *haul_span_kind_to_nick       (HaulSpanKind   kind);

/**
 * HaulMarkKind:
 * @HAUL_MARK_SIGNAL: a signal was sent: its name is the text
 * @HAUL_MARK_MESSAGE: something came, or went, by a pipe
 * @HAUL_MARK_EXIT: it exited: its status is the text
 * @HAUL_MARK_JOIN: it was joined
 * @HAUL_N_MARK_KINDS: how many there are
 *
 * What happens at a moment.
 */
#define HAUL_TYPE_MARK_KIND (haul_mark_kind_get_type ())
typedef enum
{
  HAUL_MARK_SIGNAL,
  HAUL_MARK_MESSAGE,
  HAUL_MARK_EXIT,
  HAUL_MARK_JOIN,
  HAUL_N_MARK_KINDS
} HaulMarkKind;

GType           haul_mark_kind_get_type      (void);
const char     *haul_mark_kind_to_nick       (HaulMarkKind   kind);

/**
 * HaulSpan:
 * @kind: what it is at
 * @start: when it began, in µs since the origin of the timeline
 * @end: when it ended; below @start while it lasts
 * @text: (nullable): what it is: the title of a job, an item
 *
 * A bar of a lane. It is there until its lane changes; g_boxed_copy() makes one that lasts.
 */
#define HAUL_TYPE_SPAN (haul_span_get_type ())
typedef struct
{
  HaulSpanKind kind;
  gint64       start;
  gint64       end;
  const char  *text;    /* a reference to a string of g_ref_string_new_intern () */
} HaulSpan;

GType           haul_span_get_type           (void);

/**
 * HaulMark:
 * @kind: what happened
 * @at: when, in µs since the origin of the timeline
 * @text: (nullable): "SIGTERM", "exit 0"
 *
 * A mark on a lane. It is there until its lane changes; g_boxed_copy() makes one that lasts.
 */
#define HAUL_TYPE_MARK (haul_mark_get_type ())
typedef struct
{
  HaulMarkKind kind;
  gint64       at;
  const char  *text;    /* as of a span */
} HaulMark;

GType           haul_mark_get_type           (void);

/**
 * HaulLaneKind:
 * @HAUL_LANE_WORKER: a process or a thread that works: it has spans and marks
 * @HAUL_LANE_LOOP: a main loop: its values are its latencies, in ms
 * @HAUL_LANE_CORES: the processors: its values are how busy they are, from 0 to 1
 *
 * What a lane tells.
 */
#define HAUL_TYPE_LANE_KIND (haul_lane_kind_get_type ())
typedef enum
{
  HAUL_LANE_WORKER,
  HAUL_LANE_LOOP,
  HAUL_LANE_CORES,
} HaulLaneKind;

GType           haul_lane_kind_get_type      (void);

/**
 * HaulLane:
 *
 * One row of a #HaulTimeline: what one worker was at, and when. Spans, marks and values
 * are in order of their times; spans do not overlap, and only the last may be open. Made by
 * haul_timeline_add_lane().
 */
#define HAUL_TYPE_LANE (haul_lane_get_type ())
G_DECLARE_FINAL_TYPE (HaulLane, haul_lane, HAUL, LANE, GObject)

/**
 * HaulLane:kind:
 *
 * What it tells.
 */

/**
 * HaulLane:title:
 *
 * What people call it.
 */

/**
 * HaulLane:pid:
 *
 * Its process; 0 if there is none, or it is not known.
 */

/**
 * HaulLane::changed:
 * @self: the lane
 *
 * Emitted when spans, marks or values have come or changed: once for all that did in
 * one turn of the main loop.
 */

/**
 * HaulTimeline:
 *
 * Lanes over one time: a #GListModel of #HaulLane. Times are in µs since its origin, which
 * is one of g_get_monotonic_time(). It is bounded: what is more than it may keep goes from
 * the oldest end, and is counted.
 */
#define HAUL_TYPE_TIMELINE (haul_timeline_get_type ())
G_DECLARE_FINAL_TYPE (HaulTimeline, haul_timeline, HAUL, TIMELINE, GObject)

/**
 * HaulTimeline::changed:
 * @self: the timeline
 *
 * Emitted when any of its lanes has changed, after #HaulLane::changed of those that have.
 */

/**
 * HAUL_TIMELINE_MAX_LANES:
 *
 * How many lanes a timeline keeps.
 */
#define HAUL_TIMELINE_MAX_LANES 2000

/**
 * HAUL_TIMELINE_MAX_ITEMS:
 *
 * How many spans, marks and values a timeline keeps, of all lanes together.
 */
#define HAUL_TIMELINE_MAX_ITEMS 200000

/**
 * HAUL_LANE_MAX_ITEMS:
 *
 * How many spans a lane keeps, and how many marks, and values.
 */
#define HAUL_LANE_MAX_ITEMS     10000

HaulTimeline   *haul_timeline_new            (gint64         origin) G_GNUC_WARN_UNUSED_RESULT;
gint64          haul_timeline_get_origin     (HaulTimeline  *self);
gint64          haul_timeline_get_end        (HaulTimeline  *self);
guint64         haul_timeline_get_dropped    (HaulTimeline  *self);
HaulLane       *haul_timeline_add_lane       (HaulTimeline  *self,
                                              HaulLaneKind   kind,
                                              const char    *title,
                                              int            pid);

HaulLaneKind    haul_lane_get_kind           (HaulLane      *self);
const char     *haul_lane_get_title          (HaulLane      *self);
int             haul_lane_get_pid            (HaulLane      *self);
void            haul_lane_set_pid            (HaulLane      *self,
                                              int            pid);

void            haul_lane_begin              (HaulLane      *self,
                                              HaulSpanKind   kind,
                                              gint64         at,
                                              const char    *text);
void            haul_lane_set_text           (HaulLane      *self,
                                              const char    *text);
void            haul_lane_end                (HaulLane      *self,
                                              gint64         at);
void            haul_lane_mark               (HaulLane      *self,
                                              HaulMarkKind   kind,
                                              gint64         at,
                                              const char    *text);
void            haul_lane_add_value          (HaulLane      *self,
                                              gint64         at,
                                              double         value);

gint64          haul_lane_get_end            (HaulLane      *self);
guint           haul_lane_get_n_spans        (HaulLane      *self);
const HaulSpan *haul_lane_get_span           (HaulLane      *self,
                                              guint          index);
guint           haul_lane_get_n_marks        (HaulLane      *self);
const HaulMark *haul_lane_get_mark           (HaulLane      *self,
                                              guint          index);
guint           haul_lane_get_n_values       (HaulLane      *self);
double          haul_lane_get_value          (HaulLane      *self,
                                              guint          index,
                                              gint64        *ret_at);
guint64         haul_lane_get_dropped        (HaulLane      *self);

HAUL_END_DECLS
