/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "haul/worker/haul-number.h"
#include "haul/worker/haul-plan.h"
#include "matrix-product.h"

#define MAX_SIZE 30000

/* Less is done before a second worker has begun; and each worker makes up all of B for itself. */
#define DIVIDE_MIN       300
#define PARTS_PER_WORKER 4
#define LEAST_ROWS       64
#define MAX_PARTS        4096

extern const HaulTask haul_task_matrix;
extern const HaulTask haul_task_matrix_part;

static void
emit_result (HaulContext *context,
             guint        size,
             guint64      checksum)
{
  g_autofree char *number = g_strdup_printf ("%016" G_GINT64_MODIFIER "x", checksum);
  g_autofree char *text = g_strdup_printf (_("The product of two %u × %u matrices, checked; its checksum is %s"), size, size, number);

  haul_context_emit (context, text, strlen (text));
}

static gboolean
run (HaulContext  *context,
     GVariant     *arguments,
     GError      **error)
{
  guint size = haul_arguments_get_int (arguments, "size");
  guint64 checksum;

  if (!matrix_multiply (context, size, 0, size, &checksum, error))
    return FALSE;
  emit_result (context, size, checksum);
  return TRUE;
}

/* Three matrices of doubles, and what they are filled up with. */
static guint64
estimate_memory (GVariant *arguments)
{
  guint64 size = haul_arguments_get_int (arguments, "size") + 8;

  return 4 * 1024 * 1024 + 3 * sizeof (double) * size * size;
}

/* A part gives the checksum of its rows; the last part, with inputs, adds them. */
static gboolean
run_part (HaulContext  *context,
          GVariant     *arguments,
          GError      **error)
{
  guint size = haul_arguments_get_int (arguments, "size");
  guint from = haul_arguments_get_int (arguments, "from");
  guint to = MIN (haul_arguments_get_int (arguments, "to"), size);
  guint64 checksum = 0;

  if (haul_context_get_n_inputs (context) == 0)
    {
      if (!matrix_multiply (context, size, MIN (from, to), to, &checksum, error))
        return FALSE;
      haul_context_emit (context, &checksum, sizeof checksum);
      return TRUE;
    }

  for (guint i = 0; i < haul_context_get_n_inputs (context); i++)
    {
      GBytes *input = haul_context_get_input (context, i);
      guint64 addend = 0;

      memcpy (&addend, g_bytes_get_data (input, NULL), MIN (sizeof addend, g_bytes_get_size (input)));
      checksum += addend;
    }
  emit_result (context, size, checksum);
  return TRUE;
}

static guint
add_part (HaulPlan    *plan,
          const char  *title,
          guint        size,
          guint        from,
          guint        to,
          const guint *inputs,
          guint        n_inputs)
{
  GVariant *arguments = g_variant_new_parsed ("{'size': <%x>, 'from': <%x>, 'to': <%x>}",
                                              (gint64) size, (gint64) from, (gint64) to);

  return haul_plan_add (plan, &haul_task_matrix_part, title, arguments, n_inputs > 0 ? 0.001 : to - from, inputs, n_inputs);
}

static HaulPlan *
divide (GVariant *arguments,
        guint     n_workers)
{
  guint size = haul_arguments_get_int (arguments, "size");
  guint n_parts = MIN (MIN (n_workers, MAX_PARTS / PARTS_PER_WORKER) * PARTS_PER_WORKER, size / LEAST_ROWS);
  g_autofree guint *parts = NULL;
  HaulPlan *plan;

  if (n_workers < 2 || size < DIVIDE_MIN)
    return NULL;

  plan = haul_plan_new ();
  parts = g_new0 (guint, n_parts);
  for (guint i = 0; i < n_parts; i++)
    {
      guint from = (guint64) size * i / n_parts, to = (guint64) size * (i + 1) / n_parts;
      g_autofree char *first = haul_format_count (from + 1);
      g_autofree char *last = haul_format_count (to);
      g_autofree char *title = g_strdup_printf (_("Multiplying rows %s to %s"), first, last);

      parts[i] = add_part (plan, title, size, from, to, NULL, 0);
    }
  add_part (plan, _("Adding the checksums"), size, 0, size, parts, n_parts);
  haul_plan_set_total (plan, (double) size * size * size);
  return plan;
}

const HaulTask haul_task_matrix = {
  .id = "matrix",
  .title = N_("Multiply Matrices"),
  .summary = N_("Multiply two square matrices of random whole numbers, and check the product"),
  .unit = N_("multiplications"),
  .result = HAUL_RESULT_TEXT,
  .params = (const HaulParam[]) {
    {
      .name = "size",
      .title = N_("Size"),
      .unit = N_("rows"),
      .help = N_("How many rows and columns each has; twice as many take eight times as long"),
      .type = HAUL_PARAM_INT,
      .min = 1,
      .max = MAX_SIZE,
      .initial = 2000,
    },
    { NULL },
  },
  .run = run,
  .estimate_memory = estimate_memory,
  .divide = divide,
};

const HaulTask haul_task_matrix_part = {
  .id = "matrix-part",
  .title = N_("Part of Multiply Matrices"),
  .summary = "Multiply some of the rows, or add their checksums",
  .unit = "multiplications",
  .result = HAUL_RESULT_TEXT,
  .params = (const HaulParam[]) {
    { .name = "size", .title = "Size", .help = "How many rows", .min = 1, .max = MAX_SIZE, .initial = 1 },
    { .name = "from", .title = "From", .help = "First row", .max = MAX_SIZE },
    { .name = "to", .title = "To", .help = "Where to stop", .max = MAX_SIZE, .initial = 1 },
    { NULL },
  },
  .run = run_part,
  .hidden = TRUE,
};
