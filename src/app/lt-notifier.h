/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <adwaita.h>

#include "lt-jobs.h"

G_BEGIN_DECLS

#define LT_TYPE_NOTIFIER (lt_notifier_get_type ())
G_DECLARE_FINAL_TYPE (LtNotifier, lt_notifier, LT, NOTIFIER, GObject)

/**
 * LtNotifier:
 *
 * Tells people who look elsewhere that a job has ended: one notification, in which several are
 * folded, for jobs that took long enough for somebody to go away. It goes when they come back.
 */

LtNotifier *lt_notifier_new     (GtkApplication *application,
                                 LtJobs         *jobs) G_GNUC_WARN_UNUSED_RESULT;

/* What a notification would say of these: (nullable) title and body. For tests. */
void        lt_notifier_compose (GPtrArray      *ended,    /* of HaulJob, in the order in which they ended */
                                 char          **ret_title,
                                 char          **ret_body);

G_END_DECLS
