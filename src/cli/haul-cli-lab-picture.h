/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "lab-experiment.h"

G_BEGIN_DECLS

/* What an experiment found as a picture of characters, in lines of @columns at most: bars, or a line for each lane.
 * With @ascii of those that every terminal has. Empty where there is nothing to show. */
char *haul_cli_lab_picture (const LabExperiment *experiment,
                            LabFindings         *findings,
                            guint                columns,
                            gboolean             ascii) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
