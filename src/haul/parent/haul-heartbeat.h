/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * HaulHeartbeat:
 *
 * Measures how late the main loop is: a timeout that should come every 50 ms,
 * and by how much it came too late. The proof that a window stays quick.
 */
#define HAUL_TYPE_HEARTBEAT (haul_heartbeat_get_type ())
G_DECLARE_FINAL_TYPE (HaulHeartbeat, haul_heartbeat, HAUL, HEARTBEAT, GObject)

#define HAUL_HEARTBEAT_N_BEATS 64

HaulHeartbeat *haul_heartbeat_new         (void) G_GNUC_WARN_UNUSED_RESULT;

/* Milliseconds: the worst of the last second (property "latency", notified when it changes by
 * more than a pixel would show), and the worst since haul_heartbeat_reset(). */
double         haul_heartbeat_get_latency (HaulHeartbeat *self);
double         haul_heartbeat_get_worst   (HaulHeartbeat *self);
void           haul_heartbeat_reset       (HaulHeartbeat *self);

/* The newest @n beats, oldest first, in milliseconds; those before the first beat are 0.
 * Signal "beat" after each. */
void           haul_heartbeat_get_beats   (HaulHeartbeat *self,
                                           float         *ret_beats,
                                           guint          n_beats);

G_END_DECLS
