/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "pi-plan.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "haul/worker/haul-number.h"
#include "pi-digits.h"
#include "pi-methods.h"
#include "pi-sum.h"

#define MAX_RANGES    64
#define MAX_STRETCHES 64

typedef struct
{
  HaulPlan *plan;
  guint64   digits;
  guint     sure_bits;
  guint64   n_terms;
  double    sum_work;   /* what the series costs, in units of pi_sum_work() */
} Planner;

static guint
add (Planner     *self,
     const char  *step,
     const char  *title,
     guint64      from,
     guint64      to,
     double       weight,
     const guint *inputs,
     guint        n_inputs)
{
  GVariantDict arguments;

  g_variant_dict_init (&arguments, NULL);
  g_variant_dict_insert (&arguments, "step", "s", step);
  g_variant_dict_insert (&arguments, "digits", "x", (gint64) self->digits);
  g_variant_dict_insert (&arguments, "sure-bits", "x", (gint64) self->sure_bits);
  g_variant_dict_insert (&arguments, "from", "x", (gint64) from);
  g_variant_dict_insert (&arguments, "to", "x", (gint64) to);
  return haul_plan_add (self->plan, &haul_task_pi_part, title, g_variant_dict_end (&arguments), weight,
                        inputs, n_inputs);
}

static double
share_of_sum (Planner *self,
              double   work)
{
  return pi_chudnovsky_share (self->digits, PI_STAGE_SUM) * work / self->sum_work;
}

static guint
add_sum (Planner *self,
         guint64  from,
         guint64  to)
{
  g_autofree char *first = haul_format_count (from);
  g_autofree char *last = haul_format_count (to - 1);
  g_autofree char *title = g_strdup_printf (_("Summing terms %s to %s"), first, last);

  return add (self, "sum", title, from, to, share_of_sum (self, pi_sum_work (to - from)), NULL, 0);
}

static guint
add_merge (Planner     *self,
           guint64      from,
           guint64      to,
           const guint *inputs)
{
  g_autofree char *first = haul_format_count (from);
  g_autofree char *last = haul_format_count (to - 1);
  g_autofree char *title = g_strdup_printf (_("Merging terms %s to %s"), first, last);

  return add (self, "merge", title, 0, 0, share_of_sum (self, pi_merge_work (to - from)), inputs, 2);
}

/* The longer the numbers, the more a term costs: so that all ranges cost the same, the first are
 * longer; measured at 10^7 digits. */
static guint64
range_start (Planner *self,
             guint    index,
             guint    n_ranges)
{
  return 1 + (guint64) ((self->n_terms - 1) * pow ((double) index / n_ranges, 0.92));
}

/* Sums n_ranges, a power of two, and merges them down to two, which are left in @ranges. */
static void
add_series (Planner *self,
            guint    n_ranges,
            guint   *ranges)
{
  for (guint i = 0; i < n_ranges; i++)
    ranges[i] = add_sum (self, range_start (self, i, n_ranges), range_start (self, i + 1, n_ranges));

  for (; n_ranges > 2; n_ranges /= 2)
    for (guint i = 0; i < n_ranges / 2; i++)
      ranges[i] = add_merge (self, range_start (self, 2 * i, n_ranges), range_start (self, 2 * i + 2, n_ranges),
                             ranges + 2 * i);
}

/* From the two halves of the series to the inverse of the divisor and the dividend. */
static void
add_quotient (Planner *self,
              guint   *halves,
              guint   *quotient)
{
  double divide = pi_chudnovsky_share (self->digits, PI_STAGE_DIVIDE);
  double top = share_of_sum (self, pi_merge_work (self->n_terms));
  guint addends[2];

  addends[0] = add (self, "first-addend", _("Merging both halves: first product"), 0, 0, 0.3 * top, halves, 2);
  addends[1] = add (self, "second-addend", _("Merging both halves: other products"), 0, 0, 0.35 * top, halves, 2);
  quotient[0] = add (self, "inverse", _("Inverting the divisor"), 0, 0, 0.5 * divide, addends, 2);
  quotient[1] = add (self, "dividend", _("Taking the square root"), 0, 0,
                     pi_chudnovsky_share (self->digits, PI_STAGE_ROOT) + 0.3 * divide, addends + 1, 1);
}

/* The first stretch is longer by half than the others: it needs no scaling, and a smaller product. */
static guint64
stretch_start (Planner *self,
               guint    index,
               guint    n_stretches)
{
  return index == 0 ? 0 : self->digits *(2 * index + 1) / (2 * n_stretches + 1);
}

static void
add_digits (Planner     *self,
            guint        n_stretches,
            const guint *quotient)
{
  guint stretches[MAX_STRETCHES];
  double write = pi_chudnovsky_share (self->digits, PI_STAGE_WRITE);

  for (guint i = 0; i < n_stretches; i++)
    {
      guint64 from = stretch_start (self, i, n_stretches);
      guint64 to = stretch_start (self, i + 1, n_stretches);
      g_autofree char *first = haul_format_count (from + 1);
      g_autofree char *last = haul_format_count (to);
      g_autofree char *title = g_strdup_printf (_("Writing digits %s to %s"), first, last);

      stretches[i] = add (self, "digits", title, from, to, write * 1.5 / n_stretches, quotient, 2);
    }

  add (self, "join", _("Joining the digits"), 0, 0, 0.02 * write, stretches, n_stretches);
}

/**
 * pi_plan:
 * @digits: how many; at least three for each worker, and one term for each range
 * @sure_bits: as for pi_chudnovsky()
 * @n_workers: how many may share the work
 *
 * Divides a calculation. There are twice as many ranges as workers, so that one that is slower, or
 * has other things to do, does not hold up the others for long.
 *
 * Returns: (transfer full): the plan
 */
HaulPlan *
pi_plan (guint64 digits,
         guint   sure_bits,
         guint   n_workers)
{
  Planner self = { .plan = haul_plan_new (), .digits = digits, .sure_bits = sure_bits };
  guint ranges[MAX_RANGES];
  guint quotient[2];
  guint n_ranges = 2;

  self.n_terms = pi_part_n_terms (digits, sure_bits);
  self.sum_work = pi_sum_work (self.n_terms - 1);
  while (n_ranges < 2 * n_workers && n_ranges < MAX_RANGES)
    n_ranges *= 2;

  add_series (&self, n_ranges, ranges);
  add_quotient (&self, ranges, quotient);
  add_digits (&self, CLAMP (n_workers, 1, MAX_STRETCHES), quotient);
  haul_plan_set_total (self.plan, digits);
  return self.plan;
}
