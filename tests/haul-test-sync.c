/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

/* GLib's locks are made of futexes, which the thread sanitizer does not understand: it would call
 * each use of them a race. Under it, and only there, these take their place in the program, and
 * are made of what it does understand. */

#include "config.h"

#include <glib.h>
#include <pthread.h>
#include <stdlib.h>

#if defined (__SANITIZE_THREAD__)

static pthread_mutex_t making = PTHREAD_MUTEX_INITIALIZER;

/* A GMutex and a GCond that are static are all zeros at first. */
static gpointer
made (gpointer *place,
      gsize     size,
      int     (*init)(gpointer))
{
  gpointer object;

  pthread_mutex_lock (&making);
  if (*place == NULL)
    {
      *place = malloc (size);
      (void) init (*place);
    }
  object = *place;
  pthread_mutex_unlock (&making);
  return object;
}

static int
init_mutex (gpointer mutex)
{
  return pthread_mutex_init (mutex, NULL);
}

static int
init_cond (gpointer cond)
{
  return pthread_cond_init (cond, NULL);
}

#define MUTEX(m) ((pthread_mutex_t *) made (&(m)->p, sizeof (pthread_mutex_t), init_mutex))
#define COND(c)  ((pthread_cond_t *) made (&(c)->p, sizeof (pthread_cond_t), init_cond))

void
g_mutex_init (GMutex *mutex)
{
  mutex->p = NULL;
}

void
g_mutex_clear (GMutex *mutex)
{
  pthread_mutex_destroy (MUTEX (mutex));
  free (mutex->p);
  mutex->p = NULL;
}

void
g_mutex_lock (GMutex *mutex)
{
  pthread_mutex_lock (MUTEX (mutex));
}

void
g_mutex_unlock (GMutex *mutex)
{
  pthread_mutex_unlock (MUTEX (mutex));
}

void
g_cond_init (GCond *cond)
{
  cond->p = NULL;
}

void
g_cond_clear (GCond *cond)
{
  pthread_cond_destroy (COND (cond));
  free (cond->p);
  cond->p = NULL;
}

void
g_cond_wait (GCond  *cond,
             GMutex *mutex)
{
  pthread_cond_wait (COND (cond), MUTEX (mutex));
}

void
g_cond_signal (GCond *cond)
{
  pthread_cond_signal (COND (cond));
}

void
g_cond_broadcast (GCond *cond)
{
  pthread_cond_broadcast (COND (cond));
}

#endif
