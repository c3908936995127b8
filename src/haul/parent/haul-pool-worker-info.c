/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-pool-worker-info.h"

#include "haul-pool-private.h"

struct _HaulPoolWorkerInfo
{
  GObject             parent_instance;

  int                 pid;
  HaulPoolWorkerState state;
  guint64             n_items;
  const char         *what;        /* (nullable) static */
  guint64             index;
  GVariant           *arguments;   /* (owned) (nullable) */
  gint64              since;       /* µs */
  gint64              idle_since;  /* µs */
  guint               queued;
};

typedef enum
{
  PROP_PID = 1, PROP_STATE, PROP_N_ITEMS, PROP_WHAT, PROP_INDEX, PROP_SINCE, PROP_QUEUED
} HaulPoolWorkerInfoProperty;
static GParamSpec *properties[PROP_QUEUED + 1];

G_DEFINE_ENUM_TYPE (HaulPoolWorkerState, haul_pool_worker_state,
                    G_DEFINE_ENUM_VALUE (HAUL_POOL_WORKER_STARTING, "starting"),
                    G_DEFINE_ENUM_VALUE (HAUL_POOL_WORKER_IDLE, "idle"),
                    G_DEFINE_ENUM_VALUE (HAUL_POOL_WORKER_BUSY, "busy"),
                    G_DEFINE_ENUM_VALUE (HAUL_POOL_WORKER_ENDING, "ending"))

G_DEFINE_FINAL_TYPE (HaulPoolWorkerInfo, haul_pool_worker_info, G_TYPE_OBJECT)

static void
haul_pool_worker_info_finalize (GObject *object)
{
  HaulPoolWorkerInfo *self = HAUL_POOL_WORKER_INFO (object);

  g_clear_pointer (&self->arguments, g_variant_unref);

  G_OBJECT_CLASS (haul_pool_worker_info_parent_class)->finalize (object);
}

static void
haul_pool_worker_info_get_property (GObject    *object,
                                    guint       prop_id,
                                    GValue     *value,
                                    GParamSpec *pspec)
{
  HaulPoolWorkerInfo *self = HAUL_POOL_WORKER_INFO (object);

  switch ((HaulPoolWorkerInfoProperty) prop_id)
    {
    case PROP_PID:
      g_value_set_int (value, self->pid);
      break;

    case PROP_STATE:
      g_value_set_enum (value, self->state);
      break;

    case PROP_N_ITEMS:
      g_value_set_uint64 (value, self->n_items);
      break;

    case PROP_WHAT:
      g_value_set_static_string (value, self->what);
      break;

    case PROP_INDEX:
      g_value_set_uint64 (value, self->index);
      break;

    case PROP_SINCE:
      g_value_set_int64 (value, self->since);
      break;

    case PROP_QUEUED:
      g_value_set_uint (value, self->queued);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
haul_pool_worker_info_class_init (HaulPoolWorkerInfoClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = haul_pool_worker_info_finalize;
  object_class->get_property = haul_pool_worker_info_get_property;

  properties[PROP_PID] = g_param_spec_int ("pid", NULL, NULL, 0, G_MAXINT, 0, flags);
  properties[PROP_STATE] = g_param_spec_enum ("state", NULL, NULL, HAUL_TYPE_POOL_WORKER_STATE,
                                              HAUL_POOL_WORKER_STARTING, flags);
  properties[PROP_N_ITEMS] = g_param_spec_uint64 ("n-items", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  properties[PROP_WHAT] = g_param_spec_string ("what", NULL, NULL, NULL, flags);
  properties[PROP_INDEX] = g_param_spec_uint64 ("index", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  properties[PROP_SINCE] = g_param_spec_int64 ("since", NULL, NULL, 0, G_MAXINT64, 0, flags);
  properties[PROP_QUEUED] = g_param_spec_uint ("queued", NULL, NULL, 0, G_MAXUINT, 0, flags);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
haul_pool_worker_info_init (HaulPoolWorkerInfo *self)
{
}

static HaulPoolWorkerState
find_state (HaulPoolWorker *worker)
{
  if (worker->retiring || worker->stopped || worker->wrong != NULL)
    return HAUL_POOL_WORKER_ENDING;
  if (!worker->fit)
    return HAUL_POOL_WORKER_STARTING;
  return worker->sent.length > 0 ? HAUL_POOL_WORKER_BUSY : HAUL_POOL_WORKER_IDLE;
}

static void
set_arguments (HaulPoolWorkerInfo *self,
               GVariant           *arguments)
{
  if (self->arguments == arguments)
    return;

  g_clear_pointer (&self->arguments, g_variant_unref);
  self->arguments = arguments != NULL ? g_variant_ref (arguments) : NULL;
}

#define SET(field, value, property) G_STMT_START {                          \
    if (self->field != (value))                                             \
      {                                                                     \
        self->field = (value);                                              \
        g_object_notify_by_pspec (G_OBJECT (self), properties[property]);   \
      }                                                                     \
  } G_STMT_END

void
haul_pool_worker_info_update (HaulPoolWorkerInfo *self,
                              HaulPoolWorker     *worker)
{
  HaulItem *item = g_queue_peek_head (&worker->sent);
  const HaulTask *task = NULL;
  guint initializing = 0;

  if (item != NULL)
    {
      task = item->batch != NULL ? haul_batch_get_task (item->batch) : worker->pool->init_task;
      initializing = item->batch == NULL;
    }

  g_object_freeze_notify (G_OBJECT (self));
  set_arguments (self, item != NULL ? item->arguments : NULL);
  self->idle_since = item == NULL && worker->fit ? worker->head_since : 0;
  SET (pid, worker->pid, PROP_PID);
  SET (state, find_state (worker), PROP_STATE);
  SET (n_items, worker->n_sent + initializing - worker->sent.length, PROP_N_ITEMS);
  SET (what, task != NULL ? task->title : NULL, PROP_WHAT);
  SET (index, item != NULL ? item->index : 0, PROP_INDEX);
  SET (since, item != NULL ? worker->head_since : 0, PROP_SINCE);
  SET (queued, worker->sent.length, PROP_QUEUED);
  g_object_thaw_notify (G_OBJECT (self));
}

int
haul_pool_worker_info_get_pid (HaulPoolWorkerInfo *self)
{
  g_return_val_if_fail (HAUL_IS_POOL_WORKER_INFO (self), 0);

  return self->pid;
}

HaulPoolWorkerState
haul_pool_worker_info_get_state (HaulPoolWorkerInfo *self)
{
  g_return_val_if_fail (HAUL_IS_POOL_WORKER_INFO (self), HAUL_POOL_WORKER_ENDING);

  return self->state;
}

guint64
haul_pool_worker_info_get_n_items (HaulPoolWorkerInfo *self)
{
  g_return_val_if_fail (HAUL_IS_POOL_WORKER_INFO (self), 0);

  return self->n_items;
}

const char *
haul_pool_worker_info_get_what (HaulPoolWorkerInfo *self)
{
  g_return_val_if_fail (HAUL_IS_POOL_WORKER_INFO (self), NULL);

  return self->what;
}

guint64
haul_pool_worker_info_get_index (HaulPoolWorkerInfo *self)
{
  g_return_val_if_fail (HAUL_IS_POOL_WORKER_INFO (self), 0);

  return self->index;
}

GVariant *
haul_pool_worker_info_get_arguments (HaulPoolWorkerInfo *self)
{
  g_return_val_if_fail (HAUL_IS_POOL_WORKER_INFO (self), NULL);

  return self->arguments;
}

gint64
haul_pool_worker_info_get_since (HaulPoolWorkerInfo *self)
{
  g_return_val_if_fail (HAUL_IS_POOL_WORKER_INFO (self), 0);

  return self->since;
}

guint
haul_pool_worker_info_get_queued (HaulPoolWorkerInfo *self)
{
  g_return_val_if_fail (HAUL_IS_POOL_WORKER_INFO (self), 0);

  return self->queued;
}

gint64
haul_pool_worker_info_get_idle_since (HaulPoolWorkerInfo *self)
{
  g_return_val_if_fail (HAUL_IS_POOL_WORKER_INFO (self), 0);

  return self->idle_since;
}
