/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-lock.h"

#include "haul-hold-private.h"

struct _HaulLock
{
  HaulShareable parent_instance;

  HaulHold      hold;
};

G_DEFINE_FINAL_TYPE (HaulLock, haul_lock, HAUL_TYPE_SHAREABLE)

/**
 * haul_lock_new:
 * @error: return location for a #GError
 *
 * Makes a lock that nobody holds. Fails when there is no memory, or no file descriptor,
 * for it.
 *
 * Returns: (transfer full): a new lock, or %NULL
 */
HaulLock *
haul_lock_new (GError **error)
{
  g_autoptr(HaulLock) self = g_object_new (HAUL_TYPE_LOCK, NULL);

  if (!haul_shareable_create (HAUL_SHAREABLE (self), sizeof (HaulHoldBody), sizeof (HaulHoldBody), error))
    return NULL;
  haul_mutex_init (&self->hold.body->mutex, FALSE);
  return g_steal_pointer (&self);
}

/**
 * haul_lock_is_held:
 * @self: a lock
 *
 * Whether the thread that asks has the lock.
 *
 * Returns: %TRUE if it does
 */
gboolean
haul_lock_is_held (HaulLock *self)
{
  g_return_val_if_fail (HAUL_IS_LOCK (self), FALSE);

  return haul_hold_is_held (&self->hold);
}

/**
 * haul_lock_acquire:
 * @self: a lock
 * @timeout_ms: how long to wait for it, in ms; negative for as long as it takes, 0 for not at all
 * @cancellable: (nullable): ends the wait
 * @error: return location for a #GError
 *
 * Takes the lock. Besides the errors of all that waits (see #HaulShareable), it fails with
 * %HAUL_ERROR_OWNER_DIED when a holder died and nobody called haul_lock_recover() since, and with
 * %HAUL_ERROR_NOT_POSSIBLE when this thread has the lock already.
 *
 * Returns: %TRUE if this thread has the lock now
 */
gboolean
haul_lock_acquire (HaulLock      *self,
                   int            timeout_ms,
                   GCancellable  *cancellable,
                   GError       **error)
{
  g_return_val_if_fail (HAUL_IS_LOCK (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return haul_hold_acquire (&self->hold, timeout_ms, cancellable, error);
}

/**
 * haul_lock_recover:
 * @self: a lock
 * @timeout_ms: how long to wait for it, in ms; negative for as long as it takes, 0 for not at all
 * @cancellable: (nullable): ends the wait
 * @error: return location for a #GError
 *
 * Takes the lock though its holder died, to put right what it guards. From then on it can be acquired
 * again, unless the thread that recovered it dies as well before it releases it. A lock whose holders
 * all lived is simply taken.
 *
 * Returns: %TRUE if this thread has the lock now
 */
gboolean
haul_lock_recover (HaulLock      *self,
                   int            timeout_ms,
                   GCancellable  *cancellable,
                   GError       **error)
{
  g_return_val_if_fail (HAUL_IS_LOCK (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return haul_hold_recover (&self->hold, timeout_ms, cancellable, error);
}

/**
 * haul_lock_release:
 * @self: a lock that this thread has
 *
 * Gives the lock back. To do so without having it is a programming error.
 */
void
haul_lock_release (HaulLock *self)
{
  g_return_if_fail (HAUL_IS_LOCK (self));
  g_return_if_fail (haul_hold_is_held (&self->hold));

  haul_hold_release (&self->hold);
}

HaulHold *
haul_lock_get_hold (HaulShareable *lock)
{
  return &HAUL_LOCK (lock)->hold;
}

static gboolean
haul_lock_open (HaulShareable  *shareable,
                GError        **error)
{
  return haul_hold_open (&HAUL_LOCK (shareable)->hold, shareable, FALSE, error);
}

static void
haul_lock_finalize (GObject *object)
{
  haul_hold_close (&HAUL_LOCK (object)->hold, HAUL_SHAREABLE (object));

  G_OBJECT_CLASS (haul_lock_parent_class)->finalize (object);
}

static void
haul_lock_class_init (HaulLockClass *klass)
{
  HaulShareableClass *shareable_class = HAUL_SHAREABLE_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = haul_lock_finalize;

  shareable_class->kind = "lock";
  shareable_class->n_fds = 1;
  shareable_class->has_memory = TRUE;
  shareable_class->open = haul_lock_open;
}

static void
haul_lock_init (HaulLock *self G_GNUC_UNUSED)
{
}
