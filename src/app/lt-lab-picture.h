/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <adwaita.h>

#include "lab-experiment.h"

G_BEGIN_DECLS

/* What an experiment finds, while it finds it: a picture, and the same as a table. */
#define LT_TYPE_LAB_PICTURE (lt_lab_picture_get_type ())
G_DECLARE_FINAL_TYPE (LtLabPicture, lt_lab_picture, LT, LAB_PICTURE, AdwBin)

/* @earlier (nullable): what was found before something was changed. */
void lt_lab_picture_set_findings (LtLabPicture        *self,
                                  const LabExperiment *experiment,
                                  LabFindings         *findings,
                                  LabFindings         *earlier);

G_END_DECLS
