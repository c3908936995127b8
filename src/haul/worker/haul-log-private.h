/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul-context.h"
#include "haul-log.h"

G_BEGIN_DECLS

/* Whether a line of this level is of use to anybody; without a level, all are. */
gboolean    haul_log_wants      (HaulLogLevel        level);

/* The same of what this library says itself of the life of a process: without a level, nothing is. */
gboolean    haul_log_wants_life (HaulLogLevel        level);

/* In a worker program, once and early: what is said by g_log() is looked at. */
void        haul_log_install    (void);

/* From now on it goes home with @context, if this thread says it. */
void        haul_log_begin      (HaulContext        *context);
void        haul_log_end        (void);

/* A line that came from a worker of this program, with the process that said it: in a worker, it
 * goes on home; else, to standard error if that is wanted. */
void        haul_log_pass_on    (const HaulMessage  *log);

/* "[INFO/Process-1] message" */
char       *haul_log_format     (HaulLogLevel        level,
                                 const char         *process,
                                 const char         *text) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
