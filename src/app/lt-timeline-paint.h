/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <gtk/gtk.h>

#include "lab-drawing.h"

G_BEGIN_DECLS

/*
 * Draws LabDrawings many times a second: as they are, never mirrored, with what is costly to make kept from one time
 * to the next. For a picture that changes rarely, there is LtDrawing.
 */
typedef struct _LtTimelinePaint LtTimelinePaint;

LtTimelinePaint *lt_timeline_paint_new       (void) G_GNUC_WARN_UNUSED_RESULT;
void             lt_timeline_paint_free      (LtTimelinePaint  *self);
/* Fonts or colours are others now. */
void             lt_timeline_paint_forget    (LtTimelinePaint  *self);
/* Pixels for a unit of a drawing, with the fonts of @widget. */
double           lt_timeline_paint_get_unit  (GtkWidget        *widget);
void             lt_timeline_paint_draw      (LtTimelinePaint  *self,
                                              GtkWidget        *widget,
                                              GtkSnapshot      *snapshot,
                                              const LabDrawing *drawing,
                                              gboolean          dark);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LtTimelinePaint, lt_timeline_paint_free)

G_END_DECLS
