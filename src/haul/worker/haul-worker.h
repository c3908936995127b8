/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "../wire/haul-decls.h"
#include "haul-task.h"

HAUL_BEGIN_DECLS

/* The numbers under which a worker finds its pipes. */
#define HAUL_WORKER_COMMANDS_FD 3
#define HAUL_WORKER_EVENTS_FD   4
#define HAUL_WORKER_BOARD_FD    5   /* only where it runs many jobs */

/* Exit statuses of a worker, beside the 0 and 1 of a task that succeeded or failed. */
#define HAUL_WORKER_EXIT_USAGE  2    /* started by hand, or by something that is not libhaul */
#define HAUL_WORKER_EXIT_ORPHAN 78   /* the program that started it is gone */

int haul_worker_main (int                     argc,
                      char                  **argv,
                      const HaulTask * const *tasks);

HAUL_END_DECLS
