/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-strip.h"

#define BAR_WIDTH 2
#define BAR_GAP   1

struct _LtStrip
{
  GtkWidget parent_instance;

  float     heights[LT_STRIP_N_BARS];
};

G_DEFINE_FINAL_TYPE (LtStrip, lt_strip, GTK_TYPE_WIDGET)

static void
lt_strip_snapshot (GtkWidget   *widget,
                   GtkSnapshot *snapshot)
{
  LtStrip *self = LT_STRIP (widget);
  GtkStyleContext *context = gtk_widget_get_style_context (widget);
  int width = gtk_widget_get_width (widget);
  int height = gtk_widget_get_height (widget);
  gboolean rtl = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  GdkRGBA color;

  gtk_style_context_get_color (context, &color);

  for (int i = 0; i < LT_STRIP_N_BARS; i++)
    {
      /* Whole pixels: half ones look dirty. The newest bar is at the end of the line. */
      float bar = MAX (2, roundf (MIN (self->heights[i], 1) * height));
      int from_end = (LT_STRIP_N_BARS - 1 - i) * (BAR_WIDTH + BAR_GAP);
      float x = rtl ? from_end : width - BAR_WIDTH - from_end;

      gtk_snapshot_append_color (snapshot, &color, &GRAPHENE_RECT_INIT (x, height - bar, BAR_WIDTH, bar));
    }
}

static void
lt_strip_class_init (LtStripClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->snapshot = lt_strip_snapshot;
  gtk_widget_class_set_css_name (widget_class, "strip");
}

static void
lt_strip_init (LtStrip *self)
{
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
}

void
lt_strip_set_heights (LtStrip     *self,
                      const float *heights)
{
  g_return_if_fail (LT_IS_STRIP (self));

  if (memcmp (self->heights, heights, sizeof self->heights) == 0)
    return;
  memcpy (self->heights, heights, sizeof self->heights);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
