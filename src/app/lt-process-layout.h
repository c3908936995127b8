/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <gtk/gtk.h>

#include "lt-process-column.h"
#include "lt-process-model.h"

G_BEGIN_DECLS

#define LT_TYPE_PROCESS_LAYOUT (lt_process_layout_get_type ())
G_DECLARE_FINAL_TYPE (LtProcessLayout, lt_process_layout, LT, PROCESS_LAYOUT, GObject)

/* One column, where it stands among the others. */
typedef struct
{
  LtProcessColumn column;
  int             width;    /* px */
  gboolean        expand;   /* gets what is left */
} LtProcessLayoutColumn;

/**
 * LtProcessLayout:
 *
 * What all rows of the process list share: which columns they have and how wide those
 * are, or that they have two lines instead; and which of them somebody sees, for
 * nothing is done for the others. GTK keeps two hundred rows in stock, whatever there
 * is room for.
 */
LtProcessLayout *lt_process_layout_new         (LtProcessModel    *model) G_GNUC_WARN_UNUSED_RESULT;
LtProcessModel  *lt_process_layout_get_model   (LtProcessLayout   *self);

/* In two lines, where there is no room for columns. */
gboolean         lt_process_layout_get_compact (LtProcessLayout   *self);
void             lt_process_layout_set_compact (LtProcessLayout   *self,
                                                gboolean           compact);
/* In their order. */
const LtProcessLayoutColumn *
lt_process_layout_get_columns (LtProcessLayout   *self,
                               guint             *ret_n_columns);
void             lt_process_layout_set_columns (LtProcessLayout   *self,
                                                const LtProcessLayoutColumn *columns,
                                                guint              n_columns);
/* How high a line of text is, in px. */
void             lt_process_layout_set_line    (LtProcessLayout   *self,
                                                int                line);
int              lt_process_layout_get_line    (LtProcessLayout   *self);
int              lt_process_layout_get_height  (LtProcessLayout   *self);   /* of a row */

/* Somebody sees the rows from @first on, up to the one before @end. */
void             lt_process_layout_set_sight   (LtProcessLayout   *self,
                                                guint              first,
                                                guint              end);
gboolean         lt_process_layout_is_in_sight (LtProcessLayout   *self,
                                                guint              position);

/* Brings the rows up to date that somebody sees. */
void             lt_process_layout_update      (LtProcessLayout   *self);

/* For the rows: as long as they live. */
void             lt_process_layout_add_row     (LtProcessLayout   *self,
                                                GtkWidget         *row);
void             lt_process_layout_remove_row  (LtProcessLayout   *self,
                                                GtkWidget         *row);
/* The row at @position, if it is one of those in stock. */
GtkWidget       *lt_process_layout_find_row    (LtProcessLayout   *self,
                                                guint              position);   /* (nullable) (transfer none) */

G_END_DECLS
