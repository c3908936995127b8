/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * LtTimelineLegend:
 *
 * What the bars and marks of a timeline mean.
 */
#define LT_TYPE_TIMELINE_LEGEND (lt_timeline_legend_get_type ())
G_DECLARE_FINAL_TYPE (LtTimelineLegend, lt_timeline_legend, LT, TIMELINE_LEGEND, GtkWidget)

G_END_DECLS
