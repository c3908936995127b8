/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-plan.h"

#include <math.h>

#include "haul-plan-private.h"

struct _HaulPlan
{
  GPtrArray *parts;     /* (owned) of HaulPlanPart */
  HaulShares *shares;   /* (owned) (nullable) */
  double     weights;   /* the sum of them */
  double     total;     /* 0: that sum, or not known yet */
  int        measure;   /* the part that knows the total, -1 for none */
  gboolean   invalid;   /* a part was refused */
};

static void
part_free (gpointer data)
{
  HaulPlanPart *part = data;

  g_free (part->title);
  g_variant_unref (part->arguments);
  g_free (part->inputs);
  g_free (part);
}

/**
 * haul_plan_new: (skip)
 *
 * Makes a plan, to be filled with haul_plan_add().
 *
 * Returns: (transfer full): a plan without parts
 */
HaulPlan *
haul_plan_new (void)
{
  HaulPlan *self = g_new0 (HaulPlan, 1);

  self->parts = g_ptr_array_new_with_free_func (part_free);
  self->measure = -1;
  return self;
}

/**
 * haul_plan_free:
 * @self: (transfer full): a plan
 *
 * Frees a plan and its parts.
 */
void
haul_plan_free (HaulPlan *self)
{
  g_ptr_array_unref (self->parts);
  g_clear_pointer (&self->shares, haul_shares_unref);
  g_free (self);
}

/* Inputs are earlier parts, so that none can wait for itself. */
static gboolean
is_possible (HaulPlan    *self,
             double       weight,
             const guint *inputs,
             guint        n_inputs)
{
  if (!isfinite (weight) || weight < 0 || self->parts->len >= HAUL_PLAN_MAX_PARTS || n_inputs > HAUL_PLAN_MAX_PARTS)
    return FALSE;

  for (guint i = 0; i < n_inputs; i++)
    if (inputs[i] >= self->parts->len)
      return FALSE;
  return TRUE;
}

/**
 * haul_plan_add:
 * @self: a plan
 * @task: what the part runs; static, and registered in the worker, where it is best
 *   hidden
 * @title: for people, translated: "Summing terms 1 to 1,000"
 * @arguments: (nullable): `a{sv}`; a floating reference is taken
 * @weight: its share of the job's progress, compared with the other parts
 * @inputs: (nullable) (array length=n_inputs): earlier parts whose results it is
 *   given, see haul_context_get_input()
 * @n_inputs: how many
 *
 * Adds a part. It begins when the results of all its inputs are there and a worker
 * is free; of parts that could begin, those that were added first do.
 *
 * An input that is not an earlier part, a weight that is below zero or no number, and
 * more than %HAUL_PLAN_MAX_PARTS parts, or inputs of one, are mistakes in the program:
 * the part is refused with a critical warning, the plan is not valid from then on, and
 * a job that is divided like that fails.
 *
 * Returns: its index: 0, 1, 2, …; 0 if it was refused
 */
guint
haul_plan_add (HaulPlan       *self,
               const HaulTask *task,
               const char     *title,
               GVariant       *arguments,
               double          weight,
               const guint    *inputs,
               guint           n_inputs)
{
  HaulPlanPart *part;

  g_return_val_if_fail (self != NULL && task != NULL && title != NULL, 0);
  if (!is_possible (self, weight, inputs, n_inputs))
    {
      self->invalid = TRUE;
      g_return_if_fail_warning (G_LOG_DOMAIN, G_STRFUNC, "the weight and the inputs are possible");
      return 0;
    }

  part = g_new0 (HaulPlanPart, 1);
  part->task = task;
  part->title = g_strdup (title);
  part->arguments = g_variant_ref_sink (arguments != NULL ? arguments : g_variant_new ("a{sv}", NULL));
  part->weight = weight;
  part->inputs = g_memdup2 (inputs, n_inputs * sizeof *inputs);
  part->n_inputs = n_inputs;
  self->weights += weight;
  g_ptr_array_add (self->parts, part);
  return self->parts->len - 1;
}

/**
 * haul_plan_share:
 * @self: a plan
 * @name: what the parts call it: 1 to 63 bytes, and not the name of another
 * @shareable: what they are given
 *
 * Gives all parts an object that they can use together, as haul_job_share() does for
 * a job. They are given what is shared with the job as well, unless the plan has
 * something else of that name.
 */
void
haul_plan_share (HaulPlan      *self,
                 const char    *name,
                 HaulShareable *shareable)
{
  gboolean added;

  g_return_if_fail (name != NULL);
  g_return_if_fail (HAUL_IS_SHAREABLE (shareable));

  if (self->shares == NULL)
    self->shares = haul_shares_new ();
  added = haul_shares_add (self->shares, name, shareable);
  g_return_if_fail (added);
}

HaulShares *
haul_plan_dup_shares (HaulPlan   *self,
                      HaulShares *of_job)
{
  HaulShares *both;

  if (self->shares == NULL)
    return of_job != NULL ? haul_shares_ref (of_job) : NULL;
  both = haul_shares_copy (self->shares);
  if (of_job != NULL)
    haul_shares_add_all (both, of_job);
  return both;
}

/**
 * haul_plan_get_n_parts:
 * @self: a plan
 *
 * Counts the parts of a plan.
 *
 * Returns: how many parts it has
 */
guint
haul_plan_get_n_parts (HaulPlan *self)
{
  return self->parts->len;
}

/**
 * haul_plan_get_part:
 * @self: a plan
 * @index: which one
 *
 * Gets a part of a plan.
 *
 * Returns: (transfer none): a part of it
 */
const HaulPlanPart *
haul_plan_get_part (HaulPlan *self,
                    guint     index)
{
  g_return_val_if_fail (index < self->parts->len, NULL);

  return self->parts->pdata[index];
}

/**
 * haul_plan_is_valid:
 * @self: a plan
 *
 * Asks whether haul_plan_add() took every part that it was given.
 *
 * Returns: whether no part was refused
 */
gboolean
haul_plan_is_valid (HaulPlan *self)
{
  return !self->invalid;
}

/**
 * haul_plan_get_total:
 * @self: a plan
 *
 * Gets what the progress of the job counts up to.
 *
 * Returns: what the progress of the job counts up to; 0 as long as nobody knows
 */
double
haul_plan_get_total (HaulPlan *self)
{
  return self->total > 0 || self->measure >= 0 ? self->total : self->weights;
}

/**
 * haul_plan_get_weights:
 * @self: a plan
 *
 * Adds the weights of all parts.
 *
 * Returns: their sum
 */
double
haul_plan_get_weights (HaulPlan *self)
{
  return self->weights;
}

/**
 * haul_plan_set_total:
 * @self: a plan
 * @total: how much there is to do, in the unit of the task
 *
 * Sets what the progress of the job counts up to: the same as when it is not
 * divided. The sum of the weights if it is not called.
 */
void
haul_plan_set_total (HaulPlan *self,
                     double    total)
{
  g_return_if_fail (isfinite (total) && total >= 0);

  self->total = total;
}

/**
 * haul_plan_set_measure:
 * @self: a plan
 * @part: one of its parts
 *
 * Says which part finds out how much there is to do in all: the total of its own
 * progress is that of the job. Until then the job has none.
 */
void
haul_plan_set_measure (HaulPlan *self,
                       guint     part)
{
  g_return_if_fail (part < self->parts->len);

  self->measure = part;
}

/**
 * haul_plan_is_measure:
 * @self: a plan
 * @part: one of its parts
 *
 * Tells whether that is the part that haul_plan_set_measure() was given.
 *
 * Returns: whether its total is that of the job
 */
gboolean
haul_plan_is_measure (HaulPlan *self,
                      guint     part)
{
  return self->measure == (int) part;
}
