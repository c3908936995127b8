/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul/haul.h"

G_BEGIN_DECLS

#define LT_TYPE_HISTORY_ENTRY (lt_history_entry_get_type ())
G_DECLARE_FINAL_TYPE (LtHistoryEntry, lt_history_entry, LT, HISTORY_ENTRY, GObject)

/**
 * LtHistoryEntry:
 *
 * What is remembered of a job, of this run of the app or an earlier one. It does not change: a job
 * that goes on has a new one. So any thread may read it.
 */
struct _LtHistoryEntry
{
  GObject         parent_instance;

  gint64          key;           /* when it was queued, in µs since 1970, and later than the one before */
  char           *task;          /* (owned) id */
  char           *title;         /* (owned) */
  GVariant       *arguments;     /* (owned) a{sv} */
  char           *executor;      /* (owned) as on the command line */
  int             nice;
  gboolean        daemon;
  HaulJobVerdict  verdict;       /* HAUL_VERDICT_NONE while it is not over */
  gint64          elapsed_us;    /* -1 if it never started */
  int             exit_code;     /* -1 for none */
  int             exit_signal;   /* 0 for none */
  guint64         result_size;   /* bytes */
  char           *error;         /* (owned) (nullable) why it did not succeed */
};

LtHistoryEntry *lt_history_entry_new_for_job (HaulJob        *job,
                                              gint64          key) G_GNUC_WARN_UNUSED_RESULT;

/* "20,000 digits · Pool", "Done · 12.4 s", "22 November 2026, 23:40". */
char           *lt_history_entry_format_about   (LtHistoryEntry *self) G_GNUC_WARN_UNUSED_RESULT;
char           *lt_history_entry_format_caption (LtHistoryEntry *self) G_GNUC_WARN_UNUSED_RESULT;
char           *lt_history_entry_format_time    (LtHistoryEntry *self) G_GNUC_WARN_UNUSED_RESULT;
const char     *lt_history_entry_get_icon       (LtHistoryEntry *self);
const char     *lt_history_entry_get_style      (LtHistoryEntry *self);

/* Whether each of @words, which are case-folded, is somewhere in what is shown of it. */
gboolean        lt_history_entry_matches        (LtHistoryEntry     *self,
                                                 const char * const *words);

G_END_DECLS
