/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul/worker/haul-task.h"

G_BEGIN_DECLS

/* The tasks of the tests, ending with NULL. Those of the first list behave, and may run in any
 * executor; those of the second may only run in a process of their own. */
extern const HaulTask * const haul_test_good_tasks[];
extern const HaulTask * const haul_test_bad_tasks[];
/* They look at their process, or start some: likewise. */
extern const HaulTask * const haul_test_process_tasks[];
/* They use what is shared with them. */
extern const HaulTask * const haul_test_share_tasks[];
/* They go wrong as programs do: likewise. */
extern const HaulTask * const haul_test_fault_tasks[];
/* They draw random numbers. */
extern const HaulTask * const haul_test_random_tasks[];
/* One that says things in every way there is. */
extern const HaulTask * const haul_test_log_tasks[];

/* Some of the first. Those that divide themselves, and what they are divided into. */
extern const HaulTask haul_test_sum_task;
extern const HaulTask haul_test_relay_task;
extern const HaulTask haul_test_range_task;
extern const HaulTask haul_test_add_task;

/* All, for haul_tasks_register(). */
const HaulTask * const *haul_test_tasks (void);
const HaulTask         *haul_test_task  (const char *id);

/* What the task "ok" emits. */
void                    haul_test_fill  (guint8     *bytes,
                                         gsize       offset,
                                         gsize       size);

G_END_DECLS
