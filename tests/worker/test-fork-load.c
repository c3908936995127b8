/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fork-driver.h"

#include "haul/wire/haul-fd-private.h"

/* A server that is asked too much, of too little, for too long. */

#define N_REQUESTS   100000u
#define N_RANDOM     48      /* jobs that random requests are about */
#define N_PINGS      3000
#define N_JOBS       (HAUL_TEST_SANITIZED ? 500u : 2000u)
#define GROWTH_KIB   512
#define NOBODY       65534

static void
start (ForkServer *server)
{
  fork_server_start (server, NULL, NULL);
  (void) fork_server_hear (server, HAUL_CONTROL_HELLO, NULL);
}

static void
finish (ForkServer *server)
{
  fork_server_assert_alive (server);
  fork_server_clear (server);
}

/* A job that goes as it should: what has to work after each test. */
static void
run_one (ForkServer *server)
{
  g_auto(ForkWorker) worker = { 0 };

  fork_worker_spawn (&worker, server);
  haul_clear_fd (&worker.commands);
  fork_worker_wait (&worker, server);
}

/* Random requests. */

typedef struct
{
  ForkServer *server;
  GRand      *rand;       /* (owned) */
  int         null_fd;    /* (owned) */
  guint       n_heard;
  guint       n_spawned;
  gboolean    quiet;      /* PONG was heard */
} Noise;

/* Bytes that may be a message, with fds that may be too few or too many. FALSE: no room. */
static gboolean
make_noise (Noise *self)
{
  union { struct cmsghdr header; char bytes[CMSG_SPACE (HAUL_CONTROL_MAX_FDS * sizeof (int))]; } ancillary = { 0 };
  guint8 bytes[64] = { 0 };
  HaulControl message = { .magic = HAUL_CONTROL_MAGIC, .version = HAUL_CONTROL_VERSION };
  struct iovec iov = { bytes, sizeof message };
  struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
  guint dice = g_rand_int_range (self->rand, 0, 100);
  int n_fds = g_rand_int_range (self->rand, 0, HAUL_CONTROL_MAX_FDS + 1);

  message.type = g_rand_int_range (self->rand, 0, HAUL_CONTROL_SPAWN_MANY + 2);
  message.job = g_rand_int_range (self->rand, 0, N_RANDOM);
  message.a = g_rand_int_range (self->rand, -2, 70);
  message.b = g_rand_int_range (self->rand, 0, 4);
  if (haul_control_n_fds (message.type) >= 0 && dice < 50)
    n_fds = haul_control_n_fds (message.type);
  if (n_fds == 4)
    n_fds = dice % 2 ? 3 : 4;
  memcpy (bytes, &message, sizeof message);
  if (dice >= 90)
    iov.iov_len = g_rand_int_range (self->rand, 1, sizeof bytes);
  else if (dice >= 80)
    {
      gsize at = g_rand_int_range (self->rand, 0, sizeof message - sizeof message.job);

      at += at >= G_STRUCT_OFFSET (HaulControl, job) ? sizeof message.job : 0;   /* so that we know all jobs */
      bytes[at] ^= g_rand_int_range (self->rand, 1, 256);
    }

  if (n_fds > 0)
    {
      ancillary.header.cmsg_level = SOL_SOCKET;
      ancillary.header.cmsg_type = SCM_RIGHTS;
      ancillary.header.cmsg_len = CMSG_LEN (n_fds * sizeof (int));
      for (int i = 0; i < n_fds; i++)
        ((int *) CMSG_DATA (&ancillary.header))[i] = self->null_fd;
      msg.msg_control = &ancillary;
      msg.msg_controllen = CMSG_SPACE (n_fds * sizeof (int));
    }
  if (sendmsg (self->server->control, &msg, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
    return TRUE;
  g_assert_true (errno == EAGAIN || errno == ENOBUFS || errno == ETOOMANYREFS);
  return FALSE;
}

static void
listen_to_answers (Noise *self)
{
  HaulControl message;
  int fds[HAUL_CONTROL_MAX_FDS];
  HaulControlResult result;

  while ((result = haul_control_receive (self->server->control, &message, fds)) == HAUL_CONTROL_READ)
    {
      self->n_heard++;
      self->n_spawned += message.type == HAUL_CONTROL_SPAWNED;
      self->quiet |= message.type == HAUL_CONTROL_PONG && message.serial == self->server->serial;
      haul_clear_fd (&fds[0]);
    }
  g_assert_cmpint (result, ==, HAUL_CONTROL_AGAIN);
}

/* Until all that it was told is answered. */
static void
settle (Noise *self)
{
  self->server->serial = 1000000;
  fork_server_send (self->server, (HaulControl) { .type = HAUL_CONTROL_PING }, NULL);
  self->quiet = FALSE;
  while (!self->quiet)
    {
      struct pollfd poll_fd = { .fd = self->server->control, .events = POLLIN };

      g_assert_cmpint (poll (&poll_fd, 1, HAUL_TEST_SOON_MS), ==, 1);
      haul_test_keep_alive ();
      listen_to_answers (self);
    }
}

static gboolean
no_children (gpointer data)
{
  Noise *self = data;
  g_autofree char *path = g_strdup_printf ("/proc/%d/task/%d/children", self->server->pid, self->server->pid);
  g_autofree char *text = NULL;

  for (guint32 job = 0; job < N_RANDOM; job++)
    {
      HaulControl kill_it = { .type = HAUL_CONTROL_SIGNAL, .job = job, .a = SIGKILL };
      HaulControl join_it = { .type = HAUL_CONTROL_JOIN, .job = job };

      fork_server_send (self->server, kill_it, NULL);
      fork_server_send (self->server, join_it, NULL);
      listen_to_answers (self);
    }
  settle (self);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  if (*text != '\0')
    return FALSE;
  settle (self);   /* the last one may have been reaped after that PONG: what is said of it is heard now */
  return TRUE;
}

static void
test_random (void)
{
  g_auto(ForkServer) server = { 0 };
  guint32 seed = g_test_rand_int ();
  Noise noise = { .server = &server, .rand = g_rand_new_with_seed (seed), .null_fd = open ("/dev/null", O_RDWR | O_CLOEXEC) };
  gint64 began = g_get_monotonic_time ();
  guint n_fds, n_sent = 0;

  start (&server);
  run_one (&server);
  n_fds = fork_count_fds (server.pid);
  while (n_sent < N_REQUESTS)
    {
      struct pollfd poll_fd = { .fd = server.control, .events = POLLIN | POLLOUT };

      haul_test_keep_alive ();
      n_sent += make_noise (&noise);
      listen_to_answers (&noise);
      g_assert_cmpint (poll (&poll_fd, 1, HAUL_TEST_SOON_MS), ==, 1);
    }
  settle (&noise);
  haul_test_poll_until (no_children, &noise, HAUL_TEST_SOON_MS);
  g_test_message ("seed %u: %u sent, %u answers, %u workers, %.1f s", seed, n_sent, noise.n_heard, noise.n_spawned,
                  (g_get_monotonic_time () - began) / 1e6);
  g_assert_cmpuint (noise.n_spawned, >, 100);
  g_assert_cmpuint (fork_count_fds (server.pid), ==, n_fds);
  g_assert_cmpuint (fork_count_family (&server), ==, 0);
  server.serial = 2000000;
  server.n_jobs = 2000000;
  run_one (&server);
  haul_clear_fd (&noise.null_fd);
  g_rand_free (noise.rand);
  finish (&server);
}

/* Limits. */

/* Async-signal-safe. With no other process of this user to be counted, there is still the server. */
static void
allow_no_process (gpointer data G_GNUC_UNUSED)
{
  static const struct rlimit limit = { 1, 4096 };

  (void) setrlimit (RLIMIT_NPROC, &limit);
  if (getuid () == 0 && (setgid (NOBODY) < 0 || setuid (NOBODY) < 0))
    _exit (99);
}

/* Root is not bound by this limit, so the server is somebody else, who has to be able to run it. */
static gboolean
nobody_can_run_it (void)
{
  const char *argv[] = { "/bin/sh", "-c", "exec setpriv --reuid 65534 --regid 65534 --clear-groups test -x \"$HAUL_TEST_FORK_CHILD\"", NULL };
  int status = -1;

  return getuid () != 0
         || (g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, NULL, NULL, &status, NULL)
             && status == 0);
}

/* Root may not, where it is root of a container only; the same user may. */
static void
lift_limit (int pid)
{
  static const struct rlimit plenty = { 4096, 4096 };
  gboolean root = getuid () == 0;

  if (root)
    g_assert_true (setresgid (NOBODY, -1, -1) == 0 && setresuid (NOBODY, -1, -1) == 0);
  g_assert_cmpint (prlimit (pid, RLIMIT_NPROC, &plenty, NULL), ==, 0);
  if (root)
    g_assert_true (setresuid (0, -1, -1) == 0 && setresgid (0, -1, -1) == 0);
}

static void
test_no_process (void)
{
  g_auto(ForkServer) server = { 0 };
  HaulControl error;

  if (!nobody_can_run_it ())
    {
      g_test_skip ("root is not bound by RLIMIT_NPROC, and “nobody” cannot run what was built here");
      return;
    }
  fork_server_start (&server, allow_no_process, NULL);
  (void) fork_server_hear (&server, HAUL_CONTROL_HELLO, NULL);
  for (guint i = 0; i < 10; i++)
    {
      g_auto(ForkWorker) worker = { 0 };

      fork_worker_ask (&worker, &server, 0, 0);
      error = fork_server_hear (&server, HAUL_CONTROL_ERROR, NULL);
      g_assert_cmpint (error.a, ==, EAGAIN);
      g_assert_cmpint (error.b, ==, HAUL_CONTROL_SPAWN);
      g_assert_cmpuint (error.job, ==, worker.job);
      fork_server_assert_alive (&server);
    }
  lift_limit (server.pid);
  run_one (&server);
  finish (&server);
}

static gboolean
has_ended (gpointer pid)
{
  char state = haul_test_process_state (GPOINTER_TO_INT (pid));

  return state == 0 || state == 'Z';
}

/* From no room at all to enough: each request is answered, by a worker or by an error, and what was
 * sent along is closed. */
static void
test_no_fds (void)
{
  g_auto(ForkServer) server = { 0 };
  struct rlimit before;
  guint n_refused = 0, n_spawned = 0;

  start (&server);
  run_one (&server);
  g_assert_cmpint (prlimit (server.pid, RLIMIT_NOFILE, NULL, &before), ==, 0);
  for (rlim_t n = 3; n <= 48; n++)   /* fewer, and poll() itself refuses */
    {
      const struct rlimit tight = { n, before.rlim_max };
      g_auto(ForkWorker) worker = { 0 };
      HaulControl message;
      int fds[HAUL_CONTROL_MAX_FDS];
      struct pollfd poll_fd = { .fd = server.control, .events = POLLIN };

      g_assert_cmpint (prlimit (server.pid, RLIMIT_NOFILE, &tight, NULL), ==, 0);
      fork_worker_ask (&worker, &server, 0, 0);
      haul_clear_fd (&worker.commands);
      if (poll (&poll_fd, 1, HAUL_TEST_SOON_MS) != 1)
        g_error ("no answer with %d fds", (int) n);
      g_assert_cmpint (haul_control_receive (server.control, &message, fds), ==, HAUL_CONTROL_READ);
      g_assert_cmpuint (message.job, ==, worker.job);
      if (message.type == HAUL_CONTROL_SPAWNED)
        {
          fork_worker_take (&worker, &message, fds[0]);
          fork_worker_wait (&worker, &server);
          n_spawned++;
        }
      else
        {
          g_assert_cmpint (message.type, ==, HAUL_CONTROL_ERROR);
          g_assert_cmpint (message.a, ==, EMFILE);
          g_assert_cmpint (message.b, ==, HAUL_CONTROL_SPAWN);
          n_refused++;
        }
      g_assert_cmpint (prlimit (server.pid, RLIMIT_NOFILE, &before, NULL), ==, 0);
      fork_server_assert_alive (&server);
      g_assert_cmpuint (fork_count_fds (server.pid), ==, 5);
      g_assert_cmpuint (fork_count_family (&server), ==, 0);
    }
  g_test_message ("%u refused, %u spawned", n_refused, n_spawned);
  g_assert_cmpuint (n_refused, >=, 4);
  g_assert_cmpuint (n_spawned, >=, 1);
  run_one (&server);
  finish (&server);
}

/* Where it cannot even wait, it ends, and takes its workers along, rather than to spin. */
static void
test_no_poll (void)
{
  static const struct rlimit none = { 1, 1 };
  g_auto(ForkServer) server = { 0 };
  g_auto(ForkWorker) worker = { 0 };

  start (&server);
  fork_worker_spawn (&worker, &server);
  g_assert_cmpint (prlimit (server.pid, RLIMIT_NOFILE, &none, NULL), ==, 0);
  fork_server_send (&server, (HaulControl) { .type = HAUL_CONTROL_PING }, NULL);
  haul_test_poll_until (has_ended, GINT_TO_POINTER (server.pid), HAUL_TEST_SOON_MS);
  fork_server_clear (&server);
}

/* A program that only asks and does not listen, for far longer than a socket can hold answers. */
static void
test_slow_client (void)
{
  g_auto(ForkServer) server = { 0 };

  start (&server);
  for (guint i = 0; i < N_PINGS; i++)
    fork_server_send (&server, (HaulControl) { .type = HAUL_CONTROL_PING }, NULL);
  for (guint i = 0; i < N_PINGS; i++)
    g_assert_cmpuint (fork_server_hear (&server, HAUL_CONTROL_PONG, NULL).serial, ==, i + 1);
  finish (&server);
}

/* And one that never does: it is given up, rather than to keep its answers without an end. */
static void
test_deaf_client (void)
{
  g_auto(ForkServer) server = { 0 };
  g_auto(ForkWorker) worker = { 0 };
  guint n_sent = 0;
  int error = 0;

  start (&server);
  fork_worker_spawn (&worker, &server);
  while (error == 0 && n_sent < 100000)
    {
      HaulControl ping = { .type = HAUL_CONTROL_PING };
      struct pollfd poll_fd = { .fd = server.control, .events = POLLOUT };

      g_assert_cmpint (poll (&poll_fd, 1, HAUL_TEST_SOON_MS), ==, 1);
      error = haul_control_send (server.control, &ping, NULL);
      if (error == EAGAIN)
        error = 0;
      else
        n_sent++;
    }
  g_test_message ("given up after %u", n_sent);
  g_assert_true (error == EPIPE || error == ECONNRESET);
  (void) fork_wait_family_gone (&server);
  fork_server_clear (&server);
}

/* One after the other, with nothing to show for it. */
static void
test_many_jobs (void)
{
  g_auto(ForkServer) server = { 0 };
  gint64 began, us, before;
  guint n_fds;

  start (&server);
  for (guint i = 0; i < 100; i++)
    run_one (&server);
  before = fork_resident_kib (server.pid);
  n_fds = fork_count_fds (server.pid);
  began = g_get_monotonic_time ();
  for (guint i = 0; i < N_JOBS; i++)
    run_one (&server);
  us = g_get_monotonic_time () - began;
  g_test_message ("%u jobs, %.0f µs each, %" G_GINT64_FORMAT " KiB before, %" G_GINT64_FORMAT " KiB after", N_JOBS,
                  (double) us / N_JOBS, before, fork_resident_kib (server.pid));
  g_assert_cmpuint (fork_count_fds (server.pid), ==, n_fds);
  if (!HAUL_TEST_SANITIZED)
    g_assert_cmpint (fork_resident_kib (server.pid) - before, <=, GROWTH_KIB);   /* a sanitizer keeps what is freed */
  finish (&server);
}

/* Two hundred that end at the same time are one SIGCHLD, and still two hundred ends. */
static void
test_together (void)
{
  g_auto(ForkServer) server = { 0 };
  ForkWorker workers[200] = { 0 };
  int pipe_fds[2];

  start (&server);
  g_assert_true (haul_open_pipe (pipe_fds, 0, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (workers); i++)
    {
      const HaulControl request = { .type = HAUL_CONTROL_SPAWN, .job = i + 1 };
      HaulControl spawned;

      fork_server_send (&server, request, (const int[]) { pipe_fds[0], pipe_fds[1], pipe_fds[1] });
      spawned = fork_server_hear (&server, HAUL_CONTROL_SPAWNED, &workers[i].pidfd);
      workers[i].pid = spawned.a;
    }
  g_assert_cmpint (kill (server.pid, SIGSTOP), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (workers); i++)
    g_assert_cmpint (kill (workers[i].pid, i % 2 ? SIGKILL : SIGTERM), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (workers); i++)
    {
      struct pollfd poll_fd = { .fd = workers[i].pidfd, .events = POLLIN };

      g_assert_cmpint (poll (&poll_fd, 1, HAUL_TEST_SOON_MS), ==, 1);
    }
  g_assert_cmpint (kill (server.pid, SIGCONT), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (workers); i++)
    {
      HaulControl exited = fork_server_hear (&server, HAUL_CONTROL_EXITED, NULL);
      ForkWorker *worker = &workers[exited.job - 1];

      g_assert_false (worker->ended);
      worker->ended = TRUE;
      g_assert_cmpint (exited.b, ==, (exited.job - 1) % 2 ? SIGKILL : SIGTERM);
      haul_clear_fd (&worker->pidfd);
    }
  haul_clear_fd (&pipe_fds[0]);
  haul_clear_fd (&pipe_fds[1]);
  finish (&server);
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);
  fork_test_add ("/worker/fork-load/random", test_random);
  fork_test_add ("/worker/fork-load/no-process", test_no_process);
  fork_test_add ("/worker/fork-load/no-fds", test_no_fds);
  fork_test_add ("/worker/fork-load/no-poll", test_no_poll);
  fork_test_add ("/worker/fork-load/slow-client", test_slow_client);
  fork_test_add ("/worker/fork-load/deaf-client", test_deaf_client);
  fork_test_add ("/worker/fork-load/many-jobs", test_many_jobs);
  fork_test_add ("/worker/fork-load/together", test_together);
  return g_test_run ();
}
