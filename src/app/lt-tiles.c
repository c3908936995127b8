/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-tiles.h"

#include "lt-pool-text.h"

#define SIZE     12
#define GAP      3
#define NARROW   4    /* a tile that stands for several parts, or for one of many */
#define HAIR     1

struct _LtTiles
{
  GtkWidget   parent_instance;

  GListModel *parts;       /* (owned) (nullable) of HaulPart */
  GPtrArray  *watched;     /* (owned) of HaulPart: those whose changes are heard */
  guint       update_id;
};

G_DEFINE_FINAL_TYPE (LtTiles, lt_tiles, GTK_TYPE_WIDGET)

/* What one tile shows: of one part, or of several taken together. */
typedef struct
{
  HaulPartState state;
  double        filled;    /* from 0 to 1 */
} Cell;

static guint
get_n_parts (LtTiles *self)
{
  return self->parts != NULL ? g_list_model_get_n_items (self->parts) : 0;
}

guint
lt_tiles_count_cells (int   width,
                      guint n_parts)
{
  if ((gint64) n_parts * (SIZE + GAP) - GAP <= width)
    return n_parts;
  return CLAMP ((guint) MAX (width + HAIR, 0) / (NARROW + HAIR), 1, n_parts);
}

/* What is wrong shows, however many others are fine. */
static Cell
sum_up (LtTiles *self,
        guint    first,
        guint    end)
{
  guint n_in[HAUL_PART_CANCELLED + 1] = { 0 };
  Cell cell = { HAUL_PART_WAITING, 0 };

  for (guint i = first; i < end; i++)
    {
      g_autoptr(HaulPart) part = g_list_model_get_item (self->parts, i);

      n_in[haul_part_get_state (part)]++;
      cell.filled += haul_part_get_state (part) == HAUL_PART_DONE ? 1 : CLAMP (haul_part_get_fraction (part), 0, 1);
    }
  cell.filled /= MAX (end - first, 1);

  if (n_in[HAUL_PART_FAILED] > 0)
    cell.state = HAUL_PART_FAILED;
  else if (n_in[HAUL_PART_CANCELLED] > 0)
    cell.state = HAUL_PART_CANCELLED;
  else if (n_in[HAUL_PART_DONE] == end - first)
    cell.state = HAUL_PART_DONE;
  else if (n_in[HAUL_PART_RUNNING] + n_in[HAUL_PART_DONE] > 0)
    cell.state = HAUL_PART_RUNNING;
  return cell;
}

static void
get_color (GtkWidget     *widget,
           HaulPartState  state,
           GdkRGBA       *color)
{
  static const char * const names[] = {
    [HAUL_PART_RUNNING] = "accent_color",
    [HAUL_PART_DONE] = "success_color",
    [HAUL_PART_FAILED] = "error_color",
  };
  GtkStyleContext *context = gtk_widget_get_style_context (widget);

  gtk_style_context_get_color (context, color);
  if (state < G_N_ELEMENTS (names) && names[state] != NULL)
    (void) gtk_style_context_lookup_color (context, names[state], color);
  else
    color->alpha *= 0.35f;
}

static void
draw_cell (GtkWidget   *widget,
           GtkSnapshot *snapshot,
           const Cell  *cell,
           float        x,
           float        width)
{
  float border[4] = { HAIR, HAIR, HAIR, HAIR };
  float fill = roundf ((float) cell->filled * SIZE);
  GskRoundedRect rect;
  GdkRGBA color;
  GdkRGBA paper;

  get_color (widget, cell->state, &color);
  gsk_rounded_rect_init_from_rect (&rect, &GRAPHENE_RECT_INIT (x, 0, width, SIZE), width < SIZE ? 1 : 3);
  gtk_snapshot_push_rounded_clip (snapshot, &rect);
  if (cell->state == HAUL_PART_DONE || cell->state == HAUL_PART_FAILED)
    gtk_snapshot_append_color (snapshot, &color, &rect.bounds);
  else if (cell->state == HAUL_PART_RUNNING)
    gtk_snapshot_append_color (snapshot, &color, &GRAPHENE_RECT_INIT (x, SIZE - fill, width, fill));
  gtk_snapshot_pop (snapshot);
  gtk_snapshot_append_border (snapshot, &rect, border, (GdkRGBA[4]) { color, color, color, color });

  if (cell->state == HAUL_PART_FAILED)
    {
      paper = (GdkRGBA) { 1, 1, 1, 1 };
      (void) gtk_style_context_lookup_color (gtk_widget_get_style_context (widget), "card_bg_color", &paper);
      paper.alpha = 1;
      gtk_snapshot_append_color (snapshot, &paper, &GRAPHENE_RECT_INIT (x + width / 2 - 1, 2, 2, SIZE - 7));
      gtk_snapshot_append_color (snapshot, &paper, &GRAPHENE_RECT_INIT (x + width / 2 - 1, SIZE - 4, 2, 2));
    }
  else if (cell->state == HAUL_PART_CANCELLED)
    {
      gtk_snapshot_append_color (snapshot, &color, &GRAPHENE_RECT_INIT (x, SIZE / 2 - 1, width, 2));
    }
}

static void
lt_tiles_snapshot (GtkWidget   *widget,
                   GtkSnapshot *snapshot)
{
  LtTiles *self = LT_TILES (widget);
  gboolean rtl = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  int width = gtk_widget_get_width (widget);
  guint n_parts = get_n_parts (self);
  guint n_cells = lt_tiles_count_cells (width, n_parts);
  gboolean folded = (gint64) n_parts * (SIZE + GAP) - GAP > width;
  float size = folded ? NARROW : SIZE;
  float step = folded ? NARROW + HAIR : SIZE + GAP;

  for (guint i = 0; i < n_cells; i++)
    {
      Cell cell = sum_up (self, (guint) ((guint64) i * n_parts / n_cells), (guint) ((guint64) (i + 1) * n_parts / n_cells));
      float x = i * step;

      draw_cell (widget, snapshot, &cell, rtl ? width - x - size : x, size);
    }
}

static void
lt_tiles_measure (GtkWidget      *widget,
                  GtkOrientation  orientation,
                  int             for_size,
                  int            *minimum,
                  int            *natural,
                  int            *minimum_baseline,
                  int            *natural_baseline)
{
  guint n = MIN (get_n_parts (LT_TILES (widget)), 1000);

  *minimum = SIZE;
  *natural = orientation == GTK_ORIENTATION_VERTICAL ? SIZE : (int) MAX (n, 1) * (SIZE + GAP) - GAP;
}

static gboolean
lt_tiles_query_tooltip (GtkWidget  *widget,
                        int         x,
                        int         y,
                        gboolean    keyboard,
                        GtkTooltip *tooltip)
{
  LtTiles *self = LT_TILES (widget);
  int width = gtk_widget_get_width (widget);
  guint n_parts = get_n_parts (self);
  gboolean rtl = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  guint index = (guint) MAX (rtl ? width - x : x, 0) / (SIZE + GAP);
  g_autoptr(HaulPart) part = NULL;
  g_autofree char *text = NULL;
  LtPartCount count;

  if (n_parts == 0)
    return FALSE;
  if (!keyboard && lt_tiles_count_cells (width, n_parts) == n_parts && index < n_parts)
    {
      part = g_list_model_get_item (self->parts, index);
      text = lt_pool_text_part (part);
    }
  else
    {
      lt_pool_text_count (self->parts, &count);
      text = lt_pool_text_long (&count);
    }
  gtk_tooltip_set_text (tooltip, text);
  return TRUE;
}

static gboolean
update_cb (gpointer user_data)
{
  LtTiles *self = user_data;
  g_autofree char *label = NULL;
  LtPartCount count;

  self->update_id = 0;
  if (self->parts == NULL)
    return G_SOURCE_REMOVE;

  lt_pool_text_count (self->parts, &count);
  label = lt_pool_text_long (&count);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  return G_SOURCE_REMOVE;
}

/* However many parts change, they are drawn once. */
static void
queue_update (LtTiles *self)
{
  if (self->update_id != 0)
    return;
  self->update_id = g_idle_add_full (G_PRIORITY_HIGH_IDLE, update_cb, self, NULL);
  g_source_set_name_by_id (self->update_id, "[long-tasks] update tiles");
}

static void
unwatch (LtTiles *self)
{
  for (guint i = 0; i < self->watched->len; i++)
    g_signal_handlers_disconnect_by_data (self->watched->pdata[i], self);
  g_ptr_array_set_size (self->watched, 0);
}

static void
watch (LtTiles *self)
{
  guint n = get_n_parts (self);

  unwatch (self);
  for (guint i = 0; i < n; i++)
    {
      HaulPart *part = g_list_model_get_item (self->parts, i);

      g_signal_connect_swapped (part, "notify", G_CALLBACK (queue_update), self);
      g_ptr_array_add (self->watched, part);
    }
  queue_update (self);
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

static void
lt_tiles_dispose (GObject *object)
{
  LtTiles *self = LT_TILES (object);

  lt_tiles_set_parts (self, NULL);
  g_clear_handle_id (&self->update_id, g_source_remove);

  G_OBJECT_CLASS (lt_tiles_parent_class)->dispose (object);
}

static void
lt_tiles_finalize (GObject *object)
{
  LtTiles *self = LT_TILES (object);

  g_ptr_array_unref (self->watched);

  G_OBJECT_CLASS (lt_tiles_parent_class)->finalize (object);
}

static void
lt_tiles_class_init (LtTilesClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = lt_tiles_dispose;
  object_class->finalize = lt_tiles_finalize;
  widget_class->measure = lt_tiles_measure;
  widget_class->snapshot = lt_tiles_snapshot;
  widget_class->query_tooltip = lt_tiles_query_tooltip;
  gtk_widget_class_set_css_name (widget_class, "tiles");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
lt_tiles_init (LtTiles *self)
{
  self->watched = g_ptr_array_new_with_free_func (g_object_unref);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  gtk_widget_set_has_tooltip (GTK_WIDGET (self), TRUE);
}

void
lt_tiles_set_parts (LtTiles    *self,
                    GListModel *parts)
{
  g_return_if_fail (LT_IS_TILES (self));
  g_return_if_fail (parts == NULL || G_IS_LIST_MODEL (parts));

  if (self->parts == parts)
    return;
  if (self->parts != NULL)
    g_signal_handlers_disconnect_by_data (self->parts, self);
  g_set_object (&self->parts, parts);
  if (parts != NULL)
    g_signal_connect_swapped (parts, "items-changed", G_CALLBACK (watch), self);
  watch (self);
}
