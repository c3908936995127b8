/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-process-place.h"

struct _LtProcessPlace
{
  GObject          parent_instance;

  guint            position;
  HaulProcessInfo *info;       /* (owned) (nullable) */
};

G_DEFINE_FINAL_TYPE (LtProcessPlace, lt_process_place, G_TYPE_OBJECT)

static void
lt_process_place_dispose (GObject *object)
{
  g_clear_object (&LT_PROCESS_PLACE (object)->info);

  G_OBJECT_CLASS (lt_process_place_parent_class)->dispose (object);
}

static void
lt_process_place_class_init (LtProcessPlaceClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = lt_process_place_dispose;
}

static void
lt_process_place_init (LtProcessPlace *self)
{
}

guint
lt_process_place_get_position (LtProcessPlace *self)
{
  g_return_val_if_fail (LT_IS_PROCESS_PLACE (self), 0);

  return self->position;
}

HaulProcessInfo *
lt_process_place_get_info (LtProcessPlace *self)
{
  g_return_val_if_fail (LT_IS_PROCESS_PLACE (self), NULL);

  return self->info;
}

/* How many come or go at a time: a list view makes widgets for them, or takes those away. */
#define STEP 25

struct _LtProcessPlaces
{
  GObject         parent_instance;

  LtProcessModel *model;     /* (owned) */
  GPtrArray      *places;    /* (owned) of LtProcessPlace */
  guint           step_id;   /* an idle callback, 0 for none */
};

static void list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (LtProcessPlaces, lt_process_places, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

static GType
get_item_type (GListModel *model)
{
  return LT_TYPE_PROCESS_PLACE;
}

static guint
get_n_items (GListModel *model)
{
  return LT_PROCESS_PLACES (model)->places->len;
}

static gpointer
get_item (GListModel *model,
          guint       position)
{
  LtProcessPlaces *self = LT_PROCESS_PLACES (model);

  return position < self->places->len ? g_object_ref (self->places->pdata[position]) : NULL;
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

static void
fill (LtProcessPlaces *self,
      guint            position)
{
  LtProcessPlace *place = self->places->pdata[position];
  g_autoptr(HaulProcessInfo) info = g_list_model_get_item (G_LIST_MODEL (self->model), position);

  (void) g_set_object (&place->info, info);
}

/* A few come, or go, at the end. */
static gboolean
step_cb (gpointer user_data)
{
  LtProcessPlaces *self = user_data;
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->model)), n_before = self->places->len;
  guint n_after = n > n_before ? MIN (n, n_before + STEP) : MAX (n, n_before - MIN (n_before, STEP));
  guint n_same = MIN (n_before, n_after);

  for (guint i = n_before; i < n_after; i++)
    {
      LtProcessPlace *place = g_object_new (LT_TYPE_PROCESS_PLACE, NULL);

      place->position = i;
      g_ptr_array_add (self->places, place);
      fill (self, i);
    }
  g_ptr_array_set_size (self->places, n_after);
  if (n_after != n_before)
    g_list_model_items_changed (G_LIST_MODEL (self), n_same, n_before - n_same, n_after - n_same);
  if (n_after != n)
    return G_SOURCE_CONTINUE;
  self->step_id = 0;
  return G_SOURCE_REMOVE;
}

/* Those that are there get the row that stands there now; of the others, the first ones come or go at once. */
static void
update (LtProcessPlaces *self)
{
  for (guint i = 0; i < self->places->len; i++)
    fill (self, i);
  g_clear_handle_id (&self->step_id, g_source_remove);
  if (step_cb (self) == G_SOURCE_REMOVE)
    return;
  self->step_id = g_idle_add (step_cb, self);
  g_source_set_name_by_id (self->step_id, "[long-tasks] places of processes");
}

static void
lt_process_places_dispose (GObject *object)
{
  LtProcessPlaces *self = LT_PROCESS_PLACES (object);

  g_clear_handle_id (&self->step_id, g_source_remove);
  if (self->model != NULL)
    g_signal_handlers_disconnect_by_data (self->model, self);
  g_clear_object (&self->model);

  G_OBJECT_CLASS (lt_process_places_parent_class)->dispose (object);
}

static void
lt_process_places_finalize (GObject *object)
{
  g_ptr_array_unref (LT_PROCESS_PLACES (object)->places);

  G_OBJECT_CLASS (lt_process_places_parent_class)->finalize (object);
}

static void
lt_process_places_class_init (LtProcessPlacesClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = lt_process_places_dispose;
  object_class->finalize = lt_process_places_finalize;
}

static void
lt_process_places_init (LtProcessPlaces *self)
{
  self->places = g_ptr_array_new_with_free_func (g_object_unref);
}

LtProcessPlaces *
lt_process_places_new (LtProcessModel *model)
{
  LtProcessPlaces *self;

  g_return_val_if_fail (LT_IS_PROCESS_MODEL (model), NULL);

  self = g_object_new (LT_TYPE_PROCESS_PLACES, NULL);
  self->model = g_object_ref (model);
  g_signal_connect_swapped (model, "items-changed", G_CALLBACK (update), self);
  update (self);
  return self;
}
