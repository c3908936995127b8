/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <signal.h>

#include "haul-test.h"
#include "peers.h"

#include "haul/haul.h"

typedef struct
{
  PeerBoard *board;
  int        board_fd;
  HaulEvent *event;
} Fixture;

static void
set_up (Fixture       *f,
        gconstpointer  data G_GNUC_UNUSED)
{
  g_autoptr(GError) error = NULL;

  f->board = peer_board_new (&f->board_fd);
  f->event = haul_event_new (&error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture       *f,
           gconstpointer  data G_GNUC_UNUSED)
{
  g_assert_finalize_object (f->event);
  peer_board_free (f->board, f->board_fd);
}

static GSubprocess *
start (Fixture    *f,
       const char *mode)
{
  return peer_start (HAUL_SHAREABLE (f->event), f->board_fd, mode, 0);
}

static void
assert_fails (Fixture *f,
              int      timeout_ms,
              int      code)
{
  g_autoptr(GError) error = NULL;

  g_assert_false (haul_event_wait (f->event, timeout_ms, NULL, &error));
  g_assert_error (error, G_IO_ERROR, code);
}

static void
assert_works (Fixture *f)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (haul_event_wait (f->event, 0, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (haul_event_is_set (f->event));
}

/* T53: wait 0, timed, set, clear. */
static void
test_flag (Fixture       *f,
           gconstpointer  data G_GNUC_UNUSED)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GError) error = NULL;
  gint64 begun = g_get_monotonic_time ();

  g_assert_false (haul_event_is_set (f->event));
  assert_fails (f, 0, G_IO_ERROR_WOULD_BLOCK);
  assert_fails (f, 30, G_IO_ERROR_TIMED_OUT);
  g_assert_cmpint (g_get_monotonic_time () - begun, >=, 30 * 1000);

  haul_event_set (f->event);
  haul_event_set (f->event);
  assert_works (f);
  haul_event_clear (f->event);
  haul_event_clear (f->event);
  g_assert_false (haul_event_is_set (f->event));
  assert_fails (f, 0, G_IO_ERROR_WOULD_BLOCK);

  g_cancellable_cancel (cancellable);
  g_assert_false (haul_event_wait (f->event, -1, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

typedef struct
{
  Fixture *f;
  guint32  n_woken;   /* atomic */
} Waiters;

static gpointer
wait_in_thread (gpointer data)
{
  Waiters *waiters = data;

  (void) peer_add (&waiters->f->board->n_ready);
  g_assert_true (haul_event_wait (waiters->f->event, -1, NULL, NULL));
  (void) peer_add (&waiters->n_woken);
  return NULL;
}

/* Processes and threads, all at once, though it is cleared at once; those who died meanwhile matter to nobody. */
static void
test_many (Fixture       *f,
           gconstpointer  data G_GNUC_UNUSED)
{
  Waiters waiters = { f, 0 };
  GSubprocess *peers[12];
  GThread *threads[20];

  for (guint i = 0; i < G_N_ELEMENTS (peers); i++)
    peers[i] = start (f, "wait");
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("wait", wait_in_thread, &waiters);
  peer_wait_for (&f->board->n_ready, G_N_ELEMENTS (peers) + G_N_ELEMENTS (threads));
  peer_kill (peers[0]);
  peer_kill (peers[1]);

  haul_event_set (f->event);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  for (guint i = 0; i < G_N_ELEMENTS (peers); i++)
    {
      if (i >= 2)
        peer_join (peers[i]);
      g_object_unref (peers[i]);
    }
  g_assert_cmpuint (f->board->n_done, ==, G_N_ELEMENTS (peers) - 2);
  g_assert_cmpuint (waiters.n_woken, ==, G_N_ELEMENTS (threads));
}

/* Who waited when it was set is through, also if it finds it cleared. The waiter is stopped meanwhile, so that
 * it cannot look in time. */
static void
test_set_and_clear (Fixture       *f,
                    gconstpointer  data G_GNUC_UNUSED)
{
  g_autoptr(GSubprocess) peer = start (f, "wait");

  peer_wait_for (&f->board->n_ready, 1);
  peer_wait_asleep (peer);
  peer_stop (peer);
  haul_event_set (f->event);
  haul_event_clear (f->event);
  g_subprocess_send_signal (peer, SIGCONT);
  peer_join (peer);
  g_assert_cmpuint (f->board->n_done, ==, 1);
}

/* What a process did stays done when it has died. */
static void
test_setter_died (Fixture       *f,
                  gconstpointer  data G_GNUC_UNUSED)
{
  g_autoptr(GSubprocess) peer = start (f, "set");

  g_assert_true (haul_event_wait (f->event, -1, NULL, NULL));
  peer_wait_for (&f->board->n_ready, 1);
  peer_kill (peer);
  assert_works (f);
  haul_event_clear (f->event);
  assert_fails (f, 0, G_IO_ERROR_WOULD_BLOCK);
}

static void
add (const char  *name,
     void       (*test)(Fixture       *f,
                        gconstpointer  data))
{
  g_test_add (name, Fixture, NULL, set_up, test, tear_down);
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);

  add ("/event/flag", test_flag);
  add ("/event/many", test_many);
  add ("/event/set-and-clear", test_set_and_clear);
  add ("/event/setter-died", test_setter_died);

  return g_test_run ();
}
