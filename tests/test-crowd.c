/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Many processes that cost next to nothing, for whoever has to show many:
 *
 * test-crowd N N_BUSY
 *
 * It has N children, of which N_BUSY compute a hundredth of each second and all others sleep, and says
 * "ready" when they are there. For each byte that it reads one of them ends and another one begins. At the
 * end of its input they all end; and the kernel ends them with it, whatever becomes of it. */

#define MAX_CHILDREN 4000

static pid_t children[MAX_CHILDREN];
static int n_children;
static int n_busy;

static double
seconds (clockid_t clock)
{
  struct timespec time;

  (void) clock_gettime (clock, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

static void
compute (void)
{
  double end = seconds (CLOCK_PROCESS_CPUTIME_ID) + 0.01;

  while (seconds (CLOCK_PROCESS_CPUTIME_ID) < end)
    ;
  (void) usleep (990000);
}

static void
live (int   number,
      pid_t parent)
{
  char name[32];   /* the kernel takes 15 of them */

  if (prctl (PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid () != parent)
    _exit (1);
  (void) snprintf (name, sizeof name, "%s %d", number < n_busy ? "busy" : "sleeper", number);
  (void) prctl (PR_SET_NAME, name);
  while (number < n_busy)
    compute ();
  for (;;)
    (void) pause ();
}

static void
begin (int number)
{
  pid_t self = getpid ();
  pid_t pid = fork ();

  if (pid == 0)
    live (number, self);
  if (pid < 0)
    {
      perror ("test-crowd: fork");
      exit (1);   /* the kernel ends those that there are */
    }
  children[number] = pid;
}

/* It is not joined yet, so the number is still its own. */
static void
end (int number)
{
  (void) kill (children[number], SIGKILL);
  (void) waitpid (children[number], NULL, 0);
}

int
main (int    argc,
      char **argv)
{
  char byte;

  if (argc != 3 || atoi (argv[1]) < 1 || atoi (argv[1]) > MAX_CHILDREN)
    {
      (void) fprintf (stderr, "usage: test-crowd N N_BUSY\n");
      return 2;
    }
  (void) prctl (PR_SET_PDEATHSIG, SIGKILL);
  n_children = atoi (argv[1]);
  n_busy = atoi (argv[2]);
  for (int i = 0; i < n_children; i++)
    begin (i);
  (void) puts ("ready");
  (void) fflush (stdout);

  for (int next = 0; read (STDIN_FILENO, &byte, 1) == 1; next = (next + 1) % n_children)
    {
      end (next);
      begin (next);
    }
  for (int i = 0; i < n_children; i++)
    end (i);
  return 0;
}
