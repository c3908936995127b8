/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-child-private.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <sys/socket.h>

#include "haul-child-core-private.h"
#include "haul/wire/haul-fd-private.h"

/* What is shared with the jobs of a worker goes to it as file descriptors, through a socket of its own. A worker
 * that runs one job finds them there from the start, and the socket ends behind them; others keep it. */

void
haul_child_set_shares (HaulChild  *self,
                       HaulShares *shares)
{
  g_clear_pointer (&self->shares, haul_shares_unref);
  if (shares != NULL)
    self->shares = haul_shares_ref (shares);
}

gboolean
haul_child_has_shares (HaulChild  *self,
                       HaulShares *shares)
{
  return shares == self->shares && self->shares_serial > 0;
}

gboolean
haul_child_pass_shares (HaulChild   *self,
                        HaulShares  *shares,
                        GError     **error)
{
  if (haul_child_has_shares (self, shares))
    return TRUE;
  if (!haul_shares_send (shares, self->shares_fd, self->shares_serial + 1, error))
    return FALSE;

  self->shares_serial++;
  if (shares != self->shares)
    haul_child_set_shares (self, shares);
  return TRUE;
}

void
haul_child_forget_shares (HaulChild *self)
{
  g_clear_pointer (&self->shares, haul_shares_unref);
}

guint32
haul_child_get_shares_serial (HaulChild *self)
{
  return self->shares_serial;
}

gboolean
haul_child_open_shares (HaulChild  *self,
                        int        *ret_fd,
                        GError    **error)
{
  int pair[2];

  if (!self->many && self->shares == NULL)
    return TRUE;
  if (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
    return haul_throw_errno (error, errno, N_("cannot make a socket"));

  self->shares_fd = pair[0];
  *ret_fd = pair[1];
  if (self->many)
    return TRUE;
  if (!haul_child_pass_shares (self, self->shares, error))
    return FALSE;
  haul_clear_fd (&self->shares_fd);
  return TRUE;
}
