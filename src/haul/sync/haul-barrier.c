/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-barrier.h"

#include <glib/gi18n-lib.h>

#include "haul-seats-private.h"
#include "haul-shareable-private.h"

#include "haul/wire/haul-error.h"

#define N_MEMBERS 512

/* Why somebody is woken. */
#define PASSED HAUL_SEAT_WOKEN
#define BROKEN (HAUL_SEAT_WOKEN + 1)

/* Changed inside of the guard. How many have come is how many sit and wait, so there is no number that
 * could be wrong. */
typedef struct
{
  guint32   n_parties;
  guint32   is_passing;   /* the last has come and wakes the others: who finds this half done goes on */
  guint32   is_broken;    /* atomic, for those who only look */
  HaulSeats seats;
} Body;

struct _HaulBarrier
{
  HaulShareable parent_instance;

  Body         *body;        /* (unowned) (nullable) */
  guint         n_parties;   /* as it was when it was opened */
  HaulWakes     wakes;       /* for when the guard is left */
};

G_DEFINE_FINAL_TYPE (HaulBarrier, haul_barrier, HAUL_TYPE_SHAREABLE)

/**
 * haul_barrier_new:
 * @n_parties: how many have to come, from 1 to 512
 * @error: return location for a #GError
 *
 * Makes a barrier. Fails when there is no memory, or no file descriptor, for it.
 *
 * Returns: (transfer full): a new barrier, or %NULL
 */
HaulBarrier *
haul_barrier_new (guint    n_parties,
                  GError **error)
{
  g_autoptr(HaulBarrier) self = NULL;

  g_return_val_if_fail (n_parties >= 1 && n_parties <= HAUL_N_SEATS, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  self = g_object_new (HAUL_TYPE_BARRIER, NULL);
  self->n_parties = n_parties;
  if (!haul_shareable_create (HAUL_SHAREABLE (self), sizeof (Body), sizeof (Body), error))
    return NULL;
  self->body->n_parties = n_parties;
  haul_seats_init (&self->body->seats);
  return g_steal_pointer (&self);
}

/**
 * haul_barrier_get_n_parties:
 * @self: a barrier
 *
 * Tells how many have to come.
 *
 * Returns: the number of parties
 */
guint
haul_barrier_get_n_parties (HaulBarrier *self)
{
  g_return_val_if_fail (HAUL_IS_BARRIER (self), 0);

  return self->n_parties;
}

/**
 * haul_barrier_get_n_waiting:
 * @self: a barrier
 *
 * Tells how many wait at this moment.
 *
 * Returns: the number of parties that have come
 */
guint
haul_barrier_get_n_waiting (HaulBarrier *self)
{
  g_return_val_if_fail (HAUL_IS_BARRIER (self), 0);

  return haul_seats_count (&self->body->seats);
}

/**
 * haul_barrier_is_broken:
 * @self: a barrier
 *
 * Whether somebody has to reset the barrier before it can be passed again.
 *
 * Returns: %TRUE if it is broken
 */
gboolean
haul_barrier_is_broken (HaulBarrier *self)
{
  g_return_val_if_fail (HAUL_IS_BARRIER (self), FALSE);

  return __atomic_load_n (&self->body->is_broken, __ATOMIC_ACQUIRE) != 0;
}

static void
leave (HaulBarrier *self)
{
  HaulWakes wakes = self->wakes;

  self->wakes.n = 0;
  haul_shareable_leave ((HaulShareable *) self);
  haul_wakes_flush (&wakes);
}

static void
break_it (HaulBarrier *self)
{
  __atomic_store_n (&self->body->is_broken, TRUE, __ATOMIC_RELEASE);
  (void) haul_seats_wake (&self->body->seats, G_MAXUINT, BROKEN, &self->wakes);
}

static void
let_pass (HaulBarrier *self)
{
  __atomic_store_n (&self->body->is_passing, TRUE, __ATOMIC_RELEASE);
  (void) haul_seats_wake (&self->body->seats, G_MAXUINT, PASSED, &self->wakes);
  __atomic_store_n (&self->body->is_passing, FALSE, __ATOMIC_RELEASE);
}

/* Those who died count no more, whether they waited or not. */
static gboolean
somebody_died (HaulBarrier *self)
{
  gboolean has_dead = haul_seats_has_dead (&self->body->seats);

  return haul_members_bury (haul_shareable_get_members (HAUL_SHAREABLE (self)), N_MEMBERS, NULL, NULL) > 0 || has_dead;
}

static int
fail_broken (GError **error)
{
  g_set_error_literal (error, HAUL_ERROR, HAUL_ERROR_BROKEN, _("the barrier is broken"));
  return -1;
}

static int
fail_waiting (HaulWaited   waited,
              GError     **error)
{
  haul_wait_fail (waited, _("not everybody has come to the barrier"), error);
  return -1;
}

/* What there is to do on arrival, inside of the guard: -1 and an error, the index of the last to come, or a
 * seat, and its index. */
static int
arrive (HaulBarrier  *self,
        HaulWait     *wait,
        HaulSeat    **ret_seat,
        GError      **error)
{
  guint index;

  if (haul_barrier_is_broken (self))
    return fail_broken (error);

  index = haul_seats_count (&self->body->seats);
  if (index + 1 >= self->n_parties)
    {
      if (haul_seats_has_dead (&self->body->seats))
        {
          break_it (self);
          return fail_broken (error);
        }
      let_pass (self);
      return index;
    }

  if (wait->deadline == 0)
    return fail_waiting (HAUL_WAIT_WOULD_BLOCK, error);
  *ret_seat = haul_seats_take (&self->body->seats, &self->wakes);
  if (*ret_seat == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, _("too many wait at this barrier"));
      return -1;
    }
  return index;
}

/* Sleeps until the others have come; breaks the barrier if they do not, and if somebody died. */
static HaulWaited
sleep_on (HaulBarrier *self,
          HaulSeat    *seat,
          HaulWait    *wait)
{
  HaulShareable *shareable = HAUL_SHAREABLE (self);
  HaulWaited waited = HAUL_WAITED;

  while (waited == HAUL_WAITED && haul_seat_look (seat) == HAUL_SEAT_WAITING)
    {
      HaulWait look;

      waited = haul_wait_on (wait, &seat->word, HAUL_SEAT_WAITING);
      if (waited == HAUL_WAITED && !haul_wait_is_long (wait))
        continue;

      haul_wait_init_uncancellable (&look, 0);
      if (!haul_shareable_enter (shareable, &look, NULL))
        continue;
      if (haul_seat_look (seat) == HAUL_SEAT_WAITING && (somebody_died (self) || waited != HAUL_WAITED))
        break_it (self);
      leave (self);
    }
  return waited;
}

/**
 * haul_barrier_wait:
 * @self: a barrier
 * @timeout_ms: how long to wait for the others, in ms; negative for as long as it takes, 0 for not at all
 * @cancellable: (nullable): ends the wait
 * @error: return location for a #GError
 *
 * Waits until all parties have come. It fails with %HAUL_ERROR_BROKEN when the barrier breaks or is reset, or is
 * broken already, and as all that waits does (see #HaulShareable). With %G_IO_ERROR_TIMED_OUT and with
 * %G_IO_ERROR_CANCELLED it breaks the barrier. With a time of 0 it passes if all others have come;
 * otherwise it has not come itself, and breaks nothing.
 *
 * Returns: which of the parties this was, in the order in which they came: from 0, for exactly one, to the number of
 *   parties - 1. Or -1 on error
 */
int
haul_barrier_wait (HaulBarrier   *self,
                   int            timeout_ms,
                   GCancellable  *cancellable,
                   GError       **error)
{
  HaulShareable *shareable = HAUL_SHAREABLE (self);
  HaulWaited waited = HAUL_WAITED;
  HaulSeat *seat = NULL;
  HaulWait wait;
  guint32 word;
  int index;

  g_return_val_if_fail (HAUL_IS_BARRIER (self), -1);
  g_return_val_if_fail (error == NULL || *error == NULL, -1);

  haul_wait_init (&wait, timeout_ms, cancellable);
  if (!haul_shareable_enter (shareable, &wait, &waited))
    return fail_waiting (waited, error);
  index = arrive (self, &wait, &seat, error);
  leave (self);
  if (seat == NULL)
    return index;

  waited = sleep_on (self, seat, &wait);
  word = haul_seat_leave (seat);
  if (word == PASSED)
    return index;
  return waited == HAUL_WAITED ? fail_broken (error) : fail_waiting (waited, error);
}

static gboolean
wake_all (HaulBarrier  *self,
          gboolean      is_broken,
          GError      **error)
{
  HaulWaited waited = HAUL_WAITED;

  if (!haul_shareable_enter (HAUL_SHAREABLE (self), NULL, &waited))
    return haul_wait_fail (waited, _("cannot change the barrier"), error);
  (void) somebody_died (self);   /* and is forgotten */
  break_it (self);
  __atomic_store_n (&self->body->is_broken, is_broken, __ATOMIC_RELEASE);
  leave (self);
  return TRUE;
}

/**
 * haul_barrier_abort:
 * @self: a barrier
 * @error: return location for a #GError
 *
 * Breaks the barrier: all who wait and who come fail with %HAUL_ERROR_BROKEN, until it is reset. It fails
 * itself, after ten seconds, when a process was stopped in the middle of changing the barrier.
 *
 * Returns: %TRUE if the barrier is broken
 */
gboolean
haul_barrier_abort (HaulBarrier  *self,
                    GError      **error)
{
  g_return_val_if_fail (HAUL_IS_BARRIER (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return wake_all (self, TRUE, error);
}

/**
 * haul_barrier_reset:
 * @self: a barrier
 * @error: return location for a #GError
 *
 * Makes the barrier as it was at first. Those who wait fail with %HAUL_ERROR_BROKEN; those who come
 * from now on begin a round. It fails as haul_barrier_abort() does.
 *
 * Returns: %TRUE if the barrier can be used
 */
gboolean
haul_barrier_reset (HaulBarrier  *self,
                    GError      **error)
{
  g_return_val_if_fail (HAUL_IS_BARRIER (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return wake_all (self, FALSE, error);
}

static void
haul_barrier_repair (HaulShareable *shareable)
{
  HaulBarrier *self = HAUL_BARRIER (shareable);

  if (self->body->is_passing)
    let_pass (self);
  else if (haul_barrier_is_broken (self))
    break_it (self);
}

/* From now on, this process is one of those that are waited for. */
static gboolean
join (HaulBarrier  *self,
      GError      **error)
{
  HaulShareable *shareable = HAUL_SHAREABLE (self);
  HaulWaited waited = HAUL_WAITED;
  gboolean has_joined;
  guint index;

  if (!haul_shareable_enter (shareable, NULL, &waited))
    return haul_wait_fail (waited, _("cannot open the barrier"), error);
  has_joined = haul_shareable_join (shareable, &index, error);
  leave (self);
  return has_joined;
}

/* A worker of a pool keeps what it was given, but who has nothing to do there is not missed. */
static void
haul_barrier_attend (HaulShareable *shareable,
                     gboolean       is_here)
{
  if (is_here)
    (void) join (HAUL_BARRIER (shareable), NULL);   /* else nobody knows of us, and we wait all the same */
  else
    haul_shareable_part (shareable);
}

static gboolean
haul_barrier_open (HaulShareable  *shareable,
                   GError        **error)
{
  HaulBarrier *self = HAUL_BARRIER (shareable);

  if (haul_shareable_get_size (shareable) == sizeof (Body))
    {
      self->body = haul_shareable_get_body (shareable);
      if (self->n_parties == 0)
        self->n_parties = self->body->n_parties;
    }
  if (self->n_parties < 1 || self->n_parties > HAUL_N_SEATS)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _("a barrier of the wrong size"));
      return FALSE;
    }
  return join (self, error);
}

static void
haul_barrier_class_init (HaulBarrierClass *klass)
{
  HaulShareableClass *shareable_class = HAUL_SHAREABLE_CLASS (klass);

  shareable_class->kind = "barrier";
  shareable_class->n_members = N_MEMBERS;
  shareable_class->n_fds = 1;
  shareable_class->has_memory = TRUE;
  shareable_class->open = haul_barrier_open;
  shareable_class->repair = haul_barrier_repair;
  shareable_class->attend = haul_barrier_attend;
}

static void
haul_barrier_init (HaulBarrier *self G_GNUC_UNUSED)
{
}
