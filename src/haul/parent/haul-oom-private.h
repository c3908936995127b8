/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Whether it was the kernel that killed a worker, for want of memory. It tells nobody; but it counts those
 * that it kills in a control group, and workers are in that of this program, or below. */

/* What the files below @root say of a process whose /proc/PID/cgroup reads @groups: FALSE when they
 * say nothing. */
gboolean haul_oom_read   (const char *root,
                          const char *groups,
                          guint64    *ret_count);

/* The count of this program now; G_MAXUINT64 where there is none. */
guint64  haul_oom_count  (void);

/* Of a worker that somebody's SIGKILL has ended: whether one more was killed by the kernel than @before, its
 * start, and no other worker was the one. */
gboolean haul_oom_claim  (guint64     before);

G_END_DECLS
