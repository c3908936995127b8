/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <adwaita.h>

#include "lab-run.h"

G_BEGIN_DECLS

/* The one page of all experiments: what it asks, what you predict, what happens, and why. Signals "open" with the id of
 * the experiment that people want next, and "save" when they want a report. */
#define LT_TYPE_LAB_PAGE (lt_lab_page_get_type ())
G_DECLARE_FINAL_TYPE (LtLabPage, lt_lab_page, LT, LAB_PAGE, AdwBin)

GtkWidget           *lt_lab_page_new            (const LabExperiment *experiment) G_GNUC_WARN_UNUSED_RESULT;

const LabExperiment *lt_lab_page_get_experiment (LtLabPage           *self);
LabRun              *lt_lab_page_get_run        (LtLabPage           *self);

/* As if it had been typed, chosen and pressed. An error names the parameter, and nothing is changed. */
gboolean             lt_lab_page_set_arguments  (LtLabPage           *self,
                                                 GVariant            *arguments,
                                                 GError             **error);
void                 lt_lab_page_predict        (LtLabPage           *self,
                                                 const char          *prediction);
void                 lt_lab_page_start          (LtLabPage           *self,
                                                 guint                n_times);
void                 lt_lab_page_stop           (LtLabPage           *self);
/* Whether it was told to stop, and has not yet ended. */
gboolean             lt_lab_page_is_stopping    (LtLabPage           *self);
/* What who made a lesson says, below the question. */
void                 lt_lab_page_set_lesson     (LtLabPage           *self,
                                                 const char          *question,
                                                 const char          *hints);

G_END_DECLS
