/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-pool-run-private.h"

#include <glib/gi18n-lib.h>
#include <signal.h>

#include "haul-part-private.h"
#include "haul-pool-private.h"
#include "haul/wire/haul-error.h"
#include "haul/worker/haul-plan-private.h"

/* A part is given to the pool when the results of all its inputs are there. Once one has failed, or
 * somebody wants the job to end, no more are; the job has ended when the pool has none of it left,
 * and that is when its workers have answered, or are collected. */

typedef struct
{
  HaulPoolRun        *run;         /* borrowed */
  const HaulPlanPart *plan;        /* borrowed */
  GVariant           *arguments;   /* (owned) complete */
  HaulPart           *part;        /* (owned) */
  HaulBatch          *batch;       /* (owned) (nullable) while the pool has it */
  guint               n_missing;   /* inputs that are not there yet */
  guint               n_users;     /* inputs of other parts that it will be */
  gboolean            ok;          /* its result is here */
  gboolean            failed;      /* or why there is none */
  gboolean            obeyed;      /* it stopped because it was asked to */
  HaulPieces          result;      /* but of the last part: that is the job's */
} Slot;

struct _HaulPoolRun
{
  HaulJob   *job;       /* borrowed: it owns this */
  HaulPool  *pool;      /* (owned) */
  HaulPlan  *plan;      /* (owned) */
  HaulShares *shares;   /* (owned) (nullable) what each part is given */
  Slot      *slots;     /* (owned) */
  guint      n_slots;
  guint      n_out;     /* parts that the pool has */
  guint      depth;     /* of ended_cb(), where one part may end others */
  double     done;      /* the sum of weights, as far as they are done */
  gboolean   begun;     /* a worker is at it, or was */
  gboolean   over;      /* no more parts */
  gboolean   paused;
  int        exit_code;
  int        exit_signal;
};

static const HaulPartListener listener;

/* Making. */

static HaulPlan *
make_plan (HaulJob *job,
           guint    n_workers)
{
  const HaulTask *task = haul_job_get_task (job);
  HaulPlan *plan = task->divide != NULL ? task->divide (haul_job_get_arguments (job), n_workers) : NULL;

  if (plan != NULL && (haul_plan_get_n_parts (plan) > 0 || !haul_plan_is_valid (plan)))
    return plan;

  g_clear_pointer (&plan, haul_plan_free);
  plan = haul_plan_new ();
  haul_plan_add (plan, task, haul_job_get_title (job), haul_job_get_arguments (job), 1, NULL, 0);
  return plan;
}

static gboolean
init_slot (HaulPoolRun  *self,
           guint         index,
           GError      **error)
{
  Slot *slot = &self->slots[index];

  slot->run = self;
  slot->plan = haul_plan_get_part (self->plan, index);
  slot->part = haul_part_new (slot->plan->title);
  slot->n_missing = slot->plan->n_inputs;
  for (guint i = 0; i < slot->plan->n_inputs; i++)
    self->slots[slot->plan->inputs[i]].n_users++;
  haul_pieces_init (&slot->result);
  slot->arguments = haul_task_complete (slot->plan->task, slot->plan->arguments, error);
  return slot->arguments != NULL;
}

HaulPoolRun *
haul_pool_run_new (HaulJob   *job,
                   HaulPool  *pool,
                   GError   **error)
{
  HaulPoolRun *self = g_new0 (HaulPoolRun, 1);
  GListStore *store = haul_job_get_parts_store (job);

  self->job = job;
  self->pool = g_object_ref (pool);
  self->plan = make_plan (job, haul_pool_get_n_workers (pool));
  self->shares = haul_plan_dup_shares (self->plan, haul_job_get_shares (job));
  self->n_slots = haul_plan_get_n_parts (self->plan);
  self->slots = g_new0 (Slot, self->n_slots);
  self->exit_code = -1;
  if (!haul_plan_is_valid (self->plan))
    {
      g_set_error_literal (error, HAUL_ERROR, HAUL_ERROR_START, _("the task does not divide itself as it should"));
      haul_pool_run_free (self);
      return NULL;
    }
  for (guint i = 0; i < self->n_slots; i++)
    if (!init_slot (self, i, error))
      {
        haul_pool_run_free (self);
        return NULL;
      }

  for (guint i = 0; i < self->n_slots; i++)
    g_list_store_append (store, self->slots[i].part);
  return self;
}

/* The pool has none of its parts any more. */
void
haul_pool_run_free (HaulPoolRun *self)
{
  g_assert (self->n_out == 0);
  for (guint i = 0; i < self->n_slots; i++)
    {
      Slot *slot = &self->slots[i];

      if (slot->part == NULL)
        break;
      g_clear_object (&slot->part);
      g_clear_pointer (&slot->arguments, g_variant_unref);
      haul_pieces_clear (&slot->result);
    }
  g_free (self->slots);
  haul_plan_free (self->plan);
  g_clear_pointer (&self->shares, haul_shares_unref);
  g_object_unref (self->pool);
  g_free (self);
}

/* Progress, and who says what. */

static gboolean
is_divided (HaulPoolRun *self)
{
  return self->n_slots > 1;
}

static gboolean
is_last (Slot *slot)
{
  return slot == &slot->run->slots[slot->run->n_slots - 1];
}

/* The job's phase is the oldest of the parts that run. */
static const char *
find_phase (HaulPoolRun *self)
{
  for (guint i = 0; i < self->n_slots; i++)
    if (haul_part_get_state (self->slots[i].part) == HAUL_PART_RUNNING)
      return self->slots[i].plan->title;
  return haul_job_get_phase (self->job);
}

static void
tell_progress (HaulPoolRun *self,
               gsize        wire_size)
{
  HaulMessage message = { .type = HAUL_FRAME_PROGRESS };
  double weights = haul_plan_get_weights (self->plan);

  if (self->over || !is_divided (self))
    return;

  message.progress.total = haul_plan_get_total (self->plan);
  message.progress.done = weights > 0 ? message.progress.total * MIN (self->done / weights, 1) : 0;
  message.progress.phase = (char *) find_phase (self);
  if (self->slots[self->n_slots - 1].ok)
    message.progress.done = message.progress.total;
  haul_job_receive (self->job, &message, wire_size);
}

static void
set_fraction (Slot   *slot,
              double  fraction)
{
  double before = haul_part_get_fraction (slot->part);

  haul_part_set_fraction (slot->part, fraction);
  slot->run->done += (haul_part_get_fraction (slot->part) - before) * slot->plan->weight;
}

static char *
tag (Slot       *slot,
     const char *text)
{
  return is_divided (slot->run) ? g_strdup_printf ("%s: %s", slot->plan->title, text) : g_strdup (text);
}

/* Giving parts to the pool, and taking them back. */

/* Ends what the pool has of it, by force if need be. */
static void
give_up_rest (HaulPoolRun *self)
{
  g_autoptr(GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, _("canceled"));

  self->over = TRUE;
  for (guint i = 0; i < self->n_slots; i++)
    {
      g_autoptr(HaulBatch) batch = self->slots[i].batch != NULL ? g_object_ref (self->slots[i].batch) : NULL;

      if (batch != NULL && !self->slots[i].ok && !self->slots[i].failed)
        haul_batch_fail (batch, error);
    }
}

static gboolean
collect_inputs (Slot       *slot,
                GPtrArray  *pieces,
                GVariant  **ret_sizes,
                GError    **error)
{
  g_autoptr(GVariantBuilder) sizes = g_variant_builder_new (G_VARIANT_TYPE ("at"));
  guint64 total = 0;

  for (guint i = 0; i < slot->plan->n_inputs; i++)
    {
      Slot *input = &slot->run->slots[slot->plan->inputs[i]];

      total += input->result.size;
      g_variant_builder_add (sizes, "t", (guint64) input->result.size);
      for (guint j = 0; j < input->result.pieces->len; j++)
        g_ptr_array_add (pieces, g_bytes_ref (input->result.pieces->pdata[j]));
      if (--input->n_users == 0)
        {
          haul_pieces_clear (&input->result);   /* the part has what it needs of it */
          haul_pieces_init (&input->result);
        }
    }
  if (total > slot->run->pool->max_inputs)
    {
      g_set_error (error, HAUL_ERROR, HAUL_ERROR_TOO_LARGE, _("the part “%s” would be given more than 1 GiB"),
                   slot->plan->title);
      return FALSE;
    }
  *ret_sizes = g_variant_builder_end (sizes);
  return TRUE;
}

static void
fail (HaulPoolRun *self,
      GError      *error)   /* (transfer full) */
{
  haul_job_take_error (self->job, error);
  if (self->exit_code < 0 && self->exit_signal == 0)
    self->exit_code = 1;   /* whatever ends its other workers now, it failed before */
  give_up_rest (self);
}

/* Of a job that is not divided the same as in any other executor. */
static guint64
get_seed (Slot *slot)
{
  guint64 seed = haul_job_get_run_seed (slot->run->job);

  return is_divided (slot->run) ? haul_random_derive (seed, slot - slot->run->slots) : seed;
}

static void
submit (Slot *slot)
{
  HaulPoolRun *self = slot->run;
  g_autoptr(GPtrArray) pieces = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_autoptr(GError) error = NULL;
  GVariant *sizes = NULL;

  if (!collect_inputs (slot, pieces, &sizes, &error))
    {
      fail (self, g_steal_pointer (&error));
      return;
    }
  slot->batch = haul_batch_new_part (slot->plan->task, slot->arguments, pieces, sizes, self->shares, &listener, slot);
  haul_batch_set_seed (slot->batch, get_seed (slot), 0);
  haul_batch_set_held (slot->batch, self->paused);
  self->n_out++;
  if (haul_pool_submit (self->pool, slot->batch, &error))
    return;

  self->n_out--;
  g_clear_object (&slot->batch);
  fail (self, g_steal_pointer (&error));
}

static void
submit_users (Slot *slot)
{
  HaulPoolRun *self = slot->run;
  guint index = slot - self->slots;

  for (guint i = index + 1; i < self->n_slots; i++)
    for (guint j = 0; j < self->slots[i].plan->n_inputs; j++)
      if (self->slots[i].plan->inputs[j] == index && --self->slots[i].n_missing == 0 && !self->over)
        submit (&self->slots[i]);
}

void
haul_pool_run_start (HaulPoolRun *self)
{
  for (guint i = 0; i < self->n_slots; i++)
    if (self->slots[i].plan->n_inputs == 0 && !self->over)
      submit (&self->slots[i]);
  if (self->over && self->n_out == 0)
    haul_job_feed (self->job, HAUL_EVENT_START_FAILED);
}

/* What comes of a part. */

static void
begun_cb (gpointer owner,
          int      pid)
{
  Slot *slot = owner;
  HaulPoolRun *self = slot->run;
  g_autoptr(HaulJob) job = g_object_ref (self->job);
  g_autoptr(HaulPart) part = g_object_ref (slot->part);
  gboolean first = !self->begun;

  self->begun = TRUE;
  haul_part_set_pid (part, pid);
  haul_part_set_state (part, HAUL_PART_RUNNING);
  if (haul_job_get_run (job) == self)   /* else who heard of that has ended the job */
    haul_job_set_pid (job, pid);
  if (first && haul_job_get_run (job) == self)
    haul_job_feed (job, HAUL_EVENT_READY);
}

static void
sent_cb (gpointer      owner,
         HaulFrameType type,
         gsize         wire_size)
{
  Slot *slot = owner;

  haul_job_trace_sent (slot->run->job, type, wire_size);
}

static void
take_data (Slot              *slot,
           const HaulMessage *message,
           gsize              wire_size)
{
  if (is_last (slot) || message->type == HAUL_FRAME_TILE)
    {
      haul_job_receive (slot->run->job, message, wire_size);   /* so that it streams */
      return;
    }
  haul_job_trace_received (slot->run->job, message, wire_size);
  haul_pieces_append (&slot->result, message->data.bytes, message->data.size);
}

static void
take_result (Slot              *slot,
             const HaulMessage *message,
             gsize              wire_size)
{
  HaulPoolRun *self = slot->run;

  if (!is_last (slot) && message->result.size != slot->result.size)
    {
      haul_job_take_error (self->job, g_error_new (HAUL_ERROR, HAUL_ERROR_PROTOCOL,
                                                   _("the worker sent what makes no sense: %s"),
                                                   "a result of another size than its bytes"));
      haul_job_feed (self->job, HAUL_EVENT_BAD_BYTES);
      return;
    }
  slot->ok = TRUE;
  set_fraction (slot, 1);
  tell_progress (self, 0);
  if (is_last (slot))
    haul_job_receive (self->job, message, wire_size);
  else
    haul_job_trace_received (self->job, message, wire_size);
}

static void
take_error (Slot              *slot,
            const HaulMessage *message,
            gsize              wire_size)
{
  HaulPoolRun *self = slot->run;
  g_autofree char *text = tag (slot, message->error.text);
  HaulMessage tagged = *message;

  slot->failed = TRUE;
  slot->obeyed = message->error.cancelled && self->over;
  tagged.error.text = text;
  if (self->exit_code < 0)
    haul_job_receive (self->job, &tagged, wire_size);
  self->exit_code = 1;
}

static void
take_log (Slot              *slot,
          const HaulMessage *message,
          gsize              wire_size)
{
  g_autofree char *text = tag (slot, message->log.text);
  HaulMessage tagged = *message;

  tagged.log.text = text;
  haul_job_receive (slot->run->job, &tagged, wire_size);
}

static void
message_cb (gpointer           owner,
            const HaulMessage *message,
            gsize              wire_size)
{
  Slot *slot = owner;
  HaulPoolRun *self = slot->run;

  switch (message->type)
    {
    case HAUL_FRAME_PROGRESS:
      if (message->progress.total > 0)
        set_fraction (slot, message->progress.done / message->progress.total);
      if (haul_plan_is_measure (self->plan, slot - self->slots))
        haul_plan_set_total (self->plan, message->progress.total);
      if (is_divided (self))
        tell_progress (self, wire_size);
      else
        haul_job_receive (self->job, message, wire_size);
      break;

    case HAUL_FRAME_LOG:
      take_log (slot, message, wire_size);
      break;

    case HAUL_FRAME_DATA:
    case HAUL_FRAME_TILE:
      take_data (slot, message, wire_size);
      break;

    case HAUL_FRAME_RESULT:
      take_result (slot, message, wire_size);
      break;

    case HAUL_FRAME_ERROR:
      take_error (slot, message, wire_size);
      break;

    case HAUL_FRAME_HELLO:
    case HAUL_FRAME_RUN:
    case HAUL_FRAME_CANCEL:
    default:
      g_assert_not_reached ();   /* the worker was refused it */
    }
}

static void
line_cb (gpointer           owner,
         const HaulMessage *log)
{
  Slot *slot = owner;
  g_autofree char *text = tag (slot, log->log.text);
  HaulMessage tagged = *log;

  tagged.log.text = text;
  haul_job_add_log (slot->run->job, &tagged);
}

/* Its worker died of it, or with it; or it was given up. */
static void
note_death (Slot         *slot,
            const GError *error,
            int           code,
            int           signal)
{
  HaulPoolRun *self = slot->run;
  gboolean ours = signal == 0 || signal == SIGTERM || signal == SIGKILL;
  gboolean given_up = g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  haul_part_set_state (slot->part, (self->over || given_up) && ours ? HAUL_PART_CANCELLED : HAUL_PART_FAILED);
  if (self->exit_signal == 0 || self->exit_signal == SIGTERM || self->exit_signal == SIGKILL)
    if (self->exit_code < 0 && (!ours || self->exit_signal == 0))
      {
        self->exit_signal = signal;
        self->exit_code = signal != 0 ? -1 : code;
      }
  if (self->over)
    return;

  if (given_up)
    {
      haul_job_feed (self->job, HAUL_EVENT_CANCEL);   /* somebody shut down the pool */
      return;
    }
  if ((signal == 0 && code < 0) || g_error_matches (error, HAUL_ERROR, HAUL_ERROR_MEMORY))
    haul_job_take_error (self->job, g_error_copy (error));   /* nobody knows how it died, or all know more than how */
  if (g_error_matches (error, HAUL_ERROR, HAUL_ERROR_PROTOCOL))
    {
      haul_job_take_error (self->job, g_error_copy (error));
      haul_job_feed (self->job, HAUL_EVENT_BAD_BYTES);
    }
}

static void
ended_cb (gpointer      owner,
          const GError *error,
          int           code,
          int           signal)
{
  Slot *slot = owner;
  HaulPoolRun *self = slot->run;
  g_autoptr(HaulJob) job = g_object_ref (self->job);

  self->depth++;
  self->n_out--;
  g_clear_object (&slot->batch);
  if (slot->ok)
    haul_part_set_state (slot->part, HAUL_PART_DONE);
  else if (slot->failed)
    haul_part_set_state (slot->part, slot->obeyed ? HAUL_PART_CANCELLED : HAUL_PART_FAILED);
  else
    note_death (slot, error, code, signal);

  if (slot->ok && is_last (slot))
    self->exit_code = 0;
  if (slot->ok && !self->over)
    submit_users (slot);
  if ((!slot->ok || is_last (slot)) && !self->over)
    give_up_rest (self);
  self->depth--;
  if (self->n_out > 0 || self->depth > 0)
    return;

  for (guint i = 0; i < self->n_slots; i++)
    if (haul_part_get_state (self->slots[i].part) == HAUL_PART_WAITING)
      haul_part_set_state (self->slots[i].part, HAUL_PART_CANCELLED);
  haul_job_set_exit (job, self->exit_code, self->exit_signal);
  haul_job_feed (job, HAUL_EVENT_EXITED);   /* frees the run */
}

static const HaulPartListener listener = { begun_cb, sent_cb, message_cb, line_cb, ended_cb };

/* What the job does to it. */

/* @number 0: asks. What no worker is at is taken back when it is to end. */
static void
signal_all (HaulPoolRun *self,
            int          number)
{
  g_autoptr(GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, _("canceled"));
  gboolean ends = number != SIGSTOP && number != SIGCONT;

  for (guint i = 0; i < self->n_slots; i++)
    {
      g_autoptr(HaulBatch) batch = self->slots[i].batch != NULL ? g_object_ref (self->slots[i].batch) : NULL;

      if (batch != NULL && !haul_batch_signal (batch, number) && ends)
        haul_batch_fail (batch, error);
    }
}

static void
hold_all (HaulPoolRun *self,
          gboolean     held)
{
  self->paused = held;
  for (guint i = 0; i < self->n_slots; i++)
    if (self->slots[i].batch != NULL)
      haul_batch_set_held (self->slots[i].batch, held);
}

void
haul_pool_run_act (HaulPoolRun    *self,
                   HaulLifeActions action)
{
  static const struct { HaulLifeActions action; int number; } signals[] = {
    { HAUL_ACTION_CANCEL, 0 },
    { HAUL_ACTION_STOP, SIGSTOP },
    { HAUL_ACTION_TERM, SIGTERM },
    { HAUL_ACTION_KILL, SIGKILL },
    { HAUL_ACTION_CONT, SIGCONT },
  };

  if (action & (HAUL_ACTION_CANCEL | HAUL_ACTION_TERM | HAUL_ACTION_KILL))
    self->over = TRUE;
  if (action & (HAUL_ACTION_STOP | HAUL_ACTION_CONT))
    hold_all (self, action == HAUL_ACTION_STOP);
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    if (signals[i].action == action)
      signal_all (self, signals[i].number);
}
