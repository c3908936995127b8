/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <adwaita.h>

#include "lab-experiment.h"

G_BEGIN_DECLS

/* The fields of what can be changed in a task. Signal "changed" after each change. */
#define LT_TYPE_LAB_PARAMS (lt_lab_params_get_type ())
G_DECLARE_FINAL_TYPE (LtLabParams, lt_lab_params, LT, LAB_PARAMS, AdwBin)

void      lt_lab_params_set_task      (LtLabParams    *self,
                                       const HaulTask *task);
/* What is typed; NULL with the message below the field that is wrong. */
GVariant *lt_lab_params_dup_arguments (LtLabParams    *self,
                                       GError        **error) G_GNUC_WARN_UNUSED_RESULT;
void      lt_lab_params_set_arguments (LtLabParams    *self,
                                       GVariant       *arguments);

/* The one after it in the gallery, NULL for the last. */
const LabExperiment *lt_lab_params_find_next (const LabExperiment *experiment);

G_END_DECLS
