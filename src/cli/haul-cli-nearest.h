/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

const char *haul_cli_nearest (const char         *word,
                              const char * const *candidates,
                              gsize               n_candidates);

G_END_DECLS
