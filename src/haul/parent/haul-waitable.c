/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-waitable.h"

#include "haul-joiners-private.h"

G_DEFINE_INTERFACE (HaulWaitable, haul_waitable, G_TYPE_OBJECT)

G_DEFINE_ENUM_TYPE (HaulWaitFor, haul_wait_for,
                    G_DEFINE_ENUM_VALUE (HAUL_WAIT_FOR_FIRST, "first"),
                    G_DEFINE_ENUM_VALUE (HAUL_WAIT_FOR_FIRST_ERROR, "first-error"),
                    G_DEFINE_ENUM_VALUE (HAUL_WAIT_FOR_ALL, "all"))

typedef struct _Wait Wait;

typedef struct
{
  Wait         *wait;       /* borrowed: its owner */
  HaulWaitable *waitable;   /* (owned) */
  gulong        handler;    /* 0 when it has ended */
} Entry;

/* Kept by its task, and by nobody else: the task is kept by the list of one that waits. */
struct _Wait
{
  GPtrArray   *joiners;    /* (owned) the task until it is over */
  GPtrArray   *entries;    /* (owned) of Entry, each waitable once, as they were given */
  HaulWaitFor  what;
  guint        n_active;
  guint        n_failed;
};

static void
haul_waitable_default_init (HaulWaitableInterface *iface)
{
}

static gboolean
is_active (HaulWaitable *self)
{
  return HAUL_WAITABLE_GET_IFACE (self)->is_active (self);
}

static void
entry_free (gpointer data)
{
  Entry *self = data;

  g_clear_signal_handler (&self->handler, self->waitable);
  g_clear_object (&self->waitable);
  g_free (self);
}

static void
wait_free (gpointer data)
{
  Wait *self = data;

  g_clear_pointer (&self->entries, g_ptr_array_unref);
  g_clear_pointer (&self->joiners, g_ptr_array_unref);
  g_free (self);
}

/* Nobody is listened to any more, however long the task is kept. */
static void
finish (GTask *task)
{
  Wait *self = g_task_get_task_data (task);

  for (guint i = 0; i < self->entries->len; i++)
    {
      Entry *entry = self->entries->pdata[i];

      g_clear_signal_handler (&entry->handler, entry->waitable);
    }
  g_task_return_boolean (task, TRUE);
}

static gboolean
is_over (Wait *self)
{
  if (self->n_active == 0)
    return TRUE;

  switch (self->what)
    {
    case HAUL_WAIT_FOR_FIRST:
      return self->n_active < self->entries->len;

    case HAUL_WAIT_FOR_FIRST_ERROR:
      return self->n_failed > 0;

    case HAUL_WAIT_FOR_ALL:
    default:
      return FALSE;
    }
}

static void
changed_cb (Entry *entry)
{
  Wait *self = entry->wait;

  if (is_active (entry->waitable))
    return;

  g_clear_signal_handler (&entry->handler, entry->waitable);
  self->n_active--;
  self->n_failed += HAUL_WAITABLE_GET_IFACE (entry->waitable)->has_failed (entry->waitable);
  if (self->joiners->len > 0 && is_over (self))
    {
      g_autoptr(GTask) task = haul_joiners_steal (self->joiners);

      finish (task);
    }
}

static void
add (Wait         *self,
     HaulWaitable *waitable)
{
  HaulWaitableInterface *iface = HAUL_WAITABLE_GET_IFACE (waitable);
  Entry *entry = g_new0 (Entry, 1);

  entry->wait = self;
  entry->waitable = g_object_ref (waitable);
  g_ptr_array_add (self->entries, entry);
  if (is_active (waitable))
    {
      entry->handler = g_signal_connect_swapped (waitable, iface->signal, G_CALLBACK (changed_cb), entry);
      self->n_active++;
    }
  else
    {
      self->n_failed += iface->has_failed (waitable);
    }
}

static Wait *
wait_new (GPtrArray   *waitables,
          HaulWaitFor  what)
{
  g_autoptr(GHashTable) seen = g_hash_table_new (NULL, NULL);
  Wait *self = g_new0 (Wait, 1);

  self->what = what;
  self->joiners = haul_joiners_new ();
  self->entries = g_ptr_array_new_with_free_func (entry_free);
  for (guint i = 0; i < waitables->len; i++)
    if (g_hash_table_add (seen, waitables->pdata[i]))
      add (self, waitables->pdata[i]);
  return self;
}

/**
 * haul_wait_async:
 * @waitables: (element-type HaulWaitable): for whom to wait; one that is in there
 *   twice counts once
 * @what: for the first, for the first error, or for all
 * @timeout_ms: how long to wait, in ms; 0 only looks, below 0 waits for ever
 * @cancellable: (nullable): stops the waiting, and ends none of them
 * @callback: (scope async): called when it has come, or the time is over
 * @user_data: for @callback
 *
 * Waits for several jobs, processes, batches and items of batches at once. What has
 * ended before counts; for none of them nobody waits. Those that were not started
 * yet have not ended.
 *
 * A process that is held, haul_process_set_hold(), counts as ended when it is a
 * zombie, and stays one. An item is heard of up to a tenth of a second late, as
 * its row is.
 */
void
haul_wait_async (GPtrArray           *waitables,
                 HaulWaitFor          what,
                 int                  timeout_ms,
                 GCancellable        *cancellable,
                 GAsyncReadyCallback  callback,
                 gpointer             user_data)
{
  g_autoptr(GTask) task = NULL;
  Wait *self;

  g_return_if_fail (waitables != NULL);

  task = g_task_new (NULL, cancellable, callback, user_data);
  g_task_set_source_tag (task, haul_wait_async);
  g_task_set_name (task, "[haul] wait for several");
  self = wait_new (waitables, what);
  g_task_set_task_data (task, self, wait_free);
  if (is_over (self))
    finish (task);
  else
    haul_joiners_add (self->joiners, task, timeout_ms, finish);
}

static GPtrArray *
collect (Wait     *self,
         gboolean  active)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < self->entries->len; i++)
    {
      Entry *entry = self->entries->pdata[i];

      if (is_active (entry->waitable) == active)
        g_ptr_array_add (list, g_object_ref (entry->waitable));
    }
  return list;
}

/**
 * haul_wait_finish:
 * @result: of the call
 * @ret_ended: (out) (optional) (transfer container) (element-type HaulWaitable): those
 *   that have ended by now, in the order in which they were given
 * @ret_active: (out) (optional) (transfer container) (element-type HaulWaitable): those
 *   that have not
 * @error: set when the waiting was cancelled
 *
 * Tells how the wait that haul_wait_async() began has ended. That the time was over
 * is no error: @ret_ended and @ret_active say what there is.
 *
 * Returns: %TRUE unless @error is set
 */
gboolean
haul_wait_finish (GAsyncResult  *result,
                  GPtrArray    **ret_ended,
                  GPtrArray    **ret_active,
                  GError       **error)
{
  Wait *self;

  g_return_val_if_fail (g_task_is_valid (result, NULL), FALSE);

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return FALSE;

  self = g_task_get_task_data (G_TASK (result));
  if (ret_ended != NULL)
    *ret_ended = collect (self, FALSE);
  if (ret_active != NULL)
    *ret_active = collect (self, TRUE);
  return TRUE;
}
