/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul-job-private.h"
#include "haul-pool.h"

G_BEGIN_DECLS

/* One job in a pool: its parts, which of them the pool has, and what has come of them. */
typedef struct _HaulPoolRun HaulPoolRun;

/* NULL, with an error, for a plan that makes no sense. */
HaulPoolRun *haul_pool_run_new  (HaulJob          *job,
                                 HaulPool         *pool,
                                 GError          **error) G_GNUC_WARN_UNUSED_RESULT;
void         haul_pool_run_free (HaulPoolRun      *self);

/* Gives the pool the parts that wait for nothing. */
void         haul_pool_run_start (HaulPoolRun     *self);

/* CANCEL, STOP, TERM, KILL or CONT. */
void         haul_pool_run_act  (HaulPoolRun      *self,
                                 HaulLifeActions   action);

G_END_DECLS
