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

G_END_DECLS
