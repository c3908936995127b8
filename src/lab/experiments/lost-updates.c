/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "haul/worker/haul-number.h"
#include "lab-experiment.h"
#include "lab-say.h"

/* Several threads add to one number. Each addition reads, adds and writes, and who writes last wins. */

extern const LabExperiment lab_lost_updates;

#define MAX_THREADS 8
#define MOST_TRIES  40     /* without protection, until two of them meet */

typedef enum
{
  PROTECTION_NONE,
  PROTECTION_MUTEX,
  PROTECTION_ATOMIC,
  N_PROTECTIONS
} Protection;

static const HaulChoice items[] = {
  [PROTECTION_NONE] = { "none", N_("Nothing") },
  [PROTECTION_MUTEX] = { "mutex", N_("A mutex") },
  [PROTECTION_ATOMIC] = { "atomic", N_("An atomic step") },
  { NULL }
};

static const HaulChoice predictions[] = {
  { "exact", N_("Exactly as many as were added") },
  { "less", N_("Less: some additions are lost") },
  { "more", N_("More: some count twice") },
  { NULL }
};

static const LabMeasure measures[] = {
  { "total", N_("Counted"), NULL, 0 },
  { "lost", N_("Lost"), "%", 100 },
  { "time", N_("Time"), "ms", 0 },
  { NULL }
};

static const HaulParam params[] = {
  { "threads", N_("Threads"), N_("threads"), N_("How many add at a time"), HAUL_PARAM_INT, 1, MAX_THREADS, 4 },
  { "increments", N_("Additions"), N_("additions"), N_("How many each of them makes"),
    HAUL_PARAM_INT, 1000, 5e6, 1e6 },
  { NULL }
};

typedef struct
{
  Protection        protection;
  volatile guint64  total;
  GMutex            mutex;
  guint64           increments;
  int               ready;        /* atomic: all begin together */
  int               n_threads;
} Counter;

static gpointer
add (gpointer data)
{
  Counter *counter = data;

  g_atomic_int_inc (&counter->ready);
  while (g_atomic_int_get (&counter->ready) < counter->n_threads)
    g_thread_yield ();

  for (guint64 i = 0; i < counter->increments; i++)
    {
      switch (counter->protection)
        {
        case PROTECTION_MUTEX:
          g_mutex_lock (&counter->mutex);
          counter->total = counter->total + 1;
          g_mutex_unlock (&counter->mutex);
          break;

        case PROTECTION_ATOMIC:
          __atomic_fetch_add (&counter->total, 1, __ATOMIC_RELAXED);
          break;

        case PROTECTION_NONE:
        case N_PROTECTIONS:
        default:
          counter->total = counter->total + 1;
          break;
        }
    }
  return NULL;
}

/* Which part of the additions was lost. */
static double
count (Counter *counter)
{
  GThread *threads[MAX_THREADS];
  double added = (double) counter->n_threads * (double) counter->increments;

  for (int i = 0; i < counter->n_threads; i++)
    threads[i] = g_thread_new ("adder", add, counter);
  for (int i = 0; i < counter->n_threads; i++)
    g_thread_join (threads[i]);
  g_mutex_clear (&counter->mutex);
  return (added - (double) counter->total) / added;
}

/* On a busy machine it may be that no two of them run at the same time; then they try again. */
static gboolean
run_protection (HaulContext  *context,
                Protection    protection,
                int           n_threads,
                guint64       increments,
                GError      **error)
{
  const char *item = items[protection].id;
  guint most = protection == PROTECTION_NONE && n_threads > 1 ? MOST_TRIES : 1;
  guint n_tries = 0;
  double lost = 0;

  while (lost == 0 && n_tries < most)
    {
      Counter counter = { .protection = protection, .increments = increments, .n_threads = n_threads };
      double start = lab_say_now ();

      if (!haul_context_check (context, error))
        return FALSE;
      lost = count (&counter);
      n_tries++;
      lab_say_number (context, "time", item, (lab_say_now () - start) * 1000);
      lab_say_number (context, "total", item, (double) counter.total);
    }
  lab_say_number (context, "lost", item, 100 * lost);
  lab_say_number (context, "tries", item, n_tries);
  return TRUE;
}

static gboolean
run (HaulContext  *context,
     GVariant     *arguments,
     GError      **error)
{
  int n_threads = (int) haul_arguments_get_int (arguments, "threads");
  guint64 increments = (guint64) haul_arguments_get_int (arguments, "increments");

  lab_say_start (context);
  haul_context_set_total (context, N_PROTECTIONS);
  for (guint i = 0; i < N_PROTECTIONS; i++)
    {
      if (!run_protection (context, i, n_threads, increments, error))
        return FALSE;
      haul_context_progress (context, i + 1);
    }
  return TRUE;
}

static const char *
judge (LabFindings  *findings,
       char        **ret_why_not)
{
  double lost = lab_findings_get (findings, "lost", "none");

  if (lost > 0)
    return "less";
  if (lost < 0)
    return "more";
  *ret_why_not = g_strdup (_("No two threads met this time: with one thread, one processor or few additions they "
                             "seldom do. Try more of them."));
  return NULL;
}

static char *
explain (LabFindings *findings)
{
  g_autofree char *total = haul_format_count (lab_findings_get (findings, "total", "none"));
  double mutex_cost = lab_findings_get (findings, "time", "mutex") / lab_findings_get (findings, "time", "none");
  guint n_tries = (guint) lab_findings_get (findings, "tries", "none");
  /* Translators: the first is a count like “3,010,723”, the second a percentage, the third a factor. */
  g_autofree char *text =
    g_strdup_printf (_("Without protection the total was %s, and %.3g %% of the additions were overwritten, because each of them "
                       "reads, adds and writes in three steps. A mutex lets one thread in at a time and an atomic step cannot "
                       "be divided, so that nothing is lost with them, but the mutex took %.1f times as long."),
                     total, lab_findings_get (findings, "lost", "none"), mutex_cost);
  g_autofree char *luck = NULL;

  if (n_tries <= 1)
    return g_steal_pointer (&text);
  luck = g_strdup_printf (ngettext ("The first attempt lost nothing, because no two threads met, and so such a mistake can stay hidden.",
                                    "The first %u attempts lost nothing, because no two threads met, and so such a mistake can "
                                    "stay hidden.", n_tries - 1),
                          n_tries - 1);
  return g_strjoin (" ", text, luck, NULL);
}

const LabExperiment lab_lost_updates = {
  .task = {
    .id = "lab-lost-updates",
    .title = N_("Lost Updates"),
    .summary = N_("Several threads add to one number, with and without a lock"),
    .unit = N_("kinds of protection"),
    .result = HAUL_RESULT_TEXT,
    .params = params,
    .run = run,
    .own_process = TRUE,
    .hidden = TRUE,
  },
  .group = LAB_GROUP_MEMORY,
  .seconds = 1,
  .question = N_("Four threads each add 1 to the same number, a million times, and nothing keeps them apart. "
                 "What does the number say in the end?"),
  .predictions = predictions,
  .measures = measures,
  .items = items,
  .picture = LAB_PICTURE_BARS,
  .pictured = "lost",
  .judge = judge,
  .explain = explain,
  .c_code =
    "static volatile long total;         /* every thread sees it */\n"
    "\n"
    "static void *\n"
    "add (void *data)\n"
    "{\n"
    "  for (int i = 0; i < 1000000; i++)\n"
    "    total = total + 1;              /* loses updates */\n"
    "    /* __atomic_fetch_add (&total, 1, __ATOMIC_RELAXED) does not */\n"
    "  return NULL;\n"
    "}\n",
  .python_code =
    "from multiprocessing import Process, Value\n"
    "\n"
    "def add(total):\n"
    "    for _ in range(100_000):\n"
    "        total.value += 1            # loses updates\n"
    "        # with total.get_lock(): total.value += 1   does not\n"
    "\n"
    "if __name__ == '__main__':\n"
    "    total = Value('q', 0)\n"
    "    ps = [Process(target=add, args=(total,)) for _ in range(4)]\n"
    "    for p in ps: p.start()\n"
    "    for p in ps: p.join()\n"
    "    print(total.value)\n",
  .man = "man 3 pthread_mutex_lock",
};
