/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <gtk/gtk.h>

#include "lab-drawing.h"

G_BEGIN_DECLS

/*
 * Shows a LabDrawing in the colours of the desktop. It is laid out for the width that there is, in units that grow with
 * the text of the desktop, and is mirrored where people read from right to left. What shapes are called shows as tooltips.
 */
#define LT_TYPE_DRAWING (lt_drawing_get_type ())
G_DECLARE_FINAL_TYPE (LtDrawing, lt_drawing, LT, DRAWING, GtkWidget)

/* The narrowest that is asked for: a narrow window with text of twice its size has little more. Where there is less
 * room, all of it is drawn smaller. */
#define LT_DRAWING_MIN_WIDTH 150

/* Makes a drawing of this width, and of whatever height it needs. Returns: (transfer full) */
typedef LabDrawing *(*LtDrawingFunc) (double   width,
                                      gpointer user_data);

GtkWidget      *lt_drawing_new             (void);

void            lt_drawing_set_layout      (LtDrawing      *self,
                                            LtDrawingFunc   func,
                                            gpointer        user_data,
                                            GDestroyNotify  destroy);
/* FALSE for what is laid out for those who read from right to left already. TRUE unless it is set. */
void            lt_drawing_set_mirrors     (LtDrawing      *self,
                                            gboolean        mirrors);
/* What it shows has changed: it is laid out anew, when it is drawn next. */
void            lt_drawing_refresh         (LtDrawing      *self);

/* What those hear who do not see it: its name, and the numbers. */
void            lt_drawing_set_description (LtDrawing      *self,
                                            const char     *name,
                                            const char     *description);

/* The topmost shape at a point of the widget that has a text of its own, NULL for none. */
const LabShape *lt_drawing_pick            (LtDrawing      *self,
                                            double          x,
                                            double          y);
/* Where a point of the widget is in the drawing: for who draws times, and wants to know which. */
void            lt_drawing_to_units        (LtDrawing      *self,
                                            double         *x,
                                            double         *y);

G_END_DECLS
