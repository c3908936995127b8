/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <fcntl.h>
#include <unistd.h>

#include "haul-test.h"

#include "haul/parent/haul-intake-private.h"
#include "haul/wire/haul-error.h"

/* A pipe with frames in it, and what came out. */
typedef struct
{
  int        fds[2];
  guint32    sequence;
  HaulFrames frames;
  GString   *taken;     /* (owned) a letter for each frame */
} Stream;

static void
stream_init (Stream *self)
{
  g_assert_cmpint (pipe2 (self->fds, O_CLOEXEC | O_NONBLOCK), ==, 0);
  self->sequence = 0;
  self->taken = g_string_new ("");
  haul_frames_init (&self->frames);
}

static void
stream_clear (Stream *self)
{
  close (self->fds[0]);
  close (self->fds[1]);
  haul_frames_clear (&self->frames);
  g_string_free (self->taken, TRUE);
}

static void
stream_write (Stream            *self,
              const HaulMessage *message)
{
  g_autoptr(GBytes) payload = haul_message_encode (message);
  HaulFrame frame = { .type = message->type, .size = g_bytes_get_size (payload), .sequence = self->sequence++ };
  guint8 header[HAUL_FRAME_HEADER_SIZE];

  haul_frame_encode_header (&frame, header);
  g_assert_cmpint (write (self->fds[1], header, sizeof header), ==, sizeof header);
  g_assert_cmpint (write (self->fds[1], g_bytes_get_data (payload, NULL), frame.size), ==, frame.size);
}

/* Refuses what is only ours to say. */
static gboolean
sink (const HaulFrame    *frame,
      const HaulMessage  *message,
      gpointer            user_data,
      GError            **error)
{
  Stream *self = user_data;

  if (message->type == HAUL_FRAME_CANCEL)
    {
      g_set_error_literal (error, HAUL_ERROR, HAUL_ERROR_PROTOCOL, "refused");
      return FALSE;
    }
  g_string_append_c (self->taken, message->type == HAUL_FRAME_HELLO ? 'h' : 'r');
  return TRUE;
}

static const HaulMessage hello = { .type = HAUL_FRAME_HELLO, .hello = { HAUL_PROTOCOL_VERSION, (char *) "test" } };
static const HaulMessage cancel = { .type = HAUL_FRAME_CANCEL };
static const HaulMessage result = { .type = HAUL_FRAME_RESULT };

/* Once something was refused nothing more is taken, be it there already, later, or at the end. */
static void
test_refused (void)
{
  g_autoptr(GError) error = NULL;
  Stream stream;

  haul_test_begin ();
  stream_init (&stream);
  stream_write (&stream, &hello);
  stream_write (&stream, &cancel);
  stream_write (&stream, &result);
  g_assert_cmpint (haul_frames_take (&stream.frames, stream.fds[0], sink, &stream, &error), ==, HAUL_INTAKE_BAD);
  g_assert_error (error, HAUL_ERROR, HAUL_ERROR_PROTOCOL);
  g_clear_error (&error);

  stream_write (&stream, &result);
  g_assert_cmpint (haul_frames_take (&stream.frames, stream.fds[0], sink, &stream, &error), ==, HAUL_INTAKE_BAD);
  g_assert_error (error, HAUL_ERROR, HAUL_ERROR_PROTOCOL);
  g_clear_error (&error);

  stream_write (&stream, &result);
  g_assert_cmpint (haul_frames_drain (&stream.frames, stream.fds[0], G_MAXUINT64, sink, &stream, &error),
                   ==, HAUL_INTAKE_BAD);
  g_assert_error (error, HAUL_ERROR, HAUL_ERROR_PROTOCOL);
  g_assert_cmpstr (stream.taken->str, ==, "h");
  stream_clear (&stream);
  haul_test_assert_clean ();
}

/* A frame that comes byte by byte is one, and nothing is delivered twice. */
static void
test_bytes (void)
{
  g_autoptr(GError) error = NULL;
  guint8 bytes[256];
  Stream stream;
  ssize_t n;

  haul_test_begin ();
  stream_init (&stream);
  stream_write (&stream, &hello);
  stream_write (&stream, &result);
  n = read (stream.fds[0], bytes, sizeof bytes);
  for (ssize_t i = 0; i < n; i++)
    {
      HaulIntake state;

      g_assert_cmpint (write (stream.fds[1], bytes + i, 1), ==, 1);
      state = haul_frames_take (&stream.frames, stream.fds[0], sink, &stream, &error);
      g_assert_no_error (error);
      g_assert_cmpint (state, ==, HAUL_INTAKE_EMPTY);
    }
  g_assert_true (haul_frames_finish (&stream.frames, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (stream.taken->str, ==, "hr");
  stream_clear (&stream);
  haul_test_assert_clean ();
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);
  g_test_add_func ("/parent/intake/refused", test_refused);
  g_test_add_func ("/parent/intake/bytes", test_bytes);
  return g_test_run ();
}
