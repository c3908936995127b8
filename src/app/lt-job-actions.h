/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "lt-application.h"

G_BEGIN_DECLS

/* Everything that can be done with jobs, as actions of the app, so also over D-Bus: each checks what
 * it is told, because anybody may call it. A job is named by its id. */
void lt_job_actions_add (LtApplication *application);

G_END_DECLS
