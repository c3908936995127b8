/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <gio/gio.h>

#include "../wire/haul-decls.h"

HAUL_BEGIN_DECLS

/**
 * HaulPoolWorkerInfo:
 *
 * What can be seen of one worker of a #HaulPool: a row of haul_pool_get_workers(),
 * from when the worker is asked for until it is gone. It is brought up to date, and
 * notifies, at most ten times a second.
 */
#define HAUL_TYPE_POOL_WORKER_INFO (haul_pool_worker_info_get_type ())
G_DECLARE_FINAL_TYPE (HaulPoolWorkerInfo, haul_pool_worker_info, HAUL, POOL_WORKER_INFO, GObject)

/**
 * HaulPoolWorkerState:
 * @HAUL_POOL_WORKER_STARTING: cannot take items yet; it may be running the initializer
 * @HAUL_POOL_WORKER_IDLE: waits for items
 * @HAUL_POOL_WORKER_BUSY: has items
 * @HAUL_POOL_WORKER_ENDING: gets no more items, and may be at its last
 *
 * What a worker is doing.
 */
#define HAUL_TYPE_POOL_WORKER_STATE (haul_pool_worker_state_get_type ())
typedef enum
{
  HAUL_POOL_WORKER_STARTING,
  HAUL_POOL_WORKER_IDLE,
  HAUL_POOL_WORKER_BUSY,
  HAUL_POOL_WORKER_ENDING,
} HaulPoolWorkerState;

GType               haul_pool_worker_state_get_type        (void);

/**
 * HaulPoolWorkerInfo:pid:
 *
 * Its process; 0 as long as there is none.
 */

/**
 * HaulPoolWorkerInfo:state:
 *
 * What it is doing.
 */

/**
 * HaulPoolWorkerInfo:n-items:
 *
 * How many items it has finished.
 */

/**
 * HaulPoolWorkerInfo:what:
 *
 * The title of the task that it runs, to be translated by who shows it; %NULL
 * when it runs none.
 */

/**
 * HaulPoolWorkerInfo:index:
 *
 * Which item of its batch it runs; 0 when it runs none.
 */

/**
 * HaulPoolWorkerInfo:since:
 *
 * When it came to what it runs, in µs of g_get_monotonic_time(); 0 when it runs
 * nothing.
 */

/**
 * HaulPoolWorkerInfo:queued:
 *
 * How many items it was sent and has not answered, with the one that it runs.
 */

/**
 * haul_pool_worker_info_get_pid:
 * @self: a row
 *
 * Gets its process.
 *
 * Returns: its process; 0 as long as there is none
 */
int                  haul_pool_worker_info_get_pid       (HaulPoolWorkerInfo  *self);

/**
 * haul_pool_worker_info_get_state:
 * @self: a row
 *
 * Tells what it is doing.
 *
 * Returns: what it is doing
 */
HaulPoolWorkerState  haul_pool_worker_info_get_state     (HaulPoolWorkerInfo  *self);

/**
 * haul_pool_worker_info_get_n_items:
 * @self: a row
 *
 * Counts what it has finished.
 *
 * Returns: how many items it has finished
 */
guint64              haul_pool_worker_info_get_n_items   (HaulPoolWorkerInfo  *self);

/**
 * haul_pool_worker_info_get_what:
 * @self: a row
 *
 * Tells what it runs.
 *
 * Returns: (nullable): the title of the task that it runs, not translated
 */
const char          *haul_pool_worker_info_get_what      (HaulPoolWorkerInfo  *self);

/**
 * haul_pool_worker_info_get_index:
 * @self: a row
 *
 * Tells which item of its batch it runs.
 *
 * Returns: which item of its batch it runs; 0 when it runs none
 */
guint64              haul_pool_worker_info_get_index     (HaulPoolWorkerInfo  *self);

/**
 * haul_pool_worker_info_get_arguments:
 * @self: a row
 *
 * Tells what its item runs with.
 *
 * Returns: (transfer none) (nullable): the complete arguments of what it runs, `a{sv}`
 */
GVariant            *haul_pool_worker_info_get_arguments (HaulPoolWorkerInfo  *self);

/**
 * haul_pool_worker_info_get_since:
 * @self: a row
 *
 * Tells when it began what it runs.
 *
 * Returns: when it came to what it runs, in µs of g_get_monotonic_time(); 0 when it
 *   runs nothing
 */
gint64               haul_pool_worker_info_get_since     (HaulPoolWorkerInfo  *self);

/**
 * haul_pool_worker_info_get_idle_since:
 * @self: a row
 *
 * Tells when it ran out of what to run.
 *
 * Returns: when it was ready, or its last item ended, in µs of g_get_monotonic_time(); 0 while
 *   it runs something, and before it could
 */
gint64               haul_pool_worker_info_get_idle_since (HaulPoolWorkerInfo *self);

/**
 * haul_pool_worker_info_get_queued:
 * @self: a row
 *
 * Counts what it was sent and has not answered.
 *
 * Returns: how many items it was sent and has not answered
 */
guint                haul_pool_worker_info_get_queued    (HaulPoolWorkerInfo  *self);

HAUL_END_DECLS
