/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-message.h"

#include <math.h>
#include <string.h>

#include "haul-error.h"

/**
 * haul_message_encode: (skip)
 * @message: what to say
 *
 * Writes the payload of a frame.
 *
 * Returns: (transfer full) (nullable): the payload of a frame; %NULL for
 *   %HAUL_FRAME_DATA, whose payload is its bytes
 */
GBytes *
haul_message_encode (const HaulMessage *message)
{
  g_autoptr(GVariant) body = NULL;

  switch (message->type)
    {
    case HAUL_FRAME_HELLO:
      body = g_variant_new ("(uus)", HAUL_PROTOCOL_MAGIC, message->hello.version, message->hello.program);
      break;

    case HAUL_FRAME_RUN:
      body = g_variant_new ("(ssb@a{sv}@at)", message->run.task, message->run.name != NULL ? message->run.name : "",
                            message->run.daemon, message->run.arguments,
                            message->run.inputs != NULL ? message->run.inputs : g_variant_new ("at", NULL));
      break;

    case HAUL_FRAME_PROGRESS:
      body = g_variant_new ("(dds)", message->progress.done, message->progress.total,
                            message->progress.phase != NULL ? message->progress.phase : "");
      break;

    case HAUL_FRAME_LOG:
      body = g_variant_new ("(ys)", (guchar) message->log.level, message->log.text);
      break;

    case HAUL_FRAME_RESULT:
      body = g_variant_new ("(t)", message->result.size);
      break;

    case HAUL_FRAME_ERROR:
      body = g_variant_new ("(bs)", message->error.cancelled, message->error.text);
      break;

    case HAUL_FRAME_CANCEL:
      return g_bytes_new_static (NULL, 0);

    case HAUL_FRAME_DATA:
    default:
      return NULL;
    }

  g_variant_ref_sink (body);
  return g_variant_get_data_as_bytes (body);
}

/* The body of a frame, or NULL. Bytes from a worker are tested for normal form and never
 * normalised: on hostile bytes that takes quadratic time. */
static GVariant *
parse_body (const HaulFrame  *frame,
            const char       *type,
            GError          **error)
{
  g_autoptr(GBytes) bytes = g_bytes_new (frame->payload, frame->size);   /* a copy, so that it is aligned */
  g_autoptr(GVariant) body = NULL;

  body = g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE (type), bytes, FALSE));
  if (g_variant_is_normal_form (body))
    return g_steal_pointer (&body);

  g_set_error (error, HAUL_ERROR, HAUL_ERROR_PROTOCOL, "frame %u: a malformed %s",
               frame->sequence, haul_frame_type_to_string (frame->type));
  return NULL;
}

static gboolean
refuse (const HaulFrame  *frame,
        const char       *what,
        GError          **error)
{
  g_set_error (error, HAUL_ERROR, HAUL_ERROR_PROTOCOL, "frame %u: %s", frame->sequence, what);
  return FALSE;
}

static gboolean
decode_hello (const HaulFrame  *frame,
              GVariant         *body,
              HaulMessage      *message,
              GError          **error)
{
  const char *program;
  guint32 magic;

  g_variant_get (body, "(uu&s)", &magic, &message->hello.version, &program);
  if (magic != HAUL_PROTOCOL_MAGIC)
    return refuse (frame, "a HELLO of something else", error);

  message->hello.program = haul_text_clean (program, -1);
  return TRUE;
}

static gboolean
decode_progress (const HaulFrame  *frame,
                 GVariant         *body,
                 HaulMessage      *message,
                 GError          **error)
{
  const char *phase;

  g_variant_get (body, "(dd&s)", &message->progress.done, &message->progress.total, &phase);
  if (!isfinite (message->progress.done) || !isfinite (message->progress.total))
    return refuse (frame, "progress that is not a number", error);

  message->progress.done = MAX (message->progress.done, 0);
  message->progress.total = MAX (message->progress.total, 0);
  message->progress.phase = *phase != '\0' ? haul_text_clean (phase, -1) : NULL;
  return TRUE;
}

static gboolean
decode_body (const HaulFrame  *frame,
             GVariant         *body,
             HaulMessage      *message,
             GError          **error)
{
  const char *text;
  guchar level;

  switch (message->type)
    {
    case HAUL_FRAME_HELLO:
      return decode_hello (frame, body, message, error);

    case HAUL_FRAME_PROGRESS:
      return decode_progress (frame, body, message, error);

    case HAUL_FRAME_RUN:
      g_variant_get (body, "(s&sb@a{sv}@at)", &message->run.task, &text, &message->run.daemon, &message->run.arguments,
                     &message->run.inputs);
      message->run.name = *text != '\0' ? haul_text_clean (text, -1) : NULL;
      return TRUE;

    case HAUL_FRAME_LOG:
      g_variant_get (body, "(y&s)", &level, &text);
      if (level > HAUL_LOG_OUTPUT)
        return refuse (frame, "a LOG of an unknown level", error);
      message->log.level = level;
      message->log.text = haul_text_clean (text, -1);
      return TRUE;

    case HAUL_FRAME_RESULT:
      g_variant_get (body, "(t)", &message->result.size);
      return TRUE;

    case HAUL_FRAME_ERROR:
      g_variant_get (body, "(b&s)", &message->error.cancelled, &text);
      message->error.text = haul_text_clean (text, -1);
      return TRUE;

    case HAUL_FRAME_CANCEL:
    case HAUL_FRAME_DATA:
    default:
      g_assert_not_reached ();
    }
}

/**
 * haul_message_decode: (skip)
 * @frame: a frame
 * @ret_message: (out): what it says; free with haul_message_clear()
 * @error: %HAUL_ERROR_PROTOCOL
 *
 * Reads the payload of a frame. The bytes of %HAUL_FRAME_DATA stay where they are,
 * everything else is copied.
 *
 * Returns: whether it makes sense
 */
gboolean
haul_message_decode (const HaulFrame  *frame,
                     HaulMessage      *ret_message,
                     GError          **error)
{
  static const char * const bodies[HAUL_FRAME_N_TYPES] = {
    [HAUL_FRAME_HELLO] = "(uus)",
    [HAUL_FRAME_RUN] = "(ssba{sv}at)",
    [HAUL_FRAME_PROGRESS] = "(dds)",
    [HAUL_FRAME_LOG] = "(ys)",
    [HAUL_FRAME_RESULT] = "(t)",
    [HAUL_FRAME_ERROR] = "(bs)",
  };
  g_autoptr(GVariant) body = NULL;
  HaulMessage message = { .type = frame->type };

  if (haul_frame_type_to_string (frame->type) == NULL)
    return refuse (frame, "a frame of an unknown type", error);

  if (frame->type == HAUL_FRAME_DATA)
    {
      message.data.bytes = frame->payload;
      message.data.size = frame->size;
    }
  else if (frame->type != HAUL_FRAME_CANCEL)
    {
      body = parse_body (frame, bodies[frame->type], error);
      if (body == NULL || !decode_body (frame, body, &message, error))
        return FALSE;
    }

  *ret_message = message;
  return TRUE;
}

/**
 * haul_message_clear: (skip)
 * @message: what was decoded
 *
 * Frees what a message holds, and empties it.
 */
void
haul_message_clear (HaulMessage *message)
{
  switch (message->type)
    {
    case HAUL_FRAME_HELLO:
      g_free (message->hello.program);
      break;

    case HAUL_FRAME_RUN:
      g_free (message->run.task);
      g_free (message->run.name);
      g_clear_pointer (&message->run.arguments, g_variant_unref);
      g_clear_pointer (&message->run.inputs, g_variant_unref);
      break;

    case HAUL_FRAME_PROGRESS:
      g_free (message->progress.phase);
      break;

    case HAUL_FRAME_LOG:
      g_free (message->log.text);
      break;

    case HAUL_FRAME_ERROR:
      g_free (message->error.text);
      break;

    case HAUL_FRAME_CANCEL:
    case HAUL_FRAME_DATA:
    case HAUL_FRAME_RESULT:
    default:
      break;
    }
  memset (message, 0, sizeof *message);
}

/* Marks and overrides of the bidirectional algorithm: in a log line they only serve to deceive. */
static gboolean
is_bidi_control (gunichar c)
{
  return c == 0x061c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

/**
 * haul_text_clean:
 * @bytes: (array length=size): anything at all
 * @size: how many; -1 for up to the first NUL
 *
 * Makes text that can be shown, whatever came in.
 *
 * Returns: (transfer full): valid UTF-8 without control or bidi characters, at most
 *   %HAUL_MAX_TEXT bytes
 */
char *
haul_text_clean (const char *bytes,
                 gssize      size)
{
  g_autofree char *valid = NULL;
  gsize length = size < 0 ? strlen (bytes) : (gsize) size;
  gsize limit = MIN (length, HAUL_MAX_TEXT + 6);   /* a little more than is kept */
  GString *text;

  /* Not in the middle of a character. */
  for (guint i = 0; i < 3 && limit < length && ((guchar) bytes[limit] & 0xc0) == 0x80; i++)
    limit--;
  valid = g_utf8_make_valid (limit > 0 ? bytes : "", limit);   /* NULL is right for no bytes */
  text = g_string_sized_new (limit + 1);

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);
      gsize width = g_utf8_next_char (p) - p;

      if (c == '\t' || c == '\n')
        c = ' ';
      if (g_unichar_iscntrl (c) || is_bidi_control (c))
        continue;
      if (text->len + width > HAUL_MAX_TEXT)
        break;
      g_string_append_unichar (text, c);
    }
  return g_string_free (text, FALSE);
}
