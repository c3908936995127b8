/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul-child-private.h"
#include "haul-hub-private.h"
#include "haul-intake-private.h"
#include "haul-outbox-private.h"

G_BEGIN_DECLS

/* The inside of a child, for the files that make it up: haul-child-start.c brings it into being,
 * haul-child.c talks to it, listens to it and puts its end together. */

struct _HaulChild
{
  const HaulChildListener *listener;
  GObject        *owner;          /* borrowed: it owns this */
  guint32         id;
  int             nice;
  GSubprocess    *subprocess;     /* (owned) (nullable) of an exec'd child */
  GCancellable   *waiting;        /* (owned) (nullable) of the wait for it */
  int             pid;            /* of an exec'd child, and of the group that it leads; or 0 */
  HaulForkClient *client;         /* (owned) (nullable) of a forked one */
  gboolean        hold;
  const HaulBoard *board;         /* borrowed (nullable) */
  gboolean        many;           /* runs many jobs: the next one waits for what it says of this one */

  int             commands_fd;    /* (owned) write end, not blocking */
  HaulOutbox      outbox;
  GSource        *room;           /* (owned) (nullable) while the pipe is full */

  int             events_fd;      /* (owned) read end, not blocking */
  HaulFrames      frames;
  HaulWatch      *events_watch;   /* (owned) (nullable) */

  int             log_fd;         /* (owned) read end, not blocking */
  HaulLines       lines;
  HaulWatch      *log_watch;      /* (owned) (nullable) */

  GSource        *linger;         /* (owned) (nullable) until its pipes are closed for too long; then, until
                                   * its last words are late */
  GSource        *drain;          /* (owned) (nullable) once it has ended, until all is read */
  guint64         frames_goal;    /* how far to read then */
  guint64         lines_goal;
  int             exit_code;
  int             exit_signal;
  GError         *lost;           /* (owned) (nullable) why nobody knows how it ended */
};

/* What the pipes bring. */
HaulWatchResult haul_child_events_cb (gpointer     user_data);
HaulWatchResult haul_child_log_cb    (gpointer     user_data);

/* It is there: with this it begins. */
void            haul_child_greet     (HaulChild   *self);
/* It is collected; @code -1 when a signal ended it, or nobody knows. */
void            haul_child_ended     (HaulChild   *self,
                                      int          code,
                                      int          signal);

G_END_DECLS
