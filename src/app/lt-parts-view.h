/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* The parts of a divided job, in a table. */
#define LT_TYPE_PARTS_VIEW (lt_parts_view_get_type ())
G_DECLARE_FINAL_TYPE (LtPartsView, lt_parts_view, LT, PARTS_VIEW, AdwBin)

void lt_parts_view_set_parts (LtPartsView *self,
                              GListModel  *parts);
/* Counts them again; the table follows by itself. */
void lt_parts_view_refresh   (LtPartsView *self);

G_END_DECLS
