/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <glib.h>
#include <sys/types.h>

G_BEGIN_DECLS

/* Other programs that an experiment runs. They are children as of lab_fork(), and end with it. What they print
 * comes by a pipe; what they complain about goes nowhere. */

/* Starts one. @ret_input is (nullable): without it, it has nothing to read. -1 with @error set where it cannot be
 * run; that it could not be executed is exit status 127. */
pid_t     lab_program_start  (const char * const *argv,
                              int                *ret_input,
                              int                *ret_output,
                              GError            **error);

/* Reads a line, without its end; NULL when there is none before @deadline_us of g_get_monotonic_time(). */
char     *lab_program_read   (int                 output,
                              gint64              deadline_us);

/* Waits for its end, and kills it at @deadline_us. FALSE if that was needed. @ret_status is one of waitpid(). */
gboolean  lab_program_finish (pid_t               pid,
                              gint64              deadline_us,
                              int                *ret_status);

G_END_DECLS
