/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <adwaita.h>

#include "haul/haul.h"

G_BEGIN_DECLS

/* A pool: how many workers, whether its queue is held, what waits, and what each worker does. */
#define LT_TYPE_POOL_VIEW (lt_pool_view_get_type ())
G_DECLARE_FINAL_TYPE (LtPoolView, lt_pool_view, LT, POOL_VIEW, AdwBin)

void lt_pool_view_set_executor (LtPoolView       *self,
                                HaulPoolExecutor *executor);

G_END_DECLS
