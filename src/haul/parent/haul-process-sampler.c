/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-process-list-private.h"

#include "haul-child-private.h"
#include "haul-source-private.h"

/* When a list reads /proc, and how: in a thread, which takes plain data and gives plain data back. */

typedef struct
{
  HaulProcessScope  scope;
  char             *root;          /* (owned) */
  char             *worker_path;   /* (owned) */
  GArray           *measure;       /* (owned) of int: pids */
  GArray           *samples;       /* (owned) (nullable) of HaulProcSample */
  gint64            now;
} Reading;

static void read_now (HaulProcessList *self);

static void
reading_free (gpointer data)
{
  Reading *reading = data;

  g_free (reading->root);
  g_free (reading->worker_path);
  g_array_unref (reading->measure);
  g_clear_pointer (&reading->samples, g_array_unref);
  g_free (reading);
}

/* In a thread. */
static void
read_thread (GTask        *task,
             gpointer      source,
             gpointer      data,
             GCancellable *cancellable)
{
  Reading *reading = data;
  HaulProcWishes wishes = {
    .programs = reading->scope == HAUL_PROCESS_SCOPE_HAUL,
    .worker_path = reading->worker_path,
    .measure = reading->measure,
  };

  GError *error = NULL;

  reading->samples = haul_proc_read_all (reading->root, &wishes, &error);
  reading->now = haul_proc_now ();
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

/* Those that asked meanwhile are told as well: they see what was read after they asked, or nearly. */
static void
tell_waiting (HaulProcessList *self)
{
  g_autoptr(GPtrArray) waiting = g_steal_pointer (&self->waiting);

  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < waiting->len; i++)
    if (self->error != NULL)
      g_task_return_error (waiting->pdata[i], g_error_copy (self->error));
    else
      g_task_return_boolean (waiting->pdata[i], TRUE);
}

static void
read_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr(HaulProcessList) self = user_data;
  g_autoptr(GError) error = NULL;
  Reading *reading = g_task_get_task_data (G_TASK (result));
  gboolean wanted = (self->active && !self->frozen) || self->waiting->len > 0;

  self->reading = FALSE;
  if (wanted && reading->scope != self->scope)
    {
      read_now (self);
      return;
    }
  (void) g_task_propagate_boolean (G_TASK (result), &error);
  if (wanted)
    haul_process_list_take_error (self, g_steal_pointer (&error));
  if (wanted && reading->samples != NULL)
    haul_process_list_apply (self, reading->samples, reading->now);
  haul_process_list_plan (self, FALSE);
  tell_waiting (self);
}

static void
read_now (HaulProcessList *self)
{
  g_autoptr(GTask) task = NULL;
  Reading *reading;

  if (self->reading)
    return;

  if (self->worker_path == NULL)
    self->worker_path = haul_find_worker (NULL);
  reading = g_new0 (Reading, 1);
  reading->scope = self->scope;
  reading->root = g_strdup (self->root);
  reading->worker_path = g_strdup (self->worker_path);
  reading->measure = g_array_new (FALSE, FALSE, sizeof (int));
  for (guint i = 0; i < self->rows->len; i++)
    {
      HaulProcessInfo *info = self->rows->pdata[i];

      if (info->measured && info->ended_at == 0)
        g_array_append_val (reading->measure, info->sample.pid);
    }

  self->reading = TRUE;
  /* The thread may be the last to let go of the task, and must not be that of the list. */
  task = g_task_new (NULL, NULL, read_cb, g_object_ref (self));
  g_task_set_source_tag (task, read_now);
  g_task_set_name (task, "[haul] read processes");
  g_task_set_task_data (task, reading, reading_free);
  g_task_run_in_thread (task, read_thread);
}

static gboolean
tick_cb (gpointer user_data)
{
  HaulProcessList *self = user_data;

  g_clear_pointer (&self->tick, g_source_unref);
  read_now (self);
  return G_SOURCE_REMOVE;
}

/* The next look is an interval after the last one was over, so none runs into another. */
void
haul_process_list_plan (HaulProcessList *self,
                        gboolean         at_once)
{
  haul_source_clear (&self->tick);
  if (!self->active || self->frozen || self->reading)
    return;

  if (at_once)
    read_now (self);
  else
    self->tick = haul_timer_new (self->interval_ms, "[haul] processes", tick_cb, self);
}

static gboolean
expiry_cb (gpointer user_data)
{
  HaulProcessList *self = user_data;
  g_autoptr(HaulProcessList) alive G_GNUC_UNUSED = g_object_ref (self);
  gint64 now = haul_proc_now ();

  g_clear_pointer (&self->expiry, g_source_unref);
  haul_process_list_plan_expiry (self, haul_process_list_expire (self, now), now);
  return G_SOURCE_REMOVE;
}

void
haul_process_list_plan_expiry (HaulProcessList *self,
                               gint64           due,
                               gint64           now)
{
  haul_source_clear (&self->expiry);
  if (due != 0 && self->active && !self->frozen)
    self->expiry = haul_timer_new (MAX (due - now, 0) / 1000 + 1, "[haul] rows of processes", expiry_cb, self);
}

void
haul_process_list_set_root (HaulProcessList *self,
                            const char      *root)
{
  g_free (self->root);
  self->root = g_strdup (root);
}

HaulProcessList *
haul_process_list_new (HaulProcessScope scope)
{
  HaulProcessList *self = g_object_new (HAUL_TYPE_PROCESS_LIST, NULL);

  self->scope = scope;
  return self;
}

HaulProcessScope
haul_process_list_get_scope (HaulProcessList *self)
{
  g_return_val_if_fail (HAUL_IS_PROCESS_LIST (self), HAUL_PROCESS_SCOPE_OWN);

  return self->scope;
}

guint
haul_process_list_get_interval (HaulProcessList *self)
{
  g_return_val_if_fail (HAUL_IS_PROCESS_LIST (self), 0);

  return self->interval_ms;
}

gboolean
haul_process_list_get_frozen (HaulProcessList *self)
{
  g_return_val_if_fail (HAUL_IS_PROCESS_LIST (self), FALSE);

  return self->frozen;
}

double
haul_process_list_get_cpu (HaulProcessList *self)
{
  g_return_val_if_fail (HAUL_IS_PROCESS_LIST (self), 0);

  return self->cpu;
}

guint64
haul_process_list_get_memory (HaulProcessList *self)
{
  g_return_val_if_fail (HAUL_IS_PROCESS_LIST (self), 0);

  return self->memory;
}

const GError *
haul_process_list_get_error (HaulProcessList *self)
{
  g_return_val_if_fail (HAUL_IS_PROCESS_LIST (self), NULL);

  return self->error;
}

void
haul_process_list_start (HaulProcessList *self)
{
  g_return_if_fail (HAUL_IS_PROCESS_LIST (self));

  if (self->active)
    return;
  self->active = TRUE;
  haul_process_list_plan (self, TRUE);
}

void
haul_process_list_stop (HaulProcessList *self)
{
  g_return_if_fail (HAUL_IS_PROCESS_LIST (self));

  self->active = FALSE;
  haul_source_clear (&self->expiry);
  haul_process_list_plan (self, FALSE);
}

/**
 * haul_process_list_refresh_async:
 * @self: a list
 * @cancellable: (nullable): stops the waiting
 * @callback: (scope async): called when it is up to date
 * @user_data: for @callback
 *
 * Brings it up to date once, also when it is frozen, or was not started.
 */
void
haul_process_list_refresh_async (HaulProcessList     *self,
                                 GCancellable        *cancellable,
                                 GAsyncReadyCallback  callback,
                                 gpointer             user_data)
{
  GTask *task;

  g_return_if_fail (HAUL_IS_PROCESS_LIST (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, haul_process_list_refresh_async);
  g_task_set_name (task, "[haul] refresh processes");
  g_ptr_array_add (self->waiting, task);
  haul_source_clear (&self->tick);
  read_now (self);
}

/**
 * haul_process_list_refresh_finish:
 * @self: a list
 * @result: of the call
 * @error: set when it was cancelled, or the processes cannot be read, of %G_IO_ERROR
 *
 * Ends what haul_process_list_refresh_async() began.
 *
 * Returns: %TRUE when it is up to date
 */
gboolean
haul_process_list_refresh_finish (HaulProcessList  *self,
                                  GAsyncResult     *result,
                                  GError          **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
