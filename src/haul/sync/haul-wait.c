/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-wait-private.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <linux/futex.h>
#include <poll.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* The first sleep, and the longest: each is twice as long as the one before. A signal ends one, and so does
 * haul_wake(); only threads whose job is cancelled, and the others of somebody who died, wait for it to end. */
#define FIRST_SLICE_US (2 * 1000)
#define LONGEST_SLICE_US (64 * 1000)

static __thread const int *task_cancelled;

const int *
haul_wait_set_cancelled (const int *cancelled)
{
  const int *before = task_cancelled;

  task_cancelled = cancelled;
  return before;
}

void
haul_wait_init (HaulWait     *self,
                int           timeout_ms,
                GCancellable *cancellable)
{
  self->cancellable = cancellable;
  self->is_uncancellable = FALSE;
  self->slice_us = FIRST_SLICE_US;
  if (timeout_ms > 0)
    self->deadline = g_get_monotonic_time () + timeout_ms * G_TIME_SPAN_MILLISECOND;
  else
    self->deadline = timeout_ms < 0 ? -1 : 0;
}

void
haul_wait_init_uncancellable (HaulWait *self,
                              int       timeout_ms)
{
  haul_wait_init (self, timeout_ms, NULL);
  self->is_uncancellable = TRUE;
}

static gboolean
is_cancelled (HaulWait *self)
{
  return !self->is_uncancellable
         && (g_cancellable_is_cancelled (self->cancellable)
             || (task_cancelled != NULL && __atomic_load_n (task_cancelled, __ATOMIC_RELAXED) != 0));
}

/* Whether to sleep once more, and until when. */
static HaulWaited
next_slice (HaulWait        *self,
            struct timespec *ret_until)
{
  gint64 now, until;

  if (self->deadline == 0)
    return HAUL_WAIT_WOULD_BLOCK;
  if (is_cancelled (self))
    return HAUL_WAIT_CANCELLED;
  now = g_get_monotonic_time ();
  if (self->deadline > 0 && now >= self->deadline)
    return HAUL_WAIT_TIMED_OUT;

  until = now + self->slice_us;
  if (self->deadline > 0)
    until = MIN (until, self->deadline);
  self->slice_us = MIN (2 * self->slice_us, LONGEST_SLICE_US);
  ret_until->tv_sec = until / G_USEC_PER_SEC;
  ret_until->tv_nsec = until % G_USEC_PER_SEC * 1000;
  return HAUL_WAITED;
}

HaulWaited
haul_wait_on (HaulWait      *self,
              const guint32 *word,
              guint32        seen)
{
  struct timespec until;
  HaulWaited waited = next_slice (self, &until);
  long status;

  if (waited != HAUL_WAITED)
    return waited;

  /* The time is absolute, of CLOCK_MONOTONIC, as that of g_get_monotonic_time(). */
  status = syscall (SYS_futex, word, FUTEX_WAIT_BITSET, seen, &until, NULL, FUTEX_BITSET_MATCH_ANY);
  if (status == 0 || errno != ETIMEDOUT)
    self->slice_us = FIRST_SLICE_US;
  return HAUL_WAITED;
}

HaulWaited
haul_wait_on_fd (HaulWait *self,
                 int       fd,
                 short     events)
{
  struct pollfd what = { .fd = fd, .events = events };
  struct timespec until;
  HaulWaited waited = next_slice (self, &until);
  gint64 us;

  if (waited != HAUL_WAITED)
    return waited;
  us = until.tv_sec * G_USEC_PER_SEC + until.tv_nsec / 1000 - g_get_monotonic_time ();
  until = (struct timespec) { MAX (us, 0) / G_USEC_PER_SEC, MAX (us, 0) % G_USEC_PER_SEC * 1000 };
  if (ppoll (&what, 1, &until, NULL) != 0)
    self->slice_us = FIRST_SLICE_US;
  return HAUL_WAITED;
}

gboolean
haul_wait_is_long (const HaulWait *self)
{
  return self->slice_us > FIRST_SLICE_US;
}

int
haul_wake (guint32 *word,
           int      n)
{
  return syscall (SYS_futex, word, FUTEX_WAKE, n);
}

void
haul_wakes_add (HaulWakes *self,
                guint32   *word)
{
  if (self->n < G_N_ELEMENTS (self->words))
    self->words[self->n++] = word;
  else
    haul_wake (word, 1);
}

void
haul_wakes_flush (HaulWakes *self)
{
  for (guint i = 0; i < self->n; i++)
    haul_wake (self->words[i], 1);
  self->n = 0;
}

void
haul_mutex_init (pthread_mutex_t *mutex,
                 gboolean         is_recursive)
{
  pthread_mutexattr_t attributes;

  pthread_mutexattr_init (&attributes);
  pthread_mutexattr_setpshared (&attributes, PTHREAD_PROCESS_SHARED);
  pthread_mutexattr_setrobust (&attributes, PTHREAD_MUTEX_ROBUST);
  pthread_mutexattr_settype (&attributes, is_recursive ? PTHREAD_MUTEX_RECURSIVE : PTHREAD_MUTEX_ERRORCHECK);
  pthread_mutex_init (mutex, &attributes);
  pthread_mutexattr_destroy (&attributes);
}

/* The thread sanitizer does not know pthread_mutex_clocklock(), so it gets the older function, whose clock may
 * be set: each wait is short. */
static int
lock_until (pthread_mutex_t *mutex,
            struct timespec *until)
{
#if defined (__SANITIZE_THREAD__)
  gint64 us = until->tv_sec * G_USEC_PER_SEC + until->tv_nsec / 1000 + g_get_real_time () - g_get_monotonic_time ();

  until->tv_sec = us / G_USEC_PER_SEC;
  until->tv_nsec = us % G_USEC_PER_SEC * 1000;
  return pthread_mutex_timedlock (mutex, until);
#else
  return pthread_mutex_clocklock (mutex, CLOCK_MONOTONIC, until);
#endif
}

int
haul_mutex_lock (pthread_mutex_t *mutex,
                 HaulWait        *wait,
                 HaulWaited      *ret_waited)
{
  struct timespec until;
  int status = pthread_mutex_trylock (mutex);

  /* A trylock of an error-checking mutex that we have says EBUSY: only lock says EDEADLK. */
  while (status == EBUSY || status == ETIMEDOUT)
    {
      HaulWaited waited = next_slice (wait, &until);

      if (waited != HAUL_WAITED)
        {
          if (ret_waited != NULL)
            *ret_waited = waited;
          return ETIMEDOUT;
        }
      status = lock_until (mutex, &until);
    }
  if (status == EOWNERDEAD)
    pthread_mutex_consistent (mutex);
  return status;
}

gboolean
haul_wait_fail (HaulWaited   waited,
                const char  *what,
                GError     **error)
{
  switch (waited)
    {
    case HAUL_WAIT_WOULD_BLOCK:
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK, _("%s without waiting"), what);
      break;
    case HAUL_WAIT_TIMED_OUT:
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, _("%s in time"), what);
      break;
    case HAUL_WAIT_CANCELLED:
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, _("asked to stop"));
      break;
    case HAUL_WAITED:
    default:
      g_assert_not_reached ();
    }
  return FALSE;
}
