/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul-cli-lab-options.h"

G_BEGIN_DECLS

/* Runs one experiment, or all of them, as often as @options say, judges each run by itself, and says what came out how
 * often. Returns what to exit with: 1 if a run failed. */
int haul_cli_lab_outcomes (const HaulCliLabOptions *options);

G_END_DECLS
