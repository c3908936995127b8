/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "lt-history-entry.h"

G_BEGIN_DECLS

/* The database of an LtHistory, and the one thread that touches it. All calls return at once, and are
 * carried out in their order. */
typedef struct _LtHistoryStore LtHistoryStore;

/* Called in the main loop, and not after lt_history_store_free(). */
typedef struct
{
  void (*told)(gpointer   user_data,
               char      *message);      /* (transfer full) for people */
  void (*loaded)(gpointer   user_data,
                 GPtrArray *entries);    /* of LtHistoryEntry, newest first */
} LtHistoryListener;

LtHistoryStore *lt_history_store_new    (const char              *path,
                                         const LtHistoryListener *listener,
                                         gpointer                 user_data) G_GNUC_WARN_UNUSED_RESULT;
/* Waits until all is written. */
void            lt_history_store_free   (LtHistoryStore          *self);

/* Adds it, or takes the place of what has its key. */
void            lt_history_store_write  (LtHistoryStore          *self,
                                         LtHistoryEntry          *entry);
/* 0 for all that is over. */
void            lt_history_store_remove (LtHistoryStore          *self,
                                         gint64                   key);
/* All that is over, and was queued before that, in µs since 1970. */
void            lt_history_store_forget (LtHistoryStore          *self,
                                         gint64                   before);
void            lt_history_store_load   (LtHistoryStore          *self);
void            lt_history_store_flush  (LtHistoryStore          *self);

G_END_DECLS
