/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fork-driver.h"

#include "haul/wire/haul-fd-private.h"

/* How workers, their families and their server end. */

#define N_WORKERS  300
#define GONE_MS    (HAUL_TEST_SANITIZED ? 10000 : 5000)   /* some 40 where nothing else runs */
#define MAX_HELD   8

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

/* The task "tree" in full: seven descendants, the worker, and one more. */
static gboolean
is_grown (gpointer server)
{
  return fork_count_family (server) == 9;
}

/* What a worker starts and disowns does not stay behind, however the worker ends. */
static void
test_descendants (void)
{
  static const int signals[] = { 0, SIGTERM, SIGKILL };
  g_auto(ForkServer) server = { 0 };

  start (&server);
  for (guint i = 0; i < 4 * G_N_ELEMENTS (signals); i++)
    {
      int number = signals[i % G_N_ELEMENTS (signals)];
      g_auto(ForkWorker) bystander = { 0 };
      g_auto(ForkWorker) worker = { 0 };

      fork_worker_spawn (&bystander, &server);
      fork_worker_spawn (&worker, &server);
      fork_worker_run (&worker, "tree", number != 0 ? "{'stay': <int64 1>}" : "{}");
      fork_worker_wait_text (&worker, "grown");
      if (number != 0)
        {
          haul_test_poll_until (is_grown, &server, HAUL_TEST_SOON_MS);
          fork_server_signal (&server, &worker, number);
        }
      fork_worker_wait (&worker, &server);
      g_assert_cmpint (worker.signal, ==, number);

      /* All but the bystander, who is left alone. */
      haul_clear_fd (&bystander.commands);
      fork_worker_wait (&bystander, &server);
      g_assert_cmpint (bystander.signal, ==, 0);
      g_test_message ("gone after %.0f ms", fork_wait_family_gone (&server));
    }
  finish (&server);
}

/* One that has left its group is found all the same, and so is the group that it is in. */
static void
test_left_group (void)
{
  static const int signals[] = { SIGTERM, SIGKILL };
  g_auto(ForkServer) server = { 0 };

  start (&server);
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    {
      g_auto(ForkWorker) worker = { 0 };

      fork_worker_spawn (&worker, &server);
      fork_worker_run (&worker, "leave-group", NULL);
      fork_worker_wait_text (&worker, "left");
      g_assert_cmpint (haul_test_process_group (worker.pid), !=, worker.pid);
      fork_server_signal (&server, &worker, signals[i]);
      fork_worker_wait (&worker, &server);
      g_assert_cmpint (worker.signal, ==, signals[i]);
      (void) fork_wait_family_gone (&server);
    }
  finish (&server);
}

static void
spawn_held (ForkServer *server,
            ForkWorker *worker)
{
  HaulControl spawned;
  int pidfd;

  fork_worker_ask (worker, server, 0, HAUL_SPAWN_HOLD);
  spawned = fork_server_hear (server, HAUL_CONTROL_SPAWNED, &pidfd);
  fork_worker_take (worker, &spawned, pidfd);
}

static void
join (ForkServer *server,
      ForkWorker *worker)
{
  fork_server_send (server, (HaulControl) { .type = HAUL_CONTROL_JOIN, .job = worker->job }, NULL);
}

/* A zombie that is held stays one until it is joined; a ninth is refused, others are not; and one
 * that nobody holds is collected among them. */
static void
test_hold (void)
{
  g_auto(ForkServer) server = { 0 };
  ForkWorker workers[MAX_HELD] = { 0 };
  g_auto(ForkWorker) refused = { 0 };
  g_auto(ForkWorker) plain = { 0 };
  HaulControl error;

  start (&server);
  for (guint i = 0; i < MAX_HELD; i++)
    {
      spawn_held (&server, &workers[i]);
      fork_worker_run (&workers[i], "exit", "{'code': <int64 7>}");
      fork_worker_wait (&workers[i], &server);
      g_assert_cmpint (workers[i].code, ==, 7);
      g_assert_cmpuint (workers[i].peak_kib, >, 100);
      g_assert_cmpint (haul_test_process_state (workers[i].pid), ==, 'Z');
      fork_server_signal (&server, &workers[i], SIGKILL);   /* a zombie cannot be killed */
      g_assert_cmpint (fork_server_hear (&server, HAUL_CONTROL_ERROR, NULL).a, ==, ESRCH);
    }

  fork_worker_ask (&refused, &server, 0, HAUL_SPAWN_HOLD);
  error = fork_server_hear (&server, HAUL_CONTROL_ERROR, NULL);
  g_assert_cmpint (error.a, ==, EUSERS);
  g_assert_cmpuint (error.job, ==, refused.job);

  fork_worker_spawn (&plain, &server);
  haul_clear_fd (&plain.commands);
  fork_worker_wait (&plain, &server);
  g_assert_cmpint (haul_test_process_state (plain.pid), ==, 0);

  for (guint i = 0; i < MAX_HELD; i++)
    {
      guint k = (i * 3) % MAX_HELD;

      g_assert_cmpint (haul_test_process_state (workers[k].pid), ==, 'Z');
      join (&server, &workers[k]);
      g_assert_cmpuint (fork_server_hear (&server, HAUL_CONTROL_JOINED, NULL).job, ==, workers[k].job);
      g_assert_cmpint (haul_test_process_state (workers[k].pid), ==, 0);
      fork_server_assert_error (&server, (HaulControl) { .type = HAUL_CONTROL_JOIN, .job = workers[k].job }, ESRCH);
      fork_worker_clear (&workers[k]);
    }
  finish (&server);
}

/* Joined before its end, it is collected with it; and the place of a held one is free again. */
static void
test_join_early (void)
{
  g_auto(ForkServer) server = { 0 };

  start (&server);
  for (guint i = 0; i < 2 * MAX_HELD; i++)
    {
      g_auto(ForkWorker) worker = { 0 };

      spawn_held (&server, &worker);
      join (&server, &worker);
      if (i % 2)
        join (&server, &worker);
      fork_server_assert_alive (&server);   /* so it has heard of that before the end */
      haul_clear_fd (&worker.commands);
      fork_worker_wait (&worker, &server);
      g_assert_cmpint (haul_test_process_state (worker.pid), ==, 0);
    }
  finish (&server);
}

/* The program goes and leaves zombies and stopped workers behind. */
static void
test_end_of_odd_ones (void)
{
  g_auto(ForkServer) server = { 0 };
  g_auto(ForkWorker) zombie = { 0 };
  g_auto(ForkWorker) stopped = { 0 };
  g_auto(ForkWorker) tree = { 0 };
  int pid;

  start (&server);
  spawn_held (&server, &zombie);
  haul_clear_fd (&zombie.commands);
  fork_worker_wait (&zombie, &server);
  fork_worker_spawn (&stopped, &server);
  fork_server_signal (&server, &stopped, SIGSTOP);
  fork_worker_spawn (&tree, &server);
  fork_worker_run (&tree, "tree", "{'stay': <int64 1>}");
  fork_worker_wait_text (&tree, "grown");
  pid = zombie.pid;
  g_assert_cmpint (haul_test_process_state (pid), ==, 'Z');
  finish (&server);
  g_assert_cmpint (haul_test_process_state (pid), ==, 0);
  g_assert_cmpint (haul_test_process_state (stopped.pid), ==, 0);
}

static void
crowd_start (ForkServer *server,
             ForkWorker *workers,
             const char *task,
             const char *text)
{
  for (guint i = 0; i < N_WORKERS; i++)
    {
      fork_worker_spawn (&workers[i], server);
      fork_worker_run (&workers[i], task, NULL);
    }
  for (guint i = 0; i < N_WORKERS; i++)
    fork_worker_wait_text (&workers[i], text);
  g_assert_cmpuint (fork_count_family (server), ==, N_WORKERS);
}

static void
crowd_gone (ForkServer *server,
            ForkWorker *workers,
            const char *what)
{
  double ms = fork_wait_family_gone (server);

  g_test_message ("%u gone %.0f ms after %s", N_WORKERS, ms, what);
  g_assert_cmpfloat (ms, <, GONE_MS);
  for (guint i = 0; i < N_WORKERS; i++)
    fork_worker_clear (&workers[i]);
  fork_server_clear (server);
}

static void
test_socket_closed (void)
{
  g_auto(ForkServer) server = { 0 };
  g_autofree ForkWorker *workers = g_new0 (ForkWorker, N_WORKERS);

  start (&server);
  crowd_start (&server, workers, "ignore-term", "ignoring SIGTERM");
  haul_clear_fd (&server.control);
  crowd_gone (&server, workers, "their socket was closed");
}

static void
test_server_killed (void)
{
  g_auto(ForkServer) server = { 0 };
  g_autofree ForkWorker *workers = g_new0 (ForkWorker, N_WORKERS);

  start (&server);
  crowd_start (&server, workers, "ignore-term", "ignoring SIGTERM");
  g_assert_cmpint (kill (server.pid, SIGKILL), ==, 0);
  crowd_gone (&server, workers, "their server was killed");
}

/* Both at once, in the middle of a start: nobody slips through. */
static void
test_killed_while_forking (void)
{
  for (guint i = 0; i < 40; i++)
    {
      g_auto(ForkServer) server = { 0 };
      ForkWorker workers[8] = { 0 };

      start (&server);
      for (guint k = 0; k < G_N_ELEMENTS (workers); k++)
        fork_worker_ask (&workers[k], &server, 0, 0);
      for (guint k = 0; k < i % G_N_ELEMENTS (workers); k++)
        {
          (void) fork_server_hear (&server, HAUL_CONTROL_SPAWNED, &workers[k].pidfd);
          fork_worker_run (&workers[k], "ignore-term", NULL);
        }
      if (i % 2)
        g_assert_cmpint (kill (server.pid, SIGKILL), ==, 0);
      else
        haul_clear_fd (&server.control);
      g_assert_cmpfloat (fork_wait_family_gone (&server), <, GONE_MS);
      for (guint k = 0; k < G_N_ELEMENTS (workers); k++)
        fork_worker_clear (&workers[k]);
      fork_server_clear (&server);
    }
}

/* Everybody of a session is told to end at once: those who can, do; the server waits for its program. */
static void
test_session_ends (void)
{
  g_auto(ForkServer) server = { 0 };
  ForkWorker workers[10] = { 0 };

  start (&server);
  for (guint i = 0; i < G_N_ELEMENTS (workers); i++)
    fork_worker_spawn (&workers[i], &server);
  g_assert_cmpint (kill (server.pid, SIGTERM), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (workers); i++)
    g_assert_cmpint (kill (workers[i].pid, SIGTERM), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (workers); i++)
    g_assert_cmpint (fork_server_hear (&server, HAUL_CONTROL_EXITED, NULL).b, ==, SIGTERM);
  for (guint i = 0; i < G_N_ELEMENTS (workers); i++)
    fork_worker_clear (&workers[i]);
  finish (&server);
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);
  fork_test_add ("/worker/fork-end/descendants", test_descendants);
  fork_test_add ("/worker/fork-end/left-group", test_left_group);
  fork_test_add ("/worker/fork-end/hold", test_hold);
  fork_test_add ("/worker/fork-end/join-early", test_join_early);
  fork_test_add ("/worker/fork-end/odd-ones", test_end_of_odd_ones);
  fork_test_add ("/worker/fork-end/socket-closed", test_socket_closed);
  fork_test_add ("/worker/fork-end/server-killed", test_server_killed);
  fork_test_add ("/worker/fork-end/killed-while-forking", test_killed_while_forking);
  fork_test_add ("/worker/fork-end/session-ends", test_session_ends);
  return g_test_run ();
}
