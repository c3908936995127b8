/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul/parent/haul-timeline.h"
#include "haul/worker/haul-context.h"

G_BEGIN_DECLS

/* How an experiment, in its process, says what it finds. Each call is a line of the result, as of lab-findings.c,
 * and is on its way when it returns. All of them belong to the thread of the task. Times are in seconds since
 * lab_say_start(). Keys, items and lanes are words without tabs and ends of lines; only the parent translates.
 *
 * A lane is called "parent", "loop", "python", or has a number: "child 1", "worker 2", "thread 3", "core 0". */

void   lab_say_start  (HaulContext  *context);
double lab_say_now    (void);
/* The same for a time of g_get_monotonic_time(), which is one for all processes. */
double lab_say_when   (gint64        monotonic_us);

/* A number that was measured. Said again for the same item, the newer one counts. */
void   lab_say_number (HaulContext  *context,
                       const char   *key,
                       const char   *item,
                       double        value);

/* A name, a path, a line that was garbled: what is no number. */
void   lab_say_text   (HaulContext  *context,
                       const char   *key,
                       const char   *text);

/* From now on, or from then on, a lane is at something else. It is the last of its lane until the next. */
void   lab_say_span   (HaulContext  *context,
                       const char   *lane,
                       HaulSpanKind  kind,
                       double        start);
/* The same: it works, at @text, a name that needs no translation: the number of a job. */
void   lab_say_work   (HaulContext  *context,
                       const char   *lane,
                       double        start,
                       const char   *text);
void   lab_say_end    (HaulContext  *context,
                       const char   *lane,
                       double        end);
void   lab_say_mark   (HaulContext  *context,
                       const char   *lane,
                       HaulMarkKind  kind,
                       double        at,
                       const char   *text);

G_END_DECLS
