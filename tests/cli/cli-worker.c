/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "haul/worker/haul-worker.h"

/* A worker for the tests of `haul`: its "sleep" is another one than haul's own, and what it does
 * is told by the time that it shall sleep. */

#define LIFE_S 60   /* whatever becomes of the tests, it is gone after that */

#define VANISH 0.1   /* ends, with 0, and gives no result */
#define CRASH  0.2   /* ends by SIGSEGV, half done */
#define CHAT   0.5   /* has much to say; with more, it hears nothing but SIGKILL */

static gboolean
chat (HaulContext *context)
{
  haul_context_set_total (context, 1);
  haul_context_progress (context, 0.5);
  haul_context_log (context, HAUL_LOG_DEBUG, "a debug line");
  haul_context_log (context, HAUL_LOG_INFO, "an info line");
  haul_context_log (context, HAUL_LOG_WARNING, "a warning line");
  puts ("an output line");
  fflush (stdout);
  haul_context_log (context, HAUL_LOG_INFO, "nothing \033[31m but a line");
  haul_context_emit (context, "text\n", 5);
  return TRUE;
}

static void
crash (HaulContext *context)
{
  haul_context_set_total (context, 1);
  haul_context_progress (context, 0.5);
  haul_context_flush (context);
  haul_context_log (context, HAUL_LOG_INFO, "here it comes");
  signal (SIGSEGV, SIG_DFL);
  raise (SIGSEGV);
}

static gboolean
run_sleep (HaulContext  *context,
           GVariant     *arguments,
           GError      **error)
{
  double seconds = haul_arguments_get_double (arguments, "seconds");

  if (seconds <= VANISH)
    _exit (0);
  if (seconds <= CRASH)
    crash (context);
  if (seconds <= CHAT)
    return chat (context);

  signal (SIGTERM, SIG_IGN);
  haul_context_log (context, HAUL_LOG_INFO, "deaf");
  g_usleep (LIFE_S * G_USEC_PER_SEC);
  return TRUE;
}

static const HaulParam params[] = {
  { "seconds", "Seconds", "seconds", "How long", HAUL_PARAM_DOUBLE, 0, 86400, 1 },
  { NULL }
};

static const HaulTask sleep_task = {
  .id = "sleep",
  .title = "Sleep",
  .summary = "Be a nuisance",
  .unit = "seconds",
  .params = params,
  .run = run_sleep,
};

int
main (int    argc,
      char **argv)
{
  const HaulTask * const tasks[] = { &sleep_task, NULL };

  return haul_worker_main (argc, argv, tasks);
}
