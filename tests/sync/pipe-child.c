/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "haul-test.h"
#include "haul/sync/haul-pipe-private.h"
#include "haul/wire/haul-error.h"

/* The other end of a pipe, at fd 3: does what its mode says, with a size or a number. */

static HaulPipe *
take_end (void)
{
  const int fd = 3;
  g_autoptr(GError) error = NULL;
  HaulShareable *end = haul_shareable_new_for_fds ("pipe", &fd, 1, &error);

  if (end == NULL)
    g_error ("%s", error->message);
  return HAUL_PIPE (end);
}

/* Sends back what comes, until nothing does. */
static void
echo (void)
{
  g_autoptr(HaulPipe) end = take_end ();
  g_autoptr(GError) error = NULL;
  GBytes *message;

  while ((message = haul_pipe_receive (end, -1, NULL, &error)) != NULL)
    {
      if (!haul_pipe_send (end, message, -1, NULL, &error))
        g_error ("send: %s", error->message);
      g_bytes_unref (message);
    }
  if (!g_error_matches (error, HAUL_ERROR, HAUL_ERROR_CLOSED))
    g_error ("receive: %s", error->message);
}

/* So many messages, each with its number; then it is gone, with nothing tidied up. */
static void
send_numbers (guint n)
{
  HaulPipe *end = take_end ();

  for (guint i = 0; i < n; i++)
    {
      g_autoptr(GBytes) message = g_bytes_new (&i, sizeof i);

      if (!haul_pipe_send (end, message, -1, NULL, NULL))
        _exit (1);
    }
  _exit (0);
}

static void
send_and_exit (gsize size)
{
  HaulPipe *end = take_end ();
  g_autoptr(GBytes) message = g_bytes_new_take (memset (g_malloc (size), 'x', size), size);

  _exit (haul_pipe_send (end, message, -1, NULL, NULL) ? 0 : 1);
}

static void
write_raw (const void *bytes,
           gsize       size)
{
  if (write (3, bytes, size) != (ssize_t) size)
    _exit (1);
}

/* Says that there are so many bytes, and sends @n_sent. */
static void
send_part (guint64 size,
           gsize   n_sent)
{
  static const guint8 bytes[16];
  guint64 header = GUINT64_TO_LE (size);

  write_raw (&header, sizeof header);
  write_raw (bytes, n_sent);
}

/* Three messages, "", "ab" and "c", a byte at a time. */
static void
dribble (void)
{
  static const char bytes[] = "\0\0\0\0\0\0\0\0" "\2\0\0\0\0\0\0\0" "ab" "\1\0\0\0\0\0\0\0" "c";

  for (gsize i = 0; i < sizeof bytes - 1; i++)
    {
      write_raw (bytes + i, 1);
      g_usleep (100);   /* so that the other end sees some of them alone */
    }
}

int
main (int    argc,
      char **argv)
{
  const char *mode = argc == 3 ? argv[1] : "";
  guint64 n = argc == 3 ? g_ascii_strtoull (argv[2], NULL, 10) : 0;

  haul_test_follow_parent ();
  if (g_str_equal (mode, "echo"))
    echo ();
  else if (g_str_equal (mode, "numbers"))
    send_numbers (n);
  else if (g_str_equal (mode, "send"))
    send_and_exit (n);
  else if (g_str_equal (mode, "part"))
    send_part (100, n);
  else if (g_str_equal (mode, "claim"))
    send_part (n, 0);
  else if (g_str_equal (mode, "dribble"))
    dribble ();
  else
    g_error ("usage: pipe-child MODE N");
  return 0;
}
