/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test-process-util.h"

#include "haul/parent/haul-waitable.h"
#include "haul/worker/haul-current-process.h"

/* A process as an object: made, named, started, looked at, joined, closed. */

#define assert_not_possible(call, part) G_STMT_START {                  \
    g_autoptr(GError) local_error = NULL;                               \
    g_assert_false (call (&local_error));                               \
    g_assert_error (local_error, HAUL_ERROR, HAUL_ERROR_NOT_POSSIBLE);  \
    haul_test_assert_contains (local_error->message, part);             \
  } G_STMT_END

#define START(error)     haul_process_start (process, error)
#define TERMINATE(error) haul_process_terminate (process, error)
#define KILL(error)      haul_process_kill (process, error)
#define INTERRUPT(error) haul_process_interrupt (process, error)
#define SUSPEND(error)   haul_process_suspend (process, error)
#define RESUME(error)    haul_process_resume (process, error)
#define CLOSE(error)     haul_process_close (process, error)
#define DAEMON(error)    haul_process_set_daemon (process, TRUE, error)
#define METHOD(error)    haul_process_set_start_method (process, HAUL_START_SPAWN, error)
#define HOLD(error)      haul_process_set_hold (process, TRUE, error)
#define WORKER(error)    haul_process_set_worker_path (process, "/bin/true", error)

static void
take_error_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  gboolean ended;

  g_assert_false (haul_process_join_finish (HAUL_PROCESS (source), result, &ended, user_data));
}

static gboolean
is_set (gpointer data)
{
  return *(gpointer *) data != NULL;
}

static gboolean
join_fails (HaulProcess  *process,
            GError      **error)
{
  haul_process_join_async (process, 0, NULL, take_error_cb, error);
  haul_test_run_until (is_set, error, HAUL_TEST_SOON_MS);
  return FALSE;
}

#define JOIN(error) join_fails (process, error)

static guint
count_active (void)
{
  g_autoptr(GPtrArray) list = haul_process_active_children ();

  return list->len;
}

/* T1, T4, T10: before the start. */
static void
test_initial (gconstpointer method)
{
  g_autoptr(HaulProcess) process = NULL;

  haul_test_begin ();
  process = test_process_new (method, "slow", NULL);
  g_assert_cmpint (haul_process_get_state (process), ==, HAUL_PROCESS_INITIAL);
  g_assert_false (haul_process_is_alive (process));
  g_assert_cmpint (haul_process_get_pid (process), ==, 0);
  g_assert_cmpint (haul_process_get_parent_pid (process), ==, getpid ());
  g_assert_false (haul_process_get_exit_code (process, NULL));
  g_assert_cmpuint (count_active (), ==, 0);
  assert_not_possible (TERMINATE, "not started");
  assert_not_possible (KILL, "not started");
  assert_not_possible (INTERRUPT, "not started");
  assert_not_possible (SUSPEND, "not started");
  assert_not_possible (RESUME, "not started");
  assert_not_possible (JOIN, "not started");
  g_assert_finalize_object (g_steal_pointer (&process));
  test_process_end (method);
}

static void
count_cb (gpointer count)
{
  ++*(guint *) count;
}

/* T2, T3: what the child sees is what we see; and a normal end. */
static void
test_views (gconstpointer method)
{
  g_autoptr(HaulProcess) process = NULL;
  g_autofree char *seen = NULL;
  g_autofree char *expected = NULL;
  guint n_ended = 0, n_states = 0;

  haul_test_begin ();
  process = test_process_new (method, "who", NULL);
  haul_process_set_name (process, "a name");
  g_assert_true (haul_process_set_daemon (process, TRUE, NULL));
  g_signal_connect_swapped (process, "ended", G_CALLBACK (count_cb), &n_ended);
  g_signal_connect_swapped (process, "notify::state", G_CALLBACK (count_cb), &n_states);
  test_process_start (process);
  g_assert_true (haul_process_is_alive (process));
  g_assert_cmpuint (count_active (), ==, 1);
  test_process_assert_ends (process, 0);
  g_assert_cmpuint (n_ended, ==, 1);
  g_assert_cmpuint (n_states, ==, 2);
  g_assert_cmpuint (count_active (), ==, 0);
  g_assert_true (test_process_join (process, 0));
  g_assert_true (test_process_join (process, -1));

  seen = test_process_dup_result (process);
  expected = g_strdup_printf ("a name|%d|%d|1|1|MainProcess", haul_process_get_pid (process), (int) getpid ());
  g_assert_cmpstr (seen, ==, expected);
  g_assert_cmpstr (haul_job_get_title (haul_process_get_job (process)), ==, "a name");

  g_assert_cmpstr (haul_current_process_get_name (), ==, "MainProcess");
  g_assert_false (haul_current_process_get_daemon ());
  g_assert_cmpint (haul_current_process_get_parent_pid (), ==, getppid ());
  g_assert_true (haul_current_process_is_parent_alive ());
  test_process_end (method);
}

/* T4, T26: once only, and what is set before the start is not set after it. */
static void
test_twice (gconstpointer method)
{
  g_autoptr(HaulProcess) process = NULL;

  haul_test_begin ();
  process = test_process_run (method, "slow", NULL, NULL);
  assert_not_possible (START, "started already");
  assert_not_possible (DAEMON, "daemon flag");
  assert_not_possible (METHOD, "start method");
  assert_not_possible (HOLD, "hold flag");
  assert_not_possible (WORKER, "worker");
  g_assert_false (haul_process_get_daemon (process));
  g_assert_true (haul_process_kill (process, NULL));
  test_process_assert_ends (process, -9);
  assert_not_possible (START, "started already");
  assert_not_possible (DAEMON, "daemon flag");
  test_process_end (method);
}

/* T4: in a copy of the program, it is somebody else's. */
static void
test_elsewhere (gconstpointer method)
{
  g_autoptr(HaulProcess) process = NULL;
  g_autoptr(HaulProcess) fresh = NULL;
  g_autoptr(GPtrArray) list = NULL;
  g_autofree char *text = NULL;
  gboolean refused;
  int status;
  pid_t pid;

  haul_test_begin ();
  process = test_process_run (method, "slow", NULL, NULL);
  fresh = test_process_new (method, "ok", NULL);
  pid = fork ();
  g_assert_cmpint (pid, >=, 0);
  if (pid == 0)
    {
      list = haul_process_active_children ();
      text = haul_process_dup_description (process);
      refused = !haul_process_start (fresh, NULL) && !haul_process_kill (process, NULL)
                && !haul_process_close (process, NULL);
      _exit (refused && list->len == 0 && strstr (text, " unknown>") != NULL ? 42 : 1);
    }
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 42);
  g_assert_true (haul_process_is_alive (process));
  g_assert_true (haul_process_terminate (process, NULL));
  test_process_assert_ends (process, -15);
  test_process_end (method);
}

/* T13 */
static void
test_close (gconstpointer method)
{
  g_autoptr(HaulProcess) process = NULL;
  g_autoptr(HaulProcess) unused = NULL;
  g_autofree char *text = NULL;

  haul_test_begin ();
  process = test_process_run (method, "slow", NULL, NULL);
  haul_process_set_name (process, "closing");
  assert_not_possible (CLOSE, "still there");
  g_assert_true (haul_process_kill (process, NULL));
  test_process_assert_ends (process, -9);
  g_assert_true (haul_process_close (process, NULL));
  g_assert_true (haul_process_close (process, NULL));

  g_assert_cmpint (haul_process_get_state (process), ==, HAUL_PROCESS_CLOSED);
  g_assert_null (haul_process_get_job (process));
  g_assert_cmpint (haul_process_get_pid (process), ==, 0);
  g_assert_false (haul_process_get_exit_code (process, NULL));
  g_assert_false (haul_process_is_alive (process));
  assert_not_possible (START, "was closed");
  assert_not_possible (TERMINATE, "was closed");
  assert_not_possible (KILL, "was closed");
  assert_not_possible (INTERRUPT, "was closed");
  assert_not_possible (SUSPEND, "was closed");
  assert_not_possible (RESUME, "was closed");
  assert_not_possible (JOIN, "was closed");
  assert_not_possible (DAEMON, "was closed");
  text = haul_process_dup_description (process);
  haul_test_assert_contains (text, "<Process name='closing' parent=");
  haul_test_assert_contains (text, " closed>");

  unused = test_process_new (method, "ok", NULL);
  g_assert_true (haul_process_close (unused, NULL));
  test_process_end (method);
}

/* T23 */
static void
test_names (gconstpointer method)
{
  g_autoptr(HaulProcess) first = NULL;
  g_autoptr(HaulProcess) second = NULL;
  g_autofree char *old = NULL;

  haul_test_begin ();
  first = test_process_new (method, "slow", NULL);
  second = test_process_new (method, "slow", NULL);
  g_assert_true (g_str_has_prefix (haul_process_get_name (first), "Process-"));
  g_assert_cmpint (atoi (haul_process_get_name (second) + 8), ==, atoi (haul_process_get_name (first) + 8) + 1);
  old = g_strdup (haul_process_get_name (first));
  g_object_set (second, "name", old, NULL);
  g_assert_cmpstr (haul_process_get_name (second), ==, old);

  test_process_start (first);
  test_process_start (second);
  haul_process_set_name (first, "renamed");
  g_assert_cmpstr (haul_job_get_title (haul_process_get_job (first)), ==, "renamed");
  g_assert_cmpuint (count_active (), ==, 2);
  g_assert_true (haul_process_kill (first, NULL));
  g_assert_true (haul_process_kill (second, NULL));
  test_process_assert_ends (second, -9);
  test_process_assert_ends (first, -9);
  test_process_end (method);
}

/* As Python's repr() has it. */
static void
test_description (gconstpointer method)
{
  g_autoptr(HaulProcess) process = NULL;
  g_autofree char *initial = NULL;
  g_autofree char *started = NULL;
  g_autofree char *stopped = NULL;
  g_autofree char *expected = NULL;

  haul_test_begin ();
  process = test_process_new (method, "slow", NULL);
  haul_process_set_name (process, "P");
  g_assert_true (haul_process_set_daemon (process, TRUE, NULL));
  initial = haul_process_dup_description (process);
  expected = g_strdup_printf ("<Process name='P' parent=%d initial daemon>", (int) getpid ());
  g_assert_cmpstr (initial, ==, expected);
  g_clear_pointer (&expected, g_free);

  test_process_start (process);
  haul_test_wait_state (haul_process_get_job (process), HAUL_JOB_RUNNING);
  started = haul_process_dup_description (process);
  expected = g_strdup_printf ("<Process name='P' pid=%d parent=%d started daemon>", haul_process_get_pid (process), (int) getpid ());
  g_assert_cmpstr (started, ==, expected);
  g_clear_pointer (&expected, g_free);

  g_assert_true (haul_process_terminate (process, NULL));
  test_process_assert_ends (process, -15);
  stopped = haul_process_dup_description (process);
  expected = g_strdup_printf ("<Process name='P' pid=%d parent=%d stopped exitcode=-SIGTERM daemon>",
                              haul_process_get_pid (process), (int) getpid ());
  g_assert_cmpstr (stopped, ==, expected);
  test_process_end (method);
}

/* T5, T6: joins that do not wait for long. */
static void
test_timeouts (gconstpointer method)
{
  g_autoptr(HaulProcess) process = NULL;
  gint64 start;

  haul_test_begin ();
  process = test_process_run (method, "slow", NULL, NULL);
  g_assert_false (test_process_join (process, 0));
  g_assert_true (haul_process_is_alive (process));
  start = g_get_monotonic_time ();
  g_assert_false (test_process_join (process, 100));
  g_assert_cmpint (g_get_monotonic_time () - start, >=, 100 * 1000);
  g_assert_true (haul_process_is_alive (process));
  g_assert_true (haul_process_kill (process, NULL));
  test_process_assert_ends (process, -9);
  test_process_end (method);
}

static void
count_joined_cb (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  guint *counts = user_data;
  g_autoptr(GError) error = NULL;
  gboolean ended = FALSE;

  if (haul_process_join_finish (HAUL_PROCESS (source), result, &ended, &error))
    counts[ended ? 1 : 0]++;
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    counts[2]++;
}

static gboolean
all_answered (gpointer data)
{
  guint *counts = data;

  return counts[0] + counts[1] + counts[2] == 5;
}

static gboolean
two_answered (gpointer data)
{
  guint *counts = data;

  return counts[0] == 1 && counts[2] == 1;
}

/* Several wait at once: one gives up, one is cancelled, the others hear of the end. */
static void
test_joins (gconstpointer method)
{
  g_autoptr(HaulProcess) process = NULL;
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GCancellable) cancelled = g_cancellable_new ();
  guint counts[3] = { 0 };

  haul_test_begin ();
  process = test_process_run (method, "slow", NULL, NULL);
  haul_process_join_async (process, -1, NULL, count_joined_cb, counts);
  haul_process_join_async (process, 60000, cancellable, count_joined_cb, counts);
  haul_process_join_async (process, -1, NULL, count_joined_cb, counts);
  haul_process_join_async (process, 10, NULL, count_joined_cb, counts);
  haul_process_join_async (process, -1, cancelled, count_joined_cb, counts);
  g_cancellable_cancel (cancelled);
  haul_test_run_until (two_answered, counts, HAUL_TEST_SOON_MS);
  g_assert_true (haul_process_is_alive (process));
  g_assert_true (haul_process_terminate (process, NULL));
  haul_test_run_until (all_answered, counts, HAUL_TEST_SOON_MS);
  g_assert_cmpuint (counts[1], ==, 3);
  test_process_assert_code (process, -15);
  test_process_end (method);
}

static void
test_bad_arguments (void)
{
  g_autoptr(GError) error = NULL;
  HaulProcess *process;

  haul_test_begin ();
  process = haul_process_new (haul_test_task ("ok"), g_variant_new_parsed ("{'size': <'many'>}"), &error);
  g_assert_null (process);
  g_assert_error (error, HAUL_ERROR, HAUL_ERROR_BAD_ARGUMENT);
  test_process_end (GINT_TO_POINTER (HAUL_START_SPAWN));
}

/* It cannot even be executed: that is known when start returns. */
static void
test_no_worker (gconstpointer method)
{
  g_autoptr(HaulProcess) process = NULL;
  g_autoptr(GError) error = NULL;
  guint n_ended = 0;

  haul_test_begin ();
  process = test_process_new (method, "ok", NULL);
  g_signal_connect_swapped (process, "ended", G_CALLBACK (count_cb), &n_ended);
  g_assert_true (haul_process_set_worker_path (process, "/nowhere/haul-worker", NULL));
  g_assert_false (haul_process_start (process, &error));
  g_assert_error (error, HAUL_ERROR, HAUL_ERROR_START);
  g_assert_cmpint (haul_process_get_state (process), ==, HAUL_PROCESS_STOPPED);
  g_assert_false (haul_process_get_exit_code (process, NULL));
  g_assert_cmpuint (n_ended, ==, 1);
  g_assert_cmpuint (count_active (), ==, 0);
  g_assert_true (test_process_join (process, -1));
  g_assert_true (haul_process_kill (process, NULL));
  g_assert_true (haul_process_close (process, NULL));
  test_process_end (method);
}

static void
waited_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_assert_true (haul_wait_finish (result, NULL, NULL, NULL));
  count_cb (user_data);
}

static gboolean
has_count (gpointer count)
{
  return *(guint *) count > 0;
}

/* Its job is cancelled, or it is closed, before it was started: then it never is, and nobody waits for it. */
static void
test_never_started (gconstpointer method)
{
  haul_test_begin ();
  for (guint closed = 0; closed < 2; closed++)
    {
      g_autoptr(HaulProcess) process = test_process_new (method, "ok", NULL);
      g_autoptr(GPtrArray) list = g_ptr_array_new ();
      g_autoptr(GError) error = NULL;
      guint n_ended = 0, n_waited = 0;

      g_signal_connect_swapped (process, "ended", G_CALLBACK (count_cb), &n_ended);
      g_ptr_array_add (list, process);
      haul_wait_async (list, HAUL_WAIT_FOR_ALL, -1, NULL, waited_cb, &n_waited);
      if (closed)
        g_assert_true (haul_process_close (process, NULL));
      else
        haul_job_cancel (haul_process_get_job (process));
      haul_test_run_until (has_count, &n_waited, HAUL_TEST_SOON_MS);

      g_assert_false (haul_process_is_alive (process));
      g_assert_false (haul_process_get_exit_code (process, NULL));
      g_assert_cmpuint (n_ended, ==, !closed);
      g_assert_cmpuint (count_active (), ==, 0);
      g_assert_false (haul_process_start (process, &error));
      if (closed)
        g_assert_error (error, HAUL_ERROR, HAUL_ERROR_NOT_POSSIBLE);
      else
        g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      if (!closed)
        g_assert_true (test_process_join (process, -1));
      g_assert_true (haul_process_close (process, NULL));
    }
  test_process_end (method);
}

static void
kill_cb (HaulProcess *process)
{
  g_assert_true (haul_process_suspend (process, NULL));
  g_assert_true (haul_process_kill (process, NULL));
}

static void
kill_starting_cb (HaulJob    *job,
                  GParamSpec *pspec,
                  gpointer    process)
{
  if (haul_job_get_state (job) == HAUL_JOB_STARTING)
    kill_cb (process);
}

/* Whoever hears of the start may end it, also where there is nothing to end. */
static void
test_kill_at_start (gconstpointer method)
{
  static const char * const signals[] = { "notify::state", "notify::alive" };

  haul_test_begin ();
  for (guint i = 0; i <= G_N_ELEMENTS (signals); i++)
    {
      g_autoptr(HaulProcess) process = test_process_new (method, "slow", NULL);
      g_autoptr(HaulProcess) missing = test_process_new (method, "slow", NULL);
      HaulProcess *both[] = { process, missing };

      g_assert_true (haul_process_set_worker_path (missing, "/nowhere/haul-worker", NULL));
      for (guint j = 0; j < G_N_ELEMENTS (both); j++)
        if (i < G_N_ELEMENTS (signals))
          g_signal_connect (both[j], signals[i], G_CALLBACK (kill_cb), NULL);
        else
          g_signal_connect (haul_process_get_job (both[j]), "notify::state", G_CALLBACK (kill_starting_cb), both[j]);
      test_process_start (process);
      test_process_assert_ends (process, -9);
      g_assert_false (haul_process_start (missing, NULL));
      g_assert_cmpint (haul_process_get_state (missing), ==, HAUL_PROCESS_STOPPED);
    }
  test_process_end (method);
}

/* A process that nobody but the library holds lives on until its end. */
static void
test_dropped (gconstpointer method)
{
  HaulProcess *process;

  haul_test_begin ();
  process = test_process_new (method, "ok", NULL);
  test_process_start (process);
  g_object_add_weak_pointer (G_OBJECT (process), (gpointer *) &process);
  g_object_unref (process);
  g_assert_nonnull (process);
  g_assert_true (haul_process_finish_all (NULL, NULL));
  g_assert_null (process);
  test_process_end (method);
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);
  test_process_add ("/parent/process/initial", test_initial);
  test_process_add ("/parent/process/views", test_views);
  test_process_add ("/parent/process/twice", test_twice);
  test_process_add ("/parent/process/elsewhere", test_elsewhere);
  test_process_add ("/parent/process/close", test_close);
  test_process_add ("/parent/process/names", test_names);
  test_process_add ("/parent/process/description", test_description);
  test_process_add ("/parent/process/timeouts", test_timeouts);
  test_process_add ("/parent/process/joins", test_joins);
  test_process_add ("/parent/process/no-worker", test_no_worker);
  test_process_add ("/parent/process/never-started", test_never_started);
  test_process_add ("/parent/process/kill-at-start", test_kill_at_start);
  test_process_add ("/parent/process/dropped", test_dropped);
  g_test_add_func ("/parent/process/bad-arguments", test_bad_arguments);
  return g_test_run ();
}
