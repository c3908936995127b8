/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <glib.h>
#include <sys/types.h>

G_BEGIN_DECLS

/* Closes *fd_ptr unless it is -1, keeps errno, and stores -1. */
void     haul_clear_fd       (int         *fd_ptr);

/* g_autofd of GLib 2.76 for our floor: closes the fd when it goes out of scope. */
#define haul_autofd __attribute__((cleanup (haul_clear_fd)))

/* Sets @error from @errsv and returns FALSE, for `return haul_throw_errno (…)`. It translates @what,
 * which callers only mark, with N_(): nothing is looked up between a failed call and its errno. */
gboolean haul_throw_errno    (GError     **error,
                              int          errsv,
                              const char  *what);

/* A pipe whose ends are both CLOEXEC. @capacity is a wish (F_SETPIPE_SZ), 0 for the default. */
gboolean haul_open_pipe       (int          ret_fds[2],
                               int          capacity,
                               GError     **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean haul_fd_set_blocking (int         fd,
                               gboolean     blocking,
                               GError     **error);

/* Writes header and payload whole to a blocking fd, through EINTR and short writes. */
gboolean haul_write_all      (int          fd,
                              const void  *header,
                              gsize        header_size,
                              const void  *payload,
                              gsize        payload_size,
                              GError     **error);

G_END_DECLS
