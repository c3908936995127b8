/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul/sync/haul-members-private.h"
#include "haul/sync/haul-wait-private.h"

G_BEGIN_DECLS

/* What test-wait shares with its children. */
typedef struct
{
  pthread_mutex_t mutex;
  guint32         word;
  union
  {
    HaulMembers   members;
    guint8        room[1024];
  };
} SyncBoard;

G_END_DECLS
