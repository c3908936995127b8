/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "haul-test.h"
#include "haul/haul.h"
#include "haul/parent/haul-process-list-private.h"

/* The list on real processes, and what can be done to them. */

extern char **environ;

/* A shell, which is our child and is joined by us only. */
static int
spawn (const char *script)
{
  char * const argv[] = { (char *) "sh", (char *) "-c", (char *) script, NULL };
  int pid = 0;

  g_assert_cmpint (posix_spawn (&pid, "/bin/sh", NULL, NULL, argv, environ), ==, 0);
  return pid;
}

static void
join (int pid)
{
  g_assert_cmpint (waitpid (pid, NULL, 0), ==, pid);
}

static void
kill_and_join (int pid)
{
  g_assert_cmpint (kill (pid, SIGKILL), ==, 0);
  join (pid);
}

static void
refreshed_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (haul_process_list_refresh_finish (HAUL_PROCESS_LIST (source), result, &error));
  g_assert_no_error (error);
  *(gboolean *) user_data = TRUE;
}

static gboolean
is_true (gpointer data)
{
  return *(gboolean *) data;
}

static void
refresh (HaulProcessList *list)
{
  gboolean done = FALSE;

  haul_process_list_refresh_async (list, NULL, refreshed_cb, &done);
  haul_test_run_until (is_true, &done, HAUL_TEST_SOON_MS);
}

typedef struct
{
  HaulProcessList *list;
  int              pid;
  const char      *state;
} Wanted;

static gboolean
has_state (gpointer data)
{
  Wanted *wanted = data;
  HaulProcessInfo *info;

  refresh (wanted->list);
  info = haul_process_list_lookup (wanted->list, wanted->pid);
  return info != NULL && strcmp (haul_process_info_get_state (info), wanted->state) == 0;
}

static HaulProcessInfo *
wait_state (HaulProcessList *list,
            int              pid,
            const char      *state)
{
  Wanted wanted = { list, pid, state };

  haul_test_poll_until (has_state, &wanted, HAUL_TEST_SOON_MS);
  return haul_process_list_lookup (list, pid);
}

static HaulProcessList *
list_new (void)
{
  haul_test_begin ();
  return haul_process_list_new (HAUL_PROCESS_SCOPE_OWN);
}

/* Not while a thread is still reading for it. */
static void
end (HaulProcessList *list)
{
  refresh (list);
  g_assert_finalize_object (list);
  haul_test_assert_clean ();
}

/* R, S, T and Z, each as /proc says. */
static void
test_states (void)
{
  HaulProcessList *list = list_new ();
  int busy = spawn ("while :; do :; done"), idle = spawn ("sleep 1000 & wait"), stopped = spawn ("kill -STOP $$"), dead = spawn ("exit 3");
  HaulProcessInfo *info = wait_state (list, busy, "R");
  int code = 0;

  g_assert_cmpint (haul_process_info_get_parent_pid (info), ==, getpid ());
  g_assert_true (haul_process_info_get_parent (info) == haul_process_list_lookup (list, getpid ()));
  g_assert_cmpstr (haul_process_info_get_name (info), ==, "sh");
  (void) wait_state (list, idle, "S");
  (void) wait_state (list, stopped, "T");
  info = wait_state (list, dead, "Z");
  g_assert_true (haul_process_info_get_exit (info, &code, NULL));
  g_assert_cmpint (code, ==, 3);
  g_assert_cmpuint (haul_process_info_get_memory (info), ==, 0);
  join (dead);
  refresh (list);
  g_assert_null (haul_process_list_lookup (list, dead));
  kill_and_join (busy);
  kill_and_join (stopped);

  /* Its sleep is in our tree as well. */
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (list)); i++)
    {
      g_autoptr(HaulProcessInfo) row = g_list_model_get_item (G_LIST_MODEL (list), i);

      if (haul_process_info_get_parent_pid (row) == idle && strcmp (haul_process_info_get_state (row), "S") == 0)
        g_assert_true (haul_process_info_signal (row, SIGKILL, NULL));
    }
  join (idle);
  end (list);
}

/* A name of any bytes: it can look like the end of itself and a state. */
static void
test_name (void)
{
  HaulProcessList *list = list_new ();
  int pid = spawn ("printf 'a) R 1 (\\n\\377' > /proc/$$/comm; kill -STOP $$");
  HaulProcessInfo *info = wait_state (list, pid, "T");

  g_assert_cmpstr (haul_process_info_get_name (info), ==, "a) R 1 ( \xef\xbf\xbd");
  g_assert_cmpint (haul_process_info_get_parent_pid (info), ==, getpid ());
  kill_and_join (pid);
  end (list);
}

static gpointer
wait_thread (gpointer data)
{
  GMutex *mutex = data;

  g_mutex_lock (mutex);
  g_mutex_unlock (mutex);
  return NULL;
}

static void
test_threads (void)
{
  HaulProcSample before, during;
  GMutex mutex;
  GThread *threads[5];

  haul_test_begin ();
  g_mutex_init (&mutex);
  g_mutex_lock (&mutex);
  g_assert_true (haul_proc_read ("/proc", getpid (), &before));
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("wait", wait_thread, &mutex);
  g_assert_true (haul_proc_read ("/proc", getpid (), &during));
  g_assert_cmpuint (during.n_threads, ==, before.n_threads + G_N_ELEMENTS (threads));
  g_mutex_unlock (&mutex);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_mutex_clear (&mutex);
  haul_test_assert_clean ();
}

/* What only looks: nobody is signalled who is not ours, and not we. */
static void
test_refused (void)
{
  HaulProcessList *list = list_new ();
  g_autoptr(GError) error = NULL;

  refresh (list);
  g_assert_false (haul_process_info_signal (haul_process_list_lookup (list, getpid ()), SIGKILL, &error));
  g_assert_error (error, HAUL_ERROR, HAUL_ERROR_NOT_POSSIBLE);
  haul_test_assert_contains (error->message, "this program");
  g_clear_error (&error);
  haul_process_list_set_scope (list, HAUL_PROCESS_SCOPE_USER);
  refresh (list);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (list)), >=, 1);
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (list)); i++)
    {
      g_autoptr(HaulProcessInfo) row = g_list_model_get_item (G_LIST_MODEL (list), i);

      g_assert_false (haul_process_info_get_can_control (row));
      g_assert_false (haul_process_info_signal (row, SIGCONT, NULL));
      g_assert_false (haul_process_info_set_nice (row, 19, NULL));
    }
  end (list);
}

/* One that ended since the row was brought up to date, and one whose number is another's now: no
 * signal, whoever has the number. */
static void
test_gone (void)
{
  HaulProcessList *list = list_new ();
  int pid = spawn ("kill -STOP $$"), other = spawn ("kill -STOP $$");
  g_autoptr(HaulProcessInfo) info = g_object_ref (wait_state (list, pid, "T"));
  g_autoptr(HaulProcessInfo) wrong = NULL;
  g_autoptr(GError) error = NULL;
  HaulProcSample sample;

  kill_and_join (pid);
  g_assert_false (haul_process_info_signal (info, SIGKILL, &error));
  g_assert_error (error, HAUL_ERROR, HAUL_ERROR_ENDED);
  haul_test_assert_contains (error->message, "is gone");

  (void) wait_state (list, other, "T");
  g_assert_true (haul_proc_read ("/proc", other, &sample));
  sample.start -= 10000;   /* as if it had been there first */
  wrong = haul_process_info_new (&sample);
  haul_process_info_set_own (wrong, TRUE);
  g_assert_false (haul_process_info_signal (wrong, SIGKILL, NULL));
  g_assert_false (haul_process_info_set_nice (wrong, 19, NULL));
  g_assert_cmpint (haul_test_process_state (other), ==, 'T');
  g_assert_cmpint (haul_test_process_nice (other), ==, haul_test_process_nice (getpid ()));
  kill_and_join (other);
  g_clear_object (&info);
  end (list);
}

static void
test_signals (void)
{
  HaulProcessList *list = list_new ();
  int pid = spawn ("while :; do :; done");
  HaulProcessInfo *info = wait_state (list, pid, "R");
  g_autoptr(GError) error = NULL;

  g_assert_true (haul_process_info_signal (info, SIGSTOP, &error));
  (void) wait_state (list, pid, "T");
  g_assert_true (haul_process_info_signal (info, SIGCONT, &error));
  (void) wait_state (list, pid, "R");
  g_assert_true (haul_process_info_signal (info, SIGTERM, &error));
  g_assert_no_error (error);
  (void) wait_state (list, pid, "Z");
  g_assert_cmpstr (haul_process_info_get_exit_text (info), ==, "signal 15, SIGTERM");
  join (pid);
  end (list);
}

static void
test_priority (void)
{
  HaulProcessList *list = list_new ();
  int pid = spawn ("kill -STOP $$");
  HaulProcessInfo *info = wait_state (list, pid, "T");
  g_autoptr(GError) error = NULL;

  g_assert_true (haul_process_info_set_nice (info, 19, &error));
  g_assert_no_error (error);
  g_assert_cmpint (haul_test_process_nice (pid), ==, 19);
  refresh (list);
  g_assert_cmpint (haul_process_info_get_nice (info), ==, 19);
  if (geteuid () != 0)
    {
      g_assert_false (haul_process_info_set_nice (info, 0, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
    }
  kill_and_join (pid);
  end (list);
}

static void
test_cpus (void)
{
  HaulProcessList *list = list_new ();
  int pid = spawn ("kill -STOP $$");
  HaulProcessInfo *info = wait_state (list, pid, "T");
  g_autoptr(GError) error = NULL;
  g_autofree guint *before = NULL, *after = NULL;
  gsize n_before = 0, n_after = 0;
  cpu_set_t set;

  before = haul_process_info_dup_cpus (info, &n_before, &error);
  g_assert_no_error (error);
  g_assert_cmpint (sched_getaffinity (0, sizeof set, &set), ==, 0);
  g_assert_cmpuint (n_before, ==, CPU_COUNT (&set));
  g_assert_true (haul_process_info_set_cpus (info, &before[n_before - 1], 1, &error));
  g_assert_no_error (error);
  after = haul_process_info_dup_cpus (info, &n_after, &error);
  g_assert_cmpuint (n_after, ==, 1);
  g_assert_cmpuint (after[0], ==, before[n_before - 1]);
  kill_and_join (pid);
  end (list);
}

/* A shell and two that it started, in a group of their own. */
static int
spawn_group (void)
{
  char * const argv[] = { (char *) "sh", (char *) "-c", (char *) "sleep 600 & sleep 600 & wait", NULL };
  posix_spawnattr_t attributes;
  int pid = 0;

  g_assert_cmpint (posix_spawnattr_init (&attributes), ==, 0);
  g_assert_cmpint (posix_spawnattr_setflags (&attributes, POSIX_SPAWN_SETPGROUP), ==, 0);
  g_assert_cmpint (posix_spawnattr_setpgroup (&attributes, 0), ==, 0);
  g_assert_cmpint (posix_spawn (&pid, "/bin/sh", NULL, &attributes, argv, environ), ==, 0);
  (void) posix_spawnattr_destroy (&attributes);
  return pid;
}

typedef struct
{
  HaulProcessList *list;
  int              pid;
  guint            n;
} WantedGroup;

static gboolean
has_group (gpointer data)
{
  WantedGroup *wanted = data;
  g_autoptr(GPtrArray) group = NULL;

  refresh (wanted->list);
  group = haul_process_list_dup_group (wanted->list, haul_process_list_lookup (wanted->list, wanted->pid));
  return group != NULL && group->len == wanted->n;
}

/* Only a group of which nobody is a stranger, nor this program. */
static void
test_group (void)
{
  g_autoptr(HaulProcessList) list = haul_process_list_new (HAUL_PROCESS_SCOPE_OWN);
  g_autoptr(GPtrArray) group = NULL, own = NULL;
  WantedGroup wanted = { list, spawn_group (), 3 };
  int other = spawn ("exec sleep 600");

  haul_test_run_until (has_group, &wanted, HAUL_TEST_SOON_MS);
  g_assert_cmpint (haul_process_info_get_group (haul_process_list_lookup (list, wanted.pid)), ==, wanted.pid);
  g_assert_true (haul_process_info_is_there (haul_process_list_lookup (list, wanted.pid)));
  own = haul_process_list_dup_group (list, haul_process_list_lookup (list, other));
  g_assert_null (own);

  group = haul_process_list_dup_group (list, haul_process_list_lookup (list, wanted.pid));
  g_assert_nonnull (group);
  for (guint i = 0; i < group->len; i++)
    {
      g_autoptr(GError) error = NULL;

      g_assert_true (haul_process_info_signal (group->pdata[i], SIGKILL, &error));
      g_assert_no_error (error);
    }
  join (wanted.pid);
  g_assert_false (haul_process_info_is_there (haul_process_list_lookup (list, wanted.pid)));
  kill_and_join (other);
}

static void
test_own_memory (void)
{
  HaulProcessList *list = list_new ();
  int pid = spawn ("kill -STOP $$");
  HaulProcessInfo *info = wait_state (list, pid, "T");

  g_assert_cmpint (haul_process_info_get_own_memory (info), ==, -1);
  haul_process_info_set_measured (info, TRUE);
  refresh (list);
  g_assert_cmpint (haul_process_info_get_own_memory (info), >, 0);
  g_assert_cmpint (haul_process_info_get_own_memory (info), <=, (gint64) info->sample.memory);
  kill_and_join (pid);
  end (list);
}

static void
count_cb (gpointer count)
{
  ++*(guint *) count;
}

static gboolean
is_some (gpointer count)
{
  return *(guint *) count >= 2;
}

/* By itself at its interval, and not when it is frozen or stopped. */
static void
test_live (void)
{
  HaulProcessList *list = list_new ();
  guint n = 0, before;

  g_signal_connect_swapped (list, "refreshed", G_CALLBACK (count_cb), &n);
  haul_process_list_set_interval (list, 250);
  haul_process_list_start (list);
  haul_test_run_until (is_some, &n, HAUL_TEST_SOON_MS);
  g_assert_nonnull (haul_process_list_lookup (list, getpid ()));

  haul_process_list_set_frozen (list, TRUE);
  n = 0;
  g_assert_false (haul_test_run_for (is_some, &n, 800));
  g_assert_cmpuint (n, ==, 0);
  refresh (list);
  g_assert_cmpuint (n, ==, 1);
  haul_process_list_set_frozen (list, FALSE);
  haul_test_run_until (is_some, &n, HAUL_TEST_SOON_MS);

  haul_process_list_stop (list);
  before = n;
  n = 0;
  g_assert_false (haul_test_run_for (is_some, &n, 800));
  g_assert_cmpuint (n, ==, 0);
  g_assert_cmpuint (before, >=, 2);
  end (list);
}

/* A row that has ended goes by itself, though the next look is far away. */
static gboolean
is_gone (gpointer data)
{
  Wanted *wanted = data;

  for (guint i = 0; i < wanted->list->rows->len; i++)
    if (haul_process_info_get_pid (wanted->list->rows->pdata[i]) == wanted->pid)
      return FALSE;
  return TRUE;
}

static void
test_ended_goes (void)
{
  HaulProcessList *list = list_new ();
  int pid = spawn ("exit 0");
  Wanted wanted = { list, pid, NULL };
  gint64 start;

  haul_process_list_set_interval (list, HAUL_PROCESS_MAX_INTERVAL);
  (void) wait_state (list, pid, "Z");
  haul_process_list_start (list);
  join (pid);
  refresh (list);
  start = g_get_monotonic_time ();
  g_assert_false (is_gone (&wanted));
  haul_test_run_until (is_gone, &wanted, HAUL_TEST_SOON_MS);
  g_assert_cmpint (g_get_monotonic_time () - start, >=, 2 * G_USEC_PER_SEC);
  end (list);
}

/* Jobs of our own: their titles, what runs them, and how they ended. */
static void
test_jobs (void)
{
  HaulProcessList *list = list_new ();
  g_autoptr(HaulExecutor) executor = haul_process_executor_new (g_getenv ("HAUL_TEST_CHILD"));
  g_autoptr(HaulJob) job = NULL, same = NULL;
  g_autoptr(HaulProcessInfo) info = NULL;
  HaulProcessInfo *server;

  haul_process_executor_set_start_method (HAUL_PROCESS_EXECUTOR (executor), HAUL_START_FORK_SERVER);
  job = haul_test_job_new ("slow", NULL);
  haul_job_set_title (job, "My Title");
  haul_test_submit (executor, job);
  haul_test_wait_state (job, HAUL_JOB_RUNNING);
  refresh (list);
  info = g_object_ref (haul_process_list_lookup (list, haul_job_get_pid (job)));
  g_assert_cmpstr (haul_process_info_get_name (info), ==, "My Title");
  g_assert_cmpint (haul_process_info_get_kind (info), ==, HAUL_PROCESS_WORKER);
  g_assert_false (haul_process_info_get_daemon (info));
  same = haul_process_info_dup_job (info);
  g_assert_true (same == job);
  server = haul_process_info_get_parent (info);
  g_assert_cmpstr (haul_process_info_get_name (server), ==, "Fork server");
  g_assert_cmpint (haul_process_info_get_kind (server), ==, HAUL_PROCESS_FORK_SERVER);
  g_assert_cmpint (haul_process_info_get_parent_pid (server), ==, getpid ());
  g_assert_cmpuint (haul_process_info_get_depth (info), ==, 2);

  g_assert_true (haul_process_info_signal (info, SIGKILL, NULL));
  haul_test_wait_ended (job);
  refresh (list);
  g_assert_true (haul_process_info_get_is_ended (info));
  g_assert_cmpstr (haul_process_info_get_exit_text (info), ==, "signal 9, SIGKILL");
  g_clear_object (&info);
  g_clear_object (&same);
  haul_test_shutdown (executor, HAUL_SHUTDOWN_TERMINATE);
  g_clear_object (&job);
  g_clear_object (&executor);
  end (list);
}

static void
looked_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(GError) error = NULL;

  (void) haul_process_list_refresh_finish (HAUL_PROCESS_LIST (source), result, &error);
  *(int *) user_data = error != NULL ? error->code : 0;
}

static int
look (HaulProcessList *list,
      const char      *root)
{
  int code = -1;

  haul_process_list_set_root (list, root);
  haul_process_list_refresh_async (list, NULL, looked_cb, &code);
  while (code == -1)
    g_main_context_iteration (NULL, TRUE);
  return code;
}

/* What cannot be looked at is said, once; rows stay; and it goes on when there is something to see again. */
static void
test_unreadable (void)
{
  guint n_told = 0, n_rows;
  HaulProcessList *list = list_new ();
  g_autofree char *root = g_dir_make_tmp ("haul-proc-XXXXXX", NULL);
  g_autofree char *self = g_build_filename (root, "self", NULL);

  g_signal_connect_swapped (list, "notify::error", G_CALLBACK (count_cb), &n_told);
  g_assert_cmpint (look (list, "/proc"), ==, 0);
  n_rows = g_list_model_get_n_items (G_LIST_MODEL (list));
  for (guint i = 0; i < 2; i++)
    g_assert_cmpint (look (list, self), ==, G_IO_ERROR_NOT_FOUND);
  g_assert_cmpuint (n_told, ==, 1);
  haul_test_assert_contains (haul_process_list_get_error (list)->message, self);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (list)), ==, n_rows);

  /* An empty folder; and that of somebody who has another number there. */
  g_assert_cmpint (look (list, root), ==, G_IO_ERROR_NOT_FOUND);
  g_assert_cmpint (symlink ("1234567890", self), ==, 0);
  g_assert_cmpint (look (list, root), ==, G_IO_ERROR_NOT_FOUND);
  g_assert_cmpuint (n_told, ==, 2);

  g_assert_cmpint (look (list, "/proc"), ==, 0);
  g_assert_cmpuint (n_told, ==, 3);
  g_assert_cmpint (unlink (self) + rmdir (root), ==, 0);
  end (list);
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);

  g_test_add_func ("/process-control/states", test_states);
  g_test_add_func ("/process-control/name", test_name);
  g_test_add_func ("/process-control/threads", test_threads);
  g_test_add_func ("/process-control/refused", test_refused);
  g_test_add_func ("/process-control/gone", test_gone);
  g_test_add_func ("/process-control/signals", test_signals);
  g_test_add_func ("/process-control/priority", test_priority);
  g_test_add_func ("/process-control/cpus", test_cpus);
  g_test_add_func ("/process-control/group", test_group);
  g_test_add_func ("/process-control/own-memory", test_own_memory);
  g_test_add_func ("/process-control/live", test_live);
  g_test_add_func ("/process-control/ended-goes", test_ended_goes);
  g_test_add_func ("/process-control/jobs", test_jobs);
  g_test_add_func ("/process-control/unreadable", test_unreadable);

  return g_test_run ();
}
