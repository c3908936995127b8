/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "lab-run.h"

G_BEGIN_DECLS

/* Runs it @n_times, with @title and a line of progress where there is a terminal, and returns when all of it is over. Ctrl+C
 * cancels, twice ends it at once. Returns what to exit with. */
int haul_cli_lab_session_run (LabRun     *run,
                              guint       n_times,
                              const char *title);

G_END_DECLS
