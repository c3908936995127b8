/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <unistd.h>

#include "test-pool-util.h"

#include "haul/parent/haul-oom-private.h"

/* Whether it was the kernel that killed a worker, for want of memory. */

#define ROOT  "/sys/fs/cgroup/memory"
#define LIMIT (128 << 20)

static void
write_file (const char *root,
            const char *path,
            const char *text)
{
  g_autofree char *whole = g_build_filename (root, path, NULL);
  g_autofree char *folder = g_path_get_dirname (whole);
  g_autoptr(GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (whole, text, -1, &error));
  g_assert_no_error (error);
}

static void
remove_all (const char *path)
{
  g_autoptr(GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *inner = g_build_filename (path, name, NULL);

      remove_all (inner);
    }
  g_assert_cmpint (g_remove (path), ==, 0);
}

/* Files as the kernel has them, in both versions, and in a container that sees only its own group. */
static void
test_files (void)
{
  static const char second[] = "low 0\nhigh 0\nmax 12\noom 7\noom_kill %d\noom_group_kill 0\n";
  static const char first[] = "oom_kill_disable 0\nunder_oom 0\noom_kill %d\n";
  static const struct { const char *path, *format; int count; const char *groups; } rows[] = {
    { "user/app/memory.events", second, 3, "0::/user/app\n" },
    { "memory.events", second, 4, "0::/unseen/app\n" },
    { "memory.events", second, 5, "0::/../app\n" },
    { "memory/job/memory.oom_control", first, 6, "11:cpu,cpuacct:/x\n4:memory:/job\n0::/\n" },
    { "memory/memory.oom_control", first, 7, "4:memory:/unseen\n" },
    { "memory.events", "low 0\nhigh 0\n", -1, "0::/\n" },
    { "memory.events", "oom_kill many\n", -1, "0::/\n" },
    { "memory.events", second, -1, "" },
    { "memory.events", second, -1, "nonsense\n0:/\n" },
    { "other", "", -1, "0::/user\n4:memory:/x\n" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(GError) error = NULL;
      g_autofree char *root = g_dir_make_tmp ("haul-oom-XXXXXX", &error);
      g_autofree char *number = g_strdup_printf ("%d", rows[i].count);
      g_auto(GStrv) parts = g_strsplit (rows[i].format, "%d", -1);
      g_autofree char *text = g_strjoinv (number, parts);
      guint64 count = 99;

      g_assert_no_error (error);
      write_file (root, rows[i].path, text);
      g_assert_true (haul_oom_read (root, rows[i].groups, &count) == (rows[i].count >= 0));
      g_assert_cmpuint (count, ==, rows[i].count >= 0 ? rows[i].count : 99);
      remove_all (root);
    }
}

/* Somebody's SIGKILL, while the count stays. */
static void
test_outside (void)
{
  g_autoptr(HaulExecutor) executor = NULL;
  g_autoptr(HaulJob) job = NULL;

  haul_test_begin ();
  executor = haul_test_process_executor_new ();
  job = haul_test_job_start (executor, "slow", NULL);
  haul_test_wait_state (job, HAUL_JOB_RUNNING);
  g_assert_cmpint (kill (haul_job_get_pid (job), SIGKILL), ==, 0);
  haul_test_wait_ended (job);
  haul_test_assert_verdict (job, HAUL_VERDICT_CRASHED);
  g_assert_error (haul_job_get_error (job), HAUL_ERROR, HAUL_ERROR_ENDED);
  haul_test_assert_contains (haul_job_get_error (job)->message, "SIGKILL, from outside");
  g_assert_false (haul_oom_claim (haul_oom_count ()));
  haul_test_run_normal (executor);
  g_clear_object (&executor);
  haul_test_assert_clean ();
}

static gboolean
put_into (const char *folder,
          const char *name,
          gint64      value)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, value);
  FILE *file = fopen (path, "w");
  gboolean ok = file != NULL && fputs (text, file) >= 0;

  return file != NULL && fclose (file) == 0 && ok;
}

/* The group that this program is in, as far as it can be seen. */
static char *
find_home (void)
{
  g_autofree char *text = NULL;
  g_autofree char *folder = NULL;
  const char *path;

  if (!g_file_get_contents ("/proc/self/cgroup", &text, NULL, NULL) || (path = strstr (text, ":memory:/")) == NULL)
    return NULL;
  path += strlen (":memory:");
  folder = g_strdup_printf (ROOT "%.*s", (int) strcspn (path, "\n"), path);
  return g_file_test (folder, G_FILE_TEST_IS_DIR) ? g_steal_pointer (&folder) : g_strdup (ROOT);
}

static gboolean
enter (const char *group)
{
  return g_mkdir (group, 0700) == 0 && put_into (group, "memory.limit_in_bytes", LIMIT)
         && put_into (group, "cgroup.procs", getpid ()) && haul_oom_count () != G_MAXUINT64;
}

static void
run_greedy (gboolean *ret_killed)
{
  g_autoptr(HaulExecutor) executor = haul_test_process_executor_new ();
  g_autoptr(HaulJob) job = haul_test_job_start (executor, "die", "{'mode': <'eat'>}");

  haul_test_wait_ended (job);
  *ret_killed = haul_job_get_exit_signal (job) == SIGKILL;
  if (*ret_killed)
    {
      haul_test_assert_verdict (job, HAUL_VERDICT_CRASHED);
      g_assert_error (haul_job_get_error (job), HAUL_ERROR, HAUL_ERROR_MEMORY);
      haul_test_assert_contains (haul_job_get_error (job)->message, "memory limit");
    }
  haul_test_run_normal (executor);
}

/* This program and its workers in a group with little memory: the kernel takes the worker. */
static void
test_kernel (void)
{
  g_autofree char *home = find_home ();
  g_autofree char *group = home != NULL ? g_strdup_printf ("%s/haul-test-%d", home, (int) getpid ()) : NULL;
  gboolean entered, killed = FALSE;

  haul_test_begin ();
  entered = home != NULL && enter (group);
  if (entered)
    run_greedy (&killed);
  if (home != NULL && g_file_test (group, G_FILE_TEST_IS_DIR))
    {
      g_assert_true (put_into (home, "cgroup.procs", getpid ()));
      g_assert_cmpint (g_rmdir (group), ==, 0);
    }
  if (!killed)
    g_test_skip (entered ? "the memory limit of a control group is not kept here"
                         : "no control group of version 1 can be made and used here");
  haul_test_assert_clean ();
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);
  g_test_add_func ("/oom/files", test_files);
  g_test_add_func ("/oom/outside", test_outside);
  g_test_add_func ("/oom/kernel", test_kernel);
  return g_test_run ();
}
