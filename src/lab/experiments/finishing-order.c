/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lab-experiment.h"
#include "lab-field.h"
#include "lab-pool.h"
#include "lab-say.h"

/* The same eight jobs are given to the workers of a pool twenty times: in which order do they finish? */

extern const LabExperiment lab_finishing_order;

#define N_JOBS    8
#define N_ROUNDS  20
#define N_DRAWN   2      /* rounds that are drawn */
#define MIN_MS    1
#define MAX_MS    8
#define LIMIT_US  (6 * G_USEC_PER_SEC)    /* no more rounds are begun, on a machine that is busy */

static const HaulChoice items[] = {
  { "1", N_("Job 1") },
  { "2", N_("Job 2") },
  { "3", N_("Job 3") },
  { "4", N_("Job 4") },
  { "5", N_("Job 5") },
  { "6", N_("Job 6") },
  { "7", N_("Job 7") },
  { "8", N_("Job 8") },
  { NULL }
};

static const HaulChoice predictions[] = {
  { "given", N_("In the order in which they were given") },
  { "shortest", N_("The shortest first") },
  { "same", N_("In another order, the same one every time") },
  { "changing", N_("In another order, and not always the same") },
  { NULL }
};

static const LabMeasure measures[] = {
  { "length", N_("Length"), "ms", 0 },
  { "place", N_("Finished as number"), NULL, N_JOBS },
  { "earliest", N_("At the earliest"), NULL, N_JOBS },
  { "latest", N_("At the latest"), NULL, N_JOBS },
  { "result", N_("Place of its result"), NULL, N_JOBS },
  { NULL }
};

static const HaulParam params[] = {
  { "workers", N_("Workers"), N_("workers"), N_("How many work at a time"), HAUL_PARAM_INT, 2, 8, 4 },
  { "seed", N_("Seed"), NULL, N_("The same seed draws the same lengths"), HAUL_PARAM_INT, 1, 9999, 1 },
  { NULL }
};

typedef struct
{
  double   ms[N_JOBS];
  LabSpell spells[N_JOBS];      /* of one round */
  guint    earliest[N_JOBS];
  guint    latest[N_JOBS];
  char    *orders[N_ROUNDS];    /* (owned) "3 1 2 …" */
  GArray  *pids;                /* (owned) of int */
} Jobs;

static void
draw_lengths (Jobs    *self,
              guint64  seed)
{
  g_autoptr(HaulRandom) random = haul_random_new (seed, 0);

  for (guint i = 0; i < N_JOBS; i++)
    {
      self->ms[i] = MIN_MS + (MAX_MS - MIN_MS) * haul_random_next_double (random);
      self->earliest[i] = N_JOBS;
    }
}

/* How many had ended when job @i had, itself included. */
static guint
place_of (const Jobs *self,
          guint       i)
{
  guint place = 1;

  for (guint other = 0; other < N_JOBS; other++)
    {
      if (self->spells[other].end < self->spells[i].end
          || (self->spells[other].end == self->spells[i].end && other < i))
        place++;
    }
  return place;
}

/* Adds one round to what is known, and writes down its order. */
static char *
take_round (Jobs *self)
{
  guint at_place[N_JOBS];
  GString *order = g_string_new (NULL);

  for (guint i = 0; i < N_JOBS; i++)
    {
      guint place = place_of (self, i);

      at_place[place - 1] = i + 1;
      self->earliest[i] = MIN (self->earliest[i], place);
      self->latest[i] = MAX (self->latest[i], place);
    }
  for (guint i = 0; i < N_JOBS; i++)
    g_string_append_printf (order, i == 0 ? "%u" : " %u", at_place[i]);
  return g_string_free (order, FALSE);
}

static int
compare_starts (gconstpointer a,
                gconstpointer b)
{
  const LabSpell *first = *(const LabSpell * const *) a;
  const LabSpell *second = *(const LabSpell * const *) b;

  return (first->start > second->start) - (first->start < second->start);
}

/* Lanes are told in the order of time. */
static void
draw_round (HaulContext *context,
            Jobs        *self)
{
  const LabSpell *sorted[N_JOBS];

  for (guint i = 0; i < N_JOBS; i++)
    sorted[i] = &self->spells[i];
  qsort (sorted, N_JOBS, sizeof *sorted, compare_starts);
  for (guint i = 0; i < N_JOBS; i++)
    {
      g_autofree char *lane = g_strdup_printf ("worker %u", lab_pool_number (self->pids, sorted[i]->pid));
      g_autofree char *job = g_strdup_printf ("%u", (guint) (sorted[i] - self->spells) + 1);

      lab_say_work (context, lane, lab_say_when (sorted[i]->start), job);
      lab_say_end (context, lane, lab_say_when (sorted[i]->end));
    }
}

/* What map() gives: whatever the order, result i is that of job i. */
static gboolean
run_round (Jobs         *self,
           HaulPool     *pool,
           HaulContext  *context,
           GError      **error)
{
  GVariantBuilder builder;
  g_autoptr(HaulBatch) batch = NULL;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < N_JOBS; i++)
    g_variant_builder_add_value (&builder, lab_pool_arguments (TRUE, self->ms[i]));
  batch = haul_batch_new_for_list (&lab_pool_part, g_variant_builder_end (&builder));
  if (!lab_pool_map (pool, batch, context, error))
    return FALSE;

  for (guint i = 0; i < N_JOBS; i++)
    {
      g_autoptr(GBytes) result = haul_batch_dup_result (batch, i, error);

      if (result == NULL || !lab_pool_read_spell (result, &self->spells[i]))
        return FALSE;
    }
  return TRUE;
}

static guint
count_distinct (char * const *orders,
                guint         n)
{
  g_autoptr(GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < n; i++)
    g_hash_table_add (seen, orders[i]);
  return g_hash_table_size (seen);
}

static void
say_round (HaulContext *context,
           Jobs        *self,
           guint        round)
{
  g_autofree char *distinct = NULL;
  g_autofree char *rounds = g_strdup_printf ("%u", round + 1);

  self->orders[round] = take_round (self);
  if (round < N_DRAWN)
    draw_round (context, self);
  if (round == 0)
    lab_say_text (context, "order", self->orders[0]);
  for (guint i = 0; i < N_JOBS; i++)
    {
      if (round == 0)
        {
          lab_say_number (context, "length", items[i].id, self->ms[i]);
          lab_say_number (context, "place", items[i].id, place_of (self, i));
        }
      lab_say_number (context, "earliest", items[i].id, self->earliest[i]);
      lab_say_number (context, "latest", items[i].id, self->latest[i]);
      if (self->spells[i].ms == self->ms[i])
        lab_say_number (context, "result", items[i].id, i + 1);
    }
  distinct = g_strdup_printf ("%u", count_distinct (self->orders, round + 1));
  lab_say_text (context, "distinct", distinct);
  lab_say_text (context, "rounds", rounds);
}

static gboolean
run (HaulContext  *context,
     GVariant     *arguments,
     GError      **error)
{
  g_autoptr(GArray) pids = g_array_new (FALSE, FALSE, sizeof (int));
  g_autoptr(HaulPool) pool = NULL;
  Jobs self = { .pids = pids };
  gint64 last_start = g_get_monotonic_time () + LIMIT_US;
  gboolean ok = TRUE;

  haul_context_set_total (context, N_ROUNDS);
  draw_lengths (&self, (guint64) haul_arguments_get_int (arguments, "seed"));
  pool = lab_pool_new ((guint) haul_arguments_get_int (arguments, "workers"), context, error);
  if (pool == NULL)
    return FALSE;

  lab_say_start (context);
  for (guint round = 0; round < N_ROUNDS && ok && g_get_monotonic_time () < last_start; round++)
    {
      ok = run_round (&self, pool, context, error);
      if (ok)
        say_round (context, &self, round);
      haul_context_progress (context, round + 1);
    }

  lab_pool_end (pool);
  for (guint i = 0; i < N_ROUNDS; i++)
    g_free (self.orders[i]);
  return ok;
}

/* Whether a job never finished before one that has less of @key. */
static gboolean
is_sorted_by (LabFindings *findings,
              const char  *key)
{
  for (guint i = 0; i < N_JOBS; i++)
    {
      for (guint other = 0; other < N_JOBS; other++)
        {
          if (lab_findings_get (findings, key, items[i].id) < lab_findings_get (findings, key, items[other].id)
              && lab_findings_get (findings, "place", items[i].id) > lab_findings_get (findings, "place", items[other].id))
            return FALSE;
        }
    }
  return TRUE;
}

static const char *
judge (LabFindings  *findings,
       char        **ret_why_not)
{
  if (lab_field_read_count (lab_findings_get_text (findings, "distinct")) > 1)
    return "changing";
  if (lab_field_read_count (lab_findings_get_text (findings, "distinct")) == 0)
    *ret_why_not = g_strdup (_("It ended before the first round was over."));
  else if (is_sorted_by (findings, "result"))
    return "given";
  else if (is_sorted_by (findings, "length"))
    return "shortest";
  else
    return "same";
  return NULL;
}

static char *
explain (LabFindings *findings)
{
  const char *order = lab_findings_get_text (findings, "order");
  guint n_rounds = lab_field_read_count (lab_findings_get_text (findings, "rounds")), n_orders = lab_field_read_count (lab_findings_get_text (findings, "distinct"));
  g_autofree char *found = NULL;

  if (order == NULL)
    order = "–";
  if (n_orders > 1)
    /* Translators: the first is a list of numbers like “2 1 4 3”; how many times it was tried, how many different
     * orders there were. */
    found = g_strdup_printf (_("The first time they finished in the order %s, and in %u rounds with the same lengths there were %u "
                               "different orders."), order, n_rounds, n_orders);
  else
    /* Translators: how many times it was tried, and a list of numbers like “2 1 4 3”. */
    found = g_strdup_printf (_("In all %u rounds they finished in the order %s, which was luck."), n_rounds, order);
  /* Translators: the first is a sentence of its own. */
  return g_strdup_printf (_("%s Who is next depends on when a worker is free and on what else the processors do, and nothing "
                            "promises that. The results of map() came in the order of the jobs every time, because each brings "
                            "the number of its job along."), found);
}

const LabExperiment lab_finishing_order = {
  .task = {
    .id = "lab-finishing-order",
    .title = N_("Finishing Order"),
    .summary = N_("The same eight jobs, given to the same workers many times"),
    .unit = N_("rounds"),
    .result = HAUL_RESULT_TEXT,
    .params = params,
    .run = run,
    .own_process = TRUE,
    .hidden = TRUE,
  },
  .group = LAB_GROUP_LIFE,
  .seconds = 2,
  .question = N_("Eight jobs of different lengths are given to a few workers, and then the very same jobs again and again. "
                 "In which order do they finish?"),
  .predictions = predictions,
  .measures = measures,
  .items = items,
  .picture = LAB_PICTURE_LANES,
  .judge = judge,
  .explain = explain,
  .c_code =
    "static void\n"
    "item_cb (HaulBatch *batch, guint64 index, GBytes *result, GError *error)\n"
    "{\n"
    "  g_print (\"job %\" G_GUINT64_FORMAT \" is done\\n\", index);      /* in any order */\n"
    "}\n"
    "\n"
    "  batch = haul_batch_new_for_list (&task, arguments);\n"
    "  haul_batch_set_ordered (batch, FALSE);                 /* TRUE: as they were given */\n"
    "  g_signal_connect (batch, \"item\", G_CALLBACK (item_cb), NULL);\n"
    "  haul_pool_submit (pool, batch, &error);\n",
  .python_code =
    "from multiprocessing import Pool\n"
    "import random, time\n"
    "\n"
    "def job(i):\n"
    "    time.sleep(random.random())\n"
    "    return i\n"
    "\n"
    "if __name__ == '__main__':\n"
    "    with Pool(4) as pool:\n"
    "        print(list(pool.imap_unordered(job, range(8))))   # in any order\n"
    "        print(pool.map(job, range(8)))                    # 0 to 7\n",
  .man = "man 7 sched",
};
