/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

/* What processes wait for each other with, beside Python's multiprocessing: taken by one that is alone, and passed
 * between two processes. All in turns, in one run; medians. The other process is this program again. */

#include "config.h"

#include <haul/haul.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "bench-pool-peers.h"

#include "haul/sync/haul-shareable-private.h"
#include "haul/wire/haul-fd-private.h"
#include "haul/wire/haul-shared-private.h"

#define WATCHDOG_S 280
#define TURN_FD    3
#define FIRST_FD   4
#define WARM_UP    100
#define ARRAY_LENGTH 1000

typedef struct
{
  guint32 turn;    /* whose it is, with the condition's lock */
  gint64  count;   /* with the lock */
} Turn;

typedef HaulShareable *Pair[2];   /* the second may be NULL */

typedef struct
{
  const char *name;      /* also of the function in sync_peers.py */
  const char *title;
  guint       n;         /* rounds, ours */
  guint       n_peer;    /* and Python's */
  void      (*make)(Pair pair);
  void      (*run)(Pair   pair,
                   Turn  *turn,
                   guint  side,
                   guint  n);
  gboolean    is_alone;
} Row;

static void
make_lock (Pair pair)
{
  pair[0] = HAUL_SHAREABLE (haul_lock_new (NULL));
}

static void
make_rlock (Pair pair)
{
  pair[0] = HAUL_SHAREABLE (haul_rlock_new (NULL));
}

static void
make_value (Pair pair)
{
  pair[0] = HAUL_SHAREABLE (haul_value_new ("x", NULL));
}

static void
make_array (Pair pair)
{
  pair[0] = HAUL_SHAREABLE (haul_array_new ("x", ARRAY_LENGTH, NULL));
}

static void
make_semaphore (Pair pair)
{
  pair[0] = HAUL_SHAREABLE (haul_semaphore_new (1, FALSE, NULL));
}

static void
make_semaphores (Pair pair)
{
  pair[0] = HAUL_SHAREABLE (haul_semaphore_new (0, FALSE, NULL));
  pair[1] = HAUL_SHAREABLE (haul_semaphore_new (0, FALSE, NULL));
}

static void
make_events (Pair pair)
{
  pair[0] = HAUL_SHAREABLE (haul_event_new (NULL));
  pair[1] = HAUL_SHAREABLE (haul_event_new (NULL));
}

static void
make_condition (Pair pair)
{
  pair[0] = HAUL_SHAREABLE (haul_condition_new (NULL, NULL));
}

static void
make_barrier (Pair pair)
{
  pair[0] = HAUL_SHAREABLE (haul_barrier_new (2, NULL));
}

static void
run_lock (Pair   pair,
          Turn  *turn,
          guint  side,
          guint  n)
{
  for (guint i = 0; i < n; i++)
    {
      bench_must (haul_lock_acquire (HAUL_LOCK (pair[0]), -1, NULL, NULL), "a lock");
      turn->count++;
      haul_lock_release (HAUL_LOCK (pair[0]));
    }
}

/* Both at once; a round is over when each has had it. */
static void
run_fight (Pair   pair,
           Turn  *turn,
           guint  side,
           guint  n)
{
  gint64 end = (n == WARM_UP ? 0 : 2 * WARM_UP) + 2 * n;

  run_lock (pair, turn, side, n);
  while (__atomic_load_n (&turn->count, __ATOMIC_SEQ_CST) < end)
    g_thread_yield ();
}

static void
run_rlock (Pair   pair,
           Turn  *turn,
           guint  side,
           guint  n)
{
  for (guint i = 0; i < n; i++)
    {
      bench_must (haul_rlock_acquire (HAUL_RLOCK (pair[0]), -1, NULL, NULL), "a lock");
      turn->count++;
      haul_rlock_release (HAUL_RLOCK (pair[0]));
    }
}

static void
run_semaphore (Pair   pair,
               Turn  *turn,
               guint  side,
               guint  n)
{
  for (guint i = 0; i < n; i++)
    bench_must (haul_semaphore_acquire (HAUL_SEMAPHORE (pair[0]), -1, NULL, NULL)
                && haul_semaphore_release (HAUL_SEMAPHORE (pair[0]), NULL), "a semaphore");
}

static void
run_semaphores (Pair   pair,
                Turn  *turn,
                guint  side,
                guint  n)
{
  HaulSemaphore *here = HAUL_SEMAPHORE (pair[side]), *there = HAUL_SEMAPHORE (pair[!side]);

  for (guint i = 0; i < n; i++)
    {
      if (side == 0)
        bench_must (haul_semaphore_release (there, NULL), "a semaphore");
      bench_must (haul_semaphore_acquire (here, -1, NULL, NULL), "a semaphore");
      if (side == 1)
        bench_must (haul_semaphore_release (there, NULL), "a semaphore");
    }
}

static void
run_events (Pair   pair,
            Turn  *turn,
            guint  side,
            guint  n)
{
  HaulEvent *here = HAUL_EVENT (pair[side]), *there = HAUL_EVENT (pair[!side]);

  for (guint i = 0; i < n; i++)
    {
      if (side == 0)
        haul_event_set (there);
      bench_must (haul_event_wait (here, -1, NULL, NULL), "an event");
      haul_event_clear (here);
      if (side == 1)
        haul_event_set (there);
    }
}

static void
run_condition (Pair   pair,
               Turn  *turn,
               guint  side,
               guint  n)
{
  HaulCondition *condition = HAUL_CONDITION (pair[0]);

  bench_must (haul_condition_acquire (condition, -1, NULL, NULL), "a condition");
  for (guint i = 0; i < n; i++)
    {
      while (turn->turn != side)
        bench_must (haul_condition_wait (condition, -1, NULL, NULL), "a condition");
      turn->turn = !side;
      (void) haul_condition_notify (condition, 1);
    }
  haul_condition_release (condition);
}

static void
run_barrier (Pair   pair,
             Turn  *turn,
             guint  side,
             guint  n)
{
  for (guint i = 0; i < n; i++)
    bench_must (haul_barrier_wait (HAUL_BARRIER (pair[0]), -1, NULL, NULL) >= 0, "a barrier");
}

static void
run_value (Pair   pair,
           Turn  *turn G_GNUC_UNUSED,
           guint  side G_GNUC_UNUSED,
           guint  n)
{
  HaulValue *value = HAUL_VALUE (pair[0]);
  HaulRLock *lock = haul_value_get_lock (value);

  for (guint i = 0; i < n; i++)
    {
      bench_must (haul_rlock_acquire (lock, -1, NULL, NULL), "a value");
      haul_value_set_int64 (value, haul_value_get_int64 (value) + 1);
      haul_rlock_release (lock);
    }
}

static void
run_array (Pair   pair,
           Turn  *turn G_GNUC_UNUSED,
           guint  side G_GNUC_UNUSED,
           guint  n)
{
  HaulArray *array = HAUL_ARRAY (pair[0]);
  HaulRLock *lock = haul_array_get_lock (array);

  for (guint i = 0; i < n; i++)
    {
      gsize index = i % ARRAY_LENGTH;

      bench_must (haul_rlock_acquire (lock, -1, NULL, NULL), "an array");
      haul_array_set_int64 (array, index, haul_array_get_int64 (array, index) + 1);
      haul_rlock_release (lock);
    }
}

static const Row rows[] = {
  { "lock",       "Lock, alone: acquire, release",        2000000, 200000, make_lock,       run_lock,       TRUE },
  { "rlock",      "RLock, alone: acquire, release",       2000000, 200000, make_rlock,      run_rlock,      TRUE },
  { "semaphore",  "Semaphore, alone: acquire, release",   1000000, 200000, make_semaphore,  run_semaphore,  TRUE },
  { "value",      "Value, alone: with its lock, += 1",    2000000, 100000, make_value,      run_value,      TRUE },
  { "array",      "Array, alone: with its lock, [i] += 1", 2000000, 100000, make_array,     run_array,      TRUE },
  { "contended",  "Lock, two at it: each has it once",    200000,  20000,  make_lock,       run_fight,      FALSE },
  { "semaphores", "Semaphore: there and back",            5000,    2000,   make_semaphores, run_semaphores, FALSE },
  { "events",     "Event: there and back",                5000,    2000,   make_events,     run_events,     FALSE },
  { "condition",  "Condition: there and back",            5000,    2000,   make_condition,  run_condition,  FALSE },
  { "barrier",    "Barrier of two: a round",              5000,    2000,   make_barrier,    run_barrier,    FALSE },
};

static GSubprocess *
start_other (const Row *row,
             Pair       pair,
             int        turn_fd)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  g_autoptr(GError) error = NULL;
  GSubprocess *other;
  int target = FIRST_FD;

  g_subprocess_launcher_take_fd (launcher, dup (turn_fd), TURN_FD);
  for (guint i = 0; i < 2 && pair[i] != NULL; i++)
    {
      for (guint j = 0; j < haul_shareable_get_n_fds (pair[i]); j++)
        g_subprocess_launcher_take_fd (launcher, dup (haul_shareable_get_fd (pair[i], j)), target++);
    }
  other = g_subprocess_launcher_spawn (launcher, &error, self, "--other", row->name, NULL);
  if (other == NULL)
    g_error ("%s", error->message);
  return other;
}

static int
other_main (const char *name)
{
  g_autoptr(GError) error = NULL;
  Turn *turn = haul_shared_map (TURN_FD, sizeof *turn, &error);
  int fds[] = { FIRST_FD, FIRST_FD + 1 };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      Pair pattern = { NULL }, pair = { NULL };

      if (!g_str_equal (rows[i].name, name))
        continue;
      rows[i].make (pattern);   /* of what kinds they are */
      pair[0] = haul_shareable_new_for_fds (haul_shareable_get_kind (pattern[0]), fds, haul_shareable_get_n_fds (pattern[0]),
                                            &error);
      if (pair[0] != NULL && pattern[1] != NULL)
        pair[1] = haul_shareable_new_for_fds (haul_shareable_get_kind (pattern[1]), fds + 1, 1, &error);
      if (turn == NULL || error != NULL)
        g_error ("%s", error->message);
      rows[i].run (pair, turn, 1, WARM_UP);
      rows[i].run (pair, turn, 1, rows[i].n);
      for (guint j = 0; j < 2; j++)
        {
          g_clear_object (&pattern[j]);
          g_clear_object (&pair[j]);
        }
    }
  return 0;
}

/* Of what is done alone, only the time of this thread counts: who waits for a CPU does not wait for a lock. */
static double
now (const Row *row)
{
  struct timespec time;

  clock_gettime (row->is_alone ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

/* Seconds for a round. */
static double
measure (const Row *row)
{
  haul_autofd int turn_fd = haul_shared_new (sizeof (Turn), NULL);
  Turn *turn = haul_shared_map (turn_fd, sizeof *turn, NULL);
  g_autoptr(GSubprocess) other = NULL;
  Pair pair = { NULL };
  double begun, took;

  bench_must (turn != NULL, "shared memory");
  row->make (pair);
  bench_must (pair[0] != NULL, row->name);
  if (!row->is_alone)
    other = start_other (row, pair, turn_fd);
  row->run (pair, turn, 0, WARM_UP);

  begun = now (row);
  row->run (pair, turn, 0, row->n);
  took = now (row) - begun;
  if (other != NULL)
    bench_must (g_subprocess_wait_check (other, NULL, NULL), "the other process");
  g_clear_object (&pair[0]);
  g_clear_object (&pair[1]);
  haul_shared_unmap (turn, sizeof *turn);
  return took / row->n;
}

static void
bench_row (const Row *row,
           Peers     *peers)
{
  double ours[BENCH_ROUNDS], theirs[BENCH_ROUNDS];
  double our_median, their_median;

  for (guint i = 0; i < BENCH_ROUNDS; i++)
    {
      ours[i] = measure (row);
      theirs[i] = peers_ask (peers, row->name, row->n_peer) / row->n_peer;
    }
  our_median = bench_median (ours, BENCH_ROUNDS);
  their_median = bench_median (theirs, BENCH_ROUNDS);
  g_print ("%-36s %10.0f ns", row->title, our_median * 1e9);
  if (their_median >= 0)
    g_print (", multiprocessing %10.0f ns: %6.1f times as long", their_median * 1e9, their_median / our_median);
  g_print ("\n");
}

int
main (int    argc,
      char **argv)
{
  Peers peers = { NULL };

  alarm (WATCHDOG_S);
  if (argc == 3 && g_str_equal (argv[1], "--other"))
    return other_main (argv[2]);

  setlocale (LC_ALL, "");
  (void) signal (SIGPIPE, SIG_IGN);
  peers_start (&peers, argc > 1 ? argv[1] : NULL);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      if (argc < 3 || g_strv_contains ((const char * const *) argv + 2, rows[i].name))
        bench_row (&rows[i], &peers);
    }
  peers_end (&peers);
  return 0;
}
