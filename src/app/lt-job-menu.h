/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <gtk/gtk.h>

#include "haul/haul.h"

G_BEGIN_DECLS

/* Opens the context menu of a job at a point of @parent. It stays about that job, whatever moves
 * under it. */
void lt_job_menu_popup (HaulJob   *job,
                        GtkWidget *parent,
                        int        x,
                        int        y);

G_END_DECLS
