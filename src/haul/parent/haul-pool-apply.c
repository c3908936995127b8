/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-pool.h"

/* One item, as a batch of its own. */

static void
applied_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  HaulBatch *batch = HAUL_BATCH (source);
  g_autoptr(GTask) task = user_data;
  g_autoptr(GError) error = NULL;

  if (haul_batch_join_finish (batch, result, &error))
    {
      g_task_return_pointer (task, haul_batch_dup_result (batch, 0, NULL), (GDestroyNotify) g_bytes_unref);
    }
  else if (haul_batch_is_active (batch))
    {
      /* It was the waiting that was cancelled, by whatever thread: its end is waited for all the same. */
      haul_batch_cancel (batch);
      haul_batch_join_async (batch, -1, NULL, applied_cb, g_steal_pointer (&task));
    }
  else
    {
      g_task_return_error (task, g_steal_pointer (&error));
    }
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

  if (arguments == NULL)
    arguments = g_variant_new_array (G_VARIANT_TYPE ("{sv}"), NULL, 0);
  batch = haul_batch_new_for_list (task, g_variant_new_array (G_VARIANT_TYPE_VARDICT, &arguments, 1));
  if (!haul_pool_submit (self, batch, &error))
    {
      g_task_return_error (gtask, g_steal_pointer (&error));
      return;
    }
  if (g_cancellable_is_cancelled (cancellable))
    haul_batch_cancel (batch);
  haul_batch_join_async (batch, -1, cancellable, applied_cb, g_steal_pointer (&gtask));
}

GBytes *
haul_pool_apply_finish (HaulPool      *self,
                        GAsyncResult  *result,
                        GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
