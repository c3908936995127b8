/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <adwaita.h>

#include "lt-jobs.h"
#include "lt-param-row.h"

G_BEGIN_DECLS

/* The form for a new job, made from the task's description; it can be started only when all of it
 * is right. */
#define LT_TYPE_NEW_JOB_DIALOG (lt_new_job_dialog_get_type ())
G_DECLARE_FINAL_TYPE (LtNewJobDialog, lt_new_job_dialog, LT, NEW_JOB_DIALOG, AdwWindow)

/* Signal "start" (LtNewJobDialog) when people press Start; then ask for what they chose.
 * @like: (nullable): a job whose arguments are proposed */
LtNewJobDialog *lt_new_job_dialog_new           (const HaulTask  *task,
                                                 HaulJob         *like) G_GNUC_WARN_UNUSED_RESULT;

const HaulTask *lt_new_job_dialog_get_task      (LtNewJobDialog  *self);
void            lt_new_job_dialog_get_options   (LtNewJobDialog  *self,
                                                 LtJobOptions    *ret_options);
/* (nullable): NULL as long as something is wrong */
GVariant       *lt_new_job_dialog_get_arguments (LtNewJobDialog  *self);
LtParamRow     *lt_new_job_dialog_find_row      (LtNewJobDialog  *self,
                                                 const char      *name);
const char     *lt_new_job_dialog_get_message   (LtNewJobDialog  *self);

G_END_DECLS
