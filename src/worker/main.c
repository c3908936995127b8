/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "catalogue.h"
#include "haul/worker/haul-worker.h"

#if defined (__SANITIZE_ADDRESS__)
/* The leak check at exit traces the program. When a signal ends it meanwhile, GLib 2.74 finds a
 * process that has ended and that it cannot collect, and leaves a zombie. */
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
  return haul_worker_main (argc, argv, haul_catalogue);
}
