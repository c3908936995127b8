/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <glib.h>
#include <sys/types.h>

G_BEGIN_DECLS

/* The only fork() of the project. */

typedef struct
{
  const int *fds;       /* become 3, 4, … in the child, in this order, and -1 leaves one out; all others are closed */
  guint      n_fds;
  int        log_fd;    /* becomes 1 and 2; 0 becomes /dev/null */
} HaulFork;

/* haul_fork:
 * @self: what the child gets
 * @ret_pidfd: (out) (optional): in the parent, a CLOEXEC pidfd
 *
 * Forks a process that has one thread, and no handler of any signal. All signals are blocked across
 * the fork; the child returns with none blocked, and one which was sent to it meanwhile acts then. By
 * then it is in a process group of its own, will be killed when the parent ends, and collects its
 * orphaned descendants.
 *
 * Returns: 0 in the child, its pid in the parent, or minus an errno
 */
pid_t haul_fork (const HaulFork *self,
                 int            *ret_pidfd);

/* How many threads this process has. */
guint haul_count_threads (void);

G_END_DECLS
