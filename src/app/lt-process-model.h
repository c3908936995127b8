/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <gtk/gtk.h>

#include "haul/haul.h"
#include "lt-process-query.h"

G_BEGIN_DECLS

#define LT_TYPE_PROCESS_MODEL (lt_process_model_get_type ())
G_DECLARE_FINAL_TYPE (LtProcessModel, lt_process_model, LT, PROCESS_MODEL, GObject)

/**
 * LtProcessModel:
 *
 * A #HaulProcessList as it is shown: as a tree whose siblings are sorted, without
 * what is below closed rows; or, when something is looked for, as a sorted list of
 * what fits. Rows keep their places while #LtProcessModel:paused, and
 * #LtProcessModel:stale says that they would have others. GtkTreeListModel would show
 * an expander on every row, as a process that has no children may have some later.
 *
 * #LtProcessModel:flat: whether it is a list, and no tree
 * #LtProcessModel::arranged: it, or what its rows show, was brought up to date
 */
LtProcessModel  *lt_process_model_new          (HaulProcessList  *list) G_GNUC_WARN_UNUSED_RESULT;
HaulProcessList *lt_process_model_get_list     (LtProcessModel   *self);
void             lt_process_model_set_sorter   (LtProcessModel   *self,
                                                GtkSorter        *sorter);
void             lt_process_model_take_query   (LtProcessModel   *self,
                                                LtProcessQuery   *query);
gboolean         lt_process_model_get_flat     (LtProcessModel   *self);
void             lt_process_model_set_paused   (LtProcessModel   *self,
                                                gboolean          paused);
gboolean         lt_process_model_get_stale    (LtProcessModel   *self);
/* Sorts once, also while paused. */
void             lt_process_model_sort         (LtProcessModel   *self);
gboolean         lt_process_model_get_expanded (LtProcessModel   *self,
                                                HaulProcessInfo  *info);
void             lt_process_model_set_expanded (LtProcessModel   *self,
                                                HaulProcessInfo  *info,
                                                gboolean          expanded);
/* Where it is, or GTK_INVALID_LIST_POSITION. */
guint            lt_process_model_find         (LtProcessModel   *self,
                                                HaulProcessInfo  *info);

G_END_DECLS
