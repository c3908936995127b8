/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The worker's second mode: a small process with one thread that forks workers on demand, watches
 * them, and sees to it that none outlives the program that asked for them. Reads requests from
 * HAUL_CONTROL_FD until that program is gone. Each worker runs @serve and ends with what it
 * returns. */
int haul_fork_server_run (int (*serve)(int nice_value));

G_END_DECLS
