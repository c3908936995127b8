/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <adwaita.h>

#include "lt-jobs.h"
#include "lt-lab-view.h"
#include "lt-processes-view.h"
#include "lt-timeline-view.h"

G_BEGIN_DECLS

#define LT_TYPE_WINDOW (lt_window_get_type ())
G_DECLARE_FINAL_TYPE (LtWindow, lt_window, LT, WINDOW, AdwApplicationWindow)

LtWindow *lt_window_new          (GtkApplication *application,
                                  LtJobs         *jobs) G_GNUC_WARN_UNUSED_RESULT;

HaulJob  *lt_window_get_selected (LtWindow       *self);
void      lt_window_select       (LtWindow       *self,
                                  HaulJob        *job);
LtProcessesView *lt_window_get_processes_view (LtWindow *self);
LtTimelineView *lt_window_get_timeline_view (LtWindow *self);
void      lt_window_show_in_timeline (LtWindow   *self,
                                      HaulJob    *job);
LtLabView *lt_window_get_lab_view (LtWindow       *self);
void      lt_window_set_page     (LtWindow       *self,
                                  const char     *name);
/* @action (nullable): with its button, of @label */
void      lt_window_toast        (LtWindow       *self,
                                  const char     *text,
                                  const char     *label,
                                  const char     *action);
/* The toast that offers to undo what was done last; it takes the place of the one before. @text (nullable): none */
void      lt_window_toast_undo   (LtWindow       *self,
                                  const char     *text,
                                  const char     *action);
void      lt_window_present_form (LtWindow       *self,
                                  const HaulTask *task,
                                  HaulJob        *like);
void      lt_window_calculate_pi (LtWindow       *self);

G_END_DECLS
