/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "haul-test.h"

#include "haul/wire/haul-fd-private.h"
#include "haul/wire/haul-shared-private.h"

static void
test_sealed (void)
{
  g_autoptr(GError) error = NULL;
  haul_autofd int fd = haul_shared_new (sizeof (HaulBoard), &error);
  HaulBoard *board;

  g_assert_no_error (error);
  g_assert_cmpint (ftruncate (fd, 0), ==, -1);
  board = haul_shared_map (fd, sizeof *board, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (haul_board_begun (board), ==, 0);
  haul_shared_unmap (board, sizeof *board);
  g_assert_null (haul_shared_map (fd, sizeof *board - 1, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
}

static void
test_claim (void)
{
  g_autofree HaulBoard *board = g_new0 (HaulBoard, 1);

  g_assert_true (haul_board_begin (board, 1));
  g_assert_true (haul_board_begin (board, 2));
  g_assert_cmpuint (haul_board_withdraw (board, 10), ==, 2);
  for (guint32 job = 3; job < 10; job++)
    g_assert_false (haul_board_begin (board, job));
  g_assert_cmpuint (haul_board_begun (board), ==, 2);
  g_assert_true (haul_board_begin (board, 10));
  g_assert_cmpuint (haul_board_withdraw (board, G_MAXUINT32), ==, 10);
  g_assert_false (haul_board_begin (board, 11));
}

/* What a signal does to it, before Linux 6.13: whoever asks for much at once never gets it, where signals come
 * often. It takes the place of that of libc, also in the library. */

static gsize most_between_signals;   /* 0: no signals come */
static guint n_interrupted;

int
posix_fallocate (int   fd,
                 off_t offset,
                 off_t length)
{
  static gboolean is_interrupted;

  is_interrupted = most_between_signals > 0 && (!is_interrupted || (gsize) length > most_between_signals);
  n_interrupted += is_interrupted;
  if (is_interrupted)
    return EINTR;
  return fallocate (fd, 0, offset, length) < 0 ? errno : 0;
}

static void
test_signals (void)
{
  const gsize size = 8 * 1024 * 1024 + 1;
  g_autoptr(GError) error = NULL;
  haul_autofd int fd = -1;
  struct stat info;

  g_test_summary ("Signals do not keep anybody from making shared memory");

  most_between_signals = 1024 * 1024;
  fd = haul_shared_new (size, &error);
  most_between_signals = 0;
  g_assert_no_error (error);
  g_assert_cmpuint (n_interrupted, >, 0);
  g_assert_cmpint (fstat (fd, &info), ==, 0);
  g_assert_cmpint (info.st_size, ==, size);
  g_assert_cmpint (info.st_blocks * 512, >=, size);   /* all of it is there */
}

/* One begins, one takes back, as fast as they can: whatever was begun is told of, and nothing else is
 * begun. */

typedef struct
{
  HaulBoard *board;
  guint32    n;
  guint8    *begun;   /* (owned) by number */
} Race;

static gpointer
begin_all (gpointer data)
{
  Race *race = data;

  for (guint32 job = 1; job < race->n; job++)
    race->begun[job] = haul_board_begin (race->board, job);
  return NULL;
}

static void
test_race (void)
{
  g_autofree HaulBoard *board = g_new0 (HaulBoard, 1);
  Race race = { board, 2000000, NULL };
  g_autofree guint8 *withdrawn = g_new0 (guint8, race.n);
  GThread *thread;
  guint32 until = 0;
  guint n_both = 0, n_neither = 0;

  race.begun = g_new0 (guint8, race.n);
  thread = g_thread_new ("begin", begin_all, &race);
  while (until < race.n)
    {
      guint32 begun = haul_board_begun (board);   /* once: it moves on, and MIN() would ask twice */

      until = MIN (begun + 50, race.n);
      begun = haul_board_withdraw (board, until);
      for (guint32 job = begun + 1; job < until; job++)
        withdrawn[job] = TRUE;
    }
  g_thread_join (thread);
  for (guint32 job = 1; job < race.n; job++)
    {
      n_both += race.begun[job] && withdrawn[job];
      n_neither += !race.begun[job] && !withdrawn[job];
    }
  g_assert_cmpuint (n_both, ==, 0);
  g_assert_cmpuint (n_neither, ==, 0);
  g_free (race.begun);
}

/* All that is said can be read from any position that is still there. */
static void
test_ring (void)
{
  g_autofree HaulBoard *board = g_new0 (HaulBoard, 1);
  guint8 bytes[1000];
  guint64 total = 0, read = 0;
  const guint8 *at;

  g_assert_cmpuint (haul_board_peek (board, 0, &at), ==, 0);
  haul_board_say (board, NULL, 0);
  for (guint round = 0; round < 500; round++)
    {
      gsize size = g_test_rand_int_range (1, sizeof bytes);
      gsize n;

      for (gsize i = 0; i < size; i++)
        bytes[i] = (total + i) % 251;
      haul_board_say (board, bytes, size);
      total += size;
      if (total - read < HAUL_BOARD_RING - sizeof bytes)
        continue;
      while ((n = haul_board_peek (board, read, &at)) > 0)
        for (gsize i = 0; i < n; i++)
          g_assert_cmpuint (at[i], ==, read++ % 251);
      g_assert_cmpuint (read, ==, total);
    }
  g_assert_cmpuint (total, >, 3 * HAUL_BOARD_RING);
  g_assert_cmpuint (haul_board_peek (board, total - HAUL_BOARD_RING - 1, &at), ==, 0);   /* overwritten */
  g_assert_cmpuint (haul_board_peek (board, total + 1, &at), ==, 0);                    /* not there yet */
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);
  g_test_add_func ("/wire/shared/sealed", test_sealed);
  g_test_add_func ("/wire/shared/signals", test_signals);
  g_test_add_func ("/wire/shared/claim", test_claim);
  g_test_add_func ("/wire/shared/race", test_race);
  g_test_add_func ("/wire/shared/ring", test_ring);
  return g_test_run ();
}
