/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-joiners-private.h"

#include <glib/gi18n-lib.h>

#include "haul-source-private.h"

/* What wakes one who waits before the end comes. */
typedef struct
{
  GPtrArray       *joiners;     /* borrowed: it keeps the task, and the task keeps us */
  GTask           *task;        /* borrowed, likewise */
  HaulJoinTimeOut  time_out;
  GSource         *timeout;     /* (owned) (nullable) */
  GSource         *cancelled;   /* (owned) (nullable) */
} Patience;

static G_DEFINE_QUARK (haul - patience, patience)

static void
patience_free (gpointer data)
{
  Patience *self = data;

  haul_source_clear (&self->timeout);
  haul_source_clear (&self->cancelled);
  g_free (self);
}

static GTask *
steal (GPtrArray *joiners,
       guint      index)
{
  GTask *task = g_ptr_array_steal_index (joiners, index);

  g_object_set_qdata (G_OBJECT (task), patience_quark (), NULL);
  return task;
}

static GTask *
steal_own (Patience *self)
{
  guint index = 0;

  (void) g_ptr_array_find (self->joiners, self->task, &index);
  return steal (self->joiners, index);
}

static gboolean
timeout_cb (gpointer user_data)
{
  Patience *self = user_data;
  HaulJoinTimeOut time_out = self->time_out;
  g_autoptr(GTask) task = steal_own (self);

  time_out (task);
  return G_SOURCE_REMOVE;
}

static gboolean
cancelled_cb (GCancellable *cancellable,
              gpointer      user_data)
{
  g_autoptr(GTask) task = steal_own (user_data);

  (void) g_task_return_error_if_cancelled (task);
  return G_SOURCE_REMOVE;
}

GPtrArray *
haul_joiners_new (void)
{
  return g_ptr_array_new_with_free_func (g_object_unref);
}

void
haul_joiners_add (GPtrArray       *joiners,
                  GTask           *task,
                  int              timeout_ms,
                  HaulJoinTimeOut  time_out)
{
  GCancellable *cancellable = g_task_get_cancellable (task);
  Patience *self = g_new0 (Patience, 1);

  self->joiners = joiners;
  self->task = task;
  self->time_out = time_out;
  if (timeout_ms >= 0)
    self->timeout = haul_timer_new (timeout_ms, "[haul] join timeout", timeout_cb, self);
  if (cancellable != NULL)
    {
      self->cancelled = g_cancellable_source_new (cancellable);
      g_source_set_static_name (self->cancelled, "[haul] join cancelled");
      g_source_set_callback (self->cancelled, G_SOURCE_FUNC (cancelled_cb), self, NULL);
      g_source_attach (self->cancelled, g_task_get_context (task));
    }
  g_object_set_qdata_full (G_OBJECT (task), patience_quark (), self, patience_free);
  g_ptr_array_add (joiners, g_object_ref (task));
}

GTask *
haul_joiners_steal (GPtrArray *joiners)
{
  return joiners->len > 0 ? steal (joiners, 0) : NULL;
}

void
haul_joiners_fail (GTask *task)
{
  g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, _("it has not ended yet"));
}
