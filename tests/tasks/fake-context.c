/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "fake-context.h"

static void
note_progress (FakeContext       *self,
               const HaulMessage *message)
{
  double done = message->progress.done;
  const char *phase = message->progress.phase;

  g_assert_cmpfloat (done, >=, self->done);
  g_assert_cmpfloat (message->progress.total, >=, 0);
  g_assert_cmpfloat (done, <=, message->progress.total);
  if (self->n_progress > 0)
    g_assert_cmpfloat (message->progress.total, ==, self->total);
  else
    g_assert_cmpfloat (done, <=, message->progress.total / 2);   /* it starts early */

  self->done = done;
  self->total = message->progress.total;
  self->n_progress++;
  if (done > 0 && done < self->total)
    self->n_between++;

  if (phase != NULL &&
      (self->phases->len == 0 || !g_str_equal (phase, g_ptr_array_index (self->phases, self->phases->len - 1))))
    g_ptr_array_add (self->phases, g_strdup (phase));
}

static void
sink (const HaulMessage *message,
      gpointer           user_data)
{
  FakeContext *self = user_data;

  g_assert_cmpint (self->last, !=, HAUL_FRAME_RESULT);   /* after which there is nothing */
  g_assert_cmpint (self->last, !=, HAUL_FRAME_ERROR);
  self->last = message->type;
  if (self->cancel_after > 0 && message->type == self->cancel_on && --self->cancel_after == 0)
    self->cancelled = 1;

  if (message->type == HAUL_FRAME_PROGRESS)
    {
      note_progress (self, message);
    }
  else if (message->type == HAUL_FRAME_DATA)
    {
      g_string_append_len (self->result, (const char *) message->data.bytes, message->data.size);
    }
  else if (message->type == HAUL_FRAME_TILE)
    {
      self->n_tiles++;
    }
  else if (message->type == HAUL_FRAME_LOG)
    {
      g_string_append_printf (self->log, "%s\n", message->log.text);
    }
  else if (message->type == HAUL_FRAME_RESULT)
    {
      g_assert_cmpuint (message->result.size, ==, self->result->len);
    }
  else
    {
      g_assert_cmpint (message->type, ==, HAUL_FRAME_ERROR);
      g_assert_cmpint (message->error.cancelled, ==, self->cancelled);
      self->error = g_strdup (message->error.text);
    }
}

FakeContext *
fake_context_new (void)
{
  FakeContext *self = g_new0 (FakeContext, 1);

  self->context = haul_context_new (sink, self, &self->cancelled);
  self->result = g_string_new (NULL);
  self->log = g_string_new (NULL);
  self->phases = g_ptr_array_new_with_free_func (g_free);
  return self;
}

void
fake_context_free (FakeContext *self)
{
  haul_context_free (self->context);
  g_string_free (self->result, TRUE);
  g_string_free (self->log, TRUE);
  g_ptr_array_unref (self->phases);
  g_free (self->error);
  g_free (self);
}

void
fake_context_cancel_on (FakeContext   *self,
                        HaulFrameType  type,
                        guint          after)
{
  self->cancel_on = type;
  self->cancel_after = after;
}

gboolean
fake_context_run (FakeContext    *self,
                  const HaulTask *task,
                  const char     *arguments)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) complete = NULL;
  gboolean ok;

  complete = haul_task_complete (task, g_variant_new_parsed (arguments), &error);
  g_assert_no_error (error);
  ok = haul_task_run (task, self->context, complete);
  g_assert_cmpint (self->last, ==, ok ? HAUL_FRAME_RESULT : HAUL_FRAME_ERROR);
  return ok;
}

static GBytes *
run_part (const HaulPlanPart *part,
          GPtrArray          *results,
          char              **ret_error)
{
  g_autoptr(FakeContext) fake = fake_context_new ();
  g_autoptr(GPtrArray) inputs = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) complete = haul_task_complete (part->task, part->arguments, &error);

  g_assert_no_error (error);
  g_assert_true (part->task->hidden);
  for (guint i = 0; i < part->n_inputs; i++)
    g_ptr_array_add (inputs, g_bytes_ref (results->pdata[part->inputs[i]]));
  haul_context_set_inputs (fake->context, inputs);
  haul_context_set_seed (fake->context, haul_random_derive (0, results->len));   /* 0 is that of a whole run */
  if (haul_task_run (part->task, fake->context, complete))
    {
      g_assert_cmpfloat (fake->done, ==, fake->total);
      return g_bytes_new (fake->result->str, fake->result->len);
    }
  *ret_error = g_steal_pointer (&fake->error);
  return NULL;
}

GBytes *
fake_context_run_divided (const HaulTask *task,
                          const char     *arguments,
                          guint           n_workers,
                          guint          *ret_n_parts,
                          char          **ret_error)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) complete = haul_task_complete (task, g_variant_new_parsed (arguments), &error);
  g_autoptr(HaulPlan) plan = NULL;
  g_autoptr(GPtrArray) results = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);

  g_assert_no_error (error);
  plan = task->divide (complete, n_workers);
  *ret_n_parts = plan != NULL ? haul_plan_get_n_parts (plan) : 0;
  if (*ret_n_parts == 0)
    return NULL;

  g_assert_true (haul_plan_is_valid (plan));
  for (guint i = 0; i < *ret_n_parts; i++)
    {
      GBytes *result = run_part (haul_plan_get_part (plan, i), results, ret_error);

      if (result == NULL)
        return NULL;
      g_ptr_array_add (results, result);
    }
  return g_bytes_ref (results->pdata[*ret_n_parts - 1]);
}
