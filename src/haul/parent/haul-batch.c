/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-batch.h"

#include <glib/gi18n-lib.h>

#include "haul-batch-private.h"
#include "haul-buffers-private.h"
#include "haul-joiners-private.h"
#include "haul-waitable.h"
#include "haul/wire/haul-error.h"

/* A batch whose results are given out in order and not kept runs this far ahead of the first that is
 * still missing. */
#define MAX_AHEAD 16384

/* How much the newest item counts in how long one takes. */
#define NEWEST 0.2

enum { ITEM, ENDED, N_SIGNALS };
static guint signals[N_SIGNALS];

static void haul_batch_waitable_init (HaulWaitableInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (HaulBatch, haul_batch, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (HAUL_TYPE_WAITABLE, haul_batch_waitable_init))

static void
haul_batch_dispose (GObject *object)
{
  HaulBatch *self = HAUL_BATCH (object);

  g_queue_clear_full (&self->again, (GDestroyNotify) haul_item_free);
  g_clear_pointer (&self->joiners, g_ptr_array_unref);
  g_clear_pointer (&self->taker, haul_batch_taker_free);
  g_clear_object (&self->pool);

  G_OBJECT_CLASS (haul_batch_parent_class)->dispose (object);
}

static void
haul_batch_finalize (GObject *object)
{
  HaulBatch *self = HAUL_BATCH (object);

  if (self->input_destroy != NULL)
    self->input_destroy (self->input_data);
  g_clear_pointer (&self->inputs, g_ptr_array_unref);
  g_clear_pointer (&self->input_sizes, g_variant_unref);
  g_clear_pointer (&self->shares, haul_shares_unref);
  haul_outcomes_clear (&self->outcomes);
  g_clear_error (&self->first_error);
  g_clear_error (&self->whole_error);

  G_OBJECT_CLASS (haul_batch_parent_class)->finalize (object);
}

static void
haul_batch_class_init (HaulBatchClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = haul_batch_dispose;
  object_class->finalize = haul_batch_finalize;

  signals[ITEM] = g_signal_new ("item", HAUL_TYPE_BATCH, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                3, G_TYPE_UINT64, G_TYPE_BYTES, G_TYPE_ERROR);
  signals[ENDED] = g_signal_new ("ended", HAUL_TYPE_BATCH, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
haul_batch_init (HaulBatch *self)
{
  self->ordered = TRUE;
  self->keep = TRUE;
  self->size = self->out_of_turn = G_MAXUINT64;
  g_queue_init (&self->again);
  haul_outcomes_init (&self->outcomes);
  self->joiners = haul_joiners_new ();
}

HaulBatch *
haul_batch_new (const HaulTask *task,
                HaulBatchInput  input,
                gpointer        user_data,
                GDestroyNotify  destroy)
{
  HaulBatch *self;

  g_return_val_if_fail (task != NULL && input != NULL, NULL);

  self = g_object_new (HAUL_TYPE_BATCH, NULL);
  self->task = task;
  self->seed = haul_random_draw_seed ();
  self->input = input;
  self->input_data = user_data;
  self->input_destroy = destroy;
  return self;
}

/* The end. */

static void
complete_join (HaulBatch *self,
               GTask     *task)
{
  if (self->first_error != NULL)
    g_task_return_error (task, g_error_copy (self->first_error));
  else
    g_task_return_boolean (task, TRUE);
}

void
haul_batch_end_if_over (HaulBatch *self)
{
  g_autoptr(HaulPool) pool = NULL;
  GTask *next;

  if (self->ended || !self->complete || self->n_out > 0 || self->again.length > 0)
    return;

  self->ended = TRUE;
  haul_buffers_drop ();
  pool = g_steal_pointer (&self->pool);
  if (pool != NULL)
    haul_pool_batch_ended (pool, self);
  while ((next = haul_joiners_steal (self->joiners)) != NULL)
    {
      g_autoptr(GTask) task = next;

      complete_join (self, task);
    }
  if (self->taker != NULL)
    haul_batch_taker_end (self);
  if (self->listener != NULL)
    self->listener->ended (self->listener_data, self->first_error, self->exit_code, self->exit_signal);
  g_signal_emit (self, signals[ENDED], 0);
}

/* Nothing more is asked for, nothing that was not sent is sent, and no result is given out. */
static void
drop_the_rest (HaulBatch *self)
{
  self->complete = TRUE;
  self->given_up = TRUE;
  haul_batch_touch (self);
  g_queue_clear_full (&self->again, (GDestroyNotify) haul_item_free);
  if (self->pool != NULL)
    haul_pool_drop_items (self->pool, self);
}

/* Whoever hears of it may add others, and so move what we have. */
static void
give_out (HaulBatch    *self,
          guint64       index,
          GBytes       *result,
          const GError *error)
{
  if (self->taker != NULL)
    haul_batch_taker_give (self->taker, index, result, error);
  if (g_signal_has_handler_pending (self, signals[ITEM], 0, TRUE))
    g_signal_emit (self, signals[ITEM], 0, index, result, error);
}

/* Those whose turn it is. Whoever hears of one may cancel, and then hears of no other. */
static void
give_out_next (HaulBatch *self)
{
  HaulOutcome *outcome;

  while (!self->given_up && (outcome = haul_outcomes_lookup (&self->outcomes, self->next_given)) != NULL)
    {
      g_autoptr(GBytes) result = outcome->result != NULL ? g_bytes_ref (outcome->result) : NULL;
      g_autoptr(GError) error = outcome->error != NULL ? g_error_copy (outcome->error) : NULL;
      guint64 given = self->next_given++;

      give_out (self, given, result, error);
      if (!self->keep)
        haul_outcomes_remove (&self->outcomes, given);
    }
}

static void
settle (HaulBatch    *self,
        guint64       index,
        GBytes       *result,
        const GError *error)
{
  if (self->items != NULL)
    haul_batch_items_ended (self->items, index, error == NULL);
  if (self->keep || self->ordered)
    haul_outcomes_add (&self->outcomes, index, result, error);
  if (self->ordered)
    give_out_next (self);
  else
    give_out (self, index, result, error);
}

/* Everybody hears of the item that failed, though it may not be its turn: the earlier ones never come. */
static void
fail_fast (HaulBatch    *self,
           guint64       index,
           const GError *error)
{
  if (!self->given_up && self->ordered && index >= self->next_given)
    {
      self->out_of_turn = index;
      give_out (self, index, NULL, error);
    }
  drop_the_rest (self);
}

/* What the pool does. */

void
haul_batch_attach (HaulBatch *self,
                   HaulPool  *pool)
{
  self->pool = g_object_ref (pool);
}

gboolean
haul_batch_is_attached (HaulBatch *self)
{
  return self->pool != NULL || self->ended;
}

/* FALSE, and why, for one that was ended before anything of it was asked for. */
gboolean
haul_batch_check_new (HaulBatch  *self,
                      GError    **error)
{
  if (!self->ended || self->whole_error == NULL || self->n_items > 0)
    return TRUE;

  g_propagate_error (error, g_error_copy (self->whole_error));
  return FALSE;
}

double
haul_batch_get_item_us (HaulBatch *self)
{
  return self->item_us;
}

void
haul_batch_note_item_us (HaulBatch *self,
                         double     us)
{
  self->item_us = self->item_us > 0 ? self->item_us + NEWEST * (us - self->item_us) : us;
}

gboolean
haul_batch_may_have_more (HaulBatch *self)
{
  return !self->held && (!self->complete || self->again.length > 0);
}

gboolean
haul_batch_is_dry (HaulBatch *self)
{
  return !self->complete && self->n_out == 0 && self->again.length == 0;
}

/* For one more, before what was done is wanted. */
static gboolean
has_room (HaulBatch *self)
{
  if (!self->keep && self->ordered && self->n_items - self->next_given >= MAX_AHEAD)
    return FALSE;
  return self->taker == NULL || haul_batch_taker_has_room (self);
}

/* Asks for the next arguments. Those that are wrong fail their item, and only that. */
static HaulItem *
draw_item (HaulBatch *self)
{
  while (!self->complete && has_room (self))
    {
      GVariant *drawn = self->input (self->n_items, self->input_data);
      g_autoptr(GVariant) given = drawn != NULL ? g_variant_take_ref (drawn) : NULL;
      g_autoptr(GVariant) arguments = NULL;
      g_autoptr(GError) error = NULL;
      guint64 index;

      if (given == NULL || self->complete)   /* who was asked may have canceled */
        {
          self->complete = TRUE;
          break;
        }

      index = self->n_items++;
      arguments = haul_task_complete (self->task, given, &error);
      if (arguments != NULL)
        return haul_item_new (self, index, arguments);

      self->n_failed++;
      if (self->first_error == NULL)
        self->first_error = g_error_copy (error);
      settle (self, index, NULL, error);
      if (self->fail_fast)
        fail_fast (self, index, error);
    }
  return NULL;
}

HaulItem *
haul_batch_next_item (HaulBatch *self)
{
  HaulItem *item = g_queue_pop_head (&self->again);

  if (item == NULL && !self->ended)
    item = draw_item (self);
  if (item != NULL)
    self->n_out++;
  else
    haul_batch_end_if_over (self);
  haul_batch_touch (self);
  return item;
}

static int
compare_items (gconstpointer a,
               gconstpointer b,
               gpointer      user_data)
{
  const HaulItem *x = a, *y = b;

  return (x->index > y->index) - (x->index < y->index);
}

void
haul_batch_take_back (HaulBatch *self,
                      HaulItem  *item)
{
  self->n_out--;
  if (self->given_up)
    {
      haul_item_free (item);
      haul_batch_end_if_over (self);
      return;
    }
  g_clear_pointer (&item->result, g_byte_array_unref);
  g_queue_insert_sorted (&self->again, item, compare_items, NULL);
  haul_batch_touch (self);
}

gboolean
haul_batch_may_retry (HaulBatch *self,
                      HaulItem  *item)
{
  return !self->given_up && item->tries < self->retries;
}

static GBytes *
take_result (HaulItem *item)
{
  static GBytes *nothing;   /* what most small items give */

  if (item->result != NULL)
    return haul_buffer_to_bytes (g_steal_pointer (&item->result));
  if (g_once_init_enter (&nothing))
    g_once_init_leave (&nothing, g_bytes_new_static ("", 0));
  return g_bytes_ref (nothing);
}

void
haul_batch_item_ended (HaulBatch    *self,
                       HaulItem     *item,
                       const GError *error)
{
  g_autoptr(HaulBatch) keep G_GNUC_UNUSED = g_object_ref (self);
  g_autoptr(GBytes) result = error == NULL ? take_result (item) : NULL;
  guint64 index = item->index;

  haul_item_free (item);
  self->n_out--;
  if (error != NULL && !self->given_up && self->first_error == NULL)
    self->first_error = g_error_copy (error);
  if (self->listener != NULL)
    self->complete = TRUE;   /* it has one item */
  else if (!self->given_up)
    {
      if (error == NULL)
        self->n_done++;
      else
        self->n_failed++;
      settle (self, index, result, error);
      if (error != NULL && self->fail_fast)
        fail_fast (self, index, error);
    }
  haul_batch_end_if_over (self);
}

/* Ends it with an error of the whole: what was not sent never will be. */
void
haul_batch_fail (HaulBatch    *self,
                 const GError *error)
{
  g_autoptr(HaulBatch) keep G_GNUC_UNUSED = g_object_ref (self);

  if (self->ended)
    return;
  if (self->first_error == NULL)
    self->first_error = g_error_copy (error);
  if (self->whole_error == NULL)
    self->whole_error = g_error_copy (error);
  drop_the_rest (self);
  haul_batch_end_if_over (self);
}

/* Items that were begun go on. Those that were asked for and not begun fail with @error; no more are. */
void
haul_batch_cancel_queued (HaulBatch    *self,
                          const GError *error)
{
  g_autoptr(HaulBatch) keep G_GNUC_UNUSED = g_object_ref (self);
  HaulItem *item;

  if (self->ended)
    return;
  if (!self->complete && self->n_items < self->size && self->whole_error == NULL)
    self->whole_error = g_error_copy (error);
  if (self->first_error == NULL && self->whole_error != NULL)
    self->first_error = g_error_copy (error);
  self->complete = TRUE;
  self->fail_fast = FALSE;   /* these are no failures, and hurt nobody who runs */
  haul_batch_touch (self);
  while ((item = g_queue_pop_head (&self->again)) != NULL)
    {
      self->n_out++;
      haul_batch_item_ended (self, item, error);
    }
  haul_batch_end_if_over (self);
}

/* The rest of what everybody sees. */

GBytes *
haul_batch_dup_result (HaulBatch  *self,
                       guint64     index,
                       GError    **error)
{
  HaulOutcome *outcome;

  g_return_val_if_fail (HAUL_IS_BATCH (self), NULL);

  outcome = haul_outcomes_lookup (&self->outcomes, index);
  if (outcome == NULL)
    g_set_error (error, HAUL_ERROR, HAUL_ERROR_NOT_POSSIBLE,
                 "there is no result of item %" G_GUINT64_FORMAT, index);
  else if (outcome->error != NULL)
    g_propagate_error (error, g_error_copy (outcome->error));
  else
    return g_bytes_ref (outcome->result);
  return NULL;
}

/**
 * haul_batch_cancel:
 * @self: a batch
 *
 * Nothing more of it is begun, and the workers that are at it are ended and
 * replaced. Results that were given out stay.
 */
void
haul_batch_cancel (HaulBatch *self)
{
  g_autoptr(GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, _("canceled"));

  g_return_if_fail (HAUL_IS_BATCH (self));

  haul_batch_fail (self, error);
}

void
haul_batch_join_async (HaulBatch           *self,
                       int                  timeout_ms,
                       GCancellable        *cancellable,
                       GAsyncReadyCallback  callback,
                       gpointer             user_data)
{
  g_autoptr(GTask) task = NULL;

  g_return_if_fail (HAUL_IS_BATCH (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, haul_batch_join_async);
  g_task_set_name (task, "[haul] join batch");
  if (self->ended)
    complete_join (self, task);
  else
    haul_joiners_add (self->joiners, task, timeout_ms, haul_joiners_fail);
}

gboolean
haul_batch_join_finish (HaulBatch     *self,
                        GAsyncResult  *result,
                        GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/* As one of several that somebody waits for. */

static gboolean
is_active (HaulWaitable *waitable)
{
  return !HAUL_BATCH (waitable)->ended;
}

static gboolean
has_failed (HaulWaitable *waitable)
{
  const GError *error = HAUL_BATCH (waitable)->first_error;

  return error != NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
haul_batch_waitable_init (HaulWaitableInterface *iface)
{
  iface->signal = "ended";
  iface->is_active = is_active;
  iface->has_failed = has_failed;
}
