/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-pool-private.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <unistd.h>

#include "haul-source-private.h"
#include "haul/wire/haul-error.h"

/* Who works at what: the pool has the workers that it wants, and gives them items, by priority. */

/* Items and frames of one worker have numbers of 32 bits. */
#define MAX_NUMBER (1U << 30)

/* This many workers that die within this time, with no item done in between: then it is not the
 * items. Or this many in a row that were never of use. */
#define MAX_DEATHS 5
#define DEATHS_US  (5 * G_USEC_PER_SEC)

static GPtrArray *
copy_batches (HaulPool *self)
{
  return g_ptr_array_copy (self->batches, (GCopyFunc) (void (*)(void))g_object_ref, NULL);
}

/* Fails every batch, each of which takes itself off the list. */
void
haul_pool_fail_all (HaulPool     *self,
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
break_pool (HaulPool *self,
            GError   *why)   /* (transfer full) */
{
  g_autoptr(GError) error = why;

  if (self->state != HAUL_POOL_RUNNING && self->state != HAUL_POOL_CLOSED)
    return;

  haul_pool_set_state (self, HAUL_POOL_BROKEN);
  haul_pool_fail_all (self, error);
  retire_all (self);
}

/* Workers. */

/* Fewer workers than wanted will do, where no more can be had for now. */
static void
no_worker (HaulPool     *self,
           const GError *error)
{
  if (self->workers->len == 0)
    break_pool (self, g_error_new (HAUL_ERROR, HAUL_ERROR_START, _("the pool gets no worker: %s"), error->message));
  else
    g_debug ("no more workers for now: %s", error->message);
}

static gboolean
add_worker (HaulPool *self)
{
  g_autoptr(GError) error = NULL;
  HaulPoolWorker *worker = haul_pool_worker_new (self, self->worker_path, self->client, self->nice, &error);

  if (worker != NULL)
    g_ptr_array_add (self->workers, worker);
  else
    no_worker (self, error);
  return worker != NULL;
}

static guint
count_staying (HaulPool *self)
{
  guint n = 0;

  for (guint i = 0; i < self->workers->len; i++)
    {
      HaulPoolWorker *worker = self->workers->pdata[i];

      n += !worker->retiring && !worker->stopped && worker->wrong == NULL;
    }
  return n;
}

/* As many as are wanted, as soon as there is something to do. */
static void
fit_workers (HaulPool *self)
{
  guint n = count_staying (self);

  while (n < self->n_workers && self->batches->len > 0 && self->suspended_at == 0
         && (self->state == HAUL_POOL_RUNNING || self->state == HAUL_POOL_CLOSED)
         && add_worker (self))
    n++;
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

/* Those that come first get what they need before the others get anything. */
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

      if (!haul_batch_may_have_more (batch))
        continue;
      if (!haul_pool_worker_has_room (worker, batch))
        return FALSE;   /* nor for those behind it: they would keep it from ever having */
      item = haul_batch_next_item (batch);
      if (item != NULL)
        {
          *ret_item = item;
          return TRUE;
        }
      if (self->batches->len < before)
        i--;   /* that was its end */
      self->starved |= !haul_batch_get_is_complete (batch);
    }
  return FALSE;
}

static void
fill_worker (HaulPool       *self,
             HaulPoolWorker *worker)
{
  HaulItem *item;

  while (!haul_pool_rests (self) && next_item (self, worker, &item))
    haul_pool_worker_send (worker, item, haul_batch_get_task (item->batch));
  haul_child_flush (worker->child);
}

/* A batch of nothing ends without waiting for a worker, and one of which everything was done ends while
 * the pool is held: so the next item is asked for before there is anybody to send it to. */
static void
look_ahead (HaulPool *self)
{
  g_autoptr(GPtrArray) batches = copy_batches (self);

  g_ptr_array_set_free_func (batches, g_object_unref);
  for (guint i = 0; i < batches->len; i++)
    if (haul_batch_is_dry (batches->pdata[i]))
      {
        HaulItem *item = haul_batch_next_item (batches->pdata[i]);

        if (item != NULL)
          haul_batch_take_back (batches->pdata[i], item);
      }
}

static gboolean
pump_cb (gpointer user_data)
{
  g_autoptr(HaulPool) self = user_data;

  g_clear_pointer (&self->pump, g_source_unref);
  self->starved = FALSE;
  if (self->has_new || haul_pool_rests (self))
    look_ahead (self);
  self->has_new = FALSE;
  fit_workers (self);
  for (guint i = 0; i < self->workers->len; i++)
    fill_worker (self, self->workers->pdata[i]);
  if (self->state != HAUL_POOL_RUNNING && self->batches->len == 0)
    retire_all (self);
  haul_pool_touch (self);
  if (self->pumped != NULL)
    self->pumped (self->pumped_owner);
  complete_joins (self);
  return G_SOURCE_REMOVE;
}

/* The pump keeps the pool: who drops the last reference in the middle of what a worker tells, such
 * as in a handler of the end of a batch, finds it there until we are out of that.
 * Not an idle source: workers that have nothing to do do not wait for this program to have that too. */
void
haul_pool_plan_pump (HaulPool *self)
{
  if (self->pump == NULL)
    self->pump = haul_timer_new (0, "[haul] items for workers", pump_cb, g_object_ref (self));
}

/* There is a worker for each batch, and one more. Where nothing begins any more, whoever tries hears
 * why. */
gboolean
haul_pool_has_room (HaulPool *self)
{
  guint n_open = 0;

  for (guint i = 0; i < self->batches->len; i++)
    n_open += !haul_batch_is_held (self->batches->pdata[i]);
  return self->state != HAUL_POOL_RUNNING || (!self->held && n_open < self->n_workers);
}

static gboolean
uses_too_much (HaulPool       *self,
               HaulPoolWorker *worker)
{
  g_autofree char *path = NULL;
  g_autofree char *text = NULL;
  guint64 size, resident;

  if ((self->max_tasks > 0 && worker->n_sent >= self->max_tasks) || worker->last_number > MAX_NUMBER)
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

static void
worker_fit (HaulPool       *self,
            HaulPoolWorker *worker)
{
  worker->fit = TRUE;
  worker->head_since = g_get_monotonic_time ();
  self->n_unfit = 0;
}

void
haul_pool_worker_ready (HaulPool       *self,
                        HaulPoolWorker *worker)
{
  haul_pool_touch (self);
  if (self->init_task != NULL)
    haul_pool_worker_send (worker, haul_item_new (NULL, 0, self->init_arguments), self->init_task);
  else
    worker_fit (self, worker);
  if (worker->retiring)
    haul_pool_worker_retire (worker);
  if (count_staying (self) < self->n_workers)
    haul_pool_plan_pump (self);
  fill_worker (self, worker);
}

void
haul_pool_worker_answered (HaulPool       *self,
                           HaulPoolWorker *worker)
{
  haul_pool_touch (self);
  if (worker->n_sent > 0)
    self->n_deaths = 0;   /* it is not the worker */
  else
    worker_fit (self, worker);

  if (!worker->retiring && uses_too_much (self, worker))
    worker->retiring = TRUE;
  if (worker->retiring)
    {
      haul_pool_worker_retire (worker);
      haul_pool_plan_pump (self);
    }
  else
    {
      fill_worker (self, worker);
      if (worker->sent.length == 0 || self->starved)
        haul_pool_plan_pump (self);
    }
}

void
haul_pool_worker_unfit (HaulPool       *self,
                        HaulPoolWorker *worker,
                        const char     *problem)
{
  worker->wrong = g_error_new (HAUL_ERROR, HAUL_ERROR_TASK, _("the initializer failed: %s"), problem);
  haul_pool_worker_stop (worker);
}

void
haul_pool_worker_failed (HaulPool       *self,
                         HaulPoolWorker *worker,
                         const GError   *error)
{
  g_autoptr(HaulPool) keep G_GNUC_UNUSED = g_object_ref (self);

  (void) g_ptr_array_remove (self->workers, worker);
  no_worker (self, error);
  haul_pool_plan_pump (self);
}

/* All of them dying at once, since somebody else killed them, is not too often yet. */
static gboolean
die_too_often (HaulPool *self)
{
  gint64 now = g_get_monotonic_time ();

  if (self->n_deaths == 0 || now - self->deaths_since > DEATHS_US)
    {
      self->n_deaths = 0;
      self->deaths_since = now;
    }
  return ++self->n_deaths >= MAX_DEATHS + self->n_workers - 1;
}

/* Returns why the pool cannot go on, or NULL. Nothing says that a worker that was idle, or that we
 * ended, is to blame; nor one that died with the fork server: the client of that counts those. */
static GError *
count_death (HaulPool             *self,
             const HaulPoolWorker *worker,
             const GError         *why)
{
  gboolean blamed = worker->wrong != NULL || (!worker->stopped && !worker->lost);

  if (self->recovery == HAUL_POOL_RECOVERY_BREAK && !worker->stopped && !(worker->retiring && worker->sent.length == 0))
    return g_error_new (HAUL_ERROR, HAUL_ERROR_ENDED, _("the pool broke when it lost a worker: %s"), why->message);
  if (blamed && !worker->fit && ++self->n_unfit >= MAX_DEATHS)
    return g_error_new (HAUL_ERROR, HAUL_ERROR_START,
                        _("the workers of the pool fail as soon as they start: %s"), why->message);
  if (blamed && worker->fit && worker->sent.length > 0 && die_too_often (self))
    return g_error_new (HAUL_ERROR, HAUL_ERROR_START,
                        _("the workers of the pool die one after the other: %s"), why->message);
  return NULL;
}

/* What it had begun dies with it, or is tried again; what it had not goes back. The board says which
 * is which: it outlives its worker. When we ended it because of one item, the others all go back. */
static void
bury_item (HaulPoolWorker *worker,
           HaulItem       *item,
           gboolean        begun,
           const GError   *why)
{
  g_autoptr(HaulBatch) batch = g_object_ref (item->batch);
  g_autoptr(GError) late = NULL;

  if (haul_batch_is_part (batch) && (begun || haul_batch_is_given_up (batch)))
    {
      haul_batch_part_died (batch, item, why, worker->exit_code, worker->exit_signal);
    }
  else if (item->late)
    {
      late = g_error_new (HAUL_ERROR, HAUL_ERROR_TIMED_OUT, _("took longer than it was allowed to: %.3g s"),
                          haul_batch_get_timeout (batch) / 1000.0);
      haul_batch_item_ended (batch, item, late);
    }
  else if (!begun || (worker->stopped && worker->wrong == NULL))
    {
      haul_batch_take_back (batch, item);
    }
  else if (haul_batch_may_retry (batch, item))
    {
      item->tries++;
      haul_batch_take_back (batch, item);
    }
  else
    {
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
  GError *broken = count_death (self, worker, why);
  guint32 begun = haul_board_withdraw (worker->board, G_MAXUINT32);
  HaulItem *item;
  guint index;

  if (g_ptr_array_find (self->workers, worker, &index))
    (void) g_ptr_array_steal_index (self->workers, index);
  while ((item = g_queue_pop_head (&worker->sent)) != NULL)
    {
      if (item->batch != NULL)
        bury_item (worker, item, begun >= item->number, error);
      else
        haul_item_free (item);
    }
  haul_pool_worker_free (worker);

  if (broken != NULL)
    break_pool (self, broken);
  haul_pool_plan_pump (self);
}

/* What batches tell. */

void
haul_pool_batch_ended (HaulPool  *self,
                       HaulBatch *batch)
{
  (void) g_ptr_array_remove (self->batches, batch);
  haul_pool_plan_pump (self);
}

/* What the owner of a part does to the worker that is at it. */
gboolean
haul_pool_signal (HaulPool  *self,
                  HaulBatch *batch,
                  int        number)
{
  for (guint i = 0; i < self->workers->len; i++)
    {
      HaulPoolWorker *worker = self->workers->pdata[i];
      HaulItem *item = g_queue_peek_head (&worker->sent);

      if (item != NULL && item->batch == batch)
        {
          haul_pool_worker_signal (worker, number);
          return TRUE;
        }
    }
  return FALSE;
}
