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
  HaulCondition *condition;
} Fixture;

static void
set_up (Fixture       *f,
        gconstpointer  data G_GNUC_UNUSED)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(HaulLock) lock = haul_lock_new (&error);

  f->board = peer_board_new (&f->board_fd);
  f->condition = haul_condition_new (HAUL_SHAREABLE (lock), &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture       *f,
           gconstpointer  data G_GNUC_UNUSED)
{
  g_assert_finalize_object (f->condition);
  peer_board_free (f->board, f->board_fd);
}

static GSubprocess *
start (Fixture    *f,
       const char *mode,
       guint       n)
{
  return peer_start (HAUL_SHAREABLE (f->condition), f->board_fd, mode, n);
}

static void
acquire (Fixture *f)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (haul_condition_acquire (f->condition, -1, NULL, &error));
  g_assert_no_error (error);
}

static gboolean
is_held (Fixture *f)
{
  HaulShareable *lock = haul_condition_get_lock (f->condition);

  return HAUL_IS_LOCK (lock) ? haul_lock_is_held (HAUL_LOCK (lock)) : haul_rlock_is_held (HAUL_RLOCK (lock));
}

static void
assert_fails (Fixture *f,
              int      timeout_ms,
              GQuark   domain,
              int      code)
{
  g_autoptr(GError) error = NULL;

  g_assert_false (haul_condition_wait (f->condition, timeout_ms, NULL, &error));
  g_assert_error (error, domain, code);
}

/* Those who say that they are ready have the lock: who has it next finds them waiting. */
static void
start_waiters (Fixture      *f,
               GSubprocess **peers,
               guint         n,
               guint         timeout_ms)
{
  guint n_ready = peer_get (&f->board->n_ready);

  for (guint i = 0; i < n; i++)
    peers[i] = start (f, "wait", timeout_ms);
  peer_wait_for (&f->board->n_ready, n_ready + n);
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
notify (Fixture *f,
        guint    n,
        guint    n_expected)
{
  guint n_done = peer_get (&f->board->n_done);

  acquire (f);
  if (n == G_MAXUINT)
    g_assert_cmpuint (haul_condition_notify_all (f->condition), ==, n_expected);
  else
    g_assert_cmpuint (haul_condition_notify (f->condition, n), ==, n_expected);
  haul_condition_release (f->condition);
  peer_wait_for (&f->board->n_done, n_done + n_expected);
}

static void
test_alone (Fixture       *f,
            gconstpointer  data G_GNUC_UNUSED)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GError) error = NULL;
  gint64 begun = g_get_monotonic_time ();

  assert_fails (f, -1, HAUL_ERROR, HAUL_ERROR_NOT_POSSIBLE);   /* without the lock */
  acquire (f);
  assert_fails (f, 0, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
  g_assert_true (is_held (f));
  assert_fails (f, 30, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_assert_cmpint (g_get_monotonic_time () - begun, >=, 30 * 1000);
  g_assert_true (is_held (f));
  g_cancellable_cancel (cancellable);
  g_assert_false (haul_condition_wait (f->condition, -1, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_true (is_held (f));
  g_assert_cmpuint (haul_condition_notify (f->condition, 5), ==, 0);
  g_assert_cmpuint (haul_condition_notify_all (f->condition), ==, 0);
  haul_condition_release (f->condition);
}

static gpointer
notify_in_thread (gpointer data)
{
  HaulCondition *condition = data;
  guint n = 0;

  while (n == 0)
    {
      g_assert_true (haul_condition_acquire (condition, -1, NULL, NULL));
      n = haul_condition_notify (condition, 1);
      haul_condition_release (condition);
      g_thread_yield ();
    }
  return NULL;
}

/* A lock of its own can be taken twice, and is free all the same while one waits. */
static void
test_own_lock (void)
{
  g_autoptr(GError) error = NULL;
  Fixture f = { .condition = haul_condition_new (NULL, &error) };
  GThread *thread;

  g_assert_no_error (error);
  g_assert_true (HAUL_IS_RLOCK (haul_condition_get_lock (f.condition)));
  acquire (&f);
  acquire (&f);
  thread = g_thread_new ("notify", notify_in_thread, f.condition);
  g_assert_true (haul_condition_wait (f.condition, -1, NULL, &error));
  g_assert_no_error (error);
  haul_condition_release (f.condition);
  g_assert_true (is_held (&f));
  haul_condition_release (f.condition);
  g_assert_false (is_held (&f));
  g_thread_join (thread);
  g_assert_finalize_object (f.condition);
}

/* T52: 1, n, all; more than there are; none. */
static void
test_counts (Fixture       *f,
             gconstpointer  data G_GNUC_UNUSED)
{
  GSubprocess *peers[10];

  start_waiters (f, peers, 10, 0);
  notify (f, 1, 1);
  g_assert_cmpuint (f->board->n_done, ==, 1);
  notify (f, 3, 3);
  g_assert_cmpuint (f->board->n_done, ==, 4);
  notify (f, 0, 0);
  notify (f, G_MAXUINT, 6);
  notify (f, G_MAXUINT, 0);
  join_all (peers, 10);
  g_assert_cmpuint (f->board->n_done, ==, 10);

  start_waiters (f, peers, 2, 0);
  notify (f, 5, 2);
  join_all (peers, 2);
  g_assert_cmpuint (f->board->n_done, ==, 12);
}

/* Who gave up, or died, is not counted. */
static void
test_mixed (Fixture       *f,
            gconstpointer  data G_GNUC_UNUSED)
{
  GSubprocess *patient[4], *hasty[3], *doomed[3];

  start_waiters (f, doomed, 3, 0);   /* they came first */
  start_waiters (f, hasty, 3, 1);
  start_waiters (f, patient, 4, 0);
  join_all (hasty, 3);
  for (guint i = 0; i < 3; i++)
    {
      peer_kill (doomed[i]);
      g_object_unref (doomed[i]);
    }
  g_assert_cmpuint (f->board->n_late, ==, 3);
  notify (f, 1, 1);
  g_assert_cmpuint (f->board->n_done, ==, 1);
  notify (f, 2, 2);
  g_assert_cmpuint (f->board->n_done, ==, 3);
  notify (f, G_MAXUINT, 1);
  join_all (patient, 4);
}

/* Who was notified and died before it could run passes that on; not to those who came later. */
static void
test_handed_on (Fixture       *f,
                gconstpointer  data G_GNUC_UNUSED)
{
  GSubprocess *first, *second, *later;

  start_waiters (f, &first, 1, 0);
  start_waiters (f, &second, 1, 0);
  acquire (f);
  peer_stop (first);
  g_assert_cmpuint (haul_condition_notify (f->condition, 1), ==, 1);
  haul_condition_release (f->condition);
  start_waiters (f, &later, 1, 0);
  peer_kill (first);
  peer_join (second);
  g_assert_cmpuint (f->board->n_done, ==, 1);
  g_object_unref (first);
  g_object_unref (second);

  notify (f, 1, 1);
  join_all (&later, 1);
}

/* The one who would have notified died with the lock. */
static void
test_holder_died (Fixture       *f,
                  gconstpointer  data G_GNUC_UNUSED)
{
  g_autoptr(GSubprocess) holder = NULL;
  g_autoptr(GError) error = NULL;
  GSubprocess *waiters[5];

  start_waiters (f, waiters, 5, 0);
  holder = start (f, "hold", 0);
  peer_wait_for (&f->board->n_ready, 6);
  peer_kill (holder);
  join_all (waiters, 5);
  g_assert_cmpuint (f->board->n_died, ==, 5);

  g_assert_false (haul_condition_acquire (f->condition, -1, NULL, &error));
  g_assert_error (error, HAUL_ERROR, HAUL_ERROR_OWNER_DIED);
  g_clear_error (&error);
  g_assert_true (haul_condition_recover (f->condition, -1, NULL, &error));
  g_assert_cmpuint (haul_condition_notify_all (f->condition), ==, 0);
  haul_condition_release (f->condition);

  start_waiters (f, waiters, 2, 0);
  notify (f, 2, 2);
  join_all (waiters, 2);
}

/* Two for one lock, each with those who wait for it. */
static void
test_two (Fixture       *f,
          gconstpointer  data G_GNUC_UNUSED)
{
  g_autoptr(GError) error = NULL;
  Fixture other = *f;
  GSubprocess *here, *there;

  other.condition = haul_condition_new (haul_condition_get_lock (f->condition), &error);
  g_assert_no_error (error);
  start_waiters (f, &here, 1, 0);
  start_waiters (&other, &there, 1, 0);
  notify (&other, G_MAXUINT, 1);
  join_all (&there, 1);
  notify (f, G_MAXUINT, 1);
  join_all (&here, 1);
  g_assert_finalize_object (other.condition);
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

  add ("/condition/alone", test_alone);
  g_test_add_func ("/condition/own-lock", test_own_lock);
  add ("/condition/counts", test_counts);
  add ("/condition/mixed", test_mixed);
  add ("/condition/handed-on", test_handed_on);
  add ("/condition/holder-died", test_holder_died);
  add ("/condition/two", test_two);

  return g_test_run ();
}
