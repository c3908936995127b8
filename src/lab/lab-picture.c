/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lab-picture.h"

#include "lab-chart.h"

LabDrawing *
lab_picture_new (const LabExperiment *experiment,
                 LabFindings         *findings,
                 LabFindings         *earlier,
                 double               width)
{
  return lab_chart_new (experiment, findings, earlier, width);
}

char *
lab_picture_describe (const LabExperiment *experiment,
                      LabFindings         *findings)
{
  return lab_chart_describe (experiment, findings);
}
