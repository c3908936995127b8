/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "lab-chart.h"
#include "lab-table.h"

G_BEGIN_DECLS

/* A number of an item, of all runs; NAN for nothing. */
typedef struct
{
  double median;
  double least;
  double greatest;
} LabSample;

const LabMeasure *lab_chart_find_measure (const LabExperiment *experiment);
LabSample         lab_chart_get_sample   (LabFindings         *findings,
                                          const LabMeasure    *measure,
                                          const char          *item);
/* The greatest of all; 0 if there is none. */
double            lab_chart_find_most    (LabFindings         *findings,
                                          const LabMeasure    *measure);

/* A line from one point to another. */
void              lab_chart_add_line     (LabDrawing          *drawing,
                                          LabInk               ink,
                                          double               x1,
                                          double               y1,
                                          double               x2,
                                          double               y2);

/* As lab_chart_new(), where items are numbers. */
LabDrawing       *lab_curve_new          (const LabExperiment *experiment,
                                          LabFindings         *findings,
                                          LabFindings         *earlier,
                                          double               width) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
