/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <gtk/gtk.h>

#include "haul/haul.h"

G_BEGIN_DECLS

/* What can be done to a process. All of it is done to the very process that the row was about when it was
 * asked for, or to none, and then a toast says so. */

/* Opens its menu over @parent. Returns the popover, which takes itself away. */
GtkWidget  *lt_process_menu_popup     (HaulProcessInfo     *info,
                                       GtkWidget           *parent,
                                       const GdkRectangle  *where);
GMenuModel *lt_process_menu_build     (HaulProcessInfo     *info,
                                       GPtrArray           *group) G_GNUC_WARN_UNUSED_RESULT;
/* Its process group, as the page that @widget is in shows it: (nullable) of HaulProcessInfo. */
GPtrArray  *lt_process_menu_dup_group (HaulProcessInfo     *info,
                                       GtkWidget           *widget) G_GNUC_WARN_UNUSED_RESULT;
/* "pause", "resume", "end", "force", "join", "copy", "properties", "files", "show-job", "signal" (i), "signal-group" (i), "nice" (i), "cpu-0", …; for @widget's window. */
GSimpleActionGroup *lt_process_actions_new (HaulProcessInfo *info,
                                            GtkWidget       *widget) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
