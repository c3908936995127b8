/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "../wire/haul-decls.h"
#include "../worker/haul-number.h"
#include "haul-job.h"

HAUL_BEGIN_DECLS

/* The words for numbers and states: one wording for the window, the terminal and the reports.
 * All translated; all results are owned by the caller. */

char       *haul_format_duration   (double          seconds) G_GNUC_WARN_UNUSED_RESULT; /* "12.4 s", "3 min 5 s" */
char       *haul_format_left       (double          seconds) G_GNUC_WARN_UNUSED_RESULT; /* "about 12 seconds left", NULL if unknown */
char       *haul_format_rate       (double          rate,
                                    const char     *unit) G_GNUC_WARN_UNUSED_RESULT;    /* "96 digits/s", NULL if unknown */
char       *haul_format_progress   (HaulJob        *job) G_GNUC_WARN_UNUSED_RESULT;     /* "1,860 of 3,000 digits" */
char       *haul_format_exit       (int             code,
                                    int             signal) G_GNUC_WARN_UNUSED_RESULT;  /* "exit 3", "signal 11, SIGSEGV" */
const char *haul_signal_name       (int             signal);                            /* "SIGSEGV" */
const char *haul_format_state      (HaulJobState    state,
                                    HaulJobVerdict  verdict);                           /* "Running", "Done" */
const char *haul_format_stamp      (HaulStamp       stamp);                             /* "TERM sent" */

HAUL_END_DECLS
