/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul/worker/haul-context.h"

G_BEGIN_DECLS

/*
 * Progress of one stage: work counted in any unit, mapped to a stretch of the whole. The calls
 * answer whether to go on, so that a cancelled calculation unwinds with `return FALSE`.
 */
typedef struct
{
  HaulContext *context;
  double       from;    /* where the stage begins, in the task's unit */
  double       length;  /* how much of the task's unit it is worth */
  double       done;    /* work of this stage */
  double       total;   /* work of this stage, once it is over */
} PiMeter;

static inline gboolean
pi_meter_go_on (PiMeter *self)
{
  return !haul_context_is_cancelled (self->context);
}

static inline gboolean
pi_meter_add (PiMeter *self,
              double   work)
{
  self->done = MIN (self->done + work, self->total);
  haul_context_progress (self->context, self->from + self->length * (self->done / self->total));

  return pi_meter_go_on (self);
}

G_END_DECLS
