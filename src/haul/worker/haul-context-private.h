/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul-context.h"
#include "haul/sync/haul-shares-private.h"

G_BEGIN_DECLS

/* For executors: what haul_context_get_shared() finds. */
void haul_context_set_shares (HaulContext *self,
                              HaulShares  *shares);   /* (nullable) */

G_END_DECLS
