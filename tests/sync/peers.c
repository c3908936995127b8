/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "peers.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "haul-test.h"

#include "haul/wire/haul-fd-private.h"
#include "haul/wire/haul-shared-private.h"

PeerBoard *
peer_board_new (int *ret_fd)
{
  g_autoptr(GError) error = NULL;
  PeerBoard *board;

  *ret_fd = haul_shared_new (sizeof *board, &error);
  g_assert_no_error (error);
  board = haul_shared_map (*ret_fd, sizeof *board, &error);
  g_assert_no_error (error);
  return board;
}

void
peer_board_free (PeerBoard *board,
                 int        fd)
{
  haul_shared_unmap (board, sizeof *board);
  close (fd);
}

GSubprocess *
peer_start (HaulShareable *object,
            int            board_fd,
            const char    *mode,
            guint          n)
{
  g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  g_autofree char *number = g_strdup_printf ("%u", n);
  g_autoptr(GError) error = NULL;
  GSubprocess *peer;

  g_subprocess_launcher_take_fd (launcher, dup (board_fd), 3);
  for (guint i = 0; i < haul_shareable_get_n_fds (object); i++)
    g_subprocess_launcher_take_fd (launcher, dup (haul_shareable_get_fd (object, i)), 4 + i);
  peer = g_subprocess_launcher_spawn (launcher, &error, g_getenv ("HAUL_TEST_PEER"), haul_shareable_get_kind (object),
                                      mode, number, NULL);
  g_assert_no_error (error);
  return peer;
}

void
peer_kill (GSubprocess *peer)
{
  g_autoptr(GError) error = NULL;

  g_subprocess_force_exit (peer);
  (void) g_subprocess_wait (peer, NULL, &error);
  g_assert_no_error (error);
}

typedef struct
{
  int  pid;
  char state;
} State;

static gboolean
has_state (gpointer data)
{
  State *state = data;

  return haul_test_process_state (state->pid) == state->state;
}

static void
wait_for_state (GSubprocess *peer,
                char         state)
{
  State wanted = { atoi (g_subprocess_get_identifier (peer)), state };

  haul_test_poll_until (has_state, &wanted, HAUL_TEST_SOON_MS);
}

void
peer_stop (GSubprocess *peer)
{
  g_subprocess_send_signal (peer, SIGSTOP);   /* from another thread, at some time */
  wait_for_state (peer, 'T');
}

void
peer_wait_asleep (GSubprocess *peer)
{
  wait_for_state (peer, 'S');
}

void
peer_join (GSubprocess *peer)
{
  g_autoptr(GError) error = NULL;

  haul_test_keep_alive ();
  (void) g_subprocess_wait_check (peer, NULL, &error);
  g_assert_no_error (error);
  haul_test_keep_alive ();
}

typedef struct
{
  const guint32 *number;
  guint32        n;
} Number;

static gboolean
has_come (gpointer data)
{
  const Number *number = data;

  return peer_get (number->number) >= number->n;
}

void
peer_wait_for (const guint32 *number,
               guint32        n)
{
  Number wanted = { number, n };

  haul_test_poll_until (has_come, &wanted, HAUL_TEST_SOON_MS);
}
