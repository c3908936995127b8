/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul-shareable.h"

HAUL_BEGIN_DECLS

#define HAUL_TYPE_BARRIER (haul_barrier_get_type ())
G_DECLARE_FINAL_TYPE (HaulBarrier, haul_barrier, HAUL, BARRIER, HaulShareable)

/**
 * HaulBarrier:
 *
 * A place where a number of parties wait for each other: nobody passes before all have come. Then
 * the next round begins. A party is a thread, of any process.
 *
 * A barrier breaks, for everybody, when a party gives up (its time is over, or it is cancelled), when
 * somebody calls haul_barrier_abort(), and when a process that has it dies while others wait. Those who
 * wait, and those who come, get %HAUL_ERROR_BROKEN at once, until somebody calls haul_barrier_reset();
 * who gave up gets its own error.
 *
 * A process has a barrier from the moment at which it made it, or got it, until it gives up its
 * last reference. So one that dies on its way to the barrier, or before it was ever there, breaks it as
 * well; those who wait notice within a tenth of a second. One that let go of it before it ended is not
 * missed, and neither is a worker whose job has ended.
 *
 * 512 processes can have a barrier, and 512 threads wait there.
 */
HaulBarrier *haul_barrier_new           (guint          n_parties,
                                         GError       **error) G_GNUC_WARN_UNUSED_RESULT;

guint        haul_barrier_get_n_parties (HaulBarrier   *self);
guint        haul_barrier_get_n_waiting (HaulBarrier   *self);
gboolean     haul_barrier_is_broken     (HaulBarrier   *self);

int          haul_barrier_wait          (HaulBarrier   *self,
                                         int            timeout_ms,
                                         GCancellable  *cancellable,
                                         GError       **error);
gboolean     haul_barrier_abort         (HaulBarrier   *self,
                                         GError       **error);
gboolean     haul_barrier_reset         (HaulBarrier   *self,
                                         GError       **error);

HAUL_END_DECLS
