/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "haul-test.h"

#include "haul/wire/haul-fd-private.h"
#include "haul/wire/haul-message.h"
#include "haul/worker/haul-worker.h"

/* The worker side by itself: this test is its parent, and writes its commands byte by byte. */
typedef struct
{
  GSubprocess *subprocess;   /* (owned) */
  int          commands_fd;
  int          events_fd;
  guint32      sequence;
  HaulDecoder  decoder;
  GByteArray  *received;     /* (owned) */
} Worker;

static void
worker_start (Worker     *worker,
              int         parent_pid)
{
  g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autofree char *parent = g_strdup_printf ("--parent-pid=%d", parent_pid);
  g_autoptr(GError) error = NULL;
  int commands[2], events[2];

  g_assert_true (haul_open_pipe (commands, 0, NULL));
  g_assert_true (haul_open_pipe (events, 0, NULL));
  g_subprocess_launcher_take_fd (launcher, commands[0], HAUL_WORKER_COMMANDS_FD);
  g_subprocess_launcher_take_fd (launcher, events[1], HAUL_WORKER_EVENTS_FD);
  *worker = (Worker) { NULL, commands[1], events[0], 0, { 0 }, g_byte_array_new () };
  haul_decoder_init (&worker->decoder);
  worker->subprocess = g_subprocess_launcher_spawn (launcher, &error, g_getenv ("HAUL_TEST_CHILD"),
                                                    "--run", parent, "--nice=0", NULL);
  g_assert_no_error (error);
}

static void
append_frame (Worker            *worker,
              GByteArray        *bytes,
              const HaulMessage *message,
              guint16            type)
{
  g_autoptr(GBytes) body = haul_message_encode (message);
  HaulFrame frame = { .type = type, .job = 7, .sequence = worker->sequence++ };
  guint8 header[HAUL_FRAME_HEADER_SIZE];

  frame.payload = g_bytes_get_data (body, &frame.size);
  haul_frame_encode_header (&frame, header);
  g_byte_array_append (bytes, header, sizeof header);
  g_byte_array_append (bytes, frame.payload, frame.size);
}

static void
append_hello (Worker     *worker,
              GByteArray *bytes,
              guint32     version)
{
  HaulMessage hello = { .type = HAUL_FRAME_HELLO };

  hello.hello.version = version;
  hello.hello.program = (char *) "test";
  append_frame (worker, bytes, &hello, HAUL_FRAME_HELLO);
}

static void
append_run (Worker     *worker,
            GByteArray *bytes,
            const char *task,
            const char *arguments)
{
  g_autoptr(GVariant) variant = g_variant_parse (G_VARIANT_TYPE_VARDICT, arguments, NULL, NULL, NULL);
  HaulMessage run = { .type = HAUL_FRAME_RUN };

  run.run.task = (char *) task;
  run.run.arguments = variant;
  append_frame (worker, bytes, &run, HAUL_FRAME_RUN);
}

static void
append_cancel (Worker     *worker,
               GByteArray *bytes)
{
  HaulMessage cancel = { .type = HAUL_FRAME_CANCEL };

  append_frame (worker, bytes, &cancel, HAUL_FRAME_CANCEL);
}

static void
send_bytes (Worker     *worker,
            GByteArray *bytes,
            gsize       piece)
{
  for (gsize at = 0; at < bytes->len; at += piece)
    {
      if (!haul_write_all (worker->commands_fd, bytes->data + at, MIN (piece, bytes->len - at), NULL, 0, NULL))
        break;   /* it has ended, as some of the tests want it to */
      if (piece < 16)
        g_usleep (500);   /* so that they are mostly read one by one; nothing depends on it */
    }
}

/* The next message; its type is 0 at the end of the pipe. */
static HaulFrameType
next (Worker      *worker,
      HaulMessage *ret_message)
{
  HaulFrame frame;
  gsize used;
  g_autoptr(GError) error = NULL;

  while (haul_decoder_next (&worker->decoder, worker->received->data, worker->received->len, &frame, &used, &error) !=
         HAUL_DECODED_FRAME)
    {
      guint8 bytes[4096];
      ssize_t n;

      g_assert_no_error (error);
      n = read (worker->events_fd, bytes, sizeof bytes);
      g_assert_cmpint (n, >=, 0);
      if (n == 0)
        {
          g_assert_true (haul_decoder_finish (&worker->decoder, worker->received->len, NULL));
          return 0;
        }
      g_byte_array_append (worker->received, bytes, n);
    }
  g_assert_true (haul_message_decode (&frame, ret_message, &error));
  g_assert_cmpuint (frame.job, ==, 7);
  if (frame.type == HAUL_FRAME_DATA)
    ret_message->data.bytes = NULL;   /* goes with the frame */
  g_byte_array_remove_range (worker->received, 0, used);
  return ret_message->type;
}

/* Reads to the end, and returns the type of the last message. */
static HaulFrameType
last (Worker *worker,
      char  **ret_error)
{
  HaulFrameType type, before = 0;

  for (;;)
    {
      g_auto(HaulMessage) message = { 0 };

      type = next (worker, &message);
      if (type == 0)
        return before;
      if (type == HAUL_FRAME_ERROR && ret_error != NULL)
        *ret_error = g_strdup_printf ("%s%s", message.error.cancelled ? "cancelled: " : "", message.error.text);
      before = type;
    }
}

/* How it ended: its exit code, or minus the signal. */
static int
worker_end (Worker *worker)
{
  int status;

  haul_clear_fd (&worker->commands_fd);
  haul_clear_fd (&worker->events_fd);
  g_assert_true (g_subprocess_wait (worker->subprocess, NULL, NULL));
  status = g_subprocess_get_if_exited (worker->subprocess) ? g_subprocess_get_exit_status (worker->subprocess)
           : -g_subprocess_get_term_sig (worker->subprocess);
  g_clear_object (&worker->subprocess);
  g_byte_array_unref (worker->received);
  return status;
}

static void
test_run (void)
{
  static const gsize pieces[] = { 1, 7, 1000000 };

  haul_test_begin ();
  for (guint i = 0; i < G_N_ELEMENTS (pieces); i++)
    {
      g_autoptr(GByteArray) bytes = g_byte_array_new ();
      Worker worker;

      worker_start (&worker, getpid ());
      append_hello (&worker, bytes, HAUL_PROTOCOL_VERSION);
      append_run (&worker, bytes, "ok", "{'size': <int64 5>}");
      send_bytes (&worker, bytes, pieces[i]);
      g_assert_cmpint (last (&worker, NULL), ==, HAUL_FRAME_RESULT);
      g_assert_cmpint (worker_end (&worker), ==, 0);
    }
  haul_test_assert_clean ();
}

/* Commands of a later version are skipped. */
static void
test_unknown_command (void)
{
  g_autoptr(GByteArray) bytes = g_byte_array_new ();
  HaulMessage cancel = { .type = HAUL_FRAME_CANCEL };
  Worker worker;

  haul_test_begin ();
  worker_start (&worker, getpid ());
  append_hello (&worker, bytes, HAUL_PROTOCOL_VERSION);
  append_frame (&worker, bytes, &cancel, 0x4321);
  append_run (&worker, bytes, "ok", "@a{sv} {}");
  send_bytes (&worker, bytes, G_MAXUINT32);
  g_assert_cmpint (last (&worker, NULL), ==, HAUL_FRAME_RESULT);
  g_assert_cmpint (worker_end (&worker), ==, 0);
  haul_test_assert_clean ();
}

/* In one piece with RUN, in the middle of what comes after it, or much later. */
static void
test_cancel (void)
{
  haul_test_begin ();
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr(GByteArray) bytes = g_byte_array_new ();
      g_autofree char *error = NULL;
      Worker worker;

      worker_start (&worker, getpid ());
      append_hello (&worker, bytes, HAUL_PROTOCOL_VERSION);
      append_run (&worker, bytes, "tidy", "{'seconds': <20.0>}");
      if (i == 0)
        append_cancel (&worker, bytes);
      send_bytes (&worker, bytes, G_MAXUINT32);
      if (i > 0)
        {
          HaulFrameType type;

          do
            {
              g_auto(HaulMessage) message = { 0 };

              type = next (&worker, &message);
            }
          while (type != HAUL_FRAME_PROGRESS);
          g_byte_array_set_size (bytes, 0);
          append_cancel (&worker, bytes);
          send_bytes (&worker, bytes, i == 1 ? 5 : 16);
        }
      g_assert_cmpint (last (&worker, &error), ==, HAUL_FRAME_ERROR);
      g_assert_true (g_str_has_prefix (error, "cancelled: "));
      g_assert_cmpint (worker_end (&worker), ==, 1);
    }
  haul_test_assert_clean ();
}

/* What it refuses it says, in a message where it can. */
static void
test_refused (void)
{
  static const struct { const char *task, *arguments, *text; } rows[] = {
    { "nonsense", "@a{sv} {}", "nonsense" },
    { "", "@a{sv} {}", "" },
    { "ok", "{'size': <int64 -1>}", "size" },
    { "ok", "{'nonsense': <int64 1>}", "nonsense" },
    { "ok", "{'size': <'x'>}", "size" },
  };

  haul_test_begin ();
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(GByteArray) bytes = g_byte_array_new ();
      g_autofree char *error = NULL;
      Worker worker;

      worker_start (&worker, getpid ());
      append_hello (&worker, bytes, HAUL_PROTOCOL_VERSION);
      append_run (&worker, bytes, rows[i].task, rows[i].arguments);
      send_bytes (&worker, bytes, G_MAXUINT32);
      g_assert_cmpint (last (&worker, &error), ==, HAUL_FRAME_ERROR);
      haul_test_assert_contains (error, rows[i].text);
      g_assert_cmpint (worker_end (&worker), ==, 1);
    }
  haul_test_assert_clean ();
}

static void
append_data (Worker     *worker,
             GByteArray *bytes,
             const char *text)
{
  HaulFrame frame = { .type = HAUL_FRAME_DATA, .job = 7, .sequence = worker->sequence++ };
  guint8 header[HAUL_FRAME_HEADER_SIZE];

  frame.payload = (const guint8 *) text;
  frame.size = strlen (text);
  haul_frame_encode_header (&frame, header);
  g_byte_array_append (bytes, header, sizeof header);
  g_byte_array_append (bytes, frame.payload, frame.size);
}

/* The sizes of inputs in RUN are those of the bytes in front of it, or it is no RUN. */
static void
test_inputs (void)
{
  static const struct { const char *data, *sizes; gboolean good; } rows[] = {
    { "", "@at []", TRUE },
    { "", "@at [0, 0]", TRUE },
    { "1234", "@at [4]", TRUE },
    { "1234", "@at [1, 0, 3]", TRUE },
    { "1234", "@at []", FALSE },
    { "1234", "@at [3]", FALSE },
    { "1234", "@at [5]", FALSE },
    { "1234", "@at [4, 1]", FALSE },
    { "1234", "@at [3, 18446744073709551615]", FALSE },
    { "", "@at [1]", FALSE },
  };

  haul_test_begin ();
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(GByteArray) bytes = g_byte_array_new ();
      g_autoptr(GVariant) arguments = g_variant_ref_sink (g_variant_new ("a{sv}", NULL));
      g_autoptr(GVariant) sizes = g_variant_parse (G_VARIANT_TYPE ("at"), rows[i].sizes, NULL, NULL, NULL);
      HaulMessage run = { .type = HAUL_FRAME_RUN };
      Worker worker;

      run.run.task = (char *) "add";
      run.run.arguments = arguments;
      run.run.inputs = sizes;
      worker_start (&worker, getpid ());
      append_hello (&worker, bytes, HAUL_PROTOCOL_VERSION);
      g_test_message ("%s for “%s”", rows[i].sizes, rows[i].data);
      if (rows[i].data[0] != '\0')
        append_data (&worker, bytes, rows[i].data);
      append_frame (&worker, bytes, &run, HAUL_FRAME_RUN);
      send_bytes (&worker, bytes, G_MAXUINT32);
      g_assert_cmpint (last (&worker, NULL), ==, rows[i].good ? HAUL_FRAME_RESULT : HAUL_FRAME_HELLO);
      g_assert_cmpint (worker_end (&worker), ==, rows[i].good ? 0 : HAUL_WORKER_EXIT_USAGE);
    }
  haul_test_assert_clean ();
}

/* Started by what is not libhaul: it ends without a word. Or not by our libhaul: it says HELLO, so
 * that the other can see the version, and ends. */
static void
test_stranger (void)
{
  haul_test_begin ();
  for (guint i = 0; i < 4; i++)
    {
      g_autoptr(GByteArray) bytes = g_byte_array_new ();
      Worker worker;

      worker_start (&worker, getpid ());
      if (i == 0)
        append_hello (&worker, bytes, HAUL_PROTOCOL_VERSION + 1);
      else if (i == 1)
        append_run (&worker, bytes, "ok", "@a{sv} {}");
      else if (i == 2)
        g_byte_array_append (bytes, (const guint8 *) "GET / HTTP/1.0\r\n\r\n", 18);
      else
        {
          append_hello (&worker, bytes, HAUL_PROTOCOL_VERSION);
          append_cancel (&worker, bytes);   /* where RUN is due */
        }
      send_bytes (&worker, bytes, G_MAXUINT32);
      g_assert_cmpint (last (&worker, NULL), ==, (i == 1 || i == 2 ? 0 : HAUL_FRAME_HELLO));
      g_assert_cmpint (worker_end (&worker), ==, HAUL_WORKER_EXIT_USAGE);
    }
  haul_test_assert_clean ();
}

/* Nobody is there: not its parent, nobody who gives commands, or nobody who listens. */
static void
test_orphan (void)
{
  static const char * const tasks[] = { "spin", "slow", "tidy", "flood" };
  Worker worker;

  haul_test_begin ();
  worker_start (&worker, getppid ());
  g_assert_cmpint (worker_end (&worker), ==, HAUL_WORKER_EXIT_ORPHAN);

  worker_start (&worker, getpid ());
  haul_clear_fd (&worker.commands_fd);
  g_assert_cmpint (last (&worker, NULL), ==, 0);
  g_assert_cmpint (worker_end (&worker), ==, HAUL_WORKER_EXIT_ORPHAN);

  for (guint i = 0; i < G_N_ELEMENTS (tasks); i++)
    {
      g_autoptr(GByteArray) bytes = g_byte_array_new ();
      g_auto(HaulMessage) hello = { 0 };
      g_auto(HaulMessage) first = { 0 };
      gint64 start;

      worker_start (&worker, getpid ());
      append_hello (&worker, bytes, HAUL_PROTOCOL_VERSION);
      append_run (&worker, bytes, tasks[i], "@a{sv} {}");
      send_bytes (&worker, bytes, G_MAXUINT32);
      g_assert_cmpint (next (&worker, &hello), ==, HAUL_FRAME_HELLO);
      g_assert_cmpint (next (&worker, &first), !=, 0);
      start = g_get_monotonic_time ();
      g_assert_cmpint (worker_end (&worker), ==, HAUL_WORKER_EXIT_ORPHAN);
      g_assert_cmpint (g_get_monotonic_time () - start, <, 15 * G_USEC_PER_SEC);   /* and not after 30 s, as the task does */
    }
  haul_test_assert_clean ();
}

/* It reports, and nobody reads any more: EPIPE is enough. */
static void
test_unheard (void)
{
  g_autoptr(GByteArray) bytes = g_byte_array_new ();
  g_auto(HaulMessage) hello = { 0 };
  int status;
  Worker worker;

  haul_test_begin ();
  worker_start (&worker, getpid ());
  append_hello (&worker, bytes, HAUL_PROTOCOL_VERSION);
  append_run (&worker, bytes, "slow", "@a{sv} {}");
  send_bytes (&worker, bytes, G_MAXUINT32);
  g_assert_cmpint (next (&worker, &hello), ==, HAUL_FRAME_HELLO);
  haul_clear_fd (&worker.events_fd);
  g_assert_true (g_subprocess_wait (worker.subprocess, NULL, NULL));   /* its commands are still open */
  status = worker_end (&worker);
  g_assert_cmpint (status, ==, HAUL_WORKER_EXIT_ORPHAN);
  haul_test_assert_clean ();
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);
  g_test_add_func ("/worker/worker/run", test_run);
  g_test_add_func ("/worker/worker/unknown-command", test_unknown_command);
  g_test_add_func ("/worker/worker/cancel", test_cancel);
  g_test_add_func ("/worker/worker/refused", test_refused);
  g_test_add_func ("/worker/worker/inputs", test_inputs);
  g_test_add_func ("/worker/worker/stranger", test_stranger);
  g_test_add_func ("/worker/worker/orphan", test_orphan);
  g_test_add_func ("/worker/worker/unheard", test_unheard);
  return g_test_run ();
}
