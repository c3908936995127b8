/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-frame.h"

#include <string.h>

#include "haul-error.h"

static const struct
{
  const char *name;
  gsize       max_payload;
} types[HAUL_FRAME_N_TYPES] = {
  [HAUL_FRAME_HELLO] = { "HELLO", 1024 },
  [HAUL_FRAME_RUN] = { "RUN", 256 * 1024 },   /* with the sizes of as many inputs as a part may have */
  [HAUL_FRAME_CANCEL] = { "CANCEL", 0 },
  [HAUL_FRAME_PROGRESS] = { "PROGRESS", 8 * 1024 },
  [HAUL_FRAME_LOG] = { "LOG", 16 * 1024 },
  [HAUL_FRAME_DATA] = { "DATA", HAUL_FRAME_MAX_DATA },
  [HAUL_FRAME_RESULT] = { "RESULT", 64 },
  [HAUL_FRAME_ERROR] = { "ERROR", 8 * 1024 },
  [HAUL_FRAME_TILE] = { "TILE", HAUL_FRAME_MAX_DATA },
};

/* A frame of a later version: skipped, so it may not be much. */
#define MAX_UNKNOWN_PAYLOAD (64 * 1024)

static void
put_u16 (guint8  *to,
         guint16  value)
{
  value = GUINT16_TO_LE (value);
  memcpy (to, &value, sizeof value);
}

static void
put_u32 (guint8  *to,
         guint32  value)
{
  value = GUINT32_TO_LE (value);
  memcpy (to, &value, sizeof value);
}

static guint16
get_u16 (const guint8 *from)
{
  guint16 value;

  memcpy (&value, from, sizeof value);
  return GUINT16_FROM_LE (value);
}

static guint32
get_u32 (const guint8 *from)
{
  guint32 value;

  memcpy (&value, from, sizeof value);
  return GUINT32_FROM_LE (value);
}

/**
 * haul_frame_type_to_string:
 * @type: of a frame, known or not
 *
 * Names a type of frames.
 *
 * Returns: (transfer none) (nullable): its name, "PROGRESS"; %NULL for one that we
 *   do not know
 */
const char *
haul_frame_type_to_string (guint16 type)
{
  return type < HAUL_FRAME_N_TYPES ? types[type].name : NULL;
}

/**
 * haul_frame_max_payload:
 * @type: of a frame, known or not
 *
 * Looks up how large a frame of some type may be.
 *
 * Returns: how many bytes of payload such a frame may have
 */
gsize
haul_frame_max_payload (guint16 type)
{
  return haul_frame_type_to_string (type) != NULL ? types[type].max_payload : MAX_UNKNOWN_PAYLOAD;
}

/**
 * haul_frame_encode_header: (skip)
 * @frame: a frame; its payload is not looked at
 * @ret_header: the sixteen bytes that go before the payload
 *
 * Writes the header of a frame.
 */
void
haul_frame_encode_header (const HaulFrame *frame,
                          guint8           ret_header[HAUL_FRAME_HEADER_SIZE])
{
  g_return_if_fail (frame->size <= haul_frame_max_payload (frame->type));

  put_u32 (ret_header, frame->size);
  put_u16 (ret_header + 4, frame->type);
  put_u16 (ret_header + 6, 0);
  put_u32 (ret_header + 8, frame->job);
  put_u32 (ret_header + 12, frame->sequence);
}

/**
 * haul_decoder_init:
 * @self: (out caller-allocates): a decoder
 *
 * Makes a decoder that expects the first frame of a stream.
 */
void
haul_decoder_init (HaulDecoder *self)
{
  *self = (HaulDecoder) { 0 };
}

G_GNUC_PRINTF (3, 4)
static HaulDecoded
fail (HaulDecoder  *self,
      GError      **error,
      const char   *format,
      ...)
{
  g_autofree char *what = NULL;
  va_list args;

  va_start (args, format);
  what = g_strdup_vprintf (format, args);
  va_end (args);

  self->failed = TRUE;
  g_set_error (error, HAUL_ERROR, HAUL_ERROR_PROTOCOL,
               "at byte %" G_GUINT64_FORMAT ": %s", self->offset, what);
  return HAUL_DECODED_ERROR;
}

/**
 * haul_decoder_next:
 * @self: a decoder
 * @bytes: (array length=n_bytes): what was read and not used yet
 * @n_bytes: how many
 * @ret_frame: (out): the frame; its payload lies in @bytes
 * @ret_used: (out): how many of @bytes the frame took
 * @error: %HAUL_ERROR_PROTOCOL, with the position in the stream
 *
 * The next frame of a stream. A header is judged as soon as it is whole, before
 * anybody waits, or makes room, for the payload that it promises. The
 * out-parameters are set for %HAUL_DECODED_FRAME alone.
 *
 * Returns: whether there was a whole frame
 */
HaulDecoded
haul_decoder_next (HaulDecoder   *self,
                   const guint8  *bytes,
                   gsize          n_bytes,
                   HaulFrame     *ret_frame,
                   gsize         *ret_used,
                   GError       **error)
{
  HaulFrame frame = { 0 };

  if (self->failed)
    return fail (self, error, "reading on after an error");
  if (n_bytes < HAUL_FRAME_HEADER_SIZE)
    return HAUL_DECODED_MORE;

  frame.size = get_u32 (bytes);
  frame.type = get_u16 (bytes + 4);
  frame.job = get_u32 (bytes + 8);
  frame.sequence = get_u32 (bytes + 12);

  if (get_u16 (bytes + 6) != 0)
    return fail (self, error, "a frame with unknown flags %#x", get_u16 (bytes + 6));
  if (frame.sequence != self->sequence)
    return fail (self, error, "frame %u where %u was due", frame.sequence, self->sequence);
  if (self->offset == 0 && frame.type != HAUL_FRAME_HELLO)
    return fail (self, error, "the first frame is not a HELLO");
  if (self->offset != 0 && frame.type == HAUL_FRAME_HELLO)
    return fail (self, error, "a second HELLO");
  if (frame.size > haul_frame_max_payload (frame.type))
    return fail (self, error, "a frame of type %u with %" G_GSIZE_FORMAT " bytes, %" G_GSIZE_FORMAT " is the most",
                 frame.type, frame.size, haul_frame_max_payload (frame.type));
  if (n_bytes - HAUL_FRAME_HEADER_SIZE < frame.size)
    return HAUL_DECODED_MORE;

  frame.payload = bytes + HAUL_FRAME_HEADER_SIZE;
  self->sequence++;
  self->offset += HAUL_FRAME_HEADER_SIZE + frame.size;

  *ret_frame = frame;
  *ret_used = HAUL_FRAME_HEADER_SIZE + frame.size;
  return HAUL_DECODED_FRAME;
}

/**
 * haul_decoder_finish:
 * @self: a decoder
 * @n_left: how many bytes are unused at the end of file
 * @error: %HAUL_ERROR_PROTOCOL
 *
 * Tells whether the end of the stream comes at the end of a frame.
 *
 * Returns: %TRUE between two frames, %FALSE inside one
 */
gboolean
haul_decoder_finish (HaulDecoder  *self,
                     gsize         n_left,
                     GError      **error)
{
  if (!self->failed && n_left == 0)
    return TRUE;
  if (self->failed)
    (void) fail (self, error, "reading on after an error");
  else
    (void) fail (self, error, "the stream ends inside a frame, after %" G_GSIZE_FORMAT " bytes of it", n_left);
  return FALSE;
}
