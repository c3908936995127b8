/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "lab-timeline-picture.h"

G_BEGIN_DECLS

/*
 * Timelines as files for other programs: whole, whatever a picture of them would merge. Spans that last end @now, in µs
 * since the origin. All return (transfer full).
 */

/* A line for each span, mark and value; times in µs. */
char *lab_timeline_to_csv   (const LabTimelineRun *runs,
                             guint                 n_runs,
                             gint64                now) G_GNUC_WARN_UNUSED_RESULT;

/* The Trace Event Format, which Perfetto and chrome://tracing open: each lane is a thread of its process, a span is a
 * complete event, a mark an instant, and values are counters. */
char *lab_timeline_to_trace (const LabTimelineRun *runs,
                             guint                 n_runs,
                             gint64                now) G_GNUC_WARN_UNUSED_RESULT;

/* The picture of all of it, alone. */
char *lab_timeline_to_svg   (const LabTimelineRun *runs,
                             guint                 n_runs,
                             gint64                now) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
