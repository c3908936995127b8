/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-process-cell.h"

#include <glib/gi18n.h>

#include "lt-process-graph.h"

/* px */
#define INDENT   16   /* for each generation */
#define EXPANDER 22
#define GAP      3
#define PADDING  6    /* at either end of a cell */

/* A program may fork into the depth; what is there to be read stays in sight. */
#define MAX_INDENTS 8

struct _LtProcessCell
{
  GtkWidget        parent_instance;

  GtkWidget       *graph;      /* (nullable) of the history */
  GtkWidget       *expander;   /* (nullable) of a name that has children */
  GtkWidget       *chip;       /* (nullable) of a name: it is new, or how it ended */

  LtProcessColumn  column;
  LtProcessModel  *model;      /* (owned) */
  HaulProcessInfo *info;       /* (owned) (nullable) */
  char            *text;       /* (owned) */
  char            *spoken;     /* (owned) (nullable) */
  PangoLayout     *layout;     /* (owned) (nullable): of the text, made when it is needed */
  int              indent;     /* px */
  gboolean         compact;
};

G_DEFINE_FINAL_TYPE (LtProcessCell, lt_process_cell, GTK_TYPE_WIDGET)

/* The text. */

/* Digits that are all as wide, so that nothing jumps. */
static PangoLayout *
ensure_layout (LtProcessCell *self)
{
  if (self->layout == NULL)
    {
      g_autoptr(PangoAttrList) attributes = pango_attr_list_new ();

      pango_attr_list_insert (attributes, pango_attr_font_features_new ("tnum=1"));
      self->layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), self->text);
      pango_layout_set_attributes (self->layout, attributes);
      pango_layout_set_single_paragraph_mode (self->layout, TRUE);
      pango_layout_set_ellipsize (self->layout, PANGO_ELLIPSIZE_END);
    }
  return self->layout;
}

static int
get_text_width (LtProcessCell *self)
{
  int width;

  pango_layout_set_width (ensure_layout (self), -1);
  pango_layout_get_pixel_size (self->layout, &width, NULL);
  return width;
}

static int
get_text_start (LtProcessCell *self)
{
  return PADDING + (self->column == LT_PROCESS_NAME ? self->indent + EXPANDER + GAP
                    : self->column == LT_PROCESS_FIGURES ? self->indent + EXPANDER + GAP
                    : self->compact ? -PADDING : 0);
}

static int
get_chip_width (LtProcessCell *self)
{
  int width = 0;

  if (self->chip != NULL && gtk_widget_get_visible (self->chip))
    gtk_widget_measure (self->chip, GTK_ORIENTATION_HORIZONTAL, -1, NULL, &width, NULL, NULL);
  return width > 0 ? width + PADDING : 0;
}

int
lt_process_cell_get_natural (LtProcessCell *self)
{
  g_return_val_if_fail (LT_IS_PROCESS_CELL (self), 0);

  return get_text_start (self) + get_text_width (self) + get_chip_width (self) + PADDING;
}

static void
update_text (LtProcessCell *self)
{
  g_autofree char *text = lt_process_column_format (self->column, self->info);
  g_autofree char *spoken = NULL;

  if (self->compact && self->column == LT_PROCESS_STATE)
    {
      /* Translators: what comes after the name of a process, in one line with it: “· R Running” */
      g_autofree char *alone = g_steal_pointer (&text);

      text = g_strdup_printf (_("· %s"), alone);
    }
  if (self->graph != NULL)
    gtk_widget_queue_draw (self->graph);
  else if (g_strcmp0 (text, self->text) == 0)
    return;

  g_free (self->text);
  self->text = g_steal_pointer (&text);
  if (self->layout != NULL)
    pango_layout_set_text (self->layout, self->text, -1);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  if (self->chip != NULL)
    gtk_widget_queue_allocate (GTK_WIDGET (self));   /* it stands after the text */

  spoken = lt_process_column_speak (self->column, self->info);
  if (g_strcmp0 (spoken, self->spoken) == 0)
    return;
  g_free (self->spoken);
  self->spoken = g_steal_pointer (&spoken);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, self->spoken, -1);
}

static void
draw_text (LtProcessCell *self,
           GtkSnapshot   *snapshot)
{
  GtkWidget *widget = GTK_WIDGET (self);
  gboolean rtl = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  gboolean at_end = !self->compact && self->column < LT_PROCESS_N_COLUMNS && lt_process_column_get (self->column)->is_number;
  int start = get_text_start (self), width = get_text_width (self), height;
  int room = gtk_widget_get_width (widget) - start - get_chip_width (self) - PADDING;
  int x;

  if (width > room)
    pango_layout_set_width (self->layout, MAX (room, 0) * PANGO_SCALE);
  width = MIN (width, MAX (room, 0));
  x = at_end ? start + room - width : start;
  if (rtl)
    x = gtk_widget_get_width (widget) - x - width;
  pango_layout_get_pixel_size (self->layout, NULL, &height);
  gtk_snapshot_render_layout (snapshot, gtk_widget_get_style_context (widget), x,
                              (gtk_widget_get_height (widget) - height) / 2, self->layout);
}

/* What is beside the name. */

static void
expander_clicked_cb (LtProcessCell *self)
{
  if (self->info == NULL)
    return;
  lt_process_model_set_expanded (self->model, self->info, !lt_process_model_get_expanded (self->model, self->info));
}

/* Tab goes past the list, not through all of it: from the keyboard, Left and Right open and close. */
static void
add_expander (LtProcessCell *self)
{
  self->expander = gtk_button_new ();
  gtk_widget_set_focusable (self->expander, FALSE);
  gtk_widget_add_css_class (self->expander, "flat");
  gtk_widget_add_css_class (self->expander, "expander");
  g_signal_connect_object (self->expander, "clicked", G_CALLBACK (expander_clicked_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_set_parent (self->expander, GTK_WIDGET (self));
}

static void
update_expander (LtProcessCell *self)
{
  gboolean is_tree = !lt_process_model_get_flat (self->model);
  gboolean has_children = is_tree && haul_process_info_get_n_children (self->info) > 0;
  const char *icon = lt_process_model_get_expanded (self->model, self->info) ? "pan-down-symbolic" : "pan-end-symbolic";

  if (self->expander == NULL && !has_children)
    return;
  if (self->expander == NULL)
    add_expander (self);
  gtk_widget_set_visible (self->expander, has_children);
  if (g_strcmp0 (gtk_button_get_icon_name (GTK_BUTTON (self->expander)), icon) == 0)
    return;
  gtk_button_set_icon_name (GTK_BUTTON (self->expander), icon);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->expander), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  lt_process_model_get_expanded (self->model, self->info) ? _("Hide What It Started")
                                                                                            : _("Show What It Started"), -1);
}

/* How it ended, or that it has just begun. */
static void
update_chip (LtProcessCell *self)
{
  const char *how = haul_process_info_get_exit_text (self->info);
  gboolean wanted = *how != '\0' || haul_process_info_get_is_new (self->info);

  if (self->chip == NULL && !wanted)
    return;
  if (self->chip == NULL)
    {
      self->chip = gtk_label_new (NULL);
      gtk_widget_add_css_class (self->chip, "chip");
      gtk_widget_set_parent (self->chip, GTK_WIDGET (self));
    }
  gtk_widget_set_visible (self->chip, wanted);
  /* Translators: of a process that was started just now */
  gtk_label_set_label (GTK_LABEL (self->chip), *how != '\0' ? how : C_("process", "new"));
}

static void
update_indent (LtProcessCell *self)
{
  gboolean is_tree = !lt_process_model_get_flat (self->model);
  int indent = is_tree ? MIN (haul_process_info_get_depth (self->info), MAX_INDENTS) * INDENT : 0;

  if (self->indent == indent)
    return;
  self->indent = indent;
  gtk_widget_queue_allocate (GTK_WIDGET (self));
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* The widget. */

static void
allocate_child (LtProcessCell *self,
                GtkWidget     *child,
                int            x,
                int            width,
                int            height)
{
  int minimum, natural, least;

  if (child == NULL || !gtk_widget_get_visible (child))
    return;
  gtk_widget_measure (child, GTK_ORIENTATION_HORIZONTAL, -1, &least, NULL, NULL, NULL);
  width = MAX (width, least);
  gtk_widget_measure (child, GTK_ORIENTATION_VERTICAL, width, &minimum, &natural, NULL, NULL);
  natural = MAX (MIN (natural, height), minimum);
  if (gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL)
    x = gtk_widget_get_width (GTK_WIDGET (self)) - x - width;
  gtk_widget_size_allocate (child, &(GtkAllocation) { x, (height - natural) / 2, width, natural }, -1);
}

static void
lt_process_cell_size_allocate (GtkWidget *widget,
                               int        width,
                               int        height,
                               int        baseline)
{
  LtProcessCell *self = LT_PROCESS_CELL (widget);
  int chip = get_chip_width (self);
  int start = get_text_start (self);

  allocate_child (self, self->graph, PADDING, width - 2 * PADDING, height);
  allocate_child (self, self->expander, PADDING + self->indent, EXPANDER, height);
  /* After the text, or at the end when there is no room for all of it. */
  if (chip > 0)
    allocate_child (self, self->chip, MIN (start + get_text_width (self) + PADDING, width - chip), chip - PADDING, height);
}

/* It takes what its row gives it. */
static void
lt_process_cell_measure (GtkWidget      *widget,
                         GtkOrientation  orientation,
                         int             for_size,
                         int            *minimum,
                         int            *natural,
                         int            *minimum_baseline,
                         int            *natural_baseline)
{
  *minimum = *natural = 0;
}

static void
lt_process_cell_snapshot (GtkWidget   *widget,
                          GtkSnapshot *snapshot)
{
  LtProcessCell *self = LT_PROCESS_CELL (widget);

  if (self->graph == NULL && self->text != NULL && *self->text != '\0')
    draw_text (self, snapshot);

  GTK_WIDGET_CLASS (lt_process_cell_parent_class)->snapshot (widget, snapshot);
}

static void
lt_process_cell_css_changed (GtkWidget         *widget,
                             GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS (lt_process_cell_parent_class)->css_changed (widget, change);

  g_clear_object (&LT_PROCESS_CELL (widget)->layout);   /* it has the font that was */
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

  g_clear_pointer (&self->graph, gtk_widget_unparent);
  g_clear_pointer (&self->expander, gtk_widget_unparent);
  g_clear_pointer (&self->chip, gtk_widget_unparent);
  g_clear_object (&self->layout);
  g_clear_object (&self->info);
  g_clear_object (&self->model);

  G_OBJECT_CLASS (lt_process_cell_parent_class)->dispose (object);
}

static void
lt_process_cell_finalize (GObject *object)
{
  LtProcessCell *self = LT_PROCESS_CELL (object);

  g_free (self->text);
  g_free (self->spoken);

  G_OBJECT_CLASS (lt_process_cell_parent_class)->finalize (object);
}

static void
lt_process_cell_class_init (LtProcessCellClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = lt_process_cell_dispose;
  object_class->finalize = lt_process_cell_finalize;
  widget_class->measure = lt_process_cell_measure;
  widget_class->size_allocate = lt_process_cell_size_allocate;
  widget_class->snapshot = lt_process_cell_snapshot;
  widget_class->css_changed = lt_process_cell_css_changed;
  widget_class->query_tooltip = lt_process_cell_query_tooltip;
  gtk_widget_class_set_css_name (widget_class, "processcell");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_LABEL);
}

static void
lt_process_cell_init (LtProcessCell *self)
{
  gtk_widget_set_has_tooltip (GTK_WIDGET (self), TRUE);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  gtk_widget_add_css_class (GTK_WIDGET (self), "caption");
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
      gtk_widget_set_parent (self->graph, GTK_WIDGET (self));
    }
  if (column == LT_PROCESS_FIGURES)
    gtk_widget_add_css_class (GTK_WIDGET (self), "dim-label");
  return GTK_WIDGET (self);
}

void
lt_process_cell_set_info (LtProcessCell   *self,
                          HaulProcessInfo *info)
{
  g_return_if_fail (LT_IS_PROCESS_CELL (self));

  if (g_set_object (&self->info, info) && self->graph != NULL)
    lt_process_graph_set_info (LT_PROCESS_GRAPH (self->graph), info);
  if (info == NULL)
    return;

  if (self->column == LT_PROCESS_NAME || self->column == LT_PROCESS_FIGURES)
    update_indent (self);
  update_text (self);
  if (self->column == LT_PROCESS_NAME)
    {
      update_expander (self);
      update_chip (self);
    }
}

void
lt_process_cell_set_compact (LtProcessCell *self,
                             gboolean       compact)
{
  g_return_if_fail (LT_IS_PROCESS_CELL (self));

  if (self->compact == compact)
    return;
  self->compact = compact;
  /* The first line is the title of the second. */
  if (self->column == LT_PROCESS_NAME && compact)
    gtk_widget_remove_css_class (GTK_WIDGET (self), "caption");
  else
    gtk_widget_add_css_class (GTK_WIDGET (self), "caption");
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
