/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul/worker/haul-context.h"

G_BEGIN_DECLS

/*
 * Threads that a task starts for a while: of tasks whose point is that several do something at a time.
 * All have ended when crew_run() returns, so that a worker has one thread between two jobs. Signals go to
 * the thread of the task, as in any worker. The context belongs to that thread, too: members say here what
 * they have done, and ask here whether to stop.
 */
typedef struct
{
  GCancellable *cancellable;   /* (owned) for what waits: somebody wants the job to stop, or a member has failed */
  guint64       done;          /* atomic: the progress of all */

  GMutex        lock;          /* of what follows */
  GCond         ended;
  guint         n_running;
  GError       *error;         /* (owned) (nullable) the first of a member */
} Crew;

/* What a member does. FALSE, with @error set, ends the others as well. */
typedef gboolean (*CrewFunc) (Crew      *crew,
                              gpointer   member,
                              GError   **error);

/* Runs @func in a thread for each of @n_members, with a pointer to its own @member_size bytes of @members,
 * and reports progress until all have ended. */
gboolean crew_run (HaulContext  *context,
                   CrewFunc      func,
                   gpointer      members,
                   guint         n_members,
                   gsize         member_size,
                   GError      **error);

static inline void
crew_add_done (Crew   *self,
               guint64 n)
{
  __atomic_fetch_add (&self->done, n, __ATOMIC_RELAXED);
}

G_END_DECLS
