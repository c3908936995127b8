/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <glib/gi18n-lib.h>
#include <math.h>
#include <poll.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "haul/wire/haul-error.h"
#include "haul/worker/haul-task.h"
#include "lab-child.h"
#include "lab-experiment.h"
#include "lab-say.h"

/* From the request to the first byte that a worker sends: a thread, a fork, a new program, and a fork of a small
 * process that was started early. With little memory first, then with much. */

extern const LabExperiment lab_fork_spawn_forkserver;

#define MOST_STARTS 40
#define LEAST_STARTS 3
#define LONGEST_US (4 * G_USEC_PER_SEC)   /* then as many starts as there were have to do */
#define PATIENCE_MS 10000
#define LEAST_GROWTH_MS 0.3     /* below that it is chance */
#define CLEARLY 3

typedef enum
{
  METHOD_THREAD,
  METHOD_SERVER,
  METHOD_FORK,
  METHOD_SPAWN,
  N_METHODS
} Method;

static const HaulChoice items[] = {
  [METHOD_THREAD] = { "thread", N_("A thread") },
  [METHOD_SERVER] = { "server", N_("A fork server") },
  [METHOD_FORK] = { "fork", N_("Fork") },
  [METHOD_SPAWN] = { "spawn", N_("A new program") },
  { NULL }
};

static const HaulChoice predictions[] = {
  { "none", N_("None of them") },
  { "fork", N_("A fork of the program") },
  { "spawn", N_("A new program") },
  { "all", N_("All that start a process") },
  { NULL }
};

static const LabMeasure measures[] = {
  { "large", N_("Start With the Memory"), "ms", 0 },
  { "small", N_("Start Without"), "ms", 0 },
  { NULL }
};

static const HaulParam params[] = {
  { "memory", N_("Memory"), N_("MiB"), N_("How much memory the program has in use"), HAUL_PARAM_INT, 0, 1024, 512 },
  { "starts", N_("Starts"), N_("starts"), N_("How often each is measured; the median counts"),
    HAUL_PARAM_INT, LEAST_STARTS, MOST_STARTS, 15 },
  { NULL }
};

typedef struct
{
  int   reply[2];       /* where whoever was started says so */
  int   request[2];     /* to the fork server */
  pid_t server;
} Bench;

static void
say_byte (Bench *self)
{
  while (write (self->reply[1], "!", 1) < 0 && errno == EINTR)
    ;
}

static gpointer
run_thread (gpointer data)
{
  say_byte (data);
  return NULL;
}

/* One thread, little memory, nothing but this: whatever the program is by then, a fork of it is quick. */
static void
run_server (Bench *self)
{
  char byte;

  (void) close (self->request[1]);
  while (read (self->request[0], &byte, 1) == 1)
    {
      pid_t pid = lab_fork ();

      if (pid == 0)
        {
          say_byte (self);
          lab_child_exit (0);
        }
      if (pid > 0)
        (void) waitpid (pid, NULL, 0);
    }
  lab_child_exit (0);
}

/* This program once more: called like this it says that it is not to be called like this, and exits. */
static pid_t
spawn (Bench *self)
{
  char *argv[] = { (char *) "worker", NULL };
  posix_spawn_file_actions_t actions;
  pid_t pid = -1;

  posix_spawn_file_actions_init (&actions);
  posix_spawn_file_actions_adddup2 (&actions, self->reply[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2 (&actions, self->reply[1], STDERR_FILENO);
  if (posix_spawn (&pid, "/proc/self/exe", &actions, NULL, argv, environ) != 0)
    pid = -1;
  posix_spawn_file_actions_destroy (&actions);
  return pid;
}

static gboolean
await_byte (Bench *self)
{
  struct pollfd reply = { .fd = self->reply[0], .events = POLLIN };

  return poll (&reply, 1, PATIENCE_MS) == 1;
}

/* Whatever was said: nobody writes any more. */
static void
drain (Bench *self)
{
  char bytes[4096];
  struct pollfd reply = { .fd = self->reply[0], .events = POLLIN };

  while (poll (&reply, 1, 0) == 1 && read (self->reply[0], bytes, sizeof bytes) > 0)
    ;
}

/* In ms; below 0 if it did not start. */
static double
measure (Bench  *self,
         Method  method)
{
  gint64 start = g_get_monotonic_time ();
  g_autoptr(GThread) thread = NULL;
  pid_t pid = 0;
  gboolean ok = FALSE;
  double taken;

  if (method == METHOD_THREAD)
    thread = g_thread_new ("started", run_thread, self);
  else if (method == METHOD_SERVER && write (self->request[1], "?", 1) < 0)
    return -1;
  else if (method == METHOD_SPAWN)
    pid = spawn (self);
  else if (method == METHOD_FORK && (pid = lab_fork ()) == 0)
    {
      say_byte (self);
      lab_child_exit (0);
    }

  ok = pid >= 0 && await_byte (self);
  taken = (double) (g_get_monotonic_time () - start) / 1000;
  if (thread != NULL)
    g_thread_join (g_steal_pointer (&thread));
  if (ok && pid > 0)
    (void) waitpid (pid, NULL, 0);
  else
    lab_child_end (pid);
  drain (self);
  return ok ? taken : -1;
}

static int
compare (const void *a,
         const void *b)
{
  const double *one = a, *other = b;

  return (*one > *other) - (*one < *other);
}

/* One of each in turn, so that what else the machine does meets all of them. */
static gboolean
measure_all (HaulContext  *context,
             Bench        *self,
             const char   *key,
             guint         n_starts,
             double        done,
             GError      **error)
{
  double taken[N_METHODS][MOST_STARTS];
  gint64 end = g_get_monotonic_time () + LONGEST_US;
  guint n = 0;

  for (; n < n_starts && (n < LEAST_STARTS || g_get_monotonic_time () < end); n++)
    {
      for (guint method = 0; method < N_METHODS; method++)
        {
          taken[method][n] = measure (self, method);
          if (taken[method][n] < 0)
            {
              g_set_error (error, HAUL_ERROR, HAUL_ERROR_TASK, _("A worker did not start"));
              return FALSE;
            }
        }
      haul_context_progress (context, done + n + 1);
      if (!haul_context_check (context, error))
        return FALSE;
    }
  for (guint method = 0; method < N_METHODS; method++)
    {
      qsort (taken[method], n, sizeof (double), compare);
      lab_say_number (context, key, items[method].id, taken[method][n / 2]);
    }
  return TRUE;
}

/* In pages of 4 KiB, as most memory is, and written to. Not more than half of what is free. */
static gpointer
map_memory (gsize  *size)
{
  gpointer memory;

  *size = MIN (*size, haul_memory_available () / 2);
  if (*size == 0)
    return NULL;
  memory = mmap (NULL, *size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED)
    {
      *size = 0;
      return NULL;
    }
  (void) madvise (memory, *size, MADV_NOHUGEPAGE);
  memset (memory, 1, *size);
  return memory;
}

static gboolean
run (HaulContext  *context,
     GVariant     *arguments,
     GError      **error)
{
  guint n_starts = (guint) haul_arguments_get_int (arguments, "starts");
  gsize size = (gsize) haul_arguments_get_int (arguments, "memory") * 1024 * 1024;
  Bench self = { 0 };
  gpointer memory = NULL;
  gboolean ok;

  if (!g_unix_open_pipe (self.reply, FD_CLOEXEC, error) || !g_unix_open_pipe (self.request, FD_CLOEXEC, error))
    return FALSE;
  lab_say_start (context);
  haul_context_set_total (context, 2 * n_starts);

  self.server = lab_fork ();
  if (self.server == 0)
    run_server (&self);
  ok = measure_all (context, &self, "small", n_starts, 0, error);
  if (ok)
    {
      memory = map_memory (&size);
      lab_say_number (context, "memory", "fork", (double) size / (1024 * 1024));
      ok = measure_all (context, &self, "large", n_starts, n_starts, error);
    }

  lab_child_end (self.server);
  if (memory != NULL)
    (void) munmap (memory, size);
  for (guint i = 0; i < 2; i++)
    {
      (void) close (self.reply[i]);
      (void) close (self.request[i]);
    }
  return ok;
}

static double
get_growth (LabFindings *findings,
            Method       method)
{
  return lab_findings_get (findings, "large", items[method].id) - lab_findings_get (findings, "small", items[method].id);
}

static const char *
judge (LabFindings  *findings,
       char        **ret_why_not)
{
  double fork_growth = get_growth (findings, METHOD_FORK);
  double spawn_growth = get_growth (findings, METHOD_SPAWN);
  double server_growth = get_growth (findings, METHOD_SERVER);
  double most = MAX (MAX (fork_growth, spawn_growth), server_growth);

  if (lab_findings_get (findings, "memory", "fork") == 0 || most < LEAST_GROWTH_MS)
    return "none";
  if (fork_growth > CLEARLY * MAX (spawn_growth, server_growth))
    return "fork";
  if (spawn_growth > CLEARLY * MAX (fork_growth, server_growth))
    return "spawn";
  if (MIN (MIN (fork_growth, spawn_growth), server_growth) > LEAST_GROWTH_MS && most < CLEARLY * fork_growth)
    return "all";
  *ret_why_not = g_strdup (_("The times differ too little to say: the machine is busy, or the memory too small. Try more of "
                             "it, or more starts."));
  return NULL;
}

static char *
explain (LabFindings *findings)
{
  g_autofree char *why_not = NULL;
  const char *outcome = judge (findings, &why_not);
  double memory = lab_findings_get (findings, "memory", "fork");
  double fork_large = lab_findings_get (findings, "large", "fork"), fork_small = lab_findings_get (findings, "small", "fork");
  double spawn_large = lab_findings_get (findings, "large", "spawn");

  if (g_strcmp0 (outcome, "spawn") == 0 || g_strcmp0 (outcome, "all") == 0)
    /* Translators: an amount of memory, and times in milliseconds. */
    return g_strdup_printf (_("With %.0f MiB in use a fork took %.2f ms, and before %.2f ms; a new program took %.2f ms, and before "
                              "%.2f ms. A new program takes no memory along, so that this is not the memory, but what else this "
                              "machine does. Try more memory, or more starts."),
                            memory, fork_large, fork_small, spawn_large, lab_findings_get (findings, "small", "spawn"));
  if (g_strcmp0 (outcome, "none") == 0)
    /* Translators: an amount of memory, and times in milliseconds. */
    return g_strdup_printf (_("With %.0f MiB in use a fork took %.2f ms, and before %.2f ms. It copies the tables that say where "
                              "each page of memory is, which is soon done where there is little. Try more of it."),
                            memory, fork_large, fork_small);
  /* Translators: an amount of memory, and times in milliseconds. */
  return g_strdup_printf (_("With %.0f MiB in use a fork took %.2f ms, and before %.2f ms, because it copies the tables that say where "
                            "each page of memory is, though not the pages. A new program took %.2f ms, and a fork server, started "
                            "while the program was small, forked in %.2f ms, because neither takes that memory along. A thread "
                            "shares all of it, and started in %.3f ms."),
                          memory, fork_large, fork_small, spawn_large, lab_findings_get (findings, "large", "server"),
                          lab_findings_get (findings, "large", "thread"));
}

const LabExperiment lab_fork_spawn_forkserver = {
  .task = {
    .id = "lab-fork-spawn-forkserver",
    .title = N_("Fork, Spawn, Fork Server"),
    .summary = N_("How long a worker takes to start, with little memory in use and with much"),
    .unit = N_("rounds"),
    .result = HAUL_RESULT_TEXT,
    .params = params,
    .run = run,
    .own_process = TRUE,
    .hidden = TRUE,
  },
  .group = LAB_GROUP_LIFE,
  .seconds = 2,
  .question = N_("A program starts workers in four ways: as a thread, by a fork, as a new program, and by a fork server. "
                 "Then it fills 512 MiB of memory. Which of them takes clearly longer now?"),
  .predictions = predictions,
  .measures = measures,
  .items = items,
  .picture = LAB_PICTURE_BARS,
  .pictured = "large",
  .judge = judge,
  .explain = explain,
  .c_code =
    "pid_t pid = fork ();                /* the longer, the more memory is in use */\n"
    "\n"
    "char *argv[] = { \"worker\", NULL };\n"
    "posix_spawn (&pid, \"/usr/bin/worker\", NULL, NULL, argv, environ);\n"
    "\n"
    "/* libhaul: a fork of a small process that has one thread */\n"
    "haul_process_set_start_method (process, HAUL_START_FORK_SERVER, &error);\n"
    "haul_process_start (process, &error);\n",
  .python_code =
    "import multiprocessing, time\n"
    "\n"
    "if __name__ == '__main__':\n"
    "    memory = b'x' * (512 << 20)\n"
    "    for method in 'fork', 'spawn', 'forkserver':\n"
    "        context = multiprocessing.get_context(method)\n"
    "        start = time.perf_counter()\n"
    "        process = context.Process(target=int)\n"
    "        process.start(); process.join()\n"
    "        print(method, time.perf_counter() - start)\n",
  .man = "man 3 posix_spawn",
};
