/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <stdlib.h>

#include "haul-test.h"

#include "haul/wire/haul-error.h"
#include "haul/wire/haul-frame.h"

/* Frames written byte by byte from the table in haul-frame.h, with the job 0x0a0b0c0d. */
static const guint8 golden_hello[] = {
  0x03, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x0d, 0x0c, 0x0b, 0x0a, 0x00, 0x00, 0x00, 0x00,
  'a', 'b', 'c',
};
static const guint8 golden_run[] = {
  0x01, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x0d, 0x0c, 0x0b, 0x0a, 0x01, 0x00, 0x00, 0x00,
  0xff,
};
static const guint8 golden_cancel[] = {
  0x00, 0x00, 0x00, 0x00, 0x03, 0x00, 0x00, 0x00, 0x0d, 0x0c, 0x0b, 0x0a, 0x02, 0x00, 0x00, 0x00,
};
static const guint8 golden_data[] = {
  0x04, 0x00, 0x00, 0x00, 0x06, 0x00, 0x00, 0x00, 0x0d, 0x0c, 0x0b, 0x0a, 0x03, 0x00, 0x00, 0x00,
  0x00, 0x00, 0x00, 0x00,
};
static const guint8 golden_unknown[] = {
  0x02, 0x00, 0x00, 0x00, 0x34, 0x12, 0x00, 0x00, 0x0d, 0x0c, 0x0b, 0x0a, 0x04, 0x00, 0x00, 0x00,
  0x01, 0x02,
};
static const guint8 golden_result[] = {
  0x00, 0x00, 0x00, 0x00, 0x07, 0x00, 0x00, 0x00, 0x0d, 0x0c, 0x0b, 0x0a, 0x05, 0x00, 0x00, 0x00,
};

static const struct
{
  const guint8 *bytes;
  gsize         size;
  guint16       type;
} goldens[] = {
  { golden_hello, sizeof golden_hello, HAUL_FRAME_HELLO },
  { golden_run, sizeof golden_run, HAUL_FRAME_RUN },
  { golden_cancel, sizeof golden_cancel, HAUL_FRAME_CANCEL },
  { golden_data, sizeof golden_data, HAUL_FRAME_DATA },
  { golden_unknown, sizeof golden_unknown, 0x1234 },
  { golden_result, sizeof golden_result, HAUL_FRAME_RESULT },
};

/* A copy that ends where its memory ends, so that the sanitizer sees each byte read too many. */
static guint8 *
copy_exactly (const guint8 *bytes,
              gsize         size)
{
  guint8 *copy = malloc (MAX (size, 1));

  if (size > 0)
    memcpy (copy, bytes, size);
  return copy;
}

/* One call on an exact copy. What is asserted here holds for all bytes whatsoever. */
static HaulDecoded
decode_once (HaulDecoder   *decoder,
             const guint8  *bytes,
             gsize          size,
             HaulFrame     *ret_frame,
             gsize         *ret_used)
{
  g_autoptr(GError) error = NULL;
  guint8 *copy = copy_exactly (bytes, size);
  guint64 offset = decoder->offset;
  HaulDecoded decoded = haul_decoder_next (decoder, copy, size, ret_frame, ret_used, &error);

  if (decoded == HAUL_DECODED_FRAME)
    {
      g_assert_no_error (error);
      g_assert_cmpuint (*ret_used, ==, HAUL_FRAME_HEADER_SIZE + ret_frame->size);
      g_assert_cmpuint (*ret_used, <=, size);
      g_assert_cmpuint (decoder->offset, ==, offset + *ret_used);
      g_assert_true (ret_frame->size == 0 || ret_frame->payload == copy + HAUL_FRAME_HEADER_SIZE);
      ret_frame->payload = ret_frame->size > 0 ? bytes + HAUL_FRAME_HEADER_SIZE : NULL;
    }
  else if (decoded == HAUL_DECODED_MORE)
    {
      g_assert_no_error (error);
      g_assert_cmpuint (decoder->offset, ==, offset);
    }
  else
    {
      g_autofree char *position = g_strdup_printf ("%" G_GUINT64_FORMAT, offset);

      g_assert_error (error, HAUL_ERROR, HAUL_ERROR_PROTOCOL);
      haul_test_assert_contains (error->message, position);
    }
  free (copy);
  return decoded;
}

static HaulDecoder
decoder_at (guint32 sequence,
            guint64 offset)
{
  HaulDecoder decoder;

  haul_decoder_init (&decoder);
  decoder.sequence = sequence;
  decoder.offset = offset;
  return decoder;
}

static GByteArray *
golden_stream (void)
{
  GByteArray *stream = g_byte_array_new ();

  for (guint i = 0; i < G_N_ELEMENTS (goldens); i++)
    g_byte_array_append (stream, goldens[i].bytes, goldens[i].size);
  return stream;
}

static void
test_golden (void)
{
  g_autoptr(GByteArray) stream = golden_stream ();
  HaulDecoder decoder;
  gsize at = 0;

  haul_decoder_init (&decoder);
  for (guint i = 0; i < G_N_ELEMENTS (goldens); i++)
    {
      guint8 header[HAUL_FRAME_HEADER_SIZE];
      HaulFrame frame;
      gsize used;

      g_assert_cmpint (decode_once (&decoder, stream->data + at, stream->len - at, &frame, &used), ==, HAUL_DECODED_FRAME);
      g_assert_cmpuint (frame.type, ==, goldens[i].type);
      g_assert_cmpuint (frame.job, ==, 0x0a0b0c0d);
      g_assert_cmpuint (frame.sequence, ==, i);
      g_assert_cmpmem (frame.payload, frame.size,
                       goldens[i].bytes + HAUL_FRAME_HEADER_SIZE, goldens[i].size - HAUL_FRAME_HEADER_SIZE);
      g_assert_cmpuint (used, ==, goldens[i].size);

      haul_frame_encode_header (&frame, header);
      g_assert_cmpmem (header, sizeof header, goldens[i].bytes, HAUL_FRAME_HEADER_SIZE);
      at += used;
    }
  g_assert_cmpuint (decoder.offset, ==, stream->len);
  g_assert_true (haul_decoder_finish (&decoder, 0, NULL));
}

static void
test_prefixes (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (goldens); i++)
    for (gsize size = 0; size < goldens[i].size; size++)
      {
        guint64 offset = i > 0 ? 1000 : 0;   /* where a HELLO is, there was nothing before */
        HaulDecoder decoder = decoder_at (i, offset);
        g_autofree char *position = g_strdup_printf ("at byte %" G_GUINT64_FORMAT ":", offset);
        g_autoptr(GError) error = NULL;
        HaulFrame frame;
        gsize used;

        g_assert_cmpint (decode_once (&decoder, goldens[i].bytes, size, &frame, &used), ==, HAUL_DECODED_MORE);
        g_assert_false (decoder.failed);

        /* The same bytes at the end of the file. */
        if (size == 0)
          {
            g_assert_true (haul_decoder_finish (&decoder, size, &error));
            continue;
          }
        g_assert_false (haul_decoder_finish (&decoder, size, &error));
        g_assert_error (error, HAUL_ERROR, HAUL_ERROR_PROTOCOL);
        haul_test_assert_contains (error->message, position);
      }
}

/* What one changed byte must lead to. Other frames may come of it in some cases, but only where
 * the header says so. */
static void
check_mutation (guint   i,
                gsize   at,
                guint8 *bytes)
{
  HaulDecoder decoder = decoder_at (i, i > 0 ? 1000 : 0);
  HaulFrame frame = { 0 };
  gsize used = 0;
  HaulDecoded decoded = decode_once (&decoder, bytes, goldens[i].size, &frame, &used);

  if (at >= HAUL_FRAME_HEADER_SIZE)
    {
      g_assert_cmpint (decoded, ==, HAUL_DECODED_FRAME);
      g_assert_cmpmem (frame.payload, frame.size, bytes + HAUL_FRAME_HEADER_SIZE, goldens[i].size - HAUL_FRAME_HEADER_SIZE);
    }
  else if (at >= 12 || (at >= 6 && at < 8))
    g_assert_cmpint (decoded, ==, HAUL_DECODED_ERROR);
  else if (at >= 8)
    {
      g_assert_cmpint (decoded, ==, HAUL_DECODED_FRAME);
      g_assert_cmpuint (frame.job, !=, 0x0a0b0c0d);
    }
  else if (decoded == HAUL_DECODED_FRAME)
    g_assert_cmpuint (frame.size, <=, goldens[i].size - HAUL_FRAME_HEADER_SIZE);

  if (decoded == HAUL_DECODED_ERROR)
    {
      g_assert_true (decoder.failed);
      /* And it stays one, even for bytes that would be right. */
      g_assert_cmpint (decode_once (&decoder, goldens[i].bytes, goldens[i].size, &frame, &used), ==, HAUL_DECODED_ERROR);
      g_assert_false (haul_decoder_finish (&decoder, 0, NULL));
    }
}

static void
test_mutations (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (goldens); i++)
    for (gsize at = 0; at < goldens[i].size; at++)
      for (guint change = 1; change < 256; change++)
        {
          g_autofree guint8 *bytes = g_memdup2 (goldens[i].bytes, goldens[i].size);

          bytes[at] ^= change;
          check_mutation (i, at, bytes);
        }
}

/* Gives the stream to the decoder in pieces that end at @cuts, as a reader of a pipe would. */
static void
decode_in_pieces (const GByteArray *stream,
                  const gsize      *cuts,
                  guint             n_cuts)
{
  g_autoptr(GByteArray) buffer = g_byte_array_new ();
  HaulDecoder decoder;
  guint n = 0;
  gsize from = 0;

  haul_decoder_init (&decoder);
  for (guint i = 0; i <= n_cuts; i++)
    {
      gsize to = i < n_cuts ? cuts[i] : stream->len;
      HaulFrame frame;
      gsize used;
      HaulDecoded decoded;

      g_byte_array_append (buffer, stream->data + from, to - from);
      from = to;
      while ((decoded = decode_once (&decoder, buffer->data, buffer->len, &frame, &used)) == HAUL_DECODED_FRAME)
        {
          g_assert_cmpuint (n, <, G_N_ELEMENTS (goldens));
          g_assert_cmpuint (frame.type, ==, goldens[n].type);
          g_assert_cmpmem (buffer->data, used, goldens[n].bytes, goldens[n].size);
          g_byte_array_remove_range (buffer, 0, used);
          n++;
        }
      g_assert_cmpint (decoded, ==, HAUL_DECODED_MORE);
    }
  g_assert_cmpuint (n, ==, G_N_ELEMENTS (goldens));
  g_assert_true (haul_decoder_finish (&decoder, buffer->len, NULL));
}

static int
compare_sizes (const void *a,
               const void *b)
{
  gsize x = *(const gsize *) a, y = *(const gsize *) b;

  return x < y ? -1 : x > y;
}

static void
test_splits (void)
{
  g_autoptr(GByteArray) stream = golden_stream ();
  g_autofree gsize *every = g_new (gsize, stream->len);

  for (gsize i = 0; i < stream->len; i++)
    {
      every[i] = i;
      decode_in_pieces (stream, &every[i], 1);
    }
  decode_in_pieces (stream, every, stream->len);

  for (guint round = 0; round < 2000; round++)
    {
      gsize cuts[8];
      guint n_cuts = g_test_rand_int_range (1, G_N_ELEMENTS (cuts) + 1);

      for (guint i = 0; i < n_cuts; i++)
        cuts[i] = g_test_rand_int_range (0, stream->len + 1);
      qsort (cuts, n_cuts, sizeof cuts[0], compare_sizes);
      decode_in_pieces (stream, cuts, n_cuts);
    }
}

static void
put_header (guint8  *header,
            guint32  size,
            guint16  type,
            guint32  sequence)
{
  const guint8 bytes[HAUL_FRAME_HEADER_SIZE] = {
    size, size >> 8, size >> 16, size >> 24, type, type >> 8, 0, 0,
    1, 0, 0, 0, sequence, sequence >> 8, sequence >> 16, sequence >> 24,
  };

  memcpy (header, bytes, sizeof bytes);
}

/* With nothing but the header there: one byte too many is an error at once, and not "more". */
static void
test_caps (void)
{
  static const guint16 types[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 0xffff };

  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    {
      gsize max = haul_frame_max_payload (types[i]);
      const gsize sizes[] = { 0, max, max + 1, HAUL_FRAME_MAX_DATA + 1, 0x7fffffff, 0x80000000, 0xffffffff };

      g_assert_cmpuint (max, <=, HAUL_FRAME_MAX_DATA);
      for (guint j = 0; j < G_N_ELEMENTS (sizes); j++)
        {
          HaulDecoder decoder = types[i] == HAUL_FRAME_HELLO ? decoder_at (0, 0) : decoder_at (3, 123456789);
          guint8 header[HAUL_FRAME_HEADER_SIZE];
          HaulFrame frame;
          gsize used;
          HaulDecoded decoded;

          put_header (header, sizes[j], types[i], decoder.sequence);
          decoded = decode_once (&decoder, header, sizeof header, &frame, &used);
          g_assert_cmpint (decoded, ==, sizes[j] > max ? HAUL_DECODED_ERROR
                                        : sizes[j] > 0 ? HAUL_DECODED_MORE : HAUL_DECODED_FRAME);
        }
    }
  g_assert_cmpuint (haul_frame_max_payload (HAUL_FRAME_CANCEL), ==, 0);
  g_assert_cmpuint (haul_frame_max_payload (HAUL_FRAME_DATA), ==, HAUL_FRAME_MAX_DATA);
}

static void
test_sequence (void)
{
  static const struct { guint64 offset; guint32 due, sent; guint16 type; gboolean ok; } rows[] = {
    { 0, 0, 0, HAUL_FRAME_HELLO, TRUE },
    { 0, 0, 1, HAUL_FRAME_HELLO, FALSE },
    { 0, 0, 1, HAUL_FRAME_RUN, FALSE },
    { 77, 1, 1, HAUL_FRAME_DATA, TRUE },
    { 77, 1, 0, HAUL_FRAME_DATA, FALSE },
    { 77, 1, 2, HAUL_FRAME_DATA, FALSE },
    { 77, 0xffffffff, 0xffffffff, HAUL_FRAME_DATA, TRUE },
    { 77, 0xffffffff, 0, HAUL_FRAME_DATA, FALSE },
    /* The first frame is a HELLO, and no other is. */
    { 0, 0, 0, HAUL_FRAME_RUN, FALSE },
    { 0, 0, 0, 0x7777, FALSE },
    { 77, 5, 5, HAUL_FRAME_HELLO, FALSE },
    /* Nor is that which comes after so many that they are counted from 0 again. */
    { 1ULL << 36, 0, 0, HAUL_FRAME_DATA, TRUE },
    { 1ULL << 36, 0, 0, HAUL_FRAME_HELLO, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      HaulDecoder decoder = decoder_at (rows[i].due, rows[i].offset);
      guint8 header[HAUL_FRAME_HEADER_SIZE];
      HaulFrame frame;
      gsize used;

      g_test_message ("row %u", i);
      put_header (header, 0, rows[i].type, rows[i].sent);
      g_assert_cmpint (decode_once (&decoder, header, sizeof header, &frame, &used), ==,
                       rows[i].ok ? HAUL_DECODED_FRAME : HAUL_DECODED_ERROR);
    }
}

static void
test_names (void)
{
  static const char * const names[] = { NULL, "HELLO", "RUN", "CANCEL", "PROGRESS", "LOG", "DATA", "RESULT", "ERROR", "TILE", NULL };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_assert_cmpstr (haul_frame_type_to_string (i), ==, names[i]);
  g_assert_null (haul_frame_type_to_string (0xffff));
}

/* Streams with a few bytes changed, dropped or added: decode_once() asserts what always holds. */
static void
test_fuzz (void)
{
  g_autoptr(GByteArray) golden = golden_stream ();
  gint64 end = g_get_monotonic_time () + G_USEC_PER_SEC;
  guint rounds = 0;

  for (; rounds < 200000 && g_get_monotonic_time () < end; rounds++)
    {
      g_autoptr(GByteArray) stream = g_byte_array_new ();
      HaulDecoder decoder;
      HaulFrame frame;
      gsize at = 0, used;
      guint frames = 0;

      g_byte_array_append (stream, golden->data, golden->len);
      for (int n = g_test_rand_int_range (1, 5); n > 0; n--)
        stream->data[g_test_rand_int_range (0, stream->len)] = g_test_rand_int_range (0, 256);
      if (g_test_rand_bit ())
        g_byte_array_remove_index (stream, g_test_rand_int_range (0, stream->len));

      haul_decoder_init (&decoder);
      while (decode_once (&decoder, stream->data + at, stream->len - at, &frame, &used) == HAUL_DECODED_FRAME)
        {
          at += used;
          frames++;
        }
      g_assert_cmpuint (at, <=, stream->len);
      g_assert_cmpuint (frames, <=, stream->len / HAUL_FRAME_HEADER_SIZE);
    }
  g_test_message ("%u rounds", rounds);
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);
  g_test_add_func ("/wire/frame/golden", test_golden);
  g_test_add_func ("/wire/frame/prefixes", test_prefixes);
  g_test_add_func ("/wire/frame/mutations", test_mutations);
  g_test_add_func ("/wire/frame/splits", test_splits);
  g_test_add_func ("/wire/frame/caps", test_caps);
  g_test_add_func ("/wire/frame/sequence", test_sequence);
  g_test_add_func ("/wire/frame/names", test_names);
  g_test_add_func ("/wire/frame/fuzz", test_fuzz);
  return g_test_run ();
}
