/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-fd-private.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <sys/uio.h>
#include <unistd.h>

void
haul_clear_fd (int *fd_ptr)
{
  int fd = *fd_ptr;
  int saved = errno;

  *fd_ptr = -1;
  if (fd >= 0)
    (void) close (fd);   /* nothing was buffered in it, and there is nobody to tell */
  errno = saved;
}

gboolean
haul_throw_errno (GError    **error,
                  int         errsv,
                  const char *what)
{
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errsv), "%s: %s", _(what), g_strerror (errsv));
  return FALSE;
}

gboolean
haul_open_pipe (int      ret_fds[2],
                int      capacity,
                GError **error)
{
  int fds[2];

  if (pipe2 (fds, O_CLOEXEC) < 0)
    return haul_throw_errno (error, errno, N_("cannot make a pipe"));

  /* Ordinary users may enlarge only so many pipes: past that the default does, more slowly. */
  if (capacity > 0)
    (void) fcntl (fds[1], F_SETPIPE_SZ, capacity);

  ret_fds[0] = fds[0];
  ret_fds[1] = fds[1];
  return TRUE;
}

gboolean
haul_fd_set_blocking (int       fd,
                      gboolean  blocking,
                      GError  **error)
{
  int flags = fcntl (fd, F_GETFL);

  if (flags >= 0)
    flags = fcntl (fd, F_SETFL, blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK);
  if (flags < 0)
    return haul_throw_errno (error, errno, N_("cannot set a pipe’s mode"));
  return TRUE;
}

gboolean
haul_write_all (int          fd,
                const void  *header,
                gsize        header_size,
                const void  *payload,
                gsize        payload_size,
                GError     **error)
{
  struct iovec parts[2] = {
    { (void *) header, header_size },
    { (void *) payload, payload_size },
  };
  struct iovec *part = parts;

  while (part < parts + 2)
    {
      ssize_t n = writev (fd, part, parts + 2 - part);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return haul_throw_errno (error, errno, N_("cannot write to a pipe"));

      for (; part < parts + 2 && (gsize) n >= part->iov_len; part++)
        n -= part->iov_len;
      if (part < parts + 2)
        {
          part->iov_base = (char *) part->iov_base + n;
          part->iov_len -= n;
        }
    }
  return TRUE;
}
