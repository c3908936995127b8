/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <gtk/gtk.h>

#include "lt-process-layout.h"
#include "lt-process-place.h"

G_BEGIN_DECLS

#define LT_TYPE_PROCESS_ROW (lt_process_row_get_type ())
G_DECLARE_FINAL_TYPE (LtProcessRow, lt_process_row, LT, PROCESS_ROW, GtkWidget)

/**
 * LtProcessRow:
 *
 * One row of the process list: cells in columns, or in two lines where there is no
 * room for columns. It gets its cells when somebody sees it for the first time, and
 * follows its process only while somebody does.
 */
GtkWidget          *lt_process_row_new          (LtProcessLayout  *layout) G_GNUC_WARN_UNUSED_RESULT;
void                lt_process_row_set_place    (LtProcessRow     *self,
                                                 LtProcessPlace   *place);   /* (nullable) */
/* G_MAXUINT for nowhere. */
guint               lt_process_row_get_position (LtProcessRow     *self);
HaulProcessInfo    *lt_process_row_get_info     (LtProcessRow     *self);   /* (nullable) (transfer none) */
void                lt_process_row_update       (LtProcessRow     *self);

/* Makes such rows. */
GtkListItemFactory *lt_process_row_factory_new  (LtProcessLayout  *layout) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
