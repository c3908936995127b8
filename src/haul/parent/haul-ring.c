/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-record.h"

#include <string.h>

struct _HaulRing
{
  GObject  parent_instance;

  GQueue   records;     /* (owned) of HaulRecord, oldest first; its ends are all that changes */
  gsize    n_bytes;     /* of their texts */
  guint    max_items;
  gsize    max_bytes;
  guint64  dropped;

  /* A list view asks for neighbours: where the last answer was. NULL for nowhere. */
  GList   *near;
  guint    near_position;
};

typedef enum { PROP_DROPPED = 1 } HaulRingProperty;
static GParamSpec *properties[PROP_DROPPED + 1];

static GType
haul_ring_get_item_type (GListModel *model)
{
  return HAUL_TYPE_RECORD;
}

static guint
haul_ring_get_n_items (GListModel *model)
{
  return HAUL_RING (model)->records.length;
}

static gpointer
haul_ring_get_item (GListModel *model,
                    guint       position)
{
  HaulRing *self = HAUL_RING (model);

  if (position >= self->records.length)
    return NULL;

  if (self->near == NULL || position < self->near_position / 2
      || position > (self->near_position + self->records.length) / 2)
    {
      self->near = g_queue_peek_nth_link (&self->records, position);
      self->near_position = position;
    }
  for (; self->near_position < position; self->near_position++)
    self->near = self->near->next;
  for (; self->near_position > position; self->near_position--)
    self->near = self->near->prev;

  return g_object_ref (self->near->data);
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = haul_ring_get_item_type;
  iface->get_n_items = haul_ring_get_n_items;
  iface->get_item = haul_ring_get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (HaulRing, haul_ring, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

static void
haul_ring_finalize (GObject *object)
{
  HaulRing *self = HAUL_RING (object);

  g_queue_clear_full (&self->records, g_object_unref);

  G_OBJECT_CLASS (haul_ring_parent_class)->finalize (object);
}

static void
haul_ring_get_property (GObject    *object,
                        guint       prop_id,
                        GValue     *value,
                        GParamSpec *pspec)
{
  HaulRing *self = HAUL_RING (object);

  switch ((HaulRingProperty) prop_id)
    {
    case PROP_DROPPED:
      g_value_set_uint64 (value, self->dropped);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
haul_ring_class_init (HaulRingClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = haul_ring_finalize;
  object_class->get_property = haul_ring_get_property;

  properties[PROP_DROPPED] = g_param_spec_uint64 ("dropped", NULL, NULL, 0, G_MAXUINT64, 0,
                                                  G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
haul_ring_init (HaulRing *self)
{
  g_queue_init (&self->records);
}

/**
 * haul_ring_new:
 * @max_items: how many records it keeps at most; at least 1
 * @max_bytes: how many bytes of text it keeps at most
 *
 * Makes a ring.
 *
 * Returns: (transfer full): an empty ring
 */
HaulRing *
haul_ring_new (guint max_items,
               gsize max_bytes)
{
  HaulRing *self;

  g_return_val_if_fail (max_items > 0, NULL);

  self = g_object_new (HAUL_TYPE_RING, NULL);
  self->max_items = max_items;
  self->max_bytes = max_bytes;
  return self;
}

/* Makes room for @n_more records of @room bytes. */
static void
drop_oldest (HaulRing *self,
             guint     n_more,
             gsize     room)
{
  guint n = 0;

  while (self->records.length > 0
         && (self->records.length + n_more > self->max_items || self->n_bytes + room > self->max_bytes))
    {
      g_autoptr(HaulRecord) oldest = g_queue_pop_head (&self->records);

      self->n_bytes -= strlen (haul_record_get_text (oldest));
      n++;
    }
  self->near = NULL;
  if (n == 0)
    return;

  self->dropped += n;
  g_list_model_items_changed (G_LIST_MODEL (self), 0, n, 0);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DROPPED]);
}

/**
 * haul_ring_set_max_items:
 * @self: a ring
 * @max_items: how many records it keeps at most; at least 1
 *
 * Changes how much it keeps. The oldest go where there is no room any more.
 */
void
haul_ring_set_max_items (HaulRing *self,
                         guint     max_items)
{
  g_return_if_fail (HAUL_IS_RING (self));
  g_return_if_fail (max_items > 0);

  self->max_items = max_items;
  drop_oldest (self, 0, 0);
}

/**
 * haul_ring_take:
 * @self: a ring
 * @record: (transfer full): the newest record
 *
 * Adds a record, and lets the oldest go where there is no room.
 */
void
haul_ring_take (HaulRing   *self,
                HaulRecord *record)
{
  gsize size;

  g_return_if_fail (HAUL_IS_RING (self));
  g_return_if_fail (HAUL_IS_RECORD (record));

  size = strlen (haul_record_get_text (record));
  drop_oldest (self, 1, size);
  g_queue_push_tail (&self->records, record);
  self->n_bytes += size;
  g_list_model_items_changed (G_LIST_MODEL (self), self->records.length - 1, 0, 1);
}

/**
 * haul_ring_get_dropped:
 * @self: a ring
 *
 * Gets #HaulRing:dropped.
 *
 * Returns: how many records had to go
 */
guint64
haul_ring_get_dropped (HaulRing *self)
{
  g_return_val_if_fail (HAUL_IS_RING (self), 0);

  return self->dropped;
}
