/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <signal.h>

#include "haul-test.h"

#include "haul/parent/haul-life.h"

#define START  HAUL_ACTION_START
#define RUN    HAUL_ACTION_RUN
#define CANCEL HAUL_ACTION_CANCEL
#define STOP   HAUL_ACTION_STOP
#define TERM   (HAUL_ACTION_TERM | HAUL_ACTION_CONT)   /* always together */
#define CONT   HAUL_ACTION_CONT
#define KILL   HAUL_ACTION_KILL
#define ARM    (HAUL_ACTION_ARM | HAUL_ACTION_DISARM)  /* there is one timer */
#define DISARM HAUL_ACTION_DISARM
#define END    (HAUL_ACTION_END | HAUL_ACTION_DISARM)

#define TIDY_MS  300
#define GRACE_MS 700

static HaulLifeActions
step (HaulLife      *life,
      HaulLifeEvent  event)
{
  return haul_life_step (life, event);
}

/* The shortest way to a state. */
static HaulLife
life_in (HaulJobState state,
         guint        tidy_ms)
{
  HaulLife life;

  haul_life_init (&life);
  life.tidy_ms = tidy_ms;
  life.grace_ms = GRACE_MS;
  life.escalate = TRUE;
  if (state == HAUL_JOB_QUEUED)
    return life;
  step (&life, HAUL_EVENT_SLOT_FREE);
  if (state == HAUL_JOB_STARTING)
    return life;
  step (&life, HAUL_EVENT_READY);
  if (state == HAUL_JOB_PAUSED)
    step (&life, HAUL_EVENT_PAUSE);
  else if (state == HAUL_JOB_CANCELLING)
    step (&life, HAUL_EVENT_CANCEL);
  else if (state == HAUL_JOB_FINISHING || state == HAUL_JOB_ENDED)
    step (&life, HAUL_EVENT_RESULT);
  if (state == HAUL_JOB_ENDED)
    {
      life.exit_code = 0;
      step (&life, HAUL_EVENT_EXITED);
    }
  g_assert_cmpint (life.state, ==, state);
  return life;
}

/* One row for every pair that does something, for a task with tidy_ms and one without. All the
 * other pairs change nothing and do nothing. */
typedef struct
{
  HaulJobState    from;
  HaulLifeEvent   event;
  HaulJobState    to;
  HaulLifeActions actions;
  guint           timer_ms;
} Row;

static const Row rows_untidy[] = {
  { HAUL_JOB_QUEUED, HAUL_EVENT_SLOT_FREE, HAUL_JOB_STARTING, START | ARM, HAUL_START_TIMEOUT_MS },
  { HAUL_JOB_QUEUED, HAUL_EVENT_CANCEL, HAUL_JOB_ENDED, END, 0 },
  { HAUL_JOB_QUEUED, HAUL_EVENT_FORCE, HAUL_JOB_ENDED, END, 0 },

  { HAUL_JOB_STARTING, HAUL_EVENT_START_FAILED, HAUL_JOB_ENDED, END, 0 },
  { HAUL_JOB_STARTING, HAUL_EVENT_READY, HAUL_JOB_RUNNING, RUN | DISARM, 0 },
  { HAUL_JOB_STARTING, HAUL_EVENT_RESULT, HAUL_JOB_CANCELLING, KILL | ARM, HAUL_STUCK_TIMEOUT_MS },
  { HAUL_JOB_STARTING, HAUL_EVENT_ERROR, HAUL_JOB_CANCELLING, KILL | ARM, HAUL_STUCK_TIMEOUT_MS },
  { HAUL_JOB_STARTING, HAUL_EVENT_STOPPED, HAUL_JOB_CANCELLING, KILL | ARM, HAUL_STUCK_TIMEOUT_MS },
  { HAUL_JOB_STARTING, HAUL_EVENT_BAD_BYTES, HAUL_JOB_CANCELLING, KILL | ARM, HAUL_STUCK_TIMEOUT_MS },
  { HAUL_JOB_STARTING, HAUL_EVENT_CANCEL, HAUL_JOB_CANCELLING, CANCEL | TERM | ARM, GRACE_MS },
  { HAUL_JOB_STARTING, HAUL_EVENT_TIME_OUT, HAUL_JOB_CANCELLING, CANCEL | TERM | ARM, GRACE_MS },
  { HAUL_JOB_STARTING, HAUL_EVENT_FORCE, HAUL_JOB_CANCELLING, CANCEL | KILL | ARM, HAUL_STUCK_TIMEOUT_MS },
  { HAUL_JOB_STARTING, HAUL_EVENT_TIMER, HAUL_JOB_CANCELLING, KILL | ARM, HAUL_STUCK_TIMEOUT_MS },
  { HAUL_JOB_STARTING, HAUL_EVENT_EXITED, HAUL_JOB_ENDED, END, 0 },

  { HAUL_JOB_RUNNING, HAUL_EVENT_RESULT, HAUL_JOB_FINISHING, ARM, HAUL_LINGER_TIMEOUT_MS },
  { HAUL_JOB_RUNNING, HAUL_EVENT_ERROR, HAUL_JOB_FINISHING, ARM, HAUL_LINGER_TIMEOUT_MS },
  { HAUL_JOB_RUNNING, HAUL_EVENT_STOPPED, HAUL_JOB_FINISHING, ARM, HAUL_LINGER_TIMEOUT_MS },
  { HAUL_JOB_RUNNING, HAUL_EVENT_BAD_BYTES, HAUL_JOB_CANCELLING, KILL | ARM, HAUL_STUCK_TIMEOUT_MS },
  { HAUL_JOB_RUNNING, HAUL_EVENT_PAUSE, HAUL_JOB_PAUSED, STOP, 0 },
  { HAUL_JOB_RUNNING, HAUL_EVENT_CANCEL, HAUL_JOB_CANCELLING, CANCEL | TERM | ARM, GRACE_MS },
  { HAUL_JOB_RUNNING, HAUL_EVENT_TIME_OUT, HAUL_JOB_CANCELLING, CANCEL | TERM | ARM, GRACE_MS },
  { HAUL_JOB_RUNNING, HAUL_EVENT_FORCE, HAUL_JOB_CANCELLING, CANCEL | KILL | ARM, HAUL_STUCK_TIMEOUT_MS },
  { HAUL_JOB_RUNNING, HAUL_EVENT_EXITED, HAUL_JOB_ENDED, END, 0 },

  /* What was in the pipe when it was stopped. It must run to end. */
  { HAUL_JOB_PAUSED, HAUL_EVENT_RESULT, HAUL_JOB_FINISHING, CONT | ARM, HAUL_LINGER_TIMEOUT_MS },
  { HAUL_JOB_PAUSED, HAUL_EVENT_ERROR, HAUL_JOB_FINISHING, CONT | ARM, HAUL_LINGER_TIMEOUT_MS },
  { HAUL_JOB_PAUSED, HAUL_EVENT_STOPPED, HAUL_JOB_FINISHING, CONT | ARM, HAUL_LINGER_TIMEOUT_MS },
  { HAUL_JOB_PAUSED, HAUL_EVENT_BAD_BYTES, HAUL_JOB_CANCELLING, KILL | ARM, HAUL_STUCK_TIMEOUT_MS },
  { HAUL_JOB_PAUSED, HAUL_EVENT_RESUME, HAUL_JOB_RUNNING, CONT, 0 },
  { HAUL_JOB_PAUSED, HAUL_EVENT_CANCEL, HAUL_JOB_CANCELLING, CANCEL | TERM | ARM, GRACE_MS },
  { HAUL_JOB_PAUSED, HAUL_EVENT_TIME_OUT, HAUL_JOB_CANCELLING, CANCEL | TERM | ARM, GRACE_MS },
  { HAUL_JOB_PAUSED, HAUL_EVENT_FORCE, HAUL_JOB_CANCELLING, CANCEL | KILL | ARM, HAUL_STUCK_TIMEOUT_MS },
  { HAUL_JOB_PAUSED, HAUL_EVENT_EXITED, HAUL_JOB_ENDED, END, 0 },

  /* SIGTERM was sent; the timer is the grace time. */
  { HAUL_JOB_CANCELLING, HAUL_EVENT_START_FAILED, HAUL_JOB_ENDED, END, 0 },
  { HAUL_JOB_CANCELLING, HAUL_EVENT_BAD_BYTES, HAUL_JOB_CANCELLING, KILL | ARM, HAUL_STUCK_TIMEOUT_MS },
  { HAUL_JOB_CANCELLING, HAUL_EVENT_FORCE, HAUL_JOB_CANCELLING, KILL | ARM, HAUL_STUCK_TIMEOUT_MS },
  { HAUL_JOB_CANCELLING, HAUL_EVENT_TIMER, HAUL_JOB_CANCELLING, KILL | ARM, HAUL_STUCK_TIMEOUT_MS },
  { HAUL_JOB_CANCELLING, HAUL_EVENT_EXITED, HAUL_JOB_ENDED, END, 0 },

  { HAUL_JOB_FINISHING, HAUL_EVENT_RESULT, HAUL_JOB_CANCELLING, KILL | ARM, HAUL_STUCK_TIMEOUT_MS },
  { HAUL_JOB_FINISHING, HAUL_EVENT_ERROR, HAUL_JOB_CANCELLING, KILL | ARM, HAUL_STUCK_TIMEOUT_MS },
  { HAUL_JOB_FINISHING, HAUL_EVENT_STOPPED, HAUL_JOB_CANCELLING, KILL | ARM, HAUL_STUCK_TIMEOUT_MS },
  { HAUL_JOB_FINISHING, HAUL_EVENT_BAD_BYTES, HAUL_JOB_CANCELLING, KILL | ARM, HAUL_STUCK_TIMEOUT_MS },
  { HAUL_JOB_FINISHING, HAUL_EVENT_CANCEL, HAUL_JOB_CANCELLING, CANCEL | TERM | ARM, GRACE_MS },
  { HAUL_JOB_FINISHING, HAUL_EVENT_FORCE, HAUL_JOB_CANCELLING, KILL | ARM, HAUL_STUCK_TIMEOUT_MS },
  { HAUL_JOB_FINISHING, HAUL_EVENT_TIMER, HAUL_JOB_CANCELLING, TERM | ARM, GRACE_MS },
  { HAUL_JOB_FINISHING, HAUL_EVENT_EXITED, HAUL_JOB_ENDED, END, 0 },
};

/* Where a task that has something to tidy up differs: it is asked before it is told. */
static const Row rows_tidy[] = {
  { HAUL_JOB_RUNNING, HAUL_EVENT_CANCEL, HAUL_JOB_CANCELLING, CANCEL | CONT | ARM, TIDY_MS },
  { HAUL_JOB_RUNNING, HAUL_EVENT_TIME_OUT, HAUL_JOB_CANCELLING, CANCEL | CONT | ARM, TIDY_MS },
  { HAUL_JOB_PAUSED, HAUL_EVENT_CANCEL, HAUL_JOB_CANCELLING, CANCEL | CONT | ARM, TIDY_MS },
  { HAUL_JOB_PAUSED, HAUL_EVENT_TIME_OUT, HAUL_JOB_CANCELLING, CANCEL | CONT | ARM, TIDY_MS },
  { HAUL_JOB_CANCELLING, HAUL_EVENT_TIMER, HAUL_JOB_CANCELLING, TERM | ARM, GRACE_MS },
};

static const Row *
find_row (const Row     *rows,
          guint          n_rows,
          HaulJobState   from,
          HaulLifeEvent  event)
{
  for (guint i = 0; i < n_rows; i++)
    if (rows[i].from == from && rows[i].event == event)
      return &rows[i];
  return NULL;
}

static void
check_pair (HaulJobState  state,
            HaulLifeEvent event,
            guint         tidy_ms)
{
  HaulLife life = life_in (state, tidy_ms);
  HaulJobVerdict verdict = life.verdict;
  const Row *row = NULL;
  HaulLifeActions actions;

  if (tidy_ms > 0)
    row = find_row (rows_tidy, G_N_ELEMENTS (rows_tidy), state, event);
  if (row == NULL)
    row = find_row (rows_untidy, G_N_ELEMENTS (rows_untidy), state, event);

  actions = step (&life, event);
  g_test_message ("%s, %s, tidy %u: %s, actions %#x", haul_job_state_to_nick (state), haul_life_event_to_nick (event),
                  tidy_ms, haul_job_state_to_nick (life.state), actions);
  g_assert_cmpint (life.state, ==, row != NULL ? row->to : state);
  g_assert_cmphex (actions, ==, row != NULL ? row->actions : 0);
  if (actions & HAUL_ACTION_ARM)
    g_assert_cmpuint (life.timer_ms, ==, row->timer_ms);
  if (state == HAUL_JOB_ENDED)
    g_assert_cmpint (life.verdict, ==, verdict);
  else
    g_assert_cmpint (life.verdict != HAUL_VERDICT_NONE, ==, life.state == HAUL_JOB_ENDED);
}

static void
test_every_pair (void)
{
  for (HaulJobState state = HAUL_JOB_QUEUED; state <= HAUL_JOB_ENDED; state++)
    for (HaulLifeEvent event = 0; event < HAUL_N_EVENTS; event++)
      {
        check_pair (state, event, 0);
        check_pair (state, event, TIDY_MS);
      }
}

static void
test_init (void)
{
  HaulLife life;

  memset (&life, 0xff, sizeof life);
  haul_life_init (&life);
  g_assert_cmpint (life.state, ==, HAUL_JOB_QUEUED);
  g_assert_cmpint (life.verdict, ==, HAUL_VERDICT_NONE);
  g_assert_cmpint (life.reason, ==, HAUL_REASON_NONE);
  g_assert_cmpuint (life.tidy_ms, ==, 0);
  g_assert_cmpuint (life.grace_ms, ==, HAUL_DEFAULT_GRACE_MS);
  g_assert_true (life.escalate);
  g_assert_false (life.has_result || life.has_error || life.stopped || life.forced || life.termed);
  g_assert_false (life.overdue || life.stuck);
}

/* CANCEL, tidy, TERM, grace, KILL, and then there is nothing left to do but to say so. */
static void
test_ladder (void)
{
  HaulLife life = life_in (HAUL_JOB_RUNNING, TIDY_MS);

  g_assert_cmphex (step (&life, HAUL_EVENT_CANCEL), ==, CANCEL | CONT | ARM);
  g_assert_cmpuint (life.timer_ms, ==, TIDY_MS);
  g_assert_cmphex (step (&life, HAUL_EVENT_CANCEL), ==, 0);   /* impatience changes nothing */
  g_assert_cmphex (step (&life, HAUL_EVENT_TIMER), ==, TERM | ARM);
  g_assert_cmpuint (life.timer_ms, ==, GRACE_MS);
  g_assert_true (life.termed);
  g_assert_cmphex (step (&life, HAUL_EVENT_TIMER), ==, KILL | ARM);
  g_assert_cmpuint (life.timer_ms, ==, HAUL_STUCK_TIMEOUT_MS);
  g_assert_true (life.forced);
  g_assert_cmphex (step (&life, HAUL_EVENT_TIMER), ==, 0);
  g_assert_true (life.stuck);
  g_assert_cmphex (step (&life, HAUL_EVENT_TIMER), ==, 0);
  g_assert_cmpint (life.state, ==, HAUL_JOB_CANCELLING);

  life.exit_signal = SIGKILL;
  g_assert_cmphex (step (&life, HAUL_EVENT_EXITED), ==, END);
  g_assert_cmpint (life.verdict, ==, HAUL_VERDICT_CANCELLED);
}

/* Without escalation nobody is killed unless somebody says so. */
static void
test_ladder_not_escalated (void)
{
  HaulLife life = life_in (HAUL_JOB_RUNNING, 0);

  life.escalate = FALSE;
  g_assert_cmphex (step (&life, HAUL_EVENT_CANCEL), ==, CANCEL | TERM | ARM);
  g_assert_false (life.overdue);
  g_assert_cmphex (step (&life, HAUL_EVENT_TIMER), ==, 0);
  g_assert_true (life.overdue);
  g_assert_false (life.forced);
  g_assert_cmpint (life.state, ==, HAUL_JOB_CANCELLING);
  g_assert_cmphex (step (&life, HAUL_EVENT_CANCEL), ==, 0);
  g_assert_cmphex (step (&life, HAUL_EVENT_FORCE), ==, KILL | ARM);
  g_assert_true (life.forced);
  g_assert_cmphex (step (&life, HAUL_EVENT_FORCE), ==, 0);
  life.exit_signal = SIGKILL;
  g_assert_cmphex (step (&life, HAUL_EVENT_EXITED), ==, END);
  g_assert_cmpint (life.verdict, ==, HAUL_VERDICT_CANCELLED);
}

/* What nobody asked for, nobody is there to escalate: it must not wait for somebody who clicks. */
static void
test_always_escalated (void)
{
  static const struct { HaulJobState state; HaulLifeEvent event; } rows[] = {
    { HAUL_JOB_RUNNING, HAUL_EVENT_TIME_OUT },
    { HAUL_JOB_STARTING, HAUL_EVENT_TIME_OUT },
    { HAUL_JOB_FINISHING, HAUL_EVENT_TIMER },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      HaulLife life = life_in (rows[i].state, 0);

      life.escalate = FALSE;
      g_assert_cmphex (step (&life, rows[i].event) & HAUL_ACTION_TERM, ==, HAUL_ACTION_TERM);
      g_assert_cmphex (step (&life, HAUL_EVENT_TIMER), ==, KILL | ARM);
    }
}

/* A worker that answers after it was cancelled is not given the task. */
static void
test_ready_too_late (void)
{
  HaulLife life = life_in (HAUL_JOB_STARTING, TIDY_MS);

  g_assert_cmphex (step (&life, HAUL_EVENT_CANCEL), ==, CANCEL | TERM | ARM);   /* there is nothing to tidy up yet */
  g_assert_cmphex (step (&life, HAUL_EVENT_READY), ==, 0);
  g_assert_cmpint (life.state, ==, HAUL_JOB_CANCELLING);
}

/* Random walks: what must hold whatever happens, in whatever order. */
typedef struct
{
  HaulLife life;
  gboolean armed;
  gboolean started;
  gboolean ended;
} Walk;

static void
check_actions (Walk            *walk,
               HaulLifeActions  actions)
{
  const HaulLifeActions to_a_worker = HAUL_ACTION_RUN | HAUL_ACTION_STOP | HAUL_ACTION_TERM | HAUL_ACTION_CONT | HAUL_ACTION_KILL;

  g_assert_cmphex (actions & ~((1 << 10) - 1), ==, 0);
  if (actions & HAUL_ACTION_TERM)
    g_assert_true (actions & HAUL_ACTION_CONT);
  g_assert_false ((actions & HAUL_ACTION_STOP) && (actions & (HAUL_ACTION_CONT | HAUL_ACTION_KILL)));

  if (actions & HAUL_ACTION_DISARM)
    walk->armed = FALSE;
  if (actions & HAUL_ACTION_ARM)
    {
      g_assert_false (walk->armed);
      g_assert_cmpuint (walk->life.timer_ms, >, 0);
      g_assert_false (actions & HAUL_ACTION_END);
      walk->armed = TRUE;
    }
  if (actions & HAUL_ACTION_START)
    {
      g_assert_false (walk->started);
      walk->started = TRUE;
    }
  if (actions & to_a_worker)
    g_assert_true (walk->started);
  if (actions & HAUL_ACTION_END)
    {
      g_assert_false (walk->ended);
      walk->ended = TRUE;
    }
}

static void
check_state (Walk *walk)
{
  HaulJobState state = walk->life.state;

  g_assert_cmpint (walk->ended, ==, state == HAUL_JOB_ENDED);
  g_assert_cmpint (walk->life.verdict != HAUL_VERDICT_NONE, ==, walk->ended);
  g_assert_false (walk->ended && walk->armed);
  /* Whoever waits for an end waits for a timer, or for somebody who was told that it is overdue. */
  if (state == HAUL_JOB_STARTING || state == HAUL_JOB_FINISHING || state == HAUL_JOB_CANCELLING)
    g_assert_true (walk->armed || walk->life.overdue || walk->life.stuck);
}

static void
take_step (Walk          *walk,
           HaulLifeEvent  event)
{
  gboolean ended = walk->ended;
  HaulJobVerdict verdict = walk->life.verdict;
  HaulLifeActions actions;

  if (event == HAUL_EVENT_TIMER && !walk->armed)
    return;   /* nobody would send it */
  if (event == HAUL_EVENT_TIMER)
    walk->armed = FALSE;
  if (event == HAUL_EVENT_EXITED)
    {
      gboolean crashed = g_test_rand_bit ();

      walk->life.exit_code = crashed ? -1 : g_test_rand_int_range (0, 3);
      walk->life.exit_signal = crashed ? g_test_rand_int_range (1, 32) : 0;
    }

  actions = step (&walk->life, event);
  check_actions (walk, actions);
  check_state (walk);
  if (ended)
    {
      g_assert_cmphex (actions, ==, 0);
      g_assert_cmpint (walk->life.verdict, ==, verdict);
    }
}

static void
test_walks (void)
{
  for (guint i = 0; i < 100000; i++)
    {
      Walk walk = { 0 };

      haul_life_init (&walk.life);
      walk.life.tidy_ms = g_test_rand_bit () ? 0 : TIDY_MS;
      walk.life.escalate = g_test_rand_bit ();
      for (guint n = 0; n < 60; n++)
        take_step (&walk, g_test_rand_int_range (0, HAUL_N_EVENTS));
    }
}

/* From anywhere, EXITED ends it. */
static void
test_exit_always_ends (void)
{
  for (HaulJobState state = HAUL_JOB_STARTING; state < HAUL_JOB_ENDED; state++)
    for (HaulLifeEvent event = 0; event < HAUL_N_EVENTS; event++)
      {
        HaulLife life = life_in (state, 0);

        step (&life, event);
        life.exit_code = 0;
        life.exit_signal = 0;
        step (&life, HAUL_EVENT_EXITED);
        g_assert_cmpint (life.state, ==, HAUL_JOB_ENDED);
        g_assert_cmpint (life.verdict, !=, HAUL_VERDICT_NONE);
      }
}

/* These words are in scripts and in files: they do not change. */
static void
test_nicks (void)
{
  static const char * const states[] = { "queued", "starting", "running", "paused", "cancelling", "finishing", "ended" };
  static const char * const verdicts[] = { "none", "done", "failed", "crashed", "cancelled", "timed-out", "interrupted" };
  static const char * const stamps[] = { "queued", "started", "running", "cancel-sent", "term-sent", "kill-sent", "exited", "joined" };

  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    g_assert_cmpstr (haul_job_state_to_nick (i), ==, states[i]);
  for (guint i = 0; i < G_N_ELEMENTS (verdicts); i++)
    g_assert_cmpstr (haul_job_verdict_to_nick (i), ==, verdicts[i]);
  for (guint i = 0; i < HAUL_N_STAMPS; i++)
    g_assert_cmpstr (haul_stamp_to_nick (i), ==, stamps[i]);
  for (guint i = 0; i < HAUL_N_EVENTS; i++)
    g_assert_nonnull (haul_life_event_to_nick (i));
}

int
main (int    argc,
      char **argv)
{
  haul_test_init (&argc, &argv);
  g_test_add_func ("/parent/life/init", test_init);
  g_test_add_func ("/parent/life/every-pair", test_every_pair);
  g_test_add_func ("/parent/life/ladder", test_ladder);
  g_test_add_func ("/parent/life/ladder-not-escalated", test_ladder_not_escalated);
  g_test_add_func ("/parent/life/always-escalated", test_always_escalated);
  g_test_add_func ("/parent/life/ready-too-late", test_ready_too_late);
  g_test_add_func ("/parent/life/walks", test_walks);
  g_test_add_func ("/parent/life/exit-always-ends", test_exit_always_ends);
  g_test_add_func ("/parent/life/nicks", test_nicks);
  return g_test_run ();
}
