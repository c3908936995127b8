/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul/sync/haul-shareable-private.h"

G_BEGIN_DECLS

/* Tests of what is shared, with real processes: the program, and peers that it starts. A peer gets a board
 * at fd 3 and the object after it, and does what its mode says. */

typedef struct
{
  guint32 n_ready;     /* atomic: how many got to where the test wants them */
  guint32 n_done;      /* atomic: how many times something was done */
  guint32 n_died;      /* atomic: how often a peer was told that somebody died, or that it is broken */
  guint32 n_late;      /* atomic: how often somebody's time was over */
  guint32 n_zero;      /* atomic: how often somebody was the first */
  guint32 holder;      /* atomic: the number of the peer that has it, 0 for none */
  guint32 stop;        /* atomic: the peers are to end */
  guint32 n_inside;    /* atomic: how many are in there now, and were at most */
  guint32 max_inside;
  gint64  first;       /* guarded by the object: both are the same */
  gint64  second;
} PeerBoard;

PeerBoard   *peer_board_new  (int             *ret_fd) G_GNUC_WARN_UNUSED_RESULT;
void         peer_board_free (PeerBoard       *board,
                              int              fd);

/* Starts a peer; @n is for the mode. */
GSubprocess *peer_start      (HaulShareable   *object,
                              int              board_fd,
                              const char      *mode,
                              guint            n) G_GNUC_WARN_UNUSED_RESULT;
/* Kills it, with SIGKILL, and waits for its end. */
void         peer_kill       (GSubprocess     *peer);
/* Stops it, and waits until it has stopped. */
void         peer_stop       (GSubprocess     *peer);
/* Waits until it sleeps, in whatever it does. */
void         peer_wait_asleep (GSubprocess    *peer);
/* Waits until it has ended by itself, and well. */
void         peer_join       (GSubprocess     *peer);

/* Waits until one of the board's atomic numbers is @n, or more. */
void         peer_wait_for   (const guint32   *number,
                              guint32          n);

#define peer_get(number) __atomic_load_n ((number), __ATOMIC_SEQ_CST)
#define peer_add(number) __atomic_add_fetch ((number), 1, __ATOMIC_SEQ_CST)
#define peer_set(number, n) __atomic_store_n ((number), (n), __ATOMIC_SEQ_CST)

G_END_DECLS
