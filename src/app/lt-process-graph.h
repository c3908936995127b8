/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <gtk/gtk.h>

#include "haul/haul.h"

G_BEGIN_DECLS

#define LT_TYPE_PROCESS_GRAPH (lt_process_graph_get_type ())
G_DECLARE_FINAL_TYPE (LtProcessGraph, lt_process_graph, LT, PROCESS_GRAPH, GtkWidget)

/**
 * LtProcessGraph:
 *
 * How much a process computed lately, a bar for each look at it. The full height is
 * one processor, or as many as it used at most.
 */
GtkWidget *lt_process_graph_new      (void) G_GNUC_WARN_UNUSED_RESULT;
void       lt_process_graph_set_info (LtProcessGraph   *self,
                                      HaulProcessInfo  *info);   /* (nullable) */

G_END_DECLS
