/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <adwaita.h>

#include "lab-compare.h"

G_BEGIN_DECLS

/* The page that runs one task in every way that there is, one after the other, and shows one sheet. */
#define LT_TYPE_LAB_COMPARE (lt_lab_compare_get_type ())
G_DECLARE_FINAL_TYPE (LtLabCompare, lt_lab_compare, LT, LAB_COMPARE, AdwBin)

GtkWidget *lt_lab_compare_new   (void) G_GNUC_WARN_UNUSED_RESULT;

/* @task (nullable): the id of one that can be compared, NULL for the one that is chosen. FALSE if it cannot be. */
gboolean   lt_lab_compare_start (LtLabCompare *self,
                                 const char   *task);
void       lt_lab_compare_stop  (LtLabCompare *self);

G_END_DECLS
