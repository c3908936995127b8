/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul/wire/haul-message.h"
#include "haul/wire/haul-shared-private.h"

G_BEGIN_DECLS

/* What is read from a worker's pipes, on its way to whoever runs it: frames, and lines of text. Both read
 * a bounded amount a call. */

typedef enum
{
  HAUL_INTAKE_EMPTY,   /* nothing is there now */
  HAUL_INTAKE_SOME,    /* all that one read brought is delivered; there may be more */
  HAUL_INTAKE_MORE,    /* used its share, and there is more */
  HAUL_INTAKE_END,     /* end of file */
  HAUL_INTAKE_BAD,     /* what came makes no sense */
} HaulIntake;

/* FALSE, with an error, for what makes no sense there. */
typedef gboolean (*HaulIntakeSink) (const HaulFrame    *frame,
                                    const HaulMessage  *message,
                                    gpointer            user_data,
                                    GError            **error);
typedef void     (*HaulLineSink)   (const char         *text,
                                    gpointer            user_data);

typedef struct
{
  HaulDecoder  decoder;
  GByteArray  *pending;   /* (owned) read, and not made frames of yet, but for … */
  gsize        used;      /* … so much of it */
  guint64      n_read;    /* bytes, ever */
} HaulFrames;

void       haul_frames_init   (HaulFrames   *self);
void       haul_frames_clear  (HaulFrames   *self);
HaulIntake haul_frames_take   (HaulFrames   *self,
                               int           fd,
                               HaulIntakeSink sink,
                               gpointer      user_data,
                               GError      **error);
HaulIntake haul_frames_drain  (HaulFrames   *self,
                               int           fd,
                               guint64       goal,
                               HaulIntakeSink sink,
                               gpointer      user_data,
                               GError      **error);
/* What was said on the board and never written: FALSE if there is none. Once all that was is read. */
gboolean   haul_frames_take_kept (HaulFrames      *self,
                                  const HaulBoard *board);
gboolean   haul_frames_finish (HaulFrames   *self,
                               GError      **error);

typedef struct
{
  GString     *line;      /* (owned) what came of the current line */
  guint64      n_read;    /* bytes, ever */
} HaulLines;

void       haul_lines_init    (HaulLines    *self);
void       haul_lines_clear   (HaulLines    *self);
HaulIntake haul_lines_take    (HaulLines    *self,
                               int           fd,
                               HaulLineSink  sink,
                               gpointer      user_data);
void       haul_lines_finish  (HaulLines    *self,
                               HaulLineSink  sink,
                               gpointer      user_data);

gsize      haul_bytes_waiting (int           fd);

G_END_DECLS
