/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <glib/gi18n-lib.h>
#include <unistd.h>

#include "haul-job-core-private.h"
#include "haul-lines-private.h"
#include "haul-source-private.h"
#include "haul/wire/haul-error.h"
#include "haul/worker/haul-current-process.h"

/* Progress is notified ten times a second at most: more, nobody can read. */
#define NOTIFY_INTERVAL_US (100 * 1000)

void
haul_job_notify_progress (HaulJob *self)
{
  haul_source_clear (&self->notify_later);
  self->notified_at = g_get_monotonic_time ();

  g_object_freeze_notify (G_OBJECT (self));
  haul_job_notify (self, PROP_DONE);
  haul_job_notify (self, PROP_TOTAL);
  haul_job_notify (self, PROP_FRACTION);
  haul_job_notify (self, PROP_PHASE);
  haul_job_notify (self, PROP_RESULT_SIZE);
  g_object_thaw_notify (G_OBJECT (self));
}

static gboolean
notify_later_cb (gpointer user_data)
{
  haul_job_notify_progress (user_data);
  return G_SOURCE_REMOVE;
}

static void
touch (HaulJob *self)
{
  gint64 since = self->news_time - self->notified_at;

  /* Also when it was put off already: a job that blocks the main loop blocks that timer. */
  if (since >= NOTIFY_INTERVAL_US)
    haul_job_notify_progress (self);
  else if (self->notify_later == NULL)
    self->notify_later = haul_timer_new ((NOTIFY_INTERVAL_US - since) / 1000 + 1, "[haul] job progress",
                                         notify_later_cb, self);
}

static void
receive_progress (HaulJob           *self,
                  const HaulMessage *message)
{
  /* A bar that goes back is a lie, whoever told it. */
  self->total = message->progress.total;
  self->done = MAX (self->done, message->progress.done);
  if (self->total > 0)
    self->done = MIN (self->done, self->total);

  if (g_strcmp0 (self->phase, message->progress.phase) != 0)
    {
      g_free (self->phase);
      self->phase = g_strdup (message->progress.phase);
    }
  haul_estimator_add (&self->estimator, self->news_time, self->done, self->total);
  touch (self);
}

static void
trace (HaulJob       *self,
       HaulFrameType  type,
       gboolean       down,
       gsize          wire_size,
       const char    *text)
{
  gint64 now = g_get_monotonic_time ();

  self->n_messages++;
  haul_ring_take (self->messages,
                  haul_record_new_frame (now, self->message_time[down], type, down, wire_size, text));
  self->message_time[down] = now;
}

/* What the Messages view shows of a frame. Texts of messages are clean; bytes need not be. */
static char *
describe (const HaulMessage *message)
{
  switch (message->type)
    {
    case HAUL_FRAME_HELLO:
      return g_strdup_printf ("%s, version %u", message->hello.program, message->hello.version);

    case HAUL_FRAME_PROGRESS:
      return g_strdup_printf ("%.15g / %.15g %s", message->progress.done, message->progress.total,
                              message->progress.phase != NULL ? message->progress.phase : "");

    case HAUL_FRAME_LOG:
      return g_strdup (message->log.text);

    case HAUL_FRAME_DATA:
      return haul_text_clean ((const char *) message->data.bytes, MIN (message->data.size, 40));

    case HAUL_FRAME_RESULT:
      return g_strdup_printf ("%" G_GUINT64_FORMAT, message->result.size);

    case HAUL_FRAME_ERROR:
      return g_strdup (message->error.text);

    case HAUL_FRAME_TILE:
      return g_strdup_printf ("%u × %u, %u × %u", message->tile.x, message->tile.y, message->tile.width, message->tile.height);

    case HAUL_FRAME_RUN:
    case HAUL_FRAME_CANCEL:
    default:
      return NULL;
    }
}

void
haul_job_trace_sent (HaulJob       *self,
                     HaulFrameType  type,
                     gsize          wire_size)
{
  trace (self, type, TRUE, wire_size, NULL);
}

void
haul_job_trace_received (HaulJob           *self,
                         const HaulMessage *message,
                         gsize              wire_size)
{
  g_autofree char *text = describe (message);

  self->news_time = g_get_monotonic_time ();
  trace (self, message->type, FALSE, wire_size, text);
}

void
haul_job_add_log (HaulJob           *self,
                  const HaulMessage *log)
{
  self->news_time = g_get_monotonic_time ();
  /* One that has no process runs in this one. */
  haul_ring_take (self->log, haul_record_log (log, self->worker_name != NULL ? self->worker_name
                                                                           : haul_current_process_get_name (),
                                              self->worker_name != NULL ? self->pid : (int) getpid ()));
}

void
haul_job_add_output (HaulJob    *self,
                     const char *text)
{
  haul_job_add_log (self, &HAUL_LINE (HAUL_LOG_OUTPUT, NULL, text));
}

void
haul_job_add_life (HaulJob      *self,
                   HaulLogLevel  level,
                   char         *text)
{
  g_autofree char *owned = text;

  if (haul_log_wants_life (level))
    haul_job_add_log (self, &HAUL_LINE (level, HAUL_LIFE_DOMAIN, owned));
}

static void
complain (HaulJob    *self,
          const char *what)
{
  haul_job_take_error (self, g_error_new (HAUL_ERROR, HAUL_ERROR_PROTOCOL,
                                          _("the worker sent what makes no sense: %s"), what));
  haul_job_feed (self, HAUL_EVENT_BAD_BYTES);
}

static void
receive_hello (HaulJob           *self,
               const HaulMessage *message)
{
  if (message->hello.version == HAUL_PROTOCOL_VERSION)
    {
      haul_job_feed (self, HAUL_EVENT_READY);
      return;
    }
  haul_job_take_error (self, g_error_new (HAUL_ERROR, HAUL_ERROR_VERSION,
                                          _("%s speaks version %u of the protocol and version %u is needed: "
                                            "install both from one release"),
                                          self->program != NULL ? self->program : message->hello.program,
                                          message->hello.version, HAUL_PROTOCOL_VERSION));
  haul_job_feed (self, HAUL_EVENT_BAD_BYTES);
}

static void
receive_last (HaulJob           *self,
              const HaulMessage *message)
{
  if (message->type == HAUL_FRAME_ERROR)
    {
      if (self->task_error == NULL)
        self->task_error = g_strdup (message->error.text);
      haul_job_feed (self, message->error.cancelled ? HAUL_EVENT_STOPPED : HAUL_EVENT_ERROR);
    }
  else if (message->result.size != self->result.size)
    {
      complain (self, "a result of another size than its bytes");
    }
  else
    {
      haul_job_feed (self, HAUL_EVENT_RESULT);
    }
}

void
haul_job_receive (HaulJob           *self,
                  const HaulMessage *message,
                  gsize              wire_size)
{
  g_autofree char *text = describe (message);
  gboolean last_came = self->life.has_result || self->life.has_error || self->life.stopped;

  if (self->life.state == HAUL_JOB_ENDED)
    return;

  self->news_time = g_get_monotonic_time ();
  trace (self, message->type, FALSE, wire_size, text);

  if (last_came && message->type != HAUL_FRAME_LOG)
    {
      complain (self, "a message after the last one");
      return;
    }

  switch (message->type)
    {
    case HAUL_FRAME_HELLO:
      receive_hello (self, message);
      break;

    case HAUL_FRAME_PROGRESS:
      receive_progress (self, message);
      break;

    case HAUL_FRAME_LOG:
      haul_job_add_log (self, message);
      break;

    case HAUL_FRAME_DATA:
      haul_pieces_append (&self->result, message->data.bytes, message->data.size);
      touch (self);
      break;

    case HAUL_FRAME_TILE:
      if (haul_job_take_tile (self, message))
        touch (self);
      else
        complain (self, "tiles of pictures of different sizes");
      break;

    case HAUL_FRAME_RESULT:
    case HAUL_FRAME_ERROR:
      receive_last (self, message);
      break;

    case HAUL_FRAME_RUN:
    case HAUL_FRAME_CANCEL:
    default:
      complain (self, "a message that only we may send");
      break;
    }
}
