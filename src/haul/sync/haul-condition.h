/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul-shareable.h"

HAUL_BEGIN_DECLS

#define HAUL_TYPE_CONDITION (haul_condition_get_type ())
G_DECLARE_FINAL_TYPE (HaulCondition, haul_condition, HAUL, CONDITION, HaulShareable)

/**
 * HaulCondition:
 *
 * Lets processes wait until others have changed what a lock guards. Whoever waits holds the
 * lock, looks at the data, and calls haul_condition_wait(), which releases the lock, sleeps
 * and takes the lock again. Whoever changed the data, with the lock, calls
 * haul_condition_notify() or haul_condition_notify_all().
 *
 * What one waits for may have passed again by the time that it has the lock, so the wait is a loop:
 *
 * ```c
 * while (!is_ready (data))
 *   {
 *     if (!haul_condition_wait (condition, -1, cancellable, error))
 *       return FALSE;
 *   }
 * ```
 *
 * After haul_condition_wait() the lock is held again, whatever it returned, but for
 * %HAUL_ERROR_OWNER_DIED: somebody has died with the lock, before or while this waited; the lock
 * is not held, and haul_condition_recover() takes it. So a time limit is for the sleep, not for
 * the lock.
 *
 * Exactly as many wake as are notified, those who came first. Who has died does not count;
 * neither does who gave up before. Who was notified and dies before it wakes passes the
 * notification on to the next of those who waited then, within a tenth of a second.
 *
 * The lock is a #HaulLock or a #HaulRLock, which travels with the condition: where it arrives,
 * haul_condition_get_lock() is that lock. 512 threads can wait at a time.
 */
HaulCondition *haul_condition_new        (HaulShareable  *lock,
                                          GError        **error) G_GNUC_WARN_UNUSED_RESULT;

HaulShareable *haul_condition_get_lock   (HaulCondition  *self);

gboolean       haul_condition_acquire    (HaulCondition  *self,
                                          int             timeout_ms,
                                          GCancellable   *cancellable,
                                          GError        **error);
gboolean       haul_condition_recover    (HaulCondition  *self,
                                          int             timeout_ms,
                                          GCancellable   *cancellable,
                                          GError        **error);
void           haul_condition_release    (HaulCondition  *self);

gboolean       haul_condition_wait       (HaulCondition  *self,
                                          int             timeout_ms,
                                          GCancellable   *cancellable,
                                          GError        **error);
guint          haul_condition_notify     (HaulCondition  *self,
                                          guint           n);
guint          haul_condition_notify_all (HaulCondition  *self);

HAUL_END_DECLS
