/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "lab-compare.h"

G_BEGIN_DECLS

/* NULL with @error set where that is no task that can be compared. */
const LabComparison *haul_cli_lab_compare_lookup (const char           *task,
                                                  GError              **error);

/* Runs it in every way that there is, and prints one sheet. Ctrl+C cancels. Returns what to exit with. */
int                  haul_cli_lab_compare_run    (const LabComparison  *comparison);

G_END_DECLS
