/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "haul-timeline-private.h"

/* Items in order, of which the first ones that are there are gone: they are taken away when they are half of it,
 * so that letting the oldest go costs nothing worth mentioning. */
typedef struct
{
  GArray *items;   /* (owned) */
  guint   n_gone;
} Series;

typedef struct
{
  gint64 at;
  double value;
} Value;

struct _HaulLane
{
  GObject       parent_instance;

  HaulTimeline *timeline;   /* (nullable) borrowed; NULL once it has let this lane go */
  HaulLaneKind  kind;
  char         *title;      /* (owned) */
  int           pid;
  Series        spans;      /* of HaulSpan */
  Series        marks;      /* of HaulMark */
  Series        values;     /* of Value */
  guint64       dropped;
  gboolean      has_news;   /* which the timeline has noted, and will have told */
};

typedef enum { PROP_KIND = 1, PROP_TITLE, PROP_PID } HaulLaneProperty;
static GParamSpec *properties[PROP_PID + 1];

enum { CHANGED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (HaulLane, haul_lane, G_TYPE_OBJECT)

static void
series_init (Series         *self,
             gsize           size,
             GDestroyNotify  clear)
{
  self->items = g_array_new (FALSE, FALSE, size);
  g_array_set_clear_func (self->items, clear);
}

static guint
series_n (const Series *self)
{
  return self->items->len - self->n_gone;
}

static gpointer
series_get (const Series *self,
            guint         index)
{
  return self->items->data + (gsize) (self->n_gone + index) * g_array_get_element_size (self->items);
}

/* Those that are gone lose what they have when they are taken away. */
static void
series_drop_first (Series *self)
{
  self->n_gone++;
  if (self->n_gone * 2 < self->items->len)
    return;
  g_array_remove_range (self->items, 0, self->n_gone);
  self->n_gone = 0;
}

static void
haul_lane_finalize (GObject *object)
{
  HaulLane *self = HAUL_LANE (object);

  g_array_unref (self->spans.items);
  g_array_unref (self->marks.items);
  g_array_unref (self->values.items);
  g_free (self->title);

  G_OBJECT_CLASS (haul_lane_parent_class)->finalize (object);
}

static void
haul_lane_get_property (GObject    *object,
                        guint       prop_id,
                        GValue     *value,
                        GParamSpec *pspec)
{
  HaulLane *self = HAUL_LANE (object);

  switch ((HaulLaneProperty) prop_id)
    {
    case PROP_KIND:
      g_value_set_enum (value, self->kind);
      break;

    case PROP_TITLE:
      g_value_set_string (value, self->title);
      break;

    case PROP_PID:
      g_value_set_int (value, self->pid);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
haul_lane_class_init (HaulLaneClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = haul_lane_finalize;
  object_class->get_property = haul_lane_get_property;

  properties[PROP_KIND] = g_param_spec_enum ("kind", NULL, NULL, HAUL_TYPE_LANE_KIND, HAUL_LANE_WORKER, flags);
  properties[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, flags);
  properties[PROP_PID] = g_param_spec_int ("pid", NULL, NULL, 0, G_MAXINT, 0, flags);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);

  signals[CHANGED] = g_signal_new ("changed", HAUL_TYPE_LANE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
haul_lane_init (HaulLane *self)
{
  series_init (&self->spans, sizeof (HaulSpan), haul_span_clear);
  series_init (&self->marks, sizeof (HaulMark), haul_mark_clear);
  series_init (&self->values, sizeof (Value), NULL);
}

HaulLane *
haul_lane_new (HaulTimeline *timeline,
               HaulLaneKind  kind,
               const char   *title,
               int           pid)
{
  HaulLane *self = g_object_new (HAUL_TYPE_LANE, NULL);

  self->timeline = timeline;
  self->kind = kind;
  self->title = g_strdup (title);
  self->pid = pid;
  return self;
}

void
haul_lane_detach (HaulLane *self)
{
  self->timeline = NULL;
}

guint
haul_lane_get_n_items (HaulLane *self)
{
  return series_n (&self->spans) + series_n (&self->marks) + series_n (&self->values);
}

void
haul_lane_emit_changed (HaulLane *self)
{
  self->has_news = FALSE;
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
note (HaulLane *self,
      int       n_more)
{
  if (self->timeline == NULL)
    return;

  haul_timeline_count (self->timeline, n_more);
  if (!self->has_news)
    haul_timeline_add_news (self->timeline, self);
  self->has_news = TRUE;
}

/* After something was added. What is newest stays, however full the timeline is. */
static void
make_room (HaulLane *self,
           Series   *series)
{
  note (self, 1);
  while (series_n (series) > HAUL_LANE_MAX_ITEMS
         || (series_n (series) > 1 && self->timeline != NULL && haul_timeline_is_full (self->timeline)))
    {
      series_drop_first (series);
      self->dropped++;
      note (self, -1);
    }
}

static HaulSpan *
last_span (HaulLane *self)
{
  guint n = series_n (&self->spans);

  return n > 0 ? series_get (&self->spans, n - 1) : NULL;
}

gboolean
haul_lane_is_open (HaulLane *self)
{
  HaulSpan *last = last_span (self);

  return last != NULL && last->end < last->start;
}

/**
 * haul_lane_get_kind:
 * @self: a lane
 *
 * Gets #HaulLane:kind.
 *
 * Returns: what it tells
 */
HaulLaneKind
haul_lane_get_kind (HaulLane *self)
{
  g_return_val_if_fail (HAUL_IS_LANE (self), HAUL_LANE_WORKER);

  return self->kind;
}

/**
 * haul_lane_get_title:
 * @self: a lane
 *
 * Gets #HaulLane:title.
 *
 * Returns: (transfer none): what people call it
 */
const char *
haul_lane_get_title (HaulLane *self)
{
  g_return_val_if_fail (HAUL_IS_LANE (self), NULL);

  return self->title;
}

/**
 * haul_lane_get_pid:
 * @self: a lane
 *
 * Gets #HaulLane:pid.
 *
 * Returns: its process; 0 if there is none, or it is not known
 */
int
haul_lane_get_pid (HaulLane *self)
{
  g_return_val_if_fail (HAUL_IS_LANE (self), 0);

  return self->pid;
}

/**
 * haul_lane_set_pid:
 * @self: a lane
 * @pid: its process
 *
 * Sets #HaulLane:pid, for who learns of it later.
 */
void
haul_lane_set_pid (HaulLane *self,
                   int       pid)
{
  g_return_if_fail (HAUL_IS_LANE (self));
  g_return_if_fail (pid >= 0);

  if (self->pid == pid)
    return;

  self->pid = pid;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PID]);
}

/**
 * haul_lane_begin:
 * @self: a lane
 * @kind: what it is at
 * @at: from when on, in µs since the origin
 * @text: (nullable): what it is
 *
 * Begins a span. One that lasts ends there, or becomes this one if that would leave it no time;
 * one that has ended later than @at comes first, and this one begins with its end.
 */
void
haul_lane_begin (HaulLane     *self,
                 HaulSpanKind  kind,
                 gint64        at,
                 const char   *text)
{
  HaulSpan *last;
  HaulSpan span;

  g_return_if_fail (HAUL_IS_LANE (self));
  g_return_if_fail (kind >= 0 && kind < HAUL_N_SPAN_KINDS);

  last = last_span (self);
  if (haul_lane_is_open (self) && at <= last->start)
    {
      last->kind = kind;
      haul_lane_set_text (self, text);
      note (self, 0);
      return;
    }
  haul_lane_end (self, at);
  span.kind = kind;
  span.start = last != NULL ? MAX (at, last->end) : at;
  span.end = span.start - 1;
  span.text = haul_span_keep_text (text);
  g_array_append_val (self->spans.items, span);
  make_room (self, &self->spans);
}

/**
 * haul_lane_set_text:
 * @self: a lane
 * @text: (nullable): what its last span is
 *
 * Changes the text of the last span, for who learns later what it is. Does nothing where
 * there is none.
 */
void
haul_lane_set_text (HaulLane   *self,
                    const char *text)
{
  HaulSpan *last;

  g_return_if_fail (HAUL_IS_LANE (self));

  last = last_span (self);
  if (last == NULL || g_strcmp0 (last->text, text) == 0)
    return;

  haul_span_clear (last);
  last->text = haul_span_keep_text (text);
  note (self, 0);
}

/**
 * haul_lane_end:
 * @self: a lane
 * @at: when, in µs since the origin
 *
 * Ends the span that lasts. Does nothing where none does. A span does not end before it
 * began.
 */
void
haul_lane_end (HaulLane *self,
               gint64    at)
{
  HaulSpan *last;

  g_return_if_fail (HAUL_IS_LANE (self));

  if (!haul_lane_is_open (self))
    return;

  last = last_span (self);
  last->end = MAX (at, last->start);
  note (self, 0);
}

/**
 * haul_lane_mark:
 * @self: a lane
 * @kind: what happened
 * @at: when, in µs since the origin
 * @text: (nullable): "SIGTERM", "exit 0"
 *
 * Marks a moment. One that comes late goes to its place among the others.
 */
void
haul_lane_mark (HaulLane     *self,
                HaulMarkKind  kind,
                gint64        at,
                const char   *text)
{
  HaulMark mark;
  guint place;

  g_return_if_fail (HAUL_IS_LANE (self));
  g_return_if_fail (kind >= 0 && kind < HAUL_N_MARK_KINDS);

  mark.kind = kind;
  mark.at = at;
  mark.text = haul_span_keep_text (text);
  place = series_n (&self->marks);
  while (place > 0 && ((HaulMark *) series_get (&self->marks, place - 1))->at > at)
    place--;
  g_array_insert_val (self->marks.items, self->marks.n_gone + place, mark);
  make_room (self, &self->marks);
}

/**
 * haul_lane_add_value:
 * @self: a lane
 * @at: when, in µs since the origin; not before the last one
 * @value: what was measured then
 *
 * Adds what was measured, which holds until the next.
 */
void
haul_lane_add_value (HaulLane *self,
                     gint64    at,
                     double    value)
{
  Value item = { at, value };
  guint n;

  g_return_if_fail (HAUL_IS_LANE (self));

  n = series_n (&self->values);
  if (n > 0)
    item.at = MAX (at, ((Value *) series_get (&self->values, n - 1))->at);
  g_array_append_val (self->values.items, item);
  make_room (self, &self->values);
}

/**
 * haul_lane_get_end:
 * @self: a lane
 *
 * Tells how far it goes.
 *
 * Returns: when the last thing that is known of it was, in µs since the origin; 0 for an empty
 *   lane. Of a span that lasts that is its start
 */
gint64
haul_lane_get_end (HaulLane *self)
{
  HaulSpan *last;
  gint64 end = 0;
  guint n;

  g_return_val_if_fail (HAUL_IS_LANE (self), 0);

  last = last_span (self);
  if (last != NULL)
    end = MAX (end, MAX (last->start, last->end));
  n = series_n (&self->marks);
  if (n > 0)
    end = MAX (end, ((HaulMark *) series_get (&self->marks, n - 1))->at);
  n = series_n (&self->values);
  if (n > 0)
    end = MAX (end, ((Value *) series_get (&self->values, n - 1))->at);
  return end;
}

/**
 * haul_lane_get_n_spans:
 * @self: a lane
 *
 * Counts its spans.
 *
 * Returns: how many spans it has
 */
guint
haul_lane_get_n_spans (HaulLane *self)
{
  g_return_val_if_fail (HAUL_IS_LANE (self), 0);

  return series_n (&self->spans);
}

/**
 * haul_lane_get_span:
 * @self: a lane
 * @index: which, below haul_lane_get_n_spans()
 *
 * Gets one of its spans, the oldest of which is the first.
 *
 * Returns: (transfer none): the span, until the lane changes
 */
const HaulSpan *
haul_lane_get_span (HaulLane *self,
                    guint     index)
{
  g_return_val_if_fail (HAUL_IS_LANE (self), NULL);
  g_return_val_if_fail (index < series_n (&self->spans), NULL);

  return series_get (&self->spans, index);
}

/**
 * haul_lane_get_n_marks:
 * @self: a lane
 *
 * Counts its marks.
 *
 * Returns: how many marks it has
 */
guint
haul_lane_get_n_marks (HaulLane *self)
{
  g_return_val_if_fail (HAUL_IS_LANE (self), 0);

  return series_n (&self->marks);
}

/**
 * haul_lane_get_mark:
 * @self: a lane
 * @index: which, below haul_lane_get_n_marks()
 *
 * Gets one of its marks, the oldest of which is the first.
 *
 * Returns: (transfer none): the mark, until the lane changes
 */
const HaulMark *
haul_lane_get_mark (HaulLane *self,
                    guint     index)
{
  g_return_val_if_fail (HAUL_IS_LANE (self), NULL);
  g_return_val_if_fail (index < series_n (&self->marks), NULL);

  return series_get (&self->marks, index);
}

/**
 * haul_lane_get_n_values:
 * @self: a lane
 *
 * Counts its values.
 *
 * Returns: how many values it has
 */
guint
haul_lane_get_n_values (HaulLane *self)
{
  g_return_val_if_fail (HAUL_IS_LANE (self), 0);

  return series_n (&self->values);
}

/**
 * haul_lane_get_value:
 * @self: a lane
 * @index: which, below haul_lane_get_n_values()
 * @ret_at: (out) (optional): when it was measured, in µs since the origin
 *
 * Gets one of its values, the oldest of which is the first.
 *
 * Returns: what was measured: ms of a loop; of cores from 0 to 1
 */
double
haul_lane_get_value (HaulLane *self,
                     guint     index,
                     gint64   *ret_at)
{
  const Value *value;

  g_return_val_if_fail (HAUL_IS_LANE (self), 0);
  g_return_val_if_fail (index < series_n (&self->values), 0);

  value = series_get (&self->values, index);
  if (ret_at != NULL)
    *ret_at = value->at;
  return value->value;
}

/**
 * haul_lane_get_dropped:
 * @self: a lane
 *
 * Counts what had to go.
 *
 * Returns: how many spans, marks and values it does not have any more
 */
guint64
haul_lane_get_dropped (HaulLane *self)
{
  g_return_val_if_fail (HAUL_IS_LANE (self), 0);

  return self->dropped;
}
