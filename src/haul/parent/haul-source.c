/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-source-private.h"

static GSource *
attach (GSource     *source,
        const char  *name,
        GSourceFunc  callback,
        gpointer     user_data)
{
  g_autoptr(GMainContext) context = g_main_context_ref_thread_default ();

  g_source_set_static_name (source, name);
  g_source_set_callback (source, callback, user_data, NULL);
  g_source_attach (source, context);
  return source;
}

GSource *
haul_timer_new (guint        ms,
                const char  *name,
                GSourceFunc  callback,
                gpointer     user_data)
{
  return attach (g_timeout_source_new (ms), name, callback, user_data);
}

GSource *
haul_idle_new (const char  *name,
               GSourceFunc  callback,
               gpointer     user_data)
{
  GSource *source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT_IDLE);
  return attach (source, name, callback, user_data);
}

static gboolean
dispatch (GSource     *source,
          GSourceFunc  callback,
          gpointer     user_data)
{
  return callback (user_data);
}

GSource *
haul_wake_new (const char  *name,
               int          priority,
               GSourceFunc  callback,
               gpointer     user_data)
{
  static GSourceFuncs funcs = { .dispatch = dispatch };
  GSource *source = g_source_new (&funcs, sizeof (GSource));

  g_source_set_priority (source, priority);
  return attach (source, name, callback, user_data);
}

void
haul_source_clear (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}
