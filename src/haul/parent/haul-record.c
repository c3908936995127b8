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

gint64
haul_record_get_time (HaulRecord *self)
{
  g_return_val_if_fail (HAUL_IS_RECORD (self), 0);

  return self->time;
}

gint64
haul_record_get_gap (HaulRecord *self)
{
  g_return_val_if_fail (HAUL_IS_RECORD (self), 0);

  return self->gap;
}

HaulLogLevel
haul_record_get_level (HaulRecord *self)
{
  g_return_val_if_fail (HAUL_IS_RECORD (self), HAUL_LOG_DEBUG);

  return self->level;
}

HaulFrameType
haul_record_get_frame (HaulRecord *self)
{
  g_return_val_if_fail (HAUL_IS_RECORD (self), HAUL_FRAME_HELLO);

  return self->frame;
}

gboolean
haul_record_get_down (HaulRecord *self)
{
  g_return_val_if_fail (HAUL_IS_RECORD (self), FALSE);

  return self->down;
}

gsize
haul_record_get_size (HaulRecord *self)
{
  g_return_val_if_fail (HAUL_IS_RECORD (self), 0);

  return self->size;
}

const char *
haul_record_get_text (HaulRecord *self)
{
  g_return_val_if_fail (HAUL_IS_RECORD (self), NULL);

  return self->text;
}
