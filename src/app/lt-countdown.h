/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* A ring that empties, and in it the seconds that are left: where a button will be. */
#define LT_TYPE_COUNTDOWN (lt_countdown_get_type ())
G_DECLARE_FINAL_TYPE (LtCountdown, lt_countdown, LT, COUNTDOWN, GtkWidget)

/* @end: when it is over, in µs of g_get_monotonic_time(). @seconds: how long it takes in all. */
void  lt_countdown_set_end      (LtCountdown *self,
                                 gint64       end,
                                 double       seconds);
guint lt_countdown_get_seconds  (LtCountdown *self);   /* as it shows them, rounded up */

G_END_DECLS
