/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <gtk/gtk.h>

#include "haul/haul.h"

G_BEGIN_DECLS

/* How quick this window is, always in sight: a strip of the last beats and the worst of the last
 * second in milliseconds. When the main loop was blocked it says for how long. Its width does not change. */
#define LT_TYPE_HEARTBEAT (lt_heartbeat_get_type ())
G_DECLARE_FINAL_TYPE (LtHeartbeat, lt_heartbeat, LT, HEARTBEAT, GtkWidget)

HaulHeartbeat *lt_heartbeat_get_heart   (LtHeartbeat   *self);
/* The number alone, as it is at first: a window that is to be narrow must never be wider. */
void           lt_heartbeat_set_compact (LtHeartbeat   *self,
                                         gboolean       compact);
char          *lt_heartbeat_format      (double         latency,
                                         gboolean       compact) G_GNUC_WARN_UNUSED_RESULT;
float          lt_heartbeat_height      (float          latency);

G_END_DECLS
