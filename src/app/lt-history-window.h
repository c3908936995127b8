/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <adwaita.h>

#include "lt-history.h"
#include "lt-jobs.h"

G_BEGIN_DECLS

/* All jobs that ever were: to search, run again, compare, export and forget. */
#define LT_TYPE_HISTORY_WINDOW (lt_history_window_get_type ())
G_DECLARE_FINAL_TYPE (LtHistoryWindow, lt_history_window, LT, HISTORY_WINDOW, AdwWindow)

LtHistoryWindow *lt_history_window_new     (GtkWindow   *parent,
                                            LtHistory   *history,
                                            LtJobs      *jobs) G_GNUC_WARN_UNUSED_RESULT;

GtkSelectionModel *lt_history_window_get_selection (LtHistoryWindow *self);

/* Forgets all that has ended, after @parent was asked. */
void             lt_history_ask_clear      (GtkWindow   *parent,
                                            LtHistory   *history);

/* The grid that Compare shows: @entries are of LtHistoryEntry. What differs is bold. */
GtkWidget       *lt_history_compare_new    (GPtrArray   *entries) G_GNUC_WARN_UNUSED_RESULT;

/* Closures of ui/cells/history.ui. */
char            *lt_history_cell_icon      (GtkListItem    *item,
                                            LtHistoryEntry *entry);
char           **lt_history_cell_style     (GtkListItem    *item,
                                            LtHistoryEntry *entry) G_GNUC_WARN_UNUSED_RESULT;
char            *lt_history_cell_title     (GtkListItem    *item,
                                            LtHistoryEntry *entry);
char            *lt_history_cell_caption   (GtkListItem    *item,
                                            LtHistoryEntry *entry);
char            *lt_history_cell_time      (GtkListItem    *item,
                                            LtHistoryEntry *entry);

G_END_DECLS
