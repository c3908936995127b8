/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-format.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <signal.h>
#include <string.h>

/**
 * haul_format_duration:
 * @seconds: how long
 *
 * Words for a time.
 *
 * Returns: (transfer full): translated: "12.4 s", "3 min 5 s"
 */
char *
haul_format_duration (double seconds)
{
  guint64 whole = seconds < 0 ? 0 : llround (seconds);

  if (seconds < 0.0995)
    return g_strdup_printf (_("%.0f ms"), MAX (seconds, 0) * 1000);
  if (seconds < 59.95)
    return g_strdup_printf (_("%.1f s"), seconds);
  if (whole < 3600)
    return g_strdup_printf (_("%u min %u s"), (guint) (whole / 60), (guint) (whole % 60));
  whole /= 60;
  return g_strdup_printf (_("%u h %u min"), (guint) (whole / 60), (guint) (whole % 60));
}

/**
 * haul_format_left:
 * @seconds: how long; below 0 for unknown
 *
 * Words for a remaining time.
 *
 * Returns: (transfer full) (nullable): translated, and rounded as people speak, so
 *   that the words change seldom: "about 12 seconds left"; %NULL for unknown
 */
char *
haul_format_left (double seconds)
{
  guint n;

  if (seconds < 0)
    return NULL;
  if (seconds < 0.5)
    return g_strdup (_("almost done"));
  if (seconds < 90)
    {
      n = seconds < 20 ? MAX (lround (seconds), 1) : 5 * lround (seconds / 5);
      return g_strdup_printf (ngettext ("about %u second left", "about %u seconds left", n), n);
    }
  if (seconds < 90 * 60)
    {
      n = lround (seconds / 60);
      return g_strdup_printf (ngettext ("about %u minute left", "about %u minutes left", n), n);
    }
  if (seconds < 1000 * 3600.0)
    {
      n = lround (seconds / 3600);
      return g_strdup_printf (ngettext ("about %u hour left", "about %u hours left", n), n);
    }
  return g_strdup (_("more than a month left"));
}

/* Two digits that matter are what people can read while it changes. */
static double
round_rate (double rate)
{
  double scale = pow (10, MAX (floor (log10 (rate)) - 1, 0));

  return rate < 10 ? rate : round (rate / scale) * scale;
}

/**
 * haul_format_rate:
 * @rate: how many a second; 0 for unknown
 * @unit: translated plural noun
 *
 * Words for a speed.
 *
 * Returns: (transfer full) (nullable): translated: "96 digits/s"; %NULL for unknown
 */
char *
haul_format_rate (double      rate,
                  const char *unit)
{
  g_autofree char *count = NULL;

  if (rate <= 0 || !isfinite (rate))
    return NULL;

  count = haul_format_count (round_rate (rate));
  /* Translators: a number and a plural noun, "96 digits/s" */
  return g_strdup_printf (_("%s %s/s"), count, unit);
}

/**
 * haul_format_progress:
 * @job: a job
 *
 * Words for how far a job is.
 *
 * Returns: (transfer full): translated: "1,860 of 3,000 digits"; without the second
 *   number while the total is unknown
 */
char *
haul_format_progress (HaulJob *job)
{
  const char *unit = haul_job_get_task (job)->unit;
  double total = haul_job_get_total (job);
  g_autofree char *done_text = NULL;
  g_autofree char *total_text = NULL;

  if (unit != NULL)
    unit = _(unit);
  done_text = haul_format_count (haul_job_get_done (job));
  if (total <= 0)
    return g_strdup_printf ("%s %s", done_text, unit != NULL ? unit : "");

  total_text = haul_format_count (total);
  /* Translators: two numbers and a plural noun, "1,860 of 3,000 digits" */
  return g_strdup_printf (_("%s of %s %s"), done_text, total_text, unit != NULL ? unit : "");
}

/**
 * haul_signal_name:
 * @signal: a signal number
 *
 * Names a signal as programmers do.
 *
 * Returns: (nullable): "SIGSEGV" for 11; %NULL for what is no signal
 */
const char *
haul_signal_name (int signal)
{
  static const struct { int number; const char *name; } names[] = {
    { SIGHUP, "SIGHUP" }, { SIGINT, "SIGINT" }, { SIGQUIT, "SIGQUIT" }, { SIGILL, "SIGILL" },
    { SIGTRAP, "SIGTRAP" }, { SIGABRT, "SIGABRT" }, { SIGBUS, "SIGBUS" }, { SIGFPE, "SIGFPE" },
    { SIGKILL, "SIGKILL" }, { SIGUSR1, "SIGUSR1" }, { SIGSEGV, "SIGSEGV" }, { SIGUSR2, "SIGUSR2" },
    { SIGPIPE, "SIGPIPE" }, { SIGALRM, "SIGALRM" }, { SIGTERM, "SIGTERM" }, { SIGCHLD, "SIGCHLD" },
    { SIGCONT, "SIGCONT" }, { SIGSTOP, "SIGSTOP" }, { SIGTSTP, "SIGTSTP" }, { SIGTTIN, "SIGTTIN" },
    { SIGTTOU, "SIGTTOU" }, { SIGURG, "SIGURG" }, { SIGXCPU, "SIGXCPU" }, { SIGXFSZ, "SIGXFSZ" },
    { SIGVTALRM, "SIGVTALRM" }, { SIGPROF, "SIGPROF" }, { SIGWINCH, "SIGWINCH" }, { SIGIO, "SIGIO" },
    { SIGPWR, "SIGPWR" }, { SIGSYS, "SIGSYS" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (names[i].number == signal)
      return names[i].name;
  return NULL;
}

/**
 * haul_format_exit:
 * @code: exit status
 * @signal: the signal that ended the process; 0 for none
 *
 * Words for how a process ended.
 *
 * Returns: (transfer full): translated: "exit 3", "signal 11, SIGSEGV"
 */
char *
haul_format_exit (int code,
                  int signal)
{
  const char *name = haul_signal_name (signal);

  if (signal == 0)
    return g_strdup_printf (_("exit %d"), code);
  if (name == NULL)
    return g_strdup_printf (_("signal %d"), signal);
  return g_strdup_printf (_("signal %d, %s"), signal, name);
}

/**
 * haul_format_state:
 * @state: a state
 * @verdict: and the verdict, for %HAUL_JOB_ENDED
 *
 * Words for where a job is in its life.
 *
 * Returns: (transfer none): translated: "Running", "Done"
 */
const char *
haul_format_state (HaulJobState   state,
                   HaulJobVerdict verdict)
{
  static const char * const states[] = {
    N_("Queued"), N_("Starting"), N_("Running"), N_("Paused"), N_("Canceling…"), N_("Finishing"), N_("Ended"),
  };
  static const char * const verdicts[] = {
    N_("Ended"), N_("Done"), N_("Failed"), N_("Crashed"), N_("Canceled"), N_("Timed Out"), N_("Interrupted"),
  };

  return state == HAUL_JOB_ENDED ? _(verdicts[verdict]) : _(states[state]);
}

/**
 * haul_format_stamp:
 * @stamp: a stamp
 *
 * Words for a step of a life.
 *
 * Returns: (transfer none): translated: "TERM sent"
 */
const char *
haul_format_stamp (HaulStamp stamp)
{
  static const char * const stamps[HAUL_N_STAMPS] = {
    N_("queued"), N_("started"), N_("running"), N_("asked to stop"), N_("TERM sent"), N_("KILL sent"),
    N_("exited"), N_("joined"),
  };

  return _(stamps[stamp]);
}
