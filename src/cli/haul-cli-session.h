/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul-cli-options.h"
#include "haul-cli-output.h"

G_BEGIN_DECLS

/* Runs the job that @options ask for until it has ended and is joined, and delivers its result.
 * Returns what to exit with. */
int haul_cli_session_run (const HaulCliOptions *options,
                          HaulCliOutput        *output);

G_END_DECLS
