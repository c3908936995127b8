/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "haul/wire/haul-error.h"
#include "haul/worker/haul-number.h"
#include "haul/worker/haul-plan.h"

/* π from random points: of those in a square, π/4 lie in the quarter of a circle. The points are drawn
 * in blocks, each from a random stream of its own. There are as many blocks whoever draws them, so the
 * points, and with them the result, depend on nothing but the seed. */

#define N_BLOCKS   64
#define DIVIDE_MIN 20e6   /* points: less is done before a second worker has begun */
#define MAX_POINTS 1e11

/* So many are drawn between two looks at whether to stop: some µs. */
#define STRETCH 4096

extern const HaulTask haul_task_montecarlo_pi;
extern const HaulTask haul_task_montecarlo_pi_part;

typedef struct
{
  guint64 points;
  guint64 inside;
} Tally;

static guint64
block_size (guint64 points,
            guint   block)
{
  return points / N_BLOCKS + (block < points % N_BLOCKS);
}

/* A number gives both coordinates of a point, in steps of 2⁻³¹: what that rounds off is a thousandth of
 * the error that chance leaves to the largest number of points. In whole numbers, and without a branch,
 * so that the compiler can do several points at a time. */
static guint
count_outside (const guint64 *numbers,
               guint          n)
{
  guint64 outside = 0;

  for (guint i = 0; i < n; i++)
    {
      guint64 x = numbers[i] >> 33;
      guint64 y = (guint32) numbers[i] >> 1;

      outside += (x * x + y * y) >> 62;   /* the radius is 2³¹, so this is 0 or 1 */
    }
  return outside;
}

static gboolean
draw_block (HaulContext  *context,
            HaulRandom   *random,
            guint64       points,
            guint64       done,
            Tally        *tally,
            GError      **error)
{
  guint64 numbers[STRETCH];

  for (guint64 drawn = 0; drawn < points;)
    {
      guint n = MIN (STRETCH, points - drawn);

      if (!haul_context_check (context, error))
        return FALSE;
      haul_random_fill (random, numbers, n);
      drawn += n;
      tally->points += n;
      tally->inside += n - count_outside (numbers, n);
      haul_context_progress (context, done + drawn);
    }
  return TRUE;
}

/* The error is the standard deviation of the estimate: two of three are closer than that. */
static void
emit_row (HaulContext *context,
          const Tally *tally)
{
  double part = tally->inside / (double) tally->points;
  double deviation = 4 * sqrt (part * (1 - part) / tally->points);
  char estimate[G_ASCII_DTOSTR_BUF_SIZE], error[G_ASCII_DTOSTR_BUF_SIZE];
  g_autofree char *row = NULL;

  g_ascii_formatd (estimate, sizeof estimate, "%.8f", 4 * part);
  g_ascii_formatd (error, sizeof error, "%.8f", deviation);
  row = g_strdup_printf ("%" G_GUINT64_FORMAT "\t%" G_GUINT64_FORMAT "\t%s\t%s\n",
                         tally->points, tally->inside, estimate, error);
  haul_context_emit (context, row, strlen (row));
}

static void
emit_head (HaulContext *context)
{
  g_autofree char *head = g_strdup_printf ("%s\t%s\tπ\t±\n", _("Points"), _("Inside"));

  haul_context_emit (context, head, strlen (head));
}

/* A row whenever there are twice as many: so one sees how slowly it gets better. */
static void
note_block (HaulContext *context,
            const Tally *tally,
            guint        block)
{
  guint n = block + 1;

  if ((n & (n - 1)) == 0)
    emit_row (context, tally);
}

static gboolean
run (HaulContext  *context,
     GVariant     *arguments,
     GError      **error)
{
  guint64 points = haul_arguments_get_int (arguments, "points");
  Tally tally = { 0 };

  haul_context_set_total (context, points);
  emit_head (context);
  for (guint i = 0; i < N_BLOCKS; i++)
    {
      g_autoptr(HaulRandom) random = haul_random_new (haul_context_get_seed (context), i);

      if (!draw_block (context, random, block_size (points, i), tally.points, &tally, error))
        return FALSE;
      note_block (context, &tally, i);
    }
  return TRUE;
}

static gboolean
add_tallies (HaulContext  *context,
             GError      **error)
{
  Tally sum = { 0 };

  emit_head (context);
  for (guint i = 0; i < haul_context_get_n_inputs (context); i++)
    {
      GBytes *input = haul_context_get_input (context, i);
      Tally tally;

      if (g_bytes_get_size (input) != sizeof tally)
        {
          g_set_error_literal (error, HAUL_ERROR, HAUL_ERROR_TASK, _("a part gave something else than a tally"));
          return FALSE;
        }
      memcpy (&tally, g_bytes_get_data (input, NULL), sizeof tally);
      sum.points += tally.points;
      sum.inside += tally.inside;
      note_block (context, &sum, i);
    }
  return TRUE;
}

/* A part draws one block, with the stream that has its number; the last part, with inputs, adds. */
static gboolean
run_part (HaulContext  *context,
          GVariant     *arguments,
          GError      **error)
{
  guint64 points = haul_arguments_get_int (arguments, "points");
  Tally tally = { 0 };

  if (haul_context_get_n_inputs (context) > 0)
    return add_tallies (context, error);

  haul_context_set_total (context, points);
  if (!draw_block (context, haul_context_get_random (context), points, 0, &tally, error))
    return FALSE;
  haul_context_emit (context, &tally, sizeof tally);
  return TRUE;
}

static HaulPlan *
divide (GVariant *arguments,
        guint     n_workers)
{
  guint64 points = haul_arguments_get_int (arguments, "points");
  guint parts[N_BLOCKS];
  HaulPlan *plan;

  if (n_workers < 2 || points < DIVIDE_MIN)
    return NULL;

  plan = haul_plan_new ();
  for (guint i = 0; i < N_BLOCKS; i++)
    {
      guint64 size = block_size (points, i);
      g_autofree char *title = g_strdup_printf (_("Drawing block %u of %u"), i + 1, N_BLOCKS);
      GVariant *block = g_variant_new_parsed ("{'points': <%x>}", (gint64) size);

      parts[i] = haul_plan_add (plan, &haul_task_montecarlo_pi_part, title, block, size, NULL, 0);
    }
  haul_plan_add (plan, &haul_task_montecarlo_pi_part, _("Adding"), NULL, 0, parts, N_BLOCKS);
  haul_plan_set_total (plan, points);
  return plan;
}

const HaulTask haul_task_montecarlo_pi = {
  .id = "montecarlo-pi",
  .title = N_("Monte Carlo Pi"),
  .summary = N_("Estimate π by how many random points of a square lie in a circle"),
  .unit = N_("points"),
  .result = HAUL_RESULT_TABLE,
  .params = (const HaulParam[]) {
    {
      .name = "points",
      .title = N_("Points"),
      .unit = N_("points"),
      .help = N_("How many points to draw; for one more digit it takes a hundred times as many"),
      .type = HAUL_PARAM_INT,
      .min = 10e3,
      .max = MAX_POINTS,
      .initial = 1e9,
    },
    { NULL },
  },
  .run = run,
  .divide = divide,
};

const HaulTask haul_task_montecarlo_pi_part = {
  .id = "montecarlo-pi-part",
  .title = N_("Part of Monte Carlo Pi"),
  .summary = "Draw some of the points, or add those that were drawn",
  .unit = "points",
  .result = HAUL_RESULT_TEXT,
  .params = (const HaulParam[]) {
    { .name = "points", .title = "Points", .help = "How many points to draw", .type = HAUL_PARAM_INT, .max = MAX_POINTS },
    { NULL },
  },
  .run = run_part,
  .hidden = TRUE,
};
