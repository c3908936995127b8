/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <adwaita.h>

#include "lt-jobs.h"

G_BEGIN_DECLS

#define LT_TYPE_LEAVE_DIALOG (lt_leave_dialog_get_type ())
G_DECLARE_FINAL_TYPE (LtLeaveDialog, lt_leave_dialog, LT, LEAVE_DIALOG, AdwWindow)

/**
 * LtLeaveDialog:
 *
 * What becomes of the jobs when the app quits while some run: those that are no
 * daemons are waited for, with their progress, and daemons are stopped. It stays
 * while the app waits.
 *
 * Emits "leave" with an #LtLeave when people have decided. To keep open is to close it.
 */
typedef enum
{
  LT_LEAVE_WAIT,         /* stop the daemons, wait for the others, quit */
  LT_LEAVE_BACKGROUND,   /* the same without a window */
  LT_LEAVE_STOP,         /* stop all, quit */
} LtLeave;

LtLeaveDialog *lt_leave_dialog_new (GtkWindow *parent,
                                    LtJobs    *jobs) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
