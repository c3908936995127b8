/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul/haul.h"

G_BEGIN_DECLS

/* What `haul ps` writes of processes: @rows is of HaulProcessInfo, in the order of the tree. */

char *haul_cli_ps_to_table (GPtrArray *rows,
                            gboolean   as_tree) G_GNUC_WARN_UNUSED_RESULT;
/* A line each; @snapshot tells which belong together. */
char *haul_cli_ps_to_json  (GPtrArray *rows,
                            guint      snapshot) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
