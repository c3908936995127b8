/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-pool.h"

#include <glib/gi18n-lib.h>

#include "haul-cpus.h"
#include "haul-lines-private.h"
#include "haul-pool-private.h"
#include "haul-source-private.h"
#include "haul/wire/haul-error.h"
#include "haul/worker/haul-plan.h"

/* Ticks of 50 ms. */
#define MAX_SILENT 200

typedef enum { PROP_STATE = 1, PROP_N_WORKERS, PROP_N_BUSY, PROP_N_QUEUED, PROP_HELD, PROP_SUSPENDED } HaulPoolProperty;
static GParamSpec *properties[PROP_SUSPENDED + 1];

G_DEFINE_ENUM_TYPE (HaulPoolState, haul_pool_state,
                    G_DEFINE_ENUM_VALUE (HAUL_POOL_RUNNING, "running"),
                    G_DEFINE_ENUM_VALUE (HAUL_POOL_CLOSED, "closed"),
                    G_DEFINE_ENUM_VALUE (HAUL_POOL_TERMINATED, "terminated"),
                    G_DEFINE_ENUM_VALUE (HAUL_POOL_BROKEN, "broken"))

G_DEFINE_ENUM_TYPE (HaulPoolRecovery, haul_pool_recovery,
                    G_DEFINE_ENUM_VALUE (HAUL_POOL_RECOVERY_REPLACE, "replace"),
                    G_DEFINE_ENUM_VALUE (HAUL_POOL_RECOVERY_BREAK, "break"))

G_DEFINE_FINAL_TYPE (HaulPool, haul_pool, G_TYPE_OBJECT)

void
haul_pool_set_state (HaulPool      *self,
                     HaulPoolState  state)
{
  if (self->state == state)
    return;

  self->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
}

static void
haul_pool_dispose (GObject *object)
{
  HaulPool *self = HAUL_POOL (object);

  /* Batches hold us until they end, so there are none, and so does a pump that is due. Workers end
   * when the fork server hears that nobody is there any more. */
  haul_source_clear (&self->tick);
  haul_source_clear (&self->tell);
  if (self->infos != NULL)
    g_list_store_remove_all (self->infos);
  g_clear_object (&self->infos);
  g_clear_pointer (&self->workers, g_ptr_array_unref);
  g_clear_pointer (&self->batches, g_ptr_array_unref);
  g_clear_pointer (&self->joiners, g_ptr_array_unref);
  g_clear_object (&self->log);
  g_clear_pointer (&self->client, haul_fork_client_unref);

  G_OBJECT_CLASS (haul_pool_parent_class)->dispose (object);
}

static void
haul_pool_finalize (GObject *object)
{
  HaulPool *self = HAUL_POOL (object);

  g_clear_pointer (&self->init_arguments, g_variant_unref);
  g_clear_pointer (&self->init_shares, haul_shares_unref);
  g_free (self->worker_path);

  G_OBJECT_CLASS (haul_pool_parent_class)->finalize (object);
}

static void
haul_pool_get_property (GObject    *object,
                        guint       prop_id,
                        GValue     *value,
                        GParamSpec *pspec)
{
  HaulPool *self = HAUL_POOL (object);

  switch ((HaulPoolProperty) prop_id)
    {
    case PROP_STATE:
      g_value_set_enum (value, self->state);
      break;

    case PROP_N_WORKERS:
      g_value_set_uint (value, self->n_workers);
      break;

    case PROP_N_BUSY:
      g_value_set_uint (value, haul_pool_get_n_busy (self));
      break;

    case PROP_N_QUEUED:
      g_value_set_uint64 (value, haul_pool_get_n_queued (self));
      break;

    case PROP_HELD:
      g_value_set_boolean (value, self->held);
      break;

    case PROP_SUSPENDED:
      g_value_set_boolean (value, haul_pool_get_suspended (self));
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
haul_pool_set_property (GObject      *object,
                        guint         prop_id,
                        const GValue *value,
                        GParamSpec   *pspec)
{
  if (prop_id == PROP_HELD)
    haul_pool_set_held (HAUL_POOL (object), g_value_get_boolean (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
haul_pool_class_init (HaulPoolClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->dispose = haul_pool_dispose;
  object_class->finalize = haul_pool_finalize;
  object_class->get_property = haul_pool_get_property;
  object_class->set_property = haul_pool_set_property;

  properties[PROP_STATE] = g_param_spec_enum ("state", NULL, NULL, HAUL_TYPE_POOL_STATE, HAUL_POOL_RUNNING, flags);
  properties[PROP_N_WORKERS] = g_param_spec_uint ("n-workers", NULL, NULL, 1, G_MAXUINT, 1, flags);
  properties[PROP_N_BUSY] = g_param_spec_uint ("n-busy", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_N_QUEUED] = g_param_spec_uint64 ("n-queued", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  properties[PROP_HELD] = g_param_spec_boolean ("held", NULL, NULL, FALSE,
                                                flags | G_PARAM_WRITABLE | G_PARAM_EXPLICIT_NOTIFY);
  properties[PROP_SUSPENDED] = g_param_spec_boolean ("suspended", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
haul_pool_init (HaulPool *self)
{
  self->nice = 19;
  self->max_silent = MAX_SILENT;
  self->max_inputs = HAUL_PLAN_MAX_INPUTS;
  self->workers = g_ptr_array_new_with_free_func ((GDestroyNotify) haul_pool_worker_free);
  self->batches = g_ptr_array_new_with_free_func (g_object_unref);
  self->joiners = g_ptr_array_new_with_free_func (g_object_unref);
  self->log = haul_ring_new (HAUL_LOG_LINES, HAUL_LOG_BYTES);
}

HaulPool *
haul_pool_new (const char *worker_path,
               guint       n_workers)
{
  HaulPool *self = g_object_new (HAUL_TYPE_POOL, NULL);

  self->worker_path = haul_find_worker (worker_path);
  self->client = haul_fork_client_new (self->worker_path);
  self->n_workers = n_workers > 0 ? n_workers : haul_usable_cpus ();
  return self;
}

void
haul_pool_set_nice (HaulPool *self,
                    int       nice)
{
  g_return_if_fail (HAUL_IS_POOL (self));

  self->nice = nice;
}

void
haul_pool_set_initializer (HaulPool       *self,
                           const HaulTask *task,
                           GVariant       *arguments)
{
  g_autoptr(GVariant) complete = NULL;
  g_autoptr(GError) error = NULL;

  g_return_if_fail (HAUL_IS_POOL (self));

  complete = haul_task_complete (task, arguments, &error);
  if (complete == NULL)
    {
      g_critical ("%s: the initializer: %s", G_STRFUNC, error->message);
      return;
    }
  self->init_task = task;
  g_clear_pointer (&self->init_arguments, g_variant_unref);
  self->init_arguments = g_steal_pointer (&complete);
}

void
haul_pool_share (HaulPool      *self,
                 const char    *name,
                 HaulShareable *shareable)
{
  g_autoptr(HaulShares) shares = NULL;
  gboolean added;

  g_return_if_fail (HAUL_IS_POOL (self));
  g_return_if_fail (name != NULL);
  g_return_if_fail (HAUL_IS_SHAREABLE (shareable));

  shares = haul_shares_copy (self->init_shares);
  added = haul_shares_add (shares, name, shareable);
  g_return_if_fail (added);
  g_clear_pointer (&self->init_shares, haul_shares_unref);
  self->init_shares = g_steal_pointer (&shares);
}

void
haul_pool_set_recovery (HaulPool         *self,
                        HaulPoolRecovery  recovery)
{
  g_return_if_fail (HAUL_IS_POOL (self));

  self->recovery = recovery;
}

void
haul_pool_set_max_tasks (HaulPool *self,
                         guint     max_tasks)
{
  g_return_if_fail (HAUL_IS_POOL (self));

  self->max_tasks = max_tasks;
}

void
haul_pool_set_max_memory (HaulPool *self,
                          guint64   max_bytes)
{
  g_return_if_fail (HAUL_IS_POOL (self));

  self->max_memory = max_bytes;
}

guint
haul_pool_get_n_workers (HaulPool *self)
{
  g_return_val_if_fail (HAUL_IS_POOL (self), 0);

  return self->n_workers;
}

/* At once: new ones are started, or some get nothing more. */
void
haul_pool_set_n_workers (HaulPool *self,
                         guint     n_workers)
{
  g_return_if_fail (HAUL_IS_POOL (self));
  g_return_if_fail (n_workers > 0);

  if (self->n_workers == n_workers)
    return;

  self->n_workers = n_workers;
  haul_pool_plan_pump (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_WORKERS]);
}

HaulPoolState
haul_pool_get_state (HaulPool *self)
{
  g_return_val_if_fail (HAUL_IS_POOL (self), HAUL_POOL_TERMINATED);

  return self->state;
}

GVariant *
haul_pool_dup_pids (HaulPool *self)
{
  g_autoptr(GVariantBuilder) builder = g_variant_builder_new (G_VARIANT_TYPE ("ai"));

  g_return_val_if_fail (HAUL_IS_POOL (self), NULL);

  for (guint i = 0; i < self->workers->len; i++)
    if (((HaulPoolWorker *) self->workers->pdata[i])->pid > 0)
      g_variant_builder_add (builder, "i", ((HaulPoolWorker *) self->workers->pdata[i])->pid);
  return g_variant_ref_sink (g_variant_builder_end (builder));
}

/**
 * haul_pool_submit:
 * @self: a pool
 * @batch: a batch that was never submitted
 * @error: %HAUL_ERROR_NOT_POSSIBLE when the pool takes no more, %HAUL_ERROR_TOO_LARGE when it
 *   shares too much, %G_IO_ERROR_CANCELLED when it was cancelled before
 *
 * Queues a batch: behind those of its priority that are there. The pool keeps
 * the batch, and the batch the pool, until it has ended.
 *
 * Returns: whether the pool took it
 */
gboolean
haul_pool_submit (HaulPool   *self,
                  HaulBatch  *batch,
                  GError    **error)
{
  guint position;

  g_return_val_if_fail (HAUL_IS_POOL (self), FALSE);
  g_return_val_if_fail (HAUL_IS_BATCH (batch), FALSE);
  if (!haul_batch_check_new (batch, error))
    return FALSE;
  g_return_val_if_fail (!haul_batch_is_attached (batch), FALSE);

  if (self->state != HAUL_POOL_RUNNING && !(self->state == HAUL_POOL_CLOSED && haul_batch_is_part (batch)))
    {
      g_set_error_literal (error, HAUL_ERROR, HAUL_ERROR_NOT_POSSIBLE, _("the pool takes no more: it is not running"));
      return FALSE;
    }

  if (haul_batch_get_shares (batch) != NULL && !haul_shares_check (haul_batch_get_shares (batch), error))
    return FALSE;

  haul_batch_attach (batch, self);
  for (position = 0; position < self->batches->len; position++)
    if (haul_batch_get_priority (self->batches->pdata[position]) < haul_batch_get_priority (batch))
      break;
  g_ptr_array_insert (self->batches, position, g_object_ref (batch));
  self->has_new = TRUE;
  if (haul_batch_get_timeout (batch) > 0)
    haul_pool_watch_time (self);
  haul_pool_plan_pump (self);
  return TRUE;
}

/* Whoever hears of the new state may let go of the pool: here, and in what follows. */
void
haul_pool_close (HaulPool *self)
{
  g_autoptr(HaulPool) keep G_GNUC_UNUSED = NULL;

  g_return_if_fail (HAUL_IS_POOL (self));

  keep = g_object_ref (self);
  if (self->state == HAUL_POOL_RUNNING)
    haul_pool_set_state (self, HAUL_POOL_CLOSED);
  haul_pool_plan_pump (self);
}

void
haul_pool_terminate (HaulPool *self)
{
  g_autoptr(GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, _("the pool was terminated"));
  g_autoptr(HaulPool) keep G_GNUC_UNUSED = NULL;

  g_return_if_fail (HAUL_IS_POOL (self));

  keep = g_object_ref (self);
  haul_pool_set_state (self, HAUL_POOL_TERMINATED);
  haul_pool_fail_all (self, error);
  for (guint i = 0; i < self->workers->len; i++)
    haul_pool_worker_stop (self->workers->pdata[i]);
  haul_pool_plan_pump (self);
}

void
haul_pool_shutdown (HaulPool     *self,
                    HaulShutdown  how)
{
  g_autoptr(HaulPool) keep G_GNUC_UNUSED = NULL;

  g_return_if_fail (HAUL_IS_POOL (self));

  keep = g_object_ref (self);
  switch (how)
    {
    case HAUL_SHUTDOWN_CANCEL_QUEUED:
      haul_pool_close (self);
      haul_pool_cancel_queued (self);
      break;

    case HAUL_SHUTDOWN_TERMINATE:
      haul_pool_terminate (self);
      break;

    case HAUL_SHUTDOWN_DRAIN:
    default:
      haul_pool_close (self);
    }
}

GListModel *
haul_pool_get_log (HaulPool *self)
{
  g_return_val_if_fail (HAUL_IS_POOL (self), NULL);

  return G_LIST_MODEL (self->log);
}

void
haul_pool_join_async (HaulPool            *self,
                      GAsyncReadyCallback  callback,
                      gpointer             user_data)
{
  GTask *task;

  g_return_if_fail (HAUL_IS_POOL (self));

  task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (task, haul_pool_join_async);
  g_task_set_name (task, "[haul] join pool");
  if (self->state == HAUL_POOL_RUNNING)
    {
      g_task_return_new_error (task, HAUL_ERROR, HAUL_ERROR_NOT_POSSIBLE, _("the pool is still running: close it first"));
      g_object_unref (task);
      return;
    }
  g_ptr_array_add (self->joiners, task);
  haul_pool_plan_pump (self);
}

gboolean
haul_pool_join_finish (HaulPool      *self,
                       GAsyncResult  *result,
                       GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
