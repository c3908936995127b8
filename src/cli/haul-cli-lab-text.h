/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "lab-lesson.h"
#include "lab-run.h"

G_BEGIN_DECLS

/* The experiments there are, by group. */
char *haul_cli_lab_list      (void) G_GNUC_WARN_UNUSED_RESULT;
/* One JSON object a line for each. */
char *haul_cli_lab_list_json (void) G_GNUC_WARN_UNUSED_RESULT;

/* All that a run found, for a terminal. */
char *haul_cli_lab_describe  (LabRun          *run,
                              const LabLesson *lesson /* (nullable) */) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
