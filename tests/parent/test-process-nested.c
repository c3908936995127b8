/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <glib/gstdio.h>
#include <stdlib.h>

#include "test-process-util.h"

/* Processes that start processes. */

static char *
chain (gconstpointer  method,
       const char    *task,
       int            depth,
       const char    *path)
{
  return g_strdup_printf ("{'task': <'%s'>, 'depth': <int64 %d>, 'fork': <int64 %d>, 'path': <'%s'>}",
                          task, depth, GPOINTER_TO_INT (method) == HAUL_START_FORK_SERVER, path);
}

/* T23, T2: the names show who started whom, and the numbers too. */
static void
test_names (gconstpointer method)
{
  g_autofree char *arguments = chain (method, "who", 3, "");
  g_autoptr(HaulProcess) process = NULL;
  g_autofree char *seen = NULL;
  g_autofree char *expected = NULL;
  g_autofree char *suffix = NULL;

  haul_test_begin ();
  process = test_process_new (method, "parent", arguments);
  test_process_start (process);
  test_process_assert_ends (process, 0);
  seen = test_process_dup_result (process);
  expected = g_strdup_printf ("%s:1:1:1|", haul_process_get_name (process));
  if (!g_str_has_prefix (seen, expected))
    g_error ("wanted %s, got %s", expected, seen);
  suffix = g_strdup_printf ("|0|1|%s:1:1", haul_process_get_name (process));
  g_assert_true (g_str_has_suffix (seen, suffix));
  test_process_end (method);
}

/* T27, U43 */
static void
test_daemon (gconstpointer method)
{
  g_autofree char *arguments = chain (method, "who", 1, "");
  g_autoptr(HaulProcess) process = NULL;
  const GError *error;

  haul_test_begin ();
  process = test_process_new (method, "parent", arguments);
  g_assert_true (haul_process_set_daemon (process, TRUE, NULL));
  test_process_start (process);
  test_process_assert_ends (process, 1);
  error = haul_job_get_error (haul_process_get_job (process));
  g_assert_error (error, HAUL_ERROR, HAUL_ERROR_TASK);
  haul_test_assert_contains (error->message, "a daemon may not have children");
  haul_test_assert_contains (error->message, haul_process_get_name (process));
  test_process_end (method);
}

/* The pids that are in the log, without the one of the process itself. */
static GArray *
find_pids (HaulProcess *process)
{
  GListModel *log = haul_job_get_log (haul_process_get_job (process));
  GArray *pids = g_array_new (FALSE, FALSE, sizeof (int));

  for (guint i = 0; i < g_list_model_get_n_items (log); i++)
    {
      g_autoptr(HaulRecord) record = g_list_model_get_item (log, i);
      const char *text = haul_record_get_text (record);
      int pid = g_str_has_prefix (text, "pid ") ? atoi (text + 4) : 0;

      if (pid > 1)
        g_array_append_val (pids, pid);
    }
  return pids;
}

static gboolean
has_four (gpointer process)
{
  g_autoptr(GArray) pids = find_pids (process);

  return pids->len == 4;
}

/* T22: all that is below it goes with it. */
static void
test_tree (gconstpointer method)
{
  g_autofree char *arguments = chain (method, "slow", 4, "");
  g_autoptr(HaulProcess) process = NULL;
  g_autoptr(GArray) pids = NULL;
  gint64 start;

  haul_test_begin ();
  process = test_process_run (method, "parent", arguments, NULL);
  haul_test_run_until (has_four, process, HAUL_TEST_SOON_MS);
  pids = find_pids (process);
  for (guint i = 0; i < pids->len; i++)
    g_assert_false (haul_test_process_gone (GINT_TO_POINTER (g_array_index (pids, int, i))));

  start = g_get_monotonic_time ();
  g_assert_true (haul_process_kill (process, NULL));
  test_process_assert_ends (process, -9);
  for (guint i = 0; i < pids->len; i++)
    haul_test_run_until (haul_test_process_gone, GINT_TO_POINTER (g_array_index (pids, int, i)), 5000);
  g_test_message ("all gone after %.1f ms", (g_get_monotonic_time () - start) / 1000.0);
  test_process_end (method);
}

static gboolean
says (const char *path,
      const char *what)
{
  g_autofree char *text = NULL;

  return g_file_get_contents (path, &text, NULL, NULL) && g_str_equal (text, what);
}

static gboolean
says_alive (gpointer path)
{
  return says (path, "alive");
}

static gboolean
says_gone (gpointer path)
{
  return says (path, "gone");
}

/* T21. Only spawned: the fork server would end it in any case. It does what no task should, to live
 * on, and ends when it has seen that its parent is gone. */
static void
test_orphan (void)
{
  const gpointer method = GINT_TO_POINTER (HAUL_START_SPAWN);
  g_autofree char *dir = g_dir_make_tmp ("haul-test-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "parent", NULL);
  g_autofree char *arguments = chain (method, "outlive", 1, path);
  g_autoptr(HaulProcess) process = NULL;
  g_autoptr(GArray) pids = NULL;

  haul_test_begin ();
  process = test_process_run (method, "parent", arguments, "pid ");
  pids = find_pids (process);
  haul_test_run_until (says_alive, path, HAUL_TEST_SOON_MS);
  g_assert_true (haul_process_kill (process, NULL));
  test_process_assert_ends (process, -9);
  haul_test_run_until (says_gone, path, HAUL_TEST_SOON_MS);
  haul_test_run_until (haul_test_process_gone, GINT_TO_POINTER (g_array_index (pids, int, 0)), HAUL_TEST_SOON_MS);
  g_assert_no_errno (g_unlink (path));
  g_assert_no_errno (g_rmdir (dir));
  test_process_end (method);
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);
  test_process_add ("/parent/process-nested/names", test_names);
  test_process_add ("/parent/process-nested/daemon", test_daemon);
  test_process_add ("/parent/process-nested/tree", test_tree);
  g_test_add_func ("/parent/process-nested/orphan", test_orphan);
  return g_test_run ();
}
