/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Memory that processes share: a memfd whose size is sealed before anybody else has it, so that
 * nobody can shrink it under another's feet, or let it grow. */

int      haul_shared_new   (gsize      size,
                            GError   **error) G_GNUC_WARN_UNUSED_RESULT;
/* The same, but only the first @reserved bytes are sure to be there. The others take no memory before
 * somebody writes to them, and whoever does that when there is none left is killed. */
int      haul_shared_new_sparse (gsize      size,
                                 gsize      reserved,
                                 GError   **error) G_GNUC_WARN_UNUSED_RESULT;

/* Checks size and seals before it trusts them. */
gpointer haul_shared_map   (int        fd,
                            gsize      size,
                            GError   **error) G_GNUC_WARN_UNUSED_RESULT;
void     haul_shared_unmap (gpointer   map,
                            gsize      size);

#define HAUL_BOARD_RING (32 * 1024)

/* Which jobs are whose: both numbers change in one atomic step, so that each job is either begun or
 * taken back. */
typedef union
{
  guint64 both;
  struct
  {
    guint32 begun;   /* the newest job that the worker began */
    guint32 until;   /* those below that it did not begin are not its any more */
  };
} HaulClaim;

/* What a worker that runs many jobs shows of itself, without a message: it stays readable when the
 * worker was killed. Its jobs have growing numbers. */
typedef struct
{
  HaulClaim claim;    /* atomic */
  guint32   cancel;   /* atomic: the newest job that we asked it to stop */

  /* What it says is kept here for a moment, and written to its pipe with more. How much of it was
   * written shows in the pipe. */
  guint64   said;    /* atomic: bytes, ever, whether written or kept */
  guint8    ring[HAUL_BOARD_RING];   /* the newest of them: byte n is at n % HAUL_BOARD_RING */
} HaulBoard;

/* FALSE when the job was taken back. */
gboolean haul_board_begin    (HaulBoard        *self,
                              guint32           job);
/* Takes back all jobs below @until that were not begun; returns the newest that was. */
guint32  haul_board_withdraw (HaulBoard        *self,
                              guint32           until);
guint32  haul_board_begun    (const HaulBoard  *self);

/* Adds to what is kept. There must be room: at most HAUL_BOARD_RING bytes that were not written. */
void     haul_board_say      (HaulBoard        *self,
                              const void       *bytes,
                              gsize             size);
/* The bytes that are kept from @position on, which the ring may cut in two. Async-signal-safe. */
gsize    haul_board_peek     (const HaulBoard  *self,
                              guint64           position,
                              const guint8    **ret_bytes);

G_END_DECLS
