/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <adwaita.h>

#include "haul/haul.h"

G_BEGIN_DECLS

/* The log of a job: follows its end, and lets go while somebody reads further up. */
#define LT_TYPE_LOG_VIEW (lt_log_view_get_type ())
G_DECLARE_FINAL_TYPE (LtLogView, lt_log_view, LT, LOG_VIEW, AdwBin)

void lt_log_view_set_job (LtLogView *self,
                          HaulJob    *job);

G_END_DECLS
