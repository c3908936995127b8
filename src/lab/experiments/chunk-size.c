/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "haul/parent/haul-cpus.h"
#include "haul/worker/haul-number.h"
#include "lab-crew.h"
#include "lab-experiment.h"
#include "lab-say.h"

/* Thousands of tiny items are given to a few workers, so many in one message. Done many times, in turns: the
 * shortest time is the one in which nobody else had a processor that we wanted. */

extern const LabExperiment lab_chunk_size;

#define FACTOR      4        /* from one chunk size to the next */
#define MAX_SIZES   12
#define ROUNDS      240
#define RARE        12       /* one of so many rounds has the sizes that take long */
#define RARE_BELOW  16
#define LIMIT_US    (7 * G_USEC_PER_SEC)     /* no more rounds are begun */
#define LOSS        1.2      /* by that factor the whole has to be slower than the best to be called so */

static const HaulChoice predictions[] = {
  { "one", N_("One at a time: no worker ever waits for another") },
  { "between", N_("Something in between") },
  { "whole", N_("All in one: the fewest messages") },
  { NULL }
};

static const LabMeasure measures[] = {
  { "time", N_("Time per item"), "µs", 0 },
  { "messages", N_("Messages"), NULL, 0 },
  { "share", N_("Done by the busiest worker"), "%", 100 },
  { NULL }
};

static const HaulParam params[] = {
  { "items", N_("Items"), N_("items"), N_("How many there are to do"), HAUL_PARAM_INT, 500, 20000, 2000 },
  { "length", N_("Length of an item"), N_("microseconds"), N_("How long a worker takes for one"), HAUL_PARAM_DOUBLE, 0.1, 20, 1 },
  { "workers", N_("Workers"), N_("workers"), N_("How many work at a time"), HAUL_PARAM_INT, 2, 8, 2 },
  { NULL }
};

typedef struct
{
  guint    n_items;
  guint    n_workers;
  guint    n_sizes;
  guint    sizes[MAX_SIZES];    /* the last is all of them */
  double   best[MAX_SIZES];     /* seconds; 0 before */
  guint64  most[MAX_SIZES];     /* that one worker did in that time */
} Chunks;

static void
choose_sizes (Chunks *self)
{
  for (guint size = 1; size < self->n_items && self->n_sizes < MAX_SIZES - 1; size *= FACTOR)
    self->sizes[self->n_sizes++] = size;
  self->sizes[self->n_sizes++] = self->n_items;
}

static void
say_size (HaulContext  *context,
          const Chunks *self,
          guint         i)
{
  g_autofree char *item = g_strdup_printf ("%u", self->sizes[i]);
  guint n_chunks = (self->n_items + self->sizes[i] - 1) / self->sizes[i];

  lab_say_number (context, "time", item, self->best[i] * 1e6 / self->n_items);
  lab_say_number (context, "messages", item, 2.0 * n_chunks);   /* there, and back */
  lab_say_number (context, "share", item, 100.0 * (double) self->most[i] / self->n_items);
}

static gboolean
run_size (HaulContext  *context,
          Chunks       *self,
          LabCrew      *crew,
          guint         i,
          GError      **error)
{
  guint64 most = 0;
  double seconds;

  lab_crew_rest ();
  seconds = lab_crew_run (crew, self->n_workers, self->n_items, self->sizes[i], &most, error);
  if (seconds < 0)
    return FALSE;
  if (self->best[i] > 0 && seconds >= self->best[i])
    return TRUE;
  self->best[i] = seconds;
  self->most[i] = most;
  return TRUE;
}

static gboolean
run_rounds (HaulContext  *context,
            Chunks       *self,
            LabCrew      *crew,
            GError      **error)
{
  gint64 last_start = g_get_monotonic_time () + LIMIT_US;

  for (guint round = 0; round < ROUNDS && (round == 0 || g_get_monotonic_time () < last_start); round++)
    {
      for (guint i = 0; i < self->n_sizes; i++)
        {
          if (self->sizes[i] < RARE_BELOW && round % RARE != 0)
            continue;
          if (!haul_context_check (context, error) || !run_size (context, self, crew, i, error))
            return FALSE;
        }
      for (guint i = 0; i < self->n_sizes && round % RARE == 0; i++)
        say_size (context, self, i);
      haul_context_progress (context, round + 1);
    }
  for (guint i = 0; i < self->n_sizes; i++)
    say_size (context, self, i);
  return TRUE;
}

static gboolean
run (HaulContext  *context,
     GVariant     *arguments,
     GError      **error)
{
  double length_us = haul_arguments_get_double (arguments, "length");
  g_autofree char *cpus = g_strdup_printf ("%u", haul_usable_cpus ());
  g_autoptr(LabCrew) crew = NULL;
  Chunks chunks = { 0 };
  guint64 turns;

  lab_say_start (context);
  lab_say_text (context, "processors", cpus);
  haul_context_set_total (context, ROUNDS);
  chunks.n_items = (guint) haul_arguments_get_int (arguments, "items");
  chunks.n_workers = (guint) haul_arguments_get_int (arguments, "workers");
  choose_sizes (&chunks);
  turns = (guint64) MAX (1, (double) lab_crew_calibrate () * length_us / 1000);
  crew = lab_crew_new (chunks.n_workers, turns, error);
  return crew != NULL && run_rounds (context, &chunks, crew, error);
}

static const char *
get_best (LabFindings *findings)
{
  const char *best = NULL;

  for (guint i = 0; i < lab_findings_get_n_items (findings); i++)
    {
      const char *item = lab_findings_get_item (findings, i);

      if (best == NULL || lab_findings_get (findings, "time", item) < lab_findings_get (findings, "time", best))
        best = item;
    }
  return best;
}

static char *
get_whole (LabFindings *findings)
{
  return g_strdup_printf ("%u", (guint) haul_arguments_get_int (lab_findings_get_arguments (findings), "items"));
}

static const char *
judge (LabFindings  *findings,
       char        **ret_why_not)
{
  const char *best = get_best (findings);
  const char *cpus = lab_findings_get_text (findings, "processors");
  g_autofree char *whole = get_whole (findings);
  double at_whole = lab_findings_get (findings, "time", whole);

  if (best == NULL || isnan (at_whole))
    *ret_why_not = g_strdup (_("It ended before all sizes had been tried."));
  else if (g_strcmp0 (best, "1") == 0)
    return "one";
  else if (g_strcmp0 (best, whole) == 0)
    return "whole";
  else if (at_whole > LOSS * lab_findings_get (findings, "time", best))
    return "between";
  else if (g_strcmp0 (cpus, "1") == 0)
    *ret_why_not = g_strdup (_("There is one processor here, so that it does not matter how many workers have something to do."));
  else
    *ret_why_not = g_strdup (_("All in one was about as fast as the best: other programs kept the second worker from working. "
                               "Try again when this machine has less to do."));
  return NULL;
}

static char *
explain (LabFindings *findings)
{
  g_autofree char *why_not = NULL;
  const char *outcome = judge (findings, &why_not);
  const char *best = get_best (findings);
  g_autofree char *whole = get_whole (findings);
  g_autofree char *chunk = best != NULL ? haul_format_count (g_ascii_strtod (best, NULL)) : g_strdup ("–");
  double at_one = lab_findings_get (findings, "time", "1");
  double at_best = best != NULL ? lab_findings_get (findings, "time", best) : NAN;
  double at_whole = lab_findings_get (findings, "time", whole);
  double share = lab_findings_get (findings, "share", whole);

  if (g_strcmp0 (outcome, "one") == 0)
    /* Translators: two times in microseconds; a percentage. */
    return g_strdup_printf (_("One at a time an item took %.2f µs, and no larger chunk was faster, because a message costs little "
                              "against items that take so long. All in one message it was %.2f µs, because one worker did "
                              "%.0f %% of the work and the others had none."), at_one, at_whole, share);
  if (g_strcmp0 (outcome, "whole") == 0)
    /* Translators: two times in microseconds. */
    return g_strdup_printf (_("All in one message an item took %.2f µs, and one at a time %.2f µs. A message and a wake-up cost so "
                              "much against items as short as these that a second worker brings nothing. Try longer ones."),
                            at_whole, at_one);
  /* Translators: times in microseconds; a number of items; a percentage. */
  return g_strdup_printf (_("One at a time an item took %.2f µs, because each had a message and a wake-up of its own, and in chunks "
                            "of %s it took %.2f µs. All in one message it was %.2f µs, because one worker did %.0f %% of the work "
                            "and the others had none. A good chunk is large against what a message costs, and small against "
                            "the whole."), at_one, chunk, at_best, at_whole, share);
}

const LabExperiment lab_chunk_size = {
  .task = {
    .id = "lab-chunk-size",
    .title = N_("Chunk Size"),
    .summary = N_("Thousands of tiny items, so many to a message"),
    .unit = N_("rounds"),
    .result = HAUL_RESULT_TEXT,
    .params = params,
    .run = run,
    .own_process = TRUE,
    .hidden = TRUE,
  },
  .group = LAB_GROUP_SPEED,
  .seconds = 4,
  .question = N_("Two workers share 2,000 items that take a microsecond each. How many of them should travel to a worker in one "
                 "message?"),
  .predictions = predictions,
  .measures = measures,
  .items_title = N_("Items in a message"),
  .picture = LAB_PICTURE_BARS,
  .pictured = "time",
  .judge = judge,
  .explain = explain,
  .c_code =
    "HaulBatch *batch = haul_batch_new_for_list (&task, arguments);\n"
    "\n"
    "/* Rarely needed: without it, workers are sent some milliseconds’ worth of items ahead,\n"
    " * and what waits behind a long one goes to somebody else. */\n"
    "haul_batch_set_chunksize (batch, 64);\n"
    "haul_pool_submit (pool, batch, &error);\n",
  .python_code =
    "import time\n"
    "from multiprocessing import Pool\n"
    "\n"
    "def f(i):\n"
    "    return sum(range(200))\n"
    "\n"
    "if __name__ == '__main__':\n"
    "    with Pool(2) as pool:\n"
    "        for size in (1, 4, 16, 64, 256, 1024, 2000):\n"
    "            start = time.perf_counter()\n"
    "            pool.map(f, range(2000), chunksize=size)\n"
    "            print(size, time.perf_counter() - start)\n",
  .man = "man 7 pipe",
};
