/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "haul/haul.h"
#include "haul/parent/haul-process-list-private.h"

/* What it costs to look at 1,000 processes once a second: to read them, from real children that sleep, and
 * to compare them with the rows there are. There are N_CHILDREN real ones, to be kind to who else works here;
 * the cost of each is what it is with them, and the goal is that of 1,000 of them. */

#define N_CHILDREN 250
#define N_ROWS     1000
#define N_LOOKS    50
#define GOAL       2.0   /* % of a core */

extern char **environ;

static double
cpu_us (void)
{
  struct timespec time;

  (void) clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &time);
  return time.tv_sec * 1e6 + time.tv_nsec / 1e3;
}

static int
compare (const void *a,
         const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

static double
median (double *values,
        guint   n)
{
  qsort (values, n, sizeof *values, compare);
  return values[n / 2];
}

/* Ended by the kernel with this program, whatever becomes of it. */
static int
sleep_as_child (int    argc,
                char **argv)
{
  if (prctl (PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid () != atoi (argv[2]))
    return 1;
  (void) pause ();
  return 0;
}

static void
spawn_children (int *pids)
{
  g_autofree char *parent = g_strdup_printf ("%d", (int) getpid ());
  char * const argv[] = { (char *) "bench-processes", (char *) "--sleep", parent, NULL };

  for (guint i = 0; i < N_CHILDREN; i++)
    if (posix_spawn (&pids[i], "/proc/self/exe", NULL, NULL, argv, environ) != 0)
      g_error ("only %u children", i);
}

static double
read_cost (guint *ret_n)
{
  HaulProcWishes wishes = { .programs = FALSE };
  double costs[N_LOOKS];

  for (guint i = 0; i < N_LOOKS; i++)
    {
      double start = cpu_us ();
      g_autoptr(GError) error = NULL;
      g_autoptr(GArray) samples = haul_proc_read_all ("/proc", &wishes, &error);

      if (samples == NULL)
        g_error ("%s", error->message);
      *ret_n = samples->len;
      costs[i] = (cpu_us () - start) / samples->len;
    }
  return median (costs, N_LOOKS);
}

static void
age (GArray *samples)
{
  for (guint i = 0; i < samples->len; i++)
    {
      HaulProcSample *sample = &g_array_index (samples, HaulProcSample, i);

      sample->read_at += G_USEC_PER_SEC;
      sample->cpu_us += g_random_int_range (0, G_USEC_PER_SEC);
    }
}

/* All of them compute: nothing that stays the same makes it cheap. */
static double
apply_cost (void)
{
  g_autoptr(HaulProcessList) list = haul_process_list_new (HAUL_PROCESS_SCOPE_OWN);
  g_autoptr(GArray) samples = g_array_new (FALSE, TRUE, sizeof (HaulProcSample));
  double costs[N_LOOKS];

  for (guint i = 0; i < N_ROWS; i++)
    {
      HaulProcSample sample = { .pid = i == 0 ? getpid () : 5000000 + (int) i, .parent_pid = getpid (), .state = 'R', .start = 1,
                                .read_at = 1, .n_threads = 1, .exit_status = -1, .own_memory = -1, .name = "made up" };

      g_array_append_val (samples, sample);
    }
  for (guint i = 0; i < N_LOOKS; i++)
    {
      double start;

      age (samples);
      start = cpu_us ();
      haul_process_list_apply (list, samples, (i + 1) * G_USEC_PER_SEC);
      costs[i] = cpu_us () - start;
    }
  return median (costs, N_LOOKS);
}

int
main (int    argc,
      char **argv)
{
  int pids[N_CHILDREN];
  guint n = 0;
  double each, apply, share;

  if (argc == 3 && strcmp (argv[1], "--sleep") == 0)
    return sleep_as_child (argc, argv);

  spawn_children (pids);
  each = read_cost (&n);
  apply = apply_cost ();
  for (guint i = 0; i < N_CHILDREN; i++)
    {
      (void) kill (pids[i], SIGKILL);   /* not joined yet, so it is this one */
      (void) waitpid (pids[i], NULL, 0);
    }

  share = (each * N_ROWS + apply) / 1e6 * 100;
  printf ("read one process (of %u)         %8.1f µs\n", n, each);
  printf ("compare %u rows, all changed   %8.2f ms\n", N_ROWS, apply / 1000);
  printf ("1,000 processes once a second     %8.2f %% of a core, goal %.0f %%: %s\n", share, GOAL, share <= GOAL ? "reached" : "missed");
  return 0;
}
