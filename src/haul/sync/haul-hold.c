/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-hold-private.h"

#include <errno.h>
#include <glib/gi18n-lib.h>

#include "haul-lock.h"
#include "haul-rlock.h"

#include "haul/wire/haul-error.h"

static guint64 last_number;
static __thread guint64 number;

/* A number that no other thread of this process has, or had, nor the thread that forked it. */
static guint64
this_thread (void)
{
  if (number == 0)
    number = __atomic_add_fetch (&last_number, 1, __ATOMIC_RELAXED);
  return number;
}

/* What the thread that forked us has is not ours. */
static void
forked_cb (void)
{
  number = 0;
}

static void
set_holder (HaulHold *self,
            guint64   holder)
{
  __atomic_store_n (&self->holder, holder, __ATOMIC_RELAXED);
}

gboolean
haul_hold_is_held (const HaulHold *self)
{
  return __atomic_load_n (&self->holder, __ATOMIC_RELAXED) == this_thread ();
}

gboolean
haul_hold_open (HaulHold       *self,
                HaulShareable  *shareable,
                gboolean        is_recursive,
                GError        **error)
{
  static gsize is_ready;

  if (g_once_init_enter (&is_ready))
    {
      (void) pthread_atfork (NULL, NULL, forked_cb);
      g_once_init_leave (&is_ready, 1);
    }
  if (haul_shareable_get_size (shareable) != sizeof (HaulHoldBody))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _("a lock of the wrong size"));
      return FALSE;
    }
  self->body = haul_shareable_get_body (shareable);
  self->is_recursive = is_recursive;
  return TRUE;
}

/* Who lets go of a lock that it holds will not release it any more: as if it had died. A thread of ours
 * that has it and lives, though, has it in its list. */
void
haul_hold_close (HaulHold      *self,
                 HaulShareable *shareable)
{
  if (self->body == NULL || __atomic_load_n (&self->holder, __ATOMIC_RELAXED) == 0)
    return;

  if (!haul_hold_is_held (self))
    {
      HaulWait wait;
      int status;

      haul_wait_init (&wait, 0, NULL);
      status = haul_mutex_lock (&self->body->mutex, &wait, NULL);
      if (status != 0 && status != EOWNERDEAD)
        {
          haul_shareable_keep_memory (shareable);
          return;
        }
    }
  self->body->poisoned = TRUE;
  set_holder (self, 0);
  (void) pthread_mutex_unlock (&self->body->mutex);
}

static gboolean
fail_dead (HaulHold  *self,
           GError   **error)
{
  (void) pthread_mutex_unlock (&self->body->mutex);
  g_set_error_literal (error, HAUL_ERROR, HAUL_ERROR_OWNER_DIED, _("whoever held the lock has died"));
  return FALSE;
}

static gboolean
take (HaulHold      *self,
      gboolean       in_spite,
      int            timeout_ms,
      GCancellable  *cancellable,
      GError       **error)
{
  HaulWaited waited = HAUL_WAITED;
  HaulWait wait;
  int status;

  if (haul_hold_is_held (self))
    {
      if (self->is_recursive)
        {
          self->depth++;
          return TRUE;
        }
      g_set_error_literal (error, HAUL_ERROR, HAUL_ERROR_NOT_POSSIBLE, _("this thread holds the lock already"));
      return FALSE;
    }

  haul_wait_init (&wait, timeout_ms, cancellable);
  status = haul_mutex_lock (&self->body->mutex, &wait, &waited);
  if (status == EOWNERDEAD)
    self->body->poisoned = TRUE;
  else if (status == ETIMEDOUT)
    return haul_wait_fail (waited, _("cannot take the lock"), error);
  else if (status != 0)
    {
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (status), _("cannot take the lock: %s"), g_strerror (status));
      return FALSE;
    }

  if (self->body->poisoned && !in_spite)
    return fail_dead (self, error);
  self->body->poisoned = FALSE;
  self->depth = 1;
  set_holder (self, this_thread ());
  return TRUE;
}

gboolean
haul_hold_acquire (HaulHold      *self,
                   int            timeout_ms,
                   GCancellable  *cancellable,
                   GError       **error)
{
  return take (self, FALSE, timeout_ms, cancellable, error);
}

gboolean
haul_hold_recover (HaulHold      *self,
                   int            timeout_ms,
                   GCancellable  *cancellable,
                   GError       **error)
{
  return take (self, TRUE, timeout_ms, cancellable, error);
}

void
haul_hold_release (HaulHold *self)
{
  HaulWakes wakes;

  if (--self->depth > 0)
    return;
  wakes.n = 0;
  if (self->wakes.n > 0)
    {
      wakes = self->wakes;   /* the next holder has its own */
      self->wakes.n = 0;
    }
  set_holder (self, 0);
  (void) pthread_mutex_unlock (&self->body->mutex);
  haul_wakes_flush (&wakes);
}

HaulHold *
haul_hold_get (HaulShareable *lock)
{
  if (HAUL_IS_LOCK (lock))
    return haul_lock_get_hold (lock);
  return HAUL_IS_RLOCK (lock) ? haul_rlock_get_hold (lock) : NULL;
}

guint
haul_hold_suspend (HaulHold *self)
{
  guint depth = self->depth;

  self->depth = 1;
  haul_hold_release (self);
  return depth;
}

gboolean
haul_hold_resume (HaulHold *self,
                  guint     depth)
{
  HaulWait wait;
  int status;

  haul_wait_init_uncancellable (&wait, -1);
  status = haul_mutex_lock (&self->body->mutex, &wait, NULL);
  if (status != 0 && status != EOWNERDEAD)
    return FALSE;
  if (status == EOWNERDEAD)
    self->body->poisoned = TRUE;
  if (self->body->poisoned)
    {
      (void) pthread_mutex_unlock (&self->body->mutex);
      return FALSE;
    }
  self->depth = depth;
  set_holder (self, this_thread ());
  return TRUE;
}

gboolean
haul_hold_look (HaulHold *self,
                gboolean *ret_is_poisoned)
{
  HaulWait wait;
  int status;

  haul_wait_init_uncancellable (&wait, 0);
  status = haul_mutex_lock (&self->body->mutex, &wait, NULL);
  if (status != 0 && status != EOWNERDEAD)
    return FALSE;
  if (status == EOWNERDEAD)
    self->body->poisoned = TRUE;
  *ret_is_poisoned = self->body->poisoned;
  return TRUE;
}

void
haul_hold_end_look (HaulHold *self)
{
  (void) pthread_mutex_unlock (&self->body->mutex);
}
