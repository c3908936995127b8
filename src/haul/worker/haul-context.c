/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-context.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "haul-context-private.h"
#include "haul-log-private.h"
#include "haul-random-private.h"
#include "haul/wire/haul-error.h"

/* How often progress is sent at most, and how often the hot path is left to look at the clock. */
#define SEND_INTERVAL_US (50 * 1000)
#define LOOK_INTERVAL_US (5 * 1000)

struct _HaulContext
{
  HaulContextHot  hot;        /* first: the inline functions of the header look here */

  HaulContextSink sink;
  gpointer        user_data;

  double          total;      /* 0 while unknown */
  double          done;       /* the most that was ever said */
  char           *phase;      /* (owned) (nullable) */
  guint64         emitted;    /* bytes of result */
  GPtrArray      *inputs;     /* (owned) (nullable) of GBytes */
  guint64         seed;
  HaulRandom     *random;     /* (owned) (nullable) once somebody asked for it */
  HaulShares     *shares;     /* (owned) (nullable) */

  double          step;       /* about what gets done in LOOK_INTERVAL_US */
  double          looked_done;
  gint64          looked_at;  /* µs */
  gint64          sent_at;    /* µs, 0 for never */
  gboolean        unsent;     /* there is progress that the sink does not know */
};

/**
 * haul_context_new: (skip)
 * @sink: (scope forever) (closure user_data): takes what the task says
 * @user_data: for @sink
 * @cancelled: not 0 once somebody asked the task to stop; outlives the context
 *
 * For executors: a task is given its context, and never makes one.
 *
 * Returns: (transfer full): a context
 */
HaulContext *
haul_context_new (HaulContextSink  sink,
                  gpointer         user_data,
                  const int       *cancelled)
{
  HaulContext *self;

  g_return_val_if_fail (sink != NULL, NULL);
  g_return_val_if_fail (cancelled != NULL, NULL);

  self = g_new0 (HaulContext, 1);
  self->sink = sink;
  self->user_data = user_data;
  self->hot.cancelled = cancelled;
  return self;
}

/**
 * haul_context_free:
 * @self: (transfer full): the context
 *
 * Frees a context. Progress that was not sent yet is lost: see haul_context_flush().
 */
void
haul_context_free (HaulContext *self)
{
  g_clear_pointer (&self->inputs, g_ptr_array_unref);
  g_clear_pointer (&self->random, haul_random_free);
  g_clear_pointer (&self->shares, haul_shares_unref);
  g_free (self->phase);
  g_free (self);
}

/**
 * haul_context_send:
 * @self: the context
 * @message: any message
 *
 * For executors: gives a message to the sink as it is.
 */
void
haul_context_send (HaulContext       *self,
                   const HaulMessage *message)
{
  self->sink (message, self->user_data);
}

static void
send_progress (HaulContext *self,
               gint64       now)
{
  HaulMessage message = { .type = HAUL_FRAME_PROGRESS };

  message.progress.done = self->done;
  message.progress.total = self->total;
  message.progress.phase = self->phase;
  self->sent_at = now;
  self->unsent = FALSE;
  haul_context_send (self, &message);
}

/* Takes what was said last, as far as it can be believed. */
static void
note_progress (HaulContext *self)
{
  double done = self->hot.said;

  if (!isfinite (done))
    return;
  if (self->total > 0)
    done = MIN (done, self->total);
  if (done > self->done || self->sent_at == 0)
    self->unsent = TRUE;
  self->done = MAX (done, self->done);
}

/**
 * haul_context_flush:
 * @self: the context
 *
 * Sends the last progress, however little time has passed since the one before.
 */
void
haul_context_flush (HaulContext *self)
{
  note_progress (self);
  if (self->unsent && (self->sent_at != 0 || self->done > 0 || self->total > 0))
    send_progress (self, g_get_monotonic_time ());
}

/* Sets when to look at the clock next: in about LOOK_INTERVAL_US, guessed from how fast it went
 * since the last look, and never more than twice as far as the last guess, so that one quick
 * stretch cannot silence a slow one for long. */
static void
plan_next_look (HaulContext *self,
                gint64       now)
{
  double passed = now - self->looked_at;
  double moved = self->done - self->looked_done;
  double step = moved * LOOK_INTERVAL_US / MAX (passed, 1);

  self->step = self->step > 0 ? MIN (step, 2 * self->step) : MIN (step, moved);
  self->looked_at = now;
  self->looked_done = self->done;
  self->hot.next = self->done + self->step;
  if (self->total > self->done)
    self->hot.next = MIN (self->hot.next, self->total);   /* the end is never missed */
}

/**
 * haul_context_progress_slow:
 * @self: the context
 * @done: how much of the total is done
 *
 * What haul_context_progress() calls once in a while. Call that instead.
 */
void
haul_context_progress_slow (HaulContext *self,
                            double       done)
{
  gint64 now = g_get_monotonic_time ();

  self->hot.said = done;
  note_progress (self);
  plan_next_look (self, now);
  if (self->unsent && now - self->sent_at >= SEND_INTERVAL_US)
    send_progress (self, now);
}

/**
 * haul_context_set_total:
 * @self: the context
 * @total: how much there is to do, in the task's own unit; 0 for unknown
 *
 * Says what progress counts up to. Once is best: a bar whose end moves is hard to trust.
 */
void
haul_context_set_total (HaulContext *self,
                        double       total)
{
  g_return_if_fail (isfinite (total) && total >= 0);

  self->total = total;
  self->unsent = TRUE;
}

/**
 * haul_context_set_phase:
 * @self: the context
 * @phase: (nullable): translatable words on what is being done now
 *
 * Names the stage of a task that has several. Sent at once.
 */
void
haul_context_set_phase (HaulContext *self,
                        const char  *phase)
{
  g_autofree char *clean = phase != NULL ? haul_text_clean (phase, -1) : NULL;

  if (g_strcmp0 (self->phase, clean) == 0)
    return;

  g_free (self->phase);
  self->phase = g_steal_pointer (&clean);
  note_progress (self);
  send_progress (self, g_get_monotonic_time ());
}

/**
 * haul_context_emit:
 * @self: the context
 * @bytes: (array length=size) (element-type guint8): the next bytes of the result
 * @size: how many
 *
 * Hands over a piece of the result. The bytes are copied, or on their way, when it returns.
 */
void
haul_context_emit (HaulContext *self,
                   const void  *bytes,
                   gsize        size)
{
  const guint8 *from = bytes;

  while (size > 0)
    {
      HaulMessage message = { .type = HAUL_FRAME_DATA };
      gsize piece = MIN (size, HAUL_FRAME_MAX_DATA);

      message.data.bytes = from;
      message.data.size = piece;
      haul_context_send (self, &message);

      self->emitted += piece;
      from += piece;
      size -= piece;
    }
}

/**
 * haul_context_emit_tile:
 * @self: the context
 * @all_width: pixels in a row of the whole picture, %HAUL_TILE_MAX_SIDE at most
 * @all_height: rows of it, as many at most
 * @x: where in it the tile begins
 * @y: where in it the tile begins
 * @width: pixels in a row of the tile
 * @height: rows of it
 * @pixels: (array): red, green and blue of each pixel, row after row
 *
 * Shows a piece of the picture before the result is there, so that it can be seen how
 * it comes about. It is no part of the result. A picture that is larger is shown smaller;
 * its size is the same in all tiles, also in those of other parts.
 */
void
haul_context_emit_tile (HaulContext  *self,
                        guint         all_width,
                        guint         all_height,
                        guint         x,
                        guint         y,
                        guint         width,
                        guint         height,
                        const guint8 *pixels)
{
  guint rows = HAUL_TILE_MAX_PIXELS / MAX (width, 1);

  g_return_if_fail (all_width <= HAUL_TILE_MAX_SIDE && all_height <= HAUL_TILE_MAX_SIDE);
  g_return_if_fail (width > 0 && (guint64) x + width <= all_width && (guint64) y + height <= all_height);

  for (guint row = 0; row < height; row += rows)
    {
      HaulMessage message = { .type = HAUL_FRAME_TILE };

      message.tile.all_width = all_width;
      message.tile.all_height = all_height;
      message.tile.x = x;
      message.tile.y = y + row;
      message.tile.width = width;
      message.tile.height = MIN (rows, height - row);
      message.tile.pixels = pixels + 3 * (gsize) row * width;
      haul_context_send (self, &message);
    }
}

/**
 * haul_context_log:
 * @self: the context
 * @level: how much it matters: any but %HAUL_LOG_NOTSET
 * @format: as for printf()
 * @...: its arguments
 *
 * Writes one line for people. Never dropped on the way, unless it is below what
 * haul_log_set_level() says: then it costs nothing.
 */
void
haul_context_log (HaulContext  *self,
                  HaulLogLevel  level,
                  const char   *format,
                  ...)
{
  g_autofree char *raw = NULL;
  g_autofree char *text = NULL;
  HaulMessage message = { .type = HAUL_FRAME_LOG };
  va_list args;

  g_return_if_fail (level >= HAUL_LOG_DEBUG && level <= HAUL_LOG_OUTPUT);   /* whoever reads another believes no more */

  if (!haul_log_wants (level))
    return;

  va_start (args, format);
  raw = g_strdup_vprintf (format, args);
  va_end (args);

  text = haul_text_clean (raw, -1);
  message.log.level = level;
  message.log.text = text;
  haul_context_send (self, &message);
}

/**
 * haul_context_check:
 * @self: the context
 * @error: set to %G_IO_ERROR_CANCELLED
 *
 * For `if (!haul_context_check (context, error)) return FALSE;` between two steps.
 *
 * Returns: %FALSE if somebody wants the task to stop
 */
gboolean
haul_context_check (HaulContext  *self,
                    GError      **error)
{
  if (!haul_context_is_cancelled (self))
    return TRUE;

  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, _("asked to stop"));
  return FALSE;
}

/**
 * haul_context_get_emitted:
 * @self: the context
 *
 * Counts the bytes that haul_context_emit() was given.
 *
 * Returns: how many bytes of result the task has given so far
 */
guint64
haul_context_get_emitted (HaulContext *self)
{
  return self->emitted;
}

/**
 * haul_context_get_n_inputs:
 * @self: the context
 *
 * Counts the inputs of a part.
 *
 * Returns: how many results of earlier parts the task was given; 0 unless it is a
 *   part of a #HaulPlan
 */
guint
haul_context_get_n_inputs (HaulContext *self)
{
  return self->inputs != NULL ? self->inputs->len : 0;
}

/**
 * haul_context_get_input:
 * @self: the context
 * @index: which one, as in haul_plan_add()
 *
 * Gets an input of a part.
 *
 * Returns: (transfer none): the result of an earlier part
 */
GBytes *
haul_context_get_input (HaulContext *self,
                        guint        index)
{
  g_return_val_if_fail (index < haul_context_get_n_inputs (self), NULL);

  return self->inputs->pdata[index];
}

/**
 * haul_context_set_inputs:
 * @self: the context
 * @inputs: (nullable) (element-type GBytes): results of earlier parts
 *
 * For executors: gives the task what it is to find.
 */
void
haul_context_set_inputs (HaulContext *self,
                         GPtrArray   *inputs)
{
  g_clear_pointer (&self->inputs, g_ptr_array_unref);
  if (inputs != NULL)
    self->inputs = g_ptr_array_ref (inputs);
}

/**
 * haul_context_get_random:
 * @self: the context
 *
 * Gets the random numbers of this run: the same whenever it runs with the same seed,
 * in whatever worker, and others than those of any other run.
 *
 * Returns: (transfer none): the stream of this run, which belongs to the context
 */
HaulRandom *
haul_context_get_random (HaulContext *self)
{
  if (self->random == NULL)
    self->random = haul_random_new_derived (self->seed);
  return self->random;
}

/**
 * haul_context_get_seed:
 * @self: the context
 *
 * Gets a seed that only this run has, for a task that works in several pieces and gives
 * each a stream of its own: haul_random_new() with this seed and the number of the
 * piece. Where the job is divided, that is what part number i is given.
 *
 * Returns: the seed of this run
 */
guint64
haul_context_get_seed (HaulContext *self)
{
  return self->seed;
}

/**
 * haul_context_set_seed:
 * @self: the context
 * @seed: as RUN carries it: derived for this run already
 *
 * For executors: seeds the random numbers of the run.
 */
void
haul_context_set_seed (HaulContext *self,
                       guint64      seed)
{
  g_clear_pointer (&self->random, haul_random_free);
  self->seed = seed;
}

/**
 * haul_context_get_shared:
 * @self: the context
 * @name: as it was called in haul_job_share() or the like
 * @type: what it has to be: %HAUL_TYPE_VALUE, or %HAUL_TYPE_SHAREABLE for anything
 * @error: %HAUL_ERROR_BAD_ARGUMENT if nothing of that name was given to the job, or
 *   it is something else
 *
 * Finds an object that the program shares with the job. In a thread or on the main
 * loop it is the same one, in a process one of its own for the same memory.
 *
 * Returns: (transfer none): the object, which is there until the task returns; take
 *   a reference to keep it
 */
HaulShareable *
haul_context_get_shared (HaulContext  *self,
                         const char   *name,
                         GType         type,
                         GError      **error)
{
  HaulShareable *shareable;

  g_return_val_if_fail (name != NULL, NULL);
  g_return_val_if_fail (g_type_is_a (type, HAUL_TYPE_SHAREABLE), NULL);

  shareable = self->shares != NULL ? haul_shares_lookup (self->shares, name) : NULL;
  if (shareable != NULL && G_TYPE_CHECK_INSTANCE_TYPE (shareable, type))
    return shareable;

  if (shareable == NULL)
    g_set_error (error, HAUL_ERROR, HAUL_ERROR_BAD_ARGUMENT, _("nothing called ‘%s’ is shared with this job"), name);
  else
    g_set_error (error, HAUL_ERROR, HAUL_ERROR_BAD_ARGUMENT, _("‘%s’, which is shared with this job, is a %s and no %s"), name,
                 G_OBJECT_TYPE_NAME (shareable), g_type_name (type));
  return NULL;
}

void
haul_context_set_shares (HaulContext *self,
                         HaulShares  *shares)
{
  g_clear_pointer (&self->shares, haul_shares_unref);
  if (shares != NULL)
    self->shares = haul_shares_ref (shares);
}
