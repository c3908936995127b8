/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "../wire/haul-decls.h"
#include "haul-task.h"

HAUL_BEGIN_DECLS

/**
 * HAUL_WORKER_COMMANDS_FD:
 *
 * Where a worker reads what it is to do.
 */
#define HAUL_WORKER_COMMANDS_FD 3

/**
 * HAUL_WORKER_EVENTS_FD:
 *
 * Where a worker writes what becomes of it.
 */
#define HAUL_WORKER_EVENTS_FD   4

/**
 * HAUL_WORKER_BOARD_FD:
 *
 * Where a worker that runs many jobs finds the page on which it writes which of them it begins.
 */
#define HAUL_WORKER_BOARD_FD    5

/**
 * HAUL_WORKER_SHARES_FD:
 *
 * Where a worker is given what is shared with its jobs, if it may be given anything.
 */
#define HAUL_WORKER_SHARES_FD   6

/**
 * HAUL_WORKER_EXIT_USAGE:
 *
 * Exit status of a worker that was started by hand, or by something that is not
 * libhaul. A task that succeeded gives 0, one that failed gives 1.
 */
#define HAUL_WORKER_EXIT_USAGE  2

/**
 * HAUL_WORKER_EXIT_ORPHAN:
 *
 * Exit status of a worker when the program that started it is gone.
 */
#define HAUL_WORKER_EXIT_ORPHAN 78

int haul_worker_main (int                     argc,
                      char                  **argv,
                      const HaulTask * const *tasks);

HAUL_END_DECLS
