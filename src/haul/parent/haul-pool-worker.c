/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-pool-private.h"

#include <glib/gi18n-lib.h>
#include <signal.h>

#include "haul-buffers-private.h"
#include "haul-format.h"
#include "haul-lines-private.h"
#include "haul-own-processes-private.h"
#include "haul-source-private.h"
#include "haul/wire/haul-error.h"
#include "haul/wire/haul-fd-private.h"

/* A worker is sent about this much work ahead, so that it never waits for us; and never more than
 * one item that takes longer, so that no other worker waits for it. */
#define AHEAD_US  5000
#define MAX_AHEAD 512

#define KILL_MS 2000

HaulItem *
haul_item_new (HaulBatch *batch,
               guint64    index,
               GVariant  *arguments)
{
  HaulItem *item = g_new0 (HaulItem, 1);

  item->batch = batch != NULL ? g_object_ref (batch) : NULL;
  item->index = index;
  item->arguments = g_variant_ref (arguments);
  return item;
}

void
haul_item_free (HaulItem *item)
{
  g_clear_pointer (&item->result, g_byte_array_unref);
  g_variant_unref (item->arguments);
  g_clear_object (&item->batch);
  g_free (item);
}

static GQuark
worker_quark (void)
{
  return g_quark_from_static_string ("haul-pool-worker");
}

/* A child keeps its owner alive during its calls. That is not the pool, which may go in the middle
 * of one, but an object that only leads to the worker. */
static HaulPoolWorker *
find_worker (GObject   *owner,
             HaulChild *child)
{
  return g_object_get_qdata (owner, worker_quark ());
}

static HaulItem *
head (HaulPoolWorker *self)
{
  return g_queue_peek_head (&self->sent);
}

/* It was the item that it was at that was to pause. */
static void
let_go (HaulPoolWorker *self)
{
  if (self->paused)
    haul_child_signal (self->child, SIGCONT);
  self->paused = FALSE;
}

static HaulItem *
pop_head (HaulPoolWorker *self)
{
  gint64 now = g_get_monotonic_time ();
  HaulItem *item = g_queue_pop_head (&self->sent);

  let_go (self);
  self->n_sets -= item->with_set;
  if (item->batch != NULL)
    haul_batch_note_item_us (item->batch, now - self->head_since);
  self->head_since = now;
  self->slow = FALSE;
  return item;
}

/* What the worker says. */

static void
keep_line (HaulPoolWorker    *self,
           const HaulMessage *log)
{
  haul_ring_take (self->pool->log, haul_record_log (log, self->name, self->pid));
}

/* Of the owner of a part, among those of other workers. */
static HaulMessage
sign (HaulPoolWorker    *self,
      const HaulMessage *log)
{
  HaulMessage signed_log = *log;

  if (log->log.process == NULL)
    {
      signed_log.log.process = self->name;
      signed_log.log.pid = self->pid;
    }
  return signed_log;
}

static void
keep_life (HaulPoolWorker *self,
           char           *text)   /* (transfer full) */
{
  g_autofree char *owned = text;

  if (haul_log_wants_life (HAUL_LOG_INFO))
    keep_line (self, &HAUL_LINE (HAUL_LOG_INFO, HAUL_LIFE_DOMAIN, owned));
}

static gboolean
complain (const HaulFrame  *frame,
          const char       *what,
          GError          **error)
{
  g_set_error (error, HAUL_ERROR, HAUL_ERROR_PROTOCOL, "frame %u: %s", frame->sequence, what);
  return FALSE;
}

static void
answered (HaulPoolWorker *self,
          const char     *problem)
{
  HaulItem *item = pop_head (self);
  g_autoptr(GError) error = NULL;

  if (item->batch == NULL)
    {
      haul_item_free (item);
      self->fit = problem == NULL;
      if (problem != NULL)
        {
          haul_pool_worker_unfit (self->pool, self, problem);
          return;
        }
    }
  else
    {
      if (problem != NULL)
        error = g_error_new_literal (HAUL_ERROR, HAUL_ERROR_TASK, problem);
      haul_batch_item_ended (item->batch, item, error);
    }
  haul_pool_worker_answered (self->pool, self);
}

/* The owner of a part hears it all. */
static void
tell_owner (HaulPoolWorker    *self,
            HaulBatch         *batch,
            const HaulFrame   *frame,
            const HaulMessage *message)
{
  gboolean is_last = message->type == HAUL_FRAME_RESULT || message->type == HAUL_FRAME_ERROR;
  HaulMessage said = message->type == HAUL_FRAME_LOG ? sign (self, message) : *message;

  if (is_last)
    haul_child_take_lines (self->child);   /* what it printed comes by another way */
  haul_batch_part_said (batch, &said, HAUL_FRAME_HEADER_SIZE + frame->size);
  if (is_last)
    answered (self, NULL);
}

static gboolean
hello (HaulPoolWorker     *self,
       const HaulFrame    *frame,
       const HaulMessage  *message,
       GError            **error)
{
  if (message->hello.version != HAUL_PROTOCOL_VERSION)
    return complain (frame, "another version of the protocol", error);

  self->ready = TRUE;
  self->pool->n_silent = 0;
  haul_pool_worker_ready (self->pool, self);
  return TRUE;
}

static gboolean
message_cb (GObject            *owner,
            HaulChild          *child,
            const HaulFrame    *frame,
            const HaulMessage  *message,
            GError            **error)
{
  HaulPoolWorker *self = find_worker (owner, child);
  HaulItem *item = head (self);

  if (message->type == HAUL_FRAME_HELLO)
    return hello (self, frame, message, error);
  if (item == NULL || frame->job != item->number)
    return complain (frame, "about a job that is not its turn", error);
  if (message->type == HAUL_FRAME_RUN || message->type == HAUL_FRAME_CANCEL)
    return complain (frame, "a message that only we may send", error);
  if (message->type == HAUL_FRAME_ERROR)
    haul_child_forget_shares (self->child);   /* perhaps it could not take them: it is passed them anew */
  if (item->batch != NULL && haul_batch_is_part (item->batch))
    {
      tell_owner (self, item->batch, frame, message);
      return TRUE;
    }

  switch (message->type)
    {
    case HAUL_FRAME_DATA:
      if (item->result == NULL)
        item->result = haul_buffer_new (message->data.size);
      g_byte_array_append (item->result, message->data.bytes, message->data.size);
      return TRUE;

    case HAUL_FRAME_RESULT:
      if (message->result.size != (item->result != NULL ? item->result->len : 0))
        return complain (frame, "a result of another size than its bytes", error);
      answered (self, NULL);
      return TRUE;

    case HAUL_FRAME_ERROR:
      answered (self, message->error.text);
      return TRUE;

    case HAUL_FRAME_LOG:
      keep_line (self, message);
      return TRUE;

    case HAUL_FRAME_PROGRESS:
    case HAUL_FRAME_TILE:
      return TRUE;   /* nobody looks at one item */

    case HAUL_FRAME_HELLO:
    case HAUL_FRAME_RUN:
    case HAUL_FRAME_CANCEL:
    default:
      g_assert_not_reached ();
    }
}

static void
started_cb (GObject   *owner,
            HaulChild *child,
            int        pid)
{
  HaulPoolWorker *self = find_worker (owner, child);
  g_autoptr(HaulPool) pool G_GNUC_UNUSED = g_object_ref (self->pool);   /* who reads its log may let go of it */

  haul_own_process_add (pid, HAUL_PROCESS_WORKER, self->name, TRUE, NULL);
  self->pid = pid;
  self->pool->n_silent = 0;
  haul_pool_watch_time (self->pool);
  if (self->pool->suspended_at != 0)
    haul_child_signal (child, SIGSTOP);
  keep_life (self, haul_life_format_started (pid));
  haul_pool_touch (self->pool);
}

static void
line_cb (GObject    *owner,
         HaulChild  *child,
         const char *text)
{
  HaulPoolWorker *self = find_worker (owner, child);
  HaulItem *item = head (self);
  HaulMessage log = sign (self, &HAUL_LINE (HAUL_LOG_OUTPUT, NULL, text));

  if (item != NULL && item->batch != NULL && haul_batch_is_part (item->batch))
    haul_batch_part_printed (item->batch, &log);
  else
    keep_line (self, &log);
}

static void
bad_cb (GObject      *owner,
        HaulChild    *child,
        const GError *error)
{
  HaulPoolWorker *self = find_worker (owner, child);

  if (self->wrong == NULL)
    self->wrong = g_error_new (error->domain, error->code, _("worker %d: %s"), self->pid, error->message);
  haul_child_signal (child, SIGKILL);
}

static void
failed_cb (GObject      *owner,
           HaulChild    *child,
           const GError *error)
{
  HaulPoolWorker *self = find_worker (owner, child);

  haul_pool_worker_failed (self->pool, self, error);
}

/* What it was at is named: who sees that it died wants to know of what. */
static GError *
explain (HaulPoolWorker *self,
         int             code,
         int             signal_number,
         const GError   *lost)
{
  g_autofree char *exit_text = haul_format_exit (code, signal_number);
  HaulItem *item = head (self);
  GError *killed;

  if (self->wrong != NULL)
    return g_error_copy (self->wrong);
  if (lost != NULL)
    return g_error_copy (lost);
  if (!self->stopped && (killed = haul_child_explain_kill (self->child)) != NULL)
    return killed;
  if (item == NULL || haul_board_begun (self->board) < item->number)
    return g_error_new (HAUL_ERROR, HAUL_ERROR_ENDED, _("worker %d was ended by %s"), self->pid, exit_text);
  return g_error_new (HAUL_ERROR, HAUL_ERROR_ENDED, _("worker %d was ended by %s in “%s”"), self->pid, exit_text,
                      item->batch != NULL ? haul_batch_get_task (item->batch)->id : _("the initializer"));
}

static void
ended_cb (GObject      *owner,
          HaulChild    *child,
          int           code,
          int           signal_number,
          const GError *lost)
{
  HaulPoolWorker *self = find_worker (owner, child);
  g_autoptr(HaulPool) pool G_GNUC_UNUSED = g_object_ref (self->pool);

  haul_own_process_ended (self->pid, code, signal_number);
  self->lost = lost != NULL;
  self->exit_code = code;
  self->exit_signal = signal_number;
  keep_life (self, haul_life_format_ended (lost != NULL ? -1 : code, signal_number));
  haul_pool_worker_ended (self->pool, self, explain (self, code, signal_number, lost));
}

static const HaulChildListener listener = {
  .started = started_cb,
  .message = message_cb,
  .line = line_cb,
  .bad = bad_cb,
  .failed = failed_cb,
  .ended = ended_cb,
};

/* Its life. */

static gboolean
make_board (HaulPoolWorker  *self,
            int             *ret_fd,
            GError         **error)
{
  *ret_fd = haul_shared_new (sizeof (HaulBoard), error);
  if (*ret_fd < 0)
    return FALSE;

  self->board = haul_shared_map (*ret_fd, sizeof (HaulBoard), error);
  return self->board != NULL;
}

HaulPoolWorker *
haul_pool_worker_new (HaulPool        *pool,
                      const char      *worker_path,
                      HaulForkClient  *client,
                      int              nice,
                      GError         **error)
{
  g_autoptr(HaulPoolWorker) self = g_new0 (HaulPoolWorker, 1);
  haul_autofd int board_fd = -1;

  self->pool = pool;
  g_queue_init (&self->sent);
  self->owner = g_object_new (G_TYPE_OBJECT, NULL);
  g_object_set_qdata (self->owner, worker_quark (), self);
  self->child = haul_child_new (&listener, self->owner, haul_next_id (), nice);
  self->name = g_strdup_printf ("PoolWorker-%u", haul_child_get_id (self->child));

  if (!make_board (self, &board_fd, error))
    return NULL;
  haul_child_set_board (self->child, self->board);
  if (!haul_child_start (self->child, worker_path, client, board_fd, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
haul_pool_worker_free (HaulPoolWorker *self)
{
  haul_source_clear (&self->kill);
  g_clear_pointer (&self->child, haul_child_free);
  g_clear_object (&self->owner);
  g_queue_clear_full (&self->sent, (GDestroyNotify) haul_item_free);
  g_clear_error (&self->wrong);
  g_clear_object (&self->info);
  g_free (self->name);
  if (self->board != NULL)
    haul_shared_unmap (self->board, sizeof (HaulBoard));
  g_free (self);
}

/* How many items it should have: what AHEAD_US is worth. What other batches took says nothing. */
static guint
depth (HaulBatch *batch)
{
  guint chunksize = haul_batch_get_chunksize (batch);
  double item_us = haul_batch_get_item_us (batch);

  if (chunksize > 1)
    return 2 * MIN (chunksize, MAX_AHEAD);
  return item_us > 0 ? CLAMP (AHEAD_US / item_us, 1, MAX_AHEAD) : 1;
}

/* A full worker is left alone until half of what it has is done, so that items travel together. */
gboolean
haul_pool_worker_has_room (HaulPoolWorker *self,
                           HaulBatch      *batch)
{
  HaulItem *first = head (self);
  guint wanted = depth (batch);

  if (first != NULL && first->batch != NULL && haul_batch_is_part (first->batch))
    return FALSE;   /* nobody knows how long that takes */
  if (!self->fit || self->slow || self->wrong != NULL || self->retiring || self->stopped
      || (self->pool->max_tasks > 0 && self->n_sent >= self->pool->max_tasks))
    return FALSE;
  if (!haul_pool_worker_may_pass (self, batch))
    return FALSE;
  if (self->filling && self->sent.length >= wanted)
    self->filling = FALSE;
  if (!self->filling && self->sent.length <= wanted / 2)
    self->filling = TRUE;
  return self->filling;
}

void
haul_pool_worker_send (HaulPoolWorker *self,
                       HaulItem       *item,
                       const HaulTask *task)
{
  HaulMessage run = { .type = HAUL_FRAME_RUN };
  gboolean is_part = item->batch != NULL && haul_batch_is_part (item->batch);
  g_autoptr(GError) error = NULL;
  gsize wire_size;

  if (!haul_pool_worker_pass_shares (self, item, &run.run.shares, &error))
    {
      haul_pool_worker_refuse (self, item, error);
      return;
    }

  /* It keeps its name from one to the next. */
  run.run.name = self->last_number == 0 ? self->name : NULL;
  run.run.daemon = TRUE;
  run.run.task = (char *) task->id;
  run.run.arguments = item->arguments;
  run.run.level = haul_log_get_level ();
  if (item->batch != NULL)
    haul_batch_seed_item (item->batch, item->index, &run);
  else
    run.run.seed = haul_random_draw_seed ();
  item->number = ++self->last_number;
  if (is_part)
    haul_batch_send_inputs (item->batch, self->child, item->number, &run);
  wire_size = haul_child_queue (self->child, item->number, &run);

  if (self->sent.length == 0)
    self->head_since = g_get_monotonic_time ();
  else
    haul_pool_watch_time (self->pool);
  g_queue_push_tail (&self->sent, item);
  if (item->batch != NULL)
    self->n_sent++;
  if (is_part)
    haul_batch_part_begun (item->batch, self->pid, wire_size);
}

void
haul_pool_worker_withdraw (HaulPoolWorker *self,
                           GQueue         *items)
{
  HaulItem *item = g_queue_peek_head (&self->sent);
  guint32 begun;

  if (item != NULL && item->batch == NULL)
    return;   /* there is only the initializer: nobody else can do that */

  begun = haul_board_withdraw (self->board, self->last_number + 1);
  while ((item = g_queue_peek_tail (&self->sent)) != NULL && item->batch != NULL && item->number > begun)
    {
      self->n_sets -= item->with_set;
      g_queue_push_head (items, g_queue_pop_tail (&self->sent));
      self->n_sent--;
    }
  if (self->sent.length == 0)
    let_go (self);
}

/* It ends by itself when it has done what it has. */
void
haul_pool_worker_retire (HaulPoolWorker *self)
{
  self->retiring = TRUE;
  if (self->ready && self->sent.length == 0)
    haul_child_close_commands (self->child);
}

static gboolean
kill_cb (gpointer user_data)
{
  HaulPoolWorker *self = user_data;

  g_clear_pointer (&self->kill, g_source_unref);
  haul_child_signal (self->child, SIGKILL);
  return G_SOURCE_REMOVE;
}

/* It ends now, and if need be by force. */
void
haul_pool_worker_stop (HaulPoolWorker *self)
{
  if (self->ending)
    return;

  self->ending = self->stopped = TRUE;
  haul_pool_touch (self->pool);
  haul_child_signal (self->child, SIGTERM);
  haul_child_signal (self->child, SIGCONT);
  self->kill = haul_timer_new (KILL_MS, "[haul] worker does not end", kill_cb, self);
}

/* For the item that it is at. The board says which CANCEL is about: by the time the worker reads it,
 * it may be at another. */
void
haul_pool_worker_signal (HaulPoolWorker *self,
                         int             number)
{
  HaulItem *item = head (self);

  if (number == 0)
    {
      __atomic_store_n (&self->board->cancel, item->number, __ATOMIC_RELEASE);
      (void) haul_child_queue (self->child, item->number, &(HaulMessage) { .type = HAUL_FRAME_CANCEL });
      haul_child_flush (self->child);
      return;
    }

  if (number == SIGTERM || number == SIGKILL)
    self->stopped = TRUE;
  if (number == SIGSTOP || number == SIGCONT)
    self->paused = number == SIGSTOP;
  haul_child_signal (self->child, number);
}
