/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "queue-test.h"

#include <sys/stat.h>
#include <unistd.h>

#include "haul/wire/haul-shared-private.h"

QueueBoard *
queue_board_new (int *ret_fd)
{
  g_autoptr(GError) error = NULL;
  QueueBoard *board;

  *ret_fd = haul_shared_new (sizeof *board, &error);
  g_assert_no_error (error);
  board = haul_shared_map (*ret_fd, sizeof *board, &error);
  g_assert_no_error (error);
  return board;
}

void
queue_board_free (QueueBoard *board,
                  int         fd)
{
  haul_shared_unmap (board, sizeof *board);
  close (fd);
}

GSubprocess *
queue_start (HaulQueue  *queue,
             int         board_fd,
             const char *mode,
             guint       producer,
             guint       n_items)
{
  g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  g_autofree char *first = g_strdup_printf ("%u", producer);
  g_autofree char *second = g_strdup_printf ("%u", n_items);
  g_autoptr(GError) error = NULL;
  GSubprocess *child;

  g_subprocess_launcher_take_fd (launcher, dup (board_fd), 3);
  for (guint i = 0; i < 2; i++)
    g_subprocess_launcher_take_fd (launcher, dup (haul_shareable_get_fd (HAUL_SHAREABLE (queue), i)), 4 + i);
  child = g_subprocess_launcher_spawn (launcher, &error, g_getenv ("HAUL_TEST_QUEUE_CHILD"), mode, first, second, NULL);
  g_assert_no_error (error);
  return child;
}

guint64
queue_memory (int fd)
{
  struct stat info;

  g_assert_cmpint (fstat (fd, &info), ==, 0);
  return (guint64) info.st_blocks * 512;
}
