/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-test.h"
#include "peers.h"

#include "haul/haul.h"

typedef struct
{
  PeerBoard     *board;
  int            board_fd;
  HaulSemaphore *semaphore;
} Fixture;

static void
set_up (Fixture       *f,
        gconstpointer  value)
{
  g_autoptr(GError) error = NULL;

  f->board = peer_board_new (&f->board_fd);
  f->semaphore = haul_semaphore_new (GPOINTER_TO_UINT (value), FALSE, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture       *f,
           gconstpointer  value G_GNUC_UNUSED)
{
  g_assert_finalize_object (f->semaphore);
  peer_board_free (f->board, f->board_fd);
}

static GSubprocess *
start (Fixture    *f,
       const char *mode,
       guint       n)
{
  return peer_start (HAUL_SHAREABLE (f->semaphore), f->board_fd, mode, n);
}

static void
assert_fails (Fixture *f,
              int      timeout_ms,
              GQuark   domain,
              int      code)
{
  g_autoptr(GError) error = NULL;

  g_assert_false (haul_semaphore_acquire (f->semaphore, timeout_ms, NULL, &error));
  g_assert_error (error, domain, code);
}

static void
take (Fixture *f,
      guint    n)
{
  for (guint i = 0; i < n; i++)
    {
      g_autoptr(GError) error = NULL;

      g_assert_true (haul_semaphore_acquire (f->semaphore, 0, NULL, &error));
      g_assert_no_error (error);
    }
}

static void
give (Fixture *f,
      guint    n)
{
  for (guint i = 0; i < n; i++)
    {
      g_autoptr(GError) error = NULL;

      g_assert_true (haul_semaphore_release (f->semaphore, &error));
      g_assert_no_error (error);
    }
}

static void
recover (Fixture *f)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (haul_semaphore_recover (f->semaphore, -1, NULL, &error));
  g_assert_no_error (error);
}

/* Of 3. */
static void
test_alone (Fixture       *f,
            gconstpointer  value G_GNUC_UNUSED)
{
  gint64 begun = g_get_monotonic_time ();

  g_assert_cmpuint (haul_semaphore_get_value (f->semaphore), ==, 3);
  take (f, 3);
  g_assert_cmpuint (haul_semaphore_get_value (f->semaphore), ==, 0);
  assert_fails (f, 0, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
  assert_fails (f, 30, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_assert_cmpint (g_get_monotonic_time () - begun, >=, 30 * 1000);
  recover (f);   /* nobody died */
  assert_fails (f, 0, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
  give (f, 4);   /* one more than were taken */
  take (f, 4);
}

static void
test_cancelled (Fixture       *f,
                gconstpointer  value G_GNUC_UNUSED)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GError) error = NULL;
  const int cancelled = 1;

  g_cancellable_cancel (cancellable);
  g_assert_false (haul_semaphore_acquire (f->semaphore, -1, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);

  /* In a task that is asked to stop; what has to be put in order still can be. */
  (void) haul_wait_set_cancelled (&cancelled);
  g_assert_false (haul_semaphore_acquire (f->semaphore, -1, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  give (f, 1);
  (void) haul_wait_set_cancelled (NULL);
  take (f, 1);
}

static void
test_bounded (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(HaulSemaphore) semaphore = haul_semaphore_new (1, TRUE, &error);

  g_assert_false (haul_semaphore_release (semaphore, &error));
  g_assert_error (error, HAUL_ERROR, HAUL_ERROR_NOT_POSSIBLE);
  g_clear_error (&error);
  g_assert_cmpuint (haul_semaphore_get_value (semaphore), ==, 1);
  g_assert_true (haul_semaphore_acquire (semaphore, 0, NULL, &error));
  g_assert_true (haul_semaphore_release (semaphore, &error));
  g_assert_no_error (error);
  g_assert_false (haul_semaphore_release (semaphore, NULL));
}

/* T51: of 3, for ten jobs. */
static void
test_jobs (Fixture       *f,
           gconstpointer  value G_GNUC_UNUSED)
{
  GSubprocess *peers[10];

  for (guint i = 0; i < G_N_ELEMENTS (peers); i++)
    peers[i] = start (f, "jobs", 100);
  for (guint i = 0; i < G_N_ELEMENTS (peers); i++)
    {
      peer_join (peers[i]);
      g_object_unref (peers[i]);
    }
  g_assert_cmpuint (f->board->n_done, ==, 100 * G_N_ELEMENTS (peers));
  g_assert_cmpuint (f->board->max_inside, <=, 3);
  g_assert_cmpuint (haul_semaphore_get_value (f->semaphore), ==, 3);
}

/* Of 3, two of which die. Nobody is troubled while there are enough. */
static void
test_holder_died (Fixture       *f,
                  gconstpointer  value G_GNUC_UNUSED)
{
  g_autoptr(GSubprocess) holder = start (f, "take", 2);
  GSubprocess *waiters[4];

  peer_wait_for (&f->board->n_ready, 1);
  take (f, 1);
  for (guint i = 0; i < G_N_ELEMENTS (waiters); i++)
    waiters[i] = start (f, "wait", 0);
  peer_wait_for (&f->board->n_ready, 1 + G_N_ELEMENTS (waiters));
  peer_kill (holder);

  for (guint i = 0; i < G_N_ELEMENTS (waiters); i++)
    {
      peer_join (waiters[i]);
      g_object_unref (waiters[i]);
    }
  g_assert_cmpuint (f->board->n_died, ==, G_N_ELEMENTS (waiters));
  assert_fails (f, -1, HAUL_ERROR, HAUL_ERROR_OWNER_DIED);
  give (f, 1);
  assert_fails (f, 0, HAUL_ERROR, HAUL_ERROR_OWNER_DIED);   /* until it is recovered */
  recover (f);
  g_assert_cmpuint (haul_semaphore_get_value (f->semaphore), ==, 3);
  take (f, 3);
  assert_fails (f, 0, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
  give (f, 3);
}

/* Who only looks learns of the dead as well. */
static void
test_poll (Fixture       *f,
           gconstpointer  value G_GNUC_UNUSED)
{
  g_autoptr(GSubprocess) holder = start (f, "take", 3);

  peer_wait_for (&f->board->n_ready, 1);
  assert_fails (f, 0, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
  peer_kill (holder);
  assert_fails (f, 0, HAUL_ERROR, HAUL_ERROR_OWNER_DIED);
  recover (f);
  take (f, 3);
}

/* Of 0: one process takes what another gives. When either dies nothing is lost. */
static void
test_signals (Fixture       *f,
              gconstpointer  value G_GNUC_UNUSED)
{
  g_autoptr(GSubprocess) consumer = start (f, "take", 50);
  g_autoptr(GSubprocess) producer = start (f, "give", 51);

  peer_wait_for (&f->board->n_ready, 1);
  peer_join (producer);
  peer_kill (consumer);
  take (f, 1);
  assert_fails (f, 0, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
}

/* Who closes it goes in peace, and keeps what it has until somebody else gives that back. */
static void
test_closed (Fixture       *f,
             gconstpointer  value G_GNUC_UNUSED)
{
  g_autoptr(GSubprocess) peer = start (f, "jobs", 1);

  peer_join (peer);
  g_clear_object (&peer);
  peer = start (f, "close", 0);
  peer_wait_for (&f->board->n_ready, 1);
  peer_kill (peer);
  take (f, 3);
  assert_fails (f, 0, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
}

/* Somebody is stopped, and then dies, in the middle of changing it. */
static void
test_guard (Fixture       *f,
            gconstpointer  value G_GNUC_UNUSED)
{
  g_autoptr(GSubprocess) peer = start (f, "guard", 0);
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GError) error = NULL;

  peer_wait_for (&f->board->n_ready, 1);
  peer_stop (peer);
  assert_fails (f, 0, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
  assert_fails (f, 20, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_cancellable_cancel (cancellable);
  g_assert_false (haul_semaphore_acquire (f->semaphore, -1, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_false (haul_semaphore_recover (f->semaphore, 20, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);

  peer_kill (peer);
  take (f, 3);
  give (f, 3);
}

static void
add (const char  *name,
     guint        value,
     void       (*test)(Fixture       *f,
                        gconstpointer  value))
{
  g_test_add (name, Fixture, GUINT_TO_POINTER (value), set_up, test, tear_down);
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);

  add ("/semaphore/alone", 3, test_alone);
  add ("/semaphore/cancelled", 0, test_cancelled);
  g_test_add_func ("/semaphore/bounded", test_bounded);
  add ("/semaphore/jobs", 3, test_jobs);
  add ("/semaphore/holder-died", 3, test_holder_died);
  add ("/semaphore/poll", 3, test_poll);
  add ("/semaphore/signals", 0, test_signals);
  add ("/semaphore/closed", 3, test_closed);
  add ("/semaphore/guard", 3, test_guard);

  return g_test_run ();
}
