/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-processes-view-private.h"

#include <glib/gi18n.h>
#include <string.h>

#include "lt-process-cell.h"
#include "lt-settings.h"

void
lt_processes_view_update_columns (LtProcessesView *self)
{
  for (guint i = 0; i < LT_PROCESS_N_COLUMNS; i++)
    gtk_column_view_column_set_visible (self->columns[i], (self->chosen & 1u << i) != 0
                                        && (!self->compact || lt_process_column_get (i)->narrow));
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
  lt_processes_view_update_columns (self);
  save_columns (self);
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
  load_columns (self);
  for (guint i = 0; i < LT_PROCESS_N_COLUMNS; i++)
    {
      const LtProcessColumnInfo *info = lt_process_column_get (i);
      GtkListItemFactory *factory = lt_process_cell_factory_new (i, self->model);
      g_autoptr(GtkColumnViewColumn) column = gtk_column_view_column_new (g_dpgettext2 (NULL, "process", info->title), factory);
      g_autoptr(GtkSorter) sorter = GTK_SORTER (gtk_custom_sorter_new (compare_cb, GUINT_TO_POINTER (i), NULL));

      gtk_column_view_column_set_sorter (column, sorter);
      gtk_column_view_column_set_expand (column, i == LT_PROCESS_NAME);
      gtk_column_view_column_set_resizable (column, TRUE);
      gtk_column_view_append_column (self->view, column);
      self->columns[i] = column;
    }
  align_titles (self);
}

void
lt_processes_view_add_column_actions (LtProcessesView *self)
{
  for (guint i = 0; i < LT_PROCESS_N_COLUMNS; i++)
    {
      g_autofree char *name = g_strconcat ("column-", lt_process_column_get (i)->id, NULL);
      g_autoptr(GSimpleAction) action = g_simple_action_new_stateful (name, NULL, g_variant_new_boolean ((self->chosen & 1u << i) != 0));

      g_signal_connect_object (action, "change-state", G_CALLBACK (column_cb), self, 0);
      g_action_map_add_action (G_ACTION_MAP (self->actions), G_ACTION (action));
    }
}
