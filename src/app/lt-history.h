/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "lt-history-entry.h"

G_BEGIN_DECLS

#define LT_TYPE_HISTORY (lt_history_get_type ())
G_DECLARE_FINAL_TYPE (LtHistory, lt_history, LT, HISTORY, GObject)

/**
 * LtHistory:
 *
 * All jobs that ever were, in a database. It is written in a thread of its own, so that a slow disk
 * is never felt, and each change as it happens: whenever the app is killed, the jobs that ran then
 * are there the next time, as interrupted. A database that cannot be read is set aside, and
 * #LtHistory:message says so.
 *
 * #LtHistory::cleared: all that was over is forgotten, and so is whatever was removed before
 */

LtHistory  *lt_history_new         (const char     *path) G_GNUC_WARN_UNUSED_RESULT;   /* (nullable): the usual place */

/* Newest first; filled from the database some time after the first call. */
GListModel *lt_history_get_model   (LtHistory      *self);
/* (nullable): what people should know of it */
const char *lt_history_get_message (LtHistory      *self);

/* Remembers a job from now until its end. */
void        lt_history_follow      (LtHistory      *self,
                                    HaulJob        *job);
/* From now on it is not people who cancel jobs, but the end of the app: they are interrupted. */
void        lt_history_interrupt   (LtHistory      *self);
/* Those that are over. Returns how many. */
guint       lt_history_remove      (LtHistory      *self,
                                    GPtrArray      *entries);   /* of LtHistoryEntry */
/* What was removed. */
void        lt_history_restore     (LtHistory      *self,
                                    GPtrArray      *entries);   /* of LtHistoryEntry */
/* What was queued before that, in µs since 1970, and has ended. */
void        lt_history_forget_before (LtHistory    *self,
                                      gint64        time);
/* All but what has not ended. */
void        lt_history_clear       (LtHistory      *self);

/* Returns when all that was asked for is in the database. For tests, and the end of the app. */
void        lt_history_flush       (LtHistory      *self);

G_END_DECLS
