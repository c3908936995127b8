/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-executor.h"

#include <glib/gi18n-lib.h>
#include <signal.h>
#include <sys/resource.h>

#include "haul-child-private.h"
#include "haul-job-private.h"
#include "haul-lines-private.h"
#include "haul-own-processes-private.h"
#include "haul/wire/haul-error.h"

struct _HaulProcessExecutor
{
  HaulExecutor  parent_instance;

  char            *worker_path;    /* (owned) */
  HaulStartMethod  start_method;
  HaulForkClient  *client;         /* (owned) (nullable) made with the first worker that is forked */
};

typedef enum { PROP_START_METHOD = 1 } HaulProcessExecutorProperty;
static GParamSpec *properties[PROP_START_METHOD + 1];

G_DEFINE_ENUM_TYPE (HaulStartMethod, haul_start_method,
                    G_DEFINE_ENUM_VALUE (HAUL_START_SPAWN, "spawn"),
                    G_DEFINE_ENUM_VALUE (HAUL_START_FORK_SERVER, "forkserver"))

G_DEFINE_FINAL_TYPE (HaulProcessExecutor, haul_process_executor, HAUL_TYPE_EXECUTOR)

/* What a job hears of its child. */

static void
started (GObject   *owner,
         HaulChild *child,
         int        pid)
{
  HaulJob *job = HAUL_JOB (owner);
  const char *name = haul_job_get_process_name (job);

  haul_own_process_add (pid, HAUL_PROCESS_WORKER, name != NULL ? name : haul_job_get_title (job),
                        haul_job_get_daemon (job), job);
  haul_job_set_pid (job, pid);
  haul_job_add_life (job, HAUL_LOG_INFO, haul_life_format_started (pid));
}

static gboolean
message (GObject            *owner,
         HaulChild          *child,
         const HaulFrame    *frame,
         const HaulMessage  *what,
         GError            **error)
{
  HaulJob *job = HAUL_JOB (owner);

  if (frame->job != haul_job_get_id (job) && frame->type != HAUL_FRAME_HELLO)
    {
      g_set_error (error, HAUL_ERROR, HAUL_ERROR_PROTOCOL, "frame %u: about job %u", frame->sequence, frame->job);
      return FALSE;
    }
  haul_job_receive (job, what, HAUL_FRAME_HEADER_SIZE + frame->size);
  return TRUE;
}

static void
line (GObject    *owner,
      HaulChild  *child,
      const char *text)
{
  haul_job_add_output (HAUL_JOB (owner), text);
}

static void
sent (GObject       *owner,
      HaulChild     *child,
      HaulFrameType  type,
      gsize          wire_size)
{
  haul_job_trace_sent (HAUL_JOB (owner), type, wire_size);
}

static void
bad (GObject      *owner,
     HaulChild    *child,
     const GError *error)
{
  haul_job_take_error (HAUL_JOB (owner), g_error_copy (error));
  haul_job_feed (HAUL_JOB (owner), HAUL_EVENT_BAD_BYTES);
}

static void
failed (GObject      *owner,
        HaulChild    *child,
        const GError *error)
{
  haul_job_take_error (HAUL_JOB (owner), g_error_copy (error));
  haul_job_feed (HAUL_JOB (owner), HAUL_EVENT_START_FAILED);   /* frees the child */
}

static void
ended (GObject      *owner,
       HaulChild    *child,
       int           code,
       int           signal_number,
       const GError *lost)
{
  HaulJob *job = HAUL_JOB (owner);
  GError *killed;

  haul_own_process_ended (haul_job_get_pid (job), code, signal_number);
  haul_job_add_life (job, HAUL_LOG_INFO, haul_life_format_ended (lost != NULL ? -1 : code, signal_number));
  haul_job_set_exit (job, lost != NULL && !haul_job_has_result (job) ? -1 : code, signal_number);
  if (lost != NULL)
    haul_job_take_error (job, g_error_copy (lost));
  else if (haul_job_get_stamp (job, HAUL_STAMP_KILL_SENT) == 0 && (killed = haul_child_explain_kill (child)) != NULL)
    haul_job_take_error (job, killed);
  haul_job_feed (job, HAUL_EVENT_EXITED);   /* frees the child */
}

static const HaulChildListener listener = { started, message, line, sent, bad, failed, ended };

static void
start (HaulProcessExecutor *self,
       HaulJob             *job)
{
  gboolean forks = self->start_method == HAUL_START_FORK_SERVER || haul_job_get_hold (job);
  g_autoptr(GError) error = NULL;
  HaulChild *child;

  if (forks && self->client == NULL)
    self->client = haul_fork_client_new (self->worker_path);

  haul_job_set_program (job, self->worker_path);
  haul_job_name_worker (job);
  child = haul_child_new (&listener, G_OBJECT (job), haul_job_get_id (job), haul_job_get_nice (job));
  haul_child_set_hold (child, haul_job_get_hold (job));
  haul_child_set_shares (child, haul_job_get_shares (job));
  haul_job_set_run (job, child, (GDestroyNotify) haul_child_free);
  if (haul_child_start (child, self->worker_path, forks ? self->client : NULL, -1, &error))
    return;

  haul_job_set_run (job, NULL, NULL);
  haul_job_take_error (job, g_error_new (HAUL_ERROR, HAUL_ERROR_START, _("cannot start %s: %s"),
                                         self->worker_path, error->message));
  haul_job_feed (job, HAUL_EVENT_START_FAILED);
}

static void
send (HaulJob           *job,
      HaulChild         *child,
      const HaulMessage *what)
{
  haul_child_queue (child, haul_job_get_id (job), what);
  haul_child_flush (child);
}

static void
send_run (HaulJob   *job,
          HaulChild *child)
{
  HaulMessage run = { .type = HAUL_FRAME_RUN };

  run.run.task = (char *) haul_job_get_task (job)->id;
  run.run.name = (char *) haul_job_get_worker_name (job);
  run.run.daemon = haul_job_get_daemon (job);
  run.run.arguments = haul_job_get_arguments (job);
  run.run.seed = haul_job_get_run_seed (job);
  run.run.seeds_process = TRUE;
  run.run.shares = haul_child_get_shares_serial (child);
  run.run.level = haul_log_get_level ();
  haul_job_add_life (job, HAUL_LOG_DEBUG, g_strdup_printf (_("running the task “%s”"), run.run.task));
  send (job, child, &run);
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
      send_run (job, child);
      break;

    case HAUL_ACTION_CANCEL:
      send (job, child, &(HaulMessage) { .type = HAUL_FRAME_CANCEL });
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

static gboolean
haul_process_executor_renice (HaulExecutor  *executor,
                              HaulJob       *job,
                              int            nice,
                              GError       **error)
{
  return haul_child_renice (haul_job_get_run (job), nice, error);
}

gboolean
haul_process_executor_holds (HaulProcessExecutor *self,
                             HaulJob             *job)
{
  return self->client != NULL && haul_fork_client_holds (self->client, haul_job_get_id (job));
}

gboolean
haul_process_executor_collect (HaulProcessExecutor *self,
                               HaulJob             *job,
                               HaulForkCollected    collected,
                               gpointer             user_data)
{
  return self->client != NULL && haul_fork_client_collect (self->client, haul_job_get_id (job), collected, user_data);
}

static void
haul_process_executor_finalize (GObject *object)
{
  HaulProcessExecutor *self = HAUL_PROCESS_EXECUTOR (object);

  g_clear_pointer (&self->client, haul_fork_client_unref);
  g_free (self->worker_path);

  G_OBJECT_CLASS (haul_process_executor_parent_class)->finalize (object);
}

static void
haul_process_executor_get_property (GObject    *object,
                                    guint       prop_id,
                                    GValue     *value,
                                    GParamSpec *pspec)
{
  HaulProcessExecutor *self = HAUL_PROCESS_EXECUTOR (object);

  switch ((HaulProcessExecutorProperty) prop_id)
    {
    case PROP_START_METHOD:
      g_value_set_enum (value, self->start_method);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
haul_process_executor_set_property (GObject      *object,
                                    guint         prop_id,
                                    const GValue *value,
                                    GParamSpec   *pspec)
{
  switch ((HaulProcessExecutorProperty) prop_id)
    {
    case PROP_START_METHOD:
      haul_process_executor_set_start_method (HAUL_PROCESS_EXECUTOR (object), g_value_get_enum (value));
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
haul_process_executor_class_init (HaulProcessExecutorClass *klass)
{
  HaulExecutorClass *executor_class = HAUL_EXECUTOR_CLASS (klass);

  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = haul_process_executor_finalize;
  object_class->get_property = haul_process_executor_get_property;
  object_class->set_property = haul_process_executor_set_property;

  properties[PROP_START_METHOD] =
    g_param_spec_enum ("start-method", NULL, NULL, HAUL_TYPE_START_METHOD, HAUL_START_SPAWN,
                       G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);

  executor_class->name = "process";
  executor_class->can_pause = TRUE;
  executor_class->can_force = TRUE;
  executor_class->act = haul_process_executor_act;
  executor_class->renice = haul_process_executor_renice;
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
 *
 * Returns: (transfer full): an executor that runs each job in a process
 */
HaulExecutor *
haul_process_executor_new (const char *worker_path)
{
  HaulProcessExecutor *self = g_object_new (HAUL_TYPE_PROCESS_EXECUTOR, NULL);

  self->worker_path = haul_find_worker (worker_path);
  return HAUL_EXECUTOR (self);
}

/**
 * haul_process_executor_get_start_method:
 * @self: an executor
 *
 * Gets #HaulProcessExecutor:start-method.
 *
 * Returns: how its workers come into being
 */
HaulStartMethod
haul_process_executor_get_start_method (HaulProcessExecutor *self)
{
  g_return_val_if_fail (HAUL_IS_PROCESS_EXECUTOR (self), HAUL_START_SPAWN);

  return self->start_method;
}

/**
 * haul_process_executor_set_start_method:
 * @self: an executor
 * @start_method: how
 *
 * Sets how the workers of jobs that start from now on come into being.
 */
void
haul_process_executor_set_start_method (HaulProcessExecutor *self,
                                        HaulStartMethod      start_method)
{
  g_return_if_fail (HAUL_IS_PROCESS_EXECUTOR (self));

  if (self->start_method == start_method)
    return;

  self->start_method = start_method;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_START_METHOD]);
}
