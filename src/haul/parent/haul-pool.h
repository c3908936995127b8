/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "../wire/haul-decls.h"
#include "haul-batch.h"
#include "haul-executor.h"
#include "haul-pool-worker-info.h"

HAUL_BEGIN_DECLS

/**
 * HaulPool:
 *
 * A fixed number of worker processes, forked from a fork server, that run the
 * items of #HaulBatches. A worker that dies is replaced, and takes with it
 * only what it had begun. Nobody shares a queue or a lock: which worker has
 * what is known here, so that a dead one can hold up nobody.
 */
#define HAUL_TYPE_POOL (haul_pool_get_type ())
G_DECLARE_FINAL_TYPE (HaulPool, haul_pool, HAUL, POOL, GObject)

/**
 * HaulPoolState:
 * @HAUL_POOL_RUNNING: takes batches
 * @HAUL_POOL_CLOSED: takes no more, and ends with the last
 * @HAUL_POOL_TERMINATED: everything was cancelled
 * @HAUL_POOL_BROKEN: its workers die as soon as they start, or one died that must not
 *
 * Where a pool is in its life.
 */
#define HAUL_TYPE_POOL_STATE (haul_pool_state_get_type ())
typedef enum
{
  HAUL_POOL_RUNNING,
  HAUL_POOL_CLOSED,
  HAUL_POOL_TERMINATED,
  HAUL_POOL_BROKEN,
} HaulPoolState;

/**
 * HaulPoolRecovery:
 * @HAUL_POOL_RECOVERY_REPLACE: it is replaced, and takes only what it had begun with it
 * @HAUL_POOL_RECOVERY_BREAK: the pool breaks: all that is there fails, and it takes no more
 *
 * What happens when a worker dies that nobody ended.
 */
#define HAUL_TYPE_POOL_RECOVERY (haul_pool_recovery_get_type ())
typedef enum
{
  HAUL_POOL_RECOVERY_REPLACE,
  HAUL_POOL_RECOVERY_BREAK,
} HaulPoolRecovery;

GType         haul_pool_recovery_get_type  (void);

/**
 * HaulPool:state:
 *
 * Where it is in its life.
 */

/**
 * HaulPool:n-workers:
 *
 * How many workers are wanted.
 */

/**
 * HaulPool:n-busy:
 *
 * How many workers have something to do. Notified at most ten times a second.
 */

/**
 * HaulPool:n-queued:
 *
 * How many items wait for a worker, of those that are known: all of a list, but of
 * other input only what was asked for. Notified at most ten times a second.
 */

/**
 * HaulPool:held:
 *
 * Whether no items are sent. What was sent before goes on.
 */

/**
 * HaulPool:suspended:
 *
 * Whether its workers are stopped where they are.
 */

GType         haul_pool_state_get_type     (void);

/**
 * haul_pool_new:
 * @worker_path: (nullable): the worker program, as for haul_process_executor_new()
 * @n_workers: how many; 0 for haul_usable_cpus()
 *
 * A pool. It starts nothing before something is submitted.
 *
 * Returns: (transfer full): the pool
 */
HaulPool     *haul_pool_new                (const char           *worker_path,
                                            guint                 n_workers) G_GNUC_WARN_UNUSED_RESULT;

/**
 * haul_pool_set_nice:
 * @self: a pool
 * @nice: from -20 to 19
 *
 * Sets how nice workers are that start from now on. 19 if it is not called. It goes
 * for all that they run: jobs in a #HaulPoolExecutor as well, whatever
 * haul_job_set_nice() says.
 */
void          haul_pool_set_nice           (HaulPool             *self,
                                            int                   nice);

/**
 * haul_pool_set_initializer:
 * @self: a pool
 * @task: what to run; static
 * @arguments: (nullable): `a{sv}`; a floating reference is taken
 *
 * Sets a task that each worker that starts from now on runs once, before anything
 * else. Its result is dropped. Wrong arguments are a mistake of the program, and
 * are refused with a critical warning.
 */
void          haul_pool_set_initializer    (HaulPool             *self,
                                            const HaulTask       *task,
                                            GVariant             *arguments);

/**
 * haul_pool_share:
 * @self: a pool
 * @name: what the initializer calls it: 1 to 63 bytes, and not the name of another
 * @shareable: what it is given
 *
 * Gives the initializer of workers that start from now on an object that they can use
 * together, as haul_job_share() does for a job. A worker keeps it if its initializer
 * takes a reference, for what it runs later.
 */
void          haul_pool_share              (HaulPool             *self,
                                            const char           *name,
                                            HaulShareable        *shareable);

/**
 * haul_pool_set_recovery:
 * @self: a pool
 * @recovery: what to do
 *
 * Sets what happens when a worker dies. %HAUL_POOL_RECOVERY_REPLACE if it is not
 * called; haul_batch_set_retries() says how often its item is tried again then. When
 * a pool breaks, every batch fails with %HAUL_ERROR_ENDED, but for an item that had
 * its result.
 */
void          haul_pool_set_recovery       (HaulPool             *self,
                                            HaulPoolRecovery      recovery);

/**
 * haul_pool_set_max_tasks:
 * @self: a pool
 * @max_tasks: how many items; 0 for no limit
 *
 * Sets after how many items a worker is replaced. 0 if it is not called.
 */
void          haul_pool_set_max_tasks      (HaulPool             *self,
                                            guint                 max_tasks);

/**
 * haul_pool_set_max_memory:
 * @self: a pool
 * @max_bytes: resident bytes; 0 for no limit
 *
 * Sets the size above which a worker is replaced. Looked at after each item, so
 * that none is lost by it. 0 if it is not called.
 */
void          haul_pool_set_max_memory     (HaulPool             *self,
                                            guint64               max_bytes);

/**
 * haul_pool_get_n_workers:
 * @self: a pool
 *
 * Gets #HaulPool:n-workers.
 *
 * Returns: how many workers are wanted
 */
guint         haul_pool_get_n_workers      (HaulPool             *self);

/**
 * haul_pool_set_n_workers:
 * @self: a pool
 * @n_workers: how many; at least 1
 *
 * Resizes a pool, also while it works. New workers start at once if there is
 * something to do; those that are too many end after what they were sent.
 */
void          haul_pool_set_n_workers      (HaulPool             *self,
                                            guint                 n_workers);

/**
 * haul_pool_get_n_busy:
 * @self: a pool
 *
 * Gets #HaulPool:n-busy.
 *
 * Returns: how many workers have something to do
 */
guint         haul_pool_get_n_busy         (HaulPool             *self);

/**
 * haul_pool_get_n_queued:
 * @self: a pool
 *
 * Gets #HaulPool:n-queued.
 *
 * Returns: how many items wait for a worker, of those that are known
 */
guint64       haul_pool_get_n_queued       (HaulPool             *self);

/**
 * haul_pool_get_held:
 * @self: a pool
 *
 * Gets #HaulPool:held.
 *
 * Returns: whether no items are sent
 */
gboolean      haul_pool_get_held           (HaulPool             *self);

/**
 * haul_pool_set_held:
 * @self: a pool
 * @held: whether to send no items
 *
 * Holds the queue of a pool, or lets it go on. Workers do what they were sent:
 * what they run, and the few short items that they were sent ahead. A pool that is
 * held and closed does not end before it is let go on, unless nothing waits.
 */
void          haul_pool_set_held           (HaulPool             *self,
                                            gboolean              held);

/**
 * haul_pool_get_suspended:
 * @self: a pool
 *
 * Gets whether haul_pool_suspend() stopped its workers, and nobody let them go on.
 *
 * Returns: whether its workers are stopped where they are
 */
gboolean      haul_pool_get_suspended      (HaulPool             *self);

/**
 * haul_pool_suspend:
 * @self: a pool
 *
 * Stops all workers where they are (SIGSTOP), and sends no items. The time until
 * haul_pool_resume() does not count for the time limits of items. Cancelling and
 * terminating work all the same.
 */
void          haul_pool_suspend            (HaulPool             *self);

/**
 * haul_pool_resume:
 * @self: a pool
 *
 * Lets workers go on that haul_pool_suspend() stopped, and sends items again, unless
 * the pool is held.
 */
void          haul_pool_resume             (HaulPool             *self);

/**
 * haul_pool_get_log:
 * @self: a pool
 *
 * Gets what its workers say and print while they are at the items of batches, or
 * between them, and, at %HAUL_LOG_INFO, what becomes of them. The log of a #HaulJob
 * that runs in the pool has what they say of that.
 *
 * Returns: (transfer none): a #HaulRing, which is a #GListModel of #HaulRecord: the
 *   newest 10,000 lines, or as haul_ring_set_max_items() says, and at most 4 MiB
 */
GListModel   *haul_pool_get_log            (HaulPool             *self);

/**
 * haul_pool_get_workers:
 * @self: a pool
 *
 * The workers that there are, also those that are starting and ending, in the order
 * in which they came. Who never asks for it pays nothing for it.
 *
 * Returns: (transfer none): a model of #HaulPoolWorkerInfo, always the same
 */
GListModel   *haul_pool_get_workers        (HaulPool             *self);

/**
 * haul_pool_get_state:
 * @self: a pool
 *
 * Gets #HaulPool:state.
 *
 * Returns: where it is in its life
 */
HaulPoolState haul_pool_get_state          (HaulPool             *self);

/**
 * haul_pool_dup_pids:
 * @self: a pool
 *
 * Lists the processes of a pool.
 *
 * Returns: (transfer full): the processes of its workers now, `ai`
 */
GVariant     *haul_pool_dup_pids           (HaulPool             *self);

gboolean      haul_pool_submit             (HaulPool             *self,
                                            HaulBatch            *batch,
                                            GError              **error);

/**
 * haul_pool_apply_async:
 * @self: a pool
 * @task: what to run; static
 * @arguments: `a{sv}`; a floating reference is taken
 * @cancellable: (nullable): ends the item, and the worker that is at it; may be cancelled
 *   by any thread
 * @callback: (scope async): called when it has ended
 * @user_data: for @callback
 *
 * Runs a task once: a batch of one item.
 */
void          haul_pool_apply_async        (HaulPool             *self,
                                            const HaulTask       *task,
                                            GVariant             *arguments,
                                            GCancellable         *cancellable,
                                            GAsyncReadyCallback   callback,
                                            gpointer              user_data);

/**
 * haul_pool_apply_finish:
 * @self: a pool
 * @result: of the call
 * @error: what became of it instead; %HAUL_ERROR_NOT_POSSIBLE when the pool took
 *   no more
 *
 * Gives the result of what haul_pool_apply_async() began.
 *
 * Returns: (transfer full): the result, or %NULL with @error set
 */
GBytes       *haul_pool_apply_finish       (HaulPool             *self,
                                            GAsyncResult         *result,
                                            GError              **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * haul_pool_close:
 * @self: a pool
 *
 * Takes no more batches. Workers end when those that are there have.
 */
void          haul_pool_close              (HaulPool             *self);

/**
 * haul_pool_terminate:
 * @self: a pool
 *
 * Cancels every batch and ends every worker now: SIGTERM, and two seconds later
 * SIGKILL.
 */
void          haul_pool_terminate          (HaulPool             *self);

/**
 * haul_pool_shutdown:
 * @self: a pool
 * @how: what becomes of what is there
 *
 * Takes no more batches. %HAUL_SHUTDOWN_DRAIN is haul_pool_close(),
 * %HAUL_SHUTDOWN_TERMINATE is haul_pool_terminate(). With %HAUL_SHUTDOWN_CANCEL_QUEUED
 * the items go on that workers have begun, and the others end with
 * %G_IO_ERROR_CANCELLED or are never asked for.
 */
void          haul_pool_shutdown           (HaulPool             *self,
                                            HaulShutdown          how);

/**
 * haul_pool_join_async:
 * @self: a pool that was closed or terminated, or is broken
 * @callback: (scope async): called when no batch and no worker is left
 * @user_data: for @callback
 *
 * Waits for the end of a pool. Never completes before it was asked to end: a pool
 * that is running is refused with %HAUL_ERROR_NOT_POSSIBLE.
 */
void          haul_pool_join_async         (HaulPool             *self,
                                            GAsyncReadyCallback   callback,
                                            gpointer              user_data);

/**
 * haul_pool_join_finish:
 * @self: a pool
 * @result: of the call
 * @error: %HAUL_ERROR_NOT_POSSIBLE if the pool was running
 *
 * Tells how the wait that haul_pool_join_async() began has ended.
 *
 * Returns: %TRUE when no worker is left
 */
gboolean      haul_pool_join_finish        (HaulPool             *self,
                                            GAsyncResult         *result,
                                            GError              **error);

HAUL_END_DECLS
