/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul-shareable.h"

HAUL_BEGIN_DECLS

#define HAUL_TYPE_EVENT (haul_event_get_type ())
G_DECLARE_FINAL_TYPE (HaulEvent, haul_event, HAUL, EVENT, HaulShareable)

/**
 * HaulEvent:
 *
 * A flag that processes wait for. It is cleared at first. haul_event_set() wakes all that wait,
 * and from then on nobody waits, until haul_event_clear().
 *
 * Nobody holds an event, so nobody who dies leaves one behind: it is as it was, and the others
 * can set, clear and await it. Whoever waits for an event that a dead process was to set waits
 * for as long as it said that it would.
 */
HaulEvent *haul_event_new    (GError       **error) G_GNUC_WARN_UNUSED_RESULT;

gboolean   haul_event_is_set (HaulEvent     *self);

void       haul_event_set    (HaulEvent     *self);
void       haul_event_clear  (HaulEvent     *self);
gboolean   haul_event_wait   (HaulEvent     *self,
                              int            timeout_ms,
                              GCancellable  *cancellable,
                              GError       **error);

HAUL_END_DECLS
