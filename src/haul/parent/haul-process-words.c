/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-process-info.h"

#include <glib/gi18n-lib.h>
#include <signal.h>

/* The states of proc(5). */
static const struct { char letter; const char *word; const char *text; } states[] = {
  { 'R', N_("Running"), N_("it is computing, or ready to and waits for a processor") },
  { 'S', N_("Sleeping"), N_("it waits for something to happen, and a signal can wake it") },
  { 'D', N_("Disk Sleep"), N_("it waits for a device or the kernel, and not even SIGKILL can wake it") },
  { 'Z', N_("Zombie"), N_("finished, but its parent has not joined it yet") },
  { 'T', N_("Stopped"), N_("a signal has stopped it, and SIGCONT lets it go on") },
  { 't', N_("Traced"), N_("a debugger has stopped it") },
  { 'X', N_("Ended"), N_("it has ended and was joined; it is gone") },
  { 'I', N_("Idle"), N_("a thread of the kernel that has nothing to do") },
  { 'P', N_("Parked"), N_("a thread of the kernel that was put aside") },
};

/**
 * haul_process_state_word:
 * @state: a letter, as haul_process_info_get_state() gives it
 *
 * A word for a state.
 *
 * Returns: (transfer none): translated: "Zombie"; "" for a letter that is none
 */
const char *
haul_process_state_word (const char *state)
{
  g_return_val_if_fail (state != NULL, "");

  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    if (states[i].letter == state[0])
      return _(states[i].word);
  return "";
}

/**
 * haul_process_state_text:
 * @state: a letter, as haul_process_info_get_state() gives it
 *
 * What a state means, in half a sentence.
 *
 * Returns: (transfer none): translated: "finished, but its parent has not joined it
 *   yet"; "" for a letter that is none
 */
const char *
haul_process_state_text (const char *state)
{
  g_return_val_if_fail (state != NULL, "");

  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    if (states[i].letter == state[0])
      return _(states[i].text);
  return "";
}

/* Those that people send, the usual ones first. */
static const struct { int number; const char *meaning; } meanings[] = {
  { SIGTERM, N_("Asks it to end, which it may do in its own time, or not at all") },
  { SIGKILL, N_("Ends it at once; it cannot refuse, and cannot tidy up") },
  { SIGINT, N_("Interrupts it, as Ctrl+C in a terminal does") },
  { SIGSTOP, N_("Stops it where it is, until SIGCONT; it cannot refuse") },
  { SIGCONT, N_("Lets it go on after a stop") },
  { SIGTSTP, N_("Asks it to stop, as Ctrl+Z in a terminal does") },
  { SIGHUP, N_("Says that its terminal is gone; many services read their settings anew") },
  { SIGQUIT, N_("Ends it as after a mistake, as Ctrl+\\ in a terminal does") },
  { SIGUSR1, N_("Means what the program says; if it says nothing, it ends") },
  { SIGUSR2, N_("Means what the program says; if it says nothing, it ends") },
  { SIGABRT, N_("Ends it as after a mistake that it found itself") },
  { SIGSEGV, N_("Ends it as after a wrong access to memory: a crash") },
};

/**
 * haul_signals_list:
 *
 * The signals that people may want to send to a process, the usual ones first.
 * haul_signal_name() and haul_signal_meaning() say what they are.
 *
 * Returns: (transfer none) (array zero-terminated=1): their numbers, and a 0
 */
const int *
haul_signals_list (void)
{
  static int numbers[G_N_ELEMENTS (meanings) + 1];

  for (guint i = 0; numbers[G_N_ELEMENTS (meanings) - 1] == 0 && i < G_N_ELEMENTS (meanings); i++)
    numbers[i] = meanings[i].number;
  return numbers;
}

/**
 * haul_signal_meaning:
 * @signal: the number of a signal
 *
 * What a signal does, in one line.
 *
 * Returns: (transfer none): translated; "" for one that is not in haul_signals_list()
 */
const char *
haul_signal_meaning (int signal)
{
  for (guint i = 0; i < G_N_ELEMENTS (meanings); i++)
    if (meanings[i].number == signal)
      return _(meanings[i].meaning);
  return "";
}
