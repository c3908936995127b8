/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <glib-object.h>

#include "../wire/haul-decls.h"

HAUL_BEGIN_DECLS

/**
 * HaulHeartbeat:
 *
 * Measures how late the main loop is: a timeout that should come every 50 ms,
 * and by how much it came too late. The proof that a window stays quick.
 */
#define HAUL_TYPE_HEARTBEAT (haul_heartbeat_get_type ())
G_DECLARE_FINAL_TYPE (HaulHeartbeat, haul_heartbeat, HAUL, HEARTBEAT, GObject)

/**
 * HaulHeartbeat:latency:
 *
 * How late the latest beat of the last second was, in ms. Notified when it
 * changes by half a millisecond or more.
 */

/**
 * HAUL_HEARTBEAT_N_BEATS:
 *
 * How many beats are remembered.
 */
#define HAUL_HEARTBEAT_N_BEATS 64

HaulHeartbeat *haul_heartbeat_new         (void) G_GNUC_WARN_UNUSED_RESULT;

double         haul_heartbeat_get_latency (HaulHeartbeat *self);
double         haul_heartbeat_get_worst   (HaulHeartbeat *self);
void           haul_heartbeat_reset       (HaulHeartbeat *self);

void           haul_heartbeat_get_beats   (HaulHeartbeat *self,
                                           float         *ret_beats,
                                           guint          n_beats);

HAUL_END_DECLS
