/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <glib/gi18n-lib.h>
#include <signal.h>
#include <sys/wait.h>

#include "haul/wire/haul-error.h"
#include "lab-child.h"
#include "lab-experiment.h"
#include "lab-say.h"

/* One of several workers crashes: once they are threads of one process, once processes. */

extern const LabExperiment lab_crash_isolation;

#define MAX_WORKERS 8
#define BEFORE_CRASH_US (200 * 1000)
#define CRASHES 1                       /* which of them does: the second */
#define PATIENCE_MS 10000

static const HaulChoice items[] = {
  { "threads", N_("Threads") },
  { "processes", N_("Processes") },
  { NULL }
};

static const HaulChoice predictions[] = {
  { "both", N_("All the others, in both cases") },
  { "processes", N_("None of the threads, and all the other processes") },
  { "threads", N_("All the other threads, and none of the processes") },
  { "none", N_("None, in both cases") },
  { NULL }
};

static const LabMeasure measures[] = {
  { "finished", N_("Finished"), NULL, 0 },
  { "lost", N_("Lost"), NULL, 0 },
  { NULL }
};

static const HaulParam params[] = {
  { "workers", N_("Workers"), N_("workers"), N_("How many there are; the second crashes"), HAUL_PARAM_INT, 2, MAX_WORKERS, 4 },
  { "work", N_("Work"), N_("milliseconds"), N_("What the others have still to do when it crashes"),
    HAUL_PARAM_INT, 10, 5000, 300 },
  { NULL }
};

/* In shared memory: what is left of those who crash. */
typedef struct
{
  int    n_ready;               /* atomic */
  int    n_workers;
  gint64 work_us;               /* what is left to do for the others then */
  gint64 crash;                 /* when it comes; 0 before */
  int    done[MAX_WORKERS];
} Shared;

typedef struct
{
  Shared *shared;
  int     number;
} Worker;

/* Nothing is ever mapped there. The compiler is not to know that it is written to. */
static volatile gsize nowhere = 8;

/* Nobody finishes before the crash, however busy the machine is: then each has as much to do again. */
static gpointer
work (gpointer data)
{
  Worker *self = data;

  g_atomic_int_inc (&self->shared->n_ready);
  while (g_atomic_int_get (&self->shared->n_ready) < self->shared->n_workers)
    g_usleep (500);

  if (self->number == CRASHES)
    {
      gint64 end = g_get_monotonic_time () + BEFORE_CRASH_US;

      while (g_get_monotonic_time () < end)
        lab_burn (0.002);
      __atomic_store_n (&self->shared->crash, g_get_monotonic_time (), __ATOMIC_RELEASE);
      *(volatile int *) GSIZE_TO_POINTER (nowhere) = 1;
    }
  for (;;)
    {
      gint64 crash = __atomic_load_n (&self->shared->crash, __ATOMIC_ACQUIRE);

      if (crash != 0 && g_get_monotonic_time () > crash + self->shared->work_us)
        break;
      lab_burn (0.002);
    }
  self->shared->done[self->number] = 1;
  return NULL;
}

static void
run_threads (Shared *shared)
{
  Worker workers[MAX_WORKERS];
  GThread *threads[MAX_WORKERS];

  for (int i = 0; i < shared->n_workers; i++)
    {
      workers[i] = (Worker) { shared, i };
      threads[i] = g_thread_new ("worker", work, &workers[i]);
    }
  for (int i = 0; i < shared->n_workers; i++)
    g_thread_join (threads[i]);
}

static void
run_process (Shared *shared,
             int     number)
{
  Worker worker = { shared, number };

  (void) work (&worker);
}

static char *
get_lane (gboolean threads,
          int      number)
{
  return g_strdup_printf ("%s %d", threads ? "thread" : "child", number + 1);
}

static void
say_end (HaulContext *context,
         gboolean     threads,
         int          number,
         int          status)
{
  g_autofree char *lane = get_lane (threads, number);
  double now = lab_say_now ();

  if (!WIFSIGNALED (status))
    lab_say_mark (context, lane, HAUL_MARK_EXIT, now, "exit 0");
  else if (number == CRASHES)
    lab_say_mark (context, lane, HAUL_MARK_SIGNAL, now, "SIGSEGV");
  lab_say_end (context, lane, now);
}

/* Joins them in whichever order they end: one process with all threads, or one for each worker. */
static gboolean
join_all (HaulContext  *context,
          gboolean      threads,
          pid_t        *pids,
          int           n_workers,
          GError      **error)
{
  gint64 deadline = g_get_monotonic_time () + PATIENCE_MS * 1000;
  int n_left = threads ? 1 : n_workers;

  while (n_left > 0)
    {
      if (!haul_context_check (context, error))
        return FALSE;
      if (g_get_monotonic_time () > deadline)
        {
          g_set_error (error, HAUL_ERROR, HAUL_ERROR_TASK, _("The workers did not end"));
          return FALSE;
        }
      for (int i = 0; i < (threads ? 1 : n_workers); i++)
        {
          int status = 0;

          if (pids[i] <= 0 || !lab_child_join (pids[i], 0, &status))
            continue;
          pids[i] = 0;
          n_left--;
          for (int t = 0; t < n_workers && threads; t++)
            say_end (context, TRUE, t, status);
          if (!threads)
            say_end (context, FALSE, i, status);
        }
      g_usleep (1000);
    }
  return TRUE;
}

/* One process for all threads, or one for each worker. */
static gboolean
fork_all (Shared    *shared,
          gboolean   threads,
          pid_t     *pids,
          GError   **error)
{
  for (int i = 0; i < (threads ? 1 : shared->n_workers); i++)
    {
      pids[i] = lab_fork ();
      if (pids[i] < 0)
        {
          g_set_error_literal (error, HAUL_ERROR, HAUL_ERROR_TASK, _("A child could not be forked"));
          return FALSE;
        }
      if (pids[i] == 0)
        {
          if (threads)
            run_threads (shared);
          else
            run_process (shared, i);
          lab_child_exit (0);
        }
    }
  return TRUE;
}

static gboolean
run_kind (HaulContext  *context,
          gboolean      threads,
          int           n_workers,
          int           work_ms,
          GError      **error)
{
  const char *item = items[threads ? 0 : 1].id;
  Shared *shared = lab_share (sizeof *shared);
  pid_t pids[MAX_WORKERS] = { 0 };
  int n_done = 0;
  gboolean ok;

  shared->n_workers = n_workers;
  shared->work_us = (gint64) work_ms * 1000;
  ok = fork_all (shared, threads, pids, error);
  for (int i = 0; i < n_workers && ok; i++)
    {
      g_autofree char *lane = get_lane (threads, i);

      lab_say_span (context, lane, HAUL_SPAN_WORKING, lab_say_now ());
    }

  ok = ok && join_all (context, threads, pids, n_workers, error);
  for (int i = 0; i < MAX_WORKERS; i++)
    lab_child_end (pids[i]);
  for (int i = 0; i < n_workers; i++)
    n_done += shared->done[i];
  lab_say_number (context, "finished", item, n_done);
  lab_say_number (context, "lost", item, n_workers - n_done);
  return ok;
}

static gboolean
run (HaulContext  *context,
     GVariant     *arguments,
     GError      **error)
{
  int n_workers = (int) haul_arguments_get_int (arguments, "workers");
  int work_ms = (int) haul_arguments_get_int (arguments, "work");

  lab_say_start (context);
  haul_context_set_total (context, 2);
  if (!run_kind (context, TRUE, n_workers, work_ms, error))
    return FALSE;
  haul_context_progress (context, 1);
  if (!run_kind (context, FALSE, n_workers, work_ms, error))
    return FALSE;
  haul_context_progress (context, 2);
  return TRUE;
}

static const char *
judge (LabFindings  *findings,
       char        **ret_why_not)
{
  double threads = lab_findings_get (findings, "finished", "threads");
  double processes = lab_findings_get (findings, "finished", "processes");
  gboolean all_threads = lab_findings_get (findings, "lost", "threads") == 1;
  gboolean all_processes = lab_findings_get (findings, "lost", "processes") == 1;

  if (all_threads && all_processes)
    return "both";
  if (threads == 0 && all_processes)
    return "processes";
  if (all_threads && processes == 0)
    return "threads";
  if (threads == 0 && processes == 0)
    return "none";
  *ret_why_not = g_strdup (_("Only some of the others finished."));
  return NULL;
}

static char *
explain (LabFindings *findings)
{
  double threads = lab_findings_get (findings, "finished", "threads");
  double processes = lab_findings_get (findings, "finished", "processes");

  return g_strdup_printf (_("One worker wrote to an address where there is no memory, and the kernel sent SIGSEGV, which ends a "
                            "whole process. Of the %.0f threads %.0f finished, because the process that ended was that of all of "
                            "them, and of the %.0f processes %.0f did. The wall around a crash is the process, which is why this "
                            "experiment runs in one of its own."),
                          threads + lab_findings_get (findings, "lost", "threads"), threads,
                          processes + lab_findings_get (findings, "lost", "processes"), processes);
}

const LabExperiment lab_crash_isolation = {
  .task = {
    .id = "lab-crash-isolation",
    .title = N_("Crash Isolation"),
    .summary = N_("One of four workers crashes, as a thread and as a process"),
    .unit = N_("kinds of worker"),
    .result = HAUL_RESULT_TEXT,
    .params = params,
    .run = run,
    .own_process = TRUE,
    .hidden = TRUE,
  },
  .group = LAB_GROUP_LIFE,
  .seconds = 2,
  .question = N_("Four workers are busy, and one of them writes to an address where there is no memory. Which of the others "
                 "finish: if they are threads, and if they are processes?"),
  .predictions = predictions,
  .measures = measures,
  .items = items,
  .picture = LAB_PICTURE_LANES,
  .judge = judge,
  .explain = explain,
  .c_code =
    "for (int i = 0; i < 4; i++)\n"
    "  if ((pids[i] = fork ()) == 0)\n"
    "    {\n"
    "      if (i == 1)\n"
    "        *(volatile int *) 8 = 1;    /* SIGSEGV: ends this process */\n"
    "      work ();\n"
    "      _exit (0);\n"
    "    }\n"
    "for (int i = 0; i < 4; i++)\n"
    "  {\n"
    "    waitpid (pids[i], &status, 0);\n"
    "    printf (\"%s\\n\", WIFSIGNALED (status) ? \"crashed\" : \"done\");\n"
    "  }\n",
  .python_code =
    "import ctypes, time\n"
    "from multiprocessing import Process\n"
    "\n"
    "def work(number):\n"
    "    if number == 1:\n"
    "        ctypes.string_at(8)         # SIGSEGV: ends this process\n"
    "    time.sleep(0.5)\n"
    "\n"
    "if __name__ == '__main__':\n"
    "    ps = [Process(target=work, args=(n,)) for n in range(4)]\n"
    "    for p in ps: p.start()\n"
    "    for p in ps: p.join()\n"
    "    print([p.exitcode for p in ps])  # [0, -11, 0, 0]\n",
  .man = "man 7 signal",
};
