/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "lt-jobs.h"

G_BEGIN_DECLS

/* For lt_jobs_find_executor() and its like: before it is submitted. */
void lt_jobs_note_executor (HaulJob      *job,
                            HaulExecutor *executor);

G_END_DECLS
