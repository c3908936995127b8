/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <adwaita.h>

#include "lab-experiment.h"

G_BEGIN_DECLS

/* The heart of an experiment in C, in Python or in both, as people chose; each can be copied. */
#define LT_TYPE_LAB_CODE (lt_lab_code_get_type ())
G_DECLARE_FINAL_TYPE (LtLabCode, lt_lab_code, LT, LAB_CODE, AdwBin)

void  lt_lab_code_set_experiment (LtLabCode           *self,
                                  const LabExperiment *experiment);
/* Markup with the comments standing back. */
char *lt_lab_code_highlight      (const char          *code,
                                  gboolean             is_python) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
