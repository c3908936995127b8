/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <adwaita.h>

#include "lt-jobs.h"

G_BEGIN_DECLS

#define LT_TYPE_AWAKE (lt_awake_get_type ())
G_DECLARE_FINAL_TYPE (LtAwake, lt_awake, LT, AWAKE, GObject)

/**
 * LtAwake:
 *
 * Keeps the machine from being suspended, and the session from ending, while jobs run, if people want
 * that and the session can. #LtAwake:active says whether it does.
 */

LtAwake  *lt_awake_new        (GtkApplication *application,
                               LtJobs         *jobs) G_GNUC_WARN_UNUSED_RESULT;
gboolean  lt_awake_get_active (LtAwake        *self);

G_END_DECLS
