/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "haul-test.h"

#include "haul/wire/haul-control-private.h"
#include "haul/wire/haul-fd-private.h"

#define LAST_TYPE HAUL_CONTROL_SPAWN_MANY

static void
open_pair (int pair[2])
{
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), ==, 0);
}

/* GLib's own thread closes what the harness started it with, when it comes to it. */
static gboolean
no_pidfd (gpointer data)
{
  g_autoptr(GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename ("/proc/self/fd", name, NULL);
      g_autofree char *target = g_file_read_link (path, NULL);

      if (g_strcmp0 (target, "anon_inode:[pidfd]") == 0)
        return FALSE;
    }
  return TRUE;
}

static void
begin (void)
{
  haul_test_begin ();
  haul_test_poll_until (no_pidfd, NULL, HAUL_TEST_SOON_MS);
}

static void
close_pair (int pair[2])
{
  haul_clear_fd (&pair[0]);
  haul_clear_fd (&pair[1]);
}

/* What haul_control_send() would never send. */
static void
send_raw (int         fd,
          const void *bytes,
          gsize       size,
          guint       n_fds)
{
  union { struct cmsghdr header; char bytes[CMSG_SPACE (8 * sizeof (int))]; } ancillary = { 0 };
  struct iovec iov = { (void *) bytes, size };
  struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

  g_assert_cmpuint (n_fds, <=, 8);
  if (n_fds > 0)
    {
      ancillary.header.cmsg_level = SOL_SOCKET;
      ancillary.header.cmsg_type = SCM_RIGHTS;
      ancillary.header.cmsg_len = CMSG_LEN (n_fds * sizeof (int));
      for (guint i = 0; i < n_fds; i++)
        ((int *) CMSG_DATA (&ancillary.header))[i] = fd;
      msg.msg_control = &ancillary;
      msg.msg_controllen = CMSG_SPACE (n_fds * sizeof (int));
    }
  g_assert_cmpint (sendmsg (fd, &msg, MSG_NOSIGNAL), ==, size);
}

static HaulControl
message_of (guint16 type)
{
  return (HaulControl) { .magic = HAUL_CONTROL_MAGIC, .version = HAUL_CONTROL_VERSION, .type = type };
}

static void
assert_no_fds (const int fds[HAUL_CONTROL_MAX_FDS])
{
  for (guint i = 0; i < HAUL_CONTROL_MAX_FDS; i++)
    g_assert_cmpint (fds[i], ==, -1);
}

static gboolean
same_file (int a,
           int b)
{
  struct stat x, y;

  g_assert_cmpint (fstat (a, &x), ==, 0);
  g_assert_cmpint (fstat (b, &y), ==, 0);
  return x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/* Every type, with every field at its limits and as many fds as it has. */
static void
test_round_trip (void)
{
  int pair[2], pipes[2][2];
  int sent[HAUL_CONTROL_MAX_FDS];

  begin ();
  open_pair (pair);
  for (guint i = 0; i < 2; i++)
    g_assert_true (haul_open_pipe (pipes[i], 0, NULL));
  sent[0] = pipes[0][0];
  sent[1] = pipes[0][1];
  sent[2] = pipes[1][0];
  sent[3] = pipes[1][1];
  sent[4] = pipes[0][0];

  for (guint16 type = HAUL_CONTROL_HELLO; type <= LAST_TYPE; type++)
    {
      HaulControl message = { .type = type, .serial = G_MAXUINT32, .job = G_MAXUINT32 - type,
                              .a = G_MININT32, .b = G_MAXINT32, .c = G_MAXUINT64 };
      HaulControl heard = { 0 };
      int fds[HAUL_CONTROL_MAX_FDS];
      int n_fds = haul_control_n_fds (type);

      g_assert_cmpint (haul_control_send (pair[0], &message, sent), ==, 0);
      g_assert_cmpint (haul_control_receive (pair[1], &heard, fds), ==, HAUL_CONTROL_READ);
      g_assert_cmpmem (&heard, sizeof heard, &message, sizeof message);
      for (int i = 0; i < HAUL_CONTROL_MAX_FDS; i++)
        {
          if (i >= n_fds)
            {
              g_assert_cmpint (fds[i], ==, -1);
              continue;
            }
          g_assert_true (same_file (fds[i], sent[i]));
          g_assert_cmpint (fds[i], !=, sent[i]);
          g_assert_cmpint (fcntl (fds[i], F_GETFD), ==, FD_CLOEXEC);
          haul_clear_fd (&fds[i]);
        }
      g_assert_cmpint (haul_control_receive (pair[1], &heard, fds), ==, HAUL_CONTROL_AGAIN);
      assert_no_fds (fds);
    }
  close_pair (pair);
  close_pair (pipes[0]);
  close_pair (pipes[1]);
  haul_test_assert_clean ();
}

static void
test_n_fds (void)
{
  g_assert_cmpint (haul_control_n_fds (HAUL_CONTROL_SPAWN), ==, 3);
  g_assert_cmpint (haul_control_n_fds (HAUL_CONTROL_SPAWN_SHARING), ==, 4);
  g_assert_cmpint (haul_control_n_fds (HAUL_CONTROL_SPAWN_MANY), ==, HAUL_CONTROL_MAX_FDS);
  g_assert_cmpint (haul_control_n_fds (HAUL_CONTROL_SPAWNED), ==, 1);
  g_assert_cmpint (haul_control_n_fds (HAUL_CONTROL_EXITED), ==, 0);
  g_assert_cmpint (haul_control_n_fds (HAUL_CONTROL_PING), ==, 0);
  g_assert_cmpint (haul_control_n_fds (0), ==, -1);
  g_assert_cmpint (haul_control_n_fds (LAST_TYPE + 1), ==, -1);
  g_assert_cmpint (haul_control_n_fds (G_MAXUINT16), ==, -1);
}

/* One bad message, and behind it a good one that must still be heard. */
static void
assert_bad (int                pair[2],
            const HaulControl *message,
            gsize              size,
            guint              n_fds)
{
  guint8 bytes[2 * sizeof *message] = { 0 };
  HaulControl good = { .type = HAUL_CONTROL_PING, .serial = 7 };
  HaulControl heard = { 0 };
  int fds[HAUL_CONTROL_MAX_FDS];
  guint before = haul_test_count_fds ();

  memcpy (bytes, message, sizeof *message);
  send_raw (pair[0], bytes, size, n_fds);
  g_assert_cmpint (haul_control_receive (pair[1], &heard, fds), ==, HAUL_CONTROL_BAD);
  g_assert_cmpint (errno, ==, EBADMSG);
  assert_no_fds (fds);
  g_assert_cmpuint (haul_test_count_fds (), ==, before);

  g_assert_cmpint (haul_control_send (pair[0], &good, NULL), ==, 0);
  g_assert_cmpint (haul_control_receive (pair[1], &heard, fds), ==, HAUL_CONTROL_READ);
  g_assert_cmpuint (heard.serial, ==, 7);
  g_assert_cmpuint (haul_test_count_fds (), ==, before);
}

static void
test_bad (void)
{
  HaulControl message = message_of (HAUL_CONTROL_PING);
  int pair[2];

  begin ();
  open_pair (pair);
  for (gsize size = 1; size <= 2 * sizeof message; size++)
    if (size != sizeof message)
      assert_bad (pair, &message, size, size % 4);
  assert_bad (pair, &message, 0, 1);   /* empty, but not the end */

  for (guint bit = 0; bit < 48; bit++)
    {
      HaulControl wrong = message;

      ((guint8 *) &wrong)[bit / 8] ^= 1 << bit % 8;   /* of magic and version */
      assert_bad (pair, &wrong, sizeof wrong, 0);
    }
  for (guint type = 0; type < 0x10000; type += type < 64 ? 1 : 4099)
    {
      HaulControl wrong = message_of (type);

      if (haul_control_n_fds (type) < 0)
        assert_bad (pair, &wrong, sizeof wrong, type % 4);
    }
  close_pair (pair);
  haul_test_assert_clean ();
}

/* Each type with each number of fds but its own. Those that are more than any message has come with
 * MSG_CTRUNC, or, where they fit by chance of alignment, without. */
static void
test_wrong_fds (void)
{
  int pair[2];

  begin ();
  open_pair (pair);
  for (guint16 type = HAUL_CONTROL_HELLO; type <= LAST_TYPE; type++)
    for (int n_fds = 0; n_fds <= 8; n_fds++)
      {
        HaulControl message = message_of (type);

        if (n_fds != haul_control_n_fds (type))
          assert_bad (pair, &message, sizeof message, n_fds);
      }
  close_pair (pair);
  haul_test_assert_clean ();
}

static void
test_end (void)
{
  HaulControl message = { .type = HAUL_CONTROL_PING };
  HaulControl heard = { 0 };
  int fds[HAUL_CONTROL_MAX_FDS];
  int pair[2];

  begin ();
  open_pair (pair);
  send_raw (pair[0], "", 0, 0);
  g_assert_cmpint (haul_control_receive (pair[1], &heard, fds), ==, HAUL_CONTROL_END);

  g_assert_cmpint (haul_control_send (pair[0], &message, NULL), ==, 0);
  haul_clear_fd (&pair[0]);
  g_assert_cmpint (haul_control_receive (pair[1], &heard, fds), ==, HAUL_CONTROL_READ);
  g_assert_cmpint (haul_control_receive (pair[1], &heard, fds), ==, HAUL_CONTROL_END);
  g_assert_cmpint (haul_control_receive (pair[1], &heard, fds), ==, HAUL_CONTROL_END);
  assert_no_fds (fds);
  g_assert_cmpint (haul_control_send (pair[1], &message, NULL), ==, EPIPE);   /* and no SIGPIPE */
  close_pair (pair);

  g_assert_cmpint (haul_control_receive (-1, &heard, fds), ==, HAUL_CONTROL_END);
  g_assert_cmpint (haul_control_send (-1, &message, NULL), ==, EBADF);
  haul_test_assert_clean ();
}

/* The other end dies with a message of ours unread: the first read is ECONNRESET, and only then
 * comes what it still had to say. */
static void
test_reset (void)
{
  HaulControl unread = { .type = HAUL_CONTROL_PING };
  HaulControl heard = { 0 };
  int fds[HAUL_CONTROL_MAX_FDS];
  int pair[2];

  begin ();
  open_pair (pair);
  for (guint32 serial = 1; serial <= 3; serial++)
    {
      HaulControl last = { .type = HAUL_CONTROL_EXITED, .serial = serial };

      g_assert_cmpint (haul_control_send (pair[0], &last, NULL), ==, 0);
    }
  g_assert_cmpint (haul_control_send (pair[1], &unread, NULL), ==, 0);
  haul_clear_fd (&pair[0]);

  for (guint32 serial = 1; serial <= 3; serial++)
    {
      g_assert_cmpint (haul_control_receive (pair[1], &heard, fds), ==, HAUL_CONTROL_READ);
      g_assert_cmpuint (heard.serial, ==, serial);
    }
  g_assert_cmpint (haul_control_receive (pair[1], &heard, fds), ==, HAUL_CONTROL_END);
  close_pair (pair);
  haul_test_assert_clean ();
}

/* Somebody who does not read makes the sender wait, not block; and in flight fds are not ours. */
static void
test_full (void)
{
  HaulControl heard = { 0 };
  int fds[HAUL_CONTROL_MAX_FDS];
  int pair[2];
  guint n_sent = 0;
  int error = 0;

  begin ();
  open_pair (pair);
  for (; error == 0 && n_sent < 100000; n_sent++)
    {
      HaulControl message = { .type = HAUL_CONTROL_PING, .serial = n_sent };

      error = haul_control_send (pair[0], &message, NULL);
    }
  n_sent--;
  g_assert_cmpint (error, ==, EAGAIN);
  g_assert_cmpuint (n_sent, >, 16);   /* what a client may have on its way */
  for (guint i = 0; i < n_sent; i++)
    {
      g_assert_cmpint (haul_control_receive (pair[1], &heard, fds), ==, HAUL_CONTROL_READ);
      g_assert_cmpuint (heard.serial, ==, i);
    }
  g_assert_cmpint (haul_control_receive (pair[1], &heard, fds), ==, HAUL_CONTROL_AGAIN);
  close_pair (pair);
  haul_test_assert_clean ();
}

/* No room for its fds is nothing that the other end could help: it is told apart. */
static void
test_no_room (void)
{
  HaulControl heard = { 0 };
  struct rlimit before, tight;
  int fds[HAUL_CONTROL_MAX_FDS];
  int pair[2];
  guint n_fds;

  begin ();
  open_pair (pair);
  n_fds = haul_test_count_fds ();
  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &before), ==, 0);
  for (int room = 0; room <= 3; room++)
    {
      HaulControl message = { .type = HAUL_CONTROL_SPAWN };
      const int sent[] = { pair[0], pair[0], pair[0] };
      HaulControlResult result;
      int errsv;

      g_assert_cmpint (haul_control_send (pair[0], &message, sent), ==, 0);
      tight = (struct rlimit) { pair[1] + 1 + room, before.rlim_max };
      g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &tight), ==, 0);
      result = haul_control_receive (pair[1], &heard, fds);
      errsv = errno;
      g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &before), ==, 0);
      g_assert_cmpint (result, ==, room < 3 ? HAUL_CONTROL_BAD : HAUL_CONTROL_READ);
      if (room < 3)
        g_assert_cmpint (errsv, ==, EMFILE);
      for (guint i = 0; i < HAUL_CONTROL_MAX_FDS; i++)
        haul_clear_fd (&fds[i]);
      g_assert_cmpuint (haul_test_count_fds (), ==, n_fds);
    }
  close_pair (pair);
  haul_test_assert_clean ();
}

/* 20,000 random messages, of right and wrong sizes, heads and fds: none leaks, none is taken for
 * what it is not. */
static void
test_random (void)
{
  guint32 seed = g_test_rand_int ();
  g_autoptr(GRand) rand = g_rand_new_with_seed (seed);
  guint n_read = 0, before;
  int pair[2];

  begin ();
  g_test_message ("seed %u", seed);
  open_pair (pair);
  before = haul_test_count_fds ();
  for (guint i = 0; i < 20000; i++)
    {
      HaulControl message = message_of (g_rand_int_range (rand, 0, LAST_TYPE + 2));
      HaulControl heard = { 0 };
      guint8 bytes[48] = { 0 };
      gsize size = g_rand_int_range (rand, 0, 4) ? sizeof message : (gsize) g_rand_int_range (rand, 1, sizeof bytes);
      int n_fds = g_rand_int_range (rand, 0, 6);
      int fds[HAUL_CONTROL_MAX_FDS];
      gboolean right;

      memcpy (bytes, &message, sizeof message);
      if (g_rand_int_range (rand, 0, 8) == 0)
        bytes[g_rand_int_range (rand, 0, 6)] ^= 1 << g_rand_int_range (rand, 0, 8);
      right = size == sizeof message && memcmp (bytes, &message, 6) == 0 && haul_control_n_fds (message.type) == n_fds;

      send_raw (pair[0], bytes, size, n_fds);
      g_assert_cmpint (haul_control_receive (pair[1], &heard, fds), ==, right ? HAUL_CONTROL_READ : HAUL_CONTROL_BAD);
      n_read += right;
      for (guint k = 0; k < HAUL_CONTROL_MAX_FDS; k++)
        haul_clear_fd (&fds[k]);
    }
  g_assert_cmpuint (haul_test_count_fds (), ==, before);
  g_assert_cmpuint (n_read, >, 100);
  close_pair (pair);
  haul_test_assert_clean ();
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);
  g_test_add_func ("/wire/control/round-trip", test_round_trip);
  g_test_add_func ("/wire/control/n-fds", test_n_fds);
  g_test_add_func ("/wire/control/bad", test_bad);
  g_test_add_func ("/wire/control/wrong-fds", test_wrong_fds);
  g_test_add_func ("/wire/control/end", test_end);
  g_test_add_func ("/wire/control/reset", test_reset);
  g_test_add_func ("/wire/control/full", test_full);
  g_test_add_func ("/wire/control/no-room", test_no_room);
  g_test_add_func ("/wire/control/random", test_random);
  return g_test_run ();
}
