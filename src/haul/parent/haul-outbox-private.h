/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul/wire/haul-message.h"

G_BEGIN_DECLS

/* What is on its way down a worker's command pipe. Small frames are put together; large payloads are
 * kept as they are, and never copied but into the pipe. */
typedef struct
{
  guint32     sequence;   /* of the next frame */
  GQueue      chunks;     /* (owned) of GBytes: first */
  gsize       written;    /* of the first chunk */
  GByteArray *tail;       /* (owned) and then this */
} HaulOutbox;

void     haul_outbox_init     (HaulOutbox         *self);
void     haul_outbox_clear    (HaulOutbox         *self);   /* as if all was written */
void     haul_outbox_free     (HaulOutbox         *self);
gsize    haul_outbox_add      (HaulOutbox         *self,    /* returns its size on the wire */
                               guint32             job,
                               const HaulMessage  *message);
gsize    haul_outbox_add_data (HaulOutbox         *self,
                               guint32             job,
                               GBytes             *bytes);
gboolean haul_outbox_is_empty (HaulOutbox         *self);

/* One write of what the pipe takes. FALSE when nobody is at the other end. */
gboolean haul_outbox_write    (HaulOutbox         *self,
                               int                 fd);

G_END_DECLS
