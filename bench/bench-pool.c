/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

/* What workers and pools cost: bench-pool [pool_peers.py [ROW…]]. Each figure stands beside that of the
 * bare system calls, and of Python's pools, measured in turns in the same run. A ratio is how many
 * times longer the other takes, so that above 1 is good. */

#include "config.h"

#include <haul/haul.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench-pool-peers.h"

#define WORKERS 2
#define N_EMPTY 20000
#define WATCHDOG_S 240

typedef struct
{
  HaulPool         *pool;      /* warm, with WORKERS */
  HaulPool         *fresh;     /* of one worker, which is replaced after each item */
  HaulPool         *single;    /* warm, with one worker */
  HaulExecutor     *executor;  /* with a fork server */
  Peers             peers;
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
  static char *bytes;
  static gsize n_bytes;

  if (n_bytes < size)
    {
      bytes = g_realloc (bytes, size);
      memset (bytes, '3', size);
      n_bytes = size;
    }
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
  double begun = bench_now ();

  haul_batch_set_chunksize (batch, chunksize);
  haul_batch_set_keep (batch, size == 0);
  g_signal_connect (batch, "item", G_CALLBACK (item_cb), &range);
  bench_must (haul_pool_submit (pool, batch, NULL), "submitting");
  while (haul_batch_is_active (batch))
    g_main_context_iteration (NULL, TRUE);
  begun = bench_now () - begun;
  bench_must (haul_batch_get_n_done (batch) == n && range.n_bytes == n * size, "a map");
  return begun;
}

static double
trips (HaulPool *pool,
       guint     n)
{
  double begun = bench_now ();

  for (guint i = 0; i < n; i++)
    apply (pool);
  return (bench_now () - begun) / n;
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
  bench_must (haul_job_get_verdict (job) == HAUL_VERDICT_CANCELLED, "cancelling");
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
      bench_must (g_file_get_contents (path, &text, NULL, NULL), path);
      pss = strstr (text, "\nPss:");
      bench_must (pss != NULL, "reading smaps_rollup");
      sum += g_ascii_strtod (pss + strlen ("\nPss:"), NULL);
    }
  return sum / n;
}

/* The rows. */

/* What something else takes, in the unit of the row, and how many times as long as ours it has to take;
 * 0 for no goal. */
typedef struct
{
  const char *name;
  double      value;   /* below 0: there is none */
  double      goal;
} Other;

static void
print_row (const char  *name,
           const char  *unit,
           double       ours,
           const Other *others,
           guint        n_others)
{
  g_print ("%-24s %9.4g %s\n", name, ours, unit);
  for (guint i = 0; i < n_others; i++)
    {
      double ratio = others[i].value / ours;

      if (others[i].value < 0)
        continue;
      g_print ("  %-22s %9.4g %-7s %8.2f ×", others[i].name, others[i].value, unit, ratio);
      if (others[i].goal > 0)
        g_print ("  goal %6.2f ×  %s", others[i].goal, ratio >= others[i].goal ? "reached" : "missed");
      g_print ("\n");
    }
}

static void
bench_memory (Bench *self)
{
  const Other others[] = {
    { "at most", 500, 1 },
    { "multiprocessing.Pool", peers_ask (&self->peers, "pss", 0), 0 },
  };

  print_row ("PSS of an idle worker", "KiB", pss_kib (self->pool), others, G_N_ELEMENTS (others));
}

static void
bench_start (Bench *self)
{
  double bare[BENCH_STARTS], hello[BENCH_STARTS], first[BENCH_STARTS], cancel[BENCH_STARTS], killed[BENCH_STARTS],
         python[BENCH_STARTS];

  for (guint i = 0; i < BENCH_STARTS; i++)
    {
      bare[i] = bare_start () * 1e6;
      one_job (self->executor, &hello[i], &cancel[i]);
      hello[i] *= 1e6;
      cancel[i] *= 1e6;
      first[i] = trips (self->fresh, 1) * 1e6;
      killed[i] = bare_kill () * 1e6;
      python[i] = peers_ask (&self->peers, "start", 0) * 1e6;
    }
  {
    const Other starts[] = {
      { "bare fork", bench_median (bare, G_N_ELEMENTS (bare)), 1 / 1.5 },
      { "Python's forkserver", bench_median (python, G_N_ELEMENTS (python)), 40 },
    };
    const Other cancels[] = { { "kill and waitpid", bench_median (killed, G_N_ELEMENTS (killed)), 0.5 } };

    print_row ("start, to first byte", "µs", bench_median (hello, G_N_ELEMENTS (hello)), starts, G_N_ELEMENTS (starts));
    print_row ("start, to first result", "µs", bench_median (first, G_N_ELEMENTS (first)), NULL, 0);
    print_row ("cancel to joined", "µs", bench_median (cancel, G_N_ELEMENTS (cancel)), cancels, G_N_ELEMENTS (cancels));
  }
}

static void
bench_map (Bench      *self,
           const char *title,
           const char *peer,
           guint       chunksize,
           guint       n_python,
           double      pool_goal,
           double      futures_goal)
{
  double ours[BENCH_ROUNDS], python[BENCH_ROUNDS], futures[BENCH_ROUNDS];

  for (guint i = 0; i < BENCH_ROUNDS; i++)
    {
      ours[i] = map (self->pool, N_EMPTY, 0, chunksize) / N_EMPTY * 1e6;
      python[i] = peers_ask (&self->peers, peer, n_python) / n_python * 1e6;
      futures[i] = peers_ask (&self->peers, "futures", 2000) / 2000 * 1e6;
    }
  {
    const Other others[] = {
      { "multiprocessing.Pool", bench_median (python, G_N_ELEMENTS (python)), pool_goal },
      { "ProcessPoolExecutor", bench_median (futures, G_N_ELEMENTS (futures)), futures_goal },
    };

    print_row (title, "µs", bench_median (ours, G_N_ELEMENTS (ours)), others, G_N_ELEMENTS (others));
  }
}

/* In Python the items of a chunk are one message; here each is a message of its own always. */
static void
bench_map_one (Bench *self)
{
  bench_map (self, "empty item, chunk size 1", "map_one", 1, 5000, 20, 100);
}

static void
bench_map_auto (Bench *self)
{
  bench_map (self, "empty item, auto", "map_auto", 0, 20000, 0, 0);
}

static void
bench_trips (Bench *self)
{
  double ours[BENCH_ROUNDS], bare[BENCH_ROUNDS], python[BENCH_ROUNDS];

  for (guint i = 0; i < BENCH_ROUNDS; i++)
    {
      ours[i] = trips (self->single, 2000) * 1e6;
      bare[i] = bare_trips (2000, 1) * 1e6;
      python[i] = peers_ask (&self->peers, "apply", 500) * 1e6;
    }
  {
    const Other others[] = {
      { "bare pipes", bench_median (bare, G_N_ELEMENTS (bare)), 1 / 3.0 },
      { "Pool.apply", bench_median (python, G_N_ELEMENTS (python)), 0 },
    };

    print_row ("round trip", "µs", bench_median (ours, G_N_ELEMENTS (ours)), others, G_N_ELEMENTS (others));
  }
}

/* 64 MiB in all. */
static void
bench_large (Bench      *self,
             const char *title,
             gsize       size)
{
  double ours[BENCH_ROUNDS], bare[BENCH_ROUNDS], python[BENCH_ROUNDS];
  guint n = 64 * MIB / size;

  for (guint i = 0; i < BENCH_ROUNDS; i++)
    {
      ours[i] = map (self->pool, n, size, 0) * 1e3;
      bare[i] = bare_trips (n, size) * n * 1e3;
      python[i] = peers_ask (&self->peers, "imap", size) * 1e3;
    }
  {
    const Other others[] = {
      { "bare pipe", bench_median (bare, G_N_ELEMENTS (bare)), 0.8 },
      { "Pool.imap", bench_median (python, G_N_ELEMENTS (python)), 3 },
    };

    print_row (title, "ms", bench_median (ours, G_N_ELEMENTS (ours)), others, G_N_ELEMENTS (others));
  }
}

static void
bench_many_mib (Bench *self)
{
  bench_large (self, "64 results of 1 MiB", MIB);
}

static void
bench_one_large (Bench *self)
{
  bench_large (self, "1 result of 64 MiB", 64 * MIB);
}

static const struct
{
  const char *name;
  void       (*run) (Bench *bench);
} rows[] = {
  { "memory", bench_memory },   /* first: the others grow the workers */
  { "start", bench_start },
  { "one", bench_map_one },
  { "auto", bench_map_auto },
  { "trips", bench_trips },
  { "mib", bench_many_mib },
  { "large", bench_one_large },
};

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

  if (argc > 1 && g_str_has_prefix (argv[1], "--"))
    return haul_worker_main (argc, argv, tasks);

  alarm (WATCHDOG_S);
  setlocale (LC_ALL, "");
  (void) signal (SIGPIPE, SIG_IGN);
  haul_tasks_register (tasks);
  peers_start (&bench.peers, argc > 1 ? argv[1] : NULL);

  bench.executor = haul_process_executor_new (self);
  haul_process_executor_set_start_method (HAUL_PROCESS_EXECUTOR (bench.executor), HAUL_START_FORK_SERVER);
  bench.pool = new_pool (self, WORKERS, 0);
  bench.single = new_pool (self, 1, 0);
  bench.fresh = new_pool (self, 1, 1);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (argc < 3 || g_strv_contains ((const char * const *) argv + 2, rows[i].name))
      rows[i].run (&bench);

  peers_end (&bench.peers);
  end_pool (bench.fresh);
  end_pool (bench.single);
  end_pool (bench.pool);
  g_object_unref (bench.executor);
  return 0;
}
