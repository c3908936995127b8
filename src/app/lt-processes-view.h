/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <adwaita.h>

#include "haul/haul.h"
#include "lt-process-model.h"

G_BEGIN_DECLS

#define LT_TYPE_PROCESSES_VIEW (lt_processes_view_get_type ())
G_DECLARE_FINAL_TYPE (LtProcessesView, lt_processes_view, LT, PROCESSES_VIEW, AdwBin)

/**
 * LtProcessesView:
 *
 * The processes of this app, or of all of this user's. It looks at them only while
 * somebody can see it.
 *
 * #LtProcessesView:compact: there is little room, so few columns are shown
 */

HaulProcessList *lt_processes_view_get_list     (LtProcessesView  *self);
LtProcessModel  *lt_processes_view_get_model    (LtProcessesView  *self);
gboolean         lt_processes_view_get_compact  (LtProcessesView  *self);
HaulProcessInfo *lt_processes_view_get_selected (LtProcessesView  *self);   /* (nullable) (transfer none) */
void             lt_processes_view_select       (LtProcessesView  *self,
                                                 HaulProcessInfo  *info);
void             lt_processes_view_find         (LtProcessesView  *self);
void             lt_processes_view_search       (LtProcessesView  *self,
                                                 const char       *text);
void             lt_processes_view_show_properties (LtProcessesView *self);   /* of what is selected */
GtkWidget       *lt_processes_view_popup_menu   (LtProcessesView  *self);   /* (nullable): of what is selected */

G_END_DECLS
