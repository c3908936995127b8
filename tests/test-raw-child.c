/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

/* A worker written without libhaul's worker side, so that it can break the protocol wherever it
 * likes. The name that it is started by says what it does instead of its HELLO; as "raw" it says
 * HELLO, reads its RUN, and does what the argument "mode" says. */

#include "config.h"

#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <glib.h>

#include "haul/wire/haul-fd-private.h"
#include "haul/wire/haul-message.h"

#define COMMANDS_FD 3
#define EVENTS_FD   4
#define LIFE_S      30

static guint32 job;
static guint32 sequence;

static void
wait_for_the_end (void)
{
  gint64 end = g_get_monotonic_time () + LIFE_S * G_USEC_PER_SEC;

  while (g_get_monotonic_time () < end)
    g_usleep (10000);
}

static void
write_bytes (const void *bytes,
             gsize       size)
{
  if (!haul_write_all (EVENTS_FD, bytes, size, NULL, 0, NULL))
    _exit (78);
}

/* A header like any other, except where a test wants it not to be. */
static void
write_header (guint32 size,
              guint16 type,
              guint16 flags,
              guint32 to_job)
{
  guint32 number = sequence++;
  const guint8 header[] = {
    size, size >> 8, size >> 16, size >> 24, type, type >> 8, flags, flags >> 8,
    to_job, to_job >> 8, to_job >> 16, to_job >> 24, number, number >> 8, number >> 16, number >> 24,
  };

  write_bytes (header, sizeof header);
}

static void
write_frame (guint16     type,
             const void *payload,
             gsize       size)
{
  write_header (size, type, 0, job);
  write_bytes (payload, size);
}

static void
write_variant (guint16   type,
               GVariant *body)
{
  g_autoptr(GVariant) value = g_variant_ref_sink (body);

  write_frame (type, g_variant_get_data (value), g_variant_get_size (value));
}

static void
write_result (guint64 size)
{
  write_variant (HAUL_FRAME_RESULT, g_variant_new ("(t)", size));
}

static void
write_hello (guint32 magic,
             guint32 version)
{
  write_variant (HAUL_FRAME_HELLO, g_variant_new ("(uus)", magic, version, "raw"));
}

static void
write_garbage (guint seed,
               gsize size)
{
  g_autoptr(GRand) rand = g_rand_new_with_seed (seed);

  while (size-- > 0)
    {
      guint8 byte = g_rand_int_range (rand, 0, 256);

      write_bytes (&byte, 1);
    }
}

/* The next frame of our commands, whose payload is copied. */
static HaulFrame
read_frame (void)
{
  static HaulDecoder decoder;
  static GByteArray *received;
  HaulFrame frame;
  gsize used;

  if (received == NULL)
    received = g_byte_array_new ();
  while (haul_decoder_next (&decoder, received->data, received->len, &frame, &used, NULL) != HAUL_DECODED_FRAME)
    {
      guint8 bytes[4096];
      ssize_t n = read (COMMANDS_FD, bytes, sizeof bytes);

      if (n <= 0 || decoder.failed)
        _exit (79);
      g_byte_array_append (received, bytes, n);
    }
  frame.payload = g_memdup2 (frame.payload, frame.size);
  g_byte_array_remove_range (received, 0, used);
  return frame;
}

static void
violate_order (const char *mode)
{
  if (g_str_equal (mode, "two-results"))
    {
      write_result (0);
      write_result (0);
    }
  else if (g_str_equal (mode, "result-then-error"))
    {
      write_result (0);
      write_variant (HAUL_FRAME_ERROR, g_variant_new ("(bs)", FALSE, "no"));
    }
  else if (g_str_equal (mode, "error-then-result"))
    {
      write_variant (HAUL_FRAME_ERROR, g_variant_new ("(bs)", FALSE, "no"));
      write_result (0);
    }
  else if (g_str_equal (mode, "data-after-result"))
    {
      write_result (0);
      write_frame (HAUL_FRAME_DATA, "more", 4);
    }
  else if (g_str_equal (mode, "progress-after-result"))
    {
      write_result (0);
      write_variant (HAUL_FRAME_PROGRESS, g_variant_new ("(dds)", 1.0, 2.0, ""));
    }
  else if (g_str_equal (mode, "second-hello"))
    write_hello (HAUL_PROTOCOL_MAGIC, HAUL_PROTOCOL_VERSION);
  else if (g_str_equal (mode, "run"))
    write_variant (HAUL_FRAME_RUN, g_variant_new_parsed ("('ok', '', false, @a{sv} {}, @at [])"));
  else if (g_str_equal (mode, "cancel"))
    write_frame (HAUL_FRAME_CANCEL, NULL, 0);
  else if (g_str_equal (mode, "wrong-sequence"))
    {
      sequence++;
      write_result (0);
    }
  else if (g_str_equal (mode, "repeated-sequence"))
    {
      sequence--;
      write_result (0);
    }
  else if (g_str_equal (mode, "result-too-small"))
    {
      write_frame (HAUL_FRAME_DATA, "12345", 5);
      write_result (4);
    }
  else if (g_str_equal (mode, "result-too-large"))
    {
      write_frame (HAUL_FRAME_DATA, "12345", 5);
      write_result (G_MAXUINT64);
    }
  else
    g_error ("no mode ‘%s’", mode);
}

static void
violate_form (const char *mode,
              gint64      seed)
{
  static const guint8 hostile[64] = { 0xff, 0xfe, 0, 0, 0x7f };

  if (g_str_equal (mode, "wrong-job"))
    {
      write_header (0, HAUL_FRAME_DATA, 0, job + 1);
      write_result (0);
    }
  else if (g_str_equal (mode, "flags"))
    write_header (0, HAUL_FRAME_DATA, 1, job);
  else if (g_str_equal (mode, "oversized"))
    write_header (HAUL_FRAME_MAX_DATA + 1, HAUL_FRAME_DATA, 0, job);
  else if (g_str_equal (mode, "huge"))
    write_header (0xffffffff, HAUL_FRAME_LOG, 0, job);
  else if (g_str_equal (mode, "half-header"))
    write_bytes ("\x01\x00\x00", 3);
  else if (g_str_equal (mode, "half-frame"))
    {
      write_header (1000, HAUL_FRAME_DATA, 0, job);
      write_bytes (hostile, sizeof hostile);
    }
  else if (g_str_equal (mode, "garbage"))
    write_garbage (seed, 4096);
  else if (g_str_equal (mode, "nan"))
    write_variant (HAUL_FRAME_PROGRESS, g_variant_new ("(dds)", (double) NAN, 2.0, ""));
  else if (g_str_equal (mode, "infinite"))
    write_variant (HAUL_FRAME_PROGRESS, g_variant_new ("(dds)", 1.0, (double) INFINITY, ""));
  else if (g_str_equal (mode, "hostile-variant"))
    write_frame (HAUL_FRAME_PROGRESS, hostile, sizeof hostile);
  else if (g_str_equal (mode, "bad-utf8"))
    write_frame (HAUL_FRAME_LOG, "\x01\xff\xfe\0\0\0\0\0\0\0\0\0\6\5\4", 15);
  else if (g_str_equal (mode, "bad-level"))
    write_frame (HAUL_FRAME_LOG, "\x7fhi\0\0\0\0\0\0\0\0\0\6\5\4", 15);
  else if (g_str_equal (mode, "empty-progress"))
    write_frame (HAUL_FRAME_PROGRESS, NULL, 0);
  else
    violate_order (mode);
}

static int
run_mode (const char *mode,
          gint64      seed)
{
  if (g_str_equal (mode, "unknown-type"))
    {
      /* Not a violation: a later version may say more, and we skip what we do not know. */
      write_frame (0x1234, "what is this", 12);
      write_frame (HAUL_FRAME_DATA, "ok", 2);
      write_result (2);
      return 0;
    }
  if (g_str_equal (mode, "progress-range"))
    {
      write_variant (HAUL_FRAME_PROGRESS, g_variant_new ("(dds)", 50.0, 100.0, ""));
      write_variant (HAUL_FRAME_PROGRESS, g_variant_new ("(dds)", 1e308, 100.0, ""));
      write_variant (HAUL_FRAME_PROGRESS, g_variant_new ("(dds)", -5.0, -1e308, ""));
      write_variant (HAUL_FRAME_PROGRESS, g_variant_new ("(dds)", 10.0, 100.0, ""));
      write_result (0);
      return 0;
    }
  if (g_str_equal (mode, "byte-by-byte"))
    {
      const guint8 frame[] = { 1, 0, 0, 0, HAUL_FRAME_DATA, 0, 0, 0, job, job >> 8, job >> 16, job >> 24, 1, 0, 0, 0, 'x' };

      for (gsize i = 0; i < sizeof frame; i++)
        {
          write_bytes (frame + i, 1);
          g_usleep (2000);   /* so that the reader sees them one by one; nothing depends on it */
        }
      sequence++;
      write_result (1);
      return 0;
    }

  violate_form (mode, seed);
  if (g_str_has_prefix (mode, "half"))
    return 0;   /* the file ends inside of a frame */
  wait_for_the_end ();
  return 0;
}

/* Instead of HELLO. */
static int
run_name (const char *name)
{
  if (g_str_equal (name, "mute"))
    wait_for_the_end ();
  else if (g_str_equal (name, "deaf-and-mute"))
    {
      signal (SIGTERM, SIG_IGN);
      wait_for_the_end ();
    }
  else if (g_str_equal (name, "wrong-version"))
    {
      write_hello (HAUL_PROTOCOL_MAGIC, HAUL_PROTOCOL_VERSION + 1);
      wait_for_the_end ();
    }
  else if (g_str_equal (name, "wrong-magic"))
    {
      write_hello (HAUL_PROTOCOL_MAGIC ^ 1, HAUL_PROTOCOL_VERSION);
      wait_for_the_end ();
    }
  else if (g_str_equal (name, "progress-first"))
    {
      write_variant (HAUL_FRAME_PROGRESS, g_variant_new ("(dds)", 1.0, 2.0, ""));
      wait_for_the_end ();
    }
  else if (g_str_equal (name, "result-first"))
    {
      write_hello (HAUL_PROTOCOL_MAGIC, HAUL_PROTOCOL_VERSION);
      write_result (0);   /* before it was given a task */
      wait_for_the_end ();
    }
  else if (g_str_equal (name, "garbage-first"))
    {
      write_garbage (1, 4096);
      wait_for_the_end ();
    }
  else if (g_str_equal (name, "half-hello"))
    write_header (100, HAUL_FRAME_HELLO, 0, 0);
  else if (g_str_equal (name, "exit-3"))
    return 3;
  else if (g_str_equal (name, "crash"))
    raise (SIGSEGV);
  return 0;
}

int
main (int    argc,
      char **argv)
{
  g_autofree char *name = g_path_get_basename (argv[0]);
  g_auto(HaulMessage) run = { 0 };
  HaulFrame frame;
  const char *mode = "";
  gint64 seed = 0;
  int status;

  signal (SIGPIPE, SIG_IGN);
  if (!g_str_equal (name, "raw"))
    return run_name (name);

  write_hello (HAUL_PROTOCOL_MAGIC, HAUL_PROTOCOL_VERSION);
  frame = read_frame ();
  if (frame.type != HAUL_FRAME_HELLO)
    return 80;
  g_free ((gpointer) frame.payload);

  frame = read_frame ();
  job = frame.job;
  if (frame.type != HAUL_FRAME_RUN || !haul_message_decode (&frame, &run, NULL))
    return 81;
  g_free ((gpointer) frame.payload);

  (void) g_variant_lookup (run.run.arguments, "mode", "&s", &mode);
  (void) g_variant_lookup (run.run.arguments, "seed", "x", &seed);
  status = run_mode (mode, seed);
  return status;
}
