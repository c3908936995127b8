/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-semaphore.h"

#include <glib/gi18n-lib.h>

#include "haul-shareable-private.h"

#include "haul/wire/haul-error.h"

#define N_MEMBERS 512

/* Everything is changed inside of the guard. What counts are the units that each member has (its data), and
 * the balance; the value follows from them: value = first + balance - all that members have. So whoever dies
 * between two steps leaves nothing that could not be put right. */
typedef struct
{
  guint32 value;        /* atomic, for those who only look */
  guint32 first;        /* what it was at first */
  guint32 is_bounded;
  guint32 is_poisoned;  /* units are lost */
  guint32 n_changes;    /* what is slept on */
  guint32 n_sleeping;   /* at least so many do; who died asleep is never subtracted */
  gint64  balance;      /* units given back by members that had none, minus those of members that left with some */

  /* Two steps that belong together: who finds this unfinished does it again. */
  guint32 settling;     /* the place of the member that goes, + 1; 0 for none */
  gint64  next_balance; /* and what the balance is then */
} Body;

struct _HaulSemaphore
{
  HaulShareable parent_instance;

  Body         *body;     /* (unowned) (nullable) */
  HaulMember   *member;   /* (unowned) (nullable) our place, inside of the guard */
};

G_DEFINE_FINAL_TYPE (HaulSemaphore, haul_semaphore, HAUL_TYPE_SHAREABLE)

static HaulMembers *
get_members (HaulSemaphore *self)
{
  return haul_shareable_get_members (HAUL_SHAREABLE (self));
}

/* A member's units as it is in the memory, of which nobody can be sure. */
static HaulMember *
get_member (HaulSemaphore *self,
            guint          index)
{
  return index < N_MEMBERS ? &get_members (self)->members[index] : NULL;
}

static void
set_value (HaulSemaphore *self)
{
  HaulMembers *members = get_members (self);
  guint n_used = MIN (members->n_used, N_MEMBERS);
  gint64 value = self->body->first + self->body->balance;

  for (guint i = 0; i < n_used; i++)
    {
      if (members->members[i].pid != 0)
        value -= members->members[i].data;
    }
  __atomic_store_n (&self->body->value, CLAMP (value, 0, G_MAXINT), __ATOMIC_RELAXED);
}

static void
add_value (HaulSemaphore *self,
           int            n)
{
  __atomic_store_n (&self->body->value, self->body->value + n, __ATOMIC_RELAXED);
}

static void
finish_settling (HaulSemaphore *self)
{
  HaulMember *member = get_member (self, self->body->settling - 1);

  if (member != NULL)
    {
      self->body->balance = self->body->next_balance;
      member->pid = 0;
      member->data = 0;
    }
  __atomic_store_n (&self->body->settling, 0, __ATOMIC_RELEASE);
}

/* Takes a member out of the table. */
static void
settle (HaulSemaphore *self,
        guint          index,
        gint64         balance)
{
  self->body->next_balance = balance;
  __atomic_store_n (&self->body->settling, index + 1, __ATOMIC_RELEASE);
  finish_settling (self);
}

/* To be woken, outside of the guard, so that nobody wakes only to wait for that. */
static gboolean
note_change (HaulSemaphore *self)
{
  __atomic_store_n (&self->body->n_changes, self->body->n_changes + 1, __ATOMIC_RELEASE);
  return self->body->n_sleeping > 0;
}

static void
wake_all (HaulSemaphore *self)
{
  if (note_change (self))
    haul_wake (&self->body->n_changes, G_MAXINT);
}

/* Of what the dead have, the part that the others gave back for them is not lost. */
static gint64
forgiven (HaulSemaphore *self,
          gint64         n_units)
{
  return CLAMP (self->body->balance, 0, n_units);
}

/* Looks for members that died, and settles those that had nothing. What the others had is lost until somebody
 * recovers it, if that is what @recovers says, now. */
static void
look_for_dead (HaulSemaphore *self,
               gboolean       recovers)
{
  HaulMembers *members = get_members (self);
  guint n_used = MIN (members->n_used, N_MEMBERS);
  gint64 n_lost = 0;

  for (guint i = 0; i < n_used; i++)
    {
      HaulMember *member = &members->members[i];

      if (member->pid == 0 || !haul_member_is_dead (member))
        continue;
      if (recovers || (gint64) member->data == forgiven (self, member->data))
        settle (self, i, self->body->balance - forgiven (self, member->data));
      else
        n_lost += member->data;
    }

  if (recovers)
    {
      self->body->is_poisoned = FALSE;
      set_value (self);
      wake_all (self);
    }
  else if (n_lost > 0)
    {
      self->body->is_poisoned = TRUE;
      wake_all (self);
    }
}

/**
 * haul_semaphore_new:
 * @value: how many units there are at first, at most %G_MAXINT
 * @is_bounded: whether there can never be more
 * @error: return location for a #GError
 *
 * Makes a semaphore. Fails when there is no memory, or no file descriptor, for it.
 *
 * Returns: (transfer full): a new semaphore, or %NULL
 */
HaulSemaphore *
haul_semaphore_new (guint      value,
                    gboolean   is_bounded,
                    GError   **error)
{
  g_autoptr(HaulSemaphore) self = NULL;

  g_return_val_if_fail (value <= G_MAXINT, NULL);

  self = g_object_new (HAUL_TYPE_SEMAPHORE, NULL);
  if (!haul_shareable_create (HAUL_SHAREABLE (self), sizeof (Body), sizeof (Body), error))
    return NULL;
  self->body->first = self->body->value = value;
  self->body->is_bounded = is_bounded;
  return g_steal_pointer (&self);
}

/**
 * haul_semaphore_get_value:
 * @self: a semaphore
 *
 * Tells how many units are left. By the time that it is known it may not be true any more.
 *
 * Returns: the number of units
 */
guint
haul_semaphore_get_value (HaulSemaphore *self)
{
  g_return_val_if_fail (HAUL_IS_SEMAPHORE (self), 0);

  return __atomic_load_n (&self->body->value, __ATOMIC_RELAXED);
}

/* As one of those that use it; the guard is left again when there are too many. */
static gboolean
join (HaulSemaphore  *self,
      GError        **error)
{
  HaulShareable *shareable = HAUL_SHAREABLE (self);
  guint index;

  if (!haul_shareable_join (shareable, &index, NULL))
    {
      look_for_dead (self, FALSE);   /* they may have left us a place */
      if (!haul_shareable_join (shareable, &index, error))
        {
          haul_shareable_leave (shareable);
          return FALSE;
        }
    }
  self->member = get_member (self, index);
  return TRUE;
}

typedef enum { TAKEN, NONE_LEFT, LOST } Outcome;

/* Inside of the guard. */
static Outcome
try_take (HaulSemaphore *self)
{
  if (self->body->is_poisoned)
    return LOST;
  if (self->body->value == 0)
    return NONE_LEFT;
  self->member->data++;
  add_value (self, -1);
  return TAKEN;
}

/* Sleeps once outside of the guard, and then looks again. FALSE when that is not to be. */
static gboolean
sleep_and_take (HaulSemaphore *self,
                HaulWait      *wait,
                Outcome       *ret_outcome,
                HaulWaited    *ret_waited)
{
  HaulShareable *shareable = HAUL_SHAREABLE (self);
  guint32 seen = self->body->n_changes;
  HaulWaited entered;

  self->body->n_sleeping++;
  haul_shareable_leave (shareable);
  *ret_waited = haul_wait_on (wait, &self->body->n_changes, seen);

  /* Whoever's time is over looks a last time, for units and for the dead. */
  if (!haul_shareable_enter (shareable, wait, &entered))
    {
      *ret_waited = entered;
      return FALSE;
    }
  if (self->body->n_sleeping > 0)
    self->body->n_sleeping--;
  *ret_outcome = try_take (self);
  if (*ret_outcome == NONE_LEFT && (*ret_waited != HAUL_WAITED || haul_wait_is_long (wait)))
    {
      look_for_dead (self, FALSE);
      *ret_outcome = try_take (self);
    }
  return TRUE;
}

/**
 * haul_semaphore_acquire:
 * @self: a semaphore
 * @timeout_ms: how long to wait for a unit, in ms; negative for as long as it takes, 0 for not at all
 * @cancellable: (nullable): ends the wait
 * @error: return location for a #GError
 *
 * Takes a unit. Besides the errors of all that waits (see #HaulShareable), it fails with
 * %HAUL_ERROR_OWNER_DIED when units are lost and nobody called haul_semaphore_recover() since.
 *
 * Returns: %TRUE if this process has one more unit now
 */
gboolean
haul_semaphore_acquire (HaulSemaphore  *self,
                        int             timeout_ms,
                        GCancellable   *cancellable,
                        GError        **error)
{
  HaulShareable *shareable = (HaulShareable *) self;
  HaulWaited waited = HAUL_WAITED;
  Outcome outcome;
  HaulWait wait;

  g_return_val_if_fail (HAUL_IS_SEMAPHORE (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  haul_wait_init (&wait, timeout_ms, cancellable);
  if (!haul_shareable_enter (shareable, &wait, &waited))
    return haul_wait_fail (waited, _("cannot take a unit"), error);
  if (!join (self, error))
    return FALSE;

  outcome = try_take (self);
  while (outcome == NONE_LEFT && waited == HAUL_WAITED)
    {
      if (!sleep_and_take (self, &wait, &outcome, &waited))
        return haul_wait_fail (waited, _("cannot take a unit"), error);
    }
  haul_shareable_leave (shareable);

  if (outcome == LOST)
    {
      g_set_error_literal (error, HAUL_ERROR, HAUL_ERROR_OWNER_DIED, _("whoever took units has died"));
      return FALSE;
    }
  return outcome == TAKEN || haul_wait_fail (waited, _("cannot take a unit"), error);
}

/**
 * haul_semaphore_release:
 * @self: a semaphore
 * @error: return location for a #GError
 *
 * Gives a unit back, or adds one, and wakes somebody who waits. It fails with %HAUL_ERROR_NOT_POSSIBLE when
 * there would be more than a bounded semaphore has, and, after ten seconds, with %G_IO_ERROR_TIMED_OUT when a
 * process was stopped in the middle of changing the semaphore. Neither time limits nor cancellation have
 * a part in it.
 *
 * Returns: %TRUE if there is one more unit
 */
gboolean
haul_semaphore_release (HaulSemaphore  *self,
                        GError        **error)
{
  HaulShareable *shareable = (HaulShareable *) self;
  HaulWaited waited = HAUL_WAITED;
  gboolean is_full, has_sleepers = FALSE;

  g_return_val_if_fail (HAUL_IS_SEMAPHORE (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!haul_shareable_enter (shareable, NULL, &waited))
    return haul_wait_fail (waited, _("cannot give a unit back"), error);
  if (!join (self, error))
    return FALSE;

  is_full = self->body->value >= (self->body->is_bounded ? self->body->first : G_MAXINT);
  if (!is_full)
    {
      if (self->member->data > 0)
        self->member->data--;
      else
        self->body->balance++;
      add_value (self, 1);
      has_sleepers = note_change (self);
    }
  haul_shareable_leave (shareable);
  if (has_sleepers)
    haul_wake (&self->body->n_changes, 1);

  if (is_full)
    g_set_error_literal (error, HAUL_ERROR, HAUL_ERROR_NOT_POSSIBLE, _("more units would be given back than there are"));
  return !is_full;
}

/**
 * haul_semaphore_recover:
 * @self: a semaphore
 * @timeout_ms: how long to wait, in ms, for a process that was stopped in the middle of changing
 *   the semaphore; negative for as long as it takes, 0 for not at all
 * @cancellable: (nullable): ends the wait
 * @error: return location for a #GError
 *
 * Puts back what processes took that have died, so that it can be taken again. It takes nothing itself.
 * When all live it does nothing.
 *
 * Returns: %TRUE if nothing is lost now
 */
gboolean
haul_semaphore_recover (HaulSemaphore  *self,
                        int             timeout_ms,
                        GCancellable   *cancellable,
                        GError        **error)
{
  HaulWaited waited = HAUL_WAITED;
  HaulWait wait;

  g_return_val_if_fail (HAUL_IS_SEMAPHORE (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  haul_wait_init (&wait, timeout_ms, cancellable);
  if (!haul_shareable_enter (HAUL_SHAREABLE (self), &wait, &waited))
    return haul_wait_fail (waited, _("cannot recover the semaphore"), error);
  look_for_dead (self, TRUE);
  haul_shareable_leave (HAUL_SHAREABLE (self));
  return TRUE;
}

static void
haul_semaphore_repair (HaulShareable *shareable)
{
  HaulSemaphore *self = HAUL_SEMAPHORE (shareable);

  finish_settling (self);
  set_value (self);
  wake_all (self);
}

static gboolean
haul_semaphore_open (HaulShareable  *shareable,
                     GError        **error)
{
  if (haul_shareable_get_size (shareable) != sizeof (Body))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _("a semaphore of the wrong size"));
      return FALSE;
    }
  HAUL_SEMAPHORE (shareable)->body = haul_shareable_get_body (shareable);
  return TRUE;
}

static void
haul_semaphore_leave (HaulShareable *shareable,
                      guint          index)
{
  HaulSemaphore *self = HAUL_SEMAPHORE (shareable);

  settle (self, index, self->body->balance - get_member (self, index)->data);
}

static void
haul_semaphore_class_init (HaulSemaphoreClass *klass)
{
  HaulShareableClass *shareable_class = HAUL_SHAREABLE_CLASS (klass);

  shareable_class->kind = "semaphore";
  shareable_class->n_members = N_MEMBERS;
  shareable_class->n_fds = 1;
  shareable_class->has_memory = TRUE;
  shareable_class->open = haul_semaphore_open;
  shareable_class->repair = haul_semaphore_repair;
  shareable_class->leave = haul_semaphore_leave;
}

static void
haul_semaphore_init (HaulSemaphore *self G_GNUC_UNUSED)
{
}
