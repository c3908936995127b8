/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul-record.h"
#include "haul/worker/haul-log-private.h"

G_BEGIN_DECLS

/* Lines of logs, on their way from a worker to a ring. */

/* What a log keeps at most. */
#define HAUL_LOG_LINES 10000
#define HAUL_LOG_BYTES (4 * 1024 * 1024)

/* Those that this library says itself, of the life of a process. */
#define HAUL_LIFE_DOMAIN "haul"

#define HAUL_LINE(l, d, t)                                                                \
  ((HaulMessage) { .type = HAUL_FRAME_LOG, .log.level = (l), .log.domain = (char *) (d), .log.text = (char *) (t) })

/* Makes the record of a line, and passes the line on to whoever listens to all. @process and @pid
 * said it, unless @log knows better: that one of its own did. */
HaulRecord *haul_record_log          (const HaulMessage *log,
                                      const char        *process,
                                      int                pid) G_GNUC_WARN_UNUSED_RESULT;

/* Words for the start and the end of a process, in its log. */
char       *haul_life_format_started (int                pid) G_GNUC_WARN_UNUSED_RESULT;
char       *haul_life_format_ended   (int                code,
                                      int                signal) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
