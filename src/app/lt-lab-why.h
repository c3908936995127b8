/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <adwaita.h>

#include "lab-run.h"

G_BEGIN_DECLS

/* What came out, beside what was predicted, and why: in words, in numbers and in code. */
#define LT_TYPE_LAB_WHY (lt_lab_why_get_type ())
G_DECLARE_FINAL_TYPE (LtLabWhy, lt_lab_why, LT, LAB_WHY, AdwBin)

/* Shows how @run ended: it is in LAB_RUN_REVEALED. */
void  lt_lab_why_show            (LtLabWhy  *self,
                                  LabRun    *run);
/* Where what was found ends, and the reading begins. */
GtkWidget *lt_lab_why_get_outcome (LtLabWhy *self);
/* What was changed since the run before: "Only Threads changed", NULL for nothing. */
char *lt_lab_why_describe_change (LabRun    *run) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
