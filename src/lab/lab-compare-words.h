/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "lab-compare.h"

G_BEGIN_DECLS

/* The columns of the sheet. */
typedef enum
{
  LAB_COLUMN_WALL,
  LAB_COLUMN_CPU,
  LAB_COLUMN_MEMORY,
  LAB_COLUMN_START,
  LAB_COLUMN_GAP,
  LAB_COLUMN_CANCEL,
  LAB_COLUMN_VICTIMS,
  LAB_N_COLUMNS
} LabColumn;

const char *lab_compare_get_column (LabColumn   column);
/* As people read it; "–" for what was not measured. Returns: (transfer full) */
char       *lab_compare_format     (LabCompare *self,
                                    LabWay      way,
                                    LabColumn   column) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
