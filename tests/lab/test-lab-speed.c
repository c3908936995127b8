/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul/parent/haul-cpus.h"
#include "lab-test.h"

static double
get_speedup (LabRun *run,
             guint   n_workers)
{
  g_autofree char *item = g_strdup_printf ("%u", n_workers);

  return lab_test_get (run, "speedup", item);
}

static void
test_workers (void)
{
  guint n_cpus = haul_usable_cpus ();
  g_autoptr(LabRun) run = NULL;

  lab_test_begin ();
  run = lab_test_run ("how-many-workers", NULL, 1);
  g_assert_cmpfloat (get_speedup (run, 1), ==, 1);
  if (lab_test_outcome_or_why (run, "cores"))
    g_assert_cmpfloat (get_speedup (run, n_cpus), >, 1);
  g_clear_object (&run);
  lab_test_end ();
}

/* What cannot be divided bounds what can be gained. */
static void
test_serial (void)
{
  guint n_cpus = haul_usable_cpus ();
  g_autoptr(LabRun) run = NULL;

  lab_test_begin ();
  run = lab_test_run ("how-many-workers", "{'serial': <int64 80>}", 1);
  g_assert_cmpfloat (get_speedup (run, n_cpus), <, 1.6);
  g_clear_object (&run);
  lab_test_end ();
}

static void
test_cancel (void)
{
  lab_test_begin ();
  lab_test_cancel ("how-many-workers", NULL, 0);
  lab_test_end ();
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);

  g_test_add_func ("/lab/how-many-workers/cores", test_workers);
  g_test_add_func ("/lab/how-many-workers/serial", test_serial);
  g_test_add_func ("/lab/speed/cancel", test_cancel);

  return g_test_run ();
}
