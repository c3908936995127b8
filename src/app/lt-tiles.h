/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The parts of a job, one tile each: an outline waits, one that fills is running, a full one is done,
 * one with a mark has failed, one that is struck has been canceled. More than fit are folded into
 * fewer tiles, each of which fills as its share of the parts gets done. */
#define LT_TYPE_TILES (lt_tiles_get_type ())
G_DECLARE_FINAL_TYPE (LtTiles, lt_tiles, LT, TILES, GtkWidget)

void  lt_tiles_set_parts    (LtTiles    *self,
                             GListModel *parts);
/* How many tiles fit into @width pixels, and so are drawn, for @n_parts. */
guint lt_tiles_count_cells  (int         width,
                             guint       n_parts);

G_END_DECLS
