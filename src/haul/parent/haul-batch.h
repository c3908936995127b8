/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <gio/gio.h>

#include "../wire/haul-decls.h"
#include "../worker/haul-task.h"
#include "haul-batch-item.h"

HAUL_BEGIN_DECLS

/**
 * HaulBatch:
 *
 * One task over many arguments, for a #HaulPool: what `map`, `starmap`, `imap`
 * and `apply` are elsewhere. Make one, set what you like of it, submit it, and
 * take the results as they come from #HaulBatch::item, one after the other with
 * haul_batch_next_async(), or all of them at the end.
 *
 * The arguments are asked for as the workers need them, so that a million of
 * them take no more memory than a hundred, unless the results are kept.
 *
 * When a worker dies, the items that it had begun fail with it, or are tried
 * again; all others go on.
 */
#define HAUL_TYPE_BATCH (haul_batch_get_type ())
G_DECLARE_FINAL_TYPE (HaulBatch, haul_batch, HAUL, BATCH, GObject)

/**
 * HaulBatchInput:
 * @index: 0, 1, 2, …: each is asked for once, in this order
 * @user_data: for this function
 *
 * Gives the arguments of one item after the other, when there is room for it.
 *
 * Returns: (transfer full) (nullable): arguments of an item, `a{sv}`, floating or
 *   not, or %NULL when there are no more
 */
typedef GVariant *(*HaulBatchInput) (guint64  index,
                                     gpointer user_data);

/**
 * HaulBatch::item:
 * @batch: the batch
 * @index: which one
 * @result: (nullable): its result
 * @error: (nullable): or what became of it instead
 *
 * Emitted once for each item: in the order of the arguments, or of the
 * results with #HaulBatch:ordered off.
 */

/**
 * HaulBatch::ended:
 * @batch: the batch
 *
 * Emitted once, last of all.
 */

/**
 * haul_batch_new:
 * @task: what to run for each item; static
 * @input: (scope notified) (closure user_data) (destroy destroy): gives the arguments
 * @user_data: for @input
 * @destroy: (nullable): frees @user_data, with the batch
 *
 * A batch that is ready to be submitted. @input is called from the main loop, as
 * workers have room: it must not block.
 *
 * Returns: (transfer full): the batch
 */
HaulBatch      *haul_batch_new              (const HaulTask       *task,
                                             HaulBatchInput        input,
                                             gpointer              user_data,
                                             GDestroyNotify        destroy) G_GNUC_WARN_UNUSED_RESULT;

/**
 * haul_batch_new_for_list:
 * @task: what to run for each item; static
 * @arguments: `aa{sv}`, one of them for each item; a floating reference is taken
 *
 * The same for arguments that are there already.
 *
 * Returns: (transfer full): the batch
 */
HaulBatch      *haul_batch_new_for_list     (const HaulTask       *task,
                                             GVariant             *arguments) G_GNUC_WARN_UNUSED_RESULT;

/**
 * haul_batch_new_for_lists:
 * @task: what to run for each item; static
 * @lists: `a{sv}`: for each parameter an array of values, of which the first item is given
 *   the first, and so on; or one value that is no array, which all items are given. A floating
 *   reference is taken
 *
 * The same for several lists, which are paired as `starmap` and `zip` do elsewhere. The
 * shortest says how many items there are; without any list there are none.
 *
 * Returns: (transfer full): the batch
 */
HaulBatch      *haul_batch_new_for_lists    (const HaulTask       *task,
                                             GVariant             *lists) G_GNUC_WARN_UNUSED_RESULT;

/**
 * haul_batch_set_ordered:
 * @self: a batch that was not submitted
 * @ordered: %FALSE to have each result as soon as it is there
 *
 * Sets the order of #HaulBatch::item. %TRUE if it is not called.
 */
void            haul_batch_set_ordered      (HaulBatch            *self,
                                             gboolean              ordered);

/**
 * haul_batch_set_keep:
 * @self: a batch that was not submitted
 * @keep: %FALSE to drop each result once it was given out
 *
 * Sets whether haul_batch_dup_result() can be asked later. %TRUE if it is not
 * called; a batch of a million results is better off without.
 */
void            haul_batch_set_keep         (HaulBatch            *self,
                                             gboolean              keep);

/**
 * haul_batch_set_fail_fast:
 * @self: a batch that was not submitted
 * @fail_fast: %TRUE to end the batch with the first item that fails
 *
 * Sets what the failure of an item does to the others. %FALSE if it is not
 * called: they go on. With @fail_fast, #HaulBatch::item tells of that item at
 * once, whatever the order, and of none after it: the others are given up.
 */
void            haul_batch_set_fail_fast    (HaulBatch            *self,
                                             gboolean              fail_fast);

/**
 * haul_batch_set_retries:
 * @self: a batch that was not submitted
 * @retries: how many more times
 *
 * Sets how often an item is tried again after its worker died. 0 if it is not
 * called. An item that says itself that it failed is never tried again, nor is one
 * that took too long.
 */
void            haul_batch_set_retries      (HaulBatch            *self,
                                             guint                 retries);

/**
 * haul_batch_set_item_timeout:
 * @self: a batch that was not submitted
 * @timeout_ms: how long one item may take, in ms; 0 for as long as it likes
 *
 * Sets a time limit for each item, kept to within 50 ms. An item that goes over it
 * fails with %HAUL_ERROR_TIMED_OUT, and its worker is replaced.
 */
void            haul_batch_set_item_timeout (HaulBatch            *self,
                                             guint                 timeout_ms);

/**
 * haul_batch_share:
 * @self: a batch that was not submitted
 * @name: what the task calls it: 1 to 63 bytes, and not the name of another
 * @shareable: what each item is given
 *
 * Gives all items of a batch an object that they can use together, as haul_job_share()
 * does for a job.
 */
void            haul_batch_share            (HaulBatch            *self,
                                             const char           *name,
                                             HaulShareable        *shareable);

/**
 * haul_batch_set_priority:
 * @self: a batch that was not submitted
 * @priority: higher goes first
 *
 * Sets which of several batches in a pool is sent from first. 0 if it is not
 * called. Batches of one priority are served in the order they were submitted.
 */
void            haul_batch_set_priority     (HaulBatch            *self,
                                             int                   priority);

/**
 * haul_batch_set_chunksize:
 * @self: a batch that was not submitted
 * @chunksize: how many items; 0 or 1 for what takes a few milliseconds
 *
 * Sets about how many items travel to a worker together. Each of them is begun,
 * and ends, by itself all the same; and what waits behind an item that takes long
 * goes to another worker. So there is rarely a reason to call this.
 */
void            haul_batch_set_chunksize    (HaulBatch            *self,
                                             guint                 chunksize);

/**
 * haul_batch_set_seed:
 * @self: a batch that was not submitted
 * @seed: any number
 * @first_stream: the stream of the first item: 0, unless what you see as one batch is
 *   several
 *
 * Sets where the random numbers of the items come from: item i is given stream
 * @first_stream + i of @seed, see haul_context_get_random(), in whatever worker it runs,
 * and however often it is tried.
 *
 * If it is not called, a batch has a seed of its own, that was drawn when it was made.
 * Once it is, rand(), random(), drand48() and g_random_int() are seeded for each item as
 * well, which takes about 1.5 µs. Without, each worker has had them seeded once.
 */
void            haul_batch_set_seed         (HaulBatch            *self,
                                             guint64               seed,
                                             guint64               first_stream);

/**
 * haul_batch_get_seed:
 * @self: a batch
 *
 * Gets the seed that was set with haul_batch_set_seed(), or else drawn.
 *
 * Returns: its seed
 */
guint64         haul_batch_get_seed         (HaulBatch            *self);

/**
 * haul_batch_get_task:
 * @self: a batch
 *
 * Gets the task of a batch.
 *
 * Returns: (transfer none): what it runs
 */
const HaulTask *haul_batch_get_task         (HaulBatch            *self);

/**
 * haul_batch_get_n_items:
 * @self: a batch
 *
 * Counts the items; the number is final with haul_batch_get_is_complete().
 *
 * Returns: how many items were asked for so far
 */
guint64         haul_batch_get_n_items      (HaulBatch            *self);

/**
 * haul_batch_get_is_complete:
 * @self: a batch
 *
 * Tells whether the number of items is final.
 *
 * Returns: %TRUE when no more items will be asked for
 */
gboolean        haul_batch_get_is_complete  (HaulBatch            *self);

/**
 * haul_batch_get_n_done:
 * @self: a batch
 *
 * Counts the items that succeeded.
 *
 * Returns: how many items have a result
 */
guint64         haul_batch_get_n_done       (HaulBatch            *self);

/**
 * haul_batch_get_n_failed:
 * @self: a batch
 *
 * Counts the items that did not.
 *
 * Returns: how many items ended in an error, without those that nobody waited for
 *   any more
 */
guint64         haul_batch_get_n_failed     (HaulBatch            *self);

/**
 * haul_batch_is_active:
 * @self: a batch
 *
 * Tells whether there is something left to wait for.
 *
 * Returns: %TRUE until it has ended
 */
gboolean        haul_batch_is_active        (HaulBatch            *self);

/**
 * haul_batch_dup_result:
 * @self: a batch that keeps its results
 * @index: which item
 * @error: what became of the item instead; %HAUL_ERROR_NOT_POSSIBLE if it has not
 *   ended, or was not kept
 *
 * Gives the result of one item.
 *
 * Returns: (transfer full) (nullable): the result of an item; %NULL with @error set
 */
GBytes         *haul_batch_dup_result       (HaulBatch            *self,
                                             guint64               index,
                                             GError              **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * haul_batch_get_items:
 * @self: a batch; one that does not keep its results was not submitted yet
 *
 * All items as rows, with what became of them: of a list all from the start, of other
 * input those that were asked for. A million of them cost a byte each, and an object
 * for each that somebody looks at, until the model is let go.
 *
 * Returns: (transfer full): a model of #HaulBatchItem
 */
GListModel     *haul_batch_get_items        (HaulBatch            *self) G_GNUC_WARN_UNUSED_RESULT;

void            haul_batch_next_async       (HaulBatch            *self,
                                             int                   timeout_ms,
                                             GCancellable         *cancellable,
                                             GAsyncReadyCallback   callback,
                                             gpointer              user_data);
gboolean        haul_batch_next_finish      (HaulBatch            *self,
                                             GAsyncResult         *result,
                                             guint64              *ret_index,
                                             GBytes              **ret_result,
                                             GError              **error);

void            haul_batch_cancel           (HaulBatch            *self);

/**
 * haul_batch_join_async:
 * @self: a batch, submitted or not
 * @timeout_ms: how long to wait, in ms; 0 only looks, below 0 waits for ever
 * @cancellable: (nullable): stops the waiting, not the batch
 * @callback: (scope async): called when it has ended, or the time is over
 * @user_data: for @callback
 *
 * Waits for the end of a batch. Any number of callers may wait, before and after.
 * Waiting whose time is over ends in %G_IO_ERROR_TIMED_OUT, and the batch goes on.
 */
void            haul_batch_join_async       (HaulBatch            *self,
                                             int                   timeout_ms,
                                             GCancellable         *cancellable,
                                             GAsyncReadyCallback   callback,
                                             gpointer              user_data);

/**
 * haul_batch_join_finish:
 * @self: a batch
 * @result: of the call
 * @error: the first error of the batch; %G_IO_ERROR_CANCELLED if somebody
 *   cancelled it or terminated its pool; or what became of the waiting
 *
 * Tells how the wait that haul_batch_join_async() began has ended.
 *
 * Returns: %TRUE if every item is done
 */
gboolean        haul_batch_join_finish      (HaulBatch            *self,
                                             GAsyncResult         *result,
                                             GError              **error);

HAUL_END_DECLS
