/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "haul/worker/haul-context.h"

G_BEGIN_DECLS

/*
 * A PNG that several workers write: strips of rows are compressed apart from each other, by zlib, and
 * put behind one another as they are. 256 colours, one byte a pixel.
 */
#define PNG_N_COLORS 256

/* What of a strip is needed to put it where it belongs: the sum over its bytes, and what they were
 * compressed to. */
#define PNG_STRIP_HEAD 4

/* @pixels: @n_rows rows of @width bytes. Gives bytes that png_strips_emit() takes. */
GByteArray *png_strip_new     (const guint8 *pixels,
                               guint         width,
                               guint         n_rows) G_GNUC_WARN_UNUSED_RESULT;

typedef struct
{
  HaulContext *context;   /* borrowed: where the file goes */
  guint32      sum;       /* over all strips */
  gboolean     begun;
  guint        width;
} PngWriter;

/* In this order; strips from the first to the last. */
void        png_writer_begin  (PngWriter    *self,
                               HaulContext  *context,
                               guint         width,
                               guint         height,
                               const guint8 *colors);   /* red, green, blue of each */
gboolean    png_writer_add    (PngWriter    *self,
                               const guint8 *strip,
                               gsize         size,
                               guint         n_rows,
                               GError      **error);
void        png_writer_end    (PngWriter    *self);

G_END_DECLS
