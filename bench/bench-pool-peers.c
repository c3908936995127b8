/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "bench-pool-peers.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

double
bench_now (void)
{
  struct timespec time;

  clock_gettime (CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

static int
compare_doubles (const void *a,
                 const void *b)
{
  const double *x = a, *y = b;

  return (*x > *y) - (*x < *y);
}

double
bench_median (double *values,
              guint   n)
{
  qsort (values, n, sizeof *values, compare_doubles);
  return values[n / 2];
}

void
bench_must (gboolean    ok,
            const char *what)
{
  if (!ok)
    g_error ("%s failed", what);
}

/* Python. */

void
peers_start (Peers      *self,
             const char *script)
{
  g_autofree char *python = g_find_program_in_path ("python3");
  g_autoptr(GError) error = NULL;

  if (script == NULL || python == NULL)
    {
      g_print ("Skipped: multiprocessing and concurrent.futures, because %s\n",
               python == NULL ? "there is no python3" : "pool_peers.py was not named");
      return;
    }
  self->process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error,
                                    python, script, NULL);
  if (self->process == NULL)
    g_print ("Skipped: multiprocessing and concurrent.futures: %s\n", error->message);
  else
    self->answers = g_data_input_stream_new (g_subprocess_get_stdout_pipe (self->process));
}

/* What Python takes; below 0 where there is none. */
double
peers_ask (Peers      *self,
           const char *name,
           guint       number)
{
  g_autofree char *question = g_strdup_printf ("%s %u\n", name, number);
  g_autofree char *answer = NULL;

  if (self->process == NULL)
    return -1;
  bench_must (g_output_stream_write_all (g_subprocess_get_stdin_pipe (self->process), question, strlen (question), NULL, NULL, NULL),
              "a question to pool_peers.py");
  answer = g_data_input_stream_read_line (self->answers, NULL, NULL, NULL);
  bench_must (answer != NULL, "pool_peers.py");
  return g_ascii_strtod (answer, NULL);
}

void
peers_end (Peers *self)
{
  if (self->process == NULL)
    return;

  bench_must (g_output_stream_close (g_subprocess_get_stdin_pipe (self->process), NULL, NULL), "closing a pipe");
  bench_must (g_subprocess_wait_check (self->process, NULL, NULL), "pool_peers.py");
  g_clear_object (&self->answers);
  g_clear_object (&self->process);
}

/* The bare thing: a forked child at the other end of two pipes. */

typedef struct
{
  pid_t pid;
  int   down;   /* we write */
  int   up;     /* we read */
} Bare;

/* All of @size bytes, or the end of the process: the other end is gone. */
static void
transfer (int       fd,
          gboolean  out,
          guint8   *bytes,
          gsize     size)
{
  while (size > 0)
    {
      gssize n = out ? write (fd, bytes, size) : read (fd, bytes, size);

      if (n <= 0)
        _exit (1);
      bytes += n;
      size -= n;
    }
}

/* Answers each byte with @answer bytes, the first without being asked. */
static Bare
bare_fork (gsize answer)
{
  g_autofree guint8 *bytes = g_malloc0 (answer);
  Bare self;
  int down[2], up[2];

  bench_must (pipe2 (down, O_CLOEXEC) == 0 && pipe2 (up, O_CLOEXEC) == 0, "pipe2");
  (void) fcntl (up[0], F_SETPIPE_SZ, MIB);   /* slower if it is refused */
  self = (Bare) { fork (), down[1], up[0] };
  bench_must (self.pid >= 0, "fork");
  if (self.pid == 0)
    {
      guint8 byte = 0;

      close (down[1]);
      for (transfer (up[1], TRUE, &byte, 1);; transfer (up[1], TRUE, bytes, answer))
        transfer (down[0], FALSE, &byte, 1);
    }
  close (down[0]);
  close (up[1]);
  return self;
}

static void
bare_end (Bare *self)
{
  close (self->down);
  close (self->up);
  bench_must (waitpid (self->pid, NULL, 0) == self->pid, "waitpid");
}

double
bare_start (void)
{
  double begun = bench_now (), took;
  Bare bare = bare_fork (1);
  guint8 byte;

  transfer (bare.up, FALSE, &byte, 1);
  took = bench_now () - begun;
  bare_end (&bare);
  return took;
}

/* Seconds for one of @n answers. */
double
bare_trips (guint n,
            gsize size)
{
  g_autofree guint8 *bytes = g_malloc (size);
  Bare bare = bare_fork (size);
  double begun, took;

  transfer (bare.up, FALSE, bytes, 1);
  begun = bench_now ();
  for (guint i = 0; i < n; i++)
    {
      transfer (bare.down, TRUE, (guint8 *) "x", 1);
      transfer (bare.up, FALSE, bytes, size);
    }
  took = (bench_now () - begun) / n;
  bare_end (&bare);
  return took;
}

double
bare_kill (void)
{
  Bare bare = bare_fork (1);
  double begun;
  guint8 byte;

  transfer (bare.up, FALSE, &byte, 1);
  begun = bench_now ();
  kill (bare.pid, SIGTERM);
  bench_must (waitpid (bare.pid, NULL, 0) == bare.pid, "waitpid");
  begun = bench_now () - begun;
  close (bare.down);
  close (bare.up);
  return begun;
}
