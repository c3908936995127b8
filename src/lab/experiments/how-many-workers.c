/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "haul/parent/haul-cpus.h"
#include "lab-crew.h"
#include "lab-experiment.h"
#include "lab-field.h"
#include "lab-say.h"

/* A fixed amount of work is divided among 1, 2, … workers, up to twice as many as there are processors. It is short,
 * and done many times, in turns: the shortest time is the one in which nobody else had a processor that we wanted. */

extern const LabExperiment lab_how_many_workers;

#define UNITS       1000    /* that the work consists of */
#define MAX_POINTS  16
#define ROUNDS      400     /* or more, until they show it … */
#define LIMIT_US    (7 * G_USEC_PER_SEC)     /* … but then no more are begun */

/* Below the first there was no use in more workers, below the second none in still more. */
#define SOME_GAIN   1.2
#define MORE_GAIN   1.25

/* In percent: if others had the processor for so much of the time, no gain and too much of it prove nothing. */
#define BUSY        20

static const HaulChoice predictions[] = {
  { "none", N_("One worker is as fast as many") },
  { "cores", N_("Faster up to the number of processors, and then no more") },
  { "more", N_("Faster still with twice as many workers as processors") },
  { NULL }
};

static const LabMeasure measures[] = {
  { "speedup", N_("Speed-up"), "×", 0 },
  { "time", N_("Shortest time"), "ms", 0 },
  { NULL }
};

static const HaulParam params[] = {
  { "work", N_("Work"), N_("milliseconds"), N_("How long one worker takes for all of it"), HAUL_PARAM_INT, 1, 50, 2 },
  { "serial", N_("Not divisible"), "%", N_("How much of it one has to do before the others can begin"),
    HAUL_PARAM_INT, 0, 90, 0 },
  { NULL }
};

typedef struct
{
  guint    n_rounds;
  guint    n_points;
  guint    workers[MAX_POINTS];
  double   best[MAX_POINTS];      /* seconds; 0 before */
  guint64  turns;                 /* of a unit */
  guint64  serial;                /* units */
  double   alone;                 /* seconds that one worker took, in all rounds … */
  double   waited;                /* … and those of them in which others had its processor */
} Curve;

/* 1, 2, 3, 4, …, in wider steps where there are many processors; their number and twice that are always among them. */
static void
choose_points (Curve *self,
               guint  n_cpus)
{
  guint last = MIN (2 * n_cpus, LAB_CREW_MAX);
  guint step = MAX (1, (last + MAX_POINTS - 4) / (MAX_POINTS - 3));

  for (guint n = 1; n < last; n = n == 1 && step > 1 ? step : n + step)
    {
      guint before = self->n_points > 0 ? self->workers[self->n_points - 1] : 0;

      if (before < n_cpus && n_cpus < n)
        self->workers[self->n_points++] = n_cpus;
      self->workers[self->n_points++] = n;
    }
  self->workers[self->n_points++] = last;
}

static gboolean
run_point (Curve    *self,
           LabCrew  *crew,
           guint     point,
           GError  **error)
{
  guint n = self->workers[point];
  guint64 units = UNITS - self->serial;
  gint64 start;
  double waited = n == 1 ? lab_crew_waited (crew) : 0;
  double seconds;

  lab_crew_rest ();
  start = g_get_monotonic_time ();
  lab_crew_work (self->serial, self->turns);
  if (lab_crew_run (crew, n, units, (units + n - 1) / n, NULL, error) < 0)
    return FALSE;
  seconds = (double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC;
  if (n == 1)
    {
      self->alone += seconds;
      self->waited += lab_crew_waited (crew) - waited;
    }
  if (self->best[point] <= 0 || seconds < self->best[point])
    self->best[point] = seconds;
  return TRUE;
}

static void
say (HaulContext *context,
     const Curve *self)
{
  g_autofree char *busy = g_strdup_printf ("%.0f", MIN (100, 100 * self->waited / self->alone));
  g_autofree char *rounds = g_strdup_printf ("%u", self->n_rounds);

  lab_say_text (context, "busy", busy);
  lab_say_text (context, "rounds", rounds);
  for (guint i = 0; i < self->n_points; i++)
    {
      g_autofree char *item = g_strdup_printf ("%u", self->workers[i]);

      lab_say_number (context, "time", item, self->best[i] * 1000);
      lab_say_number (context, "speedup", item, self->best[0] / self->best[i]);
    }
}

static gboolean
is_limited_by_cpus (double at_cpus,
                    double at_twice)
{
  return at_cpus > SOME_GAIN && at_twice <= at_cpus * MORE_GAIN;
}

/* A busy machine may take more rounds until there is one in which nobody was in the way. */
static gboolean
is_shown (const Curve *self,
          guint        n_cpus)
{
  double at_cpus = 0, at_twice = 0;

  for (guint i = 0; i < self->n_points; i++)
    {
      if (self->workers[i] == n_cpus)
        at_cpus = self->best[0] / self->best[i];
      at_twice = self->best[0] / self->best[i];
    }
  return is_limited_by_cpus (at_cpus, at_twice);
}

static gboolean
run_rounds (HaulContext  *context,
            Curve        *curve,
            LabCrew      *crew,
            GError      **error)
{
  guint n_cpus = haul_usable_cpus ();
  gint64 last_start = g_get_monotonic_time () + LIMIT_US;

  while (curve->n_rounds == 0
         || (g_get_monotonic_time () < last_start && (curve->n_rounds < ROUNDS || !is_shown (curve, n_cpus))))
    {
      for (guint point = 0; point < curve->n_points; point++)
        {
          if (!haul_context_check (context, error) || !run_point (curve, crew, point, error))
            return FALSE;
        }
      curve->n_rounds++;
      if (curve->n_rounds % 5 == 1)
        say (context, curve);
      haul_context_progress (context, MIN (curve->n_rounds, ROUNDS));
    }
  say (context, curve);
  return TRUE;
}

static gboolean
run (HaulContext  *context,
     GVariant     *arguments,
     GError      **error)
{
  guint n_cpus = haul_usable_cpus ();
  g_autofree char *cpus = g_strdup_printf ("%u", n_cpus);
  g_autoptr(LabCrew) crew = NULL;
  Curve curve = { 0 };

  lab_say_start (context);
  lab_say_text (context, "processors", cpus);
  haul_context_set_total (context, ROUNDS);
  choose_points (&curve, n_cpus);
  curve.turns = MAX (1, lab_crew_calibrate () * (guint64) haul_arguments_get_int (arguments, "work") / UNITS);
  curve.serial = UNITS * (guint64) haul_arguments_get_int (arguments, "serial") / 100;
  crew = lab_crew_new (curve.workers[curve.n_points - 1], curve.turns, error);
  return crew != NULL && run_rounds (context, &curve, crew, error);
}

static double
get_speedup (LabFindings *findings,
             guint        n_workers)
{
  g_autofree char *item = g_strdup_printf ("%u", n_workers);

  return lab_findings_get (findings, "speedup", item);
}

static const char *
judge (LabFindings  *findings,
       char        **ret_why_not)
{
  guint n_cpus = lab_field_read_count (lab_findings_get_text (findings, "processors"));
  double at_cpus = get_speedup (findings, n_cpus);
  double at_twice = get_speedup (findings, MIN (2 * n_cpus, LAB_CREW_MAX));

  if (n_cpus == 1)
    *ret_why_not = g_strdup (_("There is one processor here, so that there is nothing that a second worker could use."));
  else if (n_cpus * 2 > LAB_CREW_MAX)
    *ret_why_not = g_strdup (_("There are more processors here than this experiment has workers for."));
  else if (isnan (at_cpus) || isnan (at_twice))
    *ret_why_not = g_strdup (_("It ended before all numbers of workers had been tried."));
  else if (is_limited_by_cpus (at_cpus, at_twice))
    return "cores";
  else if (lab_field_read_count (lab_findings_get_text (findings, "busy")) >= BUSY)
    /* Translators: numbers of rounds and workers, factors, and a percentage. */
    *ret_why_not = g_strdup_printf (_("In the best of %u rounds %u workers were %.2f times as fast as one, and %u workers %.2f times. "
                                      "Other programs had the processor for %u %% of the time, so that this says little. Try again "
                                      "when this machine has less to do."),
                                    lab_field_read_count (lab_findings_get_text (findings, "rounds")), n_cpus, at_cpus, 2 * n_cpus, at_twice,
                                    lab_field_read_count (lab_findings_get_text (findings, "busy")));
  else
    return at_cpus > SOME_GAIN || at_twice > MORE_GAIN ? "more" : "none";
  return NULL;
}

static char *
explain (LabFindings *findings)
{
  guint n_cpus = lab_field_read_count (lab_findings_get_text (findings, "processors"));
  gint64 serial = haul_arguments_get_int (lab_findings_get_arguments (findings), "serial");
  double at_cpus = get_speedup (findings, n_cpus), at_twice = get_speedup (findings, 2 * n_cpus);
  guint n_busy = lab_field_read_count (lab_findings_get_text (findings, "busy"));
  g_autofree char *why_not = NULL, *limit = NULL;

  if (g_strcmp0 (judge (findings, &why_not), "more") == 0)
    return g_strdup_printf (_("On %u processors, %u workers were %.2f times as fast as one, and %u workers %.2f times. A processor "
                              "does one thing at a time, so that more of them must have been in use for a moment: where a control "
                              "group limits the time, all processors of the machine may be used until it is spent."),
                            n_cpus, n_cpus, at_cpus, 2 * n_cpus, at_twice);
  if (n_busy >= BUSY)
    /* Translators: a percentage. */
    limit = g_strdup_printf (_("Other programs had the processor for %u %% of the time, so that the curve is lower than it would be "
                               "without them."), n_busy);
  else if (serial > 0)
    /* Translators: a percentage, and a factor. */
    limit = g_strdup_printf (_("Of this work %d %% cannot be divided, so that no number of workers makes it more than %.1f times "
                               "as fast: that is Amdahl’s law."), (int) serial, 100.0 / (double) serial);
  else
    limit = g_strdup (_("What cannot be divided, and what it takes to hand out the work, bends the curve even earlier: that is "
                        "Amdahl’s law, which is fitted to it."));

  /* Translators: numbers of workers and factors; the last is a sentence of its own. */
  return g_strdup_printf (_("On %u processors, %u workers were %.2f times as fast as one, and %u workers %.2f times. A processor "
                            "does one thing at a time, so that workers beyond their number only take turns. %s"),
                          n_cpus, n_cpus, at_cpus, 2 * n_cpus, at_twice, limit);
}

const LabExperiment lab_how_many_workers = {
  .task = {
    .id = "lab-how-many-workers",
    .title = N_("How Many Workers"),
    .summary = N_("The same work, divided among more and more workers"),
    .unit = N_("rounds"),
    .result = HAUL_RESULT_TEXT,
    .params = params,
    .run = run,
    .own_process = TRUE,
    .hidden = TRUE,
  },
  .group = LAB_GROUP_SPEED,
  .seconds = 4,
  .question = N_("A computation that keeps a processor busy is divided evenly among 1, 2, 3 and more workers. Up to which number "
                 "does it get faster?"),
  .predictions = predictions,
  .measures = measures,
  .items_title = N_("Workers"),
  .picture = LAB_PICTURE_CURVE,
  .pictured = "speedup",
  .judge = judge,
  .explain = explain,
  .c_code =
    "HaulPool *pool = haul_pool_new (NULL, 0);   /* 0: as many workers as processors */\n"
    "\n"
    "/* Those that this program may use; a control group may allow less time than they have. */\n"
    "cpu_set_t mine;\n"
    "\n"
    "sched_getaffinity (0, sizeof mine, &mine);\n"
    "printf (\"%d\\n\", CPU_COUNT (&mine));\n",
  .python_code =
    "import os, time\n"
    "from multiprocessing import Pool\n"
    "\n"
    "if __name__ == '__main__':\n"
    "    for n in range(1, 2 * len(os.sched_getaffinity(0)) + 1):\n"
    "        with Pool(n) as pool:\n"
    "            start = time.perf_counter()\n"
    "            pool.map(sum, [range(10_000_000 // n)] * n)\n"
    "            print(n, time.perf_counter() - start)\n",
  .man = "man 2 sched_getaffinity",
};
