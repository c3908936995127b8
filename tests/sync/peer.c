/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

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
            guint          n G_GNUC_UNUSED)
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
      if (board->first != board->second)
        g_error ("%" G_GINT64_FORMAT " is not %" G_GINT64_FORMAT, board->first, board->second);
      board->first++;
      (void) peer_add (&board->n_done);
      board->second++;
      lock_release (object);
    }
}

static const Mode modes[] = {
  { "lock",  "hold",   lock_hold },
  { "lock",  "thread", lock_thread },
  { "lock",  "drop",   lock_drop },
  { "lock",  "wait",   lock_wait },
  { "lock",  "count",  lock_count },
  { "lock",  "storm",  lock_storm },
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
          return 0;
        }
    }
  g_error ("a ‘%s’ has no mode ‘%s’", argv[1], argv[2]);
}
