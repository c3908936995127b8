/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <glib.h>

#include "../wire/haul-decls.h"

HAUL_BEGIN_DECLS

/**
 * haul_usable_cpus:
 *
 * Counts the processors that this program may use: those that it is allowed to run
 * on, and no more than the processor time that its control groups give it is worth,
 * rounded up. It looks anew each time, as both can change.
 *
 * Returns: how many; at least 1
 */
guint haul_usable_cpus (void);

HAUL_END_DECLS
