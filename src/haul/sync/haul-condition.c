/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-condition.h"

#include <fcntl.h>
#include <glib/gi18n-lib.h>

#include "haul-hold-private.h"
#include "haul-rlock.h"
#include "haul-seats-private.h"

#include "haul/wire/haul-error.h"
#include "haul/wire/haul-fd-private.h"

#define LOCK_FD 1

/* Of those who are told together nobody stands for another. */
#define WOKEN_WITH_ALL (HAUL_SEAT_WOKEN + 1)

/* The lock is the guard of all this; a seat is also left without it, when the lock's holder died. */
typedef struct
{
  char      lock_kind[16];
  HaulSeats seats;
} Body;

struct _HaulCondition
{
  HaulShareable  parent_instance;

  Body          *body;   /* (unowned) (nullable) */
  HaulShareable *lock;   /* (owned) (nullable) */
  HaulHold      *hold;   /* (unowned) (nullable) the lock's */
};

G_DEFINE_FINAL_TYPE (HaulCondition, haul_condition, HAUL_TYPE_SHAREABLE)

/**
 * haul_condition_new:
 * @lock: (nullable): a #HaulLock or #HaulRLock that guards what is waited for, or %NULL for
 *   a #HaulRLock of its own
 * @error: return location for a #GError
 *
 * Makes a condition. Several conditions may have one lock. Fails when there is no memory, or
 * no file descriptor, for it.
 *
 * Returns: (transfer full): a new condition, or %NULL
 */
HaulCondition *
haul_condition_new (HaulShareable  *lock,
                    GError        **error)
{
  g_autoptr(HaulCondition) self = NULL;
  int fd;

  g_return_val_if_fail (lock == NULL || haul_hold_get (lock) != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  self = g_object_new (HAUL_TYPE_CONDITION, NULL);
  self->lock = lock != NULL ? g_object_ref (lock) : HAUL_SHAREABLE (haul_rlock_new (error));
  if (self->lock == NULL)
    return NULL;

  fd = fcntl (haul_shareable_get_fd (self->lock, 0), F_DUPFD_CLOEXEC, 3);
  if (fd < 0)
    {
      haul_throw_errno (error, errno, N_("cannot make a condition"));
      return NULL;
    }
  haul_shareable_take_fd (HAUL_SHAREABLE (self), LOCK_FD, fd);
  if (!haul_shareable_create (HAUL_SHAREABLE (self), sizeof (Body), sizeof (Body), error))
    return NULL;
  g_strlcpy (self->body->lock_kind, haul_shareable_get_kind (self->lock), sizeof self->body->lock_kind);
  haul_seats_init (&self->body->seats);
  return g_steal_pointer (&self);
}

/**
 * haul_condition_get_lock:
 * @self: a condition
 *
 * Gets the lock that the condition releases and takes again: a #HaulLock or a #HaulRLock.
 *
 * Returns: (transfer none): the lock
 */
HaulShareable *
haul_condition_get_lock (HaulCondition *self)
{
  g_return_val_if_fail (HAUL_IS_CONDITION (self), NULL);

  return self->lock;
}

/**
 * haul_condition_acquire:
 * @self: a condition
 * @timeout_ms: how long to wait for the lock, in ms; negative for as long as it takes, 0 for not at all
 * @cancellable: (nullable): ends the wait
 * @error: return location for a #GError
 *
 * Takes the condition's lock: see haul_lock_acquire().
 *
 * Returns: %TRUE if this thread has the lock now
 */
gboolean
haul_condition_acquire (HaulCondition  *self,
                        int             timeout_ms,
                        GCancellable   *cancellable,
                        GError        **error)
{
  g_return_val_if_fail (HAUL_IS_CONDITION (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return haul_hold_acquire (self->hold, timeout_ms, cancellable, error);
}

/**
 * haul_condition_recover:
 * @self: a condition
 * @timeout_ms: how long to wait for the lock, in ms; negative for as long as it takes, 0 for not at all
 * @cancellable: (nullable): ends the wait
 * @error: return location for a #GError
 *
 * Takes the condition's lock though its holder died: see haul_lock_recover(). The condition itself
 * needs no repair.
 *
 * Returns: %TRUE if this thread has the lock now
 */
gboolean
haul_condition_recover (HaulCondition  *self,
                        int             timeout_ms,
                        GCancellable   *cancellable,
                        GError        **error)
{
  g_return_val_if_fail (HAUL_IS_CONDITION (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return haul_hold_recover (self->hold, timeout_ms, cancellable, error);
}

/**
 * haul_condition_release:
 * @self: a condition whose lock this thread has
 *
 * Gives the condition's lock back: see haul_lock_release().
 */
void
haul_condition_release (HaulCondition *self)
{
  g_return_if_fail (HAUL_IS_CONDITION (self));
  g_return_if_fail (haul_hold_is_held (self->hold));

  haul_hold_release (self->hold);
}

/* Sleeps on a seat until it is woken, or until it is time to take the lock again for another reason. */
static HaulWaited
sleep_on (HaulCondition *self,
          HaulSeat      *seat,
          HaulWait      *wait)
{
  while (haul_seat_look (seat) == HAUL_SEAT_WAITING)
    {
      HaulWaited waited = haul_wait_on (wait, &seat->word, HAUL_SEAT_WAITING);
      HaulWakes wakes = { .n = 0 };
      gboolean is_poisoned;

      if (waited != HAUL_WAITED)
        return waited;
      if (!haul_wait_is_long (wait) || !haul_hold_look (self->hold, &is_poisoned))
        continue;
      if (!is_poisoned)
        haul_seats_hand_on (&self->body->seats, &wakes);
      haul_hold_end_look (self->hold);
      haul_wakes_flush (&wakes);
      if (is_poisoned)
        break;
    }
  return HAUL_WAITED;
}

/**
 * haul_condition_wait:
 * @self: a condition whose lock this thread has
 * @timeout_ms: how long to sleep, in ms; negative for as long as it takes, 0 for not at all
 * @cancellable: (nullable): ends the sleep
 * @error: return location for a #GError
 *
 * Releases the lock, however often this thread has it, sleeps until it is notified, and takes the
 * lock again. Besides the errors of all that waits (see #HaulShareable), it fails with
 * %HAUL_ERROR_OWNER_DIED when a holder of the lock died, and only then the lock is not held, and with
 * %HAUL_ERROR_NOT_POSSIBLE when this thread did not have it.
 *
 * Returns: %TRUE if it was notified
 */
gboolean
haul_condition_wait (HaulCondition  *self,
                     int             timeout_ms,
                     GCancellable   *cancellable,
                     GError        **error)
{
  gboolean has_lock;
  HaulWaited waited;
  HaulSeat *seat;
  HaulWait wait;
  guint32 word;
  guint depth;

  g_return_val_if_fail (HAUL_IS_CONDITION (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!haul_hold_is_held (self->hold))
    {
      g_set_error_literal (error, HAUL_ERROR, HAUL_ERROR_NOT_POSSIBLE, _("this thread does not hold the condition's lock"));
      return FALSE;
    }
  seat = haul_seats_take (&self->body->seats, &self->hold->wakes);
  if (seat == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, _("%u wait for this condition already, which is all that can"),
                   HAUL_N_SEATS);
      return FALSE;
    }

  haul_wait_init (&wait, timeout_ms, cancellable);
  depth = haul_hold_suspend (self->hold);
  waited = sleep_on (self, seat, &wait);
  has_lock = haul_hold_resume (self->hold, depth);
  word = haul_seat_leave (seat);   /* with the lock, so that who was notified is not one who gave up */

  if (!has_lock)
    {
      g_set_error_literal (error, HAUL_ERROR, HAUL_ERROR_OWNER_DIED, _("whoever held the lock has died"));
      return FALSE;
    }
  return word >= HAUL_SEAT_WOKEN || haul_wait_fail (waited, _("nobody was notified"), error);
}

/**
 * haul_condition_notify:
 * @self: a condition whose lock this thread has
 * @n: how many to notify
 *
 * Wakes those who have waited longest, @n of them, or all if there are fewer.
 *
 * Returns: how many it woke
 */
guint
haul_condition_notify (HaulCondition *self,
                       guint          n)
{
  g_return_val_if_fail (HAUL_IS_CONDITION (self), 0);
  g_return_val_if_fail (haul_hold_is_held (self->hold), 0);

  return haul_seats_wake (&self->body->seats, n, HAUL_SEAT_WOKEN, &self->hold->wakes);
}

/**
 * haul_condition_notify_all:
 * @self: a condition whose lock this thread has
 *
 * Wakes all who wait.
 *
 * Returns: how many it woke
 */
guint
haul_condition_notify_all (HaulCondition *self)
{
  g_return_val_if_fail (HAUL_IS_CONDITION (self), 0);
  g_return_val_if_fail (haul_hold_is_held (self->hold), 0);

  return haul_seats_wake (&self->body->seats, G_MAXUINT, WOKEN_WITH_ALL, &self->hold->wakes);
}

/* The lock of one that came from another process. */
static gboolean
adopt_lock (HaulCondition  *self,
            GError        **error)
{
  int fd = fcntl (haul_shareable_get_fd (HAUL_SHAREABLE (self), LOCK_FD), F_DUPFD_CLOEXEC, 3);
  char kind[sizeof self->body->lock_kind];

  if (fd < 0)
    return haul_throw_errno (error, errno, N_("cannot take a condition"));
  g_strlcpy (kind, self->body->lock_kind, sizeof kind);
  self->lock = haul_shareable_new_for_fds (kind, &fd, 1, error);
  return self->lock != NULL;
}

static gboolean
haul_condition_open (HaulShareable  *shareable,
                     GError        **error)
{
  HaulCondition *self = HAUL_CONDITION (shareable);

  if (haul_shareable_get_size (shareable) == sizeof (Body))
    {
      self->body = haul_shareable_get_body (shareable);
      if (self->lock == NULL && !adopt_lock (self, error))
        return FALSE;
      self->hold = haul_hold_get (self->lock);
    }
  if (self->hold == NULL)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _("a condition of the wrong size, or without a lock"));
  return self->hold != NULL;
}

static void
haul_condition_dispose (GObject *object)
{
  g_clear_object (&HAUL_CONDITION (object)->lock);

  G_OBJECT_CLASS (haul_condition_parent_class)->dispose (object);
}

static void
haul_condition_class_init (HaulConditionClass *klass)
{
  HaulShareableClass *shareable_class = HAUL_SHAREABLE_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = haul_condition_dispose;

  shareable_class->kind = "condition";
  shareable_class->n_fds = 2;
  shareable_class->has_memory = TRUE;
  shareable_class->open = haul_condition_open;
}

static void
haul_condition_init (HaulCondition *self G_GNUC_UNUSED)
{
}
