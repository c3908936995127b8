/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-scroll.h"

#define DURATION_MS 250
#define MARGIN      12

double
lt_scroll_get_top (GtkWidget *column,
                   GtkWidget *widget)
{
  graphene_point_t point = GRAPHENE_POINT_INIT (0, 0);

  g_return_val_if_fail (GTK_IS_WIDGET (column), 0);
  g_return_val_if_fail (GTK_IS_WIDGET (widget), 0);

  if (!gtk_widget_compute_point (widget, column, &GRAPHENE_POINT_INIT (0, 0), &point))
    return 0;
  return point.y;
}

double
lt_scroll_find_top (GtkScrolledWindow *scrolled,
                    GtkWidget         *column,
                    GtkWidget         *first,
                    GtkWidget         *last)
{
  double end;

  g_return_val_if_fail (GTK_IS_SCROLLED_WINDOW (scrolled), 0);

  end = lt_scroll_get_top (column, last) + gtk_widget_get_height (last) + 2 * MARGIN;
  end -= gtk_adjustment_get_page_size (gtk_scrolled_window_get_vadjustment (scrolled));
  return MIN (end, lt_scroll_get_top (column, first) - MARGIN);
}

/* Not a property target: that one must not outlive what it moves. */
static void
move_cb (double   value,
         gpointer user_data)
{
  gtk_adjustment_set_value (user_data, value);
}

AdwAnimation *
lt_scroll_to (GtkScrolledWindow *scrolled,
              double             top)
{
  GtkAdjustment *adjustment;
  AdwAnimation *animation;
  double most;

  g_return_val_if_fail (GTK_IS_SCROLLED_WINDOW (scrolled), NULL);

  adjustment = gtk_scrolled_window_get_vadjustment (scrolled);
  most = gtk_adjustment_get_upper (adjustment) - gtk_adjustment_get_page_size (adjustment);
  animation = adw_timed_animation_new (GTK_WIDGET (scrolled), gtk_adjustment_get_value (adjustment),
                                       CLAMP (top, 0, MAX (most, 0)), DURATION_MS,
                                       adw_callback_animation_target_new (move_cb, g_object_ref (adjustment),
                                                                          g_object_unref));
  g_object_ref_sink (animation);
  adw_animation_play (animation);
  return animation;
}
