/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-batch-private.h"

#include <signal.h>

/* A batch of one item that is a part of a job: its owner hears what its worker says, which a batch of
 * a million items has no use for, and no room. */

static GVariant *
part_input (guint64  index,
            gpointer user_data)
{
  return index == 0 ? g_variant_ref (user_data) : NULL;
}

HaulBatch *
haul_batch_new_part (const HaulTask         *task,
                     GVariant               *arguments,
                     GPtrArray              *inputs,
                     GVariant               *input_sizes,
                     HaulShares             *shares,
                     const HaulPartListener *listener,
                     gpointer                owner)
{
  HaulBatch *self = haul_batch_new (task, part_input, g_variant_ref_sink (arguments), (GDestroyNotify) g_variant_unref);

  self->listener = listener;
  self->listener_data = owner;
  self->exit_code = -1;
  self->size = 1;
  self->inputs = inputs != NULL ? g_ptr_array_ref (inputs) : NULL;
  self->input_sizes = input_sizes != NULL ? g_variant_ref_sink (input_sizes) : NULL;
  self->shares = shares != NULL ? haul_shares_ref (shares) : NULL;
  return self;
}

gboolean
haul_batch_is_held (HaulBatch *self)
{
  return self->held && self->n_out == 0;
}

gboolean
haul_batch_is_given_up (HaulBatch *self)
{
  return self->given_up;
}

gboolean
haul_batch_is_part (HaulBatch *self)
{
  return self->listener != NULL;
}

void
haul_batch_set_held (HaulBatch *self,
                     gboolean   held)
{
  self->held = held;
  if (!held && self->pool != NULL)
    haul_pool_plan_pump (self->pool);
}

gboolean
haul_batch_signal (HaulBatch *self,
                   int        number)
{
  if (self->pool == NULL || !haul_pool_signal (self->pool, self, number))
    return FALSE;

  /* Whether its worker has begun with it or not: no other will. */
  if (number == SIGTERM || number == SIGKILL)
    self->given_up = self->complete = TRUE;
  return TRUE;
}

/* What worker and pool tell. */

void
haul_batch_send_inputs (HaulBatch   *self,
                        HaulChild   *child,
                        guint32      job,
                        HaulMessage *run)
{
  gsize wire_size = 0;

  run->run.inputs = self->input_sizes;
  for (guint i = 0; self->inputs != NULL && i < self->inputs->len; i++)
    wire_size += haul_child_queue_data (child, job, self->inputs->pdata[i]);
  if (wire_size > 0)
    self->listener->sent (self->listener_data, HAUL_FRAME_DATA, wire_size);
}

void
haul_batch_part_begun (HaulBatch *self,
                       int        pid,
                       gsize      wire_size)
{
  g_autoptr(HaulBatch) keep G_GNUC_UNUSED = g_object_ref (self);

  self->listener->begun (self->listener_data, pid);
  if (haul_batch_is_active (self))   /* who heard of that may have ended it, and its owner */
    self->listener->sent (self->listener_data, HAUL_FRAME_RUN, wire_size);
}

void
haul_batch_part_said (HaulBatch         *self,
                      const HaulMessage *message,
                      gsize              wire_size)
{
  g_autoptr(HaulBatch) keep G_GNUC_UNUSED = g_object_ref (self);

  self->listener->message (self->listener_data, message, wire_size);
}

void
haul_batch_part_printed (HaulBatch         *self,
                         const HaulMessage *log)
{
  g_autoptr(HaulBatch) keep G_GNUC_UNUSED = g_object_ref (self);

  self->listener->line (self->listener_data, log);
}

void
haul_batch_part_died (HaulBatch    *self,
                      HaulItem     *item,
                      const GError *why,
                      int           code,
                      int           signal)
{
  haul_item_free (item);
  self->n_out--;
  self->complete = TRUE;
  if (self->first_error == NULL)
    self->first_error = g_error_copy (why);
  self->exit_code = code;
  self->exit_signal = signal;
  haul_batch_end_if_over (self);
}
