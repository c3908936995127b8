/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-shared-private.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "haul-fd-private.h"

#define SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)

/* A signal ends posix_fallocate(), which then gives back all that it got: in pieces, it gets further. */
#define RESERVE_PIECE (256 * 1024)

/* Now, and not as SIGBUS later. An errno, 0 for none. */
static int
reserve (int   fd,
         gsize size)
{
  gsize done = 0;

  while (done < size)
    {
      gsize piece = MIN (size - done, RESERVE_PIECE);
      int errsv = posix_fallocate (fd, done, piece);

      if (errsv == 0)
        done += piece;
      else if (errsv != EINTR)
        return errsv;
    }
  return 0;
}

int
haul_shared_new_sparse (gsize    size,
                        gsize    reserved,
                        GError **error)
{
  haul_autofd int fd = memfd_create ("haul", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  int errsv = fd < 0 || ftruncate (fd, size) < 0 ? errno : 0;

  if (errsv == 0)
    errsv = reserve (fd, reserved);
  if (errsv == 0 && fcntl (fd, F_ADD_SEALS, SEALS) < 0)
    errsv = errno;
  if (errsv != 0)
    {
      (void) haul_throw_errno (error, errsv, N_("cannot make shared memory"));
      return -1;
    }
  return g_steal_fd (&fd);
}

int
haul_shared_new (gsize    size,
                 GError **error)
{
  return haul_shared_new_sparse (size, size, error);
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
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _("this is not the shared memory that was expected"));
      return NULL;
    }

  map = mmap (NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (map == MAP_FAILED)
    {
      (void) haul_throw_errno (error, errno, N_("cannot map shared memory"));
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

gboolean
haul_board_begin (HaulBoard *self,
                  guint32    job)
{
  HaulClaim now, next;

  now.both = __atomic_load_n (&self->claim.both, __ATOMIC_ACQUIRE);
  do
    {
      if (job < now.until)
        return FALSE;
      next.both = now.both;
      next.begun = job;
    }
  while (!__atomic_compare_exchange_n (&self->claim.both, &now.both, next.both, FALSE, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE));
  return TRUE;
}

guint32
haul_board_withdraw (HaulBoard *self,
                     guint32    until)
{
  HaulClaim now, next;

  now.both = __atomic_load_n (&self->claim.both, __ATOMIC_ACQUIRE);
  do
    {
      next.both = now.both;
      next.until = until;
    }
  while (!__atomic_compare_exchange_n (&self->claim.both, &now.both, next.both, FALSE, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE));
  return now.begun;
}

guint32
haul_board_begun (const HaulBoard *self)
{
  return __atomic_load_n (&self->claim.begun, __ATOMIC_ACQUIRE);
}

/* The bytes first, and then that they are there: who is killed in between has not said them. */
void
haul_board_say (HaulBoard  *self,
                const void *bytes,
                gsize       size)
{
  gsize at = self->said % HAUL_BOARD_RING;
  gsize first = MIN (size, HAUL_BOARD_RING - at);

  if (size == 0)
    return;
  memcpy (self->ring + at, bytes, first);
  memcpy (self->ring, (const guint8 *) bytes + first, size - first);
  __atomic_store_n (&self->said, self->said + size, __ATOMIC_RELEASE);
}

gsize
haul_board_peek (const HaulBoard  *self,
                 guint64           position,
                 const guint8    **ret_bytes)
{
  guint64 said = __atomic_load_n (&self->said, __ATOMIC_ACQUIRE);
  gsize at = position % HAUL_BOARD_RING;

  if (said <= position || said - position > HAUL_BOARD_RING)
    return 0;
  *ret_bytes = self->ring + at;
  return MIN (said - position, HAUL_BOARD_RING - at);
}
