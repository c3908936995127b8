/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul-shareable.h"

G_BEGIN_DECLS

/* A set of shared objects, each under a name: what a job is given. A set goes to a worker in one message
 * on a SEQPACKET socket, with all the fds that make up its objects. */
typedef struct _HaulShares HaulShares;

#define HAUL_SHARES_MAX      64     /* objects */
#define HAUL_SHARES_MAX_FDS  253    /* of all of them: the kernel takes no more in one message */
#define HAUL_SHARES_MAX_NAME 63     /* bytes */

HaulShares    *haul_shares_new      (void) G_GNUC_WARN_UNUSED_RESULT;
HaulShares    *haul_shares_copy     (HaulShares     *self) G_GNUC_WARN_UNUSED_RESULT;   /* (nullable): a new one, with the same objects */
HaulShares    *haul_shares_ref      (HaulShares     *self);
void           haul_shares_unref    (HaulShares     *self);

/* FALSE for a name that is empty, too long, no UTF-8, or taken. */
gboolean       haul_shares_add      (HaulShares     *self,
                                     const char     *name,
                                     HaulShareable  *shareable);
void           haul_shares_add_all  (HaulShares     *self,      /* but those whose names are taken */
                                     HaulShares     *other);
HaulShareable *haul_shares_lookup   (HaulShares     *self,
                                     const char     *name);     /* (nullable) */

/* A job that is given them begins, or has ended, in a worker that keeps them for the next. */
void           haul_shares_attend   (HaulShares     *self,
                                     gboolean        is_here);

/* Whether they are few enough. */
gboolean       haul_shares_check    (HaulShares     *self,
                                     GError        **error);

/* Neither waits. @serial grows from one set to the next on the same socket. */
gboolean       haul_shares_send     (HaulShares     *self,
                                     int             fd,
                                     guint32         serial,
                                     GError        **error);
/* Drops those with a smaller serial, which were for somebody else; leaves those with a larger one. */
HaulShares    *haul_shares_receive  (int             fd,
                                     guint32         serial,
                                     GError        **error) G_GNUC_WARN_UNUSED_RESULT;

/* The set that was taken last, for those who get several: the next often needs the same. */
typedef struct
{
  HaulShares *set;      /* (owned) (nullable) */
  guint32     serial;   /* 0: none */
} HaulTakenShares;

/* So that it is that with @serial, which is received if it is another; 0: none is needed. */
gboolean       haul_taken_shares_update (HaulTakenShares  *self,
                                         int               fd,
                                         guint32           serial,
                                         GError          **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulShares, haul_shares_unref)

G_END_DECLS
