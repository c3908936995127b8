/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-crash-private.h"

#include <execinfo.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#if defined (__SANITIZE_ADDRESS__) || defined (__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined (__has_feature)
#if __has_feature (address_sanitizer) || __has_feature (thread_sanitizer)
#define SANITIZED 1
#endif
#endif

#define MAX_FRAMES (HAUL_CRASH_LINES - 2)
#define STACK_SIZE (64 * 1024)
#define PATIENCE_S 5

static const struct { int number; const char *line; } crashes[] = {
  { SIGSEGV, "\n" HAUL_CRASH_MARK "SEGV\n" },
  { SIGBUS, "\n" HAUL_CRASH_MARK "BUS\n" },
  { SIGFPE, "\n" HAUL_CRASH_MARK "FPE\n" },
  { SIGILL, "\n" HAUL_CRASH_MARK "ILL\n" },
  { SIGABRT, "\n" HAUL_CRASH_MARK "ABRT\n" },
  { SIGTRAP, "\n" HAUL_CRASH_MARK "TRAP\n" },
};

/* Async-signal-safe, as far as that is possible: backtrace() may want a lock of the dynamic linker, and
 * whoever crashed may have it. So there is an alarm. In the end the signal does what it would have done. */
static void
crash_cb (int number)
{
  void *frames[MAX_FRAMES];

  (void) signal (SIGALRM, SIG_DFL);
  (void) alarm (PATIENCE_S);
  for (guint i = 0; i < G_N_ELEMENTS (crashes); i++)
    if (crashes[i].number == number && write (STDERR_FILENO, crashes[i].line, strlen (crashes[i].line)) < 0)
      break;
  /* nobody is told, then */
  backtrace_symbols_fd (frames, backtrace (frames, MAX_FRAMES), STDERR_FILENO);
  (void) raise (number);
}

void
haul_crash_prepare (void)
{
#ifndef SANITIZED
  void *frame;

  (void) backtrace (&frame, 1);
#endif
}

void
haul_crash_report (void)
{
#ifndef SANITIZED
  static char stack[STACK_SIZE];   /* that of the task may be what it has run out of */
  const stack_t own = { .ss_sp = stack, .ss_size = sizeof stack };
  struct sigaction action = { .sa_handler = crash_cb, .sa_flags = SA_ONSTACK | SA_RESETHAND | SA_NODEFER };

  if (sigaltstack (&own, NULL) < 0)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (crashes); i++)
    (void) sigaction (crashes[i].number, &action, NULL);
#else
  (void) crash_cb;
#endif
}
