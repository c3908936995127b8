/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <gio/gio.h>

#include "../worker/haul-task.h"

G_BEGIN_DECLS

/**
 * HaulBatch:
 *
 * One task over many arguments, for a #HaulPool: what `map`, `starmap`, `imap`
 * and `apply` are elsewhere. Make one, set what you like of it, submit it, and
 * take the results as they come from #HaulBatch::item, or all of them at the end.
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
 * Returns: (transfer floating) (nullable): arguments of an item, `a{sv}`, or
 *   %NULL when there are no more
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

HaulBatch      *haul_batch_new              (const HaulTask       *task,
                                             HaulBatchInput        input,
                                             gpointer              user_data,
                                             GDestroyNotify        destroy) G_GNUC_WARN_UNUSED_RESULT;
HaulBatch      *haul_batch_new_for_list     (const HaulTask       *task,
                                             GVariant             *arguments) G_GNUC_WARN_UNUSED_RESULT;   /* aa{sv} */

/* Before it is submitted. */
void            haul_batch_set_ordered      (HaulBatch            *self,
                                             gboolean              ordered);      /* TRUE */
void            haul_batch_set_keep         (HaulBatch            *self,
                                             gboolean              keep);         /* TRUE: all results until the end */
void            haul_batch_set_fail_fast    (HaulBatch            *self,
                                             gboolean              fail_fast);    /* FALSE: the others go on */
void            haul_batch_set_retries      (HaulBatch            *self,
                                             guint                 retries);      /* 0: after the death of a worker */
void            haul_batch_set_item_timeout (HaulBatch            *self,
                                             guint                 timeout_ms);   /* 0: none */
void            haul_batch_set_priority     (HaulBatch            *self,
                                             int                   priority);     /* 0; higher goes first */
void            haul_batch_set_chunksize    (HaulBatch            *self,
                                             guint                 chunksize);    /* 0: by how long items take */

const HaulTask *haul_batch_get_task         (HaulBatch            *self);
guint64         haul_batch_get_n_items      (HaulBatch            *self);         /* asked for so far */
gboolean        haul_batch_get_is_complete  (HaulBatch            *self);         /* and there are no more */
guint64         haul_batch_get_n_done       (HaulBatch            *self);
guint64         haul_batch_get_n_failed     (HaulBatch            *self);
gboolean        haul_batch_is_active        (HaulBatch            *self);         /* not ended */

/* Of a batch that keeps its results: NULL, with what went wrong, for an item that failed. */
GBytes         *haul_batch_dup_result       (HaulBatch            *self,
                                             guint64               index,
                                             GError              **error) G_GNUC_WARN_UNUSED_RESULT;

void            haul_batch_cancel           (HaulBatch            *self);

/* Completes when it has ended: TRUE when every item is done, else with the first error. */
void            haul_batch_join_async       (HaulBatch            *self,
                                             GAsyncReadyCallback   callback,
                                             gpointer              user_data);
gboolean        haul_batch_join_finish      (HaulBatch            *self,
                                             GAsyncResult         *result,
                                             GError              **error);

G_END_DECLS
