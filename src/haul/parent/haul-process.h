/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "../wire/haul-decls.h"
#include "haul-executor.h"

HAUL_BEGIN_DECLS

#define HAUL_TYPE_PROCESS (haul_process_get_type ())
G_DECLARE_FINAL_TYPE (HaulProcess, haul_process, HAUL, PROCESS, GObject)

/**
 * HaulProcess:
 *
 * A child process as an object, after Python's `multiprocessing.Process`: make
 * one of a task and arguments, start it, join it. Use a #HaulExecutor instead
 * where many jobs wait for their turn, and a #HaulPool where many small ones
 * share few processes.
 *
 * What the task says and gives is that of a #HaulJob, haul_process_get_job():
 * its progress, log and result. What the process adds is a name, a daemon flag,
 * an exit code, and raw signals.
 *
 * A process that was started and not collected is kept alive by the library, in
 * the list of haul_process_active_children(). Call haul_process_finish_all() at
 * the end of main(). All processes of a program are used from one thread, the
 * one that runs the main loop, and belong to the program that made them: in a
 * copy of it, made with fork(), their methods fail.
 *
 * Handlers that the child gave to atexit() run at its end if it was spawned, and not
 * if it was forked; see #HaulStartMethod.
 *
 * A method that is not possible now fails with %HAUL_ERROR_NOT_POSSIBLE, and so
 * do all of them once the process was closed.
 */

/**
 * HaulProcess:name:
 *
 * What it is called; see haul_process_set_name().
 */

/**
 * HaulProcess:daemon:
 *
 * Whether it is ended, rather than waited for, when the program ends; see
 * haul_process_set_daemon().
 */

/**
 * HaulProcess:state:
 *
 * Where it is in its life.
 */

/**
 * HaulProcess:alive:
 *
 * Whether it was started, and is not known to have ended. A zombie that is held is
 * not alive.
 */

/**
 * HaulProcess:pid:
 *
 * Its number; 0 before there is one, and once it was closed.
 */

/**
 * HaulProcess:has-exit-code:
 *
 * Whether it has ended, and it is known how.
 */

/**
 * HaulProcess:exit-code:
 *
 * How it ended, as haul_process_get_exit_code() says it; 0 before.
 */

/**
 * HaulProcess::ended:
 * @process: the process
 *
 * Emitted once, when the process has ended and is collected: its state is
 * %HAUL_PROCESS_STOPPED, and its exit code and the verdict of its job are final.
 */

/**
 * HaulProcessState:
 * @HAUL_PROCESS_INITIAL: it was not started
 * @HAUL_PROCESS_STARTED: it was started, and not collected: it may have ended already
 * @HAUL_PROCESS_STOPPED: it has ended and is collected, or could not be started, or
 *   its job was cancelled before it was
 * @HAUL_PROCESS_CLOSED: it was closed, and has forgotten all but its name
 *
 * Where a process is in its life.
 */
#define HAUL_TYPE_PROCESS_STATE (haul_process_state_get_type ())
typedef enum
{
  HAUL_PROCESS_INITIAL,
  HAUL_PROCESS_STARTED,
  HAUL_PROCESS_STOPPED,
  HAUL_PROCESS_CLOSED,
} HaulProcessState;

GType             haul_process_state_get_type    (void);

HaulProcess      *haul_process_new               (const HaulTask       *task,
                                                  GVariant             *arguments,
                                                  GError              **error) G_GNUC_WARN_UNUSED_RESULT;

HaulJob          *haul_process_get_job           (HaulProcess          *self);
const char       *haul_process_get_name          (HaulProcess          *self);
void              haul_process_set_name          (HaulProcess          *self,
                                                  const char           *name);
HaulProcessState  haul_process_get_state         (HaulProcess          *self);
gboolean          haul_process_is_alive          (HaulProcess          *self);
int               haul_process_get_pid           (HaulProcess          *self);
int               haul_process_get_parent_pid    (HaulProcess          *self);
gboolean          haul_process_get_exit_code     (HaulProcess          *self,
                                                  int                  *ret_code);
char             *haul_process_dup_description   (HaulProcess          *self) G_GNUC_WARN_UNUSED_RESULT;

/* Before the start. */
gboolean          haul_process_get_daemon        (HaulProcess          *self);
gboolean          haul_process_set_daemon        (HaulProcess          *self,
                                                  gboolean              daemon,
                                                  GError              **error);
HaulStartMethod   haul_process_get_start_method  (HaulProcess          *self);
gboolean          haul_process_set_start_method  (HaulProcess          *self,
                                                  HaulStartMethod       start_method,
                                                  GError              **error);
const char       *haul_process_get_worker_path   (HaulProcess          *self);
gboolean          haul_process_set_worker_path   (HaulProcess          *self,
                                                  const char           *worker_path,
                                                  GError              **error);
gboolean          haul_process_get_hold          (HaulProcess          *self);
gboolean          haul_process_set_hold          (HaulProcess          *self,
                                                  gboolean              hold,
                                                  GError              **error);

gboolean          haul_process_start             (HaulProcess          *self,
                                                  GError              **error);
gboolean          haul_process_terminate         (HaulProcess          *self,
                                                  GError              **error);
gboolean          haul_process_kill              (HaulProcess          *self,
                                                  GError              **error);
gboolean          haul_process_interrupt         (HaulProcess          *self,
                                                  GError              **error);
gboolean          haul_process_suspend           (HaulProcess          *self,
                                                  GError              **error);
gboolean          haul_process_resume            (HaulProcess          *self,
                                                  GError              **error);

int               haul_process_get_sentinel      (HaulProcess          *self,
                                                  GError              **error);
void              haul_process_join_async        (HaulProcess          *self,
                                                  int                   timeout_ms,
                                                  GCancellable         *cancellable,
                                                  GAsyncReadyCallback   callback,
                                                  gpointer              user_data);
gboolean          haul_process_join_finish       (HaulProcess          *self,
                                                  GAsyncResult         *result,
                                                  gboolean             *ret_ended,
                                                  GError              **error);
gboolean          haul_process_close             (HaulProcess          *self,
                                                  GError              **error);

/* All of them. */
GPtrArray        *haul_process_active_children   (void) G_GNUC_WARN_UNUSED_RESULT;
void              haul_process_finish_all_async  (GCancellable         *cancellable,
                                                  GAsyncReadyCallback   callback,
                                                  gpointer              user_data);
gboolean          haul_process_finish_all_finish (GAsyncResult         *result,
                                                  GError              **error);
gboolean          haul_process_finish_all        (GCancellable         *cancellable,
                                                  GError              **error);

HAUL_END_DECLS
