/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "../wire/haul-decls.h"
#include "haul-job.h"

HAUL_BEGIN_DECLS

/**
 * HaulExecutor:
 *
 * Something that runs jobs: in its own way, at most #HaulExecutor:max-running
 * at a time: those that are less nice first, and among equals first come first served. Whatever the way, a job goes through the
 * same states and gives the same result.
 */
#define HAUL_TYPE_EXECUTOR (haul_executor_get_type ())
G_DECLARE_DERIVABLE_TYPE (HaulExecutor, haul_executor, HAUL, EXECUTOR, GObject)

/**
 * HaulExecutor:max-running:
 *
 * How many jobs may run at a time.
 */

/**
 * HaulExecutor:n-running:
 *
 * How many jobs have started and not ended.
 */

/**
 * HaulExecutor:n-queued:
 *
 * How many jobs wait for their turn.
 */

/**
 * HaulExecutor:held:
 *
 * Whether no job starts. What runs goes on.
 */

/**
 * HaulExecutorClass:
 * @name: "serial", "thread", "process", "pool"
 * @can_pause: whether its jobs can be paused
 * @can_force: whether its jobs can be ended by force
 * @waits: whether a job that is starting may have to wait for others
 * @act: carries out one action of a job's life table
 * @has_room: (nullable): whether one more job could begin now
 *
 * What makes an executor. Only libhaul has any: what @act calls is private to it.
 */
struct _HaulExecutorClass
{
  GObjectClass  parent_class;

  const char   *name;
  gboolean      can_pause;
  gboolean      can_force;
  gboolean      waits;

  /* Carries out one action of the job's life table: one bit of START, RUN, CANCEL, STOP, TERM,
   * CONT, KILL. What comes of it arrives through haul_job_feed() and haul_job_receive(). */
  void        (*act)         (HaulExecutor    *self,
                              HaulJob         *job,
                              HaulLifeActions  action);

  /* Where more limits it than max-running. haul_executor_plan_pump() when that changes. */
  gboolean    (*has_room)    (HaulExecutor    *self);

  /* Makes the worker of a job that runs as nice as that; NULL where jobs have no process of their own. */
  gboolean    (*renice)      (HaulExecutor    *self,
                              HaulJob         *job,
                              int              nice,
                              GError         **error);
};

/**
 * HaulShutdown:
 * @HAUL_SHUTDOWN_DRAIN: let all jobs end by themselves
 * @HAUL_SHUTDOWN_CANCEL_QUEUED: let those that run end, cancel those that wait
 * @HAUL_SHUTDOWN_TERMINATE: cancel all
 *
 * What becomes of the jobs of an executor that is shut down. In each case the
 * shutdown is complete when every job has ended and is joined.
 */
#define HAUL_TYPE_SHUTDOWN (haul_shutdown_get_type ())
typedef enum
{
  HAUL_SHUTDOWN_DRAIN,
  HAUL_SHUTDOWN_CANCEL_QUEUED,
  HAUL_SHUTDOWN_TERMINATE,
} HaulShutdown;

GType       haul_shutdown_get_type        (void);

const char *haul_executor_get_name        (HaulExecutor         *self);
guint       haul_executor_get_max_running (HaulExecutor         *self);
void        haul_executor_set_max_running (HaulExecutor         *self,
                                           guint                 max_running);
guint       haul_executor_get_n_running   (HaulExecutor         *self);
guint       haul_executor_get_n_queued    (HaulExecutor         *self);

gboolean    haul_executor_get_held        (HaulExecutor         *self);
void        haul_executor_set_held        (HaulExecutor         *self,
                                           gboolean              held);
int         haul_executor_get_position    (HaulExecutor         *self,
                                           HaulJob              *job);
gboolean    haul_executor_move            (HaulExecutor         *self,
                                           HaulJob              *job,
                                           guint                 position);

void        haul_executor_submit          (HaulExecutor         *self,
                                           HaulJob              *job);

void        haul_executor_shutdown_async  (HaulExecutor         *self,
                                           HaulShutdown          how,
                                           GCancellable         *cancellable,
                                           GAsyncReadyCallback   callback,
                                           gpointer              user_data);
gboolean    haul_executor_shutdown_finish (HaulExecutor         *self,
                                           GAsyncResult         *result,
                                           GError              **error);

/**
 * HaulSerialExecutor:
 *
 * Runs a job on the main loop, and blocks it: nothing else happens until the
 * task returns. That is what it is for: to see, and to test, what the others
 * spare you. Nothing can be paused or cancelled while it blocks.
 */
#define HAUL_TYPE_SERIAL_EXECUTOR (haul_serial_executor_get_type ())
G_DECLARE_FINAL_TYPE (HaulSerialExecutor, haul_serial_executor, HAUL, SERIAL_EXECUTOR, HaulExecutor)

HaulExecutor *haul_serial_executor_new  (void) G_GNUC_WARN_UNUSED_RESULT;

/**
 * HaulThreadExecutor:
 *
 * Runs each job in a thread of this program. A thread cannot be paused or
 * killed, only asked to stop; and if it crashes, so does the program.
 */
#define HAUL_TYPE_THREAD_EXECUTOR (haul_thread_executor_get_type ())
G_DECLARE_FINAL_TYPE (HaulThreadExecutor, haul_thread_executor, HAUL, THREAD_EXECUTOR, HaulExecutor)

HaulExecutor *haul_thread_executor_new  (void) G_GNUC_WARN_UNUSED_RESULT;

/**
 * HaulStartMethod:
 * @HAUL_START_SPAWN: a new program for each: through #GSubprocess
 * @HAUL_START_FORK_SERVER: forked from a small process with one thread, which
 *   is started with the first: ten times faster, and safe however many threads
 *   this program has
 *
 * How a worker comes into being. When it ends by itself, handlers that it gave to
 * atexit() run in one that was spawned, and not in one that was forked, which ends
 * by _exit(); when a signal ends it, in neither.
 */
#define HAUL_TYPE_START_METHOD (haul_start_method_get_type ())
typedef enum
{
  HAUL_START_SPAWN,
  HAUL_START_FORK_SERVER,
} HaulStartMethod;

GType         haul_start_method_get_type (void);

/**
 * HaulProcessExecutor:
 *
 * Runs each job in a child process of its own: it can be paused, cancelled at
 * any moment and killed, and takes nothing down with it when it crashes. Its
 * children do not outlive this program.
 */
#define HAUL_TYPE_PROCESS_EXECUTOR (haul_process_executor_get_type ())
G_DECLARE_FINAL_TYPE (HaulProcessExecutor, haul_process_executor, HAUL, PROCESS_EXECUTOR, HaulExecutor)

/**
 * HaulProcessExecutor:start-method:
 *
 * How the workers of jobs that start from now on come into being.
 */

HaulExecutor *haul_process_executor_new (const char *worker_path) G_GNUC_WARN_UNUSED_RESULT;
HaulStartMethod haul_process_executor_get_start_method (HaulProcessExecutor *self);
void            haul_process_executor_set_start_method (HaulProcessExecutor *self,
                                                        HaulStartMethod      start_method);

void          haul_raise_fd_limit       (void);

HAUL_END_DECLS
