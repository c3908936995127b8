/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-control-private.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "haul-fd-private.h"

int
haul_control_n_fds (guint16 type)
{
  switch ((HaulControlType) type)
    {
    case HAUL_CONTROL_SPAWN:
      return 3;

    case HAUL_CONTROL_SPAWN_SHARING:
      return 4;

    case HAUL_CONTROL_SPAWN_MANY:
      return 5;

    case HAUL_CONTROL_SPAWNED:
      return 1;

    case HAUL_CONTROL_HELLO:
    case HAUL_CONTROL_EXITED:
    case HAUL_CONTROL_JOINED:
    case HAUL_CONTROL_PONG:
    case HAUL_CONTROL_ERROR:
    case HAUL_CONTROL_SIGNAL:
    case HAUL_CONTROL_JOIN:
    case HAUL_CONTROL_PING:
      return 0;

    default:
      return -1;
    }
}

/* Room for the fds of one message, aligned as the kernel wants it. */
typedef union
{
  struct cmsghdr header;
  char           bytes[CMSG_SPACE (HAUL_CONTROL_MAX_FDS * sizeof (int))];
} Ancillary;

/* haul_control_send:
 * @message: its magic and version are filled in
 * @fds: as many as haul_control_n_fds() says; they stay the caller's
 */
int
haul_control_send (int          fd,
                   HaulControl *message,
                   const int   *fds)
{
  struct iovec iov = { message, sizeof *message };
  struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
  gsize n_bytes = haul_control_n_fds (message->type) * sizeof (int);
  Ancillary ancillary = { 0 };
  ssize_t n;

  message->magic = HAUL_CONTROL_MAGIC;
  message->version = HAUL_CONTROL_VERSION;
  if (n_bytes > 0)
    {
      ancillary.header.cmsg_level = SOL_SOCKET;
      ancillary.header.cmsg_type = SCM_RIGHTS;
      ancillary.header.cmsg_len = CMSG_LEN (n_bytes);
      memcpy (CMSG_DATA (&ancillary.header), fds, n_bytes);
      msg.msg_control = &ancillary;
      msg.msg_controllen = CMSG_SPACE (n_bytes);
    }

  do
    n = sendmsg (fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL);
  while (n < 0 && errno == EINTR);
  return n < 0 ? errno : 0;
}

/* All that came, though they may be more than any message has: there is room for one more, since the
 * kernel rounds up. Those are closed. */
static guint
take_fds (struct msghdr *msg,
          int            ret_fds[HAUL_CONTROL_MAX_FDS])
{
  guint n_fds = 0;

  for (struct cmsghdr *part = CMSG_FIRSTHDR (msg); part != NULL; part = CMSG_NXTHDR (msg, part))
    {
      gsize n = (part->cmsg_len - CMSG_LEN (0)) / sizeof (int);

      if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS)
        continue;
      for (gsize i = 0; i < n; i++, n_fds++)
        {
          int fd;

          memcpy (&fd, CMSG_DATA (part) + i * sizeof fd, sizeof fd);
          if (n_fds < HAUL_CONTROL_MAX_FDS)
            ret_fds[n_fds] = fd;
          else
            haul_clear_fd (&fd);
        }
    }
  return n_fds;
}

/* An errno, 0 when all is as it should be. */
static int
find_fault (const struct msghdr *msg,
            ssize_t              n,
            const HaulControl   *message,
            guint                n_fds)
{
  if (n != sizeof *message
      || (msg->msg_flags & MSG_TRUNC) != 0
      || message->magic != HAUL_CONTROL_MAGIC
      || message->version != HAUL_CONTROL_VERSION)
    return EBADMSG;
  if ((msg->msg_flags & MSG_CTRUNC) != 0)
    return (int) n_fds < haul_control_n_fds (message->type) ? EMFILE : EBADMSG;
  return haul_control_n_fds (message->type) == (int) n_fds ? 0 : EBADMSG;
}

/* haul_control_receive:
 * @ret_fds: (transfer full): as many as haul_control_n_fds() says of the message, else -1
 *
 * An empty message reads as the end; nobody sends one. With HAUL_CONTROL_BAD, errno is EMFILE when it
 * is only that its fds found no room here, else EBADMSG.
 */
HaulControlResult
haul_control_receive (int          fd,
                      HaulControl *ret_message,
                      int          ret_fds[HAUL_CONTROL_MAX_FDS])
{
  struct iovec iov = { ret_message, sizeof *ret_message };
  Ancillary ancillary = { 0 };
  struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1,
                        .msg_control = &ancillary, .msg_controllen = sizeof ancillary };
  gboolean reset_once = FALSE;
  guint n_fds;
  ssize_t n;
  int fault;

  for (guint i = 0; i < HAUL_CONTROL_MAX_FDS; i++)
    ret_fds[i] = -1;

  do
    {
      n = recvmsg (fd, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

      /* When the other end died with messages of ours unread, this comes once, before what it
       * still had to say. */
      if (n < 0 && errno == ECONNRESET && !reset_once)
        {
          reset_once = TRUE;
          errno = EINTR;
        }
    }
  while (n < 0 && errno == EINTR);

  if (n < 0)
    return errno == EAGAIN ? HAUL_CONTROL_AGAIN : HAUL_CONTROL_END;

  n_fds = take_fds (&msg, ret_fds);
  if (n == 0 && n_fds == 0)
    return HAUL_CONTROL_END;
  fault = find_fault (&msg, n, ret_message, n_fds);
  if (fault == 0)
    return HAUL_CONTROL_READ;

  for (guint i = 0; i < HAUL_CONTROL_MAX_FDS; i++)
    haul_clear_fd (&ret_fds[i]);
  errno = fault;
  return HAUL_CONTROL_BAD;
}
