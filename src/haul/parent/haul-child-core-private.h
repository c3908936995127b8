/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul-child-private.h"
#include "haul-hub-private.h"
#include "haul-intake-private.h"
#include "haul-outbox-private.h"

G_BEGIN_DECLS

/* The inside of a child, for the files that make it up: haul-child-start.c brings it into being,
 * haul-child-shares.c gives it what is shared, and haul-child.c talks to it, listens to it and puts its end
 * together. */

struct _HaulChild
{
  const HaulChildListener *listener;
  GObject        *owner;          /* borrowed: it owns this */
  guint32         id;
  int             nice;
  GSubprocess    *subprocess;     /* (owned) (nullable) of an exec'd child */
  HaulChild     **waiting;        /* (nullable) what the wait for its end knows of us: NULL once we are gone */
  int             pid;            /* of an exec'd child, and of the group that it leads; or 0 */
  HaulForkClient *client;         /* (owned) (nullable) of a forked one */
  gboolean        hold;
  const HaulBoard *board;         /* borrowed (nullable) */
  gboolean        many;           /* runs many jobs: the next one waits for what it says of this one */

  int             commands_fd;    /* (owned) write end, not blocking */
  HaulOutbox      outbox;
  GSource        *room;           /* (owned) (nullable) while the pipe is full */

  int             shares_fd;      /* (owned) our end of its socket for what is shared, or -1 */
  HaulShares     *shares;         /* (owned) (nullable) the last set, passed or to be passed at the start */
  guint32         shares_serial;  /* of the last set that was passed; 0: none */

  int             events_fd;      /* (owned) read end, not blocking */
  HaulFrames      frames;
  HaulWatch      *events_watch;   /* (owned) (nullable) */

  int             log_fd;         /* (owned) read end, not blocking */
  HaulLines       lines;
  HaulWatch      *log_watch;      /* (owned) (nullable) */

  gboolean        taking;         /* in the middle of what a pipe brings */
  gboolean        drain_due;      /* it has ended in the middle of that: by a loop that somebody runs there */
  GSource        *linger;         /* (owned) (nullable) until its pipes are closed for too long; then, until
                                   * its last words are late */
  GSource        *drain;          /* (owned) (nullable) once it has ended, until all is read */
  guint64         frames_goal;    /* how far to read then */
  guint64         lines_goal;
  int             exit_code;
  int             exit_signal;
  guint64         oom_before;     /* haul_oom_count() at its start */
  GError         *lost;           /* (owned) (nullable) why nobody knows how it ended */
};

/* What the pipes bring. */
HaulWatchResult haul_child_events_cb (gpointer     user_data);
HaulWatchResult haul_child_log_cb    (gpointer     user_data);

/* At the start: @ret_fd is its end of the socket, -1 if it needs none. */
gboolean        haul_child_open_shares (HaulChild *self,
                                        int       *ret_fd,
                                        GError   **error) G_GNUC_WARN_UNUSED_RESULT;

/* It is there: with this it begins. */
void            haul_child_greet     (HaulChild   *self);
/* It is collected; @code -1 when a signal ended it, or nobody knows. */
void            haul_child_ended     (HaulChild   *self,
                                      int          code,
                                      int          signal);

G_END_DECLS
