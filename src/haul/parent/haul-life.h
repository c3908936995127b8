/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <glib-object.h>

#include "../wire/haul-decls.h"

HAUL_BEGIN_DECLS

/* The one life that every job has, in every executor, as a pure table: an event goes in, a new
 * state and a set of actions come out. Nothing here knows of processes, sources or clocks.
 *
 *   queued ─▶ starting ─▶ running ◀─▶ paused
 *     │           │          │          │
 *     │           ▼          ▼          │
 *     │      cancelling ◀────┼──────────┘
 *     │           │          ▼
 *     │           │      finishing
 *     ▼           ▼          ▼
 *   ended ◀───────┴──────────┘         with a verdict
 */

#define HAUL_TYPE_JOB_STATE   (haul_job_state_get_type ())
#define HAUL_TYPE_JOB_VERDICT (haul_job_verdict_get_type ())
#define HAUL_TYPE_STAMP       (haul_stamp_get_type ())

/**
 * HaulJobState:
 * @HAUL_JOB_QUEUED: waits for its turn
 * @HAUL_JOB_STARTING: a worker is being started for it
 * @HAUL_JOB_RUNNING: its worker has answered and works
 * @HAUL_JOB_PAUSED: its worker is stopped (SIGSTOP)
 * @HAUL_JOB_CANCELLING: its worker was asked to end and has not yet
 * @HAUL_JOB_FINISHING: the result, or the error, is here; the worker is ending
 * @HAUL_JOB_ENDED: its worker is gone and collected; see its verdict
 *
 * Where a job is in its life.
 */
typedef enum
{
  HAUL_JOB_QUEUED,
  HAUL_JOB_STARTING,
  HAUL_JOB_RUNNING,
  HAUL_JOB_PAUSED,
  HAUL_JOB_CANCELLING,
  HAUL_JOB_FINISHING,
  HAUL_JOB_ENDED,
} HaulJobState;

/**
 * HaulJobVerdict:
 * @HAUL_VERDICT_NONE: it has not ended
 * @HAUL_VERDICT_DONE: the result is complete
 * @HAUL_VERDICT_FAILED: the task, its worker or the start of it failed
 * @HAUL_VERDICT_CRASHED: a signal that we did not send killed its worker
 * @HAUL_VERDICT_CANCELLED: somebody cancelled it
 * @HAUL_VERDICT_TIMED_OUT: it took longer than it was allowed to
 * @HAUL_VERDICT_INTERRUPTED: the program that ran it ended first
 *
 * How a job ended.
 */
typedef enum
{
  HAUL_VERDICT_NONE,
  HAUL_VERDICT_DONE,
  HAUL_VERDICT_FAILED,
  HAUL_VERDICT_CRASHED,
  HAUL_VERDICT_CANCELLED,
  HAUL_VERDICT_TIMED_OUT,
  HAUL_VERDICT_INTERRUPTED,
} HaulJobVerdict;

/**
 * HaulStamp:
 * @HAUL_STAMP_QUEUED: it was submitted
 * @HAUL_STAMP_STARTED: a worker was asked for
 * @HAUL_STAMP_RUNNING: its worker answered
 * @HAUL_STAMP_CANCEL_SENT: its worker was asked to stop
 * @HAUL_STAMP_TERM_SENT: its worker was sent SIGTERM
 * @HAUL_STAMP_KILL_SENT: its worker was sent SIGKILL
 * @HAUL_STAMP_EXITED: its worker has exited
 * @HAUL_STAMP_JOINED: its worker is collected, and all it sent was read
 * @HAUL_N_STAMPS: how many there are
 *
 * The steps of a life that have a time of their own.
 */
typedef enum
{
  HAUL_STAMP_QUEUED,
  HAUL_STAMP_STARTED,
  HAUL_STAMP_RUNNING,
  HAUL_STAMP_CANCEL_SENT,
  HAUL_STAMP_TERM_SENT,
  HAUL_STAMP_KILL_SENT,
  HAUL_STAMP_EXITED,
  HAUL_STAMP_JOINED,
  HAUL_N_STAMPS
} HaulStamp;

/**
 * HaulLifeEvent:
 * @HAUL_EVENT_SLOT_FREE: its turn has come
 * @HAUL_EVENT_START_FAILED: no worker could be started
 * @HAUL_EVENT_READY: the worker said HELLO and speaks our version
 * @HAUL_EVENT_RESULT: the result is complete
 * @HAUL_EVENT_ERROR: the task says that it failed
 * @HAUL_EVENT_STOPPED: the task says that it stopped because it was asked to
 * @HAUL_EVENT_BAD_BYTES: what the worker sent makes no sense
 * @HAUL_EVENT_PAUSE: somebody paused it
 * @HAUL_EVENT_RESUME: somebody let it go on
 * @HAUL_EVENT_CANCEL: somebody cancelled it
 * @HAUL_EVENT_FORCE: cancel, without waiting for anything
 * @HAUL_EVENT_TIME_OUT: the job as a whole took too long
 * @HAUL_EVENT_TIMER: the time that %HAUL_ACTION_ARM asked for is over
 * @HAUL_EVENT_EXITED: the worker is gone, collected, and all it sent was read
 * @HAUL_N_EVENTS: how many there are
 *
 * What can happen to a job.
 */
typedef enum
{
  HAUL_EVENT_SLOT_FREE,
  HAUL_EVENT_START_FAILED,
  HAUL_EVENT_READY,
  HAUL_EVENT_RESULT,
  HAUL_EVENT_ERROR,
  HAUL_EVENT_STOPPED,
  HAUL_EVENT_BAD_BYTES,
  HAUL_EVENT_PAUSE,
  HAUL_EVENT_RESUME,
  HAUL_EVENT_CANCEL,
  HAUL_EVENT_FORCE,
  HAUL_EVENT_TIME_OUT,
  HAUL_EVENT_TIMER,
  HAUL_EVENT_EXITED,
  HAUL_N_EVENTS
} HaulLifeEvent;

/**
 * HaulLifeActions:
 * @HAUL_ACTION_DISARM: forget the timer
 * @HAUL_ACTION_ARM: %HAUL_EVENT_TIMER after `HaulLife.timer_ms`
 * @HAUL_ACTION_START: start a worker
 * @HAUL_ACTION_RUN: send it the task
 * @HAUL_ACTION_CANCEL: send it CANCEL
 * @HAUL_ACTION_STOP: SIGSTOP
 * @HAUL_ACTION_TERM: SIGTERM
 * @HAUL_ACTION_KILL: SIGKILL
 * @HAUL_ACTION_CONT: SIGCONT: a stopped process cannot hear SIGTERM
 * @HAUL_ACTION_END: it has ended: the verdict is there
 *
 * What the job or its executor does after a step, in the order of these bits.
 */
typedef enum
{
  HAUL_ACTION_DISARM = 1 << 0,
  HAUL_ACTION_ARM    = 1 << 1,
  HAUL_ACTION_START  = 1 << 2,
  HAUL_ACTION_RUN    = 1 << 3,
  HAUL_ACTION_CANCEL = 1 << 4,
  HAUL_ACTION_STOP   = 1 << 5,
  HAUL_ACTION_TERM   = 1 << 6,
  HAUL_ACTION_KILL   = 1 << 7,
  HAUL_ACTION_CONT   = 1 << 8,
  HAUL_ACTION_END    = 1 << 9,
} HaulLifeActions;

/**
 * HaulLifeReason:
 * @HAUL_REASON_NONE: it is not
 * @HAUL_REASON_CANCEL: somebody cancelled it
 * @HAUL_REASON_TIME_OUT: it took longer than it was allowed to
 * @HAUL_REASON_PROTOCOL: what its worker sent makes no sense
 * @HAUL_REASON_NO_ANSWER: no HELLO came in time
 * @HAUL_REASON_LINGERS: its worker gave the result and did not end
 *
 * Why a job is ending before its time.
 */
typedef enum
{
  HAUL_REASON_NONE,
  HAUL_REASON_CANCEL,
  HAUL_REASON_TIME_OUT,
  HAUL_REASON_PROTOCOL,
  HAUL_REASON_NO_ANSWER,
  HAUL_REASON_LINGERS,
} HaulLifeReason;

/**
 * HaulLifeRung:
 * @HAUL_RUNG_TERM: SIGTERM is next
 * @HAUL_RUNG_KILL: SIGKILL is next, or the notice that it would be
 * @HAUL_RUNG_STUCK: what is left is to say that nothing helps
 * @HAUL_RUNG_NONE: nothing is next
 *
 * The next rung of the ladder that a cancelled job climbs.
 */
typedef enum
{
  HAUL_RUNG_TERM,
  HAUL_RUNG_KILL,
  HAUL_RUNG_STUCK,
  HAUL_RUNG_NONE,
} HaulLifeRung;

/**
 * HaulLife:
 *
 * Where one job is in its life, and what has led there: all that
 * haul_life_step() knows, and all that it changes.
 */
typedef struct
{
  HaulJobState   state;
  HaulJobVerdict verdict;
  HaulLifeReason reason;
  HaulLifeRung   rung;

  /* Set before the first step. */
  guint          start_ms;       /* for HELLO; 0 for as long as it takes */
  guint          tidy_ms;        /* between CANCEL and SIGTERM */
  guint          grace_ms;       /* between SIGTERM and SIGKILL */
  guint          escalate : 1;   /* SIGKILL by itself, or only on HAUL_EVENT_FORCE */

  guint          has_result : 1;
  guint          has_error : 1;
  guint          stopped : 1;    /* the task itself said that it stopped because it was asked to */
  guint          forced : 1;     /* SIGKILL is ours */
  guint          termed : 1;     /* SIGTERM is ours */
  guint          overdue : 1;    /* the grace time is over and nothing was escalated */
  guint          stuck : 1;      /* even SIGKILL did nothing, yet */

  guint          timer_ms;       /* for HAUL_ACTION_ARM */

  /* For HAUL_EVENT_EXITED. */
  int            exit_code;      /* -1 when a signal ended it */
  int            exit_signal;    /* 0 when it exited */
} HaulLife;

/**
 * HAUL_START_TIMEOUT_MS:
 *
 * How long a worker may take to answer once it was started, in ms.
 */
#define HAUL_START_TIMEOUT_MS  5000

/**
 * HAUL_LINGER_TIMEOUT_MS:
 *
 * How long a worker may take to end once it has given its result, in ms.
 */
#define HAUL_LINGER_TIMEOUT_MS 5000

/**
 * HAUL_STUCK_TIMEOUT_MS:
 *
 * How long after SIGKILL a worker that is still there counts as stuck, in ms.
 */
#define HAUL_STUCK_TIMEOUT_MS  3000

/**
 * HAUL_DEFAULT_GRACE_MS:
 *
 * How long a job is given between SIGTERM and SIGKILL if nobody says otherwise, in ms.
 */
#define HAUL_DEFAULT_GRACE_MS  2000

GType            haul_job_state_get_type      (void);
GType            haul_job_verdict_get_type    (void);
GType            haul_stamp_get_type          (void);

const char      *haul_job_state_to_nick       (HaulJobState    state);
const char      *haul_job_verdict_to_nick     (HaulJobVerdict  verdict);
const char      *haul_stamp_to_nick           (HaulStamp       stamp);
const char      *haul_life_event_to_nick      (HaulLifeEvent   event);

void             haul_life_init               (HaulLife       *self);
HaulLifeActions  haul_life_step               (HaulLife       *self,
                                               HaulLifeEvent   event);

HAUL_END_DECLS
