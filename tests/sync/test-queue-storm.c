/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-test.h"
#include "peers.h"
#include "queue-test.h"

#include "haul/wire/haul-fd-private.h"

/* Producers and consumers are killed at random moments, and others take their place. Each item whose put
 * returned is taken once, but for those that a consumer had when it was killed, one at most; and what was lost
 * was counted. */

#define N_PRODUCERS 3
#define N_CONSUMERS 3
#define MAX_SIZE 20000
#define MAX_BYTES (256 * 1024)

typedef struct
{
  HaulQueue   *queue;
  QueueBoard  *board;
  int          fd;
  guint        n_begun;           /* producers, ever: each has a number of its own */
  guint        n_killed[2];       /* producers, consumers */
  GSubprocess *children[N_PRODUCERS + N_CONSUMERS];   /* (owned) producers first */
} Storm;

static gboolean
is_producer (guint index)
{
  return index < N_PRODUCERS;
}

static void
begin_child (Storm *storm,
             guint  index)
{
  g_clear_object (&storm->children[index]);
  storm->children[index] = is_producer (index)
                             ? queue_start (storm->queue, storm->fd, "produce", storm->n_begun++, QUEUE_N_ITEMS)
                             : queue_start (storm->queue, storm->fd, "consume-any", 0, 0);
}

/* Those that have put all that they may are replaced, as long as there are numbers for them. */
static void
replace_ended (Storm *storm,
               guint  n_numbers_needed)
{
  for (guint i = 0; i < N_PRODUCERS; i++)
    {
      if (g_subprocess_get_identifier (storm->children[i]) == NULL && storm->n_begun + n_numbers_needed < QUEUE_N_PRODUCERS)
        begin_child (storm, i);
    }
}

/* How many items were put: something is going on if it grows. */
static guint64
count_put (Storm *storm)
{
  guint64 n = 0;

  for (guint i = 0; i < storm->n_begun; i++)
    n += queue_get (&storm->board->n_put[i]);
  return n;
}

typedef struct
{
  Storm  *storm;
  guint64 n_put;
} Progress;

static gboolean
has_progressed (gpointer data)
{
  Progress *progress = data;
  gboolean is_over = TRUE;   /* there may be no numbers left for new ones */

  for (guint i = 0; i < N_PRODUCERS; i++)
    is_over &= g_subprocess_get_identifier (progress->storm->children[i]) == NULL;
  return is_over || count_put (progress->storm) > progress->n_put;
}

static void
kill_one (Storm *storm,
          GRand *chance)
{
  Progress progress = { storm, count_put (storm) };
  guint index = g_rand_int_range (chance, 0, G_N_ELEMENTS (storm->children));
  gint64 until = g_get_monotonic_time () + g_rand_int_range (chance, 0, 4000);

  haul_test_poll_until (has_progressed, &progress, HAUL_TEST_SOON_MS);
  while (g_get_monotonic_time () < until)
    ;   /* somewhere in what they do */
  peer_kill (storm->children[index]);
  storm->n_killed[is_producer (index) ? 0 : 1]++;
  begin_child (storm, index);
  g_assert_cmpuint (queue_memory (haul_shareable_get_fd (HAUL_SHAREABLE (storm->queue), 0)), <=, 2 * MAX_BYTES + (1 << 20));
}

/* The producers stop, the consumers take what is left. */
static void
end_all (Storm *storm)
{
  g_autoptr(GError) error = NULL;

  __atomic_store_n (&storm->board->stop, 1, __ATOMIC_SEQ_CST);
  for (guint i = 0; i < N_PRODUCERS; i++)
    peer_join (storm->children[i]);
  haul_queue_close (storm->queue);
  g_assert_true (haul_queue_join (storm->queue, HAUL_TEST_SOON_MS, NULL, &error));
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (storm->children); i++)
    {
      peer_join (storm->children[i]);
      g_clear_object (&storm->children[i]);
    }
}

static void
check_items (Storm *storm)
{
  guint64 n_missing = 0, n_lost = haul_queue_get_n_lost (storm->queue);
  guint64 n_abandoned = haul_queue_get_n_abandoned (storm->queue);

  g_assert_cmpuint (storm->board->n_wrong, ==, 0);
  for (guint i = 0; i < storm->n_begun; i++)
    {
      guint32 n_put = storm->board->n_put[i];

      for (guint j = 0; j < QUEUE_N_ITEMS; j++)
        {
          g_assert_cmpuint (storm->board->taken[i][j], <=, j <= n_put ? 1 : 0);
          n_missing += j < n_put && storm->board->taken[i][j] == 0;
        }
    }
  g_test_message ("%u producers and %u consumers killed, of %" G_GUINT64_FORMAT " items %" G_GUINT64_FORMAT
                  " lost in being put, %" G_GUINT64_FORMAT " abandoned, %" G_GUINT64_FORMAT " not seen",
                  storm->n_killed[0], storm->n_killed[1], count_put (storm), n_lost, n_abandoned, n_missing);
  g_assert_cmpuint (n_lost, <=, storm->n_killed[0]);
  g_assert_cmpuint (n_abandoned, <=, storm->n_killed[1]);
  g_assert_cmpuint (n_missing, <=, n_abandoned);
}

static void
test_storm (void)
{
  Storm storm = { 0 };
  guint n_kills = g_test_slow () ? 1000 : HAUL_TEST_SANITIZED ? 25 : 100;
  guint32 seed = g_test_rand_int ();
  GRand *chance = g_rand_new_with_seed (seed);
  g_autoptr(GError) error = NULL;

  haul_test_begin ();
  g_test_message ("the seed is %u", seed);
  storm.queue = haul_queue_new (0, MAX_BYTES, &error);
  g_assert_no_error (error);
  storm.board = queue_board_new (&storm.fd);
  storm.board->max_size = MAX_SIZE;
  for (guint i = 0; i < G_N_ELEMENTS (storm.children); i++)
    begin_child (&storm, i);

  for (guint i = 0; i < n_kills; i++)
    {
      haul_test_keep_alive ();
      replace_ended (&storm, n_kills - i);
      kill_one (&storm, chance);
    }
  end_all (&storm);
  check_items (&storm);

  g_assert_finalize_object (storm.queue);
  queue_board_free (storm.board, storm.fd);
  g_rand_free (chance);
  haul_test_assert_clean ();
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);
  /* Who looks for leaks traces itself, and GLib 2.74 never collects who is killed while it is traced. */
  g_setenv ("LSAN_OPTIONS", "detect_leaks=0", TRUE);

  g_test_add_func ("/queue/storm", test_storm);

  return g_test_run ();
}
