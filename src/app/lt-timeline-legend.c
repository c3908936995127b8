/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-timeline-legend.h"

#include <glib/gi18n.h>
#include <math.h>

#include "lab-timeline-picture.h"
#include "lt-timeline-paint.h"

#define WIDTH 240

struct _LtTimelineLegend
{
  GtkWidget        parent_instance;

  LtTimelinePaint *paint;   /* (owned) */
};

G_DEFINE_FINAL_TYPE (LtTimelineLegend, lt_timeline_legend, GTK_TYPE_WIDGET)

static LabDrawing *
lay_out (GtkWidget *widget,
         int        width,
         double    *ret_height)
{
  double units = width / lt_timeline_paint_get_unit (widget);
  LabDrawing *drawing = lab_drawing_new (units, 100);

  *ret_height = lab_timeline_add_legend (drawing, 2, 4, units - 4, gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL) + 4;
  return drawing;
}

static GtkSizeRequestMode
lt_timeline_legend_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
lt_timeline_legend_measure (GtkWidget      *widget,
                            GtkOrientation  orientation,
                            int             for_size,
                            int            *minimum,
                            int            *natural,
                            int            *minimum_baseline,
                            int            *natural_baseline)
{
  g_autoptr(LabDrawing) drawing = NULL;
  double height;

  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      *minimum = *natural = WIDTH;
      return;
    }
  drawing = lay_out (widget, for_size > 0 ? for_size : WIDTH, &height);
  *minimum = *natural = (int) ceil (height * lt_timeline_paint_get_unit (widget));
}

static void
lt_timeline_legend_snapshot (GtkWidget   *widget,
                             GtkSnapshot *snapshot)
{
  double height;
  g_autoptr(LabDrawing) drawing = lay_out (widget, gtk_widget_get_width (widget), &height);

  lt_timeline_paint_draw (LT_TIMELINE_LEGEND (widget)->paint, widget, snapshot, drawing,
                          adw_style_manager_get_dark (adw_style_manager_get_default ()));
}

static void
lt_timeline_legend_css_changed (GtkWidget         *widget,
                                GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS (lt_timeline_legend_parent_class)->css_changed (widget, change);

  lt_timeline_paint_forget (LT_TIMELINE_LEGEND (widget)->paint);
  gtk_widget_queue_resize (widget);
}

static void
lt_timeline_legend_finalize (GObject *object)
{
  lt_timeline_paint_free (LT_TIMELINE_LEGEND (object)->paint);

  G_OBJECT_CLASS (lt_timeline_legend_parent_class)->finalize (object);
}

static void
lt_timeline_legend_class_init (LtTimelineLegendClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = lt_timeline_legend_finalize;
  widget_class->get_request_mode = lt_timeline_legend_get_request_mode;
  widget_class->measure = lt_timeline_legend_measure;
  widget_class->snapshot = lt_timeline_legend_snapshot;
  widget_class->css_changed = lt_timeline_legend_css_changed;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
lt_timeline_legend_init (LtTimelineLegend *self)
{
  g_autofree char *words = NULL;
  GString *kinds = g_string_new (NULL);

  self->paint = lt_timeline_paint_new ();
  for (HaulSpanKind kind = 0; kind < HAUL_N_SPAN_KINDS; kind++)
    g_string_append_printf (kinds, "%s%s", kind > 0 ? ", " : "", lab_span_kind_get_title (kind));
  words = g_string_free (kinds, FALSE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Legend"),
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, words, -1);
}
