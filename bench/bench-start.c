/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

/* How long it takes until a worker answers: exec'd, forked by the fork server, and, as the least that
 * is possible, a bare fork and a pipe in a small process. All of them in turns, in one run. */

#include "config.h"

#include <haul/haul.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "haul/wire/haul-control-private.h"
#include "haul/wire/haul-fd-private.h"

#define WARM_UP 10

typedef enum { BARE, SERVER, FORKED, SPAWNED, N_WAYS } Way;

static const char * const names[N_WAYS] = {
  "bare fork and pipe", "fork server, bare client", "job, fork server", "job, spawn",
};

static gint64
now_ns (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return now.tv_sec * G_GINT64_CONSTANT (1000000000) + now.tv_nsec;
}

static gboolean
nothing_run (HaulContext  *context,
             GVariant     *arguments,
             GError      **error)
{
  return TRUE;
}

static const HaulParam no_params[] = { { NULL } };
static const HaulTask nothing_task = { "nothing", "Nothing", "Does nothing", "", HAUL_RESULT_TEXT, no_params, nothing_run };
static const HaulTask * const tasks[] = { &nothing_task, NULL };

static GSubprocess *
start_self (const char *mode,
            int         fd)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  g_autoptr(GError) error = NULL;
  GSubprocess *subprocess;

  g_subprocess_launcher_take_fd (launcher, fd, HAUL_CONTROL_FD);
  subprocess = g_subprocess_launcher_spawn (launcher, &error, self, mode, NULL);
  if (subprocess == NULL)
    g_error ("%s", error->message);
  return subprocess;
}

/* A small process: for each byte that comes, one fork whose child sends a byte through a pipe. */
static int
bare_main (void)
{
  char byte;

  while (read (HAUL_CONTROL_FD, &byte, 1) == 1)
    {
      gint64 start, ns;
      int pipe_fds[2];
      pid_t pid;

      if (pipe (pipe_fds) < 0)
        return 1;
      start = now_ns ();
      pid = fork ();
      if (pid == 0)
        _exit (write (pipe_fds[1], "x", 1) != 1);
      if (pid < 0 || read (pipe_fds[0], &byte, 1) != 1)
        return 1;
      ns = now_ns () - start;
      (void) waitpid (pid, NULL, 0);
      close (pipe_fds[0]);
      close (pipe_fds[1]);
      if (write (HAUL_CONTROL_FD, &ns, sizeof ns) != sizeof ns)
        return 1;
    }
  return 0;
}

static double
measure_bare (int fd)
{
  gint64 ns;

  if (write (fd, "x", 1) != 1 || read (fd, &ns, sizeof ns) != sizeof ns)
    g_error ("the small process is gone");
  return ns;
}

static void
hear (int             fd,
      HaulControlType type,
      int            *ret_fd)
{
  struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
  HaulControl message;
  int fds[HAUL_CONTROL_MAX_FDS];

  if (poll (&poll_fd, 1, 10000) != 1 || haul_control_receive (fd, &message, fds) != HAUL_CONTROL_READ || message.type != type)
    g_error ("the fork server did not answer as it should");
  *ret_fd = fds[0];
}

/* From the request until the first byte of the worker's HELLO is here. */
static double
measure_server (int     fd,
                guint32 job)
{
  HaulMessage hello = { .type = HAUL_FRAME_HELLO };
  HaulControl request = { .type = HAUL_CONTROL_SPAWN, .job = job };
  HaulFrame frame = { .type = HAUL_FRAME_HELLO, .job = job };
  g_autoptr(GBytes) body = NULL;
  guint8 header[HAUL_FRAME_HEADER_SIZE];
  int commands[2], events[2], log[2], pidfd, none;
  gint64 start, ns;
  char byte;

  hello.hello.version = HAUL_PROTOCOL_VERSION;
  hello.hello.program = (char *) "bench-start";
  body = haul_message_encode (&hello);
  frame.payload = g_bytes_get_data (body, &frame.size);
  haul_frame_encode_header (&frame, header);
  if (!haul_open_pipe (commands, 0, NULL) || !haul_open_pipe (events, 0, NULL) || !haul_open_pipe (log, 0, NULL)
      || !haul_write_all (commands[1], header, sizeof header, frame.payload, frame.size, NULL))
    g_error ("no pipe");

  start = now_ns ();
  if (haul_control_send (fd, &request, (const int[]) { commands[0], events[1], log[1] }) != 0 || read (events[0], &byte, 1) != 1)
    g_error ("no worker");
  ns = now_ns () - start;

  close (commands[1]);   /* at which the worker ends */
  hear (fd, HAUL_CONTROL_SPAWNED, &pidfd);
  hear (fd, HAUL_CONTROL_EXITED, &none);
  close (commands[0]);
  close (events[0]);
  close (events[1]);
  close (log[0]);
  close (log[1]);
  close (pidfd);
  return ns;
}

/* From the start of a job until its worker has said HELLO. */
static double
measure_job (HaulExecutor *executor)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(HaulJob) job = haul_job_new (&nothing_task, NULL, &error);

  if (job == NULL)
    g_error ("%s", error->message);
  haul_executor_submit (executor, job);
  while (haul_job_is_active (job))
    g_main_context_iteration (NULL, TRUE);
  if (haul_job_get_verdict (job) != HAUL_VERDICT_DONE)
    g_error ("%s", haul_job_get_error (job)->message);
  return 1e3 * (haul_job_get_stamp (job, HAUL_STAMP_RUNNING) - haul_job_get_stamp (job, HAUL_STAMP_STARTED));
}

static int
compare_doubles (const void *a,
                 const void *b)
{
  const double *x = a, *y = b;

  return (*x > *y) - (*x < *y);
}

static void
measure_all (guint   n,
             double *ret_ns[N_WAYS])
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autoptr(HaulExecutor) forking = haul_process_executor_new (self);
  g_autoptr(HaulExecutor) spawning = haul_process_executor_new (self);
  g_autoptr(GSubprocess) bare = NULL;
  g_autoptr(GSubprocess) server = NULL;
  int bare_pair[2], server_pair[2], none;

  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, bare_pair) < 0
      || socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, server_pair) < 0)
    g_error ("no socket");
  bare = start_self ("--bare", bare_pair[1]);
  server = start_self ("--fork-server", server_pair[1]);
  hear (server_pair[0], HAUL_CONTROL_HELLO, &none);
  haul_process_executor_set_start_method (HAUL_PROCESS_EXECUTOR (forking), HAUL_START_FORK_SERVER);

  for (guint i = 0; i < n + WARM_UP; i++)
    {
      guint at = i < WARM_UP ? 0 : i - WARM_UP;

      ret_ns[BARE][at] = measure_bare (bare_pair[0]);
      ret_ns[SERVER][at] = measure_server (server_pair[0], i + 1);
      ret_ns[FORKED][at] = measure_job (forking);
      ret_ns[SPAWNED][at] = measure_job (spawning);
    }
  close (bare_pair[0]);
  close (server_pair[0]);
}

int
main (int    argc,
      char **argv)
{
  guint n = 300;
  double *ns[N_WAYS];

  if (argc > 1 && g_str_equal (argv[1], "--bare"))
    return bare_main ();
  if (argc > 1 && g_str_has_prefix (argv[1], "--"))
    return haul_worker_main (argc, argv, tasks);
  if (argc > 1)
    n = CLAMP (atoi (argv[1]), 1, 100000);

  (void) signal (SIGPIPE, SIG_IGN);
  haul_tasks_register (tasks);
  for (guint way = 0; way < N_WAYS; way++)
    ns[way] = g_new0 (double, n);
  measure_all (n, ns);

  g_print ("until a worker answers, medians of %u, in turns\n", n);
  for (guint way = 0; way < N_WAYS; way++)
    qsort (ns[way], n, sizeof *ns[way], compare_doubles);
  for (guint way = 0; way < N_WAYS; way++)
    g_print ("%-26s %8.0f us  %6.1f times the bare one, 90 %% within %.0f us\n", names[way], ns[way][n / 2] / 1e3,
             ns[way][n / 2] / ns[BARE][n / 2], ns[way][n * 9 / 10] / 1e3);
  for (guint way = 0; way < N_WAYS; way++)
    g_free (ns[way]);
  return 0;
}
