/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-test.h"
#include "peers.h"

#include "haul/haul.h"

/* Each test with both kinds of lock. */
typedef struct
{
  PeerBoard     *board;
  int            board_fd;
  HaulShareable *lock;
  gboolean     (*acquire)(gpointer, int, GCancellable *, GError **);
  gboolean     (*recover)(gpointer, int, GCancellable *, GError **);
  void         (*release)(gpointer);
  gboolean     (*is_held)(gpointer);
} Fixture;

#define AS(type) (type) (GCallback)

static void
set_up (Fixture       *f,
        gconstpointer  is_recursive)
{
  g_autoptr(GError) error = NULL;

  f->board = peer_board_new (&f->board_fd);
  if (is_recursive)
    {
      f->lock = HAUL_SHAREABLE (haul_rlock_new (&error));
      f->acquire = AS (gboolean (*)(gpointer, int, GCancellable *, GError **)) haul_rlock_acquire;
      f->recover = AS (gboolean (*)(gpointer, int, GCancellable *, GError **)) haul_rlock_recover;
      f->release = AS (void (*)(gpointer)) haul_rlock_release;
      f->is_held = AS (gboolean (*)(gpointer)) haul_rlock_is_held;
    }
  else
    {
      f->lock = HAUL_SHAREABLE (haul_lock_new (&error));
      f->acquire = AS (gboolean (*)(gpointer, int, GCancellable *, GError **)) haul_lock_acquire;
      f->recover = AS (gboolean (*)(gpointer, int, GCancellable *, GError **)) haul_lock_recover;
      f->release = AS (void (*)(gpointer)) haul_lock_release;
      f->is_held = AS (gboolean (*)(gpointer)) haul_lock_is_held;
    }
  g_assert_no_error (error);
}

static void
tear_down (Fixture       *f,
           gconstpointer  data G_GNUC_UNUSED)
{
  g_assert_finalize_object (f->lock);
  peer_board_free (f->board, f->board_fd);
}

static void
assert_fails (Fixture *f,
              int      timeout_ms,
              GQuark   domain,
              int      code)
{
  g_autoptr(GError) error = NULL;

  g_assert_false (f->acquire (f->lock, timeout_ms, NULL, &error));
  g_assert_error (error, domain, code);
  g_assert_false (f->is_held (f->lock));
}

static void
assert_works (Fixture *f)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (f->acquire (f->lock, 0, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (f->is_held (f->lock));
  f->release (f->lock);
  g_assert_false (f->is_held (f->lock));
}

static void
assert_recovers (Fixture *f)
{
  g_autoptr(GError) error = NULL;

  assert_fails (f, -1, HAUL_ERROR, HAUL_ERROR_OWNER_DIED);
  assert_fails (f, 0, HAUL_ERROR, HAUL_ERROR_OWNER_DIED);   /* until it is recovered */
  g_assert_true (f->recover (f->lock, -1, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (f->is_held (f->lock));
  f->release (f->lock);
  assert_works (f);
}

static void
test_alone (Fixture       *f,
            gconstpointer  is_recursive)
{
  g_autoptr(GError) error = NULL;

  assert_works (f);
  g_assert_true (f->acquire (f->lock, -1, NULL, &error));
  if (is_recursive)
    {
      g_assert_true (f->acquire (f->lock, 0, NULL, &error));
      f->release (f->lock);
      g_assert_true (f->is_held (f->lock));
    }
  else
    {
      g_assert_false (f->acquire (f->lock, -1, NULL, &error));
      g_assert_error (error, HAUL_ERROR, HAUL_ERROR_NOT_POSSIBLE);
      g_clear_error (&error);
    }
  f->release (f->lock);
  g_assert_false (f->is_held (f->lock));

  g_assert_true (f->recover (f->lock, 0, NULL, &error));   /* nobody died: as acquire */
  f->release (f->lock);
  assert_works (f);
}

static void
test_timeouts (Fixture       *f,
               gconstpointer  data G_GNUC_UNUSED)
{
  g_autoptr(GSubprocess) peer = peer_start (f->lock, f->board_fd, "hold", 0);
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GError) error = NULL;
  gint64 begun;

  peer_wait_for (&f->board->n_ready, 1);
  assert_fails (f, 0, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
  peer_stop (peer);   /* it lives: that changes nothing */
  begun = g_get_monotonic_time ();
  assert_fails (f, 30, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_assert_cmpint (g_get_monotonic_time () - begun, >=, 30 * 1000);
  g_cancellable_cancel (cancellable);
  g_assert_false (f->acquire (f->lock, -1, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  peer_kill (peer);
  assert_recovers (f);
}

static void
test_thread_died (Fixture       *f,
                  gconstpointer  data G_GNUC_UNUSED)
{
  g_autoptr(GSubprocess) peer = peer_start (f->lock, f->board_fd, "thread", 0);

  peer_wait_for (&f->board->n_ready, 1);
  assert_recovers (f);
  peer_kill (peer);
  assert_works (f);
}

static void
test_dropped (Fixture       *f,
              gconstpointer  data G_GNUC_UNUSED)
{
  g_autoptr(GSubprocess) peer = peer_start (f->lock, f->board_fd, "drop", 0);

  peer_wait_for (&f->board->n_ready, 1);
  assert_recovers (f);
  peer_kill (peer);
  assert_works (f);
}

static gpointer
take_and_end (gpointer data)
{
  Fixture *f = data;

  g_assert_true (f->acquire (f->lock, -1, NULL, NULL));
  return NULL;
}

/* A thread of this program: the others, and later ones, do not pass for it. */
static void
test_own_thread_died (Fixture       *f,
                      gconstpointer  data G_GNUC_UNUSED)
{
  g_thread_join (g_thread_new ("take", take_and_end, f));
  g_assert_false (f->is_held (f->lock));
  assert_recovers (f);
}

static void
test_waiters_are_told (Fixture       *f,
                       gconstpointer  data G_GNUC_UNUSED)
{
  g_autoptr(GSubprocess) holder = peer_start (f->lock, f->board_fd, "hold", 0);
  GSubprocess *waiters[8];

  peer_wait_for (&f->board->n_ready, 1);
  for (guint i = 0; i < G_N_ELEMENTS (waiters); i++)
    waiters[i] = peer_start (f->lock, f->board_fd, "wait", 0);
  peer_wait_for (&f->board->n_ready, 1 + G_N_ELEMENTS (waiters));
  peer_kill (holder);
  for (guint i = 0; i < G_N_ELEMENTS (waiters); i++)
    {
      peer_join (waiters[i]);
      g_object_unref (waiters[i]);
    }
  g_assert_cmpuint (f->board->n_died, ==, G_N_ELEMENTS (waiters));
  assert_recovers (f);
}

/* A waiter is nobody's business: it can be killed. */
static void
test_waiter_died (Fixture       *f,
                  gconstpointer  data G_GNUC_UNUSED)
{
  g_autoptr(GSubprocess) waiter = NULL;

  g_assert_true (f->acquire (f->lock, -1, NULL, NULL));
  waiter = peer_start (f->lock, f->board_fd, "wait", 0);
  peer_wait_for (&f->board->n_ready, 1);
  peer_kill (waiter);
  f->release (f->lock);
  assert_works (f);
}

/* 30 processes. */
static void
test_count (Fixture       *f,
            gconstpointer  data G_GNUC_UNUSED)
{
  GSubprocess *peers[30];

  for (guint i = 0; i < G_N_ELEMENTS (peers); i++)
    peers[i] = peer_start (f->lock, f->board_fd, "count", 200);
  for (guint i = 0; i < G_N_ELEMENTS (peers); i++)
    {
      peer_join (peers[i]);
      g_object_unref (peers[i]);
    }
  g_assert_cmpint (f->board->first, ==, 200 * G_N_ELEMENTS (peers));
}

static void
test_release_by_another (Fixture       *f,
                         gconstpointer  data G_GNUC_UNUSED)
{
  if (g_test_subprocess ())
    {
      g_log_set_fatal_mask ("haul", G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
      f->release (f->lock);
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_failed ();
  g_test_trap_assert_stderr ("*_is_held*");
}

static void
add (const char  *name,
     void       (*test)(Fixture       *f,
                        gconstpointer  is_recursive))
{
  g_autofree char *lock = g_strconcat ("/lock/", name, NULL);
  g_autofree char *rlock = g_strconcat ("/rlock/", name, NULL);

  g_test_add (lock, Fixture, NULL, set_up, test, tear_down);
  g_test_add (rlock, Fixture, GINT_TO_POINTER (1), set_up, test, tear_down);
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);

  add ("alone", test_alone);
  add ("timeouts", test_timeouts);
  add ("thread-died", test_thread_died);
  add ("own-thread-died", test_own_thread_died);
  add ("dropped", test_dropped);
  add ("waiters-are-told", test_waiters_are_told);
  add ("waiter-died", test_waiter_died);
  add ("count", test_count);
  add ("release-by-another", test_release_by_another);

  return g_test_run ();
}
