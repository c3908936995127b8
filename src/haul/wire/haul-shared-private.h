/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Memory that processes share: a memfd whose size is sealed before anybody else has it, so that
 * nobody can shrink it under another's feet, or let it grow. */

int      haul_shared_new   (gsize      size,
                            GError   **error) G_GNUC_WARN_UNUSED_RESULT;

/* Checks size and seals before it trusts them. */
gpointer haul_shared_map   (int        fd,
                            gsize      size,
                            GError   **error) G_GNUC_WARN_UNUSED_RESULT;
void     haul_shared_unmap (gpointer   map,
                            gsize      size);

/* What a worker that runs many jobs shows of itself, without a message: it stays readable when the
 * worker was killed. */
typedef struct
{
  guint32 begun;   /* atomic: the newest job that it began with */
} HaulBoard;

G_END_DECLS
