/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-part-private.h"

#include "haul-source-private.h"

/* As the progress of jobs: more, nobody can read. */
#define NOTIFY_INTERVAL_US (100 * 1000)

struct _HaulPart
{
  GObject        parent_instance;

  char          *title;         /* (owned) */
  HaulPartState  state;
  double         fraction;
  int            pid;
  gint64         notified_at;   /* µs, of the fraction */
  GSource       *notify_later;  /* (owned) (nullable) */
};

typedef enum { PROP_TITLE = 1, PROP_STATE, PROP_FRACTION, PROP_PID } HaulPartProperty;
static GParamSpec *properties[PROP_PID + 1];

G_DEFINE_ENUM_TYPE (HaulPartState, haul_part_state,
                    G_DEFINE_ENUM_VALUE (HAUL_PART_WAITING, "waiting"),
                    G_DEFINE_ENUM_VALUE (HAUL_PART_RUNNING, "running"),
                    G_DEFINE_ENUM_VALUE (HAUL_PART_DONE, "done"),
                    G_DEFINE_ENUM_VALUE (HAUL_PART_FAILED, "failed"),
                    G_DEFINE_ENUM_VALUE (HAUL_PART_CANCELLED, "cancelled"))

G_DEFINE_FINAL_TYPE (HaulPart, haul_part, G_TYPE_OBJECT)

static void
haul_part_dispose (GObject *object)
{
  haul_source_clear (&HAUL_PART (object)->notify_later);

  G_OBJECT_CLASS (haul_part_parent_class)->dispose (object);
}

static void
haul_part_finalize (GObject *object)
{
  g_free (HAUL_PART (object)->title);

  G_OBJECT_CLASS (haul_part_parent_class)->finalize (object);
}

static void
haul_part_get_property (GObject    *object,
                        guint       prop_id,
                        GValue     *value,
                        GParamSpec *pspec)
{
  HaulPart *self = HAUL_PART (object);

  switch ((HaulPartProperty) prop_id)
    {
    case PROP_TITLE:
      g_value_set_string (value, self->title);
      break;

    case PROP_STATE:
      g_value_set_enum (value, self->state);
      break;

    case PROP_FRACTION:
      g_value_set_double (value, self->fraction);
      break;

    case PROP_PID:
      g_value_set_int (value, self->pid);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
haul_part_class_init (HaulPartClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->dispose = haul_part_dispose;
  object_class->finalize = haul_part_finalize;
  object_class->get_property = haul_part_get_property;

  properties[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, flags);
  properties[PROP_STATE] = g_param_spec_enum ("state", NULL, NULL, HAUL_TYPE_PART_STATE, HAUL_PART_WAITING, flags);
  properties[PROP_FRACTION] = g_param_spec_double ("fraction", NULL, NULL, 0, 1, 0, flags);
  properties[PROP_PID] = g_param_spec_int ("pid", NULL, NULL, 0, G_MAXINT, 0, flags);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
haul_part_init (HaulPart *self)
{
}

/**
 * haul_part_state_to_nick:
 * @state: a state
 *
 * Gets the word for a state.
 *
 * Returns: (transfer none): a word that never changes and is never translated,
 *   for JSON, tests and logs: "running"
 */
const char *
haul_part_state_to_nick (HaulPartState state)
{
  static const char * const nicks[] = { "waiting", "running", "done", "failed", "cancelled" };

  return nicks[state];
}

HaulPart *
haul_part_new (const char *title)
{
  HaulPart *self = g_object_new (HAUL_TYPE_PART, NULL);

  self->title = g_strdup (title);
  return self;
}

static void
notify_fraction (HaulPart *self)
{
  haul_source_clear (&self->notify_later);
  self->notified_at = g_get_monotonic_time ();
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FRACTION]);
}

static gboolean
notify_later_cb (gpointer user_data)
{
  notify_fraction (user_data);
  return G_SOURCE_REMOVE;
}

void
haul_part_set_state (HaulPart      *self,
                     HaulPartState  state)
{
  if (self->state == state)
    return;

  self->state = state;
  g_object_freeze_notify (G_OBJECT (self));
  if (self->notify_later != NULL)
    notify_fraction (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
  g_object_thaw_notify (G_OBJECT (self));
}

void
haul_part_set_pid (HaulPart *self,
                   int       pid)
{
  if (self->pid == pid)
    return;

  self->pid = pid;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PID]);
}

/* A bar that goes back is a lie. */
void
haul_part_set_fraction (HaulPart *self,
                        double    fraction)
{
  gint64 since = g_get_monotonic_time () - self->notified_at;

  if (fraction <= self->fraction)
    return;

  self->fraction = MIN (fraction, 1);
  if (since >= NOTIFY_INTERVAL_US)
    notify_fraction (self);
  else if (self->notify_later == NULL)
    self->notify_later = haul_timer_new ((NOTIFY_INTERVAL_US - since) / 1000 + 1, "[haul] part progress",
                                         notify_later_cb, self);
}

const char *
haul_part_get_title (HaulPart *self)
{
  g_return_val_if_fail (HAUL_IS_PART (self), NULL);

  return self->title;
}

HaulPartState
haul_part_get_state (HaulPart *self)
{
  g_return_val_if_fail (HAUL_IS_PART (self), HAUL_PART_WAITING);

  return self->state;
}

double
haul_part_get_fraction (HaulPart *self)
{
  g_return_val_if_fail (HAUL_IS_PART (self), 0);

  return self->fraction;
}

int
haul_part_get_pid (HaulPart *self)
{
  g_return_val_if_fail (HAUL_IS_PART (self), 0);

  return self->pid;
}
