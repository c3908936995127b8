/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "haul/parent/haul-cpus.h"
#include "lab-child.h"
#include "lab-crew.h"
#include "lab-experiment.h"
#include "lab-field.h"
#include "lab-python.h"
#include "lab-say.h"

/*
 * The same amount of work in the threads of a real python3, in as many of its processes, and in threads of C. It is
 * short, and done many times, in turns: the shortest time is the one in which nobody else had a processor that we
 * wanted. Where there is no python3, threads that compute only while they hold one lock stand for those of it.
 */

extern const LabExperiment lab_interpreter_lock;

#define MAX_WORKERS   8
#define SLICES        4        /* in which the model holds its lock, for each of its threads */
#define ROUNDS        150      /* or more, until they show it … */
#define LIMIT_US      (7 * G_USEC_PER_SEC)     /* … but then no more are begun */
#define TRIES         40       /* to find out how fast python3 is */
#define TRY_TURNS     10000

/* Above this it was faster. */
#define GAIN          1.25

/* In percent: if others had the processor for so much of the time, no gain and too much of it prove nothing. */
#define BUSY          20

typedef enum
{
  WAY_SERIAL,
  WAY_THREADS,
  WAY_PROCESSES,
  WAY_C_SERIAL,
  WAY_C_THREADS,
  N_WAYS
} Way;

static const HaulChoice items[] = {
  [WAY_SERIAL] = { "python-serial", N_("Python, one after the other") },
  [WAY_THREADS] = { "python-threads", N_("Python threads") },
  [WAY_PROCESSES] = { "python-processes", N_("Python processes") },
  [WAY_C_SERIAL] = { "c-serial", N_("C, one after the other") },
  [WAY_C_THREADS] = { "c-threads", N_("C threads") },
  { NULL }
};

static const HaulChoice predictions[] = {
  { "both", N_("Both: there are several processors") },
  { "processes", N_("Processes do, threads do not") },
  { "neither", N_("Neither: Python does one thing at a time") },
  { NULL }
};

static const LabMeasure measures[] = {
  { "speedup", N_("Speed-up"), "×", 0 },
  { "time", N_("Shortest time"), "ms", 0 },
  { NULL }
};

static const HaulParam params[] = {
  { "workers", N_("Workers"), N_("workers"), N_("How many threads, or processes, work at a time"),
    HAUL_PARAM_INT, 2, MAX_WORKERS, 2 },
  { "work", N_("Work"), N_("milliseconds"), N_("How long each of them computes"), HAUL_PARAM_INT, 1, 50, 1 },
  { "python", N_("Interpreter"), NULL, N_("Which Python it is: a name, or a path"), HAUL_PARAM_STRING, .initial_text = LAB_PYTHON },
  { NULL }
};

typedef struct
{
  HaulContext *context;
  guint        n_workers;
  guint        n_rounds;
  double       best[N_WAYS];      /* seconds; 0 before */
  double       alone;             /* seconds that the one thread of C took, in all rounds … */
  double       waited;            /* … and those of them in which others had its processor */

  /* One that has threads, and one for each worker, on a processor of its own. */
  LabPython    pythons[MAX_WORKERS + 1];
  guint        n_pythons;         /* 0: it is a model */
  guint64      python_turns;

  LabCrew     *crew;              /* (owned) (nullable) of the model */
  guint64      turns;             /* of a slice */
  GMutex       lock;              /* of the model */
  gboolean     locked;            /* whether threads take it */
  int          n_threads;         /* atomic: that have begun */

  cpu_set_t    cpus;              /* where we may run */
} Lock;

/* --- Python --------------------------------------------------------------- */

static void
end_pythons (Lock *self)
{
  for (guint i = 0; i < self->n_pythons; i++)
    lab_python_end (&self->pythons[i]);
  self->n_pythons = 0;
}

/* FALSE where it cannot be run: then there is a model. */
static gboolean
start_pythons (Lock       *self,
               const char *name)
{
  g_autofree char *path = lab_python_find (name);
  gboolean ok = path != NULL;

  for (guint i = 0; i <= self->n_workers && ok; i++)
    {
      ok = lab_python_start (&self->pythons[i], path, NULL);
      self->n_pythons += ok;
    }
  for (guint i = 0; i <= self->n_workers && ok; i++)
    {
      g_autofree char *version = lab_python_read_version (&self->pythons[i]);

      ok = version != NULL;
      if (ok && i > 0)
        lab_child_pin (self->pythons[i].pid, &self->cpus, i - 1);
      if (ok && i == 0)
        lab_say_text (self->context, "python", version);
    }
  if (!ok)
    end_pythons (self);
  return ok;
}

/* So that each worker has so many milliseconds to do. */
static gboolean
measure_python (Lock    *self,
                double   ms,
                GError **error)
{
  double best = HUGE_VAL;

  for (guint i = 0; i < TRIES; i++)
    {
      double seconds;

      lab_crew_rest ();
      seconds = lab_python_ask (&self->pythons[0], "serial", 1, TRY_TURNS, error) ? lab_python_answer (&self->pythons[0], error) : -1;
      if (seconds < 0)
        return FALSE;
      best = MIN (best, seconds);
    }
  self->python_turns = (guint64) MAX (1, ms / 1000 / MAX (best, 1e-6) * TRY_TURNS);
  return TRUE;
}

/* All together, each in a process of its own. The first is on our processor, and is asked last. */
static double
run_python_processes (Lock    *self,
                      GError **error)
{
  gint64 start = g_get_monotonic_time ();

  for (guint i = self->n_workers; i > 0; i--)
    if (!lab_python_ask (&self->pythons[i], "serial", 1, self->python_turns, error))
      return -1;
  for (guint i = 1; i <= self->n_workers; i++)
    if (lab_python_answer (&self->pythons[i], error) < 0)
      return -1;
  return (double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC;
}

/* --- C, and the model ------------------------------------------------------ */

static gpointer
work_in_thread (gpointer data)
{
  Lock *self = data;

  lab_child_pin (0, &self->cpus, (guint) g_atomic_int_add (&self->n_threads, 1));
  for (guint i = 0; i < SLICES; i++)
    {
      if (self->locked)
        g_mutex_lock (&self->lock);
      lab_crew_work (1, self->turns);
      if (self->locked)
        g_mutex_unlock (&self->lock);
    }
  return NULL;
}

static double
run_c_threads (Lock     *self,
               gboolean  locked)
{
  gint64 start = g_get_monotonic_time ();
  GThread *threads[MAX_WORKERS];

  self->n_threads = 0;
  self->locked = locked;
  for (guint i = 0; i < self->n_workers; i++)
    threads[i] = g_thread_new ("worker", work_in_thread, self);
  for (guint i = 0; i < self->n_workers; i++)
    g_thread_join (threads[i]);
  return (double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC;
}

static double
run_c_serially (Lock *self)
{
  double waited = lab_child_waited (getpid ());
  gint64 start = g_get_monotonic_time ();
  double seconds;

  lab_crew_work (SLICES * self->n_workers, self->turns);
  seconds = (double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC;
  self->alone += seconds;
  self->waited += lab_child_waited (getpid ()) - waited;
  return seconds;
}

static double
run_python (Lock       *self,
            const char *how,
            GError    **error)
{
  return lab_python_ask (&self->pythons[0], how, self->n_workers, self->python_turns, error) ? lab_python_answer (&self->pythons[0], error) : -1;
}

static double
run_way (Lock    *self,
         Way      way,
         GError **error)
{
  gboolean is_model = self->n_pythons == 0;

  lab_crew_rest ();
  switch (way)
    {
    case WAY_SERIAL:
      return is_model ? run_c_serially (self) : run_python (self, "serial", error);

    case WAY_THREADS:
      return is_model ? run_c_threads (self, TRUE) : run_python (self, "threads", error);

    case WAY_PROCESSES:
      if (is_model)
        return lab_crew_run (self->crew, self->n_workers, SLICES * self->n_workers, SLICES, NULL, error);
      return run_python_processes (self, error);

    case WAY_C_THREADS:
      return run_c_threads (self, FALSE);

    case WAY_C_SERIAL:
    case N_WAYS:
    default:
      return run_c_serially (self);
    }
}

/* --- All of it ------------------------------------------------------------- */

static void
say (const Lock *self)
{
  g_autofree char *busy = g_strdup_printf ("%.0f", MIN (100, 100 * self->waited / self->alone));
  g_autofree char *rounds = g_strdup_printf ("%u", self->n_rounds);

  lab_say_text (self->context, "busy", busy);
  lab_say_text (self->context, "rounds", rounds);
  for (Way way = 0; way < N_WAYS; way++)
    {
      Way serial = way >= WAY_C_SERIAL ? WAY_C_SERIAL : WAY_SERIAL;

      lab_say_number (self->context, "speedup", items[way].id, self->best[serial] / self->best[way]);
      lab_say_number (self->context, "time", items[way].id, self->best[way] * 1000);
    }
}

/* A busy machine may take more rounds until there is one in which nobody was in the way. */
static gboolean
is_shown (const Lock *self)
{
  return self->best[WAY_SERIAL] > GAIN * self->best[WAY_PROCESSES]
         && self->best[WAY_C_SERIAL] > GAIN * self->best[WAY_C_THREADS];
}

static gboolean
run_rounds (Lock    *self,
            GError **error)
{
  gint64 last_start = g_get_monotonic_time () + LIMIT_US;

  while (self->n_rounds == 0 || (g_get_monotonic_time () < last_start && (self->n_rounds < ROUNDS || !is_shown (self))))
    {
      for (Way way = 0; way < N_WAYS; way++)
        {
          double seconds = haul_context_check (self->context, error) ? run_way (self, way, error) : -1;

          if (seconds < 0)
            return FALSE;
          if (self->best[way] <= 0 || seconds < self->best[way])
            self->best[way] = seconds;
        }
      self->n_rounds++;
      if (self->n_rounds % 5 == 1)
        say (self);
      haul_context_progress (self->context, MIN (self->n_rounds, ROUNDS));
    }
  say (self);
  return TRUE;
}

static gboolean
run (HaulContext  *context,
     GVariant     *arguments,
     GError      **error)
{
  double ms = (double) haul_arguments_get_int (arguments, "work");
  const char *python = haul_arguments_get_string (arguments, "python");
  g_autofree char *cpus = g_strdup_printf ("%u", haul_usable_cpus ());
  Lock self = { .context = context, .n_workers = (guint) haul_arguments_get_int (arguments, "workers") };
  gboolean ok = TRUE;

  lab_say_start (context);
  lab_say_text (context, "processors", cpus);
  haul_context_set_total (context, ROUNDS);
  g_mutex_init (&self.lock);
  self.turns = (guint64) MAX (1, (double) lab_crew_calibrate () * ms / SLICES);
  (void) sched_getaffinity (0, sizeof self.cpus, &self.cpus);   /* cannot fail for oneself */
  if (start_pythons (&self, python))
    {
      lab_child_pin (0, &self.cpus, 0);
      ok = measure_python (&self, ms, error);
    }
  else if (g_str_equal (python, LAB_PYTHON))
    {
      lab_say_text (context, "model", "python3 is missing");
      self.crew = lab_crew_new (self.n_workers, self.turns, error);
      ok = self.crew != NULL;
    }
  else
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, _("‘%s’ is no Python that can be run here"), python);
      ok = FALSE;
    }
  ok = ok && run_rounds (&self, error);

  end_pythons (&self);
  g_clear_pointer (&self.crew, lab_crew_free);
  g_mutex_clear (&self.lock);
  return ok;
}

static const char *
judge (LabFindings  *findings,
       char        **ret_why_not)
{
  double threads = lab_findings_get (findings, "speedup", "python-threads");
  double processes = lab_findings_get (findings, "speedup", "python-processes");

  if (isnan (threads) || isnan (processes))
    *ret_why_not = g_strdup (_("It ended before all ways had been tried."));
  else if (g_strcmp0 (lab_findings_get_text (findings, "processors"), "1") == 0)
    *ret_why_not = g_strdup (_("There is one processor here, so that neither could be any faster."));
  else if (processes > GAIN && threads <= GAIN)
    return "processes";
  else if (lab_field_read_count (lab_findings_get_text (findings, "busy")) >= BUSY)
    /* Translators: a number of rounds, two factors, and a percentage. */
    *ret_why_not = g_strdup_printf (_("In the best of %u rounds threads were %.2f times as fast as one after the other, and processes "
                                      "%.2f times. Other programs had the processor for %u %% of the time, so that this says little. "
                                      "Try again when this machine has less to do."),
                                    lab_field_read_count (lab_findings_get_text (findings, "rounds")), threads, processes, lab_field_read_count (lab_findings_get_text (findings, "busy")));
  else
    return threads > GAIN ? "both" : "neither";
  return NULL;
}

static char *
explain (LabFindings *findings)
{
  const char *python = lab_findings_get_text (findings, "python");
  double threads = lab_findings_get (findings, "speedup", "python-threads");
  double processes = lab_findings_get (findings, "speedup", "python-processes");
  double c_threads = lab_findings_get (findings, "speedup", "c-threads");
  gint64 n_workers = haul_arguments_get_int (lab_findings_get_arguments (findings), "workers");

  if (lab_findings_get_text (findings, "model") != NULL)
    /* Translators: a number of threads, and three factors. */
    return g_strdup_printf (_("This is a model, because python3 is missing here. %d threads of C that compute only while they hold one "
                              "lock, as those of Python do, were %.2f times as fast as one after the other. As many processes, "
                              "each with a lock of its own, were %.2f times as fast, and threads without such a lock %.2f times."),
                            (int) n_workers, threads, processes, c_threads);
  if (threads > GAIN)
    /* Translators: a number of threads, a version, and three factors. */
    return g_strdup_printf (_("%d threads of Python %s were %.2f times as fast as one after the other, so that this one was built "
                              "without its interpreter lock. Processes were %.2f times as fast, and threads of C %.2f times. In "
                              "other Pythons, threads take turns."),
                            (int) n_workers, python != NULL ? python : "–", threads, processes, c_threads);
  /* Translators: a number of threads, a version, and three factors. */
  return g_strdup_printf (_("%d threads of Python %s were %.2f times as fast as one after the other, because a thread runs Python only "
                            "while it holds the interpreter lock, and there is one for all of them. As many processes, each with a lock "
                            "of its own, were %.2f times as fast, and threads of C, where there is no such lock, %.2f times. A "
                            "thread that waits gives the lock away, so that Python threads are good for waiting all the same."),
                          (int) n_workers, python != NULL ? python : "–", threads, processes, c_threads);
}

const LabExperiment lab_interpreter_lock = {
  .task = {
    .id = "lab-interpreter-lock",
    .title = N_("The Interpreter Lock"),
    .summary = N_("The same work in Python threads, Python processes and C threads"),
    .unit = N_("rounds"),
    .result = HAUL_RESULT_TEXT,
    .params = params,
    .run = run,
    .own_process = TRUE,
    .hidden = TRUE,
  },
  .group = LAB_GROUP_SPEED,
  .seconds = 4,
  .question = N_("A Python program has two pieces of work that keep a processor busy. Does it get faster when it does them in two "
                 "threads, or in two processes?"),
  .predictions = predictions,
  .measures = measures,
  .items = items,
  .picture = LAB_PICTURE_BARS,
  .pictured = "speedup",
  .judge = judge,
  .explain = explain,
  .c_code =
    "static void *\n"
    "work (void *data)\n"
    "{\n"
    "  for (volatile long i = 100000000; i > 0; i--)\n"
    "    ;\n"
    "  return NULL;\n"
    "}\n"
    "\n"
    "pthread_t first, second;\n"
    "\n"
    "pthread_create (&first, NULL, work, NULL);    /* both at the same time: */\n"
    "pthread_create (&second, NULL, work, NULL);   /* C has no such lock */\n"
    "pthread_join (first, NULL);\n"
    "pthread_join (second, NULL);\n",
  .python_code =
    "from multiprocessing import Process\n"
    "from threading import Thread\n"
    "import time\n"
    "\n"
    "def work():\n"
    "    for i in range(20_000_000): pass\n"
    "\n"
    "if __name__ == '__main__':\n"
    "    for kind in Thread, Process:\n"
    "        start = time.perf_counter()\n"
    "        two = [kind(target=work), kind(target=work)]\n"
    "        for each in two: each.start()\n"
    "        for each in two: each.join()\n"
    "        print(kind.__name__, time.perf_counter() - start)\n",
  .man = "man 3 pthread_create",
};
