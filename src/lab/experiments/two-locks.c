/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <pthread.h>
#include <time.h>

#include "lab-experiment.h"
#include "lab-say.h"

/* Two threads take the same two locks: in opposite order, in the same order, and in opposite order but without
 * waiting for the second. */

extern const LabExperiment lab_two_locks;

#define N_THREADS 2
#define N_LOCKS 2
#define WORK_US 20000           /* while it has both */
#define NOBODY (-1)

typedef enum
{
  ORDER_OPPOSITE,
  ORDER_SAME,
  ORDER_TRY,
  N_ORDERS
} Order;

static const HaulChoice items[] = {
  [ORDER_OPPOSITE] = { "opposite", N_("Opposite order") },
  [ORDER_SAME] = { "same", N_("Same order") },
  [ORDER_TRY] = { "try", N_("Opposite, but give back") },
  { NULL }
};

static const char * const lanes[] = { "thread 1", "thread 2" };

static const HaulChoice predictions[] = {
  { "one", N_("One of them waits, and goes on when the other is done") },
  { "ring", N_("Both wait for each other, for ever") },
  { "kernel", N_("The system sees it, and takes a lock away") },
  { NULL }
};

static const LabMeasure measures[] = {
  { "rings", N_("Waited for Each Other"), N_("times"), 0 },
  { "time", N_("Time"), "ms", 0 },
  { NULL }
};

static const HaulParam params[] = {
  { "rounds", N_("Rounds"), N_("rounds"), N_("How often they try"), HAUL_PARAM_INT, 1, 10, 3 },
  { "timeout", N_("Time-out"), N_("milliseconds"), N_("When a thread gives up waiting, which it would not by itself"),
    HAUL_PARAM_INT, 50, 500, 250 },
  { NULL }
};

typedef struct
{
  pthread_mutex_t locks[N_LOCKS];
  int             owner[N_LOCKS];           /* atomic: a thread, or NOBODY */
  int             waits_for[N_THREADS];     /* atomic: a lock, or NOBODY */
  int             n_begun;                  /* atomic: have started */
  int             n_half;                   /* atomic: have one lock, and go for the other */
  int             n_rings;                  /* atomic: saw that they wait for each other */
  Order           order;
  guint           timeout_ms;
} Round;

typedef struct
{
  Round  *round;
  int     number;
  double  begun;
  double  has_one;
  double  waited;       /* when it had both, or gave up the first time */
  double  has_both;
  double  ended;
} Taker;

static void
meet (int *counter)
{
  g_atomic_int_inc (counter);
  while (g_atomic_int_get (counter) < N_THREADS)
    g_thread_yield ();
}

static void
take (Taker *self,
      int    lock)
{
  (void) pthread_mutex_lock (&self->round->locks[lock]);
  g_atomic_int_set (&self->round->owner[lock], self->number);
}

static void
give_back (Taker *self,
           int    lock)
{
  g_atomic_int_set (&self->round->owner[lock], NOBODY);
  (void) pthread_mutex_unlock (&self->round->locks[lock]);
}

/* Whoever has what we wait for waits for what we have: nothing but this can be seen to be for ever. Of two that
 * give up at the same time, the one that looks first sees it. */
static gboolean
is_ring (Taker *self,
         int    wanted)
{
  int other = g_atomic_int_get (&self->round->owner[wanted]);
  int others_wish = other != NOBODY ? g_atomic_int_get (&self->round->waits_for[other]) : NOBODY;

  return others_wish != NOBODY && g_atomic_int_get (&self->round->owner[others_wish]) == self->number;
}

/* With a time-out: the rescue. */
static gboolean
take_second (Taker *self,
             int    lock)
{
  Round *round = self->round;
  struct timespec end;
  gint64 nanoseconds;
  int result;

  if (round->order == ORDER_TRY)
    {
      result = pthread_mutex_trylock (&round->locks[lock]);
    }
  else
    {
      clock_gettime (CLOCK_MONOTONIC, &end);
      nanoseconds = end.tv_nsec + (gint64) round->timeout_ms * 1000000;
      end.tv_sec += nanoseconds / 1000000000;
      end.tv_nsec = nanoseconds % 1000000000;

      g_atomic_int_set (&round->waits_for[self->number], lock);
      result = pthread_mutex_clocklock (&round->locks[lock], CLOCK_MONOTONIC, &end);
      if (result != 0 && is_ring (self, lock))
        g_atomic_int_inc (&round->n_rings);
      g_atomic_int_set (&round->waits_for[self->number], NOBODY);
    }
  if (result == 0)
    g_atomic_int_set (&round->owner[lock], self->number);
  return result == 0;
}

static gpointer
take_both (gpointer data)
{
  Taker *self = data;
  Round *round = self->round;
  int first = round->order == ORDER_SAME ? 0 : self->number;
  int second = 1 - first;

  self->begun = lab_say_now ();
  meet (&round->n_begun);
  take (self, first);
  self->has_one = lab_say_now ();
  if (round->order != ORDER_SAME)
    meet (&round->n_half);

  if (!take_second (self, second))
    {
      give_back (self, first);
      self->waited = lab_say_now ();
      take (self, 0);                 /* from now on both in the same order */
      take (self, 1);
    }
  self->has_both = lab_say_now ();
  if (self->waited == 0)
    self->waited = self->has_both;

  g_usleep (WORK_US);
  give_back (self, second);
  give_back (self, first);
  self->ended = lab_say_now ();
  return NULL;
}

static void
say_lane (HaulContext *context,
          const Taker *taker)
{
  const char *lane = lanes[taker->number];
  gboolean is_first = taker->number == 0 || taker->round->order == ORDER_SAME;

  lab_say_span (context, lane, HAUL_SPAN_WAITING, taker->begun);
  lab_say_mark (context, lane, HAUL_MARK_MESSAGE, taker->has_one, is_first ? "+A" : "+B");
  if (taker->waited < taker->has_both)
    lab_say_mark (context, lane, HAUL_MARK_MESSAGE, taker->waited, is_first ? "-A" : "-B");
  lab_say_span (context, lane, HAUL_SPAN_WORKING, taker->has_both);
  lab_say_end (context, lane, taker->ended);
}

/* Whether they waited for each other. */
static gboolean
run_round (HaulContext *context,
           Order        order,
           guint        timeout_ms)
{
  Round round = { .order = order, .timeout_ms = timeout_ms };
  Taker takers[N_THREADS] = { { .round = &round, .number = 0 }, { .round = &round, .number = 1 } };
  GThread *threads[N_THREADS];

  for (guint i = 0; i < N_LOCKS; i++)
    {
      pthread_mutex_init (&round.locks[i], NULL);
      round.owner[i] = NOBODY;
      round.waits_for[i] = NOBODY;
    }
  for (guint i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("taker", take_both, &takers[i]);
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
  for (guint i = 0; i < N_THREADS; i++)
    say_lane (context, &takers[i]);
  for (guint i = 0; i < N_LOCKS; i++)
    pthread_mutex_destroy (&round.locks[i]);
  return round.n_rings > 0;
}

static gboolean
run (HaulContext  *context,
     GVariant     *arguments,
     GError      **error)
{
  guint n_rounds = (guint) haul_arguments_get_int (arguments, "rounds");
  guint timeout_ms = (guint) haul_arguments_get_int (arguments, "timeout");

  lab_say_start (context);
  lab_say_number (context, "rounds", "opposite", n_rounds);
  haul_context_set_total (context, N_ORDERS * n_rounds);
  for (guint order = 0; order < N_ORDERS; order++)
    {
      double begun = lab_say_now ();
      guint n_rings = 0;

      for (guint i = 0; i < n_rounds; i++)
        {
          n_rings += run_round (context, order, timeout_ms);
          haul_context_progress (context, order * n_rounds + i + 1);
          if (!haul_context_check (context, error))
            return FALSE;
        }
      lab_say_number (context, "rings", items[order].id, n_rings);
      lab_say_number (context, "time", items[order].id, 1000 * (lab_say_now () - begun) / n_rounds);
    }
  return TRUE;
}

static const char *
judge (LabFindings  *findings,
       char        **ret_why_not)
{
  double rings = lab_findings_get (findings, "rings", "opposite");

  if (rings > 0)
    return "ring";
  if (rings == 0)
    return "one";
  *ret_why_not = g_strdup (_("The threads did not get as far as the locks."));
  return NULL;
}

static char *
explain (LabFindings *findings)
{
  return g_strdup_printf (_("In opposite order the threads waited for each other in %.0f of %.0f rounds, which took %.0f ms each, and "
                            "only a time-out, which an ordinary lock does not have, let them go on. In the same order that "
                            "happened %.0f times, and a round took %.0f ms, because whoever has the first lock gets the second as "
                            "well. Where no order can be kept, a thread can give back its first lock when the second is taken, "
                            "with which it happened %.0f times, and a round took %.0f ms."),
                          lab_findings_get (findings, "rings", "opposite"), lab_findings_get (findings, "rounds", "opposite"),
                          lab_findings_get (findings, "time", "opposite"), lab_findings_get (findings, "rings", "same"),
                          lab_findings_get (findings, "time", "same"), lab_findings_get (findings, "rings", "try"),
                          lab_findings_get (findings, "time", "try"));
}

const LabExperiment lab_two_locks = {
  .task = {
    .id = "lab-two-locks",
    .title = N_("Two Locks"),
    .summary = N_("Two threads take the same two locks in opposite order"),
    .unit = N_("rounds"),
    .result = HAUL_RESULT_TEXT,
    .params = params,
    .run = run,
    .own_process = TRUE,
    .hidden = TRUE,
  },
  .group = LAB_GROUP_MEMORY,
  .seconds = 2,
  .question = N_("One thread has lock A and wants lock B as well; another has B and wants A. What happens?"),
  .predictions = predictions,
  .measures = measures,
  .items = items,
  .picture = LAB_PICTURE_LANES,
  .judge = judge,
  .explain = explain,
  .c_code =
    "static void\n"
    "move (GMutex *from, GMutex *to)\n"
    "{\n"
    "  g_mutex_lock (from);\n"
    "  while (!g_mutex_trylock (to))       /* with g_mutex_lock (to): for ever */\n"
    "    {\n"
    "      g_mutex_unlock (from);          /* so that the other can go on */\n"
    "      g_thread_yield ();\n"
    "      g_mutex_lock (from);\n"
    "    }\n"
    "  g_mutex_unlock (to);\n"
    "  g_mutex_unlock (from);\n"
    "}\n"
    "/* Thread 1 calls move (&a, &b), thread 2 calls move (&b, &a). */\n",
  .python_code =
    "from multiprocessing import Lock, Process\n"
    "\n"
    "def move(first, second):\n"
    "    with first:\n"
    "        if second.acquire(timeout=1):   # without the time-out: for ever\n"
    "            second.release()\n"
    "\n"
    "if __name__ == '__main__':\n"
    "    a, b = Lock(), Lock()\n"
    "    Process(target=move, args=(a, b)).start()\n"
    "    Process(target=move, args=(b, a)).start()   # right: (a, b)\n",
  .man = "man 3 pthread_mutex_trylock",
};
