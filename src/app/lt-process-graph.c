/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-process-graph.h"

#include <math.h>

#define BAR_WIDTH 2
#define BAR_GAP   1

struct _LtProcessGraph
{
  GtkWidget        parent_instance;

  HaulProcessInfo *info;   /* (owned) (nullable) */
};

G_DEFINE_FINAL_TYPE (LtProcessGraph, lt_process_graph, GTK_TYPE_WIDGET)

static void
lt_process_graph_snapshot (GtkWidget   *widget,
                           GtkSnapshot *snapshot)
{
  LtProcessGraph *self = LT_PROCESS_GRAPH (widget);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  gboolean rtl = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  float values[HAUL_PROCESS_HISTORY], most = 100;
  GdkRGBA color, ground;
  guint n, n_bars = MIN ((width + BAR_GAP) / (BAR_WIDTH + BAR_GAP), HAUL_PROCESS_HISTORY);

  if (self->info == NULL)
    return;

  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &color);
  ground = color;
  ground.alpha *= 0.25;
  n = haul_process_info_get_history (self->info, values, n_bars);
  for (guint i = 0; i < n; i++)
    most = MAX (most, values[i]);
  for (guint i = 0; i < n_bars; i++)
    {
      /* Whole pixels: half ones look dirty. The newest bar is at the end of the line. */
      float bar = i < n ? MAX (1, roundf (values[n - 1 - i] / most * height)) : 1;
      float from_end = i * (BAR_WIDTH + BAR_GAP);

      gtk_snapshot_append_color (snapshot, i < n && values[n - 1 - i] > 0 ? &color : &ground,
                                 &GRAPHENE_RECT_INIT (rtl ? from_end : width - BAR_WIDTH - from_end, height - bar, BAR_WIDTH, bar));
    }
}

static void
lt_process_graph_dispose (GObject *object)
{
  lt_process_graph_set_info (LT_PROCESS_GRAPH (object), NULL);

  G_OBJECT_CLASS (lt_process_graph_parent_class)->dispose (object);
}

static void
lt_process_graph_class_init (LtProcessGraphClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lt_process_graph_dispose;
  widget_class->snapshot = lt_process_graph_snapshot;
  gtk_widget_class_set_css_name (widget_class, "processgraph");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);   /* its cell speaks */
}

static void
lt_process_graph_init (LtProcessGraph *self)
{
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
}

GtkWidget *
lt_process_graph_new (void)
{
  return g_object_new (LT_TYPE_PROCESS_GRAPH, NULL);
}

void
lt_process_graph_set_info (LtProcessGraph  *self,
                           HaulProcessInfo *info)
{
  g_return_if_fail (LT_IS_PROCESS_GRAPH (self));

  g_set_object (&self->info, info);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
