/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-process-cell.h"

#include <glib/gi18n.h>

#include "lt-process-graph.h"

#define INDENT 16   /* px for each generation */

struct _LtProcessCell
{
  GtkWidget        parent_instance;

  GtkWidget       *expander;   /* (nullable) of the name */
  GtkWidget       *graph;      /* (nullable) of the history */
  GtkWidget       *label;      /* (nullable) of all others */
  GtkWidget       *chip;       /* (nullable) of the name: it is new, or how it ended */

  LtProcessColumn  column;
  LtProcessModel  *model;      /* (owned) */
  HaulProcessInfo *info;       /* (owned) (nullable) */
};

G_DEFINE_FINAL_TYPE (LtProcessCell, lt_process_cell, GTK_TYPE_WIDGET)

static void
update_text (LtProcessCell *self)
{
  g_autofree char *spoken = lt_process_column_speak (self->column, self->info);

  if (self->label != NULL)
    {
      g_autofree char *text = lt_process_column_format (self->column, self->info);

      gtk_label_set_label (GTK_LABEL (self->label), text);
    }
  if (self->graph != NULL)
    gtk_widget_queue_draw (self->graph);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
}

/* How it ended, or that it has just begun. */
static void
update_chip (LtProcessCell *self)
{
  const char *how = haul_process_info_get_exit_text (self->info);

  gtk_widget_set_visible (self->chip, *how != '\0' || haul_process_info_get_is_new (self->info));
  /* Translators: of a process that was started just now */
  gtk_label_set_label (GTK_LABEL (self->chip), *how != '\0' ? how : C_("process", "new"));
}

/* What is gone is still there to be read, and looks so. */
static void
update_style (LtProcessCell *self)
{
  gtk_widget_set_opacity (GTK_WIDGET (self), haul_process_info_get_is_ended (self->info) ? 0.55 : 1);
  if (self->chip != NULL)
    update_chip (self);
  if (g_str_equal (haul_process_info_get_state (self->info), "Z"))
    gtk_widget_add_css_class (GTK_WIDGET (self), "zombie");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "zombie");
}

static void
update_place (LtProcessCell *self)
{
  gboolean is_tree = !lt_process_model_get_flat (self->model);
  gboolean expanded = lt_process_model_get_expanded (self->model, self->info);
  gboolean has_children = is_tree && haul_process_info_get_n_children (self->info) > 0;

  if (self->expander == NULL)
    return;
  /* A program may fork into the depth; what is there to be read stays in sight. */
  gtk_widget_set_margin_start (self->expander, is_tree ? MIN (haul_process_info_get_depth (self->info), 8) * INDENT : 0);
  gtk_widget_set_opacity (self->expander, has_children ? 1 : 0);
  gtk_widget_set_sensitive (self->expander, has_children);
  gtk_button_set_icon_name (GTK_BUTTON (self->expander), expanded ? "pan-down-symbolic" : "pan-end-symbolic");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->expander), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  expanded ? _("Hide What It Started") : _("Show What It Started"), -1);
}

static void
expander_clicked_cb (LtProcessCell *self)
{
  if (self->info == NULL)
    return;
  lt_process_model_set_expanded (self->model, self->info, !lt_process_model_get_expanded (self->model, self->info));
}

static gboolean
lt_process_cell_query_tooltip (GtkWidget  *widget,
                               int         x,
                               int         y,
                               gboolean    keyboard,
                               GtkTooltip *tooltip)
{
  LtProcessCell *self = LT_PROCESS_CELL (widget);
  g_autofree char *text = self->info != NULL ? lt_process_column_explain (self->column, self->info) : NULL;

  gtk_tooltip_set_text (tooltip, text);
  return text != NULL;
}

static void
lt_process_cell_dispose (GObject *object)
{
  LtProcessCell *self = LT_PROCESS_CELL (object);

  lt_process_cell_set_info (self, NULL);
  if (self->model != NULL)
    g_signal_handlers_disconnect_by_data (self->model, self);
  g_clear_object (&self->model);
  while (gtk_widget_get_first_child (GTK_WIDGET (self)) != NULL)
    gtk_widget_unparent (gtk_widget_get_first_child (GTK_WIDGET (self)));
  self->expander = self->graph = self->label = self->chip = NULL;

  G_OBJECT_CLASS (lt_process_cell_parent_class)->dispose (object);
}

static void
lt_process_cell_class_init (LtProcessCellClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lt_process_cell_dispose;
  widget_class->query_tooltip = lt_process_cell_query_tooltip;
  gtk_widget_class_set_css_name (widget_class, "processcell");
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BOX_LAYOUT);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_LABEL);
}

static void
lt_process_cell_init (LtProcessCell *self)
{
  gtk_widget_set_has_tooltip (GTK_WIDGET (self), TRUE);
  gtk_widget_add_css_class (GTK_WIDGET (self), "caption");
}

/* The cell speaks, with the name of its column; its label does not, or all would be heard twice. */
static GtkWidget *
add_label (LtProcessCell *self)
{
  const LtProcessColumnInfo *column = lt_process_column_get (self->column);
  GtkWidget *label = g_object_new (GTK_TYPE_LABEL,
                                   "accessible-role", GTK_ACCESSIBLE_ROLE_PRESENTATION,
                                   "xalign", column->is_number ? 1.0 : 0.0,
                                   "hexpand", TRUE,
                                   "width-chars", column->width > 0 ? (int) column->width : 10,
                                   "max-width-chars", column->width > 0 ? (int) column->width : 24,
                                   "ellipsize", column->is_number ? PANGO_ELLIPSIZE_NONE : PANGO_ELLIPSIZE_END,
                                   "single-line-mode", TRUE,
                                   NULL);

  gtk_widget_add_css_class (label, "numeric");
  gtk_widget_set_parent (label, GTK_WIDGET (self));
  return label;
}

/* Tab goes past the list, not through all of it: from the keyboard, Left and Right open and close. */
static void
add_expander (LtProcessCell *self)
{
  self->expander = gtk_button_new ();
  gtk_widget_set_focusable (self->expander, FALSE);
  gtk_widget_set_valign (self->expander, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (self->expander, "flat");
  gtk_widget_add_css_class (self->expander, "expander");
  g_signal_connect_object (self->expander, "clicked", G_CALLBACK (expander_clicked_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_set_parent (self->expander, GTK_WIDGET (self));
}

static void
add_chip (LtProcessCell *self)
{
  self->chip = gtk_label_new (NULL);
  gtk_widget_set_valign (self->chip, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (self->chip, "chip");
  gtk_widget_set_parent (self->chip, GTK_WIDGET (self));
}

static void
flat_changed_cb (LtProcessCell *self)
{
  if (self->info != NULL)
    update_place (self);
}

GtkWidget *
lt_process_cell_new (LtProcessColumn  column,
                     LtProcessModel  *model)
{
  LtProcessCell *self;

  g_return_val_if_fail (LT_IS_PROCESS_MODEL (model), NULL);

  self = g_object_new (LT_TYPE_PROCESS_CELL, NULL);
  self->column = column;
  self->model = g_object_ref (model);
  if (column == LT_PROCESS_HISTORY)
    {
      self->graph = lt_process_graph_new ();
      gtk_widget_set_hexpand (self->graph, TRUE);
      gtk_widget_set_parent (self->graph, GTK_WIDGET (self));
      return GTK_WIDGET (self);
    }
  if (column == LT_PROCESS_NAME)
    {
      add_expander (self);
      g_signal_connect_object (model, "notify::flat", G_CALLBACK (flat_changed_cb), self, G_CONNECT_SWAPPED);
      g_signal_connect_object (model, "items-changed", G_CALLBACK (flat_changed_cb), self, G_CONNECT_SWAPPED);
    }
  self->label = add_label (self);
  if (column == LT_PROCESS_NAME)
    add_chip (self);
  return GTK_WIDGET (self);
}

/* What several processes share is asked for only of those that somebody sees. */
static void
watch (LtProcessCell *self)
{
  g_autofree char *detail = g_strdup_printf ("notify::%s", lt_process_column_get (self->column)->property);

  g_signal_connect_swapped (self->info, detail, G_CALLBACK (update_text), self);
  g_signal_connect_swapped (self->info, "notify::state", G_CALLBACK (update_text), self);
  g_signal_connect_swapped (self->info, "notify::state", G_CALLBACK (update_style), self);
  g_signal_connect_swapped (self->info, "notify::is-ended", G_CALLBACK (update_style), self);
  g_signal_connect_swapped (self->info, "notify::is-new", G_CALLBACK (update_style), self);
  g_signal_connect_swapped (self->info, "notify::exit-text", G_CALLBACK (update_style), self);
  g_signal_connect_swapped (self->info, "notify::depth", G_CALLBACK (update_place), self);
  g_signal_connect_swapped (self->info, "notify::n-children", G_CALLBACK (update_place), self);
  if (self->column == LT_PROCESS_HISTORY)
    g_signal_connect_swapped (self->info, "notify::elapsed", G_CALLBACK (update_text), self);
  if (self->column == LT_PROCESS_MEMORY)
    haul_process_info_set_measured (self->info, TRUE);
}

void
lt_process_cell_set_info (LtProcessCell   *self,
                          HaulProcessInfo *info)
{
  g_return_if_fail (LT_IS_PROCESS_CELL (self));

  if (self->info != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->info, self);
      if (self->column == LT_PROCESS_MEMORY)
        haul_process_info_set_measured (self->info, FALSE);
    }
  g_set_object (&self->info, info);
  if (self->graph != NULL)
    lt_process_graph_set_info (LT_PROCESS_GRAPH (self->graph), info);
  if (info == NULL)
    return;

  watch (self);
  update_text (self);
  update_style (self);
  update_place (self);
}

HaulProcessInfo *
lt_process_cell_get_info (LtProcessCell *self)
{
  g_return_val_if_fail (LT_IS_PROCESS_CELL (self), NULL);

  return self->info;
}

/* A factory's functions get one pointer: the model has the column on it. */

static void
setup_cb (GtkSignalListItemFactory *factory,
          GtkListItem              *item,
          gpointer                  column)
{
  LtProcessModel *model = g_object_get_data (G_OBJECT (factory), "model");

  gtk_list_item_set_child (item, lt_process_cell_new (GPOINTER_TO_UINT (column), model));
}

static void
bind_cb (GtkSignalListItemFactory *factory,
         GtkListItem              *item)
{
  lt_process_cell_set_info (LT_PROCESS_CELL (gtk_list_item_get_child (item)), gtk_list_item_get_item (item));
}

static void
unbind_cb (GtkSignalListItemFactory *factory,
           GtkListItem              *item)
{
  lt_process_cell_set_info (LT_PROCESS_CELL (gtk_list_item_get_child (item)), NULL);
}

GtkListItemFactory *
lt_process_cell_factory_new (LtProcessColumn  column,
                             LtProcessModel  *model)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();

  g_object_set_data_full (G_OBJECT (factory), "model", g_object_ref (model), g_object_unref);
  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), GUINT_TO_POINTER (column));
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), NULL);
  g_signal_connect (factory, "unbind", G_CALLBACK (unbind_cb), NULL);
  return factory;
}
