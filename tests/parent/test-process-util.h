/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul-test.h"
#include "test-tasks.h"

#include "haul/parent/haul-process.h"
#include "haul/wire/haul-error.h"

G_BEGIN_DECLS

/* What the tests of processes share. Every test runs once for each start method, and ends with a
 * process that succeeds, and with nothing left. */

extern const char * const test_process_methods[2];   /* "spawn", "forkserver" */

/* Adds PATH/spawn and PATH/forkserver; @func is given the HaulStartMethod. */
void         test_process_add          (const char      *path,
                                        GTestDataFunc    func);

/* Not nice, and with the test's worker. */
HaulProcess *test_process_new          (gconstpointer    method,
                                        const char      *task,
                                        const char      *arguments) G_GNUC_WARN_UNUSED_RESULT;
void         test_process_start        (HaulProcess     *process);
/* Both, and waits until its task runs; with @text, until that is in its log. */
HaulProcess *test_process_run          (gconstpointer    method,
                                        const char      *task,
                                        const char      *arguments,
                                        const char      *text) G_GNUC_WARN_UNUSED_RESULT;
/* Whether it has ended within that time, as haul_process_join_async() says. */
gboolean     test_process_join         (HaulProcess     *process,
                                        int              timeout_ms);
void         test_process_assert_code  (HaulProcess     *process,
                                        int              code);
char        *test_process_dup_result   (HaulProcess     *process) G_GNUC_WARN_UNUSED_RESULT;
/* Joins it first. */
void         test_process_assert_ends  (HaulProcess     *process,
                                        int              code);

/* One normal process succeeds; then all is as it was. */
void         test_process_end          (gconstpointer    method);

G_END_DECLS
