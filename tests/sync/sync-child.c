/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "haul-test.h"
#include "sync-child.h"

#include "haul/wire/haul-shared-private.h"

/* Takes the mutex, says so, and waits to be killed. */
int
main (int    argc,
      char **argv)
{
  g_autoptr(GError) error = NULL;
  SyncBoard *board = haul_shared_map (3, sizeof *board, &error);
  HaulWait wait;
  guint member;

  haul_test_follow_parent ();
  if (argc != 2 || board == NULL)
    g_error ("%s", error != NULL ? error->message : "usage: sync-child MODE");

  haul_wait_init (&wait, -1, NULL);
  if (haul_mutex_lock (&board->mutex, &wait, NULL) != 0 || !haul_members_join (&board->members, board->members.n_members, &member))
    g_error ("%s: what the program gave is in use", argv[0]);
  if (g_str_equal (argv[1], "leave"))
    pthread_mutex_unlock (&board->mutex);

  __atomic_store_n (&board->word, 1, __ATOMIC_RELEASE);
  haul_wake (&board->word, G_MAXINT);
  for (;;)
    pause ();
}
