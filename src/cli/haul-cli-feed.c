/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-cli-feed.h"

#include <glib-unix.h>

#define MAX_HELD       16384                     /* results that wait for those before them … */
#define MAX_HELD_BYTES (16 * 1024 * 1024)        /* … and how large they may be together */
#define MAX_BATCHES    64                        /* at a time */
#define SMALL_MEMORY   (64 * 1024 * 1024)        /* is always there */

typedef struct
{
  guint64  index;    /* of all */
  GBytes  *result;   /* (owned) (nullable) */
  GError  *error;    /* (owned) (nullable) */
} Outcome;

/* Values that follow each other, as one batch. */
typedef struct
{
  HaulCliFeed *feed;     /* borrowed */
  HaulBatch   *batch;    /* (owned) */
  guint64      offset;   /* index of its first value */
  gboolean     ended;
  GQueue       held;     /* (owned) of Outcome: while batches before it go on */
} Run;

struct _HaulCliFeed
{
  const HaulCliFeedFuncs *funcs;
  const HaulCliOptions   *options;      /* borrowed */
  HaulCliValues          *values;       /* borrowed */
  HaulPool               *pool;         /* (owned) */
  gpointer                user_data;

  GQueue                  runs;         /* (owned) of Run, in the order of the values */
  Run                    *open;         /* (nullable) the one that still takes values */
  GHashTable             *taken;        /* (owned) index → HaulCliValue, of those that are not over */
  guint64                 n_taken;      /* ever */
  guint64                 n_done;       /* of runs that are no more */
  guint64                 n_failed;     /* likewise */
  guint64                 n_told;       /* failures */
  guint                   n_held;
  gsize                   held_size;
  guint                   feed_id;      /* in the next turn of the loop */
  guint                   watch_id;     /* until there are lines to read */
  gboolean                stopped;
  gboolean                over;         /* the end was told */
  GError                 *error;        /* (owned) (nullable) why it ends before the values do */
  GError                 *last_error;   /* (owned) (nullable) of a batch */
};

static void plan_feed (HaulCliFeed *self);

static void
outcome_free (gpointer data)
{
  Outcome *outcome = data;

  g_clear_pointer (&outcome->result, g_bytes_unref);
  g_clear_error (&outcome->error);
  g_free (outcome);
}

static void
run_free (gpointer data)
{
  Run *run = data;

  g_signal_handlers_disconnect_by_data (run->batch, run);
  g_queue_clear_full (&run->held, outcome_free);
  g_object_unref (run->batch);
  g_free (run);
}

void
haul_cli_feed_free (HaulCliFeed *self)
{
  g_clear_handle_id (&self->feed_id, g_source_remove);
  g_clear_handle_id (&self->watch_id, g_source_remove);
  g_queue_clear_full (&self->runs, run_free);
  g_hash_table_unref (self->taken);
  g_clear_error (&self->error);
  g_clear_error (&self->last_error);
  g_clear_object (&self->pool);
  g_free (self);
}

/* Values. */

/* Refused by every parameter, with any words: what is told is the error that goes with the value. */
static GVariant *
no_value (void)
{
  return g_variant_ref_sink (g_variant_new_boolean (FALSE));
}

/* A floating reference, as batches want it. */
static GVariant *
make_arguments (HaulCliFeed *self,
                GVariant    *value)
{
  g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT (self->options->arguments);

  g_variant_dict_insert_value (&dict, self->options->over_param->name, value);
  return g_variant_dict_end (&dict);
}

static gboolean
check_memory (HaulCliFeed  *self,
              GVariant     *value,
              GError      **error)
{
  const HaulTask *task = self->options->task;
  g_autoptr(GVariant) complete = NULL;

  if (task->estimate_memory == NULL)
    return TRUE;

  complete = haul_task_complete (task, make_arguments (self, value), error);
  if (complete == NULL)
    return FALSE;

  return task->estimate_memory (complete) < SMALL_MEMORY || haul_task_check_memory (task, complete, error);
}

static GVariant *
take_value (HaulCliFeed *self,
            guint64      index)
{
  HaulCliValue *value = haul_cli_values_take (self->values);
  guint64 *key = g_new (guint64, 1);
  g_autoptr(GVariant) nothing = no_value ();

  *key = index;
  g_hash_table_insert (self->taken, key, value);
  self->n_taken = index + 1;

  if (value->value != NULL && check_memory (self, value->value, &value->error))
    return make_arguments (self, value->value);

  return make_arguments (self, nothing);
}

static gboolean
can_take (HaulCliFeed *self)
{
  return !self->stopped && haul_pool_get_state (self->pool) == HAUL_POOL_RUNNING &&
         self->n_held < MAX_HELD && self->held_size < MAX_HELD_BYTES &&
         self->funcs->has_room (self->user_data);
}

static GVariant *
input (guint64  index,
       gpointer user_data)
{
  Run *run = user_data;
  HaulCliFeed *self = run->feed;

  if (can_take (self) && haul_cli_values_look (self->values) == HAUL_CLI_LINES_READY)
    return take_value (self, run->offset + index);

  if (self->open == run)
    self->open = NULL;
  plan_feed (self);
  return NULL;
}

/* Results. */

static void
tell (HaulCliFeed  *self,
      guint64       index,
      GBytes       *result,
      const GError *error)
{
  HaulCliValue *value = g_hash_table_lookup (self->taken, &index);
  g_autoptr(GVariant) nothing = no_value ();
  g_autoptr(GVariant) text = NULL;
  g_autoptr(GVariant) arguments = NULL;
  HaulCliMapItem item = { index, NULL, result, error };

  if (value == NULL)
    return;

  if (value->value == NULL && g_utf8_validate (value->text, -1, NULL))
    text = g_variant_ref_sink (g_variant_new_string (value->text));
  arguments = g_variant_ref_sink (make_arguments (self, value->value != NULL ? value->value
                                                        : text != NULL ? text : nothing));
  item.arguments = arguments;
  if (value->error != NULL)
    item.error = value->error;

  if (item.error != NULL)
    {
      self->n_told++;
      if (self->options->fail_fast)
        haul_cli_feed_stop (self);
    }

  self->funcs->item (&item, value->text, self->user_data);
  g_hash_table_remove (self->taken, &index);
}

static void
hold (HaulCliFeed  *self,
      Run          *run,
      guint64       index,
      GBytes       *result,
      const GError *error)
{
  Outcome *outcome = g_new0 (Outcome, 1);

  outcome->index = index;
  outcome->result = result != NULL ? g_bytes_ref (result) : NULL;
  outcome->error = error != NULL ? g_error_copy (error) : NULL;
  g_queue_push_tail (&run->held, outcome);
  self->n_held++;
  self->held_size += result != NULL ? g_bytes_get_size (result) : 0;

  if (error != NULL && self->options->fail_fast)
    haul_cli_feed_stop (self);
}

static void
item_cb (HaulBatch *batch,
         guint64    index,
         GBytes    *result,
         GError    *error,
         Run       *run)
{
  HaulCliFeed *self = run->feed;

  if (self->options->unordered || run == g_queue_peek_head (&self->runs))
    tell (self, run->offset + index, result, error);
  else
    hold (self, run, run->offset + index, result, error);
}

/* What was held is next now. Where something before it is missing, only failures count. */
static void
tell_held (HaulCliFeed *self,
           Run         *run)
{
  Outcome *outcome = NULL;

  while ((outcome = g_queue_pop_head (&run->held)) != NULL)
    {
      self->n_held--;
      self->held_size -= outcome->result != NULL ? g_bytes_get_size (outcome->result) : 0;
      if (!self->stopped || outcome->error != NULL)
        tell (self, outcome->index, outcome->result, outcome->error);
      outcome_free (outcome);
    }
}

static void
forget (HaulCliFeed *self,
        Run         *run)
{
  self->n_done += haul_batch_get_n_done (run->batch);
  self->n_failed += haul_batch_get_n_failed (run->batch);
  if (self->open == run)
    self->open = NULL;
  (void) g_queue_remove (&self->runs, run);
  run_free (run);
}

static void
joined_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  Run *run = user_data;
  HaulCliFeed *self = run->feed;
  g_autoptr(GError) error = NULL;

  run->ended = TRUE;
  if (!haul_batch_join_finish (run->batch, result, &error))
    {
      if (self->error == NULL && haul_pool_get_state (self->pool) == HAUL_POOL_BROKEN)
        self->error = g_error_copy (error);
      g_clear_error (&self->last_error);
      self->last_error = g_steal_pointer (&error);
      if (self->options->fail_fast)
        haul_cli_feed_stop (self);
    }

  if (self->options->unordered)
    forget (self, run);

  while ((run = g_queue_peek_head (&self->runs)) != NULL)
    {
      tell_held (self, run);
      if (!run->ended)
        break;
      forget (self, run);
    }

  plan_feed (self);
}

/* Batches. */

static gboolean
start_run (HaulCliFeed *self)
{
  Run *run = g_new0 (Run, 1);
  g_autoptr(GError) error = NULL;

  run->feed = self;
  run->offset = self->n_taken;
  run->batch = haul_batch_new (self->options->task, input, run, NULL);
  g_queue_init (&run->held);
  haul_batch_set_keep (run->batch, FALSE);
  haul_batch_set_ordered (run->batch, !self->options->unordered);
  haul_batch_set_fail_fast (run->batch, self->options->fail_fast);
  haul_batch_set_retries (run->batch, self->options->retries);
  haul_batch_set_item_timeout (run->batch, self->options->task_timeout_ms);
  haul_batch_set_chunksize (run->batch, self->options->chunksize);
  haul_batch_set_seed (run->batch, self->options->seed, run->offset);
  g_signal_connect (run->batch, "item", G_CALLBACK (item_cb), run);

  if (!haul_pool_submit (self->pool, run->batch, &error))
    {
      run_free (run);
      return FALSE;
    }

  g_queue_push_tail (&self->runs, run);
  self->open = run;
  haul_batch_join_async (run->batch, -1, NULL, joined_cb, run);
  return TRUE;
}

static gboolean
watch_cb (int          fd,
          GIOCondition condition,
          gpointer     user_data)
{
  HaulCliFeed *self = user_data;

  self->watch_id = 0;
  plan_feed (self);
  return G_SOURCE_REMOVE;
}

static void
watch (HaulCliFeed *self)
{
  HaulCliLines *lines = haul_cli_values_get_lines (self->values);

  if (self->watch_id != 0 || lines == NULL)
    return;

  self->watch_id = g_unix_fd_add (haul_cli_lines_get_fd (lines), G_IO_IN | G_IO_HUP | G_IO_ERR, watch_cb, self);
  g_source_set_name_by_id (self->watch_id, "[haul] lines");
}

/* A batch that fails fast may end before it is the turn of what failed: here is a value that did. */
static void
tell_wrong_value (HaulCliFeed *self)
{
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, self->taken);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      if (((HaulCliValue *) value)->error != NULL)
        {
          tell (self, *(guint64 *) key, NULL, ((HaulCliValue *) value)->error);
          return;
        }
    }
}

static void
end (HaulCliFeed *self)
{
  HaulCliLines *lines = haul_cli_values_get_lines (self->values);
  const GError *error = self->error;

  self->over = TRUE;
  g_clear_handle_id (&self->watch_id, g_source_remove);
  if (self->options->fail_fast && self->n_told == 0)
    tell_wrong_value (self);
  if (error == NULL && lines != NULL)
    error = haul_cli_lines_get_error (lines);
  /* It failed fast, and which one it was was never told. */
  if (error == NULL && self->options->fail_fast && self->n_told == 0)
    error = self->last_error;
  self->funcs->ended (error, self->user_data);
}

/* The end of a batch may be told at once, and takes its run with it. */
static void
cancel_all (HaulCliFeed *self)
{
  g_autoptr(GPtrArray) batches = g_ptr_array_new_with_free_func (g_object_unref);

  for (GList *link = self->runs.head; link != NULL; link = link->next)
    g_ptr_array_add (batches, g_object_ref (((Run *) link->data)->batch));
  for (guint i = 0; i < batches->len; i++)
    haul_batch_cancel (batches->pdata[i]);
}

static gboolean
feed_cb (gpointer user_data)
{
  HaulCliFeed *self = user_data;
  gboolean ends = self->stopped || haul_pool_get_state (self->pool) != HAUL_POOL_RUNNING;

  self->feed_id = 0;
  if (self->stopped)
    cancel_all (self);

  if (!ends && self->open == NULL && self->runs.length < MAX_BATCHES && can_take (self))
    {
      HaulCliLinesState state = haul_cli_values_look (self->values);

      if (state == HAUL_CLI_LINES_READY)
        (void) start_run (self);
      else if (state == HAUL_CLI_LINES_LATER)
        watch (self);
      ends = state == HAUL_CLI_LINES_END;
    }

  if (ends && self->runs.length == 0 && !self->over)
    end (self);
  return G_SOURCE_REMOVE;
}

static void
plan_feed (HaulCliFeed *self)
{
  if (self->feed_id != 0 || self->over)
    return;

  self->feed_id = g_idle_add_full (G_PRIORITY_DEFAULT, feed_cb, self, NULL);
  g_source_set_name_by_id (self->feed_id, "[haul] feed");
}

/**
 * haul_cli_feed_new:
 * @funcs: whom to tell
 * @options: of a map
 * @values: what it varies; borrowed
 * @pool: that is running
 * @user_data: for @funcs
 *
 * Begins in the next turn of the main loop.
 */
HaulCliFeed *
haul_cli_feed_new (const HaulCliFeedFuncs *funcs,
                   const HaulCliOptions   *options,
                   HaulCliValues          *values,
                   HaulPool               *pool,
                   gpointer                user_data)
{
  HaulCliFeed *self = g_new0 (HaulCliFeed, 1);

  self->funcs = funcs;
  self->options = options;
  self->values = values;
  self->pool = g_object_ref (pool);
  self->user_data = user_data;
  self->taken = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, (GDestroyNotify) haul_cli_value_free);
  g_queue_init (&self->runs);
  plan_feed (self);
  return self;
}

void
haul_cli_feed_wake (HaulCliFeed *self)
{
  plan_feed (self);
}

void
haul_cli_feed_stop (HaulCliFeed *self)
{
  self->stopped = TRUE;
  plan_feed (self);
}

guint64
haul_cli_feed_get_total (HaulCliFeed *self)
{
  guint64 total = haul_cli_values_get_total (self->values);

  if (total == HAUL_CLI_VALUES_UNKNOWN && self->open == NULL && self->watch_id == 0 &&
      haul_cli_values_look (self->values) == HAUL_CLI_LINES_END)
    return self->n_taken;

  return total;
}

void
haul_cli_feed_get_counts (HaulCliFeed *self,
                          guint64     *ret_n_done,
                          guint64     *ret_n_failed)
{
  *ret_n_done = self->n_done;
  *ret_n_failed = self->n_failed;
  for (GList *link = self->runs.head; link != NULL; link = link->next)
    {
      Run *run = link->data;

      *ret_n_done += haul_batch_get_n_done (run->batch);
      *ret_n_failed += haul_batch_get_n_failed (run->batch);
    }
}
