/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <glib.h>

#include "../wire/haul-decls.h"
#include "../wire/haul-message.h"

HAUL_BEGIN_DECLS

/* What tasks say, wherever they run, comes home to the program that started them, line by line, each
 * with its level, the name of the process that said it and its number: into the log of the job
 * (haul_job_get_log()) or of the pool (haul_pool_get_log()), and, on wish, onto standard error.
 *
 *  - haul_context_log() has the level that it is given.
 *  - So does what a task says by g_log(), g_debug() and so on, in the thread and the process that the
 *    worker gave it: g_debug() is a DEBUG, g_info() and g_message() are an INFO, g_warning() and
 *    g_critical() a WARNING; each with its domain. As in any GLib program, that is not so for debug and
 *    info unless the environment variable G_MESSAGES_DEBUG names their domain, or a level is set that
 *    has them.
 *  - Whatever is written to the standard output or error of a worker is an OUTPUT, line by line: also
 *    by threads and processes that the task started, and by g_log() in those; and the last words of
 *    what is fatal, such as g_error(). One pipe carries it: what was written in one write() of at most
 *    4,096 bytes, with the end of its line, stays whole. Whoever writes parts of lines while others do
 *    has them mixed, as on a terminal.
 *
 * The lines of one process are in the order in which it said them, and so are those that it printed;
 * which of the two came first is only known from when they arrived. Threads and serial executors are
 * this process, so only haul_context_log() is of their job.
 *
 * A process that a worker starts in turn has the level of that worker; what it says comes to the
 * worker's job, and from there home, with its own name: "Process-1:2".
 */

void         haul_log_set_level (HaulLogLevel level);
HaulLogLevel haul_log_get_level (void);
void         haul_log_to_stderr (HaulLogLevel level);

HAUL_END_DECLS
