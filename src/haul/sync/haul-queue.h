/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul-shareable.h"

HAUL_BEGIN_DECLS

#define HAUL_TYPE_QUEUE (haul_queue_get_type ())
G_DECLARE_FINAL_TYPE (HaulQueue, haul_queue, HAUL, QUEUE, HaulShareable)

/**
 * HaulQueue:
 *
 * Items that processes pass to each other: any number of them put items in, any
 * number take items out, and each item is taken once. An item is bytes, from none
 * to as many as the queue holds.
 *
 * Items of one producer, which is a thread that waits for one haul_queue_put()
 * before the next, or a main context that calls haul_queue_put_async(), are taken
 * in the order in which it put them. Between producers there is no order.
 *
 * The items lie in memory that the processes share, so there is nothing to flush:
 * once it is put an item is in the queue, whatever becomes of who put it, and a
 * process may end at once. What the queue may hold is limited, by bytes and, if
 * wanted, by items, and who puts more waits until there is place.
 *
 * When there is nothing more to come, say so with haul_queue_close(): who takes
 * gets what is left, and then %HAUL_ERROR_CLOSED. It is better than a last item for
 * each consumer that tells it to end, which still works: with it one has to know
 * how many consumers there are, and one that was killed leaves its own to another.
 *
 * To know when all items were not only taken but worked off, who takes them calls
 * haul_queue_task_done() after each, and haul_queue_join() waits for it.
 *
 * A process may be killed at any moment. What it was just putting is lost, and
 * counted by haul_queue_get_n_lost(). What it was just taking is taken by another
 * process instead, later than it would have been. What it had taken and not marked
 * as done is counted by haul_queue_get_n_abandoned(), and haul_queue_join() does not
 * wait for it. Nobody else is held up. haul_queue_dup_losses() says who it was.
 *
 * Up to 1,024 processes can use one at a time.
 */

/**
 * HAUL_QUEUE_DEFAULT_BYTES:
 *
 * How many bytes a #HaulQueue holds unless it is said how many.
 */
#define HAUL_QUEUE_DEFAULT_BYTES (64 * 1024 * 1024)

/**
 * haul_queue_new:
 * @max_items: how many items it holds at most; 0 if it does not matter
 * @max_bytes: how many bytes they have at most, all together, where each counts for up to 64 bytes
 *   more than it has; 0 for %HAUL_QUEUE_DEFAULT_BYTES. One item of @max_bytes fits
 * @error: return location for an error
 *
 * Makes a queue. It takes memory for the items that are in it, for at most twice
 * @max_bytes, and gives it back when it is empty, all but 8 MiB, once a second.
 *
 * Returns: (transfer full): a new queue, or %NULL with @error set
 */
HaulQueue *haul_queue_new             (guint64              max_items,
                                       guint64              max_bytes,
                                       GError             **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * haul_queue_put:
 * @self: a queue
 * @item: what to put, which may be empty
 * @timeout_ms: how long to wait for a place, in ms; negative for as long as it takes, 0 for not at all
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Puts an item into the queue. It may be called from any thread, but not from one
 * that runs a main loop, unless @timeout_ms is 0: see haul_queue_put_async().
 *
 * It fails with %HAUL_ERROR_CLOSED when the queue was closed, with
 * %HAUL_ERROR_TOO_LARGE when it will never hold so many bytes, with
 * %G_IO_ERROR_NO_SPACE if there is no memory, and with %HAUL_ERROR_PROTOCOL when
 * its memory was overwritten by somebody who should not have.
 *
 * Returns: %TRUE once it is in the queue, %FALSE with @error set if it is not
 */
gboolean   haul_queue_put             (HaulQueue           *self,
                                       GBytes              *item,
                                       int                  timeout_ms,
                                       GCancellable        *cancellable,
                                       GError             **error);

/**
 * haul_queue_get:
 * @self: a queue
 * @timeout_ms: how long to wait for an item, in ms; negative for as long as it takes, 0 for not at all
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Takes the next item out of the queue. It may be called from any thread, but not
 * from one that runs a main loop, unless @timeout_ms is 0: see
 * haul_queue_get_async().
 *
 * It fails with %HAUL_ERROR_CLOSED when the queue was closed and nothing is left in
 * it, and with %HAUL_ERROR_PROTOCOL when its memory was overwritten by somebody who
 * should not have.
 *
 * Returns: (transfer full): the item, or %NULL with @error set
 */
GBytes    *haul_queue_get             (HaulQueue           *self,
                                       int                  timeout_ms,
                                       GCancellable        *cancellable,
                                       GError             **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * haul_queue_task_done:
 * @self: a queue
 * @error: return location for an error
 *
 * Says that one of the items that this process took is worked off. It fails with
 * %HAUL_ERROR_NOT_POSSIBLE when it has marked all that it took and, after ten seconds,
 * with %G_IO_ERROR_TIMED_OUT when a process was stopped in the middle of changing the
 * queue. A task that was asked to stop can still say so.
 *
 * Returns: %TRUE, or %FALSE with @error set
 */
gboolean   haul_queue_task_done       (HaulQueue           *self,
                                       GError             **error);

/**
 * haul_queue_join:
 * @self: a queue
 * @timeout_ms: how long to wait, in ms; negative for as long as it takes, 0 for not at all
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Waits until the queue is empty and all items that were taken are marked as done.
 * For those of a process that has ended nobody waits: whether there were any, say
 * haul_queue_get_n_lost() and haul_queue_get_n_abandoned() afterwards.
 *
 * Returns: %TRUE, or %FALSE with @error set
 */
gboolean   haul_queue_join            (HaulQueue           *self,
                                       int                  timeout_ms,
                                       GCancellable        *cancellable,
                                       GError             **error);

/**
 * haul_queue_close:
 * @self: a queue
 *
 * Nothing can be put into it any more, by any process; what is in it can be taken.
 * Closing it again does nothing. It does not wait.
 */
void       haul_queue_close           (HaulQueue           *self);

/**
 * haul_queue_is_closed:
 * @self: a queue
 *
 * Gets whether it was closed, by this process or another one.
 *
 * Returns: %TRUE if nothing can be put into it
 */
gboolean   haul_queue_is_closed       (HaulQueue           *self);

/**
 * haul_queue_get_n_items:
 * @self: a queue
 *
 * Gets how many items could be taken at this moment. The next moment it may be
 * another number, so it is good for showing and for nothing else.
 *
 * Returns: a number of items
 */
guint64    haul_queue_get_n_items     (HaulQueue           *self);

/**
 * haul_queue_is_empty:
 * @self: a queue
 *
 * Gets whether there is nothing to take at this moment, which may be over when it
 * is known: haul_queue_get() with no time to wait says it, and takes the item.
 *
 * Returns: %TRUE if haul_queue_get() would have waited
 */
gboolean   haul_queue_is_empty        (HaulQueue           *self);

/**
 * haul_queue_is_full:
 * @self: a queue
 *
 * Gets whether there is no place for one more item at this moment, which may be over
 * when it is known. There may be none for a large item long before.
 *
 * Returns: %TRUE if haul_queue_put() of an empty item would have waited
 */
gboolean   haul_queue_is_full         (HaulQueue           *self);

/**
 * haul_queue_get_max_items:
 * @self: a queue
 *
 * Gets how many items it holds at most.
 *
 * Returns: a number of items; 0 if it does not matter
 */
guint64    haul_queue_get_max_items   (HaulQueue           *self);

/**
 * haul_queue_get_max_bytes:
 * @self: a queue
 *
 * Gets how many bytes its items have at most, which is also how many one may have.
 *
 * Returns: a number of bytes
 */
guint64    haul_queue_get_max_bytes   (HaulQueue           *self);

/**
 * haul_queue_get_n_lost:
 * @self: a queue
 *
 * Gets how many items nobody will ever take since whoever was putting them was
 * killed in the middle of it.
 *
 * Returns: a number of items, since the queue was made
 */
guint64    haul_queue_get_n_lost      (HaulQueue           *self);

/**
 * haul_queue_get_n_abandoned:
 * @self: a queue
 *
 * Gets how many items were taken by processes that ended, or let go of the queue,
 * before they called haul_queue_task_done(). It says something where that is called.
 *
 * Returns: a number of items, since the queue was made
 */
guint64    haul_queue_get_n_abandoned (HaulQueue           *self);

/**
 * haul_queue_dup_losses:
 * @self: a queue
 *
 * Gets who it was that lost or abandoned items: the id of each process, how many
 * items were lost and how many abandoned with it. Only the last 16 are known.
 *
 * Returns: (transfer full): an array of tuples, "a(utt)"
 */
GVariant  *haul_queue_dup_losses      (HaulQueue           *self) G_GNUC_WARN_UNUSED_RESULT;

/**
 * haul_queue_put_async:
 * @self: a queue
 * @item: what to put, which may be empty
 * @timeout_ms: how long to wait for a place, in ms; negative for as long as it takes, 0 for not at all
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async): what to call when it is done
 * @user_data: passed to @callback
 *
 * Puts an item into the queue, as haul_queue_put(), without ever blocking: also a
 * large item is copied in pieces. What is put in this way is put in the order of
 * the calls.
 *
 * What waits for one queue at a time belongs to one main context, the
 * thread-default one of who called first; in another one these calls fail with
 * %HAUL_ERROR_NOT_POSSIBLE as long as something waits.
 */
void       haul_queue_put_async       (HaulQueue           *self,
                                       GBytes              *item,
                                       int                  timeout_ms,
                                       GCancellable        *cancellable,
                                       GAsyncReadyCallback  callback,
                                       gpointer             user_data);

/**
 * haul_queue_put_finish:
 * @self: a queue
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends what haul_queue_put_async() began. It fails as haul_queue_put() does.
 *
 * Returns: %TRUE once it is in the queue, %FALSE with @error set if it is not
 */
gboolean   haul_queue_put_finish      (HaulQueue           *self,
                                       GAsyncResult        *result,
                                       GError             **error);

/**
 * haul_queue_get_async:
 * @self: a queue
 * @timeout_ms: how long to wait for an item, in ms; negative for as long as it takes, 0 for not at all
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async): what to call when it is done
 * @user_data: passed to @callback
 *
 * Takes the next item out of the queue, as haul_queue_get(), without ever blocking;
 * see haul_queue_put_async(). Once an item is taken it is given to @callback, even
 * if @cancellable is cancelled then.
 */
void       haul_queue_get_async       (HaulQueue           *self,
                                       int                  timeout_ms,
                                       GCancellable        *cancellable,
                                       GAsyncReadyCallback  callback,
                                       gpointer             user_data);

/**
 * haul_queue_get_finish:
 * @self: a queue
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends what haul_queue_get_async() began. It fails as haul_queue_get() does.
 *
 * Returns: (transfer full): the item, or %NULL with @error set
 */
GBytes    *haul_queue_get_finish      (HaulQueue           *self,
                                       GAsyncResult        *result,
                                       GError             **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * haul_queue_join_async:
 * @self: a queue
 * @timeout_ms: how long to wait, in ms; negative for as long as it takes, 0 for not at all
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async): what to call when it is done
 * @user_data: passed to @callback
 *
 * Waits, as haul_queue_join(), without ever blocking; see haul_queue_put_async().
 */
void       haul_queue_join_async      (HaulQueue           *self,
                                       int                  timeout_ms,
                                       GCancellable        *cancellable,
                                       GAsyncReadyCallback  callback,
                                       gpointer             user_data);

/**
 * haul_queue_join_finish:
 * @self: a queue
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends what haul_queue_join_async() began.
 *
 * Returns: %TRUE, or %FALSE with @error set
 */
gboolean   haul_queue_join_finish     (HaulQueue           *self,
                                       GAsyncResult        *result,
                                       GError             **error);

HAUL_END_DECLS
