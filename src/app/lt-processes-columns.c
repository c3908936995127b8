/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-processes-view-private.h"

#include <glib/gi18n.h>
#include <string.h>

#include "lt-settings.h"

/* px around a title and a cell. */
#define PADDING 12

/* Where the name begins: behind what opens the tree. */
#define EXPANDER 25

/* The name gets what is left, unless somebody gave it a width: so GTK has it, and no width is none. */
static gboolean
gets_rest (LtProcessesView *self,
           guint            column)
{
  return column == LT_PROCESS_NAME && gtk_column_view_column_get_fixed_width (self->columns[column]) < 0;
}

static int
get_width (LtProcessesView *self,
           guint            column)
{
  int width = gtk_column_view_column_get_fixed_width (self->columns[column]);

  return width < 0 ? self->widths[column] : width;
}

/* The first title is not narrower than the names below it are. */
static void
update_titles (LtProcessesView *self)
{
  GtkWidget *title = gtk_widget_get_first_child (gtk_widget_get_first_child (GTK_WIDGET (self->view)));

  if (self->widths[LT_PROCESS_NAME] > 0 && title != NULL && gtk_widget_get_first_child (title) != NULL)
    gtk_widget_set_size_request (gtk_widget_get_first_child (title), self->widths[LT_PROCESS_NAME] - PADDING - EXPANDER, -1);
}

/* The rows have what the titles have. */
static void
update_layout (LtProcessesView *self)
{
  LtProcessLayoutColumn layout[LT_PROCESS_N_COLUMNS];
  GListModel *columns;
  guint n = 0;

  if (self->layout == NULL || self->view == NULL)
    return;   /* the page is going */
  columns = gtk_column_view_get_columns (self->view);
  for (guint i = 0; i < g_list_model_get_n_items (columns); i++)
    {
      g_autoptr(GtkColumnViewColumn) column = g_list_model_get_item (columns, i);

      for (guint j = 0; j < LT_PROCESS_N_COLUMNS; j++)
        if (self->columns[j] == column && gtk_column_view_column_get_visible (column))
          layout[n++] = (LtProcessLayoutColumn) { j, get_width (self, j), gets_rest (self, j) }
      ;
    }
  lt_process_layout_set_columns (self->layout, layout, n);
}

/* GTK 4.8 keeps room for what is hidden, if it has a width. */
static void
update_columns (LtProcessesView *self)
{
  for (guint i = 0; i < LT_PROCESS_N_COLUMNS; i++)
    {
      gboolean visible = (self->chosen & 1u << i) != 0;

      gtk_column_view_column_set_visible (self->columns[i], visible);
      if (i != LT_PROCESS_NAME && self->widths[i] > 0)
        gtk_column_view_column_set_fixed_width (self->columns[i], visible ? self->widths[i] : -1);
    }
  update_titles (self);
  update_layout (self);
}

/* In the font of the cells, of which the summary is one. */
void
lt_processes_view_update_widths (LtProcessesView *self)
{
  g_autoptr(PangoLayout) text = gtk_widget_create_pango_layout (GTK_WIDGET (self->summary), "0000000000");
  GtkWidget *title = gtk_widget_get_first_child (gtk_widget_get_first_child (GTK_WIDGET (self->view)));
  int ten_digits, line;

  pango_layout_get_pixel_size (text, &ten_digits, &line);
  lt_process_layout_set_line (self->layout, line);
  for (guint i = 0; i < LT_PROCESS_N_COLUMNS && title != NULL; i++, title = gtk_widget_get_next_sibling (title))
    {
      GtkWidget *box = gtk_widget_get_first_child (title);
      int width = ((int) lt_process_column_get (i)->width * ten_digits + 9) / 10, least = 0;

      if (box != NULL)
        gtk_widget_measure (box, GTK_ORIENTATION_HORIZONTAL, -1, NULL, &least, NULL, NULL);
      width = MAX (width, i == LT_PROCESS_NAME ? 0 : least) + PADDING;
      self->widths[i] = width + (i == LT_PROCESS_NAME ? EXPANDER : 0);
    }
  update_columns (self);
}

static void
save_columns (LtProcessesView *self)
{
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();
  g_auto(GStrv) names = NULL;

  for (guint i = 0; i < LT_PROCESS_N_COLUMNS; i++)
    if ((self->chosen & 1u << i) != 0)
      g_strv_builder_add (builder, lt_process_column_get (i)->id);
  names = g_strv_builder_end (builder);
  if (lt_settings_get () != NULL)
    g_settings_set_strv (lt_settings_get (), "processes-columns", (const char * const *) names);
}

static void
load_columns (LtProcessesView *self)
{
  g_auto(GStrv) names = lt_settings_get () != NULL ? g_settings_get_strv (lt_settings_get (), "processes-columns") : NULL;

  self->chosen = 1u << LT_PROCESS_NAME;
  for (guint i = 0; i < LT_PROCESS_N_COLUMNS; i++)
    if (names != NULL && names[0] != NULL ? g_strv_contains ((const char * const *) names, lt_process_column_get (i)->id)
                                          : lt_process_column_get (i)->shown)
      self->chosen |= 1u << i;
}

static void
column_cb (GSimpleAction   *action,
           GVariant        *state,
           LtProcessesView *self)
{
  for (guint i = 0; i < LT_PROCESS_N_COLUMNS; i++)
    if (g_str_equal (g_action_get_name (G_ACTION (action)) + strlen ("column-"), lt_process_column_get (i)->id))
      self->chosen = g_variant_get_boolean (state) ? self->chosen | 1u << i : self->chosen & ~(1u << i);
  g_simple_action_set_state (action, state);
  update_columns (self);
  save_columns (self);
}

void
lt_processes_view_reload_columns (LtProcessesView *self)
{
  guint before = self->chosen;

  load_columns (self);
  if (self->chosen == before)
    return;
  for (guint i = 0; i < LT_PROCESS_N_COLUMNS; i++)
    {
      g_autofree char *name = g_strconcat ("column-", lt_process_column_get (i)->id, NULL);
      GAction *action = g_action_map_lookup_action (G_ACTION_MAP (self->actions), name);

      g_simple_action_set_state (G_SIMPLE_ACTION (action), g_variant_new_boolean ((self->chosen & 1u << i) != 0));
    }
  update_columns (self);
}

static int
compare_cb (gconstpointer a,
            gconstpointer b,
            gpointer      column)
{
  return lt_process_column_compare (GPOINTER_TO_UINT (column), (HaulProcessInfo *) a, (HaulProcessInfo *) b);
}

/* Numbers stand at the end of their column, and so does its title, after the arrow that says how it sorts;
 * GTK has no function for that. */
static void
align_titles (LtProcessesView *self)
{
  GtkWidget *title = gtk_widget_get_first_child (gtk_widget_get_first_child (GTK_WIDGET (self->view)));

  for (guint i = 0; i < LT_PROCESS_N_COLUMNS && title != NULL; i++, title = gtk_widget_get_next_sibling (title))
    {
      GtkWidget *box = gtk_widget_get_first_child (title);

      if (!lt_process_column_get (i)->is_number || box == NULL || !GTK_IS_BOX (box))
        continue;
      gtk_widget_set_halign (box, GTK_ALIGN_END);
      gtk_box_reorder_child_after (GTK_BOX (box), gtk_widget_get_first_child (box), gtk_widget_get_last_child (box));
    }
}

void
lt_processes_view_add_columns (LtProcessesView *self)
{
  self->layout = lt_process_layout_new (self->model);
  load_columns (self);
  for (guint i = 0; i < LT_PROCESS_N_COLUMNS; i++)
    {
      const LtProcessColumnInfo *info = lt_process_column_get (i);
      g_autoptr(GtkColumnViewColumn) column = gtk_column_view_column_new (g_dpgettext2 (NULL, "process", info->title), NULL);
      g_autoptr(GtkSorter) sorter = GTK_SORTER (gtk_custom_sorter_new (compare_cb, GUINT_TO_POINTER (i), NULL));

      gtk_column_view_column_set_sorter (column, sorter);
      gtk_column_view_column_set_expand (column, i == LT_PROCESS_NAME);
      gtk_column_view_column_set_resizable (column, TRUE);
      gtk_column_view_append_column (self->view, column);
      g_signal_connect_object (column, "notify::fixed-width", G_CALLBACK (update_layout), self, G_CONNECT_SWAPPED);
      self->columns[i] = column;
    }
  g_signal_connect_object (gtk_column_view_get_columns (self->view), "items-changed", G_CALLBACK (update_layout), self, G_CONNECT_SWAPPED);
  align_titles (self);
  update_columns (self);
}

/* The titles take no keys, and where there is no room for columns there are none. The largest comes first, until it is
 * chosen once more. */
static void
sort_cb (GSimpleAction   *action,
         GVariant        *parameter,
         LtProcessesView *self)
{
  const char *id = g_variant_get_string (parameter, NULL);

  for (guint i = 0; i < LT_PROCESS_N_COLUMNS; i++)
    {
      const LtProcessColumnInfo *info = lt_process_column_get (i);
      gboolean descending = self->sorted_by == i ? self->sort_order == GTK_SORT_ASCENDING : info->is_number;

      if (!g_str_equal (info->id, id))
        continue;
      self->sort_order = descending ? GTK_SORT_DESCENDING : GTK_SORT_ASCENDING;
      gtk_column_view_sort_by_column (self->view, self->columns[i], self->sort_order);
      self->sorted_by = i;   /* which is forgotten when a title is clicked */
      return;
    }
}

static void
add_sort_action (LtProcessesView *self)
{
  g_autoptr(GSimpleAction) action = g_simple_action_new ("sort", G_VARIANT_TYPE_STRING);

  self->sorted_by = LT_PROCESS_N_COLUMNS;
  g_signal_connect_object (action, "activate", G_CALLBACK (sort_cb), self, 0);
  g_action_map_add_action (G_ACTION_MAP (self->actions), G_ACTION (action));
}

void
lt_processes_view_add_column_actions (LtProcessesView *self)
{
  for (guint i = 0; i < LT_PROCESS_N_COLUMNS; i++)
    {
      const LtProcessColumnInfo *info = lt_process_column_get (i);
      const char *title = g_dpgettext2 (NULL, "process", info->title);
      g_autofree char *name = g_strconcat ("column-", info->id, NULL);
      g_autofree char *shown = g_strconcat ("processes.", name, NULL);
      g_autofree char *sort = g_strconcat ("processes.sort::", info->id, NULL);
      g_autoptr(GSimpleAction) action = g_simple_action_new_stateful (name, NULL, g_variant_new_boolean ((self->chosen & 1u << i) != 0));

      g_signal_connect_object (action, "change-state", G_CALLBACK (column_cb), self, 0);
      g_action_map_add_action (G_ACTION_MAP (self->actions), G_ACTION (action));
      if (i != LT_PROCESS_NAME)
        g_menu_append (self->columns_menu, title, shown);
      if (i != LT_PROCESS_HISTORY)   /* sorts as the figure that it is the history of */
        g_menu_append (self->sort_menu, title, sort);
    }
  add_sort_action (self);
}
