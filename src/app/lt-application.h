/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <adwaita.h>

#include "lt-awake.h"
#include "lt-jobs.h"

G_BEGIN_DECLS

#define LT_TYPE_APPLICATION (lt_application_get_type ())
G_DECLARE_FINAL_TYPE (LtApplication, lt_application, LT, APPLICATION, AdwApplication)

LtApplication *lt_application_new      (void) G_GNUC_WARN_UNUSED_RESULT;

LtJobs        *lt_application_get_jobs (LtApplication  *self);

/* TRUE when nothing runs; else FALSE, and it quits later: at once if only daemons run, and if there are
 * others when people have said what becomes of them. */
gboolean       lt_application_may_quit (LtApplication  *self);
/* The same for who closed the window: the preferences may say what that means. */
gboolean       lt_application_may_close (LtApplication *self);
LtAwake       *lt_application_get_awake (LtApplication *self);   /* (nullable) before startup */
/* Stops all jobs, forcing them after @grace_ms, and quits when all are joined. */
void           lt_application_stop     (LtApplication  *self,
                                        guint           grace_ms);

G_END_DECLS
