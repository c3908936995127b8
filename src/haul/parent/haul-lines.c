/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-lines-private.h"

#include <glib/gi18n-lib.h>

#include "haul-format.h"

HaulRecord *
haul_record_log (const HaulMessage *log,
                 const char        *process,
                 int                pid)
{
  HaulMessage signed_log = *log;

  if (log->log.process == NULL)
    {
      signed_log.log.process = (char *) process;
      signed_log.log.pid = pid;
    }
  haul_log_pass_on (&signed_log);
  return haul_record_new_log (g_get_monotonic_time (), log->log.level, signed_log.log.process, signed_log.log.pid,
                              log->log.domain, log->log.text);
}

char *
haul_life_format_started (int pid)
{
  /* Translators: %d is the number of the process */
  return g_strdup_printf (_("started, process %d"), pid);
}

/* @code -1 and @signal 0: nobody knows. */
char *
haul_life_format_ended (int code,
                        int signal)
{
  g_autofree char *name = NULL;

  if (signal > 0)
    {
      name = haul_format_exit (-1, signal);
      /* Translators: %s is a signal: “signal 9, SIGKILL” */
      return g_strdup_printf (_("ended by %s"), name);
    }
  if (code < 0)
    return g_strdup (_("ended, and nobody knows how"));

  /* Translators: of a process */
  return g_strdup_printf (_("exiting with exit code %d"), code);
}
