/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The worker's second mode: a small process with one thread that forks workers on demand, watches
 * them, and sees to it that none outlives the program that asked for them. Reads requests from
 * HAUL_CONTROL_FD until that program is gone. */

/* What a worker runs, and ends with the value of; @many: one job after the other, with a board. */
typedef int (*HaulServeFunc) (int      nice_value,
                              gboolean many);
int haul_fork_server_run (HaulServeFunc serve);

G_END_DECLS
