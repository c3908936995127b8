/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul-cpus.h"

G_BEGIN_DECLS

/* Returns: (transfer full) (nullable): what is in a file, NULL if it cannot be read. */
typedef char *(*HaulCpusRead) (const char *path,
                               gpointer    user_data);

/* The same of what @read gives, for a program that may run on @n_allowed processors. */
guint haul_cpus_count (guint         n_allowed,
                       HaulCpusRead  read,
                       gpointer      user_data);

G_END_DECLS
