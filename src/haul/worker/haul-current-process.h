/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <glib.h>

#include "../wire/haul-decls.h"

HAUL_BEGIN_DECLS

/* The process that asks, as the program that started it sees it: for tasks, which may ask from
 * anywhere, and for the program itself. Its own number is what getpid() says. */

const char *haul_current_process_get_name        (void);
gboolean    haul_current_process_get_daemon      (void);
int         haul_current_process_get_parent_pid  (void);
const char *haul_current_process_get_parent_name (void);
gboolean    haul_current_process_is_parent_alive (void);

HAUL_END_DECLS
