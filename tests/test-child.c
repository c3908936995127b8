/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul/worker/haul-worker.h"
#include "test-tasks.h"

int
main (int    argc,
      char **argv)
{
  return haul_worker_main (argc, argv, haul_test_tasks ());
}
