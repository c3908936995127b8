/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-timeline-canvas-private.h"

#include <glib/gi18n.h>
#include <math.h>

/* From bar to bar, with keys or a pointer. */

/* A mark is hit when it is so near, in units. */
#define NEAR 5.0

void
lt_timeline_bar_clear (LtTimelineBar *self)
{
  g_clear_object (&self->lane);
  self->start = 0;
}

/* One that took no time ends before the first that is found. */
const HaulSpan *
lt_timeline_bar_get_span (const LtTimelineBar *self,
                          guint               *ret_index)
{
  guint index;

  if (self->lane == NULL)
    return NULL;
  index = lab_lane_find_span (self->lane, self->start);
  if (index >= haul_lane_get_n_spans (self->lane) || haul_lane_get_span (self->lane, index)->start != self->start)
    index--;
  if (index >= haul_lane_get_n_spans (self->lane) || haul_lane_get_span (self->lane, index)->start != self->start)
    return NULL;

  *ret_index = index;
  return haul_lane_get_span (self->lane, index);
}

static void
set_bar (LtTimelineBar *bar,
         HaulLane      *lane,
         guint          index)
{
  g_set_object (&bar->lane, lane);
  bar->start = haul_lane_get_span (lane, index)->start;
}

guint
lt_timeline_canvas_find_row (LtTimelineCanvas *self,
                             HaulLane         *lane)
{
  for (guint i = 0; self->rows != NULL && i < self->rows->len; i++)
    if (g_array_index (self->rows, LabTimelineRow, i).lane == lane)
      return i;
  return G_MAXUINT;
}

static char *
describe_bar (LtTimelineCanvas    *self,
              const LtTimelineBar *bar)
{
  guint index;
  const HaulSpan *span = lt_timeline_bar_get_span (bar, &index);
  g_autofree char *words = NULL;

  if (span == NULL)
    return NULL;
  words = lab_span_describe (span, self->now);
  if (span->text == NULL || g_strcmp0 (span->text, haul_lane_get_title (bar->lane)) == 0)
    /* TRANSLATORS: a lane, and what it is at: “worker 1: working 0.0 to 12.4 s” */
    return g_strdup_printf (_("%s: %s"), haul_lane_get_title (bar->lane), words);
  return g_strdup_printf (_("%s: %s · %s"), haul_lane_get_title (bar->lane), words, span->text);
}

void
lt_timeline_canvas_tell (LtTimelineCanvas *self)
{
  char *status = describe_bar (self, self->hover.lane != NULL ? &self->hover : &self->focus);

  lt_timeline_canvas_set_status (self, status);
}

/* The keyboard */

static void
reveal (LtTimelineCanvas *self)
{
  guint index, row;
  const HaulSpan *span = lt_timeline_bar_get_span (&self->focus, &index);
  double top, page;

  if (span == NULL || self->vadjustment == NULL)
    return;
  lt_timeline_canvas_show_time (self, span->start, lab_span_get_end (span, self->now) + 1);
  row = lt_timeline_canvas_find_row (self, self->focus.lane);
  if (row == G_MAXUINT)
    return;
  top = row * LAB_TIMELINE_ROW_HEIGHT * self->unit;
  page = gtk_adjustment_get_page_size (self->vadjustment) - LAB_TIMELINE_AXIS_HEIGHT * self->unit;
  gtk_adjustment_clamp_page (self->vadjustment, top, top + MIN (page, LAB_TIMELINE_ROW_HEIGHT * self->unit)
                             + LAB_TIMELINE_AXIS_HEIGHT * self->unit);
}

static void
focus_span (LtTimelineCanvas *self,
            HaulLane         *lane,
            guint             index)
{
  g_autofree char *words = NULL;

  set_bar (&self->focus, lane, index);
  lt_timeline_bar_clear (&self->hover);
  reveal (self);
  lt_timeline_canvas_tell (self);
  words = describe_bar (self, &self->focus);
  if (words != NULL)
    gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, words, -1);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static HaulLane *
get_lane (LtTimelineCanvas *self,
          guint             row)
{
  HaulLane *lane = g_array_index (self->rows, LabTimelineRow, row).lane;

  return lane != NULL && haul_lane_get_n_spans (lane) > 0 ? lane : NULL;
}

static HaulLane *
find_first_lane (LtTimelineCanvas *self)
{
  for (guint i = 0; self->rows != NULL && i < self->rows->len; i++)
    if (get_lane (self, i) != NULL)
      return get_lane (self, i);
  return NULL;
}

void
lt_timeline_canvas_focus_lane (LtTimelineCanvas *self,
                               HaulLane         *lane)
{
  g_return_if_fail (LT_IS_TIMELINE_CANVAS (self));

  if (lane == NULL)
    lane = find_first_lane (self);
  if (lane != NULL && haul_lane_get_n_spans (lane) > 0)
    focus_span (self, lane, haul_lane_get_n_spans (lane) - 1);
}

/* In the next row that has bars, to the one that was there at the time. */
static gboolean
move_to_row (LtTimelineCanvas *self,
             const HaulSpan   *span,
             int               step)
{
  guint row = lt_timeline_canvas_find_row (self, self->focus.lane);
  LabTimelineScale scale;
  gint64 middle;

  if (row == G_MAXUINT)
    return FALSE;
  lt_timeline_canvas_get_scale (self, &scale);
  middle = (MAX (span->start, scale.from) + MIN (lab_span_get_end (span, self->now), scale.to)) / 2;
  for (guint i = row + step; i < self->rows->len; i += step)
    {
      HaulLane *lane = get_lane (self, i);

      if (lane == NULL)
        continue;
      focus_span (self, lane, MIN (lab_lane_find_span (lane, middle), haul_lane_get_n_spans (lane) - 1));
      return TRUE;
    }
  return FALSE;
}

/* Time runs from left to right, whatever the language. */
gboolean
lt_timeline_canvas_move_focus (LtTimelineCanvas *self,
                               GtkDirectionType  direction)
{
  const HaulSpan *span;
  guint index;

  g_return_val_if_fail (LT_IS_TIMELINE_CANVAS (self), FALSE);

  span = lt_timeline_bar_get_span (&self->focus, &index);
  if (span == NULL)
    {
      lt_timeline_canvas_focus_lane (self, NULL);
      return self->focus.lane != NULL;
    }
  switch (direction)
    {
    case GTK_DIR_LEFT:
      if (index > 0)
        focus_span (self, self->focus.lane, index - 1);
      return TRUE;

    case GTK_DIR_RIGHT:
      if (index + 1 < haul_lane_get_n_spans (self->focus.lane))
        focus_span (self, self->focus.lane, index + 1);
      return TRUE;

    case GTK_DIR_UP:
      return move_to_row (self, span, -1);

    case GTK_DIR_DOWN:
      return move_to_row (self, span, 1);

    case GTK_DIR_TAB_FORWARD:
    case GTK_DIR_TAB_BACKWARD:
    default:
      return FALSE;
    }
}

static gboolean
move_cb (GtkWidget *widget,
         GVariant  *arguments,
         gpointer   user_data)
{
  (void) lt_timeline_canvas_move_focus (LT_TIMELINE_CANVAS (widget), g_variant_get_int32 (arguments));
  return GDK_EVENT_STOP;   /* at the end, too: the focus does not jump out of the picture */
}

static gboolean
home_cb (GtkWidget *widget,
         GVariant  *arguments,
         gpointer   user_data)
{
  LtTimelineCanvas *self = LT_TIMELINE_CANVAS (widget);
  HaulLane *lane = self->focus.lane != NULL ? self->focus.lane : find_first_lane (self);

  if (lane != NULL && haul_lane_get_n_spans (lane) > 0)
    focus_span (self, lane, 0);
  return GDK_EVENT_STOP;
}

/* The one whose last bar ends last; where several last, the one that began last. */
static HaulLane *
find_newest_lane (LtTimelineCanvas *self)
{
  gint64 latest = G_MININT64, begun = G_MININT64;
  HaulLane *newest = NULL;

  for (guint i = 0; i < self->n_runs; i++)
    for (guint j = 0; j < g_list_model_get_n_items (G_LIST_MODEL (self->runs[i].timeline)); j++)
      {
        g_autoptr(HaulLane) lane = g_list_model_get_item (G_LIST_MODEL (self->runs[i].timeline), j);
        guint n = haul_lane_get_n_spans (lane);
        const HaulSpan *last = n > 0 ? haul_lane_get_span (lane, n - 1) : NULL;
        gint64 end = last != NULL ? lab_span_get_end (last, self->now) : 0;

        if (last == NULL || end < latest || (end == latest && last->start <= begun))
          continue;
        latest = end;
        begun = last->start;
        newest = lane;   /* its timeline keeps it */
      }
  return newest;
}

static gboolean
end_cb (GtkWidget *widget,
        GVariant  *arguments,
        gpointer   user_data)
{
  LtTimelineCanvas *self = LT_TIMELINE_CANVAS (widget);

  lt_timeline_canvas_focus_lane (self, find_newest_lane (self));
  lt_timeline_canvas_set_follow (self, self->live);
  return GDK_EVENT_STOP;
}

void
lt_timeline_canvas_bind_keys (GtkWidgetClass *widget_class)
{
  static const struct { guint key; guint keypad; GtkDirectionType direction; } moves[] = {
    { GDK_KEY_Left, GDK_KEY_KP_Left, GTK_DIR_LEFT }, { GDK_KEY_Right, GDK_KEY_KP_Right, GTK_DIR_RIGHT },
    { GDK_KEY_Up, GDK_KEY_KP_Up, GTK_DIR_UP }, { GDK_KEY_Down, GDK_KEY_KP_Down, GTK_DIR_DOWN },
  };

  for (guint i = 0; i < G_N_ELEMENTS (moves); i++)
    {
      gtk_widget_class_add_binding (widget_class, moves[i].key, 0, move_cb, "i", moves[i].direction);
      gtk_widget_class_add_binding (widget_class, moves[i].keypad, 0, move_cb, "i", moves[i].direction);
    }
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Home, 0, home_cb, NULL);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_KP_Home, 0, home_cb, NULL);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_End, 0, end_cb, NULL);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_KP_End, 0, end_cb, NULL);
}

/* The pointer */

static HaulLane *
find_lane_at (LtTimelineCanvas *self,
              double            y)
{
  double top = y + gtk_adjustment_get_value (self->vadjustment) - LAB_TIMELINE_AXIS_HEIGHT * self->unit;
  guint row = (guint) MAX (0, top / self->unit / LAB_TIMELINE_ROW_HEIGHT);

  if (y < LAB_TIMELINE_AXIS_HEIGHT * self->unit || self->rows == NULL || row >= self->rows->len)
    return NULL;
  return g_array_index (self->rows, LabTimelineRow, row).lane;
}

static gboolean
find_bar_at (LtTimelineCanvas *self,
             double            x,
             double            y,
             LtTimelineBar    *bar)
{
  HaulLane *lane = find_lane_at (self, y);
  LabTimelineScale scale;
  gint64 at;
  guint index;

  if (lane == NULL)
    return FALSE;
  lt_timeline_canvas_get_scale (self, &scale);
  at = lab_timeline_get_time (&scale, x / self->unit);
  index = lab_lane_find_span (lane, at);
  if (at < scale.from || at > MIN (scale.to, self->live ? self->now : G_MAXINT64) || index >= haul_lane_get_n_spans (lane)
      || haul_lane_get_span (lane, index)->start > at)
    return FALSE;
  set_bar (bar, lane, index);
  return TRUE;
}

static void
motion_cb (GtkEventControllerMotion *controller,
           double                    x,
           double                    y,
           LtTimelineCanvas         *self)
{
  LtTimelineBar bar = { NULL, 0 };

  if (self->vadjustment == NULL)
    return;
  self->pointer_x = x;
  (void) find_bar_at (self, x, y, &bar);
  if (bar.lane != self->hover.lane || bar.start != self->hover.start)
    gtk_widget_queue_draw (GTK_WIDGET (self));
  lt_timeline_bar_clear (&self->hover);
  self->hover = bar;
  lt_timeline_canvas_tell (self);
}

static void
leave_cb (GtkEventControllerMotion *controller,
          LtTimelineCanvas         *self)
{
  self->pointer_x = -1;
  lt_timeline_bar_clear (&self->hover);
  lt_timeline_canvas_tell (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
pressed_cb (GtkGestureClick  *gesture,
            int               n_press,
            double            x,
            double            y,
            LtTimelineCanvas *self)
{
  LtTimelineBar bar = { NULL, 0 };
  guint index;

  (void) gtk_widget_grab_focus (GTK_WIDGET (self));
  if (find_bar_at (self, x, y, &bar) && lt_timeline_bar_get_span (&bar, &index) != NULL)
    focus_span (self, bar.lane, index);
  lt_timeline_bar_clear (&bar);
}

/* What a value was, which no bar says. */
static char *
describe_value (LtTimelineCanvas *self,
                HaulLane         *lane,
                gint64            at)
{
  gboolean is_loop = haul_lane_get_kind (lane) == HAUL_LANE_LOOP;

  for (guint i = 0; i < haul_lane_get_n_values (lane); i++)
    {
      gint64 measured;
      double value = haul_lane_get_value (lane, i, &measured);

      if (measured < at)
        continue;
      if (is_loop)
        return g_strdup_printf (_("%s: %.0f ms late at %.1f s"), haul_lane_get_title (lane), value,
                                measured / (double) G_USEC_PER_SEC);
      return g_strdup_printf (_("%s: %.0f %% at %.1f s"), haul_lane_get_title (lane), 100 * value,
                              measured / (double) G_USEC_PER_SEC);
    }
  return NULL;
}

static char *
describe_mark (LtTimelineCanvas       *self,
               const LabTimelineScale *scale,
               HaulLane               *lane,
               double                  x)
{
  for (guint i = haul_lane_get_n_marks (lane); i > 0; i--)
    {
      const HaulMark *mark = haul_lane_get_mark (lane, i - 1);

      if (fabs (lab_timeline_get_x (scale, mark->at) - x / self->unit) > NEAR)
        continue;
      return g_strdup_printf (_("%s at %.3f s"), mark->text != NULL ? mark->text : lab_mark_kind_get_title (mark->kind),
                              mark->at / (double) G_USEC_PER_SEC);
    }
  return NULL;
}

static gboolean
query_tooltip_cb (LtTimelineCanvas *self,
                  int               x,
                  int               y,
                  gboolean          by_keyboard,
                  GtkTooltip       *tooltip)
{
  HaulLane *lane = self->vadjustment != NULL ? find_lane_at (self, y) : NULL;
  g_autofree char *text = NULL;
  g_autofree char *bar = NULL;
  g_autofree char *both = NULL;
  LabTimelineScale scale;

  if (lane == NULL || by_keyboard)
    return FALSE;
  lt_timeline_canvas_get_scale (self, &scale);
  if (haul_lane_get_kind (lane) == HAUL_LANE_WORKER)
    text = describe_mark (self, &scale, lane, x);
  else
    text = describe_value (self, lane, lab_timeline_get_time (&scale, x / self->unit));
  bar = self->hover.lane != NULL ? describe_bar (self, &self->hover) : NULL;
  if (text == NULL && bar == NULL)
    return FALSE;
  both = text != NULL && bar != NULL ? g_strconcat (bar, "\n", text, NULL) : NULL;
  gtk_tooltip_set_text (tooltip, both != NULL ? both : text != NULL ? text : bar);
  return TRUE;
}

void
lt_timeline_canvas_add_pointer (LtTimelineCanvas *self)
{
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkGesture *click = gtk_gesture_click_new ();

  g_signal_connect_object (motion, "motion", G_CALLBACK (motion_cb), self, 0);
  g_signal_connect_object (motion, "leave", G_CALLBACK (leave_cb), self, 0);
  gtk_widget_add_controller (GTK_WIDGET (self), motion);
  g_signal_connect_object (click, "pressed", G_CALLBACK (pressed_cb), self, 0);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
  g_signal_connect (self, "query-tooltip", G_CALLBACK (query_tooltip_cb), NULL);
}
