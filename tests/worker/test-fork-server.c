/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "fork-driver.h"

#include "haul/wire/haul-fd-private.h"
#include "haul/worker/haul-worker.h"

static void
start (ForkServer *server)
{
  HaulControl hello;

  fork_server_start (server, NULL, NULL);
  hello = fork_server_hear (server, HAUL_CONTROL_HELLO, NULL);
  g_assert_cmpint (hello.a, ==, server->pid);
}

static void
finish (ForkServer *server)
{
  fork_server_assert_alive (server);
  fork_server_clear (server);
}

/* One job from beginning to end. */
static char *
run (ForkServer *server,
     ForkWorker *worker,
     const char *task,
     const char *arguments)
{
  char *text;

  fork_worker_spawn (worker, server);
  fork_worker_run (worker, task, arguments);
  text = fork_worker_read (worker);
  fork_worker_wait (worker, server);
  return text;
}

static void
assert_ends (ForkServer *server,
             const char *task,
             const char *arguments,
             int         code,
             int         signum)
{
  g_auto(ForkWorker) worker = { 0 };

  g_free (run (server, &worker, task, arguments));   /* what it said is not looked at here */
  g_assert_cmpint (worker.code, ==, code);
  g_assert_cmpint (worker.signal, ==, signum);
  g_assert_cmpuint (worker.peak_kib, >, 100);
  g_assert_cmpint (haul_test_process_state (worker.pid), ==, 0);   /* collected before we heard of it */
}

static gboolean
is_asleep (gpointer data)
{
  return haul_test_process_state (GPOINTER_TO_INT (data)) == 'S';
}

static gboolean
is_readable (int fd)
{
  struct pollfd poll_fd = { .fd = fd, .events = POLLIN };

  return poll (&poll_fd, 1, 0) == 1;
}

/* What it brought along is closed, and it stays single: forking with a second thread is not safe. */
static void
test_start (void)
{
  g_auto(ForkServer) server = { 0 };
  int inherited;

  inherited = open ("/dev/null", O_RDONLY);   /* without CLOEXEC */
  fork_server_start (&server, NULL, NULL);
  g_assert_cmpint (fork_server_hear (&server, HAUL_CONTROL_HELLO, NULL).a, ==, server.pid);
  haul_clear_fd (&inherited);
  g_assert_cmpuint (fork_count_threads (server.pid), ==, 1);
  g_assert_cmpuint (fork_count_fds (server.pid), ==, 5);   /* 0 to 2, the socket, the signals */
  g_assert_cmpint (haul_test_process_group (server.pid), ==, server.pid);

  for (guint i = 0; i < 100; i++)
    assert_ends (&server, "exit", "{}", 0, 0);
  g_assert_cmpuint (fork_count_threads (server.pid), ==, 1);
  g_assert_cmpuint (fork_count_fds (server.pid), ==, 5);
  finish (&server);
}

/* Until it hears HELLO, a worker does nothing; and when that never comes, it ends without having. */
static void
test_spawned (void)
{
  g_auto(ForkServer) server = { 0 };

  start (&server);
  for (guint i = 0; i < 20; i++)
    {
      g_auto(ForkWorker) worker = { 0 };
      g_autofree char *text = NULL;

      fork_worker_spawn (&worker, &server);
      g_assert_cmpint (worker.pid, !=, server.pid);
      g_assert_cmpuint (worker.start_time, ==, fork_start_time (worker.pid));
      g_assert_cmpint (haul_test_process_group (worker.pid), ==, worker.pid);
      g_assert_cmpint (fcntl (worker.pidfd, F_GETFD), ==, FD_CLOEXEC);
      g_assert_cmpint (pidfd_send_signal (worker.pidfd, 0, NULL, 0), ==, 0);
      g_assert_false (is_readable (worker.pidfd));
      haul_test_poll_until (is_asleep, GINT_TO_POINTER (worker.pid), HAUL_TEST_SOON_MS);
      g_assert_false (is_readable (worker.events));

      haul_clear_fd (&worker.commands);
      fork_worker_wait (&worker, &server);
      g_assert_cmpint (worker.code, ==, HAUL_WORKER_EXIT_ORPHAN);
      g_assert_true (is_readable (worker.pidfd));
      text = fork_worker_read (&worker);
      g_assert_cmpuint (worker.heard->len, ==, 0);
    }
  finish (&server);
}

static void
test_exits (void)
{
  static const int codes[] = { 0, 1, 8, 78, 255 };
  static const int signals[] = { SIGSEGV, SIGABRT, SIGKILL, SIGTERM, SIGTRAP, SIGHUP, SIGPIPE };
  g_auto(ForkServer) server = { 0 };

  start (&server);
  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      g_autofree char *arguments = g_strdup_printf ("{'code': <int64 %d>}", codes[i]);

      assert_ends (&server, "exit", arguments, codes[i], 0);
    }
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    {
      g_autofree char *arguments = g_strdup_printf ("{'signal': <int64 %d>}", signals[i]);

      assert_ends (&server, "crash", arguments, -1, signals[i]);
    }
  assert_ends (&server, "ok", "{'size': <int64 1000>}", 0, 0);
  assert_ends (&server, "fail", "{}", 1, 0);
  assert_ends (&server, "there is no such task", "{}", 1, 0);
  finish (&server);
}

/* SIGTERM behind SPAWN, before the worker can have done anything: it is never lost, and never
 * anything else than SIGTERM. */
static void
test_term_at_once (void)
{
  g_auto(ForkServer) server = { 0 };

  start (&server);
  for (guint i = 0; i < 500; i++)
    {
      g_auto(ForkWorker) worker = { 0 };
      HaulControl spawned;

      fork_worker_ask (&worker, &server, 0, 0);
      if (i % 2)
        fork_worker_run (&worker, "slow", NULL);
      fork_server_signal (&server, &worker, SIGTERM);
      spawned = fork_server_hear (&server, HAUL_CONTROL_SPAWNED, &worker.pidfd);
      fork_worker_take (&worker, &spawned, worker.pidfd);
      fork_worker_wait (&worker, &server);
      g_assert_cmpint (worker.signal, ==, SIGTERM);
      g_assert_cmpint (worker.code, ==, -1);
    }
  finish (&server);
}

static gboolean
is_stopped (gpointer data)
{
  return haul_test_process_state (GPOINTER_TO_INT (data)) == 'T';
}

static gboolean
goes_on (gpointer data)
{
  return haul_test_process_state (GPOINTER_TO_INT (data)) != 'T';
}

static void
test_stopped (void)
{
  static const int signals[] = { SIGTERM, SIGKILL };
  g_auto(ForkServer) server = { 0 };

  start (&server);
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    {
      g_auto(ForkWorker) worker = { 0 };

      fork_worker_spawn (&worker, &server);
      fork_worker_run (&worker, "spin", NULL);
      fork_worker_wait_text (&worker, "spinning");
      fork_server_signal (&server, &worker, SIGSTOP);
      haul_test_poll_until (is_stopped, GINT_TO_POINTER (worker.pid), HAUL_TEST_SOON_MS);
      fork_server_signal (&server, &worker, SIGCONT);
      haul_test_poll_until (goes_on, GINT_TO_POINTER (worker.pid), HAUL_TEST_SOON_MS);
      fork_server_signal (&server, &worker, SIGSTOP);
      haul_test_poll_until (is_stopped, GINT_TO_POINTER (worker.pid), HAUL_TEST_SOON_MS);
      fork_server_assert_alive (&server);   /* a stop is no end */

      fork_server_signal (&server, &worker, signals[i]);
      fork_worker_wait (&worker, &server);
      g_assert_cmpint (worker.signal, ==, signals[i]);
    }
  finish (&server);
}

/* One that is asked for no more, though something lies in its pipe that is not for it any more. */
static void
test_retired (void)
{
  g_auto(ForkServer) server = { 0 };
  g_auto(ForkWorker) worker = { 0 };

  g_test_summary ("A worker of many jobs whose commands end between two of them ends well");

  start (&server);
  fork_worker_spawn_many (&worker, &server);
  fork_worker_run (&worker, "status", NULL);
  fork_worker_wait_frame (&worker, HAUL_FRAME_RESULT);
  fork_server_signal (&server, &worker, SIGSTOP);
  haul_test_poll_until (is_stopped, GINT_TO_POINTER (worker.pid), HAUL_TEST_SOON_MS);
  fork_worker_command (&worker, &(HaulMessage) { .type = HAUL_FRAME_CANCEL }, 2);
  haul_clear_fd (&worker.commands);
  fork_server_signal (&server, &worker, SIGCONT);

  fork_worker_wait (&worker, &server);
  g_assert_cmpint (worker.signal, ==, 0);
  g_assert_cmpint (worker.code, ==, 0);
  finish (&server);
}

/* What is meant for a whole session, or comes by mistake, does not end the server. */
static void
test_deaf (void)
{
  static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGUSR1, SIGUSR2, SIGALRM, SIGCHLD, SIGIO, SIGTSTP };
  g_auto(ForkServer) server = { 0 };
  g_auto(ForkWorker) worker = { 0 };

  start (&server);
  fork_worker_spawn (&worker, &server);
  for (guint i = 0; i < 10 * G_N_ELEMENTS (signals); i++)
    {
      g_assert_cmpint (kill (server.pid, signals[i % G_N_ELEMENTS (signals)]), ==, 0);
      fork_server_assert_alive (&server);
    }
  g_assert_false (is_readable (worker.pidfd));
  haul_clear_fd (&worker.commands);
  fork_worker_wait (&worker, &server);
  finish (&server);
}

/* What a launcher blocked and ignored: with SIGCHLD ignored, the kernel would throw away how
 * workers end. */
static void
spoil_signals (gpointer data G_GNUC_UNUSED)
{
  sigset_t all;

  sigfillset (&all);
  sigprocmask (SIG_SETMASK, &all, NULL);
  signal (SIGCHLD, SIG_IGN);
  signal (SIGTERM, SIG_IGN);
  signal (SIGUSR1, SIG_IGN);
}

static guint64
mask_of (const char *text,
         const char *key)
{
  const char *at = strstr (text, key);

  g_assert_nonnull (at);
  return g_ascii_strtoull (at + strlen (key), NULL, 16);
}

static void
test_bad_launcher (void)
{
  g_auto(ForkServer) server = { 0 };
  g_auto(ForkWorker) worker = { 0 };
  g_auto(ForkWorker) killed = { 0 };
  g_autofree char *text = NULL;

  fork_server_start (&server, spoil_signals, NULL);
  (void) fork_server_hear (&server, HAUL_CONTROL_HELLO, NULL);
  text = run (&server, &worker, "status", NULL);
  g_assert_cmpint (worker.code, ==, 0);
  g_assert_cmphex (mask_of (text, "SigBlk:\t"), ==, 0);

  fork_worker_spawn (&killed, &server);
  fork_server_signal (&server, &killed, SIGTERM);
  fork_worker_wait (&killed, &server);
  g_assert_cmpint (killed.signal, ==, SIGTERM);
  assert_ends (&server, "exit", "{'code': <int64 8>}", 8, 0);
  finish (&server);
}

static int
number_of (const char *text,
           const char *key)
{
  g_autofree char *line = g_strdup_printf ("%s ", key);
  const char *at = strstr (text, line);

  g_assert_nonnull (at);
  return atoi (at + strlen (line));
}

/* What a worker is given, and what not, while others are there. */
static void
test_worker (void)
{
  g_auto(ForkServer) server = { 0 };
  g_auto(ForkWorker) other = { 0 };
  g_auto(ForkWorker) worker = { 0 };
  g_auto(ForkWorker) inspected = { 0 };
  g_autofree char *text = NULL;
  g_autofree char *inside = NULL;
  g_auto(GStrv) lines = NULL;
  HaulControl spawned;
  guint n_fds = 0;

  start (&server);
  fork_worker_spawn (&other, &server);
  fork_worker_ask (&worker, &server, 11, 0);
  spawned = fork_server_hear (&server, HAUL_CONTROL_SPAWNED, &worker.pidfd);
  fork_worker_take (&worker, &spawned, worker.pidfd);
  g_assert_cmpint (haul_test_process_group (worker.pid), !=, haul_test_process_group (other.pid));
  fork_worker_run (&worker, "status", NULL);
  text = fork_worker_read (&worker);
  fork_worker_wait (&worker, &server);

  g_assert_cmphex (mask_of (text, "SigBlk:\t"), ==, 0);
  g_assert_cmphex (mask_of (text, "SigIgn:\t") & ~(G_GUINT64_CONSTANT (3) << 31), ==, 0);   /* programs would inherit it */
  g_assert_cmphex (mask_of (text, "SigCgt:\t") & (1u << (SIGPIPE - 1)), !=, 0);
  g_assert_cmphex (mask_of (text, "SigCgt:\t") & (1u << (SIGTERM - 1)), ==, 0);
  g_assert_cmpuint (mask_of (text, "Threads:\t"), ==, 1);
  g_assert_cmpuint (mask_of (text, "NoNewPrivs:\t"), ==, 1);
  g_assert_cmpint (number_of (text, "nice"), ==, 11);
  g_assert_cmpint (number_of (text, "parent"), ==, server.pid);
  g_assert_cmpint (number_of (text, "\ngroup"), ==, worker.pid);
  g_assert_cmpint (number_of (text, "\nsession"), ==, number_of (text, "parent-session"));
  g_assert_cmpint (number_of (text, "core"), ==, 0);
  lines = g_strsplit (text, "\n", 0);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      int fd;

      if (sscanf (lines[i], "fd %d", &fd) != 1)
        continue;
      g_assert_cmpint (fd, <=, HAUL_WORKER_EVENTS_FD);
      g_assert_nonnull (strstr (lines[i], fd >= HAUL_WORKER_COMMANDS_FD ? "cloexec pipe:" : fd == 0 ? "kept /dev/null" : "kept pipe:"));
      n_fds++;
    }
  g_assert_cmpuint (n_fds, ==, 5);

  inside = run (&server, &inspected, "inspect", NULL);
  g_assert_cmpint (number_of (inside, "death-signal"), ==, SIGKILL);
  g_assert_cmpint (number_of (inside, "subreaper"), ==, 1);
  g_assert_cmpint (number_of (inside, "oom"), ==, 500);
  haul_clear_fd (&other.commands);
  fork_worker_wait (&other, &server);
  finish (&server);
}

/* Output of a worker goes to its log pipe, all of it, though it ends without atexit handlers. */
static void
test_output (void)
{
  g_auto(ForkServer) server = { 0 };
  g_auto(ForkWorker) worker = { 0 };
  g_autofree char *text = NULL;
  char bytes[4096] = { 0 };
  ssize_t n;

  start (&server);
  text = run (&server, &worker, "print", NULL);
  n = read (worker.log, bytes, sizeof bytes - 1);
  g_assert_cmpint (n, >, 0);
  haul_test_assert_contains (bytes, "to stdout\n");
  haul_test_assert_contains (bytes, "to stderr\n");
  haul_test_assert_contains (bytes, "without an end");
  finish (&server);
}

/* Requests that cannot be met are answered, and change nothing. */
static void
test_refused (void)
{
  g_auto(ForkServer) server = { 0 };
  g_auto(ForkWorker) worker = { 0 };
  HaulControl again;

  start (&server);
  fork_server_assert_error (&server, (HaulControl) { .type = HAUL_CONTROL_SIGNAL, .job = 99, .a = SIGTERM }, ESRCH);
  fork_server_assert_error (&server, (HaulControl) { .type = HAUL_CONTROL_JOIN, .job = 99 }, ESRCH);
  for (guint16 type = HAUL_CONTROL_HELLO; type <= HAUL_CONTROL_ERROR; type++)
    if (haul_control_n_fds (type) == 0)
      fork_server_assert_error (&server, (HaulControl) { .type = type, .job = 5 }, EBADMSG);

  fork_worker_spawn (&worker, &server);
  fork_server_assert_error (&server, (HaulControl) { .type = HAUL_CONTROL_SIGNAL, .job = worker.job, .a = 0 }, EINVAL);
  fork_server_assert_error (&server, (HaulControl) { .type = HAUL_CONTROL_SIGNAL, .job = worker.job, .a = -9 }, EINVAL);
  fork_server_assert_error (&server, (HaulControl) { .type = HAUL_CONTROL_SIGNAL, .job = worker.job, .a = 65 }, EINVAL);

  fork_server_send (&server, (HaulControl) { .type = HAUL_CONTROL_SPAWN, .job = worker.job },
                    (const int[]) { worker.events, worker.log, worker.log });
  again = fork_server_hear (&server, HAUL_CONTROL_ERROR, NULL);
  g_assert_cmpint (again.a, ==, EEXIST);
  g_assert_false (is_readable (worker.pidfd));

  haul_clear_fd (&worker.commands);
  fork_worker_wait (&worker, &server);
  fork_server_assert_error (&server, (HaulControl) { .type = HAUL_CONTROL_SIGNAL, .job = worker.job, .a = SIGTERM }, ESRCH);
  g_assert_cmpuint (fork_count_fds (server.pid), ==, 5);
  finish (&server);
}

/* Started by hand it says what it is; without its socket it is nothing. */
static void
test_by_hand (void)
{
  g_autoptr(GSubprocess) subprocess = NULL;
  g_autofree char *err = NULL;

  subprocess = g_subprocess_new (G_SUBPROCESS_FLAGS_STDERR_PIPE, NULL, g_getenv ("HAUL_TEST_FORK_CHILD"), "--fork-server", NULL);
  g_assert_nonnull (subprocess);
  g_assert_true (g_subprocess_communicate_utf8 (subprocess, NULL, NULL, NULL, &err, NULL));
  g_assert_cmpint (g_subprocess_get_exit_status (subprocess), ==, HAUL_WORKER_EXIT_USAGE);
  g_assert_true (err[0] != '\0' && strchr (err, '\n') == err + strlen (err) - 1);   /* one line */
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);
  fork_test_add ("/worker/fork-server/start", test_start);
  fork_test_add ("/worker/fork-server/spawned", test_spawned);
  fork_test_add ("/worker/fork-server/exits", test_exits);
  fork_test_add ("/worker/fork-server/term-at-once", test_term_at_once);
  fork_test_add ("/worker/fork-server/stopped", test_stopped);
  fork_test_add ("/worker/fork-server/retired", test_retired);
  fork_test_add ("/worker/fork-server/deaf", test_deaf);
  fork_test_add ("/worker/fork-server/bad-launcher", test_bad_launcher);
  fork_test_add ("/worker/fork-server/worker", test_worker);
  fork_test_add ("/worker/fork-server/output", test_output);
  fork_test_add ("/worker/fork-server/refused", test_refused);
  fork_test_add ("/worker/fork-server/by-hand", test_by_hand);
  return g_test_run ();
}
