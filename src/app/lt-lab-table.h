/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <gtk/gtk.h>

#include "lab-experiment.h"

G_BEGIN_DECLS

/* What an experiment found, as tables: for those who do not see the picture, and for those who want the numbers. */

/* A row for each item. @earlier (nullable): what was found before something was changed, below each number. */
GtkWidget *lt_lab_table_new_numbers (const LabExperiment *experiment,
                                     LabFindings         *findings,
                                     LabFindings         *earlier) G_GNUC_WARN_UNUSED_RESULT;
/* A row for each time that somebody was at something, or that something happened. */
GtkWidget *lt_lab_table_new_lanes   (HaulTimeline        *timeline) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
