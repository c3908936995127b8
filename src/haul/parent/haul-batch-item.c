/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-batch-item.h"

#include "haul-batch-private.h"
#include "haul-waitable.h"

struct _HaulBatchItem
{
  GObject             parent_instance;

  HaulBatchItems     *items;   /* (owned) where it is a row */
  guint64             index;
  HaulBatchItemState  state;
};

typedef enum { PROP_INDEX = 1, PROP_STATE } HaulBatchItemProperty;
static GParamSpec *properties[PROP_STATE + 1];

G_DEFINE_ENUM_TYPE (HaulBatchItemState, haul_batch_item_state,
                    G_DEFINE_ENUM_VALUE (HAUL_BATCH_ITEM_QUEUED, "queued"),
                    G_DEFINE_ENUM_VALUE (HAUL_BATCH_ITEM_RUNNING, "running"),
                    G_DEFINE_ENUM_VALUE (HAUL_BATCH_ITEM_DONE, "done"),
                    G_DEFINE_ENUM_VALUE (HAUL_BATCH_ITEM_FAILED, "failed"),
                    G_DEFINE_ENUM_VALUE (HAUL_BATCH_ITEM_CANCELLED, "cancelled"))

static void haul_batch_item_waitable_init (HaulWaitableInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (HaulBatchItem, haul_batch_item, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (HAUL_TYPE_WAITABLE, haul_batch_item_waitable_init))

static void
haul_batch_item_finalize (GObject *object)
{
  HaulBatchItem *self = HAUL_BATCH_ITEM (object);

  haul_batch_items_forget (self->items, self->index);
  g_clear_object (&self->items);

  G_OBJECT_CLASS (haul_batch_item_parent_class)->finalize (object);
}

static void
haul_batch_item_get_property (GObject    *object,
                              guint       prop_id,
                              GValue     *value,
                              GParamSpec *pspec)
{
  HaulBatchItem *self = HAUL_BATCH_ITEM (object);

  switch ((HaulBatchItemProperty) prop_id)
    {
    case PROP_INDEX:
      g_value_set_uint64 (value, self->index);
      break;

    case PROP_STATE:
      g_value_set_enum (value, self->state);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
haul_batch_item_class_init (HaulBatchItemClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = haul_batch_item_finalize;
  object_class->get_property = haul_batch_item_get_property;

  properties[PROP_INDEX] = g_param_spec_uint64 ("index", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  properties[PROP_STATE] = g_param_spec_enum ("state", NULL, NULL, HAUL_TYPE_BATCH_ITEM_STATE,
                                              HAUL_BATCH_ITEM_QUEUED, flags);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
haul_batch_item_init (HaulBatchItem *self)
{
}

static gboolean
is_active (HaulWaitable *waitable)
{
  HaulBatchItemState state = HAUL_BATCH_ITEM (waitable)->state;

  return state == HAUL_BATCH_ITEM_QUEUED || state == HAUL_BATCH_ITEM_RUNNING;
}

static gboolean
has_failed (HaulWaitable *waitable)
{
  return HAUL_BATCH_ITEM (waitable)->state == HAUL_BATCH_ITEM_FAILED;
}

static void
haul_batch_item_waitable_init (HaulWaitableInterface *iface)
{
  iface->signal = "notify::state";
  iface->is_active = is_active;
  iface->has_failed = has_failed;
}

HaulBatchItem *
haul_batch_item_new (HaulBatchItems     *items,
                     guint64             index,
                     HaulBatchItemState  state)
{
  HaulBatchItem *self = g_object_new (HAUL_TYPE_BATCH_ITEM, NULL);

  self->items = g_object_ref (items);
  self->index = index;
  self->state = state;
  return self;
}

void
haul_batch_item_set_state (HaulBatchItem      *self,
                           HaulBatchItemState  state)
{
  if (self->state == state)
    return;

  self->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
}

guint64
haul_batch_item_get_index (HaulBatchItem *self)
{
  g_return_val_if_fail (HAUL_IS_BATCH_ITEM (self), 0);

  return self->index;
}

HaulBatchItemState
haul_batch_item_get_state (HaulBatchItem *self)
{
  g_return_val_if_fail (HAUL_IS_BATCH_ITEM (self), HAUL_BATCH_ITEM_CANCELLED);

  return self->state;
}

GBytes *
haul_batch_item_dup_result (HaulBatchItem  *self,
                            GError        **error)
{
  g_return_val_if_fail (HAUL_IS_BATCH_ITEM (self), NULL);

  return haul_batch_dup_result (haul_batch_items_get_batch (self->items), self->index, error);
}

GVariant *
haul_batch_item_dup_arguments (HaulBatchItem *self)
{
  HaulBatch *batch;
  GVariant *arguments;

  g_return_val_if_fail (HAUL_IS_BATCH_ITEM (self), NULL);

  batch = haul_batch_items_get_batch (self->items);
  if (!batch->repeatable)
    return NULL;
  arguments = batch->input (self->index, batch->input_data);
  return arguments != NULL ? g_variant_take_ref (arguments) : NULL;
}
