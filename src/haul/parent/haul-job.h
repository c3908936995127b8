/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include <gio/gio.h>

#include "../sync/haul-shareable.h"
#include "../wire/haul-decls.h"
#include "../worker/haul-task.h"
#include "haul-life.h"
#include "haul-record.h"

HAUL_BEGIN_DECLS

#define HAUL_TYPE_JOB (haul_job_get_type ())
G_DECLARE_FINAL_TYPE (HaulJob, haul_job, HAUL, JOB, GObject)

/**
 * HaulJob:
 *
 * One run of a task with arguments: what a row in a window shows. Make one,
 * set what you like of it, give it to a #HaulExecutor, and watch its
 * properties; all of it happens in the main context that it was made in.
 *
 * Properties are notified when they change. Those that follow progress are
 * notified at most ten times a second, and always for the last value.
 */

/**
 * HaulJob:title:
 *
 * What people call it.
 */

/**
 * HaulJob:state:
 *
 * Where it is in its life.
 */

/**
 * HaulJob:verdict:
 *
 * How it ended; %HAUL_VERDICT_NONE before it has.
 */

/**
 * HaulJob:done:
 *
 * How much is done, in the unit of its task.
 */

/**
 * HaulJob:total:
 *
 * How much there is to do, in the unit of its task; 0 for unknown.
 */

/**
 * HaulJob:fraction:
 *
 * How much is done, from 0 to 1; below 0 for unknown.
 */

/**
 * HaulJob:phase:
 *
 * The stage that its task is in, %NULL for none.
 */

/**
 * HaulJob:pid:
 *
 * Its process; 0 if there is none, or none yet. Kept after the end.
 */

/**
 * HaulJob:result-size:
 *
 * How many bytes of the result have come so far.
 */

/**
 * HaulJob:can-pause:
 *
 * Whether haul_job_pause() or haul_job_resume() would do something now.
 */

/**
 * HaulJob:overdue:
 *
 * Whether it was asked to end, did not in time, and waits for haul_job_force().
 */

/**
 * HaulJob:stuck:
 *
 * Whether it does not end, though its worker was sent SIGKILL some seconds ago, as a
 * process cannot that waits in the kernel or is held by a debugger.
 */

/**
 * HaulJob:daemon:
 *
 * Whether the program that ends stops it, rather than waits for it; see
 * haul_job_set_daemon().
 */

/**
 * HaulJob:held:
 *
 * Whether it has ended, but its worker process is still there as a zombie: see
 * haul_job_set_hold().
 */

/**
 * HaulJob:nice:
 *
 * How nice its worker is: see haul_job_set_nice() and haul_job_renice().
 */

/**
 * HaulJob:error:
 *
 * Why it did not succeed; %NULL before its end, and for a job that did.
 */

/**
 * HaulJob::ended:
 * @job: the job
 *
 * Emitted once, last of all: the worker is gone and collected, and the
 * verdict, the result and the stamps are final.
 */

HaulJob         *haul_job_new               (const HaulTask       *task,
                                             GVariant             *arguments,
                                             GError              **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * haul_job_get_task:
 * @self: a job
 *
 * Gets the task of a job.
 *
 * Returns: (transfer none): what it runs
 */
const HaulTask  *haul_job_get_task          (HaulJob              *self);

/**
 * haul_job_get_arguments:
 * @self: a job
 *
 * Gets the arguments of a job.
 *
 * Returns: (transfer none): what it runs with, `a{sv}`, checked and complete
 */
GVariant        *haul_job_get_arguments     (HaulJob              *self);

/**
 * haul_job_get_id:
 * @self: a job
 *
 * Gets the number of a job, which no other job of this program has.
 *
 * Returns: its number: 1, 2, 3, … in this program
 */
guint            haul_job_get_id            (HaulJob              *self);

/**
 * haul_job_get_title:
 * @self: a job
 *
 * Gets #HaulJob:title.
 *
 * Returns: (transfer none): what people call it; at first the translated title
 *   of its task
 */
const char      *haul_job_get_title         (HaulJob              *self);

/**
 * haul_job_set_title:
 * @self: a job
 * @title: what people call it
 *
 * Names a job. May be done at any time.
 */
void             haul_job_set_title         (HaulJob              *self,
                                             const char           *title);

/**
 * haul_job_set_nice:
 * @self: a job that was not submitted
 * @nice: from -20 to 19; what lies outside is brought in
 *
 * Sets how nice the worker process is, or the thread. 19 if it is not called. To go
 * below what this program has itself, it needs the right to. Jobs that are less nice
 * are started before others that wait in the same queue.
 *
 * In a #HaulPoolExecutor only that counts: the workers of a pool are as nice as
 * haul_pool_set_nice() says, whatever they run.
 */
void             haul_job_set_nice          (HaulJob              *self,
                                             int                   nice);

/**
 * haul_job_renice:
 * @self: a job
 * @nice: from -20 to 19
 * @error: return location for an error: %HAUL_ERROR_NOT_POSSIBLE if it neither is queued
 *   nor runs in a process of its own, %G_IO_ERROR_PERMISSION_DENIED if its process would
 *   have to be less nice, which the system allows root alone
 *
 * Changes how nice a job is. As long as it is queued it gets another place there, behind
 * those that are as nice or less. When it runs its worker process gets another priority, and
 * all that it started.
 *
 * Returns: %TRUE if it is as nice as that now
 */
gboolean         haul_job_renice            (HaulJob              *self,
                                             int                   nice,
                                             GError              **error);

/**
 * haul_job_set_daemon:
 * @self: a job that was not submitted
 * @daemon: whether it is a daemon
 *
 * Sets what a program does with the job when it ends: a daemon is stopped, any other
 * job is waited for. The library only keeps it, and tells the worker, who may not
 * start processes of its own then. It is for the program to do as it says; a
 * program that dies takes all its workers with it. %FALSE if it is not called. It
 * has nothing to do with the daemons of Unix.
 */
void             haul_job_set_daemon        (HaulJob              *self,
                                             gboolean              daemon);

/**
 * haul_job_get_daemon:
 * @self: a job
 *
 * Gets #HaulJob:daemon.
 *
 * Returns: whether it is a daemon
 */
gboolean         haul_job_get_daemon        (HaulJob              *self);
void             haul_job_set_hold          (HaulJob              *self,
                                             gboolean              hold);
gboolean         haul_job_get_hold          (HaulJob              *self);
gboolean         haul_job_get_held          (HaulJob              *self);
void             haul_job_collect           (HaulJob              *self);

/**
 * haul_job_set_timeout:
 * @self: a job that was not submitted
 * @timeout_ms: how long it may take from its start, in ms; 0 for as long as it likes
 *
 * Sets a time limit. A job that goes over it is ended as by haul_job_cancel(),
 * with the verdict %HAUL_VERDICT_TIMED_OUT.
 */
void             haul_job_set_timeout       (HaulJob              *self,
                                             guint                 timeout_ms);

/**
 * haul_job_set_grace:
 * @self: a job
 * @grace_ms: how long it is given between SIGTERM and SIGKILL
 * @escalate: whether SIGKILL comes by itself then, or waits for
 *   haul_job_force() while #HaulJob:overdue says that it would be due
 *
 * Sets what happens to a worker that was asked to end and does not. Two
 * seconds, and %TRUE, if it is not called.
 */
void             haul_job_set_grace         (HaulJob              *self,
                                             guint                 grace_ms,
                                             gboolean              escalate);

/**
 * haul_job_set_seed:
 * @self: a job that was not submitted
 * @seed: any number
 *
 * Sets where the random numbers of a job come from, so that they can be had again: a
 * task that draws them with haul_context_get_random() does the same with the same seed
 * in every executor. If it is not called, each job has a seed that was drawn when it
 * was made.
 *
 * Its run gets stream 0 of the seed. Where it is divided, part i gets stream i of
 * haul_context_get_seed() of that run. In a process of its own, and in a pool,
 * rand(), random(), drand48() and g_random_int() are seeded for each run as well; in a
 * thread, or on the main loop, they belong to the whole program, and are left alone.
 */
void             haul_job_set_seed          (HaulJob              *self,
                                             guint64               seed);

/**
 * haul_job_get_seed:
 * @self: a job
 *
 * Gets the seed that was set with haul_job_set_seed(), or else drawn.
 *
 * Returns: its seed
 */
guint64          haul_job_get_seed          (HaulJob              *self);

/**
 * haul_job_share:
 * @self: a job that was not submitted
 * @name: what the task calls it: 1 to 63 bytes, and not the name of another
 * @shareable: what it is given
 *
 * Gives a job an object that processes can use together; its task finds it with
 * haul_context_get_shared(). The job keeps it until it is gone itself.
 *
 * A job that is given more than 64 objects, or some that cannot be passed to its
 * worker, fails.
 */
void             haul_job_share             (HaulJob              *self,
                                             const char           *name,
                                             HaulShareable        *shareable);

/**
 * haul_job_get_nice:
 * @self: a job
 *
 * Gets what haul_job_set_nice() or haul_job_renice() set.
 *
 * Returns: how nice its worker process is, from -20 to 19
 */
int              haul_job_get_nice          (HaulJob              *self);

/**
 * haul_job_get_grace:
 * @self: a job
 *
 * Gets what haul_job_set_grace() set.
 *
 * Returns: how long it is given between SIGTERM and SIGKILL, in ms
 */
guint            haul_job_get_grace         (HaulJob              *self);

/**
 * haul_job_get_state:
 * @self: a job
 *
 * Gets #HaulJob:state.
 *
 * Returns: where it is in its life
 */
HaulJobState     haul_job_get_state         (HaulJob              *self);

/**
 * haul_job_get_verdict:
 * @self: a job
 *
 * Gets #HaulJob:verdict.
 *
 * Returns: how it ended; %HAUL_VERDICT_NONE before it has
 */
HaulJobVerdict   haul_job_get_verdict       (HaulJob              *self);

/**
 * haul_job_is_active:
 * @self: a job
 *
 * Tells whether there is something left to wait for.
 *
 * Returns: %TRUE until it has ended
 */
gboolean         haul_job_is_active         (HaulJob              *self);

/**
 * haul_job_get_stamp:
 * @self: a job
 * @stamp: which step
 *
 * Tells when a step of its life was taken.
 *
 * Returns: when it took that step, in µs of g_get_monotonic_time(); 0 if it has
 *   not, or never will
 */
gint64           haul_job_get_stamp         (HaulJob              *self,
                                             HaulStamp             stamp);

/**
 * haul_job_get_elapsed:
 * @self: a job
 *
 * Tells how long it has been running, pauses included.
 *
 * Returns: seconds from its start until now, or until its end; 0 before it started
 */
double           haul_job_get_elapsed       (HaulJob              *self);

/**
 * haul_job_get_done:
 * @self: a job
 *
 * Gets #HaulJob:done.
 *
 * Returns: how much is done, in the unit of its task
 */
double           haul_job_get_done          (HaulJob              *self);

/**
 * haul_job_get_total:
 * @self: a job
 *
 * Gets #HaulJob:total.
 *
 * Returns: how much there is to do, in the unit of its task; 0 for unknown
 */
double           haul_job_get_total         (HaulJob              *self);

/**
 * haul_job_get_fraction:
 * @self: a job
 *
 * Gets #HaulJob:fraction.
 *
 * Returns: how much is done, from 0 to 1; below 0 for unknown
 */
double           haul_job_get_fraction      (HaulJob              *self);

/**
 * haul_job_get_phase:
 * @self: a job
 *
 * Gets #HaulJob:phase.
 *
 * Returns: (transfer none) (nullable): the stage that the task is in, in its own
 *   untranslated words
 */
const char      *haul_job_get_phase         (HaulJob              *self);

/**
 * haul_job_get_rate:
 * @self: a job
 *
 * Measures how fast it goes now.
 *
 * Returns: how fast it goes, in units of its task a second; 0 for unknown
 */
double           haul_job_get_rate          (HaulJob              *self);

/**
 * haul_job_get_left:
 * @self: a job
 *
 * Guesses the remaining time from the progress so far.
 *
 * Returns: about how many seconds are left; below 0 for unknown, and at the end
 */
double           haul_job_get_left          (HaulJob              *self);

/**
 * haul_job_get_news_time:
 * @self: a job
 *
 * Tells when there was a sign of life.
 *
 * Returns: when its worker was last heard of, in µs of g_get_monotonic_time();
 *   0 for never
 */
gint64           haul_job_get_news_time     (HaulJob              *self);

/**
 * haul_job_get_executor_name:
 * @self: a job
 *
 * Tells what kind of executor runs it.
 *
 * Returns: (transfer none) (nullable): the name of the executor that it was
 *   submitted to: "process", "thread", …; %NULL before
 */
const char      *haul_job_get_executor_name (HaulJob              *self);

/**
 * haul_job_get_program:
 * @self: a job
 *
 * Tells which program runs the task.
 *
 * Returns: (transfer none) (nullable): path of its worker program; %NULL for a
 *   job that has no process
 */
const char      *haul_job_get_program       (HaulJob              *self);

/**
 * haul_job_get_pid:
 * @self: a job
 *
 * Gets #HaulJob:pid.
 *
 * Returns: its process; 0 if there is none, or none yet. Kept after the end, when
 *   it may be somebody else's
 */
int              haul_job_get_pid           (HaulJob              *self);

/**
 * haul_job_get_exit_code:
 * @self: a job
 *
 * Tells how its process exited.
 *
 * Returns: exit status of its process; -1 if there is none, or a signal ended it
 */
int              haul_job_get_exit_code     (HaulJob              *self);

/**
 * haul_job_get_exit_signal:
 * @self: a job
 *
 * Tells what killed its process.
 *
 * Returns: the signal that ended its process; 0 for none
 */
int              haul_job_get_exit_signal   (HaulJob              *self);

guint            haul_job_get_n_tiles       (HaulJob              *self);
GBytes          *haul_job_dup_picture       (HaulJob              *self,
                                             guint                *ret_width,
                                             guint                *ret_height) G_GNUC_WARN_UNUSED_RESULT;

/**
 * haul_job_get_can_pause:
 * @self: a job
 *
 * Gets #HaulJob:can-pause.
 *
 * Returns: whether haul_job_pause() or haul_job_resume() would do something now
 */
gboolean         haul_job_get_can_pause     (HaulJob              *self);

/**
 * haul_job_get_can_force:
 * @self: a job
 *
 * Tells whether its executor has force to use.
 *
 * Returns: whether haul_job_force() can do more than haul_job_cancel()
 */
gboolean         haul_job_get_can_force     (HaulJob              *self);

/**
 * haul_job_get_overdue:
 * @self: a job
 *
 * Gets #HaulJob:overdue.
 *
 * Returns: %TRUE when it was asked to end, did not in time, and nobody will use
 *   force but haul_job_force()
 */
gboolean         haul_job_get_overdue       (HaulJob              *self);

/**
 * haul_job_get_stuck:
 * @self: a job
 *
 * Gets #HaulJob:stuck.
 *
 * Returns: %TRUE while it does not end, %HAUL_STUCK_TIMEOUT_MS after force was used.
 *   It is waited for all the same, and may end yet
 */
gboolean         haul_job_get_stuck         (HaulJob              *self);

/**
 * haul_job_get_error:
 * @self: a job
 *
 * Gets #HaulJob:error.
 *
 * Returns: (transfer none) (nullable): why it did not succeed, in translated words
 *   for people; %NULL before its end, and for a job that did
 */
const GError    *haul_job_get_error         (HaulJob              *self);

/**
 * haul_job_get_log:
 * @self: a job
 *
 * Gets the log of a job, which grows while the job runs.
 *
 * Returns: (transfer none): a #HaulRing, which is a #GListModel of #HaulRecord: the
 *   newest 10,000 lines, or as haul_job_set_log_limit() says, and at most 4 MiB.
 *   #HaulRing:dropped counts those that had to go
 */
GListModel      *haul_job_get_log           (HaulJob              *self);

/**
 * haul_job_set_log_limit:
 * @self: a job
 * @n_lines: at least 1
 *
 * Sets how many lines of its log are kept: the newest ones.
 */
void             haul_job_set_log_limit     (HaulJob              *self,
                                             guint                 n_lines);

/**
 * haul_job_get_messages:
 * @self: a job
 *
 * Gets what went over its pipes, for people who want to see that.
 *
 * Returns: (transfer none): a #GListModel of #HaulRecord: the newest 500 frames
 *   that went to its worker or came from there
 */
GListModel      *haul_job_get_messages      (HaulJob              *self);
GListModel      *haul_job_get_parts         (HaulJob              *self);

/**
 * haul_job_get_n_messages:
 * @self: a job
 *
 * Counts what went over its pipes.
 *
 * Returns: how many frames there have been in all
 */
guint64          haul_job_get_n_messages    (HaulJob              *self);

/**
 * haul_job_get_result_size:
 * @self: a job
 *
 * Gets #HaulJob:result-size.
 *
 * Returns: how many bytes of the result have come so far; all of them when the
 *   verdict is %HAUL_VERDICT_DONE
 */
gsize            haul_job_get_result_size   (HaulJob              *self);
gsize            haul_job_peek_result       (HaulJob              *self,
                                             gsize                 offset,
                                             void                 *buffer,
                                             gsize                 size);

/**
 * haul_job_dup_result:
 * @self: a job
 *
 * Joins what has come of the result. Later calls cost nothing if no more has come.
 *
 * Returns: (transfer full): the bytes; empty if there are none
 */
GBytes          *haul_job_dup_result        (HaulJob              *self) G_GNUC_WARN_UNUSED_RESULT;

/**
 * haul_job_pause:
 * @self: a job
 *
 * Stops its worker process where it is (SIGSTOP). Does nothing to a job that is
 * not running, or whose executor cannot.
 */
void             haul_job_pause             (HaulJob              *self);

/**
 * haul_job_resume:
 * @self: a job
 *
 * Lets a paused worker go on (SIGCONT). Does nothing to any other job.
 */
void             haul_job_resume            (HaulJob              *self);

/**
 * haul_job_cancel:
 * @self: a job
 *
 * Ends a job early: a queued one at once; a running one is asked first, then gets
 * SIGTERM, and SIGKILL as haul_job_set_grace() says. Wait for
 * #HaulJob::ended or haul_job_join_async(). Does nothing to a job that has ended.
 */
void             haul_job_cancel            (HaulJob              *self);
void             haul_job_force             (HaulJob              *self);

void             haul_job_join_async        (HaulJob              *self,
                                             int                   timeout_ms,
                                             GCancellable         *cancellable,
                                             GAsyncReadyCallback   callback,
                                             gpointer              user_data);
gboolean         haul_job_join_finish       (HaulJob              *self,
                                             GAsyncResult         *result,
                                             GError              **error);

HAUL_END_DECLS
