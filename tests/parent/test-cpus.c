/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <sched.h>

#include "haul-test.h"
#include "haul/parent/haul-cpus-private.h"
#include "haul/parent/haul-pool.h"

/* How many processors may be used. */

typedef struct { const char *path, *text; } File;

typedef struct
{
  const char *name;
  guint       n_allowed;
  guint       expected;
  File        files[8];
} Row;

#define SELF "/proc/self/cgroup"
#define CG   "/sys/fs/cgroup"

static const Row rows[] = {
  { "no proc", 4, 4, { { NULL } } },
  { "empty list of groups", 4, 4, { { SELF, "" } } },
  { "no lines that we know", 4, 4, { { SELF, "nonsense\n1:x\n:::\n0::relative\n" } } },
  { "no file", 4, 4, { { SELF, "0::/\n" } } },
  { "empty file", 4, 4, { { SELF, "0::/a\n" }, { CG "/a/cpu.max", "" } } },
  { "a file of one newline", 4, 4, { { SELF, "0::/a\n" }, { CG "/a/cpu.max", "\n" } } },
  { "max", 4, 4, { { SELF, "0::/a\n" }, { CG "/a/cpu.max", "max 100000\n" } } },
  { "exact", 4, 2, { { SELF, "0::/a\n" }, { CG "/a/cpu.max", "200000 100000\n" } } },
  { "rounded up", 4, 2, { { SELF, "0::/a\n" }, { CG "/a/cpu.max", "100001 100000\n" } } },
  { "a bit of one", 4, 1, { { SELF, "0::/a\n" }, { CG "/a/cpu.max", "1000 100000\n" } } },
  { "another period", 4, 3, { { SELF, "0::/a\n" }, { CG "/a/cpu.max", "60000 20000\n" } } },
  { "no period", 4, 3, { { SELF, "0::/a\n" }, { CG "/a/cpu.max", "300000" } } },
  { "a period of nothing", 4, 4, { { SELF, "0::/a\n" }, { CG "/a/cpu.max", "100000 0\n" } } },
  { "no numbers", 4, 4, { { SELF, "0::/a\n" }, { CG "/a/cpu.max", "many 100000\n" } } },
  { "below zero", 4, 4, { { SELF, "0::/a\n" }, { CG "/a/cpu.max", "-5 100000\n" } } },
  { "too large a number", 4, 4, { { SELF, "0::/a\n" }, { CG "/a/cpu.max", "99999999999999999999 100000\n" } } },
  { "more than allowed", 4, 4, { { SELF, "0::/a\n" }, { CG "/a/cpu.max", "9000000 100000\n" } } },
  { "fewer allowed than quota", 1, 1, { { SELF, "0::/a\n" }, { CG "/a/cpu.max", "200000 100000\n" } } },
  { "the parent has less", 8, 2,
    { { SELF, "0::/a/b/c\n" }, { CG "/a/b/c/cpu.max", "400000 100000\n" }, { CG "/a/b/cpu.max", "max 100000\n" },
      { CG "/a/cpu.max", "200000 100000\n" } } },
  { "the child has less", 8, 3,
    { { SELF, "0::/a/b\n" }, { CG "/a/b/cpu.max", "300000 100000\n" }, { CG "/a/cpu.max", "600000 100000\n" } } },
  { "a sibling has less", 8, 8, { { SELF, "0::/a/b\n" }, { CG "/a/c/cpu.max", "100000 100000\n" } } },
  { "at the top, in a container", 8, 2, { { SELF, "0::/\n" }, { CG "/cpu.max", "150000 100000\n" } } },
  { "a path from outside of it", 8, 2, { { SELF, "0::/docker/abc\n" }, { CG "/cpu.max", "150000 100000\n" } } },
  { "a path that leads out of it", 8, 2,
    { { SELF, "0::/../other\n" }, { CG "/cpu.max", "150000 100000\n" }, { CG "/../other/cpu.max", "100000 100000\n" } } },
  { "a colon in the path", 8, 1, { { SELF, "0::/a:b\n" }, { CG "/a:b/cpu.max", "100000 100000\n" } } },
  { "beside version 1", 8, 2,
    { { SELF, "4:memory:/\n0::/a\n" }, { CG "/unified/a/cpu.max", "200000 100000\n" } } },
  { "version 1", 8, 3,
    { { SELF, "3:cpuset:/\n2:cpu:/a\n0::/\n" }, { CG "/cpu/a/cpu.cfs_quota_us", "250000\n" },
      { CG "/cpu/a/cpu.cfs_period_us", "100000\n" } } },
  { "version 1, no limit", 8, 8,
    { { SELF, "2:cpu:/a\n" }, { CG "/cpu/a/cpu.cfs_quota_us", "-1\n" }, { CG "/cpu/a/cpu.cfs_period_us", "100000\n" } } },
  { "version 1, two controllers", 8, 1,
    { { SELF, "2:cpu,cpuacct:/a\n" }, { CG "/cpu,cpuacct/a/cpu.cfs_quota_us", "50000\n" },
      { CG "/cpu,cpuacct/a/cpu.cfs_period_us", "100000\n" } } },
  { "version 1, the parent has less", 8, 2,
    { { SELF, "2:cpu:/a/b\n" }, { CG "/cpu/a/b/cpu.cfs_quota_us", "400000\n" },
      { CG "/cpu/a/b/cpu.cfs_period_us", "100000\n" }, { CG "/cpu/a/cpu.cfs_quota_us", "200000\n" },
      { CG "/cpu/a/cpu.cfs_period_us", "100000\n" } } },
  { "version 1, another controller", 8, 8,
    { { SELF, "2:cpuacct:/a\n" }, { CG "/cpuacct/a/cpu.cfs_quota_us", "50000\n" } } },
};

static char *
read_cb (const char *path,
         gpointer    user_data)
{
  const Row *row = user_data;

  for (guint i = 0; i < G_N_ELEMENTS (row->files) && row->files[i].path != NULL; i++)
    if (strcmp (row->files[i].path, path) == 0)
      return g_strdup (row->files[i].text);
  return NULL;
}

static void
test_quota (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_test_message ("%s", rows[i].name);
      g_assert_cmpuint (haul_cpus_count (rows[i].n_allowed, read_cb, (gpointer) &rows[i]), ==, rows[i].expected);
    }
}

/* Of this process, in one that was allowed fewer processors than there are. */
static void
test_affinity (void)
{
  g_autoptr(HaulPool) pool = NULL;
  cpu_set_t before, one;
  guint n;

  g_assert_cmpint (sched_getaffinity (0, sizeof before, &before), ==, 0);
  n = haul_usable_cpus ();
  g_assert_cmpuint (n, >=, 1);
  g_assert_cmpuint (n, <=, CPU_COUNT (&before));

  CPU_ZERO (&one);
  for (guint i = 0; i < CPU_SETSIZE && CPU_COUNT (&one) == 0; i++)
    if (CPU_ISSET (i, &before))
      CPU_SET (i, &one);
  g_assert_cmpint (sched_setaffinity (0, sizeof one, &one), ==, 0);
  g_assert_cmpuint (haul_usable_cpus (), ==, 1);
  pool = haul_pool_new (g_getenv ("HAUL_TEST_CHILD"), 0);
  g_assert_cmpuint (haul_pool_get_n_workers (pool), ==, 1);
  g_assert_cmpint (sched_setaffinity (0, sizeof before, &before), ==, 0);
  g_assert_cmpuint (haul_usable_cpus (), ==, n);
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);
  g_test_add_func ("/cpus/quota", test_quota);
  g_test_add_func ("/cpus/affinity", test_affinity);
  return g_test_run ();
}
