/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-processes-view-private.h"

#include "lt-process-row.h"

/* The rows below the titles: which of them are in sight, and which process is selected, wherever it goes. */

/* Rows before and after those in sight that are ready when somebody scrolls. */
#define READY 6

/* What is in sight. */

/* px from one row to the next: a theme may put something around each. */
static double
get_pitch (LtProcessesView *self)
{
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (self->scroller);
  double height = lt_process_layout_get_height (self->layout), upper = gtk_adjustment_get_upper (adjustment);
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->selection));

  if (n == 0 || upper <= gtk_adjustment_get_page_size (adjustment))
    return height;
  return CLAMP (upper / n, height, 2 * height);
}

static gboolean
sight_cb (GtkWidget     *widget,
          GdkFrameClock *clock,
          gpointer       user_data)
{
  LtProcessesView *self = user_data;
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (self->scroller);
  double first = gtk_adjustment_get_value (adjustment) / get_pitch (self) - READY;
  double end = (gtk_adjustment_get_value (adjustment) + gtk_adjustment_get_page_size (adjustment)) / get_pitch (self) + READY + 1;

  self->sight_id = 0;
  lt_process_layout_set_sight (self->layout, (guint) MAX (first, 0), (guint) MAX (end, 0));
  return G_SOURCE_REMOVE;
}

/* Before the next frame is laid out: nothing may get cells while it is. */
static void
plan_sight (LtProcessesView *self)
{
  if (self->sight_id == 0 && self->layout != NULL)
    self->sight_id = gtk_widget_add_tick_callback (GTK_WIDGET (self->rows), sight_cb, self, NULL);
}

void
lt_processes_view_fold_rows (LtProcessesView *self)
{
  gtk_widget_set_visible (GTK_WIDGET (self->view), !self->compact);
  lt_process_layout_set_compact (self->layout, self->compact);
  plan_sight (self);
}

/* What is selected. */

static gboolean
has_focus (LtProcessesView *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;

  return focus != NULL && focus != GTK_WIDGET (self->rows) && gtk_widget_is_ancestor (focus, GTK_WIDGET (self->rows));
}

/* The keys go on from where the selected process is, if that can be seen: the list does not scroll by itself. */
static void
follow_with_focus (LtProcessesView *self,
                   guint            position)
{
  GtkWidget *row = has_focus (self) ? lt_process_layout_find_row (self->layout, position) : NULL;

  if (row != NULL && lt_process_layout_is_in_sight (self->layout, position) && gtk_widget_get_parent (row) != NULL)
    (void) gtk_widget_grab_focus (gtk_widget_get_parent (row));
}

static void
follow_selected (LtProcessesView *self)
{
  guint position = self->selected != NULL ? lt_process_model_find (self->model, self->selected) : GTK_INVALID_LIST_POSITION;

  if (position == GTK_INVALID_LIST_POSITION)
    g_clear_object (&self->selected);
  if (position >= g_list_model_get_n_items (G_LIST_MODEL (self->selection)))
    position = GTK_INVALID_LIST_POSITION;   /* not yet */
  if (position == gtk_single_selection_get_selected (self->selection))
    return;
  gtk_single_selection_set_selected (self->selection, position);
  if (position != GTK_INVALID_LIST_POSITION)
    follow_with_focus (self, position);
}

void
lt_processes_view_selected (LtProcessesView *self)
{
  LtProcessPlace *place = gtk_single_selection_get_selected_item (self->selection);
  HaulProcessInfo *info = place != NULL ? lt_process_place_get_info (place) : NULL;

  if (!self->arranging)
    g_set_object (&self->selected, info);
}

static void
arranging_cb (LtProcessesView *self)
{
  self->arranging = TRUE;
}

static void
arranged_cb (LtProcessesView *self)
{
  self->arranging = TRUE;
  follow_selected (self);
  self->arranging = FALSE;
  lt_process_layout_update (self->layout);
}

/* The place where the selected one stands may be one of those that have just come. */
static void
places_changed_cb (LtProcessesView *self)
{
  self->arranging = TRUE;
  follow_selected (self);
  self->arranging = FALSE;
}

HaulProcessInfo *
lt_processes_view_get_selected (LtProcessesView *self)
{
  g_return_val_if_fail (LT_IS_PROCESSES_VIEW (self), NULL);

  return self->selected;
}

/* Its place may come later. */
void
lt_processes_view_select (LtProcessesView *self,
                          HaulProcessInfo *info)
{
  g_return_if_fail (LT_IS_PROCESSES_VIEW (self));

  if (lt_process_model_find (self->model, info) == GTK_INVALID_LIST_POSITION)
    return;
  g_set_object (&self->selected, info);
  places_changed_cb (self);
}

/* After another order is chosen, what comes first in it is what people want to see. */
static void
sorter_changed_cb (LtProcessesView *self)
{
  if (self->layout == NULL)
    return;   /* the page is going */
  self->sorted_by = LT_PROCESS_N_COLUMNS;
  gtk_adjustment_set_value (gtk_scrolled_window_get_vadjustment (self->scroller), 0);
}

void
lt_processes_view_add_rows (LtProcessesView *self)
{
  GtkAdjustment *vertical = gtk_scrolled_window_get_vadjustment (self->scroller);
  g_autoptr(GtkListItemFactory) factory = lt_process_row_factory_new (self->layout);
  g_autoptr(LtProcessPlaces) places = NULL;

  /* Before the places hear of it. */
  g_signal_connect_object (self->model, "items-changed", G_CALLBACK (arranging_cb), self, G_CONNECT_SWAPPED);
  places = lt_process_places_new (self->model);
  gtk_single_selection_set_model (self->selection, G_LIST_MODEL (places));
  g_signal_connect_object (places, "items-changed", G_CALLBACK (places_changed_cb), self, G_CONNECT_SWAPPED);
  gtk_list_view_set_factory (self->rows, factory);
  g_signal_connect_object (self->model, "arranged", G_CALLBACK (arranged_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (vertical, "value-changed", G_CALLBACK (plan_sight), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (vertical, "changed", G_CALLBACK (plan_sight), self, G_CONNECT_SWAPPED);

  lt_process_model_set_sorter (self->model, gtk_column_view_get_sorter (self->view));
  g_signal_connect_object (gtk_column_view_get_sorter (self->view), "changed", G_CALLBACK (sorter_changed_cb), self, G_CONNECT_SWAPPED);
}

void
lt_processes_view_clear_rows (LtProcessesView *self)
{
  if (self->sight_id != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self->rows), self->sight_id);
  self->sight_id = 0;
  g_clear_object (&self->selected);
  g_clear_object (&self->layout);
}
