/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-executor.h"

#include <glib/gi18n-lib.h>

#include "haul-cpus.h"
#include "haul-job-private.h"
#include "haul-source-private.h"
#include "haul/wire/haul-error.h"

typedef struct
{
  GQueue     queued;        /* (owned) of HaulJob, in the order in which they are to start */
  GPtrArray *running;       /* (owned) of HaulJob */
  guint      max_running;
  GSource   *pump;          /* (owned) (nullable) starts what has a slot, next turn of the loop */
  GPtrArray *shutdowns;     /* (owned) of GTask, complete when nothing is left */
  gboolean   held;          /* what is queued stays there */
  gboolean   closed;        /* shut down: takes no more jobs */
} HaulExecutorPrivate;

typedef enum { PROP_MAX_RUNNING = 1, PROP_N_RUNNING, PROP_N_QUEUED, PROP_HELD } HaulExecutorProperty;
static GParamSpec *properties[PROP_HELD + 1];

G_DEFINE_ENUM_TYPE (HaulShutdown, haul_shutdown,
                    G_DEFINE_ENUM_VALUE (HAUL_SHUTDOWN_DRAIN, "drain"),
                    G_DEFINE_ENUM_VALUE (HAUL_SHUTDOWN_CANCEL_QUEUED, "cancel-queued"),
                    G_DEFINE_ENUM_VALUE (HAUL_SHUTDOWN_TERMINATE, "terminate"))

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (HaulExecutor, haul_executor, G_TYPE_OBJECT)

static void
notify_counts (HaulExecutor *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_RUNNING]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_QUEUED]);
}

static gboolean
has_room (HaulExecutor *self)
{
  HaulExecutorClass *klass = HAUL_EXECUTOR_GET_CLASS (self);

  return klass->has_room == NULL || klass->has_room (self);
}

static gboolean
pump_cb (gpointer user_data)
{
  g_autoptr(HaulExecutor) self = g_object_ref (user_data);
  HaulExecutorPrivate *priv = haul_executor_get_instance_private (self);

  g_clear_pointer (&priv->pump, g_source_unref);
  while (!priv->held && priv->queued.length > 0 && priv->running->len < priv->max_running && has_room (self))
    {
      HaulJob *job = g_queue_pop_head (&priv->queued);

      g_ptr_array_add (priv->running, job);
      haul_job_feed (job, HAUL_EVENT_SLOT_FREE);
    }
  notify_counts (self);
  return G_SOURCE_REMOVE;
}

void
haul_executor_plan_pump (HaulExecutor *self)
{
  HaulExecutorPrivate *priv = haul_executor_get_instance_private (self);

  if (priv->pump == NULL)
    priv->pump = haul_idle_new ("[haul] start queued jobs", pump_cb, self);
}

static void
complete_shutdowns (HaulExecutor *self)
{
  HaulExecutorPrivate *priv = haul_executor_get_instance_private (self);

  if (priv->running->len > 0 || priv->queued.length > 0)
    return;

  while (priv->shutdowns->len > 0)
    {
      g_autoptr(GTask) task = g_ptr_array_steal_index (priv->shutdowns, 0);

      g_task_return_boolean (task, TRUE);
    }
}

/* The job holds the executor until now, so @self is alive. */
void
haul_executor_job_ended (HaulExecutor *self,
                         HaulJob      *job)
{
  HaulExecutorPrivate *priv = haul_executor_get_instance_private (self);
  GList *link = g_queue_find (&priv->queued, job);

  if (link != NULL)
    {
      g_queue_delete_link (&priv->queued, link);
      g_object_unref (job);
    }
  else
    {
      g_ptr_array_remove (priv->running, job);
      haul_executor_plan_pump (self);
    }
  notify_counts (self);
  complete_shutdowns (self);
}

/* What cannot be passed to a process is refused by all executors alike. */
static gboolean
may_start (HaulJob *job)
{
  HaulShares *shares = haul_job_get_shares (job);
  g_autoptr(GError) error = NULL;

  if (shares == NULL || haul_shares_check (shares, &error))
    return TRUE;

  haul_job_take_error (job, g_steal_pointer (&error));
  haul_job_feed (job, HAUL_EVENT_START_FAILED);
  return FALSE;
}

void
haul_executor_act (HaulExecutor    *self,
                   HaulJob         *job,
                   HaulLifeActions  actions)
{
  for (guint bit = HAUL_ACTION_START; bit <= HAUL_ACTION_CONT; bit <<= 1)
    if ((actions & bit) && (bit != HAUL_ACTION_START || may_start (job)))
      HAUL_EXECUTOR_GET_CLASS (self)->act (self, job, bit);
}

static void
haul_executor_dispose (GObject *object)
{
  HaulExecutorPrivate *priv = haul_executor_get_instance_private (HAUL_EXECUTOR (object));

  /* No job is left: each would have kept us. */
  haul_source_clear (&priv->pump);

  G_OBJECT_CLASS (haul_executor_parent_class)->dispose (object);
}

static void
haul_executor_finalize (GObject *object)
{
  HaulExecutorPrivate *priv = haul_executor_get_instance_private (HAUL_EXECUTOR (object));

  g_clear_pointer (&priv->running, g_ptr_array_unref);
  g_clear_pointer (&priv->shutdowns, g_ptr_array_unref);

  G_OBJECT_CLASS (haul_executor_parent_class)->finalize (object);
}

static void
haul_executor_get_property (GObject    *object,
                            guint       prop_id,
                            GValue     *value,
                            GParamSpec *pspec)
{
  HaulExecutor *self = HAUL_EXECUTOR (object);

  switch ((HaulExecutorProperty) prop_id)
    {
    case PROP_MAX_RUNNING:
      g_value_set_uint (value, haul_executor_get_max_running (self));
      break;

    case PROP_N_RUNNING:
      g_value_set_uint (value, haul_executor_get_n_running (self));
      break;

    case PROP_N_QUEUED:
      g_value_set_uint (value, haul_executor_get_n_queued (self));
      break;

    case PROP_HELD:
      g_value_set_boolean (value, haul_executor_get_held (self));
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
haul_executor_set_property (GObject      *object,
                            guint         prop_id,
                            const GValue *value,
                            GParamSpec   *pspec)
{
  switch ((HaulExecutorProperty) prop_id)
    {
    case PROP_MAX_RUNNING:
      haul_executor_set_max_running (HAUL_EXECUTOR (object), g_value_get_uint (value));
      break;

    case PROP_HELD:
      haul_executor_set_held (HAUL_EXECUTOR (object), g_value_get_boolean (value));
      break;

    case PROP_N_RUNNING:
    case PROP_N_QUEUED:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
haul_executor_class_init (HaulExecutorClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = haul_executor_dispose;
  object_class->finalize = haul_executor_finalize;
  object_class->get_property = haul_executor_get_property;
  object_class->set_property = haul_executor_set_property;

  properties[PROP_MAX_RUNNING] =
    g_param_spec_uint ("max-running", NULL, NULL, 1, G_MAXUINT, 1,
                       G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_N_RUNNING] =
    g_param_spec_uint ("n-running", NULL, NULL, 0, G_MAXUINT, 0, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_N_QUEUED] =
    g_param_spec_uint ("n-queued", NULL, NULL, 0, G_MAXUINT, 0, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_HELD] =
    g_param_spec_boolean ("held", NULL, NULL, FALSE, G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
haul_executor_init (HaulExecutor *self)
{
  HaulExecutorPrivate *priv = haul_executor_get_instance_private (self);

  g_queue_init (&priv->queued);
  priv->running = g_ptr_array_new_with_free_func (g_object_unref);
  priv->shutdowns = g_ptr_array_new_with_free_func (g_object_unref);
  priv->max_running = haul_usable_cpus ();
}

/**
 * haul_executor_get_name:
 * @self: an executor
 *
 * Gets the name of the kind of executor that it is.
 *
 * Returns: (transfer none): "serial", "thread", "process" or "pool"; never translated
 */
const char *
haul_executor_get_name (HaulExecutor *self)
{
  g_return_val_if_fail (HAUL_IS_EXECUTOR (self), NULL);

  return HAUL_EXECUTOR_GET_CLASS (self)->name;
}

/**
 * haul_executor_get_max_running:
 * @self: an executor
 *
 * Gets #HaulExecutor:max-running.
 *
 * Returns: how many jobs may run at a time
 */
guint
haul_executor_get_max_running (HaulExecutor *self)
{
  HaulExecutorPrivate *priv = haul_executor_get_instance_private (self);

  g_return_val_if_fail (HAUL_IS_EXECUTOR (self), 0);

  return priv->max_running;
}

/**
 * haul_executor_set_max_running:
 * @self: an executor
 * @max_running: how many; at least 1
 *
 * Sets how many jobs may run at a time; as many as processors if it is not called.
 * Those that run already are left alone.
 */
void
haul_executor_set_max_running (HaulExecutor *self,
                               guint         max_running)
{
  HaulExecutorPrivate *priv = haul_executor_get_instance_private (self);

  g_return_if_fail (HAUL_IS_EXECUTOR (self));
  g_return_if_fail (max_running > 0);

  if (priv->max_running == max_running)
    return;

  priv->max_running = max_running;
  haul_executor_plan_pump (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MAX_RUNNING]);
}

/**
 * haul_executor_get_n_running:
 * @self: an executor
 *
 * Gets #HaulExecutor:n-running.
 *
 * Returns: how many jobs have started and not ended
 */
guint
haul_executor_get_n_running (HaulExecutor *self)
{
  HaulExecutorPrivate *priv = haul_executor_get_instance_private (self);

  g_return_val_if_fail (HAUL_IS_EXECUTOR (self), 0);

  return priv->running->len;
}

/**
 * haul_executor_get_n_queued:
 * @self: an executor
 *
 * Gets #HaulExecutor:n-queued.
 *
 * Returns: how many jobs wait for their turn
 */
guint
haul_executor_get_n_queued (HaulExecutor *self)
{
  HaulExecutorPrivate *priv = haul_executor_get_instance_private (self);

  g_return_val_if_fail (HAUL_IS_EXECUTOR (self), 0);

  return priv->queued.length;
}

/**
 * haul_executor_get_held:
 * @self: an executor
 *
 * Gets #HaulExecutor:held.
 *
 * Returns: whether no job starts
 */
gboolean
haul_executor_get_held (HaulExecutor *self)
{
  HaulExecutorPrivate *priv = haul_executor_get_instance_private (self);

  g_return_val_if_fail (HAUL_IS_EXECUTOR (self), FALSE);

  return priv->held;
}

/**
 * haul_executor_set_held:
 * @self: an executor
 * @held: whether to start no job
 *
 * Holds the queue, or lets it go on. What runs goes on. An executor that is held does
 * not complete a shutdown that lets its jobs end by themselves.
 */
void
haul_executor_set_held (HaulExecutor *self,
                        gboolean      held)
{
  HaulExecutorPrivate *priv = haul_executor_get_instance_private (self);

  g_return_if_fail (HAUL_IS_EXECUTOR (self));

  if (priv->held == !!held)
    return;

  priv->held = !!held;
  haul_executor_plan_pump (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_HELD]);
}

/**
 * haul_executor_get_position:
 * @self: an executor
 * @job: a job
 *
 * Tells when a job has its turn.
 *
 * Returns: how many jobs are before it in the queue; -1 if it is not queued here
 */
int
haul_executor_get_position (HaulExecutor *self,
                            HaulJob      *job)
{
  HaulExecutorPrivate *priv = haul_executor_get_instance_private (self);

  g_return_val_if_fail (HAUL_IS_EXECUTOR (self), -1);

  return g_queue_index (&priv->queued, job);
}

/**
 * haul_executor_move:
 * @self: an executor
 * @job: a job
 * @position: how many jobs are to be before it; the last place if there are fewer
 *
 * Gives a queued job another place in the queue.
 *
 * Returns: %FALSE if it is not queued here, any more
 */
gboolean
haul_executor_move (HaulExecutor *self,
                    HaulJob      *job,
                    guint         position)
{
  HaulExecutorPrivate *priv = haul_executor_get_instance_private (self);

  g_return_val_if_fail (HAUL_IS_EXECUTOR (self), FALSE);

  if (!g_queue_remove (&priv->queued, job))
    return FALSE;

  g_queue_push_nth (&priv->queued, job, (int) MIN (position, priv->queued.length));
  return TRUE;
}

/* Behind those that are as nice or less. What people have moved to another place stays there. */
static void
enqueue (HaulExecutorPrivate *priv,
         HaulJob             *job)
{
  GList *before = priv->queued.tail;

  while (before != NULL && haul_job_get_nice (before->data) > haul_job_get_nice (job))
    before = before->prev;
  if (before != NULL)
    g_queue_insert_after (&priv->queued, before, job);
  else
    g_queue_push_head (&priv->queued, job);
}

/**
 * haul_executor_submit:
 * @self: an executor that was not shut down
 * @job: a job that was never submitted
 *
 * Queues a job, behind those that are as nice as it or less. It starts, when its turn has come, in a later turn of the main
 * loop, so that there is time to connect to it. The executor keeps the job,
 * and the job the executor, until it has ended. One that was cancelled before has
 * ended already, and is not queued.
 */
void
haul_executor_submit (HaulExecutor *self,
                      HaulJob      *job)
{
  HaulExecutorPrivate *priv = haul_executor_get_instance_private (self);

  g_return_if_fail (HAUL_IS_EXECUTOR (self));
  g_return_if_fail (HAUL_IS_JOB (job));
  g_return_if_fail (haul_job_get_stamp (job, HAUL_STAMP_QUEUED) == 0);
  g_return_if_fail (!priv->closed);

  if (!haul_job_is_active (job))
    return;

  haul_job_attach (job, self);
  enqueue (priv, g_object_ref (job));
  haul_executor_plan_pump (self);
  notify_counts (self);
}

gboolean
haul_executor_renice (HaulExecutor  *self,
                      HaulJob       *job,
                      int            nice,
                      GError       **error)
{
  HaulExecutorClass *klass = HAUL_EXECUTOR_GET_CLASS (self);

  if (klass->renice != NULL)
    return klass->renice (self, job, nice, error);

  g_set_error (error, HAUL_ERROR, HAUL_ERROR_NOT_POSSIBLE,
               _("a job that runs without a process of its own keeps its priority"));
  return FALSE;
}

void
haul_executor_requeue (HaulExecutor *self,
                       HaulJob      *job)
{
  HaulExecutorPrivate *priv = haul_executor_get_instance_private (self);

  if (g_queue_remove (&priv->queued, job))
    enqueue (priv, job);
}

void
haul_executor_run_now (HaulExecutor *self,
                       HaulJob      *job)
{
  HaulExecutorPrivate *priv = haul_executor_get_instance_private (self);

  haul_job_attach (job, self);
  g_ptr_array_add (priv->running, g_object_ref (job));
  notify_counts (self);
  haul_job_feed (job, HAUL_EVENT_SLOT_FREE);
}

/**
 * haul_executor_shutdown_async:
 * @self: an executor
 * @how: what becomes of its jobs
 * @cancellable: (nullable): unused; a shutdown that was begun is completed
 * @callback: (scope async): called when every job has ended and is joined
 * @user_data: for @callback
 *
 * Takes no more jobs, and waits for the end of those there are. May be called
 * again, to be less patient.
 */
void
haul_executor_shutdown_async (HaulExecutor        *self,
                              HaulShutdown         how,
                              GCancellable        *cancellable,
                              GAsyncReadyCallback  callback,
                              gpointer             user_data)
{
  HaulExecutorPrivate *priv = haul_executor_get_instance_private (self);
  g_autoptr(GPtrArray) doomed = g_ptr_array_new_with_free_func (g_object_unref);
  GTask *task;

  g_return_if_fail (HAUL_IS_EXECUTOR (self));

  task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (task, haul_executor_shutdown_async);
  g_task_set_name (task, "[haul] shut down executor");
  g_ptr_array_add (priv->shutdowns, task);
  priv->closed = TRUE;

  if (how != HAUL_SHUTDOWN_DRAIN)
    for (GList *link = priv->queued.head; link != NULL; link = link->next)
      g_ptr_array_add (doomed, g_object_ref (link->data));
  if (how == HAUL_SHUTDOWN_TERMINATE)
    for (guint i = 0; i < priv->running->len; i++)
      g_ptr_array_add (doomed, g_object_ref (priv->running->pdata[i]));

  for (guint i = 0; i < doomed->len; i++)
    haul_job_cancel (doomed->pdata[i]);
  complete_shutdowns (self);
}

/**
 * haul_executor_shutdown_finish:
 * @self: an executor
 * @result: of the call
 * @error: never set; for bindings
 *
 * Ends what haul_executor_shutdown_async() began.
 *
 * Returns: %TRUE when every job has ended and is joined
 */
gboolean
haul_executor_shutdown_finish (HaulExecutor  *self,
                               GAsyncResult  *result,
                               GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
