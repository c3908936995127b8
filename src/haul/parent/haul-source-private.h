/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Sources in the thread-default main context, owned by a field that is cleared with
 * haul_source_clear(). A callback that returns G_SOURCE_REMOVE clears its field first. */

/* Once, after @ms. */
GSource *haul_timer_new    (guint        ms,
                            const char  *name,
                            GSourceFunc  callback,
                            gpointer     user_data) G_GNUC_WARN_UNUSED_RESULT;

/* Once, in a later turn of the loop, after whatever paints. */
GSource *haul_idle_new     (const char  *name,
                            GSourceFunc  callback,
                            gpointer     user_data) G_GNUC_WARN_UNUSED_RESULT;

/* Whenever somebody, in whatever thread, calls g_source_set_ready_time(): at @priority. */
GSource *haul_wake_new     (const char  *name,
                            int          priority,
                            GSourceFunc  callback,
                            gpointer     user_data) G_GNUC_WARN_UNUSED_RESULT;

void     haul_source_clear (GSource    **source);

G_END_DECLS
