/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-shared-private.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "haul-fd-private.h"

#define SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)

int
haul_shared_new (gsize    size,
                 GError **error)
{
  haul_autofd int fd = memfd_create ("haul", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  int errsv = fd < 0 ? errno : posix_fallocate (fd, 0, size);   /* now, and not as SIGBUS later */

  if (errsv == 0 && fcntl (fd, F_ADD_SEALS, SEALS) < 0)
    errsv = errno;
  if (errsv != 0)
    {
      (void) haul_throw_errno (error, errsv, "cannot make shared memory");
      return -1;
    }
  return g_steal_fd (&fd);
}

gpointer
haul_shared_map (int      fd,
                 gsize    size,
                 GError **error)
{
  int seals = fcntl (fd, F_GET_SEALS);   /* -1 for what is no memfd: its bits would all be set */
  struct stat info;
  gpointer map;

  if (seals < 0 || (seals & SEALS) != SEALS || fstat (fd, &info) < 0 || (gsize) info.st_size != size)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "this is not the shared memory that was expected");
      return NULL;
    }

  map = mmap (NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (map == MAP_FAILED)
    {
      (void) haul_throw_errno (error, errno, "cannot map shared memory");
      return NULL;
    }
  return map;
}

void
haul_shared_unmap (gpointer map,
                   gsize    size)
{
  (void) munmap (map, size);
}
