/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "haul-test.h"

#include "haul/parent/haul-heartbeat.h"
#include "haul/wire/haul-fd-private.h"
#include "haul/worker/haul-worker.h"
#include "test-tasks.h"

/* The value of a line "KEY value" or "KEY:\tvalue" of what the task "status" tells. */
static char *
value_of (const char *text,
          const char *key)
{
  g_auto(GStrv) lines = g_strsplit (text, "\n", 0);

  for (guint i = 0; lines[i] != NULL; i++)
    if (g_str_has_prefix (lines[i], key) && strchr (" :", lines[i][strlen (key)]) != NULL)
      return g_strdup (g_strstrip (lines[i] + strlen (key) + 1));
  g_error ("no ‘%s’ in %s", key, text);
}

static guint64
mask_of (const char *text,
         const char *key)
{
  g_autofree char *value = value_of (text, key);

  return g_ascii_strtoull (value, NULL, 16);
}

static int
number_of (const char *text,
           const char *key)
{
  g_autofree char *value = value_of (text, key);

  return atoi (value);
}

/* Whatever signals our own launcher blocked and ignored, a worker starts with a clean table. */
static void
test_status (void)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) job = NULL;
  g_autofree char *text = NULL;
  guint64 allowed;
  sigset_t blocked;

  haul_test_begin ();
  sigemptyset (&blocked);
  sigaddset (&blocked, SIGTERM);
  sigaddset (&blocked, SIGUSR1);
  pthread_sigmask (SIG_BLOCK, &blocked, NULL);
  signal (SIGINT, SIG_IGN);
  signal (SIGCHLD, SIG_IGN);

  executor = haul_test_process_executor_new ();
  job = haul_test_job_new ("status", NULL);
  haul_job_set_nice (job, 19);
  haul_test_submit (executor, job);
  haul_test_wait_state (job, HAUL_JOB_STARTING);
  g_assert_cmpint (haul_job_get_pid (job), >, 1);
  pthread_sigmask (SIG_UNBLOCK, &blocked, NULL);
  signal (SIGINT, SIG_DFL);
  signal (SIGCHLD, SIG_DFL);   /* it waits for its RUN, so it has not ended yet */
  haul_test_wait_ended (job);
  haul_test_assert_verdict (job, HAUL_VERDICT_DONE);

  text = haul_test_result_text (job);
  g_assert_cmpuint (mask_of (text, "SigBlk"), ==, 0);
  /* The C library keeps 32 and 33 for itself and lets nobody change them. */
  allowed = G_GUINT64_CONSTANT (3) << 31;
  g_assert_cmphex (mask_of (text, "SigIgn") & ~allowed, ==, 0);
  g_assert_cmpuint (mask_of (text, "SigCgt") & (G_GUINT64_CONSTANT (1) << (SIGTERM - 1)), ==, 0);
  g_assert_cmpint (number_of (text, "pid"), ==, haul_job_get_pid (job));
  g_assert_cmpint (number_of (text, "parent"), ==, getpid ());
  g_assert_cmpint (number_of (text, "group"), ==, haul_job_get_pid (job));
  /* Never a session of its own: autogroups would make its nice value useless. */
  g_assert_cmpint (number_of (text, "session"), ==, number_of (text, "parent-session"));
  g_assert_cmpint (number_of (text, "nice"), ==, 19);
  g_assert_cmpint (number_of (text, "Threads"), ==, 1);
  g_assert_cmpint (number_of (text, "NoNewPrivs"), ==, 1);
  g_assert_cmpint (number_of (text, "core"), ==, 0);
  haul_test_run_normal (executor);
  haul_test_assert_clean ();
}

/* 0 to 4 and nothing else, however many other workers run; what it starts gets none of its pipes. */
static void
test_fds (void)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) first = NULL;
  g_autoptr(HaulJob) second = NULL;
  g_autoptr(HaulJob) job = NULL;
  g_autofree char *text = NULL;
  g_auto(GStrv) lines = NULL;
  guint n = 0;

  haul_test_begin ();
  executor = haul_test_process_executor_new ();
  haul_executor_set_max_running (executor, 3);
  first = haul_test_job_start (executor, "slow", NULL);
  second = haul_test_job_start (executor, "slow", NULL);
  haul_test_wait_state (second, HAUL_JOB_RUNNING);
  job = haul_test_job_start (executor, "status", NULL);
  haul_test_wait_ended (job);
  text = haul_test_result_text (job);
  lines = g_strsplit (text, "\n", 0);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      char kind[16], target[256];
      int fd;

      if (!g_str_has_prefix (lines[i], "fd "))
        continue;
      g_assert_cmpint (sscanf (lines[i], "fd %d %15s %255s", &fd, kind, target), ==, 3);
      g_assert_cmpint (fd, <=, HAUL_WORKER_EVENTS_FD);
      g_assert_cmpstr (kind, ==, fd >= HAUL_WORKER_COMMANDS_FD ? "cloexec" : "kept");
      if (fd == 0)
        g_assert_cmpstr (target, ==, "/dev/null");
      else
        g_assert_true (g_str_has_prefix (target, "pipe:"));
      n++;
    }
  g_assert_cmpuint (n, ==, 5);
  haul_test_shutdown (executor, HAUL_SHUTDOWN_TERMINATE);
  haul_test_assert_clean ();
}

static gpointer
churn_thread (gpointer data)
{
  const int *stop = data;

  while (!g_atomic_int_get (stop))
    {
      haul_autofd int fd G_GNUC_UNUSED = open ("/dev/null", O_RDONLY | O_CLOEXEC);
    }
  return NULL;
}

/* Other threads open and close what they like meanwhile: whatever number becomes free in the middle
 * of a start, a worker has its pipes. */
static void
test_fds_of_others (void)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(GThread) thread = NULL;
  int stop = FALSE;

  haul_test_begin ();
  executor = haul_test_process_executor_new ();
  thread = g_thread_new ("churn", churn_thread, &stop);
  for (guint i = 0; i < 50; i++)
    {
      g_autoptr(HaulJob) job = haul_test_job_start (executor, "ok", NULL);

      haul_test_wait_ended (job);
      haul_test_assert_verdict (job, HAUL_VERDICT_DONE);
    }
  g_atomic_int_set (&stop, TRUE);
  (void) g_thread_join (g_steal_pointer (&thread));
  haul_test_run_normal (executor);
  haul_test_assert_clean ();
}

static void
test_nice (void)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) plain = NULL;
  g_autoptr(HaulJob) job = NULL;
  g_autofree char *text = NULL;

  haul_test_begin ();
  executor = haul_test_process_executor_new ();
  plain = haul_job_new (haul_test_task ("status"), NULL, NULL);
  g_assert_cmpint (haul_job_get_nice (plain), ==, 19);
  job = haul_test_job_new ("status", NULL);
  haul_job_set_nice (job, 7);
  g_assert_cmpint (haul_job_get_nice (job), ==, 7);
  haul_test_submit (executor, job);
  haul_test_wait_ended (job);
  text = haul_test_result_text (job);
  g_assert_cmpint (number_of (text, "nice"), ==, 7);
  haul_test_run_normal (executor);
  haul_test_assert_clean ();
}

static void
assert_line (HaulJob    *job,
             const char *text)
{
  GListModel *log = haul_job_get_log (job);

  for (guint i = 0; i < g_list_model_get_n_items (log); i++)
    {
      g_autoptr(HaulRecord) record = g_list_model_get_item (log, i);

      if (strcmp (haul_record_get_text (record), text) == 0)
        {
          g_assert_cmpint (haul_record_get_level (record), ==, HAUL_LOG_OUTPUT);
          return;
        }
    }
  haul_test_dump ();
  g_error ("no line ‘%s’ in the log", text);
}

static void
test_output (void)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) job = NULL;

  haul_test_begin ();
  executor = haul_test_process_executor_new ();
  job = haul_test_job_start (executor, "print", NULL);
  haul_test_wait_ended (job);
  haul_test_assert_verdict (job, HAUL_VERDICT_DONE);
  assert_line (job, "to stdout");
  assert_line (job, "with a DOS end");
  assert_line (job, "in two pieces");
  assert_line (job, "bad \xef\xbf\xbd bytes, [1mbold[0m, reversed");
  assert_line (job, "to stderr");
  assert_line (job, "without an end");
  haul_test_run_normal (executor);
  haul_test_assert_clean ();
}

static void
test_log (void)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) job = NULL;

  haul_test_begin ();
  executor = haul_test_process_executor_new ();
  job = haul_test_job_start (executor, "log", "{'lines': <int64 300>}");
  haul_test_wait_ended (job);
  for (guint i = 0; i < 300; i++)
    {
      g_autoptr(HaulRecord) record = g_list_model_get_item (haul_job_get_log (job), i);
      g_autofree char *text = g_strdup_printf ("line %u", i);

      g_assert_cmpstr (haul_record_get_text (record), ==, text);
      g_assert_cmpint (haul_record_get_level (record), ==, i % 3);
      g_assert_cmpint (haul_record_get_time (record), >=, haul_job_get_stamp (job, HAUL_STAMP_RUNNING));
    }
  g_assert_nonnull (haul_test_find_log (job, "bad \xef\xbf\xbd text, [1m,  reversed"));
  haul_test_run_normal (executor);
  haul_test_assert_clean ();
}

static gint64
resident_bytes (void)
{
  g_autofree char *text = NULL;
  long pages = 0, resident = 0;

  g_assert_true (g_file_get_contents ("/proc/self/statm", &text, NULL, NULL));
  g_assert_cmpint (sscanf (text, "%ld %ld", &pages, &resident), ==, 2);
  return resident * sysconf (_SC_PAGESIZE);
}

/* 64 MiB without an end of line cost a line. */
static void
test_long_line (void)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) job = NULL;
  gint64 before;

  haul_test_begin ();
  executor = haul_test_process_executor_new ();
  before = resident_bytes ();
  job = haul_test_job_start (executor, "long-line", NULL);
  haul_test_wait_ended (job);
  haul_test_assert_verdict (job, HAUL_VERDICT_DONE);
  g_test_message ("%" G_GINT64_FORMAT " KiB more than before", (resident_bytes () - before) / 1024);
#ifndef __SANITIZE_ADDRESS__
  g_assert_cmpint (resident_bytes () - before, <, 16 << 20);
#endif
  assert_line (job, "after it");
  g_assert_cmpuint (g_list_model_get_n_items (haul_job_get_log (job)), ==, 2);
  g_assert_cmpuint (strlen (haul_test_find_log (job, "xxx")), ==, HAUL_MAX_TEXT);
  haul_test_run_normal (executor);
  haul_test_assert_clean ();
}

static void
count_cb (GObject    *object,
          GParamSpec *pspec,
          gpointer    user_data)
{
  ++*(guint *) user_data;
}

/* Progress may be thinned out, but its last value is exact; of log and output not a line is lost,
 * though the oldest are not kept. Meanwhile the loop stays quick. */
static void
flood (const char *kind)
{
  g_autofree char *arguments = g_strdup_printf ("{'kind': <'%s'>, 'seconds': <0.7>}", kind);
  g_autoptr(HaulExecutor) executor = haul_test_process_executor_new ();
  g_autoptr(HaulHeartbeat) heartbeat = haul_heartbeat_new ();
  g_autoptr(HaulJob) job = haul_test_job_new ("flood", arguments);
  guint n_notified = 0;
  double cpu_wait = haul_test_cpu_wait ();
  gint64 n = 0, seconds;
  guint64 dropped = 0;

  g_signal_connect (job, "notify::done", G_CALLBACK (count_cb), &n_notified);
  haul_test_submit (executor, job);
  haul_test_wait_ended (job);
  haul_test_assert_verdict (job, HAUL_VERDICT_DONE);
  g_assert_cmpint (sscanf (haul_test_find_log (job, "flooded"), "flooded %" G_GINT64_FORMAT, &n), ==, 1);
  seconds = (haul_job_get_stamp (job, HAUL_STAMP_JOINED) - haul_job_get_stamp (job, HAUL_STAMP_STARTED)) / G_USEC_PER_SEC;
  g_object_get (haul_job_get_log (job), "dropped", &dropped, NULL);
  g_test_message ("%s: %" G_GINT64_FORMAT " sent, %u notified, %.1f ms late at worst", kind, n, n_notified,
                  haul_heartbeat_get_worst (heartbeat));

  g_assert_cmpint (n, >, 100);
  if (g_str_equal (kind, "progress"))
    {
      g_assert_cmpfloat (haul_job_get_done (job), ==, n - 1);
      g_assert_cmpuint (n_notified, <=, 10 * (seconds + 1) + 5);
    }
  else if (g_str_equal (kind, "data"))
    g_assert_cmpuint (haul_job_get_result_size (job), ==, 16 * n);
  else
    {
      g_assert_cmpuint (g_list_model_get_n_items (haul_job_get_log (job)) + dropped, ==, n + 1);
      g_assert_cmpuint (g_list_model_get_n_items (haul_job_get_log (job)), <=, 100000);
    }
  g_assert_cmpfloat (haul_heartbeat_get_worst (heartbeat), <, 500 + haul_test_cpu_wait () - cpu_wait);
}

static void
test_floods (void)
{
  static const char * const kinds[] = { "progress", "log", "data", "stdout" };

  haul_test_begin ();
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    flood (kinds[i]);
  haul_test_assert_clean ();
}

static gboolean
paint_cb (gpointer user_data)
{
  ++*(guint *) user_data;
  return G_SOURCE_CONTINUE;
}

static gboolean
all_ended (gpointer data)
{
  return haul_executor_get_n_running (data) == 0 && haul_executor_get_n_queued (data) == 0;
}

/* Eight that flood us at once: what has the priority of painting still gets its turn. */
static void
test_eight_floods (void)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulHeartbeat) heartbeat = NULL;
  guint n_painted = 0, id;
  double cpu_wait, ms;
  gint64 start;

  haul_test_begin ();
  executor = haul_test_process_executor_new ();
  heartbeat = haul_heartbeat_new ();
  haul_executor_set_max_running (executor, 8);
  id = g_timeout_add_full (120, 16, paint_cb, &n_painted, NULL);   /* GDK_PRIORITY_REDRAW */
  start = g_get_monotonic_time ();
  cpu_wait = haul_test_cpu_wait ();
  for (guint i = 0; i < 8; i++)
    {
      g_autoptr(HaulJob) job = haul_test_job_new ("flood", "{'seconds': <1.0>}");

      haul_job_set_nice (job, 19);   /* as jobs are */
      haul_test_submit (executor, job);
    }
  haul_test_run_until (all_ended, executor, HAUL_TEST_SOON_MS);
  ms = (g_get_monotonic_time () - start) / 1e3;
  cpu_wait = haul_test_cpu_wait () - cpu_wait;
  g_source_remove (id);
  g_test_message ("%u paints in %.0f ms, of which %.0f without a CPU; %.1f ms late at worst", n_painted, ms, cpu_wait,
                  haul_heartbeat_get_worst (heartbeat));
  g_assert_cmpfloat (n_painted, >=, (ms - cpu_wait) / 16 / 3);
  g_assert_cmpfloat (haul_heartbeat_get_worst (heartbeat), <, 500 + cpu_wait);
  g_clear_object (&heartbeat);
  haul_test_run_normal (executor);
  haul_test_assert_clean ();
}

/* Started by hand, it says what it is, and does nothing. */
static void
test_by_hand (void)
{
  static const char * const rows[][4] = {
    { NULL }, { "--run", NULL }, { "--run", "--parent-pid=0", NULL }, { "--run", "--parent-pid=1", NULL },
    { "--nonsense", NULL }, { "--help", NULL },
  };

  haul_test_begin ();
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(GSubprocess) subprocess = NULL;
      g_autoptr(GPtrArray) argv = g_ptr_array_new ();
      g_autofree char *err = NULL;

      g_ptr_array_add (argv, (char *) g_getenv ("HAUL_TEST_CHILD"));
      for (const char * const *p = rows[i]; *p != NULL; p++)
        g_ptr_array_add (argv, (char *) *p);
      g_ptr_array_add (argv, NULL);
      subprocess = g_subprocess_newv ((const char * const *) argv->pdata, G_SUBPROCESS_FLAGS_STDERR_PIPE, NULL);
      g_assert_true (g_subprocess_communicate_utf8 (subprocess, NULL, NULL, NULL, &err, NULL));
      g_assert_true (g_subprocess_get_if_exited (subprocess));
      g_assert_cmpint (g_subprocess_get_exit_status (subprocess), ==, HAUL_WORKER_EXIT_USAGE);
      g_assert_cmpstr (err, !=, "");
      g_assert_true (strchr (err, '\n') == err + strlen (err) - 1);   /* one line */
    }
  haul_test_assert_clean ();
}

/* Handlers that run the loop themselves. */

typedef struct
{
  HaulJob  *other;    /* that waits behind a gate */
  char     *gate;     /* its path */
  gboolean  kills;
  gboolean  nested;
  guint     n_lines;
} Nest;

static void
nest (Nest *self)
{
  self->nested = TRUE;
  g_assert_true (g_file_set_contents (self->gate, "open", -1, NULL));
  haul_test_wait_ended (self->other);
}

/* In the middle of its first frame: it ends, and when it was killed then somebody else does as well. */
static void
nest_when_running_cb (HaulJob    *job,
                      GParamSpec *pspec,
                      Nest       *self)
{
  int pid = haul_job_get_pid (job);

  if (haul_job_get_state (job) != HAUL_JOB_RUNNING)
    return;
  if (self->kills)
    g_assert_no_errno (kill (pid, SIGKILL));
  haul_test_poll_until (haul_test_process_gone, GINT_TO_POINTER (pid), HAUL_TEST_SOON_MS);
  if (!self->kills)
    return;
  nest (self);
  g_assert_true (haul_job_is_active (job));   /* what came first is told first */
}

/* In the middle of the first of many: somebody else's are read, and do not take the place of the rest. */
static void
nest_at_line_cb (GListModel *log,
                 guint       position,
                 guint       n_removed,
                 guint       n_added,
                 Nest       *self)
{
  self->n_lines += n_added;
  if (!self->nested)
    nest (self);
}

static gboolean
is_at_gate (gpointer job)
{
  return haul_job_get_result_size (job) == strlen ("begun\n");
}

static void
test_nested_loop (gconstpointer kills)
{
  g_autofree char *dir = g_dir_make_tmp ("haul-test-XXXXXX", NULL);
  g_autofree char *gate = g_build_filename (dir, "gate", NULL);
  g_autofree char *arguments = g_strdup_printf ("{'path': <'%s'>}", gate);
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) other = NULL;
  g_autoptr(HaulJob) job = NULL;
  Nest self = { .gate = gate, .kills = kills != NULL };

  haul_test_begin ();
  executor = haul_test_process_executor_new ();
  self.other = other = haul_test_job_start (executor, "gate", arguments);
  haul_test_run_until (is_at_gate, other, HAUL_TEST_SOON_MS);
  job = haul_test_job_new (self.kills ? "slow" : "log", self.kills ? "{'seconds': <20.0>}" : "{'lines': <int64 300>}");
  g_signal_connect (job, "notify::state", G_CALLBACK (nest_when_running_cb), &self);
  if (!self.kills)
    g_signal_connect (haul_job_get_log (job), "items-changed", G_CALLBACK (nest_at_line_cb), &self);
  haul_test_submit (executor, job);
  haul_test_wait_ended (job);
  g_assert_true (self.nested);
  haul_test_assert_verdict (other, HAUL_VERDICT_DONE);
  haul_test_assert_verdict (job, self.kills ? HAUL_VERDICT_CRASHED : HAUL_VERDICT_DONE);
  if (!self.kills)
    g_assert_cmpuint (self.n_lines, ==, 301);

  haul_test_run_normal (executor);
  g_clear_object (&executor);
  g_assert_no_errno (g_unlink (gate));
  g_assert_no_errno (g_rmdir (dir));
  haul_test_assert_clean ();
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);
  g_test_add_func ("/parent/child/status", test_status);
  g_test_add_func ("/parent/child/fds", test_fds);
  g_test_add_func ("/parent/child/fds-of-others", test_fds_of_others);
  g_test_add_func ("/parent/child/nice", test_nice);
  g_test_add_func ("/parent/child/output", test_output);
  g_test_add_func ("/parent/child/log", test_log);
  g_test_add_func ("/parent/child/long-line", test_long_line);
  g_test_add_func ("/parent/child/floods", test_floods);
  g_test_add_func ("/parent/child/eight-floods", test_eight_floods);
  g_test_add_func ("/parent/child/by-hand", test_by_hand);
  g_test_add_data_func ("/parent/child/nested-loop", NULL, test_nested_loop);
  g_test_add_data_func ("/parent/child/nested-loop/killed", "", test_nested_loop);
  return g_test_run ();
}
