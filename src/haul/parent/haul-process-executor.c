/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-executor.h"

#include <glib/gi18n-lib.h>
#include <signal.h>
#include <sys/resource.h>

#include "haul-child-private.h"
#include "haul-job-private.h"
#include "haul/wire/haul-error.h"

struct _HaulProcessExecutor
{
  HaulExecutor  parent_instance;

  char         *worker_path;   /* (owned) */
};

G_DEFINE_FINAL_TYPE (HaulProcessExecutor, haul_process_executor, HAUL_TYPE_EXECUTOR)

static void
start (HaulProcessExecutor *self,
       HaulJob             *job)
{
  g_autoptr(GError) error = NULL;
  HaulChild *child;

  haul_job_set_program (job, self->worker_path);
  child = haul_child_new (job, self->worker_path, &error);
  if (child != NULL)
    {
      haul_job_set_run (job, child, (GDestroyNotify) haul_child_free);
      haul_child_greet (child);
      return;
    }

  haul_job_take_error (job, g_error_new (HAUL_ERROR, HAUL_ERROR_START, _("cannot start %s: %s"),
                                         self->worker_path, error->message));
  haul_job_feed (job, HAUL_EVENT_START_FAILED);
}

static void
haul_process_executor_act (HaulExecutor    *executor,
                           HaulJob         *job,
                           HaulLifeActions  action)
{
  HaulChild *child = haul_job_get_run (job);

  switch ((guint) action)
    {
    case HAUL_ACTION_START:
      start (HAUL_PROCESS_EXECUTOR (executor), job);
      break;

    case HAUL_ACTION_RUN:
      haul_child_send_run (child);
      break;

    case HAUL_ACTION_CANCEL:
      haul_child_send_cancel (child);
      break;

    case HAUL_ACTION_STOP:
      haul_child_signal (child, SIGSTOP);
      break;

    case HAUL_ACTION_TERM:
      haul_child_signal (child, SIGTERM);
      break;

    case HAUL_ACTION_KILL:
      haul_child_signal (child, SIGKILL);
      break;

    case HAUL_ACTION_CONT:
      haul_child_signal (child, SIGCONT);
      break;

    default:
      g_assert_not_reached ();
    }
}

static void
haul_process_executor_finalize (GObject *object)
{
  g_free (HAUL_PROCESS_EXECUTOR (object)->worker_path);

  G_OBJECT_CLASS (haul_process_executor_parent_class)->finalize (object);
}

static void
haul_process_executor_class_init (HaulProcessExecutorClass *klass)
{
  HaulExecutorClass *executor_class = HAUL_EXECUTOR_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = haul_process_executor_finalize;

  executor_class->name = "process";
  executor_class->can_pause = TRUE;
  executor_class->can_force = TRUE;
  executor_class->act = haul_process_executor_act;
}

static void
haul_process_executor_init (HaulProcessExecutor *self)
{
}

/**
 * haul_raise_fd_limit:
 *
 * Raises the soft limit of open files to the hard one, or to what a thousand
 * children need. Not done by itself: the limit belongs to the whole program.
 */
void
haul_raise_fd_limit (void)
{
  const rlim_t enough = 16384;
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= enough)
    return;

  limit.rlim_cur = MIN (limit.rlim_max, enough);
  (void) setrlimit (RLIMIT_NOFILE, &limit);   /* with the old limit, jobs past it fail one by one */
}

/**
 * haul_process_executor_new:
 * @worker_path: (nullable): the program that runs the tasks: one whose main() is
 *   haul_worker_main(); %NULL for `$HAUL_WORKER`, or else the `haul-worker`
 *   that was installed with the library
 *
 * Jobs are started from the thread that runs the main loop, and that thread
 * has to live as long as they do: the kernel ends them with it.
 */
HaulExecutor *
haul_process_executor_new (const char *worker_path)
{
  HaulProcessExecutor *self = g_object_new (HAUL_TYPE_PROCESS_EXECUTOR, NULL);

  if (worker_path == NULL)
    worker_path = g_getenv ("HAUL_WORKER");
  if (worker_path == NULL || *worker_path == '\0')
    worker_path = HAUL_LIBEXECDIR "/haul-worker";
  self->worker_path = g_strdup (worker_path);
  return HAUL_EXECUTOR (self);
}
