/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-cli-signals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <glib-unix.h>

#include "haul-cli-terminal.h"
#include "haul-cli.h"
#include "haul/wire/haul-fd-private.h"

/* Those that end a program at once, and leave a terminal as it is. */
static const int fatal_signals[] = { SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGQUIT, SIGSEGV };
static const int interrupt_signals[] = { SIGHUP, SIGINT, SIGTERM };

typedef struct
{
  HaulCliSignals *owner;
  int             signum;
  guint           source_id;
} Interrupt;

struct _HaulCliSignals
{
  const HaulCliSignalFuncs *funcs;
  gpointer                  user_data;
  gboolean                  loop_blocks;

  Interrupt                 interrupts[G_N_ELEMENTS (interrupt_signals)];
  guint                     resize_id;
  guint                     stop_id;
  gboolean                  has_stop;   /* old_stop is what to go back to */
};

/* Handlers know nothing but static variables. */
static struct sigaction old_fatal[G_N_ELEMENTS (fatal_signals)];
static struct sigaction old_stop;
static int stop_pipe[2] = { -1, -1 };

void
haul_cli_signals_reset (void)
{
  struct sigaction action = { 0 };
  sigset_t none;

  sigemptyset (&none);
  (void) sigprocmask (SIG_SETMASK, &none, NULL);

  action.sa_handler = SIG_DFL;
  (void) sigaction (SIGCHLD, &action, NULL);

  /* A reader that goes away is an error of write(), not our end. */
  action.sa_handler = SIG_IGN;
  (void) sigaction (SIGPIPE, &action, NULL);
}

/* Signal handler: async-signal-safe calls only. Clears up, and lets the signal do what it did
 * before; it is blocked until we return. */
static void
fatal_handler (int signum)
{
  haul_cli_terminal_clear_in_signal ();

  for (gsize i = 0; i < G_N_ELEMENTS (fatal_signals); i++)
    {
      if (fatal_signals[i] == signum)
        (void) sigaction (signum, &old_fatal[i], NULL);
    }

  (void) raise (signum);
}

/* Signal handler: async-signal-safe calls only. */
static void
leave_handler (int signum)
{
  haul_cli_terminal_clear_in_signal ();
  _exit (HAUL_CLI_EXIT_CANCELLED);
}

/* Signal handler: async-signal-safe calls only. */
static void
stop_handler (int signum)
{
  int errsv = errno;

  /* The pipe is full only if it was told already. */
  if (write (stop_pipe[1], "", 1) < 0)
    errno = errsv;
  errno = errsv;
}

static void
handle (int               signum,
        void            (*handler)(int signum),
        struct sigaction *ret_old)
{
  struct sigaction action = { 0 };

  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigemptyset (&action.sa_mask);
  (void) sigaction (signum, &action, ret_old);
}

/* Signal handler: async-signal-safe calls only. For a loop that blocks: clears up and stops. */
static void
stop_now_handler (int signum)
{
  int errsv = errno;
  sigset_t set;

  haul_cli_terminal_clear_in_signal ();

  sigemptyset (&set);
  sigaddset (&set, signum);
  (void) sigaction (signum, &old_stop, NULL);
  (void) raise (signum);
  /* Stops here, until SIGCONT. */
  (void) sigprocmask (SIG_UNBLOCK, &set, NULL);
  (void) sigprocmask (SIG_BLOCK, &set, NULL);
  handle (signum, stop_now_handler, NULL);
  errno = errsv;
}

static gboolean
is_ignored (int signum)
{
  struct sigaction now;

  return sigaction (signum, NULL, &now) == 0 && now.sa_handler == SIG_IGN;
}

static gboolean
interrupt_cb (gpointer user_data)
{
  Interrupt *interrupt = user_data;

  interrupt->owner->funcs->interrupted (interrupt->signum, interrupt->owner->user_data);
  return G_SOURCE_CONTINUE;
}

static gboolean
resize_cb (gpointer user_data)
{
  HaulCliSignals *self = user_data;

  self->funcs->resized (self->user_data);
  return G_SOURCE_CONTINUE;
}

static gboolean
stop_cb (int          fd,
         GIOCondition condition,
         gpointer     user_data)
{
  HaulCliSignals *self = user_data;
  char buffer[16];

  if (read (fd, buffer, sizeof buffer) <= 0)
    return G_SOURCE_CONTINUE;

  self->funcs->stopping (self->user_data);
  return G_SOURCE_CONTINUE;
}

void
haul_cli_signals_stop (HaulCliSignals *self)
{
  /* Stops here, all threads of it, until SIGCONT. Without job control it goes on at once. */
  (void) sigaction (SIGTSTP, &old_stop, NULL);
  (void) raise (SIGTSTP);
  handle (SIGTSTP, stop_handler, NULL);
}

static void
watch_stop (HaulCliSignals *self)
{
  if (is_ignored (SIGTSTP))
    return;

  if (self->loop_blocks)
    {
      handle (SIGTSTP, stop_now_handler, &old_stop);
      self->has_stop = TRUE;
      return;
    }

  if (!g_unix_open_pipe (stop_pipe, FD_CLOEXEC, NULL))
    return;

  (void) g_unix_set_fd_nonblocking (stop_pipe[0], TRUE, NULL);
  (void) g_unix_set_fd_nonblocking (stop_pipe[1], TRUE, NULL);
  self->stop_id = g_unix_fd_add (stop_pipe[0], G_IO_IN, stop_cb, self);
  g_source_set_name_by_id (self->stop_id, "[haul] Ctrl+Z");
  handle (SIGTSTP, stop_handler, &old_stop);
  self->has_stop = TRUE;
}

HaulCliSignals *
haul_cli_signals_new (const HaulCliSignalFuncs *funcs,
                      gboolean                  loop_blocks,
                      gpointer                  user_data)
{
  HaulCliSignals *self = g_new0 (HaulCliSignals, 1);

  self->funcs = funcs;
  self->user_data = user_data;
  self->loop_blocks = loop_blocks;

  for (guint i = 0; i < G_N_ELEMENTS (interrupt_signals); i++)
    {
      int signum = interrupt_signals[i];

      self->interrupts[i].owner = self;
      self->interrupts[i].signum = signum;

      /* nohup, and shells that start something in the background, want these ignored. */
      if (signum != SIGTERM && is_ignored (signum))
        continue;

      if (loop_blocks)
        handle (signum, leave_handler, NULL);
      else
        self->interrupts[i].source_id = g_unix_signal_add (signum, interrupt_cb, &self->interrupts[i]);
    }

  for (guint i = 0; i < G_N_ELEMENTS (fatal_signals); i++)
    handle (fatal_signals[i], fatal_handler, &old_fatal[i]);

  self->resize_id = g_unix_signal_add (SIGWINCH, resize_cb, self);
  watch_stop (self);
  return self;
}

void
haul_cli_signals_free (HaulCliSignals *self)
{
  if (self->has_stop)
    (void) sigaction (SIGTSTP, &old_stop, NULL);

  g_clear_handle_id (&self->stop_id, g_source_remove);
  g_clear_handle_id (&self->resize_id, g_source_remove);

  for (guint i = 0; i < G_N_ELEMENTS (stop_pipe); i++)
    haul_clear_fd (&stop_pipe[i]);

  for (guint i = 0; i < G_N_ELEMENTS (fatal_signals); i++)
    (void) sigaction (fatal_signals[i], &old_fatal[i], NULL);

  for (guint i = 0; i < G_N_ELEMENTS (interrupt_signals); i++)
    {
      if (self->loop_blocks && !is_ignored (interrupt_signals[i]))
        handle (interrupt_signals[i], SIG_DFL, NULL);

      /* GLib puts the default action back with the last source of a signal. */
      g_clear_handle_id (&self->interrupts[i].source_id, g_source_remove);
    }

  g_free (self);
}
