/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <math.h>

#include "haul-test.h"

#include "haul/wire/haul-error.h"
#include "haul/wire/haul-message.h"

static gboolean
decode (HaulFrameType  type,
        const void    *bytes,
        gsize          size,
        HaulMessage   *ret_message,
        GError       **error)
{
  /* Exactly as long as it is, so that the sanitizer sees a byte read too many. */
  g_autofree guint8 *copy = g_memdup2 (bytes, size);
  HaulFrame frame = { .type = type, .job = 1, .sequence = 42, .size = size, .payload = copy };
  gboolean ok;

  ok = haul_message_decode (&frame, ret_message, error);
  if (ok && type == HAUL_FRAME_DATA)
    {
      g_assert_true (ret_message->data.bytes == copy || size == 0);
      g_assert_cmpuint (ret_message->data.size, ==, size);
      ret_message->data.bytes = bytes;
    }
  return ok;
}

static void
round_trip (const HaulMessage *message,
            HaulMessage       *ret_message)
{
  g_autoptr(GBytes) bytes = haul_message_encode (message);
  g_autoptr(GError) error = NULL;
  gboolean ok;

  g_assert_nonnull (bytes);
  g_assert_cmpuint (g_bytes_get_size (bytes), <=, haul_frame_max_payload (message->type));
  ok = decode (message->type, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), ret_message, &error);
  g_assert_no_error (error);
  g_assert_true (ok);
  g_assert_cmpint (ret_message->type, ==, message->type);
}

static void
test_hello_and_run (void)
{
  HaulMessage hello = { .type = HAUL_FRAME_HELLO };
  HaulMessage run = { .type = HAUL_FRAME_RUN };
  g_auto(HaulMessage) hello_back = { 0 };
  g_auto(HaulMessage) run_back = { 0 };
  g_auto(HaulMessage) plain_back = { 0 };
  g_autoptr(GVariant) arguments = NULL;
  g_autoptr(GVariant) inputs = g_variant_ref_sink (g_variant_new_parsed ("@at [0, 7, 18446744073709551615]"));

  hello.hello.version = HAUL_PROTOCOL_VERSION;
  hello.hello.program = (char *) "wörker";
  round_trip (&hello, &hello_back);
  g_assert_cmpuint (hello_back.hello.version, ==, HAUL_PROTOCOL_VERSION);
  g_assert_cmpstr (hello_back.hello.program, ==, "wörker");

  arguments = g_variant_ref_sink (g_variant_new_parsed ("{'digits': <int64 9007199254740993>, 'x': <1.5>, 's': <'ü'>}"));
  run.run.task = (char *) "pi";
  run.run.arguments = arguments;
  run.run.name = (char *) "Process-1:2";
  run.run.daemon = TRUE;
  run.run.inputs = inputs;
  run.run.level = HAUL_LOG_WARNING;
  run.run.shares = 0xfffffffe;
  run.run.seed = G_GUINT64_CONSTANT (0x8000000000000001);
  run.run.seeds_process = TRUE;
  round_trip (&run, &run_back);
  g_assert_cmpstr (run_back.run.task, ==, "pi");
  g_assert_true (g_variant_equal (run_back.run.arguments, arguments));
  g_assert_cmpstr (g_variant_get_type_string (run_back.run.arguments), ==, "a{sv}");
  g_assert_cmpstr (run_back.run.name, ==, "Process-1:2");
  g_assert_true (run_back.run.daemon);
  g_assert_true (g_variant_equal (run_back.run.inputs, inputs));
  g_assert_cmpint (run_back.run.level, ==, HAUL_LOG_WARNING);
  g_assert_cmpuint (run_back.run.shares, ==, 0xfffffffe);
  g_assert_cmpuint (run_back.run.seed, ==, G_GUINT64_CONSTANT (0x8000000000000001));
  g_assert_true (run_back.run.seeds_process);

  run.run.name = NULL;
  run.run.daemon = FALSE;
  run.run.inputs = NULL;
  round_trip (&run, &plain_back);
  g_assert_true (plain_back.run.seeds_process);
  g_assert_null (plain_back.run.name);
  g_assert_false (plain_back.run.daemon);
  g_assert_cmpuint (g_variant_n_children (plain_back.run.inputs), ==, 0);
}

/* Whoever may name a process may give it any name. */
static void
test_long_names (void)
{
  static const gsize lengths[] = { 255, 256, 1000, 1100, 4096, 4097, 65535, 65536, 70000 };
  g_autoptr(GVariant) arguments = g_variant_ref_sink (g_variant_new_parsed ("@a{sv} {}"));

  g_test_summary ("A process with a long name has its frames, with less of the name");

  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      g_autofree char *name = g_strnfill (lengths[i], 'n');
      HaulMessage hello = { .type = HAUL_FRAME_HELLO };
      HaulMessage run = { .type = HAUL_FRAME_RUN };
      g_auto(HaulMessage) hello_back = { 0 };
      g_auto(HaulMessage) run_back = { 0 };

      hello.hello.version = HAUL_PROTOCOL_VERSION;
      hello.hello.program = name;
      round_trip (&hello, &hello_back);
      g_assert_cmpuint (strlen (hello_back.hello.program), ==, MIN (lengths[i], 255));

      run.run.task = (char *) "pi";
      run.run.arguments = arguments;
      run.run.name = name;
      round_trip (&run, &run_back);
      g_assert_cmpuint (strlen (run_back.run.name), ==, MIN (lengths[i], HAUL_MAX_TEXT));
    }
}

static void
test_progress (void)
{
  static const double values[] = { 0, 1, 0.1, 1e300, 9007199254740993.0 };

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    {
      HaulMessage progress = { .type = HAUL_FRAME_PROGRESS };
      g_auto(HaulMessage) back = { 0 };
      g_auto(HaulMessage) back_named = { 0 };

      progress.progress.done = values[i];
      progress.progress.total = 2 * values[i];
      round_trip (&progress, &back);
      g_assert_true (back.progress.done == values[i]);
      g_assert_true (back.progress.total == 2 * values[i]);
      g_assert_null (back.progress.phase);

      progress.progress.phase = (char *) "Dividing";
      round_trip (&progress, &back_named);
      g_assert_cmpstr (back_named.progress.phase, ==, "Dividing");
    }
}

static void
test_log_and_end (void)
{
  for (HaulLogLevel level = HAUL_LOG_DEBUG; level <= HAUL_LOG_OUTPUT; level++)
    {
      HaulMessage log = { .type = HAUL_FRAME_LOG };
      g_auto(HaulMessage) back = { 0 };

      log.log.level = level;
      log.log.text = (char *) "one line";
      if (level == HAUL_LOG_OUTPUT)
        {
          log.log.domain = (char *) "domain";
          log.log.process = (char *) "Process-1:2";
          log.log.pid = 4242;
        }
      round_trip (&log, &back);
      g_assert_cmpstr (back.log.domain, ==, log.log.domain);
      g_assert_cmpstr (back.log.process, ==, log.log.process);
      g_assert_cmpint (back.log.pid, ==, log.log.pid);
      g_assert_cmpint (back.log.level, ==, level);
      g_assert_cmpstr (back.log.text, ==, "one line");
    }
  for (guint cancelled = 0; cancelled < 2; cancelled++)
    {
      HaulMessage failed = { .type = HAUL_FRAME_ERROR };
      HaulMessage result = { .type = HAUL_FRAME_RESULT };
      g_auto(HaulMessage) failed_back = { 0 };
      g_auto(HaulMessage) result_back = { 0 };

      failed.error.cancelled = cancelled;
      failed.error.text = (char *) "no";
      round_trip (&failed, &failed_back);
      g_assert_cmpint (failed_back.error.cancelled, ==, cancelled);
      g_assert_cmpstr (failed_back.error.text, ==, "no");

      result.result.size = cancelled ? G_MAXUINT64 : 0;
      round_trip (&result, &result_back);
      g_assert_cmpuint (result_back.result.size, ==, result.result.size);
    }
}

static void
test_data_and_cancel (void)
{
  static const guint8 bytes[] = { 0, 1, 2, 0xff, 0 };
  HaulMessage data = { .type = HAUL_FRAME_DATA };
  HaulMessage cancel = { .type = HAUL_FRAME_CANCEL };
  g_auto(HaulMessage) back = { 0 };
  g_auto(HaulMessage) empty_back = { 0 };
  g_auto(HaulMessage) cancel_back = { 0 };
  g_autoptr(GBytes) encoded = NULL;

  data.data.bytes = bytes;
  data.data.size = sizeof bytes;
  g_assert_null (haul_message_encode (&data));
  g_assert_true (decode (HAUL_FRAME_DATA, bytes, sizeof bytes, &back, NULL));
  g_assert_cmpmem (back.data.bytes, back.data.size, bytes, sizeof bytes);
  g_assert_true (decode (HAUL_FRAME_DATA, bytes, 0, &empty_back, NULL));
  g_assert_cmpuint (empty_back.data.size, ==, 0);

  encoded = haul_message_encode (&cancel);
  g_assert_cmpuint (g_bytes_get_size (encoded), ==, 0);
  g_assert_true (decode (HAUL_FRAME_CANCEL, NULL, 0, &cancel_back, NULL));
  g_assert_cmpint (cancel_back.type, ==, HAUL_FRAME_CANCEL);
}

/* The same bytes whatever the machine: little-endian, as the other end expects them. */
static void
test_golden (void)
{
  static const guint8 golden_hello[] = "HAUL\x01\x00\x00\x00" "abc";   /* with the NUL at its end */
  static const guint8 golden_result[] = { 0x04, 0x03, 0x02, 0x01, 0, 0, 0, 0 };
  static const guint8 golden_log[] = { 2, 'h', 'i', 0, 0, 0, 0, 0, 7, 0, 0, 0, 6, 5, 4 };
  static const guint8 golden_progress[] = { 0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0, 0, 0, 0, 0, 0, 0, 0x40, 'p', 0 };
  HaulMessage message = { .type = HAUL_FRAME_HELLO };
  g_autoptr(GBytes) hello = NULL;
  g_autoptr(GBytes) result = NULL;
  g_autoptr(GBytes) log = NULL;
  g_autoptr(GBytes) progress = NULL;

  message.hello.version = 1;
  message.hello.program = (char *) "abc";
  hello = haul_message_encode (&message);
  g_assert_cmpmem (g_bytes_get_data (hello, NULL), g_bytes_get_size (hello), golden_hello, sizeof golden_hello);

  message = (HaulMessage) { .type = HAUL_FRAME_RESULT };
  message.result.size = 0x01020304;
  result = haul_message_encode (&message);
  g_assert_cmpmem (g_bytes_get_data (result, NULL), g_bytes_get_size (result), golden_result, sizeof golden_result);

  message = (HaulMessage) { .type = HAUL_FRAME_LOG };
  message.log.level = HAUL_LOG_WARNING;
  message.log.text = (char *) "hi";
  message.log.pid = 7;
  log = haul_message_encode (&message);
  g_assert_cmpmem (g_bytes_get_data (log, NULL), g_bytes_get_size (log), golden_log, sizeof golden_log);

  message = (HaulMessage) { .type = HAUL_FRAME_PROGRESS };
  message.progress.done = 1;
  message.progress.total = 2;
  message.progress.phase = (char *) "p";
  progress = haul_message_encode (&message);
  g_assert_cmpmem (g_bytes_get_data (progress, NULL), g_bytes_get_size (progress), golden_progress, sizeof golden_progress);
}

static GBytes *
sample (HaulFrameType type)
{
  HaulMessage message = { .type = type };
  g_autoptr(GVariant) arguments = g_variant_ref_sink (g_variant_new_parsed ("{'n': <int64 1>, 's': <'text'>}"));

  switch (type)
    {
    case HAUL_FRAME_HELLO:
      message.hello.version = HAUL_PROTOCOL_VERSION;
      message.hello.program = (char *) "program";
      break;
    case HAUL_FRAME_RUN:
      message.run.task = (char *) "task";
      message.run.arguments = arguments;
      break;
    case HAUL_FRAME_PROGRESS:
      message.progress.phase = (char *) "phase";
      break;
    case HAUL_FRAME_LOG:
      message.log.text = (char *) "text";
      break;
    case HAUL_FRAME_ERROR:
      message.error.text = (char *) "text";
      break;
    case HAUL_FRAME_TILE:
      message.tile.all_width = 3;
      message.tile.all_height = 4;
      message.tile.x = 1;
      message.tile.width = 2;
      message.tile.height = 1;
      message.tile.pixels = (const guint8 *) "RGBrgb";
      break;
    case HAUL_FRAME_RESULT:
    case HAUL_FRAME_CANCEL:
    case HAUL_FRAME_DATA:
    default:
      break;
    }
  return haul_message_encode (&message);
}

static void
test_golden_run (void)
{
  static const guint8 golden[] = {
    0, 0, 0, 0, 2, 0, 0, 0, 4, 0, 1, 0, 1, 0, 1, 0,
    7, 0, 0, 0, 5, 4, 3, 2, 1, 0, 0, 0,
    5, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 't', 'a', 's', 'k', 'n'
  };
  g_autoptr(GVariant) arguments = g_variant_ref_sink (g_variant_new ("a{sv}", NULL));
  g_autoptr(GVariant) inputs = g_variant_ref_sink (g_variant_new_parsed ("@at [5, 256]"));
  HaulMessage run = { .type = HAUL_FRAME_RUN };
  g_autoptr(GBytes) bytes = NULL;
  guint8 buffer[sizeof golden];

  run.run.task = (char *) "task";
  run.run.name = (char *) "n";
  run.run.daemon = TRUE;
  run.run.arguments = arguments;
  run.run.inputs = inputs;
  run.run.level = HAUL_LOG_INFO;
  run.run.shares = 7;
  run.run.seed = 0x0102030405;
  bytes = haul_message_encode (&run);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), golden, sizeof golden);
  g_assert_cmpuint (haul_message_encode_into (&run, buffer, sizeof buffer), ==, sizeof buffer);
  g_assert_cmpmem (buffer, sizeof buffer, golden, sizeof golden);
  g_assert_cmpuint (haul_message_encode_into (&run, buffer, sizeof buffer - 1), ==, 0);
}

/* One field after the other that makes no sense of a RUN that was right. */
static void
test_bad_run (void)
{
  static const struct { guint at; guint8 value; } rows[] = {
    { 0, 0xff }, { 3, 0xff }, { 4, 1 }, { 7, 0x20 }, { 7, 0xff }, { 8, 5 }, { 9, 1 }, { 10, 1 }, { 12, 4 }, { 13, 1 },
    { 14, 5 }, { 15, 1 },
  };
  g_autoptr(GBytes) body = sample (HAUL_FRAME_RUN);
  gsize size;
  const guint8 *bytes = g_bytes_get_data (body, &size);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree guint8 *copy = g_memdup2 (bytes, size);
      g_autoptr(GError) error = NULL;
      HaulMessage message;

      copy[rows[i].at] = rows[i].value;
      g_assert_false (decode (HAUL_FRAME_RUN, copy, size, &message, &error));
      g_assert_error (error, HAUL_ERROR, HAUL_ERROR_PROTOCOL);
    }
  for (gsize at = size - strlen ("task"); at < size; at++)   /* text that is none */
    {
      g_autofree guint8 *copy = g_memdup2 (bytes, size);
      HaulMessage message;

      copy[at] = 0xff;
      g_assert_false (decode (HAUL_FRAME_RUN, copy, size, &message, NULL));
      copy[at] = 0;
      g_assert_false (decode (HAUL_FRAME_RUN, copy, size, &message, NULL));
    }
}

static void
test_not_numbers (void)
{
  const double bad[] = { NAN, INFINITY, -INFINITY };

  for (guint i = 0; i < 2 * G_N_ELEMENTS (bad); i++)
    {
      double value = bad[i / 2];
      g_autoptr(GVariant) body = g_variant_ref_sink (g_variant_new ("(dds)", i % 2 ? value : 1, i % 2 ? 1 : value, ""));
      g_autoptr(GError) error = NULL;
      HaulMessage message;

      g_assert_false (decode (HAUL_FRAME_PROGRESS, g_variant_get_data (body), g_variant_get_size (body), &message, &error));
      g_assert_error (error, HAUL_ERROR, HAUL_ERROR_PROTOCOL);
      haul_test_assert_contains (error->message, "42");
    }
}

/* Below nothing is no error, but nobody gets to see it. */
static void
test_clamped (void)
{
  static const double low[] = { -1, -1e308, -0.0 };

  for (guint i = 0; i < G_N_ELEMENTS (low); i++)
    {
      g_autoptr(GVariant) body = g_variant_ref_sink (g_variant_new ("(dds)", low[i], low[i], ""));
      g_auto(HaulMessage) message = { 0 };

      g_assert_true (decode (HAUL_FRAME_PROGRESS, g_variant_get_data (body), g_variant_get_size (body), &message, NULL));
      g_assert_cmpfloat (message.progress.done, ==, 0);
      g_assert_cmpfloat (message.progress.total, ==, 0);
    }
}

static void
assert_text (const char *text)
{
  if (text == NULL)
    return;
  g_assert_true (g_utf8_validate (text, -1, NULL));
  g_assert_cmpuint (strlen (text), <=, HAUL_MAX_TEXT);
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    g_assert_false (g_unichar_iscntrl (g_utf8_get_char (p)));
}

/* What holds of every message, whatever the bytes were. */
static void
assert_sane (HaulFrameType  type,
             const guint8  *bytes,
             gsize          size)
{
  g_auto(HaulMessage) message = { 0 };
  g_autoptr(GError) error = NULL;

  if (!decode (type, bytes, size, &message, &error))
    {
      g_assert_error (error, HAUL_ERROR, HAUL_ERROR_PROTOCOL);
      return;
    }
  g_assert_no_error (error);
  switch (type)
    {
    case HAUL_FRAME_HELLO:
      assert_text (message.hello.program);
      break;
    case HAUL_FRAME_RUN:
      g_assert_true (g_variant_is_of_type (message.run.arguments, G_VARIANT_TYPE_VARDICT));
      g_assert_true (g_variant_is_normal_form (message.run.arguments));
      g_assert_true (g_variant_is_of_type (message.run.inputs, G_VARIANT_TYPE ("at")));
      g_assert_nonnull (message.run.task);
      assert_text (message.run.name);
      break;
    case HAUL_FRAME_PROGRESS:
      g_assert_true (isfinite (message.progress.done) && message.progress.done >= 0);
      g_assert_true (isfinite (message.progress.total) && message.progress.total >= 0);
      assert_text (message.progress.phase);
      break;
    case HAUL_FRAME_LOG:
      g_assert_cmpint (message.log.level, <=, HAUL_LOG_OUTPUT);
      assert_text (message.log.text);
      assert_text (message.log.domain);
      assert_text (message.log.process);
      g_assert_cmpint (message.log.pid, >=, 0);
      break;
    case HAUL_FRAME_ERROR:
      g_assert_true (message.error.cancelled == TRUE || message.error.cancelled == FALSE);
      assert_text (message.error.text);
      break;
    case HAUL_FRAME_TILE:
      g_assert_cmpuint (message.tile.x + message.tile.width, <=, message.tile.all_width);
      g_assert_cmpuint (message.tile.y + message.tile.height, <=, message.tile.all_height);
      g_assert_cmpuint (message.tile.all_width, <=, HAUL_TILE_MAX_SIDE);
      g_assert_cmpuint (message.tile.all_height, <=, HAUL_TILE_MAX_SIDE);
      g_assert_cmpuint (24 + 3 * message.tile.width * message.tile.height, ==, size);
      break;
    case HAUL_FRAME_RESULT:
    case HAUL_FRAME_CANCEL:
    case HAUL_FRAME_DATA:
    default:
      break;
    }
}

static const HaulFrameType with_body[] = {
  HAUL_FRAME_HELLO, HAUL_FRAME_RUN, HAUL_FRAME_PROGRESS, HAUL_FRAME_LOG, HAUL_FRAME_RESULT, HAUL_FRAME_ERROR, HAUL_FRAME_TILE,
};

static void
test_cut_and_padded (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (with_body); i++)
    {
      g_autoptr(GBytes) body = sample (with_body[i]);
      gsize size;
      const guint8 *bytes = g_bytes_get_data (body, &size);
      g_autofree guint8 *padded = g_malloc0 (size + 1);
      HaulMessage message;

      for (gsize shorter = 0; shorter < size; shorter++)
        {
          g_autoptr(GError) error = NULL;

          g_assert_false (decode (with_body[i], bytes, shorter, &message, &error));
          g_assert_error (error, HAUL_ERROR, HAUL_ERROR_PROTOCOL);
        }
      memcpy (padded, bytes, size);
      g_assert_false (decode (with_body[i], padded, size + 1, &message, NULL));
    }
}

static void
test_hello_refused (void)
{
  g_autoptr(GBytes) body = sample (HAUL_FRAME_HELLO);
  gsize size;
  g_autofree guint8 *bytes = g_memdup2 (g_bytes_get_data (body, &size), g_bytes_get_size (body));
  g_auto(HaulMessage) other_version = { 0 };
  HaulMessage message;

  for (gsize at = 0; at < 4; at++)   /* the magic */
    {
      bytes[at] ^= 0x20;
      g_assert_false (decode (HAUL_FRAME_HELLO, bytes, size, &message, NULL));
      bytes[at] ^= 0x20;
    }

  /* A version is for the reader to judge, who can then say which one it is. */
  bytes[4]++;
  g_assert_true (decode (HAUL_FRAME_HELLO, bytes, size, &other_version, NULL));
  g_assert_cmpuint (other_version.hello.version, ==, HAUL_PROTOCOL_VERSION + 1);
}

static void
test_hostile (void)
{
  gint64 end = g_get_monotonic_time () + G_USEC_PER_SEC;

  for (HaulFrameType type = 1; type < HAUL_FRAME_N_TYPES; type++)
    if (type != HAUL_FRAME_CANCEL)   /* has no payload; the decoder of frames sees to that */
      for (guint value = 0; value < 256; value++)
        {
          g_autofree guint8 *bytes = g_malloc (8192);

          memset (bytes, value, 8192);
          assert_sane (type, bytes, MIN (haul_frame_max_payload (type), 8192));
        }

  while (g_get_monotonic_time () < end)
    {
      HaulFrameType type = with_body[g_test_rand_int_range (0, G_N_ELEMENTS (with_body))];
      g_autoptr(GBytes) body = sample (type);
      gsize size;
      g_autofree guint8 *bytes = g_memdup2 (g_bytes_get_data (body, &size), g_bytes_get_size (body));

      for (int n = g_test_rand_int_range (1, 6); n > 0; n--)
        bytes[g_test_rand_int_range (0, size)] = g_test_rand_int_range (0, 256);
      assert_sane (type, bytes, g_test_rand_int_range (0, size + 1));
      assert_sane (type, bytes, size);
    }
}

/* A value nested so deep that whoever walks it recurses far. Refused, or at least survived. */
static void
test_deep (void)
{
  GVariant *value = g_variant_new_string ("deep");
  g_autoptr(GVariant) body = NULL;
  g_autoptr(GBytes) bytes = NULL;

  for (guint i = 0; i < 60; i++)
    value = g_variant_new_variant (value);
  body = g_variant_ref_sink (g_variant_new_parsed ("('t', '', false, {'x': <%v>}, @at [])", value));
  bytes = g_variant_get_data_as_bytes (body);
  assert_sane (HAUL_FRAME_RUN, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

static void
test_bad_level_and_type (void)
{
  HaulMessage message;
  g_autoptr(GError) error = NULL;

  g_assert_true (decode (HAUL_FRAME_LOG, "\x03hi\0\0\0\0\0\xff\xff\xff\xff\6\5\4", 15, &message, NULL));
  g_assert_cmpint (message.log.pid, ==, 0);
  haul_message_clear (&message);
  g_assert_false (decode (HAUL_FRAME_LOG, "\x04hi\0\0\0\0\0\0\0\0\0\6\5\4", 15, &message, &error));
  haul_test_assert_contains (error->message, "unknown level");
  g_assert_error (error, HAUL_ERROR, HAUL_ERROR_PROTOCOL);
  g_clear_error (&error);
  g_assert_false (decode (99, "\x04hi", 4, &message, &error));
  g_assert_error (error, HAUL_ERROR, HAUL_ERROR_PROTOCOL);
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);
  g_test_add_func ("/wire/message/hello-and-run", test_hello_and_run);
  g_test_add_func ("/wire/message/long-names", test_long_names);
  g_test_add_func ("/wire/message/progress", test_progress);
  g_test_add_func ("/wire/message/log-and-end", test_log_and_end);
  g_test_add_func ("/wire/message/data-and-cancel", test_data_and_cancel);
  g_test_add_func ("/wire/message/golden", test_golden);
  g_test_add_func ("/wire/message/golden-run", test_golden_run);
  g_test_add_func ("/wire/message/bad-run", test_bad_run);
  g_test_add_func ("/wire/message/not-numbers", test_not_numbers);
  g_test_add_func ("/wire/message/clamped", test_clamped);
  g_test_add_func ("/wire/message/cut-and-padded", test_cut_and_padded);
  g_test_add_func ("/wire/message/hello-refused", test_hello_refused);
  g_test_add_func ("/wire/message/hostile", test_hostile);
  g_test_add_func ("/wire/message/deep", test_deep);
  g_test_add_func ("/wire/message/bad-level-and-type", test_bad_level_and_type);
  return g_test_run ();
}
