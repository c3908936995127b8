/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "haul-test.h"
#include "peers.h"

#include "haul/sync/haul-pipe-private.h"
#include "haul/wire/haul-error.h"

/* A pipe in a main loop. */

#define BEAT_MS 5

typedef struct
{
  HaulPipe *first;
  HaulPipe *second;
  guint     beat_id;
  gint64    last_beat;
  double    last_wait;   /* ms that this thread had to wait for a CPU */
  double    longest;     /* ms between two beats that the machine is not to blame for */
} Fixture;

/* What may pass between two beats. Where much more wants to run than can, the time for which the machine was
 * to blame is not known to the ms. */
static double
allowed_ms (void)
{
  double load = 0;

  return getloadavg (&load, 1) == 1 && load > 2 * g_get_num_processors () ? 150 : 50;
}

static gboolean
beat_cb (gpointer data)
{
  Fixture *fixture = data;
  gint64 now = g_get_monotonic_time ();
  double waited = haul_test_cpu_wait ();
  double gap = (now - fixture->last_beat) / 1e3 - (waited - fixture->last_wait) - BEAT_MS;

  fixture->longest = MAX (fixture->longest, gap);
  fixture->last_beat = now;
  fixture->last_wait = waited;
  return G_SOURCE_CONTINUE;
}

/* What the test itself has done until now is not held against the loop. */
static void
beat_anew (Fixture *fixture)
{
  fixture->last_beat = g_get_monotonic_time ();
  fixture->last_wait = haul_test_cpu_wait ();
}

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  g_autoptr(GError) error = NULL;

  haul_test_begin ();
  g_assert_true (haul_pipe_new (GPOINTER_TO_INT (data), &fixture->first, &fixture->second, &error));
  g_assert_no_error (error);
  beat_anew (fixture);
  fixture->beat_id = g_timeout_add (BEAT_MS, beat_cb, fixture);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data G_GNUC_UNUSED)
{
  g_source_remove (fixture->beat_id);
  g_test_message ("the loop was held up for %.1f ms at most", fixture->longest);
  if (!HAUL_TEST_SANITIZED)
    g_assert_cmpfloat (fixture->longest, <, allowed_ms ());
  g_assert_finalize_object (fixture->first);
  g_assert_finalize_object (fixture->second);
  haul_test_assert_clean ();
}

static void
store_result_cb (GObject      *source G_GNUC_UNUSED,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  GAsyncResult **place = user_data;

  *place = g_object_ref (result);
}

static gboolean
is_set (gpointer data)
{
  return *(gpointer *) data != NULL;
}

/* Both take @result. */
static void
assert_sent (HaulPipe      *end,
             GAsyncResult **result,
             GQuark         domain,
             int            code)
{
  g_autoptr(GError) error = NULL;
  gboolean success;

  haul_test_run_until (is_set, result, HAUL_TEST_SOON_MS);
  success = haul_pipe_send_finish (end, *result, &error);
  if (domain != 0)
    g_assert_error (error, domain, code);
  else
    g_assert_no_error (error);
  g_assert_true (success == (domain == 0));
  g_clear_object (result);
}

static void
assert_received (HaulPipe      *end,
                 GAsyncResult **result,
                 GBytes        *expected,
                 GQuark         domain,
                 int            code)
{
  g_autoptr(GBytes) message = NULL;
  g_autoptr(GError) error = NULL;

  haul_test_run_until (is_set, result, HAUL_TEST_SOON_MS);
  message = haul_pipe_receive_finish (end, *result, &error);
  if (expected != NULL)
    g_assert_true (message != NULL && g_bytes_equal (message, expected));
  else
    g_assert_error (error, domain, code);
  g_clear_object (result);
}

/* Both ends in one loop, and messages that a pipe does not hold. */
static void
test_order (Fixture      *fixture,
            gconstpointer data G_GNUC_UNUSED)
{
  static const gsize sizes[] = { 0, 1, 65537, 0, 3 << 20, 10000000, 7 };
  GAsyncResult *sent[G_N_ELEMENTS (sizes)] = { NULL }, *received[G_N_ELEMENTS (sizes)] = { NULL };
  GBytes *messages[G_N_ELEMENTS (sizes)];

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      messages[i] = g_bytes_new_take (memset (g_malloc (sizes[i] + 1), i + 1, sizes[i]), sizes[i]);
      haul_pipe_receive_async (fixture->first, -1, NULL, store_result_cb, &received[i]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    haul_pipe_send_async (fixture->second, messages[i], -1, NULL, store_result_cb, &sent[i]);
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      beat_anew (fixture);
      assert_sent (fixture->second, &sent[i], 0, 0);
      beat_anew (fixture);
      assert_received (fixture->first, &received[i], messages[i], 0, 0);
      g_bytes_unref (messages[i]);
    }
}

static void
test_times (Fixture      *fixture,
            gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr(GBytes) message = g_bytes_new ("message", 7);
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  GAsyncResult *results[3] = { NULL };
  g_autoptr(GError) error = NULL;

  haul_pipe_receive_async (fixture->first, 0, NULL, store_result_cb, &results[0]);
  assert_received (fixture->first, &results[0], NULL, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
  haul_pipe_receive_async (fixture->first, -1, NULL, store_result_cb, &results[0]);
  haul_pipe_receive_async (fixture->first, 0, NULL, store_result_cb, &results[1]);
  assert_received (fixture->first, &results[1], NULL, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
  g_assert_null (results[0]);
  haul_pipe_receive_async (fixture->first, 30, NULL, store_result_cb, &results[1]);
  haul_pipe_receive_async (fixture->first, -1, cancellable, store_result_cb, &results[2]);
  assert_received (fixture->first, &results[1], NULL, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_cancellable_cancel (cancellable);
  assert_received (fixture->first, &results[2], NULL, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  /* The end is in use. */
  g_assert_null (haul_pipe_receive (fixture->first, -1, NULL, &error));
  g_assert_error (error, HAUL_ERROR, HAUL_ERROR_NOT_POSSIBLE);
  g_assert_null (results[0]);
  g_assert_true (haul_pipe_send (fixture->second, message, 0, NULL, NULL));
  assert_received (fixture->first, &results[0], message, 0, 0);
}

static void
test_broken_off (Fixture      *fixture,
                 gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr(GBytes) message = g_bytes_new_take (g_malloc0 (8 << 20), 8 << 20);
  GAsyncResult *sent = NULL, *received = NULL;

  beat_anew (fixture);
  haul_pipe_send_async (fixture->second, message, 30, NULL, store_result_cb, &sent);
  assert_sent (fixture->second, &sent, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  haul_pipe_receive_async (fixture->first, -1, NULL, store_result_cb, &received);
  assert_received (fixture->first, &received, NULL, HAUL_ERROR, HAUL_ERROR_PROTOCOL);
}

static void
test_closed (Fixture      *fixture,
             gconstpointer data G_GNUC_UNUSED)
{
  GAsyncResult *ours = NULL, *theirs = NULL;

  haul_pipe_receive_async (fixture->first, -1, NULL, store_result_cb, &ours);
  haul_pipe_close (fixture->second);
  assert_received (fixture->first, &ours, NULL, HAUL_ERROR, HAUL_ERROR_CLOSED);

  haul_pipe_receive_async (fixture->first, -1, NULL, store_result_cb, &theirs);
  haul_pipe_close (fixture->first);
  assert_received (fixture->first, &theirs, NULL, HAUL_ERROR, HAUL_ERROR_CLOSED);
}

/* More than a pipe holds, from a child that does nothing else. */
static void
test_sent_and_gone (Fixture      *fixture,
                    gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  g_autoptr(GBytes) message = g_bytes_new_take (memset (g_malloc (10000000), 'x', 10000000), 10000000);
  g_autoptr(GSubprocess) child = NULL;
  g_autoptr(GError) error = NULL;
  GAsyncResult *received = NULL;

  g_subprocess_launcher_take_fd (launcher, dup (haul_pipe_get_fd (fixture->second)), 3);
  child = g_subprocess_launcher_spawn (launcher, &error, g_getenv ("HAUL_TEST_PIPE_CHILD"), "send", "10000000", NULL);
  g_assert_no_error (error);
  g_clear_object (&launcher);   /* which has it, too */
  haul_pipe_close (fixture->second);
  haul_pipe_receive_async (fixture->first, -1, NULL, store_result_cb, &received);
  beat_anew (fixture);
  assert_received (fixture->first, &received, message, 0, 0);
  beat_anew (fixture);
  haul_pipe_receive_async (fixture->first, -1, NULL, store_result_cb, &received);
  assert_received (fixture->first, &received, NULL, HAUL_ERROR, HAUL_ERROR_CLOSED);
  peer_join (child);
  fixture->last_beat = g_get_monotonic_time ();
}

/* Somebody cancels in another thread, while the loop is just about to wait again. */

#define N_WAITING 1000
#define N_ROUNDS  10000

typedef struct
{
  GCancellable *cancellables[N_WAITING + N_ROUNDS];   /* (owned) */
  GAsyncResult *results[N_WAITING + N_ROUNDS];        /* (owned) */
  gint          round;                                /* atomic: which of them may be cancelled now */
} Race;

static gpointer
cancel_in_turn (gpointer data)
{
  Race *race = data;

  for (gint i = 0; i < N_ROUNDS; i++)
    {
      while (g_atomic_int_get (&race->round) <= i)
        g_thread_yield ();
      for (volatile gint spin = g_random_int_range (0, 20000); spin > 0; spin--)
        ;
      g_cancellable_cancel (race->cancellables[i]);
    }
  return NULL;
}

static void
begin_next (Fixture *fixture,
            Race    *race,
            guint    i)
{
  race->cancellables[i] = g_cancellable_new ();
  haul_pipe_receive_async (fixture->first, -1, race->cancellables[i], store_result_cb, &race->results[i]);
}

static void
test_cancelled_meanwhile (Fixture      *fixture,
                          gconstpointer data G_GNUC_UNUSED)
{
  g_autofree Race *race = g_new0 (Race, 1);
  GThread *thread = g_thread_new ("cancels", cancel_in_turn, race);

  g_test_summary ("A cancel from another thread is heard, also while the loop makes ready to wait");

  for (guint i = 0; i < N_WAITING; i++)
    begin_next (fixture, race, i);
  for (guint i = 0; i < N_ROUNDS; i++)
    {
      begin_next (fixture, race, N_WAITING + i);   /* which has the loop go round */
      g_atomic_int_set (&race->round, i + 1);
      assert_received (fixture->first, &race->results[i], NULL, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    }
  (void) g_thread_join (thread);   /* until then it may still be in one of them */

  haul_pipe_close (fixture->first);
  for (guint i = N_ROUNDS; i < N_WAITING + N_ROUNDS; i++)
    assert_received (fixture->first, &race->results[i], NULL, HAUL_ERROR, HAUL_ERROR_CLOSED);
  for (guint i = 0; i < N_WAITING + N_ROUNDS; i++)
    g_clear_object (&race->cancellables[i]);

  /* Whoever ends what is just being cancelled waits for the thread that does it, which may have no CPU. */
  beat_anew (fixture);
  fixture->longest = 0;
}

#define add(name, duplex, function) \
  g_test_add ("/pipe-loop/" name, Fixture, GINT_TO_POINTER (duplex), set_up, function, tear_down)

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);

  add ("order", FALSE, test_order);
  add ("order-duplex", TRUE, test_order);
  add ("times", FALSE, test_times);
  add ("broken-off", FALSE, test_broken_off);
  add ("broken-off-duplex", TRUE, test_broken_off);
  add ("closed", TRUE, test_closed);
  add ("cancelled-meanwhile", TRUE, test_cancelled_meanwhile);
  add ("sent-and-gone", FALSE, test_sent_and_gone);

  return g_test_run ();
}
