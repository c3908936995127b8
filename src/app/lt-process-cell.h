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
 * One cell of the process list: text, with a tooltip and words for a screen reader; or
 * the name, with what opens and closes the tree; or a graph. It draws its text itself,
 * because a label asks for a new layout of all rows whenever its text is another one.
 */
GtkWidget *lt_process_cell_new         (LtProcessColumn   column,
                                        LtProcessModel   *model) G_GNUC_WARN_UNUSED_RESULT;
/* Shows what @info is now. */
void       lt_process_cell_set_info    (LtProcessCell    *self,
                                        HaulProcessInfo  *info);   /* (nullable) */
/* As a part of a line, and not in a column. */
void       lt_process_cell_set_compact (LtProcessCell    *self,
                                        gboolean          compact);
/* How wide all of it is, in px. */
int        lt_process_cell_get_natural (LtProcessCell    *self);

G_END_DECLS
