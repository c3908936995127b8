/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a worker does to itself before it works. */

/* What a forked worker is given by haul_fork(), and an exec'd one has to see to. @shares: it keeps
 * HAUL_WORKER_SHARES_FD as well. */
void haul_worker_settle_in    (int      parent_pid,
                               gboolean shares);

/* What every worker does for itself, rather than its parent between fork and exec: so the parent may
 * use the fast way to start it. */
void haul_worker_limit        (void);

/* When memory runs out, rather we than the program. */
void haul_worker_step_forward (void);

G_END_DECLS
