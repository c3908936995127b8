/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul-current-process.h"

G_BEGIN_DECLS

/* This is a worker. @lifeline_fd is the read end of a pipe that the program which started it holds
 * open, and that ends when that program does, however that comes about. */
void haul_current_process_set_parent (int         pid,
                                      int         lifeline_fd);

gboolean haul_current_process_is_worker  (void);

/* What that program is called, as it said itself. */
void haul_current_process_set_parent_name (const char *name);

/* What it was told of itself with its task; @name NULL: the same as before. */
void haul_current_process_set        (const char *name,
                                      gboolean    daemon);

G_END_DECLS
