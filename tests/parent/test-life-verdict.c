/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <signal.h>

#include "haul-test.h"

#include "haul/parent/haul-life.h"

/* What happened to a running job, and how it ended: "c" cancel, "t" the job's time-out, "T" the
 * timer, "F" force, "r" result, "e" error, "s" stopped, "b" bad bytes, "p" pause, "g" resume. */
static const struct
{
  const char     *story;
  int             code;     /* -1 when a signal ended it */
  int             signal;
  HaulJobVerdict  verdict;
} rows[] = {
  /* Left alone. Exit status 0 proves nothing. */
  { "r", 0, 0, HAUL_VERDICT_DONE },
  { "r", 1, 0, HAUL_VERDICT_FAILED },
  { "r", 255, 0, HAUL_VERDICT_FAILED },
  { "r", -1, SIGSEGV, HAUL_VERDICT_CRASHED },
  { "r", -1, SIGKILL, HAUL_VERDICT_CRASHED },
  { "r", -1, SIGTERM, HAUL_VERDICT_CRASHED },
  { "", 0, 0, HAUL_VERDICT_FAILED },
  { "", 1, 0, HAUL_VERDICT_FAILED },
  { "", 78, 0, HAUL_VERDICT_FAILED },
  { "", -1, SIGSEGV, HAUL_VERDICT_CRASHED },
  { "", -1, SIGABRT, HAUL_VERDICT_CRASHED },
  { "", -1, SIGKILL, HAUL_VERDICT_CRASHED },   /* from outside, and so not cancelled */
  { "", -1, SIGTERM, HAUL_VERDICT_CRASHED },
  { "e", 1, 0, HAUL_VERDICT_FAILED },
  { "e", 0, 0, HAUL_VERDICT_FAILED },
  { "s", 1, 0, HAUL_VERDICT_FAILED },          /* nobody had asked it to */
  { "pg", 0, 0, HAUL_VERDICT_FAILED },
  { "pgr", 0, 0, HAUL_VERDICT_DONE },
  { "p", -1, SIGKILL, HAUL_VERDICT_CRASHED },
  { "pr", 0, 0, HAUL_VERDICT_DONE },

  /* Cancelled. */
  { "c", -1, SIGTERM, HAUL_VERDICT_CANCELLED },
  { "c", -1, SIGKILL, HAUL_VERDICT_CANCELLED },
  { "cT", -1, SIGKILL, HAUL_VERDICT_CANCELLED },
  { "cF", -1, SIGKILL, HAUL_VERDICT_CANCELLED },
  { "F", -1, SIGKILL, HAUL_VERDICT_CANCELLED },
  { "c", 0, 0, HAUL_VERDICT_CANCELLED },
  { "c", 1, 0, HAUL_VERDICT_CANCELLED },
  { "cs", 1, 0, HAUL_VERDICT_CANCELLED },
  { "cs", -1, SIGTERM, HAUL_VERDICT_CANCELLED },
  { "pc", -1, SIGTERM, HAUL_VERDICT_CANCELLED },
  { "c", -1, SIGSEGV, HAUL_VERDICT_CRASHED },  /* crashed while it was cancelled */
  { "cr", 0, 0, HAUL_VERDICT_DONE },           /* it was faster */
  { "cr", -1, SIGTERM, HAUL_VERDICT_CANCELLED },
  { "cb", -1, SIGKILL, HAUL_VERDICT_CANCELLED },
  { "ct", -1, SIGTERM, HAUL_VERDICT_CANCELLED },

  /* The result came first, so it stays. */
  { "rc", 0, 0, HAUL_VERDICT_DONE },
  { "rc", -1, SIGTERM, HAUL_VERDICT_DONE },
  { "rF", -1, SIGKILL, HAUL_VERDICT_DONE },
  { "rt", 0, 0, HAUL_VERDICT_DONE },
  { "rc", 3, 0, HAUL_VERDICT_FAILED },
  { "ec", -1, SIGTERM, HAUL_VERDICT_FAILED },
  { "rc", -1, SIGSEGV, HAUL_VERDICT_CRASHED },

  /* Timed out. */
  { "t", -1, SIGTERM, HAUL_VERDICT_TIMED_OUT },
  { "tT", -1, SIGKILL, HAUL_VERDICT_TIMED_OUT },
  { "ts", 1, 0, HAUL_VERDICT_TIMED_OUT },
  { "tc", -1, SIGTERM, HAUL_VERDICT_TIMED_OUT },
  { "tF", -1, SIGKILL, HAUL_VERDICT_TIMED_OUT },
  { "tr", 0, 0, HAUL_VERDICT_DONE },
  { "t", -1, SIGSEGV, HAUL_VERDICT_CRASHED },

  /* Nonsense, and what does not end. */
  { "b", -1, SIGKILL, HAUL_VERDICT_FAILED },
  { "b", 0, 0, HAUL_VERDICT_FAILED },
  { "bc", -1, SIGKILL, HAUL_VERDICT_FAILED },
  { "rr", -1, SIGKILL, HAUL_VERDICT_FAILED },
  { "re", 0, 0, HAUL_VERDICT_FAILED },
  { "er", 0, 0, HAUL_VERDICT_FAILED },
  { "rT", 0, 0, HAUL_VERDICT_DONE },            /* it only had to wait for its turn */
  { "rT", -1, SIGTERM, HAUL_VERDICT_FAILED },
  { "rTT", -1, SIGKILL, HAUL_VERDICT_FAILED },
};

static HaulLifeEvent
event_of (char letter)
{
  static const char letters[] = "ctTFresbpg";
  static const HaulLifeEvent events[] = {
    HAUL_EVENT_CANCEL, HAUL_EVENT_TIME_OUT, HAUL_EVENT_TIMER, HAUL_EVENT_FORCE, HAUL_EVENT_RESULT,
    HAUL_EVENT_ERROR, HAUL_EVENT_STOPPED, HAUL_EVENT_BAD_BYTES, HAUL_EVENT_PAUSE, HAUL_EVENT_RESUME,
  };

  return events[strchr (letters, letter) - letters];
}

static void
test_running (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      HaulLife life;

      haul_life_init (&life);
      haul_life_step (&life, HAUL_EVENT_SLOT_FREE);
      haul_life_step (&life, HAUL_EVENT_READY);
      for (const char *p = rows[i].story; *p != '\0'; p++)
        haul_life_step (&life, event_of (*p));
      life.exit_code = rows[i].code;
      life.exit_signal = rows[i].signal;
      haul_life_step (&life, HAUL_EVENT_EXITED);
      if (life.verdict != rows[i].verdict)
        g_error ("‘%s’, code %d, signal %d: %s and not %s", rows[i].story, rows[i].code, rows[i].signal,
                 haul_job_verdict_to_nick (life.verdict), haul_job_verdict_to_nick (rows[i].verdict));
    }
}

/* Every exit code and signal there is, with and without a result. */
static void
test_all_statuses (void)
{
  for (guint has_result = 0; has_result < 2; has_result++)
    for (int status = 0; status < 256 + 64; status++)
      {
        HaulLife life;

        haul_life_init (&life);
        haul_life_step (&life, HAUL_EVENT_SLOT_FREE);
        haul_life_step (&life, HAUL_EVENT_READY);
        if (has_result)
          haul_life_step (&life, HAUL_EVENT_RESULT);
        life.exit_code = status < 256 ? status : -1;
        life.exit_signal = status < 256 ? 0 : status - 255;
        haul_life_step (&life, HAUL_EVENT_EXITED);
        g_assert_cmpint (life.verdict, ==, status > 255 ? HAUL_VERDICT_CRASHED
                                           : has_result && status == 0 ? HAUL_VERDICT_DONE : HAUL_VERDICT_FAILED);
      }
}

static void
test_not_running (void)
{
  static const struct { const char *story; int code, signal; HaulJobVerdict verdict; } starts[] = {
    { "", 0, 0, HAUL_VERDICT_FAILED },
    { "", 3, 0, HAUL_VERDICT_FAILED },
    { "", -1, SIGSEGV, HAUL_VERDICT_CRASHED },
    { "c", -1, SIGTERM, HAUL_VERDICT_CANCELLED },
    { "F", -1, SIGKILL, HAUL_VERDICT_CANCELLED },
    { "T", -1, SIGKILL, HAUL_VERDICT_FAILED },   /* it said nothing */
    { "t", -1, SIGTERM, HAUL_VERDICT_TIMED_OUT },
    { "b", -1, SIGKILL, HAUL_VERDICT_FAILED },
    { "r", -1, SIGKILL, HAUL_VERDICT_FAILED },
    { "rc", -1, SIGKILL, HAUL_VERDICT_FAILED },
  };
  HaulLife life;

  for (guint i = 0; i < G_N_ELEMENTS (starts); i++)
    {
      haul_life_init (&life);
      haul_life_step (&life, HAUL_EVENT_SLOT_FREE);
      for (const char *p = starts[i].story; *p != '\0'; p++)
        haul_life_step (&life, event_of (*p));
      life.exit_code = starts[i].code;
      life.exit_signal = starts[i].signal;
      haul_life_step (&life, HAUL_EVENT_EXITED);
      g_test_message ("row %u", i);
      g_assert_cmpint (life.verdict, ==, starts[i].verdict);
    }

  haul_life_init (&life);
  haul_life_step (&life, HAUL_EVENT_CANCEL);
  g_assert_cmpint (life.verdict, ==, HAUL_VERDICT_CANCELLED);

  haul_life_init (&life);
  haul_life_step (&life, HAUL_EVENT_SLOT_FREE);
  haul_life_step (&life, HAUL_EVENT_START_FAILED);
  g_assert_cmpint (life.verdict, ==, HAUL_VERDICT_FAILED);

  haul_life_init (&life);
  haul_life_step (&life, HAUL_EVENT_SLOT_FREE);
  haul_life_step (&life, HAUL_EVENT_CANCEL);
  haul_life_step (&life, HAUL_EVENT_START_FAILED);
  g_assert_cmpint (life.verdict, ==, HAUL_VERDICT_CANCELLED);
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);
  g_test_add_func ("/parent/life/verdict/running", test_running);
  g_test_add_func ("/parent/life/verdict/all-statuses", test_all_statuses);
  g_test_add_func ("/parent/life/verdict/not-running", test_not_running);
  return g_test_run ();
}
