/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <gtk/gtk.h>

#include "lab-timeline-picture.h"

G_BEGIN_DECLS

/* "png", "svg", "csv" or "json". NULL with @error set when it could not be made. */
GBytes *lt_timeline_save_render (GtkWidget             *widget,
                                 const LabTimelineRun  *runs,
                                 guint                  n_runs,
                                 gint64                 now,
                                 const char            *format,
                                 GError               **error) G_GNUC_WARN_UNUSED_RESULT;
/* As a PNG, which is made in another thread. */
void    lt_timeline_save_picture (GtkWidget            *widget,
                                  GFile                *file,
                                  GdkTexture           *texture);
/* Asks where to, and writes it there without holding up the window. */
void    lt_timeline_save_ask    (GtkWidget             *widget,
                                 const LabTimelineRun  *runs,
                                 guint                  n_runs,
                                 gint64                 now,
                                 const char            *format);

G_END_DECLS
