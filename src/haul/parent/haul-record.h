/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <gio/gio.h>

#include "../wire/haul-decls.h"
#include "../wire/haul-message.h"
#include "haul-enum-types.h"

HAUL_BEGIN_DECLS

#define HAUL_TYPE_RECORD (haul_record_get_type ())
G_DECLARE_FINAL_TYPE (HaulRecord, haul_record, HAUL, RECORD, GObject)

/**
 * HaulRecord:level:
 *
 * How much a line of a log matters.
 */

/**
 * HaulRecord:process-name:
 *
 * Which process said it; %NULL for a frame.
 */

/**
 * HaulRecord:pid:
 *
 * The number that it had; 0 for a frame.
 */

/**
 * HaulRecord:domain:
 *
 * The domain of what was said by g_log(); %NULL for anything else.
 */

/**
 * HaulRecord:text:
 *
 * The line, or what the frame says in short.
 */

/**
 * HaulRecord:
 *
 * One line of a job's log, or one frame that went over its pipes. Immutable.
 */
HaulRecord   *haul_record_new_log     (gint64          time,
                                       HaulLogLevel    level,
                                       const char     *process_name,
                                       int             pid,
                                       const char     *domain,
                                       const char     *text) G_GNUC_WARN_UNUSED_RESULT;
HaulRecord   *haul_record_new_frame   (gint64          time,
                                       gint64          previous,
                                       HaulFrameType   type,
                                       gboolean        down,
                                       gsize           size,
                                       const char     *text) G_GNUC_WARN_UNUSED_RESULT;

gint64        haul_record_get_time    (HaulRecord     *self);   /* µs, monotonic */
gint64        haul_record_get_gap     (HaulRecord     *self);   /* µs since the frame before */
HaulLogLevel  haul_record_get_level   (HaulRecord     *self);
const char   *haul_record_get_process_name (HaulRecord *self);
int           haul_record_get_pid     (HaulRecord     *self);
const char   *haul_record_get_domain  (HaulRecord     *self);
char         *haul_record_dup_line    (HaulRecord     *self) G_GNUC_WARN_UNUSED_RESULT;
HaulFrameType haul_record_get_frame   (HaulRecord     *self);
gboolean      haul_record_get_down    (HaulRecord     *self);   /* to the worker */
gsize         haul_record_get_size    (HaulRecord     *self);   /* bytes on the pipe */
const char   *haul_record_get_text    (HaulRecord     *self);

/**
 * HaulRing:dropped:
 *
 * How many records had to go.
 */

/**
 * HaulRing:
 *
 * A #GListModel of the newest #HaulRecords, bounded in count and in bytes.
 * What had to go is counted in #HaulRing:dropped.
 */
#define HAUL_TYPE_RING (haul_ring_get_type ())
G_DECLARE_FINAL_TYPE (HaulRing, haul_ring, HAUL, RING, GObject)

HaulRing     *haul_ring_new           (guint           max_items,
                                       gsize           max_bytes) G_GNUC_WARN_UNUSED_RESULT;
void          haul_ring_take          (HaulRing       *self,
                                       HaulRecord     *record);
void          haul_ring_set_max_items (HaulRing       *self,
                                       guint           max_items);
guint64       haul_ring_get_dropped   (HaulRing       *self);

HAUL_END_DECLS
