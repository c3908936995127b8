/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lt-drawing.h"

#include <adwaita.h>
#include <math.h>

/* Text in drawings stands back a little behind the other text of the desktop, which is so many units high. */
#define TEXT_UNITS (LAB_TEXT_SIZE / 0.9)

#define NATURAL_WIDTH 560

/* What is pointed at may be a little aside. */
#define NEAR 6

struct _LtDrawing
{
  GtkWidget       parent_instance;

  LtDrawingFunc   func;
  gpointer        user_data;
  GDestroyNotify  destroy;

  LabDrawing     *drawing;                /* (owned) (nullable): for laid_out units */
  double          laid_out;
  GdkRGBA         colors[LAB_N_INKS];
  GdkTexture     *hatches[LAB_N_INKS];    /* (owned) (nullable): made when they are wanted */
  gboolean        has_colors;
  gboolean        mirrors;                /* where people read from right to left */
};

G_DEFINE_FINAL_TYPE (LtDrawing, lt_drawing, GTK_TYPE_WIDGET)

static void
forget_colors (LtDrawing *self)
{
  for (guint i = 0; i < LAB_N_INKS; i++)
    g_clear_object (&self->hatches[i]);
  self->has_colors = FALSE;
}

static GdkRGBA
parse_color (const char *color)
{
  GdkRGBA rgba = { 0, 0, 0, 1 };

  if (color != NULL)
    (void) gdk_rgba_parse (&rgba, color);
  return rgba;
}

/* Those of the pictures in reports, and for text the one of the desktop, which knows of high contrast. */
static void
ensure_colors (LtDrawing *self)
{
  AdwStyleManager *style = adw_style_manager_get_for_display (gtk_widget_get_display (GTK_WIDGET (self)));

  if (self->has_colors)
    return;

  for (guint ink = 0; ink < LAB_N_INKS; ink++)
    self->colors[ink] = parse_color (lab_ink_get_color (ink, adw_style_manager_get_dark (style)));
  gtk_style_context_get_color (gtk_widget_get_style_context (GTK_WIDGET (self)), &self->colors[LAB_INK_TEXT]);
  if (adw_style_manager_get_high_contrast (style))
    self->colors[LAB_INK_DIM] = self->colors[LAB_INK_TEXT];
  self->has_colors = TRUE;
}

/* Units */

static double
get_text_size (LtDrawing *self)
{
  PangoContext *context = gtk_widget_get_pango_context (GTK_WIDGET (self));
  const PangoFontDescription *font = pango_context_get_font_description (context);
  double size = pango_font_description_get_size (font) / (double) PANGO_SCALE;
  double resolution = pango_cairo_context_get_resolution (context);

  if (!pango_font_description_get_size_is_absolute (font))
    size *= (resolution > 0 ? resolution : 96) / 72;
  return size > 0 ? size : TEXT_UNITS;
}

/* How many units fit into so many pixels. */
static double
to_width_in_units (LtDrawing *self,
                   int        width)
{
  return MAX (floor (width * TEXT_UNITS / get_text_size (self)), LT_DRAWING_MIN_WIDTH);
}

static LabDrawing *
lay_out (LtDrawing *self,
         int        width)
{
  double units = to_width_in_units (self, width);

  if (self->func == NULL)
    return NULL;
  if (self->drawing == NULL || self->laid_out != units)
    {
      g_clear_pointer (&self->drawing, lab_drawing_free);
      self->drawing = self->func (units, self->user_data);
      self->laid_out = units;
    }
  return self->drawing;
}

/* Pixels for a unit. */
static double
get_scale (LtDrawing *self,
           int        width)
{
  return width / to_width_in_units (self, width);
}

static gboolean
is_mirrored (LtDrawing *self)
{
  return self->mirrors && gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;
}

static GtkSizeRequestMode
lt_drawing_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
lt_drawing_measure (GtkWidget      *widget,
                    GtkOrientation  orientation,
                    int             for_size,
                    int            *minimum,
                    int            *natural,
                    int            *minimum_baseline,
                    int            *natural_baseline)
{
  LtDrawing *self = LT_DRAWING (widget);
  LabDrawing *drawing;

  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      *minimum = LT_DRAWING_MIN_WIDTH;
      *natural = NATURAL_WIDTH;
      return;
    }
  if (for_size < 0)
    for_size = NATURAL_WIDTH;
  drawing = lay_out (self, for_size);
  *minimum = *natural = drawing != NULL ? (int) ceil (lab_drawing_get_height (drawing) * get_scale (self, for_size)) : 0;
}

/* Shapes */

/* How far a point of the tile is from the middle of the nearest line, or dot, of the hatch. */
static double
get_distance (LabHatch hatch,
              double   x,
              double   y)
{
  const double half = LAB_HATCH_SIZE / 2.0;

  switch (hatch)
    {
    case LAB_HATCH_DOTS:
      return hypot (x - half, y - half) - 0.5;

    case LAB_HATCH_RISING:
      return fabs (fmod (x + y, LAB_HATCH_SIZE) - half) * G_SQRT2 / 2;

    case LAB_HATCH_FALLING:
      return fabs (fmod (x - y + LAB_HATCH_SIZE, LAB_HATCH_SIZE) - half) * G_SQRT2 / 2;

    case LAB_HATCH_UPRIGHT:
      return fabs (x - half);

    case LAB_HATCH_LEVEL:
      return fabs (y - half);

    case LAB_HATCH_NONE:
    case LAB_N_HATCHES:
    default:
      return LAB_HATCH_SIZE;
    }
}

/* Lines of a pixel and a half, with soft edges. */
static GdkTexture *
create_hatch (const GdkRGBA *ground,
              const GdkRGBA *color,
              LabHatch       hatch,
              int            scale)
{
  int size = LAB_HATCH_SIZE * scale;
  gsize stride = 4 * (gsize) size;
  guint8 *pixels = g_malloc0 (stride * size);
  g_autoptr(GBytes) bytes = g_bytes_new_take (pixels, stride * size);

  for (int y = 0; y < size; y++)
    for (int x = 0; x < size; x++)
      {
        double distance = get_distance (hatch, (x + 0.5) / scale, (y + 0.5) / scale);
        double share = CLAMP ((1.25 - distance) * scale, 0, scale) / scale;
        guint8 *pixel = pixels + y * stride + 4 * x;

        pixel[0] = (guint8) ((color->red * share + ground->red * (1 - share)) * 255 + 0.5);
        pixel[1] = (guint8) ((color->green * share + ground->green * (1 - share)) * 255 + 0.5);
        pixel[2] = (guint8) ((color->blue * share + ground->blue * (1 - share)) * 255 + 0.5);
        pixel[3] = 255;
      }
  return gdk_memory_texture_new (size, size, GDK_MEMORY_R8G8B8A8, bytes, stride);
}

static GdkTexture *
ensure_hatch (LtDrawing *self,
              LabInk     ink)
{
  AdwStyleManager *style = adw_style_manager_get_for_display (gtk_widget_get_display (GTK_WIDGET (self)));
  GdkRGBA color = parse_color (lab_ink_get_hatch_color (ink, adw_style_manager_get_dark (style)));

  if (self->hatches[ink] == NULL)
    self->hatches[ink] = create_hatch (&self->colors[ink], &color, lab_ink_get_hatch (ink),
                                       gtk_widget_get_scale_factor (GTK_WIDGET (self)));
  return self->hatches[ink];
}

/* Whole pixels: half ones look dirty. What is there is never so thin that it is not seen. */
static graphene_rect_t
snap (double x,
      double y,
      double width,
      double height)
{
  double left = round (x);
  double top = round (y);

  return GRAPHENE_RECT_INIT ((float) left, (float) top, (float) MAX (round (x + width) - left, 1),
                             (float) MAX (round (y + height) - top, 1));
}

static void
draw_rect (LtDrawing      *self,
           GtkSnapshot    *snapshot,
           const LabShape *shape,
           double          scale)
{
  const graphene_rect_t tile = GRAPHENE_RECT_INIT (0, 0, LAB_HATCH_SIZE, LAB_HATCH_SIZE);
  graphene_rect_t bounds = snap (shape->x * scale, shape->y * scale, shape->width * scale, shape->height * scale);

  if (lab_ink_get_hatch (shape->ink) == LAB_HATCH_NONE)
    {
      gtk_snapshot_append_color (snapshot, &self->colors[shape->ink], &bounds);
      return;
    }
  gtk_snapshot_push_repeat (snapshot, &bounds, &tile);
  gtk_snapshot_append_texture (snapshot, ensure_hatch (self, shape->ink), &tile);
  gtk_snapshot_pop (snapshot);
}

/* A rectangle that is turned, as GTK 4.8 has no paths. */
static void
draw_line (LtDrawing      *self,
           GtkSnapshot    *snapshot,
           const LabShape *shape,
           double          scale)
{
  const GdkRGBA *color = &self->colors[shape->ink];
  float thickness = shape->ink == LAB_INK_DIM || shape->ink == LAB_INK_GRID ? 1 : 2;
  double length = hypot (shape->width, shape->height) * scale;

  if (shape->width == 0 || shape->height == 0)
    {
      graphene_rect_t bounds = snap (shape->x * scale + MIN (shape->width, 0) * scale,
                                     shape->y * scale + MIN (shape->height, 0) * scale,
                                     fabs (shape->width) * scale, fabs (shape->height) * scale);

      bounds.size.width = MAX (bounds.size.width, thickness);
      bounds.size.height = MAX (bounds.size.height, thickness);
      gtk_snapshot_append_color (snapshot, color, &bounds);
      return;
    }
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT ((float) (shape->x * scale), (float) (shape->y * scale)));
  gtk_snapshot_rotate (snapshot, (float) (atan2 (shape->height, shape->width) * 180 / G_PI));
  gtk_snapshot_append_color (snapshot, color, &GRAPHENE_RECT_INIT (0, -thickness / 2, (float) length, thickness));
  gtk_snapshot_restore (snapshot);
}

static void
draw_disc (LtDrawing      *self,
           GtkSnapshot    *snapshot,
           const LabShape *shape,
           double          scale)
{
  float size = (float) (shape->width * scale);
  GskRoundedRect rect;

  gsk_rounded_rect_init_from_rect (&rect,
                                   &GRAPHENE_RECT_INIT ((float) (shape->x * scale) - size / 2,
                                                        (float) (shape->y * scale) - size / 2, size, size), size / 2);
  gtk_snapshot_push_rounded_clip (snapshot, &rect);
  gtk_snapshot_append_color (snapshot, &self->colors[shape->ink], &rect.bounds);
  gtk_snapshot_pop (snapshot);
}

static void
draw_text (LtDrawing      *self,
           GtkSnapshot    *snapshot,
           const LabShape *shape,
           PangoLayout    *layout,
           double          scale)
{
  PangoFontDescription *font;
  double align = is_mirrored (self) ? 1 - shape->align : shape->align;
  double x = is_mirrored (self) ? gtk_widget_get_width (GTK_WIDGET (self)) - shape->x * scale : shape->x * scale;
  int width;

  font = pango_font_description_copy (pango_context_get_font_description (pango_layout_get_context (layout)));
  pango_font_description_set_absolute_size (font, (shape->small ? LAB_SMALL_TEXT_SIZE : LAB_TEXT_SIZE) * scale * PANGO_SCALE);
  pango_layout_set_font_description (layout, font);
  pango_font_description_free (font);
  pango_layout_set_text (layout, shape->text != NULL ? shape->text : "", -1);
  pango_layout_set_width (layout, shape->width > 0 ? (int) (shape->width * scale * PANGO_SCALE) : -1);
  pango_layout_set_ellipsize (layout, shape->width > 0 ? PANGO_ELLIPSIZE_END : PANGO_ELLIPSIZE_NONE);
  pango_layout_get_pixel_size (layout, &width, NULL);

  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot,
                          &GRAPHENE_POINT_INIT ((float) round (x - align * width),
                                                (float) round (shape->y * scale - pango_layout_get_baseline (layout)
                                                               / (double) PANGO_SCALE)));
  gtk_snapshot_append_layout (snapshot, layout, &self->colors[shape->ink]);
  gtk_snapshot_restore (snapshot);
}

/* What was measured may be anything, and what is nowhere cannot be drawn. */
static gboolean
is_somewhere (const LabShape *shape)
{
  return isfinite (shape->x) && isfinite (shape->y) && isfinite (shape->width) && isfinite (shape->height);
}

/* Text is drawn where the mirror would put it, and not mirrored itself. */
static void
draw_texts (LtDrawing   *self,
            GtkSnapshot *snapshot,
            double       scale)
{
  g_autoptr(PangoLayout) layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), NULL);

  for (guint i = 0; i < lab_drawing_get_n (self->drawing); i++)
    {
      const LabShape *shape = lab_drawing_get (self->drawing, i);

      if (shape->kind == LAB_SHAPE_TEXT && is_somewhere (shape))
        draw_text (self, snapshot, shape, layout, scale);
    }
}

static void
draw_shapes (LtDrawing   *self,
             GtkSnapshot *snapshot,
             double       scale)
{
  for (guint i = 0; i < lab_drawing_get_n (self->drawing); i++)
    {
      const LabShape *shape = lab_drawing_get (self->drawing, i);

      if (!is_somewhere (shape))
        continue;
      switch (shape->kind)
        {
        case LAB_SHAPE_RECT:
          draw_rect (self, snapshot, shape, scale);
          break;

        case LAB_SHAPE_LINE:
          draw_line (self, snapshot, shape, scale);
          break;

        case LAB_SHAPE_DISC:
          draw_disc (self, snapshot, shape, scale);
          break;

        case LAB_SHAPE_TEXT:
        case LAB_SHAPE_PATH:
        default:
          break;
        }
    }
}

static void
lt_drawing_snapshot (GtkWidget   *widget,
                     GtkSnapshot *snapshot)
{
  LtDrawing *self = LT_DRAWING (widget);
  int width = gtk_widget_get_width (widget);
  double scale = get_scale (self, width);

  if (width <= 0 || lay_out (self, width) == NULL)
    return;

  ensure_colors (self);
  gtk_snapshot_save (snapshot);
  if (is_mirrored (self))
    {
      gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (width, 0));
      gtk_snapshot_scale (snapshot, -1, 1);
    }
  draw_shapes (self, snapshot, scale);
  gtk_snapshot_restore (snapshot);
  draw_texts (self, snapshot, scale);
}

static void
lt_drawing_css_changed (GtkWidget         *widget,
                        GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS (lt_drawing_parent_class)->css_changed (widget, change);

  forget_colors (LT_DRAWING (widget));
  gtk_widget_queue_resize (widget);
}

static gboolean
lt_drawing_query_tooltip (GtkWidget  *widget,
                          int         x,
                          int         y,
                          gboolean    by_keyboard,
                          GtkTooltip *tooltip)
{
  const LabShape *shape = by_keyboard ? NULL : lt_drawing_pick (LT_DRAWING (widget), x, y);

  if (shape == NULL)
    return FALSE;
  gtk_tooltip_set_text (tooltip, shape->text);
  return TRUE;
}

static void
lt_drawing_dispose (GObject *object)
{
  LtDrawing *self = LT_DRAWING (object);

  lt_drawing_set_layout (self, NULL, NULL, NULL);
  forget_colors (self);

  G_OBJECT_CLASS (lt_drawing_parent_class)->dispose (object);
}

static void
lt_drawing_class_init (LtDrawingClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lt_drawing_dispose;
  widget_class->get_request_mode = lt_drawing_get_request_mode;
  widget_class->measure = lt_drawing_measure;
  widget_class->snapshot = lt_drawing_snapshot;
  widget_class->css_changed = lt_drawing_css_changed;
  widget_class->query_tooltip = lt_drawing_query_tooltip;

  gtk_widget_class_set_css_name (widget_class, "drawing");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
lt_drawing_init (LtDrawing *self)
{
  self->mirrors = TRUE;
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  gtk_widget_set_has_tooltip (GTK_WIDGET (self), TRUE);
}

GtkWidget *
lt_drawing_new (void)
{
  return g_object_new (LT_TYPE_DRAWING, NULL);
}

void
lt_drawing_set_layout (LtDrawing      *self,
                       LtDrawingFunc   func,
                       gpointer        user_data,
                       GDestroyNotify  destroy)
{
  g_return_if_fail (LT_IS_DRAWING (self));

  if (self->destroy != NULL)
    self->destroy (self->user_data);
  self->func = func;
  self->user_data = user_data;
  self->destroy = destroy;
  g_clear_pointer (&self->drawing, lab_drawing_free);
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

void
lt_drawing_set_mirrors (LtDrawing *self,
                        gboolean   mirrors)
{
  g_return_if_fail (LT_IS_DRAWING (self));

  self->mirrors = mirrors;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
lt_drawing_refresh (LtDrawing *self)
{
  LabDrawing *drawing;
  double height;
  int width;

  g_return_if_fail (LT_IS_DRAWING (self));

  width = gtk_widget_get_width (GTK_WIDGET (self));
  height = self->drawing != NULL ? lab_drawing_get_height (self->drawing) : -1;
  g_clear_pointer (&self->drawing, lab_drawing_free);
  drawing = width > 0 && gtk_widget_get_mapped (GTK_WIDGET (self)) ? lay_out (self, width) : NULL;
  if (drawing == NULL || lab_drawing_get_height (drawing) != height)
    gtk_widget_queue_resize (GTK_WIDGET (self));
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
lt_drawing_set_description (LtDrawing  *self,
                            const char *name,
                            const char *description)
{
  g_return_if_fail (LT_IS_DRAWING (self));

  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, name != NULL ? name : "",
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, description != NULL ? description : "", -1);
}

void
lt_drawing_to_units (LtDrawing *self,
                     double    *x,
                     double    *y)
{
  int width;
  double scale;

  g_return_if_fail (LT_IS_DRAWING (self));

  width = gtk_widget_get_width (GTK_WIDGET (self));
  scale = width > 0 ? get_scale (self, width) : 1;
  *x = (is_mirrored (self) ? width - *x : *x) / scale;
  *y /= scale;
}

static gboolean
is_at (const LabShape *shape,
       double          x,
       double          y)
{
  if (shape->kind == LAB_SHAPE_RECT)
    return x >= shape->x && x <= shape->x + shape->width && y >= shape->y && y <= shape->y + shape->height;
  return shape->kind == LAB_SHAPE_DISC && hypot (x - shape->x, y - shape->y) <= MAX (shape->width / 2, NEAR);
}

const LabShape *
lt_drawing_pick (LtDrawing *self,
                 double     x,
                 double     y)
{
  g_return_val_if_fail (LT_IS_DRAWING (self), NULL);

  if (self->drawing == NULL)
    return NULL;
  lt_drawing_to_units (self, &x, &y);
  for (guint i = lab_drawing_get_n (self->drawing); i > 0; i--)
    {
      const LabShape *shape = lab_drawing_get (self->drawing, i - 1);

      if (shape->text != NULL && *shape->text != '\0' && is_at (shape, x, y))
        return shape;
    }
  return NULL;
}
