/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-record.h"

struct _HaulRecord
{
  GObject       parent_instance;

  gint64        time;    /* µs, monotonic */
  gint64        gap;     /* µs */
  HaulLogLevel  level;
  HaulFrameType frame;
  gboolean      down;
  gsize         size;
  char         *text;    /* (owned) */
};

G_DEFINE_FINAL_TYPE (HaulRecord, haul_record, G_TYPE_OBJECT)

static void
haul_record_finalize (GObject *object)
{
  HaulRecord *self = HAUL_RECORD (object);

  g_free (self->text);

  G_OBJECT_CLASS (haul_record_parent_class)->finalize (object);
}

static void
haul_record_class_init (HaulRecordClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = haul_record_finalize;
}

static void
haul_record_init (HaulRecord *self)
{
}

/**
 * haul_record_new_log:
 * @time: when, in µs of g_get_monotonic_time()
 * @level: how much it matters
 * @text: (nullable): the line, without its end
 *
 * Makes a record of a line of a log.
 *
 * Returns: (transfer full): a record of a log line
 */
HaulRecord *
haul_record_new_log (gint64        time,
                     HaulLogLevel  level,
                     const char   *text)
{
  HaulRecord *self = g_object_new (HAUL_TYPE_RECORD, NULL);

  self->time = time;
  self->level = level;
  self->frame = HAUL_FRAME_LOG;
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
