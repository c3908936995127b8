/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <gio/gio.h>

#include "../wire/haul-decls.h"

HAUL_BEGIN_DECLS

/**
 * HaulBatchItem:
 *
 * One item of a #HaulBatch: a row of haul_batch_get_items(). It is made when
 * somebody asks for it, and there is only one of an item as long as somebody has it.
 * It is brought up to date, and notifies, at most ten times a second.
 */
#define HAUL_TYPE_BATCH_ITEM (haul_batch_item_get_type ())
G_DECLARE_FINAL_TYPE (HaulBatchItem, haul_batch_item, HAUL, BATCH_ITEM, GObject)

/**
 * HaulBatchItemState:
 * @HAUL_BATCH_ITEM_QUEUED: was not begun
 * @HAUL_BATCH_ITEM_RUNNING: a worker is at it
 * @HAUL_BATCH_ITEM_DONE: has a result
 * @HAUL_BATCH_ITEM_FAILED: ended in an error
 * @HAUL_BATCH_ITEM_CANCELLED: nobody waits for it any more
 *
 * What became of an item so far.
 */
#define HAUL_TYPE_BATCH_ITEM_STATE (haul_batch_item_state_get_type ())
typedef enum
{
  HAUL_BATCH_ITEM_QUEUED,
  HAUL_BATCH_ITEM_RUNNING,
  HAUL_BATCH_ITEM_DONE,
  HAUL_BATCH_ITEM_FAILED,
  HAUL_BATCH_ITEM_CANCELLED,
} HaulBatchItemState;

GType              haul_batch_item_state_get_type (void);

/**
 * HaulBatchItem:index:
 *
 * Which one of its batch.
 */

/**
 * HaulBatchItem:state:
 *
 * What became of it so far.
 */

/**
 * haul_batch_item_get_index:
 * @self: an item
 *
 * Tells which of the items it is.
 *
 * Returns: which one of its batch
 */
guint64            haul_batch_item_get_index      (HaulBatchItem  *self);

/**
 * haul_batch_item_get_state:
 * @self: an item
 *
 * Tells where it is in its life.
 *
 * Returns: what became of it so far
 */
HaulBatchItemState haul_batch_item_get_state      (HaulBatchItem  *self);

/**
 * haul_batch_item_dup_result:
 * @self: an item
 * @error: as for haul_batch_dup_result()
 *
 * Gives the result of the item.
 *
 * Returns: (transfer full) (nullable): its result, if it is done and its batch keeps
 *   results; otherwise %NULL with @error set
 */
GBytes            *haul_batch_item_dup_result     (HaulBatchItem  *self,
                                                   GError        **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * haul_batch_item_dup_arguments:
 * @self: an item
 *
 * Gives what the item runs with.
 *
 * Returns: (transfer full) (nullable): its arguments as they were given, `a{sv}`;
 *   %NULL unless its batch was made of one list or of several
 */
GVariant          *haul_batch_item_dup_arguments  (HaulBatchItem  *self) G_GNUC_WARN_UNUSED_RESULT;

HAUL_END_DECLS
