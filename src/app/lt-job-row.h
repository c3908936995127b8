/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <gtk/gtk.h>

#include "haul/haul.h"

G_BEGIN_DECLS

/* One job in the list: what it is, how far, and its two buttons. Recycled: the job comes and goes. */
#define LT_TYPE_JOB_ROW (lt_job_row_get_type ())
G_DECLARE_FINAL_TYPE (LtJobRow, lt_job_row, LT, JOB_ROW, GtkWidget)

HaulJob *lt_job_row_get_job    (LtJobRow *self);
void     lt_job_row_set_job    (LtJobRow *self,
                                HaulJob  *job);
void     lt_job_row_popup_menu (LtJobRow *self,
                                double    x,
                                double    y);

G_END_DECLS
