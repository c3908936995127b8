/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Small bars in a row, the newest last: the picture in the heartbeat. */
#define LT_TYPE_STRIP (lt_strip_get_type ())
G_DECLARE_FINAL_TYPE (LtStrip, lt_strip, LT, STRIP, GtkWidget)

#define LT_STRIP_N_BARS 19

/* Each height from 0 to 1. */
void lt_strip_set_heights (LtStrip     *self,
                           const float *heights);

G_END_DECLS
