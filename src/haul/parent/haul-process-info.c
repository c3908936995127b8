/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-process-info-private.h"

#include <unistd.h>

/* What others see of a row; haul-process-update.c brings it up to date. */

G_DEFINE_ENUM_TYPE (HaulProcessKind, haul_process_kind,
                    G_DEFINE_ENUM_VALUE (HAUL_PROCESS_OTHER, "other"),
                    G_DEFINE_ENUM_VALUE (HAUL_PROCESS_PROGRAM, "program"),
                    G_DEFINE_ENUM_VALUE (HAUL_PROCESS_FORK_SERVER, "fork-server"),
                    G_DEFINE_ENUM_VALUE (HAUL_PROCESS_WORKER, "worker"))

G_DEFINE_FINAL_TYPE (HaulProcessInfo, haul_process_info, G_TYPE_OBJECT)

static GParamSpec *properties[HAUL_PROCESS_INFO_PROP_LAST + 1];

void
haul_process_info_notify (HaulProcessInfo         *self,
                          HaulProcessInfoProperty  property)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

static void
haul_process_info_finalize (GObject *object)
{
  HaulProcessInfo *self = HAUL_PROCESS_INFO (object);

  g_clear_object (&self->parent);
  g_weak_ref_clear (&self->job);
  g_free (self->name);
  g_free (self->exit_text);

  G_OBJECT_CLASS (haul_process_info_parent_class)->finalize (object);
}

static void
get_number (HaulProcessInfo         *self,
            HaulProcessInfoProperty  property,
            GValue                  *value)
{
  switch ((guint) property)
    {
    case HAUL_PROCESS_INFO_PROP_PID:
      g_value_set_int (value, haul_process_info_get_pid (self));
      break;

    case HAUL_PROCESS_INFO_PROP_PARENT_PID:
      g_value_set_int (value, haul_process_info_get_parent_pid (self));
      break;

    case HAUL_PROCESS_INFO_PROP_CPU:
      g_value_set_double (value, haul_process_info_get_cpu (self));
      break;

    case HAUL_PROCESS_INFO_PROP_MEMORY:
      g_value_set_uint64 (value, haul_process_info_get_memory (self));
      break;

    case HAUL_PROCESS_INFO_PROP_OWN_MEMORY:
      g_value_set_int64 (value, haul_process_info_get_own_memory (self));
      break;

    case HAUL_PROCESS_INFO_PROP_N_THREADS:
      g_value_set_uint (value, haul_process_info_get_n_threads (self));
      break;

    case HAUL_PROCESS_INFO_PROP_CPU_TIME:
      g_value_set_double (value, haul_process_info_get_cpu_time (self));
      break;

    case HAUL_PROCESS_INFO_PROP_NICE:
      g_value_set_int (value, haul_process_info_get_nice (self));
      break;

    case HAUL_PROCESS_INFO_PROP_CORE:
      g_value_set_int (value, haul_process_info_get_core (self));
      break;

    case HAUL_PROCESS_INFO_PROP_ELAPSED:
      g_value_set_double (value, haul_process_info_get_elapsed (self));
      break;

    case HAUL_PROCESS_INFO_PROP_DEPTH:
      g_value_set_uint (value, haul_process_info_get_depth (self));
      break;

    case HAUL_PROCESS_INFO_PROP_N_CHILDREN:
      g_value_set_uint (value, haul_process_info_get_n_children (self));
      break;

    default:
      g_assert_not_reached ();
    }
}

/* Words, and what is true or not. */
static void
get_word (HaulProcessInfo         *self,
          HaulProcessInfoProperty  property,
          GValue                  *value)
{
  switch ((guint) property)
    {
    case HAUL_PROCESS_INFO_PROP_NAME:
      g_value_set_string (value, haul_process_info_get_name (self));
      break;

    case HAUL_PROCESS_INFO_PROP_COMMAND:
      g_value_set_string (value, haul_process_info_get_command (self));
      break;

    case HAUL_PROCESS_INFO_PROP_KIND:
      g_value_set_enum (value, haul_process_info_get_kind (self));
      break;

    case HAUL_PROCESS_INFO_PROP_STATE:
      g_value_set_string (value, haul_process_info_get_state (self));
      break;

    case HAUL_PROCESS_INFO_PROP_MEASURED:
      g_value_set_boolean (value, haul_process_info_get_measured (self));
      break;

    case HAUL_PROCESS_INFO_PROP_DAEMON:
      g_value_set_boolean (value, haul_process_info_get_daemon (self));
      break;

    case HAUL_PROCESS_INFO_PROP_IS_NEW:
      g_value_set_boolean (value, haul_process_info_get_is_new (self));
      break;

    case HAUL_PROCESS_INFO_PROP_IS_ENDED:
      g_value_set_boolean (value, haul_process_info_get_is_ended (self));
      break;

    case HAUL_PROCESS_INFO_PROP_EXIT_TEXT:
      g_value_set_string (value, haul_process_info_get_exit_text (self));
      break;

    case HAUL_PROCESS_INFO_PROP_CAN_CONTROL:
      g_value_set_boolean (value, haul_process_info_get_can_control (self));
      break;

    default:
      get_number (self, property, value);
    }
}

static void
haul_process_info_get_property (GObject    *object,
                                guint       prop_id,
                                GValue     *value,
                                GParamSpec *pspec)
{
  if (prop_id > HAUL_PROCESS_INFO_PROP_LAST)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
  else
    get_word (HAUL_PROCESS_INFO (object), (HaulProcessInfoProperty) prop_id, value);
}

static void
haul_process_info_set_property (GObject      *object,
                                guint         prop_id,
                                const GValue *value,
                                GParamSpec   *pspec)
{
  if (prop_id == HAUL_PROCESS_INFO_PROP_MEASURED)
    haul_process_info_set_measured (HAUL_PROCESS_INFO (object), g_value_get_boolean (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
haul_process_info_class_init (HaulProcessInfoClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->finalize = haul_process_info_finalize;
  object_class->get_property = haul_process_info_get_property;
  object_class->set_property = haul_process_info_set_property;

  properties[HAUL_PROCESS_INFO_PROP_PID] = g_param_spec_int ("pid", NULL, NULL, G_MININT, G_MAXINT, 0, flags);
  properties[HAUL_PROCESS_INFO_PROP_PARENT_PID] = g_param_spec_int ("parent-pid", NULL, NULL, G_MININT, G_MAXINT, 0, flags);
  properties[HAUL_PROCESS_INFO_PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  properties[HAUL_PROCESS_INFO_PROP_COMMAND] = g_param_spec_string ("command", NULL, NULL, NULL, flags);
  properties[HAUL_PROCESS_INFO_PROP_KIND] = g_param_spec_enum ("kind", NULL, NULL, HAUL_TYPE_PROCESS_KIND, HAUL_PROCESS_OTHER, flags);
  properties[HAUL_PROCESS_INFO_PROP_STATE] = g_param_spec_string ("state", NULL, NULL, NULL, flags);
  properties[HAUL_PROCESS_INFO_PROP_CPU] = g_param_spec_double ("cpu", NULL, NULL, 0, G_MAXDOUBLE, 0, flags);
  properties[HAUL_PROCESS_INFO_PROP_MEMORY] = g_param_spec_uint64 ("memory", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  properties[HAUL_PROCESS_INFO_PROP_OWN_MEMORY] = g_param_spec_int64 ("own-memory", NULL, NULL, -1, G_MAXINT64, -1, flags);
  properties[HAUL_PROCESS_INFO_PROP_MEASURED] = g_param_spec_boolean ("measured", NULL, NULL, FALSE, flags | G_PARAM_WRITABLE);
  properties[HAUL_PROCESS_INFO_PROP_N_THREADS] = g_param_spec_uint ("n-threads", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[HAUL_PROCESS_INFO_PROP_CPU_TIME] = g_param_spec_double ("cpu-time", NULL, NULL, 0, G_MAXDOUBLE, 0, flags);
  properties[HAUL_PROCESS_INFO_PROP_NICE] = g_param_spec_int ("nice", NULL, NULL, G_MININT, G_MAXINT, 0, flags);
  properties[HAUL_PROCESS_INFO_PROP_CORE] = g_param_spec_int ("core", NULL, NULL, G_MININT, G_MAXINT, 0, flags);
  properties[HAUL_PROCESS_INFO_PROP_ELAPSED] = g_param_spec_double ("elapsed", NULL, NULL, 0, G_MAXDOUBLE, 0, flags);
  properties[HAUL_PROCESS_INFO_PROP_DAEMON] = g_param_spec_boolean ("daemon", NULL, NULL, FALSE, flags);
  properties[HAUL_PROCESS_INFO_PROP_IS_NEW] = g_param_spec_boolean ("is-new", NULL, NULL, FALSE, flags);
  properties[HAUL_PROCESS_INFO_PROP_IS_ENDED] = g_param_spec_boolean ("is-ended", NULL, NULL, FALSE, flags);
  properties[HAUL_PROCESS_INFO_PROP_EXIT_TEXT] = g_param_spec_string ("exit-text", NULL, NULL, NULL, flags);
  properties[HAUL_PROCESS_INFO_PROP_CAN_CONTROL] = g_param_spec_boolean ("can-control", NULL, NULL, FALSE, flags);
  properties[HAUL_PROCESS_INFO_PROP_DEPTH] = g_param_spec_uint ("depth", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[HAUL_PROCESS_INFO_PROP_N_CHILDREN] = g_param_spec_uint ("n-children", NULL, NULL, 0, G_MAXUINT, 0, flags);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
haul_process_info_init (HaulProcessInfo *self)
{
  g_weak_ref_init (&self->job, NULL);
  self->exit_text = g_strdup ("");
  self->sample.own_memory = -1;
}

int
haul_process_info_get_pid (HaulProcessInfo *self)
{
  g_return_val_if_fail (HAUL_IS_PROCESS_INFO (self), 0);

  return self->sample.pid;
}

int
haul_process_info_get_group (HaulProcessInfo *self)
{
  g_return_val_if_fail (HAUL_IS_PROCESS_INFO (self), 0);

  return self->sample.group;
}

guint64
haul_process_info_get_start (HaulProcessInfo *self)
{
  g_return_val_if_fail (HAUL_IS_PROCESS_INFO (self), 0);

  return self->sample.start;
}

int
haul_process_info_get_parent_pid (HaulProcessInfo *self)
{
  g_return_val_if_fail (HAUL_IS_PROCESS_INFO (self), 0);

  return self->sample.parent_pid;
}

HaulProcessInfo *
haul_process_info_get_parent (HaulProcessInfo *self)
{
  g_return_val_if_fail (HAUL_IS_PROCESS_INFO (self), NULL);

  return self->parent;
}

const char *
haul_process_info_get_name (HaulProcessInfo *self)
{
  g_return_val_if_fail (HAUL_IS_PROCESS_INFO (self), NULL);

  return self->name;
}

const char *
haul_process_info_get_command (HaulProcessInfo *self)
{
  g_return_val_if_fail (HAUL_IS_PROCESS_INFO (self), NULL);

  return self->sample.name;
}

HaulProcessKind
haul_process_info_get_kind (HaulProcessInfo *self)
{
  g_return_val_if_fail (HAUL_IS_PROCESS_INFO (self), HAUL_PROCESS_OTHER);

  return self->kind;
}

const char *
haul_process_info_get_state (HaulProcessInfo *self)
{
  g_return_val_if_fail (HAUL_IS_PROCESS_INFO (self), NULL);

  return self->state;
}

double
haul_process_info_get_cpu (HaulProcessInfo *self)
{
  g_return_val_if_fail (HAUL_IS_PROCESS_INFO (self), 0);

  return self->cpu;
}

guint64
haul_process_info_get_memory (HaulProcessInfo *self)
{
  g_return_val_if_fail (HAUL_IS_PROCESS_INFO (self), 0);

  return self->sample.own_memory >= 0 ? (guint64) self->sample.own_memory : self->sample.memory;
}

gint64
haul_process_info_get_own_memory (HaulProcessInfo *self)
{
  g_return_val_if_fail (HAUL_IS_PROCESS_INFO (self), -1);

  return self->sample.own_memory;
}

gboolean
haul_process_info_get_measured (HaulProcessInfo *self)
{
  g_return_val_if_fail (HAUL_IS_PROCESS_INFO (self), FALSE);

  return self->measured;
}

guint
haul_process_info_get_n_threads (HaulProcessInfo *self)
{
  g_return_val_if_fail (HAUL_IS_PROCESS_INFO (self), 0);

  return self->sample.n_threads;
}

double
haul_process_info_get_cpu_time (HaulProcessInfo *self)
{
  g_return_val_if_fail (HAUL_IS_PROCESS_INFO (self), 0);

  return self->sample.cpu_us / (double) G_USEC_PER_SEC;
}

int
haul_process_info_get_nice (HaulProcessInfo *self)
{
  g_return_val_if_fail (HAUL_IS_PROCESS_INFO (self), 0);

  return self->sample.nice;
}

int
haul_process_info_get_core (HaulProcessInfo *self)
{
  g_return_val_if_fail (HAUL_IS_PROCESS_INFO (self), 0);

  return self->sample.core;
}

double
haul_process_info_get_elapsed (HaulProcessInfo *self)
{
  g_return_val_if_fail (HAUL_IS_PROCESS_INFO (self), 0);

  return self->elapsed;
}

gboolean
haul_process_info_get_daemon (HaulProcessInfo *self)
{
  g_return_val_if_fail (HAUL_IS_PROCESS_INFO (self), FALSE);

  return self->daemon;
}

gboolean
haul_process_info_get_is_new (HaulProcessInfo *self)
{
  g_return_val_if_fail (HAUL_IS_PROCESS_INFO (self), FALSE);

  return self->added_at != 0;
}

gboolean
haul_process_info_get_is_ended (HaulProcessInfo *self)
{
  g_return_val_if_fail (HAUL_IS_PROCESS_INFO (self), FALSE);

  return self->ended_at != 0;
}

const char *
haul_process_info_get_exit_text (HaulProcessInfo *self)
{
  g_return_val_if_fail (HAUL_IS_PROCESS_INFO (self), NULL);

  return self->exit_text;
}

gboolean
haul_process_info_get_can_control (HaulProcessInfo *self)
{
  g_return_val_if_fail (HAUL_IS_PROCESS_INFO (self), FALSE);

  return self->own && self->sample.pid > 1 && self->sample.pid != getpid () && self->ended_at == 0;
}

guint
haul_process_info_get_depth (HaulProcessInfo *self)
{
  g_return_val_if_fail (HAUL_IS_PROCESS_INFO (self), 0);

  return self->depth;
}

guint
haul_process_info_get_n_children (HaulProcessInfo *self)
{
  g_return_val_if_fail (HAUL_IS_PROCESS_INFO (self), 0);

  return self->n_children;
}
