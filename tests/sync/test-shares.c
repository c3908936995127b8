/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>

#include "haul-test.h"

#include "haul/sync/haul-array.h"
#include "haul/sync/haul-shares-private.h"
#include "haul/sync/haul-value.h"
#include "haul/wire/haul-error.h"
#include "haul/wire/haul-fd-private.h"

#define N_FUZZ 3000

typedef struct
{
  int         pair[2];   /* (owned) */
  HaulShares *shares;    /* (owned) "a", a value that is 7, and "bb", an array of two */
  guint8      bytes[8192];   /* what a message of it is */
  gsize       size;
  int         fds[2];    /* (owned) of it */
  guint       n_fds;     /* open files before anything was received */
} Fixture;

static void
set_up (Fixture       *self,
        gconstpointer  data)
{
  g_autoptr(HaulValue) value = haul_value_new_raw ("i", NULL);
  g_autoptr(HaulArray) array = haul_array_new_raw ("d", 2, NULL);
  char control[CMSG_SPACE (8 * sizeof (int))];
  struct iovec part = { self->bytes, sizeof self->bytes };
  struct msghdr packet = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control };
  g_autoptr(GError) error = NULL;

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, self->pair), ==, 0);
  haul_value_set_int64 (value, 7);
  self->shares = haul_shares_new ();
  g_assert_true (haul_shares_add (self->shares, "a", HAUL_SHAREABLE (value)));
  g_assert_true (haul_shares_add (self->shares, "bb", HAUL_SHAREABLE (array)));

  g_assert_true (haul_shares_send (self->shares, self->pair[0], 3, &error));
  g_assert_no_error (error);
  self->size = recvmsg (self->pair[1], &packet, MSG_CMSG_CLOEXEC);
  g_assert_cmpuint (CMSG_FIRSTHDR (&packet)->cmsg_len, ==, CMSG_LEN (sizeof self->fds));
  memcpy (self->fds, CMSG_DATA (CMSG_FIRSTHDR (&packet)), sizeof self->fds);
  self->n_fds = haul_test_count_fds ();
}

static void
tear_down (Fixture       *self,
           gconstpointer  data)
{
  g_assert_cmpuint (haul_test_count_fds (), ==, self->n_fds);
  for (guint i = 0; i < 2; i++)
    {
      haul_clear_fd (&self->pair[i]);
      haul_clear_fd (&self->fds[i]);
    }
  haul_shares_unref (self->shares);
}

static void
send_raw (Fixture      *self,
          const guint8 *bytes,
          gsize         size,
          guint         n_fds)
{
  char control[CMSG_SPACE (253 * sizeof (int))] = { 0 };
  struct iovec part = { (void *) bytes, size };
  struct msghdr packet = { .msg_iov = &part, .msg_iovlen = 1 };
  struct cmsghdr *header = (struct cmsghdr *) control;

  if (n_fds > 0)
    {
      packet.msg_control = control;
      packet.msg_controllen = CMSG_SPACE (n_fds * sizeof (int));
      header->cmsg_level = SOL_SOCKET;
      header->cmsg_type = SCM_RIGHTS;
      header->cmsg_len = CMSG_LEN (n_fds * sizeof (int));
      for (guint i = 0; i < n_fds; i++)
        memcpy (CMSG_DATA (header) + i * sizeof (int), &self->fds[i % 2], sizeof (int));
    }
  g_assert_cmpint (sendmsg (self->pair[0], &packet, MSG_NOSIGNAL), ==, size);
}

/* Whether there is nothing more to receive. */
static gboolean
is_dry (Fixture *self)
{
  char byte;

  return recv (self->pair[1], &byte, 1, MSG_DONTWAIT | MSG_PEEK) < 0 && errno == EAGAIN;
}

static void
assert_taken (Fixture *self,
              guint32  serial)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(HaulShares) taken = haul_shares_receive (self->pair[1], serial, &error);

  g_assert_no_error (error);
  g_assert_cmpint (haul_value_get_int64 (HAUL_VALUE (haul_shares_lookup (taken, "a"))), ==, 7);
  g_assert_cmpuint (haul_array_get_length (HAUL_ARRAY (haul_shares_lookup (taken, "bb"))), ==, 2);
  g_assert_null (haul_shares_lookup (taken, "b"));
}

static void
assert_refused (Fixture    *self,
                guint32     serial,
                const char *why)
{
  g_autoptr(GError) error = NULL;

  g_assert_null (haul_shares_receive (self->pair[1], serial, &error));
  g_assert_nonnull (error);
  haul_test_assert_contains (error->message, why);
  g_assert_cmpuint (haul_test_count_fds (), ==, self->n_fds);
}

static void
test_passed (Fixture       *self,
             gconstpointer  data)
{
  g_autoptr(GError) error = NULL;

  assert_refused (self, 1, "it was not passed");
  for (guint32 serial = 1; serial < 6; serial++)
    g_assert_true (haul_shares_send (self->shares, self->pair[0], serial, &error));
  assert_taken (self, 1);
  assert_refused (self, 1, "it was not passed");   /* the next is for somebody else, and stays */
  assert_taken (self, 4);                          /* 2 and 3 are dropped */
  assert_taken (self, 5);
  g_assert_true (is_dry (self));

  /* What was sent is there when the other end has gone, as that of a worker of one job has. */
  g_assert_true (haul_shares_send (self->shares, self->pair[0], 6, &error));
  haul_clear_fd (&self->pair[0]);
  self->n_fds--;
  assert_taken (self, 6);
  assert_refused (self, 7, "it was not passed");
}

/* Changes to a good message, which has 12 bytes of header and 84 for each object. */
static void
test_hostile (Fixture       *self,
              gconstpointer  data)
{
  static const struct
  {
    gssize      at;       /* where it is changed; -1: nowhere */
    guint8      byte;     /* to what */
    gssize      size;     /* that much of it is sent; 0: all */
    guint       n_fds;
    const char *why;
  } rows[] = {
    { -1, 0, 0, 0, "file descriptors" },
    { -1, 0, 0, 1, "file descriptors" },
    { -1, 0, 0, 3, "file descriptors" },
    { -1, 0, 0, 253, "file descriptors" },
    { 0, 'X', 0, 2, "makes no sense" },
    { -1, 0, 1, 0, "makes no sense" },
    { -1, 0, 1, 2, "makes no sense" },
    { -1, 0, 11, 2, "makes no sense" },
    { -1, 0, 12, 2, "another size" },
    { -1, 0, 12 + 84, 1, "another size" },
    { -1, 0, 12 + 83, 1, "another size" },
    { -1, 0, 12 + 2 * 84 + 1, 2, "another size" },
    { -1, 0, 8000, 2, "too long" },
    { 8, 0, 0, 2, "another size" },
    { 8, 1, 0, 2, "another size" },
    { 8, 64, 0, 2, "another size" },
    { 8, 255, 0, 2, "another size" },
    { 11, 128, 0, 2, "another size" },
    { 12, 0, 0, 2, "no name" },
    { 12, 0xff, 0, 2, "no name" },
    { 76, 0, 0, 2, "no name" },              /* of its kind */
    { 76, 'V', 0, 2, "nothing of the kind ‘Value’" },
    { 76 + 84, 'v', 0, 2, "nothing of the kind ‘vrray’" },
    { 92, 0, 0, 2, "file descriptors" },
    { 92, 2, 0, 2, "file descriptors" },
    { 92, 2, 0, 3, "this is no ‘rlock’" },
    { 92, 3, 0, 4, "is made of 2 file descriptors, not of 3" },
    { 92, 5, 0, 6, "too many file descriptors" },
    { 95, 255, 0, 2, "too many file descriptors" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      guint8 bytes[8192];

      memcpy (bytes, self->bytes, sizeof bytes);
      if (rows[i].at >= 0)
        bytes[rows[i].at] = rows[i].byte;
      g_test_message ("row %u", i);
      send_raw (self, bytes, rows[i].size > 0 ? (gsize) rows[i].size : self->size, rows[i].n_fds);
      assert_refused (self, 3, rows[i].why);
      g_assert_true (is_dry (self));
    }
  send_raw (self, self->bytes, self->size, 2);
  assert_taken (self, 3);
}

/* Two of the same name; each of the other's kind. */
static void
test_mixed_up (Fixture       *self,
               gconstpointer  data)
{
  guint8 bytes[8192];

  memcpy (bytes, self->bytes, sizeof bytes);
  memcpy (bytes + 12 + 84, "a\0", 3);
  send_raw (self, bytes, self->size, 2);
  assert_refused (self, 3, "the same name");

  memcpy (bytes, self->bytes, sizeof bytes);
  memcpy (bytes + 76, "array", 6);
  send_raw (self, bytes, self->size, 2);
  assert_refused (self, 3, "this is no ‘array’");
}

static void
test_fuzz (Fixture       *self,
           gconstpointer  data)
{
  g_autoptr(GRand) rand = g_rand_new_with_seed (g_test_rand_int ());

  for (guint i = 0; i < N_FUZZ; i++)
    {
      guint8 bytes[8192];
      guint n_changes = g_rand_int_range (rand, 0, 4);
      gsize size = g_rand_int_range (rand, 0, 3) > 0 ? self->size : (gsize) g_rand_int_range (rand, 1, 6000);
      g_autoptr(HaulShares) shares = NULL;
      g_autoptr(GError) error = NULL;

      memcpy (bytes, self->bytes, sizeof bytes);
      for (guint j = 0; j < n_changes; j++)
        bytes[g_rand_int_range (rand, 8, self->size)] = g_rand_int (rand);
      send_raw (self, bytes, size, g_rand_int_range (rand, 0, 3) > 0 ? 2 : g_rand_int_range (rand, 0, 254));
      shares = haul_shares_receive (self->pair[1], 3, &error);
      g_assert_true ((shares == NULL) == (error != NULL));
      g_assert_true (is_dry (self));
      g_clear_pointer (&shares, haul_shares_unref);
      g_assert_cmpuint (haul_test_count_fds (), ==, self->n_fds);
    }
}

/* Nobody takes them: the sender hears of it at once, and does not wait. */
static void
test_full (Fixture       *self,
           gconstpointer  data)
{
  g_autoptr(GError) error = NULL;
  guint32 serial = 1;

  while (serial < 100000 && haul_shares_send (self->shares, self->pair[0], serial, &error))
    serial++;
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
  g_assert_cmpuint (serial, >, 4);
  assert_taken (self, serial - 1);
  g_assert_true (is_dry (self));
}

static void
test_limits (void)
{
  g_autoptr(HaulShares) shares = haul_shares_new ();
  g_autoptr(HaulShares) copy = NULL;
  g_autoptr(HaulValue) value = haul_value_new_raw ("y", NULL);
  g_autoptr(GError) error = NULL;

  for (guint i = 0; i < HAUL_SHARES_MAX; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u", i);

      g_assert_true (haul_shares_add (shares, name, HAUL_SHAREABLE (value)));
      g_assert_false (haul_shares_add (shares, name, HAUL_SHAREABLE (value)));
    }
  g_assert_true (haul_shares_check (shares, &error));
  g_assert_no_error (error);
  copy = haul_shares_copy (shares);
  g_assert_true (haul_shares_lookup (copy, "63") == HAUL_SHAREABLE (value));
  g_assert_true (haul_shares_add (copy, "one more", HAUL_SHAREABLE (value)));
  g_assert_null (haul_shares_lookup (shares, "one more"));
  g_assert_false (haul_shares_send (copy, -1, 1, &error));
  g_assert_error (error, HAUL_ERROR, HAUL_ERROR_TOO_LARGE);
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);

  g_test_add_func ("/shares/limits", test_limits);
  g_test_add ("/shares/passed", Fixture, NULL, set_up, test_passed, tear_down);
  g_test_add ("/shares/hostile", Fixture, NULL, set_up, test_hostile, tear_down);
  g_test_add ("/shares/mixed-up", Fixture, NULL, set_up, test_mixed_up, tear_down);
  g_test_add ("/shares/fuzz", Fixture, NULL, set_up, test_fuzz, tear_down);
  g_test_add ("/shares/full", Fixture, NULL, set_up, test_full, tear_down);

  return g_test_run ();
}
