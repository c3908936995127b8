/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <adwaita.h>

#include "lt-jobs.h"

G_BEGIN_DECLS

/* The first view: all jobs in a list that can be filtered, and a pane about the selected one. */
#define LT_TYPE_JOBS_VIEW (lt_jobs_view_get_type ())
G_DECLARE_FINAL_TYPE (LtJobsView, lt_jobs_view, LT, JOBS_VIEW, AdwBin)

void      lt_jobs_view_set_jobs      (LtJobsView *self,
                                      LtJobs     *jobs);
void      lt_jobs_view_set_filter    (LtJobsView *self,
                                      LtFilter    filter);
HaulJob  *lt_jobs_view_get_selected  (LtJobsView *self);   /* (nullable) (transfer none) */
void      lt_jobs_view_select        (LtJobsView *self,
                                      HaulJob    *job);
/* Selects it, and gives the focus to its row. */
void      lt_jobs_view_focus         (LtJobsView *self,
                                      HaulJob    *job);
AdwFlap  *lt_jobs_view_get_flap      (LtJobsView *self);
void      lt_jobs_view_set_page      (LtJobsView *self,
                                      const char *name);
/* Among the jobs, or in the log when that is where people are. */
void      lt_jobs_view_find          (LtJobsView *self);
/* In a narrow window what stands beside each other goes below each other. */
void      lt_jobs_view_set_compact   (LtJobsView *self,
                                      gboolean    compact);
/* Of HaulJob: what filter and search leave of them. */
GListModel *lt_jobs_view_get_shown   (LtJobsView *self);
GtkWidget *lt_jobs_view_get_list     (LtJobsView *self);

/* A menu of all tasks, from their own descriptions. */
GMenuModel *lt_jobs_view_build_task_menu (void) G_GNUC_WARN_UNUSED_RESULT;

/* What says that the machine is kept awake: hidden until somebody shows it. */
GtkWidget  *lt_jobs_view_get_awake       (LtJobsView *self);

G_END_DECLS
