/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "haul-test.h"

/* A desktop may freeze the control group of a program, or of a part of it: what is in there does not run, and does
 * not handle signals. Those that nobody handles, and SIGKILL, end it all the same. */

static const char * const roots[] = { "/sys/fs/cgroup", "/sys/fs/cgroup/unified" };

static gboolean
put_into (const char *group,
          const char *name,
          int         value)
{
  g_autofree char *path = g_build_filename (group, name, NULL);
  FILE *file = fopen (path, "w");
  gboolean ok = file != NULL && fprintf (file, "%d", value) > 0;

  return file != NULL && fclose (file) == 0 && ok;
}

/* A control group of our own, of version 2; NULL, and the test is skipped, where none can be made and used. */
static char *
group_new (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (roots); i++)
    {
      g_autofree char *group = g_strdup_printf ("%s/haul-test-%d", roots[i], (int) getpid ());
      g_autofree char *switch_path = g_build_filename (group, "cgroup.freeze", NULL);
      g_autofree char *kinds = g_build_filename (roots[i], "cgroup.controllers", NULL);

      if (!g_file_test (kinds, G_FILE_TEST_EXISTS) || g_mkdir (group, 0700) != 0)
        continue;
      if (g_access (switch_path, W_OK) == 0)
        return g_steal_pointer (&group);
      g_rmdir (group);
    }
  g_test_skip ("no control group of version 2 can be made and frozen here");
  return NULL;
}

static gboolean
is_frozen (gpointer group)
{
  g_autofree char *path = g_build_filename (group, "cgroup.events", NULL);
  g_autofree char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  return strstr (text, "frozen 1") != NULL;
}

/* Those that were in there are gone, but the kernel may need a moment to see that. */
static gboolean
is_removed (gpointer group)
{
  return g_rmdir (group) == 0 || errno == ENOENT;
}

static void
freeze (char *group,
        int   pid)
{
  g_assert_true (put_into (group, "cgroup.procs", pid));
  g_assert_true (put_into (group, "cgroup.freeze", 1));
  haul_test_poll_until (is_frozen, group, HAUL_TEST_SOON_MS);
}

static void
group_remove (char *group)
{
  haul_test_poll_until (is_removed, group, HAUL_TEST_SOON_MS);
  g_free (group);
}

static HaulExecutor *
executor_new (const char *name)
{
  HaulExecutor *executor;

  if (!g_str_equal (name, "forkserver"))
    return haul_test_executor_new_named (name);
  executor = haul_test_process_executor_new ();
  haul_process_executor_set_start_method (HAUL_PROCESS_EXECUTOR (executor), HAUL_START_FORK_SERVER);
  return executor;
}

typedef struct
{
  const char *task;
  gboolean    force;
} Row;

/* Asked to end, or killed, while it is frozen: nobody has to thaw it for that. */
static void
end_frozen (HaulExecutor *executor,
            const Row    *row,
            char         *group)
{
  g_autoptr(HaulJob) job = haul_test_job_new (row->task, NULL);

  haul_job_set_grace (job, 300, TRUE);
  haul_test_submit (executor, job);
  haul_test_wait_state (job, HAUL_JOB_RUNNING);
  freeze (group, haul_job_get_pid (job));
  if (row->force)
    haul_job_force (job);
  else
    haul_job_cancel (job);
  haul_test_wait_ended (job);
  haul_test_assert_verdict (job, HAUL_VERDICT_CANCELLED);
}

static void
test_end (gconstpointer name)
{
  static const Row rows[] = {
    { "slow", FALSE }, { "spin", FALSE }, { "tidy", FALSE }, { "ignore-term", FALSE }, { "slow", TRUE },
  };
  g_autoptr(HaulExecutor) executor = NULL;

  haul_test_begin ();
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      char *group = group_new ();

      if (group == NULL)
        break;
      if (executor == NULL)
        executor = executor_new (name);
      end_frozen (executor, &rows[i], group);
      group_remove (group);
    }
  if (executor != NULL)
    haul_test_run_normal (executor);
  g_clear_object (&executor);
  haul_test_assert_clean ();
}

/* One that is thawed goes on as if nothing had been. */
static void
test_thaw (gconstpointer name)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) job = NULL;
  char *group = group_new ();

  if (group == NULL)
    return;
  haul_test_begin ();
  executor = executor_new (name);
  job = haul_test_job_start (executor, "slow", "{'seconds': <0.5>}");
  haul_test_wait_state (job, HAUL_JOB_RUNNING);
  freeze (group, haul_job_get_pid (job));
  haul_test_run_normal (executor);   /* others do not wait for it */
  g_assert_true (haul_job_is_active (job));
  g_assert_true (put_into (group, "cgroup.freeze", 0));
  haul_test_wait_ended (job);
  haul_test_assert_verdict (job, HAUL_VERDICT_DONE);
  g_clear_object (&executor);   /* a pool has its workers until now */
  haul_test_assert_clean ();
  group_remove (group);
}

int
main (int    argc,
      char **argv)
{
  static const char * const names[] = { "process", "forkserver", "pool" };

  haul_test_init (&argc, &argv);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *end = g_strconcat ("/parent/frozen/end/", names[i], NULL);
      g_autofree char *thaw = g_strconcat ("/parent/frozen/thaw/", names[i], NULL);

      g_test_add_data_func (end, names[i], test_end);
      g_test_add_data_func (thaw, names[i], test_thaw);
    }

  return g_test_run ();
}
