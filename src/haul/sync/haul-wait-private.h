/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <gio/gio.h>
#include <pthread.h>

G_BEGIN_DECLS

/* Waiting for other processes. Nobody sleeps for longer than a moment without looking up: whoever
 * was to wake us may have been killed. So every wait is a loop of the caller:
 *
 *   haul_wait_init (&wait, timeout_ms, cancellable);
 *   for (;;)
 *     {
 *       … look at the state, inside of the guard; done? return …
 *       seen = word;                       (still inside)
 *       … outside of the guard:
 *       if ((waited = haul_wait_on (&wait, &word, seen)) != HAUL_WAITED)
 *         return haul_wait_fail (waited, …);
 *       if (haul_wait_is_long (&wait))
 *         … look whether somebody died …
 *     }
 */

typedef enum
{
  HAUL_WAITED,             /* look again */
  HAUL_WAIT_WOULD_BLOCK,   /* it was not to wait at all */
  HAUL_WAIT_TIMED_OUT,
  HAUL_WAIT_CANCELLED,
} HaulWaited;

typedef struct
{
  gint64        deadline;      /* µs of g_get_monotonic_time(); -1 for none, 0 for not at all */
  GCancellable *cancellable;   /* (unowned) (nullable) */
  guint         slice_us;      /* of the next sleep */
  gboolean      is_uncancellable;
} HaulWait;

void       haul_wait_init          (HaulWait         *self,
                                    int               timeout_ms,
                                    GCancellable     *cancellable);

/* The same, but neither a cancellable nor the task of this thread ends it: for what has to be put in order. */
void       haul_wait_init_uncancellable (HaulWait    *self,
                                         int          timeout_ms);

/* Sleeps while *word is @seen, until haul_wake(), and never for long. */
HaulWaited haul_wait_on            (HaulWait         *self,
                                    const guint32    *word,
                                    guint32           seen);
/* The same until something happens at the fd, as of poll(). */
HaulWaited haul_wait_on_fd         (HaulWait         *self,
                                    int               fd,
                                    short             events);
/* Whether the last sleep was over by itself, so that it is time to look for the dead. */
gboolean   haul_wait_is_long       (const HaulWait   *self);
/* How many were woken. */
int        haul_wake               (guint32          *word,
                                    int               n);   /* G_MAXINT for all */

/* Those who are to be woken when something is released that they need at once. If there are too many, the
 * others are woken right away; if whoever keeps this dies, they look up by themselves. */
typedef struct
{
  guint32 *words[16];   /* (unowned) */
  guint    n;
} HaulWakes;

void       haul_wakes_add          (HaulWakes        *self,
                                    guint32          *word);
void       haul_wakes_flush        (HaulWakes        *self);

/* Robust, for several processes; recursive if wanted. */
void       haul_mutex_init         (pthread_mutex_t  *mutex,
                                    gboolean          is_recursive);
/* 0 or EOWNERDEAD with the mutex, which is consistent again; ENOTRECOVERABLE, EAGAIN (recursion), or
 * ETIMEDOUT without, and then @ret_waited (nullable) says why. */
int        haul_mutex_lock         (pthread_mutex_t  *mutex,
                                    HaulWait         *wait,
                                    HaulWaited       *ret_waited);

/* Sets @error, in which @what ("cannot take the lock") is translatable, and returns FALSE. */
gboolean   haul_wait_fail          (HaulWaited        waited,
                                    const char       *what,
                                    GError          **error);

/* While it points to something other than 0, waits of this thread end as if cancelled: that of the task that
 * the thread runs. Returns the one before. */
const int *haul_wait_set_cancelled (const int        *cancelled);

G_END_DECLS
