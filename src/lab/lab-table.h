/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "lab-experiment.h"

G_BEGIN_DECLS

/* What was found, as a table of texts: a row for each item, a column for each measure that was found. Terminal,
 * window and report show the same. Row 0 is the head, column 0 the titles of the items. */
typedef struct _LabTable LabTable;

LabTable    *lab_table_new            (const LabExperiment *experiment,
                                       LabFindings         *findings) G_GNUC_WARN_UNUSED_RESULT;
void         lab_table_free           (LabTable            *self);
guint        lab_table_get_n_rows     (const LabTable      *self);
guint        lab_table_get_n_columns  (const LabTable      *self);
const char  *lab_table_get            (const LabTable      *self,
                                       guint                row,
                                       guint                column);

/* "24.7", and with its unit "24.7 %"; as people read it. Returns: (transfer full) */
char        *lab_measure_format_number (const LabMeasure   *measure,
                                        double              value) G_GNUC_WARN_UNUSED_RESULT;
char        *lab_measure_format        (const LabMeasure   *measure,
                                        double              value) G_GNUC_WARN_UNUSED_RESULT;
/* "Lost (%)". Returns: (transfer full) */
char        *lab_measure_describe      (const LabMeasure   *measure) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabTable, lab_table_free)

G_END_DECLS
