/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-source-private.h"
#include "haul-timeline-private.h"

struct _HaulTimeline
{
  GObject    parent_instance;

  gint64     origin;    /* µs */
  GPtrArray *lanes;     /* (owned) of HaulLane */
  guint      n_items;   /* of all lanes */
  guint64    dropped;   /* lanes, and what was in them */

  GPtrArray *news;      /* (owned) of HaulLane: those that changed and have not said so */
  GSource   *tell;      /* (owned) says it for them */
};

enum { CHANGED, N_SIGNALS };
static guint signals[N_SIGNALS];

static GType
haul_timeline_get_item_type (GListModel *model)
{
  return HAUL_TYPE_LANE;
}

static guint
haul_timeline_get_n_items (GListModel *model)
{
  return HAUL_TIMELINE (model)->lanes->len;
}

static gpointer
haul_timeline_get_item (GListModel *model,
                        guint       position)
{
  HaulTimeline *self = HAUL_TIMELINE (model);

  return position < self->lanes->len ? g_object_ref (self->lanes->pdata[position]) : NULL;
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = haul_timeline_get_item_type;
  iface->get_n_items = haul_timeline_get_n_items;
  iface->get_item = haul_timeline_get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (HaulTimeline, haul_timeline, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

static gboolean
tell_cb (gpointer user_data)
{
  g_autoptr(HaulTimeline) self = g_object_ref (user_data);
  g_autoptr(GPtrArray) news = self->news;

  g_source_set_ready_time (self->tell, -1);
  self->news = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < news->len; i++)
    haul_lane_emit_changed (news->pdata[i]);
  g_signal_emit (self, signals[CHANGED], 0);
  return G_SOURCE_CONTINUE;
}

static void
detach (gpointer lane)
{
  haul_lane_detach (lane);
  g_object_unref (lane);
}

static void
haul_timeline_dispose (GObject *object)
{
  HaulTimeline *self = HAUL_TIMELINE (object);

  haul_source_clear (&self->tell);

  G_OBJECT_CLASS (haul_timeline_parent_class)->dispose (object);
}

static void
haul_timeline_finalize (GObject *object)
{
  HaulTimeline *self = HAUL_TIMELINE (object);

  g_ptr_array_unref (self->lanes);
  g_ptr_array_unref (self->news);

  G_OBJECT_CLASS (haul_timeline_parent_class)->finalize (object);
}

static void
haul_timeline_class_init (HaulTimelineClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = haul_timeline_dispose;
  G_OBJECT_CLASS (klass)->finalize = haul_timeline_finalize;

  signals[CHANGED] = g_signal_new ("changed", HAUL_TYPE_TIMELINE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 0);
}

static void
haul_timeline_init (HaulTimeline *self)
{
  self->lanes = g_ptr_array_new_with_free_func (detach);
  self->news = g_ptr_array_new_with_free_func (g_object_unref);
  self->tell = haul_wake_new ("[haul] timeline", G_PRIORITY_DEFAULT, tell_cb, self);
}

/**
 * haul_timeline_new:
 * @origin: what its times count from, in µs of g_get_monotonic_time()
 *
 * Makes an empty timeline. It tells of changes in the main context that is the
 * thread's default now.
 *
 * Returns: (transfer full): the timeline
 */
HaulTimeline *
haul_timeline_new (gint64 origin)
{
  HaulTimeline *self = g_object_new (HAUL_TYPE_TIMELINE, NULL);

  self->origin = origin;
  return self;
}

/**
 * haul_timeline_get_origin:
 * @self: a timeline
 *
 * Tells what its times count from.
 *
 * Returns: µs of g_get_monotonic_time()
 */
gint64
haul_timeline_get_origin (HaulTimeline *self)
{
  g_return_val_if_fail (HAUL_IS_TIMELINE (self), 0);

  return self->origin;
}

/**
 * haul_timeline_get_end:
 * @self: a timeline
 *
 * Tells how far it goes.
 *
 * Returns: the latest haul_lane_get_end() of its lanes, in µs since the origin
 */
gint64
haul_timeline_get_end (HaulTimeline *self)
{
  gint64 end = 0;

  g_return_val_if_fail (HAUL_IS_TIMELINE (self), 0);

  for (guint i = 0; i < self->lanes->len; i++)
    end = MAX (end, haul_lane_get_end (self->lanes->pdata[i]));
  return end;
}

/**
 * haul_timeline_get_dropped:
 * @self: a timeline
 *
 * Counts what had to go.
 *
 * Returns: how many spans, marks and values it does not have any more, those of lanes that
 *   had to go included
 */
guint64
haul_timeline_get_dropped (HaulTimeline *self)
{
  guint64 dropped;

  g_return_val_if_fail (HAUL_IS_TIMELINE (self), 0);

  dropped = self->dropped;
  for (guint i = 0; i < self->lanes->len; i++)
    dropped += haul_lane_get_dropped (self->lanes->pdata[i]);
  return dropped;
}

/* The oldest worker that is at nothing any more, or else the oldest. */
static guint
find_oldest (HaulTimeline *self)
{
  guint oldest = 0;
  gboolean found = FALSE;

  for (guint i = 0; i < self->lanes->len; i++)
    {
      HaulLane *lane = self->lanes->pdata[i];

      if (haul_lane_get_kind (lane) != HAUL_LANE_WORKER)
        continue;
      if (!haul_lane_is_open (lane))
        return i;
      if (!found)
        oldest = i;
      found = TRUE;
    }
  return oldest;
}

static void
drop_lane (HaulTimeline *self)
{
  guint oldest = find_oldest (self);
  HaulLane *lane = self->lanes->pdata[oldest];
  guint n_items = haul_lane_get_n_items (lane);

  self->n_items -= n_items;
  self->dropped += n_items + haul_lane_get_dropped (lane);
  g_ptr_array_remove_index (self->lanes, oldest);
  g_list_model_items_changed (G_LIST_MODEL (self), oldest, 1, 0);
}

/**
 * haul_timeline_add_lane:
 * @self: a timeline
 * @kind: what it tells
 * @title: what people call it
 * @pid: its process; 0 if there is none, or it is not known yet
 *
 * Adds a lane below the others. Where there are %HAUL_TIMELINE_MAX_LANES, the
 * oldest worker goes, first of all one that is at nothing any more.
 *
 * Returns: (transfer none): the lane. Who keeps it takes a reference
 */
HaulLane *
haul_timeline_add_lane (HaulTimeline *self,
                        HaulLaneKind  kind,
                        const char   *title,
                        int           pid)
{
  HaulLane *lane;

  g_return_val_if_fail (HAUL_IS_TIMELINE (self), NULL);
  g_return_val_if_fail (title != NULL, NULL);
  g_return_val_if_fail (pid >= 0, NULL);

  if (self->lanes->len == HAUL_TIMELINE_MAX_LANES)
    drop_lane (self);
  lane = haul_lane_new (self, kind, title, pid);
  g_ptr_array_add (self->lanes, lane);
  g_list_model_items_changed (G_LIST_MODEL (self), self->lanes->len - 1, 0, 1);
  return lane;
}

void
haul_timeline_count (HaulTimeline *self,
                     int           n_more)
{
  self->n_items += n_more;
}

gboolean
haul_timeline_is_full (HaulTimeline *self)
{
  return self->n_items > HAUL_TIMELINE_MAX_ITEMS;
}

void
haul_timeline_add_news (HaulTimeline *self,
                        HaulLane     *lane)
{
  g_ptr_array_add (self->news, g_object_ref (lane));
  g_source_set_ready_time (self->tell, 0);
}

static void
copy_spans (HaulLane *to_lane,
            HaulLane *lane,
            gint64    from,
            gint64    to,
            gint64    shift)
{
  for (guint i = 0; i < haul_lane_get_n_spans (lane); i++)
    {
      const HaulSpan *span = haul_lane_get_span (lane, i);
      gboolean open = span->end < span->start;

      if (span->start > to || (!open && span->end <= from && span->start < from))
        continue;
      haul_lane_begin (to_lane, span->kind, MAX (span->start, from) + shift, span->text);
      if (!open || to != G_MAXINT64)
        haul_lane_end (to_lane, (open ? to : MIN (span->end, to)) + shift);
    }
}

void
haul_timeline_add_copy (HaulTimeline *self,
                        HaulLane     *lane,
                        gint64        from,
                        gint64        to,
                        gint64        shift)
{
  HaulLane *copy = haul_timeline_add_lane (self, haul_lane_get_kind (lane), haul_lane_get_title (lane),
                                           haul_lane_get_pid (lane));

  copy_spans (copy, lane, from, to, shift);
  for (guint i = 0; i < haul_lane_get_n_marks (lane); i++)
    {
      const HaulMark *mark = haul_lane_get_mark (lane, i);

      if (mark->at >= from && mark->at <= to)
        haul_lane_mark (copy, mark->kind, mark->at + shift, mark->text);
    }
  for (guint i = 0; i < haul_lane_get_n_values (lane); i++)
    {
      gint64 at;
      double value = haul_lane_get_value (lane, i, &at);

      if (at >= from && at <= to)
        haul_lane_add_value (copy, at + shift, value);
    }
}
