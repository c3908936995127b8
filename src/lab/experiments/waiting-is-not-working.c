/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <glib/gi18n-lib.h>
#include <math.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "haul/wire/haul-fd-private.h"
#include "haul/worker/haul-number.h"
#include "lab-child.h"
#include "lab-experiment.h"
#include "lab-say.h"

/* A thousand answers that take a moment each are waited for: one after the other, by a thread for each, by
 * processes, and by one main loop. Nothing is computed meanwhile. */

extern const LabExperiment lab_waiting_is_not_working;

#define MAX_WAITS      2000
#define MAX_PROCESSES  100
#define SERIAL_MS      800       /* so much of it is really waited for, and the rest reckoned */
#define STACK_BYTES    (64 * 1024)

typedef enum
{
  WAY_LOOP,
  WAY_PROCESSES,    /* before the threads, of whose stacks every child would get a copy */
  WAY_THREADS,
  WAY_SERIAL,
  N_WAYS
} Way;

static const HaulChoice items[] = {
  [WAY_LOOP] = { "loop", N_("One main loop") },
  [WAY_PROCESSES] = { "processes", N_("Processes") },
  [WAY_THREADS] = { "threads", N_("A thread for each") },
  [WAY_SERIAL] = { "serial", N_("One after the other") },
  { NULL }
};

static const HaulChoice predictions[] = {
  { "processes", N_("Processes: they use all processors") },
  { "threads", N_("Threads: they share their memory") },
  { "loop", N_("One thread with a main loop") },
  { NULL }
};

static const LabMeasure measures[] = {
  { "time", N_("Time"), "s", 0 },
  { "memory", N_("Memory"), "KiB", 0 },
  { "workers", N_("Threads and processes"), NULL, 0 },
  { NULL }
};

static const HaulParam params[] = {
  { "waits", N_("Answers"), N_("answers"), N_("How many are waited for"), HAUL_PARAM_INT, 100, MAX_WAITS, 1000 },
  { "length", N_("Wait"), N_("milliseconds"), N_("How long each takes to come"), HAUL_PARAM_INT, 10, 50, 20 },
  { NULL }
};

typedef struct
{
  HaulContext *context;
  guint        n_waits;
  guint        ms;
} Waits;

typedef struct
{
  double  seconds;
  double  kib;        /* more than before */
  guint   n_workers;
} Cost;

/* A field of a file of a process, in KiB; what statm has is only roughly right. */
static double
read_kib (pid_t       pid,
          const char *file,
          const char *field)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/%s", (int) pid, file);
  g_autofree char *text = NULL;
  const char *line = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return 0;
  line = strstr (text, field);
  return line != NULL ? g_ascii_strtod (line + strlen (field), NULL) : 0;
}

static double
resident_kib (void)
{
  return read_kib (getpid (), "smaps_rollup", "\nRss:");
}

static gboolean
arrived_cb (gpointer data)
{
  guint *n_left = data;

  (*n_left)--;
  return G_SOURCE_REMOVE;
}

static gboolean
wait_in_loop (const Waits  *self,
              Cost         *ret_cost,
              GError      **error)
{
  g_autoptr(GMainContext) loop = g_main_context_new ();
  double before = resident_kib ();
  gint64 start = g_get_monotonic_time ();
  guint n_left = self->n_waits;

  for (guint i = 0; i < self->n_waits; i++)
    {
      g_autoptr(GSource) source = g_timeout_source_new (self->ms);

      g_source_set_callback (source, arrived_cb, &n_left, NULL);
      g_source_attach (source, loop);
    }
  ret_cost->kib = resident_kib () - before;
  while (n_left > 0)
    g_main_context_iteration (loop, TRUE);
  ret_cost->seconds = (double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC;
  ret_cost->n_workers = 1;
  return haul_context_check (self->context, error);
}

static void *
wait_in_thread (void *data)
{
  const Waits *self = data;

  g_usleep (self->ms * 1000);
  return NULL;
}

/* As many as there may be at a time, and then the rest. */
static gboolean
wait_in_threads (Waits   *self,
                 Cost    *ret_cost,
                 GError **error)
{
  double before = resident_kib ();
  gint64 start = g_get_monotonic_time ();
  g_autofree pthread_t *threads = g_new (pthread_t, self->n_waits);
  pthread_attr_t attributes;
  guint n_done = 0;

  (void) pthread_attr_init (&attributes);
  (void) pthread_attr_setstacksize (&attributes, STACK_BYTES);
  while (n_done < self->n_waits)
    {
      guint n = 0;
      int errsv = 0;

      while (n_done + n < self->n_waits
             && (errsv = pthread_create (&threads[n], &attributes, wait_in_thread, self)) == 0)
        n++;
      ret_cost->n_workers = MAX (ret_cost->n_workers, n);
      ret_cost->kib = MAX (ret_cost->kib, resident_kib () - before);
      for (guint i = 0; i < n; i++)
        (void) pthread_join (threads[i], NULL);
      n_done += n;
      if (n == 0)
        {
          g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errsv), "cannot start a thread: %s", g_strerror (errsv));
          break;
        }
    }
  (void) pthread_attr_destroy (&attributes);
  ret_cost->seconds = (double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC;
  return n_done == self->n_waits && haul_context_check (self->context, error);
}

/* Each of them waits for its share, one after the other, says when it was done, and ends when it may. */
static void
wait_in_child (const Waits *self,
               guint        number,
               guint        n_children,
               int          done,
               int          gate)
{
  gint64 now;
  char nothing;

  for (guint i = number; i < self->n_waits; i += n_children)
    g_usleep (self->ms * 1000);
  now = g_get_monotonic_time ();
  lab_child_exit (write (done, &now, sizeof now) == sizeof now && read (gate, &nothing, 1) == 0 ? 0 : 1);
}

static guint
fork_all (const Waits *self,
          pid_t       *pids,
          guint        wanted,
          int          done[2],
          int          gate[2])
{
  for (guint n = 0; n < wanted; n++)
    {
      pids[n] = lab_fork ();
      if (pids[n] == 0)
        {
          close (done[0]);
          close (gate[1]);
          wait_in_child (self, n, wanted, done[1], gate[0]);
        }
      if (pids[n] < 0)
        return n;
    }
  return wanted;
}

/* What is only theirs: pages that they have written to, and page tables. The rest they share with us. */
static double
private_kib (pid_t pid)
{
  return read_kib (pid, "smaps_rollup", "\nPrivate_Clean:") + read_kib (pid, "smaps_rollup", "\nPrivate_Dirty:")
         + read_kib (pid, "status", "\nVmPTE:");
}

static gboolean
wait_in_processes (const Waits  *self,
                   Cost         *ret_cost,
                   GError      **error)
{
  pid_t pids[MAX_PROCESSES];
  guint wanted = MIN (self->n_waits, MAX_PROCESSES);
  gint64 start = g_get_monotonic_time ();
  gint64 last = start;
  gboolean ok;
  int done[2];
  int gate[2];
  guint n;

  if (!g_unix_open_pipe (done, FD_CLOEXEC, error))
    return FALSE;
  if (!g_unix_open_pipe (gate, FD_CLOEXEC, error))
    {
      close (done[0]);
      close (done[1]);
      return FALSE;
    }
  n = fork_all (self, pids, wanted, done, gate);
  ok = n == wanted;
  if (!ok)
    g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "cannot fork: %s", g_strerror (errno));
  close (done[1]);
  close (gate[0]);

  for (guint i = 0; i < n && ok; i++)
    ret_cost->kib += private_kib (pids[i]);
  for (guint i = 0; i < n && ok; i++)
    {
      gint64 when = 0;

      ok = read (done[0], &when, sizeof when) == sizeof when || haul_throw_errno (error, errno, "a child is lost");
      last = MAX (last, when);
    }
  close (done[0]);
  close (gate[1]);
  for (guint i = 0; i < n; i++)
    lab_child_end (pids[i]);
  ret_cost->seconds = (double) (last - start) / G_USEC_PER_SEC;
  ret_cost->n_workers = n;
  return ok && haul_context_check (self->context, error);
}

/* All of it would take longer than anybody looks on. */
static gboolean
wait_serially (const Waits  *self,
               Cost         *ret_cost,
               GError      **error)
{
  g_autofree char *really = NULL;
  gint64 start = g_get_monotonic_time ();
  guint n = CLAMP (SERIAL_MS / self->ms, 1, self->n_waits);

  for (guint i = 0; i < n; i++)
    {
      if (!haul_context_check (self->context, error))
        return FALSE;
      g_usleep (self->ms * 1000);
    }
  ret_cost->seconds = (double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC * self->n_waits / n;
  ret_cost->n_workers = 1;
  really = g_strdup_printf ("%u", n);
  lab_say_text (self->context, "serial-waits", really);
  return TRUE;
}

static gboolean
run_way (Waits   *self,
         Way      way,
         Cost    *cost,
         GError **error)
{
  switch (way)
    {
    case WAY_LOOP:
      return wait_in_loop (self, cost, error);

    case WAY_PROCESSES:
      return wait_in_processes (self, cost, error);

    case WAY_THREADS:
      return wait_in_threads (self, cost, error);

    case WAY_SERIAL:
    case N_WAYS:
    default:
      return wait_serially (self, cost, error);
    }
}

static gboolean
run (HaulContext  *context,
     GVariant     *arguments,
     GError      **error)
{
  Waits self = {
    .context = context,
    .n_waits = (guint) haul_arguments_get_int (arguments, "waits"),
    .ms = (guint) haul_arguments_get_int (arguments, "length"),
  };

  lab_say_start (context);
  haul_context_set_total (context, N_WAYS);
  for (Way way = 0; way < N_WAYS; way++)
    {
      Cost cost = { 0 };

      if (!run_way (&self, way, &cost, error))
        return FALSE;
      lab_say_number (context, "time", items[way].id, cost.seconds);
      lab_say_number (context, "memory", items[way].id, MAX (cost.kib, 0));
      lab_say_number (context, "workers", items[way].id, cost.n_workers);
      haul_context_progress (context, way + 1);
    }
  return TRUE;
}

/* Of those that do not make everybody wait for the one before: who takes least memory. */
static const char *
judge (LabFindings  *findings,
       char        **ret_why_not)
{
  double serial = lab_findings_get (findings, "time", "serial");
  Way best = WAY_SERIAL;

  if (isnan (serial))
    {
      *ret_why_not = g_strdup (_("It ended before all ways had been tried."));
      return NULL;
    }
  for (Way way = 0; way < WAY_SERIAL; way++)
    {
      if (lab_findings_get (findings, "time", items[way].id) < serial / 3
          && (best == WAY_SERIAL || lab_findings_get (findings, "memory", items[way].id)
              < lab_findings_get (findings, "memory", items[best].id)))
        best = way;
    }
  if (best != WAY_SERIAL)
    return items[best].id;
  *ret_why_not = g_strdup (_("None of them was much faster than one after the other: this machine was too busy."));
  return NULL;
}

static char *
explain (LabFindings *findings)
{
  const char *really = lab_findings_get_text (findings, "serial-waits");
  double n_waits = (double) haul_arguments_get_int (lab_findings_get_arguments (findings), "waits");
  g_autofree char *waits = haul_format_count (n_waits);
  g_autofree char *threads_kib = haul_format_count (round (lab_findings_get (findings, "memory", "threads")));
  g_autofree char *processes_kib = haul_format_count (round (lab_findings_get (findings, "memory", "processes")));
  g_autofree char *loop_kib = haul_format_count (round (lab_findings_get (findings, "memory", "loop")));

  /* Translators: times in seconds, and numbers. The third is how many waits were really made. */
  return g_strdup_printf (_("One after the other, %s answers take %.1f s, reckoned from %s of them, but a main loop had all of them "
                            "after %.2f s, in one thread and %s KiB. As many threads took %.2f s and %s KiB, and %.0f processes "
                            "%.2f s and %s KiB. Who waits needs no processor, so that a loop or threads are for waiting, and "
                            "processes, or threads in C, for work."),
                          waits, lab_findings_get (findings, "time", "serial"), really != NULL ? really : "–",
                          lab_findings_get (findings, "time", "loop"), loop_kib,
                          lab_findings_get (findings, "time", "threads"), threads_kib,
                          lab_findings_get (findings, "workers", "processes"),
                          lab_findings_get (findings, "time", "processes"), processes_kib);
}

const LabExperiment lab_waiting_is_not_working = {
  .task = {
    .id = "lab-waiting-is-not-working",
    .title = N_("Waiting Is Not Working"),
    .summary = N_("A thousand waits: serial, in threads, in processes, in one main loop"),
    .unit = N_("ways"),
    .result = HAUL_RESULT_TEXT,
    .params = params,
    .run = run,
    .own_process = TRUE,
    .hidden = TRUE,
  },
  .group = LAB_GROUP_SPEED,
  .seconds = 2,
  .question = N_("A program asks 1,000 servers, and each answers after 20 milliseconds. What waits for all of them at the same "
                 "time with the least memory?"),
  .predictions = predictions,
  .measures = measures,
  .items = items,
  .picture = LAB_PICTURE_BARS,
  .pictured = "memory",
  .judge = judge,
  .explain = explain,
  .c_code =
    "static gboolean\n"
    "answered_cb (gpointer data)\n"
    "{\n"
    "  g_print (\"one more\\n\");\n"
    "  return G_SOURCE_REMOVE;\n"
    "}\n"
    "\n"
    "for (int i = 0; i < 1000; i++)\n"
    "  g_timeout_add (20, answered_cb, NULL);     /* returns at once */\n"
    "g_main_loop_run (loop);                      /* all are answered after 20 ms */\n",
  .python_code =
    "import asyncio\n"
    "\n"
    "async def ask(i):\n"
    "    await asyncio.sleep(0.02)\n"
    "    return i\n"
    "\n"
    "async def main():\n"
    "    return await asyncio.gather(*(ask(i) for i in range(1000)))\n"
    "\n"
    "print(len(asyncio.run(main())))\n",
  .man = "man 7 epoll",
};
