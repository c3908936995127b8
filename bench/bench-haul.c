/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

/* What libhaul itself costs: a progress call, the reports of many children, the main loop's
 * lateness while a large result arrives, and cancelling. Each figure stands beside that of the bare
 * thing it is built on, measured in the same run. */

#include "config.h"

#include <haul/haul.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROUNDS 7

static int
compare_doubles (const void *a,
                 const void *b)
{
  const double *x = a, *y = b;

  return (*x > *y) - (*x < *y);
}

static double
median (double *values,
        guint   n)
{
  qsort (values, n, sizeof *values, compare_doubles);
  return values[n / 2];
}

static double
cpu_seconds (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/* The tasks of this program, which is its own worker. */

static gboolean
report_run (HaulContext  *context,
            GVariant     *arguments,
            GError      **error)
{
  gint64 seconds = haul_arguments_get_int (arguments, "seconds");

  haul_context_set_total (context, seconds * 10);
  for (gint64 i = 1; i <= seconds * 10 && !haul_context_is_cancelled (context); i++)
    {
      g_usleep (100 * 1000);
      haul_context_progress (context, i);
    }
  return haul_context_check (context, error);
}

static gboolean
bytes_run (HaulContext  *context,
           GVariant     *arguments,
           GError      **error)
{
  gsize size = haul_arguments_get_int (arguments, "size");
  g_autofree char *bytes = g_malloc (size);

  memset (bytes, '3', size);
  haul_context_emit (context, bytes, size);
  return TRUE;
}

static const HaulParam report_params[] = {
  { "seconds", "Seconds", "seconds", "How long", HAUL_PARAM_INT, 1, 60, 5 },
  { NULL }
};

static const HaulParam bytes_params[] = {
  { "size", "Size", "bytes", "How many", HAUL_PARAM_INT, 0, 1 << 28, 1 << 20 },
  { NULL }
};

static const HaulTask report_task = { "report", "Report", "Reports ten times a second", "reports",
                                      HAUL_RESULT_TEXT, report_params, report_run };
static const HaulTask bytes_task = { "bytes", "Bytes", "Gives bytes", "bytes",
                                     HAUL_RESULT_TEXT, bytes_params, bytes_run };
static const HaulTask * const tasks[] = { &report_task, &bytes_task, NULL };

static void
discard (const HaulMessage *message,
         gpointer           user_data)
{
}

static guint64
spin (HaulContext *context,
      guint64      n)
{
  guint64 x = 88172645463325252u;

  for (guint64 i = 0; i < n; i++)
    {
      x ^= x << 13;
      x ^= x >> 7;
      x ^= x << 17;
      if (context != NULL)
        haul_context_progress (context, i);
      __asm__ volatile ("" : "+r" (x));
    }
  return x;
}

static void
bench_progress (void)
{
  const guint64 n = 100 * 1000 * 1000;
  double bare[ROUNDS], reporting[ROUNDS];
  int cancelled = 0;

  for (guint i = 0; i < ROUNDS; i++)
    {
      g_autoptr(HaulContext) context = haul_context_new (discard, NULL, &cancelled);
      gint64 start = g_get_monotonic_time (), middle;

      haul_context_set_total (context, n);
      (void) spin (NULL, n);
      middle = g_get_monotonic_time ();
      (void) spin (context, n);
      bare[i] = (middle - start) * 1e3 / n;
      reporting[i] = (g_get_monotonic_time () - middle) * 1e3 / n;
    }
  g_print ("progress call      %6.2f ns a turn of a loop without, %.2f ns with\n",
           median (bare, ROUNDS), median (reporting, ROUNDS));
}

static void
ended_cb (HaulJob  *job,
          gpointer  user_data)
{
  guint *n_left = user_data;

  --*n_left;
}

static HaulJob *
submit (HaulExecutor   *executor,
        const HaulTask *task,
        GVariant       *arguments,
        guint          *n_left)
{
  g_autoptr(GError) error = NULL;
  HaulJob *job = haul_job_new (task, arguments, &error);

  if (job == NULL)
    g_error ("%s", error->message);
  g_signal_connect (job, "ended", G_CALLBACK (ended_cb), n_left);
  ++*n_left;
  haul_executor_submit (executor, job);
  return job;
}

static void
run_until_ended (guint *n_left)
{
  while (*n_left > 0)
    g_main_context_iteration (NULL, TRUE);
}

static void
bench_children (HaulExecutor *executor,
                guint         n_children)
{
  g_autoptr(HaulHeartbeat) heartbeat = haul_heartbeat_new ();
  g_autoptr(GPtrArray) jobs = g_ptr_array_new_with_free_func (g_object_unref);
  guint n_left = 0, n_done = 0;
  double cpu = 0;
  gint64 start = 0;

  haul_executor_set_max_running (executor, n_children);
  for (guint i = 0; i < n_children; i++)
    g_ptr_array_add (jobs, submit (executor, &report_task, NULL, &n_left));

  while (n_left > 0)
    {
      guint n_running = 0;

      g_main_context_iteration (NULL, TRUE);
      for (guint i = 0; start == 0 && i < jobs->len; i++)
        n_running += haul_job_get_state (jobs->pdata[i]) == HAUL_JOB_RUNNING;
      if (start == 0 && n_running == n_children)
        {
          start = g_get_monotonic_time ();
          cpu = cpu_seconds ();
          haul_heartbeat_reset (heartbeat);
        }
      if (start != 0 && g_get_monotonic_time () - start > 3 * G_USEC_PER_SEC)
        break;
    }
  if (start != 0)
    g_print ("%4u children      %6.1f %% of a core for their reports at 10 Hz, loop %.1f ms late at worst\n", n_children,
             100 * (cpu_seconds () - cpu) / ((g_get_monotonic_time () - start) / 1e6), haul_heartbeat_get_worst (heartbeat));

  run_until_ended (&n_left);
  for (guint i = 0; i < jobs->len; i++)
    n_done += haul_job_get_verdict (jobs->pdata[i]) == HAUL_VERDICT_DONE;
  if (n_done != n_children)
    g_error ("%u of %u children are done", n_done, n_children);
}

static void
bench_result (HaulExecutor *executor,
              gsize         size)
{
  g_autoptr(HaulHeartbeat) heartbeat = haul_heartbeat_new ();
  double seconds[ROUNDS];

  for (guint i = 0; i < ROUNDS; i++)
    {
      guint n_left = 0;
      g_autoptr(HaulJob) job = submit (executor, &bytes_task, g_variant_new_parsed ("{'size': <%x>}", (gint64) size), &n_left);

      run_until_ended (&n_left);
      if (haul_job_get_result_size (job) != size)
        g_error ("%" G_GSIZE_FORMAT " bytes arrived", haul_job_get_result_size (job));
      seconds[i] = (haul_job_get_stamp (job, HAUL_STAMP_JOINED) - haul_job_get_stamp (job, HAUL_STAMP_RUNNING)) / 1e6;
    }
  g_print ("%4.0f MiB result     %6.0f MiB/s from running to joined, loop %.1f ms late at worst\n", size / 1048576.0,
           size / 1048576.0 / median (seconds, ROUNDS), haul_heartbeat_get_worst (heartbeat));
}

static double
bare_kill (void)
{
  gint64 start;
  pid_t pid = vfork ();

  if (pid == 0)
    {
      execl ("/bin/sleep", "sleep", "60", NULL);
      _exit (127);
    }
  start = g_get_monotonic_time ();
  kill (pid, SIGTERM);
  waitpid (pid, NULL, 0);
  return (g_get_monotonic_time () - start) / 1e3;
}

static gboolean
running (HaulJob *job)
{
  return haul_job_get_state (job) == HAUL_JOB_RUNNING && haul_job_get_done (job) > 0;
}

static void
bench_cancel (HaulExecutor *executor)
{
  double ours[ROUNDS], bare[ROUNDS];

  for (guint i = 0; i < ROUNDS; i++)
    {
      guint n_left = 0;
      g_autoptr(HaulJob) job = submit (executor, &report_task, NULL, &n_left);

      while (!running (job))
        g_main_context_iteration (NULL, TRUE);
      haul_job_cancel (job);
      run_until_ended (&n_left);
      ours[i] = (haul_job_get_stamp (job, HAUL_STAMP_JOINED) - haul_job_get_stamp (job, HAUL_STAMP_CANCEL_SENT)) / 1e3;
      bare[i] = bare_kill ();
    }
  g_print ("cancel to joined   %6.2f ms; kill and waitpid of a bare process %.2f ms\n",
           median (ours, ROUNDS), median (bare, ROUNDS));
}

int
main (int    argc,
      char **argv)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autoptr(HaulExecutor) executor = NULL;

  if (argc > 1 && g_str_equal (argv[1], "--run"))
    return haul_worker_main (argc, argv, tasks);

  (void) signal (SIGPIPE, SIG_IGN);
  haul_tasks_register (tasks);
  haul_raise_fd_limit ();
  executor = haul_process_executor_new (self);

  bench_progress ();
  bench_cancel (executor);
  bench_result (executor, 1 << 20);
  bench_result (executor, 64 << 20);
  bench_children (executor, argc > 1 ? CLAMP (atoi (argv[1]), 1, 1000) : 300);
  return 0;
}
