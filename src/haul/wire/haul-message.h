/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <glib.h>

#include "haul-decls.h"
#include "haul-frame.h"

HAUL_BEGIN_DECLS

/**
 * HAUL_PROTOCOL_MAGIC:
 *
 * What a HELLO begins with: "HAUL".
 */
#define HAUL_PROTOCOL_MAGIC   0x4c554148u

/**
 * HAUL_PROTOCOL_VERSION:
 *
 * What both ends of a pipe must agree on.
 */
#define HAUL_PROTOCOL_VERSION 3u

/**
 * HAUL_MAX_TEXT:
 *
 * Bytes of a log line, an error or a phase. What is longer is cut.
 */
#define HAUL_MAX_TEXT 4096

/**
 * HAUL_TILE_MAX_SIDE:
 *
 * How many pixels a picture that comes in tiles has at most in a row, and rows.
 */
#define HAUL_TILE_MAX_SIDE 2048

/**
 * HAUL_TILE_MAX_PIXELS:
 *
 * How many pixels one tile has at most.
 */
#define HAUL_TILE_MAX_PIXELS ((HAUL_FRAME_MAX_DATA - 24) / 3)

/**
 * HaulLogLevel:
 * @HAUL_LOG_DEBUG: for whoever writes the task
 * @HAUL_LOG_INFO: worth a line
 * @HAUL_LOG_WARNING: something is wrong, the task goes on
 * @HAUL_LOG_OUTPUT: what the child wrote to its standard output or error
 * @HAUL_LOG_NOTSET: of no line: nobody has said which levels are wanted
 *
 * How much a log line matters, from the least on.
 */
typedef enum
{
  HAUL_LOG_DEBUG,
  HAUL_LOG_INFO,
  HAUL_LOG_WARNING,
  HAUL_LOG_OUTPUT,
  HAUL_LOG_NOTSET,
} HaulLogLevel;

/**
 * HaulMessage:
 *
 * What a frame says, decoded: of the union, the member of its type counts.
 * Strings are valid UTF-8 without control characters. The inputs of a RUN come before
 * it, as DATA: their bytes one after the other, and RUN says how many are whose.
 */
#ifdef __GI_SCANNER__
typedef struct _HaulMessage HaulMessage;   /* other languages cannot take it apart */
#else
typedef struct
{
  HaulFrameType type;
  union
  {
    struct { guint32 version; char *program; }                  hello;
    struct { char *task; char *name; gboolean daemon;           /* of the process; name: (nullable) */
             GVariant *arguments; GVariant *inputs;             /* a{sv}; (nullable) at: sizes */
             HaulLogLevel level; guint32 shares;                /* number of the set, 0 for none */
             guint64 seed; gboolean seeds_process; } run;       /* rand() and its like as well */
    struct { double done; double total; char *phase; }          progress;  /* total 0: unknown */
    struct { HaulLogLevel level; char *text; char *domain;      /* of g_log(); (nullable) */
             char *process; int pid; } log;                     /* who says it: (nullable) and 0 for the sender */
    struct { const guint8 *bytes; gsize size; }                 data;      /* borrowed */
    struct { guint64 size; }                                    result;
    struct { gboolean cancelled; char *text; }                  error;
    struct { guint32 all_width; guint32 all_height; guint32 x; guint32 y; guint32 width; guint32 height;
             const guint8 *pixels; } tile;                      /* borrowed: red, green, blue of each */
  };
} HaulMessage;
#endif

GBytes   *haul_message_encode      (const HaulMessage  *message) G_GNUC_WARN_UNUSED_RESULT;
gsize     haul_message_encode_into (const HaulMessage  *message,
                                    guint8             *buffer,
                                    gsize               size);
gboolean  haul_message_decode      (const HaulFrame    *frame,
                                    HaulMessage        *ret_message,
                                    GError            **error) G_GNUC_WARN_UNUSED_RESULT;
void      haul_message_clear       (HaulMessage        *message);

char     *haul_text_clean          (const char         *bytes,
                                    gssize              size) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HaulMessage, haul_message_clear)

HAUL_END_DECLS
