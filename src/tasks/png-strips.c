/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "png-strips.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <zlib.h>

#include "haul/wire/haul-error.h"

/* The header of a zlib stream, and an empty last block of deflate. */
static const guint8 zlib_head[] = { 0x78, 0x01 };
static const guint8 last_block[] = { 0x03, 0x00 };

static void
put_u32 (guint8  *to,
         guint32  value)
{
  value = GUINT32_TO_BE (value);
  memcpy (to, &value, sizeof value);
}

static void
deflate_rows (z_stream     *stream,
              const guint8 *pixels,
              guint         width,
              guint         n_rows,
              guint32      *sum)
{
  guint8 filter = 0;

  for (guint row = 0; row < n_rows; row++)
    {
      stream->next_in = &filter;
      stream->avail_in = 1;
      (void) deflate (stream, Z_NO_FLUSH);   /* there is room for all, so it cannot fail */
      *sum = adler32 (*sum, &filter, 1);

      stream->next_in = (guint8 *) pixels + (gsize) row * width;
      stream->avail_in = width;
      *sum = adler32 (*sum, stream->next_in, width);
      (void) deflate (stream, row + 1 < n_rows ? Z_NO_FLUSH : Z_FULL_FLUSH);
    }
}

GByteArray *
png_strip_new (const guint8 *pixels,
               guint         width,
               guint         n_rows)
{
  GByteArray *strip = g_byte_array_new ();
  z_stream stream = { 0 };
  guint32 sum = adler32 (0, NULL, 0);

  /* Raw; the fast way makes a picture a third larger, and takes a fifth of the time. */
  if (deflateInit2 (&stream, Z_BEST_SPEED, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    g_error ("zlib: out of memory");   /* as for any other g_malloc() */

  g_byte_array_set_size (strip, PNG_STRIP_HEAD + deflateBound (&stream, ((gulong) width + 1) * n_rows) + 16);
  stream.next_out = strip->data + PNG_STRIP_HEAD;
  stream.avail_out = strip->len - PNG_STRIP_HEAD;
  deflate_rows (&stream, pixels, width, n_rows, &sum);
  g_byte_array_set_size (strip, strip->len - stream.avail_out);
  (void) deflateEnd (&stream);   /* the stream has no end of its own */

  put_u32 (strip->data, sum);
  return strip;
}

static void
emit_chunk (HaulContext  *context,
            const char   *type,
            const guint8 *head,
            gsize         head_size,
            const guint8 *data,
            gsize         size)
{
  guint8 before[8], after[4];
  guint32 check = crc32 (0, (const guint8 *) type, 4);

  /* zlib takes NULL for a wish to begin anew. */
  if (head_size > 0)
    check = crc32 (check, head, head_size);
  if (size > 0)
    check = crc32 (check, data, size);
  put_u32 (before, head_size + size);
  memcpy (before + 4, type, 4);
  put_u32 (after, check);

  haul_context_emit (context, before, sizeof before);
  haul_context_emit (context, head, head_size);
  haul_context_emit (context, data, size);
  haul_context_emit (context, after, sizeof after);
}

void
png_writer_begin (PngWriter    *self,
                  HaulContext  *context,
                  guint         width,
                  guint         height,
                  const guint8 *colors)
{
  static const guint8 signature[] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n' };
  guint8 header[13] = { 0 };

  *self = (PngWriter) { .context = context, .sum = adler32 (0, NULL, 0), .width = width };
  put_u32 (header, width);
  put_u32 (header + 4, height);
  header[8] = 8;   /* bits */
  header[9] = 3;   /* numbers of colours */

  haul_context_emit (context, signature, sizeof signature);
  emit_chunk (context, "IHDR", NULL, 0, header, sizeof header);
  emit_chunk (context, "PLTE", NULL, 0, colors, 3 * PNG_N_COLORS);
}

gboolean
png_writer_add (PngWriter     *self,
                const guint8  *strip,
                gsize          size,
                guint          n_rows,
                GError       **error)
{
  guint32 sum;

  if (size <= PNG_STRIP_HEAD)
    {
      g_set_error_literal (error, HAUL_ERROR, HAUL_ERROR_TASK, _("a part gave what is no strip of a picture"));
      return FALSE;
    }
  memcpy (&sum, strip, sizeof sum);
  self->sum = adler32_combine (self->sum, GUINT32_FROM_BE (sum), ((z_off_t) self->width + 1) * n_rows);
  emit_chunk (self->context, "IDAT", zlib_head, self->begun ? 0 : sizeof zlib_head,
              strip + PNG_STRIP_HEAD, size - PNG_STRIP_HEAD);
  self->begun = TRUE;
  return TRUE;
}

void
png_writer_end (PngWriter *self)
{
  guint8 sum[4];

  put_u32 (sum, self->sum);
  emit_chunk (self->context, "IDAT", last_block, sizeof last_block, sum, sizeof sum);
  emit_chunk (self->context, "IEND", NULL, 0, NULL, 0);
}
