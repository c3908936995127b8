/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "test-tasks.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "haul/worker/haul-plan.h"

/* Tasks that draw random numbers. */

#define N_PIECES 5

static void
emit_numbers (HaulContext *context,
              HaulRandom  *random)
{
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *text = g_strdup_printf ("%016" G_GINT64_MODIFIER "x ", haul_random_next (random));

      haul_context_emit (context, text, strlen (text));
    }
}

static gboolean
run_random (HaulContext  *context,
            GVariant     *arguments,
            GError      **error)
{
  emit_numbers (context, haul_context_get_random (context));
  return TRUE;
}

static const HaulTask random_task = {
  .id = "random",
  .title = "Random",
  .summary = "Emits the first numbers of its stream",
  .unit = "numbers",
  .run = run_random,
};

/* The worker dies the first time, in the middle. */
static gboolean
run_dies_once (HaulContext  *context,
               GVariant     *arguments,
               GError      **error)
{
  const char *path = haul_arguments_get_string (arguments, "path");

  if (g_file_test (path, G_FILE_TEST_EXISTS))
    return run_random (context, arguments, error);

  (void) haul_random_next (haul_context_get_random (context));
  if (!g_file_set_contents (path, "", 0, error))
    return FALSE;
  raise (SIGKILL);
  return FALSE;
}

static const HaulParam dies_once_params[] = {
  { "path", "Path", NULL, "What it makes before it dies", HAUL_PARAM_STRING, .initial_text = "" },
  { NULL }
};

static const HaulTask dies_once_task = {
  .id = "random-dies-once",
  .title = "Dies Once",
  .summary = "Emits the first numbers of its stream, the second time",
  .unit = "numbers",
  .params = dies_once_params,
  .run = run_dies_once,
};

/* What belongs to the whole process: so it runs only in one of its own. */
static gboolean
run_process_random (HaulContext  *context,
                    GVariant     *arguments,
                    GError      **error)
{
  g_autofree char *text = g_strdup_printf ("%d %ld %.17g %u", rand (), random (), drand48 (), g_random_int ());

  haul_context_emit (context, text, strlen (text));
  return TRUE;
}

static const HaulTask process_random_task = {
  .id = "process-random",
  .title = "Process Random",
  .summary = "Emits numbers of the generators that a process has",
  .unit = "numbers",
  .run = run_process_random,
};

static gboolean
run_join (HaulContext  *context,
          GVariant     *arguments,
          GError      **error)
{
  for (guint i = 0; i < haul_context_get_n_inputs (context); i++)
    {
      gsize size;
      const char *bytes = g_bytes_get_data (haul_context_get_input (context, i), &size);

      haul_context_emit (context, bytes, size);
    }
  return TRUE;
}

static const HaulTask join_task = {
  .id = "random-join",
  .title = "Join",
  .summary = "Emits its inputs",
  .unit = "numbers",
  .run = run_join,
  .hidden = TRUE,
};

/* The same pieces with the same streams, however many workers there are. */
static HaulPlan *
divide_pieces (GVariant *arguments,
               guint     n_workers)
{
  HaulPlan *plan = haul_plan_new ();
  guint inputs[N_PIECES];

  for (guint i = 0; i < N_PIECES; i++)
    inputs[i] = haul_plan_add (plan, &random_task, "Piece", NULL, 1, NULL, 0);
  haul_plan_add (plan, &join_task, "Join", NULL, 1, inputs, N_PIECES);
  return plan;
}

static gboolean
run_pieces (HaulContext  *context,
            GVariant     *arguments,
            GError      **error)
{
  for (guint i = 0; i < N_PIECES; i++)
    {
      g_autoptr(HaulRandom) random = haul_random_new (haul_context_get_seed (context), i);

      emit_numbers (context, random);
    }
  return TRUE;
}

static const HaulTask pieces_task = {
  .id = "random-pieces",
  .title = "Pieces",
  .summary = "Emits the first numbers of some streams",
  .unit = "numbers",
  .run = run_pieces,
  .divide = divide_pieces,
};

const HaulTask * const haul_test_random_tasks[] = {
  &random_task, &dies_once_task, &process_random_task, &join_task, &pieces_task, NULL
};
