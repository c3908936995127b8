/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

/* What workers and pools cost: bench-pool [pool_peers.py]. Each figure stands beside that of the bare
 * system calls, and of Python's pools, measured in turns in the same run. A ratio is how many times
 * longer the other takes, so that above 1 is good. */

#include "config.h"

#include <fcntl.h>
#include <haul/haul.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROUNDS  5
#define WORKERS 2
#define MIB     (1 << 20)
#define WATCHDOG_S 240

typedef struct
{
  HaulPool         *pool;      /* warm, with WORKERS */
  HaulPool         *fresh;     /* of one worker, which is replaced after each item */
  HaulPool         *single;    /* warm, with one worker */
  HaulExecutor     *executor;  /* with a fork server */
  GSubprocess      *peers;     /* (nullable) */
  GDataInputStream *answers;
} Bench;

/* The tasks of this program, which is its own worker. */

static gboolean
empty_run (HaulContext  *context,
           GVariant     *arguments,
           GError      **error)
{
  return TRUE;
}

static gboolean
large_run (HaulContext  *context,
           GVariant     *arguments,
           GError      **error)
{
  gsize size = haul_arguments_get_int (arguments, "size");
  g_autofree char *bytes = g_malloc (size);

  memset (bytes, '3', size);
  haul_context_emit (context, bytes, size);
  return TRUE;
}

static gboolean
obey_run (HaulContext  *context,
          GVariant     *arguments,
          GError      **error)
{
  haul_context_set_total (context, G_MAXUINT32);
  for (guint64 i = 1; haul_context_check (context, error); i++)
    haul_context_progress (context, i);
  return FALSE;
}

static const HaulParam large_params[] = {
  { "size", "Size", "bytes", "How many", HAUL_PARAM_INT, 0, 64 * MIB, MIB },
  { NULL }
};
static const HaulParam no_params[] = { { NULL } };

static const HaulTask empty_task = { "empty", "Empty", "Does nothing", "things", HAUL_RESULT_TEXT, no_params, empty_run };
static const HaulTask large_task = { "large", "Large", "Gives bytes", "bytes", HAUL_RESULT_TEXT, large_params, large_run };
static const HaulTask obey_task = { "obey", "Obey", "Works until it is told to stop", "turns",
                                    HAUL_RESULT_TEXT, no_params, obey_run };
static const HaulTask * const tasks[] = { &empty_task, &large_task, &obey_task, NULL };

static double
now (void)
{
  struct timespec time;

  clock_gettime (CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

static int
compare_doubles (const void *a,
                 const void *b)
{
  const double *x = a, *y = b;

  return (*x > *y) - (*x < *y);
}

static double
median (double *values)
{
  qsort (values, ROUNDS, sizeof *values, compare_doubles);
  return values[ROUNDS / 2];
}

static void
must (gboolean    ok,
      const char *what)
{
  if (!ok)
    g_error ("%s failed", what);
}

/* Python. */

static void
start_peers (Bench      *self,
             const char *script)
{
  g_autofree char *python = g_find_program_in_path ("python3");
  g_autoptr(GError) error = NULL;

  if (script == NULL || python == NULL)
    {
      g_print ("Skipped: multiprocessing and concurrent.futures, because %s\n",
               python == NULL ? "there is no python3" : "pool_peers.py was not named");
      return;
    }
  self->peers = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error,
                                  python, script, NULL);
  if (self->peers == NULL)
    g_print ("Skipped: multiprocessing and concurrent.futures: %s\n", error->message);
  else
    self->answers = g_data_input_stream_new (g_subprocess_get_stdout_pipe (self->peers));
}

/* What Python takes; below 0 where there is none. */
static double
ask (Bench      *self,
     const char *name,
     guint       number)
{
  g_autofree char *question = g_strdup_printf ("%s %u\n", name, number);
  g_autofree char *answer = NULL;

  if (self->peers == NULL)
    return -1;
  must (g_output_stream_write_all (g_subprocess_get_stdin_pipe (self->peers), question, strlen (question), NULL, NULL, NULL),
        "a question to pool_peers.py");
  answer = g_data_input_stream_read_line (self->answers, NULL, NULL, NULL);
  must (answer != NULL, "pool_peers.py");
  return g_ascii_strtod (answer, NULL);
}

static void
end_peers (Bench *self)
{
  if (self->peers == NULL)
    return;

  must (g_output_stream_close (g_subprocess_get_stdin_pipe (self->peers), NULL, NULL), "closing a pipe");
  must (g_subprocess_wait_check (self->peers, NULL, NULL), "pool_peers.py");
  g_clear_object (&self->answers);
  g_clear_object (&self->peers);
}

static void
print_ratio (const char *name,
             double      other,
             double      ours)
{
  if (other > 0)
    g_print ("; %s %.4g (%.2f ×)", name, other, other / ours);
}

/* The bare thing: a forked child at the other end of two pipes. */

typedef struct
{
  pid_t pid;
  int   down;   /* we write */
  int   up;     /* we read */
} Bare;

/* All of @size bytes, or the end of the process: the other end is gone. */
static void
transfer (int       fd,
          gboolean  out,
          guint8   *bytes,
          gsize     size)
{
  while (size > 0)
    {
      gssize n = out ? write (fd, bytes, size) : read (fd, bytes, size);

      if (n <= 0)
        _exit (1);
      bytes += n;
      size -= n;
    }
}

/* Answers each byte with @answer bytes, the first without being asked. */
static Bare
bare_fork (gsize answer)
{
  g_autofree guint8 *bytes = g_malloc0 (answer);
  Bare self;
  int down[2], up[2];

  must (pipe2 (down, O_CLOEXEC) == 0 && pipe2 (up, O_CLOEXEC) == 0, "pipe2");
  (void) fcntl (up[0], F_SETPIPE_SZ, MIB);   /* slower if it is refused */
  self = (Bare) { fork (), down[1], up[0] };
  must (self.pid >= 0, "fork");
  if (self.pid == 0)
    {
      guint8 byte = 0;

      close (down[1]);
      for (transfer (up[1], TRUE, &byte, 1);; transfer (up[1], TRUE, bytes, answer))
        transfer (down[0], FALSE, &byte, 1);
    }
  close (down[0]);
  close (up[1]);
  return self;
}

static void
bare_end (Bare *self)
{
  close (self->down);
  close (self->up);
  must (waitpid (self->pid, NULL, 0) == self->pid, "waitpid");
}

static double
bare_start (void)
{
  double begun = now (), took;
  Bare bare = bare_fork (1);
  guint8 byte;

  transfer (bare.up, FALSE, &byte, 1);
  took = now () - begun;
  bare_end (&bare);
  return took;
}

/* Seconds for one of @n answers. */
static double
bare_trips (guint n,
            gsize size)
{
  g_autofree guint8 *bytes = g_malloc (size);
  Bare bare = bare_fork (size);
  double begun, took;

  transfer (bare.up, FALSE, bytes, 1);
  begun = now ();
  for (guint i = 0; i < n; i++)
    {
      transfer (bare.down, TRUE, (guint8 *) "x", 1);
      transfer (bare.up, FALSE, bytes, size);
    }
  took = (now () - begun) / n;
  bare_end (&bare);
  return took;
}

static double
bare_kill (void)
{
  Bare bare = bare_fork (1);
  double begun;
  guint8 byte;

  transfer (bare.up, FALSE, &byte, 1);
  begun = now ();
  kill (bare.pid, SIGTERM);
  must (waitpid (bare.pid, NULL, 0) == bare.pid, "waitpid");
  begun = now () - begun;
  close (bare.down);
  close (bare.up);
  return begun;
}

/* Ours. */

static void
applied_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) bytes = haul_pool_apply_finish (HAUL_POOL (source), result, &error);

  if (bytes == NULL)
    g_error ("%s", error->message);
  *(gboolean *) user_data = TRUE;
}

static void
apply (HaulPool *pool)
{
  gboolean done = FALSE;

  haul_pool_apply_async (pool, &empty_task, g_variant_new ("a{sv}", NULL), NULL, applied_cb, &done);
  while (!done)
    g_main_context_iteration (NULL, TRUE);
}

/* A pool that has answered, so that its fork server, and with @max_tasks 0 its workers, are there. */
static HaulPool *
new_pool (const char *worker_path,
          guint       n,
          guint       max_tasks)
{
  HaulPool *pool = haul_pool_new (worker_path, n);

  haul_pool_set_nice (pool, 0);
  haul_pool_set_max_tasks (pool, max_tasks);
  for (guint i = 0; i < 100; i++)
    apply (pool);
  return pool;
}

typedef struct
{
  guint64   n;
  gsize     size;       /* 0: nothing */
  gsize     n_bytes;    /* that came */
} Range;

static GVariant *
range_input (guint64  index,
             gpointer user_data)
{
  const Range *range = user_data;

  if (index == range->n)
    return NULL;
  if (range->size == 0)
    return g_variant_new ("a{sv}", NULL);
  return g_variant_new_parsed ("{'size': <%x>}", (gint64) range->size);
}

static void
item_cb (HaulBatch    *batch,
         guint64       index,
         GBytes       *result,
         const GError *error,
         Range        *range)
{
  range->n_bytes += result != NULL ? g_bytes_get_size (result) : 0;
}

static double
map (HaulPool *pool,
     guint64   n,
     gsize     size,
     guint     chunksize)
{
  Range range = { n, size };
  g_autoptr(HaulBatch) batch = haul_batch_new (size > 0 ? &large_task : &empty_task, range_input, &range, NULL);
  double begun = now ();

  haul_batch_set_chunksize (batch, chunksize);
  haul_batch_set_keep (batch, size == 0);
  g_signal_connect (batch, "item", G_CALLBACK (item_cb), &range);
  must (haul_pool_submit (pool, batch, NULL), "submitting");
  while (haul_batch_is_active (batch))
    g_main_context_iteration (NULL, TRUE);
  begun = now () - begun;
  must (haul_batch_get_n_done (batch) == n && range.n_bytes == n * size, "a map");
  return begun;
}

static double
trips (HaulPool *pool,
       guint     n)
{
  double begun = now ();

  for (guint i = 0; i < n; i++)
    apply (pool);
  return (now () - begun) / n;
}

static void
running_cb (HaulJob *job)
{
  if (haul_job_get_done (job) > 0)
    haul_job_cancel (job);
}

/* Seconds from its start to HELLO, and from cancel to joined, of a job in a process of its own. */
static void
one_job (HaulExecutor *executor,
         double       *ret_start,
         double       *ret_cancel)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(HaulJob) job = haul_job_new (&obey_task, NULL, &error);

  if (job == NULL)
    g_error ("%s", error->message);
  haul_job_set_nice (job, 0);
  g_signal_connect (job, "notify::done", G_CALLBACK (running_cb), NULL);
  haul_executor_submit (executor, job);
  while (haul_job_is_active (job))
    g_main_context_iteration (NULL, TRUE);
  must (haul_job_get_verdict (job) == HAUL_VERDICT_CANCELLED, "cancelling");
  *ret_start = (haul_job_get_stamp (job, HAUL_STAMP_RUNNING) - haul_job_get_stamp (job, HAUL_STAMP_STARTED)) / 1e6;
  *ret_cancel = (haul_job_get_stamp (job, HAUL_STAMP_JOINED) - haul_job_get_stamp (job, HAUL_STAMP_CANCEL_SENT)) / 1e6;
}

static double
pss_kib (HaulPool *pool)
{
  g_autoptr(GVariant) pids = haul_pool_dup_pids (pool);
  gsize n = g_variant_n_children (pids);
  double sum = 0;

  for (gsize i = 0; i < n; i++)
    {
      g_autofree char *path = NULL;
      g_autofree char *text = NULL;
      const char *pss;
      int pid;

      g_variant_get_child (pids, i, "i", &pid);
      path = g_strdup_printf ("/proc/%d/smaps_rollup", pid);
      must (g_file_get_contents (path, &text, NULL, NULL), path);
      pss = strstr (text, "\nPss:");
      must (pss != NULL, "reading smaps_rollup");
      sum += g_ascii_strtod (pss + strlen ("\nPss:"), NULL);
    }
  return sum / n;
}

/* The rows. */

static void
bench_start (Bench *self)
{
  double bare[ROUNDS], hello[ROUNDS], first[ROUNDS], cancel[ROUNDS], killed[ROUNDS], python[ROUNDS];
  double ours, cancelled;

  for (guint i = 0; i < ROUNDS; i++)
    {
      bare[i] = bare_start () * 1e6;
      one_job (self->executor, &hello[i], &cancel[i]);
      hello[i] *= 1e6;
      cancel[i] *= 1e6;
      first[i] = trips (self->fresh, 1) * 1e6;
      killed[i] = bare_kill () * 1e6;
      python[i] = ask (self, "start", 0) * 1e6;
    }
  ours = median (hello);
  g_print ("start, to HELLO         %10.4g µs", ours);
  print_ratio ("bare fork", median (bare), ours);
  print_ratio ("forkserver", median (python), ours);
  g_print ("\nstart, to first result  %10.4g µs", median (first));
  print_ratio ("bare fork", median (bare), median (first));
  print_ratio ("forkserver", median (python), median (first));
  cancelled = median (cancel);
  g_print ("\ncancel to joined        %10.4g µs", cancelled);
  print_ratio ("kill and waitpid", median (killed), cancelled);
  g_print ("\n");
}

static void
bench_map (Bench      *self,
           const char *title,
           const char *peer,
           guint       chunksize,
           guint       n,
           guint       n_python)
{
  double ours[ROUNDS], python[ROUNDS], futures[ROUNDS];
  double mine;

  for (guint i = 0; i < ROUNDS; i++)
    {
      ours[i] = map (self->pool, n, 0, chunksize) / n * 1e6;
      python[i] = ask (self, peer, n_python) / n_python * 1e6;
      futures[i] = ask (self, "futures", 2000) / 2000 * 1e6;
    }
  mine = median (ours);
  g_print ("%s %10.4g µs an item", title, mine);
  print_ratio ("Pool.map", median (python), mine);
  print_ratio ("ProcessPoolExecutor", median (futures), mine);
  g_print ("\n");
}

static void
bench_trips (Bench *self)
{
  double ours[ROUNDS], bare[ROUNDS], python[ROUNDS];
  double mine;

  for (guint i = 0; i < ROUNDS; i++)
    {
      ours[i] = trips (self->single, 2000) * 1e6;
      bare[i] = bare_trips (2000, 1) * 1e6;
      python[i] = ask (self, "apply", 500) * 1e6;
    }
  mine = median (ours);
  g_print ("round trip              %10.4g µs", mine);
  print_ratio ("bare pipes", median (bare), mine);
  print_ratio ("Pool.apply", median (python), mine);
  g_print ("\n");
}

/* 64 MiB in all, in ms. */
static void
bench_large (Bench *self,
             gsize  size)
{
  double ours[ROUNDS], bare[ROUNDS], python[ROUNDS];
  guint n = 64 * MIB / size;
  double mine;

  for (guint i = 0; i < ROUNDS; i++)
    {
      ours[i] = map (self->pool, n, size, 0) * 1e3;
      bare[i] = bare_trips (n, size) * n * 1e3;
      python[i] = ask (self, "imap", size) * 1e3;
    }
  mine = median (ours);
  g_print ("%2u results of %2u MiB     %10.4g ms", n, (guint) (size / MIB), mine);
  print_ratio ("bare pipe", median (bare), mine);
  print_ratio ("Pool.imap", median (python), mine);
  g_print ("\n");
}

static void
pool_joined_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr(GError) error = NULL;

  if (!haul_pool_join_finish (HAUL_POOL (source), result, &error))
    g_error ("%s", error->message);
  *(gboolean *) user_data = TRUE;
}

static void
end_pool (HaulPool *pool)
{
  gboolean done = FALSE;

  haul_pool_close (pool);
  haul_pool_join_async (pool, pool_joined_cb, &done);
  while (!done)
    g_main_context_iteration (NULL, TRUE);
  g_object_unref (pool);
}

int
main (int    argc,
      char **argv)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  Bench bench = { 0 };
  double ours;

  if (argc > 1 && g_str_has_prefix (argv[1], "--"))
    return haul_worker_main (argc, argv, tasks);

  alarm (WATCHDOG_S);
  setlocale (LC_ALL, "");
  (void) signal (SIGPIPE, SIG_IGN);
  haul_tasks_register (tasks);
  start_peers (&bench, argc > 1 ? argv[1] : NULL);

  bench.executor = haul_process_executor_new (self);
  haul_process_executor_set_start_method (HAUL_PROCESS_EXECUTOR (bench.executor), HAUL_START_FORK_SERVER);
  bench.pool = new_pool (self, WORKERS, 0);
  bench.single = new_pool (self, 1, 0);
  bench.fresh = new_pool (self, 1, 1);

  ours = pss_kib (bench.pool);
  g_print ("PSS of an idle worker   %10.4g KiB", ours);
  print_ratio ("Pool", ask (&bench, "pss", 0), ours);
  g_print ("\n");
  bench_start (&bench);
  bench_map (&bench, "empty, chunk size 1    ", "map_one", 1, 20000, 5000);
  bench_map (&bench, "empty, chunk size auto ", "map_auto", 0, 20000, 20000);
  bench_trips (&bench);
  bench_large (&bench, MIB);
  bench_large (&bench, 64 * MIB);

  end_peers (&bench);
  end_pool (bench.fresh);
  end_pool (bench.single);
  end_pool (bench.pool);
  g_object_unref (bench.executor);
  return 0;
}
