/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <gtk/gtk.h>

#include "lt-process-column.h"
#include "lt-process-model.h"

G_BEGIN_DECLS

#define LT_TYPE_PROCESS_CELL (lt_process_cell_get_type ())
G_DECLARE_FINAL_TYPE (LtProcessCell, lt_process_cell, LT, PROCESS_CELL, GtkWidget)

/**
 * LtProcessCell:
 *
 * One cell of the process list: text that is brought up to date in place, with a
 * tooltip and words for a screen reader; or the name, with what opens and closes the
 * tree; or a graph.
 */
GtkWidget          *lt_process_cell_new         (LtProcessColumn   column,
                                                 LtProcessModel   *model) G_GNUC_WARN_UNUSED_RESULT;
void                lt_process_cell_set_info    (LtProcessCell    *self,
                                                 HaulProcessInfo  *info);   /* (nullable) */
HaulProcessInfo    *lt_process_cell_get_info    (LtProcessCell    *self);   /* (nullable) (transfer none) */

/* Makes such cells for a column. */
GtkListItemFactory *lt_process_cell_factory_new (LtProcessColumn   column,
                                                 LtProcessModel   *model) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
