/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-countdown.h"

#include <glib/gi18n.h>
#include <math.h>

#define SIZE     34   /* as a round button */
#define RADIUS   12
#define WIDTH    2
#define FRAME_MS 50

struct _LtCountdown
{
  GtkWidget  parent_instance;

  gint64     end;       /* µs */
  double     seconds;   /* from full to empty */
  guint      tick_id;   /* only while mapped and not over */
};

G_DEFINE_FINAL_TYPE (LtCountdown, lt_countdown, GTK_TYPE_WIDGET)

static double
get_left (LtCountdown *self)
{
  return MAX ((self->end - g_get_monotonic_time ()) / (double) G_USEC_PER_SEC, 0);
}

static gboolean
tick_cb (gpointer user_data)
{
  LtCountdown *self = user_data;

  gtk_widget_queue_draw (GTK_WIDGET (self));
  if (get_left (self) > 0)
    return G_SOURCE_CONTINUE;
  self->tick_id = 0;
  return G_SOURCE_REMOVE;
}

static void
update_tick (LtCountdown *self)
{
  gboolean wanted = gtk_widget_get_mapped (GTK_WIDGET (self)) && get_left (self) > 0;

  if (wanted && self->tick_id == 0)
    {
      self->tick_id = g_timeout_add (FRAME_MS, tick_cb, self);
      g_source_set_name_by_id (self->tick_id, "[long-tasks] countdown");
    }
  else if (!wanted)
    {
      g_clear_handle_id (&self->tick_id, g_source_remove);
    }
}

static void
lt_countdown_measure (GtkWidget      *widget,
                      GtkOrientation  orientation,
                      int             for_size,
                      int            *minimum,
                      int            *natural,
                      int            *minimum_baseline,
                      int            *natural_baseline)
{
  *minimum = *natural = SIZE;
}

static void
draw_ring (LtCountdown   *self,
           GtkSnapshot   *snapshot,
           const GdkRGBA *color,
           double         x,
           double         y)
{
  int width = gtk_widget_get_width (GTK_WIDGET (self));
  int height = gtk_widget_get_height (GTK_WIDGET (self));
  double part = self->seconds > 0 ? MIN (get_left (self) / self->seconds, 1) : 0;
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, width, height));
  GdkRGBA faint = *color;

  faint.alpha *= 0.2f;
  cairo_set_line_width (cr, WIDTH);
  gdk_cairo_set_source_rgba (cr, &faint);
  cairo_arc (cr, x, y, RADIUS, 0, 2 * G_PI);
  cairo_stroke (cr);
  gdk_cairo_set_source_rgba (cr, color);
  cairo_arc (cr, x, y, RADIUS, -G_PI / 2, -G_PI / 2 + part * 2 * G_PI);
  cairo_stroke (cr);
  cairo_destroy (cr);
}

static void
lt_countdown_snapshot (GtkWidget   *widget,
                       GtkSnapshot *snapshot)
{
  LtCountdown *self = LT_COUNTDOWN (widget);
  double x = gtk_widget_get_width (widget) / 2.0;
  double y = gtk_widget_get_height (widget) / 2.0;
  g_autofree char *text = g_strdup_printf ("%u", lt_countdown_get_seconds (self));
  g_autoptr(PangoLayout) layout = gtk_widget_create_pango_layout (widget, text);
  GdkRGBA color;
  int width;
  int height;

  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &color);
  draw_ring (self, snapshot, &color, x, y);
  pango_layout_get_pixel_size (layout, &width, &height);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (roundf (x - width / 2.0f), roundf (y - height / 2.0f)));
  gtk_snapshot_append_layout (snapshot, layout, &color);
}

static void
lt_countdown_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (lt_countdown_parent_class)->map (widget);

  update_tick (LT_COUNTDOWN (widget));
}

static void
lt_countdown_unmap (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (lt_countdown_parent_class)->unmap (widget);

  update_tick (LT_COUNTDOWN (widget));
}

static void
lt_countdown_dispose (GObject *object)
{
  LtCountdown *self = LT_COUNTDOWN (object);

  g_clear_handle_id (&self->tick_id, g_source_remove);

  G_OBJECT_CLASS (lt_countdown_parent_class)->dispose (object);
}

static void
lt_countdown_class_init (LtCountdownClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lt_countdown_dispose;
  widget_class->measure = lt_countdown_measure;
  widget_class->snapshot = lt_countdown_snapshot;
  widget_class->map = lt_countdown_map;
  widget_class->unmap = lt_countdown_unmap;
  gtk_widget_class_set_css_name (widget_class, "countdown");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
lt_countdown_init (LtCountdown *self)
{
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
}

void
lt_countdown_set_end (LtCountdown *self,
                      gint64       end,
                      double       seconds)
{
  g_return_if_fail (LT_IS_COUNTDOWN (self));

  if (self->end == end)
    return;
  self->end = end;
  self->seconds = seconds;
  gtk_widget_queue_draw (GTK_WIDGET (self));
  update_tick (self);
}

guint
lt_countdown_get_seconds (LtCountdown *self)
{
  g_return_val_if_fail (LT_IS_COUNTDOWN (self), 0);

  return (guint) ceil (get_left (self));
}
