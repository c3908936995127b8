/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "lab-drawing.h"
#include "lab-experiment.h"

G_BEGIN_DECLS

/* The picture of what an experiment found, whichever kind it has: a chart, or lanes. Its height follows from @width. */
LabDrawing *lab_picture_new      (const LabExperiment *experiment,
                                  LabFindings         *findings,
                                  LabFindings         *earlier,     /* (nullable) to compare with */
                                  double               width) G_GNUC_WARN_UNUSED_RESULT;

/* What it shows, in words. Returns: (transfer full) */
char       *lab_picture_describe (const LabExperiment *experiment,
                                  LabFindings         *findings) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
