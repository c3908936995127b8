/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-job.h"

#include <glib/gi18n-lib.h>

#include "haul-child-private.h"
#include "haul-job-core-private.h"
#include "haul-joiners-private.h"
#include "haul-lines-private.h"
#include "haul-source-private.h"

/* What a job keeps of what went over its pipes. */
#define MESSAGES_ITEMS 500
#define MESSAGES_BYTES (256 * 1024)

static GParamSpec *properties[PROP_NICE + 1];

enum { ENDED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE_WITH_CODE (HaulJob, haul_job, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (HAUL_TYPE_WAITABLE, haul_job_waitable_init))

void
haul_job_notify (HaulJob         *self,
                 HaulJobProperty  property)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

void
haul_job_emit_ended (HaulJob *self)
{
  g_signal_emit (self, signals[ENDED], 0);
}

static void
haul_job_dispose (GObject *object)
{
  HaulJob *self = HAUL_JOB (object);

  haul_source_clear (&self->ladder);
  haul_source_clear (&self->timeout);
  haul_source_clear (&self->notify_later);
  haul_job_set_run (self, NULL, NULL);
  haul_job_forget_held (self);
  g_clear_object (&self->executor);
  g_clear_object (&self->parts);
  g_clear_object (&self->log);
  g_clear_object (&self->messages);
  g_clear_pointer (&self->joiners, g_ptr_array_unref);

  G_OBJECT_CLASS (haul_job_parent_class)->dispose (object);
}

static void
haul_job_finalize (GObject *object)
{
  HaulJob *self = HAUL_JOB (object);

  g_clear_pointer (&self->arguments, g_variant_unref);
  g_clear_error (&self->error);
  haul_pieces_clear (&self->result);
  g_free (self->picture);
  g_clear_pointer (&self->pending, g_array_unref);
  g_free (self->title);
  g_clear_pointer (&self->shares, haul_shares_unref);
  g_free (self->program);
  g_free (self->process_name);
  g_free (self->worker_name);
  g_free (self->task_error);
  g_free (self->phase);

  G_OBJECT_CLASS (haul_job_parent_class)->finalize (object);
}

static gboolean
get_flag (HaulJob         *self,
          HaulJobProperty  property)
{
  if (property == PROP_CAN_PAUSE)
    return haul_job_get_can_pause (self);
  if (property == PROP_OVERDUE)
    return self->life.overdue;
  if (property == PROP_STUCK)
    return haul_job_get_stuck (self);
  return property == PROP_HELD ? haul_job_get_held (self) : self->daemon;
}

static double
get_progress (HaulJob         *self,
              HaulJobProperty  property)
{
  if (property == PROP_DONE)
    return self->done;
  return property == PROP_TOTAL ? self->total : haul_job_get_fraction (self);
}

static void
haul_job_get_property (GObject    *object,
                       guint       prop_id,
                       GValue     *value,
                       GParamSpec *pspec)
{
  HaulJob *self = HAUL_JOB (object);

  switch ((HaulJobProperty) prop_id)
    {
    case PROP_TITLE:
      g_value_set_string (value, self->title);
      break;

    case PROP_STATE:
      g_value_set_enum (value, self->life.state);
      break;

    case PROP_VERDICT:
      g_value_set_enum (value, self->life.verdict);
      break;

    case PROP_DONE:
    case PROP_TOTAL:
    case PROP_FRACTION:
      g_value_set_double (value, get_progress (self, (HaulJobProperty) prop_id));
      break;

    case PROP_PHASE:
      g_value_set_string (value, self->phase);
      break;

    case PROP_PID:
    case PROP_NICE:
      g_value_set_int (value, prop_id == PROP_PID ? self->pid : self->nice);
      break;

    case PROP_RESULT_SIZE:
      g_value_set_uint64 (value, self->result.size);
      break;

    case PROP_CAN_PAUSE:
    case PROP_OVERDUE:
    case PROP_STUCK:
    case PROP_DAEMON:
    case PROP_HELD:
      g_value_set_boolean (value, get_flag (self, (HaulJobProperty) prop_id));
      break;

    case PROP_ERROR:
      g_value_set_boxed (value, haul_job_get_error (self));
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
haul_job_class_init (HaulJobClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->dispose = haul_job_dispose;
  object_class->finalize = haul_job_finalize;
  object_class->get_property = haul_job_get_property;

  properties[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, flags);
  properties[PROP_STATE] = g_param_spec_enum ("state", NULL, NULL, HAUL_TYPE_JOB_STATE, HAUL_JOB_QUEUED, flags);
  properties[PROP_VERDICT] = g_param_spec_enum ("verdict", NULL, NULL, HAUL_TYPE_JOB_VERDICT, HAUL_VERDICT_NONE, flags);
  properties[PROP_DONE] = g_param_spec_double ("done", NULL, NULL, 0, G_MAXDOUBLE, 0, flags);
  properties[PROP_TOTAL] = g_param_spec_double ("total", NULL, NULL, 0, G_MAXDOUBLE, 0, flags);
  properties[PROP_FRACTION] = g_param_spec_double ("fraction", NULL, NULL, -1, 1, -1, flags);
  properties[PROP_PHASE] = g_param_spec_string ("phase", NULL, NULL, NULL, flags);
  properties[PROP_PID] = g_param_spec_int ("pid", NULL, NULL, 0, G_MAXINT, 0, flags);
  properties[PROP_RESULT_SIZE] = g_param_spec_uint64 ("result-size", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  properties[PROP_CAN_PAUSE] = g_param_spec_boolean ("can-pause", NULL, NULL, FALSE, flags);
  properties[PROP_OVERDUE] = g_param_spec_boolean ("overdue", NULL, NULL, FALSE, flags);
  properties[PROP_STUCK] = g_param_spec_boolean ("stuck", NULL, NULL, FALSE, flags);
  properties[PROP_ERROR] = g_param_spec_boxed ("error", NULL, NULL, G_TYPE_ERROR, flags);
  properties[PROP_DAEMON] = g_param_spec_boolean ("daemon", NULL, NULL, FALSE, flags);
  properties[PROP_HELD] = g_param_spec_boolean ("held", NULL, NULL, FALSE, flags);
  properties[PROP_NICE] = g_param_spec_int ("nice", NULL, NULL, -20, 19, 19, flags);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);

  signals[ENDED] = g_signal_new ("ended", HAUL_TYPE_JOB, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
haul_job_init (HaulJob *self)
{
  self->id = haul_next_id ();
  self->nice = 19;
  self->seed = haul_random_draw_seed ();
  haul_life_init (&self->life);
  self->pending = g_array_new (FALSE, FALSE, sizeof (HaulLifeEvent));
  haul_estimator_init (&self->estimator);
  haul_pieces_init (&self->result);
  self->log = haul_ring_new (HAUL_LOG_LINES, HAUL_LOG_BYTES);
  self->messages = haul_ring_new (MESSAGES_ITEMS, MESSAGES_BYTES);
  self->joiners = haul_joiners_new ();
}

/**
 * haul_job_new:
 * @task: what to run
 * @arguments: (nullable): `a{sv}`; a floating reference is taken
 * @error: set when the arguments are not right
 *
 * A job that is ready to be submitted. It starts nothing.
 *
 * Returns: (transfer full): the job
 */
HaulJob *
haul_job_new (const HaulTask  *task,
              GVariant        *arguments,
              GError         **error)
{
  g_autoptr(GVariant) complete = NULL;
  HaulJob *self;

  g_return_val_if_fail (task != NULL, NULL);

  complete = haul_task_complete (task, arguments, error);
  if (complete == NULL)
    return NULL;

  self = g_object_new (HAUL_TYPE_JOB, NULL);
  self->task = task;
  self->arguments = g_steal_pointer (&complete);
  self->title = g_strdup (_(task->title));
  self->life.tidy_ms = task->tidy_ms;
  return self;
}

const HaulTask *
haul_job_get_task (HaulJob *self)
{
  g_return_val_if_fail (HAUL_IS_JOB (self), NULL);

  return self->task;
}

GVariant *
haul_job_get_arguments (HaulJob *self)
{
  g_return_val_if_fail (HAUL_IS_JOB (self), NULL);

  return self->arguments;
}

guint
haul_job_get_id (HaulJob *self)
{
  g_return_val_if_fail (HAUL_IS_JOB (self), 0);

  return self->id;
}

HaulJobState
haul_job_get_state (HaulJob *self)
{
  g_return_val_if_fail (HAUL_IS_JOB (self), HAUL_JOB_ENDED);

  return self->life.state;
}

HaulJobVerdict
haul_job_get_verdict (HaulJob *self)
{
  g_return_val_if_fail (HAUL_IS_JOB (self), HAUL_VERDICT_NONE);

  return self->life.verdict;
}

gboolean
haul_job_is_active (HaulJob *self)
{
  return haul_job_get_state (self) != HAUL_JOB_ENDED;
}

gint64
haul_job_get_stamp (HaulJob   *self,
                    HaulStamp  stamp)
{
  g_return_val_if_fail (HAUL_IS_JOB (self), 0);

  return self->stamps[stamp];
}

double
haul_job_get_elapsed (HaulJob *self)
{
  gint64 until;

  g_return_val_if_fail (HAUL_IS_JOB (self), 0);

  if (self->stamps[HAUL_STAMP_STARTED] == 0)
    return 0;
  until = self->stamps[self->hold ? HAUL_STAMP_EXITED : HAUL_STAMP_JOINED];
  if (until == 0)
    until = g_get_monotonic_time ();
  return (until - self->stamps[HAUL_STAMP_STARTED]) / 1e6;
}

double
haul_job_get_done (HaulJob *self)
{
  g_return_val_if_fail (HAUL_IS_JOB (self), 0);

  return self->done;
}

double
haul_job_get_total (HaulJob *self)
{
  g_return_val_if_fail (HAUL_IS_JOB (self), 0);

  return self->total;
}

double
haul_job_get_fraction (HaulJob *self)
{
  g_return_val_if_fail (HAUL_IS_JOB (self), -1);

  return self->total > 0 ? self->done / self->total : -1;
}

const char *
haul_job_get_phase (HaulJob *self)
{
  g_return_val_if_fail (HAUL_IS_JOB (self), NULL);

  return self->phase;
}

double
haul_job_get_rate (HaulJob *self)
{
  g_return_val_if_fail (HAUL_IS_JOB (self), 0);

  return haul_estimator_get_rate (&self->estimator);
}

double
haul_job_get_left (HaulJob *self)
{
  g_return_val_if_fail (HAUL_IS_JOB (self), -1);

  return haul_job_is_active (self) ? haul_estimator_get_left (&self->estimator, g_get_monotonic_time ()) : -1;
}

gint64
haul_job_get_news_time (HaulJob *self)
{
  g_return_val_if_fail (HAUL_IS_JOB (self), 0);

  return self->news_time;
}

const char *
haul_job_get_executor_name (HaulJob *self)
{
  g_return_val_if_fail (HAUL_IS_JOB (self), NULL);

  return self->executor_name;
}

const char *
haul_job_get_program (HaulJob *self)
{
  g_return_val_if_fail (HAUL_IS_JOB (self), NULL);

  return self->program;
}

int
haul_job_get_pid (HaulJob *self)
{
  g_return_val_if_fail (HAUL_IS_JOB (self), 0);

  return self->pid;
}

int
haul_job_get_exit_code (HaulJob *self)
{
  g_return_val_if_fail (HAUL_IS_JOB (self), -1);

  return self->life.exit_code;
}

int
haul_job_get_exit_signal (HaulJob *self)
{
  g_return_val_if_fail (HAUL_IS_JOB (self), 0);

  return self->life.exit_signal;
}

gboolean
haul_job_get_can_pause (HaulJob *self)
{
  g_return_val_if_fail (HAUL_IS_JOB (self), FALSE);

  return self->can_pause && (self->life.state == HAUL_JOB_RUNNING || self->life.state == HAUL_JOB_PAUSED);
}

gboolean
haul_job_get_can_force (HaulJob *self)
{
  g_return_val_if_fail (HAUL_IS_JOB (self), FALSE);

  return self->can_force && haul_job_is_active (self);
}

gboolean
haul_job_get_overdue (HaulJob *self)
{
  g_return_val_if_fail (HAUL_IS_JOB (self), FALSE);

  return self->life.overdue;
}

gboolean
haul_job_get_stuck (HaulJob *self)
{
  g_return_val_if_fail (HAUL_IS_JOB (self), FALSE);

  return self->life.stuck && haul_job_is_active (self);
}

/* Only of a job that has ended: an error that is kept before then is not yet the verdict. */
const GError *
haul_job_get_error (HaulJob *self)
{
  g_return_val_if_fail (HAUL_IS_JOB (self), NULL);

  return haul_job_is_active (self) ? NULL : self->error;
}

GListModel *
haul_job_get_log (HaulJob *self)
{
  g_return_val_if_fail (HAUL_IS_JOB (self), NULL);

  return G_LIST_MODEL (self->log);
}

GListModel *
haul_job_get_messages (HaulJob *self)
{
  g_return_val_if_fail (HAUL_IS_JOB (self), NULL);

  return G_LIST_MODEL (self->messages);
}

guint64
haul_job_get_n_messages (HaulJob *self)
{
  g_return_val_if_fail (HAUL_IS_JOB (self), 0);

  return self->n_messages;
}

gsize
haul_job_get_result_size (HaulJob *self)
{
  g_return_val_if_fail (HAUL_IS_JOB (self), 0);

  return self->result.size;
}

/**
 * haul_job_peek_result:
 * @self: a job
 * @offset: the first byte wanted
 * @buffer: (out caller-allocates) (array length=size) (element-type guint8): where to copy to
 * @size: how many bytes are wanted
 *
 * Copies a part of what has come of the result, without joining the rest.
 *
 * Returns: how many bytes were there
 */
gsize
haul_job_peek_result (HaulJob *self,
                      gsize    offset,
                      void    *buffer,
                      gsize    size)
{
  g_return_val_if_fail (HAUL_IS_JOB (self), 0);

  return haul_pieces_peek (&self->result, offset, buffer, size);
}

GBytes *
haul_job_dup_result (HaulJob *self)
{
  g_return_val_if_fail (HAUL_IS_JOB (self), NULL);

  return haul_pieces_join (&self->result);
}

void
haul_job_pause (HaulJob *self)
{
  g_return_if_fail (HAUL_IS_JOB (self));

  if (haul_job_get_can_pause (self))
    haul_job_feed (self, HAUL_EVENT_PAUSE);
}

void
haul_job_resume (HaulJob *self)
{
  g_return_if_fail (HAUL_IS_JOB (self));

  if (haul_job_get_can_pause (self))
    haul_job_feed (self, HAUL_EVENT_RESUME);
}

void
haul_job_cancel (HaulJob *self)
{
  g_return_if_fail (HAUL_IS_JOB (self));

  haul_job_feed (self, HAUL_EVENT_CANCEL);
}

/**
 * haul_job_force:
 * @self: a job
 *
 * Cancels without waiting: SIGKILL. A thread can only be asked, like haul_job_cancel().
 */
void
haul_job_force (HaulJob *self)
{
  g_return_if_fail (HAUL_IS_JOB (self));

  haul_job_feed (self, HAUL_EVENT_FORCE);
}
