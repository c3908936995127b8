/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "haul-test.h"
#include "peers.h"

#include "haul/sync/haul-pipe-private.h"
#include "haul/wire/haul-error.h"
#include "haul/wire/haul-fd-private.h"

static void
pipe_new (gboolean   duplex,
          HaulPipe **first,
          HaulPipe **second)
{
  g_autoptr(GError) error = NULL;

  haul_test_begin ();
  g_assert_true (haul_pipe_new (duplex, first, second, &error));
  g_assert_no_error (error);
}

/* Gives @end, which is closed here then, to a child. */
static GSubprocess *
start (HaulPipe   *end,
       const char *mode,
       guint64     n)
{
  g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  g_autofree char *number = g_strdup_printf ("%" G_GUINT64_FORMAT, n);
  g_autoptr(GError) error = NULL;
  GSubprocess *child;

  g_subprocess_launcher_take_fd (launcher, dup (haul_pipe_get_fd (end)), 3);
  child = g_subprocess_launcher_spawn (launcher, &error, g_getenv ("HAUL_TEST_PIPE_CHILD"), mode, number, NULL);
  g_assert_no_error (error);
  haul_pipe_close (end);
  return child;
}

static void
finish (HaulPipe    *first,
        HaulPipe    *second,
        GSubprocess *child)
{
  g_assert_finalize_object (first);
  g_assert_finalize_object (second);
  if (child != NULL)
    {
      peer_join (child);
      g_object_unref (child);
    }
  haul_test_assert_clean ();
}

static GBytes *
message_new (gsize  size,
             guint8 seed)
{
  guint8 *bytes = g_malloc (MAX (size, 1));

  for (gsize i = 0; i < size; i++)
    bytes[i] = i * 7 + i / 251 + seed;
  return g_bytes_new_take (bytes, size);
}

static void
assert_sends (HaulPipe *end,
              GBytes   *message)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (haul_pipe_send (end, message, HAUL_TEST_SOON_MS, NULL, &error));
  g_assert_no_error (error);
}

static void
assert_send_fails (HaulPipe *end,
                   gsize     size,
                   int       timeout_ms,
                   GQuark    domain,
                   int       code)
{
  g_autoptr(GBytes) message = message_new (size, 0);
  g_autoptr(GError) error = NULL;

  g_assert_false (haul_pipe_send (end, message, timeout_ms, NULL, &error));
  g_assert_error (error, domain, code);
}

static void
assert_receives (HaulPipe *end,
                 GBytes   *expected)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) message = haul_pipe_receive (end, HAUL_TEST_SOON_MS, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (message, expected));
}

static void
assert_receives_text (HaulPipe   *end,
                      const char *text)
{
  g_autoptr(GBytes) expected = g_bytes_new (text, strlen (text));

  assert_receives (end, expected);
}

static void
assert_receive_fails (HaulPipe *end,
                      int       timeout_ms,
                      GQuark    domain,
                      int       code)
{
  g_autoptr(GError) error = NULL;

  g_assert_null (haul_pipe_receive (end, timeout_ms, NULL, &error));
  g_assert_error (error, domain, code);
}

/* What stays within what a pipe holds; the others need somebody at the other end. */
static void
test_sizes (gconstpointer data)
{
  static const gsize sizes[] = { 0, 1, 0, 0, 4095, 4096, 4097, 0, 20000 };
  gboolean duplex = GPOINTER_TO_INT (data);
  HaulPipe *first, *second;

  pipe_new (duplex, &first, &second);
  g_assert_false (haul_pipe_is_readable (first));
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr(GBytes) message = message_new (sizes[i], i);

      assert_sends (second, message);
    }
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr(GBytes) message = message_new (sizes[i], i);

      g_assert_true (haul_pipe_is_readable (first));
      assert_receives (first, message);
    }
  assert_receive_fails (first, 0, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
  assert_receive_fails (first, 30, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  finish (first, second, NULL);
}

static void
test_echo (void)
{
  static const gsize sizes[] = { 0, 1, 65532, 65536, 65537, 1 << 20, 0, 16 << 20, 5 };
  HaulPipe *first, *second;
  GSubprocess *child;

  pipe_new (TRUE, &first, &second);
  child = start (second, "echo", 0);
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr(GBytes) message = message_new (sizes[i], i);

      assert_sends (first, message);
      assert_receives (first, message);
    }
  finish (first, second, child);
}

static void
test_directions (void)
{
  HaulPipe *first, *second;

  pipe_new (FALSE, &first, &second);
  g_assert_true (haul_pipe_can_receive (first) && !haul_pipe_can_send (first));
  g_assert_true (haul_pipe_can_send (second) && !haul_pipe_can_receive (second));
  assert_send_fails (first, 1, -1, HAUL_ERROR, HAUL_ERROR_NOT_POSSIBLE);
  assert_receive_fails (second, -1, HAUL_ERROR, HAUL_ERROR_NOT_POSSIBLE);
  finish (first, second, NULL);

  pipe_new (TRUE, &first, &second);
  g_assert_true (haul_pipe_can_receive (first) && haul_pipe_can_send (first));
  finish (first, second, NULL);
}

/* SIGPIPE would end this program. */
static void
test_closed (gconstpointer data)
{
  HaulPipe *first, *second;
  g_autoptr(GBytes) message = message_new (10, 0);

  signal (SIGPIPE, SIG_DFL);
  pipe_new (GPOINTER_TO_INT (data), &first, &second);
  assert_sends (second, message);
  haul_pipe_close (second);
  haul_pipe_close (second);
  g_assert_cmpint (haul_pipe_get_fd (second), ==, -1);
  assert_send_fails (second, 1, -1, HAUL_ERROR, HAUL_ERROR_CLOSED);
  assert_receives (first, message);
  assert_receive_fails (first, -1, HAUL_ERROR, HAUL_ERROR_CLOSED);
  assert_receive_fails (first, -1, HAUL_ERROR, HAUL_ERROR_CLOSED);
  finish (first, second, NULL);

  pipe_new (GPOINTER_TO_INT (data), &first, &second);
  haul_pipe_close (first);
  assert_send_fails (second, 100, -1, HAUL_ERROR, HAUL_ERROR_CLOSED);
  assert_send_fails (second, 1 << 20, -1, HAUL_ERROR, HAUL_ERROR_CLOSED);
  finish (first, second, NULL);
}

static void
test_truncated (void)
{
  for (guint n_sent = 0; n_sent < 2; n_sent++)
    {
      HaulPipe *first, *second;
      GSubprocess *child;

      pipe_new (FALSE, &first, &second);
      child = start (second, "part", n_sent * 10);
      assert_receive_fails (first, HAUL_TEST_SOON_MS, HAUL_ERROR, HAUL_ERROR_PROTOCOL);
      assert_receive_fails (first, HAUL_TEST_SOON_MS, HAUL_ERROR, HAUL_ERROR_PROTOCOL);
      finish (first, second, child);
    }
}

/* No memory is taken for what is only said to come. */
static void
test_claims (void)
{
  static const guint64 sizes[] = { HAUL_PIPE_DEFAULT_MAX_SIZE + 1, G_MAXINT64, G_MAXUINT64, G_MAXUINT64 - 7 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      HaulPipe *first, *second;
      GSubprocess *child;

      pipe_new (FALSE, &first, &second);
      child = start (second, "claim", sizes[i]);
      assert_receive_fails (first, HAUL_TEST_SOON_MS, HAUL_ERROR, HAUL_ERROR_TOO_LARGE);
      g_assert_null (first->received.bytes);
      assert_receive_fails (first, HAUL_TEST_SOON_MS, HAUL_ERROR, HAUL_ERROR_PROTOCOL);
      finish (first, second, child);
    }
}

static void
test_max_size (void)
{
  HaulPipe *first, *second;
  g_autoptr(GBytes) message = message_new (10, 0);

  pipe_new (TRUE, &first, &second);
  g_assert_cmpuint (haul_pipe_get_max_size (first), ==, HAUL_PIPE_DEFAULT_MAX_SIZE);
  haul_pipe_set_max_size (first, 10);
  assert_send_fails (first, 11, -1, HAUL_ERROR, HAUL_ERROR_TOO_LARGE);
  assert_sends (first, message);   /* nothing of the other one was sent */
  assert_receives (second, message);
  finish (first, second, NULL);
}

static void
test_dribbled (void)
{
  HaulPipe *first, *second;
  GSubprocess *child;

  pipe_new (FALSE, &first, &second);
  child = start (second, "dribble", 0);
  assert_receives_text (first, "");
  assert_receives_text (first, "ab");
  assert_receives_text (first, "c");
  finish (first, second, child);
}

/* A receiver that had enough goes on where it was; a sender breaks off. */
static void
test_interrupted (void)
{
  HaulPipe *first, *second;
  guint64 header = GUINT64_TO_LE (4);

  pipe_new (TRUE, &first, &second);
  g_assert_cmpint (write (haul_pipe_get_fd (second), &header, sizeof header), ==, sizeof header);
  g_assert_cmpint (write (haul_pipe_get_fd (second), "te", 2), ==, 2);
  assert_receive_fails (first, 20, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_assert_cmpint (write (haul_pipe_get_fd (second), "xt", 2), ==, 2);
  assert_receives_text (first, "text");

  assert_send_fails (first, 4 << 20, 20, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  assert_send_fails (first, 1, 20, HAUL_ERROR, HAUL_ERROR_PROTOCOL);
  assert_receive_fails (second, HAUL_TEST_SOON_MS, HAUL_ERROR, HAUL_ERROR_PROTOCOL);
  finish (first, second, NULL);
}

/* The child is gone, or as good as, when its message is received. */
/* The other end would take the next message for the rest of this one. */
static void
test_send_fails_midway (gconstpointer data)
{
  g_autoptr(GBytes) message = message_new (1000, 0);
  HaulPipeMessage sent = { 0 };
  g_autoptr(GError) error = NULL;
  HaulPipe *first, *second;
  haul_autofd int full = open ("/dev/full", O_RDWR | O_CLOEXEC);
  gboolean duplex = GPOINTER_TO_INT (data);

  g_test_summary ("An end whose message failed in the middle can send no other");

  g_assert_cmpint (full, >=, 0);
  pipe_new (duplex, &first, &second);
  g_assert_true (haul_pipe_message_init (second, &sent, message, &error));
  g_assert_cmpint (haul_pipe_push (second, &sent, 100, &error), ==, HAUL_PIPE_MORE);
  g_assert_no_error (error);
  g_assert_cmpint (dup2 (full, haul_pipe_get_fd (second)), >=, 0);   /* no write to that goes well */
  g_assert_cmpint (haul_pipe_push (second, &sent, 1000, &error), ==, HAUL_PIPE_FAILED);
  g_assert_error (error, G_IO_ERROR, (int) g_io_error_from_errno (duplex ? ENOTSOCK : ENOSPC));

  assert_send_fails (second, 1, 20, HAUL_ERROR, duplex ? HAUL_ERROR_PROTOCOL : HAUL_ERROR_CLOSED);
  assert_receive_fails (first, HAUL_TEST_SOON_MS, HAUL_ERROR, HAUL_ERROR_PROTOCOL);
  haul_pipe_message_clear (&sent);
  finish (first, second, NULL);
}

static void
test_sent_and_gone (void)
{
  static const gsize sizes[] = { 65537, 10 * 1000 * 1000 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      HaulPipe *first, *second;
      g_autoptr(GBytes) message = g_bytes_new_take (memset (g_malloc (sizes[i]), 'x', sizes[i]), sizes[i]);
      GSubprocess *child;

      pipe_new (FALSE, &first, &second);
      child = start (second, "send", sizes[i]);
      assert_receives (first, message);
      assert_receive_fails (first, HAUL_TEST_SOON_MS, HAUL_ERROR, HAUL_ERROR_CLOSED);
      finish (first, second, child);
    }
}

static void
test_receiver_killed (void)
{
  HaulPipe *first, *second;
  g_autoptr(GSubprocess) child = NULL;

  pipe_new (TRUE, &first, &second);
  child = start (second, "echo", 0);
  g_subprocess_send_signal (child, SIGSTOP);
  g_subprocess_force_exit (child);
  assert_send_fails (first, 32 << 20, HAUL_TEST_SOON_MS, HAUL_ERROR, HAUL_ERROR_CLOSED);
  peer_kill (child);
  finish (first, second, NULL);
}

/* Four at once, whose other ends go one after the other. */
static void
test_several (void)
{
  enum { N = 4 };
  HaulPipe *firsts[N], *seconds[N];
  GSubprocess *children[N];
  guint next[N] = { 0 }, n_open = N;
  GPollFD fds[N];

  g_assert_cmpint (g_poll (NULL, 0, 10), ==, 0);
  for (guint i = 0; i < N; i++)
    {
      pipe_new (FALSE, &firsts[i], &seconds[i]);
      children[i] = start (seconds[i], "numbers", 1000 * (N - i));
      fds[i] = (GPollFD) { haul_pipe_get_fd (firsts[i]), G_IO_IN, 0 };
    }
  while (n_open > 0)
    {
      g_assert_cmpint (g_poll (fds, N, HAUL_TEST_SOON_MS), >, 0);
      for (guint i = 0; i < N; i++)
        {
          g_autoptr(GBytes) message = NULL;
          g_autoptr(GError) error = NULL;

          if (fds[i].revents == 0)
            continue;
          message = haul_pipe_receive (firsts[i], HAUL_TEST_SOON_MS, NULL, &error);
          if (message != NULL)
            {
              g_assert_cmpmem (g_bytes_get_data (message, NULL), g_bytes_get_size (message), &next[i], sizeof next[i]);
              next[i]++;
              continue;
            }
          g_assert_error (error, HAUL_ERROR, HAUL_ERROR_CLOSED);
          g_assert_cmpuint (next[i], ==, 1000 * (N - i));
          fds[i].fd = -1;
          n_open--;
        }
    }
  for (guint i = 0; i < N; i++)
    {
      g_object_unref (firsts[i]);
      g_object_unref (seconds[i]);
      peer_join (children[i]);
      g_object_unref (children[i]);
    }
}

static void
test_no_pipe (void)
{
  g_autoptr(GError) error = NULL;
  int fd = open ("/proc/self/exe", O_RDONLY | O_CLOEXEC);

  g_assert_null (haul_shareable_new_for_fds ("pipe", &fd, 1, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);

  g_test_add_data_func ("/pipe/sizes", GINT_TO_POINTER (FALSE), test_sizes);
  g_test_add_data_func ("/pipe/sizes-duplex", GINT_TO_POINTER (TRUE), test_sizes);
  g_test_add_func ("/pipe/echo", test_echo);
  g_test_add_func ("/pipe/directions", test_directions);
  g_test_add_data_func ("/pipe/closed", GINT_TO_POINTER (FALSE), test_closed);
  g_test_add_data_func ("/pipe/closed-duplex", GINT_TO_POINTER (TRUE), test_closed);
  g_test_add_func ("/pipe/truncated", test_truncated);
  g_test_add_func ("/pipe/claims", test_claims);
  g_test_add_func ("/pipe/max-size", test_max_size);
  g_test_add_func ("/pipe/dribbled", test_dribbled);
  g_test_add_func ("/pipe/interrupted", test_interrupted);
  g_test_add_data_func ("/pipe/send-fails-midway", GINT_TO_POINTER (FALSE), test_send_fails_midway);
  g_test_add_data_func ("/pipe/send-fails-midway-duplex", GINT_TO_POINTER (TRUE), test_send_fails_midway);
  g_test_add_func ("/pipe/sent-and-gone", test_sent_and_gone);
  g_test_add_func ("/pipe/receiver-killed", test_receiver_killed);
  g_test_add_func ("/pipe/several", test_several);
  g_test_add_func ("/pipe/no-pipe", test_no_pipe);

  return g_test_run ();
}
