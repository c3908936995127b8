/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <adwaita.h>

#include "haul/haul.h"

G_BEGIN_DECLS

/* Everything about one job, in the pane beside the list. */
#define LT_TYPE_JOB_DETAILS (lt_job_details_get_type ())
G_DECLARE_FINAL_TYPE (LtJobDetails, lt_job_details, LT, JOB_DETAILS, AdwBin)

HaulJob *lt_job_details_get_job  (LtJobDetails *self);
void     lt_job_details_set_job  (LtJobDetails *self,
                                  HaulJob      *job);
/* "result", "log", "messages", "parts", "pool" or "details". */
void     lt_job_details_set_page (LtJobDetails *self,
                                  const char   *name);
/* Looks for something in the log, or in the messages if they are shown. */
void     lt_job_details_find     (LtJobDetails *self);

G_END_DECLS
