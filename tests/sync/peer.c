/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "haul-test.h"
#include "peers.h"

#include "haul/haul.h"
#include "haul/wire/haul-shared-private.h"

/* A peer of tests/sync: peer KIND MODE N, with the board at fd 3 and the object from 4 on. */

typedef struct
{
  const char  *kind;
  const char  *mode;
  void       (*run)(HaulShareable *object,
                    PeerBoard     *board,
                    guint          n);
} Mode;

static void G_GNUC_NORETURN
wait_for_death (PeerBoard *board)
{
  (void) peer_add (&board->n_ready);
  for (;;)
    pause ();
}

/* The two kinds of lock have the same functions. */
static gboolean
lock_acquire (HaulShareable  *object,
              GError        **error)
{
  return HAUL_IS_LOCK (object) ? haul_lock_acquire (HAUL_LOCK (object), -1, NULL, error)
                               : haul_rlock_acquire (HAUL_RLOCK (object), -1, NULL, error);
}

static gboolean
lock_recover (HaulShareable  *object,
              GError        **error)
{
  return HAUL_IS_LOCK (object) ? haul_lock_recover (HAUL_LOCK (object), -1, NULL, error)
                               : haul_rlock_recover (HAUL_RLOCK (object), -1, NULL, error);
}

static void
lock_release (HaulShareable *object)
{
  if (HAUL_IS_LOCK (object))
    haul_lock_release (HAUL_LOCK (object));
  else
    haul_rlock_release (HAUL_RLOCK (object));
}

static void
lock_hold (HaulShareable *object,
           PeerBoard     *board,
           guint          n G_GNUC_UNUSED)
{
  g_autoptr(GError) error = NULL;

  if (!lock_acquire (object, &error))
    g_error ("%s", error->message);
  wait_for_death (board);
}

/* In a thread that ends while it has the lock; the process does not. */
static gpointer
thread_hold (gpointer object)
{
  g_autoptr(GError) error = NULL;

  if (!lock_acquire (object, &error))
    g_error ("%s", error->message);
  return NULL;
}

static void
lock_thread (HaulShareable *object,
             PeerBoard     *board,
             guint          n G_GNUC_UNUSED)
{
  g_thread_join (g_thread_new ("hold", thread_hold, object));
  wait_for_death (board);
}

/* Lets go of the lock while it has it. */
static void
lock_drop (HaulShareable *object,
           PeerBoard     *board,
           guint          n G_GNUC_UNUSED)
{
  g_autoptr(GError) error = NULL;

  if (!lock_acquire (object, &error))
    g_error ("%s", error->message);
  g_object_unref (object);
  wait_for_death (board);
}

/* Waits for what it will not get: its owner dies. */
static void
lock_wait (HaulShareable *object,
           PeerBoard     *board,
           guint          n G_GNUC_UNUSED)
{
  g_autoptr(GError) error = NULL;

  (void) peer_add (&board->n_ready);
  if (lock_acquire (object, &error))
    lock_release (object);
  else if (g_error_matches (error, HAUL_ERROR, HAUL_ERROR_OWNER_DIED))
    (void) peer_add (&board->n_died);
  else
    g_error ("%s", error->message);
}

static void
lock_count (HaulShareable *object,
            PeerBoard     *board,
            guint          n)
{
  for (guint i = 0; i < n; i++)
    {
      g_autoptr(GError) error = NULL;

      if (!lock_acquire (object, &error))
        g_error ("%s", error->message);
      board->first++;
      lock_release (object);
    }
}

/* Until it is killed, or told to end: changes two numbers that are the same for everybody else, and puts
 * right what somebody left behind. */
static void
lock_storm (HaulShareable *object,
            PeerBoard     *board,
            guint          n)
{
  (void) peer_add (&board->n_ready);
  while (!peer_get (&board->stop))
    {
      g_autoptr(GError) error = NULL;

      if (!lock_acquire (object, &error))
        {
          if (!g_error_matches (error, HAUL_ERROR, HAUL_ERROR_OWNER_DIED))
            g_error ("%s", error->message);
          (void) peer_add (&board->n_died);
          g_clear_error (&error);
          if (!lock_recover (object, &error))
            g_error ("%s", error->message);
          board->second = board->first;
        }
      peer_set (&board->holder, n);
      if (board->first != board->second)
        g_error ("%" G_GINT64_FORMAT " is not %" G_GINT64_FORMAT, board->first, board->second);
      board->first++;
      (void) peer_add (&board->n_done);
      board->second++;
      peer_set (&board->holder, 0);
      lock_release (object);
    }
}

/* What a wait came to. */
static void
count_outcome (PeerBoard    *board,
               gboolean      is_done,
               const GError *error)
{
  if (is_done)
    (void) peer_add (&board->n_done);
  else if (g_error_matches (error, HAUL_ERROR, HAUL_ERROR_OWNER_DIED)
           || g_error_matches (error, HAUL_ERROR, HAUL_ERROR_BROKEN))
    (void) peer_add (&board->n_died);
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    (void) peer_add (&board->n_late);
  else
    g_error ("%s", error->message);
}

static void
event_wait (HaulShareable *object,
            PeerBoard     *board,
            guint          n G_GNUC_UNUSED)
{
  g_autoptr(GError) error = NULL;
  gboolean is_done;

  (void) peer_add (&board->n_ready);
  is_done = haul_event_wait (HAUL_EVENT (object), -1, NULL, &error);
  count_outcome (board, is_done, error);
}

static void
event_set (HaulShareable *object,
           PeerBoard     *board,
           guint          n G_GNUC_UNUSED)
{
  haul_event_set (HAUL_EVENT (object));
  wait_for_death (board);
}

static void
semaphore_take (HaulShareable *object,
                PeerBoard     *board,
                guint          n)
{
  g_autoptr(GError) error = NULL;

  for (guint i = 0; i < n; i++)
    {
      if (!haul_semaphore_acquire (HAUL_SEMAPHORE (object), -1, NULL, &error))
        g_error ("%s", error->message);
    }
  wait_for_death (board);
}

static void
semaphore_give (HaulShareable *object,
                PeerBoard     *board G_GNUC_UNUSED,
                guint          n)
{
  g_autoptr(GError) error = NULL;

  for (guint i = 0; i < n; i++)
    {
      if (!haul_semaphore_release (HAUL_SEMAPHORE (object), &error))
        g_error ("%s", error->message);
    }
}

static void
semaphore_wait (HaulShareable *object,
                PeerBoard     *board,
                guint          n G_GNUC_UNUSED)
{
  g_autoptr(GError) error = NULL;
  gboolean is_done;

  (void) peer_add (&board->n_ready);
  is_done = haul_semaphore_acquire (HAUL_SEMAPHORE (object), -1, NULL, &error);
  count_outcome (board, is_done, error);
}

/* Counts how many are inside at a time. */
static void
semaphore_jobs (HaulShareable *object,
                PeerBoard     *board,
                guint          n)
{
  for (guint i = 0; i < n; i++)
    {
      g_autoptr(GError) error = NULL;
      guint32 n_inside, most = peer_get (&board->max_inside);

      if (!haul_semaphore_acquire (HAUL_SEMAPHORE (object), -1, NULL, &error))
        g_error ("%s", error->message);
      n_inside = peer_add (&board->n_inside);
      while (most < n_inside && !__atomic_compare_exchange_n (&board->max_inside, &most, n_inside, FALSE,
                                                              __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
        ;
      g_thread_yield ();
      (void) __atomic_sub_fetch (&board->n_inside, 1, __ATOMIC_SEQ_CST);
      (void) peer_add (&board->n_done);
      if (!haul_semaphore_release (HAUL_SEMAPHORE (object), &error))
        g_error ("%s", error->message);
    }
}

static void
semaphore_storm (HaulShareable *object,
                 PeerBoard     *board,
                 guint          n)
{
  HaulSemaphore *self = HAUL_SEMAPHORE (object);

  (void) peer_add (&board->n_ready);
  while (!peer_get (&board->stop))
    {
      g_autoptr(GError) error = NULL;
      gboolean has_it = haul_semaphore_acquire (self, -1, NULL, &error);

      peer_set (&board->holder, n);   /* one of them */
      count_outcome (board, has_it, error);
      g_clear_error (&error);
      if (!(has_it ? haul_semaphore_release (self, &error) : haul_semaphore_recover (self, -1, NULL, &error)))
        g_error ("%s", error->message);
    }
}

/* For as long as n, in ms, or without an end. */
static void
condition_wait (HaulShareable *object,
                PeerBoard     *board,
                guint          n)
{
  HaulCondition *self = HAUL_CONDITION (object);
  g_autoptr(GError) error = NULL;
  gboolean is_done;

  if (!haul_condition_acquire (self, -1, NULL, &error))
    g_error ("%s", error->message);
  (void) peer_add (&board->n_ready);
  is_done = haul_condition_wait (self, n > 0 ? (int) n : -1, NULL, &error);
  count_outcome (board, is_done, error);
  if (!g_error_matches (error, HAUL_ERROR, HAUL_ERROR_OWNER_DIED))
    haul_condition_release (self);
}

static void
condition_hold (HaulShareable *object,
                PeerBoard     *board,
                guint          n G_GNUC_UNUSED)
{
  g_autoptr(GError) error = NULL;

  if (!haul_condition_acquire (HAUL_CONDITION (object), -1, NULL, &error))
    g_error ("%s", error->message);
  wait_for_death (board);
}

/* Takes the lock, though it may have to be recovered. */
static void
condition_enter (HaulCondition *self,
                 PeerBoard     *board)
{
  g_autoptr(GError) error = NULL;

  if (haul_condition_acquire (self, -1, NULL, &error))
    return;
  count_outcome (board, FALSE, error);
  g_clear_error (&error);
  if (!haul_condition_recover (self, -1, NULL, &error))
    g_error ("%s", error->message);
}

/* Takes what there is to take: one at a time, of the board's first number. */
static void
condition_storm (HaulShareable *object,
                 PeerBoard     *board,
                 guint          n)
{
  HaulCondition *self = HAUL_CONDITION (object);

  (void) peer_add (&board->n_ready);
  condition_enter (self, board);
  while (!peer_get (&board->stop))
    {
      g_autoptr(GError) error = NULL;

      if (board->first > 0)
        {
          peer_set (&board->holder, n);
          board->first--;
          (void) peer_add (&board->n_done);
          haul_condition_release (self);   /* the others may have a turn */
          condition_enter (self, board);
        }
      else if (!haul_condition_wait (self, -1, NULL, &error))
        {
          count_outcome (board, FALSE, error);
          condition_enter (self, board);
        }
    }
  haul_condition_release (self);
}

static void
barrier_wait (HaulShareable *object,
              PeerBoard     *board,
              guint          n)
{
  g_autoptr(GError) error = NULL;
  int index;

  (void) peer_add (&board->n_ready);
  index = haul_barrier_wait (HAUL_BARRIER (object), n > 0 ? (int) n : -1, NULL, &error);
  count_outcome (board, index >= 0, error);
}

/* Nobody is ahead of the others by more than a round. */
static void
barrier_rounds (HaulShareable *object,
                PeerBoard     *board,
                guint          n)
{
  HaulBarrier *self = HAUL_BARRIER (object);
  guint n_parties = haul_barrier_get_n_parties (self);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr(GError) error = NULL;
      guint32 n_done;
      int index;

      (void) peer_add (&board->n_done);
      index = haul_barrier_wait (self, -1, NULL, &error);
      n_done = peer_get (&board->n_done);
      if (index < 0 || index >= (int) n_parties)
        g_error ("%d: %s", index, error != NULL ? error->message : "no such party");
      if (n_done < n_parties * (i + 1) || n_done > n_parties * (i + 2))
        g_error ("%u came by the end of round %u", n_done, i);
      if (index == 0)
        (void) peer_add (&board->n_zero);
    }
}

static void
barrier_storm (HaulShareable *object,
               PeerBoard     *board,
               guint          n G_GNUC_UNUSED)
{
  (void) peer_add (&board->n_ready);
  while (!peer_get (&board->stop))
    {
      g_autoptr(GError) error = NULL;
      int index = haul_barrier_wait (HAUL_BARRIER (object), -1, NULL, &error);

      count_outcome (board, index >= 0, error);
      g_clear_error (&error);
      if (haul_barrier_is_broken (HAUL_BARRIER (object)) && !haul_barrier_reset (HAUL_BARRIER (object), &error))
        g_error ("%s", error->message);
    }
}

/* Has it, and does nothing with it. */
static void
any_open (HaulShareable *object G_GNUC_UNUSED,
          PeerBoard     *board,
          guint          n G_GNUC_UNUSED)
{
  wait_for_death (board);
}

static void
any_close (HaulShareable *object,
           PeerBoard     *board,
           guint          n G_GNUC_UNUSED)
{
  g_object_unref (object);
  wait_for_death (board);
}

/* In the middle of changing it. */
static void
any_guard (HaulShareable *object,
           PeerBoard     *board,
           guint          n G_GNUC_UNUSED)
{
  if (!haul_shareable_enter (object, NULL, NULL))
    g_error ("no way into the guard");
  wait_for_death (board);
}

static const Mode modes[] = {
  { "lock",      "hold",   lock_hold },
  { "lock",      "thread", lock_thread },
  { "lock",      "drop",   lock_drop },
  { "lock",      "wait",   lock_wait },
  { "lock",      "count",  lock_count },
  { "lock",      "storm",  lock_storm },
  { "event",     "wait",   event_wait },
  { "event",     "set",    event_set },
  { "semaphore", "take",   semaphore_take },
  { "semaphore", "give",   semaphore_give },
  { "semaphore", "wait",   semaphore_wait },
  { "semaphore", "jobs",   semaphore_jobs },
  { "semaphore", "storm",  semaphore_storm },
  { "condition", "wait",   condition_wait },
  { "condition", "hold",   condition_hold },
  { "condition", "storm",  condition_storm },
  { "barrier",   "wait",   barrier_wait },
  { "barrier",   "rounds", barrier_rounds },
  { "barrier",   "storm",  barrier_storm },
  { "",          "open",   any_open },
  { "",          "close",  any_close },
  { "",          "guard",  any_guard },
};

int
main (int    argc,
      char **argv)
{
  const int fds[] = { 4, 5, 6, 7 };
  g_autoptr(GError) error = NULL;
  HaulShareable *object;
  PeerBoard *board;
  guint n_fds = 0;

  haul_test_follow_parent ();
  if (argc != 4)
    g_error ("Usage: %s KIND MODE N", argv[0]);
  while (n_fds < G_N_ELEMENTS (fds) && lseek (fds[n_fds], 0, SEEK_CUR) >= 0)
    n_fds++;
  board = haul_shared_map (3, sizeof *board, &error);
  object = board != NULL ? haul_shareable_new_for_fds (argv[1], fds, n_fds, &error) : NULL;
  if (object == NULL)
    g_error ("%s", error->message);

  for (guint i = 0; i < G_N_ELEMENTS (modes); i++)
    {
      if (g_str_has_suffix (argv[1], modes[i].kind) && g_str_equal (argv[2], modes[i].mode))
        {
          modes[i].run (object, board, atoi (argv[3]));
          g_object_unref (object);   /* it goes in peace */
          return 0;
        }
    }
  g_error ("a ‘%s’ has no mode ‘%s’", argv[1], argv[2]);
}
