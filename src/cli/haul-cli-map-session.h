/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul-cli-options.h"
#include "haul-cli-output.h"
#include "haul-cli-values.h"

G_BEGIN_DECLS

/* Runs the map that @options ask for until no worker is left, and writes its results as they come.
 * Returns what to exit with. */
int haul_cli_map_session_run (const HaulCliOptions *options,
                              HaulCliValues        *values,
                              HaulCliOutput        *output);

G_END_DECLS
