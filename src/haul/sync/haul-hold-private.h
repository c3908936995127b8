/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul-shareable-private.h"

G_BEGIN_DECLS

/* What HaulLock and HaulRLock are made of: a robust mutex in shared memory, the mark that its holder died,
 * and, in this process alone, which thread has it. The kernel keeps a list of the mutexes of each thread,
 * by address: so memory with one that is held stays where it is. */

typedef struct
{
  pthread_mutex_t mutex;
  guint32         poisoned;   /* a holder died; changed and looked at with the mutex only */
} HaulHoldBody;

typedef struct
{
  HaulHoldBody *body;           /* (nullable) */
  gboolean      is_recursive;
  guint64       holder;         /* atomic: the thread of this process that has it, 0 for none */
  guint         depth;          /* of that thread */
  HaulWakes     wakes;          /* for when it releases it */
} HaulHold;

/* For the class's own functions, which say what is asked of callers. */
gboolean    haul_hold_open      (HaulHold       *self,
                                 HaulShareable  *shareable,
                                 gboolean        is_recursive,
                                 GError        **error);
void        haul_hold_close     (HaulHold       *self,
                                 HaulShareable  *shareable);
gboolean    haul_hold_acquire   (HaulHold       *self,
                                 int             timeout_ms,
                                 GCancellable   *cancellable,
                                 GError        **error);
gboolean    haul_hold_recover   (HaulHold       *self,
                                 int             timeout_ms,
                                 GCancellable   *cancellable,
                                 GError        **error);
void        haul_hold_release   (HaulHold       *self);
gboolean    haul_hold_is_held   (const HaulHold *self);

/* For a condition: of a HaulLock or a HaulRLock, NULL of anything else. */
HaulHold   *haul_hold_get       (HaulShareable  *lock);
/* Releases it altogether, however often it was taken; returns how often. */
guint       haul_hold_suspend   (HaulHold       *self);
/* Takes it back, for as long as that takes; FALSE, without it, when a holder died meanwhile. */
gboolean    haul_hold_resume    (HaulHold       *self,
                                 guint           depth);
/* A look without waiting, when nobody has it; ends with haul_hold_end_look(). */
gboolean    haul_hold_look      (HaulHold       *self,
                                 gboolean       *ret_is_poisoned);
void        haul_hold_end_look  (HaulHold       *self);

HaulHold   *haul_lock_get_hold  (HaulShareable  *lock);
HaulHold   *haul_rlock_get_hold (HaulShareable  *lock);

G_END_DECLS
