/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <unistd.h>

#include "haul/worker/haul-fork-server-private.h"
#include "haul/worker/haul-worker.h"
#include "test-tasks.h"

#if defined (__SANITIZE_ADDRESS__)
/* The leak check at exit traces the program. When a signal ends it meanwhile, GLib 2.74 finds a
 * child that has ended but cannot be collected, takes that for exit 0, and leaves a zombie. */
int __lsan_is_turned_off (void);

int
__lsan_is_turned_off (void)
{
  return 1;
}

#endif

/* A forked worker that never says anything. */
static int
be_mute (int      nice_value,
         gboolean runs_many)
{
  alarm (30);
  while (pause () < 0)
    ;
  return 1;
}

int
main (int    argc,
      char **argv)
{
  if (g_getenv ("HAUL_TEST_MUTE") != NULL)
    return haul_fork_server_run (be_mute);
  return haul_worker_main (argc, argv, haul_test_tasks ());
}
