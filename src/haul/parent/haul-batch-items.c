/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-batch-private.h"

#include "haul-source-private.h"

/* The items of a batch as rows, for whoever wants to see them: while there is such a model, a byte an
 * item. Objects are made for those rows only that somebody looks at. */

#define TELL_US (G_USEC_PER_SEC / 10)

struct _HaulBatchItems
{
  GObject     parent_instance;

  HaulBatch  *batch;     /* (owned) */
  GByteArray *states;    /* (owned) HaulBatchItemState of items that were asked for: queued, or how it ended */
  GHashTable *objects;   /* (owned) index → HaulBatchItem (borrowed): those that somebody has */
  guint64     n_rows;    /* told */
  gint64      told_at;   /* µs */
  GSource    *tell;      /* (owned) (nullable) while something may be untold */
};

static void haul_batch_items_iface_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (HaulBatchItems, haul_batch_items, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, haul_batch_items_iface_init))

static void
haul_batch_items_finalize (GObject *object)
{
  HaulBatchItems *self = HAUL_BATCH_ITEMS (object);

  haul_source_clear (&self->tell);
  self->batch->items = NULL;
  g_clear_object (&self->batch);
  g_byte_array_unref (self->states);
  g_hash_table_unref (self->objects);

  G_OBJECT_CLASS (haul_batch_items_parent_class)->finalize (object);
}

static void
haul_batch_items_class_init (HaulBatchItemsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = haul_batch_items_finalize;
}

static void
haul_batch_items_init (HaulBatchItems *self)
{
  self->states = g_byte_array_new ();
  self->objects = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
}

/* Those that workers are at: the first that each was sent. */
/* Whether a worker is at it, as its board says: until then it may still go to another one. */
static gboolean
is_running (HaulBatchItems *self,
            guint64         index,
            gboolean       *ret_is_next)
{
  GPtrArray *workers = self->batch->pool != NULL ? self->batch->pool->workers : NULL;

  for (guint i = 0; workers != NULL && i < workers->len; i++)
    {
      HaulPoolWorker *worker = workers->pdata[i];
      HaulItem *item = g_queue_peek_head (&worker->sent);

      if (item != NULL && item->batch == self->batch && item->index == index)
        {
          gboolean begun = worker->board != NULL && haul_board_begun (worker->board) >= item->number;

          *ret_is_next = !begun;
          return begun;
        }
    }
  return FALSE;
}

/* @ret_is_next is set where it was sent to a worker that has not begun it, which nobody will say. */
static HaulBatchItemState
find_state (HaulBatchItems *self,
            guint64         index,
            gboolean       *ret_is_next)
{
  HaulBatchItemState ended = index < self->states->len ? self->states->data[index] : HAUL_BATCH_ITEM_QUEUED;

  if (ended != HAUL_BATCH_ITEM_QUEUED)
    return ended;
  if (self->batch->given_up || self->batch->ended)
    return HAUL_BATCH_ITEM_CANCELLED;
  return is_running (self, index, ret_is_next) ? HAUL_BATCH_ITEM_RUNNING : HAUL_BATCH_ITEM_QUEUED;
}

/* The model. */

static GType
get_item_type (GListModel *model)
{
  return HAUL_TYPE_BATCH_ITEM;
}

static guint
get_n_items (GListModel *model)
{
  return HAUL_BATCH_ITEMS (model)->n_rows;
}

static gpointer
get_item (GListModel *model,
          guint       position)
{
  HaulBatchItems *self = HAUL_BATCH_ITEMS (model);
  guint64 index = position;
  gboolean is_next = FALSE;
  HaulBatchItem *item;

  if (position >= self->n_rows)
    return NULL;

  item = g_hash_table_lookup (self->objects, &index);
  if (item != NULL)
    return g_object_ref (item);

  item = haul_batch_item_new (self, index, find_state (self, index, &is_next));
  if (is_next)
    haul_batch_items_touch (self);
  g_hash_table_insert (self->objects, g_memdup2 (&index, sizeof index), item);
  return item;
}

static void
haul_batch_items_iface_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

void
haul_batch_items_forget (HaulBatchItems *self,
                         guint64         index)
{
  g_hash_table_remove (self->objects, &index);
}

HaulBatch *
haul_batch_items_get_batch (HaulBatchItems *self)
{
  return self->batch;
}

/* Telling. */

static guint64
count_rows (HaulBatchItems *self)
{
  return MIN (G_MAXUINT, self->batch->size != G_MAXUINT64 ? self->batch->size : self->batch->n_items);
}

static void
tell_states (HaulBatchItems *self)
{
  g_autoptr(GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);
  GHashTableIter iter;
  gboolean look_again = FALSE;
  gpointer item;

  g_hash_table_iter_init (&iter, self->objects);
  while (g_hash_table_iter_next (&iter, NULL, &item))
    g_ptr_array_add (items, g_object_ref (item));
  for (guint i = 0; i < items->len; i++)
    {
      gboolean is_next = FALSE;

      haul_batch_item_set_state (items->pdata[i],
                                 find_state (self, haul_batch_item_get_index (items->pdata[i]), &is_next));
      look_again |= is_next;
    }
  if (look_again)
    haul_batch_items_touch (self);
}

static gboolean
tell_cb (gpointer user_data)
{
  g_autoptr(HaulBatchItems) self = g_object_ref (user_data);
  guint64 before = self->n_rows;

  g_clear_pointer (&self->tell, g_source_unref);
  self->told_at = g_get_monotonic_time ();
  self->n_rows = count_rows (self);
  if (self->n_rows > before)
    g_list_model_items_changed (G_LIST_MODEL (self), before, 0, self->n_rows - before);
  tell_states (self);
  return G_SOURCE_REMOVE;
}

void
haul_batch_items_touch (HaulBatchItems *self)
{
  gint64 left;

  if (self->tell != NULL)
    return;

  left = self->told_at + TELL_US - g_get_monotonic_time ();
  self->tell = haul_timer_new (left > 0 ? left / 1000 + 1 : 0, "[haul] news of items", tell_cb, self);
}

static void
set_state (HaulBatchItems     *self,
           guint64             index,
           HaulBatchItemState  state)
{
  guint before = self->states->len;

  if (index >= before)
    {
      g_byte_array_set_size (self->states, index + 1);
      memset (self->states->data + before, HAUL_BATCH_ITEM_QUEUED, index + 1 - before);
    }
  self->states->data[index] = state;
}

void
haul_batch_items_ended (HaulBatchItems *self,
                        guint64         index,
                        gboolean        done)
{
  set_state (self, index, done ? HAUL_BATCH_ITEM_DONE : HAUL_BATCH_ITEM_FAILED);
  haul_batch_items_touch (self);
}

/* What there was before somebody asked. */
static void
look_back (HaulBatchItems *self)
{
  for (guint64 index = 0; index < self->batch->n_items; index++)
    {
      HaulOutcome *outcome = haul_outcomes_lookup (&self->batch->outcomes, index);

      if (outcome != NULL)
        set_state (self, index, outcome->error == NULL ? HAUL_BATCH_ITEM_DONE : HAUL_BATCH_ITEM_FAILED);
    }
}

GListModel *
haul_batch_get_items (HaulBatch *self)
{
  g_return_val_if_fail (HAUL_IS_BATCH (self), NULL);
  g_return_val_if_fail (self->items != NULL || self->keep || !haul_batch_is_attached (self), NULL);

  if (self->items != NULL)
    return G_LIST_MODEL (g_object_ref (self->items));

  self->items = g_object_new (haul_batch_items_get_type (), NULL);
  self->items->batch = g_object_ref (self);
  self->items->n_rows = count_rows (self->items);
  look_back (self->items);
  return G_LIST_MODEL (self->items);
}
