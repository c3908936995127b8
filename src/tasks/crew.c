/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "crew.h"

#include <pthread.h>
#include <signal.h>

/* How often the thread of the task looks at how far the others are. */
#define LOOK_US 10000

typedef struct
{
  Crew     *crew;     /* borrowed */
  CrewFunc  func;
  gpointer  member;   /* borrowed */
} Start;

static gpointer
thread_main (gpointer user_data)
{
  Start *start = user_data;
  Crew *crew = start->crew;
  GError *error = NULL;
  gboolean ok = start->func (crew, start->member, &error);

  g_mutex_lock (&crew->lock);
  if (!ok)
    g_cancellable_cancel (crew->cancellable);
  if (crew->error == NULL)
    crew->error = g_steal_pointer (&error);
  crew->n_running--;
  g_cond_signal (&crew->ended);
  g_mutex_unlock (&crew->lock);
  g_clear_error (&error);
  return NULL;
}

/* A new thread has the mask of who starts it: all signals stay with the thread of the task, whose handlers
 * count on that. */
static guint
start_all (Start     *starts,
           GThread  **threads,
           guint      n,
           GError   **error)
{
  sigset_t all, before;
  guint started = 0;

  sigfillset (&all);
  pthread_sigmask (SIG_SETMASK, &all, &before);
  while (started < n && (threads[started] = g_thread_try_new ("crew", thread_main, &starts[started], error)) != NULL)
    started++;
  pthread_sigmask (SIG_SETMASK, &before, NULL);
  return started;
}

static void
wait_for_all (Crew        *self,
              HaulContext *context)
{
  g_mutex_lock (&self->lock);
  while (self->n_running > 0)
    {
      (void) g_cond_wait_until (&self->ended, &self->lock, g_get_monotonic_time () + LOOK_US);
      g_mutex_unlock (&self->lock);   /* what the context does may take time */
      haul_context_progress (context, __atomic_load_n (&self->done, __ATOMIC_RELAXED));
      if (haul_context_is_cancelled (context))
        g_cancellable_cancel (self->cancellable);
      g_mutex_lock (&self->lock);
    }
  g_mutex_unlock (&self->lock);
}

gboolean
crew_run (HaulContext  *context,
          CrewFunc      func,
          gpointer      members,
          guint         n_members,
          gsize         member_size,
          GError      **error)
{
  Crew crew = { .cancellable = g_cancellable_new (), .n_running = n_members };
  g_autofree Start *starts = g_new (Start, n_members);
  g_autofree GThread **threads = g_new (GThread *, n_members);
  g_autoptr(GError) start_error = NULL;
  gboolean ok;
  guint n;

  g_mutex_init (&crew.lock);
  g_cond_init (&crew.ended);
  for (guint i = 0; i < n_members; i++)
    starts[i] = (Start) { &crew, func, (guint8 *) members + i * member_size }
  ;

  n = start_all (starts, threads, n_members, &start_error);
  if (start_error != NULL)
    {
      g_cancellable_cancel (crew.cancellable);
      g_mutex_lock (&crew.lock);
      crew.n_running -= n_members - n;
      g_mutex_unlock (&crew.lock);
    }
  wait_for_all (&crew, context);
  for (guint i = 0; i < n; i++)
    g_thread_join (threads[i]);

  ok = haul_context_check (context, error);   /* then that others were asked to stop is no error of theirs */
  if (ok && (start_error != NULL || crew.error != NULL))
    {
      g_propagate_error (error, start_error != NULL ? g_steal_pointer (&start_error) : g_steal_pointer (&crew.error));
      ok = FALSE;
    }
  g_clear_error (&crew.error);
  g_clear_object (&crew.cancellable);
  g_mutex_clear (&crew.lock);
  g_cond_clear (&crew.ended);
  return ok;
}
