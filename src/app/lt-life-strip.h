/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <gtk/gtk.h>

#include "haul/haul.h"

G_BEGIN_DECLS

/* The life of a job as steps with their times: asked to end, exited and joined are three things.
 * In one line where there is room, else one step a line. */
#define LT_TYPE_LIFE_STRIP (lt_life_strip_get_type ())
G_DECLARE_FINAL_TYPE (LtLifeStrip, lt_life_strip, LT, LIFE_STRIP, GtkWidget)

void  lt_life_strip_set_job   (LtLifeStrip *self,
                               HaulJob     *job);
void  lt_life_strip_refresh   (LtLifeStrip *self);
/* "queued 0 ms, started 2 ms, running 5 ms", NULL without a job. */
char *lt_life_strip_describe  (HaulJob     *job) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
