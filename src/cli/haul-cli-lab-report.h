/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul-cli-lab-options.h"
#include "lab-run.h"

G_BEGIN_DECLS

/* The files that a report goes to: looked at before the experiment runs, and written when it has. */
typedef struct _HaulCliLabReport HaulCliLabReport;

/* With no report it has nothing to write. */
HaulCliLabReport *haul_cli_lab_report_new   (const HaulCliLabOptions  *options,
                                             GError                  **error) G_GNUC_WARN_UNUSED_RESULT;
void              haul_cli_lab_report_free  (HaulCliLabReport         *self);
gboolean          haul_cli_lab_report_write (HaulCliLabReport         *self,
                                             LabRun                   *run,
                                             GError                  **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulCliLabReport, haul_cli_lab_report_free)

G_END_DECLS
