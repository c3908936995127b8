/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul-plan.h"
#include "haul/sync/haul-shares-private.h"

G_BEGIN_DECLS

/* What the job is given (nullable), and what the plan adds to it. (transfer full) (nullable) */
HaulShares *haul_plan_dup_shares (HaulPlan   *self,
                                  HaulShares *of_job);

G_END_DECLS
