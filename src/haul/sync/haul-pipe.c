/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-pipe-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "haul/wire/haul-error.h"
#include "haul/wire/haul-fd-private.h"

/* Its fd does not block: who waits polls, so that there is an end to it. */

G_DEFINE_FINAL_TYPE (HaulPipe, haul_pipe, HAUL_TYPE_SHAREABLE)

int
haul_pipe_get_fd (HaulPipe *self)
{
  g_return_val_if_fail (HAUL_IS_PIPE (self), -1);

  return haul_shareable_get_fd (HAUL_SHAREABLE (self), 0);
}

static gboolean
fail_closed (GError **error)
{
  g_set_error_literal (error, HAUL_ERROR, HAUL_ERROR_CLOSED, _("the pipe is closed"));
  return FALSE;
}

gboolean
haul_pipe_begin (HaulPipe           *self,
                 HaulPipeDirection   direction,
                 GError            **error)
{
  gboolean sends = direction == HAUL_PIPE_SEND;

  if (!self->can[direction])
    g_set_error_literal (error, HAUL_ERROR, HAUL_ERROR_NOT_POSSIBLE,
                         sends ? _("this end of the pipe only receives") : _("this end of the pipe only sends"));
  else if (haul_pipe_get_fd (self) < 0)
    (void) fail_closed (error);
  else if (g_atomic_int_get (&self->is_broken[direction]))
    g_set_error_literal (error, HAUL_ERROR, HAUL_ERROR_PROTOCOL, _("the pipe is broken: a message was not whole"));
  else if (!g_atomic_int_compare_and_exchange (&self->is_used[direction], FALSE, TRUE))
    g_set_error_literal (error, HAUL_ERROR, HAUL_ERROR_NOT_POSSIBLE,
                         sends ? _("this end of the pipe is just sending") : _("this end of the pipe is just receiving"));
  else
    return TRUE;
  return FALSE;
}

void
haul_pipe_end (HaulPipe          *self,
               HaulPipeDirection  direction)
{
  g_atomic_int_set (&self->is_used[direction], FALSE);
}

gboolean
haul_pipe_message_init (HaulPipe         *self,
                        HaulPipeMessage  *message,
                        GBytes           *bytes,
                        GError          **error)
{
  guint64 size = g_bytes_get_size (bytes), header = GUINT64_TO_LE (size);

  if (size > self->max_size)
    {
      g_set_error (error, HAUL_ERROR, HAUL_ERROR_TOO_LARGE,
                   "a message of %" G_GUINT64_FORMAT " bytes, where %" G_GUINT64_FORMAT " are allowed", size, self->max_size);
      return FALSE;
    }
  *message = (HaulPipeMessage) { .message = g_bytes_ref (bytes), .size = size };
  memcpy (message->header, &header, sizeof header);
  return TRUE;
}

void
haul_pipe_message_clear (HaulPipeMessage *message)
{
  g_clear_pointer (&message->message, g_bytes_unref);
  g_free (message->bytes);
  *message = (HaulPipeMessage) { 0 };
}

/* Without SIGPIPE, which only sockets can be told: it is blocked, and if it comes it is taken. */
static ssize_t
write_parts (HaulPipe     *self,
             struct iovec *parts,
             guint         n_parts)
{
  struct msghdr message = { .msg_iov = parts, .msg_iovlen = n_parts };
  const struct timespec now = { 0 };
  sigset_t broken_pipe, before, pending;
  ssize_t n;
  int errsv;

  if (self->is_socket)
    return sendmsg (haul_pipe_get_fd (self), &message, MSG_NOSIGNAL);

  sigemptyset (&broken_pipe);
  sigaddset (&broken_pipe, SIGPIPE);
  sigpending (&pending);
  pthread_sigmask (SIG_BLOCK, &broken_pipe, &before);
  n = writev (haul_pipe_get_fd (self), parts, n_parts);
  errsv = errno;
  if (n < 0 && errsv == EPIPE && !sigismember (&pending, SIGPIPE))
    (void) sigtimedwait (&broken_pipe, NULL, &now);
  pthread_sigmask (SIG_SETMASK, &before, NULL);
  errno = errsv;
  return n;
}

/* What has come of a system call that moved nothing. */
static HaulPipeStep
check_errno (int          errsv,
             const char  *what,
             GError     **error)
{
  if (errsv == EINTR)
    return HAUL_PIPE_MORE;
  if (errsv == EAGAIN || errsv == EWOULDBLOCK)
    return HAUL_PIPE_WAIT;
  if (errsv == EPIPE || errsv == ECONNRESET)
    (void) fail_closed (error);
  else
    (void) haul_throw_errno (error, errsv, what);
  return HAUL_PIPE_FAILED;
}

HaulPipeStep
haul_pipe_push (HaulPipe         *self,
                HaulPipeMessage  *message,
                gsize             budget,
                GError          **error)
{
  const guint8 *bytes = g_bytes_get_data (message->message, NULL);
  guint64 total = HAUL_PIPE_HEADER_SIZE + message->size;

  while (budget > 0)
    {
      struct iovec parts[2];
      guint n_parts = 0;
      guint64 begun = message->n_moved - MIN (message->n_moved, HAUL_PIPE_HEADER_SIZE);
      ssize_t n;

      if (message->n_moved < HAUL_PIPE_HEADER_SIZE)
        parts[n_parts++] = (struct iovec) { message->header + message->n_moved, HAUL_PIPE_HEADER_SIZE - message->n_moved }
      ;
      if (begun < message->size)
        parts[n_parts++] = (struct iovec) { (guint8 *) bytes + begun, MIN (message->size - begun, budget) }
      ;
      n = write_parts (self, parts, n_parts);
      if (n < 0)
        {
          int errsv = errno;
          HaulPipeStep step = check_errno (errsv, N_("cannot send a message"), error);

          if (step == HAUL_PIPE_MORE)
            continue;
          if (step == HAUL_PIPE_FAILED && message->n_moved > 0 && errsv != EPIPE && errsv != ECONNRESET)
            haul_pipe_break_sending (self);   /* the other end is there, and would take what comes next for the rest */
          return step;
        }
      message->n_moved += n;
      if (message->n_moved == total)
        return HAUL_PIPE_DID;
      budget -= MIN (budget, (gsize) n);
    }
  return HAUL_PIPE_MORE;
}

/* The size of a message that begins is checked before there is memory for it. */
static gboolean
read_header (HaulPipe  *self,
             GError   **error)
{
  HaulPipeMessage *message = &self->received;
  guint64 header;

  memcpy (&header, message->header, sizeof header);
  message->size = GUINT64_FROM_LE (header);
  if (message->size > self->max_size)
    g_set_error (error, HAUL_ERROR, HAUL_ERROR_TOO_LARGE,
                 "a message of %" G_GUINT64_FORMAT " bytes, where %" G_GUINT64_FORMAT " are allowed",
                 message->size, self->max_size);
  else if ((message->bytes = g_try_malloc (MAX (message->size, 1))) == NULL)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE,
                 "no memory for a message of %" G_GUINT64_FORMAT " bytes", message->size);
  else
    return TRUE;

  g_atomic_int_set (&self->is_broken[HAUL_PIPE_RECEIVE], TRUE);
  return FALSE;
}

static HaulPipeStep
end_of_pipe (HaulPipe  *self,
             GError   **error)
{
  if (self->received.n_moved == 0)
    {
      (void) fail_closed (error);
    }
  else
    {
      g_set_error_literal (error, HAUL_ERROR, HAUL_ERROR_PROTOCOL,
                           _("the message was truncated: the other end of the pipe was closed in the middle of it"));
      g_atomic_int_set (&self->is_broken[HAUL_PIPE_RECEIVE], TRUE);
    }
  return HAUL_PIPE_FAILED;
}

HaulPipeStep
haul_pipe_pull (HaulPipe  *self,
                gsize      budget,
                GError   **error)
{
  HaulPipeMessage *message = &self->received;

  while (budget > 0)
    {
      gboolean is_header = message->n_moved < HAUL_PIPE_HEADER_SIZE;
      guint64 begun = is_header ? message->n_moved : message->n_moved - HAUL_PIPE_HEADER_SIZE;
      guint8 *place = is_header ? message->header : message->bytes;
      gsize size = (is_header ? HAUL_PIPE_HEADER_SIZE : message->size) - begun;
      ssize_t n;

      if (size > 0)
        {
          n = read (haul_pipe_get_fd (self), place + begun, MIN (size, budget));
          if (n == 0 || (n < 0 && errno == ECONNRESET))
            return end_of_pipe (self, error);
          if (n < 0)
            {
              HaulPipeStep step = check_errno (errno, N_("cannot receive a message"), error);

              if (step == HAUL_PIPE_MORE)
                continue;
              return step;
            }
          message->n_moved += n;
          budget -= n;
        }
      if (is_header && message->n_moved == HAUL_PIPE_HEADER_SIZE && !read_header (self, error))
        return HAUL_PIPE_FAILED;
      if (message->n_moved >= HAUL_PIPE_HEADER_SIZE && message->n_moved == HAUL_PIPE_HEADER_SIZE + message->size)
        return HAUL_PIPE_DID;
    }
  return HAUL_PIPE_MORE;
}

GBytes *
haul_pipe_take_received (HaulPipe *self)
{
  GBytes *bytes = g_bytes_new_take (g_steal_pointer (&self->received.bytes), self->received.size);

  haul_pipe_message_clear (&self->received);
  return bytes;
}

/* The other end is told by the end of the pipe. A pipe that only sends has no other use. */
void
haul_pipe_break_sending (HaulPipe *self)
{
  g_atomic_int_set (&self->is_broken[HAUL_PIPE_SEND], TRUE);
  if (self->is_socket)
    (void) shutdown (haul_pipe_get_fd (self), SHUT_WR);
  else
    haul_shareable_take_fd (HAUL_SHAREABLE (self), 0, -1);
}

gboolean
haul_pipe_send (HaulPipe      *self,
                GBytes        *message,
                int            timeout_ms,
                GCancellable  *cancellable,
                GError       **error)
{
  HaulWaited waited = HAUL_WAITED;
  HaulPipeMessage sent;
  HaulPipeStep step;
  HaulWait wait;

  g_return_val_if_fail (HAUL_IS_PIPE (self), FALSE);
  g_return_val_if_fail (message != NULL, FALSE);

  if (g_cancellable_set_error_if_cancelled (cancellable, error) || !haul_pipe_begin (self, HAUL_PIPE_SEND, error))
    return FALSE;
  if (!haul_pipe_message_init (self, &sent, message, error))
    {
      haul_pipe_end (self, HAUL_PIPE_SEND);
      return FALSE;
    }

  haul_wait_init (&wait, timeout_ms, cancellable);
  while ((step = haul_pipe_push (self, &sent, G_MAXSSIZE, error)) == HAUL_PIPE_WAIT && waited == HAUL_WAITED)
    waited = haul_wait_on_fd (&wait, haul_pipe_get_fd (self), POLLOUT);
  if (step == HAUL_PIPE_WAIT)
    {
      (void) haul_wait_fail (waited, _("cannot send a message"), error);
      if (sent.n_moved > 0)
        haul_pipe_break_sending (self);
    }
  haul_pipe_message_clear (&sent);
  haul_pipe_end (self, HAUL_PIPE_SEND);
  return step == HAUL_PIPE_DID;
}

GBytes *
haul_pipe_receive (HaulPipe      *self,
                   int            timeout_ms,
                   GCancellable  *cancellable,
                   GError       **error)
{
  HaulWaited waited = HAUL_WAITED;
  GBytes *message = NULL;
  HaulPipeStep step;
  HaulWait wait;

  g_return_val_if_fail (HAUL_IS_PIPE (self), NULL);

  if (g_cancellable_set_error_if_cancelled (cancellable, error) || !haul_pipe_begin (self, HAUL_PIPE_RECEIVE, error))
    return NULL;
  haul_wait_init (&wait, timeout_ms, cancellable);
  while ((step = haul_pipe_pull (self, G_MAXSSIZE, error)) == HAUL_PIPE_WAIT && waited == HAUL_WAITED)
    waited = haul_wait_on_fd (&wait, haul_pipe_get_fd (self), POLLIN);
  if (step == HAUL_PIPE_WAIT)
    (void) haul_wait_fail (waited, _("cannot receive a message"), error);
  else if (step == HAUL_PIPE_DID)
    message = haul_pipe_take_received (self);
  haul_pipe_end (self, HAUL_PIPE_RECEIVE);
  return message;
}

gboolean
haul_pipe_is_readable (HaulPipe *self)
{
  struct pollfd fd = { .events = POLLIN };

  g_return_val_if_fail (HAUL_IS_PIPE (self), FALSE);

  fd.fd = haul_pipe_get_fd (self);
  return self->can[HAUL_PIPE_RECEIVE] && fd.fd >= 0 && poll (&fd, 1, 0) == 1;
}

gboolean
haul_pipe_can_send (HaulPipe *self)
{
  g_return_val_if_fail (HAUL_IS_PIPE (self), FALSE);

  return self->can[HAUL_PIPE_SEND];
}

gboolean
haul_pipe_can_receive (HaulPipe *self)
{
  g_return_val_if_fail (HAUL_IS_PIPE (self), FALSE);

  return self->can[HAUL_PIPE_RECEIVE];
}

guint64
haul_pipe_get_max_size (HaulPipe *self)
{
  g_return_val_if_fail (HAUL_IS_PIPE (self), 0);

  return self->max_size;
}

void
haul_pipe_set_max_size (HaulPipe *self,
                        guint64   max_size)
{
  g_return_if_fail (HAUL_IS_PIPE (self));
  g_return_if_fail (max_size <= G_MAXSSIZE);

  self->max_size = max_size;
}

void
haul_pipe_close (HaulPipe *self)
{
  g_return_if_fail (HAUL_IS_PIPE (self));

  haul_shareable_take_fd (HAUL_SHAREABLE (self), 0, -1);
  haul_pipe_loops_close (self);
}

static HaulPipe *
end_new (int      fd,
         GError **error)
{
  g_autoptr(HaulPipe) self = g_object_new (HAUL_TYPE_PIPE, NULL);

  return haul_shareable_adopt (HAUL_SHAREABLE (self), &fd, 1, error) ? g_steal_pointer (&self) : NULL;
}

gboolean
haul_pipe_new (gboolean   duplex,
               HaulPipe **ret_first,
               HaulPipe **ret_second,
               GError   **error)
{
  g_autoptr(HaulPipe) first = NULL;
  g_autoptr(HaulPipe) second = NULL;
  int fds[2];

  g_return_val_if_fail (ret_first != NULL && ret_second != NULL, FALSE);

  if (!duplex && !haul_open_pipe (fds, 0, error))
    return FALSE;
  if (duplex && socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
    return haul_throw_errno (error, errno, N_("cannot make a pipe"));

  first = end_new (fds[0], error);
  second = end_new (fds[1], first != NULL ? error : NULL);
  if (first == NULL || second == NULL)
    return FALSE;
  *ret_first = g_steal_pointer (&first);
  *ret_second = g_steal_pointer (&second);
  return TRUE;
}

/* Which way it goes the kernel knows. */
static gboolean
haul_pipe_open (HaulShareable  *shareable,
                GError        **error)
{
  HaulPipe *self = HAUL_PIPE (shareable);
  int fd = haul_shareable_get_fd (shareable, 0);
  int flags = fcntl (fd, F_GETFL);
  struct stat info;

  if (flags < 0 || fstat (fd, &info) < 0 || (!S_ISSOCK (info.st_mode) && !S_ISFIFO (info.st_mode)))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _("this is no pipe"));
      return FALSE;
    }
  self->is_socket = S_ISSOCK (info.st_mode);
  self->can[HAUL_PIPE_RECEIVE] = (flags & O_ACCMODE) != O_WRONLY;
  self->can[HAUL_PIPE_SEND] = (flags & O_ACCMODE) != O_RDONLY;
  return haul_fd_set_blocking (fd, FALSE, error);
}

/* It is another process's now. */
static void
haul_pipe_passed (HaulShareable *shareable)
{
  haul_pipe_close (HAUL_PIPE (shareable));
}

static void
haul_pipe_finalize (GObject *object)
{
  haul_pipe_message_clear (&HAUL_PIPE (object)->received);

  G_OBJECT_CLASS (haul_pipe_parent_class)->finalize (object);
}

static void
haul_pipe_class_init (HaulPipeClass *klass)
{
  HaulShareableClass *shareable_class = HAUL_SHAREABLE_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = haul_pipe_finalize;

  shareable_class->kind = "pipe";
  shareable_class->n_fds = 1;
  shareable_class->open = haul_pipe_open;
  shareable_class->passed = haul_pipe_passed;
}

static void
haul_pipe_init (HaulPipe *self)
{
  self->max_size = HAUL_PIPE_DEFAULT_MAX_SIZE;
}
