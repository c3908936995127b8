/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-pool.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "haul-pool-private.h"
#include "haul-source-private.h"
#include "haul/wire/haul-error.h"

/* This many workers that die within this time, with no item done in between: then it is not the
 * items. */
#define MAX_DEATHS 5
#define DEATHS_US  (5 * G_USEC_PER_SEC)

#define TICK_MS    50   /* how exact time limits of items are */

struct _HaulPool
{
  GObject         parent_instance;

  char           *worker_path;     /* (owned) */
  HaulForkClient *client;          /* (owned) */
  HaulPoolState   state;
  guint           n_workers;       /* wanted */
  int             nice;
  const HaulTask *init_task;       /* (nullable) */
  GVariant       *init_arguments;  /* (owned) (nullable) */
  guint           max_tasks;
  guint64         max_memory;

  GPtrArray      *workers;         /* (owned) of HaulPoolWorker */
  GPtrArray      *batches;         /* (owned) of HaulBatch: by priority, then first come first served */
  gint64          deaths[MAX_DEATHS];   /* µs, of the last workers that died; 0 after an item was done */
  GSource        *pump;            /* (owned) (nullable) */
  GSource        *tick;            /* (owned) (nullable) while an item has a time limit */
  GPtrArray      *joiners;         /* (owned) of GTask */
};

typedef enum { PROP_STATE = 1, PROP_N_WORKERS, PROP_N_BUSY } HaulPoolProperty;
static GParamSpec *properties[PROP_N_BUSY + 1];

G_DEFINE_ENUM_TYPE (HaulPoolState, haul_pool_state,
                    G_DEFINE_ENUM_VALUE (HAUL_POOL_RUNNING, "running"),
                    G_DEFINE_ENUM_VALUE (HAUL_POOL_CLOSED, "closed"),
                    G_DEFINE_ENUM_VALUE (HAUL_POOL_TERMINATED, "terminated"),
                    G_DEFINE_ENUM_VALUE (HAUL_POOL_BROKEN, "broken"))

G_DEFINE_FINAL_TYPE (HaulPool, haul_pool, G_TYPE_OBJECT)

static void plan_pump (HaulPool *self);

static void
set_state (HaulPool      *self,
           HaulPoolState  state)
{
  if (self->state == state)
    return;

  self->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
}

static GPtrArray *
copy_batches (HaulPool *self)
{
  return g_ptr_array_copy (self->batches, (GCopyFunc) (void (*)(void))g_object_ref, NULL);
}

/* Fails every batch, each of which takes itself off the list. */
static void
fail_all (HaulPool     *self,
          const GError *error)
{
  g_autoptr(GPtrArray) batches = copy_batches (self);

  g_ptr_array_set_free_func (batches, g_object_unref);
  for (guint i = 0; i < batches->len; i++)
    haul_batch_fail (batches->pdata[i], error);
}

/* The end. */

static void
complete_joins (HaulPool *self)
{
  if (self->workers->len > 0 || self->batches->len > 0 || self->state == HAUL_POOL_RUNNING)
    return;

  while (self->joiners->len > 0)
    {
      g_autoptr(GTask) task = g_ptr_array_steal_index (self->joiners, 0);

      g_task_return_boolean (task, TRUE);
    }
}

static void
retire_all (HaulPool *self)
{
  for (guint i = 0; i < self->workers->len; i++)
    haul_pool_worker_retire (self->workers->pdata[i]);
}

static void
break_pool (HaulPool     *self,
            const GError *error)
{
  g_autoptr(GError) why = g_error_new (HAUL_ERROR, HAUL_ERROR_START, _("the workers of the pool die at once: %s"),
                                       error->message);

  set_state (self, HAUL_POOL_BROKEN);
  fail_all (self, why);
  retire_all (self);
}

/* Workers. */

static void
add_worker (HaulPool *self)
{
  g_autoptr(GError) error = NULL;
  HaulPoolWorker *worker = haul_pool_worker_new (self, self->worker_path, self->client, self->nice, &error);

  if (worker != NULL)
    g_ptr_array_add (self->workers, worker);
  else
    break_pool (self, error);
}

static guint
count_staying (HaulPool *self)
{
  guint n = 0;

  for (guint i = 0; i < self->workers->len; i++)
    {
      HaulPoolWorker *worker = self->workers->pdata[i];

      n += !worker->retiring && !worker->stopped;
    }
  return n;
}

/* As many as are wanted, as soon as there is something to do. */
static void
fit_workers (HaulPool *self)
{
  guint n = count_staying (self);

  for (; n < self->n_workers && self->batches->len > 0
       && (self->state == HAUL_POOL_RUNNING || self->state == HAUL_POOL_CLOSED); n++)
    add_worker (self);
  for (guint i = 0; i < self->workers->len && n > self->n_workers; i++)
    {
      HaulPoolWorker *worker = self->workers->pdata[i];

      if (!worker->retiring && !worker->stopped)
        {
          haul_pool_worker_retire (worker);
          n--;
        }
    }
}

static gboolean
next_item (HaulPool        *self,
           HaulPoolWorker  *worker,
           HaulItem       **ret_item)
{
  for (guint i = 0; i < self->batches->len; i++)
    {
      g_autoptr(HaulBatch) batch = g_object_ref (self->batches->pdata[i]);
      guint before = self->batches->len;
      HaulItem *item;

      if (!haul_pool_worker_has_room (worker, haul_batch_get_chunksize (batch)))
        continue;
      item = haul_batch_next_item (batch);
      if (item != NULL)
        {
          *ret_item = item;
          return TRUE;
        }
      if (self->batches->len < before)
        i--;   /* that was its end */
    }
  return FALSE;
}

static void
fill_worker (HaulPool       *self,
             HaulPoolWorker *worker)
{
  HaulItem *item;

  while (next_item (self, worker, &item))
    haul_pool_worker_send (worker, item, haul_batch_get_task (item->batch));
  haul_child_flush (worker->child);
}

static gboolean
pump_cb (gpointer user_data)
{
  HaulPool *self = user_data;
  g_autoptr(HaulPool) keep G_GNUC_UNUSED = g_object_ref (self);

  g_clear_pointer (&self->pump, g_source_unref);
  fit_workers (self);
  for (guint i = 0; i < self->workers->len; i++)
    fill_worker (self, self->workers->pdata[i]);
  if (self->state != HAUL_POOL_RUNNING && self->batches->len == 0)
    retire_all (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_BUSY]);
  complete_joins (self);
  return G_SOURCE_REMOVE;
}

static void
plan_pump (HaulPool *self)
{
  if (self->pump == NULL)
    self->pump = haul_idle_new ("[haul] items for workers", pump_cb, self);
}

static gboolean
uses_too_much (HaulPool       *self,
               HaulPoolWorker *worker)
{
  g_autofree char *path = NULL;
  g_autofree char *text = NULL;
  guint64 size, resident;

  if (self->max_tasks > 0 && worker->n_sent >= self->max_tasks)
    return TRUE;
  if (self->max_memory == 0)
    return FALSE;

  path = g_strdup_printf ("/proc/%d/statm", worker->pid);
  if (!g_file_get_contents (path, &text, NULL, NULL)
      || sscanf (text, "%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT, &size, &resident) != 2)
    return FALSE;
  return resident * sysconf (_SC_PAGESIZE) > self->max_memory;
}

/* What workers tell. */

void
haul_pool_worker_ready (HaulPool       *self,
                        HaulPoolWorker *worker)
{
  if (self->init_task != NULL)
    haul_pool_worker_send (worker, haul_item_new (NULL, 0, self->init_arguments), self->init_task);
  if (worker->retiring)
    haul_pool_worker_retire (worker);
  fill_worker (self, worker);
}

void
haul_pool_worker_answered (HaulPool       *self,
                           HaulPoolWorker *worker,
                           gboolean        ok)
{
  memset (self->deaths, 0, sizeof self->deaths);   /* it is not the worker */
  if (!worker->retiring && uses_too_much (self, worker))
    worker->retiring = TRUE;
  if (worker->retiring)
    {
      haul_pool_worker_retire (worker);
      plan_pump (self);
    }
  else if (haul_pool_worker_has_room (worker, 0))
    {
      fill_worker (self, worker);
      if (worker->sent.length == 0)
        plan_pump (self);
    }
}

static gboolean
die_too_often (HaulPool *self)
{
  for (guint i = 0; i + 1 < MAX_DEATHS; i++)
    self->deaths[i] = self->deaths[i + 1];
  self->deaths[MAX_DEATHS - 1] = g_get_monotonic_time ();

  return self->deaths[0] != 0 && self->deaths[MAX_DEATHS - 1] - self->deaths[0] < DEATHS_US;
}

void
haul_pool_worker_failed (HaulPool       *self,
                         HaulPoolWorker *worker,
                         const GError   *error)
{
  g_autoptr(HaulPool) keep G_GNUC_UNUSED = g_object_ref (self);

  (void) g_ptr_array_remove (self->workers, worker);
  break_pool (self, error);
  plan_pump (self);
}

/* What it had begun dies with it, or is tried again; what it had not goes back. The board says which
 * is which: it outlives its worker. */
static void
bury (HaulPoolWorker *worker,
      const GError   *why)
{
  guint32 begun = __atomic_load_n (&worker->board->begun, __ATOMIC_ACQUIRE);
  guint32 number = worker->first_number;
  HaulItem *item;

  for (; (item = g_queue_pop_head (&worker->sent)) != NULL; number++)
    {
      g_autoptr(HaulBatch) batch = item->batch != NULL ? g_object_ref (item->batch) : NULL;
      gboolean was_begun = begun >= number;

      if (batch == NULL)
        haul_item_free (item);
      else if (!was_begun)
        haul_batch_take_back (batch, item);
      else if (!worker->late && haul_batch_may_retry (batch, item))
        {
          item->tries++;
          haul_batch_take_back (batch, item);
        }
      else
        haul_batch_item_ended (batch, item, why);
    }
}

void
haul_pool_worker_ended (HaulPool       *self,
                        HaulPoolWorker *worker,
                        GError         *why)
{
  g_autoptr(HaulPool) keep G_GNUC_UNUSED = g_object_ref (self);
  g_autoptr(GError) error = why;
  gboolean died = !worker->retiring && !worker->stopped;
  guint index;

  if (g_ptr_array_find (self->workers, worker, &index))
    (void) g_ptr_array_steal_index (self->workers, index);
  bury (worker, error);
  haul_pool_worker_free (worker);

  if (died && die_too_often (self) && self->state != HAUL_POOL_BROKEN)
    break_pool (self, error);
  plan_pump (self);
}

/* What batches tell. */

void
haul_pool_batch_ended (HaulPool  *self,
                       HaulBatch *batch)
{
  (void) g_ptr_array_remove (self->batches, batch);
  plan_pump (self);
}

/* Workers that are at an item of it are ended; what waits behind it goes back to its own batch. */
void
haul_pool_drop_items (HaulPool  *self,
                      HaulBatch *batch)
{
  for (guint i = 0; i < self->workers->len; i++)
    {
      HaulPoolWorker *worker = self->workers->pdata[i];

      for (GList *link = worker->sent.head; link != NULL; link = link->next)
        {
          HaulItem *item = link->data;

          if (item->batch == batch)
            item->dropped = TRUE;
          if (item->batch == batch && link == worker->sent.head)
            haul_pool_worker_stop (worker);
        }
    }
}

/* Time limits. */

static gboolean
tick_cb (gpointer user_data)
{
  HaulPool *self = user_data;
  gint64 now = g_get_monotonic_time ();
  guint n_limited = 0;

  for (guint i = 0; i < self->batches->len; i++)
    n_limited += haul_batch_get_timeout (self->batches->pdata[i]) > 0;
  for (guint i = 0; i < self->workers->len; i++)
    {
      HaulPoolWorker *worker = self->workers->pdata[i];
      HaulItem *item = g_queue_peek_head (&worker->sent);
      guint limit_ms = item != NULL && item->batch != NULL ? haul_batch_get_timeout (item->batch) : 0;

      if (limit_ms > 0 && now - worker->head_since > (gint64) limit_ms * 1000)
        {
          worker->late = TRUE;
          haul_pool_worker_stop (worker);
        }
    }

  if (n_limited > 0)
    return G_SOURCE_CONTINUE;
  g_clear_pointer (&self->tick, g_source_unref);
  return G_SOURCE_REMOVE;
}

/* The object. */

static void
haul_pool_dispose (GObject *object)
{
  HaulPool *self = HAUL_POOL (object);

  /* Batches hold us until they end, so there are none. Workers end when the fork server hears that
   * nobody is there any more. */
  haul_source_clear (&self->pump);
  haul_source_clear (&self->tick);
  g_clear_pointer (&self->workers, g_ptr_array_unref);
  g_clear_pointer (&self->batches, g_ptr_array_unref);
  g_clear_pointer (&self->joiners, g_ptr_array_unref);
  g_clear_pointer (&self->client, haul_fork_client_unref);

  G_OBJECT_CLASS (haul_pool_parent_class)->dispose (object);
}

static void
haul_pool_finalize (GObject *object)
{
  HaulPool *self = HAUL_POOL (object);

  g_clear_pointer (&self->init_arguments, g_variant_unref);
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

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
haul_pool_class_init (HaulPoolClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->dispose = haul_pool_dispose;
  object_class->finalize = haul_pool_finalize;
  object_class->get_property = haul_pool_get_property;

  properties[PROP_STATE] = g_param_spec_enum ("state", NULL, NULL, HAUL_TYPE_POOL_STATE, HAUL_POOL_RUNNING, flags);
  properties[PROP_N_WORKERS] = g_param_spec_uint ("n-workers", NULL, NULL, 1, G_MAXUINT, 1, flags);
  properties[PROP_N_BUSY] = g_param_spec_uint ("n-busy", NULL, NULL, 0, G_MAXUINT, 0, flags);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
haul_pool_init (HaulPool *self)
{
  self->nice = 19;
  self->workers = g_ptr_array_new_with_free_func ((GDestroyNotify) haul_pool_worker_free);
  self->batches = g_ptr_array_new_with_free_func (g_object_unref);
  self->joiners = g_ptr_array_new_with_free_func (g_object_unref);
}

HaulPool *
haul_pool_new (const char *worker_path,
               guint       n_workers)
{
  HaulPool *self = g_object_new (HAUL_TYPE_POOL, NULL);

  self->worker_path = haul_find_worker (worker_path);
  self->client = haul_fork_client_new (self->worker_path);
  self->n_workers = n_workers > 0 ? n_workers : g_get_num_processors ();
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
  plan_pump (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_WORKERS]);
}

guint
haul_pool_get_n_busy (HaulPool *self)
{
  guint n = 0;

  g_return_val_if_fail (HAUL_IS_POOL (self), 0);

  for (guint i = 0; i < self->workers->len; i++)
    n += ((HaulPoolWorker *) self->workers->pdata[i])->sent.length > 0;
  return n;
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
 * @error: %HAUL_ERROR_NOT_POSSIBLE when the pool takes no more
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
  g_return_val_if_fail (!haul_batch_is_attached (batch), FALSE);

  if (self->state != HAUL_POOL_RUNNING)
    {
      g_set_error_literal (error, HAUL_ERROR, HAUL_ERROR_NOT_POSSIBLE, _("the pool takes no more: it is not running"));
      return FALSE;
    }

  haul_batch_attach (batch, self);
  for (position = 0; position < self->batches->len; position++)
    if (haul_batch_get_priority (self->batches->pdata[position]) < haul_batch_get_priority (batch))
      break;
  g_ptr_array_insert (self->batches, position, g_object_ref (batch));
  if (haul_batch_get_timeout (batch) > 0 && self->tick == NULL)
    self->tick = haul_timer_new (TICK_MS, "[haul] time limits of items", tick_cb, self);
  plan_pump (self);
  return TRUE;
}

void
haul_pool_close (HaulPool *self)
{
  g_return_if_fail (HAUL_IS_POOL (self));

  if (self->state == HAUL_POOL_RUNNING)
    set_state (self, HAUL_POOL_CLOSED);
  plan_pump (self);
}

void
haul_pool_terminate (HaulPool *self)
{
  g_autoptr(GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "the pool was terminated");

  g_return_if_fail (HAUL_IS_POOL (self));

  set_state (self, HAUL_POOL_TERMINATED);
  fail_all (self, error);
  for (guint i = 0; i < self->workers->len; i++)
    haul_pool_worker_stop (self->workers->pdata[i]);
  plan_pump (self);
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
  plan_pump (self);
}

gboolean
haul_pool_join_finish (HaulPool      *self,
                       GAsyncResult  *result,
                       GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/* One item. */

static void
applied_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  HaulBatch *batch = HAUL_BATCH (source);
  g_autoptr(GTask) task = user_data;
  g_autoptr(GError) error = NULL;

  if (haul_batch_join_finish (batch, result, &error))
    g_task_return_pointer (task, haul_batch_dup_result (batch, 0, NULL), (GDestroyNotify) g_bytes_unref);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

void
haul_pool_apply_async (HaulPool            *self,
                       const HaulTask      *task,
                       GVariant            *arguments,
                       GCancellable        *cancellable,
                       GAsyncReadyCallback  callback,
                       gpointer             user_data)
{
  g_autoptr(HaulBatch) batch = NULL;
  g_autoptr(GTask) gtask = NULL;
  g_autoptr(GError) error = NULL;

  g_return_if_fail (HAUL_IS_POOL (self));

  gtask = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (gtask, haul_pool_apply_async);
  g_task_set_name (gtask, "[haul] apply in pool");

  batch = haul_batch_new_for_list (task, g_variant_new_array (G_VARIANT_TYPE_VARDICT, &arguments, 1));
  if (!haul_pool_submit (self, batch, &error))
    {
      g_task_return_error (gtask, g_steal_pointer (&error));
      return;
    }
  if (cancellable != NULL)
    g_signal_connect_object (cancellable, "cancelled", G_CALLBACK (haul_batch_cancel), batch, G_CONNECT_SWAPPED);
  if (g_cancellable_is_cancelled (cancellable))
    haul_batch_cancel (batch);
  haul_batch_join_async (batch, applied_cb, g_steal_pointer (&gtask));
}

GBytes *
haul_pool_apply_finish (HaulPool      *self,
                        GAsyncResult  *result,
                        GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
