/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a worker says when it crashes: "crash: SIGSEGV", and where, as a trace of its stack. */
#define HAUL_CRASH_MARK "crash: SIG"

/* At most so many lines are said. */
#define HAUL_CRASH_LINES 66

/* Once, also for all that are forked: the first trace looks for what it needs. */
void haul_crash_prepare (void);

/* From now on. Not under a sanitizer, which has more to say itself. */
void haul_crash_report  (void);

G_END_DECLS
