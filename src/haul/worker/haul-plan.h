/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "../sync/haul-shareable.h"
#include "haul-task.h"

HAUL_BEGIN_DECLS

/**
 * HAUL_PLAN_MAX_INPUTS:
 *
 * How many bytes of results one part may be given in all: 1 GiB. A job whose part
 * would need more fails with %HAUL_ERROR_TOO_LARGE.
 */
#define HAUL_PLAN_MAX_INPUTS (1024u * 1024u * 1024u)

/**
 * HAUL_PLAN_MAX_PARTS:
 *
 * How many parts a plan may have, and how many inputs one of them.
 */
#define HAUL_PLAN_MAX_PARTS 16384

/**
 * HaulPlanPart:
 * @task: what it runs
 * @title: for people
 * @arguments: `a{sv}`
 * @weight: its share of the whole
 * @inputs: (array length=n_inputs): the parts whose results it is given
 * @n_inputs: how many
 *
 * One part of a plan.
 */
typedef struct
{
  const HaulTask *task;
  char           *title;       /* (owned) */
  GVariant       *arguments;   /* (owned) */
  double          weight;
  guint          *inputs;      /* (owned) */
  guint           n_inputs;
} HaulPlanPart;

/* HaulPlan:
 *
 * How a job is divided: a list of parts, each a task with arguments, which are given
 * the results of earlier parts. Parts that wait for nothing run at the same time, as
 * workers are free. The result of the last part is the result of the job.
 *
 * A plan is data, and does nothing. Tasks make one in `HaulTask.divide`. One without
 * parts is the same as none: the job runs whole. */
HaulPlan           *haul_plan_new         (void) G_GNUC_WARN_UNUSED_RESULT;
void                haul_plan_free        (HaulPlan       *self);

guint               haul_plan_add         (HaulPlan       *self,
                                           const HaulTask *task,
                                           const char     *title,
                                           GVariant       *arguments,
                                           double          weight,
                                           const guint    *inputs,
                                           guint           n_inputs);

void                haul_plan_share       (HaulPlan       *self,
                                           const char     *name,
                                           HaulShareable  *shareable);

guint               haul_plan_get_n_parts (HaulPlan       *self);
const HaulPlanPart *haul_plan_get_part    (HaulPlan       *self,
                                           guint           index);
gboolean            haul_plan_is_valid    (HaulPlan       *self);
double              haul_plan_get_total   (HaulPlan       *self);
double              haul_plan_get_weights (HaulPlan       *self);
void                haul_plan_set_total   (HaulPlan       *self,
                                           double          total);
void                haul_plan_set_measure (HaulPlan       *self,
                                           guint           part);
gboolean            haul_plan_is_measure  (HaulPlan       *self,
                                           guint           part);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulPlan, haul_plan_free)

HAUL_END_DECLS
