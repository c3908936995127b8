/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lab-usage.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

static double
to_seconds (const struct rusage *usage)
{
  return (double) (usage->ru_utime.tv_sec + usage->ru_stime.tv_sec)
         + (double) (usage->ru_utime.tv_usec + usage->ru_stime.tv_usec) / G_USEC_PER_SEC;
}

/* A line of /proc/PID/status in bytes: "VmHWM:   1234 kB". */
static double
read_status (int         pid,
             const char *name)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/status", pid);
  g_autofree char *status = NULL;
  const char *line = NULL;

  if (pid <= 0 || !g_file_get_contents (path, &status, NULL, NULL))
    return 0;
  line = strstr (status, name);
  return line != NULL ? g_ascii_strtod (line + strlen (name), NULL) * 1024 : 0;
}

void
lab_usage_take (LabUsage *ret_usage)
{
  struct rusage own, children;

  getrusage (RUSAGE_SELF, &own);
  getrusage (RUSAGE_CHILDREN, &children);
  ret_usage->own_cpu = to_seconds (&own);
  ret_usage->children_cpu = to_seconds (&children);
  ret_usage->memory = read_status (getpid (), "VmRSS:");
  ret_usage->peak_memory = read_status (getpid (), "VmHWM:");
}

/* Where that is not allowed, the peak is the one of the whole run of the program, and what grew is 0 or more. */
void
lab_usage_reset_peak (void)
{
  int fd = open ("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);

  if (fd < 0)
    return;
  if (write (fd, "5", 1) != 1)
    g_debug ("the peak of the memory cannot be reset");
  close (fd);
}

double
lab_usage_cpu (int pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/stat", pid);
  g_autofree char *stat = NULL;
  g_auto(GStrv) fields = NULL;
  const char *paren = NULL;

  if (pid <= 0 || !g_file_get_contents (path, &stat, NULL, NULL))
    return 0;

  /* Its name may hold anything, and ends at the last one. */
  paren = strrchr (stat, ')');
  fields = g_strsplit (paren != NULL ? paren + 1 : "", " ", 16);
  if (g_strv_length (fields) < 15)
    return 0;
  return (g_ascii_strtod (fields[12], NULL) + g_ascii_strtod (fields[13], NULL)) / (double) sysconf (_SC_CLK_TCK);
}

double
lab_usage_peak_memory (int pid)
{
  return read_status (pid, "VmHWM:");
}

/* Runs between fork() and exec(): async-signal-safe calls only. */
void
lab_usage_child_setup (gpointer user_data)
{
  (void) prctl (PR_SET_PDEATHSIG, SIGKILL);
}
