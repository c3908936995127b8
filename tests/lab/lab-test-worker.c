/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul/worker/haul-worker.h"
#include "lab-bounds.h"
#include "lab-test-experiment.h"

/* As haul-lab-worker, with the experiment that misbehaves. */
int
main (int    argc,
      char **argv)
{
  static const HaulTask * const tasks[] = { &lab_test_experiment.task, NULL };

  lab_set_bounds ();
  return haul_worker_main (argc, argv, tasks);
}
