/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-message.h"

#include <math.h>
#include <string.h>

#include "haul-error.h"

/* RUN and RESULT are what a pool sends of each item, however small that is, so theirs are plain bytes:
 *
 *   RESULT   8  size
 *
 *   RUN      4  a, the size of the arguments
 *            4  i, the number of inputs
 *            2  t, the length of the task's id
 *            2  n, the length of the name of the process, 0 for none
 *            2  flags: 1 for a daemon, 2 if rand() and its like are to be seeded
 *            2  the lowest level of log lines that anybody wants
 *            4  the number of the set of shared objects that it is given, 0 for none
 *            8  the seed of its random numbers
 *            a  the arguments, an a{sv}
 *          8 i  the sizes of the inputs
 *            t  the id
 *            n  the name
 *
 * TILE has six numbers of 4 bytes, and three bytes for each pixel. The others are GVariants. */
#define RUN_HEAD 28
#define RUN_DAEMON        (1 << 0)
#define RUN_SEEDS_PROCESS (1 << 1)

/* Bytes of the name in a HELLO. Names are what people gave, and of any length; what is longer is cut. */
#define MAX_HELLO_NAME 255

static void
put (guint8  **to,
     guint64   value,
     gsize     width)
{
  value = GUINT64_TO_LE (value);
  memcpy (*to, &value, width);
  *to += width;
}

static void
put_bytes (guint8     **to,
           const void  *bytes,
           gsize        size)
{
  if (size > 0)
    memcpy (*to, bytes, size);
  *to += size;
}

static guint64
take (const guint8 **from,
      gsize          width)
{
  guint64 value = 0;

  memcpy (&value, *from, width);
  *from += width;
  return GUINT64_FROM_LE (value);
}

/* As much of the name as whoever reads it keeps. */
static gsize
run_name_length (const HaulMessage *message)
{
  return message->run.name != NULL ? MIN (strlen (message->run.name), HAUL_MAX_TEXT) : 0;
}

static gsize
run_size (const HaulMessage *message)
{
  gsize n_inputs = message->run.inputs != NULL ? g_variant_n_children (message->run.inputs) : 0;

  return RUN_HEAD + g_variant_get_size (message->run.arguments) + n_inputs * sizeof (guint64)
         + strlen (message->run.task) + run_name_length (message);
}

static void
encode_run (const HaulMessage *message,
            guint8            *to)
{
  gsize size = g_variant_get_size (message->run.arguments);
  gsize n_inputs = 0;
  const guint64 *inputs = NULL;
  gsize task_length = strlen (message->run.task);
  gsize name_length = run_name_length (message);

  if (message->run.inputs != NULL)
    inputs = g_variant_get_fixed_array (message->run.inputs, &n_inputs, sizeof *inputs);
  put (&to, size, 4);
  put (&to, n_inputs, 4);
  put (&to, task_length, 2);
  put (&to, name_length, 2);
  put (&to, (message->run.daemon ? RUN_DAEMON : 0) | (message->run.seeds_process ? RUN_SEEDS_PROCESS : 0), 2);
  put (&to, message->run.level, 2);
  put (&to, message->run.shares, 4);
  put (&to, message->run.seed, 8);
  put_bytes (&to, g_variant_get_data (message->run.arguments), size);
  for (gsize i = 0; i < n_inputs; i++)
    put (&to, inputs[i], 8);
  put_bytes (&to, message->run.task, task_length);
  put_bytes (&to, message->run.name, name_length);
}

/**
 * haul_message_encode_into: (skip)
 * @message: what to say
 * @buffer: (out caller-allocates) (array length=size) (element-type guint8): where to
 * @size: how much fits there
 *
 * The same as haul_message_encode() without allocating, for the small messages of
 * which there are many.
 *
 * Returns: how many bytes the payload has; 0 if it does not fit or is of another type
 */
gsize
haul_message_encode_into (const HaulMessage *message,
                          guint8            *buffer,
                          gsize              size)
{
  if (message->type == HAUL_FRAME_RESULT && size >= 8)
    {
      put (&buffer, message->result.size, 8);
      return 8;
    }
  if (message->type == HAUL_FRAME_RUN && size >= run_size (message))
    {
      encode_run (message, buffer);
      return run_size (message);
    }
  return 0;
}

static GBytes *
encode_plain (const HaulMessage *message)
{
  gsize size = message->type == HAUL_FRAME_RUN ? run_size (message) : 8;
  g_autofree guint8 *bytes = g_malloc (size);

  (void) haul_message_encode_into (message, bytes, size);
  return g_bytes_new_take (g_steal_pointer (&bytes), size);
}

#define TILE_HEAD 24

static GBytes *
encode_tile (const HaulMessage *message)
{
  gsize pixels = 3 * (gsize) message->tile.width * message->tile.height;
  guint8 *bytes = g_malloc (TILE_HEAD + pixels);
  guint8 *to = bytes;

  put (&to, message->tile.all_width, 4);
  put (&to, message->tile.all_height, 4);
  put (&to, message->tile.x, 4);
  put (&to, message->tile.y, 4);
  put (&to, message->tile.width, 4);
  put (&to, message->tile.height, 4);
  put_bytes (&to, message->tile.pixels, pixels);
  return g_bytes_new_take (bytes, TILE_HEAD + pixels);
}

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
  g_autofree char *name = NULL;

  switch (message->type)
    {
    case HAUL_FRAME_HELLO:
      name = haul_text_clean (message->hello.program, MIN (strlen (message->hello.program), MAX_HELLO_NAME));
      body = g_variant_new ("(uus)", HAUL_PROTOCOL_MAGIC, message->hello.version, name);
      break;

    case HAUL_FRAME_RUN:
    case HAUL_FRAME_RESULT:
      return encode_plain (message);

    case HAUL_FRAME_TILE:
      return encode_tile (message);

    case HAUL_FRAME_PROGRESS:
      body = g_variant_new ("(dds)", message->progress.done, message->progress.total,
                            message->progress.phase != NULL ? message->progress.phase : "");
      break;

    case HAUL_FRAME_LOG:
      body = g_variant_new ("(ysssi)", (guchar) message->log.level, message->log.text,
                            message->log.domain != NULL ? message->log.domain : "",
                            message->log.process != NULL ? message->log.process : "", message->log.pid);
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
decode_log (const HaulFrame  *frame,
            GVariant         *body,
            HaulMessage      *message,
            GError          **error)
{
  const char *text, *domain, *process;
  guchar level;
  int pid;

  g_variant_get (body, "(y&s&s&si)", &level, &text, &domain, &process, &pid);
  if (level > HAUL_LOG_OUTPUT)
    return refuse (frame, "a LOG of an unknown level", error);

  message->log.level = level;
  message->log.text = haul_text_clean (text, -1);
  message->log.domain = *domain != '\0' ? haul_text_clean (domain, -1) : NULL;
  message->log.process = *process != '\0' ? haul_text_clean (process, -1) : NULL;
  message->log.pid = MAX (pid, 0);
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

/* Most have none, or no inputs: these are always the same. */
static GVariant *
empty_variant (const GVariantType *type)
{
  static GVariant *no_arguments, *no_inputs;

  if (g_once_init_enter (&no_arguments))
    {
      no_inputs = g_variant_ref_sink (g_variant_new ("at", NULL));
      g_once_init_leave (&no_arguments, g_variant_ref_sink (g_variant_new ("a{sv}", NULL)));
    }
  return g_variant_ref (g_variant_type_equal (type, G_VARIANT_TYPE_VARDICT) ? no_arguments : no_inputs);
}

/* NULL unless it is in normal form. */
static GVariant *
variant_from (const GVariantType *type,
              const guint8       *from,
              gsize               size)
{
  g_autoptr(GBytes) bytes = NULL;
  g_autoptr(GVariant) variant = NULL;

  if (size == 0)
    return empty_variant (type);

  bytes = g_bytes_new (from, size);   /* a copy, so that it is aligned */
  variant = g_variant_ref_sink (g_variant_new_from_bytes (type, bytes, FALSE));
  return g_variant_is_normal_form (variant) ? g_steal_pointer (&variant) : NULL;
}

static gboolean
decode_run (const HaulFrame  *frame,
            HaulMessage      *message,
            GError          **error)
{
  const guint8 *from = frame->payload;
  gsize size, n_inputs, task_length, name_length;
  guint32 flags, level, shares;
  guint64 seed;

  if (frame->size < RUN_HEAD)
    return refuse (frame, "a malformed RUN", error);

  size = take (&from, 4);
  n_inputs = take (&from, 4);
  task_length = take (&from, 2);
  name_length = take (&from, 2);
  flags = take (&from, 2);
  level = take (&from, 2);
  shares = take (&from, 4);
  seed = take (&from, 8);
  if (frame->size != (guint64) RUN_HEAD + size + (guint64) n_inputs * 8 + task_length + name_length
      || flags > (RUN_DAEMON | RUN_SEEDS_PROCESS) || level > HAUL_LOG_NOTSET
      || !g_utf8_validate_len ((const char *) from + size + n_inputs * 8, task_length, NULL))
    return refuse (frame, "a malformed RUN", error);

  message->run.daemon = (flags & RUN_DAEMON) != 0;
  message->run.seeds_process = (flags & RUN_SEEDS_PROCESS) != 0;
  message->run.level = level;
  message->run.shares = shares;
  message->run.seed = seed;
  message->run.arguments = variant_from (G_VARIANT_TYPE_VARDICT, from, size);
  message->run.inputs = variant_from (G_VARIANT_TYPE ("at"), from + size, n_inputs * 8);
  from += size + n_inputs * 8;
  message->run.task = g_strndup ((const char *) from, task_length);
  if (name_length > 0)
    message->run.name = haul_text_clean ((const char *) from + task_length, name_length);
  if (message->run.arguments != NULL)
    return TRUE;

  haul_message_clear (message);
  return refuse (frame, "a RUN with malformed arguments", error);
}

static gboolean
decode_result (const HaulFrame  *frame,
               HaulMessage      *message,
               GError          **error)
{
  const guint8 *from = frame->payload;

  if (frame->size != 8)
    return refuse (frame, "a malformed RESULT", error);
  message->result.size = take (&from, 8);
  return TRUE;
}

static gboolean
decode_tile (const HaulFrame  *frame,
             HaulMessage      *message,
             GError          **error)
{
  const guint8 *from = frame->payload;
  guint64 numbers[6];

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    numbers[i] = frame->size >= TILE_HEAD ? take (&from, 4) : 0;
  if (numbers[0] > HAUL_TILE_MAX_SIDE || numbers[1] > HAUL_TILE_MAX_SIDE || numbers[4] == 0 || numbers[5] == 0
      || numbers[2] + numbers[4] > numbers[0] || numbers[3] + numbers[5] > numbers[1]
      || frame->size != TILE_HEAD + 3 * numbers[4] * numbers[5])
    return refuse (frame, "a malformed TILE", error);

  message->tile.all_width = numbers[0];
  message->tile.all_height = numbers[1];
  message->tile.x = numbers[2];
  message->tile.y = numbers[3];
  message->tile.width = numbers[4];
  message->tile.height = numbers[5];
  message->tile.pixels = from;
  return TRUE;
}

static gboolean
decode_body (const HaulFrame  *frame,
             GVariant         *body,
             HaulMessage      *message,
             GError          **error)
{
  const char *text;

  switch (message->type)
    {
    case HAUL_FRAME_HELLO:
      return decode_hello (frame, body, message, error);

    case HAUL_FRAME_PROGRESS:
      return decode_progress (frame, body, message, error);

    case HAUL_FRAME_LOG:
      return decode_log (frame, body, message, error);

    case HAUL_FRAME_ERROR:
      g_variant_get (body, "(b&s)", &message->error.cancelled, &text);
      message->error.text = haul_text_clean (text, -1);
      return TRUE;

    case HAUL_FRAME_RUN:
    case HAUL_FRAME_RESULT:
    case HAUL_FRAME_CANCEL:
    case HAUL_FRAME_DATA:
    case HAUL_FRAME_TILE:
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
 * Reads the payload of a frame. The bytes of %HAUL_FRAME_DATA and the pixels
 * of %HAUL_FRAME_TILE stay where they are, everything else is copied.
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
    [HAUL_FRAME_PROGRESS] = "(dds)",
    [HAUL_FRAME_LOG] = "(ysssi)",
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
  else if (frame->type == HAUL_FRAME_RUN)
    {
      if (!decode_run (frame, &message, error))
        return FALSE;
    }
  else if (frame->type == HAUL_FRAME_RESULT)
    {
      if (!decode_result (frame, &message, error))
        return FALSE;
    }
  else if (frame->type == HAUL_FRAME_TILE)
    {
      if (!decode_tile (frame, &message, error))
        return FALSE;
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
      g_free (message->log.domain);
      g_free (message->log.process);
      break;

    case HAUL_FRAME_ERROR:
      g_free (message->error.text);
      break;

    case HAUL_FRAME_CANCEL:
    case HAUL_FRAME_DATA:
    case HAUL_FRAME_RESULT:
    case HAUL_FRAME_TILE:
    default:
      break;
    }
  memset (message, 0, sizeof *message);
}
