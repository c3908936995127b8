/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* How far below the top of @column, which holds it, @widget begins. */
double        lt_scroll_get_top  (GtkWidget         *column,
                                  GtkWidget         *widget);
/* What is to be at the top, so that @last is whole, or at least the beginning of @first is there. */
double        lt_scroll_find_top (GtkScrolledWindow *scrolled,
                                  GtkWidget         *column,
                                  GtkWidget         *first,
                                  GtkWidget         *last);
/* So that @top is at the top, or as near as it gets. Who wants it to get there keeps the animation. */
AdwAnimation *lt_scroll_to       (GtkScrolledWindow *scrolled,
                                  double             top) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
