/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <gtk/gtk.h>

#include "lab-timeline-picture.h"

G_BEGIN_DECLS

/**
 * LtTimelineEntry:
 *
 * A bar, as a row of a table that says the same in words.
 */
#define LT_TYPE_TIMELINE_ENTRY (lt_timeline_entry_get_type ())
G_DECLARE_FINAL_TYPE (LtTimelineEntry, lt_timeline_entry, LT, TIMELINE_ENTRY, GObject)

typedef enum
{
  LT_TIMELINE_LANE,
  LT_TIMELINE_WHAT,
  LT_TIMELINE_FROM,
  LT_TIMELINE_TO,
  LT_TIMELINE_LASTING,
  LT_N_TIMELINE_COLUMNS
} LtTimelineColumn;

char *lt_timeline_entry_format   (LtTimelineEntry  *self,
                                  LtTimelineColumn  column) G_GNUC_WARN_UNUSED_RESULT;
/* All of it, for who hears it: “worker 1: working 0.0 to 12.4 s” */
char *lt_timeline_entry_describe (LtTimelineEntry  *self) G_GNUC_WARN_UNUSED_RESULT;

/**
 * LtTimelineTable:
 *
 * A list of #LtTimelineEntry: all bars of one timeline or two, lane after lane. Entries are made for those rows only
 * that somebody looks at.
 */
#define LT_TYPE_TIMELINE_TABLE (lt_timeline_table_get_type ())
G_DECLARE_FINAL_TYPE (LtTimelineTable, lt_timeline_table, LT, TIMELINE_TABLE, GObject)

LtTimelineTable *lt_timeline_table_new       (void) G_GNUC_WARN_UNUSED_RESULT;
/* What there is now. Rows that stay the same stay. */
void             lt_timeline_table_update    (LtTimelineTable       *self,
                                              const LabTimelineRun  *runs,
                                              guint                  n_runs,
                                              gint64                 now);
/* Puts the columns into a view. */
void             lt_timeline_table_fill_view (GtkColumnView         *view);

G_END_DECLS
