/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul/worker/haul-plan.h"

G_BEGIN_DECLS

/*
 * π, divided: ranges of the series are summed and merged in pairs; the last two are not merged, but
 * give T in two addends and Q; with the inverse of the divisor on one side and the root times Q on
 * the other, each stretch of digits is one product, scaled and written; the texts are joined.
 *
 * Below, starting and telling the workers costs more than it saves; measured.
 */
#define PI_DIVIDE_MIN 100000

/* Above, some part would be given more than HAUL_PLAN_MAX_INPUTS. */
#define PI_DIVIDE_MAX 1000000000

extern const HaulTask haul_task_pi_part;

HaulPlan *pi_plan         (guint64 digits,
                           guint   sure_bits,
                           guint   n_workers) G_GNUC_WARN_UNUSED_RESULT;

/* How many terms of the series all parts of a plan rely on; the first one, 0, is summed by none. */
guint64   pi_part_n_terms (guint64 digits,
                           guint   sure_bits);

G_END_DECLS
