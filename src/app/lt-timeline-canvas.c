/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-timeline-canvas-private.h"

#include <glib/gi18n.h>
#include <math.h>

#define SCROLL_ZOOM 1.25

typedef enum
{
  PROP_FOLLOW = 1,
  PROP_STATUS,
  PROP_HADJUSTMENT,
  PROP_VADJUSTMENT,
  PROP_HSCROLL_POLICY,
  PROP_VSCROLL_POLICY,
} LtTimelineCanvasProperty;

static GParamSpec *properties[PROP_STATUS + 1];

G_DEFINE_FINAL_TYPE_WITH_CODE (LtTimelineCanvas, lt_timeline_canvas, GTK_TYPE_WIDGET,
                               G_IMPLEMENT_INTERFACE (GTK_TYPE_SCROLLABLE, NULL))

/* People have scrolled: what is newest has to wait, unless that is where they went. */
static void
hvalue_changed_cb (LtTimelineCanvas *self)
{
  double value, end;

  if (self->configuring)
    return;
  value = gtk_adjustment_get_value (self->hadjustment);
  end = gtk_adjustment_get_upper (self->hadjustment) - gtk_adjustment_get_page_size (self->hadjustment);
  self->from = self->start + (gint64) (value / self->unit * lt_timeline_canvas_get_us_per_unit (self));
  if (value < end - 1)
    lt_timeline_canvas_set_follow (self, FALSE);
  lt_timeline_canvas_refresh (self);
}

static void
set_adjustment (LtTimelineCanvas  *self,
                GtkAdjustment    **place,
                GtkAdjustment     *adjustment,
                GCallback          callback)
{
  if (*place != NULL)
    g_signal_handlers_disconnect_by_data (*place, self);
  g_set_object (place, adjustment);
  if (*place != NULL)
    g_signal_connect_object (*place, "value-changed", callback, self, G_CONNECT_SWAPPED);
  lt_timeline_canvas_configure (self);
}

/* Drawing */

static void
draw_outline (LtTimelineCanvas       *self,
              GtkSnapshot            *snapshot,
              const LabTimelineScale *scale,
              const LtTimelineBar    *bar,
              float                   thickness)
{
  double top;
  guint index;
  guint row = lt_timeline_canvas_find_row (self, bar->lane);
  const HaulSpan *span = lt_timeline_bar_get_span (bar, &index);
  GskRoundedRect rect;
  GdkRGBA color;
  double x, end;

  if (row == G_MAXUINT || span == NULL)
    return;
  gtk_style_context_get_color (gtk_widget_get_style_context (GTK_WIDGET (self)), &color);
  x = lab_timeline_get_x (scale, MAX (span->start, scale->from));
  end = lab_timeline_get_x (scale, MIN (lab_span_get_end (span, self->now), scale->to));
  top = LAB_TIMELINE_AXIS_HEIGHT + row * LAB_TIMELINE_ROW_HEIGHT + LAB_TIMELINE_BAR_TOP;
  gsk_rounded_rect_init_from_rect (&rect,
                                   &GRAPHENE_RECT_INIT ((float) floor (x * self->unit) - 2,
                                                        (float) (floor (top * self->unit)
                                                                 - gtk_adjustment_get_value (self->vadjustment)) - 2,
                                                        (float) ceil (MAX (1, end - x) * self->unit) + 4,
                                                        (float) ceil (LAB_TIMELINE_BAR_HEIGHT * self->unit) + 4), 3);
  gtk_snapshot_append_border (snapshot, &rect, (float[]) { thickness, thickness, thickness, thickness },
                              (GdkRGBA[]) { color, color, color, color });
}

static gboolean
shown_cb (gpointer user_data)
{
  LtTimelineCanvas *self = user_data;

  self->shown_id = 0;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATUS]);
  return G_SOURCE_REMOVE;
}

/* Later: who hears of it may not change anything while it is drawn. */
static void
note_shown (LtTimelineCanvas       *self,
            const LabTimelineShown *shown)
{
  if (shown->n_spans == self->shown.n_spans && shown->n_drawn == self->shown.n_drawn
      && shown->n_dropped == self->shown.n_dropped)
    return;

  self->shown = *shown;
  if (self->shown_id != 0)
    return;
  self->shown_id = g_idle_add (shown_cb, self);
  g_source_set_name_by_id (self->shown_id, "[long-tasks] what is shown");
}

static void
lt_timeline_canvas_snapshot (GtkWidget   *widget,
                             GtkSnapshot *snapshot)
{
  LtTimelineCanvas *self = LT_TIMELINE_CANVAS (widget);
  gboolean dark = adw_style_manager_get_dark (adw_style_manager_get_for_display (gtk_widget_get_display (widget)));
  double width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  g_autoptr(LabDrawing) axis = lab_drawing_new (width / self->unit, height / self->unit);
  g_autoptr(LabDrawing) body = lab_drawing_new (width / self->unit, height / self->unit);
  double offset, row_height = LAB_TIMELINE_ROW_HEIGHT;
  LabTimelineShown shown;
  LabTimelineScale scale;
  guint first;

  if (self->rows == NULL || self->vadjustment == NULL)
    return;

  offset = gtk_adjustment_get_value (self->vadjustment) / self->unit;
  first = (guint) (offset / row_height);
  lt_timeline_canvas_get_scale (self, &scale);
  lab_timeline_add_axis (axis, &scale, 0);
  lab_timeline_add_rows (body, &scale, self->runs, self->n_runs, self->rows, first,
                         (guint) (height / self->unit / row_height) + 2,
                         LAB_TIMELINE_AXIS_HEIGHT + first * row_height - offset, &shown);
  note_shown (self, &shown);
  lt_timeline_paint_draw (self->paint, widget, snapshot, axis, dark);
  gtk_snapshot_push_clip (snapshot, &GRAPHENE_RECT_INIT (0, (float) (LAB_TIMELINE_AXIS_HEIGHT * self->unit), (float) width,
                                                         (float) height));
  lt_timeline_paint_draw (self->paint, widget, snapshot, body, dark);
  if (self->hover.lane != NULL)
    draw_outline (self, snapshot, &scale, &self->hover, 1);
  if (self->focus.lane != NULL)
    draw_outline (self, snapshot, &scale, &self->focus, gtk_widget_has_focus (widget) ? 2 : 1);
  gtk_snapshot_pop (snapshot);
}

static void
lt_timeline_canvas_measure (GtkWidget      *widget,
                            GtkOrientation  orientation,
                            int             for_size,
                            int            *minimum,
                            int            *natural,
                            int            *minimum_baseline,
                            int            *natural_baseline)
{
  LtTimelineCanvas *self = LT_TIMELINE_CANVAS (widget);
  double row = LAB_TIMELINE_ROW_HEIGHT * self->unit;

  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? 200 : (int) (LAB_TIMELINE_AXIS_HEIGHT * self->unit + row);
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? 600 : (int) (LAB_TIMELINE_AXIS_HEIGHT * self->unit + 6 * row);
}

static void
lt_timeline_canvas_size_allocate (GtkWidget *widget,
                                  int        width,
                                  int        height,
                                  int        baseline)
{
  lt_timeline_canvas_configure (LT_TIMELINE_CANVAS (widget));
}

static void
lt_timeline_canvas_css_changed (GtkWidget         *widget,
                                GtkCssStyleChange *change)
{
  LtTimelineCanvas *self = LT_TIMELINE_CANVAS (widget);

  GTK_WIDGET_CLASS (lt_timeline_canvas_parent_class)->css_changed (widget, change);

  lt_timeline_paint_forget (self->paint);
  self->unit = lt_timeline_paint_get_unit (widget);
  gtk_widget_queue_resize (widget);
}

/* The object */

static void
lt_timeline_canvas_set_property (GObject      *object,
                                 guint         prop_id,
                                 const GValue *value,
                                 GParamSpec   *pspec)
{
  LtTimelineCanvas *self = LT_TIMELINE_CANVAS (object);

  switch ((LtTimelineCanvasProperty) prop_id)
    {
    case PROP_FOLLOW:
      lt_timeline_canvas_set_follow (self, g_value_get_boolean (value));
      break;

    case PROP_HADJUSTMENT:
      set_adjustment (self, &self->hadjustment, g_value_get_object (value), G_CALLBACK (hvalue_changed_cb));
      break;

    case PROP_VADJUSTMENT:
      set_adjustment (self, &self->vadjustment, g_value_get_object (value), G_CALLBACK (gtk_widget_queue_draw));
      break;

    case PROP_HSCROLL_POLICY:
    case PROP_VSCROLL_POLICY:
      break;   /* it is as large as it is given room */

    case PROP_STATUS:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
lt_timeline_canvas_get_property (GObject    *object,
                                 guint       prop_id,
                                 GValue     *value,
                                 GParamSpec *pspec)
{
  LtTimelineCanvas *self = LT_TIMELINE_CANVAS (object);

  switch ((LtTimelineCanvasProperty) prop_id)
    {
    case PROP_FOLLOW:
      g_value_set_boolean (value, self->follow);
      break;

    case PROP_STATUS:
      g_value_set_string (value, self->status);
      break;

    case PROP_HADJUSTMENT:
      g_value_set_object (value, self->hadjustment);
      break;

    case PROP_VADJUSTMENT:
      g_value_set_object (value, self->vadjustment);
      break;

    case PROP_HSCROLL_POLICY:
    case PROP_VSCROLL_POLICY:
      g_value_set_enum (value, GTK_SCROLL_NATURAL);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
clear_runs (LtTimelineCanvas *self)
{
  lt_timeline_bar_clear (&self->focus);
  lt_timeline_bar_clear (&self->hover);
  g_clear_pointer (&self->rows, g_array_unref);
  for (guint i = 0; i < self->n_runs; i++)
    {
      g_clear_object (&self->runs[i].timeline);
      g_free ((char *) self->runs[i].title);
    }
  self->n_runs = 0;
}

static void
lt_timeline_canvas_dispose (GObject *object)
{
  LtTimelineCanvas *self = LT_TIMELINE_CANVAS (object);

  g_clear_handle_id (&self->shown_id, g_source_remove);
  clear_runs (self);
  g_clear_object (&self->hadjustment);
  g_clear_object (&self->vadjustment);

  G_OBJECT_CLASS (lt_timeline_canvas_parent_class)->dispose (object);
}

static void
lt_timeline_canvas_finalize (GObject *object)
{
  LtTimelineCanvas *self = LT_TIMELINE_CANVAS (object);

  lt_timeline_paint_free (self->paint);
  g_free (self->status);

  G_OBJECT_CLASS (lt_timeline_canvas_parent_class)->finalize (object);
}

static void
lt_timeline_canvas_class_init (LtTimelineCanvasClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = lt_timeline_canvas_dispose;
  object_class->finalize = lt_timeline_canvas_finalize;
  object_class->set_property = lt_timeline_canvas_set_property;
  object_class->get_property = lt_timeline_canvas_get_property;
  widget_class->snapshot = lt_timeline_canvas_snapshot;
  widget_class->measure = lt_timeline_canvas_measure;
  widget_class->size_allocate = lt_timeline_canvas_size_allocate;
  widget_class->css_changed = lt_timeline_canvas_css_changed;

  properties[PROP_FOLLOW] = g_param_spec_boolean ("follow", NULL, NULL, TRUE,
                                                  G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_STATUS] = g_param_spec_string ("status", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
  g_object_class_override_property (object_class, PROP_HADJUSTMENT, "hadjustment");
  g_object_class_override_property (object_class, PROP_VADJUSTMENT, "vadjustment");
  g_object_class_override_property (object_class, PROP_HSCROLL_POLICY, "hscroll-policy");
  g_object_class_override_property (object_class, PROP_VSCROLL_POLICY, "vscroll-policy");

  gtk_widget_class_set_css_name (widget_class, "timeline");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
  lt_timeline_canvas_bind_keys (widget_class);
}

static gboolean
scroll_cb (GtkEventControllerScroll *controller,
           double                    dx,
           double                    dy,
           LtTimelineCanvas         *self)
{
  GdkModifierType state = gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (controller));

  if ((state & GDK_CONTROL_MASK) == 0)
    return GDK_EVENT_PROPAGATE;
  lt_timeline_canvas_zoom (self, pow (SCROLL_ZOOM, -dy), self->pointer_x);
  return GDK_EVENT_STOP;
}

static void
lt_timeline_canvas_init (LtTimelineCanvas *self)
{
  GtkEventController *scroll = gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_VERTICAL);

  self->unit = 1;
  self->follow = TRUE;
  self->pointer_x = -1;
  self->paint = lt_timeline_paint_new ();
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_has_tooltip (GTK_WIDGET (self), TRUE);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  g_signal_connect_object (scroll, "scroll", G_CALLBACK (scroll_cb), self, 0);
  gtk_widget_add_controller (GTK_WIDGET (self), scroll);
  lt_timeline_canvas_add_pointer (self);
}

static void
take_runs (LtTimelineCanvas     *self,
           const LabTimelineRun *runs,
           guint                 n_runs)
{
  clear_runs (self);
  for (guint i = 0; i < n_runs; i++)
    {
      self->runs[i] = runs[i];
      (void) g_object_ref (runs[i].timeline);
      self->runs[i].title = g_strdup (runs[i].title);
    }
  self->n_runs = n_runs;
}

static gboolean
is_same_lane (HaulLane *a,
              HaulLane *b)
{
  return haul_lane_get_kind (a) == haul_lane_get_kind (b) && haul_lane_get_pid (a) == haul_lane_get_pid (b)
         && g_strcmp0 (haul_lane_get_title (a), haul_lane_get_title (b)) == 0;
}

static gboolean
has_lane (HaulTimeline *timeline,
          HaulLane     *lane)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (timeline)); i++)
    {
      g_autoptr(HaulLane) other = g_list_model_get_item (G_LIST_MODEL (timeline), i);

      if (other == lane)
        return TRUE;
    }
  return FALSE;
}

/* The bar where it is in the new runs: they have lanes of their own. */
static LtTimelineBar
find_again (LtTimelineCanvas     *self,
            const LtTimelineBar  *bar,
            const LabTimelineRun *runs,
            guint                 n_runs)
{
  LtTimelineBar again = { NULL, bar->start };

  for (guint i = 0; bar->lane != NULL && i < MIN (n_runs, self->n_runs); i++)
    for (guint j = 0; has_lane (self->runs[i].timeline, bar->lane) && j < g_list_model_get_n_items (G_LIST_MODEL (runs[i].timeline)); j++)
      {
        g_autoptr(HaulLane) lane = g_list_model_get_item (G_LIST_MODEL (runs[i].timeline), j);

        if (again.lane == NULL && is_same_lane (lane, bar->lane))
          again.lane = g_steal_pointer (&lane);
      }
  return again;
}

void
lt_timeline_canvas_update_runs (LtTimelineCanvas     *self,
                                const LabTimelineRun *runs,
                                guint                 n_runs)
{
  LtTimelineBar focus, hover;

  g_return_if_fail (LT_IS_TIMELINE_CANVAS (self));
  g_return_if_fail (n_runs <= G_N_ELEMENTS (self->runs));

  focus = find_again (self, &self->focus, runs, n_runs);
  hover = find_again (self, &self->hover, runs, n_runs);
  take_runs (self, runs, n_runs);
  self->focus = focus;
  self->hover = hover;
  lt_timeline_canvas_refresh (self);
}

void
lt_timeline_canvas_set_runs (LtTimelineCanvas     *self,
                             const LabTimelineRun *runs,
                             guint                 n_runs,
                             gboolean              live)
{
  g_autofree char *description = NULL;

  g_return_if_fail (LT_IS_TIMELINE_CANVAS (self));
  g_return_if_fail (n_runs <= G_N_ELEMENTS (self->runs));

  take_runs (self, runs, n_runs);
  self->live = live;
  self->us_per_unit = 0;
  self->fits = FALSE;
  self->from = 0;
  self->now = 0;
  description = lab_timeline_describe (self->runs, self->n_runs);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Timeline"),
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, description, -1);
  lt_timeline_canvas_set_follow (self, live);
  lt_timeline_canvas_tell (self);
  lt_timeline_canvas_refresh (self);
}

const LabTimelineRun *
lt_timeline_canvas_get_runs (LtTimelineCanvas *self,
                             guint            *ret_n_runs)
{
  g_return_val_if_fail (LT_IS_TIMELINE_CANVAS (self), NULL);

  *ret_n_runs = self->n_runs;
  return self->runs;
}

void
lt_timeline_canvas_set_now (LtTimelineCanvas *self,
                            gint64            now)
{
  g_return_if_fail (LT_IS_TIMELINE_CANVAS (self));

  self->now = now;
  lt_timeline_canvas_tell (self);
  lt_timeline_canvas_refresh (self);
}

const LabTimelineShown *
lt_timeline_canvas_get_shown (LtTimelineCanvas *self)
{
  g_return_val_if_fail (LT_IS_TIMELINE_CANVAS (self), NULL);

  return &self->shown;
}

const char *
lt_timeline_canvas_get_status (LtTimelineCanvas *self)
{
  g_return_val_if_fail (LT_IS_TIMELINE_CANVAS (self), NULL);

  return self->status;
}

void
lt_timeline_canvas_set_status (LtTimelineCanvas *self,
                               char             *status)   /* (transfer full) (nullable) */
{
  if (g_strcmp0 (self->status, status) == 0)
    {
      g_free (status);
      return;
    }
  g_free (self->status);
  self->status = status;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATUS]);
}

void
lt_timeline_canvas_notify_follow (LtTimelineCanvas *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FOLLOW]);
}
