/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "lab-drawing.h"
#include "lab-experiment.h"

G_BEGIN_DECLS

/* Lays out what was found of the measure that the experiment pictures, in a drawing of that @width; its height follows.
 * Whiskers reach from the least to the greatest of several runs. Where the experiment is one of lanes, or nothing was
 * found yet, it has the title only. */
LabDrawing *lab_chart_new (const LabExperiment *experiment,
                           LabFindings         *findings,
                           LabFindings         *earlier,     /* (nullable) to compare with */
                           double               width) G_GNUC_WARN_UNUSED_RESULT;

/* What a chart shows, in words: for those who do not see it. Returns: (transfer full) */
char       *lab_chart_describe (const LabExperiment *experiment,
                                LabFindings         *findings) G_GNUC_WARN_UNUSED_RESULT;

/* Amdahl's law: @serial_share of the work, from 0 to 1, is not divided among the workers. */
double      lab_amdahl_speedup (double               serial_share,
                                double               n_workers);

/* The serial share that is nearest, by least squares, to speed-ups that were measured. FALSE where they say nothing
 * about it: there has to be one of more than one worker. */
gboolean    lab_amdahl_fit     (const double        *n_workers,
                                const double        *speedups,
                                guint                n,
                                double              *ret_serial_share);

/* The smallest step of 1, 2 or 5 times a power of ten with which at most @n steps reach @most. */
double      lab_chart_find_step (double              most,
                                 guint               n);

G_END_DECLS
