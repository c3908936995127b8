/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul-shareable.h"

HAUL_BEGIN_DECLS

#define HAUL_TYPE_RLOCK (haul_rlock_get_type ())
G_DECLARE_FINAL_TYPE (HaulRLock, haul_rlock, HAUL, RLOCK, HaulShareable)

/**
 * HaulRLock:
 *
 * A lock that the thread that has it can take again: it is free when it was released as
 * often as it was acquired. In all else it is as #HaulLock, also when its holder dies.
 */
HaulRLock *haul_rlock_new     (GError       **error) G_GNUC_WARN_UNUSED_RESULT;

gboolean   haul_rlock_is_held (HaulRLock     *self);

gboolean   haul_rlock_acquire (HaulRLock     *self,
                               int            timeout_ms,
                               GCancellable  *cancellable,
                               GError       **error);
gboolean   haul_rlock_recover (HaulRLock     *self,
                               int            timeout_ms,
                               GCancellable  *cancellable,
                               GError       **error);
void       haul_rlock_release (HaulRLock     *self);

HAUL_END_DECLS
