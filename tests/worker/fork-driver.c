/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "fork-driver.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "haul/wire/haul-fd-private.h"
#include "haul/wire/haul-shared-private.h"

#define MARK "HAUL_TEST_MARK"

static void
run_clean (gconstpointer data)
{
  GTestFunc function = (GTestFunc) data;

  haul_test_begin ();
  function ();
  haul_test_assert_clean ();
}

void
fork_test_add (const char *path,
               GTestFunc   function)
{
  g_test_add_data_func (path, function, run_clean);
}

/* Of /proc. */

static guint
count_entries (int         pid,
               const char *folder)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/%s", pid, folder);
  g_autoptr(GDir) dir = g_dir_open (path, 0, NULL);
  guint n = 0;

  while (dir != NULL && g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

guint
fork_count_threads (int pid)
{
  return count_entries (pid, "task");
}

guint
fork_count_fds (int pid)
{
  return count_entries (pid, "fd");
}

static char *
read_proc (int         pid,
           const char *name,
           gsize      *ret_size)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/%s", pid, name);
  char *text = NULL;

  return g_file_get_contents (path, &text, ret_size, NULL) ? text : NULL;
}

gint64
fork_resident_kib (int pid)
{
  g_autofree char *text = read_proc (pid, "statm", NULL);
  g_auto(GStrv) fields = NULL;

  g_assert_nonnull (text);
  fields = g_strsplit (text, " ", 0);
  return g_ascii_strtoll (fields[1], NULL, 10) * (sysconf (_SC_PAGESIZE) / 1024);
}

guint64
fork_start_time (int pid)
{
  g_autofree char *text = read_proc (pid, "stat", NULL);
  g_auto(GStrv) fields = NULL;

  g_assert_nonnull (text);
  fields = g_strsplit (strrchr (text, ')') + 2, " ", 0);
  return g_ascii_strtoull (fields[19], NULL, 10);
}

guint
fork_count_family (ForkServer *self)
{
  return haul_test_count_marked (self->mark, self->pid);
}

static gboolean
no_family (gpointer data)
{
  return fork_count_family (data) == 0;
}

double
fork_wait_family_gone (ForkServer *self)
{
  gint64 start = g_get_monotonic_time ();

  haul_test_poll_until (no_family, self, HAUL_TEST_SOON_MS);
  return (g_get_monotonic_time () - start) / 1000.0;
}

/* The server. */

void
fork_server_start (ForkServer           *self,
                   GSpawnChildSetupFunc  setup,
                   gpointer              data)
{
  static guint n_servers;
  const char *path = g_getenv ("HAUL_TEST_FORK_CHILD");
  const char *argv[] = { path, "--fork-server", NULL };
  g_auto(GStrv) environment = NULL;
  g_autoptr(GError) error = NULL;
  int targets[] = { HAUL_CONTROL_FD };
  int pair[2];

  if (path == NULL)
    g_error ("HAUL_TEST_FORK_CHILD must be the path of fork-child");
  *self = (ForkServer) { 0 };
  self->mark = g_strdup_printf (MARK "=%d-%u-%" G_GINT64_FORMAT, (int) getpid (), n_servers++, g_get_monotonic_time ());
  environment = g_get_environ ();
  environment = g_environ_setenv (environment, MARK, self->mark + strlen (MARK) + 1, TRUE);

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), ==, 0);
  (void) g_spawn_async_with_pipes_and_fds (NULL, argv, (const char * const *) environment,
                                           G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_LEAVE_DESCRIPTORS_OPEN, setup, data,
                                           -1, -1, -1, &pair[1], targets, 1, &self->pid, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  self->control = pair[0];
  haul_clear_fd (&pair[1]);
}

static gboolean
server_collected (gpointer data)
{
  ForkServer *self = data;

  return waitpid (self->pid, NULL, WNOHANG) == self->pid;
}

void
fork_server_clear (ForkServer *self)
{
  if (self->pid <= 1)
    return;
  haul_clear_fd (&self->control);
  haul_test_poll_until (server_collected, self, HAUL_TEST_SOON_MS);
  (void) fork_wait_family_gone (self);
  self->pid = 0;
  g_clear_pointer (&self->mark, g_free);
}

static void
wait_for (int   fd,
          short events)
{
  struct pollfd poll_fd = { .fd = fd, .events = events };
  int n = poll (&poll_fd, 1, HAUL_TEST_SOON_MS);

  haul_test_keep_alive ();
  if (n < 0 && errno == EINTR)
    return;
  if (n <= 0)
    {
      haul_test_dump ();
      g_error ("nothing came");
    }
}

void
fork_server_send (ForkServer  *self,
                  HaulControl  message,
                  const int   *fds)
{
  int error;

  message.serial = ++self->serial;
  while ((error = haul_control_send (self->control, &message, fds)) == EAGAIN)
    wait_for (self->control, POLLOUT);
  g_assert_cmpint (error, ==, 0);
}

HaulControl
fork_server_hear (ForkServer      *self,
                  HaulControlType  type,
                  int             *ret_fd)
{
  HaulControl message = { 0 };
  int fds[HAUL_CONTROL_MAX_FDS];
  HaulControlResult result;

  while ((result = haul_control_receive (self->control, &message, fds)) == HAUL_CONTROL_AGAIN)
    wait_for (self->control, POLLIN);
  g_assert_cmpint (result, ==, HAUL_CONTROL_READ);
  if (message.type != type)
    g_error ("heard %u (job %u, a %d, b %d) instead of %d", message.type, message.job, message.a, message.b, type);
  if (ret_fd != NULL)
    *ret_fd = g_steal_fd (&fds[0]);
  haul_clear_fd (&fds[0]);
  return message;
}

void
fork_server_signal (ForkServer *self,
                    ForkWorker *worker,
                    int         number)
{
  fork_server_send (self, (HaulControl) { .type = HAUL_CONTROL_SIGNAL, .job = worker->job, .a = number }, NULL);
}

void
fork_server_assert_alive (ForkServer *self)
{
  fork_server_send (self, (HaulControl) { .type = HAUL_CONTROL_PING }, NULL);
  g_assert_cmpuint (fork_server_hear (self, HAUL_CONTROL_PONG, NULL).serial, ==, self->serial);
  g_assert_cmpuint (fork_count_threads (self->pid), ==, 1);
}

void
fork_server_assert_error (ForkServer  *self,
                          HaulControl  request,
                          int          errsv)
{
  HaulControl error;

  fork_server_send (self, request, NULL);
  error = fork_server_hear (self, HAUL_CONTROL_ERROR, NULL);
  g_assert_cmpint (error.a, ==, errsv);
  g_assert_cmpint (error.b, ==, request.type);
  g_assert_cmpuint (error.job, ==, request.job);
  g_assert_cmpuint (error.serial, ==, self->serial);
}

/* A worker. */

static void
ask (ForkWorker  *self,
     ForkServer  *server,
     HaulControl  request,
     int          shares,
     int          board)
{
  int commands[2], events[2], log[2];

  request.job = ++server->n_jobs;
  *self = (ForkWorker) { .job = request.job, .pidfd = -1, .heard = g_byte_array_new () };
  g_assert_true (haul_open_pipe (commands, 0, NULL));
  g_assert_true (haul_open_pipe (events, 0, NULL));
  g_assert_true (haul_open_pipe (log, 0, NULL));
  fork_server_send (server, request, (const int[]) { commands[0], events[1], log[1], shares, board });
  haul_clear_fd (&commands[0]);
  haul_clear_fd (&events[1]);
  haul_clear_fd (&log[1]);
  self->commands = commands[1];
  self->events = events[0];
  self->log = log[0];
}

void
fork_worker_ask (ForkWorker *self,
                 ForkServer *server,
                 int         nice_value,
                 int         flags)
{
  ask (self, server, (HaulControl) { .type = HAUL_CONTROL_SPAWN, .a = nice_value, .b = flags }, -1, -1);
}

void
fork_worker_take (ForkWorker        *self,
                  const HaulControl *spawned,
                  int                pidfd)
{
  g_assert_cmpuint (spawned->job, ==, self->job);
  g_assert_cmpint (spawned->a, >, 1);
  self->pid = spawned->a;
  self->start_time = spawned->c;
  self->pidfd = pidfd;
}

void
fork_worker_spawn (ForkWorker *self,
                   ForkServer *server)
{
  HaulControl spawned;
  int pidfd;

  fork_worker_ask (self, server, 0, 0);
  spawned = fork_server_hear (server, HAUL_CONTROL_SPAWNED, &pidfd);
  fork_worker_take (self, &spawned, pidfd);
}

/* It finds nothing on its socket of shared objects, whose other end is closed. */
void
fork_worker_spawn_many (ForkWorker *self,
                        ForkServer *server)
{
  haul_autofd int board = haul_shared_new (sizeof (HaulBoard), NULL);
  HaulControl spawned;
  int shares[2];
  int pidfd;

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, shares), ==, 0);
  ask (self, server, (HaulControl) { .type = HAUL_CONTROL_SPAWN_MANY }, shares[0], board);
  haul_clear_fd (&shares[0]);
  haul_clear_fd (&shares[1]);
  spawned = fork_server_hear (server, HAUL_CONTROL_SPAWNED, &pidfd);
  fork_worker_take (self, &spawned, pidfd);
}

void
fork_worker_command (ForkWorker        *self,
                     const HaulMessage *message,
                     guint32            sequence)
{
  g_autoptr(GBytes) body = haul_message_encode (message);
  HaulFrame frame = { .type = message->type, .job = self->job, .sequence = sequence };
  guint8 header[HAUL_FRAME_HEADER_SIZE];

  frame.payload = g_bytes_get_data (body, &frame.size);
  haul_frame_encode_header (&frame, header);
  g_assert_true (haul_write_all (self->commands, header, sizeof header, frame.payload, frame.size, NULL));
}

void
fork_worker_run (ForkWorker *self,
                 const char *task,
                 const char *arguments)
{
  g_autoptr(GVariant) variant = g_variant_parse (G_VARIANT_TYPE_VARDICT, arguments ? arguments : "{}", NULL, NULL, NULL);
  HaulMessage hello = { .type = HAUL_FRAME_HELLO };
  HaulMessage run = { .type = HAUL_FRAME_RUN };

  g_assert_nonnull (variant);
  hello.hello.version = HAUL_PROTOCOL_VERSION;
  hello.hello.program = (char *) "fork-driver";
  run.run.task = (char *) task;
  run.run.arguments = variant;
  fork_worker_command (self, &hello, 0);
  fork_worker_command (self, &run, 1);
}

void
fork_worker_wait (ForkWorker *self,
                  ForkServer *server)
{
  HaulControl exited = fork_server_hear (server, HAUL_CONTROL_EXITED, NULL);

  g_assert_cmpuint (exited.job, ==, self->job);
  g_assert_false (self->ended);
  self->ended = TRUE;
  self->code = exited.a;
  self->signal = exited.b;
  self->peak_kib = exited.c;
}

/* More of its events: FALSE at the end. */
static gboolean
read_events (ForkWorker *self)
{
  guint8 bytes[4096];
  ssize_t n;

  wait_for (self->events, POLLIN);
  n = read (self->events, bytes, sizeof bytes);
  g_assert_cmpint (n, >=, 0);
  g_byte_array_append (self->heard, bytes, n);
  return n > 0;
}

void
fork_worker_wait_text (ForkWorker *self,
                       const char *text)
{
  while (self->heard->len == 0 || memmem (self->heard->data, self->heard->len, text, strlen (text)) == NULL)
    if (!read_events (self))
      g_error ("the worker ended and did not say ‘%s’", text);
}

static gboolean
has_frame (ForkWorker    *self,
           HaulFrameType  type)
{
  HaulFrame frame = { 0 };
  HaulDecoder decoder;
  gsize used, at = 0;

  haul_decoder_init (&decoder);
  while (frame.type != type
         && haul_decoder_next (&decoder, self->heard->data + at, self->heard->len - at, &frame, &used, NULL) == HAUL_DECODED_FRAME)
    at += used;
  return frame.type == type;
}

void
fork_worker_wait_frame (ForkWorker    *self,
                        HaulFrameType  type)
{
  while (!has_frame (self, type))
    if (!read_events (self))
      g_error ("the worker ended and did not send a %s", haul_frame_type_to_string (type));
}

char *
fork_worker_read (ForkWorker *self)
{
  g_autoptr(GString) text = g_string_new (NULL);
  g_autoptr(GError) error = NULL;
  HaulDecoder decoder;
  HaulFrame frame;
  gsize used = 0, at = 0;

  while (read_events (self))
    ;
  haul_decoder_init (&decoder);
  while (at < self->heard->len
         && haul_decoder_next (&decoder, self->heard->data + at, self->heard->len - at,
                               &frame, &used, &error) == HAUL_DECODED_FRAME)
    {
      at += used;
      if (frame.type == HAUL_FRAME_DATA || frame.type == HAUL_FRAME_LOG)
        g_string_append_len (text, (const char *) frame.payload, frame.size);
    }
  g_assert_no_error (error);
  g_assert_cmpuint (at, ==, self->heard->len);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

void
fork_worker_clear (ForkWorker *self)
{
  if (self->heard == NULL)
    return;
  haul_clear_fd (&self->pidfd);
  haul_clear_fd (&self->commands);
  haul_clear_fd (&self->events);
  haul_clear_fd (&self->log);
  g_clear_pointer (&self->heard, g_byte_array_unref);
}
