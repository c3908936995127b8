/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul-shareable.h"

HAUL_BEGIN_DECLS

#define HAUL_TYPE_LOCK (haul_lock_get_type ())
G_DECLARE_FINAL_TYPE (HaulLock, haul_lock, HAUL, LOCK, HaulShareable)

/**
 * HaulLock:
 *
 * A lock for threads of several processes: one at a time has it, and the others wait.
 * Uncontended, it costs no system call.
 *
 * It is released by the thread that acquired it, and by no other. (Python lets anybody
 * release a lock. But then nobody can tell whose it is when a process is killed, and
 * who waits for the dead waits for ever. For signals between processes there are
 * #HaulEvent and #HaulSemaphore.)
 *
 * When a process, or a thread, dies while it has the lock, what the lock guards may be
 * half changed. So from then on haul_lock_acquire() fails with %HAUL_ERROR_OWNER_DIED, for
 * everybody, those who wait already among them, and nobody who does not look at the
 * error holds it by mistake. It stays so until somebody calls haul_lock_recover(), which
 * takes the lock all the same, so as to put the data right, and release it:
 *
 * ```c
 * if (!haul_lock_acquire (lock, -1, cancellable, &local_error)
 *     && g_error_matches (local_error, HAUL_ERROR, HAUL_ERROR_OWNER_DIED)
 *     && haul_lock_recover (lock, -1, cancellable, error))
 *   repair (data);
 * ```
 *
 * Who gives up the last reference to a lock that it holds counts as dead, too. A process
 * that is stopped while it has the lock is alive: others wait for it for as long as they
 * want to.
 */
HaulLock  *haul_lock_new     (GError       **error) G_GNUC_WARN_UNUSED_RESULT;

gboolean   haul_lock_is_held (HaulLock      *self);

gboolean   haul_lock_acquire (HaulLock      *self,
                              int            timeout_ms,
                              GCancellable  *cancellable,
                              GError       **error);
gboolean   haul_lock_recover (HaulLock      *self,
                              int            timeout_ms,
                              GCancellable  *cancellable,
                              GError       **error);
void       haul_lock_release (HaulLock      *self);

HAUL_END_DECLS
