/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <glib/gi18n-lib.h>
#include <signal.h>

#include "haul-format.h"
#include "haul-own-processes-private.h"
#include "haul-proc-private.h"
#include "haul-timeline-recorder-private.h"

/* Between two parts a worker waits for as long as we need. */
#define INSTANT_US 1000

typedef struct
{
  gconstpointer  part;
  char          *text;   /* (owned) */
} Part;

struct _HaulWorkerTrack
{
  HaulLane     *lane;        /* (owned) */
  gint64        origin;      /* µs */
  gint64        began;       /* µs of haul_proc_now () */

  /* What it is at, paused or not. */
  HaulSpanKind  kind;
  gint64        kind_since;  /* µs */
  char         *text;        /* (owned) (nullable) */
  guint         n_items;     /* that the span has, of short ones; 0 for one item that takes long, or none */
  gboolean      paused;

  /* What the row said last. */
  gboolean      has_row;
  gint64        since;       /* µs, of the item that it was at; 0 for none */
  const char   *what;        /* (nullable) static: the task of the last item that it was at */
  guint64       n_done;
  gint64        looked_at;   /* µs */

  GQueue        parts;       /* (owned) of Part: the first it is at, the others were sent ahead */
};

static void
part_free (Part *self)
{
  g_free (self->text);
  g_free (self);
}

static void
begin (HaulWorkerTrack *self,
       HaulSpanKind     kind,
       gint64           at,
       const char      *text)
{
  if (self->text != text)
    {
      g_free (self->text);
      self->text = g_strdup (text);
    }
  if (kind == HAUL_SPAN_WORKING && self->kind == HAUL_SPAN_WAITING && at - self->kind_since < INSTANT_US)
    at = self->kind_since;
  self->kind = kind;
  self->kind_since = at;
  self->n_items = 0;
  if (!self->paused)
    haul_lane_begin (self->lane, kind, at - self->origin, self->text);
}

HaulWorkerTrack *
haul_worker_track_new (HaulLane *lane,
                       gint64    origin,
                       gint64    at)
{
  HaulWorkerTrack *self = g_new0 (HaulWorkerTrack, 1);

  self->lane = g_object_ref (lane);
  self->origin = origin;
  self->began = haul_proc_now ();
  self->looked_at = at;
  g_queue_init (&self->parts);
  begin (self, HAUL_SPAN_STARTING, at, NULL);
  return self;
}

void
haul_worker_track_free (HaulWorkerTrack *self)
{
  g_queue_clear_full (&self->parts, (GDestroyNotify) part_free);
  g_object_unref (self->lane);
  g_free (self->text);
  g_free (self);
}

HaulLane *
haul_worker_track_get_lane (HaulWorkerTrack *self)
{
  return self->lane;
}

/* Of a batch: its items count from 1 for people. */
static char *
say_item (HaulPoolWorkerInfo *row)
{
  const char *what = haul_pool_worker_info_get_what (row);

  /* TRANSLATORS: a task, and which of many items: “Hash Files, item 12” */
  return g_strdup_printf (_("%s, item %u"), what != NULL ? _(what) : "",
                          (guint) haul_pool_worker_info_get_index (row) + 1);
}

/* Since it was looked at last; those that were parts have said so before. */
static guint64
count_more (HaulWorkerTrack    *self,
            HaulPoolWorkerInfo *row)
{
  guint64 n_items = haul_pool_worker_info_get_n_items (row);

  return n_items > self->n_done ? n_items - self->n_done : 0;
}

static void
add_short_items (HaulWorkerTrack *self,
                 guint64          n)
{
  g_autofree char *text = NULL;

  self->n_items += n;
  /* TRANSLATORS: a task, and how many items of it: “Fibonacci, 120 items” */
  text = g_strdup_printf (ngettext ("%s, %u item", "%s, %u items", self->n_items),
                          self->what != NULL ? _(self->what) : "", self->n_items);
  g_free (self->text);
  self->text = g_steal_pointer (&text);
  if (!self->paused)
    haul_lane_set_text (self->lane, self->text);
}

/* The item that it is at now. A short one before it is not told apart from others that were; a long one was, by its
 * time when it was the only one, or by having been seen twice. */
static void
look_busy (HaulWorkerTrack    *self,
           HaulPoolWorkerInfo *row,
           gint64              now)
{
  gint64 since = haul_pool_worker_info_get_since (row);
  guint64 n_more = count_more (self, row);
  gboolean was_long = self->n_items == 0 && n_more == 1 && since - self->since >= HAUL_TIMELINE_SHORT_US;
  gboolean is_new = since != self->since;
  gboolean takes_long = now - since >= HAUL_TIMELINE_SHORT_US;
  g_autofree char *text = say_item (row);

  if (self->kind != HAUL_SPAN_WORKING && n_more > 0)
    {
      begin (self, HAUL_SPAN_WORKING, self->looked_at, NULL);
      add_short_items (self, n_more);
      n_more = 0;
    }
  if (self->kind != HAUL_SPAN_WORKING || (is_new && was_long) || (self->n_items > 0 && takes_long))
    {
      if (self->n_items > 0 && n_more > 0)
        add_short_items (self, n_more);
      begin (self, HAUL_SPAN_WORKING, since, text);
    }
  else if (is_new && n_more > 0)
    {
      add_short_items (self, n_more);
    }
}

static void
look_idle (HaulWorkerTrack    *self,
           HaulPoolWorkerInfo *row,
           gint64              now)
{
  gint64 idle_since = haul_pool_worker_info_get_idle_since (row);
  guint64 n_more = count_more (self, row);

  if (idle_since == 0)
    return;   /* it is starting, or ending */
  if (self->kind != HAUL_SPAN_WORKING && n_more > 0)
    {
      begin (self, HAUL_SPAN_WORKING, MIN (self->looked_at, idle_since), NULL);
      add_short_items (self, n_more);
    }
  else if (self->kind == HAUL_SPAN_WORKING && (self->n_items > 0 || n_more > 1))
    {
      add_short_items (self, n_more);
    }
  if (self->kind != HAUL_SPAN_WAITING)
    begin (self, HAUL_SPAN_WAITING, idle_since, NULL);
}

void
haul_worker_track_look (HaulWorkerTrack    *self,
                        HaulPoolWorkerInfo *row,
                        gint64              now)
{
  gint64 since = haul_pool_worker_info_get_since (row);

  self->has_row = TRUE;
  if (haul_pool_worker_info_get_what (row) != NULL)
    self->what = haul_pool_worker_info_get_what (row);
  if (self->parts.length == 0 && haul_pool_worker_info_get_state (row) != HAUL_POOL_WORKER_STARTING)
    {
      if (since != 0)
        look_busy (self, row, now);
      else
        look_idle (self, row, now);
    }
  self->since = since;
  self->n_done = MAX (self->n_done, haul_pool_worker_info_get_n_items (row));
  self->looked_at = now;
}

void
haul_worker_track_begin_part (HaulWorkerTrack *self,
                              gconstpointer    part,
                              gint64           at,
                              const char      *text)
{
  Part *item = g_new0 (Part, 1);

  item->part = part;
  item->text = g_strdup (text);
  g_queue_push_tail (&self->parts, item);
  if (self->parts.length == 1)
    begin (self, HAUL_SPAN_WORKING, at, text);
}

/* What was sent ahead begins when the one before it ends. */
void
haul_worker_track_end_part (HaulWorkerTrack *self,
                            gconstpointer    part,
                            gint64           at)
{
  Part *next;

  for (GList *link = self->parts.head; link != NULL; link = link->next)
    {
      Part *item = link->data;
      gboolean was_first = link->prev == NULL;

      if (item->part != part)
        continue;
      part_free (item);
      g_queue_delete_link (&self->parts, link);
      self->n_done++;
      if (!was_first)
        return;
      self->paused = FALSE;   /* the pool lets it go on */
      next = g_queue_peek_head (&self->parts);
      if (next != NULL)
        begin (self, HAUL_SPAN_WORKING, at, next->text);
      else if (self->has_row)
        begin (self, HAUL_SPAN_WAITING, at, NULL);
      else
        haul_lane_end (self->lane, at - self->origin);
      return;
    }
}

void
haul_worker_track_pause (HaulWorkerTrack *self,
                         gint64           at,
                         gboolean         paused)
{
  if (self->paused == paused)
    return;

  self->paused = paused;
  haul_lane_begin (self->lane, paused ? HAUL_SPAN_PAUSED : self->kind, at - self->origin, self->text);
  haul_lane_mark (self->lane, HAUL_MARK_SIGNAL, at - self->origin, haul_signal_name (paused ? SIGSTOP : SIGCONT));
}

/* It is gone, and joined. How it ended, this program has written down. */
void
haul_worker_track_end (HaulWorkerTrack *self,
                       gint64           at)
{
  g_autoptr(HaulOwnProcess) process = haul_own_process_lookup (haul_lane_get_pid (self->lane), self->began);
  g_autofree char *text = NULL;

  if (process != NULL && process->exit_known)
    text = haul_format_exit (process->exit_code, process->exit_signal);
  haul_lane_end (self->lane, at - self->origin);
  haul_lane_mark (self->lane, HAUL_MARK_EXIT, at - self->origin, text);
  haul_lane_mark (self->lane, HAUL_MARK_JOIN, at - self->origin, NULL);
}
