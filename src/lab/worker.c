/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul/worker/haul-worker.h"
#include "lab-bounds.h"
#include "lab-crash.h"
#include "lab-experiment.h"
#include "lab-pool.h"

#if defined (__SANITIZE_ADDRESS__)
/* As in haul-worker: the leak check at exit traces the program, which leaves a zombie when a signal ends it
 * meanwhile. */
int __lsan_is_turned_off (void);

int
__lsan_is_turned_off (void)
{
  return 1;
}

#endif

int
main (int    argc,
      char **argv)
{
  g_autoptr(GPtrArray) tasks = g_ptr_array_new ();

  lab_set_bounds ();
  for (const LabExperiment * const *experiment = lab_experiments; *experiment != NULL; experiment++)
    g_ptr_array_add (tasks, (gpointer) &(*experiment)->task);
  g_ptr_array_add (tasks, (gpointer) &lab_pool_part);
  g_ptr_array_add (tasks, (gpointer) &lab_crash_task);
  g_ptr_array_add (tasks, (gpointer) &lab_crash_part);
  g_ptr_array_add (tasks, NULL);
  return haul_worker_main (argc, argv, (const HaulTask * const *) tasks->pdata);
}
