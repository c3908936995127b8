/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-test.h"
#include "peers.h"

#include "haul/haul.h"

typedef struct
{
  PeerBoard   *board;
  int          board_fd;
  HaulBarrier *barrier;
} Fixture;

static void
set_up (Fixture       *f,
        gconstpointer  n_parties)
{
  g_autoptr(GError) error = NULL;

  f->board = peer_board_new (&f->board_fd);
  f->barrier = haul_barrier_new (GPOINTER_TO_UINT (n_parties), &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture       *f,
           gconstpointer  data G_GNUC_UNUSED)
{
  g_assert_finalize_object (f->barrier);
  peer_board_free (f->board, f->board_fd);
}

static GSubprocess *
start (Fixture    *f,
       const char *mode,
       guint       n)
{
  return peer_start (HAUL_SHAREABLE (f->barrier), f->board_fd, mode, n);
}

static gboolean
are_waiting (gpointer data)
{
  Fixture *f = data;

  return haul_barrier_get_n_waiting (f->barrier) == peer_get (&f->board->n_ready);
}

/* They say that they are ready, and then they wait. */
static void
start_waiters (Fixture      *f,
               GSubprocess **peers,
               guint         n)
{
  f->board->n_ready = 0;
  for (guint i = 0; i < n; i++)
    peers[i] = start (f, "wait", 0);
  peer_wait_for (&f->board->n_ready, n);
  haul_test_poll_until (are_waiting, f, HAUL_TEST_SOON_MS);
}

static void
join_all (GSubprocess **peers,
          guint         n)
{
  for (guint i = 0; i < n; i++)
    {
      peer_join (peers[i]);
      g_object_unref (peers[i]);
    }
}

static void
assert_fails (Fixture *f,
              int      timeout_ms,
              GQuark   domain,
              int      code)
{
  g_autoptr(GError) error = NULL;

  g_assert_cmpint (haul_barrier_wait (f->barrier, timeout_ms, NULL, &error), ==, -1);
  g_assert_error (error, domain, code);
}

/* All fail until it is reset, and then a party that comes late finds a new round. */
static void
assert_broken_and_reset (Fixture *f,
                         guint    n_parties)
{
  g_autoptr(GError) error = NULL;
  GSubprocess *peers[8];
  guint n_done = peer_get (&f->board->n_done);

  g_assert_true (haul_barrier_is_broken (f->barrier));
  assert_fails (f, -1, HAUL_ERROR, HAUL_ERROR_BROKEN);
  assert_fails (f, 0, HAUL_ERROR, HAUL_ERROR_BROKEN);
  g_assert_true (haul_barrier_reset (f->barrier, &error));
  g_assert_no_error (error);
  g_assert_false (haul_barrier_is_broken (f->barrier));

  start_waiters (f, peers, n_parties - 1);
  g_assert_cmpint (haul_barrier_wait (f->barrier, -1, NULL, &error), ==, n_parties - 1);
  g_assert_no_error (error);
  join_all (peers, n_parties - 1);
  g_assert_cmpuint (f->board->n_done, ==, n_done + n_parties - 1);
}

static void
test_alone (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(HaulBarrier) barrier = haul_barrier_new (1, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (haul_barrier_get_n_parties (barrier), ==, 1);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpint (haul_barrier_wait (barrier, 0, NULL, &error), ==, 0);
  g_assert_no_error (error);
}

/* T54: five, in lock-step; one of them is the first. */
static void
test_rounds (Fixture       *f,
             gconstpointer  data G_GNUC_UNUSED)
{
  GSubprocess *peers[5];

  for (guint i = 0; i < 5; i++)
    peers[i] = start (f, "rounds", 100);
  join_all (peers, 5);
  g_assert_cmpuint (f->board->n_done, ==, 500);
  g_assert_cmpuint (f->board->n_zero, ==, 100);
  g_assert_cmpuint (haul_barrier_get_n_waiting (f->barrier), ==, 0);
}

static gpointer
wait_in_thread (gpointer data)
{
  Fixture *f = data;

  for (guint i = 0; i < 20; i++)
    g_assert_cmpint (haul_barrier_wait (f->barrier, -1, NULL, NULL), >=, 0);
  return NULL;
}

/* Of 40: parties are threads, of one process or of several. */
static void
test_threads (Fixture       *f,
              gconstpointer  data G_GNUC_UNUSED)
{
  GThread *threads[40];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("party", wait_in_thread, f);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

static void
test_abort (Fixture       *f,
            gconstpointer  data G_GNUC_UNUSED)
{
  g_autoptr(GError) error = NULL;
  GSubprocess *peers[4];

  start_waiters (f, peers, 4);
  g_assert_true (haul_barrier_abort (f->barrier, &error));
  g_assert_no_error (error);
  join_all (peers, 4);
  g_assert_cmpuint (f->board->n_died, ==, 4);
  assert_broken_and_reset (f, 5);
}

static void
test_reset (Fixture       *f,
            gconstpointer  data G_GNUC_UNUSED)
{
  g_autoptr(GError) error = NULL;
  GSubprocess *peers[4];

  start_waiters (f, peers, 4);
  g_assert_true (haul_barrier_reset (f->barrier, &error));
  g_assert_no_error (error);
  join_all (peers, 4);
  g_assert_cmpuint (f->board->n_died, ==, 4);
  g_assert_false (haul_barrier_is_broken (f->barrier));
  start_waiters (f, peers, 4);
  g_assert_cmpint (haul_barrier_wait (f->barrier, -1, NULL, &error), ==, 4);
  join_all (peers, 4);
}

static void
test_timeouts (Fixture       *f,
               gconstpointer  data G_GNUC_UNUSED)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GError) error = NULL;
  GSubprocess *peers[4];

  start_waiters (f, peers, 3);
  assert_fails (f, 0, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
  g_assert_false (haul_barrier_is_broken (f->barrier));   /* it only looked */
  assert_fails (f, 10, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  join_all (peers, 3);
  g_assert_cmpuint (f->board->n_died, ==, 3);
  assert_broken_and_reset (f, 5);

  start_waiters (f, peers, 3);
  g_cancellable_cancel (cancellable);
  g_assert_cmpint (haul_barrier_wait (f->barrier, -1, cancellable, &error), ==, -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  join_all (peers, 3);
  assert_broken_and_reset (f, 5);

  start_waiters (f, peers, 4);
  g_clear_error (&error);
  g_assert_cmpint (haul_barrier_wait (f->barrier, 0, NULL, &error), ==, 4);   /* it is the last */
  join_all (peers, 4);
}

static void
test_waiter_died (Fixture       *f,
                  gconstpointer  data G_GNUC_UNUSED)
{
  GSubprocess *peers[3];

  start_waiters (f, peers, 3);
  peer_kill (peers[0]);
  g_object_unref (peers[0]);
  join_all (peers + 1, 2);
  g_assert_cmpuint (f->board->n_died, ==, 2);
  assert_broken_and_reset (f, 5);
}

/* Of 2: there is nobody else who could notice it before the last comes. */
static void
test_other_died (Fixture       *f,
                 gconstpointer  data G_GNUC_UNUSED)
{
  GSubprocess *peer;

  start_waiters (f, &peer, 1);
  peer_kill (peer);
  g_object_unref (peer);
  assert_fails (f, -1, HAUL_ERROR, HAUL_ERROR_BROKEN);
  assert_broken_and_reset (f, 2);
}

/* One that has it dies before it comes; one that lets go of it before does no harm. */
static void
test_party_died (Fixture       *f,
                 gconstpointer  data G_GNUC_UNUSED)
{
  g_autoptr(GSubprocess) closed = start (f, "close", 0);
  g_autoptr(GSubprocess) open = start (f, "open", 0);
  g_autoptr(GError) error = NULL;
  GSubprocess *peers[4];

  peer_wait_for (&f->board->n_ready, 2);
  start_waiters (f, peers, 4);
  peer_kill (closed);
  g_assert_cmpint (haul_barrier_wait (f->barrier, -1, NULL, &error), ==, 4);
  g_assert_no_error (error);
  join_all (peers, 4);

  start_waiters (f, peers, 3);
  peer_kill (open);
  join_all (peers, 3);
  g_assert_cmpuint (f->board->n_died, ==, 3);
  assert_broken_and_reset (f, 5);
}

static void
test_guard (Fixture       *f,
            gconstpointer  data G_GNUC_UNUSED)
{
  g_autoptr(GSubprocess) peer = start (f, "guard", 0);
  g_autoptr(GError) error = NULL;

  peer_wait_for (&f->board->n_ready, 1);
  peer_stop (peer);
  assert_fails (f, 0, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
  assert_fails (f, 20, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  peer_kill (peer);
  g_assert_true (haul_barrier_abort (f->barrier, &error));
  assert_broken_and_reset (f, 5);
}

static void
add (const char  *name,
     guint        n_parties,
     void       (*test)(Fixture       *f,
                        gconstpointer  n_parties))
{
  g_test_add (name, Fixture, GUINT_TO_POINTER (n_parties), set_up, test, tear_down);
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);

  g_test_add_func ("/barrier/alone", test_alone);
  add ("/barrier/rounds", 5, test_rounds);
  add ("/barrier/threads", 40, test_threads);
  add ("/barrier/abort", 5, test_abort);
  add ("/barrier/reset", 5, test_reset);
  add ("/barrier/timeouts", 5, test_timeouts);
  add ("/barrier/waiter-died", 5, test_waiter_died);
  add ("/barrier/other-died", 2, test_other_died);
  add ("/barrier/party-died", 5, test_party_died);
  add ("/barrier/guard", 5, test_guard);

  return g_test_run ();
}
