/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <adwaita.h>

#include "lt-jobs.h"

G_BEGIN_DECLS

typedef gboolean (*LtTestPredicate) (gpointer data);

/* Starts GTK and GTest with the catalogue of the project, and an alarm behind everything. */
void  lt_test_init      (int              *argc,
                         char           ***argv);
/* Runs the main loop until @predicate holds; aborts after @ms. */
void  lt_test_run_until (LtTestPredicate   predicate,
                         gpointer          data,
                         guint             ms);
/* Stops all jobs and waits until they are joined. */
void  lt_test_stop      (LtJobs           *jobs);
guint lt_test_count     (GtkWidget        *widget,
                         GType             type);

G_END_DECLS
