/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "lab-experiment.h"
#include "lab-pool.h"
#include "lab-say.h"

/* Four items by each of the calls of a pool, one call after the other: when does it return, when is the first
 * result there, and when the last? HaulPool itself never blocks: a call that does is one that waits for the end. */

extern const LabExperiment lab_pool_calls;

#define N_ITEMS  4

typedef enum
{
  CALL_APPLY,
  CALL_APPLY_ASYNC,
  CALL_MAP,
  CALL_STARMAP,
  CALL_IMAP,
  N_CALLS
} Call;

static const HaulChoice items[] = {
  [CALL_APPLY] = { "apply", "apply()" },
  [CALL_APPLY_ASYNC] = { "apply_async", "apply_async()" },
  [CALL_MAP] = { "map", "map()" },
  [CALL_STARMAP] = { "starmap", "starmap()" },
  [CALL_IMAP] = { "imap", "imap()" },
  { NULL }
};

static const HaulChoice predictions[] = {
  { "all", N_("All of them: a call returns when its results are there") },
  { "some", N_("apply, map and starmap; apply_async and imap return at once") },
  { "none", N_("None: a pool works in the background") },
  { NULL }
};

static const LabMeasure measures[] = {
  { "blocked", N_("Blocked the caller"), "ms", 0 },
  { "first", N_("First result"), "ms", 0 },
  { "all", N_("All results"), "ms", 0 },
  { "workers", N_("Workers used"), NULL, 0 },
  { NULL }
};

static const HaulParam params[] = {
  { "workers", N_("Workers"), N_("workers"), N_("How many work at a time"), HAUL_PARAM_INT, 2, 4, 2 },
  { "ms", N_("Length of an item"), N_("milliseconds"), N_("How long each of the four items takes"),
    HAUL_PARAM_INT, 20, 400, 100 },
  { NULL }
};

typedef struct
{
  HaulContext *context;
  HaulPool    *pool;
  double       ms;
  GArray      *pids;       /* (owned) of int */

  /* Of the call that is made. */
  Call         call;
  gboolean     waits;      /* was seen to wait for it */
  gint64       start;
  gint64       first;      /* when its first result was there; 0 before */
  guint        n_results;
  GArray      *used;       /* (owned) of int: who worked for it */
  gboolean     over;
  gboolean     failed;
} Caller;

/* Somebody has done one item. */
static void
take_result (Caller *self,
             GBytes *result)
{
  LabSpell spell = { 0 };
  g_autofree char *lane = NULL;

  if (!lab_pool_read_spell (result, &spell))
    {
      self->failed = TRUE;
      return;
    }
  lane = g_strdup_printf ("worker %u", lab_pool_number (self->pids, spell.pid));
  lab_say_work (self->context, lane, lab_say_when (spell.start), items[self->call].title);
  lab_say_end (self->context, lane, lab_say_when (spell.end));

  (void) lab_pool_number (self->used, spell.pid);
  if (self->n_results++ == 0)
    self->first = g_get_monotonic_time ();
  self->over = self->n_results == N_ITEMS;
}

static void
item_cb (HaulBatch *batch,
         guint64    index,
         GBytes    *result,
         GError    *error,
         gpointer   data)
{
  take_result (data, result);
}

static void
ended_cb (HaulBatch *batch,
          gpointer   data)
{
  Caller *self = data;

  self->over = TRUE;
}

static void
applied_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      data)
{
  Caller *self = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) bytes = haul_pool_apply_finish (HAUL_POOL (source), result, &error);

  take_result (self, bytes);
  self->over = self->over || bytes == NULL;
}

/* Until what was asked for is there: this is how a call blocks. */
static gboolean
block (Caller   *self,
       guint     n_results,
       GError  **error)
{
  if (!self->waits)
    lab_say_span (self->context, "parent", HAUL_SPAN_WAITING, lab_say_when (self->start));
  self->waits = TRUE;
  while (self->n_results < n_results && !self->failed && !self->over)
    {
      if (!haul_context_check (self->context, error))
        return FALSE;
      g_main_context_iteration (NULL, TRUE);
    }
  return TRUE;
}

/* One call for each item; each waits for its result, or none does. */
static gboolean
apply (Caller   *self,
       gboolean  blocks,
       GError  **error)
{
  for (guint i = 0; i < N_ITEMS; i++)
    {
      haul_pool_apply_async (self->pool, &lab_pool_part, lab_pool_arguments (FALSE, self->ms), NULL, applied_cb, self);
      if (blocks && !block (self, i + 1, error))
        return FALSE;
    }
  return TRUE;
}

static HaulBatch *
make_batch (Caller *self,
            Call    call)
{
  GVariantBuilder builder;
  GVariantDict lists;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  if (call == CALL_STARMAP)
    {
      gint64 works[N_ITEMS] = { 0 };
      double ms[N_ITEMS];

      for (guint i = 0; i < N_ITEMS; i++)
        ms[i] = self->ms;
      g_variant_builder_clear (&builder);
      g_variant_dict_init (&lists, NULL);
      g_variant_dict_insert_value (&lists, "works",
                                   g_variant_new_fixed_array (G_VARIANT_TYPE_INT64, works, N_ITEMS, sizeof *works));
      g_variant_dict_insert_value (&lists, "ms", g_variant_new_fixed_array (G_VARIANT_TYPE_DOUBLE, ms, N_ITEMS, sizeof *ms));
      return haul_batch_new_for_lists (&lab_pool_part, g_variant_dict_end (&lists));
    }
  for (guint i = 0; i < N_ITEMS; i++)
    g_variant_builder_add_value (&builder, lab_pool_arguments (FALSE, self->ms));
  return haul_batch_new_for_list (&lab_pool_part, g_variant_builder_end (&builder));
}

/* Makes the call; when it returns, the caller can do something else. */
static gboolean
make_call (Caller     *self,
           Call        call,
           HaulBatch  *batch,
           GError    **error)
{
  if (call == CALL_APPLY || call == CALL_APPLY_ASYNC)
    return apply (self, call == CALL_APPLY, error);
  return haul_pool_submit (self->pool, batch, error) && (call == CALL_IMAP || block (self, N_ITEMS, error));
}

static void
say_call (Caller *self,
          Call    call,
          gint64  returned)
{
  const char *item = items[call].id;

  lab_say_number (self->context, "blocked", item, (double) (returned - self->start) / 1000);
  lab_say_number (self->context, "first", item, (double) (self->first - self->start) / 1000);
  lab_say_number (self->context, "all", item, (double) (g_get_monotonic_time () - self->start) / 1000);
  lab_say_number (self->context, "workers", item, self->used->len);
}

static gboolean
run_call (Caller  *self,
          Call     call,
          GError **error)
{
  g_autoptr(HaulBatch) batch = make_batch (self, call);
  gint64 returned;
  gboolean ok;

  self->first = 0;
  self->n_results = 0;
  self->over = FALSE;
  g_array_set_size (self->used, 0);
  haul_batch_set_ordered (batch, FALSE);
  g_signal_connect (batch, "item", G_CALLBACK (item_cb), self);
  g_signal_connect (batch, "ended", G_CALLBACK (ended_cb), self);

  self->call = call;
  self->waits = FALSE;
  self->start = g_get_monotonic_time ();
  lab_say_mark (self->context, "parent", HAUL_MARK_MESSAGE, lab_say_when (self->start), items[call].id);
  ok = make_call (self, call, batch, error);
  returned = g_get_monotonic_time ();
  if (!self->waits)
    lab_say_work (self->context, "parent", lab_say_when (returned), items[call].title);
  self->waits = TRUE;   /* and for the rest it need not */
  ok = ok && block (self, N_ITEMS, error);
  lab_say_end (self->context, "parent", lab_say_now ());
  if (ok && self->n_results < N_ITEMS)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, _("%s gave %u results"), items[call].id, self->n_results);
      ok = FALSE;
    }
  if (ok)
    say_call (self, call, returned);
  g_signal_handlers_disconnect_by_data (batch, self);
  return ok;
}

static gboolean
run (HaulContext  *context,
     GVariant     *arguments,
     GError      **error)
{
  g_autoptr(GArray) pids = g_array_new (FALSE, FALSE, sizeof (int));
  g_autoptr(GArray) used = g_array_new (FALSE, FALSE, sizeof (int));
  g_autoptr(HaulPool) pool = NULL;
  Caller self = { .context = context, .pids = pids, .used = used };
  gboolean ok = TRUE;

  haul_context_set_total (context, N_CALLS);
  pool = lab_pool_new ((guint) haul_arguments_get_int (arguments, "workers"), context, error);
  if (pool == NULL)
    return FALSE;
  self.pool = pool;
  self.ms = (double) haul_arguments_get_int (arguments, "ms");

  lab_say_start (context);
  for (Call call = 0; call < N_CALLS && ok; call++)
    {
      ok = run_call (&self, call, error);
      haul_context_progress (context, call + 1);
    }
  lab_pool_end (pool);
  return ok;
}

/* Whether it kept the caller for most of the time until all was there. */
static gboolean
is_blocking (LabFindings *findings,
             Call         call)
{
  return lab_findings_get (findings, "blocked", items[call].id) > lab_findings_get (findings, "all", items[call].id) / 2;
}

static const char *
judge (LabFindings  *findings,
       char        **ret_why_not)
{
  guint blocking = 0;

  for (Call call = 0; call < N_CALLS; call++)
    {
      if (isnan (lab_findings_get (findings, "all", items[call].id)))
        {
          *ret_why_not = g_strdup (_("It ended before all calls were made."));
          return NULL;
        }
      if (is_blocking (findings, call))
        blocking |= 1U << call;
    }

  if (blocking == 0)
    return "none";
  if (blocking == (1U << N_CALLS) - 1)
    return "all";
  if (blocking == ((1U << CALL_APPLY) | (1U << CALL_MAP) | (1U << CALL_STARMAP)))
    return "some";
  *ret_why_not = g_strdup (_("This machine was too busy to tell who waited for whom. Try again when it has less to do."));
  return NULL;
}

static char *
explain (LabFindings *findings)
{
  /* Translators: times in milliseconds; the names of the calls stay as they are. */
  return g_strdup_printf (_("Four calls of apply() kept the caller for %.0f ms, because each waits for its one result and only "
                            "one worker is busy at a time. A map() and a starmap() kept it for %.0f and %.0f ms, with all workers "
                            "busy. The calls of apply_async() and imap() returned after %.2f and %.2f ms, and the results came while "
                            "the caller did something else."),
                          lab_findings_get (findings, "blocked", "apply"),
                          lab_findings_get (findings, "blocked", "map"),
                          lab_findings_get (findings, "blocked", "starmap"),
                          lab_findings_get (findings, "blocked", "apply_async"),
                          lab_findings_get (findings, "blocked", "imap"));
}

const LabExperiment lab_pool_calls = {
  .task = {
    .id = "lab-pool-calls",
    .title = N_("Pool Calls"),
    .summary = N_("apply, apply_async, map, starmap and imap on one timeline"),
    .unit = N_("calls"),
    .result = HAUL_RESULT_TEXT,
    .params = params,
    .run = run,
    .own_process = TRUE,
    .hidden = TRUE,
  },
  .group = LAB_GROUP_SPEED,
  .seconds = 3,
  .question = N_("A program gives four items to a pool of two workers, by each of apply, apply_async, map, starmap and imap. "
                 "Which of these calls keep it waiting?"),
  .predictions = predictions,
  .measures = measures,
  .items = items,
  .picture = LAB_PICTURE_LANES,
  .judge = judge,
  .explain = explain,
  .c_code =
    "/* None of these blocks: callbacks tell of the results. */\n"
    "haul_pool_apply_async (pool, &task, arguments, NULL, applied_cb, data);    /* apply_async */\n"
    "\n"
    "map = haul_batch_new_for_list (&task, list_of_arguments);                  /* map, imap */\n"
    "starmap = haul_batch_new_for_lists (&task, lists);                         /* starmap */\n"
    "haul_pool_submit (pool, map, &error);\n"
    "haul_batch_join_async (map, -1, NULL, all_done_cb, data);                  /* map_async */\n"
    "haul_batch_next_async (map, -1, NULL, next_done_cb, data);                 /* next() of imap */\n",
  .python_code =
    "with Pool(2) as pool:\n"
    "    pool.apply(f, (1,))                     # waits for its result\n"
    "    later = pool.apply_async(f, (1,))       # returns at once\n"
    "    pool.map(f, [1, 2, 3, 4])               # waits for all of them\n"
    "    pool.starmap(g, [(1, 2), (3, 4)])       # the same, with several arguments\n"
    "    for result in pool.imap(f, [1, 2, 3]):  # returns at once; each turn waits\n"
    "        print(result)                       # for the next result\n"
    "    later.get()                             # waits now\n",
  .man = "man 2 waitid",
};
