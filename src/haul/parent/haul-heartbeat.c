/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-heartbeat.h"

#include <math.h>

#include "haul-source-private.h"

#define BEAT_MS        50
#define BEATS_A_SECOND (1000 / BEAT_MS)

struct _HaulHeartbeat
{
  GObject  parent_instance;

  GSource *source;     /* (owned) */
  gint64   due;        /* µs: when the next beat should come */
  float    beats[HAUL_HEARTBEAT_N_BEATS];   /* ms late, a ring */
  guint    n_beats;    /* ever */
  double   worst;      /* ms */
  double   latency;    /* ms, as last notified */
};

typedef enum { PROP_LATENCY = 1 } HaulHeartbeatProperty;
static GParamSpec *properties[PROP_LATENCY + 1];

enum { BEAT, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (HaulHeartbeat, haul_heartbeat, G_TYPE_OBJECT)

static double
worst_of_last_second (HaulHeartbeat *self)
{
  double worst = 0;

  for (guint i = 0; i < MIN (self->n_beats, BEATS_A_SECOND); i++)
    worst = MAX (worst, self->beats[(self->n_beats - 1 - i) % HAUL_HEARTBEAT_N_BEATS]);
  return worst;
}

static gboolean
beat_cb (gpointer user_data)
{
  HaulHeartbeat *self = user_data;
  gint64 now = g_get_monotonic_time ();
  double late = MAX (now - self->due, 0) / 1000.0;
  double latency;

  self->beats[self->n_beats % HAUL_HEARTBEAT_N_BEATS] = late;
  self->n_beats++;
  self->worst = MAX (self->worst, late);

  /* After a stall the beats that were missed are gone: the next is due a whole beat from now. */
  self->due = now + BEAT_MS * 1000;
  g_source_set_ready_time (self->source, self->due);

  latency = worst_of_last_second (self);
  if (fabs (latency - self->latency) >= 0.5)
    {
      self->latency = latency;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LATENCY]);
    }
  g_signal_emit (self, signals[BEAT], 0);
  return G_SOURCE_CONTINUE;
}

static void
haul_heartbeat_dispose (GObject *object)
{
  HaulHeartbeat *self = HAUL_HEARTBEAT (object);

  haul_source_clear (&self->source);

  G_OBJECT_CLASS (haul_heartbeat_parent_class)->dispose (object);
}

static void
haul_heartbeat_get_property (GObject    *object,
                             guint       prop_id,
                             GValue     *value,
                             GParamSpec *pspec)
{
  HaulHeartbeat *self = HAUL_HEARTBEAT (object);

  switch ((HaulHeartbeatProperty) prop_id)
    {
    case PROP_LATENCY:
      g_value_set_double (value, haul_heartbeat_get_latency (self));
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
haul_heartbeat_class_init (HaulHeartbeatClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = haul_heartbeat_dispose;
  object_class->get_property = haul_heartbeat_get_property;

  properties[PROP_LATENCY] = g_param_spec_double ("latency", NULL, NULL, 0, G_MAXDOUBLE, 0,
                                                  G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);

  /**
   * HaulHeartbeat::beat:
   * @self: the heartbeat
   *
   * Emitted every 50 ms, or as soon after as the main loop gets to it.
   */
  signals[BEAT] = g_signal_new ("beat", HAUL_TYPE_HEARTBEAT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
haul_heartbeat_init (HaulHeartbeat *self)
{
  self->due = g_get_monotonic_time () + BEAT_MS * 1000;
  self->source = haul_wake_new ("[haul] heartbeat", G_PRIORITY_DEFAULT, beat_cb, self);
  g_source_set_ready_time (self->source, self->due);
}

/**
 * haul_heartbeat_new:
 *
 * Starts to measure the main context that is the thread's default now.
 *
 * Returns: (transfer full): a heartbeat
 */
HaulHeartbeat *
haul_heartbeat_new (void)
{
  return g_object_new (HAUL_TYPE_HEARTBEAT, NULL);
}

/**
 * haul_heartbeat_get_latency:
 * @self: a heartbeat
 *
 * Gets #HaulHeartbeat:latency.
 *
 * Returns: how late the latest beat of the last second was, in ms
 */
double
haul_heartbeat_get_latency (HaulHeartbeat *self)
{
  g_return_val_if_fail (HAUL_IS_HEARTBEAT (self), 0);

  return worst_of_last_second (self);
}

/**
 * haul_heartbeat_get_worst:
 * @self: a heartbeat
 *
 * Gets the worst that was measured.
 *
 * Returns: how late the latest beat since haul_heartbeat_reset() was, in ms
 */
double
haul_heartbeat_get_worst (HaulHeartbeat *self)
{
  g_return_val_if_fail (HAUL_IS_HEARTBEAT (self), 0);

  return self->worst;
}

/**
 * haul_heartbeat_reset:
 * @self: a heartbeat
 *
 * Forgets what haul_heartbeat_get_worst() remembers.
 */
void
haul_heartbeat_reset (HaulHeartbeat *self)
{
  g_return_if_fail (HAUL_IS_HEARTBEAT (self));

  self->worst = 0;
}

/**
 * haul_heartbeat_get_beats:
 * @self: a heartbeat
 * @ret_beats: (out caller-allocates) (array length=n_beats): how late each was, in
 *   ms, oldest first; 0 for those before the first beat
 * @n_beats: how many of the newest; at most %HAUL_HEARTBEAT_N_BEATS are known
 *
 * Copies the newest beats, for a graph.
 */
void
haul_heartbeat_get_beats (HaulHeartbeat *self,
                          float         *ret_beats,
                          guint          n_beats)
{
  guint known;

  g_return_if_fail (HAUL_IS_HEARTBEAT (self));

  known = MIN (self->n_beats, HAUL_HEARTBEAT_N_BEATS);
  for (guint i = 0; i < n_beats; i++)
    {
      guint age = n_beats - 1 - i;

      ret_beats[i] = age < known ? self->beats[(self->n_beats - 1 - age) % HAUL_HEARTBEAT_N_BEATS] : 0;
    }
}
