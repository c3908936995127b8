/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul-executor.h"
#include "haul-part.h"
#include "haul-pool.h"

HAUL_BEGIN_DECLS

/**
 * HaulPoolExecutor:
 *
 * Runs jobs in the workers of a #HaulPool. A job whose task can be divided is: its
 * parts, see haul_job_get_parts(), run in as many workers as are free, and the
 * result of the last of them is the result of the job. Any other job is one part.
 *
 * Jobs are begun in the order they were submitted, each when a worker has nothing
 * to do. A worker that dies takes with it the job whose part it was at, and no
 * other; nothing is tried again.
 */
#define HAUL_TYPE_POOL_EXECUTOR (haul_pool_executor_get_type ())
G_DECLARE_FINAL_TYPE (HaulPoolExecutor, haul_pool_executor, HAUL, POOL_EXECUTOR, HaulExecutor)

HaulExecutor *haul_pool_executor_new      (const char        *worker_path,
                                           guint              n_workers) G_GNUC_WARN_UNUSED_RESULT;

/**
 * haul_pool_executor_get_pool:
 * @self: an executor
 *
 * Gets the pool of the executor.
 *
 * Returns: (transfer none): the pool whose workers it uses: to resize it, for one
 */
HaulPool     *haul_pool_executor_get_pool (HaulPoolExecutor  *self);

HAUL_END_DECLS
