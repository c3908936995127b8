/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-awake.h"

#include <glib/gi18n.h>

#include "lt-settings.h"

struct _LtAwake
{
  GObject         parent_instance;

  GtkApplication *application;   /* (unowned) which owns us */
  LtJobs         *jobs;          /* (owned) */
  guint           cookie;        /* 0 while it does not, or the session could not */
};

typedef enum
{
  PROP_ACTIVE = 1,
} LtAwakeProperty;

static GParamSpec *properties[PROP_ACTIVE + 1];

G_DEFINE_FINAL_TYPE (LtAwake, lt_awake, G_TYPE_OBJECT)

static void
update (LtAwake *self)
{
  gboolean wanted = lt_settings_get_keep_awake () && lt_jobs_get_count (self->jobs, LT_FILTER_ACTIVE) > 0;
  gboolean was_active = self->cookie != 0;

  if (wanted && self->cookie == 0)
    {
      self->cookie = gtk_application_inhibit (self->application,
                                              gtk_application_get_active_window (self->application),
                                              GTK_APPLICATION_INHIBIT_LOGOUT | GTK_APPLICATION_INHIBIT_SUSPEND,
                                              _("Jobs are running"));
    }
  else if (!wanted && self->cookie != 0)
    {
      gtk_application_uninhibit (self->application, self->cookie);
      self->cookie = 0;
    }
  if (was_active != (self->cookie != 0))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ACTIVE]);
}

static void
lt_awake_dispose (GObject *object)
{
  LtAwake *self = LT_AWAKE (object);

  g_clear_object (&self->jobs);

  G_OBJECT_CLASS (lt_awake_parent_class)->dispose (object);
}

static void
lt_awake_get_property (GObject    *object,
                       guint       prop_id,
                       GValue     *value,
                       GParamSpec *pspec)
{
  switch ((LtAwakeProperty) prop_id)
    {
    case PROP_ACTIVE:
      g_value_set_boolean (value, lt_awake_get_active (LT_AWAKE (object)));
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
lt_awake_class_init (LtAwakeClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = lt_awake_dispose;
  object_class->get_property = lt_awake_get_property;

  properties[PROP_ACTIVE] = g_param_spec_boolean ("active", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
lt_awake_init (LtAwake *self)
{
}

LtAwake *
lt_awake_new (GtkApplication *application,
              LtJobs         *jobs)
{
  LtAwake *self;

  g_return_val_if_fail (GTK_IS_APPLICATION (application), NULL);
  g_return_val_if_fail (LT_IS_JOBS (jobs), NULL);

  self = g_object_new (LT_TYPE_AWAKE, NULL);
  self->application = application;
  self->jobs = g_object_ref (jobs);
  g_signal_connect_object (jobs, "counted", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  if (lt_settings_get () != NULL)
    g_signal_connect_object (lt_settings_get (), "changed::keep-awake", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  return self;
}

gboolean
lt_awake_get_active (LtAwake *self)
{
  g_return_val_if_fail (LT_IS_AWAKE (self), FALSE);

  return self->cookie != 0;
}
