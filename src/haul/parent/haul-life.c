/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-life.h"

#include <signal.h>

G_DEFINE_ENUM_TYPE (HaulJobState, haul_job_state,
                    G_DEFINE_ENUM_VALUE (HAUL_JOB_QUEUED, "queued"),
                    G_DEFINE_ENUM_VALUE (HAUL_JOB_STARTING, "starting"),
                    G_DEFINE_ENUM_VALUE (HAUL_JOB_RUNNING, "running"),
                    G_DEFINE_ENUM_VALUE (HAUL_JOB_PAUSED, "paused"),
                    G_DEFINE_ENUM_VALUE (HAUL_JOB_CANCELLING, "cancelling"),
                    G_DEFINE_ENUM_VALUE (HAUL_JOB_FINISHING, "finishing"),
                    G_DEFINE_ENUM_VALUE (HAUL_JOB_ENDED, "ended"))

G_DEFINE_ENUM_TYPE (HaulJobVerdict, haul_job_verdict,
                    G_DEFINE_ENUM_VALUE (HAUL_VERDICT_NONE, "none"),
                    G_DEFINE_ENUM_VALUE (HAUL_VERDICT_DONE, "done"),
                    G_DEFINE_ENUM_VALUE (HAUL_VERDICT_FAILED, "failed"),
                    G_DEFINE_ENUM_VALUE (HAUL_VERDICT_CRASHED, "crashed"),
                    G_DEFINE_ENUM_VALUE (HAUL_VERDICT_CANCELLED, "cancelled"),
                    G_DEFINE_ENUM_VALUE (HAUL_VERDICT_TIMED_OUT, "timed-out"),
                    G_DEFINE_ENUM_VALUE (HAUL_VERDICT_INTERRUPTED, "interrupted"))

G_DEFINE_ENUM_TYPE (HaulStamp, haul_stamp,
                    G_DEFINE_ENUM_VALUE (HAUL_STAMP_QUEUED, "queued"),
                    G_DEFINE_ENUM_VALUE (HAUL_STAMP_STARTED, "started"),
                    G_DEFINE_ENUM_VALUE (HAUL_STAMP_RUNNING, "running"),
                    G_DEFINE_ENUM_VALUE (HAUL_STAMP_CANCEL_SENT, "cancel-sent"),
                    G_DEFINE_ENUM_VALUE (HAUL_STAMP_TERM_SENT, "term-sent"),
                    G_DEFINE_ENUM_VALUE (HAUL_STAMP_KILL_SENT, "kill-sent"),
                    G_DEFINE_ENUM_VALUE (HAUL_STAMP_EXITED, "exited"),
                    G_DEFINE_ENUM_VALUE (HAUL_STAMP_JOINED, "joined"))

static const char *
enum_to_nick (GType type,
              int   value)
{
  g_autoptr(GEnumClass) enum_class = g_type_class_ref (type);

  return g_enum_get_value (enum_class, value)->value_nick;
}

/**
 * haul_job_state_to_nick:
 * @state: a state
 *
 * Names a state for programs.
 *
 * Returns: (transfer none): a word that never changes and is never translated,
 *   for JSON, tests and logs: "running"
 */
const char *
haul_job_state_to_nick (HaulJobState state)
{
  return enum_to_nick (HAUL_TYPE_JOB_STATE, state);
}

/**
 * haul_job_verdict_to_nick:
 * @verdict: a verdict
 *
 * Names a verdict for programs.
 *
 * Returns: (transfer none): likewise: "done"
 */
const char *
haul_job_verdict_to_nick (HaulJobVerdict verdict)
{
  return enum_to_nick (HAUL_TYPE_JOB_VERDICT, verdict);
}

/**
 * haul_stamp_to_nick:
 * @stamp: a stamp
 *
 * Names a stamp for programs.
 *
 * Returns: (transfer none): likewise: "term-sent"
 */
const char *
haul_stamp_to_nick (HaulStamp stamp)
{
  return enum_to_nick (HAUL_TYPE_STAMP, stamp);
}

/**
 * haul_life_event_to_nick:
 * @event: an event
 *
 * Names an event for programs.
 *
 * Returns: (transfer none): likewise: "slot-free"
 */
const char *
haul_life_event_to_nick (HaulLifeEvent event)
{
  static const char * const nicks[HAUL_N_EVENTS] = {
    "slot-free", "start-failed", "ready", "result", "error", "stopped", "bad-bytes", "pause",
    "resume", "cancel", "force", "time-out", "timer", "exited",
  };

  return nicks[event];
}

/**
 * haul_life_init:
 * @self: (out caller-allocates): a life
 *
 * Makes a life that is queued, with the default grace time.
 */
void
haul_life_init (HaulLife *self)
{
  *self = (HaulLife) {
    .state = HAUL_JOB_QUEUED,
    .start_ms = HAUL_START_TIMEOUT_MS,
    .grace_ms = HAUL_DEFAULT_GRACE_MS,
    .escalate = TRUE,
    .exit_code = -1,
  };
}

static HaulLifeActions
arm (HaulLife *self,
     guint     ms)
{
  self->timer_ms = ms;
  return HAUL_ACTION_DISARM | HAUL_ACTION_ARM;
}

static HaulLifeActions
end (HaulLife       *self,
     HaulJobVerdict  verdict)
{
  self->state = HAUL_JOB_ENDED;
  self->verdict = verdict;
  return HAUL_ACTION_DISARM | HAUL_ACTION_END;
}

/* Queued, starting. */

static HaulLifeActions
on_slot_free (HaulLife *self)
{
  self->state = HAUL_JOB_STARTING;
  if (self->start_ms == 0)
    return HAUL_ACTION_START;
  return arm (self, self->start_ms) | HAUL_ACTION_START;
}

static HaulLifeActions
on_dropped (HaulLife *self)
{
  self->reason = HAUL_REASON_CANCEL;
  return end (self, HAUL_VERDICT_CANCELLED);
}

static HaulLifeActions
on_start_failed (HaulLife *self)
{
  return end (self, HAUL_VERDICT_FAILED);
}

static HaulLifeActions
on_ready (HaulLife *self)
{
  self->state = HAUL_JOB_RUNNING;
  return HAUL_ACTION_DISARM | HAUL_ACTION_RUN;
}

/* Running, paused. */

static HaulLifeActions
on_pause (HaulLife *self)
{
  self->state = HAUL_JOB_PAUSED;
  return HAUL_ACTION_STOP;
}

static HaulLifeActions
on_resume (HaulLife *self)
{
  self->state = HAUL_JOB_RUNNING;
  return HAUL_ACTION_CONT;
}

/* The last message is here. A paused worker may have sent it before it was stopped: it has to run
 * on to end. */
static HaulLifeActions
finish (HaulLife *self)
{
  gboolean paused = self->state == HAUL_JOB_PAUSED;

  self->state = HAUL_JOB_FINISHING;
  return arm (self, HAUL_LINGER_TIMEOUT_MS) | (paused ? HAUL_ACTION_CONT : 0);
}

static HaulLifeActions
on_result (HaulLife *self)
{
  self->has_result = TRUE;
  return finish (self);
}

static HaulLifeActions
on_error (HaulLife *self)
{
  self->has_error = TRUE;
  return finish (self);
}

static HaulLifeActions
on_stopped (HaulLife *self)
{
  self->stopped = TRUE;
  return finish (self);
}

/* The ladder: CANCEL, then SIGTERM, then SIGKILL, then "it does not end". */

static HaulLifeActions
climb_to_term (HaulLife *self)
{
  self->state = HAUL_JOB_CANCELLING;
  self->rung = HAUL_RUNG_KILL;
  self->termed = TRUE;
  return arm (self, self->grace_ms) | HAUL_ACTION_TERM | HAUL_ACTION_CONT;
}

static HaulLifeActions
climb_to_kill (HaulLife *self)
{
  self->state = HAUL_JOB_CANCELLING;
  self->rung = HAUL_RUNG_STUCK;
  self->forced = TRUE;
  return arm (self, HAUL_STUCK_TIMEOUT_MS) | HAUL_ACTION_KILL;
}

static HaulLifeActions
climb (HaulLife *self)
{
  gboolean tidies = self->tidy_ms > 0 && self->state != HAUL_JOB_STARTING;

  if (!tidies)
    return HAUL_ACTION_CANCEL | climb_to_term (self);

  self->state = HAUL_JOB_CANCELLING;
  self->rung = HAUL_RUNG_TERM;
  return arm (self, self->tidy_ms) | HAUL_ACTION_CANCEL | HAUL_ACTION_CONT;   /* paused, it could not hear */
}

static HaulLifeActions
on_cancel (HaulLife *self)
{
  self->reason = HAUL_REASON_CANCEL;
  return climb (self);
}

static HaulLifeActions
on_time_out (HaulLife *self)
{
  self->reason = HAUL_REASON_TIME_OUT;
  self->escalate = TRUE;   /* nobody is there to be asked */
  return climb (self);
}

/* The last message was here first, and stays what counts: only the wait for the end is cut short. */
static HaulLifeActions
on_hurry (HaulLife *self)
{
  return HAUL_ACTION_CANCEL | climb_to_term (self);
}

static HaulLifeActions
on_force_finishing (HaulLife *self)
{
  return climb_to_kill (self);
}

static HaulLifeActions
on_force (HaulLife *self)
{
  if (self->reason == HAUL_REASON_NONE)
    self->reason = HAUL_REASON_CANCEL;
  return HAUL_ACTION_CANCEL | climb_to_kill (self);
}

static HaulLifeActions
on_force_cancelling (HaulLife *self)
{
  return self->forced ? 0 : climb_to_kill (self);
}

static HaulLifeActions
on_timer_cancelling (HaulLife *self)
{
  switch (self->rung)
    {
    case HAUL_RUNG_TERM:
      return climb_to_term (self);

    case HAUL_RUNG_KILL:
      if (self->escalate)
        return climb_to_kill (self);
      self->overdue = TRUE;
      return 0;

    case HAUL_RUNG_STUCK:
      self->stuck = TRUE;
      self->rung = HAUL_RUNG_NONE;
      return 0;

    case HAUL_RUNG_NONE:
    default:
      return 0;
    }
}

static HaulLifeActions
on_bad_bytes (HaulLife *self)
{
  self->reason = HAUL_REASON_PROTOCOL;
  return climb_to_kill (self);
}

static HaulLifeActions
on_no_answer (HaulLife *self)
{
  self->reason = HAUL_REASON_NO_ANSWER;
  return climb_to_kill (self);
}

static HaulLifeActions
on_lingers (HaulLife *self)
{
  self->reason = HAUL_REASON_LINGERS;
  self->escalate = TRUE;
  return climb_to_term (self);
}

/* What still arrives while it is being cancelled. */

static HaulLifeActions
on_late_result (HaulLife *self)
{
  self->has_result = TRUE;
  return 0;
}

static HaulLifeActions
on_late_error (HaulLife *self)
{
  self->has_error = TRUE;
  return 0;
}

static HaulLifeActions
on_late_stopped (HaulLife *self)
{
  self->stopped = TRUE;
  return 0;
}

/* The end. Exit status 0 alone proves nothing: only the RESULT message makes a job done. */

static HaulJobVerdict
judge_asked_to_end (HaulLife       *self,
                    HaulJobVerdict  verdict)
{
  if (self->has_result && self->exit_code == 0)
    return HAUL_VERDICT_DONE;   /* it was faster */
  if (self->exit_signal != 0 && self->exit_signal != SIGTERM && self->exit_signal != SIGKILL)
    return HAUL_VERDICT_CRASHED;
  return verdict;
}

static HaulJobVerdict
judge_left_alone (HaulLife *self)
{
  gboolean ours = (self->exit_signal == SIGTERM && self->termed) || (self->exit_signal == SIGKILL && self->forced);

  if (self->has_result && (self->exit_code == 0 || ours))
    return HAUL_VERDICT_DONE;
  if (self->has_error || self->stopped || self->exit_signal == 0)
    return HAUL_VERDICT_FAILED;
  return HAUL_VERDICT_CRASHED;
}

static HaulLifeActions
on_exited (HaulLife *self)
{
  switch (self->reason)
    {
    case HAUL_REASON_NONE:
      return end (self, judge_left_alone (self));

    case HAUL_REASON_CANCEL:
      return end (self, judge_asked_to_end (self, HAUL_VERDICT_CANCELLED));

    case HAUL_REASON_TIME_OUT:
      return end (self, judge_asked_to_end (self, HAUL_VERDICT_TIMED_OUT));

    case HAUL_REASON_LINGERS:
      /* It did end by itself: on a busy machine a worker at nice 19 may wait for long for its turn. */
      return end (self, self->has_result && self->exit_code == 0 ? HAUL_VERDICT_DONE : HAUL_VERDICT_FAILED);

    case HAUL_REASON_PROTOCOL:
    case HAUL_REASON_NO_ANSWER:
    default:
      return end (self, HAUL_VERDICT_FAILED);
    }
}

/* The table. What is not in it changes nothing. */

typedef HaulLifeActions (*Handler) (HaulLife *self);

static const Handler table[HAUL_JOB_ENDED + 1][HAUL_N_EVENTS] = {
  [HAUL_JOB_QUEUED] = {
    [HAUL_EVENT_SLOT_FREE] = on_slot_free,
    [HAUL_EVENT_CANCEL] = on_dropped,
    [HAUL_EVENT_FORCE] = on_dropped,
  },
  [HAUL_JOB_STARTING] = {
    [HAUL_EVENT_START_FAILED] = on_start_failed,
    [HAUL_EVENT_READY] = on_ready,
    [HAUL_EVENT_RESULT] = on_bad_bytes,
    [HAUL_EVENT_ERROR] = on_bad_bytes,
    [HAUL_EVENT_STOPPED] = on_bad_bytes,
    [HAUL_EVENT_BAD_BYTES] = on_bad_bytes,
    [HAUL_EVENT_CANCEL] = on_cancel,
    [HAUL_EVENT_FORCE] = on_force,
    [HAUL_EVENT_TIME_OUT] = on_time_out,
    [HAUL_EVENT_TIMER] = on_no_answer,
    [HAUL_EVENT_EXITED] = on_exited,
  },
  [HAUL_JOB_RUNNING] = {
    [HAUL_EVENT_RESULT] = on_result,
    [HAUL_EVENT_ERROR] = on_error,
    [HAUL_EVENT_STOPPED] = on_stopped,
    [HAUL_EVENT_BAD_BYTES] = on_bad_bytes,
    [HAUL_EVENT_PAUSE] = on_pause,
    [HAUL_EVENT_CANCEL] = on_cancel,
    [HAUL_EVENT_FORCE] = on_force,
    [HAUL_EVENT_TIME_OUT] = on_time_out,
    [HAUL_EVENT_EXITED] = on_exited,
  },
  [HAUL_JOB_PAUSED] = {
    [HAUL_EVENT_RESULT] = on_result,
    [HAUL_EVENT_ERROR] = on_error,
    [HAUL_EVENT_STOPPED] = on_stopped,
    [HAUL_EVENT_BAD_BYTES] = on_bad_bytes,
    [HAUL_EVENT_RESUME] = on_resume,
    [HAUL_EVENT_CANCEL] = on_cancel,
    [HAUL_EVENT_FORCE] = on_force,
    [HAUL_EVENT_TIME_OUT] = on_time_out,
    [HAUL_EVENT_EXITED] = on_exited,
  },
  [HAUL_JOB_CANCELLING] = {
    [HAUL_EVENT_START_FAILED] = on_exited,
    [HAUL_EVENT_RESULT] = on_late_result,
    [HAUL_EVENT_ERROR] = on_late_error,
    [HAUL_EVENT_STOPPED] = on_late_stopped,
    [HAUL_EVENT_BAD_BYTES] = on_force_cancelling,
    [HAUL_EVENT_FORCE] = on_force_cancelling,
    [HAUL_EVENT_TIMER] = on_timer_cancelling,
    [HAUL_EVENT_EXITED] = on_exited,
  },
  [HAUL_JOB_FINISHING] = {
    [HAUL_EVENT_RESULT] = on_bad_bytes,
    [HAUL_EVENT_ERROR] = on_bad_bytes,
    [HAUL_EVENT_STOPPED] = on_bad_bytes,
    [HAUL_EVENT_BAD_BYTES] = on_bad_bytes,
    [HAUL_EVENT_CANCEL] = on_hurry,
    [HAUL_EVENT_FORCE] = on_force_finishing,
    [HAUL_EVENT_TIMER] = on_lingers,
    [HAUL_EVENT_EXITED] = on_exited,
  },
};

/**
 * haul_life_step:
 * @self: a life
 * @event: what happened
 *
 * Moves a life on. The only place where a job changes its state.
 *
 * Returns: what is to be done now
 */
HaulLifeActions
haul_life_step (HaulLife      *self,
                HaulLifeEvent  event)
{
  Handler handler = table[self->state][event];

  return handler != NULL ? handler (self) : 0;
}
