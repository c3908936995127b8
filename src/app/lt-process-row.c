/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-process-row.h"

#include <glib/gi18n.h>

#include "lt-process-cell.h"

#define COMPACT_WIDTH 200   /* px, the least */
#define GRAPH_WIDTH   71    /* px of a history and the space around it, in two lines */

struct _LtProcessRow
{
  GtkWidget        parent_instance;

  GtkWidget       *cells[LT_PROCESS_N_CELLS];   /* (nullable): made when they are needed */

  LtProcessLayout *layout;                      /* (owned) */
  LtProcessPlace  *place;                       /* (owned) (nullable) */
  HaulProcessInfo *info;                        /* (owned) (nullable): while it is in sight */
  char            *spoken;                      /* (owned) (nullable) */
  gboolean         compact;                     /* what its cells are arranged for */
};

G_DEFINE_FINAL_TYPE (LtProcessRow, lt_process_row, GTK_TYPE_WIDGET)

/* Which cells it has. */

static gboolean
wants_cell (LtProcessRow *self,
            guint         cell)
{
  guint n;
  const LtProcessLayoutColumn *columns = lt_process_layout_get_columns (self->layout, &n);

  if (lt_process_layout_get_compact (self->layout))
    return cell == LT_PROCESS_NAME || cell == LT_PROCESS_STATE || cell == LT_PROCESS_FIGURES || cell == LT_PROCESS_HISTORY;
  for (guint i = 0; i < n; i++)
    if (columns[i].column == cell)
      return TRUE;
  return FALSE;
}

/* A screen reader says what is in the order of the cells, so they have the order of the columns. */
static void
update_cells (LtProcessRow *self)
{
  gboolean compact = lt_process_layout_get_compact (self->layout);

  for (guint i = 0; i < LT_PROCESS_N_CELLS; i++)
    {
      gboolean wanted = wants_cell (self, i);

      if (self->cells[i] == NULL && !wanted)
        continue;
      if (self->cells[i] == NULL)
        {
          GtkWidget *before = NULL;

          for (guint j = 0; j < i; j++)
            before = self->cells[j] != NULL ? self->cells[j] : before;
          self->cells[i] = lt_process_cell_new (i, lt_process_layout_get_model (self->layout));
          gtk_widget_insert_after (self->cells[i], GTK_WIDGET (self), before);
        }
      gtk_widget_set_visible (self->cells[i], wanted);
      if (!wanted)
        continue;
      lt_process_cell_set_compact (LT_PROCESS_CELL (self->cells[i]), compact);
      lt_process_cell_set_info (LT_PROCESS_CELL (self->cells[i]), self->info);
    }
  /* In two lines what comes first is as wide as its text. */
  if (compact || self->compact != compact)
    gtk_widget_queue_allocate (GTK_WIDGET (self));
  self->compact = compact;
}

/* What it is about; its cells say the rest. */
static void
update_spoken (LtProcessRow *self)
{
  GtkWidget *item = gtk_widget_get_parent (GTK_WIDGET (self));
  /* Translators: the name of a process, and its number */
  g_autofree char *spoken = g_strdup_printf (_("%s, process %d"), haul_process_info_get_name (self->info),
                                             haul_process_info_get_pid (self->info));

  if (item == NULL || g_strcmp0 (spoken, self->spoken) == 0)
    return;
  g_free (self->spoken);
  self->spoken = g_steal_pointer (&spoken);
  gtk_accessible_update_property (GTK_ACCESSIBLE (item), GTK_ACCESSIBLE_PROPERTY_LABEL, self->spoken, -1);
}

static void
set_css_class (LtProcessRow *self,
               const char   *name,
               gboolean      wanted)
{
  if (gtk_widget_has_css_class (GTK_WIDGET (self), name) == wanted)
    return;
  if (wanted)
    gtk_widget_add_css_class (GTK_WIDGET (self), name);
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), name);
}

/* What several processes share is asked for only of those that somebody sees. */
static void
set_info (LtProcessRow    *self,
          HaulProcessInfo *info)
{
  if (self->info == info)
    return;
  if (self->info != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->info, self);
      haul_process_info_set_measured (self->info, FALSE);
    }
  g_set_object (&self->info, info);
  if (info == NULL)
    return;
  g_signal_connect_swapped (info, "notify::is-new", G_CALLBACK (lt_process_row_update), self);
}

void
lt_process_row_update (LtProcessRow *self)
{
  gboolean in_sight;

  g_return_if_fail (LT_IS_PROCESS_ROW (self));

  in_sight = self->place != NULL && lt_process_layout_is_in_sight (self->layout, lt_process_place_get_position (self->place));
  set_info (self, in_sight ? lt_process_place_get_info (self->place) : NULL);
  if (in_sight)
    gtk_widget_set_opacity (GTK_WIDGET (self), self->info != NULL ? 1 : 0);
  if (self->info == NULL)
    return;

  haul_process_info_set_measured (self->info, lt_process_columns_want_pss ());
  /* What is gone is still there to be read, and looks so. */
  set_css_class (self, "ended", haul_process_info_get_is_ended (self->info));
  set_css_class (self, "zombie", g_str_equal (haul_process_info_get_state (self->info), "Z"));
  update_cells (self);
  update_spoken (self);
}

/* Where the cells are. */

static void
allocate_cell (LtProcessRow *self,
               guint         cell,
               int           x,
               int           y,
               int           width,
               int           height)
{
  int row_width = gtk_widget_get_width (GTK_WIDGET (self)), minimum;

  if (self->cells[cell] == NULL || !gtk_widget_get_visible (self->cells[cell]))
    return;
  gtk_widget_measure (self->cells[cell], GTK_ORIENTATION_HORIZONTAL, -1, &minimum, NULL, NULL, NULL);
  if (gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL)
    x = row_width - x - width;
  gtk_widget_size_allocate (self->cells[cell], &(GtkAllocation) { x, y, MAX (width, minimum), height }, -1);
}

/* “worker 1 · R Running”, and below it “97.9 % · 9 MB · 4231”, with the history at its end. */
static void
allocate_lines (LtProcessRow *self,
                int           width,
                int           height)
{
  int line = height / 2, name = 0, state = 0;

  if (self->cells[LT_PROCESS_NAME] == NULL)
    return;
  name = lt_process_cell_get_natural (LT_PROCESS_CELL (self->cells[LT_PROCESS_NAME]));
  state = lt_process_cell_get_natural (LT_PROCESS_CELL (self->cells[LT_PROCESS_STATE]));
  name = MAX (MIN (name, width - state), MIN (width / 2, name));
  allocate_cell (self, LT_PROCESS_NAME, 0, 3, name, line - 2);
  allocate_cell (self, LT_PROCESS_STATE, name, 3, width - name, line - 2);
  allocate_cell (self, LT_PROCESS_FIGURES, 0, line, MAX (width - GRAPH_WIDTH, 0), height - line - 3);
  allocate_cell (self, LT_PROCESS_HISTORY, MAX (width - GRAPH_WIDTH, 0), line, GRAPH_WIDTH, height - line - 3);
}

static void
lt_process_row_size_allocate (GtkWidget *widget,
                              int        width,
                              int        height,
                              int        baseline)
{
  LtProcessRow *self = LT_PROCESS_ROW (widget);
  guint n;
  const LtProcessLayoutColumn *columns = lt_process_layout_get_columns (self->layout, &n);
  int rest = width, x = 0;

  if (lt_process_layout_get_compact (self->layout))
    {
      allocate_lines (self, width, height);
      return;
    }
  for (guint i = 0; i < n; i++)
    rest -= columns[i].width;
  for (guint i = 0; i < n; i++)
    {
      int cell = columns[i].width + (columns[i].expand ? MAX (rest, 0) : 0);

      allocate_cell (self, columns[i].column, x, 0, cell, height);
      x += cell;
    }
}

static void
lt_process_row_measure (GtkWidget      *widget,
                        GtkOrientation  orientation,
                        int             for_size,
                        int            *minimum,
                        int            *natural,
                        int            *minimum_baseline,
                        int            *natural_baseline)
{
  LtProcessRow *self = LT_PROCESS_ROW (widget);
  guint n;
  const LtProcessLayoutColumn *columns = lt_process_layout_get_columns (self->layout, &n);
  int size = 0;

  if (orientation == GTK_ORIENTATION_VERTICAL)
    size = lt_process_layout_get_height (self->layout);
  else if (lt_process_layout_get_compact (self->layout))
    size = COMPACT_WIDTH;
  else
    for (guint i = 0; i < n; i++)
      size += columns[i].width;
  *minimum = *natural = size;
}

/* The widget. */

static void
lt_process_row_dispose (GObject *object)
{
  LtProcessRow *self = LT_PROCESS_ROW (object);

  set_info (self, NULL);
  g_clear_object (&self->place);
  if (self->layout != NULL)
    lt_process_layout_remove_row (self->layout, GTK_WIDGET (self));
  for (guint i = 0; i < LT_PROCESS_N_CELLS; i++)
    g_clear_pointer (&self->cells[i], gtk_widget_unparent);

  G_OBJECT_CLASS (lt_process_row_parent_class)->dispose (object);
}

static void
lt_process_row_finalize (GObject *object)
{
  LtProcessRow *self = LT_PROCESS_ROW (object);

  g_clear_object (&self->layout);
  g_free (self->spoken);

  G_OBJECT_CLASS (lt_process_row_parent_class)->finalize (object);
}

static void
lt_process_row_class_init (LtProcessRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = lt_process_row_dispose;
  object_class->finalize = lt_process_row_finalize;
  widget_class->measure = lt_process_row_measure;
  widget_class->size_allocate = lt_process_row_size_allocate;
  gtk_widget_class_set_css_name (widget_class, "processrow");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
lt_process_row_init (LtProcessRow *self)
{
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
}

GtkWidget *
lt_process_row_new (LtProcessLayout *layout)
{
  LtProcessRow *self;

  g_return_val_if_fail (LT_IS_PROCESS_LAYOUT (layout), NULL);

  self = g_object_new (LT_TYPE_PROCESS_ROW, NULL);
  self->layout = g_object_ref (layout);
  lt_process_layout_add_row (layout, GTK_WIDGET (self));
  return GTK_WIDGET (self);
}

void
lt_process_row_set_place (LtProcessRow   *self,
                          LtProcessPlace *place)
{
  g_return_if_fail (LT_IS_PROCESS_ROW (self));

  g_set_object (&self->place, place);
  lt_process_row_update (self);
}

guint
lt_process_row_get_position (LtProcessRow *self)
{
  g_return_val_if_fail (LT_IS_PROCESS_ROW (self), G_MAXUINT);

  return self->place != NULL ? lt_process_place_get_position (self->place) : G_MAXUINT;
}

HaulProcessInfo *
lt_process_row_get_info (LtProcessRow *self)
{
  g_return_val_if_fail (LT_IS_PROCESS_ROW (self), NULL);

  return self->place != NULL ? lt_process_place_get_info (self->place) : NULL;
}

static void
setup_cb (GtkSignalListItemFactory *factory,
          GtkListItem              *item,
          LtProcessLayout          *layout)
{
  gtk_list_item_set_child (item, lt_process_row_new (layout));
}

static void
bind_cb (GtkSignalListItemFactory *factory,
         GtkListItem              *item)
{
  lt_process_row_set_place (LT_PROCESS_ROW (gtk_list_item_get_child (item)), gtk_list_item_get_item (item));
}

static void
unbind_cb (GtkSignalListItemFactory *factory,
           GtkListItem              *item)
{
  lt_process_row_set_place (LT_PROCESS_ROW (gtk_list_item_get_child (item)), NULL);
}

GtkListItemFactory *
lt_process_row_factory_new (LtProcessLayout *layout)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();

  g_signal_connect_object (factory, "setup", G_CALLBACK (setup_cb), layout, 0);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), NULL);
  g_signal_connect (factory, "unbind", G_CALLBACK (unbind_cb), NULL);
  return factory;
}
