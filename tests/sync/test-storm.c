/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <stdlib.h>

#include "haul-test.h"
#include "peers.h"

#include "haul/haul.h"

/* Processes work with something that they share, and one after the other is killed, at any moment. Nobody hangs,
 * and what they all rely on holds: the peers check that while they work, and the test at the end. GTest prints
 * the seed, and takes one: --seed. */

#define N_PEERS 5
#define N_UNITS 2

static guint
count_kills (void)
{
  return g_test_slow () ? 1000 : 40;
}

typedef struct
{
  PeerBoard     *board;
  int            board_fd;
  HaulShareable *object;   /* (owned) */
  GSubprocess   *peers[N_PEERS];
} Storm;

static void
start_one (Storm *storm,
           guint  i)
{
  storm->peers[i] = peer_start (storm->object, storm->board_fd, "storm", i + 1);
}

/* @object: (transfer full) */
static Storm *
storm_new (HaulShareable *object)
{
  Storm *storm = g_new0 (Storm, 1);

  g_assert_nonnull (object);
  storm->object = object;
  storm->board = peer_board_new (&storm->board_fd);
  for (guint i = 0; i < N_PEERS; i++)
    start_one (storm, i);
  return storm;
}

static void
wait_for_progress (Storm *storm,
                   guint  n)
{
  peer_wait_for (&storm->board->n_done, peer_get (&storm->board->n_done) + n);
  haul_test_keep_alive ();
}

/* At some time in the next third of a millisecond; every other time, who has it then. */
static void
kill_one (Storm *storm)
{
  guint i = g_test_rand_int_range (0, 2 * N_PEERS);
  guint holder;
  gint64 until = g_get_monotonic_time () + g_test_rand_int_range (0, 300);

  while (g_get_monotonic_time () < until)
    ;
  holder = peer_get (&storm->board->holder);
  if (i >= N_PEERS)
    i = holder > 0 ? holder - 1 : i - N_PEERS;
  peer_kill (storm->peers[i]);
  g_object_unref (storm->peers[i]);
  start_one (storm, i);
}

static void
rage (Storm *storm)
{
  for (guint i = 0; i < count_kills (); i++)
    {
      wait_for_progress (storm, g_test_rand_int_range (1, 50));
      kill_one (storm);
    }
  wait_for_progress (storm, 200);   /* they work as if nothing had been */
}

/* After @storm->board->stop: they end by themselves, and well. */
static void
storm_free (Storm *storm)
{
  for (guint i = 0; i < N_PEERS; i++)
    {
      peer_join (storm->peers[i]);
      g_object_unref (storm->peers[i]);
    }
  g_test_message ("%u times something was done, %u times somebody was told of a death", storm->board->n_done,
                  storm->board->n_died);
  peer_board_free (storm->board, storm->board_fd);
  g_assert_finalize_object (storm->object);
  g_free (storm);
}

/* What is held nearly all the time, as a lock is here, must have been held by some of those who were killed. Whether
 * others were at it in the moment of their death is chance. */
static void
assert_storm (Storm *storm)
{
  if (g_test_slow ())
    g_assert_cmpuint (storm->board->n_died, >, 0);
}

static void
stop (Storm *storm)
{
  peer_set (&storm->board->stop, TRUE);
}

static void
test_lock (void)
{
  Storm *storm = storm_new (HAUL_SHAREABLE (haul_lock_new (NULL)));

  rage (storm);
  stop (storm);
  assert_storm (storm);
  storm_free (storm);
}

static void
test_rlock (void)
{
  Storm *storm = storm_new (HAUL_SHAREABLE (haul_rlock_new (NULL)));

  rage (storm);
  stop (storm);
  assert_storm (storm);
  storm_free (storm);
}

/* No unit is lost, and none is won. */
static void
test_semaphore (void)
{
  g_autoptr(GError) error = NULL;
  HaulSemaphore *semaphore = haul_semaphore_new (N_UNITS, TRUE, &error);
  Storm *storm = storm_new (HAUL_SHAREABLE (semaphore));

  rage (storm);
  stop (storm);
  for (guint i = 0; i < N_PEERS; i++)
    peer_join (storm->peers[i]);
  g_assert_true (haul_semaphore_recover (semaphore, -1, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (haul_semaphore_get_value (semaphore), ==, N_UNITS);
  storm_free (storm);
}

static gboolean
is_taken (gpointer data)
{
  PeerBoard *board = data;

  return __atomic_load_n (&board->first, __ATOMIC_SEQ_CST) == 0;
}

static void
enter (HaulCondition *condition)
{
  g_autoptr(GError) error = NULL;

  if (!haul_condition_acquire (condition, -1, NULL, &error))
    {
      g_assert_error (error, HAUL_ERROR, HAUL_ERROR_OWNER_DIED);
      g_clear_error (&error);
      g_assert_true (haul_condition_recover (condition, -1, NULL, &error));
    }
}

/* Everything that is put there is taken, though only one or two are told, and may be killed before they come to it. */
static void
test_condition (void)
{
  HaulCondition *condition = haul_condition_new (NULL, NULL);
  Storm *storm = storm_new (HAUL_SHAREABLE (condition));

  for (guint i = 0; i < count_kills (); i++)
    {
      enter (condition);
      storm->board->first += g_test_rand_int_range (1, 1000);
      (void) haul_condition_notify (condition, g_test_rand_int_range (1, 3));
      haul_condition_release (condition);
      kill_one (storm);
      haul_test_poll_until (is_taken, storm->board, HAUL_TEST_SOON_MS);
      haul_test_keep_alive ();
    }
  stop (storm);
  enter (condition);
  (void) haul_condition_notify_all (condition);
  haul_condition_release (condition);
  storm_free (storm);
}

static gboolean
have_ended (gpointer data)
{
  Storm *storm = data;

  for (guint i = 0; i < N_PEERS; i++)
    {
      const char *pid = g_subprocess_get_identifier (storm->peers[i]);

      if (pid != NULL && !haul_test_process_gone (GINT_TO_POINTER (atoi (pid))))
        return !haul_barrier_abort (HAUL_BARRIER (storm->object), NULL);
    }
  return TRUE;
}

static void
test_barrier (void)
{
  Storm *storm = storm_new (HAUL_SHAREABLE (haul_barrier_new (N_PEERS, NULL)));

  rage (storm);
  stop (storm);
  haul_test_poll_until (have_ended, storm, HAUL_TEST_SOON_MS);   /* some may wait for others that ended */
  storm_free (storm);
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);
  /* Who looks for leaks traces itself, and GLib 2.74 never collects who is killed while it is traced. */
  g_setenv ("LSAN_OPTIONS", "detect_leaks=0", TRUE);

  g_test_add_func ("/storm/lock", test_lock);
  g_test_add_func ("/storm/rlock", test_rlock);
  g_test_add_func ("/storm/semaphore", test_semaphore);
  g_test_add_func ("/storm/condition", test_condition);
  g_test_add_func ("/storm/barrier", test_barrier);

  return g_test_run ();
}
