/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "haul-test.h"

#include "haul/wire/haul-fd-private.h"

static void
test_clear (void)
{
  int fd = open ("/dev/null", O_RDONLY | O_CLOEXEC);
  int copy = fd;

  g_assert_cmpint (fd, >=, 0);
  errno = EDOM;
  haul_clear_fd (&fd);
  g_assert_cmpint (errno, ==, EDOM);
  g_assert_cmpint (fd, ==, -1);
  g_assert_cmpint (fcntl (copy, F_GETFD), ==, -1);
  haul_clear_fd (&fd);   /* nothing to close */
  g_assert_cmpint (fd, ==, -1);

  {
    haul_autofd int scoped = open ("/dev/null", O_RDONLY | O_CLOEXEC);

    copy = scoped;
    g_assert_cmpint (fcntl (copy, F_GETFD), >=, 0);
  }
  g_assert_cmpint (fcntl (copy, F_GETFD), ==, -1);
}

static void
test_throw (void)
{
  g_autoptr(GError) error = NULL;

  g_assert_false (haul_throw_errno (&error, ENOENT, "opening"));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  haul_test_assert_contains (error->message, "opening");
  g_assert_false (haul_throw_errno (NULL, ENOENT, "opening"));
}

static void
test_pipe (void)
{
  static const int capacities[] = { 0, 4096, 1024 * 1024, G_MAXINT };

  for (guint i = 0; i < G_N_ELEMENTS (capacities); i++)
    {
      g_autoptr(GError) error = NULL;
      int fds[2] = { -1, -1 };

      /* A capacity is a wish; that it cannot be had is no error. */
      g_assert_true (haul_open_pipe (fds, capacities[i], &error));
      g_assert_no_error (error);
      for (guint end = 0; end < 2; end++)
        {
          g_assert_cmpint (fcntl (fds[end], F_GETFD) & FD_CLOEXEC, ==, FD_CLOEXEC);
          g_assert_cmpint (fcntl (fds[end], F_GETFL) & O_NONBLOCK, ==, 0);
        }
      g_assert_true (haul_fd_set_blocking (fds[0], FALSE, &error));
      g_assert_cmpint (fcntl (fds[0], F_GETFL) & O_NONBLOCK, ==, O_NONBLOCK);
      g_assert_true (haul_fd_set_blocking (fds[0], TRUE, &error));
      g_assert_cmpint (fcntl (fds[0], F_GETFL) & O_NONBLOCK, ==, 0);

      g_assert_true (haul_write_all (fds[1], "ab", 2, "cde", 3, &error));
      {
        char bytes[8];

        g_assert_cmpint (read (fds[0], bytes, sizeof bytes), ==, 5);
        g_assert_cmpmem (bytes, 5, "abcde", 5);
      }
      haul_clear_fd (&fds[0]);
      g_assert_false (haul_write_all (fds[1], "ab", 2, NULL, 0, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE);
      haul_clear_fd (&fds[1]);
    }
}

typedef struct
{
  int     fd;
  guint8 *payload;
  gsize   size;
  gint    done;   /* atomic */
} Writer;

static void *
write_thread (void *data)
{
  Writer *writer = data;
  g_autoptr(GError) error = NULL;

  g_assert_true (haul_write_all (writer->fd, "head", 4, writer->payload, writer->size, &error));
  g_assert_no_error (error);
  g_atomic_int_set (&writer->done, 1);
  return NULL;
}

static void
ignore_cb (int signum)
{
}

/* Sixteen times what the pipe holds, to a slow reader, and with signals that interrupt. */
static void
test_interrupted (void)
{
  struct sigaction action = { .sa_handler = ignore_cb };   /* without SA_RESTART */
  gsize size = 1024 * 1024 + 1, got = 0;
  g_autofree guint8 *payload = g_malloc (size);
  g_autofree guint8 *bytes = g_malloc (size + 4);
  Writer writer = { .payload = payload, .size = size };
  pthread_t thread;
  int fds[2];

  for (gsize i = 0; i < size; i++)
    payload[i] = i * 7 + (i >> 8);
  sigaction (SIGUSR1, &action, NULL);
  g_assert_true (haul_open_pipe (fds, 0, NULL));
  writer.fd = fds[1];
  g_assert_cmpint (pthread_create (&thread, NULL, write_thread, &writer), ==, 0);
  while (got < size + 4)
    {
      ssize_t n;

      if (!g_atomic_int_get (&writer.done))
        g_assert_cmpint (pthread_kill (thread, SIGUSR1), ==, 0);
      n = read (fds[0], bytes + got, MIN (5000, size + 4 - got));
      g_assert_cmpint (n, >, 0);
      got += n;
    }
  pthread_join (thread, NULL);
  g_assert_cmpmem (bytes, 4, "head", 4);
  g_assert_cmpmem (bytes + 4, size, payload, size);
  haul_clear_fd (&fds[0]);
  haul_clear_fd (&fds[1]);
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);
  g_test_add_func ("/wire/fd/clear", test_clear);
  g_test_add_func ("/wire/fd/throw", test_throw);
  g_test_add_func ("/wire/fd/pipe", test_pipe);
  g_test_add_func ("/wire/fd/interrupted", test_interrupted);
  return g_test_run ();
}
