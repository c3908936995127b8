/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul-shareable.h"

HAUL_BEGIN_DECLS

#define HAUL_TYPE_SEMAPHORE (haul_semaphore_get_type ())
G_DECLARE_FINAL_TYPE (HaulSemaphore, haul_semaphore, HAUL, SEMAPHORE, HaulShareable)

/**
 * HaulSemaphore:
 *
 * A number of units that processes take and give back: at most so many are at something
 * at a time. Who finds none left waits.
 *
 * A unit may be given back by another process than the one that took it, so that one can
 * signal the other: the first takes units as they come, the second adds them. A bounded
 * semaphore cannot have more units than at first: that is for units that are given back.
 *
 * It is known which process took how many. When one dies, those that it took and nobody gave
 * back are lost. Somebody who has to wait notices that, within a tenth of a second, and from
 * then on haul_semaphore_acquire() fails with %HAUL_ERROR_OWNER_DIED, for everybody, until
 * somebody calls haul_semaphore_recover(), which puts them back. As long as enough are left
 * nobody is troubled.
 *
 * If units are given back by others than took them, it is not known whose they were: then
 * those who die first are forgiven as many.
 *
 * Who gives up the last reference to a semaphore keeps what it took: another may still give it back.
 */
HaulSemaphore *haul_semaphore_new       (guint           value,
                                         gboolean        is_bounded,
                                         GError        **error) G_GNUC_WARN_UNUSED_RESULT;

guint          haul_semaphore_get_value (HaulSemaphore  *self);

gboolean       haul_semaphore_acquire   (HaulSemaphore  *self,
                                         int             timeout_ms,
                                         GCancellable   *cancellable,
                                         GError        **error);
gboolean       haul_semaphore_release   (HaulSemaphore  *self,
                                         GError        **error);
gboolean       haul_semaphore_recover   (HaulSemaphore  *self,
                                         int             timeout_ms,
                                         GCancellable   *cancellable,
                                         GError        **error);

HAUL_END_DECLS
