/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-record.h"

#include "haul/worker/haul-log-private.h"

struct _HaulRecord
{
  GObject       parent_instance;

  gint64        time;    /* µs, monotonic */
  gint64        gap;     /* µs */
  HaulLogLevel  level;
  HaulFrameType frame;
  gboolean      down;
  gsize         size;
  char         *process; /* (owned) (nullable) a #GRefString, as many have the same */
  int           pid;
  char         *domain;  /* (owned) (nullable) likewise */
  char         *text;    /* (owned) */
};

typedef enum
{
  PROP_LEVEL = 1,
  PROP_PROCESS_NAME,
  PROP_PID,
  PROP_DOMAIN,
  PROP_TEXT,
} HaulRecordProperty;

static GParamSpec *properties[PROP_TEXT + 1];

G_DEFINE_FINAL_TYPE (HaulRecord, haul_record, G_TYPE_OBJECT)

static void
haul_record_finalize (GObject *object)
{
  HaulRecord *self = HAUL_RECORD (object);

  g_clear_pointer (&self->process, g_ref_string_release);
  g_clear_pointer (&self->domain, g_ref_string_release);
  g_free (self->text);

  G_OBJECT_CLASS (haul_record_parent_class)->finalize (object);
}

static void
haul_record_get_property (GObject    *object,
                          guint       prop_id,
                          GValue     *value,
                          GParamSpec *pspec)
{
  HaulRecord *self = HAUL_RECORD (object);

  switch ((HaulRecordProperty) prop_id)
    {
    case PROP_LEVEL:
      g_value_set_enum (value, self->level);
      break;

    case PROP_PROCESS_NAME:
      g_value_set_string (value, self->process);
      break;

    case PROP_PID:
      g_value_set_int (value, self->pid);
      break;

    case PROP_DOMAIN:
      g_value_set_string (value, self->domain);
      break;

    case PROP_TEXT:
      g_value_set_string (value, self->text);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
haul_record_class_init (HaulRecordClass *klass)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = haul_record_finalize;
  object_class->get_property = haul_record_get_property;

  properties[PROP_LEVEL] = g_param_spec_enum ("level", NULL, NULL, HAUL_TYPE_LOG_LEVEL, HAUL_LOG_DEBUG, flags);
  properties[PROP_PROCESS_NAME] = g_param_spec_string ("process-name", NULL, NULL, NULL, flags);
  properties[PROP_PID] = g_param_spec_int ("pid", NULL, NULL, 0, G_MAXINT, 0, flags);
  properties[PROP_DOMAIN] = g_param_spec_string ("domain", NULL, NULL, NULL, flags);
  properties[PROP_TEXT] = g_param_spec_string ("text", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
haul_record_init (HaulRecord *self)
{
}

/**
 * haul_record_new_log:
 * @time: when, in µs of g_get_monotonic_time()
 * @level: how much it matters
 * @process_name: (nullable): which process said it
 * @pid: the number that it has
 * @domain: (nullable): the domain of what was said by g_log()
 * @text: (nullable): the line, without its end
 *
 * Makes a record of a line of a log.
 *
 * Returns: (transfer full): a record of a log line
 */
HaulRecord *
haul_record_new_log (gint64        time,
                     HaulLogLevel  level,
                     const char   *process_name,
                     int           pid,
                     const char   *domain,
                     const char   *text)
{
  HaulRecord *self = g_object_new (HAUL_TYPE_RECORD, NULL);

  self->time = time;
  self->level = level;
  self->frame = HAUL_FRAME_LOG;
  self->process = process_name != NULL ? g_ref_string_new_intern (process_name) : NULL;
  self->pid = MAX (pid, 0);
  self->domain = domain != NULL ? g_ref_string_new_intern (domain) : NULL;
  self->text = g_strdup (text != NULL ? text : "");
  return self;
}

/**
 * haul_record_new_frame:
 * @time: when, in µs of g_get_monotonic_time()
 * @previous: when the frame before was; 0 if there was none
 * @type: what it says
 * @down: whether it went to the worker
 * @size: bytes on the pipe, with the header
 * @text: (nullable): what it says, in short
 *
 * Makes a record of a frame that went over a pipe.
 *
 * Returns: (transfer full): a record of a frame
 */
HaulRecord *
haul_record_new_frame (gint64         time,
                       gint64         previous,
                       HaulFrameType  type,
                       gboolean       down,
                       gsize          size,
                       const char    *text)
{
  HaulRecord *self = g_object_new (HAUL_TYPE_RECORD, NULL);

  self->time = time;
  self->gap = previous != 0 ? time - previous : 0;
  self->frame = type;
  self->down = down;
  self->size = size;
  self->text = g_strdup (text != NULL ? text : "");
  return self;
}

/**
 * haul_record_get_time:
 * @self: a record
 *
 * Tells when it was made.
 *
 * Returns: when it was, in µs of g_get_monotonic_time()
 */
gint64
haul_record_get_time (HaulRecord *self)
{
  g_return_val_if_fail (HAUL_IS_RECORD (self), 0);

  return self->time;
}

/**
 * haul_record_get_gap:
 * @self: a record
 *
 * Tells how long nothing had come or gone before.
 *
 * Returns: µs since the frame before; 0 for the first, and for a log line
 */
gint64
haul_record_get_gap (HaulRecord *self)
{
  g_return_val_if_fail (HAUL_IS_RECORD (self), 0);

  return self->gap;
}

/**
 * haul_record_get_level:
 * @self: a record
 *
 * Tells how much a line matters.
 *
 * Returns: how much a log line matters
 */
HaulLogLevel
haul_record_get_level (HaulRecord *self)
{
  g_return_val_if_fail (HAUL_IS_RECORD (self), HAUL_LOG_DEBUG);

  return self->level;
}

/**
 * haul_record_get_process_name:
 * @self: a record
 *
 * Gets #HaulRecord:process-name: what the program that started the process calls it,
 * "Process-1" for a #HaulProcess, "Worker-4" for the process of a job, "PoolWorker-2",
 * and "MainProcess" for the program itself.
 *
 * Returns: (transfer none) (nullable): the process that said it; %NULL for a frame
 */
const char *
haul_record_get_process_name (HaulRecord *self)
{
  g_return_val_if_fail (HAUL_IS_RECORD (self), NULL);

  return self->process;
}

/**
 * haul_record_get_pid:
 * @self: a record
 *
 * Gets #HaulRecord:pid.
 *
 * Returns: the number that the process had; 0 for a frame
 */
int
haul_record_get_pid (HaulRecord *self)
{
  g_return_val_if_fail (HAUL_IS_RECORD (self), 0);

  return self->pid;
}

/**
 * haul_record_get_domain:
 * @self: a record
 *
 * Gets #HaulRecord:domain; what this library says itself has "haul".
 *
 * Returns: (transfer none) (nullable): the domain of what was said by g_log()
 */
const char *
haul_record_get_domain (HaulRecord *self)
{
  g_return_val_if_fail (HAUL_IS_RECORD (self), NULL);

  return self->domain;
}

/**
 * haul_record_dup_line:
 * @self: a record of a log
 *
 * Makes the line that haul_log_to_stderr() prints.
 *
 * Returns: (transfer full): "[INFO/Process-1] the text", without an end of line
 */
char *
haul_record_dup_line (HaulRecord *self)
{
  g_return_val_if_fail (HAUL_IS_RECORD (self), NULL);

  return haul_log_format (self->level, self->process != NULL ? self->process : "", self->text);
}

/**
 * haul_record_get_frame:
 * @self: a record
 *
 * Tells what kind of frame it was.
 *
 * Returns: what kind of frame it was; %HAUL_FRAME_LOG for a log line
 */
HaulFrameType
haul_record_get_frame (HaulRecord *self)
{
  g_return_val_if_fail (HAUL_IS_RECORD (self), HAUL_FRAME_HELLO);

  return self->frame;
}

/**
 * haul_record_get_down:
 * @self: a record
 *
 * Tells which way a frame went.
 *
 * Returns: %TRUE for a frame that went to the worker
 */
gboolean
haul_record_get_down (HaulRecord *self)
{
  g_return_val_if_fail (HAUL_IS_RECORD (self), FALSE);

  return self->down;
}

/**
 * haul_record_get_size:
 * @self: a record
 *
 * Gets the size of a frame.
 *
 * Returns: bytes on the pipe, with the header; 0 for a log line
 */
gsize
haul_record_get_size (HaulRecord *self)
{
  g_return_val_if_fail (HAUL_IS_RECORD (self), 0);

  return self->size;
}

/**
 * haul_record_get_text:
 * @self: a record
 *
 * Gets the text of a record.
 *
 * Returns: (transfer none): the line, or what the frame says in short; never %NULL
 */
const char *
haul_record_get_text (HaulRecord *self)
{
  g_return_val_if_fail (HAUL_IS_RECORD (self), NULL);

  return self->text;
}
