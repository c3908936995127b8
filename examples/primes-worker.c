/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

/* The program that runs in the child process: the tasks that it knows, and no more. */

#include "config.h"

#include "primes.h"

#include "haul/worker/haul-worker.h"

int
main (int    argc,
      char **argv)
{
  const HaulTask * const tasks[] = { &haul_task_primes, NULL };

  return haul_worker_main (argc, argv, tasks);
}
