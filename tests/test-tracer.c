/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

/* Holds a process at the door: test-tracer PID. Until our input ends, it does not end, not even by SIGKILL,
 * as a process in an uninterruptible wait does not. */

#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <unistd.h>

int
main (int    argc,
      char **argv)
{
  char byte;

  if (argc != 2 || atoi (argv[1]) <= 1)
    return 1;
  (void) prctl (PR_SET_PDEATHSIG, SIGKILL);   /* with us goes what we hold */
  if (ptrace (PTRACE_SEIZE, atoi (argv[1]), NULL, (void *) (size_t) PTRACE_O_TRACEEXIT) < 0)
    {
      printf ("no process may be traced here: %s\n", strerror (errno));
      return 0;
    }
  printf ("traced\n");
  fflush (stdout);
  while (read (STDIN_FILENO, &byte, 1) < 0 && errno == EINTR)
    ;
  return 0;
}
